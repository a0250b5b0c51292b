"""So many calls under way at once; the others wait in the order they came.

What `asyncio.Semaphore` does, less its two coroutines a call: most calls find a place free, and pay for no more.
"""

from __future__ import annotations

import asyncio
from collections import deque

__all__ = ["Places"]


class Places:
    """Places for calls, in one event loop.

    Args:
        count: How many there are.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._free = count
        self._line: deque[asyncio.Future[None]] = deque()

    @property
    def taken(self) -> int:
        """How many are taken."""
        return self.count - self._free

    def take(self) -> bool:
        """Take a place, if one is free; else `wait` for it."""
        if self._free == 0:
            return False
        self._free -= 1
        return True

    async def wait(self) -> None:
        """Wait until a place is handed over; first come, first served."""
        place = asyncio.get_running_loop().create_future()
        self._line.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if not place.cancelled():
                self.give()  # it was handed over in the same moment
            raise

    def give(self) -> None:
        """Give a place up: to who waits longest, or back."""
        while self._line:
            place = self._line.popleft()
            if not place.done():
                place.set_result(None)
                return
        self._free += 1
