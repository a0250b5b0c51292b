"""What is behind the sandbox's page: who is let in, what it is told, and that it costs nothing unwatched."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from calcom_async.sandbox import Sandbox, page
from calcom_async.sandbox.page import Visit, names_of, objection

OWN = frozenset({"127.0.0.1:8765", "localhost:8765"})
GOOD = {"peer": "127.0.0.1", "host": "127.0.0.1:8765", "origin": None, "fetch_site": None, "token": "secret"}


@pytest.fixture
async def sandbox():
    async with Sandbox(world="example") as opened:
        yield opened


@pytest.fixture
async def token(sandbox, session):
    async with session.get(sandbox.page_url) as answer:
        return re.search('name="sandbox-token" content="([^"]+)"', await answer.text())[1]


@pytest.fixture
def control(sandbox, session, token):
    """Asks the page's own endpoints."""

    async def ask(method, path, body=None, **headers):
        sent = {"X-Sandbox-Token": token, **{name.replace("_", "-"): text for name, text in headers.items()}}
        url = f"{sandbox.page_url}_sandbox/page/{path}"
        async with session.request(method, url, json=body, headers=sent) as answer:
            return answer.status, await answer.json()

    return ask


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, None),
        ({"peer": "::1"}, None),
        ({"peer": "127.8.8.8", "host": "LOCALHOST:8765"}, None),
        ({"origin": "http://localhost:8765", "fetch_site": "same-origin"}, None),
        ({"peer": "192.0.2.7"}, "this machine only"),
        ({"peer": None}, "this machine only"),
        ({"host": "rebound.example:8765"}, "own address"),
        ({"host": "127.0.0.1:80"}, "own address"),
        ({"host": ""}, "own address"),
        ({"origin": "http://evil.example"}, "another site"),
        ({"origin": "http://127.0.0.1:9999"}, "another site"),
        ({"origin": "null"}, "another site"),
        ({"fetch_site": "cross-site"}, "another site"),
        ({"fetch_site": "same-site"}, "another site"),
        ({"token": None}, "load the page again"),
        ({"token": "ünknown"}, "load the page again"),
    ],
)
def test_who_is_let_in(change, why):
    refused = objection(Visit(**{**GOOD, **change}), hosts=OWN, token="secret")
    assert refused is None if why is None else why in refused


def test_a_link_may_lead_to_the_page_but_not_to_what_it_asks_for():
    visit = Visit(**{**GOOD, "fetch_site": "cross-site", "token": None})
    assert objection(visit, hosts=OWN, token=None) is None
    assert objection(visit, hosts=OWN, token="secret") is not None


def test_names_of_a_sandbox():
    assert names_of("127.0.0.1", 8765) == {"127.0.0.1:8765", "localhost:8765", "[::1]:8765"}
    assert "0.0.0.0:8765" not in names_of("0.0.0.0", 8765)
    assert "sandbox.test:80" in names_of("sandbox.test", 80)
    assert "sandbox.test" in names_of("sandbox.test", 80)
    assert "sandbox.test" not in names_of("sandbox.test", 8765)


async def test_the_page_and_its_files(sandbox, session, token):
    async with session.get(sandbox.page_url) as answer:
        html = await answer.text()
        policy = answer.headers["Content-Security-Policy"]
    assert token in html
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=", html)
    assert sandbox.api_key not in html
    for path in re.findall(r'(?:href|src)="(/[^"]+)"', html):
        async with session.get(sandbox.page_url + path[1:]) as answer:
            assert answer.status == 200, path
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
    async with session.post(sandbox.page_url) as answer:
        assert answer.status == 405


def test_the_script_never_writes_html():
    script = (Path(page.__file__).with_name("page") / "page.js").read_text(encoding="utf-8")
    assert not re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", script)


@pytest.mark.parametrize("path", ["state", "bookings?start=0&end=1", "feed"])
async def test_nothing_is_told_without_the_token(sandbox, session, path):
    for headers in ({}, {"X-Sandbox-Token": "guessed"}):
        async with session.get(f"{sandbox.page_url}_sandbox/page/{path}", headers=headers) as answer:
            assert answer.status == 403
            assert sandbox.api_key not in await answer.text()


async def test_other_names_are_refused(sandbox, session, token, control):
    async with session.get(sandbox.page_url, headers={"Host": "rebound.example"}) as answer:
        assert answer.status == 403
        assert token not in await answer.text()
    status, _ = await control("GET", "state", Host="rebound.example")
    assert status == 403
    status, _ = await control("PUT", "settings", {"rateLimit": None}, Origin="http://evil.example")
    assert status == 403


