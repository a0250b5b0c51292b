"""The seven functions that scripts for API v1 call: the names they read are there, beside those of v2."""

import pytest

from calcom_async.agent import CATALOGUE, Toolkit

PUBLISHED = {
    "list_event_types": {"limit": "integer", "page": "integer", "teamId": "integer"},
    "get_event_type": {"id": "integer"},
    "create_booking": {"eventTypeId": "integer", "start": "string", "end": "string", "responses": "object"},
    "list_bookings": {"limit": "integer", "page": "integer", "status": "string", "eventTypeId": "integer"},
    "get_booking": {"id": "integer"},
    "list_teams": {"limit": "integer", "page": "integer"},
    "get_current_user": {},
}
REQUIRED = {
    "get_event_type": {"id"},
    "create_booking": {"eventTypeId", "start", "end", "responses"},
    "get_booking": {"id"},
}


async def ask(toolkit: Toolkit, name: str, /, **arguments):
    result = await toolkit.call(name, arguments)
    assert result.success, result.error
    return result.data


@pytest.mark.parametrize("name", PUBLISHED)
def test_they_have_the_published_parameters(name: str) -> None:
    schema = CATALOGUE[name].schema
    for parameter, kind in PUBLISHED[name].items():
        told = schema["properties"][parameter]["type"]
        assert kind in ([told] if isinstance(told, str) else told)
    assert set(schema["required"]) == REQUIRED.get(name, set())
    assert CATALOGUE[name].kind == ("write" if name == "create_booking" else "read")


async def test_event_types(toolkit: Toolkit) -> None:
    found = (await ask(toolkit, "list_event_types"))["event_types"]
    assert [each["id"] for each in found] == [7, 42, 43, 44, 45, 46]
    assert {each["id"]: (each["title"], each["length"]) for each in found}[42] == ("Half an hour", 30)


async def test_event_types_of_a_team(toolkit: Toolkit) -> None:
    data = await ask(toolkit, "list_event_types", teamId=5, limit=10)
    assert [each["id"] for each in data["event_types"]] == [51, 52]
    assert data["pagination"]["totalItems"] == 2


async def test_an_event_type(toolkit: Toolkit) -> None:
    found = (await ask(toolkit, "get_event_type", id=42))["event_type"]
    assert found["title"] == "Half an hour"
    assert found["length"] == found["lengthInMinutes"] == 30
    assert found["description"].startswith("A call")
    assert found["userId"] == found["ownerId"] == 1


async def test_an_event_type_of_a_team_is_found_there(toolkit: Toolkit) -> None:
    assert (await ask(toolkit, "get_event_type", id=51))["event_type"]["teamId"] == 5


async def test_a_booking_with_both_sets_of_names(toolkit: Toolkit) -> None:
    found = (await ask(toolkit, "get_booking", id=123))["booking"]
    assert found["startTime"] == found["start"] == "2026-04-08T13:00:00.000Z"
    assert found["endTime"] == found["end"] == "2026-04-08T13:30:00.000Z"
    assert found["length"] == found["duration"] == 30
    assert found["status"] == "accepted"
    assert found["eventTypeId"] == 42
    assert [attendee["email"] for attendee in found["attendees"]] == ["guest1@example.com", "guest5@example.com"]
    assert found["user"] == found["hosts"][0]
    assert found["responses"] == found["bookingFieldsResponses"]


async def test_a_booking_by_its_uid(toolkit: Toolkit) -> None:
    uid = (await ask(toolkit, "get_booking", id=123))["booking"]["uid"]
    for name in ("id", "uid", "bookingUid", "booking_uid"):
        assert (await ask(toolkit, "get_booking", **{name: uid}))["booking"]["id"] == 123


async def test_a_number_is_looked_up_once(toolkit: Toolkit, world) -> None:
    await ask(toolkit, "get_booking", id=123)
    lists = [seen for seen in world.requests if seen.path.endswith("/bookings")]
    await ask(toolkit, "get_booking", id=101)
    assert len([seen for seen in world.requests if seen.path.endswith("/bookings")]) == len(lists) == 1


async def test_a_number_that_the_account_does_not_see(toolkit: Toolkit) -> None:
    result = await toolkit.call("get_booking", {"id": 99999})
    assert result.error is not None
    assert (result.error.code, result.error.parameter) == ("not_found", "id")


async def test_teams_with_their_members(toolkit: Toolkit) -> None:
    teams = {each["id"]: each for each in (await ask(toolkit, "list_teams"))["teams"]}
    assert list(teams) == [1, 2, 3, 4, 5, 6, 7]
    assert teams[5]["name"] == "Customer Success"
    assert {member["name"] for member in teams[5]["members"]} == {"Edsger", "Ada", "Alan"}
    assert {member["role"] for member in teams[1]["members"]} == {"OWNER", "MEMBER"}


async def test_members_that_may_not_be_listed_are_told_of(toolkit: Toolkit) -> None:
    data = await ask(toolkit, "list_teams", limit=5, page=2)
    assert [(each["id"], each["members"]) for each in data["teams"]] == [(6, []), (7, [])]
    assert len(data["warnings"]) == 2


async def test_the_current_user(toolkit: Toolkit) -> None:
    user = (await ask(toolkit, "get_current_user"))["user"]
    assert (user["name"], user["email"]) == ("Ada", "ada@example.com")
    assert (user["username"], user["timeZone"]) == ("ada", "Europe/London")


# --- status: four words of v1 and five of v2 -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "numbers"),
    [
        ("pending", [117, 118]),
        ("rejected", [105, 119]),
        ("cancelled", [106, 107, 121]),
        ("unconfirmed", [117, 118]),
        ("recurring", [113, 114, 115]),
        ("past", [112, 111, 110, 109, 108, 104, 103, 102, 101]),
        ("upcoming", [116, 113, 123, 122, 117, 114, 118, 120, 124, 115]),
    ],
)
async def test_bookings_by_status(toolkit: Toolkit, status: str, numbers: list[int]) -> None:
    assert [each["id"] for each in (await ask(toolkit, "list_bookings", status=status))["bookings"]] == numbers


@pytest.mark.parametrize("word", ["confirmed", "accepted", "CONFIRMED", "ACCEPTED"])
async def test_confirmed_bookings_are_the_accepted_ones_past_and_to_come(toolkit: Toolkit, word: str) -> None:
    found = (await ask(toolkit, "list_bookings", status=word))["bookings"]
    assert {each["status"] for each in found} == {"accepted"}
    assert sorted(each["id"] for each in found) == [
        101, 102, 103, 104, 108, 109, 110, 111, 112, 113, 114, 115, 116, 120, 122, 123, 124,
    ]  # fmt: skip


async def test_a_pending_booking_that_is_over_is_pending(toolkit: Toolkit, world) -> None:
    booking = world.backend.bookings.by_uid((await ask(toolkit, "get_booking", id=104))["booking"]["uid"])
    booking.status = "pending"
    world.backend.bookings.save(booking)
    found = (await ask(toolkit, "list_bookings", status="pending"))["bookings"]
    assert [each["id"] for each in found] == [104, 117, 118]
    found = (await ask(toolkit, "list_bookings", status="unconfirmed"))["bookings"]
    assert [each["id"] for each in found] == [117, 118]


async def test_bookings_of_an_event_type(toolkit: Toolkit) -> None:
    found = (await ask(toolkit, "list_bookings", eventTypeId=42, page=1))["bookings"]
    assert {each["eventTypeId"] for each in found} == {42}
    assert [each["id"] for each in found] == [101, 102, 106, 107, 108, 116, 121, 123]
