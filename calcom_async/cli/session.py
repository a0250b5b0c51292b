"""One run of one command: its options, its client (or its own local Cal.com), its streams, and its end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterable, Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs
import typer
from rich.console import Console
from rich.text import Text

from calcom_async.accounts import Account, Accounts, read_accounts
from calcom_async.cli.failures import (
    INTERRUPTED,
    READER_GONE,
    TERMINATED,
    USAGE,
    CommandFailure,
    Failure,
    explain,
    tame,
)
from calcom_async.cli.output import console_for
from calcom_async.core.telemetry import Event, ResponseReceived, RetryScheduled
from calcom_async.errors import AuthenticationError, CalComError, ExportError, PermissionDeniedError
from calcom_async.settings import api_key_from_environment, base_url_from_environment

if TYPE_CHECKING:
    from calcom_async import AsyncCalCom
    from calcom_async.core.telemetry import Hook

__all__ = ["Options", "Session", "Target", "all_accounts", "execute", "report"]

LONG_WAIT = 2.0
"""Seconds without a sign of life that people wonder about."""
NO_KEY = (
    "there is no API key",
    "export CALCOM_API_KEY=cal_… (Cal.com: Settings → Developer → API keys) or `accounts add`; or try --sandbox",
)


@attrs.frozen(kw_only=True)
class Options:
    """What every command takes."""

    as_json: bool = False
    sandbox: bool = False
    bookings: int | None = None
    base_url: str | None = None
    account: str | None = None
    timeout: float = 60.0
    time_zone: str | None = None
    verbose: bool = False


@attrs.frozen(kw_only=True)
class Target:
    """Which server, with which key, and where both were found.

    Attributes:
        api_key: The key; None where there is none, or a login instead.
        account: The account it is of, where it is one's of the file.
        key_source: Such as `CALCOM_API_KEY`, for people.
        base_url: The base URL, as it was given.
        url_source: Such as `--base-url`.
    """

    api_key: str | None = attrs.field(repr=False)
    key_source: str
    base_url: str
    url_source: str
    account: Account | None = None

    @property
    def login(self) -> Account | None:
        """The account, where it has a login instead of a key."""
        return self.account if self.account is not None and self.account.oauth is not None else None


@attrs.define(kw_only=True)
class Session:
    """What a command works with.

    Attributes:
        options: What every command takes.
        out: stdout: data only.
        err: stderr: progress and messages.
        base_url: Where the client of this run sends to, once there is one.
        when_interrupted: What to tell after Ctrl-C: what happened, and how to go on.
        refused: The account that was refused something last, where there are several.
    """

    options: Options
    out: Console
    err: Console
    base_url: str = "the base URL"
    when_interrupted: tuple[str, str] = ("interrupted", "run the same command again")
    refused: str | None = None

    @classmethod
    def make(cls, options: Options) -> Session:
        """A session on this process's streams."""
        return cls(options=options, out=console_for(sys.stdout), err=console_for(sys.stderr))

    def say(self, message: str, style: str | None = None) -> None:
        """A message for people; programs (`--json`) get none."""
        if not self.options.as_json:
            self.err.print(Text(message, style=style or ""), soft_wrap=True)

    def tell_of_waiting(self, event: Event) -> None:
        """Say why nothing seems to happen; a hook of the client."""
        if isinstance(event, RetryScheduled) and event.seconds >= LONG_WAIT:
            self.say(f"{event.method} {event.path}: {tame(event.reason)}; tried again in {event.seconds:.0f} s", "dim")

    @property
    def utc(self) -> ZoneInfo:
        """For what shows no times."""
        return ZoneInfo("UTC")

    def target(self, account_name: str | None = None) -> Target:
        """Which server and which key: the options first, then the account, the environment, the file's default account.

        Args:
            account_name: The account; by default that of `--account`.

        Raises:
            ConfigurationError: the account can't be read.
            CommandFailure: options that exclude each other.
        """
        options = self.options
        name = options.account if account_name is None else account_name
        if options.bookings is not None and not options.sandbox:
            raise CommandFailure(
                "--bookings says how many a --sandbox has", "add --sandbox, or leave it out",
                exit_code=USAGE, kind="UsageError",
            )  # fmt: skip
        if options.sandbox:
            if options.base_url is not None or name is not None:
                raise CommandFailure(
                    "--sandbox brings its own server and key", "leave --base-url and --account out, or --sandbox",
                    exit_code=USAGE, kind="UsageError",
                )  # fmt: skip
            return Target(api_key=None, key_source="--sandbox", base_url="", url_source="--sandbox")
        account = _account(name)
        where = f"the account {account.name}" if account is not None else ""
        if options.base_url is not None:
            base_url, url_source = options.base_url, "--base-url"
        elif account is not None and account.base_url is not None:
            base_url, url_source = account.base_url, where
        else:
            given = bool(os.environ.get("CALCOM_BASE_URL", "").strip())
            base_url, url_source = base_url_from_environment(), "CALCOM_BASE_URL" if given else "the default"
        if account is not None:
            return Target(
                api_key=account.api_key or None, key_source=where, base_url=base_url, url_source=url_source,
                account=account,
            )  # fmt: skip
        key = api_key_from_environment()
        return Target(api_key=key, key_source="CALCOM_API_KEY", base_url=base_url, url_source=url_source)

    @contextlib.asynccontextmanager
    async def client(
        self,
        *,
        hooks: Iterable[Hook] = (),
        max_retries: int = 3,
        public: bool = False,
        sandbox_bookings: int = 200,
    ) -> AsyncGenerator[AsyncCalCom, None]:
        """The client of this run, and with `--sandbox` the server as well.

        Args:
            hooks: See `AsyncCalCom`.
            max_retries: See `AsyncCalCom`.
            public: Whether the command works without a key.
            sandbox_bookings: How many bookings `--sandbox` seeds if not told otherwise.

        Raises:
            CommandFailure: no key, or options that exclude each other.
            ConfigurationError: a key or a base URL that can't work.
        """
        target = self.target()
        async with contextlib.AsyncExitStack() as stack:
            if self.options.sandbox:
                from calcom_async.sandbox import Sandbox

                count = sandbox_bookings if self.options.bookings is None else self.options.bookings
                self.say(f"Starting a local Cal.com with {count:,} bookings …", "dim")
                sandbox = await stack.enter_async_context(Sandbox(bookings=count))
                target = attrs.evolve(target, api_key=sandbox.api_key, base_url=sandbox.url)
            self.base_url = target.base_url
            if target.api_key is None and target.login is None and not public:
                raise CommandFailure(*NO_KEY, exit_code=USAGE, kind="ConfigurationError")
            yield await stack.enter_async_context(self._client(target, max_retries=max_retries, hooks=hooks))

    @contextlib.asynccontextmanager
    async def clients(self, accounts: Sequence[str]) -> AsyncGenerator[dict[str, AsyncCalCom], None]:
        """A client for each of several accounts, by name, with its own key and server.

        Raises:
            ConfigurationError: an account that can't be read; a key or a base URL that can't work.
            CommandFailure: options that exclude each other.
        """
        targets = {name: self.target(name) for name in accounts}
        self.base_url = "the account's base URL"
        async with contextlib.AsyncExitStack() as stack:
            yield {
                name: await stack.enter_async_context(self._client(target, hooks=(self._watch(name, target),)))
                for name, target in targets.items()
            }

    def _client(self, target: Target, *, max_retries: int = 3, hooks: Iterable[Hook] = ()) -> AsyncCalCom:
        from calcom_async import AsyncCalCom
        from calcom_async.core.auth_given import credential_of_account

        return AsyncCalCom(
            target.api_key,
            auth=None if target.login is None else credential_of_account(target.login),
            anonymous=target.api_key is None and target.login is None,
            base_url=target.base_url,
            timeout=self.options.timeout,
            max_retries=max_retries,
            hooks=(self.tell_of_waiting, *hooks),
        )

    def _watch(self, name: str, target: Target) -> Hook:
        """A hook that keeps in mind which of several accounts it was that failed."""

        def watch(event: Event) -> None:
            if isinstance(event, RetryScheduled) or (isinstance(event, ResponseReceived) and event.status >= 400):
                self.refused, self.base_url = name, target.base_url

        return watch

    def explained(self, error: BaseException) -> Failure:
        """What to tell of an error, and which of several accounts it is about."""
        failure = explain(error, base_url=self.base_url, timeout=self.options.timeout)
        if self.refused is None or not isinstance(error, ExportError):
            return failure
        return attrs.evolve(failure, what=f"{failure.what} (account {self.refused})")

    def given_zone(self) -> ZoneInfo | None:
        """The zone of `--time-zone`.

        Raises:
            CommandFailure: there is no such time zone.
        """
        name = self.options.time_zone
        if name is None:
            return None
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise CommandFailure(
                "--time-zone: there is no time zone of this name", "use an IANA name such as Europe/London or UTC",
                exit_code=USAGE, kind="UsageError",
            ) from None  # fmt: skip

    async def zone(self, cal: AsyncCalCom) -> ZoneInfo:
        """The time zone to show times in: `--time-zone`, else the account's, else UTC."""
        given = self.given_zone()
        if given is not None:
            return given
        try:
            return ZoneInfo((await cal.me.get()).time_zone or "UTC")
        except (AuthenticationError, PermissionDeniedError):
            return self.utc  # no key, or one without leave to read the profile, which may still see what is asked for
        except (ZoneInfoNotFoundError, ValueError):
            return self.utc  # a zone that this machine does not know yet


