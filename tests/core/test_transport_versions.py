"""The header `cal-api-version`: per operation, with a fall-back that is found once and remembered."""

from __future__ import annotations

import pytest
from aiohttp import web
from loopback import Loopback, answer, error

from calcom_async import ApiVersionError, AsyncCalCom, Limiter, NotFoundError
from calcom_async.core.operation import Async
from calcom_async.resources.resource import Resource, operation


class Links(Resource[Async]):
    versions = ("2024-09-04", "2024-04-15")

    @operation
    async def get(self, link_id: str) -> None:
        return await self._get("/links/{linkId}", link_id, into=None)

    @operation
    async def create(self) -> None:
        return await self._post("/links", into=None, body={"a": 1})


class Knowing(Loopback):
    """A server that has its routes under these versions only (None: without a header)."""

    def __init__(self, *known: str | None) -> None:
        super().__init__(self._route)
        self.known = set(known)

    async def _route(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.headers.get("cal-api-version") in self.known:
            return answer({})
        return error(404, f"Cannot {request.method} {request.path}", code="NotFoundException")

    @property
    def asked(self) -> list[str | None]:
        return [seen.headers.get("cal-api-version") for seen in self.seen]


def client(server: Loopback) -> AsyncCalCom:
    return AsyncCalCom("cal_test_versions", base_url=server.url, limiter=Limiter(None), max_retries=0)


async def test_the_preferred_version_is_asked_for() -> None:
    async with Knowing("2024-09-04") as server, client(server) as cal:
        await Links(cal._channel).get("a")
    assert server.asked == ["2024-09-04"]


async def test_the_other_version_is_tried_once_and_remembered_for_the_client() -> None:
    async with Knowing("2024-04-15") as server, client(server) as cal:
        for link in "abc":
            await Links(cal._channel).get(link)
        await Links(cal.with_options(timeout=5)._channel).get("d")
        async with client(server) as other:
            await Links(other._channel).get("e")
    assert server.asked == ["2024-09-04"] + ["2024-04-15"] * 4 + ["2024-09-04", "2024-04-15"]


async def test_each_operation_learns_for_itself() -> None:
    async with Knowing("2024-04-15") as server, client(server) as cal:
        await Links(cal._channel).get("a")
        await Links(cal._channel).create()
        await Links(cal._channel).create()
    assert server.asked == ["2024-09-04", "2024-04-15"] * 2 + ["2024-04-15"]
    assert [seen.body for seen in server.seen[2:]] == [b'{"a":1}'] * 3


async def test_what_was_learned_is_forgotten_when_the_server_changes() -> None:
    async with Knowing("2024-04-15") as server, client(server) as cal:
        await Links(cal._channel).get("a")
        server.known = {"2024-09-04"}
        await Links(cal._channel).get("b")
        await Links(cal._channel).get("c")
    assert server.asked == ["2024-09-04", "2024-04-15", "2024-04-15", "2024-09-04", "2024-09-04"]


async def test_under_no_version_the_error_names_header_and_values() -> None:
    async with Knowing() as server, client(server) as cal:
        with pytest.raises(ApiVersionError) as caught:
            await Links(cal._channel).get("a")
    assert server.asked == ["2024-09-04", "2024-04-15"]
    assert caught.value.versions == ("2024-09-04", "2024-04-15")
    assert "cal-api-version: 2024-09-04, 2024-04-15" in str(caught.value)


async def test_an_ordinary_404_is_no_reason_to_try_another() -> None:
    async def handler(_: web.BaseRequest) -> web.StreamResponse:
        return error(404, "Link a was not found")

    async with Loopback(handler) as server, client(server) as cal:
        with pytest.raises(NotFoundError) as caught:
            await Links(cal._channel).get("a")
    assert type(caught.value) is NotFoundError
    assert len(server.seen) == 1


async def test_with_options_overrides_version_and_fall_back() -> None:
    async with Knowing("2024-04-15") as server, client(server) as cal:
        with pytest.raises(ApiVersionError, match="2099-01-01"):
            await Links(cal.with_options(api_version="2099-01-01")._channel).get("a")
        await Links(cal.with_options(api_version="2024-04-15")._channel).get("a")
        back = cal.with_options(api_version="2099-01-01").with_options(api_version=None)
        await Links(back._channel).get("a")
    assert server.asked == ["2099-01-01", "2024-04-15", "2024-09-04", "2024-04-15"]


async def test_request_sends_the_version_it_is_given_or_none() -> None:
    async with Knowing(None, "2024-08-13") as server, client(server) as cal:
        await cal.request("GET", "x")
        await cal.request("GET", "x", api_version="2024-08-13")
        with pytest.raises(ApiVersionError):
            await cal.request("GET", "x", api_version="1999-01-01")
    assert server.asked == [None, "2024-08-13", "1999-01-01"]
