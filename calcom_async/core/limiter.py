"""Pacing: wait *before* the server would refuse. One limiter per credential, shared by all clients of the process.

Cal.com counts requests per key in a fixed window that opens with the first hit, and blocks a key that goes over for
another window. What is left, and for how long, it says in every answer. `Window` is that bookkeeping as a value
without a clock; `Limiter` lets callers through in the order they came.

How it stays under the limit without waste: a window's end is the earliest `arrival + reset` seen in it (the server
rounds up, so this is never early), and requests still unanswered when a window ends count in the next one as well,
because nobody knows in which of the two the server saw them.
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

import attrs

from calcom_async.core.rate_limit_headers import Quota, retry_after

__all__ = ["Limiter", "Permit", "Window", "shared_limiter"]

PROBE_SECONDS = 2.0
"""How long the first call of a key goes alone, to learn the limit, before the default is trusted."""
MARGIN = 0.05
"""Seconds added to a window's end: arrival times on both sides are not exact."""
LEEWAY = 1.5
"""Seconds by which a reported end may lie after the known one and still be the same window (whole seconds)."""


@attrs.define(kw_only=True)
class Window:
    """What is known of one named limit.

    Attributes:
        limit: Requests per window.
        length: Seconds a window lasts.
        ends: When the open window ends (monotonic seconds); None when none is open.
        own: Requests sent in it, those still in flight from the one before included.
        foreign: Requests that others with the same key sent in it, as far as answers tell.
        in_flight: Requests without an answer yet.
        epoch: Counts the windows; an answer to a request of an earlier one says nothing of this one.
    """

    limit: int = 120
    length: float = 60.0
    ends: float | None = None
    own: int = 0
    foreign: int = 0
    in_flight: int = 0
    epoch: int = 0

    def roll(self, now: float) -> None:
        """Close a window that has ended."""
        if self.ends is not None and now >= self.ends:
            self.ends = None
            self.own = self.in_flight
            self.foreign = 0
            self.epoch += 1

    def left(self, now: float) -> int:
        """How many requests may be sent now."""
        self.roll(now)
        return self.limit - self.own - self.foreign

    def sent(self, now: float) -> int:
        """Count a request that leaves now; returns the epoch it belongs to."""
        self.roll(now)
        if self.ends is None:
            self.ends = now + self.length + MARGIN
        self.own += 1
        self.in_flight += 1
        return self.epoch

    def returned(self, epoch: int) -> None:
        """Take back a request that was never sent."""
        self.in_flight -= 1
        if epoch == self.epoch or self.own > self.limit:
            self.own -= 1

    def answered(self, now: float, epoch: int, quota: Quota | None) -> None:
        """Learn from an answer, or from its loss (`quota` None)."""
        self.in_flight -= 1
        if quota is None:
            return
        self.limit = quota.limit
        self.roll(now)
        if epoch != self.epoch:
            return  # sent in a window that has ended here: it may speak of that one
        end = now + quota.reset + MARGIN
        used = quota.limit - quota.remaining
        if used <= 1:
            self.length = max(quota.reset, 0.001)
        elif quota.reset > self.length:
            self.length = quota.reset
        if self.ends is not None and end > self.ends + LEEWAY and used < self.own:
            # The server's window ended before the end known here, and this answer opened or joined the next one.
            self.epoch += 1
            self.own = max(used, self.in_flight)
            self.foreign = 0
            self.ends = end
            return
        self.ends = end if self.ends is None or self.own <= 1 else min(self.ends, end)
        self.foreign = max(self.foreign, used - self.own)

    def opens(self, now: float) -> float:
        """Seconds until the next window, at the latest."""
        return max(0.0, self.ends - now) if self.ends is not None else 0.0


