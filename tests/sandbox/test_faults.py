"""Each kind of fault as a client sees it: over the wire, with plain HTTP."""

import asyncio
import json
import time

import aiohttp
import pytest

from calcom_async.sandbox import RateLimit, Sandbox

NOW = "2026-04-06T08:00:00Z"


async def raw(talk, method, path, body=None, **headers):
    """Status, headers and bytes of an answer."""
    sent = {"Authorization": f"Bearer {talk.sandbox.api_key}", "cal-api-version": "2024-08-13", **headers}
    async with talk.session.request(method, f"{talk.sandbox.url}/{path}", json=body, headers=sent) as answer:
        return answer.status, answer.headers, await answer.read()


# --- answers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("bare", {"statusCode": 503, "message": "No"}),
        ("message", {"message": "No"}),
        ("oauth", {"error": "invalid_request", "error_description": "No"}),
    ],
)
async def test_errors_without_an_envelope(talk, shape, expected):
    talk.sandbox.faults.add({"kind": "status", "status": 503, "shape": shape, "message": "No"})
    reply = await talk("GET", "me")
    assert (reply.status, reply.body) == (503, expected)


@pytest.mark.parametrize(
    ("shape", "code", "details"),
    [
        (
            "normal",
            "ServiceUnavailableException",
            {"message": "No", "error": "Service Unavailable", "statusCode": 503},
        ),
        ("terse", "SERVICE_UNAVAILABLE", None),
        ("worded", "ServiceUnavailableException", "No"),
        ("keyed", "service_unavailable_error", {"message": "No", "error": "Service Unavailable", "statusCode": 503}),
    ],
)
async def test_errors_in_an_envelope(talk, shape, code, details):
    talk.sandbox.faults.add({"kind": "status", "status": 503, "shape": shape, "message": "No"})
    reply = await talk("GET", "me?x=1")
    assert {name: reply.body[name] for name in ("status", "path")} == {"status": "error", "path": "/v2/me?x=1"}
    assert reply.body["timestamp"].startswith("2026-04-06T08:00:0")
    assert reply.body["error"] == {"code": code, "message": "No", **({} if details is None else {"details": details})}
    assert ("statusCode" in reply.body) == (shape == "keyed")


async def test_validation_errors_echo_what_was_sent(talk):
    talk.sandbox.faults.add("status=400; shape=validation; message=Bad Request Exception")
    reply = await talk("PATCH", "me", {"name": "Ada"})
    (complaint,) = reply.body["error"]["details"]["errors"]
    assert complaint["property"] == "name"
    assert (complaint["target"], complaint["value"]) == ({"name": "Ada"}, "Ada")


async def test_errors_that_are_no_json(talk):
    talk.sandbox.faults.add("status=502; shape=html; first=1")
    talk.sandbox.faults.add("status=504; shape=empty; first=1")
    status, headers, body = await raw(talk, "GET", "me")
    assert (status, headers["Content-Type"], body[:15]) == (502, "text/html; charset=utf-8", b"<!DOCTYPE html>")
    assert (await raw(talk, "GET", "me"))[::2] == (504, b"")
    assert (await talk("GET", "me")).status == 200


async def test_a_success_that_says_error(talk):
    talk.sandbox.faults.add("status=200; shape=normal; message=Not really")
    reply = await talk("GET", "me")
    assert (reply.status, reply.body["status"], reply.message) == (200, "error", "Not really")


@pytest.mark.parametrize(
    ("body", "sent"), [(b"\x00raw", b"\x00raw"), ("<p>page</p>", b"<p>page</p>"), ({"a": 1}, b'{"a":1}')]
)
async def test_bodies_of_ones_own(talk, body, sent):
    talk.sandbox.faults.add({"kind": "status", "status": 418, "body": body, "headers": {"Retry-After": "7"}})
    status, headers, received = await raw(talk, "GET", "me")
    assert (status, headers["Retry-After"], received) == (418, "7", sent)


@pytest.mark.parametrize(("done", "bio"), [(False, ""), (True, "kept")])
async def test_an_error_may_come_after_the_work(talk, done, bio):
    talk.sandbox.faults.add({"kind": "status", "status": 500, "done": done, "method": "PATCH"})
    assert (await talk("PATCH", "me", {"bio": "kept"})).status == 500
    assert (await talk("GET", "me")).data["bio"] == bio


async def test_truncated_json_claims_to_be_whole(talk):
    whole = (await raw(talk, "GET", "teams"))[2]
    talk.sandbox.faults.add("truncated=0.25")
    status, headers, body = await raw(talk, "GET", "teams")
    assert status == 200
    assert body == whole[: len(whole) // 4]
    assert int(headers["Content-Length"]) == len(body)
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)


