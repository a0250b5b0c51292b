"""`GET /v2/bookings`: pages straight from an index, with the real server's paging quirks.

The order is by one column that is not unique, without a tie-break: rows that tie come in another order with every
request, so that pages repeat some rows and lose others, as they really do. Only the ties a page touches are shuffled.
"""

from __future__ import annotations

import base64
import binascii
from itertools import groupby
from typing import Any, Final

from calcom_async.sandbox import bookings_query, wire_json
from calcom_async.sandbox.answers import Answer, refusal
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.bookings_query import Listing
from calcom_async.sandbox.list_memory import ListMemory, Positions
from calcom_async.sandbox.routing import Call, Routes

routes = Routes(family="bookings list", access="guarded")

_WALK: Final = 4
"""A remembered position is used when it lies within this many pages of the wanted one."""


def pagination(total: int, take: int, skip: int) -> dict[str, Any]:
    """The block beside the data. `returnedItems` is worked out, not counted; an empty list has page 0 of 0."""
    pages = -(-total // take)
    remaining = max(0, total - skip - take)
    page = min(skip // take + 1, pages)
    return {
        "returnedItems": max(0, min(take, total - skip)),
        "totalItems": total,
        "itemsPerPage": take,
        "remainingItems": remaining,
        "currentPage": page,
        "totalPages": pages,
        "hasNextPage": remaining > 0,
        "hasPreviousPage": page > 1,
    }


@routes.add("GET", "/bookings")
def list_offset(call: Call) -> Answer:
    """`GET /v2/bookings` by take and skip."""
    return offset_answer(call.backend, bookings_query.parse(call.query, call.backend, call.caller["id"]))


@routes.add("GET", "/bookings", controllers=("cursor",))
def list_cursor(call: Call) -> Answer:
    """`GET /v2/bookings` by cursor (hosted, 2026-05-01): fixed order, no total, at most one status."""
    listing, cursor = bookings_query.parse_cursor(call.query, call.backend, call.caller["id"])
    condition = listing.shown
    if cursor is not None:
        condition.also(f"sort_uuid {'<' if listing.descending else '>'} ?", _decode(cursor))
    rows = call.backend.store.rows(
        f"SELECT booking, sort_uuid FROM listing WHERE {condition.sql} "
        f"ORDER BY sort_uuid {_direction(listing)} LIMIT ?",
        *condition.arguments,
        listing.take + 1,
    )
    more = len(rows) > listing.take
    rows = rows[: listing.take]
    block = {"nextCursor": _encode(rows[-1][1]) if more else None, "hasMore": more}
    return _answer(call.backend, [row[0] for row in rows], block)


def offset_answer(backend: Backend, listing: Listing) -> Answer:
    """A page of a take/skip list."""
    memory = backend.list_memory.at(backend.bookings.version)
    total = _count(backend, listing, memory)
    return _answer(backend, _page(backend, listing, memory), pagination(total, listing.take, listing.skip))


def _answer(backend: Backend, ids: list[int], block: dict[str, Any]) -> Answer:
    marks = ", ".join("?" * len(ids))
    found = dict(backend.store.rows(f"SELECT id, wire FROM bookings WHERE id IN ({marks})", *ids))
    data = b",".join([found[each] for each in ids])
    return Answer(200, b'{"status":"success","data":[' + data + b'],"pagination":' + wire_json.dumps(block) + b"}")


def _count(backend: Backend, listing: Listing, memory: ListMemory) -> int:
    key = (listing.counted.sql, *listing.counted.arguments)
    total = memory.total(key)
    if total is None:
        row = backend.store.one(f"SELECT count(*) FROM listing WHERE {listing.counted.sql}", *listing.counted.arguments)
        total = row[0] if row else 0
        if listing.timeless:
            memory.keep_total(key, total)
    return total


def _page(backend: Backend, listing: Listing, memory: ListMemory) -> list[int]:
    """The booking ids of a page, ties in a fresh order."""
    store, column = backend.store, listing.column
    after, direction = ("<=", "DESC") if listing.descending else (">=", "ASC")
    where, arguments = listing.shown.sql, listing.shown.arguments
    key = (where, column, direction, *arguments)
    positions = memory.positions(key) if listing.timeless else Positions()
    rank, value = positions.nearest(listing.skip)
    if listing.skip - rank > _WALK * listing.take:
        found = _jump(backend, listing, rank, value)
        if found is None:
            return []
        rank, value = found
        positions.remember(rank, value)
    if value is not None:
        where, arguments = f"{where} AND {column} {after} ?", [*arguments, value]
    rows = store.rows(
        f"SELECT booking, {column} FROM listing WHERE {where} ORDER BY {column} {direction} LIMIT ?",
        *arguments,
        listing.skip - rank + listing.take,
    )
    if not rows:
        return []
    last = rows[-1][1]
    # The tie at the end of the page goes on beyond it: take all of it, so that any of its rows may come.
    tied = store.rows(
        f"SELECT booking, {column} FROM listing WHERE {listing.shown.sql} AND {column} = ?",
        *listing.shown.arguments,
        last,
    )
    before = [row for row in rows if row[1] != last]
    positions.remember(rank + len(before), last)
    ids: list[int] = []
    for _, group in groupby(before + tied, key=lambda row: row[1]):
        tie = [row[0] for row in group]
        if len(tie) > 1:
            backend.ties.shuffle(tie)
        ids += tie
    start = listing.skip - rank
    return ids[start : start + listing.take]


def _jump(backend: Backend, listing: Listing, rank: int, value: Any) -> tuple[int, Any] | None:
    """Rank and value of the beginning of the tie in which row number `skip` lies; None beyond the end."""
    column = listing.column
    after, before, direction = ("<=", ">", "DESC") if listing.descending else (">=", "<", "ASC")
    where, arguments = listing.shown.sql, list(listing.shown.arguments)
    if value is not None:
        where, arguments = f"{where} AND {column} {after} ?", [*arguments, value]
    row = backend.store.one(
        f"SELECT {column} FROM listing WHERE {where} ORDER BY {column} {direction} LIMIT 1 OFFSET ?",
        *arguments,
        listing.skip - rank,
    )
    if row is None:
        return None
    counted = backend.store.one(
        f"SELECT count(*) FROM listing WHERE {where} AND {column} {before} ?", *arguments, row[0]
    )
    return rank + (counted[0] if counted else 0), row[0]


def _direction(listing: Listing) -> str:
    return "DESC" if listing.descending else "ASC"


def _encode(sort_uuid: str) -> str:
    return base64.b64encode(wire_json.dumps({"v": 1, "sortUuid": sort_uuid})).decode()


def _decode(cursor: str) -> str:
    try:
        return str(wire_json.loads(base64.b64decode(cursor, validate=True))["sortUuid"])
    except (binascii.Error, wire_json.NotJson, KeyError, TypeError):
        raise refusal(400, "Invalid cursor") from None
