"""The toolkit of one run of a `tools` command: its accounts or a fresh sandbox's, and the question before a write."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, Any

from rich.text import Text

from calcom_async.accounts import DEFAULT, Accounts, read_accounts
from calcom_async.cli.failures import USAGE, CommandFailure
from calcom_async.cli.session import Session, all_accounts
from calcom_async.settings import api_key_from_environment

if TYPE_CHECKING:
    from calcom_async import AsyncCalCom
    from calcom_async.agent import Permissions, Question, Toolkit

__all__ = ["toolkit"]


@contextlib.asynccontextmanager
async def toolkit(session: Session, *, force: bool = False, every: bool = False) -> AsyncGenerator[Toolkit, None]:
    """The toolkit of this run.

    With `--sandbox` its accounts are those of the example world, and writes need no leave. Otherwise it is the account
    that every command would take: `--account`, the environment's or the file's default. Who sits at a terminal is
    asked where the account wants that.

    Args:
        session: The run.
        force: Ask nobody where the account permits that.
        every: Have every account of the file and the environment, each with its own server; but for `--base-url`.

    Raises:
        CommandFailure: options that exclude each other; there is no key, or no account, at all.
        ConfigurationError: an account that can't be read.
    """
    from calcom_async.agent import Toolkit

    asking = _Asking(session) if _somebody_is_there(session) else None
    async with contextlib.AsyncExitStack() as stack:
        accounts: Accounts | dict[str, AsyncCalCom] | None = None
        permissions: Permissions | None = None
        default = session.options.account
        if session.options.sandbox:
            accounts = await _example_world(session, stack)
        elif not every or session.options.base_url is not None:
            cal = await stack.enter_async_context(session.client())
            default, permissions = _who(session)
            accounts = {default: cal}
        else:
            accounts = all_accounts()
        made = Toolkit(accounts, default=default, permissions=permissions, confirm=asking, force=force)
        if asking is not None:
            asking.toolkit = made
        yield await stack.enter_async_context(made)


async def _example_world(session: Session, stack: contextlib.AsyncExitStack) -> Accounts:
    """The accounts of a fresh sandbox, which may be written to."""
    from calcom_async.cli.sandbox_accounts import sandbox_accounts
    from calcom_async.sandbox import Sandbox

    if session.options.base_url is not None or session.options.bookings is not None:
        raise CommandFailure(
            "--sandbox brings its own server and bookings here", "leave --base-url and --bookings out",
            exit_code=USAGE, kind="UsageError",
        )  # fmt: skip
    session.say("Starting a local Cal.com with three accounts …", "dim")
    sandbox = await stack.enter_async_context(Sandbox(world="example"))
    accounts = sandbox_accounts(sandbox)
    if session.options.account not in {None, *accounts.names}:
        raise CommandFailure(
            "--sandbox has no account of this name", f"use one of {', '.join(accounts.names)}",
            exit_code=USAGE, kind="UsageError",
        )  # fmt: skip
    session.base_url = sandbox.url
    return accounts


def _who(session: Session) -> tuple[str, Permissions]:
    """The name of the account that `Session.client` takes, and what it lets agents do."""
    from calcom_async.agent.permissions import Permissions

    if _by_environment(session):
        return DEFAULT, Permissions()
    name = session.options.account
    accounts = read_accounts()
    if name is None or name not in accounts.names:
        name = accounts.default or DEFAULT
    said: Mapping[str, Any] = next((entry.permissions for entry in accounts.entries if entry.name == name), {})
    return name, Permissions(**said)


def _by_environment(session: Session) -> bool:
    """Whether the account is that of the environment, of which no file says what it permits."""
    options = session.options
    return not options.sandbox and options.account is None and api_key_from_environment() is not None


def _somebody_is_there(session: Session) -> bool:
    """Whether a question would be seen and answered."""
    return sys.stdin.isatty() and session.err.is_terminal


class _Asking:
    """Asks at the terminal before a tool runs, and shows what would be sent."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.toolkit: Toolkit | None = None

    async def __call__(self, question: Question) -> bool:
        """Whether the tool may run: only after a clear yes."""
        err = self._session.err
        err.print(Text(f"{question.function} for the account {question.account} would send:", style="bold"))
        for line in await self._would_send(question):
            err.print(Text(f"  {line}"), soft_wrap=True)
        err.print(Text("Do it? [y/N] "), end="")
        return (await _typed_line()).strip().lower() in {"y", "yes"}

    async def _would_send(self, question: Question) -> list[str]:
        """The request as a dry run tells it; where it can't be told, the arguments."""
        assert self.toolkit is not None
        rehearsal = await self.toolkit.call(
            question.function, question.arguments, account=question.account, dry_run=True
        )
        requests = (rehearsal.data or {}).get("would_send", [])
        told = [f"{one['method']} {one['path']}" for one in requests]
        bodies = [one["body"] for one in requests if one.get("body") is not None]
        shown = bodies if requests else [dict(question.arguments)]
        return [*told, *(line for body in shown for line in _lines(body))]


def _lines(value: Any) -> list[str]:
    """JSON in lines that are safe to show."""
    lines = json.dumps(value, ensure_ascii=False, indent=2, default=str).splitlines()
    return ["".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line) for line in lines]


async def _typed_line() -> str:
    """A line from the terminal, so that Ctrl-C ends the waiting."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    try:
        loop.add_reader(sys.stdin.fileno(), ready.set)
    except NotImplementedError:  # Windows
        return await asyncio.to_thread(sys.stdin.readline)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(sys.stdin.fileno())
    return sys.stdin.readline()
