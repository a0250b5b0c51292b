"""`calcom-async mcp`: Cal.com for programs that speak MCP, and what to tell those programs."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Coroutine, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from calcom_async.cli.failures import FAILED, USAGE, CommandFailure
from calcom_async.cli.help import CONTEXT, Command, Group, examples
from calcom_async.cli.options import CONNECTION, OUTPUT
from calcom_async.cli.session import Options, Session, all_accounts, execute

if TYPE_CHECKING:
    from calcom_async.accounts import Accounts
    from calcom_async.agent import Toolkit
    from calcom_async.agent.mcp import Token

__all__ = ["register"]

PORT = 8808
"""Of `--http`: always the same, so that a client's configuration stays right."""
OVER_HTTP = "Over HTTP"
EXAMPLES = """mcp --sandbox --write
mcp install claude-desktop --account work
mcp --http --port 8808"""
EXAMPLES_OF_INSTALL = """mcp install
mcp install cursor --sandbox --write
mcp install claude-code --account work"""
ABOUT = """Cal.com for programs that speak MCP, such as Claude.

Such a program starts it and talks to it over stdin and stdout; `mcp install` prints what to tell
the program. It reads only, unless --write is given. With --http it runs on its own, for programs on this machine."""

Sandboxed = Annotated[
    bool, typer.Option("--sandbox", help="A fresh local Cal.com with three accounts.", rich_help_panel=CONNECTION)
]
AccountNames = Annotated[
    list[str] | None,
    typer.Option(
        "--account", metavar="NAME", rich_help_panel=CONNECTION,
        help="Serve only this account (several: give it again; the first is the default).",
    ),
]  # fmt: skip
Writes = Annotated[bool, typer.Option("--write", help="Offer the tools that write: book, move, cancel …")]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Log every call on stderr (ids, no data).", rich_help_panel=OUTPUT)
]


def register(app: typer.Typer) -> None:
    """Hang the commands on the program."""
    branch = typer.Typer(name="mcp", cls=Group, rich_markup_mode=None, add_completion=False)
    branch.callback(invoke_without_command=True, help=ABOUT, epilog=examples(EXAMPLES), context_settings=CONTEXT)(_mcp)
    branch.command("install", cls=Command, epilog=examples(EXAMPLES_OF_INSTALL), context_settings=CONTEXT)(_install)
    app.add_typer(branch)


def _mcp(
    context: typer.Context,
    *,
    write: Writes = False,
    http: Annotated[
        bool, typer.Option("--http", help="Serve on this machine's loopback.", rich_help_panel=OVER_HTTP)
    ] = False,
    port: Annotated[
        int, typer.Option(metavar="P", min=0, max=65535, help="0 takes a free one.", rich_help_panel=OVER_HTTP)
    ] = PORT,
    token_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", dir_okay=False, rich_help_panel=OVER_HTTP,
            help="Holds the token clients must send; else CALCOM_MCP_TOKEN, else a new one.",
        ),
    ] = None,
    sandbox: Sandboxed = False,
    account: AccountNames = None,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Serve."""
    if context.invoked_subcommand is not None:
        return

    still_reading = False

    async def work(session: Session) -> None:
        nonlocal still_reading
        from calcom_async.agent import mcp
        from calcom_async.agent.mcp.server import check_installed

        check_installed()
        async with contextlib.AsyncExitStack() as stack:
            taken = token = None
            if http:
                token = mcp.find_token(token_file)
                taken = stack.enter_context(_port(port))
            toolkit = await stack.enter_async_context(_toolkit(session, account or []))
            server = mcp.build_server(toolkit, write=write)
            names = ", ".join(toolkit.account_names)
            session.say(f"Cal.com over MCP: {names}; {'reads and writes' if write else 'reads only (--write)'}.", "dim")
            if taken is None or token is None:
                still_reading = await _until_stopped(session, mcp.serve_stdio(server))
                return
            _announce(session, taken.getsockname()[1], token)
            stopped = _stop_signals()
            await mcp.serve_http(server, taken, token, stopped)
            session.say("Stopped.", "dim")

    try:
        execute(Options(sandbox=sandbox, verbose=verbose), work)
    finally:
        if still_reading:  # the thread that waits for stdin can't be interrupted, and Python would wait for it
            sys.stderr.flush()
            os._exit(0)


@contextlib.asynccontextmanager
async def _toolkit(session: Session, names: list[str]) -> AsyncGenerator[Toolkit, None]:
    """The tools of the accounts that are served, or of a fresh sandbox's."""
    from calcom_async.agent import Permissions, Toolkit, mcp

    async with contextlib.AsyncExitStack() as stack:
        if not session.options.sandbox:
            yield await stack.enter_async_context(Toolkit(_chosen(names), confirm=mcp.confirm))
            return
        from calcom_async.sandbox import Sandbox

        sandbox = await stack.enter_async_context(Sandbox(world="example"))
        unknown = [name for name in names if name not in sandbox.account_keys]
        if unknown:
            raise CommandFailure(
                f"--sandbox has no account {unknown[0][:40]!r}", f"use one of {', '.join(sandbox.account_keys)}",
                exit_code=USAGE, kind="UsageError",
            )  # fmt: skip
        clients = {
            name: await stack.enter_async_context(sandbox.client(api_key=sandbox.account_keys[name]))
            for name in names or sandbox.account_keys
        }
        allowed = Permissions(write="allow")  # nothing can go wrong there
        yield await stack.enter_async_context(Toolkit(clients, default=next(iter(clients)), permissions=allowed))


