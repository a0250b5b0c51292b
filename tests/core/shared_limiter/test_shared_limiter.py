"""The limiter in Redis: several processes, one budget, no refusal."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from fixed_window import FixedWindow
from loopback import Loopback, answer
from sharing import (
    IMPATIENT,
    ORIGIN,
    WORKER,
    Enforcing,
    commands,
    headers,
    held,
    learned,
    reported,
    run_processes,
    twins,
    unlimited,
    waited,
)

from calcom_async import AsyncCalCom
from calcom_async.core import redis_limiter
from calcom_async.core.limiter import Window
from calcom_async.core.redis_limiter import RedisLimiter
from calcom_async.core.redis_line import Caller
from calcom_async.core.redis_state import State, decoded
from tests.redis_server import RedisServer

pytest.importorskip("limits")
pytest.importorskip("redis")
import msgspec
from redis import Redis

pytestmark = pytest.mark.alone

FULL = os.environ.get("CALCOM_CHAOS") == "full"


async def test_eight_processes_are_never_refused(server: RedisServer, credential: str) -> None:
    window = FixedWindow(120, 2.0)
    async with Enforcing(window, latency=0.1) as api:
        await run_processes(8, 45, api.url, server.url, credential)
    assert (window.served, window.refused) == (360, 0)
    assert window.first is not None
    # Whole windows that were opened, against those that would have fitted; 2 s stand for 60 s, so that the margin and
    # the way there and back weigh thirty times as much. Only where no other test takes the machine's time.
    if FULL:
        assert 2 * window.length / (window.opened - window.first) >= 0.8


async def test_windows_with_fractions_and_no_latency(server: RedisServer, credential: str) -> None:
    window = FixedWindow(60, 0.6, whole_seconds=False)
    async with Enforcing(window) as api:
        await run_processes(4, 40, api.url, server.url, credential)
    assert (window.served, window.refused) == (160, 0)


async def test_a_killed_process_leaves_the_others_below_the_limit(server: RedisServer, credential: str) -> None:
    window = FixedWindow(40, 1.0)
    async with Enforcing(window, latency=0.2) as api:
        others = asyncio.create_task(run_processes(2, 60, api.url, server.url, credential, IMPATIENT + WORKER))
        victim = await asyncio.create_subprocess_exec(
            sys.executable, "-c", IMPATIENT + WORKER, api.url, server.url, "60",
            env={**os.environ, "CALCOM_API_KEY": credential},
        )  # fmt: skip
        while window.served < 30:
            await asyncio.sleep(0.01)
        victim.kill()
        await asyncio.gather(others, victim.wait())
    assert window.refused == 0
    assert window.served >= 120


async def test_what_one_learns_the_others_know(server: RedisServer, credential: str) -> None:
    one, other = twins(server, credential)
    await learned(one, limit=3, remaining=0, reset=0.5)
    assert await waited(other) == pytest.approx(0.55, abs=0.1)
    assert other.waiting() == 0
    await one.close()
    await other.close()


async def test_a_block_seen_by_one_holds_all_back(server: RedisServer, credential: str) -> None:
    one, other = twins(server, credential)
    await learned(one, limit=100, remaining=90, reset=30)
    assert await waited(other) < 0.2
    (await one.acquire("GET /me")).answered(429, {**headers(100, 0, 0.6), "retry-after": "0.6"})
    await reported(one)
    assert await waited(other) == pytest.approx(0.6, abs=0.15)
    await one.close()
    await other.close()


async def test_the_first_call_of_all_goes_alone(server: RedisServer, credential: str) -> None:
    one, other = twins(server, credential)
    probe = await one.acquire("GET /me")
    task = asyncio.create_task(other.acquire("GET /me"))
    await asyncio.sleep(0.3)
    assert not task.done()
    assert other.waiting() == 1
    probe.answered(200, headers(5, 4, 30))
    (await asyncio.wait_for(task, 0.5)).lost()
    await one.close()
    await other.close()


async def test_requests_under_way_count_in_the_next_window_too(server: RedisServer, credential: str) -> None:
    one, other = twins(server, credential)
    await learned(one, limit=4, remaining=3, reset=0.4)
    slow = [await one.acquire("GET /me") for _ in range(3)]
    await asyncio.sleep(0.5)  # the server may see the three in either window
    permit = await asyncio.wait_for(other.acquire("GET /me"), 0.3)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(other.acquire("GET /me"), 0.2)
    for each in [*slow, permit]:
        each.lost()
    await one.close()
    await other.close()


async def test_two_that_wait_share_what_is_left(server: RedisServer, credential: str) -> None:
    limiters = twins(server, credential)
    window = FixedWindow(20, 0.6, whole_seconds=False)
    taken: list[list[float]] = [[], []]

    async def call(number: int) -> None:
        permit = await limiters[number].acquire("GET /me")
        taken[number].append(time.monotonic())
        permit.answered(*window.hit(time.monotonic()))

    await asyncio.gather(*(call(number) for number in (0, 1) for _ in range(50)))
    assert (window.served, window.refused) == (100, 0)
    began = min(map(min, taken))
    halves = [sum(1 for moment in own if began + 0.4 < moment < began + 2.4) for own in taken]
    assert min(halves) >= 15
    for limiter in limiters:
        await limiter.close()


@pytest.mark.parametrize(("others", "expected"), [(0, 19), (1, 9), (4, 3), (60, 1)])
async def test_a_process_takes_its_share_and_looks_again_soon(credential: str, others: int, expected: int) -> None:
    limiter = RedisLimiter("redis://127.0.0.1:1/0", ORIGIN, credential)
    line = limiter._line()
    state = State(at=100.0, learned=True, lines={f"other {n}": 101.0 for n in range(others)} | {"gone": 99.0})
    state.windows["default"] = Window(limit=20, ends=130.0, told=True, own=1)
    callers = [Caller("GET /me", "x", asyncio.get_running_loop().create_future()) for _ in range(50)]
    decision = limiter._decide(line, msgspec.msgpack.encode(state), 100.5, [], callers)
    assert len(decision.granted) == expected
    assert (decision.look_in == redis_limiter.TURN) is (others > 0)
    assert decision.state is not None
    assert set(decoded(decision.state, 100.5).lines) == {f"other {n}" for n in range(others)} | {line.name}


async def test_first_come_first_served_within_a_process(server: RedisServer, credential: str) -> None:
    (limiter,) = twins(server, credential, 1)
    window = FixedWindow(3, 0.3, whole_seconds=False)
    order: list[int] = []

    async def call(number: int) -> None:
        permit = await limiter.acquire("GET /me")
        order.append(number)
        permit.answered(*window.hit(time.monotonic()))

    await asyncio.gather(*(call(number) for number in range(8)))
    assert order == list(range(8))
    assert window.refused == 0
    await limiter.close()


async def test_cancelled_callers_leave_no_permit_behind(server: RedisServer, credential: str) -> None:
    (limiter,) = twins(server, credential, 1)
    await learned(limiter, limit=5, remaining=0, reset=0.4)
    tasks = [asyncio.create_task(limiter.acquire("GET /me")) for _ in range(12)]
    await asyncio.sleep(0.1)
    for task in tasks[:7]:
        task.cancel()
    done = await asyncio.wait_for(asyncio.gather(*tasks[7:]), 2)
    assert len({permit.sent for permit in done}) >= 1
    assert limiter.waiting() == 0
    for permit in done:
        permit.lost()
    await limiter.close()
    assert held(server, limiter).away == {}


async def test_a_permit_that_comes_together_with_the_cancelling_is_given_back(
    server: RedisServer, credential: str
) -> None:
    (limiter,) = twins(server, credential, 1)
    await learned(limiter, limit=2, remaining=1, reset=30)
    line = limiter._line()
    task = asyncio.create_task(limiter.acquire("GET /me"))
    while not line.away:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    again = await asyncio.wait_for(limiter.acquire("GET /me"), 0.5)
    again.lost()
    await limiter.close()
    assert held(server, limiter).windows["default"].own == 2


async def test_closing_reports_what_is_left(server: RedisServer, credential: str) -> None:
    (limiter,) = twins(server, credential, 1)
    await learned(limiter, limit=9, remaining=8, reset=30)
    permits = [await limiter.acquire("GET /me") for _ in range(4)]
    for permit in permits:
        permit.answered(200, headers(9, 4, 30))
    await limiter.close()
    state = held(server, limiter)
    assert state.away == {}
    assert (state.windows["default"].limit, state.windows["default"].in_flight) == (9, 0)


async def test_redis_holds_neither_the_key_nor_a_path_nor_an_id(server: RedisServer) -> None:
    credential = "cal_live_very_secret"
    contents: list[bytes] = []

    async def look(request: Any) -> Any:  # while the request is under way
        with Redis(port=server.port) as client:
            contents.append(b"".join(key + client.hget(key, "state") for key in client.keys("*limiter*")))
        name = {"x-ratelimit-limit-own": "5", "x-ratelimit-remaining-own": "4", "x-ratelimit-reset-own": "9"}
        return answer({}, headers=headers(50, 49, 30) if request.path.endswith("/me") else name)

    async with Loopback(look) as api, AsyncCalCom(credential, base_url=api.url, limiter=server.url) as cal:
        await cal.request("GET", "me")
        await cal.request("GET", "bookings/uid-of-a-booking")
        await cal.request("GET", "bookings/uid-of-a-booking")
    assert len(contents) == 3
    assert all(b"calcom-async:limiter:1:" in content and b"away" in content for content in contents)
    for secret in (b"secret", b"uid-of", b"bookings", b"/me"):
        assert [content for content in contents if secret in content] == []


async def test_a_server_without_limits_costs_redis_next_to_nothing(server: RedisServer, credential: str) -> None:
    async with Loopback(unlimited) as api, AsyncCalCom(credential, base_url=api.url, limiter=server.url) as cal:
        await cal.request("GET", "me")
        before = commands(server)
        await asyncio.gather(*(cal.request("GET", "me") for _ in range(200)))
        assert commands(server) - before < 30
        assert cal.limiter.delay() == 0.0


async def test_a_server_without_limits_is_obeyed_when_it_refuses(server: RedisServer, credential: str) -> None:
    one, other = twins(server, credential)
    (await one.acquire("GET /me")).answered(200, {})
    await reported(one)
    (await one.acquire("GET /me")).answered(429, {"retry-after": "0.5"})
    await reported(one)
    assert await waited(other) == pytest.approx(0.5, abs=0.15)
    await one.close()
    await other.close()


def test_the_blocking_client_and_a_unix_socket(server: RedisServer, credential: str) -> None:
    script = """
