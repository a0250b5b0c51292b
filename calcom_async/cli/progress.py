"""What an export tells: a progress bar while it runs, and some lines at its end. All of it goes to stderr."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING

import attrs

from calcom_async.cli.session import Session

if TYPE_CHECKING:
    from rich.progress import Task

    from calcom_async import AsyncCalCom
    from calcom_async.export import ExportProgress, ExportReport
    from calcom_async.export.report import ProgressCallback

__all__ = ["drawn", "progress_words", "summary"]


def summary(report: ExportReport) -> list[tuple[str, str]]:
    """What is said at the end, line by line, with its style."""
    place = report.path or "standard output"
    by_status = ", ".join(f"{count:,} {status or 'without status'}" for status, count in report.by_status.items())
    since = "" if report.since is None else f" new or changed since {report.since:%Y-%m-%d %H:%M:%S} UTC,"
    lines = [
        (
            f"{report.bookings:,} {'booking' if report.bookings == 1 else 'bookings'}{since} in {place}: "
            f"{report.requests:,} {'request' if report.requests == 1 else 'requests'}, {report.seconds:.1f} s"
            + (", held back by the rate limit" if report.waited >= 1 else "")
            + (f", {report.retries:,} tried again" if report.retries else "")
            + (f", in {report.resumed + 1} runs" if report.resumed else "")
            + ".",
            "bold",
        )
    ]
    if by_status:
        lines.append((f"By status: {by_status}.", ""))
    if report.malformed:
        lines.append((f"{report.malformed:,} have no uid or no creation time; they are in it as they came.", "yellow"))
    until = f"{report.frozen_at:%Y-%m-%d %H:%M:%S} UTC"
    if not report.complete:
        lines.extend((f"NOT PROVEN COMPLETE: {doubt}.", "bold red") for doubt in report.doubts)
        lines.append(("Run it again later; the bookings that came are in the file.", ""))
    elif report.since is not None:
        lines.append((f"Up to date: all that was made or changed by {until} is in it.", "green"))
    else:
        lines.append((f"Complete: all that existed at {until}, each once.", "green"))
    return lines


def progress_words(progress: ExportProgress, waiting: float) -> str:
    """How far it is, for the line of the progress bar."""
    words = f"{progress.bookings:,} bookings, {progress.rate:,.0f}/s"
    return f"{words}, waiting {waiting:.0f} s for the rate limit" if waiting >= 1 else words


@contextmanager
def drawn(session: Session, clients: Iterable[AsyncCalCom]) -> Generator[ProgressCallback | None, None, None]:
    """A progress bar on stderr while it runs; none where stderr is no terminal, or for programs."""
    if session.options.as_json or not session.err.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, TimeElapsedColumn
    from rich.text import Text

    limiters = [cal.limiter for cal in clients]

    @attrs.define(eq=False)
    class Latest:
        progress: ExportProgress | None = None

    latest = Latest()

    class Words(ProgressColumn):
        """Says it in words; the waiting time is asked for anew, since nothing else happens while it waits."""

        def render(self, task: Task) -> Text:
            if latest.progress is None:
                return Text("first page …")
            waiting = 0.0 if task.finished else min(limiter.delay() for limiter in limiters)
            return Text(progress_words(latest.progress, waiting))

    with Progress(
        SpinnerColumn(), BarColumn(bar_width=24), Words(), TimeElapsedColumn(), console=session.err, transient=True
    ) as bar:
        task = bar.add_task("export", total=1.0)

        def draw(progress: ExportProgress) -> None:
            latest.progress = progress
            bar.update(task, completed=progress.share)

        yield draw
