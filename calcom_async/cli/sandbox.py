"""`calcom-async sandbox`: a local Cal.com that runs until Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from calcom_async.cli.failures import FAILED, USAGE, Failure
from calcom_async.cli.help import CONTEXT, Command, examples
from calcom_async.cli.session import Options, Session, execute, report

__all__ = ["register"]


class Profile(StrEnum):
    """Which kind of server to be like."""

    HOSTED = "hosted"
    SELF_HOSTED = "self-hosted"


EXAMPLE = "sandbox --bookings 500 --port 8765 --db cal.db"


def register(app: typer.Typer) -> None:
    """Hang the command on the program."""
    app.command("sandbox", cls=Command, epilog=examples(EXAMPLE), context_settings=CONTEXT)(_sandbox)


def _sandbox(
    *,
    bookings: Annotated[int, typer.Option(metavar="N", min=0, help="How many bookings it starts with.")] = 200,
    seed: Annotated[int, typer.Option(metavar="S", help="The same seed makes the same bookings.")] = 1,
    port: Annotated[int, typer.Option(metavar="P", min=0, max=65535, help="0 takes a free one.")] = 0,
    db: Annotated[
        Path | None, typer.Option(metavar="FILE", dir_okay=False, help="Keep its state here; else it forgets all.")
    ] = None,
    profile: Annotated[Profile, typer.Option(help="Which kind of server to be like.")] = Profile.HOSTED,
    rate_limit: Annotated[
        bool, typer.Option("--rate-limit/--no-rate-limit", help="Cal.com's limit: 120 requests a minute.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="URL and key as one JSON object on stdout.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log on stderr.")] = False,
) -> None:
    """A local Cal.com to try things on, without an account.

    Prints what to export in another terminal, and runs until Ctrl-C.
    """

    async def work(session: Session) -> int:
        from calcom_async.sandbox import RateLimit, Sandbox

        stopped = _stop_signals()
        session.say(f"Starting a local Cal.com with {bookings:,} bookings …", "dim")
        sandbox = Sandbox(
            bookings=bookings,
            seed=seed,
            port=port,
            db=str(db) if db is not None else ":memory:",
            profile=profile.value,
            rate_limit=RateLimit() if rate_limit else None,
        )
        try:
            await sandbox.start()
        except OSError as error:
            # The file of the database has its own exception; what is left of OSError is the port.
            what = f"port {port} can't be used: {error.strerror or 'the system refuses it'}"
            report(Failure(kind="OSError", what=what, advice="leave --port out to take a free one"), session)
            return USAGE if port else FAILED
        try:
            _announce(session, sandbox.url, sandbox.api_key, sandbox.page_url)
            await stopped.wait()
        finally:
            await sandbox.stop()
        session.say("Stopped." if db is None else f"Stopped; its state is in {db.name}.", "dim")
        return 0

    execute(Options(as_json=as_json, verbose=verbose), work)


def _announce(session: Session, url: str, api_key: str, page_url: str) -> None:
    if session.options.as_json:
        sys.stdout.write(json.dumps({"url": url, "api_key": api_key}) + "\n")
    else:
        sys.stdout.write(f"export CALCOM_BASE_URL={url}\nexport CALCOM_API_KEY={api_key}\n")
        session.err.print(Text.assemble("A local Cal.com answers at ", (url, "bold"), f" with the key {api_key}."))
        session.say("Paste the two lines above into another terminal, and try `calcom-async bookings list` there.")
        session.say(f"Or open {page_url} in a browser: a calendar, a log of all requests, and faults to switch on.")
        session.say("Ctrl-C stops it.")
    sys.stdout.flush()


def _stop_signals() -> asyncio.Event:
    """Set by Ctrl-C or a polite kill."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):  # Windows, or not the main thread
            loop.add_signal_handler(number, stopped.set)
    return stopped
