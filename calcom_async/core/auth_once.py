"""Work that is done once for all who want it meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

__all__ = ["Once"]

T = TypeVar("T")


class Once(Generic[T]):
    """Runs one piece of work at a time in an event loop.

    Who asks while it runs gets its outcome, and who stops waiting does not stop it: a token that is being refreshed
    would be lost otherwise.
    """

    def __init__(self) -> None:
        self._task: asyncio.Task[T] | None = None

    async def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What the work that is under way gives, or this one."""
        task = self._mine()
        if task is None:
            task = self._task = asyncio.get_running_loop().create_task(work())
            task.add_done_callback(_look_at)
        return await asyncio.shield(task)

    async def settle(self) -> None:
        """Wait for the end of what is under way, whatever it is."""
        task = self._mine()
        if task is not None:
            await asyncio.wait([task])

    def _mine(self) -> asyncio.Task[T] | None:
        """The work under way in this loop; that of a parent process's loop never ends here."""
        task = self._task
        if task is None or task.done() or task.get_loop() is not asyncio.get_running_loop():
            return None
        return task


def _look_at(task: asyncio.Task[Any]) -> None:
    """Whoever waited may have gone; asyncio would report an error that nobody has looked at."""
    if not task.cancelled():
        task.exception()
