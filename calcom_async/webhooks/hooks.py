"""The receiver: accept a delivery quickly, answer it, and have it handled afterwards, however often that takes."""

from __future__ import annotations

import asyncio
import inspect
import random
import secrets
import sqlite3
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import attrs

from calcom_async.core.telemetry import logger
from calcom_async.errors import ConfigurationError, DecodeError, WebhookVerificationError
from calcom_async.guesses import naming_arguments
from calcom_async.webhooks.duplicates import Duplicates
from calcom_async.webhooks.events import Event
from calcom_async.webhooks.journal import Journal, Put, Taken
from calcom_async.webhooks.reading import MAX_BODY, VERSION_HEADER, Headers, header, header_pairs, parse, read_event
from calcom_async.webhooks.routing import Router
from calcom_async.webhooks.signature import Secret, secrets_of

if TYPE_CHECKING:
    from aiohttp import web

    from calcom_async.webhooks.wsgi import ThreadReceiver

__all__ = ["Answer", "Hooks", "Retry"]

T = TypeVar("T")
POLL = 1.0
"""Seconds after which a worker looks into the journal unasked: other processes put deliveries into it, too."""
UNDECIDED = 60.0
"""Seconds a delivery is held while other machines are asked whether they have it."""


@attrs.frozen(kw_only=True)
class Answer:
    """What to answer a delivery with.

    Attributes:
        status: HTTP status: 200 accepted (or a repeat), 400 unreadable, 401 not signed, 413 too long, 503 full.
        text: A line for whoever reads the sender's log.
        headers: More headers.
    """

    status: int
    text: str
    headers: Mapping[str, str] = attrs.field(factory=dict)


@naming_arguments
@attrs.frozen(kw_only=True)
class Retry:
    """How a handler that fails is tried again.

    Attributes:
        attempts: How often it is tried in all; then the delivery is kept aside.
        first: Seconds before the second try; each later one waits twice as long.
        longest: Seconds that a wait has at most.
    """

    attempts: int = attrs.field(default=8, validator=attrs.validators.ge(1))
    first: float = attrs.field(default=1.0, validator=attrs.validators.ge(0))
    longest: float = attrs.field(default=600.0, validator=attrs.validators.ge(0))

    def wait(self, attempt: int, jitter: float) -> float | None:
        """Seconds to wait after try number `attempt` (from 1) failed; None: that was the last.

        Args:
            attempt: Which try it was.
            jitter: From 0 to 1; half of the wait is by chance.
        """
        if attempt >= self.attempts:
            return None
        return min(self.longest, self.first * 2.0 ** min(attempt - 1, 60)) * (0.5 + jitter / 2)


