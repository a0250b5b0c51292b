"""The clock of a sandbox: real time plus an offset, so that tests can start anywhere and jump ahead."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from calcom_async.sandbox import instants


class Clock:
    """Virtual time. It runs like the real clock, only from another moment on.

    Everything in the sandbox reads it: booking times, `createdAt`, reservations, rate limits, the `Date` header.
    """

    def __init__(self, start: str | datetime | None = None) -> None:
        """Start at `start` (ISO 8601 text or aware `datetime`), or at the real time."""
        self._offset = 0
        self.jumped: Callable[[], None] | None = None
        """Told of every jump; what became due by it is delivered then."""
        if start is not None:
            moment = instants.parse(start) if isinstance(start, str) else instants.from_datetime(start)
            if moment is None:
                raise ValueError(f"not an ISO 8601 instant: {start!r}")
            self._offset = moment - _real()

    @property
    def shifted(self) -> bool:
        """Whether virtual time differs from real time."""
        return self._offset != 0

    def milliseconds(self) -> int:
        """Virtual milliseconds since the epoch."""
        return _real() + self._offset

    def seconds(self) -> float:
        """Virtual seconds since the epoch, with microseconds."""
        return time.time() + self._offset / 1000

    def now(self) -> datetime:
        """Virtual now, as an aware UTC `datetime`."""
        return instants.to_datetime(self.milliseconds())

    def advance(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Jump ahead (or back, with negative numbers)."""
        self._offset += round((seconds + 60 * minutes + 3600 * hours + 86_400 * days) * 1000)
        if self.jumped is not None:
            self.jumped()


def _real() -> int:
    return time.time_ns() // 1_000_000
