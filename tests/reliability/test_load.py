"""Many calls at once: in order, without a storm of time-outs, and within one limit however many clients share it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import textwrap
import time

import attrs
import pytest
from aiohttp import web

from calcom_async import AsyncCalCom, Limiter
from calcom_async.sandbox import RateLimit, Sandbox
from tests.core.loopback import Loopback, answer
from tests.redis_server import RedisServer
from tests.reliability.measure import NOTHING, held

FULL = os.environ.get("CALCOM_CHAOS") == "full"
CALLS = 10_000 if FULL else 1_000
AT_ONCE = 20
SERVING = 0.03
"""Seconds that the server takes for a call."""


@pytest.mark.timeout(600 if FULL else 120)
async def test_ten_thousand_calls_at_once_end_in_order_and_in_time() -> None:
    """All together take longer than one try has: waiting for a place is no part of a try."""
    at_once = most = 0
    served: list[int] = []

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        served.append(int(request.query["n"]))
        await asyncio.sleep(SERVING)
        at_once -= 1
        return answer({"n": request.query["n"]})

    async with Loopback(handler) as server:
        options = {
            "limiter": Limiter(None),
            "max_connections": AT_ONCE,
            "timeout": CALLS / AT_ONCE * SERVING * 0.9,
            "max_retries": 0,
        }
        async with AsyncCalCom("cal_load", base_url=server.url, **options) as cal:  # type: ignore[arg-type]
            ended: list[int] = []

            async def call(number: int) -> None:
                got = await cal.request("GET", "me", params={"n": number})
                assert got["data"] == {"n": str(number)}
                ended.append(number)

            began = time.perf_counter()
            await asyncio.gather(*(call(n) for n in range(CALLS)))
            print(f"{CALLS} calls in {time.perf_counter() - began:.1f} s, {options['timeout']} s a try")
            assert held(cal) == NOTHING
    assert most <= AT_ONCE
    assert sorted(served) == sorted(ended) == list(range(CALLS))
    for order in (served, ended):  # nobody is overtaken by more than those who are on their way with it
        assert max(abs(place - number) for place, number in enumerate(order)) < 3 * AT_ONCE


@pytest.mark.parametrize("clients", [1, 3])
async def test_clients_with_one_key_share_the_limit(clients: int) -> None:
    """Not one refusal, though each of them alone would fill the window."""
    limit = RateLimit(limit=40, window=2.0, block=2.0)
    async with Sandbox(seed=1, rate_limit=limit) as sandbox:
        made = [sandbox.client() for _ in range(clients)]
        assert len({id(cal.limiter) for cal in made}) == 1
        await asyncio.gather(*(cal.me.get() for cal in made for _ in range(90 // clients)))
        for cal in made:
            assert attrs.evolve(held(cal), tasks=0) == NOTHING
            await cal.close()
        assert [seen.status for seen in sandbox.requests].count(429) == 0
        assert len(sandbox.requests) == 90 // clients * clients


PROCESS = """
import asyncio, sys
from calcom_async import AsyncCalCom
async def main():
    url, key, redis, count = sys.argv[1:]
    async with AsyncCalCom(key, base_url=url, limiter=redis) as cal:
        await asyncio.gather(*(cal.me.get() for _ in range(int(count))))
asyncio.run(main())
"""


@pytest.mark.skipif(not FULL, reason="50 processes: CALCOM_CHAOS=full")
@pytest.mark.timeout(900)
def test_fifty_processes_share_the_limit_by_redis() -> None:
    limit = RateLimit(limit=100, window=5.0, block=5.0)
    with RedisServer() as redis, Sandbox(seed=1, rate_limit=limit) as sandbox:
        arguments = [sandbox.url, sandbox.api_key, redis.url, "10"]
        command = [sys.executable, "-c", textwrap.dedent(PROCESS), *arguments]
        began = time.perf_counter()
        processes = [subprocess.Popen(command) for _ in range(50)]
        assert [process.wait(600) for process in processes] == [0] * 50
        print(f"50 processes, 500 calls in {time.perf_counter() - began:.1f} s at 100 in 5 s")
        statuses = [seen.status for seen in sandbox.requests]
        assert statuses.count(200) == 500
        assert statuses.count(429) == 0
