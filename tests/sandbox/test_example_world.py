"""The example world: what the published examples name is there, and each account has its own."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from calcom_async.sandbox import Sandbox


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(world="example", rate_limit=None) as opened:
        yield opened


@pytest.fixture
def talk(talk_to, sandbox, session):
    return talk_to(sandbox, session, user="ada")


def booking(event_type: int, start: str, **answers: str) -> dict[str, object]:
    person = {"name": "Guest 9", "email": "guest9@example.com", "timeZone": "Europe/London"}
    more = {"bookingFieldsResponses": answers} if answers else {}
    return {"eventTypeId": event_type, "start": start, "attendee": person, **more}


async def test_its_clock_starts_on_a_monday_morning(sandbox, talk):
    answer = await talk("GET", "me")
    assert answer.headers["Date"].startswith("Mon, 06 Apr 2026 08:00:")
    async with Sandbox(world="example", now="2026-05-01T00:00:00Z") as other:
        assert other.clock.now() >= datetime(2026, 5, 1, tzinfo=UTC)


async def test_three_accounts_with_data_of_their_own(sandbox, talk):
    assert list(sandbox.account_keys) == ["default", "work", "personal"]
    assert sandbox.api_key == sandbox.account_keys["default"] == sandbox.keys["ada"]
    seen = {}
    for account, key in sandbox.account_keys.items():
        bearer = {"Authorization": f"Bearer {key}"}
        me = (await talk("GET", "me", headers=bearer)).data
        bookings = (await talk("GET", "bookings?take=100", headers=bearer)).data
        types = (await talk("GET", "event-types", headers=bearer)).data
        teams = (await talk("GET", "teams", headers=bearer)).data
        assert me["email"].endswith("@example.com")
        seen[account] = (
            me["name"],
            {each["id"] for each in bookings},
            [each["id"] for each in types],
            [each["id"] for each in teams],
        )
    assert seen == {
        "default": ("Ada", set(range(101, 125)), [7, 42, 43, 44, 45, 46], [1, 2, 3, 4, 5, 6, 7]),
        "work": ("Grace", {202, 203, 204, 205}, [201, 202], [8]),
        "personal": ("Mary", {301, 302}, [301], []),
    }


async def test_bookings_in_every_status(talk):
    everything = (await talk("GET", "bookings?take=100")).data
    assert Counter(each["status"] for each in everything) == {
        "accepted": 17,
        "pending": 2,
        "cancelled": 3,
        "rejected": 2,
    }
    for status, expected in (
        ("upcoming", {113, 114, 115, 116, 117, 118, 120, 122, 123, 124}),
        ("recurring", {113, 114, 115}),
        ("past", {101, 102, 103, 104, 108, 109, 110, 111, 112}),
        ("cancelled", {105, 106, 107, 119, 121}),
        ("unconfirmed", {117, 118}),
    ):
        listed = (await talk("GET", f"bookings?take=100&status={status}")).data
        assert {each["id"] for each in listed} == expected, status
    assert len((await talk("GET", "bookings?eventTypeId=42")).data) == 8


async def test_booking_123_is_to_come_and_has_two_attendees(talk):
    listed = (await talk("GET", "bookings?take=100")).data
    uid = next(each["uid"] for each in listed if each["id"] == 123)
    shown = (await talk("GET", f"bookings/{uid}")).data
    assert (shown["id"], shown["status"], shown["start"]) == (123, "accepted", "2026-04-08T13:00:00.000Z")
    assert [(each["name"], each["email"]) for each in shown["attendees"]] == [
        ("Guest 1", "guest1@example.com"),
        ("Guest 5", "guest5@example.com"),
    ]


async def test_bookings_look_like_those_made_over_the_api(talk):
    """The same keys as a booking of the same event type that the server has just made."""
    listed = {each["id"]: each for each in (await talk("GET", "bookings?take=100")).data}
    start = {42: "2026-04-10T09:00:00Z", 44: "2026-04-24T08:45:00Z", 45: "2026-05-05T09:00:00Z"}
    for event_type, seeded in ((42, 116), (44, 124), (45, 113)):
        made = (await talk("POST", "bookings", booking(event_type, start[event_type]))).data
        uid = (made[0] if isinstance(made, list) else made)["uid"]
        fresh = (await talk("GET", f"bookings/{uid}")).data
        assert listed[seeded].keys() == fresh.keys()
        assert listed[seeded]["attendees"][0].keys() == fresh["attendees"][0].keys()


async def test_event_types_42_and_7_can_be_booked_when_the_examples_say(talk):
    assert (await talk("GET", "event-types/42")).data["description"]
    day = "slots?eventTypeId={}&start={}&end={}"
    friday = (await talk("GET", day.format(42, "2026-04-10", "2026-04-10"))).data
    assert {"start": "2026-04-10T09:00:00.000Z"} in friday["2026-04-10"]
    may = (await talk("GET", day.format(7, "2026-05-01", "2026-05-01"))).data
    assert {"start": "2026-05-01T14:00:00.000Z"} in may["2026-05-01"]

    first = await talk("POST", "bookings", booking(42, "2026-04-10T09:00:00Z", notes="Looking forward"))
    assert (first.status, first.data["end"]) == (201, "2026-04-10T09:30:00.000Z")
    second = await talk(
        "POST", "bookings", booking(7, "2026-05-01T14:00:00Z", phone="+1-555-0123", company="Example Ltd")
    )
    assert (second.status, second.data["end"]) == (201, "2026-05-01T14:45:00.000Z")
    answers = second.data["bookingFieldsResponses"]
    assert (answers["phone"], answers["company"]) == ("+1-555-0123", "Example Ltd")


async def test_no_booking_that_lives_overlaps_another_of_its_host(sandbox):
    living = sandbox.backend.store.rows(
        "SELECT organizer, start, finish FROM bookings WHERE status NOT IN ('cancelled', 'rejected')"
        " ORDER BY organizer, start"
    )
    for (host, _, finish), (next_host, start, _) in itertools.pairwise(living):
        assert host != next_host or finish <= start


@pytest.mark.parametrize(("team", "types"), [(1, [11, 12]), (5, [51, 52])])
async def test_teams_have_members_and_event_types(talk, team, types):
    members = (await talk("GET", f"teams/{team}/memberships")).data
    assert len(members) == 3
    assert "ada" in {each["user"]["username"] for each in members}
    assert [each["id"] for each in (await talk("GET", f"teams/{team}/event-types")).data] == types


async def test_ada_may_not_list_the_members_of_a_team_she_only_belongs_to(talk):
    assert (await talk("GET", "teams/6")).data["name"] == "Research"
    assert (await talk("GET", "teams/6/memberships")).status == 403


async def test_the_same_seed_gives_the_same_world():
    worlds = []
    for seed in (1, 1, 2):
        async with Sandbox(world="example", seed=seed) as sandbox:
            worlds.append((sandbox.account_keys, sandbox.backend.store.rows("SELECT uid, wire FROM bookings")))
    assert worlds[0] == worlds[1]
    assert worlds[0] != worlds[2]


async def test_a_file_knows_which_world_it_holds(tmp_path):
    path = str(tmp_path / "example.db")
    async with Sandbox(world="example", db=path, api_key="cal_given") as sandbox:
        keys = sandbox.account_keys
        assert keys["default"] == "cal_given"
    async with Sandbox(db=path) as again:
        assert again.account_keys == keys
        assert len(again.booking_uids("ada")) == 24


async def test_as_a_self_hosted_server(talk_to, session):
    async with Sandbox(world="example", profile="self-hosted", rate_limit=None) as sandbox:
        talk = talk_to(sandbox, session, user="ada")
        shown = (await talk("GET", "bookings?take=100")).data
        assert len(shown) == 24
        assert "displayEmail" not in shown[0]["attendees"][0]


def test_what_can_not_be():
    with pytest.raises(ValueError, match="bookings of its own"):
        Sandbox(world="example", bookings=5)
    with pytest.raises(ValueError, match="'default' or 'example'"):
        Sandbox(world="other")


async def test_the_default_world_has_one_account(talk_to):
    async with Sandbox() as sandbox:
        assert sandbox.account_keys == {"default": sandbox.keys["owner"]}
