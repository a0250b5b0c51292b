"""How every export by creation time begins: the moment that freezes the set, and the range that is to be walked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import attrs

from calcom_async.core.rate_limit_headers import server_time
from calcom_async.errors import DecodeError
from calcom_async.export.answer import PAGE_SIZE, Answer, Rows, moments_of, read_answer
from calcom_async.export.filters import BookingFilters
from calcom_async.export.plan import Window, milliseconds, wire_instant
from calcom_async.export.walk import Fetch, ask

__all__ = ["Opening", "created_bounds", "frozen_now", "open_range"]


@attrs.frozen(kw_only=True)
class Opening:
    """The first page of a list, and what follows from it.

    Attributes:
        frozen: The moment that freezes the set, in milliseconds: bookings created up to then are taken.
        answer: The page.
        whole: The creation times to walk; None where there is nothing to walk.
        last: The latest creation time on the page.
        stray: The page's rows, where none has a creation time: no walk would find them.
    """

    frozen: int
    answer: Answer
    whole: Window | None
    last: int = 0
    stray: Rows = attrs.field(factory=Rows)


def frozen_now(headers: Mapping[str, str]) -> int:
    """The moment that freezes the set, in milliseconds: the server's clock, else this machine's.

    The server tells whole seconds: what was created within this one existed when the export began.
    """
    now = server_time(headers)
    moment = datetime.now(UTC) if now is None else datetime.fromtimestamp(now, UTC)
    return milliseconds(moment + timedelta(seconds=1))


def created_bounds(filters: BookingFilters) -> dict[str, str]:
    """The creation times asked for, as query parameters."""
    low, high = filters.created_range()
    bounds = {} if low is None else {"afterCreatedAt": wire_instant(low)}
    if high is not None:
        bounds["beforeCreatedAt"] = wire_instant(high - 1)
    return bounds


async def open_range(fetch: Fetch, filters: BookingFilters) -> Opening:
    """Ask for the first page, which tells the server's time and where the range begins.

    Raises:
        DecodeError: the answers are no lists of bookings.
    """
    query = {"take": PAGE_SIZE, "sortCreated": "asc", **created_bounds(filters)}
    response = await fetch(query)
    frozen = frozen_now(response.headers)
    _, high = filters.created_range()
    end = frozen + 1 if high is None else min(frozen + 1, high)
    try:
        answer = read_answer(response.body)
    except DecodeError:
        answer = await ask(fetch, query)  # cut off on its way; the set is frozen as of the first try
    created = moments_of(answer.rows)
    if not created:
        return Opening(frozen=frozen, answer=answer, whole=None, stray=answer.rows)
    start = min(created)
    whole = Window(start, end) if start < end else None
    return Opening(frozen=frozen, answer=answer, whole=whole, last=max(created))
