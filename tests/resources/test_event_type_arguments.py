"""From the arguments of an event type to the body and the version: pure functions, tables of cases."""

from datetime import date
from typing import Any

import pytest

from calcom_async.core.codec import decode
from calcom_async.core.unset import DISABLED, UNSET
from calcom_async.errors import InvalidRequestError
from calcom_async.models.booking_field_inputs import NewClassicField, NewCustomField, NewDefaultField
from calcom_async.models.event_type_inputs import (
    NewCalendarDaysWindow,
    NewHost,
    NewRangeWindow,
    NewSeats,
    TeamEventTypeChanges,
)
from calcom_async.models.event_type_locations import NewEventTypeAddressLocation
from calcom_async.models.event_types import EventType, TeamEventType
from calcom_async.resources.event_type_arguments import (
    ARGUMENTS,
    TEAM_ARGUMENTS,
    event_type_body,
    event_type_versions,
)

OLD, NEW = ("2024-06-14",), ("2026-06-12",)
BOTH = OLD + NEW


def body(**given: Any) -> dict[str, Any]:
    return event_type_body(given, TEAM_ARGUMENTS)


CUSTOM = {"field": "custom", "type": "shortText", "slug": "why", "label": "Why?"}
CLASSIC = {"type": "text", "slug": "why", "label": "Why?", "required": False, "placeholder": "", "hidden": False}


@pytest.mark.parametrize(
    ("given", "versions"),
    [
        ({}, BOTH),
        ({"title": "Intro", "seats": DISABLED, "hidden": True}, BOTH),
        ({"locations": [{"type": "attendeePhone"}]}, BOTH),
        ({"booking_fields": []}, BOTH),
        ({"disable_guests": UNSET, "private_note_mode": UNSET, "booking_fields": UNSET}, BOTH),
        ({"disable_guests": False}, OLD),
        ({"booking_fields": [CLASSIC]}, OLD),
        ({"booking_fields": [NewClassicField(slug="notes")]}, OLD),
        ({"booking_fields": [NewClassicField(slug="notes")], "disable_guests": True}, OLD),
        ({"booking_fields": [CUSTOM]}, NEW),
        ({"booking_fields": (NewDefaultField(field="notes", hidden=True),)}, NEW),
        ({"booking_proposal_count": None}, NEW),
        ({"private_note_enabled": True}, NEW),
        ({"private_note_mode": "separate_events"}, NEW),
        ({"private_note_template": "x"}, NEW),
        ({"skip_attendee_email_deliverability_check": True}, NEW),
        ({"email_settings": {"disable_emails_to_hosts": True}}, NEW),
    ],
)
def test_the_version_follows_the_arguments(given: dict[str, Any], versions: tuple[str, ...]) -> None:
    assert event_type_versions(given, ARGUMENTS) == versions


@pytest.mark.parametrize(
    ("given", "versions"),
    [
        ({"email_settings": {"disable_emails_to_hosts": True}, "hosts": []}, BOTH),
        ({"allow_rr_host_choice_on_reschedule": True}, NEW),
        ({"booking_proposal_count": 3}, NEW),
    ],
)
def test_a_team_has_e_mail_settings_in_both_versions(given: dict[str, Any], versions: tuple[str, ...]) -> None:
    assert event_type_versions(given, TEAM_ARGUMENTS) == versions


@pytest.mark.parametrize(
    "given",
    [
        {"disable_guests": True, "private_note_enabled": True},
        {"disable_guests": True, "booking_fields": [CUSTOM]},
        {"booking_fields": [CUSTOM, CLASSIC]},
        {"booking_fields": [CLASSIC], "email_settings": {}},
    ],
)
def test_what_no_version_knows_together_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError, match="no version knows both"):
        event_type_versions(given, ARGUMENTS)


