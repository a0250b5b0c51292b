"""Which faults strike which request: a plan that gives the same faults for the same seed and the same requests.

Chance is no generator that runs on with every request, for then the order in which concurrent requests happen to come
would decide. It is worked out from the seed, the fault, the method and path, and how manieth such request this is.
"""

from __future__ import annotations

import hashlib
import threading
from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from attrs import define, field, frozen

from calcom_async.sandbox.faults import Cursor, Fault, Jump, Latency, Limit, Plain, fault
from calcom_async.sandbox.rate_limit import RateLimit, RateLimiter

_LOGGED: Final = 50_000
_CURSOR_VERSION: Final = "2026-05-01"


@frozen(kw_only=True)
class Asked:
    """What of a request decides over its faults."""

    method: str
    path: str
    """Below `/v2`, beginning with a slash."""
    query: Mapping[str, str]
    version: str | None
    body: bytes = b""

    @property
    def identity(self) -> tuple[Any, ...]:
        """What a repetition of this request shares with it."""
        return self.method, self.path, tuple(sorted(self.query.items())), self.body

    @property
    def by_cursor(self) -> bool:
        """Whether this asks for the cursor list of bookings."""
        return self.method == "GET" and self.version == _CURSOR_VERSION and self.path.endswith("/bookings")


@frozen
class Strike:
    """A fault that strikes a request, and its chance: a number in [0, 1) for what is random about the effect."""

    number: int
    fault: Fault
    chance: float
    limiter: RateLimiter | None = None
    """The windows of a limit, which go on from request to request."""


@frozen(kw_only=True)
class Injected:
    """A fault that was done to a request.

    Attributes:
        fault: the number of the fault; 0 for one that the request brought along in a header.
        kind: what kind of fault.
        method: the method of the request.
        path: its path below `/v2`.
        at: virtual milliseconds since the epoch.
    """

    fault: int
    kind: str
    method: str
    path: str
    at: int


@define
class _Entry:
    number: int
    fault: Fault
    limiter: RateLimiter | None
    seen: Counter[Any] = field(factory=Counter)


class FaultPlan:
    """The faults of a sandbox; `sandbox.faults`. May be changed at any time, from any thread."""

    def __init__(self, seed: int, faults: Iterable[Plain] = ()) -> None:
        """Plan these faults; the same seed gives the same chances."""
        self._seed = seed
        self._lock = threading.Lock()
        self._entries: list[_Entry] = []
        self._last = 0
        self._injected: deque[Injected] = deque(maxlen=_LOGGED)
        for each in faults:
            self.add(each)

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[tuple[int, Fault]]:
        """The faults in force, by number."""
        return iter([(each.number, each.fault) for each in self._entries])

    def add(self, plain: Plain, /) -> int:
        """Plan a fault, after those that are there.

        Of faults that break an answer, only the first that strikes a request does.

        Returns:
            Its number.

        Raises:
            ValueError: it is no fault.
        """
        made = fault(plain)
        with self._lock:
            self._last += 1
            windows = limiter(made.effect) if isinstance(made.effect, Limit) else None
            self._entries.append(_Entry(self._last, made, windows))
            return self._last

    def remove(self, number: int) -> None:
        """Let a fault be.

        Raises:
            KeyError: there is none of this number.
        """
        with self._lock:
            kept = [each for each in self._entries if each.number != number]
            if len(kept) == len(self._entries):
                raise KeyError(number)
            self._entries = kept

    def clear(self) -> None:
        """Let all faults be, and count from the beginning again; what was injected stays in the log."""
        with self._lock:
            self._entries = []
            self._last = 0

    @contextmanager
    def during(self, *plain: Plain) -> Generator[None]:
        """Some faults for the time of a `with` block."""
        numbers = [self.add(each) for each in plain]
        try:
            yield
        finally:
            for number in numbers:
                self.remove(number)

    @property
    def injected(self) -> Sequence[Injected]:
        """What was done so far, oldest first (the last 50,000)."""
        return list(self._injected)

    def log(self, strike: Strike, asked: Asked, at: int) -> None:
        """Note that a fault was done."""
        self._injected.append(
            Injected(fault=strike.number, kind=strike.fault.kind, method=asked.method, path=asked.path, at=at)
        )

    def strikes(self, asked: Asked) -> list[Strike]:
        """What this request gets: any number of waits, jumps and limits, and at most one thing that ends it.

        The faults after one that ends it do not get to see the request, and do not count it.
        """
        found: list[Strike] = []
        with self._lock:
            for entry in self._entries:
                chance = self._judged(entry, asked)
                if chance is not None:
                    found.append(Strike(entry.number, entry.fault, chance, entry.limiter))
                    if ends(entry.fault):
                        break
        return found

    def _judged(self, entry: _Entry, asked: Asked) -> float | None:
        """Count the request for one fault; the chance of its effect, or None where it is spared."""
        when = entry.fault.when
        if not when.matches(asked.method, asked.path, asked.query):
            return None
        if isinstance(entry.fault.effect, Cursor) and not asked.by_cursor:
            return None
        group = asked.identity if when.per == "request" else None
        entry.seen[group] += 1
        operation = (asked.method, asked.path)
        entry.seen[operation] += 1
        if not when.counts(entry.seen[group]):
            return None
        where = f"{self._seed}/{entry.number}/{asked.method} {asked.path}/{entry.seen[operation]}"
        if when.rate < 1 and _chance("strikes", where) >= when.rate:
            return None
        return _chance("effect", where)


def ends(planned: Fault) -> bool:
    """Whether a fault breaks the answer, so that no other can."""
    return not isinstance(planned.effect, Latency | Limit | Jump)


def limiter(effect: Limit) -> RateLimiter:
    """The windows of a limit."""
    return RateLimiter(RateLimit(limit=effect.limit, window=effect.window, block=effect.block, name=effect.name))


def _chance(what: str, where: str) -> float:
    digest = hashlib.blake2b(f"{what}/{where}".encode(), digest_size=7).digest()
    return int.from_bytes(digest) / 2**56
