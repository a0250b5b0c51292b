"""The engine of an export: workers walk windows side by side and write one after the other; a journal keeps track."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from math import inf
from pathlib import Path
from typing import Any

import attrs

from calcom_async.core.collector import collector_paused
from calcom_async.errors import ExportError
from calcom_async.export.answer import CREATED, PAGE_SIZE, Answer, Axis, Buffer, Rows
from calcom_async.export.cursor_walk import END, CursorWalk
from calcom_async.export.filters import BookingFilters
from calcom_async.export.journal import Journal, WindowState, watermark_path
from calcom_async.export.opening import created_bounds, frozen_now, open_range
from calcom_async.export.plan import Window, split
from calcom_async.export.report import ExportProgress, ExportReport, ProgressCallback, Tally
from calcom_async.export.sinks import Sink
from calcom_async.export.walk import SHARED_PAGES, Fetch, Step, Walk

__all__ = ["Engine", "Source"]

PROGRESS_SECONDS = 0.1
COMMIT_SECONDS = 1.0
"""How much work a killed process loses at most: commits sync the disk, which is not free."""


@attrs.frozen(kw_only=True)
class Source:
    """One list of bookings.

    Attributes:
        fetch: Sends list requests to it.
        delay: Seconds until its rate limit lets the next request through.
        account: The name put into its rows, where several accounts are exported together.
        statuses: For a walk by cursor: one walk each, None for all; empty for the walk by creation time.
    """

    fetch: Fetch
    delay: Callable[[], float]
    account: str | None = None
    statuses: tuple[str | None, ...] = ()


@attrs.define(eq=False, kw_only=True)
class Engine:
    """One export under way."""

    sink: Sink
    path: Path | None
    filters: BookingFilters
    sources: tuple[Source, ...]
    tally: Tally
    concurrency: int
    progress: ProgressCallback | None
    purpose: Mapping[str, Any]
    frozen: list[int] = attrs.field(factory=list)
    states: dict[int, WindowState] = attrs.field(factory=dict)
    """What is not yet in the file, window by window; the writer moves it on with what it writes."""
    todo: list[int] = attrs.field(factory=list)
    walks: dict[int, Walk] = attrs.field(factory=dict)
    walked: int = 0
    """Milliseconds of creation time in windows that are walked to their end."""
    whole: int = 0
    """Milliseconds of creation time in all."""
    expected: float = 0
    """Bookings at most, by the servers' word; no number where they don't say, and after an interruption."""
    page_size: int = PAGE_SIZE
    """Bookings that each server gives at once, or fewer."""
    numbered: int = 0
    overlapping: set[str] | None = None
    """Uids, where several walks by cursor may meet the same booking; it can't be gone on with then."""
    started: float = attrs.field(factory=time.monotonic)
    told: float = 0.0
    committed: float = 0.0
    whole_rows: bool = True
    """False while rows are being written: a write that fails may leave half of them behind."""
    finishing: bool = False
    """Whether all rows are committed, and only the format is still to be made."""
    file: asyncio.Lock = attrs.field(factory=asyncio.Lock)
    """Held by whoever writes or commits: a commit speaks of what was written before it, and of nothing else."""
    axis: Axis = CREATED
    """How the pages of a walk by creation time are read."""
    moved: asyncio.Event = attrs.field(factory=asyncio.Event)
    """Set whenever a walk has come further: there may be half a window to share now."""

    @property
    def journal_path(self) -> Path | None:
        """Where the journal stands; None where the export can't be gone on with."""
        if self.path is None or self.overlapping is not None:
            return None
        return self.path.with_name(f".{self.path.name}.journal")

    async def go(self, *, restart: bool) -> ExportReport:
        """Run it from the beginning, or from where its journal says."""
        if any(len(source.statuses) > 1 for source in self.sources):
            self.overlapping = set()
        if self.sink.reader is not None and all(source.account is None for source in self.sources):
            self.axis = attrs.evolve(CREATED, reader=self.sink.reader)
        journal = self._unfinished(restart=restart)
        self.sink.open(None if journal is None else journal.offset)
        begun = journal is not None
        first: dict[int, Answer] = {}
        try:
            if journal is not None:
                self._restore(journal)
            else:
                for number in range(len(self.sources)):
                    first |= await self._begin(number)
                begun = True
            await self._walk_all(first)
            if self.path is not None:  # what was kept up to date under this name is replaced
                watermark_path(self.path).unlink(missing_ok=True)
            await self._in_thread(self._commit)
            self.finishing = True
            await self._in_thread(self.sink.finish, self.sink.stop)
        except BaseExceptionGroup as group:
            self._stop(begun=begun)
            failed = group.exceptions[0]
        except BaseException:
            self._stop(begun=begun)
            raise
        else:
            failed = None
        if failed is not None:
            raise failed  # out here, or the group would be the context of what it holds: a circle
        if self.journal_path is not None:
            self.journal_path.unlink(missing_ok=True)
        self._tell(force=True)
        return self._report()

    # --- beginning and going on ---------------------------------------------------------------------------------------

    async def _in_thread(self, work: Callable[[], None], stop: Callable[[], None] | None = None) -> None:
        """Do what may take a while (to sync a disk, to make a format) beside the loop; it never outlives this call."""
        done = asyncio.ensure_future(asyncio.to_thread(work))
        try:
            await asyncio.shield(done)
        except asyncio.CancelledError:
            if stop is not None:
                stop()
            await asyncio.wait([done])
            done.exception()  # it is the cancellation that counts
            raise

    def _unfinished(self, *, restart: bool) -> Journal | None:
        if self.journal_path is None:
            return None
        if restart:
            self.journal_path.unlink(missing_ok=True)
            return None
        journal = Journal.read(self.journal_path)
        if journal is not None and not self.sink.unfinished():
            return None  # it was completed, and killed before it could remove its journal
        if journal is not None:
            journal.refuse_other(self.purpose, self.journal_path)
        return journal

    def _restore(self, journal: Journal) -> None:
        self.tally.go_on_from(Tally.from_counts(journal.counts))
        self.frozen = list(journal.frozen)
        self.expected = inf
        for state in journal.windows:
            self._add(state)
        self.whole = sum(state.end - state.position for state in journal.windows)

    async def _begin(self, number: int) -> dict[int, Answer]:
        """Plan a source by its first page, which tells the server's time and where the range begins."""
        source = self.sources[number]
        if source.statuses:
            response = await source.fetch({"limit": 1, **created_bounds(self.filters)})
            self.frozen.append(frozen_now(response.headers))
            for status in source.statuses:
                self._add(WindowState.by_cursor(status, number))
            return {}
        opening = await open_range(source.fetch, self.filters)
        self.frozen.append(opening.frozen)
        if opening.stray:
            self.tally.malformed += len(opening.stray)
            if opening.answer.full:
                self.tally.doubts.append("no booking of a full first page has a creation time to go on from")
            self._write(opening.stray, source)
        if opening.whole is None:
            return {}
        self.whole += opening.whole.width
        self.page_size = min(self.page_size, opening.answer.size)
        self.expected += inf if opening.answer.total is None else opening.answer.total
        # The first page is the beginning of the first window, which ends after that page's last row.
        end = opening.whole.end
        cut = min(opening.last + 1, end) if opening.answer.full else end
        first = self._add(WindowState.fresh(Window(opening.whole.start, cut), number))
        if cut < end:
            size = opening.answer.size
            worth = (opening.answer.total or size) // (SHARED_PAGES // 2 * size)
            for window in split(Window(cut, end), min(self.concurrency, worth)):
                self._add(WindowState.fresh(window, number))
        return {first: opening.answer}

    def _add(self, state: WindowState) -> int:
        self.numbered += 1
        self.states[self.numbered] = state
        self.todo.append(self.numbered)
        return self.numbered

    # --- walking ------------------------------------------------------------------------------------------------------

    async def _walk_all(self, first: dict[int, Answer]) -> None:
        self.committed = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(len(self.sources)):
                for _ in range(self.concurrency):
                    group.create_task(self._work(number, first))

    async def _work(self, source: int, first: dict[int, Answer]) -> None:
        """Walk windows of a source until none is left; while others walk, they may come to have half of one to give."""
        while True:
            number = self._next_window(source)
            if number is None:
                if not self._walking(source):
                    return
                self.moved.clear()
                await self.moved.wait()
                continue
            state, fetch = self.states[number], self.sources[source].fetch
            if state.cursor == END:
                pass  # its last page is in the file already
            elif state.cursor is not None:
                walk = CursorWalk(fetch, self.frozen[source], state.status, state.cursor)
                async for step in walk.steps():
                    await self._keep(number, step)
            else:
                await self._walk_window(number, state, fetch, first.pop(number, None))
            self.tally.windows += 1
            await self._keep(number, None)
            self.moved.set()

    async def _walk_window(self, number: int, state: WindowState, fetch: Fetch, first: Answer | None) -> None:
        window = Window(state.start, state.end)
        walk = self.walks[number] = Walk(
            window, fetch, self.tally, position=state.position, seen=state.seen, axis=self.axis
        )
        async for step in walk.steps(first):
            await self._keep(number, step)
            self.moved.set()
        del self.walks[number]
        self.walked += walk.window.width

    def _next_window(self, source: int) -> int | None:
        waiting = next((number for number in self.todo if self.states[number].source == source), None)
        if waiting is not None:
            self.todo.remove(waiting)
            return waiting
        if self.expected - self.tally.bookings < SHARED_PAGES * self.page_size:
            return None
        walked = self._walked()
        density = self.tally.bookings / walked if walked else 0.0
        mine = self._walking(source)
        slowest = max(mine, key=lambda number: self.walks[number].left(density), default=None)
        half = self.walks[slowest].give_half(density) if slowest is not None else None
        if slowest is None or half is None:
            return None
        self.states[slowest] = attrs.evolve(self.states[slowest], end=half.start)
        number = self._add(WindowState.fresh(half, source))
        self.todo.remove(number)
        return number

    def _walking(self, source: int) -> list[int]:
        return [number for number in self.walks if self.states[number].source == source]

    def _walked(self) -> int:
        return self.walked + sum(walk.position - walk.window.start for walk in self.walks.values())

    # --- keeping the file ---------------------------------------------------------------------------------------------

    async def _keep(self, number: int, step: Step | None) -> None:
        """Write a step of a window, None for its end; at once, while the page is in the processor's caches.

        While a commit is under way, walkers wait with the page they hold: a slow disk holds them back.
        """
        async with self.file:
            if step is None:
                del self.states[number]
            else:
                state = self.states[number]
                self._write(step.rows, self.sources[state.source])
                self.states[number] = attrs.evolve(
                    state, position=step.position, seen=tuple(step.seen), cursor=step.cursor
                )
                self.whole_rows = True
                step.rows.let_go()
            if time.monotonic() - self.committed >= COMMIT_SECONDS:
                await self._in_thread(self._commit)

    def _write(self, rows: Rows, source: Source) -> None:
        if self.overlapping is not None:
            rows = self._not_yet(rows, self.overlapping)
        raws: Sequence[Buffer] = rows.raws
        records: Sequence[Any] = rows.glances
        if source.account is not None:
            raws, records = [named(bytes(raw), source.account) for raw in raws], ()
        self.whole_rows = False
        with collector_paused():  # what a format makes of a page is let go of again before the next
            self.sink.write(raws, records)
        self.tally.add(rows)
        self._tell()

    def _not_yet(self, rows: Rows, known: set[str]) -> Rows:
        """Those that have not come by another walk."""
        fresh = [
            n for n, glance in enumerate(rows.glances) if glance.uid.__class__ is not str or glance.uid not in known
        ]
        known.update(rows.uids())
        self.tally.duplicates += len(rows) - len(fresh)
        return rows.pick(fresh)

    def _commit(self) -> None:
        if self.journal_path is None:
            return
        offset = self.sink.commit()
        Journal(
            purpose=self.purpose,
            frozen=tuple(self.frozen),
            offset=offset,
            windows=tuple(self.states.values()),
            counts=self.tally.to_counts() | {"seconds": self._seconds()},
        ).write(self.journal_path)
        self.committed = time.monotonic()

    def _stop(self, *, begun: bool) -> None:
        """After a failure: what can be gone on with stays, anything else goes."""
        if not begun or self.journal_path is None:
            self.sink.discard()
            return
        if self.whole_rows and not self.finishing:
            with contextlib.suppress(OSError):  # a full disk, say: the last commit that worked counts
                self._commit()
        self.sink.keep()
        if not self.journal_path.exists():
            self.sink.discard()

    # --- telling ------------------------------------------------------------------------------------------------------

    def _seconds(self) -> float:
        return self.tally.seconds + time.monotonic() - self.started

    def _tell(self, *, force: bool = False) -> None:
        now = time.monotonic()
        if self.progress is None or (not force and now - self.told < PROGRESS_SECONDS):
            return
        self.told = now
        seconds = self._seconds()
        self.progress(
            ExportProgress(
                bookings=self.tally.bookings,
                share=1.0 if force else min(1.0, self._walked() / max(1, self.whole)),
                rate=self.tally.bookings / seconds if seconds > 0 else 0.0,
                requests=self.tally.requests,
                seconds=seconds,
                waiting=min(source.delay() for source in self.sources),
            )
        )

    def failed(self, error: Exception) -> ExportError:
        """What to tell of a failure: how far it came, and how to go on."""
        place = self.path if self.path is not None else "standard output"
        kept = self.journal_path is not None and self.journal_path.exists()
        advice = (
            "run the same command again: it goes on where it stopped"
            if kept
            else "nothing was left behind; run the same command again"
        )
        return ExportError(
            f"the export to {place} stopped after {self.tally.bookings} bookings: {error}. To go on, {advice}"
        )

    def _report(self) -> ExportReport:
        self.tally.seconds = self._seconds()
        path = None if self.path is None else str(self.path)
        return self.tally.to_report(path=path, frozen=min(self.frozen))


def named(raw: bytes, account: str) -> bytes:
    """A booking's wire JSON with the account it came from as its first field."""
    import msgspec

    inner = raw.strip()
    if not inner.startswith(b"{"):
        return raw
    head = b'{"account":' + msgspec.json.encode(account)
    return head + (b"," if inner[1:].lstrip()[:1] != b"}" else b"") + inner[1:]
