"""Both faces as the type checkers see them; nothing here is run, `mypy --strict` and `pyright` judge it."""
# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from collections.abc import AsyncGenerator, Coroutine, Iterator
from typing import Any, TypeVar, assert_type

from calcom_async import AsyncCalCom, CalCom
from calcom_async.core.operation import Async, Blocking, BlockingPage, BlockingPager
from calcom_async.core.paging import Page, Pager, Pagination, Position
from calcom_async.core.records import Record, record
from calcom_async.core.request import Response
from calcom_async.resources.resource import Listing, Resource, operation, paginated

M = TypeVar("M", covariant=True)


@record
class Thing(Record):
    id: int
    name: str | None = None


class Things(Resource[M]):
    """A resource as one would write it today."""

    @operation
    async def get(self, thing_id: int, *, full: bool = False) -> Thing:
        """One thing."""
        return await self._get("/things/{thingId}", thing_id, into=Thing)

    @operation
    async def delete(self, thing_id: int) -> None:
        """Remove one."""
        await self._delete("/things/{thingId}", thing_id, into=None)

    @paginated
    def list(self, *, page_size: int = 100) -> Listing[Thing]:
        """Every thing."""
        return self._list("/things", Thing, page_size=page_size)


async def asynchronous(things: Things[Async]) -> None:
    coroutine = assert_type(things.get(1), Coroutine[Any, Any, Thing])
    assert_type(await coroutine, Thing)
    assert_type(await things.get(1, full=True), Thing)
    await things.delete(1)
    assert_type(things.list(), Pager[Thing])
    assert_type(await things.list(page_size=5), Page[Thing])
    assert_type(await things.list().collect(limit=3), list[Thing])
    assert_type(things.list().pages(), AsyncGenerator[Page[Thing], None])
    assert_type(things.list().prefetch(4).resume(Position()), Pager[Thing])
    assert_type(things.list().total, int | None)
    async for thing in things.list():
        assert_type(thing, Thing)
        assert_type(thing.name, str | None)
    async for page in things.list().pages():
        assert_type(page.items, list[Thing])
        assert_type(await page.next(), Page[Thing] | None)


def blocking(things: Things[Blocking]) -> None:
    assert_type(things.get(1), Thing)
    assert_type(things.get(1, full=True), Thing)
    things.delete(1)
    assert_type(things.list(), BlockingPager[Thing])
    assert_type(things.list().first(), BlockingPage[Thing])
    assert_type(things.list(page_size=5).collect(limit=3), list[Thing])
    assert_type(things.list().pages(), Iterator[BlockingPage[Thing]])
    assert_type(things.list().prefetch(4).resume(Position()), BlockingPager[Thing])
    for thing in things.list():
        assert_type(thing, Thing)
    page = things.list().first()
    assert_type(page.items, list[Thing])
    assert_type(page.next(), BlockingPage[Thing] | None)
    assert_type(page.pagination, Pagination)
    assert_type(page.response, Response)
    assert_type(page.next_position, Position | None)


async def the_async_client() -> None:
    async with AsyncCalCom("cal_x") as cal:
        assert_type(cal, AsyncCalCom)
        assert_type(cal.with_options(timeout=1), AsyncCalCom)
        assert_type(await cal.request_raw("GET", "me"), Response)
        await cal.close()


def the_blocking_client() -> None:
    with CalCom("cal_x") as cal:
        assert_type(cal, CalCom)
        assert_type(cal.with_options(timeout=1), CalCom)
        assert_type(cal.request_raw("GET", "me"), Response)
        cal.close()
