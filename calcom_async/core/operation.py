"""The two faces: each operation is written once, as a coroutine; the client it hangs on decides how it is called.

`Resource[M]` has a phantom mode, `Async` or `Blocking`. On an async client `@operation` gives the coroutine method and
`@paginated` a `Pager`; on a blocking one they give a plain method and a `BlockingPager`, with the same arguments. Both
type checkers infer that from the overloads below.
"""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable, Coroutine, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Concatenate, Generic, NoReturn, ParamSpec, TypeVar, overload

import attrs

from calcom_async.core.blocking import Runner
from calcom_async.core.codec import Malformed
from calcom_async.core.paging import Listing, Page, Pager, Pagination, Position
from calcom_async.core.request import Request, Response
from calcom_async.core.transport import Options, Transport
from calcom_async.guesses import NoAttribute, argument_meant

__all__ = [
    "Async",
    "Blocking",
    "BlockingPage",
    "BlockingPager",
    "Channel",
    "Resource",
    "operation",
    "paginated",
    "warn_of_deprecation",
]

P = ParamSpec("P")
T = TypeVar("T")
M = TypeVar("M", covariant=True)


class Async:
    """The mode of resources on `AsyncCalCom`."""


class Blocking:
    """The mode of resources on `CalCom`."""


@attrs.frozen(kw_only=True)
class Channel:
    """What a resource needs of its client: how to send, with which options, and whether to block."""

    transport: Transport
    options: Options
    runner: Runner | None = None

    def send(self, request: Request) -> Coroutine[Any, Any, Response]:
        """Send one request."""
        return self.transport.send(request, self.options)


class Resource(Generic[M]):
    """The operations of one kind of thing, on one path.

    Attributes:
        deprecated: Why its operations should not be used any more; each warns once. None for all others.
    """

    deprecated: ClassVar[str | None] = None

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    if not TYPE_CHECKING:  # checkers know the attributes, and shall go on saying what is none

        def __getattr__(self, name: str) -> Any:
            if hasattr(type(self), name):  # what raised is inside of it
                return object.__getattribute__(self, name)
            raise AttributeError(NoAttribute(type(self), name))