async def test_another_sites_page_turns_no_switch(sandbox, session):
    """Programs send no Origin and may; a page of another site, or of a name that was made to point here, may not."""
    url = f"{sandbox.page_url}_sandbox/faults"
    own = sandbox.page_url.rstrip("/")
    for headers, expected in (
        ({}, 201),
        ({"Origin": own}, 201),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://rebound.example", "Host": "rebound.example"}, 403),
    ):
        async with session.post(url, json={"kind": "latency", "seconds": 0}, headers=headers) as answer:
            assert answer.status == expected, headers


async def test_the_state(sandbox, control):
    status, state = await control("GET", "state")
    assert status == 200
    assert [(each["username"], each["key"] is not None) for each in state["hosts"]] == [
        ("ada", True),
        ("grace", True),
        ("mary", True),
        ("alan", False),
        ("edsger", False),
    ]
    types = {each["id"]: each for each in state["eventTypes"]}
    assert types[44]["seats"] == 3
    assert types[45]["occurrences"] == 4
    assert types[46]["lengths"] == [15, 30, 60]
    assert types[43]["confirmation"] is True
    assert [each["slug"] for each in types[7]["fields"]] == ["phone", "company"]
    assert (types[52]["team"], types[52]["actor"]) == ("Customer Success", "ada")
    assert types[52]["hosts"] == [5, 1, 4]
    assert state["rateLimit"] == {"limit": 120, "window": 60, "block": 60}
    assert state["faults"] == []


async def test_bookings_of_a_time(sandbox, control):
    day = 24 * 3600 * 1000
    start = sandbox.clock.milliseconds() // day * day
    _, answer = await control("GET", f"bookings?start={start}&end={start + 7 * day}")
    assert [each["id"] for each in answer["bookings"]] == [116, 203, 113, 123, 122, 204, 302, 205]
    assert {each["id"]: each["actor"] for each in answer["bookings"]}[203] == "grace"
    assert answer["more"] is False
    # One that only reaches into the time is there, one that ends as it begins is not.
    _, answer = await control("GET", f"bookings?start={start + day + 9 * 3600_000 + 60_000}&end={start + 2 * day}")
    assert [each["id"] for each in answer["bookings"]] == [116, 203]
    _, answer = await control("GET", f"bookings?start={start + day + 9 * 3600_000 + 1800_000}&end={start + 2 * day}")
    assert [each["id"] for each in answer["bookings"]] == [203]


async def test_what_makes_no_sense_is_a_400(control):
    for method, path, body in (
        ("GET", "bookings?start=x&end=1", None),
        ("PUT", "settings", {"rateLimit": {"limit": 0, "window": 1, "block": 1}}),
        ("PUT", "settings", {"rateLimit": {"limit": True, "window": 1, "block": 1}}),
        ("PUT", "settings", {"rateLimit": "none"}),
        ("PUT", "settings", ["rateLimit"]),
        ("POST", "clock", {"minutes": "60"}),
        ("POST", "clock", None),
    ):
        status, answer = await control(method, path, body)
        assert status == 400, (method, path, body, answer)
    assert (await control("POST", "deliveries/0/resend"))[0] == 404
    assert (await control("GET", "nothing"))[0] == 404


async def test_settings_and_clock(sandbox, session, control):
    async def asked():
        headers = {"Authorization": f"Bearer {sandbox.api_key}"}
        async with session.get(f"{sandbox.url}/me", headers=headers) as answer:
            return answer.status

    assert (await control("PUT", "settings", {"rateLimit": {"limit": 1, "window": 60, "block": 60}}))[0] == 200
    assert [await asked(), await asked()] == [200, 429]
    _, settings = await control("PUT", "settings", {"rateLimit": None})
    assert settings["rateLimit"] is None
    assert await asked() == 200
    before = sandbox.clock.milliseconds()
    await control("POST", "clock", {"minutes": 1440})
    assert sandbox.clock.milliseconds() - before >= 24 * 3600 * 1000


@asynccontextmanager
async def feed(sandbox, session, token):
    """The events of the page's feed, one after the other."""
    url = f"{sandbox.page_url}_sandbox/page/feed"
    async with session.get(url, headers={"X-Sandbox-Token": token}) as answer:
        assert answer.content_type == "text/event-stream"

        async def events():
            name = None
            async for line in answer.content:
                if line.startswith(b"event: "):
                    name = line[7:].strip().decode()
                elif line.startswith(b"data: "):
                    yield name, json.loads(line[6:])

        yield events()


async def until(events, wanted):
    async with asyncio.timeout(10):
        async for name, data in events:
            if name == wanted:
                return data
    raise AssertionError(f"the feed ended without {wanted}")


