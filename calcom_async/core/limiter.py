"""Pacing: wait *before* the server would refuse. One limiter per credential, shared by all clients of the process.

Cal.com counts requests per key in a fixed window that opens with the first hit, and blocks a key that goes over for
another window. What is left, and for how long, it says in every answer. `Window` is that bookkeeping as a value
without a clock; `Limiter` lets callers through in the order they came.

How it stays under the limit without waste: a window's end is the earliest `arrival + reset` seen in it (the server
rounds up, so this is never early), and requests still unanswered when a window ends count in the next one as well,
until their answer shows that the server saw them in the one before. The server may open its window later than the
first request left, so an end that no answer has told yet is only a guess, and a late one.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Mapping
from math import inf

import attrs

from calcom_async.core.rate_limit_headers import Quota, retry_after

__all__ = ["Limiter", "Permit", "Window", "shared_limiter"]

PROBE_SECONDS = 2.0
"""How long the first call of a key goes alone, to learn the limit, before the default is trusted."""
MARGIN = 0.05
"""Seconds added to a window's end: arrival times on both sides are not exact."""
ROUNDING = 1.0
"""Seconds by which a reset in whole seconds may be too large."""
LEEWAY = 1.5
"""Seconds added to the end of a window of which no answer has told yet: its first request may be long on its way."""


@attrs.define(kw_only=True)
class Window:
    """What is known of one named limit.

    Attributes:
        limit: Requests per window.
        length: Seconds a window lasts; may be too large by `ROUNDING`.
        ends: When the open window ends at the latest (monotonic seconds); None when none is open.
        told: Whether an answer has told of the end; it is a guess before.
        floor: When the open window ends at the earliest.
        floor_before: The same of the window before.
        own: Requests sent in it, those still in flight from the one before included.
        foreign: Requests that others with the same key sent in it, as far as answers tell.
        in_flight: Requests without an answer yet.
        epoch: Counts the windows; an answer to a request of an earlier one says nothing of this one.
        blocked_until: Nothing goes before that.
    """

    limit: int = 120
    length: float = 60.0
    ends: float | None = None
    told: bool = False
    floor: float = -inf
    floor_before: float = -inf
    own: int = 0
    foreign: int = 0
    in_flight: int = 0
    epoch: int = 0
    blocked_until: float = -inf

    def roll(self, now: float) -> None:
        """Close a window that has ended."""
        if self.ends is not None and now >= self.ends:
            self._next(own=self.in_flight)

    def _next(self, own: int, *, ends: float | None = None, floor: float = -inf) -> None:
        self.epoch += 1
        self.own, self.foreign = own, 0
        self.floor_before, self.floor = self.floor, floor
        self.ends, self.told = ends, ends is not None

    def left(self, now: float) -> int:
        """How many requests may be sent now."""
        if now < self.blocked_until:
            return 0
        self.roll(now)
        return self.limit - self.own - self.foreign

    def sent(self, now: float) -> int:
        """Count a request that leaves now; returns the epoch it belongs to."""
        self.roll(now)
        if self.ends is None:
            self.ends = now + self.length + LEEWAY
        self.own += 1
        self.in_flight += 1
        return self.epoch

    def returned(self) -> None:
        """Take back a request that was never sent; a window that has begun since counts it too."""
        self.in_flight -= 1
        self.own -= 1

    def answered(self, now: float, sent: float, epoch: int, quota: Quota | None) -> None:
        """Learn from an answer, or from its loss (`quota` None), to a request that left at `sent`."""
        self.roll(now)  # first: where its window ended meanwhile, this request may be in the next one
        self.in_flight -= 1
        if quota is None:
            return
        self.limit = quota.limit
        # The server wrote the answer between `sent` and `now`, so its window ends between these two:
        floor = sent + quota.reset - (ROUNDING if quota.reset.is_integer() else 0.0)
        end = now + quota.reset + MARGIN
        if epoch != self.epoch:
            if epoch == self.epoch - 1 and end < self.floor_before + self.length - ROUNDING:
                self.own -= 1  # counted in the window before: one that opened after it would end later
            return
        used = quota.limit - quota.remaining
        if self.ends is not None and self.told and floor > self.ends:
            # The server's window ended before the end known here. This answer is the first of its next window to come
            # back; those in flight may be in it as well.
            self._next(own=used + self.in_flight, ends=end, floor=floor)
            return
        if used <= 1 or quota.reset > self.length:
            self.length = max(quota.reset, 0.001)
        self.ends = min(self.ends, end) if self.ends is not None and self.told else end
        self.floor = max(self.floor, floor)
        self.told = True
        self.foreign = max(self.foreign, used - self.own)

    def heard(self, now: float, quota: Quota) -> None:
        """Learn from an answer to a request that was not counted here."""
        self.limit = quota.limit
        self.roll(now)
        self.own = max(self.own, quota.limit - quota.remaining)
        end = now + quota.reset + MARGIN
        self.ends = min(self.ends, end) if self.ends is not None and self.told else end
        self.told = True

    def block(self, until: float) -> None:
        """Let nothing through; the count starts anew after that, whatever answers of before may say."""
        self._next(own=self.in_flight, ends=until, floor=until)
        self.blocked_until = until

    def opens(self, now: float) -> float:
        """Seconds until a full window is worth another look; what fills a new one is in flight, and answers tell."""
        return max(0.0, self.ends - now) if self.ends is not None else self.length


