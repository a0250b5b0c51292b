"""The blocking face's engine: one anyio portal (an event loop in a thread of its own) per blocking client.

Started on the first call; works in Jupyter, from many threads and over forks. Ctrl-C cancels the call under way and
leaves the client usable.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
import weakref
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from calcom_async.errors import ConfigurationError

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal

__all__ = ["Runner"]

T = TypeVar("T")
PATIENCE = 0.1
"""Seconds after which a wait looks whether Ctrl-C was pressed."""
_GRAVEYARD: list[Any] = []
"""Portals inherited through a fork: their thread is gone, and finalising them would wait for it for ever."""


class Runner:
    """Runs coroutines of one client in its own loop, for callers that block.

    Args:
        on_close: Closes what lives in the loop; run there before the loop ends.
        on_fork: Called in the child of a fork, to forget what belongs to the parent's loop.
    """

    def __init__(self, on_close: Callable[[], Awaitable[None]], on_fork: Callable[[], None]) -> None:
        self._on_close = on_close
        self._on_fork = on_fork
        self._lock = threading.Lock()
        self._context: AbstractContextManager[BlockingPortal] | None = None
        self._portal: BlockingPortal | None = None
        self._thread: int | None = None
        self._closed = False
        _ALL.add(self)

    def _is_own_thread(self) -> bool:
        return threading.get_ident() == self._thread

    def _refuse_own_thread(self) -> None:
        if self._is_own_thread():
            raise ConfigurationError(
                "a blocking call from the client's own event loop would wait for itself for ever; "
                "use AsyncCalCom in coroutines and hooks"
            )

    def _started(self) -> BlockingPortal:
        self._refuse_own_thread()
        portal = self._portal
        if portal is None:
            from anyio.from_thread import start_blocking_portal

            with self._lock:
                if self._closed:
                    raise ConfigurationError("this client is closed; make a new one")
                if self._portal is None:
                    context = start_blocking_portal("asyncio", name="calcom-blocking")
                    self._portal, self._context = context.__enter__(), context
                    self._thread = self._portal.call(threading.get_ident)
                portal = self._portal
        return portal

    def run(self, function: Callable[..., Awaitable[T]], *args: Any) -> T:
        """Run a coroutine function and wait for it; whatever interrupts the wait cancels it.

        Raises:
            ConfigurationError: the client is closed, or this is its own loop.
        """
        portal = self._started()
        call = _Call(function, args)
        future: Future[T] | None = None
        try:
            try:
                future = portal.start_task_soon(call.run)
            except RuntimeError:
                raise ConfigurationError("this client was closed in another thread") from None
            while not future.done():
                # A bare wait is not interrupted by Ctrl-C on Windows, nor elsewhere by one that came just before it.
                with suppress(TimeoutError):
                    return future.result(PATIENCE)
            return future.result()
        except CancelledError:
            raise ConfigurationError("this client was closed in another thread during the call") from None
        except BaseException:
            if future is None:
                call.cancel()
            else:
                future.cancel()
            raise

    def iterate(self, make: Callable[[], AsyncGenerator[T, None]]) -> Iterator[T]:
        """Walk an async generator from here, one bridge crossing an item; closing this closes that."""
        generator = make()
        try:
            while True:
                item = self.run(_next_of, generator)
                if item is _End:
                    return
                yield cast("T", item)
        finally:
            # Where the garbage collector came by in the loop's own thread, the loop itself closes what it loses.
            if not self._closed and not self._is_own_thread():
                self.run(_close_generator, generator)

    def close(self) -> None:
        """Close what lives in the loop, then end the loop and every call still under way; may be called again.

        Raises:
            ConfigurationError: this is its own loop.
        """
        self._refuse_own_thread()
        with self._lock:
            context, portal = self._context, self._portal
            self._context = self._portal = None
            was_closed, self._closed = self._closed, True
        if context is None or portal is None:
            return
        try:
            if not was_closed:
                portal.start_task_soon(self._on_close).result(10)
        finally:
            self._thread = None
            end = _Closing()
            context.__exit__(_Closing, end, None)  # an exception, so that it cancels calls that still wait or retry

    def after_fork(self) -> None:
        """In the child: a new loop on the next call; the inherited one is never touched again."""
        if self._portal is not None:
            _GRAVEYARD.append((self._context, self._portal))
        self._lock = threading.Lock()
        self._context = self._portal = self._thread = None
        self._on_fork()


class _Call(Generic[T]):
    """A call that can be cancelled while it is being handed to the loop, when there is no future of it yet."""

    def __init__(self, function: Callable[..., Awaitable[T]], args: tuple[Any, ...]) -> None:
        self._function = function
        self._args = args
        self._cancelled = False
        self._stop: Callable[[], object] | None = None

    async def run(self) -> T:
        """Make it; in the loop."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        self._stop = lambda: loop.call_soon_threadsafe(task.cancel)
        if self._cancelled:
            raise asyncio.CancelledError
        return await self._function(*self._args)

    def cancel(self) -> None:
        """Stop it, or keep it from beginning; from any thread."""
        self._cancelled = True
        if self._stop is not None:
            with suppress(RuntimeError):  # the loop has ended, and the call with it
                self._stop()


class _Closing(Exception):  # noqa: N818 - a signal to the portal, never seen outside
    """The client is being closed."""


class _End:
    """What the end of a generator becomes: StopAsyncIteration can't leave a coroutine."""


async def _next_of(generator: AsyncGenerator[T, None]) -> T | type[_End]:
    async for item in generator:
        return item
    return _End


async def _close_generator(generator: AsyncGenerator[Any, None]) -> None:
    while getattr(generator, "ag_running", False):  # noqa: ASYNC110 - a step just cancelled is still on its way out
        await asyncio.sleep(0.001)
    await generator.aclose()


_ALL: weakref.WeakSet[Runner] = weakref.WeakSet()


def _close_all() -> None:
    for runner in list(_ALL):
        runner.close()


def _after_fork() -> None:
    for runner in list(_ALL):
        runner.after_fork()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
