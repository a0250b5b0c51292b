"""What is sent again and what is not, on real connections that break in every way."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime

import aiohttp
import pytest
from aiohttp import web
from loopback import Loopback, RawServer, answer, error, raw

from calcom_async import (
    AmbiguousWriteError,
    APIConnectionError,
    APITimeoutError,
    AsyncCalCom,
    BadRequestError,
    CalComError,
    Limiter,
    NotFoundError,
    RateLimitError,
    ServerError,
)
from calcom_async.core.telemetry import Event, RetryScheduled


def client(url: str, **options: object) -> AsyncCalCom:
    cal = AsyncCalCom("cal_test_retries", base_url=url, limiter=Limiter(None), **options)  # type: ignore[arg-type]
    cal._channel.transport._jitter = lambda: 0.0  # no waiting but what the server asks for
    return cal


def script(answers: Iterable[web.StreamResponse]) -> Loopback:
    left = iter(list(answers))

    async def handler(_: web.BaseRequest) -> web.StreamResponse:
        return next(left)

    return Loopback(handler)


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 520, 524])
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
async def test_what_may_pass_is_tried_again(status: int, method: str) -> None:
    async with script([error(status), error(status), answer({"id": 1})]) as server, client(server.url) as cal:
        assert (await cal.request(method, "me"))["data"] == {"id": 1}
    assert len(server.seen) == 3


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_a_post_that_may_have_happened_is_not(status: int) -> None:
    async with script([error(status)]) as server, client(server.url) as cal:
        with pytest.raises(ServerError):
            await cal.request("POST", "bookings", json={})
    assert len(server.seen) == 1


async def test_a_post_that_is_a_read_in_disguise_is() -> None:
    async with script([error(500), answer({"id": 1})]) as server, client(server.url) as cal:
        assert (await cal.request("POST", "insights", json={"a": 1}, safe=True))["data"] == {"id": 1}
    assert [seen.json for seen in server.seen] == [{"a": 1}, {"a": 1}]


async def test_a_bad_request_is_reported_at_once() -> None:
    async with script([error(400, "take must be at most 250")]) as server, client(server.url) as cal:
        with pytest.raises(BadRequestError, match="at most 250"):
            await cal.request("GET", "bookings")
    assert len(server.seen) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "0.2"},
        {"X-RateLimit-Limit-Default": "120", "X-RateLimit-Remaining-Default": "0", "X-RateLimit-Reset-Default": "0.2"},
    ],
)
async def test_a_429_is_waited_out_for_reads_and_writes(method: str, headers: dict[str, str]) -> None:
    async with script([error(429, headers=headers), answer({"id": 1})]) as server, client(server.url) as cal:
        began = time.monotonic()
        assert (await cal.request(method, "bookings", json={}))["data"] == {"id": 1}
    assert 0.2 <= time.monotonic() - began < 30
    assert len(server.seen) == 2


async def test_a_retry_after_as_a_date() -> None:
    now = datetime.now(UTC)
    headers = {
        "Retry-After": format_datetime(datetime.fromtimestamp(now.timestamp() + 1, UTC), usegmt=True),
        "Date": format_datetime(now, usegmt=True),
    }
    async with script([error(503, headers=headers), answer({})]) as server, client(server.url) as cal:
        began = time.monotonic()
        await cal.request("GET", "me")
    assert 0.9 <= time.monotonic() - began < 30


async def test_a_429_beyond_the_budget_is_raised_with_its_wait() -> None:
    headers = {"Retry-After": "9"}
    async with script([error(429, "slow down", headers=headers)]) as server, client(server.url, retry_budget=5) as cal:
        with pytest.raises(RateLimitError, match="slow down") as caught:
            await cal.request("GET", "me")
    assert caught.value.retry_after == 9.0
    assert len(server.seen) == 1


@pytest.mark.parametrize(("options", "tries"), [({}, 4), ({"max_retries": 1}, 2), ({"max_retries": 0}, 1)])
async def test_so_many_tries_and_no_more(options: dict[str, int], tries: int) -> None:
    async with script([error(500, str(n)) for n in range(9)]) as server, client(server.url) as cal:
        with pytest.raises(ServerError, match=f"500 {tries - 1}"):
            await cal.with_options(**options).request("GET", "me")  # type: ignore[arg-type]
    assert len(server.seen) == tries


@pytest.mark.parametrize(
    "body",
    [b'{"status":"success","data":[{"id":1},{"id', b'{"status":"success","data":[{"id":1}', b"<html>", b"[1", b"nul"],
)
async def test_an_answer_that_broke_off_is_read_again(body: bytes) -> None:
    async with script([raw(body), answer({"id": 1})]) as server, client(server.url) as cal:
        assert (await cal.request("GET", "me"))["data"] == {"id": 1}
    assert len(server.seen) == 2


async def test_nor_is_a_long_one_taken_for_whole() -> None:
    body = json.dumps({"data": [{"id": n} for n in range(5000)]}).encode()
    async with script([raw(body[:30_000]), raw(body)]) as server, client(server.url) as cal:
        assert len((await cal.request("GET", "me"))["data"]) == 5000
    assert len(server.seen) == 2


async def test_a_write_whose_answer_broke_off_is_ambiguous() -> None:
    async with script([raw(b'{"status":"suc', status=201)]) as server, client(server.url) as cal:
        with pytest.raises(AmbiguousWriteError, match=r"POST /bookings may have happened.*not sent again"):
            await cal.request("POST", "bookings", json={})
    assert len(server.seen) == 1


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    sock: socket.socket = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    writer.transport.abort()


async def break_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"data":')
    await writer.drain()


async def stammer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/9.9 what\r\n\r\n")
    await writer.drain()


async def sleep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


BROKEN = [hang_up, reset, break_off, stammer]


@pytest.mark.parametrize("how", BROKEN)
async def test_a_read_over_a_broken_connection_is_tried_again_then_reported(how: object) -> None:
    async with RawServer(how) as server, client(server.url, max_retries=2) as cal:  # type: ignore[arg-type]
        with pytest.raises(APIConnectionError) as caught:
            await cal.request("GET", "me")
    assert server.connections >= 3
    assert not isinstance(caught.value, AmbiguousWriteError)
    assert (caught.value.method, caught.value.path, caught.value.may_have_happened) == ("GET", "/me", True)
    assert caught.value.__context__ is None, "aiohttp's error holds the request, and does not pickle"


@pytest.mark.parametrize("how", BROKEN)
async def test_a_post_over_a_broken_connection_is_ambiguous_and_sent_once(how: object) -> None:
    async with RawServer(how) as server, client(server.url) as cal:  # type: ignore[arg-type]
        with pytest.raises(AmbiguousWriteError) as caught:
            await cal.request("POST", "bookings", json={"a": 1})
    assert server.connections == 1
    assert isinstance(caught.value.__cause__, APIConnectionError)


@pytest.mark.parametrize(("method", "expected"), [("GET", APITimeoutError), ("POST", AmbiguousWriteError)])
async def test_no_answer_in_time(method: str, expected: type[CalComError]) -> None:
    async with RawServer(sleep) as server, client(server.url, timeout=0.1, max_retries=1) as cal:
        began = time.monotonic()
        with pytest.raises(expected, match=r"no answer within 0.1 s"):
            await cal.request(method, "me")
        assert time.monotonic() - began < 30
    assert server.connections == (2 if method == "GET" else 1)


async def test_the_timeout_of_one_call() -> None:
    async with RawServer(sleep) as server, client(server.url, max_retries=0) as cal:
        with pytest.raises(TimeoutError, match=r"within 0.05 s"):
            await cal.with_options(timeout=0.05).request("GET", "me")


async def test_a_connection_that_is_never_made() -> None:
    blocked = socket.socket()
    blocked.bind(("127.0.0.1", 0))
    blocked.listen(0)
    others = [socket.socket() for _ in range(4)]
    for other in others:  # fill the queue, so that nobody else gets in
        other.setblocking(False)
        other.connect_ex(blocked.getsockname())
    url = f"http://127.0.0.1:{blocked.getsockname()[1]}/v2"
    try:
        async with client(url, connect_timeout=0.2, max_retries=1) as cal:
            with pytest.raises(APITimeoutError, match=r"no connection within 0.2 s") as caught:
                await cal.request("POST", "bookings", json={})
        assert caught.value.may_have_happened is False
    finally:
        for each in (blocked, *others):
            each.close()


async def test_a_refused_connection_is_tried_again_for_writes_too() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    events: list[Event] = []
    async with client(f"http://127.0.0.1:{port}/v2", hooks=[events.append]) as cal:
        with pytest.raises(APIConnectionError, match="refused or unreachable") as caught:
            await cal.request("POST", "bookings", json={})
    assert type(caught.value) is APIConnectionError
    assert caught.value.may_have_happened is False
    retries = [event for event in events if isinstance(event, RetryScheduled)]
    assert [(event.attempt, event.status) for event in retries] == [(0, None), (1, None), (2, None)]


async def test_a_name_that_is_none() -> None:
    async with client("https://cal.invalid/v2", max_retries=0) as cal:
        with pytest.raises(APIConnectionError, match="can't be resolved"):
            await cal.request("GET", "me")


async def test_a_delete_that_finds_nothing_on_the_second_try_says_why() -> None:
    async with script([error(502), error(404, "not found")]) as server, client(server.url) as cal:
        with pytest.raises(NotFoundError, match="it may be this call that deleted it"):
            await cal.request("DELETE", "webhooks/1")


async def test_but_not_after_a_429_which_deletes_nothing() -> None:
    refused = error(429, headers={"Retry-After": "0"})
    async with script([refused, error(404, "not found")]) as server, client(server.url) as cal:
        with pytest.raises(NotFoundError) as caught:
            await cal.request("DELETE", "webhooks/1")
    assert caught.value.hint is None


async def test_a_success_that_says_error_is_one() -> None:
    body = {"status": "error", "error": {"code": "X", "message": "half done"}}
    async with script([raw(body)]) as server, client(server.url) as cal:
        with pytest.raises(CalComError, match="200 half done"):
            await cal.request("GET", "me")


async def test_cancelling_a_call_ends_it_and_frees_its_place() -> None:
    async with RawServer(sleep) as server, client(server.url, max_connections=1) as cal:
        task = asyncio.create_task(cal.request("GET", "me"))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        places = cal._channel.transport._places
        assert places is not None
        assert places.taken == 0


async def test_no_failure_of_aiohttp_gets_out() -> None:
    """Whatever breaks, one `except CalComError` is enough."""
    for how in BROKEN:
        async with RawServer(how) as server, client(server.url, max_retries=0) as cal:  # type: ignore[arg-type]
            with pytest.raises(CalComError) as caught:
                await cal.request("GET", "me")
        assert not isinstance(caught.value, aiohttp.ClientError)
        assert "127.0.0.1" not in str(caught.value)


async def test_a_kept_alive_connection_that_closes_is_not_retried_behind_our_back() -> None:
    requests = 0

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal requests
        await reader.readuntil(b"\r\n\r\n")
        requests += 1
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"data": 1}')
        await writer.drain()
        await reader.readuntil(b"\r\n\r\n")
        requests += 1  # the second request on this connection is read, and never answered

    async with RawServer(once) as server, client(server.url, max_retries=0) as cal:
        assert await cal.request("GET", "me") == {"data": 1}
        with pytest.raises(APIConnectionError):
            await cal.request("GET", "me")
    assert requests == 2