async def test_the_feed_tells_requests(sandbox, session, token):
    headers = {"Authorization": f"Bearer {sandbox.api_key}", "cal-api-version": "2024-08-13", "X-Other": "not told"}
    async with session.get(f"{sandbox.url}/me?before=yes", headers=headers):
        pass
    async with feed(sandbox, session, token) as events:
        (past,) = await until(events, "past")
        assert (past["method"], past["url"], past["status"]) == ("GET", "/v2/me?before=yes", 200)
        assert await until(events, "state")
        async with session.get(f"{sandbox.url}/bookings?take=1", headers=headers):
            pass
        told = await until(events, "request")
    assert (told["url"], told["status"], told["user"]) == ("/v2/bookings?take=1", 200, "ada")
    assert told["headers"] == {"cal-api-version": "2024-08-13"}
    assert json.loads(told["answer"]["text"])["status"] == "success"
    assert told["milliseconds"] > 0
    assert sandbox.api_key not in json.dumps(told)


async def test_nothing_is_done_while_nobody_looks_on(sandbox, session, token):
    application = sandbox._running
    assert application.watch is None
    async with feed(sandbox, session, token) as one:
        await until(one, "state")
        async with feed(sandbox, session, token) as other:
            await until(other, "state")
            assert application.watch is not None
    async with asyncio.timeout(10):
        while application.watch is not None:
            await asyncio.sleep(0.05)


async def test_the_feed_tells_of_changes_and_faults(sandbox, session, token):
    async with feed(sandbox, session, token) as events:
        first = await until(events, "state")
        number = sandbox.faults.add("status=503; path=me")
        changed = await until(events, "state")
        assert changed["faults"] == [{"number": number, "kind": "status", "status": 503, "path": "me"}]
        sandbox.clock.advance(days=1)
        assert (await until(events, "state"))["clock"] - first["clock"] == 24 * 3600
        async with session.get(f"{sandbox.url}/me"):
            pass
        assert (await until(events, "request"))["faults"] == ["status"]


async def test_who_reads_too_slowly_loses_the_oldest(sandbox, session, token):
    async with feed(sandbox, session, token) as events:
        await until(events, "state")
        (watcher,) = sandbox._running.watch.__self__._watchers
        for number in range(600):
            watcher.add({"number": number})
        first = await until(events, "request")
        assert first == {"number": 100}
        assert await until(events, "skipped") == 100


async def test_long_answers_are_cut(sandbox, session, token):
    async with feed(sandbox, session, token) as events:
        await until(events, "state")
        body = {"text": "x" * 100_000}
        async with session.post(f"{sandbox.url}/nothing", json=body):
            pass
        told = await until(events, "request")
    assert (told["cut"], len(told["body"])) == (True, 32 * 1024)


async def test_stopping_waits_for_nobody(session):
    sandbox = await Sandbox(world="example").start()
    async with session.get(sandbox.page_url) as answer:
        token = re.search('name="sandbox-token" content="([^"]+)"', await answer.text())[1]
    async with feed(sandbox, session, token) as events:
        await until(events, "state")
        async with asyncio.timeout(5):
            await sandbox.stop()
            assert [each async for each in events] == []


async def test_a_delivery_is_sent_again_as_it_was(sandbox, session, control):
    got = []

    async def take(request):
        got.append((request.headers["X-Cal-Signature-256"], await request.read()))
        return web.Response(status=500 if len(got) == 1 else 200)

    runner = web.ServerRunner(web.Server(take))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    headers = {"Authorization": f"Bearer {sandbox.api_key}", "cal-api-version": "2024-08-13"}
    hook = {
        "active": True,
        "subscriberUrl": f"http://127.0.0.1:{runner.addresses[0][1]}/",
        "triggers": ["BOOKING_CANCELLED"],
        "secret": "shared",
    }
    uid = sandbox.backend.bookings.by_id(116).uid
    async with session.post(f"{sandbox.url}/webhooks", json=hook, headers=headers) as answer:
        assert answer.status == 201
    cancel = {"cancellationReason": "Ill"}
    async with session.post(f"{sandbox.url}/bookings/{uid}/cancel", json=cancel, headers=headers) as answer:
        assert answer.status == 200
    status, answer = await control("POST", "deliveries/0/resend")
    await runner.cleanup()
    assert (status, answer) == (200, {"status": 200})
    assert [each.status for each in sandbox.deliveries] == [500, 200]
    assert got[0] == got[1]


def test_what_the_page_needs_is_in_the_wheel():
    folder = Path(page.__file__).with_name("page")
    assert sorted(each.name for each in folder.iterdir()) == ["page.css", "page.html", "page.js"]


def test_the_tokens_of_two_sandboxes_differ():
    one, other = (page.Page(application=object(), keys={}, host="127.0.0.1", port=1) for _ in range(2))
    assert one.token != other.token
