"""The walk through one window: a keyset by creation time, which no insertion, update or shuffled tie can upset.

Each page is asked for from the creation time of the last row on (`sortCreated=asc`, up to 250 rows); the rows at that
instant come again and are told apart by uid. Where one instant holds more rows than a page, it is read alone until it
is proven complete.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeAlias

import attrs

from calcom_async.core.request import Response
from calcom_async.errors import DecodeError, ExportError
from calcom_async.export.answer import CREATED, PAGE_SIZE, UPDATED, Answer, Axis, Row, Rows, instants_of, read_answer
from calcom_async.export.plan import Window, halve, milliseconds, wire_instant
from calcom_async.export.report import Tally

__all__ = [
    "CREATED",
    "PAGE_SIZE",
    "SHARED_PAGES",
    "UPDATED",
    "Answer",
    "Fetch",
    "Row",
    "Rows",
    "Step",
    "Walk",
    "ask",
    "read_answer",
]

SHARED_PAGES = 4
"""Pages that must be left in a window for half of it to be worth a worker of its own."""
TIE_PASSES = 24
"""How often a long tie is read before it is given up as unproven."""
BROKEN_ANSWERS = 5
"""How many answers in a row may be cut off in the middle of their JSON before that is believed."""
_TIE_SORTS = (
    {"sortStart": "asc"},
    {"sortUpdatedAt": "asc"},
    {"sortEnd": "desc"},
    {"sortCreated": "desc"},
    {"sortCreated": "asc"},
    {"sortStart": "desc"},
)
"""Orders in which a long tie is read in turn: what ties in one column may be told apart by another."""

Fetch: TypeAlias = Callable[[Mapping[str, Any]], Awaitable[Response]]
"""Sends one list request with these query parameters."""


async def ask(fetch: Fetch, query: Mapping[str, Any], axis: Axis = CREATED) -> Answer:
    """Send a list request and take the answer apart; one that was cut off on its way is asked for again.

    Raises:
        DecodeError: the answers are no lists of bookings.
        CalComError: there was no answer; see the client.
    """
    for _ in range(BROKEN_ANSWERS - 1):
        try:
            return read_answer((await fetch(query)).body, query["take"], axis)
        except DecodeError:
            continue
    return read_answer((await fetch(query)).body, query["take"], axis)


@attrs.frozen
class Step:
    """Some rows of a walk, and where it stands once they are in the file.

    Attributes:
        rows: New rows.
        position: What was created before this has been handed over.
        seen: Keys (uids, mostly) of what was handed over and created exactly at `position`.
        cursor: Where a walk by cursor goes on.
    """

    rows: Rows
    position: int
    seen: frozenset[str]
    cursor: str | None = None


class Walk:
    """Walks one window and hands over its rows step by step, each row once.

    Args:
        window: What it walks.
        fetch: Sends list requests.
        tally: Counts what is noteworthy.
        position: Where it goes on; at the window's start by default.
        seen: What was handed over already of the rows at that position.
        axis: Which time it walks by.

    Attributes:
        window: What it walks; `give_half` shortens it while it runs.
        position: Everything created before this instant (milliseconds) has been handed over.
        rows: How many have been.
        page_size: How many the server gives at most, by its last answer.
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
        self.window = window
        self.position = window.start if position is None else position
        self.rows = 0
        self.page_size = PAGE_SIZE
        self._lately = deque([(self.position, 0)], maxlen=3)
        """Where it stood before each of the last pages."""
        self._fetch = fetch
        self._tally = tally
        self._axis = axis
        self._at_position: set[str] = set(seen)
        """Keys of rows handed over that were created exactly at `position`; never more than one tie."""

    def left(self, density: float) -> float:
        """About how many rows are left, by this window's own density once it has shown one: on the whole, or lately.

        Args:
            density: Rows a millisecond in the rest of the export.
        """
        walked = self.position - self.window.start
        if walked > 0 and self.rows >= self.page_size // 2:
            density = self.rows / walked
            position, rows = self._lately[0]
            if self.position > position:
                density = max(density, (self.rows - rows) / (self.position - position))
        return (self.window.end - self.position) * density

    def give_half(self, density: float) -> Window | None:
        """Give the later half of what is left to somebody else.

        None where too little is left: each window ends with a page that is not full, and requests are what the rate
        limit makes scarce.
        """
        if self.left(density) < SHARED_PAGES * self.page_size:
            return None
        halves = halve(self.window, self.position)
        if halves is None:
            return None
        self.window, other = halves
        return other

    async def steps(self, first: Answer | None = None) -> AsyncGenerator[Step, None]:
        """The rows of the window.

        Args:
            first: The answer to the window's first request, where it is known already.

        Raises:
            ExportError: the server ignores the order or the bounds that were asked for, so that rows would be lost.
        """
        answer = first
        while self.position < self.window.end:
            asked = self.position
            if answer is None:
                answer = await self._page(asked, self.window.end - 1)
            full, self.page_size = answer.full, answer.size
            self._lately.append((self.position, self.rows))
            step, beyond = self._take(answer, asked)
            answer = None
            if beyond or not full:
                # What lies beyond the end proves that all before it has come: the window was shortened meanwhile.
                self._close()
            if step is not None:
                yield step
            if full and not beyond and self.position == asked:
                async for step in self._instant(asked):
                    yield step
                self.position = asked + 1
                self._at_position.clear()

    def _close(self) -> None:
        self.position = max(self.position, self.window.end)

    async def _page(self, start: int, last: int, **parameters: Any) -> Answer:
        axis = self._axis
        bounds = {axis.after: wire_instant(start), axis.before: wire_instant(last)}
        query = {"take": PAGE_SIZE, **bounds, **(parameters or {axis.sort: "asc"})}
        return await ask(self._fetch, query, axis)

    def _take(self, answer: Answer, asked: int) -> tuple[Step | None, bool]:
        """The rows not handed over yet, the position moved to the last of them; and whether there were rows beyond."""
        rows = answer.rows
        instants = instants_of(rows)
        if instants is None:
            return self._take_odd(answer, asked)
        if not instants:
            return None, False
        if instants[0] < (lower := wire_instant(asked)):
            raise self._ignored(self._axis.after)
        end = bisect_left(instants, wire_instant(self.window.end))
        beyond = end < len(rows)
        known = bisect_right(instants, lower, 0, end)
        fresh = [n for n in range(known) if rows.glances[n].uid not in self._at_position]
        self._tally.duplicates += known - len(fresh)
        taken = rows[known:end] if known or beyond else rows
        if fresh and len(fresh) == known:
            taken = rows[:end]
        elif fresh:
            taken = rows.pick(fresh) + taken
        if known < end:
            self.position = milliseconds(instants[end - 1])
            tie = bisect_left(instants, instants[end - 1], known, end)
            self._at_position = set(rows[tie:end].uids())
        else:
            self._at_position.update(taken.uids())
        self.rows += len(taken)
        return (self._step(taken) if taken else None), beyond

    def _step(self, rows: Rows) -> Step:
        return Step(rows, self.position, frozenset(self._at_position))

    def _take_odd(self, answer: Answer, asked: int) -> tuple[Step | None, bool]:
        """The same for a page with rows that lack something, are out of order or come twice, row by row."""
        rows = list(answer.rows)
        moments = [row.moment for row in rows if row.moment is not None]
        if moments and min(moments) < asked:
            raise self._ignored(self._axis.after)
        if answer.full and (not moments or moments != sorted(moments)):
            raise self._ignored(self._axis.sort)
        # On a page that is not full, and so complete, the order does not matter. Rows without a time come first.
        taken: list[int] = []
        beyond = False
        for number, row in sorted(enumerate(rows), key=lambda each: each[1].moment or 0):
            if row.moment is not None and row.moment >= self.window.end:
                beyond = True
                break
            if row.moment is not None and row.moment > self.position:
                self.position = row.moment
                self._at_position = {key for key in self._at_position if key.startswith(_NAMELESS)}
            key = _key(row)
            if row.moment is None and row.uid is not None:
                key = f"{_NAMELESS}{key}"  # it has no place among the others
            if key in self._at_position:
                self._tally.duplicates += 1
                continue
            self._at_position.add(key)
            self._tally.malformed += key.startswith(_NAMELESS)
            taken.append(number)
        self.rows += len(taken)
        return (self._step(answer.rows.pick(taken)) if taken else None), beyond

    def _ignored(self, parameter: str) -> ExportError:
        return ExportError(
            f"this server ignores {parameter}, so an export can't be proven complete: it has to know the bookings of "
            "cal-api-version 2024-08-13"
        )

    async def _instant(self, moment: int) -> AsyncGenerator[Step, None]:
        """Read one instant alone until it is complete.

        The list of one instant has a length, which a walk with skip finds however its rows are shuffled, if it ends
        with a page that is not full; when as many different rows are known as that, none is missing.
        """
        known = self._at_position
        counted = 0
        for number in range(TIE_PASSES):
            sort = _TIE_SORTS[number % len(_TIE_SORTS)]
            take = PAGE_SIZE - number  # a server that gives the last page again beyond the end can't fit all of these
            counted, passed = 0, set[str]()
            while True:
                answer = await self._page(moment, moment, **sort, take=take, skip=counted)
                keys = [_key(row) for row in answer.rows]
                if answer.full and passed.issuperset(keys):
                    counted = -1
                    break
                passed.update(keys)
                counted += len(keys)
                fresh = {key: n for n, key in enumerate(keys) if key not in known}
                known.update(fresh)
                self.rows += len(fresh)
                self._tally.malformed += sum(key.startswith(_NAMELESS) for key in fresh)
                if fresh:
                    yield self._step(answer.rows.pick([*fresh.values()]))
                if not answer.full:
                    break
            self._tally.longest_tie = max(self._tally.longest_tie, counted)
            if len(known) >= counted >= 0:
                return
        self._tally.doubts.append(
            f"{max(counted, len(known) + 1)} bookings share the creation time {wire_instant(moment)}, "
            f"and only {len(known)} of them came"
        )


_NAMELESS = "malformed "
"""How the keys of rows without a uid begin."""


def _key(row: Row) -> str:
    """What tells a row from others: its uid, or a hash of all of it."""
    return row.uid or f"{_NAMELESS}{hashlib.blake2b(row.raw, digest_size=12).hexdigest()}"
