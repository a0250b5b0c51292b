"""The life of a sandbox: opening the database, listening on loopback, and closing again."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Coroutine, Iterable, Sequence
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Literal, Self, TypeVar

from aiohttp import web

from calcom_async.guesses import naming_arguments
from calcom_async.sandbox import announcements, catalogue, example_world, seed, wire_json, world
from calcom_async.sandbox.app import Application, SeenRequest
from calcom_async.sandbox.backend import Backend, Names
from calcom_async.sandbox.bookings_store import Bookings
from calcom_async.sandbox.clock import Clock
from calcom_async.sandbox.deliveries import Deliverer, Delivery
from calcom_async.sandbox.fault_plan import FaultPlan
from calcom_async.sandbox.faults import Fault, Lost, Plain, Reset, Status, When
from calcom_async.sandbox.issuing import Issuing
from calcom_async.sandbox.page import Page
from calcom_async.sandbox.people import People
from calcom_async.sandbox.rate_limit import RateLimit, RateLimiter
from calcom_async.sandbox.store import Store
from calcom_async.sandbox.versions import Profile

if TYPE_CHECKING:
    from calcom_async import AsyncCalCom, CalCom

_T = TypeVar("_T")
_STANDARD_LIMIT = RateLimit()

World = Literal["default", "example"]
_ACCOUNTS: Final[dict[World, dict[str, str]]] = {"default": {"default": "owner"}, "example": example_world.ACCOUNTS}
"""The user of each account, by world."""


class Sandbox(Issuing):
    """A local Cal.com API v2 on loopback.

    ```python
    async with Sandbox(bookings=10_000, seed=1) as sandbox:
        async with sandbox.client() as cal:
            ...
    ```

    `with Sandbox() as sandbox:` runs the server in a thread with a loop of its own. The default world is described in
    `calcom_async.sandbox.world`, the one of `Sandbox(world="example")` in `calcom_async.sandbox.example_world`.

    Attributes:
        api_key: the key of the user `owner`; in the example world that of Ada.
        keys: a key for each user: `owner`, `member`, `outsider`; in the example world `ada`, `grace`, `mary`.
        account_keys: the keys by account: `default`; in the example world `default`, `work` and `personal`.
        clock: the virtual clock.
        faults: what goes wrong, and with which requests.
    """

    @naming_arguments
    def __init__(
        self,
        *,
        bookings: int = 0,
        seed: int = 1,
        world: World = "default",
        db: str = ":memory:",
        host: str = "127.0.0.1",
        port: int = 0,
        profile: Profile = "hosted",
        rate_limit: RateLimit | None = _STANDARD_LIMIT,
        latency: float = 0.0,
        now: str | datetime | None = None,
        api_key: str | None = None,
        faults: Iterable[Plain] = (),
    ) -> None:
        """Describe a sandbox; entering it starts it.

        Args:
            bookings: how many bookings to seed, all visible to the owner.
            seed: the same seed and `now` give the same world.
            world: `example` is a small world for examples, with three accounts and bookings of its own.
            db: a file that keeps the state; a file that already holds a world is taken as it is.
            host: the address to listen on.
            port: the port to listen on; 0 takes a free one.
            profile: which server to be like: the hosted service or a self-hosted one (no newer version than
                2024-09-04).
            rate_limit: what each key may do; None for no limits and no rate headers.
            latency: seconds every answer takes.
            now: where the virtual clock starts (ISO 8601 text or aware `datetime`); real time by default, and
                2026-04-06T08:00:00Z in the example world.
            api_key: the owner's key (Ada's in the example world), instead of a generated one.
            faults: what goes wrong from the start; see `calcom_async.sandbox.faults`. The same seed and the same
                requests give the same faults.

        Raises:
            ValueError: an argument is not one of those it can be.
        """
        if profile not in ("hosted", "self-hosted"):
            raise ValueError(f"profile must be 'hosted' or 'self-hosted', not {profile!r}")
        if world not in _ACCOUNTS:
            raise ValueError(f"world must be 'default' or 'example', not {world!r}")
        if world == "example" and bookings:
            raise ValueError("the example world has bookings of its own; leave bookings= out")
        self.clock = Clock(example_world.STARTS if now is None and world == "example" else now)
        self.faults = FaultPlan(seed, faults)
        self.keys: dict[str, str] = {}
        self.account_keys: dict[str, str] = {}
        self._world: World = world
        self._bookings = bookings
        self._seed = seed
        self._db = db
        self._host = host
        self._port = port
        self._profile: Profile = profile
        self._rate_limit = rate_limit
        self._latency = latency
        self._owner_key = api_key
        self._application: Application | None = None
        self._runner: web.ServerRunner | None = None
        self._page: Page | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def url(self) -> str:
        """The base URL, ending in `/v2`. The server answers below `/api/v2` too."""
        return f"http://{self._host}:{self._port}/v2"

    @property
    def page_url(self) -> str:
        """The page to open in a browser: calendar, requests, deliveries, faults. For this machine only."""
        return self.url.removesuffix("v2")

    @property
    def api_key(self) -> str:
        """The owner's key; Ada's in the example world."""
        return self.account_keys["default"]

    @property
    def requests(self) -> Sequence[SeenRequest]:
        """The requests seen so far, oldest first (the last 50,000), without their keys."""
        return list(self._running.requests)

    @property
    def deliveries(self) -> Sequence[Delivery]:
        """The webhook deliveries made so far, oldest first."""
        return list(self._running.backend.deliverer.sent)

    async def delivered(self) -> None:
        """Wait until the webhooks have been told of everything that is due by the virtual clock.

        Meetings that started or ended, calls nobody joined, and forms without a booking are told of in the order of
        their instants, soon after the clock passed them.
        """
        await self._on_server(self._running.meetings.delivered())

    async def resend(self, delivery: Delivery) -> Delivery:
        """Send a delivery again, byte for byte, signature included; the new one is logged, too."""
        return await self._on_server(self._running.backend.deliverer.resend(delivery))

    async def announce(self, trigger: str, booking_uid: str, **told: Any) -> None:
        """Tell the webhooks of a booking something that nothing in the API brings about.

        Such as `BOOKING_PAID`, `BOOKING_PAYMENT_INITIATED`, `RECORDING_READY`.

        Args:
            trigger: The event.
            booking_uid: The booking.
            **told: Further keys of the payload, as on the wire: `paymentId=8`.

        Raises:
            ValueError: there is no such booking.
        """
        backend = self._running.backend
        booking = backend.bookings.by_uid(booking_uid)
        if booking is None:
            raise ValueError(f"no such booking: {booking_uid!r}")
        await self._on_server(announcements.announce(backend, trigger, booking, **told))

    async def _on_server(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Await something on the loop of the server, which is another one in a thread."""
        if self._loop is None:
            return await work
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    @property
    def backend(self) -> Backend:
        """The state behind the server, for tests that look under the hood."""
        return self._running.backend

    def booking_uids(self, user: str | None = None) -> list[str]:
        """Every booking uid, straight from the database; with `user` only what that user may see."""
        backend = self._running.backend
        if user is None:
            return backend.bookings.uids()
        record = backend.people.by_username(user)
        if record is None:
            raise ValueError(f"no such user: {user!r}")
        return backend.bookings.uids(record["id"])

    def client(self, **options: Any) -> AsyncCalCom:
        """An async client of this sandbox, with the owner's key unless `api_key` is given."""
        from calcom_async import AsyncCalCom

        return AsyncCalCom(options.pop("api_key", self.api_key), base_url=self.url, **options)

    def blocking_client(self, **options: Any) -> CalCom:
        """A blocking client of this sandbox, with the owner's key unless `api_key` is given."""
        from calcom_async import CalCom

        return CalCom(options.pop("api_key", self.api_key), base_url=self.url, **options)

    def fail_next(
        self,
        *,
        status: int = 500,
        body: Any = None,
        headers: dict[str, str] | None = None,
        count: int = 1,
        method: str | None = None,
        path: str | None = None,
        after_processing: bool = False,
        drop: bool = False,
    ) -> None:
        """Let the next requests fail.

        Args:
            status: the status to answer with.
            body: the body: bytes as they are, text as HTML (a proxy's page), anything else as JSON; the real server's
                bare error by default.
            headers: further headers, `Retry-After` for example.
            count: how many requests fail.
            method: only requests with this method.
            path: only requests whose path contains this text.
            after_processing: do the work first, then lose the answer.
            drop: close the connection instead of answering.
        """
        effect: Status | Reset | Lost = Status(status, body=body, headers=headers or {}, done=after_processing)
        if drop:
            effect = Lost() if after_processing else Reset("before")
        where = None if path is None else f"**{path.removeprefix('/v2')}**"
        self.faults.add(Fault(effect, When(method=method, path=where, first=count)))

    async def start(self) -> Self:
        """Open the database and listen."""
        if self._application is not None:
            raise RuntimeError("this sandbox is running already")
        application = self._application = self._build()
        page = self._page = Page(application=application, keys=self.keys, host=self._host, port=self._port)
        # The real server closes idle connections after 5 s, too.
        runner = self._runner = web.ServerRunner(
            web.Server(page.handle, access_log=None, keepalive_timeout=5.0), shutdown_timeout=0.5
        )
        try:
            await application.meetings.start()
            await runner.setup()
            await web.TCPSite(runner, self._host, self._port, reuse_address=True).start()
        except BaseException:
            await self.stop()
            raise
        self._port = page.port = runner.addresses[0][1]
        return self

    async def stop(self) -> None:
        """Stop listening and close the database."""
        runner, application, page = self._runner, self._application, self._page
        self._runner = self._application = self._page = None
        if page is not None:
            page.close()
        if application is not None:
            application.closing.set()
        if runner is not None:
            await runner.cleanup()
        if application is not None:
            await application.meetings.stop()
            await application.backend.deliverer.close()
            application.backend.store.close()

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()

    def __enter__(self) -> Self:
        loop = self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=loop.run_forever, name="calcom-sandbox", daemon=True)
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self.start(), loop).result()
        except BaseException:
            self._end_thread()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if self._loop is not None:
                asyncio.run_coroutine_threadsafe(self.stop(), self._loop).result()
        finally:
            self._end_thread()

    @property
    def _running(self) -> Application:
        if self._application is None:
            raise RuntimeError("this sandbox is not running: use it in `async with` or `with`")
        return self._application

    def _end_thread(self) -> None:
        loop, thread = self._loop, self._thread
        self._loop = self._thread = None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    def _build(self) -> Application:
        store = Store(self._db)
        people = People(store)
        bookings = Bookings(store, people)
        fresh = store.note("keys") is None
        # A reopened file must not give out the names of its last opening again.
        opening = int(store.note("openings") or 0) + 1
        store.write_note("openings", str(opening))
        backend = Backend(
            store=store,
            people=people,
            bookings=bookings,
            clock=self.clock,
            profile=self._profile,
            names=Names(random.Random(f"names/{self._seed}/{opening}")),
            ties=random.Random(f"ties/{self._seed}"),
            deliverer=Deliverer(),
        )
        if fresh:
            self.keys = self._fill(backend)
            store.write_note("keys", wire_json.dumps(self.keys).decode())
            store.write_note("world", self._world)
            store.index()
        else:
            self.keys = wire_json.loads(store.note("keys") or "{}")
        users = _ACCOUNTS["example" if store.note("world") == "example" else "default"]
        self.account_keys = {account: self.keys[user] for account, user in users.items()}
        return Application(
            backend=backend,
            table=catalogue.table(),
            limiter=RateLimiter(self._rate_limit),
            latency=self._latency,
            faults=self.faults,
        )

    def _fill(self, backend: Backend) -> dict[str, str]:
        """Make the world; the keys, by user."""
        if self._world == "example":
            return example_world.create(backend, self._seed, self._owner_key)
        keys = world.create(backend.store, self._seed, self._owner_key)
        if self._bookings:
            seed.fill(backend, self._bookings, self._seed)
        return keys