class Hooks(Router):
    """Receives deliveries, and has them handled at least once.

    ```python
    hooks = Hooks(secret="…", journal="hooks.sqlite")

    @hooks.on("BOOKING_CREATED")
    async def booked(event: BookingEvent) -> None:
        print(event.payload.title)
    ```

    Args:
        secret: The webhook's secret, or several while one replaces another.
        allow_unsigned: Take what a webhook without a secret delivers, with `secret=None`.
        journal: The file that accepted deliveries are kept in until they are handled, so that they survive a crash; or
            a `Journal`. By default they are kept in memory.
        duplicates: Asked whether another machine has a delivery already; the journal knows those of this one.
        max_age: Refuse what was written longer ago than this.
        max_body: Bytes that a delivery may have.
        queue_size: How many may be accepted and not yet handled; then deliveries are answered with 503.
        workers: How many are handled at once; with 1 they are handled in the order they came, retries apart.
        retry: How a handler that fails is tried again.
        lease: Seconds after which another process takes over what one that died had begun.

    Raises:
        ConfigurationError: no secret, or an empty one.
    """

    @naming_arguments
    def __init__(
        self,
        *,
        secret: Secret | None,
        allow_unsigned: bool = False,
        journal: str | Path | Journal | None = None,
        duplicates: Duplicates | None = None,
        max_age: timedelta | None = None,
        max_body: int = MAX_BODY,
        queue_size: int = 1000,
        workers: int = 4,
        retry: Retry | None = None,
        lease: float = 30.0,
    ) -> None:
        super().__init__()
        self._secret = secrets_of(secret, allow_unsigned=allow_unsigned) or None
        self._allow_unsigned = allow_unsigned
        self._given_journal = journal
        self._duplicates = duplicates
        self._max_age = max_age
        self.max_body = max_body
        self._queue_size = queue_size
        self._workers = workers
        self._retry = retry or Retry()
        self._lease = lease
        self._running: _Running | None = None

    def __repr__(self) -> str:
        return f"Hooks({len(self._routes)} handlers)"

    # --- life ------------------------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether deliveries are accepted."""
        return self._running is not None and not self._running.stopping.is_set()

    @property
    def journal(self) -> Journal:
        """The journal, to read what was kept aside.

        Raises:
            ConfigurationError: it is not open; a file can be read with `Journal(path)` of its own at any time.
        """
        if self._running is None:
            raise ConfigurationError("the receiver does not run; read the file with Journal(path)")
        return self._running.journal

    async def start(self) -> None:
        """Open the journal and begin to handle what is in it; `async with hooks:` does this and stops at the end.

        Raises:
            ConfigurationError: the journal can't be opened.
        """
        if self._running is not None:
            return
        given = self._given_journal
        journal = given if isinstance(given, Journal) else Journal(given if given is not None else ":memory:")
        self._running = running = _Running(journal=journal, owns_journal=journal is not given)
        running.tasks = {
            asyncio.create_task(self._keep_leases(running), name="calcom_async.webhooks leases"),
            *(
                asyncio.create_task(self._work(running), name=f"calcom_async.webhooks {n}")
                for n in range(self._workers)
            ),
        }

    async def stop(self, *, grace: float = 10.0) -> None:
        """Accept nothing more, and let what is being handled come to its end.

        What waits in a file stays there; what waits in memory is handled as far as the time goes.

        Args:
            grace: Seconds to wait; then handlers are cancelled, and their deliveries stay in the journal.
        """
        running = self._running
        if running is None:
            return
        running.stopping.set()
        running.news.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await running.finished(self._workers)
        for task in running.tasks:
            task.cancel()
        await asyncio.gather(*running.tasks, return_exceptions=True)
        left = 0 if running.journal.durable else running.journal.waiting()
        if left:
            logger.warning(
                "webhooks: %d deliveries were accepted and not handled; a journal file would keep them", left
            )
        await running.close()
        self._running = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def idle(self) -> None:
        """Wait until nothing waits to be handled: for tests."""
        while self._running is not None and self._running.journal.waiting():  # noqa: ASYNC110 - or another process works
            await asyncio.sleep(0.005)

    # --- accepting -------------------------------------------------------------------------------------------------

    async def receive(self, body: bytes, headers: Headers) -> Answer:
        """Accept a delivery: what every framework's receiver calls.

        Args:
            body: The raw body.
            headers: The headers of the request.

        Returns:
            What to answer; never an exception for what somebody sent.
        """
        pairs = header_pairs(headers)
        if len(body) > self.max_body:
            return Answer(status=413, text="too long")
        try:
            event = parse(
                body,
                pairs,
                secret=self._secret,
                allow_unsigned=self._allow_unsigned,
                max_age=self._max_age,
                max_body=self.max_body,
            )
        except WebhookVerificationError as error:
            logger.warning("webhooks: a delivery was refused: %s", error)
            return Answer(status=401, text="not verified")
        except DecodeError as error:
            logger.warning("webhooks: a delivery can't be read: %s", error)
            return Answer(status=400, text="not readable")
        if not self.routes(event):
            return Answer(status=200, text="nobody asked")
        running = self._running
        if running is None or running.stopping.is_set():
            return Answer(status=503, text="not running", headers={"Retry-After": "10"})
        try:
            return await self._accept(running, event, bytes(body), pairs)
        except sqlite3.Error as error:
            logger.error("webhooks: the journal can't be written: %s", error)
            return Answer(status=503, text="journal", headers={"Retry-After": "10"})

    async def _accept(
        self, running: _Running, event: Event[Any], body: bytes, pairs: tuple[tuple[str, str], ...]
    ) -> Answer:
        kept = [(name, value) for name in ("Content-Type", VERSION_HEADER) if (value := header(pairs, name))]
        key, asked = event.repeat_key, self._duplicates
        delay = UNDECIDED if asked is not None and key is not None else 0.0
        outcome, number = await running.run(
            lambda: running.journal.put(key, kept, body, limit=self._queue_size, delay=delay)
        )
        if outcome is Put.FULL:
            logger.warning("webhooks: %d deliveries wait; one more was not accepted", self._queue_size)
            return Answer(status=503, text="full", headers={"Retry-After": "10"})
        if outcome is Put.REPEAT or number is None:
            return Answer(status=200, text="a repeat")
        if asked is not None and key is not None:
            if not await self._is_first(asked, key):
                await running.run(lambda: running.journal.forget(number))
                return Answer(status=200, text="a repeat")
            await running.run(lambda: running.journal.ready(number))
        running.news.set()
        return Answer(status=200, text="accepted")

    async def _is_first(self, duplicates: Duplicates, key: str) -> bool:
        try:
            return await duplicates.first(key)
        except Exception as error:  # noqa: BLE001 - twice is better than not at all
            logger.warning("webhooks: the store of duplicates failed (%s)", type(error).__name__)
            return True

    # --- handling --------------------------------------------------------------------------------------------------

    async def _work(self, running: _Running) -> None:
        while True:
            running.news.clear()
            try:
                taken = None
                if not (running.stopping.is_set() and running.journal.durable):
                    taken = await running.take(self._lease)
                if taken is not None:
                    await self._handle(running, taken)
                    continue
            except Exception:  # noqa: BLE001 - whatever it is, what waits has to be handled
                logger.exception("webhooks: a worker failed and goes on")
                await asyncio.sleep(POLL)
            if running.stopping.is_set() and (running.journal.durable or not running.journal.waiting()):
                running.one_finished()
                return
            with suppress(TimeoutError, sqlite3.Error):
                due = await running.run(running.journal.next_due)
                await asyncio.wait_for(running.news.wait(), POLL if due is None else min(due, POLL) + 0.001)

    async def _handle(self, running: _Running, taken: Taken) -> None:
        finished = list(taken.finished)
        try:
            failure = await self._try_handlers(taken, finished)
        except BaseException:  # cancelled: no failure of the handler
            running.journal.give_back(taken.id, finished=finished)
            raise
        await running.run(lambda: self._settle(running.journal, taken, finished, failure))

    async def _try_handlers(self, taken: Taken, finished: list[str]) -> str | None:
        """Call the handlers that are not done with it; add to `finished` those that now are.

        Returns:
            What the last one that failed raised; None where none did.
        """
        if taken.attempts > self._retry.attempts:
            return "the process ended while it was handled, again and again"
        failure = None
        event = read_event(taken.body, taken.headers)
        for route in self.routes(event):
            if route.name in finished:
                continue
            try:
                await _call(route.handler, event)
                finished.append(route.name)
            except Exception as error:  # noqa: BLE001 - a handler's failure is the journal's business
                failure = f"{route.name}: {type(error).__name__}: {error}"
                logger.warning(
                    "webhooks: %s failed on %s (%s), try %d of %d",
                    route.name, event.trigger, type(error).__name__, taken.attempts, self._retry.attempts,
                )  # fmt: skip
        return failure

    def _settle(self, journal: Journal, taken: Taken, finished: list[str], failure: str | None) -> None:
        if failure is None:
            journal.done(taken.id)
            return
        delay = self._retry.wait(taken.attempts, random.random())  # noqa: S311 - no secret
        if delay is None:
            journal.keep_aside(taken.id, finished=finished, error=failure)
            logger.error("webhooks: delivery %d failed %d times and is kept aside", taken.id, taken.attempts)
        else:
            journal.retry(taken.id, delay=delay, finished=finished, error=failure)

    async def _keep_leases(self, running: _Running) -> None:
        while True:
            await asyncio.sleep(self._lease / 3)
            with suppress(sqlite3.Error):
                await running.run(lambda: running.journal.extend(running.owner, self._lease))

    # --- frameworks ------------------------------------------------------------------------------------------------

    def aiohttp(self) -> web.Application:
        """An aiohttp application: `app.add_subapp("/hooks/cal", hooks.aiohttp())`."""
        from calcom_async.webhooks.aiohttp_app import application

        return application(self)

    def asgi(self) -> Callable[..., Coroutine[Any, Any, None]]:
        """An ASGI application: `app.mount("/hooks/cal", hooks.asgi())`, with `lifespan=hooks.lifespan` on the app."""
        from calcom_async.webhooks.asgi import application

        return application(self)

    def wsgi(self) -> ThreadReceiver:
        """A WSGI application, whose handlers run in a thread of its own with an event loop of its own."""
        from calcom_async.webhooks.wsgi import ThreadReceiver

        return ThreadReceiver(self)

    @asynccontextmanager
    async def lifespan(self, _: object = None) -> AsyncGenerator[MutableMapping[str, Any], None]:
        """Runs the receiver as long as a Starlette or FastAPI application lives."""
        async with self:
            yield {}