def test_fields_of_an_answer_go_back_to_their_version() -> None:
    new = decode({"id": 1, "bookingFields": [{**CUSTOM, "required": True}]}, EventType)
    old = decode({"id": 1, "bookingFields": [{**CLASSIC, "isDefault": False}]}, EventType)
    assert event_type_versions({"booking_fields": new.booking_fields}, ARGUMENTS) == NEW
    assert event_type_versions({"booking_fields": old.booking_fields}, ARGUMENTS) == OLD
    assert body(booking_fields=new.booking_fields) == {"bookingFields": [{**CUSTOM, "required": True}]}
    assert body(booking_fields=old.booking_fields) == {"bookingFields": [CLASSIC]}


@pytest.mark.parametrize(
    ("given", "wire"),
    [
        ({"length_in_minutes": 30, "title": UNSET}, {"lengthInMinutes": 30}),
        ({"description": None, "schedule_id": None}, {"description": None, "scheduleId": None}),
        ({"seats": DISABLED}, {"seats": {"disabled": True}}),
        ({"seats": {"disabled": True}}, {"seats": {"disabled": True}}),
        (
            {"seats": NewSeats(seats_per_time_slot=2, show_attendee_info=True, show_availability_count=False)},
            {"seats": {"seatsPerTimeSlot": 2, "showAttendeeInfo": True, "showAvailabilityCount": False}},
        ),
        ({"booking_window": DISABLED}, {"bookingWindow": {"disabled": True}}),
        (
            {"booking_window": NewCalendarDaysWindow(value=5, rolling=True)},
            {"bookingWindow": {"type": "calendarDays", "value": 5, "rolling": True}},
        ),
        (
            {"booking_window": NewRangeWindow(value=[date(2030, 1, 2), "2030-01-09"])},
            {"bookingWindow": {"type": "range", "value": ["2030-01-02", "2030-01-09"]}},
        ),
        (
            {"confirmation_policy": {
                "type": "time",
                "notice_threshold": {"unit": "minutes", "count": 5},
                "blockUnconfirmedBookingsInBooker": False,
            }},
            {"confirmationPolicy": {
                "type": "time",
                "noticeThreshold": {"unit": "minutes", "count": 5},
                "blockUnconfirmedBookingsInBooker": False,
            }},
        ),
        ({"disable_cancelling": {"disabled": True}}, {"disableCancelling": {"disabled": True}}),
        ({"disable_rescheduling": {"minutes_before": 60}}, {"disableRescheduling": {"minutesBefore": 60}}),
        ({"cal_video_settings": {"redirect_url_on_exit": None}}, {"calVideoSettings": {"redirectUrlOnExit": None}}),
        (
            {"locations": [NewEventTypeAddressLocation(address="HQ", public=True), {"type": "attendeePhone"}]},
            {"locations": [{"type": "address", "address": "HQ", "public": True}, {"type": "attendeePhone"}]},
        ),
        (
            {"booking_fields": [NewCustomField(type="select", slug="a", label="A", options=["x"])]},
            {"bookingFields": [{"field": "custom", "type": "select", "slug": "a", "label": "A", "options": ["x"]}]},
        ),
        (
            {"hosts": [NewHost(user_id=4, mandatory=True), {"user_id": 5}, {"userId": 6, "priority": "high"}]},
            {"hosts": [{"userId": 4, "mandatory": True}, {"userId": 5}, {"userId": 6, "priority": "high"}]},
        ),
        ({"allow_rr_host_choice_on_reschedule": True}, {"allowRRHostChoiceOnReschedule": True}),
        ({"allow_rr_host_choice_on_reschedule": UNSET}, {}),
    ],
)  # fmt: skip
def test_the_body(given: dict[str, Any], wire: dict[str, Any]) -> None:
    assert body(**given) == wire


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"seat": DISABLED}, "seat: there is no such argument; did you mean seats"),
        ({"zebra": 1}, "zebra: there is no such argument$"),
        ({"seats": {"seats_per_slot": 1}}, "seats: unknown key 'seats_per_slot'; did you mean seats_per_time_slot"),
        ({"seats": {"seats_per_time_slot": 1}}, "seats: show_attendee_info is missing"),
        (
            {"locations": [{"type": "address", "adress": "HQ"}]},
            r"locations\[0\]: unknown key 'adress'; did you mean address",
        ),
        ({"locations": {"type": "attendeePhone"}}, "locations: expected a list"),
        ({"booking_fields": [{"field": "custom", "slug": "x", "label": "X"}]}, r"booking_fields\[0\]: type is missing"),
        ({"booking_fields": [{"field": "title", "options": ["a"]}]}, r"booking_fields\[0\]: unknown key 'options'"),
        ({"hosts": [{"mandatory": True}]}, r"hosts\[0\]: user_id is missing"),
        ({"booking_window": {"type": "range"}}, "booking_window: value is missing"),
    ],
)
def test_what_is_refused_before_anything_is_sent(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRequestError, match=message):
        body(**given)


