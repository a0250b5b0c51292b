"""Pages that are asked for before their turn: a window at a time for who looks at each page, sliding for who wants all.

Between two pages of a walk nothing is under way: each window has come in whole before its first page is handed over,
so that whoever leaves a loop leaves nothing behind. Where one `await` takes all pages, the next is asked for as soon
as one has come, and the server is waited for while pages are decoded.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

__all__ = ["Ahead"]

P = TypeVar("P")
A = TypeVar("A")


class Ahead(Generic[P, A]):
    """Reads pages ahead of a walk that takes them one by one.

    Args:
        read: Reads the page at a place.
        follows: The place so many full pages after another.
        at_once: Pages under way at once.
        sliding: Whether they may be under way while a page is looked at.
    """

    def __init__(
        self,
        read: Callable[[P], Coroutine[Any, Any, A]],
        follows: Callable[[P, int], P],
        *,
        at_once: int,
        sliding: bool,
    ) -> None:
        self._read = read
        self._follows = follows
        self._at_once = at_once
        self._sliding = sliding
        self._tasks: deque[asyncio.Task[A]] = deque()
        self._first: P | None = None
        """The place of the first task."""

    async def take(self, place: P, left: int) -> A:
        """The page at a place; after it, up to `left` pages in all are read ahead as far as that is wanted.

        Args:
            place: Where the walk goes on; what was read ahead from another place is given up.
            left: Pages that may be there from this place on.

        Raises:
            CalComError: it could not be read; of a window, the first failure, and none of its pages is handed over.
        """
        if self._tasks and self._first != place:
            await self.end()
        if not self._tasks and min(self._at_once, left) == 1:
            return await self._read(place)
        if self._sliding:
            self._start(place, left)
        elif not self._tasks:
            self._start(place, left)
            await self._whole_window()
        task = self._tasks.popleft()
        self._first = self._follows(place, 1)
        try:
            if task.done():
                await asyncio.sleep(0)  # what has come already is no wait: others have their turn all the same
            answer = await task
        finally:
            del task  # it holds its failure, which holds this frame
        if self._sliding:
            self._start(self._first, left - 1)
        return answer

    def _start(self, place: P, left: int) -> None:
        for n in range(len(self._tasks), min(self._at_once, left)):
            self._tasks.append(asyncio.create_task(self._read(self._follows(place, n))))
        self._first = place

    async def _whole_window(self) -> None:
        await asyncio.wait(self._tasks, return_when=asyncio.FIRST_EXCEPTION)
        failed = next((task for task in self._tasks if task.done() and task.exception() is not None), None)
        if failed is not None:
            await self.end()
            try:
                await failed
            finally:
                del failed

    async def end(self) -> None:
        """Give up what is under way; returns when all of it has ended."""
        tasks, self._tasks = self._tasks, deque()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        for task in tasks:
            if not task.cancelled():
                task.exception()  # looked at: nobody else will
