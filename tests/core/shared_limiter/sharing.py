"""What the tests of a limiter in Redis share."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from typing import Any

from fixed_window import FixedWindow
from loopback import Loopback, answer, error

from calcom_async.core.redis_limiter import RedisLimiter
from calcom_async.core.redis_state import State, decoded
from tests.redis_server import RedisServer

ORIGIN = "http://127.0.0.1:1"


def headers(limit: int, remaining: int, reset: float) -> dict[str, str]:
    values = {"limit": limit, "remaining": remaining, "reset": reset}
    return {f"x-ratelimit-{part}-default": str(value) for part, value in values.items()}


class Enforcing(Loopback):
    """A server that counts as Cal.com does, and takes a while to answer."""

    def __init__(self, window: FixedWindow, latency: float = 0.0) -> None:
        super().__init__(self._judge)
        self.window = window
        self.moments: list[float] = []
        self._latency = latency

    async def _judge(self, request: Any) -> Any:
        await asyncio.sleep(self._latency / 2)
        self.moments.append(time.monotonic())
        status, told = self.window.hit(self.moments[-1])
        await asyncio.sleep(self._latency / 2)
        return answer({}, headers=told) if status == 200 else error(429, "Too many requests", headers=told)


WORKER = """
import asyncio, sys
from calcom_async import AsyncCalCom

async def main(base_url, redis, calls):
    async with AsyncCalCom(base_url=base_url, limiter=redis) as cal:
        await asyncio.gather(*(cal.request("GET", "me") for _ in range(int(calls))))

asyncio.run(main(*sys.argv[1:]))
"""


IMPATIENT = """
from calcom_async.core import redis_limiter
redis_limiter.HEARTBEAT, redis_limiter.SILENCE = 0.3, 1.5
"""


async def run_processes(
    count: int, calls: int, base_url: str, redis: str, credential: str, script: str = WORKER
) -> None:
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", script, base_url, redis, str(calls),
            env={**os.environ, "CALCOM_API_KEY": credential}, stderr=asyncio.subprocess.PIPE,
        )
        for _ in range(count)
    ]  # fmt: skip
    outputs = await asyncio.gather(*(process.communicate() for process in processes))
    assert [(process.returncode, errors) for process, (_, errors) in zip(processes, outputs, strict=True)] == [
        (0, b"")
    ] * count


def twins(server: RedisServer, credential: str, count: int = 2) -> list[RedisLimiter]:
    """Limiters of one credential that know of each other only through Redis."""
    return [RedisLimiter(server.url, ORIGIN, credential) for _ in range(count)]


async def learned(limiter: RedisLimiter, limit: int, remaining: int, reset: float) -> None:
    (await limiter.acquire("GET /me")).answered(200, headers(limit, remaining, reset))
    await reported(limiter)


async def reported(limiter: RedisLimiter) -> None:
    """Wait until Redis knows what this limiter knows."""
    while any(line._reports for line in limiter._lines.values()):
        await asyncio.sleep(0.002)


async def waited(limiter: RedisLimiter) -> float:
    began = time.monotonic()
    (await limiter.acquire("GET /me")).lost()
    return time.monotonic() - began


def held(server: RedisServer, limiter: RedisLimiter) -> State:
    """What Redis holds of a limiter."""
    from redis import Redis

    with Redis(port=server.port) as client:
        raw = client.hget(f"calcom-async:limiter:1:{limiter._identity}", "state")
        assert isinstance(raw, bytes)
        return decoded(raw, float("inf"))


async def unlimited(request: Any) -> Any:
    return answer({})


def commands(server: RedisServer) -> int:
    from redis import Redis

    with Redis(port=server.port) as client:
        return int(client.info("stats")["total_commands_processed"])
