"""Pages: page 2 of 5 is rows 6 to 10, and all pages together are everything, once."""

import pytest

from calcom_async.agent import Permissions, Toolkit
from calcom_async.sandbox import Sandbox


async def pages(toolkit: Toolkit, name: str, key: str, limit: int, **arguments) -> list[list[str]]:
    found, page = [], 1
    while True:
        result = await toolkit.call(name, {"limit": limit, "page": page, **arguments})
        assert result.success, result.error
        rows = [each.get("uid", each["id"]) for each in result.data[key]]
        told = result.data["pagination"]
        assert (told["page"], told["limit"], told["returnedItems"]) == (page, limit, len(rows))
        found.append(rows)
        if not told["hasNextPage"]:
            assert told["nextPage"] is None
            return found
        page = told["nextPage"]


async def test_the_second_page_of_five_is_rows_six_to_ten(toolkit: Toolkit) -> None:
    every = (await toolkit.call("list_bookings")).data["bookings"]
    second = (await toolkit.call("list_bookings", {"limit": 5, "page": 2})).data["bookings"]
    assert [each["id"] for each in second] == [each["id"] for each in every][5:10] == [106, 107, 108, 109, 110]


@pytest.mark.parametrize(("name", "key"), [("list_event_types", "event_types"), ("list_teams", "teams")])
async def test_lists_that_the_server_does_not_page(toolkit: Toolkit, name: str, key: str) -> None:
    whole = (await toolkit.call(name)).data
    assert whole["pagination"]["limit"] is None
    assert whole["pagination"]["hasNextPage"] is False
    ids = [each["id"] for each in whole[key]]
    assert await pages(toolkit, name, key, 4) == [ids[:4], ids[4:]]


@pytest.mark.parametrize("status", [None, "confirmed", "upcoming", "past", "cancelled", "rejected", "pending"])
async def test_all_pages_are_all_bookings_once(toolkit: Toolkit, status: str | None) -> None:
    arguments = {} if status is None else {"status": status}
    whole = [
        each["uid"] for each in (await toolkit.call("list_bookings", {"limit": 250, **arguments})).data["bookings"]
    ]
    found = await pages(toolkit, "list_bookings", "bookings", 2, **arguments)
    assert [uid for page in found for uid in page] == whole
    assert len(set(whole)) == len(whole) > 0


@pytest.mark.parametrize("limit", [250, 99])
async def test_many_bookings(limit: int) -> None:
    async with (
        Sandbox(bookings=620, seed=3, rate_limit=None) as sandbox,
        sandbox.client() as cal,
        Toolkit(cal) as tools,
    ):
        expected = set(sandbox.booking_uids("owner"))
        found = [uid for page in await pages(tools, "list_bookings", "bookings", limit) for uid in page]
        confirmed = [
            uid for page in await pages(tools, "list_bookings", "bookings", limit, status="confirmed") for uid in page
        ]
    assert len(found) == len(expected)
    assert set(found) == expected
    assert len(set(confirmed)) == len(confirmed)
    assert set(confirmed) < expected


async def test_beyond_the_end_there_is_nothing(toolkit: Toolkit) -> None:
    for arguments in ({"page": 50, "limit": 10}, {"page": 50, "limit": 10, "status": "confirmed"}):
        data = (await toolkit.call("list_bookings", arguments)).data
        assert data["bookings"] == []
        assert data["pagination"]["hasNextPage"] is False


async def test_a_list_is_read_no_further_than_needed() -> None:
    async with Sandbox(bookings=1200, seed=3, rate_limit=None) as sandbox, sandbox.client() as cal:
        async with Toolkit(cal, permissions=Permissions()) as tools:
            data = (await tools.call("list_bookings", {"status": "confirmed", "limit": 5})).data
        assert len(data["bookings"]) == 5
        assert data["pagination"]["hasNextPage"] is True
        assert len(sandbox.requests) == 1
