"""The export of bookings: workers walk windows side by side, one writer keeps the file and its journal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from calcom_async.core.inputs import Instant
from calcom_async.core.rate_limit_headers import server_time
from calcom_async.errors import CalComError, ExportError, InvalidRequestError, PermissionDeniedError
from calcom_async.export.filters import BookingFilters, ExportArguments
from calcom_async.export.journal import Journal, WindowState
from calcom_async.export.plan import Window, milliseconds, split, wire_instant
from calcom_async.export.report import ExportProgress, ExportReport, ProgressCallback, Tally
from calcom_async.export.sinks import Sink, choose_sink, format_of
from calcom_async.export.walk import PAGE_SIZE, SHARED_PAGES, Answer, Fetch, Step, Walk, read_answer

if TYPE_CHECKING:
    from calcom_async.client import AsyncCalCom

__all__ = ["export_bookings", "export_list", "run_export"]

API_VERSION = "2024-08-13"
"""Known by hosted and self-hosted servers, answers fast, and filters by creation time."""
PROGRESS_SECONDS = 0.1
COMMIT_SECONDS = 1.0
"""How much work a killed process loses at most: commits sync the disk, which is not free."""


async def export_bookings(
    cal: AsyncCalCom,
    destination: str | os.PathLike[str],
    *,
    status: str | Sequence[str] | None = None,
    event_type_ids: int | Sequence[int] | None = None,
    team_id: int | None = None,
    attendee_email: str | None = None,
    attendee_name: str | None = None,
    after_start: Instant | None = None,
    before_end: Instant | None = None,
    after_created_at: Instant | None = None,
    before_created_at: Instant | None = None,
    after_updated_at: Instant | None = None,
    before_updated_at: Instant | None = None,
    format: str | None = None,  # noqa: A002 - the word people look for
    concurrency: int = 8,
    raw_cells: bool = False,
    restart: bool = False,
    progress: ProgressCallback | None = None,
) -> ExportReport:
    """Write every booking that exists now into a file, exactly once.

    `GET /bookings` (or `GET /teams/{teamId}/bookings`), OAuth scope `BOOKING_READ`.

    An export that was interrupted, even killed, goes on where it stopped when it is called again with the same
    arguments.

    Args:
        cal: The client; its key decides whose bookings these are.
        destination: A file name ending in `.jsonl`, `.csv` (both may be followed by `.gz`), `.parquet`, `.sqlite` or
            `.ics`, or `-` for JSON lines on standard output.
        status: One or several of upcoming, recurring, past, cancelled, unconfirmed; every booking by default.
        event_type_ids: Only these event types.
        team_id: Only this team.
        attendee_email: Only with exactly this attendee.
        attendee_name: Only with exactly this attendee's name.
        after_start: Starting at this instant or later.
        before_end: Ending at this instant or earlier.
        after_created_at: Created at this instant or later.
        before_created_at: Created at this instant or earlier.
        after_updated_at: Changed at this instant or later (bookings never changed do not match).
        before_updated_at: Changed at this instant or earlier.
        format: Such as `csv`; by the name's suffix by default.
        concurrency: Windows walked side by side, 1 to 64.
        raw_cells: Leave cells of a `.csv` as they are, even those a spreadsheet would run as a formula.
        restart: Begin anew, even if an unfinished export stands beside the name.
        progress: Called with an `ExportProgress` about ten times a second.

    Returns:
        A report; `report.complete` says whether it is proven that nothing is missing.

    Raises:
        InvalidRequestError: an unknown format, a folder that does not exist, a filter that can't be.
        ExportError: it could not be finished; nothing stands under the final name. The cause is chained.
    """
    filters = BookingFilters(
        status=status or (),
        event_type_ids=event_type_ids or (),
        team_id=team_id,
        attendee_email=attendee_email,
        attendee_name=attendee_name,
        after_start=after_start,
        before_end=before_end,
        after_created_at=after_created_at,
        before_created_at=before_created_at,
        after_updated_at=after_updated_at,
        before_updated_at=before_updated_at,
    )
    return await run_export(
        cal,
        destination,
        filters,
        format=format,
        concurrency=concurrency,
        raw_cells=raw_cells,
        restart=restart,
        progress=progress,
    )


async def run_export(
    cal: AsyncCalCom,
    destination: str | os.PathLike[str],
    filters: BookingFilters,
    *,
    format: str | None = None,  # noqa: A002 - the word people look for
    concurrency: int = 8,
    raw_cells: bool = False,
    restart: bool = False,
    progress: ProgressCallback | None = None,
    path: str = "bookings",
) -> ExportReport:
    """`export_bookings` with its filters as one value, and any list of bookings below the base URL as its source."""
    if not 1 <= concurrency <= 64:
        raise InvalidRequestError("concurrency: 1 to 64 windows side by side")
    sink = choose_sink(destination, format, raw_cells=raw_cells)
    name = os.fspath(destination)
    tally = Tally()
    run = _Run(
        sink=sink,
        path=None if name == "-" else Path(name),
        filters=filters,
        tally=tally,
        concurrency=concurrency,
        progress=progress,
        delay=cal.limiter.delay,
        fetch=_fetcher(cal, path if filters.team_id is None else f"teams/{filters.team_id}/bookings", filters, tally),
    )
    try:
        purpose = {
            "account": await _account(cal),
            "list": path,
            "filters": filters.to_dict(),
            "format": [*format_of(destination, format), raw_cells],
        }
        return await run.go(purpose, restart=restart)
    except (OSError, CalComError) as error:
        if isinstance(error, ExportError | InvalidRequestError):
            raise
        raise run.failed(error) from error


async def export_list(
    cal: AsyncCalCom, path: str, destination: str | os.PathLike[str], arguments: ExportArguments
) -> ExportReport:
    """`run_export` with keyword arguments as a mapping, those of the filters among them."""
    names = {a.name for a in attrs.fields(BookingFilters)}
    filters: dict[str, Any] = {name: value for name, value in arguments.items() if name in names}
    options: dict[str, Any] = {name: value for name, value in arguments.items() if name not in names}
    return await run_export(cal, destination, BookingFilters(**filters), path=path, **options)


def _fetcher(cal: AsyncCalCom, path: str, filters: BookingFilters, tally: Tally) -> Fetch:
    """Sends list requests with the filters in them, and counts them."""
    listened = cal.with_options(hooks=(tally.hear,))
    fixed = filters.query()

    async def fetch(query: Mapping[str, Any]) -> Any:
        return await listened.request_raw("GET", path, params={**fixed, **query}, api_version=API_VERSION)

    return fetch


async def _account(cal: AsyncCalCom) -> str:
    """Whose bookings these are: the same with another key of the same person."""
    try:
        return f"{cal.base_url}#{(await cal.request('GET', 'me'))['data']['id']}"
    except (PermissionDeniedError, KeyError, TypeError):
        return cal.base_url  # a token without the scope PROFILE_READ


@attrs.define(eq=False, kw_only=True)
class _Run:
    """One export under way."""

    sink: Sink
    path: Path | None
    filters: BookingFilters
    tally: Tally
    concurrency: int
    progress: ProgressCallback | None
    delay: Any
    fetch: Fetch
    purpose: Mapping[str, Any] = attrs.field(factory=dict)
    frozen: int = 0
    states: dict[int, WindowState] = attrs.field(factory=dict)
    """What is not yet in the file, window by window; the writer moves it on with what it writes."""
    todo: list[int] = attrs.field(factory=list)
    walks: dict[int, Walk] = attrs.field(factory=dict)
    walked: int = 0
    """Milliseconds of creation time in windows that are walked to their end."""
    whole: int = 1
    """Milliseconds of creation time in all."""
    numbered: int = 0
    started: float = attrs.field(factory=time.monotonic)
    told: float = 0.0
    committed: float = 0.0
    whole_rows: bool = True
    """False while rows are being written: a write that fails may leave half of them behind."""

    @property
    def journal_path(self) -> Path | None:
        """Where the journal stands; None for standard output."""
        return None if self.path is None else self.path.with_name(f".{self.path.name}.journal")

    async def go(self, purpose: Mapping[str, Any], *, restart: bool) -> ExportReport:
        """Run it from the beginning, or from where its journal says."""
        self.purpose = purpose
        journal = self._unfinished(restart=restart)
        self.sink.open(None if journal is None else journal.offset)
        begun = journal is not None
        try:
            if journal is not None:
                first = None
                self._restore(journal)
            else:
                first = await self._begin()
                begun = True
            await self._walk_all(first)
            self.sink.finish()
        except BaseException as error:
            self._stop(begun=begun)
            if isinstance(error, BaseExceptionGroup):
                raise error.exceptions[0] from None
            raise
        if self.journal_path is not None:
            self.journal_path.unlink(missing_ok=True)
        self._tell(force=True)
        return self._report()

    # --- beginning and going on ---------------------------------------------------------------------------------------

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
        fresh, before = self.tally, Tally.from_counts(journal.counts)
        for name in ("requests", "retries", "refused", "waited"):
            setattr(fresh, name, getattr(before, name) + getattr(fresh, name))
        for name in (
            "bookings",
            "windows",
            "duplicates",
            "malformed",
            "longest_tie",
            "digest",
            "seconds",
            "doubts",
            "by_status",
        ):
            setattr(fresh, name, getattr(before, name))
        fresh.resumed = before.resumed + 1
        self.frozen = journal.frozen
        for state in journal.windows:
            self._add(state)
        self.whole = max(1, sum(state.end - state.position for state in journal.windows))

    async def _begin(self) -> Answer | None:
        """The first page, which tells the server's time (the set is frozen by it) and where the range begins."""
        low, high = self.filters.created_range()
        bounds = {} if low is None else {"afterCreatedAt": wire_instant(low)}
        if high is not None:
            bounds["beforeCreatedAt"] = wire_instant(high - 1)
        response = await self.fetch({"take": PAGE_SIZE, "sortCreated": "asc", **bounds})
        now = server_time(response.headers)
        frozen = datetime.now(UTC) if now is None else datetime.fromtimestamp(now, UTC)
        # The server's time is in whole seconds: what was created within this one existed when the export began.
        self.frozen = milliseconds(frozen + timedelta(seconds=1))
        end = self.frozen + 1 if high is None else min(self.frozen + 1, high)
        answer = read_answer(response.body)
        created = [row.moment for row in answer.rows if row.moment is not None]
        if not created:
            self.tally.malformed += len(answer.rows)
            self._write(Step(answer.rows, 0, frozenset()), None)
            return None
        start = min(created)
        if start >= end:
            return None
        self.whole = end - start
        # The first page is the beginning of the first window, which ends after that page's last row.
        cut = min(max(created) + 1, end) if answer.full else end
        self._add(WindowState.fresh(Window(start, cut)))
        if cut < end:
            worth = (answer.total or PAGE_SIZE) // (SHARED_PAGES // 2 * PAGE_SIZE)
            for window in split(Window(cut, end), min(self.concurrency, worth)):
                self._add(WindowState.fresh(window))
        return answer

    def _add(self, state: WindowState) -> int:
        self.numbered += 1
        self.states[self.numbered] = state
        self.todo.append(self.numbered)
        return self.numbered

    # --- walking ------------------------------------------------------------------------------------------------------

    async def _walk_all(self, first: Answer | None) -> None:
        steps: asyncio.Queue[tuple[int, Step | None] | None] = asyncio.Queue(maxsize=self.concurrency * 2)
        async with asyncio.TaskGroup() as group:
            writer = group.create_task(self._keep_file(steps))
            workers = [group.create_task(self._work(steps, first if n == 0 else None)) for n in range(self.concurrency)]
            await asyncio.gather(*workers)
            await steps.put(None)
            await writer

    async def _work(self, steps: asyncio.Queue[tuple[int, Step | None] | None], first: Answer | None) -> None:
        """Walk windows until none is left, and nobody has half of one to give."""
        while (number := self._next_window()) is not None:
            state = self.states[number]
            walk = self.walks[number] = Walk(
                Window(state.start, state.end), self.fetch, self.tally, position=state.position, seen=state.seen
            )
            async for step in walk.steps(first):
                await steps.put((number, step))
            first = None
            del self.walks[number]
            self.tally.windows += 1
            self.walked += walk.window.width
            await steps.put((number, None))

    def _next_window(self) -> int | None:
        if self.todo:
            return self.todo.pop(0)
        walked = self._walked()
        density = self.tally.bookings / walked if walked else 0.0
        slowest = max(self.walks, key=lambda number: self.walks[number].left(density), default=None)
        half = self.walks[slowest].give_half(density) if slowest is not None else None
        if slowest is None or half is None:
            return None
        self.states[slowest] = attrs.evolve(self.states[slowest], end=half.start)
        number = self._add(WindowState.fresh(half))
        self.todo.remove(number)
        return number

    def _walked(self) -> int:
        return self.walked + sum(walk.position - walk.window.start for walk in self.walks.values())

    # --- keeping the file ---------------------------------------------------------------------------------------------

    async def _keep_file(self, steps: asyncio.Queue[tuple[int, Step | None] | None]) -> None:
        self.committed = time.monotonic()
        while (item := await steps.get()) is not None:
            number, step = item
            if step is None:
                del self.states[number]
            else:
                self._write(step, number)
            if time.monotonic() - self.committed >= COMMIT_SECONDS:
                self._commit()

    def _write(self, step: Step, number: int | None) -> None:
        self.whole_rows = False
        self.sink.write([row.raw for row in step.rows])
        for row in step.rows:
            self.tally.add(row.uid, row.status)
        if number is not None:
            state = self.states[number]
            self.states[number] = attrs.evolve(state, position=step.position, seen=tuple(step.seen))
        self.whole_rows = True
        self._tell()

    def _commit(self) -> None:
        if self.journal_path is None:
            return
        offset = self.sink.commit()
        Journal(
            purpose=self.purpose,
            frozen=self.frozen,
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
        if self.whole_rows:
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
                share=1.0 if force else min(1.0, self._walked() / self.whole),
                rate=self.tally.bookings / seconds if seconds > 0 else 0.0,
                requests=self.tally.requests,
                seconds=seconds,
                waiting=self.delay(),
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
        tally = self.tally
        return ExportReport(
            path=None if self.path is None else str(self.path),
            bookings=tally.bookings,
            complete=not tally.doubts,
            doubts=tuple(tally.doubts),
            frozen_at=datetime.fromtimestamp(self.frozen / 1000, UTC),
            by_status=dict(sorted(tally.by_status.items())),
            windows=tally.windows,
            requests=tally.requests,
            retries=tally.retries,
            refused=tally.refused,
            waited=round(tally.waited, 3),
            duplicates=tally.duplicates,
            malformed=tally.malformed,
            longest_tie=tally.longest_tie,
            resumed=tally.resumed,
            digest=f"{tally.digest:032x}",
            seconds=round(self._seconds(), 3),
        )
