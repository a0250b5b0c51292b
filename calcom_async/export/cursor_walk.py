"""The walk by cursor (`cal-api-version: 2026-05-01`): one page after the other, for servers that prefer it.

It was seen to time out, and to answer in the shape of the older list; then `CursorUnavailableError` says that the walk
by creation time has to do it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import msgspec

from calcom_async.core.paging import Pagination
from calcom_async.errors import APITimeoutError, CalComError, DecodeError, PaginationError, ServerError
from calcom_async.export.answer import read_answer
from calcom_async.export.plan import wire_instant
from calcom_async.export.walk import Fetch, Step

__all__ = ["CURSOR_VERSION", "END", "CursorUnavailableError", "CursorWalk"]

CURSOR_VERSION = "2026-05-01"
PAGE_SIZE = 100
END = "\0end"
"""Stands for the cursor of a walk that has reached the end; no server gives it."""


class CursorUnavailableError(CalComError):
    """The server does not page by cursor here; the export goes by creation time instead."""


class _Envelope(msgspec.Struct):
    pagination: Any = None


_ENVELOPE = msgspec.json.Decoder(_Envelope)


class CursorWalk:
    """Walks one list by cursor.

    Args:
        fetch: Sends one list request.
        frozen: Bookings created up to this moment (milliseconds since the epoch) are taken.
        status: The one status to ask for; None for every booking.
        cursor: Where to go on; empty at the beginning.
    """

    def __init__(self, fetch: Fetch, frozen: int, status: str | None, cursor: str = "") -> None:
        self._fetch = fetch
        self._query = {"limit": PAGE_SIZE, "beforeCreatedAt": wire_instant(frozen)}
        if status is not None:
            self._query["status"] = status
        self._cursor = cursor

    async def steps(self) -> AsyncGenerator[Step, None]:
        """The rows of the list.

        Raises:
            CursorUnavailableError: the server takes too long, or answers in the older list's shape.
            PaginationError: the server gave the same cursor twice.
        """
        given = {self._cursor}
        while True:
            query = {**self._query, "cursor": self._cursor} if self._cursor else self._query
            try:
                response = await self._fetch(query)
            except (APITimeoutError, ServerError) as error:
                raise CursorUnavailableError("the list by cursor does not answer") from error
            try:
                answer = read_answer(response.body, PAGE_SIZE)
            except DecodeError as error:
                raise CursorUnavailableError("the server answers in another form") from error
            pagination = Pagination.read({"pagination": _ENVELOPE.decode(response.body).pagination})
            if "nextCursor" not in (pagination.raw or {}):
                raise CursorUnavailableError("the server answered without a cursor")
            following = pagination.next_cursor if pagination.has_next is not False else None
            yield Step(answer.rows, 0, frozenset(), following or END)
            if following is None:
                return
            if following in given:
                raise PaginationError("the server gave the same cursor twice; the export would never end")
            given.add(following)
            self._cursor = following
