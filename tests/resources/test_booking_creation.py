from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from calcom_async.errors import InvalidRequestError
from calcom_async.models.booking_inputs import BookingRouting, NewAttendee
from calcom_async.models.booking_locations import BookingIntegrationLocation
from calcom_async.resources.bookings import Bookings

ADA = {"name": "Ada", "email": "ada@example.com", "time_zone": "Europe/London"}
ADA_ON_THE_WIRE = {"name": "Ada", "email": "ada@example.com", "timeZone": "Europe/London"}
ANSWER = {"uid": "aZ19", "status": "accepted", "start": "2026-12-01T09:00:00.000Z", "end": "2026-12-01T09:30:00.000Z"}


async def test_the_ordinary_case(wire: Any) -> None:
    wire.answer(ANSWER)
    made = await Bookings(wire).create(event_type_id=42, start="2026-12-01T09:00:00Z", attendee=ADA)
    assert made.uid == "aZ19"
    assert made.series == (made,)
    assert (wire.sent.method, wire.sent.path, wire.sent.repeatable) == ("POST", "/bookings", False)
    assert wire.sent.body == {"eventTypeId": 42, "start": "2026-12-01T09:00:00Z", "attendee": ADA_ON_THE_WIRE}
    assert wire.sent.versions == ("2024-08-13", "2026-02-25")


async def test_everything_at_once(wire: Any) -> None:
    wire.answer(ANSWER)
    await Bookings(wire).create(
        event_type_id=42,
        event_type_slug="intro",
        username="ada",
        team_slug="sales",
        organization_slug="acme",
        start=datetime(2026, 12, 1, 9, tzinfo=UTC),
        attendee=NewAttendee(name="Ada", time_zone="Europe/London", phone_number="+442000000000", language="en"),
        guests=["g@example.com"],
        booking_fields_responses={"why_so": "because", "nested_part": {"a_b": None}},
        metadata={"order_number": "17"},
        length_in_minutes=timedelta(minutes=45),
        location=BookingIntegrationLocation(integration="zoom"),
        meeting_url="https://example.com/room",
        routing=BookingRouting(team_member_ids=(1, 2), response_id=3),
        email_verification_code="123456",
        instant=True,
        recurrence_count=3,
    )
    assert wire.sent.body == {
        "eventTypeId": 42,
        "eventTypeSlug": "intro",
        "username": "ada",
        "teamSlug": "sales",
        "organizationSlug": "acme",
        "start": "2026-12-01T09:00:00.000Z",
        "attendee": {"name": "Ada", "timeZone": "Europe/London", "phoneNumber": "+442000000000", "language": "en"},
        "guests": ["g@example.com"],
        "bookingFieldsResponses": {"why_so": "because", "nested_part": {"a_b": None}},
        "metadata": {"order_number": "17"},
        "lengthInMinutes": 45,
        "location": {"type": "integration", "integration": "zoom"},
        "meetingUrl": "https://example.com/room",
        "routing": {"teamMemberIds": [1, 2], "responseId": 3},
        "emailVerificationCode": "123456",
        "instant": True,
        "recurrenceCount": 3,
    }


@pytest.mark.parametrize("argument", ["allow_conflicts", "allow_booking_out_of_bounds", "skip_booking_limits"])
async def test_what_only_hosts_may_ask_for_never_falls_back_to_a_version_that_ignores_it(
    wire: Any, argument: str
) -> None:
    wire.answer(ANSWER)
    wanted: dict[str, Any] = {argument: True}
    await Bookings(wire).create(event_type_id=42, start="2026-12-01T09:00:00Z", attendee=ADA, **wanted)
    assert wire.sent.versions == ("2026-02-25",)
    assert [key for key in wire.sent.body if key not in {"eventTypeId", "start", "attendee"}] == [
        {"allow_conflicts": "allowConflicts", "allow_booking_out_of_bounds": "allowBookingOutOfBounds"}.get(
            argument, "skipBookingLimits"
        )
    ]


async def test_a_recurring_event_type(wire: Any) -> None:
    wire.answer([ANSWER | {"uid": "a"}, ANSWER | {"uid": "b"}])
    made = await Bookings(wire).create(event_type_id=42, start="2026-12-01T09:00:00Z", attendee=ADA)
    assert made.uid == "a"
    assert [b.uid for b in made.series] == ["a", "b"]
    occurrences = await Bookings(wire).create_recurring(
        event_type_id=42, start="2026-12-01T09:00:00Z", attendee=ADA, recurrence_count=2, metadata={"k": "v"}
    )
    assert [b.uid for b in occurrences] == ["a", "b"]
    assert wire.sent.body == {
        "eventTypeId": 42,
        "start": "2026-12-01T09:00:00Z",
        "attendee": ADA_ON_THE_WIRE,
        "recurrenceCount": 2,
        "metadata": {"k": "v"},
    }


async def test_create_recurring_of_what_does_not_recur_is_a_tuple_all_the_same(wire: Any) -> None:
    wire.answer(ANSWER)
    made = await Bookings(wire).create_recurring(event_type_id=42, start="2026-12-01T09:00:00Z", attendee=ADA)
    assert [b.uid for b in made] == ["aZ19"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"start": datetime(2026, 12, 1, 9)}, "start: a naive datetime"),
        ({"start": "2026-12-01T09:00:00"}, "start: has no UTC offset"),
        ({"attendee": {"name": "Ada"}}, "attendee: time_zone is missing"),
        ({"attendee": ADA | {"mail": "x"}}, "attendee: unknown key 'mail'; did you mean email"),
        ({"location": {"type": "attendeePhone"}}, "location: phone is missing"),
        ({"routing": {"response_id": 1}}, "routing: team_member_ids is missing"),
        ({"metadata": {"k" * 41: "v"}}, "metadata: a key of 41 characters"),
        ({"metadata": {"k": "v" * 501}}, "metadata.k: 501 characters"),
        ({"booking_fields_responses": {"n": float("nan")}}, "booking_fields_responses.n"),
    ],
)
async def test_what_is_refused_before_anything_is_sent(wire: Any, changes: dict[str, Any], says: str) -> None:
    arguments: dict[str, Any] = {"event_type_id": 42, "start": "2026-12-01T09:00:00Z", "attendee": ADA} | changes
    with pytest.raises(InvalidRequestError, match=says):
        await Bookings(wire).create(**arguments)
    assert wire.requests == []