import asyncio, sys
sys.path.append(sys.argv[3])
from fixed_window import FixedWindow
from loopback import ThreadedLoopback, answer
from calcom_async import CalCom
import time, os
window = FixedWindow(5, 30.0)
async def judge(request):
    return answer({}, headers=window.hit(time.monotonic())[1])
with ThreadedLoopback(judge) as api, CalCom(sys.argv[1], base_url=api.url, limiter=sys.argv[2]) as cal:
    cal.request("GET", "me")
    child = os.fork()
    if child == 0:
        cal.request("GET", "me")
        cal.request("GET", "me")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    cal.request("GET", "me")
    print(window.used, cal.limiter)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, credential, f"redis+unix://{server.socket}", str(Path(__file__).parents[1])],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("4 RedisLimiter(")


def test_threads_that_begin_at_once(server: RedisServer, credential: str) -> None:
    script = """
import asyncio, sys, threading
from calcom_async.core.redis_limiter import RedisLimiter
begin = threading.Barrier(6)
async def ask():
    limiter = RedisLimiter(sys.argv[1], "http://x", sys.argv[2])
    begin.wait()
    (await limiter.acquire("GET /me")).answered(200, {})
    await limiter.close()
threads = [threading.Thread(target=asyncio.run, args=(ask(),)) for _ in range(6)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
    done = subprocess.run(
        [sys.executable, "-c", script, server.url, credential], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
