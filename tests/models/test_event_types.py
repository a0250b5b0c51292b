"""Event types: odd shapes, what is switched off, and what no release knows."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from calcom_async.core.codec import decode, decode_items
from calcom_async.core.records import Unknown
from calcom_async.core.unset import DISABLED
from calcom_async.errors import DecodeError
from calcom_async.models.event_type_locations import (
    EventTypeAddressLocation,
    EventTypeAttendeePhoneLocation,
    EventTypeIntegrationLocation,
    EventTypeUnknownLocation,
)
from calcom_async.models.event_type_settings import (
    BookingLimitsCount,
    BusinessDaysWindow,
    CalendarDaysWindow,
    ConfirmationPolicy,
    ConfirmationPolicyType,
    Frequency,
    RangeWindow,
    Seats,
)
from calcom_async.models.event_types import EventType, HostPriority, SchedulingType, TeamEventType


def read(**wire: Any) -> EventType:
    event_type = decode({"id": 1, **wire}, EventType)
    assert event_type.to_dict() == {"id": 1, **wire}
    return event_type


def test_the_id_alone_is_enough() -> None:
    event_type = read()
    assert (event_type.id, event_type.title, event_type.locations, event_type.seats) == (1, None, (), None)


def test_without_an_id_it_is_malformed() -> None:
    with pytest.raises(DecodeError, match=r"^id: expected a value"):
        decode({"title": "Intro"}, EventType)


@pytest.mark.parametrize(
    "name",
    [
        "seats",
        "recurrence",
        "bookingWindow",
        "confirmationPolicy",
        "bookingLimitsCount",
        "bookingLimitsDuration",
        "bookerActiveBookingsLimit",
    ],
)
def test_a_feature_that_is_off(name: str) -> None:
    event_type = read(**{name: {"disabled": True}})
    attribute = "".join("_" + c.lower() if c.isupper() else c for c in name)
    assert getattr(event_type, attribute) is DISABLED
    assert not getattr(event_type, attribute)


def test_off_with_leftovers_is_off_and_nothing_is_lost() -> None:
    assert read(seats={"disabled": True, "seatsPerTimeSlot": 2}).seats is DISABLED


def test_a_feature_that_is_on() -> None:
    event_type = read(
        seats={"disabled": False, "seatsPerTimeSlot": 3, "showAttendeeInfo": True, "showAvailabilityCount": False},
        confirmationPolicy={"type": "time", "noticeThreshold": {"unit": "hours", "count": 2}},
        recurrence={"interval": 1, "occurrences": 5, "frequency": "weekly"},
    )
    assert isinstance(event_type.seats, Seats)
    assert event_type.seats.seats_per_time_slot == 3
    assert isinstance(event_type.confirmation_policy, ConfirmationPolicy)
    assert event_type.confirmation_policy.type is ConfirmationPolicyType.TIME
    assert event_type.confirmation_policy.notice_threshold is not None
    assert event_type.confirmation_policy.notice_threshold.count == 2
    assert getattr(event_type.recurrence, "frequency", None) is Frequency.WEEKLY


def test_limits_that_were_switched_off_come_back_empty() -> None:
    event_type = read(bookingLimitsCount={"day": 1}, bookingLimitsDuration={})
    assert isinstance(event_type.booking_limits_count, BookingLimitsCount)
    assert event_type.booking_limits_count.day == 1
    assert event_type.booking_limits_duration is None


def test_cancelling_is_switched_off_by_a_record_of_its_own() -> None:
    event_type = read(
        disableCancelling={"disabled": True}, disableRescheduling={"disabled": False, "minutesBefore": 60}
    )
    assert event_type.disable_cancelling is not None
    assert event_type.disable_cancelling.disabled is True
    assert event_type.disable_rescheduling is not None
    assert event_type.disable_rescheduling.minutes_before == 60


class TestBookingWindow:
    def test_by_kind(self) -> None:
        window = read(bookingWindow={"type": "businessDays", "value": 30, "rolling": True}).booking_window
        assert isinstance(window, BusinessDaysWindow)
        assert window.value == 30
        assert isinstance(read(bookingWindow={"type": "calendarDays", "value": 1}).booking_window, CalendarDaysWindow)

    def test_a_range_keeps_its_order(self) -> None:
        window = read(bookingWindow={"type": "range", "value": ["2030-09-09", "2030-09-05"]}).booking_window
        assert isinstance(window, RangeWindow)
        assert window.value == (date(2030, 9, 9), date(2030, 9, 5))

    def test_a_kind_that_nobody_knows(self) -> None:
        window = read(bookingWindow={"type": "moonDays", "value": 3}).booking_window
        assert isinstance(window, Unknown)
        assert window.extra["type"] == "moonDays"

    def test_a_list_as_the_document_says(self) -> None:
        wire = [{"type": "calendarDays", "value": 5, "rolling": False}, {"type": "moonDays"}]
        windows = read(bookingWindow=wire).booking_window
        assert isinstance(windows, tuple)
        assert [type(window) for window in windows] == [CalendarDaysWindow, Unknown]

    def test_neither_one_nor_a_list_is_malformed_and_alone(self) -> None:
        good, bad = decode_items(
            [{"id": 1, "bookingWindow": "soon"}, {"id": 2, "bookingWindow": [5]}, {"id": 3}], EventType
        )
        assert [event_type.id for event_type in good] == [3]
        assert [b.raw["id"] for b in bad] == [1, 2]


def test_locations_by_kind() -> None:
    locations = read(
        locations=[
            {"type": "address", "address": "1 High St", "public": False},
            {"type": "address"},
            {"type": "attendeePhone"},
            {"type": "integration", "integration": "cal-video", "credentialId": 7},
            {"type": "unknown", "location": '{"type":"inPerson"}'},
            {"type": "moon", "crater": "Tycho"},
        ]
    ).locations
    assert [type(x) for x in locations] == [
        EventTypeAddressLocation,
        EventTypeAddressLocation,
        EventTypeAttendeePhoneLocation,
        EventTypeIntegrationLocation,
        EventTypeUnknownLocation,
        Unknown,
    ]
    assert isinstance(locations[3], EventTypeIntegrationLocation)
    assert locations[3].credential_id == 7
    assert dict(locations[5].extra) == {"type": "moon", "crater": "Tycho"}


def test_cal_video_settings_beyond_the_document() -> None:
    wire = {
        "eventTypeId": 1,
        "createdAt": "2026-11-22T11:55:26.166Z",
        "requireEmailForGuests": False,
        "redirectUrlOnExit": None,
    }
    settings = read(calVideoSettings=wire).cal_video_settings
    assert settings is not None
    assert settings.created_at == datetime(2026, 11, 22, 11, 55, 26, 166000, tzinfo=UTC)
    assert settings.require_email_for_guests is False
    assert dict(settings.extra) == {}


def test_nulls_are_nothing() -> None:
    names = [
        "locations",
        "bookingFields",
        "users",
        "slotInterval",
        "metadata",
        "calVideoSettings",
        "color",
        "scheduleId",
    ]
    event_type = read(**dict.fromkeys(names))
    assert event_type.locations == event_type.booking_fields == event_type.users == ()
    assert event_type.metadata is event_type.cal_video_settings is event_type.color is None


class TestTeamEventType:
    def test_the_copy_of_a_managed_one(self) -> None:
        wire = {
            "id": 2,
            "teamId": None,
            "parentEventTypeId": 1,
            "schedulingType": None,
            "team": {"id": None},
            "hosts": [],
        }
        copy = decode(wire, TeamEventType)
        assert copy.to_dict() == wire
        assert copy.parent_event_type_id == 1
        assert copy.team is not None
        assert copy.team.id is None

    def test_hosts_and_open_words(self) -> None:
        wire = {
            "id": 1,
            "schedulingType": "roundRobin",
            "allowRRHostChoiceOnReschedule": True,
            "hosts": [{"userId": 4, "priority": "high", "mandatory": False}, {"userId": 5, "priority": "urgent"}],
        }
        event_type = decode(wire, TeamEventType)
        assert event_type.to_dict() == wire
        assert event_type.scheduling_type is SchedulingType.ROUND_ROBIN
        assert event_type.allow_rr_host_choice_on_reschedule is True
        assert [host.priority for host in event_type.hosts] == [HostPriority.HIGH, "urgent"]
        assert dict(event_type.extra) == {}

    def test_it_is_an_event_type(self) -> None:
        event_type = decode({"id": 1, "seats": {"disabled": True}, "newThing": [1]}, TeamEventType)
        assert isinstance(event_type, EventType)
        assert event_type.seats is DISABLED
        assert dict(event_type.extra) == {"newThing": [1]}
