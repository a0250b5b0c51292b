"""The rows of one page of bookings, so that all pages together are all bookings, once.

Cal.com orders by one column without a tie-break: bookings that tie where a page ends come twice or never. So it is
asked for blocks of 250, rows that tie are put in an order that stays, and those that tie across the end of a block are
asked for once more, all together.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import attrs

from calcom_async.agent.call import Call
from calcom_async.core.paging import Page, Pager
from calcom_async.core.unset import UNSET
from calcom_async.models.bookings import Booking

__all__ = ["VIEWS", "Rows", "View", "every_booking", "rows_between"]

BLOCK = 250


@attrs.frozen
class View:
    """How one value of `status` is answered: what Cal.com is asked for, what is kept of it, and in which order."""

    asked: tuple[str, ...] = ()
    kept: str | None = None
    order: str = "created"
    descending: bool = False


# Cal.com's own five are no partition: `cancelled` has rejected ones too, `unconfirmed` only those to come, and none
# means "accepted". So that four are made from them.
VIEWS = {
    None: View(),
    "confirmed": View(kept="accepted"),
    "accepted": View(kept="accepted"),
    "pending": View(("unconfirmed", "past"), kept="pending"),
    "cancelled": View(("cancelled",), kept="cancelled"),
    "rejected": View(("cancelled",), kept="rejected"),
    "upcoming": View(("upcoming",), order="start"),
    "recurring": View(("recurring",), order="start"),
    "past": View(("past",), order="start", descending=True),
    "unconfirmed": View(("unconfirmed",), order="start"),
}


@attrs.frozen
class Rows:
    """The rows of a page, how many there are in all (None: not known), and whether more follow."""

    rows: list[Booking]
    total: int | None
    more: bool


async def rows_between(call: Call, view: View, first: int, end: int) -> Rows:
    """The bookings of a view from row `first`, counted from 0, to before row `end`."""
    return await _counted(call, view, first, end) if view.kept is None else await _kept(call, view, first, end)


async def _kept(call: Call, view: View, first: int, end: int) -> Rows:
    """Of a status that Cal.com can't be asked for: read from the beginning, no further than needed."""
    rows: list[Booking] = []
    async for block in every_booking(call, view):
        rows += [booking for booking in block if booking.status == view.kept]
        if len(rows) > end:
            return Rows(rows[first:end], None, more=True)
    return Rows(rows[first:end], len(rows), more=False)


async def every_booking(call: Call, view: View) -> AsyncIterator[list[Booking]]:
    """Every booking of a view by creation, block by block, each once and always in the same order.

    The rows at the end of a block may tie with rows after it. They are left to the next block, which begins there.
    """
    view = attrs.evolve(view, order="created", descending=False)
    after: datetime | None = None
    skip = 0
    held: list[Booking] = []
    while True:
        narrowed = {} if after is None else {"after_created_at": after}
        page = await _list(call, view, skip=skip, **narrowed).first()
        block = _noted(call, page)
        if not page.has_next or not block:
            yield _in_order(view, held + block)
            return
        last = _moment(view, block[-1])
        if after is not None and last <= after:  # a tie longer than a block
            held += block
            skip += BLOCK
            continue
        yield _in_order(view, held + [row for row in block if _moment(view, row) < last])
        held, after, skip = [], last, 0


async def _counted(call: Call, view: View, first: int, end: int) -> Rows:
    """As Cal.com counts them."""
    rows: list[Booking] = []
    total = None
    begins = first // BLOCK * BLOCK
    while begins < end:
        page = await _list(call, view, skip=begins).first()
        total = page.pagination.total
        if total is not None and begins >= total:
            break  # asked beyond the end, Cal.com answers its last page again
        block = _in_order(view, _noted(call, page))
        low, high = max(first - begins, 0), min(end - begins, len(block))
        if begins > 0 and low < (tied := _ties(view, block)):
            together = await _tied(call, view, block[0])
            block[:tied] = together[-tied:]
        if page.has_next and high > len(block) - (tied := _ties(view, block[::-1])):
            together = await _tied(call, view, block[-1])
            block[-tied:] = together[:tied]
        rows += block[low:high]
        begins += BLOCK
        if not page.has_next:
            break
    return Rows(rows, total, more=end < total if total is not None else len(rows) == end - first)


def _ties(view: View, block: list[Booking]) -> int:
    """How many rows at the beginning of a block have the same time: certain, even where it is not which ones."""
    same = [_moment(view, row) == _moment(view, block[0]) for row in block]
    count = same.index(False) if False in same else len(same)
    return count if count < len(block) else 0  # a tie longer than a block stays as Cal.com gives it


async def _tied(call: Call, view: View, one: Booking) -> list[Booking]:
    """Every row that ties with this one."""
    moment = _moment(view, one)
    narrowed: dict[str, Any] = {"after_start" if view.order == "start" else "after_created_at": moment}
    together: list[Booking] = []
    async for row in _list(call, attrs.evolve(view, descending=False), **narrowed):
        if _moment(view, row) != moment:
            break
        together.append(row)
    return _in_order(view, together)


def _list(call: Call, view: View, *, skip: int = 0, **narrowed: Any) -> Pager[Booking]:
    direction = "desc" if view.descending else "asc"
    return call.client.bookings.list(
        status=view.asked or UNSET,
        event_type_id=call.get("eventTypeId", UNSET),
        sort_start=direction if view.order == "start" else UNSET,
        sort_created=direction if view.order == "created" else UNSET,
        page_size=BLOCK,
        skip=skip,
        **narrowed,
    )


def _noted(call: Call, page: Page[Booking]) -> list[Booking]:
    """The bookings of a page, whose uids are remembered."""
    if page.malformed:
        call.warnings.append(f"{len(page.malformed)} bookings have a form that this release does not know")
    call.memory.see(page.items)
    return page.items


def _in_order(view: View, rows: list[Booking]) -> list[Booking]:
    once = {row.uid: row for row in rows}
    return sorted(once.values(), key=lambda row: (_moment(view, row), row.uid), reverse=view.descending)


def _moment(view: View, row: Booking) -> datetime:
    return row.start if view.order == "start" or row.created_at is None else row.created_at
