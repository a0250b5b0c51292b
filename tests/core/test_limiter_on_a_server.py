"""Whole clients against a real HTTP server that enforces a scaled-down 120 requests per 60 s: no refusal, ever."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import threading
import time

import aiohttp.web
import pytest
from fixed_window import FixedWindow
from loopback import Loopback, ThreadedLoopback, answer, error

from calcom_async import AsyncCalCom, CalCom

pytestmark = pytest.mark.alone

FULL = os.environ.get("CALCOM_CHAOS") == "full"
_numbers = itertools.count()


def fresh_key() -> str:
    """A key of its own for each test, since all clients of a key share one limiter."""
    return f"cal_limiter_{next(_numbers)}"


class Enforcing(Loopback):
    def __init__(self, window: FixedWindow, latency: float = 0.0) -> None:
        super().__init__(self._judge)
        self.window = window
        self._latency = latency
        self._chance = random.Random(1)

    async def _judge(self, request: aiohttp.web.BaseRequest) -> aiohttp.web.StreamResponse:
        if self._latency:
            await asyncio.sleep(self._chance.uniform(0, self._latency) / 2)
        status, headers = self.window.hit(time.monotonic())
        if self._latency:
            await asyncio.sleep(self._chance.uniform(0, self._latency) / 2)
        return answer({}, headers=headers) if status == 200 else error(429, "Too many requests", headers=headers)


@pytest.mark.parametrize(
    "window",
    [FixedWindow(240, 1.0), FixedWindow(240, 0.8, whole_seconds=False)],
    ids=["whole seconds", "fractions"],
)
@pytest.mark.parametrize("latency", [0.0, 0.3])
async def test_500_calls_at_once_from_one_client(window: FixedWindow, latency: float) -> None:
    window = FixedWindow(window.limit, window.length, whole_seconds=window.whole_seconds)
    async with Enforcing(window, latency) as server, AsyncCalCom(fresh_key(), base_url=server.url) as cal:
        await asyncio.gather(*(cal.request("GET", "me") for _ in range(500)))
    assert (window.served, window.refused) == (500, 0)


async def test_500_calls_at_once_from_ten_clients_of_one_key() -> None:
    window = FixedWindow(240, 1.0)
    key = fresh_key()
    async with Enforcing(window) as server:
        clients = [AsyncCalCom(key, base_url=server.url) for _ in range(10)]
        await asyncio.gather(*(client.request("GET", "me") for client in clients for _ in range(50)))
        for client in clients:
            await client.close()
    assert (window.served, window.refused) == (500, 0)


def test_clients_in_several_threads_and_loops_of_one_key() -> None:
    window = FixedWindow(60, 0.8, whole_seconds=False)
    key = fresh_key()
    with ThreadedEnforcing(window) as server:

        async def asynchronous() -> None:
            async with AsyncCalCom(key, base_url=server.url) as cal:
                await asyncio.gather(*(cal.request("GET", "me") for _ in range(80)))

        def blocking() -> None:
            with CalCom(key, base_url=server.url) as cal:
                for _ in range(40):
                    cal.request("GET", "me")

        threads = [threading.Thread(target=lambda: asyncio.run(asynchronous())) for _ in range(2)]
        threads.append(threading.Thread(target=blocking))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (window.served, window.refused) == (200, 0)


class ThreadedEnforcing(ThreadedLoopback, Enforcing):
    pass


@pytest.mark.skipif(not FULL, reason="measures time: CALCOM_CHAOS=full; in virtual time always")
async def test_nearly_all_that_the_server_allows_is_used() -> None:
    window = FixedWindow(120, 2.0)
    async with Enforcing(window) as server, AsyncCalCom(fresh_key(), base_url=server.url) as cal:
        await asyncio.gather(*(cal.request("GET", "me") for _ in range(120 * 3)))
    assert window.refused == 0
    assert window.first is not None
    # 2 s stand for 60 s here, so the margin of 50 ms and the way there and back weigh thirty times as much; the tests
    # in virtual time measure the true scale.
    assert 2 * window.length / (window.opened - window.first) >= 0.9