@attrs.define(eq=False)
class Permit:
    """Leave to send one request; say what became of it exactly once."""

    _limiter: Limiter
    operation: str
    sent: float
    epochs: dict[str, int]
    waited: float = 0.0
    _open: bool = True

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """The server answered."""
        if self._open:
            self._open = False
            self._limiter._learn(self, status, headers)

    def lost(self) -> None:
        """No answer came, though the request may have been counted."""
        if self._open:
            self._open = False
            self._limiter._lose(self)


@attrs.define(eq=False)
class _Waiter:
    operation: str
    names: tuple[str, ...]
    loop: asyncio.AbstractEventLoop
    event: asyncio.Event
    since: float
    permit: Permit | None = None
    due: float = inf
    """When it looks again by itself; never, unless it is the first in line."""

    def wake(self) -> bool:
        """From any thread; False when its loop was closed just now."""
        try:
            self.loop.call_soon_threadsafe(self.event.set)
        except RuntimeError:
            return False
        return True


class Limiter:
    """Lets calls through in the order they came, never more than the server allows.

    Until an answer has told the limit, the first call goes alone. A server that sends no rate-limit headers is not
    paced; only its 429s are obeyed.

    Args:
        limit: Requests per window until headers teach otherwise; None never paces.
        window: Seconds per window until headers teach otherwise.
        clock: Monotonic seconds.
    """

    def __init__(
        self, limit: int | None = 120, window: float = 60.0, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._default = (limit or 0, window)
        self._never_paces = limit is None
        self._paced = limit is not None
        self._learned = False
        self._probe_sent: float | None = None
        self._windows: dict[str, Window] = {}
        self._names: dict[str, tuple[str, ...]] = {}
        self._common: tuple[str, ...] = ("default",)
        self._blocked_until = 0.0
        self._queues: dict[tuple[str, ...], deque[_Waiter]] = {}
        self._lock = threading.RLock()
        _ALL.add(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._told()})"

    def _told(self) -> str:
        """The limits, what is left of them, when there is more, and how many calls wait."""
        with self._lock:
            now = self._clock()
            windows = [(name, self._windows.get(name) or self._fresh()) for name in self._common if self._paced]
            told = [f"{name}: {max(0, w.left(now))} of {w.limit} left in {w.length:g} s" for name, w in windows]
            told = told or ["no limit"]
            if (wait := self.delay()) > 0:
                told.append(f"opens in {wait:.0f} s")
            return ", ".join([*told, f"{self.waiting()} waiting"])

    # --- asking -------------------------------------------------------------------------------------------------------

    async def acquire(self, operation: str) -> Permit:
        """Wait for leave to send one request of an operation; first come, first served; may be cancelled."""
        now = self._clock()
        with self._lock:
            names = self._names_of(operation)
            if not self._queues.get(names) and (permit := self._grant(operation, names, now)) is not None:
                return permit
            waiter = _Waiter(operation, names, asyncio.get_running_loop(), asyncio.Event(), now)
            self._queues.setdefault(names, deque()).append(waiter)
        try:
            while waiter.permit is None:
                if waiter.due <= self._clock():
                    waiter.due = inf
                self._dispatch()
                waits = waiter.due - self._clock()
                try:
                    # Only the first in line watches the clock: the others are woken in order.
                    async with asyncio.timeout(None if waits == inf else max(0.001, waits)):
                        await waiter.event.wait()
                        waiter.event.clear()
                except TimeoutError:
                    pass
        except BaseException:
            self._leave(waiter)
            raise
        waiter.permit.waited = self._clock() - waiter.since
        return waiter.permit

    def waiting(self) -> int:
        """How many calls wait now."""
        with self._lock:
            return sum(len(queue) for queue in self._queues.values())

    def delay(self) -> float:
        """Seconds until a call that is made now would be sent, as far as is known; 0 when at once."""
        with self._lock:
            now = self._clock()
            if now < self._blocked_until:
                return self._blocked_until - now
            if not self._paced:
                return 0.0
            waits = [w.opens(now) for n in self._common if (w := self._windows.get(n)) is not None and w.left(now) <= 0]
            return max(waits, default=0.0)

    # --- deciding (under the lock) ------------------------------------------------------------------------------------

    def _names_of(self, operation: str) -> tuple[str, ...]:
        return self._names.get(operation, self._common)

    def _window(self, name: str) -> Window:
        window = self._windows.get(name)
        if window is None:
            window = self._windows[name] = self._fresh()
        return window

    def _fresh(self) -> Window:
        limit, length = self._default
        return Window(limit=limit, length=length)

    def _grant(self, operation: str, names: tuple[str, ...], now: float) -> Permit | None:
        if now < self._blocked_until:
            return None
        if not self._paced:
            return Permit(self, operation, now, {})
        if not self._learned:
            if self._probe_sent is not None and now < self._probe_sent + PROBE_SECONDS:
                return None
            self._probe_sent = self._probe_sent or now
        for name in names:
            if self._window(name).left(now) <= 0:
                return None
        epochs: dict[str, int] = {}
        for name in names:
            epochs[name] = self._windows[name].sent(now)
        return Permit(self, operation, now, epochs)

    def _opens(self, names: tuple[str, ...]) -> float:
        """Seconds until it is worth asking again for a permit under these names."""
        with self._lock:
            now = self._clock()
            if now < self._blocked_until:
                return max(0.001, self._blocked_until - now)
            if not self._learned and self._probe_sent is not None and now < self._probe_sent + PROBE_SECONDS:
                return max(0.001, self._probe_sent + PROBE_SECONDS - now)
            full = [w for name in names if (w := self._windows.get(name)) is not None and w.left(now) <= 0]
            return max(0.001, max((window.opens(now) for window in full), default=0.0))

    def _dispatch(self) -> None:
        if not self._queues:
            return  # who begins to wait looks for himself
        with self._lock:
            now = self._clock()
            for names, queue in list(self._queues.items()):
                while queue:
                    waiter = queue[0]
                    if waiter.loop.is_closed():
                        queue.popleft()
                        continue
                    if (known := self._names_of(waiter.operation)) != names:
                        queue.popleft()  # an answer has told meanwhile which limits this operation has
                        waiter.names = known
                        self._queues.setdefault(known, deque()).append(waiter)
                        continue
                    permit = self._grant(waiter.operation, names, now)
                    if permit is None:
                        break
                    queue.popleft()
                    waiter.permit = permit
                    if not waiter.wake():
                        self._give_back(permit)
                if not queue:
                    self._queues.pop(names, None)
            for names, queue in self._queues.items():
                due = now + self._opens(names)
                if due < queue[0].due - 0.001:
                    queue[0].due = due
                    queue[0].wake()

    def _leave(self, waiter: _Waiter) -> None:
        """A waiting caller was cancelled: it gives up its place, or the permit it was just given."""
        with self._lock:
            if waiter.permit is not None:
                self._give_back(waiter.permit)
            elif waiter in (queue := self._queues.get(waiter.names, deque())):
                queue.remove(waiter)
                if not queue:
                    del self._queues[waiter.names]
        self._dispatch()

    def _give_back(self, permit: Permit) -> None:
        permit._open = False
        for name in permit.epochs:
            self._windows[name].returned()
        if not self._learned:
            self._probe_sent = None

    # --- learning -----------------------------------------------------------------------------------------------------

    def _lose(self, permit: Permit) -> None:
        with self._lock:
            now = self._clock()
            for name, epoch in permit.epochs.items():
                self._windows[name].answered(now, permit.sent, epoch, None)
            if not self._learned:
                self._probe_sent = None  # the next call is the probe
        self._dispatch()

    def _learn(self, permit: Permit, status: int, headers: Mapping[str, str]) -> None:
        stated = Quota.read(headers, time.time())
        if not stated and not permit.epochs and status != 429 and self._learned:
            return  # a server that does not count
        with self._lock:
            now = self._clock()
            quotas = {quota.name: quota for quota in stated}
            self._remember_names(permit.operation, tuple(quotas), status)
            exhausted = [quota.name for quota in quotas.values() if quota.remaining == 0]
            for name, epoch in permit.epochs.items():
                self._windows[name].answered(now, permit.sent, epoch, quotas.pop(name, None))
            for name, quota in quotas.items():  # a limit first heard of with this answer
                window = self._windows.setdefault(name, Window(limit=quota.limit, length=quota.reset))
                window.heard(now, quota)
            if status == 429:
                self._block(now, headers, exhausted)
        self._dispatch()

    def _remember_names(self, operation: str, names: tuple[str, ...], status: int) -> None:
        if names:
            if not self._learned or not self._paced or ("default" in names and "default" not in self._common):
                self._common = names  # what an operation that was never called is held to
            if names == self._common:
                self._names.pop(operation, None)
            else:
                self._names[operation] = names
            self._learned, self._paced = True, not self._never_paces
        elif 200 <= status < 300 and not self._learned:
            self._learned = True  # no headers on a success: this server does not count
            self._paced = False
        elif not self._learned:
            self._probe_sent = None

    def _block(self, now: float, headers: Mapping[str, str], exhausted: list[str]) -> None:
        """Obey a 429: wait out the limits it names, or, where it names none, everything."""
        wait = retry_after(headers, time.time())
        if wait is None:
            wait = self._default[1] if self._paced else 1.0
        until = now + wait + MARGIN
        if not exhausted or not self._paced:
            self._blocked_until = max(self._blocked_until, until)
            exhausted = list(self._windows)
        for name in exhausted:
            window = self._windows[name]
            if until > window.blocked_until:
                window.block(until)

    def _after_fork(self) -> None:
        """In the child of a fork: nobody waits, nothing is in flight, and a thread that is gone may hold the lock."""
        self._lock = threading.RLock()
        self._queues = {}
        for window in self._windows.values():
            window.in_flight = 0


_ALL: weakref.WeakSet[Limiter] = weakref.WeakSet()
_SHARED: weakref.WeakValueDictionary[str, Limiter] = weakref.WeakValueDictionary()
_shared_lock = threading.Lock()


def shared_limiter(origin: str, credential: str) -> Limiter:
    """The one limiter of this process for a server and a credential.

    Args:
        origin: Scheme, host and port.
        credential: What the server counts by; only a hash of it is kept.
    """
    key = hashlib.sha256(f"{origin}\0{credential}".encode()).hexdigest()
    with _shared_lock:
        limiter = _SHARED.get(key)
        if limiter is None:
            limiter = _SHARED[key] = Limiter()
        return limiter


def _reset_after_fork() -> None:
    global _shared_lock  # noqa: PLW0603 - the inherited lock may be held for ever
    _shared_lock = threading.Lock()
    for limiter in list(_ALL):
        limiter._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_after_fork)
