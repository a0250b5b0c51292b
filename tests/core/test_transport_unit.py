"""The transport without a network, by aioresponses: what it makes of answers, and what of failures."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aioresponses_shim import mocked
from yarl import URL

from calcom_async import APIConnectionError, APITimeoutError, AsyncCalCom, ConflictError, Limiter

BASE = "https://api.cal.com/v2"


@pytest.fixture
async def cal() -> AsyncIterator[AsyncCalCom]:
    async with AsyncCalCom("cal_unit", base_url=BASE, limiter=Limiter(None), max_retries=1) as client:
        client._channel.transport._jitter = lambda: 0.0
        yield client


async def test_an_answer(cal: AsyncCalCom) -> None:
    with mocked() as server:
        server.get(
            f"{BASE}/bookings?status=past,upcoming&take=1", payload={"data": []}, headers={"X-Request-Id": "r-1"}
        )
        response = await cal.request_raw("GET", "bookings", params={"status": "past,upcoming", "take": 1})
    assert (response.status, response.json(), response.request_id) == (200, {"data": []}, "r-1")
    (call,) = server.requests["GET", URL(f"{BASE}/bookings?status=past,upcoming&take=1", encoded=True)]
    assert call.kwargs["headers"]["Authorization"] == "Bearer cal_unit"
    assert call.kwargs["allow_redirects"] is False


async def test_an_error(cal: AsyncCalCom) -> None:
    with mocked() as server:
        server.post(f"{BASE}/bookings", status=409, payload={"statusCode": 409, "message": "taken"})
        with pytest.raises(ConflictError, match="taken"):
            await cal.request("POST", "bookings", json={})


@pytest.mark.parametrize(
    ("failure", "becomes"),
    [
        (aiohttp.ServerDisconnectedError(), APIConnectionError),
        (aiohttp.ClientPayloadError(), APIConnectionError),
        (aiohttp.ServerTimeoutError(), APITimeoutError),
        (aiohttp.ConnectionTimeoutError(), APITimeoutError),
        (ConnectionResetError(), APIConnectionError),
        (TimeoutError(), APITimeoutError),
        (ValueError("odd header"), APIConnectionError),
    ],
)
async def test_each_failure_of_aiohttp_becomes_ours_and_is_tried_again(
    cal: AsyncCalCom, failure: Exception, becomes: type[APIConnectionError]
) -> None:
    with mocked() as server:
        for _ in range(2):
            server.get(f"{BASE}/me", exception=failure)
        with pytest.raises(APIConnectionError) as caught:
            await cal.request("GET", "me")
    assert type(caught.value) is becomes
    assert len(server.requests["GET", URL(f"{BASE}/me")]) == 2
    assert "odd header" not in str(caught.value)
