"""The export itself: workers walk windows side by side, one writer keeps the file."""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs

from calcom_async.core.inputs import Instant
from calcom_async.core.rate_limit_headers import server_time
from calcom_async.errors import CalComError, ExportError, InvalidRequestError
from calcom_async.export.filters import BookingFilters
from calcom_async.export.plan import Window, milliseconds, split, wire_instant
from calcom_async.export.report import ExportProgress, ExportReport, ProgressCallback, Tally
from calcom_async.export.sinks import Encoder, OutputFile, choose_encoder
from calcom_async.export.walk import PAGE_SIZE, SHARED_PAGES, Answer, Fetch, Row, Walk, read_answer

if TYPE_CHECKING:
    from calcom_async.client import AsyncCalCom

__all__ = ["export_bookings", "run_export"]

API_VERSION = "2024-08-13"
"""Known by hosted and self-hosted servers, answers fast, and filters by creation time."""
_PROGRESS_SECONDS = 0.1


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
    progress: ProgressCallback | None = None,
) -> ExportReport:
    """Write every booking that exists now into a file, exactly once.

    `GET /bookings` (or `GET /teams/{teamId}/bookings`), OAuth scope `BOOKING_READ`.

    Args:
        cal: The client; its key decides whose bookings these are.
        destination: A file name ending in `.jsonl` or `.csv`, or `-` for JSON lines on standard output.
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
        format: `jsonl` or `csv`; by the name's suffix by default.
        concurrency: Windows walked side by side, 1 to 64.
        raw_cells: Leave cells of a `.csv` as they are, even those a spreadsheet would run as a formula.
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
        cal, destination, filters, format=format, concurrency=concurrency, raw_cells=raw_cells, progress=progress
    )


async def run_export(
    cal: AsyncCalCom,
    destination: str | os.PathLike[str],
    filters: BookingFilters,
    *,
    format: str | None = None,  # noqa: A002 - the word people look for
    concurrency: int = 8,
    raw_cells: bool = False,
    progress: ProgressCallback | None = None,
) -> ExportReport:
    """`export_bookings` with its filters as one value."""
    if not 1 <= concurrency <= 64:
        raise InvalidRequestError("concurrency: 1 to 64 windows side by side")
    encoder = choose_encoder(destination, format, raw_cells=raw_cells)
    output = OutputFile(destination)
    tally = Tally()
    listened = cal.with_options(hooks=(tally.hear,))
    path = "bookings" if filters.team_id is None else f"teams/{filters.team_id}/bookings"
    fixed = filters.query()

    async def fetch(query: Mapping[str, Any]) -> Any:
        return await listened.request_raw("GET", path, params={**fixed, **query}, api_version=API_VERSION)

    run = _Run(fetch, filters, output, encoder, tally, concurrency, progress, cal.limiter.delay)
    return await run.go()


@attrs.define(eq=False)
class _Run:
    """One export under way."""

    fetch: Fetch
    filters: BookingFilters
    output: OutputFile
    encoder: Encoder
    tally: Tally
    concurrency: int
    progress: ProgressCallback | None
    delay: Any
    started: float = attrs.field(factory=time.monotonic)
    todo: deque[Window] = attrs.field(factory=deque)
    walks: list[Walk] = attrs.field(factory=list)
    done: int = 0
    """Milliseconds of creation time that were walked to their end."""
    whole: Window | None = None
    told: float = 0.0

    async def go(self) -> ExportReport:
        self.output.open()
        try:
            self.output.write(self.encoder.start())
            first, frozen = await self._begin()
            await self._walk_all(first)
            self.output.finish()
        except BaseException as error:
            self.output.discard()
            if isinstance(error, BaseExceptionGroup):
                error = error.exceptions[0]
            if isinstance(error, OSError | CalComError) and not isinstance(error, ExportError):
                raise self._failed(error) from error
            raise error from None
        self._tell(force=True)
        return self._report(frozen)

    async def _begin(self) -> tuple[Answer | None, datetime]:
        """The first page, which tells the server's time (the set is frozen by it) and where the range begins."""
        low, high = self.filters.created_range()
        bounds = {} if low is None else {"afterCreatedAt": wire_instant(low)}
        if high is not None:
            bounds["beforeCreatedAt"] = wire_instant(high - 1)
        response = await self.fetch({"take": PAGE_SIZE, "sortCreated": "asc", **bounds})
        now = server_time(response.headers)
        frozen = datetime.now(UTC) if now is None else datetime.fromtimestamp(now, UTC)
        frozen += timedelta(seconds=1)  # the server's time is in whole seconds: what was created within this one counts
        end = milliseconds(frozen) + 1
        end = end if high is None else min(end, high)
        answer = read_answer(response.body)
        created = [row.created for row in answer.rows if row.created is not None]
        if not created:
            if answer.rows:
                await self._write(answer.rows)
                self.tally.malformed += len(answer.rows)
            return None, frozen
        start = min(created)
        if start >= end:
            return None, frozen
        self.whole = Window(start, end)
        # The first page is the beginning of the first window: it ends after that page's last row.
        cut = min(max(created) + 1, end)
        self.todo.append(Window(start, cut) if answer.full else self.whole)
        if answer.full and cut < end:
            worth = (answer.total or PAGE_SIZE) // (SHARED_PAGES // 2 * PAGE_SIZE)
            self.todo.extend(split(Window(cut, end), min(self.concurrency, worth)))
        return answer, frozen

    async def _walk_all(self, first: Answer | None) -> None:
        if self.whole is None:
            return
        batches: asyncio.Queue[list[Row] | None] = asyncio.Queue(maxsize=self.concurrency * 2)
        async with asyncio.TaskGroup() as group:
            writer = group.create_task(self._keep_file(batches))
            opening = self.todo.popleft()
            workers = [group.create_task(self._work(batches, opening, first))]
            workers += [group.create_task(self._work(batches)) for _ in range(self.concurrency - 1)]
            await asyncio.gather(*workers)
            await batches.put(None)
            await writer

    async def _work(
        self, batches: asyncio.Queue[list[Row] | None], window: Window | None = None, first: Answer | None = None
    ) -> None:
        """Walk windows until none is left, and nobody has half of one to give."""
        while (window := window or self._next_window()) is not None:
            walk = Walk(window, self.fetch, self.tally)
            self.walks.append(walk)
            async for rows in walk.batches(first):
                await batches.put(rows)
            self.walks.remove(walk)
            self.tally.windows += 1
            self.done += walk.window.width
            window = first = None

    def _next_window(self) -> Window | None:
        if self.todo:
            return self.todo.popleft()
        walked = self._walked()
        density = self.tally.bookings / walked if walked else 0.0
        slowest = max(self.walks, key=lambda walk: walk.left(density), default=None)
        return slowest.give_half(density) if slowest is not None else None

    def _walked(self) -> int:
        """Milliseconds of creation time that were walked."""
        return self.done + sum(walk.position - walk.window.start for walk in self.walks)

    async def _keep_file(self, batches: asyncio.Queue[list[Row] | None]) -> None:
        while (rows := await batches.get()) is not None:
            await self._write(rows)

    async def _write(self, rows: list[Row]) -> None:
        self.output.write(self.encoder.encode([row.raw for row in rows]))
        self.tally.bookings += len(rows)
        self.tally.by_status.update(row.status for row in rows)
        self._tell()

    def _tell(self, *, force: bool = False) -> None:
        now = time.monotonic()
        if self.progress is None or (not force and now - self.told < _PROGRESS_SECONDS):
            return
        self.told = now
        seconds = now - self.started
        width = self.whole.width if self.whole is not None else 1
        self.progress(
            ExportProgress(
                bookings=self.tally.bookings,
                share=1.0 if force else min(1.0, self._walked() / width),
                rate=self.tally.bookings / seconds if seconds > 0 else 0.0,
                requests=self.tally.requests,
                seconds=seconds,
                waiting=self.delay(),
            )
        )

    def _failed(self, error: Exception) -> ExportError:
        place = self.output.path if self.output.path is not None else "standard output"
        return ExportError(
            f"the export to {place} stopped after {self.tally.bookings} bookings: {error}. "
            "Nothing was left under that name; run the same command again"
        )

    def _report(self, frozen: datetime) -> ExportReport:
        tally = self.tally
        return ExportReport(
            path=None if self.output.path is None else str(self.output.path),
            bookings=tally.bookings,
            complete=not tally.doubts,
            doubts=tuple(tally.doubts),
            frozen_at=frozen,
            by_status=dict(sorted(tally.by_status.items())),
            windows=tally.windows,
            requests=tally.requests,
            retries=tally.retries,
            refused=tally.refused,
            waited=round(tally.waited, 3),
            duplicates=tally.duplicates,
            malformed=tally.malformed,
            longest_tie=tally.longest_tie,
            seconds=round(time.monotonic() - self.started, 3),
        )
