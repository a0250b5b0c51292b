"""A server that means harm, or is broken beyond measure: bounded memory, bounded time, and always an error of ours."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import time

import pytest

from calcom_async import (
    AmbiguousWriteError,
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AsyncCalCom,
    CalComError,
    ConfigurationError,
    DecodeError,
    Limiter,
    PaginationError,
)
from tests.core.loopback import Loopback, RawServer, answer, raw
from tests.reliability.attacks import (
    JSON,
    MIB,
    Attack,
    answering,
    bomb,
    endless_headers,
    endless_interim_answers,
    loris,
    many_members,
    one_endless_header,
    saying,
    zeros,
)
from tests.reliability.measure import PEAK, peak_memory

FULL = os.environ.get("CALCOM_CHAOS") == "full"
HUGE = (1024 if FULL else 32) * MIB
LIMIT = (64 if FULL else 4) * MIB
OK = b"HTTP/1.1 200 OK\r\n"


def client(url: str, **options: object) -> AsyncCalCom:
    cal = AsyncCalCom("cal_test_hostile", base_url=url, limiter=Limiter(None), **options)  # type: ignore[arg-type]
    cal._channel.transport._jitter = lambda: 0.0
    return cal


TOO_LARGE: dict[str, Attack] = {
    "zeros until it closes": zeros(HUGE),
    "zeros as announced": zeros(HUGE, declared=True),
    "zeros in chunks": zeros(HUGE, chunked=True),
    "zeros of an error": zeros(HUGE, status="500 Internal Server Error"),
    "zeros of a redirect": zeros(HUGE, status="302 Found\r\nLocation: /v2/me"),
    "gzip that unpacks to far more": bomb(HUGE),
    "deflate that unpacks to far more": bomb(HUGE, "deflate"),
}


@pytest.mark.parametrize("attack", TOO_LARGE.values(), ids=TOO_LARGE)
async def test_an_answer_without_end_is_refused_with_bounded_memory(attack: Attack) -> None:
    async with RawServer(attack) as server, client(server.url, max_answer_size=LIMIT) as cal:
        with peak_memory() as memory, pytest.raises(DecodeError, match="larger than"):
            await cal.me.get()
    print(f"{HUGE >> 20} MiB sent, {memory[PEAK] >> 20} MiB at most held; limit {LIMIT >> 20}")
    assert server.connections == 1  # the next answer would be as large
    assert memory[PEAK] < LIMIT + 12 * MIB  # the server of this test is among that


async def test_a_write_whose_answer_is_too_large_may_have_happened() -> None:
    async with RawServer(zeros(8 * MIB)) as server, client(server.url, max_answer_size=MIB) as cal:
        with pytest.raises(AmbiguousWriteError, match="larger than 1,048,576 bytes"):
            await cal.request("POST", "bookings", json={})
    assert server.connections == 1


async def test_an_answer_of_just_the_limit_is_read() -> None:
    body = json.dumps({"data": {"name": "x" * 1000}}).encode()
    async with RawServer(answering(body)) as server:
        async with client(server.url, max_answer_size=len(body)) as cal:
            assert len((await cal.request("GET", "me"))["data"]["name"]) == 1000
        async with client(server.url).with_options(max_answer_size=len(body) - 1) as cal:
            with pytest.raises(DecodeError, match="larger"):
                await cal.request("GET", "me")


def test_the_limit_is_a_number_of_bytes() -> None:
    with pytest.raises(ConfigurationError, match="max_answer_size"):
        AsyncCalCom("cal_x", max_answer_size=0)
    assert AsyncCalCom("cal_x")._channel.options.max_answer_size == 64 * MIB


CHUNKED = OK + JSON + b"Transfer-Encoding: chunked\r\n\r\n"
BROKEN: dict[str, Attack] = {
    "endless headers": endless_headers,
    "one endless header": one_endless_header,
    "no HTTP": saying(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
    "TLS": saying(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64)),
    "a status that is no number": saying(b"HTTP/1.1 OK fine\r\n\r\n"),
    "a status beyond all": saying(b"HTTP/1.1 99999 No\r\n\r\n"),
    "a header without a colon": saying(OK + b"nonsense\r\n\r\n{}"),
    "NUL in a header": saying(OK + b"X-Y: a\0b\r\nContent-Length: 2\r\n\r\n{}"),
    "nothing at all": saying(b""),
    "half a status line": saying(b"HTTP/1."),
    "a length that is no number": saying(OK + JSON + b"Content-Length: many\r\n\r\n{}"),
    "a negative length": saying(OK + JSON + b"Content-Length: -5\r\n\r\n{}"),
    "two lengths": saying(OK + JSON + b"Content-Length: 2\r\nContent-Length: 7\r\n\r\n{}     "),
    "a length too large": saying(OK + JSON + b"Content-Length: 100\r\n\r\n{}"),
    "a length too small": saying(OK + JSON + b'Content-Length: 5\r\n\r\n{"data": {"id": 1}}'),
    "a length of 10^30": saying(OK + JSON + b"Content-Length: 1%s\r\n\r\n{}" % (b"0" * 30)),
    "chunks that are none": saying(CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n"),
    "a chunk of negative size": saying(CHUNKED + b"-1\r\n{}\r\n0\r\n\r\n"),
    "a chunk of endless size": saying(CHUNKED + b"f" * 5000),
    "chunks that break off": saying(CHUNKED + b"10\r\n{}"),
    "a chunk longer than it says": saying(CHUNKED + b'2\r\n{"data": 1}\r\n0\r\n\r\n'),
    "length and chunks": saying(OK + JSON + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    "gzip that is none": answering(b'{"data": {}}', headers=JSON + b"Content-Encoding: gzip\r\n"),
    "gzip that breaks off": answering(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\x05", headers=JSON + b"Content-Encoding: gzip\r\n"),
    "deflate that is none": answering(b"\xff\xff\xff\xff", headers=JSON + b"Content-Encoding: deflate\r\n"),
    "br that is none": answering(b"\xff\xff\xff\xff", headers=JSON + b"Content-Encoding: br\r\n"),
    "zstd that is none": answering(b"\xff\xff\xff\xff", headers=JSON + b"Content-Encoding: zstd\r\n"),
    "an encoding nobody knows": answering(b"\x00\x01\x02", headers=JSON + b"Content-Encoding: secret\r\n"),
    "ten thousand gzip members": many_members(10_000),
    "lists in lists in lists": answering(b"[" * 100_000 + b"]" * 100_000),
    "objects in objects": answering(b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "short but deep": answering(b"[" * 4000 + b"]" * 4000),
    "an error, deep": answering(b'{"error":' * 50_000 + b"1" + b"}" * 50_000, status="400 Bad Request"),
    "an error, less deep": answering(b'{"error":{"details":' + b"[" * 900 + b"]" * 900 + b"}}", status="400 Bad Request"),
    "a number of 100,000 digits": answering(b'{"data": {"id": 1%s}}' % (b"0" * 100_000)),
    "a number out of this world": answering(b'{"data": {"id": 1e999999}}'),
    "NaN": answering(b'{"data": {"id": NaN}}'),
    "half a character": answering(b'{"data": {"username": "\\ud800"}}'),
    "bytes that are no UTF-8": answering(b'{"data": {"username": "\xff\xfe"}}'),
    "a byte order mark": answering(b'\xef\xbb\xbf{"data": {"id": 1}}'),
    "UTF-16": answering('{"data": {"id": 1}}'.encode("utf-16")),
    "a picture": answering(b"\x89PNG\r\n\x1a\n" + bytes(100), headers=b"Content-Type: image/png\r\n"),
    "HTML": answering(b"<html><title>Log in</title></html>", headers=b"Content-Type: text/html\r\n"),
    "a charset that is none": answering(b"\xff{}", headers=b"Content-Type: application/json; charset=klingon\r\n"),
    "null": answering(b"null"),
    "a list": answering(b"[1, 2]"),
    "data of another kind": answering(b'{"status": "success", "data": 7}'),
    "data that is a list": answering(b'{"status": "success", "data": [[]]}'),
    "error of another kind": answering(b'{"status": "error", "error": [7, {"a": null}]}', status="418 I'm a teapot"),
    "a success that says error": answering(b'{"status": "error", "error": {"message": 5, "code": {}}}'),
    "a protocol that was not asked for": saying(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nzz"),
    "HTTP/9": saying(b"HTTP/9.9 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
    "a redirect to nowhere": answering(b"", status="302 Found", headers=b"Location: http://[\r\n"),
    "a redirect to port 99999": answering(b"", status="302 Found", headers=b"Location: http://127.0.0.1:99999/\r\n"),
    "a redirect without a target": answering(b"", status="302 Found"),
    "a redirect to itself": answering(b"", status="307 Temporary Redirect", headers=b"Location: /v2/me\r\n"),
    "a redirect to a file": answering(b"", status="302 Found", headers=b"Location: file:///etc/passwd\r\n"),
    "a redirect to javascript": answering(b"", status="302 Found", headers=b"Location: javascript:alert(1)\r\n"),
    "a redirect with control characters": answering(b"", status="302 Found", headers=b"Location: /v2/\x01me\r\n"),
    "a redirect that is no text": answering(b"", status="302 Found", headers=b"Location: /v2/\xff\xfe\r\n"),
}  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("attack", BROKEN.values(), ids=BROKEN)
async def test_whatever_comes_is_an_error_of_ours(attack: Attack, method: str) -> None:
    async with RawServer(attack) as server, client(server.url, timeout=5, max_answer_size=4 * MIB) as cal:
        call = cal.me.get() if method == "GET" else cal.schedules.create(name="S", time_zone="UTC", is_default=False)
        with pytest.raises(CalComError) as caught:
            await call
    assert str(caught.value).encode()
    if method == "POST" and isinstance(caught.value, APIConnectionError):
        assert isinstance(caught.value, AmbiguousWriteError)
        assert server.connections == 1


@pytest.mark.parametrize(
    "attack",
    [loris(0.05), loris(0.05, head=OK + JSON + b"\r\n"), endless_interim_answers, saying(b"", then=30)],
    ids=["byte by byte", "a body byte by byte", "interim answers for ever", "silence"],
)
async def test_a_server_that_dawdles_is_given_up_in_time(attack: Attack) -> None:
    async with RawServer(attack) as server, client(server.url, timeout=0.4, max_retries=1) as cal:
        started = time.monotonic()
        with pytest.raises(APITimeoutError):
            await cal.me.get()
        assert time.monotonic() - started < 10
    assert server.connections == 2


@pytest.mark.parametrize("scheme", ["http", "https", "ftp"])
async def test_no_redirect_leads_the_key_elsewhere(scheme: str) -> None:
    stolen: list[bytes] = []

    async def steal(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        stolen.append(await reader.read(4096))

    async with RawServer(steal) as thief:
        target = thief.url.replace("http", scheme, 1).encode()
        redirect = answering(
            b"", status="307 Temporary Redirect", headers=b"Connection: close\r\nLocation: %s\r\n" % target
        )
        async with RawServer(redirect) as server, client(server.url) as cal:
            for method in ("GET", "POST"):
                with pytest.raises(ConfigurationError, match="another origin"):
                    await cal.request(method, "me")
    assert stolen == []


async def test_what_a_server_says_can_not_paint_on_a_terminal() -> None:
    body = json.dumps({"error": {"message": "\x1b[2Jgone\x07\x9b31m", "code": "A\x1b]0;title\x07"}}).encode()
    headers = JSON + b"X-Request-Id: \x1b[31m\xff\xferid\r\n"
    for given in (JSON, headers):
        async with (
            RawServer(answering(body, status="400 Bad Request", headers=given)) as server,
            client(server.url) as cal,
        ):
            with pytest.raises(CalComError) as caught:
                await cal.me.get()
        assert str(caught.value).encode()
        assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in str(caught.value))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-RateLimit-Limit-Default": "120", "X-RateLimit-Remaining-Default": "0", "X-RateLimit-Reset-Default": "9e14"}, 200),
        ({"X-RateLimit-Limit-Default": "1", "X-RateLimit-Remaining-Default": "0", "X-RateLimit-Reset-Default": "99999999"}, 200),
        ({"X-RateLimit-Limit-Default": "nan", "X-RateLimit-Remaining-Default": "-1", "X-RateLimit-Reset-Default": "inf"}, 200),
        ({"Retry-After": "900000000"}, 429),
        ({"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}, 429),
        ({"Retry-After": "-1e400"}, 429),
        ({"Retry-After": "Thu, 99 Nix 99999 99:99:99 XXX"}, 503),
    ],
)  # fmt: skip
async def test_no_header_holds_calls_back_for_ever(headers: dict[str, str], status: int) -> None:
    async def handler(_: object) -> object:
        return answer({"id": 1}, status=status, headers=headers)

    limiter = Limiter()
    async with (
        Loopback(handler) as server,  # type: ignore[arg-type]
        AsyncCalCom("cal_x", base_url=server.url, limiter=limiter, max_retries=0) as cal,
    ):
        with contextlib.suppress(APIStatusError):
            await cal.request("GET", "me")
        assert limiter.delay() <= 86_400 + 1


# --- lists that lie ---------------------------------------------------------------------------------------------------


BOOKING = {
    "uid": "uid", "status": "accepted", "start": "2026-12-01T09:00:00Z", "end": "2026-12-01T09:30:00Z", "title": "T",
    "createdAt": "2026-11-01T09:00:00Z", "updatedAt": "2026-11-01T09:00:00Z", "duration": 30,
}  # fmt: skip


def paged(*pages: object) -> Loopback:
    """Gives these pages, the last one again and again."""
    left = list(pages)

    async def handler(_: object) -> object:
        return raw(left.pop(0) if len(left) > 1 else left[0])

    return Loopback(handler)  # type: ignore[arg-type]


def page(numbers: range, **pagination: object) -> dict[str, object]:
    return {"status": "success", "data": [{**BOOKING, "id": n} for n in numbers], "pagination": pagination}


@pytest.mark.parametrize(
    ("pages", "version"),
    [
        ([page(range(2), nextCursor="a", hasMore=True)], "2026-05-01"),
        ([page(range(2), nextCursor="a", hasMore=True), page(range(2, 4), nextCursor="b", hasMore=True), page(range(4, 6), nextCursor="a", hasMore=True)], "2026-05-01"),
        ([page(range(2), totalItems=10**9, hasNextPage=True)], "2024-08-13"),
    ],
    ids=["one cursor for ever", "cursors in a circle", "one page for ever"],
)  # fmt: skip
async def test_a_list_in_a_circle_ends_in_an_error_with_its_position(pages: list[object], version: str) -> None:
    async with paged(*pages) as server, client(server.url) as cal:
        got: list[int] = []

        async def walk() -> None:
            async for each in cal.bookings.list(page_size=2, api_version=version):
                got.append(each.id)

        with pytest.raises(PaginationError) as caught:
            await walk()
    assert caught.value.position is not None
    assert got == sorted(set(got))


@pytest.mark.parametrize(
    "pagination",
    [
        {"totalItems": -5, "hasNextPage": False}, {"totalItems": -5}, {"totalItems": "many", "hasNextPage": "perhaps"},
        {"totalItems": 10**400, "hasNextPage": False}, {"nextCursor": {}, "hasMore": []}, {"nextCursor": ""},
        {"totalItems": 1.5, "hasNextPage": None}, {"totalItems": True},
    ],
    ids=str,
)  # fmt: skip
async def test_nonsense_about_a_page_loses_no_item_of_it(pagination: dict[str, object]) -> None:
    async with paged(page(range(2), **pagination)) as server, client(server.url) as cal:
        pager = cal.bookings.list(page_size=50)
        try:
            assert [each.id for each in await pager.collect()] == [0, 1]
        except DecodeError:  # a number that no JSON reader takes
            assert pagination["totalItems"] == 10**400
        assert pager.total is None or pager.total >= 0
