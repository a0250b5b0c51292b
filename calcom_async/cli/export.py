"""`calcom-async bookings export`: every booking into a file, with its progress drawn."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import attrs
import typer

from calcom_async.cli.failures import FAILED, USAGE, CommandFailure
from calcom_async.cli.filters import Filters, filter_options
from calcom_async.cli.options import command
from calcom_async.cli.output import print_json
from calcom_async.cli.session import Session

if TYPE_CHECKING:
    from rich.progress import Task

    from calcom_async import AsyncCalCom
    from calcom_async.export import ExportProgress, ExportReport
    from calcom_async.export.report import ProgressCallback

__all__ = ["progress_words", "register", "summary"]

SANDBOX_BOOKINGS = 10_000
_SUFFIXES = ".jsonl, .csv (both also .gz), .parquet, .sqlite or .ics"


def register(app: typer.Typer) -> None:
    """Hang the command on the group."""
    example = (
        "bookings export --to bookings.jsonl\n"
        "bookings export --to december.csv --created-after 2026-12-01 --status upcoming\n"
        "bookings export --sandbox --to bookings.jsonl"
    )
    command(app, "export", example=example, bundles={"filters": filter_options})(_export)


async def _export(
    session: Session,
    *,
    to: Annotated[str, typer.Option("--to", metavar="FILE", help=f"Ending in {_SUFFIXES}; or - for stdout.")],
    filters: Filters,
    file_format: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="NAME", help="jsonl, csv, parquet, sqlite, ics; by default what FILE ends in."
        ),
    ] = None,
    concurrency: Annotated[
        int, typer.Option(metavar="N", min=1, max=64, help="Requests at once; the rate limit holds for all of them.")
    ] = 8,
    raw_cells: Annotated[
        bool, typer.Option("--raw-cells", help="CSV: leave cells as they are that a spreadsheet would run.")
    ] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Begin anew, not where an interrupted export stopped.")
    ] = False,
) -> int:
    """Write every booking into a file, each exactly once.

    The file stands under its name only when it is complete; what was interrupted goes on when it is run again.
    """
    if to == "-" and session.options.as_json:
        raise CommandFailure(
            "--to - writes the bookings to stdout, and --json the report", "leave one of the two out",
            exit_code=USAGE, kind="UsageError",
        )  # fmt: skip
    from calcom_async.export import export_bookings

    session.when_interrupted = _interrupted(session, to)
    async with session.client(sandbox_bookings=SANDBOX_BOOKINGS) as cal:
        with _drawn(session, cal) as draw:
            report = await export_bookings(
                cal, to, format=file_format, concurrency=concurrency, raw_cells=raw_cells,
                restart=restart or session.options.sandbox,  # a new sandbox can't go on with the old one's bookings
                progress=draw, **filters.given(),
            )  # fmt: skip
    if session.options.as_json:
        print_json(report.to_dict())
    for line, style in summary(report):
        session.say(line, style)
    return 0 if report.complete else FAILED


def _interrupted(session: Session, to: str) -> tuple[str, str]:
    """What is told after Ctrl-C."""
    if to == "-":
        return "interrupted: the export is not complete", "run the same command again"
    again = "it begins anew" if session.options.sandbox else "it goes on where it stopped (--restart begins anew)"
    return f"interrupted: the export is not complete, and {to} was not touched", f"run the same command again: {again}"


def summary(report: ExportReport) -> list[tuple[str, str]]:
    """What is said at the end, line by line, with its style."""
    place = report.path or "standard output"
    by_status = ", ".join(f"{count:,} {status or 'without status'}" for status, count in report.by_status.items())
    lines = [
        (
            f"{report.bookings:,} bookings in {place}: {report.requests:,} requests, {report.seconds:.1f} s"
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
    if report.complete:
        lines.append((f"Complete: all that existed at {report.frozen_at:%Y-%m-%d %H:%M:%S} UTC, each once.", "green"))
    else:
        lines.extend((f"NOT PROVEN COMPLETE: {doubt}.", "bold red") for doubt in report.doubts)
        lines.append(("Run it again later; the bookings that came are in the file.", ""))
    return lines


def progress_words(progress: ExportProgress, waiting: float) -> str:
    """How far it is, for the line of the progress bar."""
    words = f"{progress.bookings:,} bookings, {progress.rate:,.0f}/s"
    return f"{words}, waiting {waiting:.0f} s for the rate limit" if waiting >= 1 else words


@contextmanager
def _drawn(session: Session, cal: AsyncCalCom) -> Generator[ProgressCallback | None, None, None]:
    """A progress bar on stderr while it runs; none where stderr is no terminal, or for programs."""
    if session.options.as_json or not session.err.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, TimeElapsedColumn
    from rich.text import Text

    @attrs.define(eq=False)
    class Latest:
        progress: ExportProgress | None = None

    latest = Latest()

    class Words(ProgressColumn):
        """Says it in words; the waiting time is asked for anew, since nothing else happens while it waits."""

        def render(self, task: Task) -> Text:
            if latest.progress is None:
                return Text("first page …")
            done = task.finished
            return Text(progress_words(latest.progress, 0.0 if done else cal.limiter.delay()))

    with Progress(
        SpinnerColumn(), BarColumn(bar_width=24), Words(), TimeElapsedColumn(), console=session.err, transient=True
    ) as bar:
        task = bar.add_task("export", total=1.0)

        def draw(progress: ExportProgress) -> None:
            latest.progress = progress
            bar.update(task, completed=progress.share)

        yield draw
