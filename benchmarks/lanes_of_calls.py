"""What is measured of single calls: `GET /v2/me`, one at a time or fifty at once, with coroutines or blocking."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from benchmarks import generated
from benchmarks.anchors import decoder, me_class
from benchmarks.lanes_of_lists import HEADERS
from benchmarks.measuring import Measured, taken
from benchmarks.payload import KEY, PROFILE

AT_ONCE = 50
Call = Callable[[], Awaitable[Any]]


@asynccontextmanager
async def ours(url: str) -> AsyncIterator[Call]:
    """Ours."""
    from calcom_async import AsyncCalCom

    async with AsyncCalCom(KEY, base_url=url) as cal:
        yield cal.me.get


@asynccontextmanager
async def with_aiohttp(url: str, kind: str) -> AsyncIterator[Call]:
    """By hand: aiohttp, and a decoder of the answer."""
    import aiohttp

    read = decoder(me_class, kind)
    async with aiohttp.ClientSession(headers=HEADERS) as session:

        async def call() -> Any:
            async with session.get(f"{url}/me") as answer:
                return read(await answer.read())

        yield call


@asynccontextmanager
async def with_httpx(url: str, kind: str) -> AsyncIterator[Call]:
    """By hand: httpx, and a decoder of the answer."""
    import httpx

    read = decoder(me_class, kind)
    async with httpx.AsyncClient(headers=HEADERS, timeout=60) as client:

        async def call() -> Any:
            return read((await client.get(f"{url}/me")).content)

        yield call


@asynccontextmanager
async def with_generated(url: str, folder: str) -> AsyncIterator[Call]:
    """The generated client."""
    get = generated.operation(folder, "me", generated.ME)
    async with generated.client(folder, url) as client:

        async def call() -> Any:
            return (await get.asyncio(client=client, authorization=HEADERS["Authorization"])).data

        yield call


def calls(server: str, kind: str, count: int, at_once: int = 1, folder: str = "") -> Measured:
    """So many calls, so many at once."""
    url = f"{server}/0/1/v2"
    library, _, records = kind.partition(" + ")
    if kind == "generated":
        making: Any = with_generated(url, folder)
    else:
        making = ours(url) if kind == "ours" else {"aiohttp": with_aiohttp, "httpx": with_httpx}[library](url, records)

    async def measured() -> Measured:
        async with making as call:
            left = iter(range(at_once))

            async def work() -> None:
                for _ in left:
                    answer = await call()
                    assert PROFILE["id"] == (answer["id"] if isinstance(answer, dict) else answer.id)

            async def all_of_them(many: int) -> None:
                nonlocal left
                left = iter(range(many))
                await asyncio.gather(*(work() for _ in range(at_once)))

            await all_of_them(at_once * 2)
            with taken() as took:
                await all_of_them(count)
        return took

    return asyncio.run(measured())


def blocking_calls(server: str, kind: str, count: int, folder: str = "") -> Measured:
    """So many calls, one after the other, without coroutines."""
    url = f"{server}/0/1/v2"
    call = _blocking(kind, url, folder)
    for _ in range(3):
        assert call() == PROFILE["id"]
    with taken() as took:
        for _ in range(count):
            call()
    return took


def _blocking(kind: str, url: str, folder: str) -> Callable[[], Any]:
    """One call: gives the id that was answered."""
    if kind == "ours":
        from calcom_async import CalCom

        cal = CalCom(KEY, base_url=url)
        return lambda: cal.me.get().id
    if kind == "generated":
        get = generated.operation(folder, "me", generated.ME)
        client = generated.client(folder, url)
        return lambda: get.sync(client=client, authorization=HEADERS["Authorization"]).data.id
    if kind == "requests":
        import requests

        session = requests.Session()
        session.headers.update(HEADERS)
        return lambda: session.get(f"{url}/me", timeout=60).json()["data"]["id"]
    if kind == "httpx":
        import httpx

        read = decoder(me_class, "pydantic")
        http = httpx.Client(headers=HEADERS, timeout=60)
        return lambda: read(http.get(f"{url}/me").content).id
    import aiohttp

    read = decoder(me_class, "msgspec")
    if kind == "asyncio.run":

        async def whole() -> Any:
            async with aiohttp.ClientSession(headers=HEADERS) as session, session.get(f"{url}/me") as answer:
                return read(await answer.read()).id

        return lambda: asyncio.run(whole())
    assert kind == "run_coroutine_threadsafe"
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()

    async def made() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(headers=HEADERS)

    kept = asyncio.run_coroutine_threadsafe(made(), loop).result()

    async def one() -> Any:
        async with kept.get(f"{url}/me") as answer:
            return read(await answer.read()).id

    return lambda: asyncio.run_coroutine_threadsafe(one(), loop).result()
