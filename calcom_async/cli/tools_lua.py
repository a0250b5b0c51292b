"""`calcom-async tools lua`: scripts that call Cal.com, from a file, from the command line, or a line at a time."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import signal
import sys
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from calcom_async.cli.failures import FAILED, USAGE, CommandFailure, Failure
from calcom_async.cli.files import text_from
from calcom_async.cli.options import command
from calcom_async.cli.output import json_text
from calcom_async.cli.session import Session, report
from calcom_async.cli.tools_toolkit import toolkit

if TYPE_CHECKING:
    from calcom_async.agent.lua import Lua, LuaResult

__all__ = ["add_lua_command"]

_EXAMPLE = """tools lua report.lua --account work
tools lua -e 'print(app.integrations["cal-com"].list_teams({}))' --sandbox
tools lua --repl --sandbox"""


def add_lua_command(app: typer.Typer) -> None:
    """Hang the command on the group `tools`."""
    command(app, "lua", example=_EXAMPLE)(_lua)


async def _lua(
    session: Session,
    *,
    file: Annotated[str | None, typer.Argument(metavar="FILE", help="The script; - for stdin.")] = None,
    code: Annotated[str | None, typer.Option("--execute", "-e", metavar="CODE", help="The script itself.")] = None,
    repl: Annotated[
        bool, typer.Option("--repl", help="Run what you type, a line at a time; after FILE or CODE where given.")
    ] = False,
    memory_limit: Annotated[int, typer.Option(metavar="MB", min=1, help="For the script's values.")] = 32,
    cpu_limit: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.001, help="Of computing; waiting for Cal.com is none.")
    ] = 30.0,
    call_limit: Annotated[int, typer.Option(metavar="N", min=1, help="Calls of Cal.com.")] = 200,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent; send no write.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Don't ask before a write, where the account permits that.")
    ] = False,
) -> int | None:
    """Run a Lua script that calls Cal.com; `tools docs examples` shows some.

    With --json stdout has the whole result: success, output, error, result, execution_time_ms, memory_usage,
    integration_calls, meta.
    """
    from calcom_async.agent.lua import Lua, LuaLimits
    from calcom_async.agent.lua.process import check_installed

    script = _script(file, code, repl=repl)
    if repl and session.options.as_json:
        raise CommandFailure(
            "--repl is for people", "leave --json or --repl out", exit_code=USAGE, kind="UsageError"
        )  # fmt: skip
    check_installed()
    limits = LuaLimits(memory=memory_limit << 20, cpu=cpu_limit, calls=call_limit)
    async with (
        toolkit(session, force=force, every=session.options.base_url is None) as tools,
        Lua(tools, account=session.options.account, limits=limits, dry_run=dry_run) as lua,
    ):
        result = None
        if script is not None:
            name = "script" if file is None or file == "-" else Path(file).name
            show = None if session.options.as_json else _show
            result = await lua.run(script, name=name, on_output=show)
            _tell(session, result)
        if repl:
            await _Conversation(session, lua).run()
            return None
    return None if result is None or result.success else FAILED


def _script(file: str | None, code: str | None, *, repl: bool) -> str | None:
    """The script that is to be run first."""
    if (file is None) == (code is None) and not (repl and file is None):
        raise CommandFailure(
            "give one script" if file is not None else "there is no script",
            "name a FILE, or - for stdin, or give it as -e CODE; --repl takes what you type",
            exit_code=USAGE, kind="UsageError",
        )  # fmt: skip
    return text_from(file, "FILE") if file is not None else code


def _show(output: str) -> None:
    """Output as it comes; a terminal sees no control characters, for it may be text of other people."""
    if sys.stdout.isatty():
        output = "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in output)
    sys.stdout.write(output)
    sys.stdout.flush()


def _tell(session: Session, result: LuaResult) -> None:
    """The end of a run."""
    if session.options.as_json:
        sys.stdout.write(json_text(result.to_dict()) + "\n")
    elif result.result is not None:
        _show(json_text(result.result) + "\n")
    sys.stdout.flush()
    if result.error is not None:
        error = result.meta["error"]
        message, advice = result.error, error.get("advice") or "change the script, and run it again"
        fields = {name: error.get(name) for name in ("line", "status", "parameter", "function")}
        what = message.removesuffix(f"; {advice}")
        report(Failure(kind=error["code"], what=what, advice=advice, fields=fields, own_advice=True), session)


class _Conversation:
    """Lines that are typed, and what comes of them. Ctrl-C ends a run, Ctrl-D the conversation."""

    def __init__(self, session: Session, lua: Lua) -> None:
        self._session, self._lua = session, lua
        self._terminal = sys.stdin.isatty()

    async def run(self) -> None:
        """Read and run until the end of the input."""
        if self._terminal:
            with contextlib.suppress(ImportError):
                importlib.import_module("readline")  # lines can be edited and recalled once it is there
            self._session.say('Lua 5.4. Cal.com is app.integrations["cal-com"]; Ctrl-D ends.', "dim")
        lines: list[str] = []
        while True:
            try:
                line = self._line(">> " if lines else "> ")
            except KeyboardInterrupt:
                sys.stdout.write("\n")
                lines = []
                continue
            if line is not None:
                lines.append(line)
            if lines and (line is None or "".join(lines).strip()):
                lines = await self._ran(lines, ended=line is None)
            else:
                lines = []
            if line is None:
                return

    def _line(self, prompt: str) -> str | None:
        """The next line; None at the end. Nothing else happens while it is typed."""
        with _interruptible():
            try:
                return input(prompt if self._terminal else "")
            except EOFError:
                if self._terminal:
                    sys.stdout.write("\n")
                return None

    async def _ran(self, lines: list[str], *, ended: bool) -> list[str]:
        """Run lines; those that want another one come back."""
        with _heard(self._lua):
            result = await self._lua.run("\n".join(lines), name="stdin", interactive=True, on_output=_show)
        if result.meta.get("incomplete") and not ended and lines[-1].strip():
            return lines
        _tell(self._session, result)
        if result.meta.get("state_lost"):
            self._session.say("The state is lost; the next line starts afresh.", "dim")
        return []


@contextlib.contextmanager
def _interruptible() -> Generator[None, None, None]:
    """Let Ctrl-C end the reading of a line."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _heard(lua: Lua) -> Generator[None, None, None]:
    """Let Ctrl-C end the run of a script, not the program."""
    loop = asyncio.get_running_loop()
    before = signal.getsignal(signal.SIGINT)
    try:
        loop.add_signal_handler(signal.SIGINT, lua.interrupt)
    except (NotImplementedError, RuntimeError, ValueError):  # Windows, or not the main thread
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, before)
