"""The blocking face's engine: one anyio portal (an event loop in a thread of its own) per blocking client.

Started on the first call; works in Jupyter, from many threads and over forks. Ctrl-C cancels the call under way and
leaves the client usable. The portal begins and ends the loop; calls are handed over beside it, by one callback and one
lock each, at a third of what the portal's own way costs.
"""

from __future__ import annotations

import asyncio
import atexit
import importlib
import os
import threading
import weakref
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
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
        self._loop: asyncio.AbstractEventLoop | None = None
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

    def _started(self) -> asyncio.AbstractEventLoop:
        self._refuse_own_thread()
        loop = self._loop
        if loop is None:
            from anyio.from_thread import start_blocking_portal

            with self._lock:
                if self._closed:
                    raise ConfigurationError("this client is closed; make a new one")
                if self._portal is None:
                    context = start_blocking_portal("asyncio")
                    self._portal, self._context = context.__enter__(), context
                if self._loop is None:
                    self._thread, self._loop = self._portal.call(_arrived)
                loop = self._loop
        return loop

    def run(self, function: Callable[..., Awaitable[T]], /, *args: Any, **kwargs: Any) -> T:
        """Run a coroutine function and wait for it; whatever interrupts the wait cancels it.

        Raises:
            ConfigurationError: the client is closed, or this is its own loop.
        """
        loop = self._started()
        call = _Call(function, args, kwargs)
        try:
            try:
                loop.call_soon_threadsafe(self._begin, loop, call)
            except RuntimeError:
                raise ConfigurationError("this client was closed in another thread") from None
            call.wait(loop)
        except BaseException:
            with suppress(RuntimeError):  # the loop has ended, and the call with it
                loop.call_soon_threadsafe(call.stop)
            raise
        try:
            return call.outcome()
        except asyncio.CancelledError:
            raise ConfigurationError("this client was closed in another thread during the call") from None

    def _begin(self, loop: asyncio.AbstractEventLoop, call: _Call[Any]) -> None:
        if not self._closed:  # the end of the loop would not wait for one more
            call.task = loop.create_task(call.make())

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
            self._context = self._portal = self._loop = None
            was_closed, self._closed = self._closed, True
        if context is None or portal is None:
            return
        try:
            if not was_closed:
                portal.start_task_soon(self._on_close).result(10)
        finally:
            self._thread = None
            end = _Closing()
            context.__exit__(_Closing, end, None)  # an exception, so that it does not wait for what is still closing

    def after_fork(self) -> None:
        """In the child: a new loop on the next call; the inherited one is never touched again."""
        if self._portal is not None:
            _GRAVEYARD.append((self._context, self._portal))
        self._lock = threading.Lock()
        self._context = self._portal = self._loop = self._thread = None
        self._on_fork()


class _Call(Generic[T]):
    """A call: begun, made and stopped in the loop, and waited for in the thread that wants it."""

    __slots__ = ("_args", "_error", "_function", "_kwargs", "_result", "_under_way", "task")

    def __init__(self, function: Callable[..., Awaitable[T]], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._function = function
        self._args = args
        self._kwargs = kwargs
        self._result: T | None = None
        self._error: BaseException | None = None
        self._under_way = threading.Lock()
        self._under_way.acquire()
        self.task: asyncio.Task[None] | None = None

    async def make(self) -> None:
        """Make it, and keep what came of it."""
        try:
            self._result = await self._function(*self._args, **self._kwargs)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is the caller's
            self._error = error
        self._under_way.release()

    def stop(self) -> None:
        """Cancel it, if it has begun; what was to begin it came before this."""
        if self.task is not None:
            self.task.cancel()

    def wait(self, loop: asyncio.AbstractEventLoop) -> None:
        """Until it is made, or never will be."""
        ended = False
        # A bare wait is not interrupted by Ctrl-C on Windows, nor elsewhere by one that came just before it.
        while not self._under_way.acquire(timeout=PATIENCE):
            if ended:
                self._error = asyncio.CancelledError()
                break
            ended = loop.is_closed()

    def outcome(self) -> T:
        """What it gave, once; what it raised is raised."""
        error, self._error = self._error, None
        if error is None:
            return cast("T", self._result)
        try:
            raise error
        finally:
            del error  # its traceback knows this frame


def _arrived() -> tuple[int, asyncio.AbstractEventLoop]:
    """Name the loop's thread, and say where both are; in the loop."""
    threading.current_thread().name = "calcom-blocking"
    with suppress(ImportError):  # else what asks sniffio in here would be told of the caller's loop: Trio, say
        importlib.import_module("sniffio").thread_local.name = "asyncio"
    return threading.get_ident(), asyncio.get_running_loop()


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
