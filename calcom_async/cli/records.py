"""`calcom-async event-types export`, `schedules export` and `teams export`: all of them into a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from calcom_async.cli.export import RAW_CELLS
from calcom_async.cli.failures import USAGE, CommandFailure
from calcom_async.cli.options import command
from calcom_async.cli.output import print_json
from calcom_async.cli.session import Session

if TYPE_CHECKING:
    from calcom_async.export.records import Kind

__all__ = ["register_export"]

TO = Annotated[
    str,
    typer.Option(
        "--to", metavar="FILE", help="Ending in .jsonl, .csv (both also .gz), .parquet or .sqlite; or - for stdout."
    ),
]
FORMAT = Annotated[
    str | None,
    typer.Option("--format", metavar="NAME", help="jsonl, csv, parquet, sqlite; by default what FILE ends in."),
]
TEAM = Annotated[int | None, typer.Option("--team", metavar="ID", help="Those of this team.")]


def register_export(app: typer.Typer, kind: Kind) -> None:
    """Hang the command on the group of that kind."""
    example = f"{kind} export --to {kind}.jsonl"

    async def export_teams(
        session: Session, *, to: TO, file_format: FORMAT = None, raw_cells: RAW_CELLS = False
    ) -> None:
        await _export(session, kind, to=to, file_format=file_format, raw_cells=raw_cells)

    async def export_mine_or_a_teams(
        session: Session, *, to: TO, team: TEAM = None, file_format: FORMAT = None, raw_cells: RAW_CELLS = False
    ) -> None:
        await _export(session, kind, to=to, team=team, file_format=file_format, raw_cells=raw_cells)

    about = f"Write all {_noun(kind)} into a file."
    if kind == "teams":
        export_teams.__doc__ = about
        command(app, "export", example=example)(export_teams)
    else:
        export_mine_or_a_teams.__doc__ = about
        command(app, "export", example=f"{example}\n{kind} export --to team.csv --team 7")(export_mine_or_a_teams)


async def _export(
    session: Session, kind: Kind, *, to: str, file_format: str | None, raw_cells: bool, team: int | None = None
) -> None:
    if to == "-" and session.options.as_json:
        raise CommandFailure(
            f"--to - writes the {_noun(kind)} to stdout, and --json the report", "leave one of the two out",
            exit_code=USAGE, kind="UsageError",
        )  # fmt: skip
    from calcom_async.export import export_records

    async with session.client() as cal:
        done = await export_records(cal, kind, to, team_id=team, format=file_format, raw_cells=raw_cells)
    if session.options.as_json:
        print_json(done.to_dict())
    noun = _noun(kind) if done.records != 1 else _noun(kind).removesuffix("s")
    session.say(f"{done.records:,} {noun} in {done.path or 'standard output'}.", "bold")


def _noun(kind: Kind) -> str:
    return kind.replace("-", " ")
