"""Lists: `await` gives the first page, `async for` every item. Which page comes next is a pure function of an answer.

Cal.com pages in four ways (offset with a total, offset without, cursor, not at all) and an answer may come in another
than was asked for, so `next_position` goes by the answer's shape.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, Literal, NoReturn, TypeAlias, TypeVar

import attrs

from calcom_async.core.ahead import Ahead
from calcom_async.core.codec import Malformed, decode_items, dump_json, parse_json
from calcom_async.core.collector import collector_paused
from calcom_async.core.page_decoder import DecodedPage, decode_page
from calcom_async.core.request import Request, Response
from calcom_async.core.telemetry import Telemetry, logger
from calcom_async.errors import CalComError, DecodeError, InvalidRequestError, PaginationError

__all__ = ["Listing", "Page", "Pager", "Pagination", "Position", "Style", "next_position"]

T = TypeVar("T")
Style: TypeAlias = Literal["offset", "cursor", "limit-offset", "none"]
"""How an operation is documented to page: take/skip, cursor/limit, limit/offset, or not at all."""


@attrs.frozen
class Position:
    """Where a walk stands: the next page to ask for. Plain data: keep it, pickle it, go on with `.resume(position)`."""

    skip: int = 0
    cursor: str | None = None


@attrs.frozen(kw_only=True)
class Pagination:
    """What an answer says of its place in the list; None where it does not say.

    Attributes:
        total: Items in the whole list by the server's word. It ignores the created/updated filters of bookings, so it
            may be too large.
        has_next: Whether another page follows.
        next_cursor: The cursor of the next page.
        raw: The block as it came.
    """

    total: int | None = None
    has_next: bool | None = None
    next_cursor: str | None = None
    raw: Mapping[str, Any] | None = attrs.field(default=None, repr=False)

    @classmethod
    def read(cls, envelope: Any) -> Pagination:
        """By shape: the offset block has `totalItems`/`hasNextPage`, the cursor block `nextCursor`/`hasMore`."""
        block = _pagination_block(envelope)
        if block is None:
            return cls()
        cursor = block.get("nextCursor")
        total = block.get("totalItems")
        has_next = block.get("hasNextPage", block.get("hasMore"))
        if has_next is None and "nextCursor" in block:
            has_next = cursor is not None
        return cls(
            total=total if isinstance(total, int) and total >= 0 else None,
            has_next=has_next if isinstance(has_next, bool) else None,
            next_cursor=str(cursor) if isinstance(cursor, str | int) and cursor != "" else None,
            raw=block,
        )


def _pagination_block(envelope: Any) -> dict[str, Any] | None:
    """Where an answer says it: beside the data (histories of synchronisations: under `meta`), or within."""
    if not isinstance(envelope, dict):
        return None
    found = [envelope.get("pagination"), envelope.get("meta")]
    data = envelope.get("data")
    if isinstance(data, dict):
        within = {key: data[key] for key in ("nextCursor", "hasMore") if key in data}
        found += [data.get("pagination"), within or None]
    return next((block for block in found if isinstance(block, dict)), None)


def next_position(here: Position, got: int, asked: int, pagination: Pagination, style: Style) -> Position | None:
    """The page after this one, or None at the end.

    Never by the total: it overstates. A block that says "no more" is the end; one that says "more" is believed as
    long as items come. Without a block a short page is the end, and so is one longer than asked for (a server that
    ignores paging has answered everything).

    Args:
        here: The page that was asked for.
        got: Items it had.
        asked: Items it could have had.
        pagination: What the answer said.
        style: How the operation pages by its document.
    """
    if pagination.next_cursor is not None:
        return Position(here.skip + got, pagination.next_cursor) if pagination.has_next is not False else None
    if pagination.has_next is not None:
        if not pagination.has_next or got == 0 or "nextCursor" in (pagination.raw or {}):
            return None
        return Position(here.skip + got)
    if style in {"none", "cursor"} or got != asked:
        return None
    return Position(here.skip + got)


@attrs.frozen(kw_only=True)
class Listing(Generic[T]):
    """What a list method describes; each face makes its own pager of it.

    Attributes:
        request: The request without position.
        into: The record of one item; `dict` keeps the wire JSON.
        fetch: Sends a request.
        page_size: Items asked for in one page.
        style: How the operation pages by its document.
        find: Takes the list out of the answer's envelope.
        strict: Whether a malformed record raises.
        telemetry: Who is told of the records of each page.
    """

    request: Request
    into: type[T]
    fetch: Callable[[Request], Awaitable[Response]] = attrs.field(repr=False)
    page_size: int = 100
    style: Style = "offset"
    find: Callable[[Any], Any] | None = attrs.field(default=None, repr=False)
    strict: bool = False
    start: Position = Position()
    telemetry: Telemetry | None = attrs.field(default=None, repr=False, eq=False)

    def request_at(self, position: Position) -> Request:
        """The request for one page."""
        match self.style:
            case "offset" if position.cursor is None:
                return self.request.with_query(take=self.page_size, skip=position.skip or None)
            case "limit-offset":
                return self.request.with_query(limit=self.page_size, offset=position.skip or None)
            case "cursor":
                if position.cursor is None and position.skip:
                    # The server answered the cursor version with offset metadata: go on the way it answers.
                    return self.request.with_query(limit=None, cursor=None, take=self.page_size, skip=position.skip)
                return self.request.with_query(limit=self.page_size, cursor=position.cursor)
            case "none":
                return self.request
            case _:
                return self.request.with_query(
                    take=None, skip=None, limit=min(self.page_size, 100), cursor=position.cursor
                )

    async def read(self, position: Position) -> tuple[Response, Position]:
        """Fetch the bytes of one page; they are decoded when they are used."""
        try:
            return await self.fetch(self.request_at(position)), position
        except CalComError as error:
            error.position = position
            raise

    def page(self, response: Response, position: Position) -> Page[T]:
        """Decode one page."""
        try:
            with collector_paused():
                read = self._decode(response.body)
        except DecodeError as error:
            error.position = position
            raise
        items, malformed = read.items, read.malformed
        for bad in malformed:
            if self.strict:
                bad.error.position = position
                raise bad.error
            logger.warning("%s: a malformed record was set aside: %s", self.request.operation, bad.error)
        if self.telemetry is not None:
            self.telemetry.read(self.request.method, self.request.template, len(items), len(malformed))
        pagination = Pagination.read(read.envelope)
        following = next_position(position, len(read.keys), self.page_size, pagination, self.style)
        return Page(
            items=items,
            malformed=malformed,
            pagination=pagination,
            position=position,
            next_position=following,
            response=response,
            identity=hash(frozenset(read.keys)) if read.keys else None,
            listing=self,
        )

    def _decode(self, body: bytes) -> DecodedPage[T]:
        read = decode_page(body, self.into) if self.find is None and self.into is not dict else None
        return read if read is not None else self._plainly(body)

    def _plainly(self, body: bytes) -> DecodedPage[T]:
        envelope = parse_json(body) if body.strip() else {}
        data = self._items(envelope)
        items, malformed = decode_items(data, self.into) if self.into is not dict else (list(data), [])
        return DecodedPage(items=items, keys=[_key(item) for item in data], envelope=envelope, malformed=malformed)

    def _items(self, envelope: Any) -> Sequence[Any]:
        data = envelope.get("data") if isinstance(envelope, dict) else envelope
        if self.find is not None:
            data = self.find(data)
        if data is None:
            return ()
        if not isinstance(data, list):
            raise DecodeError(f"expected a list, got {type(data).__name__}", path="data")
        return data


@attrs.frozen(kw_only=True)
class Page(Generic[T]):
    """One page of a list.

    Attributes:
        items: Its records; malformed ones are not among them.
        malformed: What could not be structured, raw and with the reason; nothing is lost.
        pagination: What the server said of its place in the list.
        position: Where it was read.
        next_position: Where the next page is; None at the end.
        response: The answer as it came.
    """

    items: list[T]
    malformed: list[Malformed]
    pagination: Pagination
    position: Position
    next_position: Position | None
    response: Response = attrs.field(repr=False)
    identity: int | None = attrs.field(repr=False)
    """One number for the set of items, since the order of items that tie may change; None when there are none."""
    listing: Listing[T] = attrs.field(repr=False)

    def __len__(self) -> int:
        return len(self.items)

    if not TYPE_CHECKING:  # to walk it would be to stop after it, in silence

        def __iter__(self) -> NoReturn:
            raise TypeError("this is one page: take its .items, or walk the list itself for those of every page")

        def __getitem__(self, index: Any) -> NoReturn:
            raise TypeError("this is one page: take its .items[…], or the list's .collect() for those of every page")

    @property
    def has_next(self) -> bool:
        """Whether another page follows."""
        return self.next_position is not None

    async def next(self) -> Page[T] | None:
        """The page after this one; None at the end."""
        if self.next_position is None:
            return None
        response, position = await self.listing.read(self.next_position)
        return self.listing.page(response, position)


def _key(item: Any) -> Any:
    """What tells an item from others."""
    key = (item.get("uid") or item.get("id")) if isinstance(item, dict) else None
    return key if isinstance(key, str | int) else dump_json(item)


class _LoopGuard:
    """Notices a list that would never end: the same page, or the same cursor, twice."""

    def __init__(self) -> None:
        self._pages: set[int] = set()
        self._cursors: set[str] = set()

    def check(self, page: Page[Any]) -> bool:
        """Whether the page is new; a server that was asked beyond the end may give its last page again.

        Raises:
            PaginationError: with the position.
        """
        cursor = page.next_position.cursor if page.next_position is not None else None
        if page.position.skip and page.position.cursor is None and "nextCursor" in (page.pagination.raw or {}):
            # Asked to skip, it answered by cursor, which skips nothing: what was read before would come again.
            raise self._error("the server changed from offsets to cursors", page)
        if cursor is not None:
            if cursor in self._cursors or cursor == page.position.cursor:
                raise self._error("the server gave the same cursor twice", page)
            self._cursors.add(cursor)
        if page.identity in self._pages:
            if page.next_position is None:
                return False
            raise self._error("the server gave the same page twice", page)
        if page.identity is not None:
            self._pages.add(page.identity)
        return True

    @staticmethod
    def _error(what: str, page: Page[Any]) -> PaginationError:
        error = PaginationError(f"{page.listing.request.operation}: {what}; the list would never end")
        error.position = page.position
        return error


class Pager(Generic[T]):
    """A list of Cal.com: `await` it for the first page, `async for` over it for every item of every page.

    Nothing is asked for before that. Each walk starts anew.
    """

    def __init__(self, listing: Listing[T], *, ahead: int = 1) -> None:
        self._listing = listing
        self._ahead = ahead
        self._total: int | None = None

    def __repr__(self) -> str:
        return f"<Pager of {self._listing.request.operation}; use `async for`, `await`, or `.collect()`>"

    def __await__(self) -> Generator[Any, None, Page[T]]:
        return self.first().__await__()

    async def first(self) -> Page[T]:
        """The first page."""
        page = self._listing.page(*await self._listing.read(self._listing.start))
        self._total = page.pagination.total
        return page

    def __aiter__(self) -> AsyncIterator[T]:
        return self._items()

    if not TYPE_CHECKING:  # so that a type checker refuses a plain `for` as well

        def __iter__(self) -> NoReturn:
            raise TypeError(
                "this list is asynchronous: use `async for`, or the blocking client CalCom for a plain `for`"
            )

        def __getitem__(self, index: Any) -> NoReturn:
            raise TypeError(
                "nothing of this list was read yet: `await` its `.collect()`, or `.collect(limit=…)` for the first ones"
            )

    async def _items(self) -> AsyncGenerator[T, None]:
        pages = self.pages()
        try:
            async for page in pages:
                for item in page.items:
                    yield item
                del page  # it would live on while the next one is made
        finally:
            await pages.aclose()

    @property
    def total(self) -> int | None:
        """How many items the server says there are, once a page was read; None where it does not say.

        For bookings it ignores the created/updated filters, and so may be too large: show it, never rely on it.
        """
        return self._total

    def resume(self, position: Position) -> Pager[T]:
        """The same list from a position on, such as the `position` of the error that ended a walk."""
        return Pager(attrs.evolve(self._listing, start=position), ahead=self._ahead)

    def prefetch(self, pages: int) -> Pager[T]:
        """The same list, read up to so many pages at once (offset lists only; a cursor has to come first).

        The requests of a window are all done when its first page is handed over, so a plain `break` leaks nothing.
        `collect()` looks at no page before it has all: it asks for the next one as soon as one has come.

        Raises:
            InvalidRequestError: fewer than one.
        """
        if pages < 1:
            raise InvalidRequestError("prefetch: at least 1 page")
        return Pager(self._listing, ahead=pages)

    async def collect(self, limit: int | None = None) -> list[T]:
        """Every item in a list; with `limit`, at most so many in all, and no page more than needed."""
        if limit is not None and limit < 0:
            raise InvalidRequestError("limit: can't be negative")
        items: list[T] = []
        if limit == 0:
            return items
        listing = self._listing
        if limit is not None and limit < listing.page_size:
            listing = attrs.evolve(listing, page_size=limit)
        pager = Pager(listing, ahead=self._ahead)
        pages = pager._walk(limit, sliding=True)
        try:
            async for page in pages:
                items.extend(page.items)
                if limit is not None and len(items) >= limit:
                    break
        finally:
            await pages.aclose()
        self._total = pager._total
        return items if limit is None else items[:limit]

    def pages(self) -> AsyncGenerator[Page[T], None]:
        """Every page, in order.

        Raises:
            PaginationError: the server gave the same page or cursor twice; `position` says where.
        """
        return self._walk(None)

    async def _walk(self, limit: int | None, *, sliding: bool = False) -> AsyncGenerator[Page[T], None]:
        """Every page, in order; no more pages at once than so many items can fill."""
        guard = _LoopGuard()
        size = self._listing.page_size
        ahead = Ahead(
            self._listing.read, lambda here, pages: Position(here.skip + pages * size, here.cursor),
            at_once=self._ahead, sliding=sliding,
        )  # fmt: skip
        position: Position | None = self._listing.start
        left = 1  # the first page tells how the list is paged
        try:
            while position is not None:
                try:
                    response, asked_at = await ahead.take(position, left)
                except CalComError as error:
                    error.position = position  # from here on no page was handed over
                    raise
                page = self._listing.page(response, asked_at)
                if not guard.check(page):
                    return
                self._total = total = page.pagination.total
                position = page.next_position
                if limit is not None:
                    limit -= len(page)
                if position is not None:
                    left = self._left(position, total, limit)
                yield page
                del page  # it would live on while the next one is made
        finally:
            await ahead.end()

    def _left(self, position: Position, total: int | None, limit: int | None) -> int:
        """How many pages there may be from here on; the total and the limit only narrow it."""
        if position.cursor is not None or self._listing.style != "offset":
            return 1
        left = [items for items in (None if total is None else total - position.skip, limit) if items is not None]
        return max(1, min((-(-items // self._listing.page_size) for items in left), default=self._ahead))
