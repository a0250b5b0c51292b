"""Booking exactly once: `cal.bookings.create(..., ensure_once=True)`.

Cal.com has no idempotency key. So a booking gets a mark in its metadata, and when the answer to its creation is lost,
it is looked for by that mark. It is never sent a second time after that: not to find it is no proof. The server may
still be at work, and a list does not show what other people host. What stays open is said, with the mark: whoever
calls again with that mark has it looked up first.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any, TypeAlias

from calcom_async.core.paging import Listing, Pager
from calcom_async.errors import (
    AmbiguousWriteError,
    APIConnectionError,
    APIStatusError,
    CalComError,
    DecodeError,
    InvalidRequestError,
)
from calcom_async.models.bookings import Booking
from calcom_async.resources.metadata import MAX_VALUE_LENGTH, checked_metadata

__all__ = ["MARK", "WAITS", "Verdict", "create_once", "find_marked", "marked", "verdict"]

MARK = "calcomAsyncOnce"
"""The metadata key of the mark."""
WAITS = (0.5, 1.5, 3.0)
"""Seconds before each look: the server may still be writing when the connection breaks."""

Bookings: TypeAlias = tuple[Booking, ...]
Look: TypeAlias = Callable[[Mapping[str, Any], str, bool], Awaitable[Bookings]]
"""Looks for the booking of a body and mark; the flag says to look beyond the attendee's address."""


class Verdict(Enum):
    """What a failed creation says of the booking."""

    NOT_MADE = "not made"
    """Certainly not by this call."""
    TAKEN = "taken"
    """Refused because the time is taken: perhaps by this very booking, if it was tried before."""
    OPEN = "open"
    """It may have been made."""


def verdict(error: CalComError, *, tried_before: bool) -> Verdict:
    """Judge a failed creation.

    Args:
        error: What was raised.
        tried_before: Whether an earlier call may have made the booking under the same mark.
    """
    match error:
        case APIConnectionError():
            return Verdict.OPEN if error.may_have_happened else Verdict.NOT_MADE
        case DecodeError():
            return Verdict.OPEN  # an answer came, and it was no refusal
        case APIStatusError(status_code=status) if status >= 500 or status == 408 or status < 400:
            return Verdict.OPEN
        case APIStatusError(status_code=409):
            return Verdict.TAKEN if tried_before else Verdict.NOT_MADE
        case APIStatusError(status_code=400, message=message) if "already has booking at this time" in message:
            return Verdict.TAKEN if tried_before else Verdict.NOT_MADE
        case _:
            return Verdict.NOT_MADE


def marked(body: Mapping[str, Any], ensure_once: bool | str) -> tuple[dict[str, Any], str]:
    """The body with a mark in its metadata, and the mark: the caller's, or a fresh one.

    Raises:
        InvalidRequestError: an empty mark, one of more than 500 characters, or no room for it.
    """
    mark = ensure_once if isinstance(ensure_once, str) else uuid.uuid4().hex
    if not mark.strip() or len(mark) > MAX_VALUE_LENGTH:
        raise InvalidRequestError(f"ensure_once: a mark has 1 to {MAX_VALUE_LENGTH} characters")
    metadata = checked_metadata({**(body.get("metadata") or {}), MARK: mark}, "metadata (with the mark of ensure_once)")
    return {**body, "metadata": metadata}, mark


async def create_once(
    body: Mapping[str, Any],
    ensure_once: bool | str,
    *,
    send: Callable[[Mapping[str, Any]], Awaitable[Bookings]],
    look: Look,
) -> Bookings:
    """Make a booking, or find the one that was made.

    Args:
        body: The body of the creation.
        ensure_once: True for a fresh mark, or the caller's own, which may have been used before.
        send: Sends the marked body.
        look: Looks for the booking; see `Look`.

    Raises:
        AmbiguousWriteError: it may have been made, and was not found.
        CalComError: whatever `send` raised, where nothing was made.
    """
    body, mark = marked(body, ensure_once)
    tried_before = isinstance(ensure_once, str)
    if tried_before and (found := await look(body, mark, False)):
        return found
    try:
        return await send(body)
    except CalComError as error:
        judged = verdict(error, tried_before=tried_before)
        if judged is Verdict.NOT_MADE:
            raise
        if found := await _look_patiently(body, mark, look):
            return found
        if judged is Verdict.TAKEN:
            raise
        raise AmbiguousWriteError(
            f"the booking may have been made: {error}. It was not found by its mark and was not sent again. To go on, "
            "call with ensure_once=<this error's mark>: it is looked up before anything is sent",
            method="POST",
            path="/bookings",
            mark=mark,
        ) from error


async def _look_patiently(body: Mapping[str, Any], mark: str, look: Look) -> Bookings:
    for number, seconds in enumerate(WAITS, 1):
        await asyncio.sleep(seconds)
        try:
            found = await look(body, mark, number == len(WAITS))
        except CalComError:
            return ()  # it was repeated as far as that helps: not to be settled now
        if found:
            return found
    return ()


async def find_marked(listing: Listing[dict[str, Any]], start: str, mark: str) -> dict[str, Any] | None:
    """The wire form of the booking with this mark among those that begin at `start`; a list ordered by start.

    The raw form, so that a booking this release can't read is found as well.
    """
    begins = _instant(start)
    async for page in Pager(listing).pages():
        for wire in page.items:
            if (found := _with_mark(wire, mark)) is not None:
                return found
            if (at := _instant(wire.get("start"))) is not None and begins is not None and at > begins:
                return None
    return None


def _with_mark(wire: Any, mark: str) -> dict[str, Any] | None:
    if not isinstance(wire, dict):
        return None
    if _has_mark(wire, mark):
        return wire
    for attendee in wire.get("attendees") or ():
        if isinstance(attendee, dict) and _has_mark(attendee, mark):
            # A seated booking: the answer to its creation names the seat, so the found one does as well.
            return {**wire, "seatUid": attendee["seatUid"]} if "seatUid" in attendee else wire
    return None


def _has_mark(wire: Mapping[str, Any], mark: str) -> bool:
    metadata = wire.get("metadata")
    return isinstance(metadata, dict) and metadata.get(MARK) == mark


def _instant(text: Any) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    return parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=UTC)
