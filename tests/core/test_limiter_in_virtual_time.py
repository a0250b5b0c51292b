"""The limiter against a strict server, for minutes of virtual time: never a refusal, and hardly a second wasted."""

from __future__ import annotations

import asyncio
import random

import pytest
from fixed_window import FixedWindow
from virtual_time import run_virtually

from calcom_async import Limiter


async def load(
    limiter: Limiter,
    server: FixedWindow,
    calls: int,
    *,
    latency: tuple[float, float] = (0.01, 0.05),
    places: int = 100,
    seed: int = 1,
) -> list[int]:
    """So many calls, `places` at once, each as long on its way as chance says; gives the statuses."""
    clock = asyncio.get_running_loop().time
    chance = random.Random(seed)
    room = asyncio.Semaphore(places)

    async def call() -> int:
        async with room:
            permit = await limiter.acquire("GET /bookings")
            await asyncio.sleep(chance.uniform(*latency) / 2)
            status, headers = server.hit(clock())
            await asyncio.sleep(chance.uniform(*latency) / 2)
            permit.answered(status, headers)
            return status

    return await asyncio.gather(*(call() for _ in range(calls)))


@pytest.mark.parametrize("whole_seconds", [True, False])
@pytest.mark.parametrize("latency", [(0.0, 0.001), (0.01, 0.05), (0.0, 0.3), (0.3, 3.0), (5.0, 20.0)])
@pytest.mark.parametrize("places", [4, 100, 500])
def test_a_burst_is_never_refused(whole_seconds: bool, latency: tuple[float, float], places: int) -> None:
    async def scenario() -> None:
        server = FixedWindow(120, 60.0, whole_seconds=whole_seconds)
        limiter = Limiter(clock=asyncio.get_running_loop().time)
        statuses = await load(limiter, server, 500, latency=latency, places=places)
        assert server.refused == 0
        assert statuses == [200] * 500

    run_virtually(scenario())


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("whole_seconds", [True, False])
@pytest.mark.parametrize("length", [2.0, 3.0, 2.5])
def test_a_burst_on_a_small_scale_is_never_refused(seed: int, whole_seconds: bool, length: float) -> None:
    async def scenario() -> None:
        server = FixedWindow(120, length, whole_seconds=whole_seconds)
        limiter = Limiter(clock=asyncio.get_running_loop().time)
        await load(limiter, server, 1000, latency=(0.0, 0.3), places=500, seed=seed)
        assert server.refused == 0

    run_virtually(scenario())


@pytest.mark.parametrize("latency", [(0.01, 0.05), (0.0, 0.3), (0.5, 4.0)])
@pytest.mark.parametrize("places", [20, 100])
def test_in_the_long_run_nearly_all_that_the_server_allows_is_used(latency: tuple[float, float], places: int) -> None:
    async def scenario() -> float:
        server = FixedWindow(120, 60.0)
        clock = asyncio.get_running_loop().time
        limiter = Limiter(clock=clock)
        await load(limiter, server, 120 * 6, latency=latency, places=places)
        assert server.refused == 0
        assert server.first is not None
        # The sixth window's calls may leave as soon as it opens: five whole windows had to pass.
        return 5 * server.length / (server.opened - server.first)

    assert run_virtually(scenario()) >= 0.97


def test_an_answer_that_comes_after_the_end_of_its_window_counts_in_the_next() -> None:
    """Nobody asked in between, so it is the answer itself that shows that the window has ended."""

    async def scenario() -> None:
        clock = asyncio.get_running_loop().time
        server, limiter = FixedWindow(120, 60.0), Limiter(clock=clock)

        async def call(way: float = 0.1) -> None:
            permit = await limiter.acquire("GET /me")
            await asyncio.sleep(way)
            status, told = server.hit(clock())
            await asyncio.sleep(way)
            permit.answered(status, told)

        await call(0.0)
        await asyncio.sleep(server.opened + 60 - clock() - 0.05)
        await call()  # leaves before the window's end and reaches the server after it
        await asyncio.gather(*(call() for _ in range(200)))
        assert server.refused == 0

    run_virtually(scenario())
