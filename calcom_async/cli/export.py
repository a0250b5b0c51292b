"""`calcom-async bookings export`: every booking into a file, once or kept up to date, of one account or several."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import attrs
import typer

from calcom_async.cli.export_choices import ApiVersion, Choices
from calcom_async.cli.failures import FAILED
from calcom_async.cli.files import write_private
from calcom_async.cli.filters import ORGANIZATION, Filters, filter_options
from calcom_async.cli.options import CONNECTION, command
from calcom_async.cli.output import json_text, print_json
from calcom_async.cli.progress import drawn, summary
from calcom_async.cli.session import Session

if TYPE_CHECKING:
    from calcom_async.export import ExportArguments, ExportReport

__all__ = ["RAW_CELLS", "SANDBOX_BOOKINGS", "register"]

SANDBOX_BOOKINGS = 10_000
UPDATING = "Keeping a file up to date"
RAW_CELLS = Annotated[
    bool, typer.Option("--raw-cells", help="CSV: leave cells as they are that a spreadsheet would run.")
]
_SUFFIXES = ".jsonl, .csv (both also .gz), .parquet, .sqlite or .ics"


def register(app: typer.Typer) -> None:
    """Hang the command on the group."""
    example = (
        "bookings export --to bookings.jsonl\n"
        "bookings export --to december.csv --created-after 2026-12-01 --status upcoming\n"
        "bookings export --to mirror.sqlite --incremental\n"
        "bookings export --to everyone.parquet --account work --account home\n"
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
    raw_cells: RAW_CELLS = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Begin anew, not where an interrupted export stopped.")
    ] = False,
    report: Annotated[
        str | None, typer.Option("--report", metavar="FILE", help="Leave the report there as JSON, for you alone.")
    ] = None,
    api_version: Annotated[
        ApiVersion, typer.Option(metavar="DATE", help=f"{', '.join(ApiVersion)}; the last goes by cursor.")
    ] = ApiVersion.BY_CREATION,
    incremental: Annotated[
        bool,
        typer.Option(
            "--incremental", help="Ask only for what was made or changed since the last run.", rich_help_panel=UPDATING
        ),
    ] = False,
    full: Annotated[
        bool,
        typer.Option(
            "--full", help="Everything anew: also what no change tells of, such as deletions.", rich_help_panel=UPDATING
        ),
    ] = False,
    organization: ORGANIZATION = None,
    account: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Key and URL from accounts.toml; again for more: a column `account` says whose each is.",
            rich_help_panel=CONNECTION,
        ),
    ] = None,
) -> int:
    """Write every booking into a file, each exactly once.

    The file stands under its name only when it is complete; what was interrupted goes on when it is run again.
    """
    choices = Choices(
        to=to, filters=filters, file_format=file_format, restart=restart, incremental=incremental, full=full,
        report=report, accounts=tuple(account or ()), api_version=api_version,
        as_json=session.options.as_json, base_url=session.options.base_url,
    )  # fmt: skip
    choices.check()
    if report is not None:
        from calcom_async.export.sinks import check_destination

        check_destination(Path(report))
    selected = filters.given() | ({} if organization is None else {"organization_id": organization})
    session.when_interrupted = _interrupted(session, choices)
    if incremental:
        done = await _update(session, choices, selected, concurrency)
    else:
        options: dict[str, Any] = {
            "format": file_format, "concurrency": concurrency, "raw_cells": raw_cells, "api_version": api_version.value,
            # a new sandbox can't go on with the old one's bookings
            "restart": restart or session.options.sandbox,
        }  # fmt: skip
        done = await _whole(session, choices, selected | options)
    if session.options.as_json:
        print_json(done.to_dict())
    for line, style in summary(done):
        session.say(line, style)
    if report is not None:  # last, so that a full disk takes none of the words away
        write_private(Path(report), json_text(done.to_dict()) + "\n")
    return 0 if done.complete else FAILED


async def _whole(session: Session, choices: Choices, arguments: dict[str, Any]) -> ExportReport:
    """An export of everything, of one account or of several."""
    from calcom_async.export import export_accounts, export_bookings

    if len(choices.accounts) > 1:
        async with session.clients(choices.accounts) as clients:
            with drawn(session, clients.values()) as draw:
                several = cast("ExportArguments", {**arguments, "progress": draw})
                return await export_accounts(clients, choices.to, **several)
    _choose(session, choices)
    async with session.client(sandbox_bookings=SANDBOX_BOOKINGS) as cal:
        with drawn(session, [cal]) as draw:
            return await export_bookings(cal, choices.to, progress=draw, **arguments)


async def _update(session: Session, choices: Choices, selected: dict[str, Any], concurrency: int) -> ExportReport:
    """Bring the file up to date; a new sandbox has nothing to do with what the file holds."""
    from calcom_async.export import BookingFilters, update_export

    _choose(session, choices)
    async with session.client(sandbox_bookings=SANDBOX_BOOKINGS) as cal:
        with drawn(session, [cal]) as draw:
            return await update_export(
                cal, choices.to, BookingFilters(**selected), full=choices.full or session.options.sandbox,
                concurrency=concurrency, progress=draw,
            )  # fmt: skip


def _choose(session: Session, choices: Choices) -> None:
    """Make the only account that of the client."""
    if choices.accounts:
        session.options = attrs.evolve(session.options, account=choices.accounts[0])


def _interrupted(session: Session, choices: Choices) -> tuple[str, str]:
    """What is told after Ctrl-C."""
    again = "run the same command again"
    if choices.to == "-":
        return "interrupted: the export is not complete", again
    if choices.incremental:
        return f"interrupted: {choices.to} was not touched", again
    goes_on = "it begins anew" if session.options.sandbox else "it goes on where it stopped (--restart begins anew)"
    return f"interrupted: the export is not complete, and {choices.to} was not touched", f"{again}: {goes_on}"
