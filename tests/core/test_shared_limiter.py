"""The limiter in Redis: several processes, one budget, no refusal; and what happens when Redis is not there."""

from __future__ import annotations

import asyncio
import importlib.util
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fixed_window import FixedWindow
from loopback import Loopback, answer, error

from calcom_async import APIConnectionError, AsyncCalCom, CalCom, ConfigurationError, MissingExtraError
from calcom_async.core import redis_limiter, redis_line
from calcom_async.core.limiter import Permit, Window
from calcom_async.core.redis_limiter import RedisLimiter
from calcom_async.core.redis_line import Caller
from calcom_async.core.redis_state import Away, Report, State, decoded
from tests.redis_server import RedisServer

pytest.importorskip("limits")
pytest.importorskip("redis")
import msgspec
from redis import Redis

pytestmark = pytest.mark.alone

FULL = os.environ.get("CALCOM_CHAOS") == "full"
_numbers = itertools.count()
ORIGIN = "http://127.0.0.1:1"


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture
def credential() -> str:
    """A key of its own for each test, and with it a budget of its own."""
    return f"cal_shared_{next(_numbers)}"


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


# --- what they tell each other ---------------------------------------------------------------------------------------


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


def held(server: RedisServer, limiter: RedisLimiter) -> State:
    """What Redis holds of a limiter."""
    with Redis(port=server.port) as client:
        raw = client.hget(f"calcom-async:limiter:1:{limiter._identity}", "state")
        assert isinstance(raw, bytes)
        return decoded(raw, float("inf"))


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


async def unlimited(request: Any) -> Any:
    return answer({})


def commands(server: RedisServer) -> int:
    with Redis(port=server.port) as client:
        return int(client.info("stats")["total_commands_processed"])


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
        [sys.executable, "-c", script, credential, f"redis+unix://{server.socket}", str(Path(__file__).parent)],
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


