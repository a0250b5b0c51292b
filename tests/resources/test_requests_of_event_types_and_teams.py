"""What each operation of event types, schedules, teams, memberships and webhooks sends."""

import itertools
from collections.abc import Callable
from datetime import date, time
from typing import Any

import pytest

from calcom_async.core.unset import UNSET
from calcom_async.errors import InvalidRequestError
from calcom_async.models.schedules import NewScheduleAvailability
from calcom_async.resources.event_types import EventTypes
from calcom_async.resources.resource import Scope
from calcom_async.resources.schedules import Schedules, UserSchedules
from calcom_async.resources.scopes import EventType, Team
from calcom_async.resources.teams import Teams
from calcom_async.resources.webhooks import ClearableWebhooks, Webhooks

BOTH = ("2024-06-14", "2026-06-12")
ET = {"title": "T", "slug": "t", "length_in_minutes": 30}
WIRE_ET = {"title": "T", "slug": "t", "lengthInMinutes": 30}
CALL = {"your_phone_number": "+371200", "number_to_call": "+371300", "cal_api_key": "k"}
WIRE_CALL = {
    "yourPhoneNumber": "+371200",
    "numberToCall": "+371300",
    "calApiKey": "k",
    "templateType": "CUSTOM_TEMPLATE",
    "enabled": True,
}
ORG = Scope("/organizations/{orgId}", (3,))
HOURS = [{"days": ["Monday"], "start_time": "09:00", "endTime": "17:00"}]
WIRE_HOURS = [{"days": ["Monday"], "startTime": "09:00", "endTime": "17:00"}]

