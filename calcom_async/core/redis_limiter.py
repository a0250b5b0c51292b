"""Pacing across processes and machines: one budget per credential, kept in Redis. Extra `redis`.

Why none of the strategies of the library `limits`? Its fixed window opens when the first permit is given, the server's
when the first request arrives, so the two drift apart by the time on the way. Its moving window and its sliding counter
measure when requests leave, while the server refuses by when they arrive. None can give a place back, hold the place of
a request that has no answer yet, or take the server's own word (`X-RateLimit-*`) for what is left. So `limits` makes
the connection, and what is kept there is the bookkeeping of `core.limiter`: the same windows, decided by the same code.

How it works: the state is one value in Redis with a version. Whoever has something to ask or to report reads it,
decides, and writes it back if nobody else has in the meantime; otherwise it decides again on what the other one wrote.
One small script reads the clock (Redis' own: that of no other machine matters), compares and writes in one step. What
has gathered in a process meanwhile goes in one exchange.

A process that has requests under way says so now and then; those of one that was killed are given up after a while.
Redis may lose the state: the next answer teaches it again, and every process adds what it has under way.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import time
from math import inf
from typing import Any
from urllib.parse import urlsplit

import attrs
import msgspec

from calcom_async.core.limiter import Limiter, Permit
from calcom_async.core.redis_line import Caller, Decision, Line, LinePermit
from calcom_async.core.redis_state import Away, Report, State, decoded, hashed_operation, line_of
from calcom_async.errors import ConfigurationError, MissingExtraError

__all__ = ["RedisLimiter"]

LEASE = 180.0
"""Seconds after which a request without an answer is given up: longer than any server takes."""
HEARTBEAT = 5.0
"""Seconds after which a process with requests under way says at the latest that it lives."""
SILENCE = 20.0
"""Seconds without a sign of a process after which its requests are given up: whatever it sent has arrived by then."""
LONGEST_LOOK = 1.0
"""Seconds after which a process that waits looks at the latest what others have learned."""
SHORTEST_LOOK = 0.05
TURN = 0.01
"""Seconds a process that has taken its share leaves to the others, before it takes what they have left."""
UNPACED_LOOK = 1.0
"""Seconds for which a server without limits is taken to be one still, and Redis is not asked."""
SCHEMES = frozenset(
    {"redis", "rediss", "redis+unix", "redis+sentinel", "redis+cluster"}  # what `limits` knows, after "async+"
)
_INHERITED: list[Any] = []
"""Connections of a parent process, kept so that they are never finalised."""


class RedisLimiter(Limiter):
    """Lets calls of all processes and machines with one credential through, never more than the server allows.

    The same rules as `Limiter`, and in each process the same order; processes that wait share what is left.

    Args:
        url: Where Redis is, such as `redis://localhost:6379/0`.
        origin: Scheme, host and port of the server.
        credential: What the server counts by; only a hash of it is kept.
        limit: Requests per window until an answer teaches otherwise.
        window: Seconds per window until an answer teaches otherwise.

    Raises:
        ConfigurationError: the URL is not one of Redis.
        MissingExtraError: `limits` or `redis` is not installed.
    """

    def __init__(
        self, url: str, origin: str, credential: str, *, limit: int | None = 120, window: float = 60.0
    ) -> None:
        parts = urlsplit(url.strip())
        if parts.scheme not in SCHEMES:
            raise ConfigurationError(
                "limiter: give a Limiter, or the URL of a Redis that all processes share, such as "
                "redis://localhost:6379/0"
            )
        if any(importlib.util.find_spec(module) is None for module in ("limits", "redis")):
            raise MissingExtraError("a limiter in Redis", "redis")
        self._now: float | None = None
        self._offset = time.time() - time.monotonic()
        super().__init__(limit, window, clock=self._redis_time)
        self._url = url.strip()
        self.where = f"{parts.netloc.rpartition('@')[2]}{parts.path}"
        """Host, port and database; the URL itself may hold a password."""
        self._identity = hashlib.sha256(f"{origin}\0{credential}".encode()).hexdigest()
        self._lines: dict[asyncio.AbstractEventLoop, Line] = {}
        self._looked = -inf

    def __repr__(self) -> str:
        return f"RedisLimiter({self.where!r}, {self._told()})"

    # --- asking -------------------------------------------------------------------------------------------------------

    async def acquire(self, operation: str) -> Permit:
        """Wait for leave to send one request of an operation; may be cancelled.

        Raises:
            ConfigurationError: Redis can't be reached.
            APIConnectionError: it could be reached before.
        """
        began = time.monotonic()
        line = self._line()
        if (permit := self._unpaced(line, operation, began)) is not None:
            return permit
        caller = Caller(operation, hashed_operation(operation), asyncio.get_running_loop().create_future())
        line.join(caller)
        try:
            permit = await caller.permit
        except BaseException:
            line.leave(caller)
            raise
        permit.waited = time.monotonic() - began
        return permit

    def waiting(self) -> int:
        """How many calls of this process wait now."""
        with self._lock:
            return sum(len(line.callers) for line in self._lines.values())

    async def close(self) -> None:
        """Report what is left to report, and close this event loop's connection; a later call opens a new one."""
        with self._lock:
            line = self._lines.pop(asyncio.get_running_loop(), None)
        if line is not None:
            await line.close()

    def _unpaced(self, line: Line, operation: str, now: float) -> LinePermit | None:
        """Leave at once where the server was known to set no limit a moment ago."""
        with self._lock:
            free = self._learned and not self._paced and not line.callers and now < self._looked + UNPACED_LOOK
            if not free or self._redis_time() < self._blocked_until:
                return None
            return LinePermit(self, operation, self._redis_time(), {}, line=line, number="")

    def _line(self) -> Line:
        loop = asyncio.get_running_loop()
        with self._lock:
            line = self._lines.get(loop)
            if line is None:
                self._lines = {other: line for other, line in self._lines.items() if not other.is_closed()}
                line = self._lines[loop] = Line(self, loop)
            return line

    def _redis_time(self) -> float:
        """Redis' clock: as it was read for the decision under way, else about."""
        return self._now if self._now is not None else time.monotonic() + self._offset

    # --- deciding -----------------------------------------------------------------------------------------------------

    def _decide(self, line: Line, held: bytes, now: float, reports: list[Report], callers: list[Caller]) -> Decision:
        """What to do on a state: learn from the reports, let callers through.

        Args:
            line: Who asks.
            held: The state as Redis has it; empty for none.
            now: Redis' clock, read after the reported answers had come.
            reports: What became of earlier requests.
            callers: Who waits here, in order.
        """
        with self._lock:
            self._now = now
            try:
                state = decoded(held, now)
                self._take(state)
                adopted = self._adopt(line, state, now)
                beats = bool(line.away) and state.heard.get(line.name, -inf) + HEARTBEAT <= now
                state.heard[line.name] = now
                self._settle(line, state, now, reports)
                granted, stuck, took_share = self._let_through(line, state, now, callers)
                look_in = min((self._opens(self._names_of(hashed)) for hashed in stuck), default=inf)
                if took_share:
                    look_in = TURN
                elif not self._learned:
                    look_in = min(look_in, SHORTEST_LOOK)  # the answer to somebody's first call may come any moment
                elif look_in > SHORTEST_LOOK:
                    look_in = min(max(look_in / 4, SHORTEST_LOOK), LONGEST_LOOK)
                if line.away or granted:
                    look_in = min(look_in, HEARTBEAT)
                announced = self._announce(line, state, now, look_in, waits=len(granted) < len(callers))
                changed = bool(adopted or reports or granted or announced or beats)
                return Decision(self._encoded(state, now) if changed else None, granted, look_in, stuck, adopted)
            finally:
                self._now = None
                self._offset = now - time.monotonic()
                self._looked = time.monotonic()

    def _take(self, state: State) -> None:
        """Make a state this limiter's own, for its inherited rules to decide on."""
        self._learned, self._probe_sent = state.learned, state.probe_sent
        self._paced = state.paced and not self._never_paces
        self._blocked_until, self._common = state.blocked_until, state.common
        self._names, self._windows = state.names, state.windows

    def _encoded(self, state: State, now: float) -> bytes:
        state.at = now
        state.learned, state.paced, state.probe_sent = self._learned, self._paced, self._probe_sent
        state.blocked_until, state.common = self._blocked_until, self._common
        living = {line_of(number) for number in state.away}
        state.heard = {name: moment for name, moment in state.heard.items() if name in living}
        return msgspec.msgpack.encode(state)

    def _adopt(self, line: Line, state: State, now: float) -> dict[str, Away]:
        """Count again what this process has under way, where Redis has lost it or took the process for dead."""
        adopted = {
            number: attrs.evolve(
                away, epochs={name: self._window(name).sent(now) for name in self._names_of(away.operation)}
            )
            for number, away in line.away.items()
            if number not in state.away and now <= away.sent + LEASE
        }
        state.away.update(adopted)
        return adopted

    def _settle(self, line: Line, state: State, now: float, reports: list[Report]) -> None:
        for number, away in list(state.away.items()):
            heard = max(away.sent, state.heard.get(line_of(number), -inf))
            if now > min(away.sent + LEASE, heard + SILENCE):
                self._lose(self._permit(state.away.pop(number)))
            elif line_of(number) == line.name and number not in line.away:
                # Let through in an exchange whose answer was lost: nobody has it.
                self._give_back(self._permit(state.away.pop(number)))
        for report in reports:
            away_again = state.away.pop(report.number, None)
            if report.outcome == "answered":
                # One that the state does not know, unpaced or after its lease, still tells the limits.
                permit = self._permit(
                    away_again or Away(operation=hashed_operation(report.operation), sent=now, epochs={})
                )
                self._learn(permit, report.status, report.headers)
            elif away_again is not None and report.outcome == "lost":
                self._lose(self._permit(away_again))
            elif away_again is not None:
                self._give_back(self._permit(away_again))

    def _permit(self, away: Away) -> Permit:
        return Permit(self, away.operation, away.sent, away.epochs)

    def _let_through(
        self, line: Line, state: State, now: float, callers: list[Caller]
    ) -> tuple[dict[str, tuple[Caller, Away]], frozenset[str], bool]:
        """Who may go, which operations have to wait, and whether only because others wait too."""
        others = sum(1 for other, until in state.lines.items() if other != line.name and until > now)
        shares: dict[tuple[str, ...], int] = {}
        full: set[tuple[str, ...]] = set()
        granted: dict[str, tuple[Caller, Away]] = {}
        stuck: set[str] = set()
        took_share = False
        for caller in callers:
            names = self._names_of(caller.hashed)
            if names not in shares:
                left = min(self._window(name).left(now) for name in names) if self._paced else len(callers)
                shares[names] = max(1, left // (others + 1)) if others and self._paced else len(callers)
            if names in full or shares[names] == 0:
                took_share = took_share or names not in full
                stuck.add(caller.hashed)
                continue
            permit = self._grant(caller.hashed, names, now)
            if permit is None:
                full.add(names)
                stuck.add(caller.hashed)
                continue
            shares[names] -= 1
            away = Away(operation=caller.hashed, sent=now, epochs=permit.epochs)
            number = line.number()
            granted[number] = (caller, away)
            state.away[number] = away
        return granted, frozenset(stuck), took_share

    @staticmethod
    def _announce(line: Line, state: State, now: float, look_in: float, *, waits: bool) -> bool:
        """Tell the others whether this process waits; returns whether that is news."""
        believed = state.lines.get(line.name, -inf)
        state.lines = {name: until for name, until in state.lines.items() if until > now and name != line.name}
        if not waits:
            return believed > now
        if believed > now + look_in:
            state.lines[line.name] = believed
            return False
        state.lines[line.name] = now + 2 * min(look_in, LONGEST_LOOK) + 1.0
        return True

    def _after_fork(self) -> None:
        """In the child of a fork: new connections, and nothing under way."""
        super()._after_fork()
        _INHERITED.extend(self._lines.values())
        self._lines = {}
