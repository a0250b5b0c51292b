"""What is measured of lists: one page, everything of a list in several ways, and the same at a distance."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from benchmarks import generated
from benchmarks.anchors import decoder, page_class
from benchmarks.measuring import Measured, alternate, growing, taken, watching
from benchmarks.payload import DEFAULT_PAGE, KEY, PAGE, page

IN_FLIGHT = 8
WARM_UP = 20 * PAGE
"""What every lane reads before it is measured: what starting costs has rows of its own, and shows where work grows."""
HEADERS = {"Authorization": f"Bearer {KEY}", "cal-api-version": "2024-08-13"}

Walk = AbstractAsyncContextManager[Callable[[int], Awaitable[int]]]
"""A client that is ready; its function reads a list of so many bookings and says how many it saw."""


# --- a page from its bytes -------------------------------------------------------------------------------------------


def decode(kind: str, repeat: int, folder: str = "") -> Measured:
    """A page of 250 from bytes to records, in turn with orjson.loads of the same: `ours`, an anchor, `generated`."""
    import orjson

    body = page()
    if kind == "ours":
        read = our_decoder()
    elif kind == "generated":
        models = generated.load(folder, "models", "get_bookings_output_20240813")
        parse = models.GetBookingsOutput20240813.from_dict
        read = lambda body: parse(orjson.loads(body)).data  # noqa: E731 - beside the others
    else:
        read = decoder(page_class, kind)
    assert len(read(body)) == PAGE
    return alternate(lambda: read(body), lambda: orjson.loads(body), repeat)


def our_decoder() -> Callable[[bytes], Any]:
    """What a list does with the answer of one page."""
    from calcom_async import AsyncCalCom
    from calcom_async.core.paging import Position
    from calcom_async.core.request import Response

    listing = AsyncCalCom(KEY, base_url="http://127.0.0.1/v2").bookings.list(page_size=PAGE)._listing

    def read(body: bytes) -> Any:
        got = listing.page(Response(status=200, headers={}, body=body), Position())
        assert not got.malformed
        return got.items

    return read


# --- a whole list, eight pages in flight -----------------------------------------------------------------------------


@asynccontextmanager
async def ours(url: str) -> AsyncIterator[Callable[[int], Awaitable[int]]]:
    """Ours, item by item."""
    from calcom_async import AsyncCalCom

    async with AsyncCalCom(KEY, base_url=url) as cal:

        async def walk(_bookings: int) -> int:
            seen = 0
            async for _ in cal.bookings.list(page_size=PAGE).prefetch(IN_FLIGHT):
                seen += 1
            return seen

        yield walk


@asynccontextmanager
async def with_aiohttp(url: str, kind: str) -> AsyncIterator[Callable[[int], Awaitable[int]]]:
    """By hand: aiohttp, and a decoder of the page."""
    import aiohttp

    read = decoder(page_class, kind)
    async with aiohttp.ClientSession(headers=HEADERS) as session:

        async def fetch(skip: int) -> Any:
            async with session.get(f"{url}/bookings", params={"take": str(PAGE), "skip": str(skip)}) as answer:
                return read(await answer.read())

        yield lambda bookings: _side_by_side(fetch, bookings)


@asynccontextmanager
async def with_httpx(url: str, kind: str) -> AsyncIterator[Callable[[int], Awaitable[int]]]:
    """By hand: httpx, and a decoder of the page."""
    import httpx

    read = decoder(page_class, kind)
    async with httpx.AsyncClient(headers=HEADERS, timeout=60) as client:

        async def fetch(skip: int) -> Any:
            return read((await client.get(f"{url}/bookings", params={"take": PAGE, "skip": skip})).content)

        yield lambda bookings: _side_by_side(fetch, bookings)


@asynccontextmanager
async def with_generated(url: str, folder: str) -> AsyncIterator[Callable[[int], Awaitable[int]]]:
    """The generated client."""
    get = generated.operation(folder, "bookings", generated.BOOKINGS)
    async with generated.client(folder, url) as client:

        async def fetch(skip: int) -> Any:
            answer = await get.asyncio(client=client, authorization=HEADERS["Authorization"], take=PAGE, skip=skip)
            return answer.data

        yield lambda bookings: _side_by_side(fetch, bookings)


async def _side_by_side(fetch: Callable[[int], Awaitable[Any]], bookings: int) -> int:
    """Eight workers take the next page each; a page's items are looked at where it was read."""
    skips = iter(range(0, bookings, PAGE))
    seen = 0

    async def work() -> None:
        nonlocal seen
        for skip in skips:
            for _ in await fetch(skip):
                seen += 1

    await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
    return seen


