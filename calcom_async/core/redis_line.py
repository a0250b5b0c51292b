"""The callers of one event loop, and their exchanges with the Redis that holds the limiter's state."""

from __future__ import annotations

import asyncio
import importlib
import random
import secrets
import threading
import time
from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from calcom_async.core.limiter import Permit
from calcom_async.core.redis_state import KEY, Away, Report, fresh_line, telling
from calcom_async.errors import APIConnectionError, CalComError, ConfigurationError

if TYPE_CHECKING:
    from calcom_async.core.redis_limiter import RedisLimiter

__all__ = ["Caller", "Decision", "Line", "LinePermit"]

OUTAGE = 5.0
"""Seconds that calls wait for a Redis that has answered before; then they fail, and are tried again as any other."""
TIMEOUT = 5.0
"""Seconds for one exchange with Redis."""
KEPT = 3600
"""Seconds the state outlives its last use."""
_importing = threading.Lock()
"""`limits` takes a `redis` that another thread is just importing for one that is too old."""
_EXCHANGE = """
local time = redis.call('TIME')
local held = redis.call('HMGET', KEYS[1], 'version', 'state')
local version = held[1] or ''
if ARGV[1] ~= '' and ARGV[2] == version then
  redis.call('HSET', KEYS[1], 'version', ARGV[1], 'state', ARGV[3])
  redis.call('EXPIRE', KEYS[1], ARGV[4])
  return {1, time[1], time[2]}
end
return {0, time[1], time[2], version, held[2] or ''}
"""
"""Arguments: new version (empty to read only), the version it was decided on, new state, seconds to keep it."""


@attrs.define(eq=False)
class LinePermit(Permit):
    """A permit whose outcome is reported to Redis."""

    line: Line = attrs.field(kw_only=True)
    number: str = attrs.field(kw_only=True)

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """The server answered."""
        if self._open:
            self._open = False
            self.line.report(Report(self.number, self.operation, "answered", status, telling(headers)))

    def lost(self) -> None:
        """No answer came, though the request may have been counted."""
        if self._open:
            self._open = False
            self.line.report(Report(self.number, self.operation, "lost"))


@attrs.define(eq=False)
class Caller:
    """Who waits for leave to send.

    Attributes:
        operation: What it is to send.
        hashed: The same as Redis knows it.
        permit: Where the permit comes.
    """

    operation: str
    hashed: str
    permit: asyncio.Future[LinePermit]


@attrs.frozen
class Decision:
    """What one look at the state came to; it counts once the new state is written."""

    state: bytes | None
    """The new state; None where nothing has changed."""
    granted: dict[str, tuple[Caller, Away]]
    look_in: float
    """Seconds until it is worth looking again."""
    stuck: frozenset[str]
    """Operations (hashed) that have to wait."""
    adopted: dict[str, Away]
    """Own requests under way that the state did not know."""