class operation(Generic[P, T]):  # noqa: N801 - a decorator
    """Makes a coroutine method an operation of both faces."""

    def __init__(self, function: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]], /) -> None:
        self.function = function
        self.__doc__ = function.__doc__

    @overload
    def __get__(self, obj: None, owner: type) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]: ...
    @overload
    def __get__(self, obj: Resource[Async], owner: type) -> Callable[P, Coroutine[Any, Any, T]]: ...
    @overload
    def __get__(self, obj: Resource[Blocking], owner: type) -> Callable[P, T]: ...
    def __get__(self, obj: Any, owner: type) -> Any:
        if obj is None:
            return self.function
        function = self.function if obj._channel.runner is None else self._blocking
        method = function.__get__(obj)
        return method if obj.deprecated is None else _warning(obj, method)

    @functools.cached_property
    def _blocking(self) -> Callable[..., Any]:
        """The same method for clients that block; made once."""
        function = self.function

        @functools.wraps(function)
        def blocking(self: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                return self._channel.runner.run(function, self, *args, **kwargs)
            except TypeError as error:
                if meant := _meant(error, function):
                    raise meant from None
                raise

        return blocking


class paginated(Generic[P, T]):  # noqa: N801 - a decorator
    """Makes a method that describes a list a list of both faces."""

    def __init__(self, function: Callable[Concatenate[Any, P], Listing[T]], /) -> None:
        self.function = function
        self.__doc__ = function.__doc__

    @overload
    def __get__(self, obj: None, owner: type) -> Callable[Concatenate[Any, P], Listing[T]]: ...
    @overload
    def __get__(self, obj: Resource[Async], owner: type) -> Callable[P, Pager[T]]: ...
    @overload
    def __get__(self, obj: Resource[Blocking], owner: type) -> Callable[P, BlockingPager[T]]: ...
    def __get__(self, obj: Any, owner: type) -> Any:
        if obj is None:
            return self.function
        method = self._listing.__get__(obj)
        return method if obj.deprecated is None else _warning(obj, method)

    @functools.cached_property
    def _listing(self) -> Callable[..., Any]:
        """The method of both faces; made once."""
        function = self.function

        @functools.wraps(function)
        def listing(self: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                pager = Pager(function(self, *args, **kwargs))
            except TypeError as error:
                if meant := _meant(error, function, of_list=True):
                    raise meant from None
                raise
            runner: Runner | None = self._channel.runner
            return pager if runner is None else BlockingPager(pager, runner)

        return listing


def _meant(error: TypeError, function: Callable[..., Any], *, of_list: bool = False) -> TypeError | None:
    """The error of a call of this function with an argument that it does not have, and the one that may be meant."""
    if not str(error).startswith(f"{function.__qualname__}()"):
        return None
    names = [name for name in inspect.signature(function).parameters if name != "self"]
    return argument_meant(error, names, of_list=of_list)


_warned: set[str] = set()
"""What this process was told already."""


def warn_of_deprecation(what: str, why: str, *, stacklevel: int) -> None:
    """Say once per process that Cal.com has deprecated something.

    Args:
        what: An operation, or an argument of one.
        why: What is to be done instead.
        stacklevel: Whose line it is about, as `warnings.warn` counts: 2 is the caller's of this function.
    """
    if what not in _warned:
        warnings.warn(f"Cal.com has deprecated {what}: {why}", DeprecationWarning, stacklevel=stacklevel + 1)
        _warned.add(what)


def _warning(obj: Resource[Any], method: Callable[..., Any]) -> Callable[..., Any]:
    """The same method, which warns at the line that calls it: in the caller's thread, before anything is awaited."""

    @functools.wraps(method)
    def warn_and_call(*args: Any, **kwargs: Any) -> Any:
        warn_of_deprecation(f"{type(obj).__name__}.{method.__name__}", obj.deprecated or "", stacklevel=2)
        return method(*args, **kwargs)

    return warn_and_call


class BlockingPage(Generic[T]):
    """A page on the blocking face: the same attributes as `Page`, and a `next()` that blocks."""

    def __init__(self, page: Page[T], runner: Runner) -> None:
        self._page = page
        self._runner = runner

    @property
    def items(self) -> list[T]:
        """Its records; malformed ones are not among them."""
        return self._page.items

    @property
    def malformed(self) -> list[Malformed]:
        """What could not be structured, raw and with the reason; nothing is lost."""
        return self._page.malformed

    @property
    def pagination(self) -> Pagination:
        """What the server said of its place in the list."""
        return self._page.pagination

    @property
    def position(self) -> Position:
        """Where it was read."""
        return self._page.position

    @property
    def next_position(self) -> Position | None:
        """Where the next page is; None at the end."""
        return self._page.next_position

    @property
    def response(self) -> Response:
        """The answer as it came."""
        return self._page.response

    @property
    def has_next(self) -> bool:
        """Whether another page follows."""
        return self._page.has_next

    def __len__(self) -> int:
        return len(self._page)

    if not TYPE_CHECKING:  # as of `Page`

        def __iter__(self) -> Any:
            return iter(self._page)

        def __getitem__(self, index: Any) -> Any:
            return self._page[index]

    def __repr__(self) -> str:
        return repr(self._page)

    def next(self) -> BlockingPage[T] | None:
        """The page after this one; None at the end."""
        following = self._runner.run(self._page.next)
        return None if following is None else BlockingPage(following, self._runner)


class BlockingPager(Generic[T]):
    """A list of Cal.com on the blocking face: iterate for every item, or take `first()`, `pages()`, `collect()`.

    Nothing is asked for before that. Each walk starts anew.
    """

    def __init__(self, pager: Pager[T], runner: Runner) -> None:
        self._pager = pager
        self._runner = runner

    def __repr__(self) -> str:
        return f"<BlockingPager of {self._pager._listing.request.operation}; iterate, or `.collect()`>"

    def __iter__(self) -> Iterator[T]:
        pages = self._runner.iterate(self._pager.pages)  # pages cross the bridge, not items
        try:
            for page in pages:
                yield from page.items
                del page  # it would live on while the next one is made
        finally:
            _close(pages)

    if not TYPE_CHECKING:  # as of `Pager`

        def __getitem__(self, index: Any) -> NoReturn:
            raise TypeError(
                "nothing of this list was read yet: take its `.collect()`, or `.collect(limit=…)` for the first ones"
            )

    def first(self) -> BlockingPage[T]:
        """The first page."""
        return BlockingPage(self._runner.run(self._pager.first), self._runner)

    def pages(self) -> Iterator[BlockingPage[T]]:
        """Every page, in order.

        Raises:
            PaginationError: the server gave the same page or cursor twice; `position` says where.
        """
        pages = self._runner.iterate(self._pager.pages)
        try:
            for page in pages:
                yield BlockingPage(page, self._runner)
        finally:
            _close(pages)

    def collect(self, limit: int | None = None) -> list[T]:
        """Every item in a list; with `limit`, at most so many in all, and no page more than needed."""
        return self._runner.run(self._pager.collect, limit)

    @property
    def total(self) -> int | None:
        """How many items the server says there are, once a page was read; None where it does not say."""
        return self._pager.total

    def resume(self, position: Position) -> BlockingPager[T]:
        """The same list from a position on, such as the `position` of the error that ended a walk."""
        return BlockingPager(self._pager.resume(position), self._runner)

    def prefetch(self, pages: int) -> BlockingPager[T]:
        """The same list, read up to so many pages at once."""
        return BlockingPager(self._pager.prefetch(pages), self._runner)


def _close(iterator: Any) -> None:
    iterator.close()
