"""The booking page against a local Cal.com, in good days and bad."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from booking_page import make_app

from calcom_async import AsyncCalCom
from calcom_async.testing import Faults, LocalCalCom, RequestLog

HALF_AN_HOUR = 20002
"""The event type "30 minutes" of the local Cal.com: Monday to Friday, 09:00 to 17:00 in London."""
ADA = {
    "start": "2026-12-01T10:00:00Z",
    "name": "Ada",
    "email": "ada@example.com",
    "time_zone": "Europe/London",
}

pytestmark = pytest.mark.calcom(now="2026-11-26T12:00:00Z", client={"max_retries": 1})


@pytest.fixture
async def page(async_calcom: AsyncCalCom) -> AsyncIterator[TestClient[Any, Any]]:
    """The booking page, served."""
    async with TestClient(TestServer(make_app(HALF_AN_HOUR, async_calcom))) as client:
        yield client


async def post(page: TestClient[Any, Any], **changes: str) -> tuple[int, dict[str, Any]]:
    async with page.post("/book", json={**ADA, **changes}) as answer:
        return answer.status, await answer.json()


async def free(page: TestClient[Any, Any], day: str = "2026-12-01") -> list[str]:
    async with page.get("/times", params={"day": day}) as answer:
        assert answer.status == 200
        return (await answer.json())["times"]


async def test_shows_the_free_times_of_a_day(page: TestClient[Any, Any]) -> None:
    times = await free(page)
    assert (times[0], times[-1], len(times)) == ("2026-12-01T09:00:00+00:00", "2026-12-01T16:30:00+00:00", 16)
    assert await free(page, "2026-12-05") == []  # a Saturday


async def test_books_a_time(page: TestClient[Any, Any], calcom_requests: RequestLog) -> None:
    status, answer = await post(page)
    assert (status, answer["start"]) == (201, "2026-12-01T10:00:00+00:00")
    attendee = {"name": "Ada", "email": "ada@example.com", "timeZone": "Europe/London"}
    calcom_requests.assert_one("POST", "bookings", body={"eventTypeId": HALF_AN_HOUR, "attendee": attendee})
    assert "2026-12-01T10:00:00+00:00" not in await free(page)


@pytest.mark.parametrize("name", ["start", "name", "email", "time_zone"])
async def test_wants_everything(page: TestClient[Any, Any], calcom_requests: RequestLog, name: str) -> None:
    assert await post(page, **{name: ""}) == (400, {"problem": "missing", "fields": [name]})
    calcom_requests.assert_none("POST", "bookings")


async def test_somebody_was_faster(page: TestClient[Any, Any]) -> None:
    assert (await post(page))[0] == 201
    assert await post(page, name="Grace", email="grace@example.com") == (409, {"problem": "taken"})


async def test_two_at_the_same_moment(page: TestClient[Any, Any], calcom_sandbox: LocalCalCom) -> None:
    both = await asyncio.gather(post(page), post(page, name="Grace", email="grace@example.com"))
    assert sorted(status for status, _ in both) == [201, 409]
    assert len(calcom_sandbox.booking_uids()) == 1


async def test_out_of_hours(page: TestClient[Any, Any]) -> None:
    assert await post(page, start="2026-12-01T20:00:00Z") == (409, {"problem": "taken"})


@pytest.mark.parametrize(
    "fault",
    [
        Faults.status(503, shape="html"),
        Faults.reset(),
        Faults.malformed("html"),
    ],
    ids=lambda fault: fault.kind,
)
@pytest.mark.calcom(client={"max_retries": 0})
async def test_cal_com_is_away(page: TestClient[Any, Any], calcom_sandbox: LocalCalCom, fault: Any) -> None:
    with calcom_sandbox.faults.during(fault):
        async with page.get("/times", params={"day": "2026-12-01"}) as answer:
            assert (answer.status, await answer.json()) == (503, {"problem": "away"})
    assert len(await free(page)) == 16


@pytest.mark.calcom(faults=[Faults.flaky(path="slots")])
async def test_a_hiccup_is_not_noticed(page: TestClient[Any, Any]) -> None:
    assert len(await free(page)) == 16


@pytest.mark.calcom(faults=[Faults.lost(path="bookings", first=1)])
async def test_an_answer_that_got_lost(page: TestClient[Any, Any], calcom_sandbox: LocalCalCom) -> None:
    status, answer = await post(page)
    assert status == 201
    assert calcom_sandbox.booking_uids() == [answer["uid"]]


async def test_notice_runs_out(page: TestClient[Any, Any], calcom_sandbox: LocalCalCom) -> None:
    before = await free(page)
    calcom_sandbox.clock.advance(days=5)  # Tuesday noon
    after = await free(page)
    assert before[0] < "2026-12-01T12:00:00+00:00" < after[0]