@pytest.mark.parametrize("garbage", ["text", "html", "empty", "encoding"])
async def test_malformed_answers_are_no_json(talk, garbage):
    talk.sandbox.faults.add({"kind": "malformed", "garbage": garbage})
    status, headers, body = await raw(talk, "GET", "me")
    assert status == 200
    assert ("html" in headers.get("Content-Type", "")) == (garbage == "html")
    with pytest.raises((json.JSONDecodeError, UnicodeDecodeError)):
        json.loads(body)
    assert (body == b"") == (garbage == "empty")


async def test_malformed_record_in_good_company(busy):
    good = await busy("GET", "bookings?take=3&sortCreated=asc")
    busy.sandbox.faults.add("malformed=record")
    bad = await busy("GET", "bookings?take=3&sortCreated=asc")
    assert bad.data[0]["start"] == {"unexpected": True}
    assert bad.data[0].keys() == good.data[0].keys()
    assert bad.data[1:] == good.data[1:]


# --- connections -----------------------------------------------------------------------------------------------------


async def test_reset_before_the_answer_does_nothing(talk):
    talk.sandbox.faults.add("reset=before; first=1")
    with pytest.raises(aiohttp.ClientError):
        await talk("PATCH", "me", {"bio": "lost"})
    assert (await talk("GET", "me")).data["bio"] == ""


