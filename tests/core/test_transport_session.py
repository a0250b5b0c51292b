"""The pool of connections: one loop, other people's sessions, closing, and clients that nobody closes."""

from __future__ import annotations

import asyncio
import gc
import os
import ssl
import subprocess
import sys
import textwrap
import warnings
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from loopback import Loopback, ThreadedLoopback, answer, error

from calcom_async import APIConnectionError, AsyncCalCom, ConfigurationError, Limiter, NotFoundError


async def fine(_: web.BaseRequest) -> web.StreamResponse:
    return answer({"id": 1})


def client(url: str, **options: object) -> AsyncCalCom:
    return AsyncCalCom("cal_test_session", base_url=url, limiter=Limiter(None), **options)  # type: ignore[arg-type]


async def test_what_every_request_carries() -> None:
    async with Loopback(fine) as server, client(server.url) as cal:
        assert await cal.request("GET", "me") == {"status": "success", "data": {"id": 1}}
        await cal.request("POST", "bookings", json={"start": None}, api_version="2024-08-13")
    read, written = server.seen
    assert read.headers["authorization"] == "Bearer cal_test_session"
    assert read.headers["accept"] == "application/json"
    assert read.headers["user-agent"].startswith("calcom-async/")
    assert "content-type" not in read.headers
    assert "cal-api-version" not in read.headers
    assert "cookie" not in read.headers
    assert written.headers["content-type"] == "application/json"
    assert written.headers["cal-api-version"] == "2024-08-13"
    assert written.body == b'{"start":null}'


async def test_all_calls_share_one_pool_of_connections() -> None:
    peers = set()

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        assert request.transport is not None
        peers.add(request.transport.get_extra_info("peername"))
        return answer({})

    async with Loopback(handler) as server, client(server.url) as cal:
        for _ in range(5):
            await cal.request("GET", "me")
            await cal.with_options(timeout=5).request("GET", "me")
    assert len(peers) == 1


async def test_no_more_calls_at_once_than_connections_allowed() -> None:
    busy = most = 0

    async def handler(_: web.BaseRequest) -> web.StreamResponse:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0.01)
        busy -= 1
        return answer({})

    async with Loopback(handler) as server, client(server.url, max_connections=3) as cal:
        await asyncio.gather(*(cal.request("GET", "me") for _ in range(12)))
    assert most == 3


def test_from_another_loop_the_error_says_what_to_do() -> None:
    async def scenario() -> AsyncCalCom:
        async with Loopback(fine) as server:
            cal = client(server.url)
            await cal.request("GET", "me")
            return cal

    async def elsewhere(cal: AsyncCalCom) -> None:
        with pytest.raises(ConfigurationError, match="belongs to another event loop"):
            await cal.request("GET", "me")
        await cal.close()

    cal = asyncio.run(scenario())
    asyncio.run(elsewhere(cal))


async def test_closing_twice_is_fine_and_a_closed_client_says_so() -> None:
    async with Loopback(fine) as server:
        cal = client(server.url)
        await cal.request("GET", "me")
        await cal.close()
        await cal.close()
        with pytest.raises(ConfigurationError, match="client is closed"):
            await cal.request("GET", "me")
        unused = client(server.url)
        await unused.close()


async def test_a_session_of_the_callers_is_used_and_never_closed() -> None:
    session = aiohttp.ClientSession(headers={"X-Mine": "yes"}, raise_for_status=True)
    async with Loopback(fine) as server, session:
        async with client(server.url, session=session) as cal:
            await cal.request("GET", "me")
        assert not session.closed
        async with session.get(f"{server.url}/me") as still:
            assert still.status == 200
    assert server.seen[0].headers["x-mine"] == "yes"
    assert server.seen[0].headers["authorization"] == "Bearer cal_test_session"


async def test_a_session_that_raises_by_itself_does_not_hide_calcoms_errors() -> None:
    async def handler(_: web.BaseRequest) -> web.StreamResponse:
        return error(404, "no such booking")

    async with aiohttp.ClientSession(raise_for_status=True) as session, Loopback(handler) as server:
        with pytest.raises(NotFoundError, match="no such booking"):
            await client(server.url, session=session).request("GET", "bookings/x")


async def test_a_session_that_was_closed_is_named() -> None:
    async with aiohttp.ClientSession() as session:
        cal = client("http://127.0.0.1:9/v2", session=session)
    with pytest.raises(ConfigurationError, match="session= of this client was closed"):
        await cal.request("GET", "me")


async def test_a_proxy_is_used() -> None:
    async with Loopback(fine) as proxy, client("http://127.0.0.1:9/v2", proxy=proxy.origin) as cal:
        assert await cal.request("GET", "me") == {"status": "success", "data": {"id": 1}}
    assert proxy.seen[0].path == "http://127.0.0.1:9/v2/me"


async def test_a_handshake_that_fails_is_no_reason_to_try_again() -> None:
    async with Loopback(fine) as server:
        cal = client(server.url.replace("http:", "https:"), ssl_context=ssl.create_default_context())
        async with cal:
            with pytest.raises(
                ConfigurationError, match="did not agree on TLS; check that it speaks https at this address"
            ):
                await cal.request("GET", "me")


async def test_a_client_that_nobody_closes_leaves_no_warning() -> None:
    async with Loopback(fine) as server:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            cal = client(server.url)
            await cal.request("GET", "me")
            del cal
            gc.collect()
            await asyncio.sleep(0.01)
            gc.collect()
    assert [str(warning.message) for warning in caught] == []


@pytest.mark.parametrize("kept", ["", "keep = []", "module_level"])
def test_nor_does_it_in_a_whole_program(kept: str) -> None:
    program = f"""
        import asyncio, sys
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from loopback import Loopback, answer
        from calcom_async import AsyncCalCom

        keep = []

        async def fine(request):
            return answer({{}})

        async def main():
            async with Loopback(fine) as server:
                cal = AsyncCalCom("cal_x", base_url=server.url)
                await cal.request("GET", "me")
                {"keep.append(cal)" if kept else "pass"}
                {"global here; here = cal" if kept == "module_level" else "pass"}

        asyncio.run(main())
        print("done")
    """
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", textwrap.dedent(program)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr, done.returncode) == ("done\n", "", 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
def test_the_child_of_a_fork_leaves_the_parents_connections_alone() -> None:
    loop = asyncio.new_event_loop()
    with ThreadedLoopback(fine) as server:
        cal = client(server.url)
        loop.run_until_complete(cal.request("GET", "me"))
        child = os.fork()
        if child == 0:
            try:
                abandon = cal._channel.transport._abandon
                assert abandon is not None
                abandon()  # what the end of the child's interpreter does
                gc.collect()
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        # On the same connection, which the child has, and could have taken out of the selector that both share:
        answered = loop.run_until_complete(asyncio.wait_for(cal.request("GET", "me"), 5))
        loop.run_until_complete(cal.close())
    loop.close()
    assert answered == {"status": "success", "data": {"id": 1}}


async def test_a_web_page_where_the_api_should_be_is_called_one() -> None:
    async def page(_: web.BaseRequest) -> web.StreamResponse:
        return web.Response(text="<!doctype html><title>Log in</title>", content_type="text/html")

    async with Loopback(page) as server, client(server.url, max_retries=0) as cal:
        with pytest.raises(
            APIConnectionError, match=r"is a web page and no JSON .*; check that the base URL .* in /v2"
        ):
            await cal.request("GET", "me")