def walk_of(url: str, kind: str, folder: str = "") -> Walk:
    """`ours`, `generated`, or library and decoder as in `aiohttp + dicts`."""
    if kind == "ours":
        return ours(url)
    if kind == "generated":
        return with_generated(url, folder)
    library, _, records = kind.partition(" + ")
    return {"aiohttp": with_aiohttp, "httpx": with_httpx}[library](url, records)


def stream(server: str, kind: str, bookings: int, latency: int = 0, folder: str = "") -> Measured:
    """Everything of a list of so many bookings, after some pages to warm up: CPU, wall and memory."""

    async def measured() -> Measured:
        async with walk_of(f"{server}/{latency}/{WARM_UP}/v2", kind, folder) as walk:
            assert await walk(WARM_UP) == WARM_UP
        async with walk_of(f"{server}/{latency}/{bookings}/v2", kind, folder) as walk:
            with taken() as took, growing(took):
                assert await walk(bookings) == bookings
        return took

    return asyncio.run(measured())


def stalls(server: str, kind: str, bookings: int, latency: int, folder: str = "") -> Measured:
    """The longest stall of the loop meanwhile."""

    async def measured() -> Measured:
        took: Measured = {}
        async with walk_of(f"{server}/{latency}/{WARM_UP}/v2", kind, folder) as walk:
            assert await walk(WARM_UP) == WARM_UP
        async with walk_of(f"{server}/{latency}/{bookings}/v2", kind, folder) as walk, watching(took):
            assert await walk(bookings) == bookings
        return took

    return asyncio.run(measured())


# --- blocking --------------------------------------------------------------------------------------------------------


def blocking_stream(server: str, bookings: int) -> Measured:
    """Ours, blocking, item by item."""
    from calcom_async import CalCom

    def walk(cal: CalCom) -> int:
        return sum(1 for _ in cal.bookings.list(page_size=PAGE).prefetch(IN_FLIGHT))

    with CalCom(KEY, base_url=f"{server}/0/{WARM_UP}/v2") as cal:
        assert walk(cal) == WARM_UP
    with CalCom(KEY, base_url=f"{server}/0/{bookings}/v2") as cal, taken() as took:
        assert walk(cal) == bookings
    return took


def one_by_one(
    server: str, kind: str, bookings: int, latency: int, take: int = DEFAULT_PAGE, folder: str = ""
) -> Measured:
    """As a script reads a list: a page, then the next; `requests`, or the `generated` client."""
    url = f"{server}/{latency}/{bookings}/v2"
    if kind != "generated":
        return with_requests(url, bookings, None if take == DEFAULT_PAGE else take)
    get = generated.operation(folder, "bookings", generated.BOOKINGS)
    client = generated.client(folder, url)

    def fetch(skip: int) -> tuple[int, bool]:
        answer = get.sync(client=client, authorization=HEADERS["Authorization"], take=take, skip=skip)
        return len(answer.data), answer.pagination.has_next_page

    return _page_after_page(fetch, bookings)


def with_requests(url: str, bookings: int, take: int | None, key: str = KEY) -> Measured:
    """By hand: `requests`, a page after the other."""
    import requests

    session = requests.Session()
    session.headers.update(HEADERS | {"Authorization": f"Bearer {key}"})

    def fetch(skip: int) -> tuple[int, bool]:
        query = {"skip": skip} if take is None else {"take": take, "skip": skip}
        answer = session.get(f"{url}/bookings", params=query, timeout=60).json()
        return len(answer["data"]), answer["pagination"]["hasNextPage"]

    return _page_after_page(fetch, bookings)


def _page_after_page(fetch: Callable[[int], tuple[int, bool]], bookings: int) -> Measured:
    fetch(0)
    with taken() as took:
        seen, more = 0, True
        while more:
            got, more = fetch(seen)
            seen += got
    assert seen == bookings
    return took