def _chosen(names: list[str]) -> Accounts:
    """The accounts to serve: those that were named, the first one the default; else all there are.

    Raises:
        CommandFailure: there are none.
        ConfigurationError: one of them can't be read.
    """
    from calcom_async.accounts import Accounts, read_accounts

    if not names:
        return all_accounts()
    accounts = read_accounts()
    chosen = [accounts.get(name).name for name in names]
    entries = {entry.name: entry for entry in accounts.entries if entry.name in chosen}
    return Accounts(entries, default=chosen[0])


@contextlib.contextmanager
def _port(port: int) -> Generator[socket.socket, None, None]:
    """The port, taken until the server takes it over."""
    from calcom_async.agent import mcp

    try:
        taken = mcp.listen(port)
    except OSError as error:
        raise CommandFailure(
            f"port {port} can't be used: {error.strerror or 'the system refuses it'}",
            "choose another one with --port; 0 takes a free one",
            exit_code=USAGE if port else FAILED, kind="OSError",
        ) from None  # fmt: skip
    with taken:
        yield taken


def _announce(session: Session, port: int, token: Token) -> None:
    url = f"http://127.0.0.1:{port}/mcp"
    shown = token.value if token.source is None else f"the token of {token.source}"
    session.err.print(Text.assemble("Serving at ", (url, "bold"), ", on this machine only."), soft_wrap=True)
    session.err.print(Text(f"Clients send the header Authorization: Bearer {shown}"), soft_wrap=True)
    session.say("Ctrl-C stops it.")


def _stop_signals() -> asyncio.Event:
    """Set by Ctrl-C or a polite kill."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):  # Windows, or not the main thread
            loop.add_signal_handler(number, stopped.set)
    return stopped


async def _until_stopped(session: Session, serving: Coroutine[Any, Any, None]) -> bool:
    """Serve until the client leaves, or until Ctrl-C or a polite kill; True in the latter case."""
    if sys.stdin.isatty():
        session.say("This is for a program to talk to: `calcom-async mcp install` prints its configuration.")
        session.say("Ctrl-C stops it.")
    stopped = asyncio.create_task(_stop_signals().wait())
    task = asyncio.create_task(serving)
    await asyncio.wait((task, stopped), return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if task.done():
        await task
        return False
    task.cancel()
    return True


def _install(
    client: Annotated[
        str | None, typer.Argument(metavar="[CLIENT]", help="Which program; left out, all of them are named.")
    ] = None,
    *,
    write: Writes = False,
    sandbox: Sandboxed = False,
    account: AccountNames = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="The clients, or text and file, as JSON.", rich_help_panel=OUTPUT)
    ] = False,
) -> None:
    """Print what to write into a program's configuration.

    It names the account and never holds the key, which stays in the accounts file, the keyring or the environment.
    """

    async def work(session: Session) -> None:
        from calcom_async.agent import mcp

        if client is None:
            _list_clients(session)
            return
        known = mcp.CLIENTS.get(client.lower())
        if known is None:
            raise CommandFailure(
                f"{client[:40]!r} is none of the clients known here", f"use one of {', '.join(mcp.CLIENTS)}",
                exit_code=USAGE, kind="UsageError",
            )  # fmt: skip
        options = [word for name in account or [] for word in ("--account", name)]
        options += ["--sandbox"] * sandbox + ["--write"] * write
        command, arguments = mcp.command_line(options)
        text = mcp.configuration(known.name, command, arguments)
        if session.options.as_json:
            told = {"client": known.name, "file": known.file, "text": text, "command": [command, *arguments]}
            sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
            return
        session.say(f"{known.title}: put this into {known.file}", "bold")
        session.say("(only the inner part, if the file has other servers already)", "dim")
        sys.stdout.write(text)
        sys.stdout.flush()
        session.say(f"Then {known.afterwards}.")

    execute(Options(as_json=as_json), work)


def _list_clients(session: Session) -> None:
    from calcom_async.agent import mcp

    if session.options.as_json:
        sys.stdout.write(json.dumps([{"client": c.name, "file": c.file} for c in mcp.CLIENTS.values()]) + "\n")
        return
    width = max(len(name) for name in mcp.CLIENTS)
    sys.stdout.write("".join(f"{c.name:<{width}}  {c.title}: {c.file}\n" for c in mcp.CLIENTS.values()))
    session.say("`calcom-async mcp install CLIENT` prints what to write there.")
