"""Mixed load for as long as you like, and the slopes of what it holds: `python -m tests.reliability.soak 30` (minutes).

Reads, lists, writes, cancellations and faults run against a sandbox in another process, so that only the client's
memory is measured. After a warm-up, memory, descriptors, tasks, connections and permits are sampled; a line is fitted
through each. It exits with 1 if one of them rises.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs

from calcom_async import AsyncCalCom, CalCom, CalComError, Limiter
from tests.reliability.measure import NOTHING, descriptors, held

WORKERS = 24
SERVER = """
import asyncio, sys
from calcom_async.sandbox import Sandbox
from calcom_async.testing import Faults
FAULTS = [
    Faults.reset("before", rate=0.01), Faults.reset("during", rate=0.01), Faults.reset("after", rate=0.01),
    Faults.truncated(rate=0.01), Faults.malformed("text", rate=0.01), Faults.malformed("html", rate=0.01),
    Faults.status(502, shape="html", rate=0.01), Faults.status(500, rate=0.01), Faults.status(408, rate=0.005),
    Faults.status(429, headers={"Retry-After": "0"}, rate=0.005), Faults.lost(rate=0.02), Faults.lost(524, rate=0.02),
    Faults.stall(0.3, rate=0.005), Faults.latency(0.0, 0.02, rate=0.3),
]
async def main():
    async with Sandbox(bookings=300, seed=1, rate_limit=None, faults=FAULTS) as sandbox:
        print(sandbox.url, sandbox.api_key, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
asyncio.run(main())
"""


@attrs.frozen
class Sample:
    """One look at what the process holds."""

    seconds: float
    resident: int
    descriptors: int
    tasks: int
    calls: int


@attrs.define
class Result:
    """What a soak came to."""

    samples: list[Sample] = attrs.field(factory=list)
    outcomes: Counter[str] = attrs.field(factory=Counter)
    at_rest: bool = False

    def slope(self, name: str) -> float:
        """How much of it is added in an hour, by the line of least squares through the samples after the warm-up."""
        samples = self.samples[len(self.samples) // 4 :]
        return slope([each.seconds for each in samples], [getattr(each, name) for each in samples]) * 3600

    def rise(self, name: str) -> float:
        """The same over the time that was measured."""
        samples = self.samples[len(self.samples) // 4 :]
        return self.slope(name) * (samples[-1].seconds - samples[0].seconds) / 3600


def slope(xs: Sequence[float], ys: Sequence[float]) -> float:
    """Of the line of least squares."""
    middle_x, middle_y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - middle_x) ** 2 for x in xs)
    return sum((x - middle_x) * (y - middle_y) for x, y in zip(xs, ys, strict=True)) / spread if spread else 0.0


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def one_call(cal: AsyncCalCom, dice: random.Random, number: int) -> str:
    """Something a program does; what kind."""
    match dice.randrange(10):
        case 0 | 1:
            await cal.me.get()
            return "get"
        case 2 | 3:
            await cal.bookings.list(page_size=100).collect()
            return "offset list"
        case 4:
            await cal.bookings.list(page_size=50, api_version="2026-05-01").collect(limit=120)
            return "cursor list"
        case 5:
            async for _ in cal.bookings.list(page_size=50).prefetch(3):
                if dice.random() < 0.02:
                    break
            return "list left early"
        case 6:
            made = await cal.schedules.create(name=f"Soak {number}", time_zone="Europe/London", is_default=False)
            await cal.schedules.delete(made.id)
            return "write and delete"
        case 7:
            await cal.me.update(bio=f"soak {number}")
            return "patch"
        case 8:
            task = asyncio.ensure_future(cal.bookings.list(page_size=100).collect())
            await asyncio.sleep(dice.random() * 0.05)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            return "cancelled"
        case _:
            async with asyncio.timeout(dice.random() * 0.05):
                await cal.event_types.list().collect()
            return "in time"


async def worker(cal: AsyncCalCom, seed: int, until: float, outcomes: Counter[str]) -> None:
    """Call after call; every failure is counted by its kind, and one that is not ours ends the soak."""
    dice = random.Random(seed)
    number = 0
    while time.monotonic() < until:
        number += 1
        try:
            outcomes[await one_call(cal, dice, number)] += 1
        except (CalComError, TimeoutError) as error:
            outcomes[type(error).__name__] += 1


def blocking_worker(url: str, key: str, until: float, outcomes: Counter[str]) -> None:
    """The other face, opened and closed again and again."""
    while time.monotonic() < until:
        with CalCom(key, base_url=url, limiter=Limiter(None), timeout=2, retry_budget=5) as cal:
            for _ in range(20):
                try:
                    cal.me.get()
                    outcomes["blocking"] += 1
                except CalComError as error:
                    outcomes[type(error).__name__] += 1
                time.sleep(0.02)


async def soak(url: str, key: str, seconds: float, every: float, say: Any = None) -> Result:
    """Run the load, and look at it every so many seconds."""
    result = Result()
    started = time.monotonic()
    until = started + seconds
    others = len(asyncio.all_tasks())
    async with AsyncCalCom(key, base_url=url, limiter=Limiter(None), timeout=2, retry_budget=5) as cal:
        # Jitter of half a second would make most of a soak of waiting.
        cal._channel.transport._jitter = lambda: 0.05
        blocking = asyncio.create_task(asyncio.to_thread(blocking_worker, url, key, until, result.outcomes))
        workers = [asyncio.create_task(worker(cal, n, until, result.outcomes)) for n in range(WORKERS)]
        while time.monotonic() < until:
            await asyncio.sleep(min(every, max(0.0, until - time.monotonic())))
            gc.collect()
            sample = Sample(
                seconds=time.monotonic() - started,
                resident=resident(),
                descriptors=descriptors(),
                tasks=len(asyncio.all_tasks()),
                calls=result.outcomes.total(),
            )
            result.samples.append(sample)
            if say:
                say(json.dumps(attrs.asdict(sample)))
        await asyncio.gather(*workers, blocking)
        for _ in range(100):  # connections that were cut off say good-bye
            if attrs.evolve(now := held(cal), tasks=0) == NOTHING and len(asyncio.all_tasks()) == others:
                break
            await asyncio.sleep(0.02)
        result.at_rest = attrs.evolve(now, tasks=0) == NOTHING and len(asyncio.all_tasks()) == others
    return result


def run(seconds: float, every: float, say: Any = None) -> Result:
    """A soak against a sandbox of its own, in another process."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        url, key = server.stdout.readline().split()
        return asyncio.run(soak(url, key, seconds, every, say))
    finally:
        server.stdin.close()
        server.stdout.close()
        server.wait(30)


def main() -> int:
    """Minutes from the command line or `CALCOM_SOAK_MINUTES`; 30 by default."""
    minutes = float(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("CALCOM_SOAK_MINUTES", "30"))
    result = run(minutes * 60, max(1.0, minutes * 60 / 120), lambda line: print(line, flush=True))
    first, last = result.samples[len(result.samples) // 4], result.samples[-1]
    print(json.dumps(dict(result.outcomes.most_common())))
    print(f"calls {last.calls:,}; at rest afterwards: {result.at_rest}")
    for name in ("resident", "descriptors", "tasks"):
        print(f"{name}: {getattr(first, name):,} -> {getattr(last, name):,}; {result.slope(name):,.1f} an hour")
    flat = result.rise("resident") < 8 * 2**20 and result.rise("descriptors") < 8 and result.rise("tasks") < 8
    return 0 if flat and result.at_rest else 1


if __name__ == "__main__":
    raise SystemExit(main())