def test_your_own_event_types_have_no_hosts() -> None:
    with pytest.raises(InvalidRequestError, match="hosts: there is no such argument"):
        event_type_body({"hosts": []}, ARGUMENTS)


def test_kinds_newer_than_this_release_are_sent_as_they_are() -> None:
    wire = {"locations": [{"type": "moon", "crater": "Tycho"}], "bookingFields": [{"field": "moonPhase", "slug": "m"}]}
    assert body(locations=wire["locations"], booking_fields=wire["bookingFields"]) == wire


def test_parts_of_an_answer_can_be_sent_back() -> None:
    answer = decode(
        {
            "id": 1,
            "hosts": [{"userId": 4, "name": "Ada", "username": "ada", "avatarUrl": None, "priority": "low"}],
            "locations": [
                {"type": "integration", "integration": "cal-video", "credentialId": 7},
                {"type": "address", "address": "HQ", "public": True},
            ],
            "bookingFields": [
                {"isDefault": True, "type": "multiemail", "slug": "guests", "required": False, "hidden": True},
                {"isDefault": True, "type": "radioInput", "slug": "location", "required": False, "hidden": False},
            ],
            "seats": {
                "disabled": False,
                "seatsPerTimeSlot": 2,
                "showAttendeeInfo": False,
                "showAvailabilityCount": True,
            },
            "bookingWindow": {"type": "range", "value": ["2030-01-02", "2030-01-09"]},
            "confirmationPolicy": {"disabled": True},
            "calVideoSettings": {
                "eventTypeId": 1,
                "sendTranscriptionEmails": True,
                "createdAt": "2026-01-01T00:00:00.000Z",
            },
        },
        TeamEventType,
    )
    assert body(
        hosts=[*answer.hosts, {"user_id": 5}],
        locations=answer.locations,
        booking_fields=answer.booking_fields,
        seats=answer.seats,
        booking_window=answer.booking_window,
        confirmation_policy=answer.confirmation_policy,
        cal_video_settings=answer.cal_video_settings,
    ) == {
        "hosts": [{"userId": 4, "priority": "low"}, {"userId": 5}],
        "locations": [
            {"type": "integration", "integration": "cal-video"},
            {"type": "address", "address": "HQ", "public": True},
        ],
        "bookingFields": [{"slug": "guests", "required": False, "hidden": True}, {"slug": "location"}],
        "seats": {"disabled": False, "seatsPerTimeSlot": 2, "showAttendeeInfo": False, "showAvailabilityCount": True},
        "bookingWindow": {"type": "range", "value": ["2030-01-02", "2030-01-09"]},
        "confirmationPolicy": {"disabled": True},
        "calVideoSettings": {"sendTranscriptionEmails": True},
    }


def test_every_nested_setting_is_checked() -> None:
    """A setting that nobody checks would be sent with any typo in it."""
    hints = TeamEventTypeChanges.__annotations__
    nested = {name for name, hint in hints.items() if "Part" in str(hint) or "Input]" in str(hint)}
    assert len(nested) == 17
    for name in nested - {
        "booking_window",
        "locations",
    }:  # told apart by `type`: an unknown one is the server's to judge
        with pytest.raises(InvalidRequestError, match="not_a_key"):
            body(**{name: [{"not_a_key": 1}] if "Sequence" in str(hints[name]) else {"not_a_key": 1}})
