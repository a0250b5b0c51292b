"""The sandbox's own switches over HTTP, as any language can turn them."""

import contextlib
import io
import json

import aiohttp
import pytest

from calcom_async.sandbox import Sandbox

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def switch(talk):
    async def turn(method, path, content=None, headers=JSON):
        url = talk.sandbox.url.removesuffix("/v2") + f"/_sandbox/{path}"
        data = content if isinstance(content, bytes | io.BytesIO | None) else json.dumps(content).encode()
        async with talk.session.request(method, url, data=data, headers=headers) as answer:
            return answer.status, await answer.json()

    return turn


async def test_adds_lists_and_removes_faults(talk, switch):
    assert await switch("POST", "faults", {"kind": "status", "status": 503, "first": 1}) == (201, {"added": [1]})
    assert await switch("POST", "faults", ["latency=0", "reset; path=teams"]) == (201, {"added": [2, 3]})
    assert (await talk("GET", "me")).status == 503
    assert (await talk("GET", "me")).status == 200
    status, listed = await switch("GET", "faults")
    assert status == 200
    assert listed["faults"] == [
        {"number": 1, "kind": "status", "status": 503, "first": 1},
        {"number": 2, "kind": "latency", "seconds": 0.0},
        {"number": 3, "kind": "reset", "path": "teams"},
    ]
    assert [(each["fault"], each["kind"], each["method"], each["path"]) for each in listed["injected"]] == [
        (1, "status", "GET", "/me"),
        (2, "latency", "GET", "/me"),
    ]
    assert [each["number"] for each in (await switch("DELETE", "faults/2"))[1]["faults"]] == [1, 3]
    assert await switch("DELETE", "faults/2") == (404, {"message": "there is no fault 2"})
    assert (await switch("DELETE", "faults"))[1]["faults"] == []


async def test_tells_and_moves_the_time(talk, switch):
    assert (await switch("GET", "clock"))[1]["now"].startswith("2026-04-06T08:00:0")
    status, told = await switch("POST", "clock", {"seconds": 86400})
    assert (status, told["now"][:16]) == (200, "2026-04-07T08:00")
    assert (await talk("GET", "me")).headers["Date"].startswith("Tue, 07 Apr 2026")


async def test_tells_what_was_asked_and_does_not_count_itself(talk, switch):
    await talk("PATCH", "me", {"bio": "b"})
    await switch("GET", "clock")
    (seen,) = (await switch("GET", "requests"))[1]["requests"]
    assert (seen["method"], seen["path"], seen["body"], seen["status"]) == ("PATCH", "/v2/me", {"bio": "b"}, 200)
    assert talk.sandbox.api_key not in json.dumps(seen)


@pytest.mark.parametrize(
    ("method", "path", "content", "headers", "status", "message"),
    [
        ("POST", "faults", {"kind": "boom"}, JSON, 400, "a fault's kind is one of"),
        ("POST", "faults", ["status=500", "boom"], JSON, 400, "a fault's kind is one of"),
        ("POST", "faults", b"{", JSON, 400, "not JSON"),
        ("POST", "faults", b"{}", {"Content-Type": "text/plain"}, 415, "application/json"),
        ("POST", "clock", {"seconds": "1"}, JSON, 400, "a number"),
        ("GET", "weather", None, JSON, 404, "no such switch"),
        ("PUT", "faults", None, JSON, 404, "no such switch"),
        ("DELETE", "faults/x", None, JSON, 404, "no such switch"),
    ],
)
async def test_refuses_what_it_does_not_know(talk, switch, method, path, content, headers, status, message):
    found, told = await switch(method, path, content, headers)
    assert (found, message in told["message"]) == (status, True)
    assert len(talk.sandbox.faults) == 0  # of several faults, either all are planned or none


async def test_faults_do_not_reach_the_switches(switch, talk):
    talk.sandbox.faults.add("status=500")
    assert (await switch("GET", "faults"))[0] == 200


def test_from_another_thread():
    with Sandbox(faults=["status=500; first=1"]) as sandbox:
        sandbox.faults.add("status=501; first=1")
        assert len(sandbox.faults) == 2


async def test_large_bodies_are_refused(switch):
    with contextlib.suppress(aiohttp.ClientError):  # refused before it was sent whole
        assert (await switch("POST", "faults", io.BytesIO(b" " * 2_000_000)))[0] == 413
