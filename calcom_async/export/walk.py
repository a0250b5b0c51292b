"""The walk through one window: a keyset by creation time, which no insertion, update or shuffled tie can upset.

Each page is asked for from the time of the last row on (`sortCreated=asc`, up to 250 rows); the rows at that instant
come again and are told apart by uid. Where one instant holds more rows than a page, it is read alone until it
is proven complete.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeAlias

import attrs
import msgspec

from calcom_async.core.request import Response
from calcom_async.errors import DecodeError
from calcom_async.export.plan import Window, halve, milliseconds, wire_instant
from calcom_async.export.report import Tally

__all__ = [
    "CREATED",
    "PAGE_SIZE",
    "SHARED_PAGES",
    "UPDATED",
    "Answer",
    "Axis",
    "Fetch",
    "Row",
    "Step",
    "Walk",
    "read_answer",
]

PAGE_SIZE = 250
"""The most bookings that Cal.com gives at once."""
SHARED_PAGES = 4
"""Pages that must be left in a window for half of it to be worth a worker of its own."""
TIE_PASSES = 24
"""How often a long tie is read before it is given up as unproven."""
_TIE_SORTS = (
    {"sortCreated": "asc"},
    {"sortStart": "asc"},
    {"sortEnd": "desc"},
    {"sortCreated": "desc"},
    {"sortUpdatedAt": "asc"},
    {"sortStart": "desc"},
)
"""Orders in which a long tie is read in turn: what ties in one column may be told apart by another."""


@attrs.frozen(kw_only=True)
class Axis:
    """The time that a walk goes along, by the names of its parameters and field."""

    field: str
    after: str
    before: str
    order: str


CREATED = Axis(field="createdAt", after="afterCreatedAt", before="beforeCreatedAt", order="sortCreated")
"""Never changes: the axis of a whole export."""
UPDATED = Axis(field="updatedAt", after="afterUpdatedAt", before="beforeUpdatedAt", order="sortUpdatedAt")
"""The axis of what has changed since; bookings that never changed are not on it."""

Fetch: TypeAlias = Callable[[Mapping[str, Any]], Awaitable[Response]]
"""Sends one list request with these query parameters."""


@attrs.frozen
class Row:
    """One booking as it came.

    Attributes:
        raw: Its wire JSON.
        uid: None where it has none.
        moment: Its place on the axis of the walk, in milliseconds since the epoch; None where it has none.
        status: Its status, empty where it has none.
    """

    raw: bytes
    uid: str | None
    moment: int | None
    status: str


class _Glance(msgspec.Struct):
    uid: Any = None
    createdAt: Any = None  # noqa: N815 - the wire's name
    updatedAt: Any = None  # noqa: N815 - the wire's name
    status: Any = None


class _Pagination(msgspec.Struct):
    totalItems: Any = None  # noqa: N815 - the wire's name
    itemsPerPage: Any = None  # noqa: N815 - the wire's name


class _Envelope(msgspec.Struct):
    data: list[msgspec.Raw]
    pagination: _Pagination | None = None


@attrs.frozen
class Answer:
    """One page, its rows not decoded."""

    rows: list[Row]
    size: int
    """Rows that the server would have given at most."""
    total: int | None = None
    """Rows of the whole list by the server's word, which ignores creation times: good for a guess, no more."""

    @property
    def full(self) -> bool:
        """Whether more rows may follow."""
        return len(self.rows) >= self.size


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_GLANCE = msgspec.json.Decoder(_Glance)


def read_answer(body: bytes, asked: int = PAGE_SIZE, axis: Axis = CREATED) -> Answer:
    """Take a page apart without decoding its bookings.

    Raises:
        DecodeError: it is no list of bookings.
    """
    try:
        envelope = _ENVELOPE.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DecodeError("the answer is no list of bookings", path="data") from error
    rows = [_row(bytes(raw), axis.field) for raw in envelope.data]
    block = envelope.pagination or _Pagination()
    size = min(asked, block.itemsPerPage) if isinstance(block.itemsPerPage, int) and block.itemsPerPage > 0 else asked
    return Answer(rows, size, block.totalItems if isinstance(block.totalItems, int) else None)


def _row(raw: bytes, field: str) -> Row:
    try:
        glance = _GLANCE.decode(raw)
    except msgspec.DecodeError:
        return Row(raw, None, None, "")
    try:
        moment = milliseconds(getattr(glance, field))
    except (TypeError, ValueError, AttributeError):
        moment = None
    uid = glance.uid if isinstance(glance.uid, str) and glance.uid else None
    return Row(raw, uid, moment, glance.status if isinstance(glance.status, str) else "")


@attrs.frozen
class Step:
    """Some rows of a walk, and where it stands once they are in the file.

    Attributes:
        rows: New rows.
        position: What was created before this has been handed over.
        seen: Uids handed over of bookings created exactly at `position`.
    """

    rows: list[Row]
    position: int
    seen: frozenset[str]