CASES: list[tuple[Callable[[Any], Any], str, str, Any, tuple[str, ...]]] = [
    # event types
    (lambda w: EventTypes(w).get(5), "GET", "/event-types/5", None, BOTH),
    (lambda w: EventTypes(w).create(**ET), "POST", "/event-types", WIRE_ET, BOTH),
    (lambda w: EventTypes(w).create(**ET, disable_guests=True), "POST", "/event-types", WIRE_ET | {"disableGuests": True}, BOTH[:1]),
    (lambda w: EventTypes(w).update(5), "PATCH", "/event-types/5", {}, BOTH),
    (lambda w: EventTypes(w).update(5, description=None), "PATCH", "/event-types/5", {"description": None}, BOTH),
    (lambda w: EventTypes(w).update(5, booking_proposal_count=2), "PATCH", "/event-types/5", {"bookingProposalCount": 2}, BOTH[1:]),
    (lambda w: EventTypes(w).delete(5), "DELETE", "/event-types/5", None, BOTH),
    # event types of a team
    (lambda w: Team(w, 7).event_types.get(5), "GET", "/teams/7/event-types/5", None, BOTH),
    (
        lambda w: Team(w, 7).event_types.create(**ET, scheduling_type="managed", hosts=[{"user_id": 4}]),
        "POST", "/teams/7/event-types", WIRE_ET | {"schedulingType": "managed", "hosts": [{"userId": 4}]}, BOTH,
    ),
    (lambda w: Team(w, 7).event_types.update(5, title="U"), "PATCH", "/teams/7/event-types/5", {"title": "U"}, BOTH),
    (lambda w: Team(w, 7).event_types.delete(5), "DELETE", "/teams/7/event-types/5", None, BOTH),
    (lambda w: Team(w, 7).event_types.create_phone_call(5, **CALL), "POST", "/teams/7/event-types/5/create-phone-call", WIRE_CALL, BOTH),
    (lambda w: Team(w, 7, ORG).event_types.get(5), "GET", "/organizations/3/teams/7/event-types/5", None, BOTH),
    # schedules
    (lambda w: Schedules(w).get(5), "GET", "/schedules/5", None, ("2024-06-11",)),
    (lambda w: Schedules(w).get_default(), "GET", "/schedules/default", None, ("2024-06-11",)),
    (
        lambda w: Schedules(w).create(name="N", time_zone="Europe/Rome", availability=HOURS),
        "POST", "/schedules", {"name": "N", "timeZone": "Europe/Rome", "isDefault": False, "availability": WIRE_HOURS}, ("2024-06-11",),
    ),
    (
        lambda w: Schedules(w).update(5, overrides=[{"date": date(2026, 12, 24), "start_time": time(10), "end_time": "12:00"}]),
        "PATCH", "/schedules/5", {"overrides": [{"date": "2026-12-24", "startTime": "10:00", "endTime": "12:00"}]}, ("2024-06-11",),
    ),
    (
        lambda w: Schedules(w).create(name="N", time_zone="UTC", is_default=True, overrides=[{"date": "2026-12-24", "start_time": time(0), "end_time": time(0)}]),
        "POST", "/schedules",
        {"name": "N", "timeZone": "UTC", "isDefault": True, "overrides": [{"date": "2026-12-24", "startTime": "00:00", "endTime": "00:00"}]}, ("2024-06-11",),
    ),
    (lambda w: Schedules(w).delete(5), "DELETE", "/schedules/5", None, ("2024-06-11",)),
    (lambda w: UserSchedules(w, ORG.inside("/users/{userId}", 9)).get(5), "GET", "/organizations/3/users/9/schedules/5", None, ("2024-06-11",)),
    # teams
    (lambda w: Teams(w).get(7), "GET", "/teams/7", None, ()),
    (lambda w: Teams(w).create(name="N", metadata={"a_b": 1}), "POST", "/teams", {"name": "N", "metadata": {"a_b": 1}}, ()),
    (lambda w: Teams(w).update(7, name="N", time_format=24), "PATCH", "/teams/7", {"name": "N", "timeFormat": 24}, ()),
    (lambda w: Teams(w).delete(7), "DELETE", "/teams/7", None, ()),
    (lambda w: Team(w, 7).invites.create(), "POST", "/teams/7/invite", None, ()),
    # memberships
    (lambda w: Team(w, 7).memberships.get(5), "GET", "/teams/7/memberships/5", None, ()),
    (
        lambda w: Team(w, 7).memberships.create(user_id=4, role="ADMIN", accepted=False),
        "POST", "/teams/7/memberships", {"userId": 4, "role": "ADMIN", "accepted": False}, (),
    ),
    (
        lambda w: Team(w, 7).memberships.update(5, disable_impersonation=True),
        "PATCH", "/teams/7/memberships/5", {"disableImpersonation": True}, (),
    ),
    (lambda w: Team(w, 7).memberships.delete(5), "DELETE", "/teams/7/memberships/5", None, ()),
    # webhooks
    (lambda w: Webhooks(w).get("a b"), "GET", "/webhooks/a%20b", None, ()),
    (
        lambda w: Webhooks(w).create(subscriber_url="https://example.com", triggers=["BOOKING_PAID"], secret=None, time=5, time_unit="MINUTE"),
        "POST", "/webhooks",
        {"subscriberUrl": "https://example.com", "triggers": ["BOOKING_PAID"], "active": True, "secret": None, "time": 5, "timeUnit": "MINUTE"}, (),
    ),
    (lambda w: Webhooks(w).update(5, active=False), "PATCH", "/webhooks/5", {"active": False}, ()),
    (lambda w: Webhooks(w).delete(5), "DELETE", "/webhooks/5", None, ()),
    (lambda w: EventType(w, 5).webhooks.get("a"), "GET", "/event-types/5/webhooks/a", None, ()),
    (lambda w: Team(w, 7).event_type(5).webhooks.delete("a"), "DELETE", "/teams/7/event-types/5/webhooks/a", None, ()),
    (lambda w: Webhooks(w, ORG).get("a"), "GET", "/organizations/3/webhooks/a", None, ()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("call", "method", "path", "body", "versions"), CASES, ids=[f"{c[1]} {c[2]} {i}" for i, c in enumerate(CASES)]
)
async def test_one_operation(
    wire: Any, call: Callable[[Any], Any], method: str, path: str, body: Any, versions: tuple[str, ...]
) -> None:
    wire.answer({"id": 1, "callId": "c"})
    await call(wire)
    assert (wire.sent.method, wire.sent.path, wire.sent.body, wire.sent.versions) == (method, path, body, versions)
    assert wire.sent.query == ()
    assert wire.sent.repeatable is (method != "POST")


@pytest.mark.parametrize(
    ("listing", "path", "query"),
    [
        (lambda w: EventTypes(w).list(), "/event-types", {}),
        (
            lambda w: EventTypes(w).list(
                username="ada", event_slug="intro", org_slug="acme", org_id=3, sort_created_at="desc"
            ),
            "/event-types",
            {"username": "ada", "eventSlug": "intro", "orgSlug": "acme", "orgId": "3", "sortCreatedAt": "desc"},
        ),
        (lambda w: EventTypes(w).list(usernames=["ada", "grace"]), "/event-types", {"usernames": "ada,grace"}),
        (
            lambda w: Team(w, 7).event_types.list(event_slug="intro", hosts_limit=2, sort_created_at="asc"),
            "/teams/7/event-types",
            {"eventSlug": "intro", "hostsLimit": "2", "sortCreatedAt": "asc"},
        ),
        (lambda w: Schedules(w).list(), "/schedules", {}),
        (lambda w: Team(w, 7).schedules.list(), "/teams/7/schedules", {"take": "250"}),
        (lambda w: Teams(w).list(), "/teams", {}),
        (lambda w: Team(w, 7).memberships.list(page_size=2), "/teams/7/memberships", {"take": "2"}),
        (lambda w: Webhooks(w).list(), "/webhooks", {"take": "250"}),
        (lambda w: Team(w, 7).event_type(5).webhooks.list(), "/teams/7/event-types/5/webhooks", {"take": "250"}),
    ],
    ids=itertools.count(),  # the same in every process
)
async def test_one_list(wire: Any, listing: Callable[[Any], Any], path: str, query: dict[str, str]) -> None:
    wire.answer([{"id": 1}])
    page = await listing(wire)
    assert [item.id for item in page.items] == [1]
    assert (wire.sent.method, wire.sent.path, wire.query) == ("GET", path, query)


async def test_lists_without_paging_end_with_their_answer(wire: Any) -> None:
    wire.answer([{"id": n} for n in range(1, 251)])
    assert len(await EventTypes(wire).list().collect()) == 250
    assert len(await Teams(wire).list().collect()) == 250
    assert len(wire.requests) == 2


async def test_bare_lists_go_on_until_a_short_page(wire: Any) -> None:
    wire.answer([{"id": "a"}, {"id": "b"}], [{"id": "c"}])
    assert [hook.id async for hook in Webhooks(wire).list(page_size=2)] == ["a", "b", "c"]
    assert [dict(request.query) for request in wire.requests] == [{"take": "2"}, {"take": "2", "skip": "2"}]


async def test_e_mail_addresses_are_repeated_not_joined(wire: Any) -> None:
    wire.answer([])
    await Team(wire, 7).memberships.list(emails=["ada@example.com", "grace@example.com"])
    assert wire.sent.query == (("emails", "ada@example.com"), ("emails", "grace@example.com"), ("take", "250"))
    await Team(wire, 7).memberships.list(emails="ada@example.com")
    assert wire.sent.query == (("emails", "ada@example.com"), ("take", "250"))


async def test_parts_of_a_schedule_are_checked(wire: Any) -> None:
    with pytest.raises(InvalidRequestError, match=r"availability\[0\]: end_time is missing"):
        await Schedules(wire).create(
            name="N", time_zone="UTC", availability=[{"days": ["Monday"], "start_time": "09:00"}]
        )
    with pytest.raises(InvalidRequestError, match="overrides: expected a list"):
        await Schedules(wire).update(5, overrides={"date": "2026-12-24"})
    assert wire.requests == []


async def test_times_of_an_answer_can_be_sent_back(wire: Any) -> None:
    wire.answer(
        {
            "id": 5,
            "availability": WIRE_HOURS,
            "overrides": [{"date": "2026-12-24", "startTime": "10:00", "endTime": "12:00"}],
        }
    )
    schedule = await Schedules(wire).get(5)
    more = NewScheduleAvailability(days=["Sunday"], start_time=time(10), end_time=time(11, 30))
    await Schedules(wire).update(
        5, availability=[*schedule.availability, more], overrides=schedule.overrides, name=UNSET
    )
    assert wire.sent.body == {
        "availability": [*WIRE_HOURS, {"days": ["Sunday"], "startTime": "10:00", "endTime": "11:30"}],
        "overrides": [{"date": "2026-12-24", "startTime": "10:00", "endTime": "12:00"}],
    }


@pytest.mark.parametrize("empty", ["", " ", ".."])
async def test_an_empty_id_never_leaves(wire: Any, empty: str) -> None:
    with pytest.raises(InvalidRequestError):
        await Webhooks(wire).delete(empty)
    with pytest.raises(InvalidRequestError):
        Team(wire, empty)
    with pytest.raises(InvalidRequestError):
        EventType(wire, empty)
    assert wire.requests == []


def test_only_some_owners_can_drop_all_webhooks_at_once(wire: Any) -> None:
    assert not hasattr(Webhooks(wire), "delete_all")
    assert isinstance(EventType(wire, 5).webhooks, ClearableWebhooks)
    assert isinstance(Team(wire, 7).event_type(5).webhooks, ClearableWebhooks)


def test_a_scope_makes_its_resources_once(wire: Any) -> None:
    team = Team(wire, 7)
    assert team.memberships is team.memberships
    assert repr(team.event_types) == "<TeamEventTypes of /teams/{teamId}>"
