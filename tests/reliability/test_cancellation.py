"""Cancelled at whatever step, on both faces: no connection, permit, place in line, task or descriptor stays behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from types import FrameType
from typing import Any

import anyio
import attrs
import pytest

from calcom_async import AsyncCalCom, CalCom, CalComError, Limiter
from calcom_async.sandbox import RateLimit, Sandbox
from calcom_async.testing import Faults
from tests.reliability.measure import NOTHING, descriptors, held

FULL = os.environ.get("CALCOM_CHAOS") == "full"
MOST = 4000
"""Steps after which a call has to be through."""
ABOUT_TO_END = 3
"""Steps within which a call ends of itself that a scope did not reach any more."""
CALLS: dict[str, Callable[[AsyncCalCom], Awaitable[Any]]] = {
    "get": lambda cal: cal.me.get(),
    "list": lambda cal: cal.bookings.list(page_size=20).collect(),
    "list, read ahead": lambda cal: cal.bookings.list(page_size=20).prefetch(3).collect(),
    "post": lambda cal: cal.schedules.create(name="S", time_zone="UTC"),
    "many at once": lambda cal: gathered(cal, 6),
}


async def gathered(cal: AsyncCalCom, count: int) -> Any:
    async with asyncio.TaskGroup() as group:
        return [group.create_task(cal.request("GET", "me")) for _ in range(count)]


async def settled(cal: AsyncCalCom, tasks: int) -> Any:
    """What is still held once the loop had a moment, besides the tasks that were there before."""
    for _ in range(100):
        now = held(cal)
        if attrs.evolve(now, tasks=now.tasks - tasks) == NOTHING:
            break
        await asyncio.sleep(0.002)
    return attrs.evolve(now, tasks=now.tasks - tasks)


async def cancel_by_task(work: Awaitable[Any], steps: int) -> bool | None:
    """Whether it ended because it was cancelled; None where it was done before that."""
    task = asyncio.ensure_future(work)
    for _ in range(steps):
        if task.done():
            await task
            return None
        await asyncio.sleep(0)
    if task.done():
        await task
        return None
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    return task.cancelled()


async def cancel_by_scope(work: Awaitable[Any], steps: int) -> bool | None:
    """The same by a scope of anyio's, which lets what is just about to go on do so: that may be its end."""
    later = 0

    async def after() -> None:
        nonlocal later
        for _ in range(steps):
            await asyncio.sleep(0)
        scope.cancel()
        while True:
            later += 1
            await asyncio.sleep(0)

    with anyio.CancelScope() as scope:
        watching = asyncio.create_task(after())
        await work
    watching.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watching
    return True if scope.cancelled_caught else None if later <= ABOUT_TO_END else False


@pytest.mark.parametrize("cancel", [cancel_by_task, cancel_by_scope], ids=["asyncio", "anyio"])
@pytest.mark.parametrize("name", CALLS)
async def test_cancelled_after_so_many_steps(name: str, cancel: Callable[..., Awaitable[bool | None]]) -> None:
    async with Sandbox(bookings=60, seed=1, rate_limit=RateLimit(limit=1_000_000)) as sandbox:
        limiter = Limiter(limit=1_000_000)  # counts, and holds nothing back
        async with AsyncCalCom(sandbox.api_key, base_url=sandbox.url, limiter=limiter, max_connections=4) as cal:
            cal._channel.transport._jitter = lambda: 0.0
            others = held(cal).tasks
            before = descriptors()
            cancelled = 0
            steps = 0
            while (ended := await cancel(CALLS[name](cal), steps)) is not None:
                assert ended, f"it went on when cancelled after {steps} steps"
                assert await settled(cal, others) == NOTHING, f"after {steps} steps"
                cancelled += 1
                steps += 1 if FULL or steps < 10 else 11
                assert steps < MOST
            assert cancelled > 4
            assert await settled(cal, others) == NOTHING
            assert (await cal.me.get()).username == "owner"
        await asyncio.sleep(0.05)
        assert descriptors() <= before + 12  # the server's ends of what was cut off may close later


async def test_cancelled_in_line_for_the_rate_limit() -> None:
    async with Sandbox(seed=1) as sandbox:
        limiter = Limiter(limit=2, window=3600)
        async with AsyncCalCom(sandbox.api_key, base_url=sandbox.url, limiter=limiter, max_connections=100) as cal:
            others = held(cal).tasks
            limiter._blocked_until = limiter._clock() + 3600
            for steps in range(8):
                tasks = [asyncio.ensure_future(cal.me.get()) for _ in range(50)]
                for _ in range(steps):
                    await asyncio.sleep(0)
                assert limiter.waiting() == (50 if steps > 1 else limiter.waiting())
                for task in tasks[::2] + tasks[1::2]:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                assert await settled(cal, others) == NOTHING
            limiter._blocked_until = 0.0
            assert (await cal.me.get()).username == "owner"  # nobody took its place with them