async def test_a_redis_cluster(credential: str) -> None:
    with RedisServer("--cluster-enabled", "yes") as server:
        server.command("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
        while b"cluster_state:ok" not in server.command("CLUSTER", "INFO"):
            await asyncio.sleep(0.05)
        await shares(f"redis+cluster://127.0.0.1:{server.port}", credential)


async def test_a_redis_that_a_sentinel_names(server: RedisServer, credential: str, tmp_path: Path) -> None:
    settings = tmp_path / "sentinel.conf"
    settings.write_text(f"sentinel monitor main 127.0.0.1 {server.port} 1\n")
    with RedisServer(configuration=settings) as sentinel:
        await shares(f"redis+sentinel://127.0.0.1:{sentinel.port}/main", credential)


async def shares(url: str, credential: str) -> None:
    one, other = (RedisLimiter(url, ORIGIN, credential) for _ in range(2))
    await learned(one, limit=3, remaining=0, reset=0.5)
    assert await waited(other) == pytest.approx(0.55, abs=0.15)
    await one.close()
    await other.close()


# --- when Redis is not there -----------------------------------------------------------------------------------------


async def test_a_redis_that_is_down_is_a_clear_error_at_the_first_call() -> None:
    async with AsyncCalCom("cal_x", base_url=ORIGIN, limiter="redis://me:hidden@127.0.0.1:1/3") as cal:
        with pytest.raises(
            ConfigurationError, match=r"Redis at 127\.0\.0\.1:1/3, .*no connection.*redis-server"
        ) as told:
            await cal.me.get()
    assert "hidden" not in str(told.value) + repr(cal.limiter)


async def test_an_outage_is_waited_out(credential: str) -> None:
    with RedisServer() as server:
        (limiter,) = twins(server, credential, 1)
        await learned(limiter, limit=50, remaining=40, reset=30)
        server.stop()
        task = asyncio.create_task(limiter.acquire("GET /me"))
        await asyncio.sleep(0.3)
        server.start()
        (await asyncio.wait_for(task, 4)).lost()
        await limiter.close()


async def test_a_longer_outage_is_a_connection_error(credential: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_line, "OUTAGE", 0.2)
    with RedisServer() as server:
        (limiter,) = twins(server, credential, 1)
        await learned(limiter, limit=50, remaining=40, reset=30)
        server.stop()
        with pytest.raises(APIConnectionError, match="no connection") as told:
            await limiter.acquire("GET /me")
    assert (told.value.method, told.value.path, told.value.may_have_happened) == ("GET", "/me", False)
    await limiter.close()


async def test_a_redis_that_forgets_is_told_what_is_under_way(credential: str) -> None:
    with RedisServer() as server:
        (limiter,) = twins(server, credential, 1)
        await learned(limiter, limit=4, remaining=3, reset=30)
        under_way = [await limiter.acquire("GET /me") for _ in range(2)]
        server.command("FLUSHALL")
        (await limiter.acquire("GET /me")).answered(200, headers(4, 3, 30))
        await asyncio.sleep(0.1)
        assert len(held(server, limiter).away) == 2
        (await asyncio.wait_for(limiter.acquire("GET /me"), 0.5)).lost()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(limiter.acquire("GET /me"), 0.3)
        for permit in under_way:
            permit.lost()
        await limiter.close()


async def test_requests_of_a_process_that_is_silent_are_given_up_and_those_of_a_living_one_are_not(
    server: RedisServer, credential: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_limiter, "HEARTBEAT", 0.1)
    monkeypatch.setattr(redis_limiter, "SILENCE", 0.5)
    dead, living, other = twins(server, credential, 3)
    await learned(dead, limit=30, remaining=29, reset=30)
    for limiter in (dead, living):
        await limiter.acquire("GET /me")
    for line in dead._lines.values():
        assert line._task is not None
        line._task.cancel()
    await asyncio.sleep(0.9)
    await learned(other, limit=30, remaining=27, reset=29)
    (left,) = held(server, other).away
    assert left in next(iter(living._lines.values())).away
    (await dead.acquire("GET /me")).lost()  # it was alive after all, and says again what it has under way
    assert len(held(server, other).away) >= 2
    for limiter in (dead, living, other):
        await limiter.close()


async def test_a_request_without_an_answer_counts_until_its_lease_ends(
    server: RedisServer, credential: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed, other = twins(server, credential)
    await learned(killed, limit=2, remaining=1, reset=0.2)
    await killed.acquire("GET /me")  # and nothing is heard of it any more
    await asyncio.sleep(0.3)
    await learned(other, limit=2, remaining=1, reset=0.2)
    assert len(held(server, other).away) == 1
    monkeypatch.setattr(redis_limiter, "LEASE", 0.1)
    await learned(other, limit=2, remaining=1, reset=0.2)
    await other.close()
    assert held(server, other).away == {}
    assert held(server, other).windows["default"].in_flight == 0
    await killed.close()


def test_a_permit_whose_delivery_was_lost_is_given_back(credential: str) -> None:
    limiter = RedisLimiter("redis://127.0.0.1:1/0", ORIGIN, credential)

    async def scenario() -> tuple[State, int]:
        line = limiter._line()
        state = State(at=100.0, learned=True)
        window = state.windows["default"] = Window(limit=5, ends=130.0, told=True)
        state.away[f"{line.name}1"] = Away(operation="x", sent=100.0, epochs={"default": window.sent(100.0)})
        report = Report("elsewhere", "GET /me", "lost")
        decision = limiter._decide(line, msgspec.msgpack.encode(state), 101.0, [report], [])
        assert decision.state is not None
        after = decoded(decision.state, 101.0)
        return after, after.windows["default"].own

    state, own = asyncio.run(scenario())
    assert (state.away, own) == ({}, 0)


def test_a_clock_that_was_set_back_moves_the_state_along() -> None:
    state = State(at=1000.0, probe_sent=990.0, blocked_until=1010.0)
    state.windows["default"] = Window(ends=1030.0, floor=1029.0, told=True, own=7)
    state.away["n"] = Away(operation="x", sent=995.0, epochs={"default": 0})
    state.lines["l"] = 1001.0
    state.heard["l"] = 999.0
    moved = decoded(msgspec.msgpack.encode(state), 400.0)
    window = moved.windows["default"]
    assert (moved.at, moved.probe_sent, moved.blocked_until) == (400.0, 390.0, 410.0)
    assert (window.ends, window.floor, window.own, moved.away["n"].sent) == (430.0, 429.0, 7, 395.0)
    assert (moved.lines, moved.heard) == ({"l": 401.0}, {"l": 399.0})
    kept = decoded(msgspec.msgpack.encode(state), 1005.0)
    assert (kept.at, kept.windows["default"].ends) == (1000.0, 1030.0)


def test_a_state_of_something_else_is_not_used() -> None:
    with pytest.raises(ConfigurationError, match=r"can't be read.*limiter:1"):
        decoded(b"\xc1nonsense", 0.0)


# --- asking for one --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["http://localhost:6379", "localhost:6379", "memory://", ""])
def test_another_url_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"redis://localhost:6379/0"):
        AsyncCalCom("cal_x", limiter=url)


@pytest.mark.parametrize("missing", ["limits", "redis"])
def test_without_the_extra_it_says_which(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == missing else find(name))
    with pytest.raises(MissingExtraError, match=r"pip install 'calcom-async\[redis\]'") as told:
        CalCom("cal_x", limiter="redis://localhost:6379/0")
    assert told.value.extra == "redis"


def test_redis_is_loaded_only_by_who_uses_it() -> None:
    code = (
        "import json, sys, calcom_async\n"
        "calcom_async.AsyncCalCom('cal_x')\n"
        "before = sorted({'redis', 'limits', 'calcom_async.core.redis_limiter'} & set(sys.modules))\n"
        "calcom_async.AsyncCalCom('cal_x', limiter='redis://localhost:6379/0')\n"
        "print(json.dumps([before, sorted({'redis', 'limits'} & set(sys.modules))]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [[], []]


async def test_it_is_a_permit_like_any_other(server: RedisServer, credential: str) -> None:
    (limiter,) = twins(server, credential, 1)
    permit = await limiter.acquire("GET /me")
    assert isinstance(permit, Permit)
    assert permit.operation == "GET /me"
    permit.answered(200, headers(120, 119, 60))
    permit.answered(429, headers(120, 0, 60))
    permit.lost()
    assert await waited(limiter) < 0.3
    assert limiter.delay() == 0.0
    await limiter.close()
