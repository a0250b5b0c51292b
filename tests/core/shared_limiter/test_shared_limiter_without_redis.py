"""The limiter in Redis where that is a cluster, away, set back, somebody else's or not installed; and who falls silent."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
from sharing import ORIGIN, headers, held, learned, twins, waited

from calcom_async import APIConnectionError, AsyncCalCom, CalCom, ConfigurationError, MissingExtraError
from calcom_async.core import redis_limiter, redis_line
from calcom_async.core.limiter import Permit, Window
from calcom_async.core.redis_limiter import RedisLimiter
from calcom_async.core.redis_state import Away, Report, State, decoded
from tests.redis_server import RedisServer

pytest.importorskip("limits")
pytest.importorskip("redis")
import msgspec

pytestmark = pytest.mark.alone


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


async def test_a_redis_that_is_down_is_a_clear_error_at_the_first_call() -> None:
    async with AsyncCalCom("cal_x", base_url=ORIGIN, limiter="redis://me:hidden@127.0.0.1:1/3") as cal:
        with pytest.raises(
            ConfigurationError, match=r"Redis at 127\.0\.0\.1:1/3, .*no connection.*redis-server"
        ) as told:
            await cal.me.get()
    assert repr(cal.limiter) == "RedisLimiter('127.0.0.1:1/3', default: 120 of 120 left in 60 s, 0 waiting)"
    assert "hidden" not in str(told.value)


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
