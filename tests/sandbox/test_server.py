"""Starting, stopping, clocks, threads, files, injected failures and lost answers."""

import asyncio
import time
import urllib.request

import aiohttp
import pytest

from calcom_async.sandbox import RateLimit, Sandbox


async def test_starts_on_a_free_port(session):
    async with Sandbox() as one, Sandbox() as other:
        assert one.url != other.url
        assert one.url.startswith("http://127.0.0.1:")
        assert one.url.endswith("/v2")
        assert one.api_key.startswith("cal_")
        assert set(one.keys) == {"owner", "member", "outsider"}


async def test_answers_below_api_v2_too(talk, sandbox):
    url = sandbox.url.removesuffix("/v2") + "/api/v2/me"
    async with talk.session.get(url, headers={"Authorization": f"Bearer {sandbox.api_key}"}) as answer:
        assert answer.status == 200


def test_plain_with_runs_in_a_thread():
    with Sandbox(bookings=5) as sandbox:
        request = urllib.request.Request(f"{sandbox.url}/me", headers={"Authorization": f"Bearer {sandbox.api_key}"})
        with urllib.request.urlopen(request, timeout=5) as answer:
            assert answer.status == 200
        assert len(sandbox.booking_uids()) == 5
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(request, timeout=5)


async def test_same_seed_and_time_give_the_same_world():
    worlds = []
    for seed in (3, 3, 4):
        async with Sandbox(bookings=50, seed=seed, now="2026-04-06T08:00:00Z") as sandbox:
            wires = sandbox.backend.store.rows("SELECT wire FROM bookings ORDER BY id")
            worlds.append((sandbox.keys, wires))
    assert worlds[0] == worlds[1]
    assert worlds[0] != worlds[2]


async def test_a_file_keeps_the_state(tmp_path, talk_to, session):
    path = str(tmp_path / "world.db")
    async with Sandbox(bookings=20, db=path) as sandbox:
        uids, key = sandbox.booking_uids(), sandbox.api_key
        talk = talk_to(sandbox, session)
        await talk("PATCH", "me", {"bio": "kept"})
        hook = {"active": True, "subscriberUrl": "one", "triggers": ["BOOKING_CREATED"]}
        first = await talk("POST", "webhooks", hook)
    async with Sandbox(bookings=99, db=path) as again:
        assert again.booking_uids() == uids
        assert again.api_key == key
        talk = talk_to(again, session)
        assert (await talk("GET", "me")).data["bio"] == "kept"
        second = await talk("POST", "webhooks", {**hook, "subscriberUrl": "two"})
        assert second.data["id"] != first.data["id"]
        assert len((await talk("GET", "webhooks")).data) == 2


async def test_the_clock_can_be_moved(talk, sandbox):
    first = await talk("GET", "me")
    assert first.headers["Date"].startswith("Mon, 06 Apr 2026 08:00:0")
    sandbox.clock.advance(days=1)
    assert (await talk("GET", "me")).headers["Date"].startswith("Tue, 07 Apr 2026")
    assert sandbox.clock.now().isoformat().startswith("2026-04-07T08:00:0")


async def test_logs_requests_without_their_keys(talk, sandbox):
    await talk("PATCH", "me?x=1&x=2", {"bio": "b"})
    seen = sandbox.requests[-1]
    assert (seen.method, seen.path, seen.query, seen.body, seen.status) == (
        "PATCH",
        "/v2/me",
        {"x": ["1", "2"]},
        {"bio": "b"},
        200,
    )
    assert sandbox.api_key not in repr(sandbox.requests)


async def test_latency_delays_every_answer(session, talk_to):
    async with Sandbox(latency=0.08) as sandbox:
        talk = talk_to(sandbox, session)
        started = time.perf_counter()
        await asyncio.gather(*(talk("GET", "me") for _ in range(5)))
        assert time.perf_counter() - started >= 0.08


async def test_fail_next_answers_instead(talk, sandbox):
    sandbox.fail_next(status=503, body={"oops": 1}, count=2, method="GET")
    assert (await talk("PATCH", "me", {"bio": "x"})).status == 200
    first, second, third = [await talk("GET", "me") for _ in range(3)]
    assert (first.status, first.body) == (503, {"oops": 1})
    assert (second.status, third.status) == (503, 200)


async def test_fail_next_with_a_proxy_page_and_headers(talk, sandbox):
    sandbox.fail_next(status=503, body="<html>Bad gateway</html>", headers={"Retry-After": "2"})
    async with talk.session.get(f"{sandbox.url}/me") as answer:
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert (answer.headers["Retry-After"], await answer.text()) == ("2", "<html>Bad gateway</html>")


async def test_fail_next_can_do_the_work_first(talk, sandbox):
    sandbox.fail_next(status=502, path="/me")
    await talk("PATCH", "me", {"bio": "lost"})
    assert (await talk("GET", "me")).data["bio"] == ""
    sandbox.fail_next(status=502, path="/me", after_processing=True)
    assert (await talk("PATCH", "me", {"bio": "done"})).status == 502
    assert (await talk("GET", "me")).data["bio"] == "done"


async def test_fail_next_can_drop_the_connection(talk, sandbox):
    sandbox.fail_next(drop=True, after_processing=True)
    with pytest.raises(aiohttp.ClientError):
        await talk("PATCH", "me", {"bio": "dropped"})
    assert (await talk("GET", "me")).data["bio"] == "dropped"
    assert [seen.status for seen in sandbox.requests] == [None, 200]


async def test_refuses_use_outside_with():
    with pytest.raises(RuntimeError, match="not running"):
        Sandbox().booking_uids()
    with pytest.raises(ValueError, match="profile"):
        Sandbox(profile="cloud")


async def test_etag_and_not_modified(talk):
    first = await talk("GET", "me")
    again = await talk("GET", "me", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.body) == (304, None)
    await talk("PATCH", "me", {"bio": "new"})
    assert (await talk("GET", "me", headers={"If-None-Match": first.headers["ETag"]})).status == 200


async def test_rate_limit_object_is_exported():
    assert (RateLimit().limit, RateLimit().window, RateLimit().block) == (120, 60.0, 60.0)


async def test_ready_made_clients(sandbox):
    """The one place where the client and the sandbox meet on purpose."""
    async with sandbox.client() as cal:
        assert (await cal.me.get()).username == "owner"
    async with sandbox.client(api_key=sandbox.keys["member"]) as cal:
        assert (await cal.me.get()).username == "member"


def test_ready_made_blocking_client():
    with Sandbox() as sandbox, sandbox.blocking_client() as cal:
        assert cal.me.get().username == "owner"