class Walk:
    """Walks one window and hands over its rows step by step, each row once.

    Attributes:
        window: What it walks; `give_half` shortens it while it runs.
        position: Everything created before this instant (milliseconds) has been handed over.
    """

    def __init__(
        self,
        window: Window,
        fetch: Fetch,
        tally: Tally,
        *,
        position: int | None = None,
        seen: Iterable[str] = (),
        axis: Axis = CREATED,
    ) -> None:
        self.axis = axis
        self.window = window
        self.position = window.start if position is None else position
        self.rows = 0
        self._fetch = fetch
        self._tally = tally
        self._at_position: set[str] = set(seen)
        """Uids handed over of rows created exactly at `position`; never more than one tie."""

    def left(self, density: float) -> float:
        """About how many rows are left, by this window's own density once it has shown one.

        Args:
            density: Rows a millisecond in the rest of the export.
        """
        walked = self.position - self.window.start
        if walked > 0 and self.rows >= PAGE_SIZE // 2:
            density = self.rows / walked
        return (self.window.end - self.position) * density

    def give_half(self, density: float) -> Window | None:
        """Give the later half of what is left to somebody else.

        None where too little is left: each window ends with a page that is not full, and requests are what the rate
        limit makes scarce.
        """
        if self.left(density) < SHARED_PAGES * PAGE_SIZE:
            return None
        halves = halve(self.window, self.position)
        if halves is None:
            return None
        self.window, other = halves
        return other

    def _step(self, rows: list[Row]) -> Step:
        return Step(rows, self.position, frozenset(self._at_position))

    async def steps(self, first: Answer | None = None) -> AsyncGenerator[Step, None]:
        """The rows of the window.

        Args:
            first: The answer to the window's first request, where it is known already.
        """
        answer = first
        while self.position < self.window.end:
            if answer is None:
                answer = await self._page(self.position, self.window.end - 1)
            stuck = answer.full and all(row.moment is None or row.moment <= self.position for row in answer.rows)
            fresh = self._fresh(answer.rows)
            full, answer = answer.full, None
            if fresh:
                yield self._step(fresh)
            if not full:
                self.position = max(self.position, self.window.end)
            elif stuck:
                async for step in self._instant(self.position):
                    yield step
                self.position += 1
                self._at_position.clear()

    async def _page(self, start: int, last: int, **parameters: Any) -> Answer:
        query = {
            "take": PAGE_SIZE,
            self.axis.after: wire_instant(start),
            self.axis.before: wire_instant(last),
            **(parameters or {self.axis.order: "asc"}),
        }
        return read_answer((await self._fetch(query)).body, axis=self.axis)

    def _fresh(self, rows: list[Row]) -> list[Row]:
        """The rows not handed over yet, and the position moved to the last of them."""
        fresh = []
        for row in rows:
            if row.moment is None or row.uid is None:
                if self._is_new_malformed(row):
                    fresh.append(row)
                continue
            if row.moment >= self.window.end:
                break  # the window was shortened while this page was on its way: another walk has it
            if row.moment > self.position:
                self.position = row.moment
                self._at_position.clear()
            elif row.moment < self.position:
                continue  # a server that ignores the lower bound: had before, or before this window
            if row.uid in self._at_position:
                self._tally.duplicates += 1
                continue
            self._at_position.add(row.uid)
            fresh.append(row)
        self.rows += len(fresh)
        return fresh

    def _is_new_malformed(self, row: Row) -> bool:
        key = f"malformed {hashlib.blake2b(row.raw, digest_size=12).hexdigest()}"
        if key in self._at_position:
            self._tally.duplicates += 1
            return False
        self._at_position.add(key)
        self._tally.malformed += 1
        return True

    async def _instant(self, moment: int) -> AsyncGenerator[Step, None]:
        """Read one instant alone until it is complete.

        The list of one instant has a length, which a walk with skip finds however its rows are shuffled; when as many
        different rows are known as that, none is missing.
        """
        known = self._at_position
        counted = 0
        for number in range(TIE_PASSES):
            sort = _TIE_SORTS[number % len(_TIE_SORTS)]
            counted = 0
            while True:
                answer = await self._page(moment, moment, skip=counted, **sort)
                counted += len(answer.rows)
                fresh = [row for row in answer.rows if row.uid is not None and row.uid not in known]
                known.update(row.uid for row in fresh if row.uid is not None)
                self.rows += len(fresh)
                if fresh:
                    yield self._step(fresh)
                if not answer.full:
                    break
            self._tally.longest_tie = max(self._tally.longest_tie, counted)
            if len(known) >= counted:
                return
        self._tally.doubts.append(
            f"{counted} bookings share the creation time {wire_instant(moment)}, and only {len(known)} of them came"
        )