async def test_cancelled_between_two_tries() -> None:
    async with Sandbox(seed=1, rate_limit=None) as sandbox:
        sandbox.fail_next(status=502, count=1000)
        async with sandbox.client(limiter=Limiter()) as cal:
            cal._channel.transport._jitter = lambda: 0.9
            others = held(cal).tasks
            tasks = [asyncio.ensure_future(cal.me.get()) for _ in range(20)]
            await asyncio.sleep(0.3)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            assert await settled(cal, others) == NOTHING


class Interrupted(BaseException):
    """What Ctrl-C is here, so that one that comes late does not end the tests."""


def test_ctrl_c_at_any_moment() -> None:
    armed = False

    def interrupt(_: int, __: FrameType | None) -> None:
        if armed:
            raise Interrupted

    former = signal.signal(signal.SIGINT, interrupt)
    main = threading.get_ident()
    interrupted = 0
    try:
        with Sandbox(bookings=60, seed=1, rate_limit=None, latency=0.002) as sandbox:  # noqa: SIM117 - its address first
            with CalCom(sandbox.api_key, base_url=sandbox.url, limiter=Limiter()) as cal:
                cal.bookings.list(page_size=10).collect()  # what is imported for it is there now

                async def left() -> Any:
                    return await settled(cal, others)  # type: ignore[arg-type] # the blocking twin

                async def tasks() -> int:
                    return held(cal).tasks

                others = cal._runner.run(tasks)
                before = descriptors()
                sandbox.faults.add(Faults.latency(20, path="bookings", every=3))  # nothing ends by itself in time
                for moment in range(200 if FULL else 15):
                    timer = threading.Timer(moment * 0.0007, signal.pthread_kill, (main, signal.SIGINT))
                    try:
                        armed = True
                        try:
                            timer.start()
                            for _ in cal.bookings.list(page_size=10):
                                pass
                        finally:
                            armed = False
                    except Interrupted:
                        interrupted += 1
                    timer.join()
                    assert cal._runner.run(left) == NOTHING, f"after {moment * 0.7:.1f} ms"
                sandbox.faults.clear()
                assert cal.me.get().username == "owner"
                assert descriptors() <= before + 12
    finally:
        signal.signal(signal.SIGINT, former)
    assert interrupted == (200 if FULL else 15)


@pytest.mark.parametrize("begun", [False, True], ids=["before", "after"])
def test_ctrl_c_while_a_call_is_handed_over(monkeypatch: pytest.MonkeyPatch, begun: bool) -> None:
    """Whether the call has begun in the loop is not known here."""
    from asyncio import BaseEventLoop

    real = BaseEventLoop.call_soon_threadsafe

    def interrupted(loop: BaseEventLoop, *call: Any) -> Any:
        monkeypatch.undo()
        if begun:
            real(loop, *call)
        raise Interrupted

    async def left() -> Any:
        return await settled(cal, others)  # type: ignore[arg-type] # the blocking twin

    async def tasks() -> int:
        return held(cal).tasks

    with Sandbox(bookings=60, seed=1, rate_limit=None) as sandbox:  # noqa: SIM117 - its address first
        with CalCom(sandbox.api_key, base_url=sandbox.url, limiter=Limiter()) as cal:
            cal.me.get()
            others = cal._runner.run(tasks)
            sandbox.faults.add(Faults.latency(20))
            for call in (cal.me.get, lambda: next(iter(cal.bookings.list()))):
                monkeypatch.setattr(BaseEventLoop, "call_soon_threadsafe", interrupted)
                with pytest.raises(Interrupted):
                    call()
                assert cal._runner.run(left) == NOTHING
            sandbox.faults.clear()
            assert cal.me.get().username == "owner"


async def test_a_client_that_is_closed_in_the_middle_leaves_nothing() -> None:
    async with Sandbox(bookings=60, seed=1, rate_limit=None, latency=0.02) as sandbox:
        before = len(asyncio.all_tasks())
        for steps in range(0, 60, 6):
            cal = sandbox.client(limiter=Limiter(None), max_retries=0)
            tasks = [asyncio.ensure_future(cal.me.get()) for _ in range(5)]
            for _ in range(steps):
                await asyncio.sleep(0)
            await cal.close()
            for outcome in await asyncio.gather(*tasks, return_exceptions=True):
                assert not isinstance(outcome, BaseException) or isinstance(outcome, CalComError), repr(outcome)
            assert held(cal).in_flight == held(cal).places == 0
        await asyncio.sleep(0.1)
        assert len(asyncio.all_tasks()) <= before