@attrs.define(eq=False, kw_only=True)
class _Running:
    """What there is while a receiver runs."""

    journal: Journal
    owns_journal: bool
    owner: str = attrs.field(factory=lambda: secrets.token_hex(8))
    news: asyncio.Event = attrs.field(factory=asyncio.Event)
    stopping: asyncio.Event = attrs.field(factory=asyncio.Event)
    tasks: set[asyncio.Task[None]] = attrs.field(factory=set)
    thread: ThreadPoolExecutor = attrs.field(
        factory=lambda: ThreadPoolExecutor(max_workers=1, thread_name_prefix="calcom_async.webhooks")
    )
    _finished: int = 0
    _one_finished: asyncio.Event = attrs.field(factory=asyncio.Event)

    async def run(self, work: Callable[[], T]) -> T:
        """Use the journal in its thread, since a commit waits for the disk."""
        return await asyncio.get_running_loop().run_in_executor(self.thread, work)

    async def take(self, lease: float) -> Taken | None:
        """Take the next delivery; one that was taken while this was cancelled is given back."""
        taking = asyncio.ensure_future(self.run(lambda: self.journal.take(self.owner, lease)))
        try:
            return await asyncio.shield(taking)
        except asyncio.CancelledError:
            taken = await taking
            if taken is not None:
                self.journal.give_back(taken.id, finished=taken.finished)
            raise

    def one_finished(self) -> None:
        """A worker has come to its end."""
        self._finished += 1
        self._one_finished.set()

    async def finished(self, workers: int) -> None:
        """Wait until all workers have come to their end."""
        while self._finished < workers:
            self._one_finished.clear()
            await self._one_finished.wait()

    async def close(self) -> None:
        """Close what is open."""
        self.thread.shutdown()
        if self.owns_journal:
            self.journal.close()


async def _call(handler: Callable[[Any], object], event: Event[Any]) -> None:
    if inspect.iscoroutinefunction(handler):
        await handler(event)
        return
    outcome = await asyncio.to_thread(handler, event)
    if inspect.isawaitable(outcome):  # such as a functools.partial of a coroutine function
        await outcome
