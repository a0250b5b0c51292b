"""What a measured process tells: the CPU time of all its threads, the wall clock, memory, the loop's longest stall."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

Measured = dict[str, float]
"""What was measured by name: `cpu` and `wall` in seconds, `memory` in bytes, `stall` in seconds, and so on."""


@contextmanager
def taken() -> Iterator[Measured]:
    """What the block takes, in a dictionary that is filled at its end."""
    measured: Measured = {}
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    yield measured
    measured |= {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}


def alternate(subject: Callable[[], Any], anchor: Callable[[], Any], rounds: int) -> Measured:
    """The CPU times of two functions, called in turn in one process: medians of so many calls each."""
    clock = time.process_time
    took: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 2):
        for function, times in zip((subject, anchor), took, strict=True):
            began = clock()
            kept = function()  # to give up what it made is part of using it
            del kept
            if number > 1:  # the first two warm up
                times.append(clock() - began)
    return {"cpu": statistics.median(took[0]), "anchor": statistics.median(took[1])}


@asynccontextmanager
async def watching(measured: Measured) -> AsyncIterator[None]:
    """Note the longest stall of the loop during the block: the most CPU time it used without coming round.

    CPU time, since on a machine with other work the wall clock also tells for how long somebody else was served.
    """
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        before = time.thread_time()
        while True:
            await asyncio.sleep(0.0002)
            now = time.thread_time()
            longest, before = max(longest, now - before), now

    watcher = asyncio.create_task(watch())
    await asyncio.sleep(0.01)
    longest = 0.0
    try:
        yield
    finally:
        await asyncio.sleep(0.001)
        watcher.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watcher
        measured["stall"] = longest


@contextmanager
def growing(measured: Measured) -> Iterator[None]:
    """Note by how many bytes the process was larger at most during the block than before it."""
    gc.collect()
    forget = Path("/proc/self/clear_refs")
    if forget.exists():  # Linux keeps the greatest size, and forgets it if it is told to
        forget.write_text("5")
    before = _largest()
    yield
    measured["memory"] = _largest() - before


def _largest() -> int:
    """How large the process was at most, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        [line] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
