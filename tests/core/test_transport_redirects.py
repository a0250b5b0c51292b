"""Redirects: followed within the origin for reads; the key never goes anywhere else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from aiohttp import web
from loopback import Loopback, answer

from calcom_async import APIConnectionError, APIStatusError, AsyncCalCom, ConfigurationError, Limiter


def client(url: str) -> AsyncCalCom:
    return AsyncCalCom("cal_test_redirect", base_url=url, limiter=Limiter(None), max_retries=0)


def redirecting(target: Callable[[], str], status: int = 302) -> Callable[..., object]:
    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        if request.path.endswith("/here"):
            return answer({"query": dict(request.query)})
        return web.Response(status=status, headers={"Location": target()})

    return handler


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("target", ["/v2/here?a=1", "here?a=1", "{origin}/v2/here?a=1"])
async def test_a_read_follows_within_the_origin(status: int, target: str) -> None:
    server = Loopback(redirecting(lambda: target.format(origin=server.origin), status))  # type: ignore[arg-type]
    async with server, client(server.url) as cal:
        found = await cal.request("GET", "me", params={"b": 2})
    assert found["data"] == {"query": {"a": "1"}}
    assert [seen.headers.get("authorization") for seen in server.seen] == ["Bearer cal_test_redirect"] * 2


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_nothing_goes_to_another_origin(method: str) -> None:
    async def fine(_: web.BaseRequest) -> web.StreamResponse:
        return answer({})

    async with Loopback(fine) as other:
        server = Loopback(redirecting(lambda: f"{other.url}/here"))  # type: ignore[arg-type]
        async with server, client(server.url) as cal:
            with pytest.raises(ConfigurationError, match="another origin") as caught:
                await cal.request(method, "me", json={} if method == "POST" else None)
        assert other.seen == []
        assert len(server.seen) == 1
    assert "cal_test_redirect" not in str(caught.value)


@pytest.mark.parametrize(
    "target", ["//127.0.0.1:1/v2/here", "http://127.0.0.1:1@evil.example/", "ftp://x/", "https://x"]
)
async def test_nor_by_any_way_of_writing_it(target: str) -> None:
    server = Loopback(redirecting(lambda: target))  # type: ignore[arg-type]
    async with server, client(server.url) as cal:
        with pytest.raises(ConfigurationError, match="another origin"):
            await cal.request("GET", "me")
    assert len(server.seen) == 1


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_write_is_not_redirected(method: str) -> None:
    server = Loopback(redirecting(lambda: "/v2/here"))  # type: ignore[arg-type]
    async with server, client(server.url) as cal:
        with pytest.raises(ConfigurationError, match="a write is not sent twice"):
            await cal.request(method, "me", json={})
    assert [seen.path for seen in server.seen] == ["/v2/me"]


async def test_a_circle_ends() -> None:
    server = Loopback(redirecting(lambda: "/v2/me"))  # type: ignore[arg-type]
    async with server, client(server.url) as cal:
        with pytest.raises(APIConnectionError, match="redirected 6 times"):
            await cal.request("GET", "me")
    assert len(server.seen) == 6


async def test_a_redirect_to_nowhere_is_an_error() -> None:
    async def handler(_: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=302)

    async with Loopback(handler) as server, client(server.url) as cal:
        with pytest.raises(APIStatusError, match="302"):
            await cal.request("GET", "me")
