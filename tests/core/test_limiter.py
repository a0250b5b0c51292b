"""The limiter itself: order, cancelling, several limits, servers without limits, and many threads."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Awaitable, Callable

import pytest
from fixed_window import FixedWindow
from virtual_time import run_virtually

from calcom_async import AsyncCalCom, Limiter
from calcom_async.core.limiter import Permit, shared_limiter


def headers(limit: int, remaining: int, reset: float, *, name: str = "default") -> dict[str, str]:
    values = {"limit": limit, "remaining": remaining, "reset": reset}
    return {f"x-ratelimit-{part}-{name}": str(value) for part, value in values.items()}


def virtual_limiter(limit: int | None = 120, window: float = 60.0) -> Limiter:
    return Limiter(limit, window, clock=asyncio.get_running_loop().time)


async def learned(limiter: Limiter, limit: int = 3, remaining: int = 2, reset: float = 60.0) -> None:
    (await limiter.acquire("GET /me")).answered(200, headers(limit, remaining, reset))


def test_the_first_call_goes_alone_until_its_answer_has_taught_the_limit() -> None:
    async def scenario() -> None:
        limiter = virtual_limiter()
        probe = await limiter.acquire("GET /me")
        others = [asyncio.create_task(limiter.acquire("GET /me")) for _ in range(5)]
        await asyncio.sleep(1)
        assert limiter.waiting() == 5
        probe.answered(200, headers(4, 3, 60))
        await asyncio.sleep(0.01)
        assert [task.done() for task in others] == [True, True, True, False, False]
        for task in others:
            task.cancel()

    run_virtually(scenario())


def test_when_the_first_answer_takes_too_long_the_default_limit_is_trusted() -> None:
    async def scenario() -> None:
        limiter = virtual_limiter(limit=10, window=30.0)
        clock = asyncio.get_running_loop().time
        began = clock()
        granted = [await limiter.acquire("GET /me") for _ in range(10)]
        assert clock() - began == pytest.approx(2.0, abs=0.1)
        for permit in granted:
            permit.lost()
        await limiter.acquire("GET /me")
        assert clock() - began == pytest.approx(31.5, abs=0.1)

    run_virtually(scenario())


def test_a_failed_first_call_lets_the_next_one_ask() -> None:
    async def scenario() -> None:
        limiter = virtual_limiter()
        (await limiter.acquire("GET /me")).answered(401, {})
        second = await asyncio.wait_for(limiter.acquire("GET /me"), 0.1)
        second.lost()
        third = await asyncio.wait_for(limiter.acquire("GET /me"), 0.1)
        third.answered(200, headers(120, 117, 60))
        assert limiter.delay() == 0.0

    run_virtually(scenario())


def test_first_come_first_served() -> None:
    async def scenario() -> list[int]:
        limiter = virtual_limiter()
        server = FixedWindow(2, 60.0)
        order: list[int] = []

        async def call(number: int) -> None:
            permit = await limiter.acquire("GET /me")
            order.append(number)
            permit.answered(*server.hit(asyncio.get_running_loop().time()))

        await asyncio.gather(*(call(number) for number in range(9)))
        return order

    assert run_virtually(scenario()) == list(range(9))


def test_how_long_a_call_was_held_back_is_on_its_permit() -> None:
    async def scenario() -> tuple[float, float]:
        limiter = virtual_limiter()
        await learned(limiter, limit=1, remaining=0, reset=60)
        announced = limiter.delay()
        return announced, (await limiter.acquire("GET /me")).waited

    announced, waited = run_virtually(scenario())
    assert announced == pytest.approx(60.05)
    assert waited == pytest.approx(60.05, abs=0.01)


def test_a_cancelled_caller_gives_its_place_up_and_no_permit_leaks() -> None:
    async def scenario() -> None:
        limiter = virtual_limiter()
        await learned(limiter, limit=5, remaining=0, reset=10)
        tasks = [asyncio.create_task(limiter.acquire("GET /me")) for _ in range(12)]
        await asyncio.sleep(1)
        for task in tasks[:7]:
            task.cancel()
        await asyncio.sleep(9.1)
        assert [task.done() and not task.cancelled() for task in tasks[7:]] == [True] * 5
        assert limiter.waiting() == 0
        window = limiter._windows["default"]
        assert (window.own, window.in_flight) == (5, 5)

    run_virtually(scenario())


def test_a_permit_that_comes_together_with_the_cancelling_goes_to_the_next_caller() -> None:
    async def scenario() -> None:
        limiter = virtual_limiter()
        await learned(limiter, limit=1, remaining=0, reset=10)
        first, second = (asyncio.create_task(limiter.acquire("GET /me")) for _ in range(2))
        await asyncio.sleep(1)
        waiter = limiter._queues["default",][0]
        await asyncio.sleep(9.049)
        limiter._clock = lambda: asyncio.get_running_loop().time() + 0.01  # the window has just ended
        limiter._dispatch()
        assert waiter.permit is not None
        first.cancel()
        permit = await asyncio.wait_for(second, 0.5)
        assert isinstance(permit, Permit)
        assert first.cancelled()
        window = limiter._windows["default"]
        assert (window.own, window.in_flight) == (1, 1)

    run_virtually(scenario())


def test_a_permit_is_settled_only_once() -> None:
    async def scenario() -> None:
        limiter = virtual_limiter()
        permit = await limiter.acquire("GET /me")
        permit.answered(200, headers(120, 119, 60))
        permit.lost()
        permit.answered(200, headers(120, 119, 60))
        assert limiter._windows["default"].in_flight == 0

    run_virtually(scenario())


def test_a_server_without_headers_is_not_paced() -> None:
    async def scenario() -> float:
        limiter = virtual_limiter()
        clock = asyncio.get_running_loop().time
        began = clock()
        for _ in range(1000):
            (await limiter.acquire("GET /me")).answered(200, {})
        return clock() - began

    assert run_virtually(scenario()) == 0.0


def test_a_server_without_headers_is_obeyed_when_it_refuses() -> None:
    async def scenario() -> tuple[float, float]:
        limiter = virtual_limiter()
        (await limiter.acquire("GET /me")).answered(200, {})
        (await limiter.acquire("GET /me")).answered(429, {"retry-after": "7"})
        named = (await limiter.acquire("GET /me")).waited
        (await limiter.acquire("GET /me")).answered(429, {})
        return named, (await limiter.acquire("GET /me")).waited

    named, unnamed = run_virtually(scenario())
    assert named == pytest.approx(7.05, abs=0.01)
    assert unnamed == pytest.approx(1.05, abs=0.01)


def test_none_never_paces_even_where_the_server_tells_a_limit() -> None:
    async def scenario() -> float:
        limiter = virtual_limiter(limit=None)
        clock = asyncio.get_running_loop().time
        began = clock()
        for _ in range(50):
            (await limiter.acquire("GET /me")).answered(200, headers(2, 0, 60))
        assert clock() == began
        (await limiter.acquire("GET /me")).answered(429, headers(2, 0, 9))
        return (await limiter.acquire("GET /me")).waited

    assert run_virtually(scenario()) == pytest.approx(9.05, abs=0.01)


def test_after_a_429_it_waits_the_block_out_and_starts_anew() -> None:
    async def scenario() -> tuple[float, int]:
        limiter = virtual_limiter()
        clock = asyncio.get_running_loop().time
        await learned(limiter, limit=3, remaining=2)
        late = await limiter.acquire("GET /me")
        (await limiter.acquire("GET /me")).answered(429, headers(3, 0, 42))
        late.answered(200, headers(3, 1, 1))
        began = clock()
        permit = await limiter.acquire("GET /me")
        permit.answered(200, headers(3, 2, 60))
        waited = clock() - began
        granted = 0
        while limiter.delay() == 0.0:
            await limiter.acquire("GET /me")
            granted += 1
        return waited, granted

    waited, granted = run_virtually(scenario())
    assert waited == pytest.approx(42.05, abs=0.01)
    assert granted == 2


def test_a_reset_as_an_epoch_is_understood() -> None:
    async def scenario() -> float:
        limiter = virtual_limiter()
        (await limiter.acquire("GET /me")).answered(200, headers(1, 0, round(time.time()) + 30))
        return (await limiter.acquire("GET /me")).waited

    assert run_virtually(scenario()) == pytest.approx(30, abs=1.5)


def test_several_named_limits_hold_at_once() -> None:
    async def scenario() -> list[float]:
        limiter = virtual_limiter()
        clock = asyncio.get_running_loop().time
        short = FixedWindow(2, 5.0, name="Short")
        long = FixedWindow(5, 60.0, name="Long")
        times: list[float] = []
        began = clock()
        for _ in range(8):
            permit = await limiter.acquire("GET /me")
            times.append(round(clock() - began))
            (_, first), (_, second) = short.hit(clock()), long.hit(clock())
            permit.answered(200, first | second)
        assert (short.refused, long.refused) == (0, 0)
        return times

    assert run_virtually(scenario()) == [0, 0, 5, 5, 10, 60, 60, 65]


def test_it_tells_what_is_left_and_who_waits() -> None:
    async def scenario() -> list[str]:
        limiter = virtual_limiter()
        told = [repr(limiter)]
        permit = await limiter.acquire("GET /me")
        permit.answered(200, headers(120, 2, 45))
        told.append(repr(limiter))
        calls = [asyncio.create_task(limiter.acquire("GET /me")) for _ in range(5)]
        await asyncio.sleep(1)
        told.append(repr(limiter))
        for call in calls:
            call.cancel()
        return told

    assert run_virtually(scenario()) == [
        "Limiter(default: 120 of 120 left in 60 s, 0 waiting)",
        "Limiter(default: 2 of 120 left in 60 s, 0 waiting)",
        "Limiter(default: 0 of 120 left in 60 s, opens in 44 s, 3 waiting)",
    ]


def test_it_tells_of_servers_without_limits_and_of_several() -> None:
    async def scenario() -> list[str]:
        free, both = virtual_limiter(), virtual_limiter()
        (await free.acquire("GET /me")).answered(200, {})
        (await both.acquire("GET /me")).answered(200, headers(5, 4, 10, name="short") | headers(9, 8, 60, name="long"))
        return [repr(Limiter(None)), repr(free), repr(both)]

    assert run_virtually(scenario()) == [
        "Limiter(no limit, 0 waiting)",
        "Limiter(no limit, 0 waiting)",
        "Limiter(short: 4 of 5 left in 10 s, long: 8 of 9 left in 60 s, 0 waiting)",
    ]


def test_a_throttled_endpoint_holds_up_only_its_own_operation() -> None:
    async def scenario() -> tuple[float, float]:
        limiter = virtual_limiter()
        (await limiter.acquire("GET /me")).answered(200, headers(120, 119, 60))
        for left in (1, 0):
            (await limiter.acquire("POST /emails")).answered(200, headers(2, left, 60, name="emails_verify"))
        elsewhere = await limiter.acquire("GET /me")
        here = await limiter.acquire("POST /emails")
        return elsewhere.waited, here.waited

    elsewhere, here = run_virtually(scenario())
    assert elsewhere == 0.0
    assert here == pytest.approx(60.05, abs=0.01)


def test_a_429_of_one_endpoint_does_not_block_the_key() -> None:
    async def scenario() -> tuple[float, float]:
        limiter = virtual_limiter()
        (await limiter.acquire("GET /me")).answered(200, headers(120, 119, 60))
        (await limiter.acquire("POST /emails")).answered(429, headers(5, 0, 33, name="emails_verify"))
        elsewhere = await limiter.acquire("GET /me")
        here = await limiter.acquire("POST /emails")
        return elsewhere.waited, here.waited

    elsewhere, here = run_virtually(scenario())
    assert elsewhere == 0.0
    assert here == pytest.approx(33.05, abs=0.01)


def test_nor_does_it_hold_up_callers_who_wait_for_another_limit() -> None:
    async def scenario() -> float:
        limiter = virtual_limiter()
        (await limiter.acquire("GET /me")).answered(200, headers(2, 1, 5))
        (await limiter.acquire("POST /emails")).answered(200, headers(1, 0, 60, name="emails_verify"))
        (await limiter.acquire("GET /me")).answered(200, headers(2, 0, 5))
        return (await limiter.acquire("GET /me")).waited

    assert run_virtually(scenario()) == pytest.approx(5.05, abs=0.01)


def test_a_429_without_a_word_of_limits_blocks_everything_and_starts_anew() -> None:
    async def scenario() -> tuple[float, int]:
        limiter = virtual_limiter()
        await learned(limiter, limit=3, remaining=2)
        (await limiter.acquire("GET /me")).answered(429, {"retry-after": "5"})
        waited = (await limiter.acquire("GET /me")).waited
        granted = 1
        while limiter.delay() == 0.0:
            await limiter.acquire("GET /me")
            granted += 1
        return waited, granted

    waited, granted = run_virtually(scenario())
    assert waited == pytest.approx(5.05, abs=0.01)
    assert granted == 3


def test_a_limit_of_nothing_is_none_and_its_reset_counts() -> None:
    """A server that is switched off for a while says so; it is asked again when it says, and not a minute later."""

    async def scenario() -> tuple[float, int]:
        limiter = virtual_limiter()
        await learned(limiter, limit=3, remaining=2)
        (await limiter.acquire("GET /me")).answered(429, headers(0, 0, 5))
        waited = (await limiter.acquire("GET /me")).waited
        return waited, limiter._windows["default"].limit

    assert run_virtually(scenario()) == (pytest.approx(5.05, abs=0.01), 3)


def test_a_limit_learned_while_callers_wait_holds_for_them_too() -> None:
    async def scenario() -> float:
        limiter = virtual_limiter()
        await learned(limiter, limit=2, remaining=1, reset=10)
        other = await limiter.acquire("POST /emails")
        waiting = asyncio.create_task(limiter.acquire("POST /emails"))
        await asyncio.sleep(1)
        assert limiter.waiting() == 1
        other.answered(200, headers(1, 0, 60, name="emails_verify"))
        return (await waiting).waited

    assert run_virtually(scenario()) == pytest.approx(61.05, abs=0.1)


def test_a_stale_limit_of_another_operation_costs_no_busy_waiting() -> None:
    async def scenario() -> int:
        limiter = virtual_limiter()
        (await limiter.acquire("POST /emails")).answered(200, headers(5, 4, 1, name="emails_verify"))
        (await limiter.acquire("GET /me")).answered(200, headers(1, 0, 60))
        asked = 0
        dispatch = limiter._dispatch

        def counting() -> None:
            nonlocal asked
            asked += 1
            dispatch()

        limiter._dispatch = counting  # type: ignore[method-assign] # counts how often the waiting caller wakes
        await limiter.acquire("GET /me")
        return asked

    assert run_virtually(scenario()) <= 3


def test_all_clients_of_a_key_and_a_server_share_one_limiter_and_keep_no_key() -> None:
    one = AsyncCalCom("cal_shared", base_url="http://127.0.0.1:1/v2")
    two = AsyncCalCom("cal_shared", base_url="http://127.0.0.1:1/api/v2")
    other_key = AsyncCalCom("cal_other", base_url="http://127.0.0.1:1/v2")
    other_server = AsyncCalCom("cal_shared", base_url="http://127.0.0.1:2/v2")
    assert one.limiter is two.limiter
    assert one.with_options(timeout=1).limiter is one.limiter
    assert len({id(client.limiter) for client in (one, other_key, other_server)}) == 3
    own = Limiter()
    assert AsyncCalCom("cal_shared", base_url="http://127.0.0.1:1/v2", limiter=own).limiter is own


def test_a_shared_limiter_goes_with_its_last_client() -> None:
    limiter = shared_limiter("http://127.0.0.1:1", "cal_once")
    gone = weakref.ref(limiter)
    del limiter
    gc.collect()
    assert gone() is None


def test_clients_in_two_threads_never_go_over_together() -> None:
    limiter = Limiter(clock=time.monotonic)
    server = FixedWindow(20, 0.5, whole_seconds=False)
    lock = threading.Lock()
    failures: list[BaseException] = []

    async def call() -> None:
        permit = await limiter.acquire("GET /me")
        await asyncio.sleep(0.002)
        with lock:
            status, told = server.hit(time.monotonic())
        permit.answered(status, told)

    def run() -> None:
        try:
            asyncio.run(_all(call))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert (server.served, server.refused) == (100, 0)
    assert limiter.waiting() == 0


async def _all(call: Callable[[], Awaitable[None]]) -> None:
    await asyncio.gather(*(call() for _ in range(50)))


def test_waiters_of_a_closed_loop_are_passed_over() -> None:
    limiter = Limiter(1, 0.3)

    async def leave_one_waiting() -> None:
        (await limiter.acquire("GET /me")).answered(200, headers(1, 0, 0.3))
        task = asyncio.create_task(limiter.acquire("GET /me"))
        await asyncio.sleep(0.01)
        assert limiter.waiting() == 1
        waiter = limiter._queues["default",][0]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        limiter._queues["default",] = deque([waiter])  # its loop ended without a word

    asyncio.run(leave_one_waiting())

    async def next_caller() -> Permit:
        return await asyncio.wait_for(limiter.acquire("GET /me"), 2)

    assert asyncio.run(next_caller()).operation == "GET /me"
    assert limiter.waiting() == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_in_the_child_of_a_fork_nobody_waits_and_the_lock_is_free() -> None:
    limiter = Limiter()
    with limiter._lock:
        limiter._windows["default"] = window = limiter._window("default")
        window.in_flight = 3
        limiter._after_fork()
    assert (limiter.waiting(), window.in_flight) == (0, 0)
    taken = threading.Thread(target=limiter.waiting)
    taken.start()
    taken.join(1)
    assert not taken.is_alive()