class Line:
    """The callers of one event loop, and its connection to Redis."""

    def __init__(self, limiter: RedisLimiter, loop: asyncio.AbstractEventLoop) -> None:
        self.name = fresh_line()
        self.callers: deque[Caller] = deque()
        self.away: dict[str, Away] = {}
        self._reached = self._closing = False
        self._limiter = limiter
        self._loop = loop
        self._reports: deque[Report] = deque()
        self._counted = 0
        self._news = asyncio.Event()
        self._stuck: frozenset[str] = frozenset()
        self._task: asyncio.Task[None] | None = None
        self._clients: list[Any] = []
        self._script: Any = None
        self._key = ""

    def number(self) -> str:
        """A name for a permit that no other process gives."""
        self._counted += 1
        return f"{self.name}{self._counted:x}"

    def join(self, caller: Caller) -> None:
        """Put a caller in the line."""
        self.callers.append(caller)
        if caller.hashed not in self._stuck:
            self._news.set()
        self._run()

    def leave(self, caller: Caller) -> None:
        """A caller was cancelled: it gives up its place, or the permit that was just given."""
        if caller in self.callers:
            self.callers.remove(caller)
        elif caller.permit.done() and not caller.permit.cancelled() and caller.permit.exception() is None:
            self.report(Report(caller.permit.result().number, caller.operation, "returned"))

    def report(self, report: Report) -> None:
        """Take the outcome of a request; it reaches Redis soon."""
        if self._loop.is_closed():
            return  # its lease ends by itself
        if not report.number and report.status != 429 and not report.headers:
            return  # unpaced before, and still
        self._reports.append(report)
        self._news.set()
        self._run()

    def _run(self) -> None:
        if self._task is None or self._task.done():
            self._task = self._loop.create_task(self._serve())

    async def close(self) -> None:
        """Report what is left, and close the connection."""
        self._closing = True
        self._fail(ConfigurationError("the client was closed while this call waited for the rate limit"))
        if self._task is not None and not self._task.done():
            self._news.set()
            await asyncio.wait({self._task}, timeout=TIMEOUT)
            self._task.cancel()
        clients, self._clients, self._script = self._clients, [], None
        for client in clients:
            await client.aclose()

    # --- exchanging with Redis ----------------------------------------------------------------------------------------

    async def _serve(self) -> None:
        """Exchange with Redis as long as somebody waits, something is under way or is to be reported."""
        failing_since: float | None = None
        while self._is_busy():
            self._news.clear()
            try:
                look_in = await self._exchange()
                failing_since = None
            except CalComError as error:
                self._fail(error)
                return
            except Exception as error:
                if not _is_redis_trouble(error):
                    self._fail(error)
                    raise
                failing_since = failing_since or time.monotonic()
                if not self._reached or time.monotonic() > failing_since + OUTAGE:
                    self._fail(error)
                    return
                look_in = 0.2
            if self._is_busy():
                try:
                    async with asyncio.timeout(look_in):
                        await self._news.wait()
                except TimeoutError:
                    pass

    def _is_busy(self) -> bool:
        return bool(self.callers or self._reports or (self.away and not self._closing))

    async def _exchange(self) -> float:
        """Read, decide, write; returns the seconds until it is worth doing again."""
        script = self._connected()
        # An answer counts for a decision only when it was there before Redis' clock was read.
        known = len(self._reports)
        answer = await script(keys=[self._key], args=["", "", b"", 0])
        conflicts = 0
        while True:
            _, seconds, microseconds, version, held = answer
            now = int(seconds) + int(microseconds) / 1e6
            reports = [self._reports[n] for n in range(known)]
            decision = self._limiter._decide(self, held, now, reports, list(self.callers))
            if decision.state is None:
                break
            known = len(self._reports)
            kept = KEPT + max(0, int(self._limiter._blocked_until - now))
            answer = await script(keys=[self._key], args=[secrets.token_hex(8), version, decision.state, kept])
            if answer[0]:
                break
            conflicts += 1
            if conflicts > 2:
                await asyncio.sleep(random.uniform(0, 0.002 * conflicts))  # noqa: S311 - it only has to differ
                known = len(self._reports)
                answer = await script(keys=[self._key], args=["", "", b"", 0])
        self._settled(decision, reports)
        return decision.look_in

    def _settled(self, decision: Decision, reports: list[Report]) -> None:
        """What was decided counts: hand the permits out."""
        self._reached = True
        self._stuck = decision.stuck
        self.away.update(decision.adopted)
        for report in reports:
            self._reports.popleft()
            self.away.pop(report.number, None)
        for number, (caller, away) in decision.granted.items():
            self.away[number] = away
            if caller.permit.done():  # cancelled meanwhile
                self.report(Report(number, caller.operation, "returned"))
                continue
            self.callers.remove(caller)
            caller.permit.set_result(
                LinePermit(self._limiter, caller.operation, away.sent, away.epochs, line=self, number=number)
            )

    def _fail(self, error: Exception) -> None:
        """Nobody here can be let through."""
        callers, self.callers = self.callers, deque()
        self._stuck = frozenset()
        for caller in callers:
            if not caller.permit.done():
                caller.permit.set_exception(self._trouble(error, caller.operation))

    def _trouble(self, error: Exception, operation: str) -> Exception:
        if isinstance(error, CalComError) or not _is_redis_trouble(error):
            return error
        advice = (
            f"the Redis at {self._limiter.where}, which shares the rate limit between processes, can't be used "
            f'({_reason(error)}). Start it (redis-server), correct limiter="redis://…", or leave limiter= out where '
            "no other process uses this key"
        )
        if not self._reached:
            return ConfigurationError(advice)
        method, _, path = operation.partition(" ")
        return APIConnectionError(advice, method=method, path=path)

    def _connected(self) -> Any:
        if self._script is None:
            with _importing:
                importlib.import_module("redis.asyncio")
                import limits.storage
                from limits.errors import ConfigurationError as NotUsable
            try:
                storage: Any = limits.storage.storage_from_string(
                    f"async+{self._limiter._url}",
                    implementation="redispy",
                    socket_timeout=TIMEOUT,
                    socket_connect_timeout=TIMEOUT,
                )
            except (NotUsable, ValueError):
                raise ConfigurationError(
                    f"limiter: {self._limiter.where} is no place of a Redis; give a URL such as redis://localhost:6379/0"
                ) from None
            client = storage.bridge.get_connection()
            # Where a sentinel says which Redis it is, it is connected to as well.
            self._clients = [client, *getattr(getattr(storage.bridge, "sentinel", None), "sentinels", ())]
            self._key = f"{KEY}:{self._limiter._identity}"
            self._script = client.register_script(_EXCHANGE)
        return self._script


def _is_redis_trouble(error: Exception) -> bool:
    from redis.exceptions import RedisError

    return isinstance(error, RedisError | OSError | TimeoutError)


def _reason(error: Exception) -> str:
    """The kind of a failure, without its text: that may hold the URL."""
    import redis.exceptions

    match error:
        case redis.exceptions.AuthenticationError() | redis.exceptions.NoPermissionError():
            return "it refuses the user or password"
        case redis.exceptions.TimeoutError() | TimeoutError():
            return "no answer in time"
        case redis.exceptions.ConnectionError() | OSError():
            return "no connection"
        case _:
            return type(error).__name__
