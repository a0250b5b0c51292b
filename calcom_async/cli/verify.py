"""`calcom-async bookings verify`: whether an export holds the same bookings as another one, or as the account."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import attrs
import typer

from calcom_async.cli.export import SANDBOX_BOOKINGS
from calcom_async.cli.failures import FAILED, USAGE, CommandFailure
from calcom_async.cli.filters import ORGANIZATION, Filters, filter_options
from calcom_async.cli.options import command
from calcom_async.cli.output import print_json, shown
from calcom_async.cli.progress import drawn
from calcom_async.cli.session import Session, report
from calcom_async.errors import CalComError

if TYPE_CHECKING:
    from calcom_async.export import Comparison

__all__ = ["register"]

ACCOUNT = "account"
"""What stands for the account itself where another file could stand."""


def register(app: typer.Typer) -> None:
    """Hang the command on the group."""
    example = (
        "bookings verify bookings.jsonl --against account\n"
        "bookings verify bookings.jsonl --against bookings.parquet\n"
        "bookings verify past.csv --against account --status past --created-before 2026-12-01T09:00:00Z"
    )
    command(app, "verify", example=example, bundles={"filters": filter_options})(_verify)


async def _verify(
    session: Session,
    *,
    file: Annotated[str, typer.Argument(metavar="FILE", help="An export: .jsonl, .csv (also .gz), .parquet, .sqlite.")],
    against: Annotated[
        str, typer.Option(metavar="FILE|account", help="Another export, or what the account holds now.")
    ],
    filters: Filters,
    organization: ORGANIZATION = None,
) -> int:
    """Compare an export with another one, or with the account.

    Ends with 0 where both hold the same bookings, 1 where they differ, 2 where they can't be compared. Give the filters
    that the export was made with.
    """
    selected = filters.given() | ({} if organization is None else {"organization_id": organization})
    try:
        compared = await _compared(session, file, against, selected)
    except (CalComError, CommandFailure, OSError) as error:
        report(attrs.evolve(session.explained(error), exit_code=USAGE), session)
        return USAGE
    if session.options.as_json:
        print_json(compared.to_dict())
    else:
        _print(session, compared, file, "the account" if against == ACCOUNT else against)
        grown = compared.only_right and not compared.only_left
        if grown and against == ACCOUNT and "before_created_at" not in selected:
            session.say("Were they made after the export? --created-before leaves later ones out.", "dim")
    return 0 if compared.same else FAILED


async def _compared(session: Session, file: str, against: str, selected: dict[str, Any]) -> Comparison:
    from calcom_async.export import compare_files, compare_with_account

    if against != ACCOUNT:
        options = session.options
        if selected or options.account is not None or options.base_url is not None or options.sandbox:
            raise CommandFailure(
                "two files are compared as they are: filters and accounts are for --against account",
                "leave them out, or compare with the account", exit_code=USAGE, kind="UsageError",
            )  # fmt: skip
        return compare_files(file, against)
    async with session.client(sandbox_bookings=SANDBOX_BOOKINGS) as cal:
        with tempfile.TemporaryDirectory(prefix="calcom-async-") as folder, drawn(session, [cal]) as draw:
            scratch = Path(folder) / "account.jsonl"
            return await compare_with_account(file, cal, scratch=scratch, progress=draw, **selected)


def _print(session: Session, compared: Comparison, left: str, right: str) -> None:
    """What is the same and what is not, for people."""
    out = session.out
    if compared.same:
        out.print(f"{left} and {right} hold the same {_counted(compared.left)}.", style="green", soft_wrap=True)
        return
    both = compared.left - compared.only_left
    out.print(
        f"{left} holds {_counted(compared.left)}, {right} {compared.right:,}; {both:,} are in both.",
        style="bold red", soft_wrap=True,
    )  # fmt: skip
    _print_missing(session, left, compared.only_left, compared.examples_left)
    _print_missing(session, right, compared.only_right, compared.examples_right)


def _print_missing(session: Session, place: str, count: int, uids: Sequence[str]) -> None:
    if not count:
        return
    session.out.print(f"Only in {place}: {count:,}", soft_wrap=True)
    for uid in uids:
        session.out.print(f"  {shown(uid, session.utc)}", soft_wrap=True)
    if count > len(uids):
        session.out.print(f"  and {count - len(uids):,} more")


def _counted(count: int) -> str:
    return f"{count:,} {'booking' if count == 1 else 'bookings'}"