async def test_reset_during_the_answer_lets_half_of_it_through(talk):
    whole = (await raw(talk, "GET", "teams"))[2]
    talk.sandbox.faults.add("reset=during; first=1")
    sent = {"Authorization": f"Bearer {talk.sandbox.api_key}", "cal-api-version": "2024-08-13"}
    received = bytearray()

    async def read(answer):
        async for chunk in answer.content.iter_any():
            received.extend(chunk)

    async with talk.session.get(f"{talk.sandbox.url}/teams", headers=sent) as answer:
        assert (answer.status, int(answer.headers["Content-Length"])) == (200, len(whole))
        with pytest.raises(aiohttp.ClientError):
            await read(answer)
    assert bytes(received) in (whole[: len(whole) // 2], b"")  # a reset may overtake what was sent


async def test_reset_after_the_answer_spoils_the_next_use_of_the_connection(sandbox):
    sandbox.faults.add("reset=after; first=1")
    host, _, port = sandbox.url.removeprefix("http://").removesuffix("/v2").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET /v2/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {sandbox.api_key}\r\n\r\n".encode())
    with pytest.raises(ConnectionResetError):
        await reader.read(-1)
    writer.close()
    assert sandbox.requests[-1].status == 200


async def test_lost_answers_of_writes_that_happened(talk):
    talk.sandbox.faults.add("lost; method=PATCH; first=1")
    talk.sandbox.faults.add("lost=524; method=PATCH; first=1")
    with pytest.raises(aiohttp.ClientError):
        await talk("PATCH", "me", {"bio": "one"})
    assert (await talk("GET", "me")).data["bio"] == "one"
    status, headers, body = await raw(talk, "PATCH", "me", {"bio": "two"})
    assert (status, b"524" in body, "CF-RAY" in headers) == (524, True, True)
    assert (await talk("GET", "me")).data["bio"] == "two"
    assert [seen.status for seen in talk.sandbox.requests] == [None, 200, 524, 200]


# --- time ------------------------------------------------------------------------------------------------------------


async def test_latency_fixed_and_at_random(session, talk_to):
    async def waits(seed):
        async with Sandbox(seed=seed, faults=["latency=0.02; up_to=0.06"]) as sandbox:
            talk, found = talk_to(sandbox, session), []
            for _ in range(4):
                started = time.perf_counter()
                await talk("GET", "me")
                found.append(time.perf_counter() - started)
            return found

    assert min(await waits(1)) >= 0.02
    async with Sandbox(faults=["latency=0.05"]) as sandbox:
        started = time.perf_counter()
        await talk_to(sandbox, session)("GET", "me")
        assert time.perf_counter() - started >= 0.05


async def test_stall_ends_in_a_proxys_page(talk):
    talk.sandbox.faults.add("stall=0.05; method=PATCH")
    started = time.perf_counter()
    status, _, body = await raw(talk, "PATCH", "me", {"bio": "done"})
    assert time.perf_counter() - started >= 0.05
    assert (status, b"524" in body) == (524, True)
    assert (await talk("GET", "me")).data["bio"] == "done"


async def test_stall_in_the_middle(talk):
    talk.sandbox.faults.add("stall=0.05; part=during")
    with pytest.raises(aiohttp.ClientError):
        await raw(talk, "GET", "me")


@pytest.mark.parametrize("part", ["before", "during"])
async def test_nobody_waits_for_a_stall_when_the_sandbox_stops(session, talk_to, part):
    sandbox = await Sandbox(faults=[f"stall=3600; part={part}"]).start()
    call = asyncio.ensure_future(raw(talk_to(sandbox, session), "GET", "me"))
    while not sandbox.requests:
        await asyncio.sleep(0.005)
    await asyncio.wait_for(sandbox.stop(), 5)
    done, _ = await asyncio.wait([call], timeout=5)
    assert done
    assert (call.exception() is not None) if part == "during" else (call.result()[0] == 524)


async def test_the_clock_jumps(talk):
    talk.sandbox.faults.add("clock=86400; first=1")
    assert (await talk("GET", "me")).headers["Date"].startswith("Tue, 07 Apr 2026")
    assert (await talk("GET", "me")).headers["Date"].startswith("Tue, 07 Apr 2026")


# --- limits ----------------------------------------------------------------------------------------------------------


async def test_a_limit_of_another_name_beside_the_own(session, talk_to):
    fault = {"kind": "rate_limit", "limit": 2, "window": 30, "block": 20, "name": "Verify", "path": "me"}
    async with Sandbox(now=NOW, faults=[fault], rate_limit=RateLimit(limit=50)) as sandbox:
        talk = talk_to(sandbox, session)
        replies = [await talk("GET", "me") for _ in range(3)]
        assert [each.status for each in replies] == [200, 200, 429]
        assert replies[2].body["error"]["code"] == "ThrottlerException"
        assert [each.headers["X-RateLimit-Remaining-Verify"] for each in replies] == ["1", "0", "0"]
        assert [each.headers["X-RateLimit-Reset-Verify"] for each in replies] == ["30", "30", "20"]
        assert replies[0].headers["X-RateLimit-Remaining-Default"] == "49"
        assert (await talk("GET", "me", user="member")).status == 200
        assert (await talk("GET", "teams")).status == 200
        sandbox.clock.advance(seconds=21)
        assert (await talk("GET", "me")).status == 200
        assert [each.kind for each in sandbox.faults.injected] == ["rate_limit"]


async def test_a_limit_in_place_of_the_own(session, talk_to):
    fault = "rate_limit=1; name=Own; instead=true; epoch=true; retry_after=true"
    async with Sandbox(now=NOW, faults=[fault]) as sandbox:
        talk = talk_to(sandbox, session)
        first, second = await talk("GET", "me"), await talk("GET", "me")
        assert "X-RateLimit-Limit-Default" not in first.headers
        assert int(first.headers["X-RateLimit-Reset-Own"]) > 1_700_000_000
        assert (second.status, second.headers["Retry-After"]) == (429, "60")


# --- the cursor list -------------------------------------------------------------------------------------------------


async def test_the_cursor_list_that_times_out(busy):
    busy.sandbox.faults.add("cursor=timeout; seconds=0.03")
    assert (await raw(busy, "GET", "bookings?limit=5", **{"cal-api-version": "2026-05-01"}))[0] == 524
    assert (await busy("GET", "bookings?take=5")).status == 200
    assert (await busy("GET", "me", version="2026-05-01")).status == 200


async def test_the_cursor_list_that_answers_by_offset(busy):
    busy.sandbox.faults.add("cursor=offset")
    reply = await busy("GET", "bookings?limit=5", version="2026-05-01")
    assert (len(reply.data), reply.body["pagination"]["totalItems"]) == (5, 60)
    assert "nextCursor" not in reply.body["pagination"]


# --- the header ------------------------------------------------------------------------------------------------------


async def test_a_request_brings_its_own_fault(talk):
    talk.sandbox.faults.add("status=500")
    fault = {"x-sandbox-fault": "status=409; shape=terse; message=Taken"}
    assert (await talk("GET", "me", headers=fault)).body["error"] == {"code": "CONFLICT", "message": "Taken"}
    assert (await talk("GET", "me", headers={"x-sandbox-fault": "latency=0"})).status == 200
    assert (await talk("GET", "me")).status == 500
    assert [(each.fault, each.kind) for each in talk.sandbox.faults.injected] == [
        (0, "status"),
        (0, "latency"),
        (1, "status"),
    ]


async def test_a_header_that_is_no_fault_says_so(talk):
    reply = await talk("PATCH", "me", {"bio": "x"}, headers={"x-sandbox-fault": "statsu=500"})
    assert reply.status == 400
    assert reply.message.startswith("x-sandbox-fault: a fault's kind is one of latency, rate_limit, status")
    assert (await talk("GET", "me")).data["bio"] == ""


async def test_the_log_of_requests_names_the_faults(talk):
    talk.sandbox.faults.add("latency=0")
    talk.sandbox.faults.add("status=503; first=1")
    await talk("GET", "me")
    await talk("GET", "me")
    assert [seen.faults for seen in talk.sandbox.requests] == [("latency", "status"), ("latency",)]