def _account(name: str | None) -> Account | None:
    """The account of this name; without one the file's default account, where the environment has no key."""
    if name is not None:
        return read_accounts().get(name)
    if api_key_from_environment() is not None:
        return None  # whoever sets it needs no file, so that none is read
    accounts = read_accounts()
    return accounts.get() if accounts.default is not None else None


def all_accounts() -> Accounts:
    """The accounts of the file, the keyring and the environment, for what serves all of them.

    Raises:
        CommandFailure: there are none.
        ConfigurationError: the file can't be read.
    """
    accounts = read_accounts()
    if not accounts.names:
        raise CommandFailure(
            "there are no accounts",
            "`calcom-async accounts add NAME` makes one, or export CALCOM_API_KEY=cal_…; or try --sandbox",
            exit_code=USAGE, kind="ConfigurationError",
        )  # fmt: skip
    return accounts


def execute(options: Options, work: Callable[[Session], Awaitable[int | None]]) -> None:
    """Run a command to its end, whatever that is.

    Args:
        options: What every command takes.
        work: The command; what it returns is the exit code, None for 0.

    Raises:
        typer.Exit: with the exit code.
    """
    session = Session.make(options)
    with _logging(verbose=options.verbose):
        try:
            session.given_zone()
            code = asyncio.run(_awaited(work, session)) or 0
            sys.stdout.flush()
        except (KeyboardInterrupt, asyncio.CancelledError) as stopped:
            what, advice = session.when_interrupted
            code = INTERRUPTED if isinstance(stopped, KeyboardInterrupt) else TERMINATED
            report(Failure(kind="Interrupted", what=what, advice=advice, exit_code=code), session)
        except Exception as error:  # whatever it is, people get two lines and never a traceback
            if isinstance(error, BrokenPipeError) or isinstance(error.__cause__, BrokenPipeError):
                _discard_stdout()
                raise typer.Exit(READER_GONE) from None
            logging.getLogger("calcom_async").debug(
                "%s ended the command", type(error).__name__, exc_info=not isinstance(error, CalComError)
            )
            failure = session.explained(error)
            report(failure, session)
            code = failure.exit_code
    raise typer.Exit(code)


async def _awaited(work: Callable[[Session], Awaitable[int | None]], session: Session) -> int | None:
    """The command itself; a polite kill lets it clean up, as Ctrl-C does."""
    task = asyncio.current_task()
    if task is not None:
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):  # Windows, or not the main thread
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await work(session)


def report(failure: Failure, session: Session) -> None:
    """Tell of a failure on stderr."""
    if session.options.as_json:
        session.err.file.write(failure.json() + "\n")
        return
    what, advice = failure.lines().split("\n", 1)
    session.err.print(Text(what, style="bold red"), soft_wrap=True)
    session.err.print(Text(advice), soft_wrap=True)


@contextlib.contextmanager
def _logging(*, verbose: bool) -> Generator[None, None, None]:
    """Records of the package go to stderr with `--verbose`, and only warnings without."""
    logger = logging.getLogger("calcom_async")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", datefmt="%H:%M:%S"))
    level, propagate = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG if verbose else logging.WARNING)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate


def _discard_stdout() -> None:
    """The reader is gone; what is still buffered must not fail again when the interpreter ends."""
    with contextlib.suppress(OSError, ValueError):
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, sys.stdout.fileno())
        os.close(devnull)