@attrs.define(eq=False)
class Permit:
    """Leave to send one request; say what became of it exactly once."""

    _limiter: Limiter
    operation: str
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
    loop: asyncio.AbstractEventLoop
    event: asyncio.Event
    since: float
    permit: Permit | None = None


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

    # --- asking -------------------------------------------------------------------------------------------------------

    async def acquire(self, operation: str) -> Permit:
        """Wait for leave to send one request of an operation; first come, first served; may be cancelled."""
        now = self._clock()
        with self._lock:
            names = self._names_of(operation)
            if not self._queues.get(names) and (permit := self._grant(operation, names, now)) is not None:
                return permit
            waiter = _Waiter(operation, asyncio.get_running_loop(), asyncio.Event(), now)
            self._queues.setdefault(names, deque()).append(waiter)
        try:
            while waiter.permit is None:
                try:
                    async with asyncio.timeout(max(0.001, self._opens())):
                        await waiter.event.wait()
                except TimeoutError:
                    pass
                self._dispatch()
        except BaseException:
            self._leave(names, waiter)
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
            limit, length = self._default
            window = self._windows[name] = Window(limit=limit, length=length)
        return window

    def _grant(self, operation: str, names: tuple[str, ...], now: float) -> Permit | None:
        if now < self._blocked_until:
            return None
        if not self._paced:
            return Permit(self, operation, {})
        if not self._learned:
            if self._probe_sent is not None and now < self._probe_sent + PROBE_SECONDS:
                return None
            self._probe_sent = self._probe_sent or now
        windows = [(name, self._window(name)) for name in names]
        if any(window.left(now) <= 0 for _, window in windows):
            return None
        return Permit(self, operation, {name: window.sent(now) for name, window in windows})

    def _opens(self) -> float:
        """Seconds until it is worth asking again."""
        with self._lock:
            now = self._clock()
            if now < self._blocked_until:
                return self._blocked_until - now
            if not self._learned and self._probe_sent is not None and now < self._probe_sent + PROBE_SECONDS:
                return self._probe_sent + PROBE_SECONDS - now
            ends = [window.ends - now for window in self._windows.values() if window.ends is not None]
            return max(0.001, min(ends, default=self._default[1]))

    def _dispatch(self) -> None:
        with self._lock:
            now = self._clock()
            for names, queue in list(self._queues.items()):
                while queue:
                    waiter = queue[0]
                    if waiter.loop.is_closed():
                        queue.popleft()
                        continue
                    permit = self._grant(waiter.operation, names, now)
                    if permit is None:
                        break
                    queue.popleft()
                    waiter.permit = permit
                    waiter.loop.call_soon_threadsafe(waiter.event.set)
                if not queue:
                    del self._queues[names]

    def _leave(self, names: tuple[str, ...], waiter: _Waiter) -> None:
        """A waiting caller was cancelled: it gives up its place, or the permit it was just given."""
        with self._lock:
            if waiter.permit is not None:
                self._give_back(waiter.permit)
            elif waiter in (queue := self._queues.get(names, deque())):
                queue.remove(waiter)
                if not queue:
                    del self._queues[names]
        self._dispatch()

    def _give_back(self, permit: Permit) -> None:
        permit._open = False
        for name, epoch in permit.epochs.items():
            self._windows[name].returned(epoch)
        if not self._learned:
            self._probe_sent = None

    # --- learning -----------------------------------------------------------------------------------------------------

    def _lose(self, permit: Permit) -> None:
        with self._lock:
            now = self._clock()
            for name, epoch in permit.epochs.items():
                self._windows[name].answered(now, epoch, None)
            if not self._learned:
                self._probe_sent = None  # the next call is the probe
        self._dispatch()

    def _learn(self, permit: Permit, status: int, headers: Mapping[str, str]) -> None:
        with self._lock:
            now = self._clock()
            quotas = {quota.name: quota for quota in Quota.read(headers, time.time())}
            self._remember_names(permit.operation, tuple(quotas), status)
            for name, epoch in permit.epochs.items():
                self._windows[name].answered(now, epoch, quotas.pop(name, None))
            for name, quota in quotas.items():  # a limit first heard of with this answer
                window = self._windows[name] = self._windows.get(name) or Window(limit=quota.limit, length=quota.reset)
                window.limit = quota.limit
                window.roll(now)
                window.own = max(window.own, quota.limit - quota.remaining)
                window.ends = min(window.ends or float("inf"), now + quota.reset + MARGIN)
            if status == 429:
                self._block(now, headers)
        self._dispatch()

    def _remember_names(self, operation: str, names: tuple[str, ...], status: int) -> None:
        if names:
            self._names[operation] = names
            if not self._learned or not self._paced:
                self._common = names
            self._learned = self._paced = True
        elif 200 <= status < 300 and not self._learned:
            self._learned = True  # no headers on a success: this server does not count
            self._paced = False
        elif not self._learned:
            self._probe_sent = None

    def _block(self, now: float, headers: Mapping[str, str]) -> None:
        wait = retry_after(headers, time.time())
        if wait is None:
            wait = 1.0 if not self._paced else self._default[1]
        self._blocked_until = max(self._blocked_until, now + wait + MARGIN)
        for window in self._windows.values():
            window.ends = self._blocked_until  # after a block the count starts anew

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
