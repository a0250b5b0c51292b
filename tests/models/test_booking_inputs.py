from typing import Any

import pytest

from calcom_async.core.inputs import part, parts
from calcom_async.errors import InvalidRequestError
from calcom_async.models.booking_inputs import AttendeeAbsence, BookingRouting, NewAttendee, NewGuest
from calcom_async.models.booking_locations import (
    BookingAddressLocation,
    BookingAttendeeAddressLocation,
    BookingAttendeeDefinedLocation,
    BookingAttendeePhoneLocation,
    BookingIntegrationLocation,
    BookingLinkLocation,
    BookingLocation,
    BookingOrganizersDefaultAppLocation,
    BookingPhoneLocation,
)

LOCATIONS: list[tuple[Any, dict[str, str]]] = [
    (BookingAddressLocation(), {"type": "address"}),
    (BookingAddressLocation(address="1 High St"), {"type": "address", "address": "1 High St"}),
    (BookingAttendeeAddressLocation(address="Home"), {"type": "attendeeAddress", "address": "Home"}),
    (BookingAttendeeDefinedLocation(location="Pub"), {"type": "attendeeDefined", "location": "Pub"}),
    (BookingAttendeePhoneLocation(phone="+37120000000"), {"type": "attendeePhone", "phone": "+37120000000"}),
    (BookingIntegrationLocation(integration="zoom"), {"type": "integration", "integration": "zoom"}),
    (BookingLinkLocation(), {"type": "link"}),
    (BookingLinkLocation(link="https://example.com/x"), {"type": "link", "link": "https://example.com/x"}),
    (BookingPhoneLocation(), {"type": "phone"}),
    (BookingPhoneLocation(phone="+37120000000"), {"type": "phone", "phone": "+37120000000"}),
    (BookingOrganizersDefaultAppLocation(), {"type": "organizersDefaultApp"}),
]


@pytest.mark.parametrize(("location", "wire"), LOCATIONS)
def test_every_kind_of_location_as_a_record_and_as_a_mapping(location: Any, wire: dict[str, str]) -> None:
    assert part(BookingLocation, location, "location") == wire
    assert part(BookingLocation, wire, "location") == wire


def test_a_kind_newer_than_this_release_is_sent_as_it_is() -> None:
    assert part(BookingLocation, {"type": "moon", "crater": 5}, "location") == {"type": "moon", "crater": 5}


@pytest.mark.parametrize(
    ("location", "says"),
    [
        ({"type": "attendeePhone"}, "location: phone is missing"),
        ({"type": "link", "url": "https://example.com"}, "location: unknown key 'url'"),
        ({"type": "integration", "integration": 5}, "location.integration: expected text"),
        ("https://example.com", "location: expected a mapping"),
    ],
)
def test_a_location_that_cannot_be_meant_is_refused(location: Any, says: str) -> None:
    with pytest.raises(InvalidRequestError, match=says):
        part(BookingLocation, location, "location")


@pytest.mark.parametrize(
    "attendee",
    [
        NewAttendee(name="Ada", time_zone="Europe/London", email="ada@example.com", phone_number="+442000000000"),
        {"name": "Ada", "time_zone": "Europe/London", "email": "ada@example.com", "phone_number": "+442000000000"},
        {"name": "Ada", "timeZone": "Europe/London", "email": "ada@example.com", "phoneNumber": "+442000000000"},
    ],
)
def test_an_attendee(attendee: Any) -> None:
    assert part(NewAttendee, attendee, "attendee") == {
        "name": "Ada",
        "timeZone": "Europe/London",
        "email": "ada@example.com",
        "phoneNumber": "+442000000000",
    }


def test_an_attendee_needs_a_time_zone_and_typos_are_named() -> None:
    with pytest.raises(InvalidRequestError, match="attendee: time_zone is missing"):
        part(NewAttendee, {"name": "Ada"}, "attendee")
    with pytest.raises(InvalidRequestError, match="did you mean time_zone"):
        part(NewAttendee, {"name": "Ada", "timezone": "Europe/London"}, "attendee")


def test_guests_and_absences() -> None:
    assert parts(NewGuest, [{"email": "g@example.com"}, NewGuest(email="h@example.com", language="lv")], "guests") == [
        {"email": "g@example.com"},
        {"email": "h@example.com", "language": "lv"},
    ]
    assert parts(
        AttendeeAbsence, [{"email": "g@example.com"}, AttendeeAbsence(email="h@example.com", absent=False)], "a"
    ) == [
        {"email": "g@example.com", "absent": True},
        {"email": "h@example.com", "absent": False},
    ]


def test_routing_with_null_and_without() -> None:
    assert part(BookingRouting, {"team_member_ids": [101, 102], "response_id": None}, "routing") == {
        "teamMemberIds": [101, 102],
        "responseId": None,
    }
    routing = BookingRouting(
        team_member_ids=(1,), crm_record_owner_fallback_team_member_ids=(3,), skip_contact_owner=True
    )
    assert part(BookingRouting, routing, "routing") == {
        "teamMemberIds": [1],
        "crmRecordOwnerFallbackTeamMemberIds": [3],
        "skipContactOwner": True,
    }
    with pytest.raises(InvalidRequestError, match=r"team_member_ids\[0\]: expected a whole number"):
        part(BookingRouting, {"team_member_ids": ["101"]}, "routing")
