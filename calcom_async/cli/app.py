"""The program put together, and run."""

from __future__ import annotations

import functools
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from calcom_async import __version__
from calcom_async.cli import (
    accounts,
    api,
    booking_changes,
    bookings,
    doctor,
    event_types,
    export,
    login,
    mcp,
    profile,
    request,
    sandbox,
    schedules,
    slots,
    teams,
    tools,
    verify,
    webhooks,
    whoami,
)
from calcom_async.cli.failures import INTERRUPTED, explain
from calcom_async.cli.help import CONTEXT, Program, examples
from calcom_async.cli.options import group
from calcom_async.cli.session import Options, Session, report

__all__ = ["run"]

PROGRAM = "calcom-async"
ABOUT = "Cal.com on the command line. The key comes from CALCOM_API_KEY or `accounts`; --sandbox needs none."
EXAMPLES = """bookings export --sandbox --to bookings.jsonl
bookings list --status upcoming
doctor"""


def _program() -> typer.Typer:
    app = typer.Typer(
        name=PROGRAM, cls=Program, rich_markup_mode=None, add_completion=True, pretty_exceptions_enable=False
    )

    def start(
        context: typer.Context,
        *,
        version: Annotated[bool, typer.Option("--version", help="Show the version and exit.", is_eager=True)] = False,
    ) -> None:
        if version:
            typer.echo(f"calcom-async {__version__}")
            raise typer.Exit
        if context.invoked_subcommand is None:
            typer.echo(context.get_help())

    app.callback(invoke_without_command=True, help=ABOUT, epilog=examples(EXAMPLES), context_settings=CONTEXT)(start)
    for name, about, rooms in (
        ("bookings", "Export, compare, list, make and change bookings.", (export, verify, bookings, booking_changes)),
        ("event-types", "What can be booked.", (event_types,)),
        ("schedules", "When you can be booked.", (schedules,)),
        ("teams", "The teams you belong to.", (teams,)),
        ("webhooks", "Have events delivered.", (webhooks,)),
    ):
        branch = group(name, about)
        for room in rooms:
            room.register(branch)
        app.add_typer(branch)
    for room in (accounts, login, whoami, slots, profile, request, api, doctor, sandbox, tools, mcp):
        room.register(app)
    return app


@functools.cache
def _command() -> Any:
    """The program as it is run; put together once, for a process that runs several commands."""
    return typer.main.get_command(_program())


def run(arguments: Sequence[str]) -> int:
    """Run one command.

    Args:
        arguments: What follows the program's name.

    Returns:
        The exit code.
    """
    given = list(arguments)
    try:
        result = _command().main(given, prog_name=PROGRAM, standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - usage errors; and whatever it is, people get two lines
        failure = explain(error)
        report(failure, Session.make(Options(as_json="--json" in given)))
        return failure.exit_code
    sys.stdout.flush()
    return result if isinstance(result, int) else 0
