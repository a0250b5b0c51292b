"""From bytes to events: every trigger, both versions, odd forms, and nothing lost on the way."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from calcom_async import DecodeError, WebhookVerificationError, webhooks
from calcom_async.models import WebhookTrigger, WebhookVersion
from calcom_async.webhooks import (
    BookingEvent,
    FormEvent,
    MeetingEvent,
    NoShowEvent,
    OpenEvent,
    OutOfOfficeEvent,
    RecordingEvent,
    TemplatedEvent,
    WrongAssignmentEvent,
    parse,
    read_event,
)

from .samples import BOOKING, FLAT, PAYLOADS, SECRET, delivery, envelope

FORM = "application/x-www-form-urlencoded"


def test_there_is_a_sample_of_every_event() -> None:
    assert set(PAYLOADS) == {*WebhookTrigger}
    assert len(PAYLOADS) == 28


@pytest.mark.parametrize("version", ["2021-10-20", "2026-07-27", None])
@pytest.mark.parametrize("trigger", [*WebhookTrigger])
def test_every_event_is_typed_and_gives_its_body_back(trigger: WebhookTrigger, version: str | None) -> None:
    wire = envelope(trigger)
    event = parse(*delivery(wire, version=version), secret=SECRET)
    assert not isinstance(event, OpenEvent | TemplatedEvent)
    assert event.trigger is trigger
    assert event.version == version
    assert version is None or isinstance(event.version, WebhookVersion)
    assert event.problems == ()
    assert event.to_dict() == wire
    assert pickle.loads(pickle.dumps(event)) == event
    if trigger not in ("FORM_SUBMITTED", "FORM_SUBMITTED_NO_EVENT"):
        assert dict(event.payload.extra) == {}


def test_a_booking() -> None:
    event = parse(*delivery(envelope("BOOKING_RESCHEDULED")), secret=SECRET)
    assert isinstance(event, BookingEvent)
    payload = event.payload
    assert event.uid == payload.uid == "bK1example"
    assert event.created_at == datetime(2026, 4, 6, 8, tzinfo=UTC)
    assert payload.start_time == datetime(2026, 4, 7, 9, tzinfo=UTC)
    assert payload.end_time == datetime(2026, 4, 7, 9, 30, tzinfo=UTC)
    assert payload.length == timedelta(minutes=30)
    assert (payload.reschedule_uid, payload.i_cal_uid) == ("bK0example", "bK1example@Cal.com")
    assert payload.organizer is not None
    assert payload.organizer.utc_offset == timedelta(hours=1)
    assert [attendee.first_name for attendee in payload.attendees] == ["Grace"]


def test_the_others() -> None:
    def read(trigger: str) -> Any:
        return parse(*delivery(envelope(trigger)), secret=SECRET)

    no_show = read("BOOKING_NO_SHOW_UPDATED")
    assert isinstance(no_show, NoShowEvent)
    assert (no_show.uid, no_show.payload.attendees[0].no_show) == ("bK1example", True)
    recording = read("RECORDING_TRANSCRIPTION_GENERATED")
    assert isinstance(recording, RecordingEvent)
    assert recording.payload.download_links.transcription[0]["format"] == "vtt"
    away = read("OOO_CREATED")
    assert isinstance(away, OutOfOfficeEvent)
    assert away.payload.ooo_entry.end == datetime(2026, 5, 2, 23, 59, 59, 999000, UTC)
    assert away.uid is None
    report = read("WRONG_ASSIGNMENT_REPORT")
    assert isinstance(report, WrongAssignmentEvent)
    assert report.uid == "bK1example"
    form = read("FORM_SUBMITTED")
    assert isinstance(form, FormEvent)
    assert form.payload.extra["size"] == "large"


@pytest.mark.parametrize("trigger", FLAT)
def test_the_created_at_of_a_flat_body_is_the_bookings(trigger: str) -> None:
    event = parse(*delivery(envelope(trigger)), secret=SECRET, max_age=timedelta(minutes=5))
    assert isinstance(event, MeetingEvent)
    assert event.created_at is None
    assert event.payload.created_at == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert event.repeat_key == event.digest


def test_a_meeting_in_an_envelope_is_the_same() -> None:
    wire = {
        "triggerEvent": "MEETING_ENDED",
        "createdAt": "2026-04-07T09:30:01.000Z",
        "payload": PAYLOADS["MEETING_ENDED"],
    }
    event = parse(*delivery(wire), secret=SECRET)
    assert isinstance(event, MeetingEvent)
    assert event.created_at == datetime(2026, 4, 7, 9, 30, 1, tzinfo=UTC)
    assert event.to_dict() == wire


def test_an_event_of_tomorrow_stays_open() -> None:
    wire = {"triggerEvent": "BOOKING_TELEPORTED", "createdAt": "2026-04-06T08:00:00Z", "payload": {"uid": "b", "to": 1}}
    event = parse(*delivery(wire, version="2030-01-01"), secret=SECRET)
    assert isinstance(event, OpenEvent)
    assert (event.trigger, event.version, event.uid) == ("BOOKING_TELEPORTED", "2030-01-01", "b")
    assert event.payload == {"uid": "b", "to": 1}
    assert event.to_dict() == wire


@pytest.mark.parametrize("payload", [None, [], "text", 1, False])
def test_a_payload_that_is_no_object_stays_open(payload: Any) -> None:
    wire = {"triggerEvent": "BOOKING_CREATED", "createdAt": "2026-04-06T08:00:00Z", "payload": payload}
    event = read_event(*delivery(wire))
    assert isinstance(event, OpenEvent)
    assert event.to_dict() == wire


def test_fields_that_do_not_fit_are_kept_and_the_rest_is_read() -> None:
    odd = {"startTime": "soon", "length": "half an hour", "attendees": [{"name": 7}], "hologram": {"a": 1}}
    wire = envelope("BOOKING_CREATED", **odd)
    event = read_event(*delivery(wire))
    assert isinstance(event, BookingEvent)
    assert (event.uid, event.payload.start_time, event.payload.length, event.payload.attendees) == (
        "bK1example", None, None, (),
    )  # fmt: skip
    assert dict(event.payload.extra) == odd
    assert sorted(problem.path for problem in event.problems) == ["attendees[0].name", "length", "startTime"]
    assert event.to_dict() == wire


def test_whatever_stands_beside_the_payload_comes_back() -> None:
    wire = {**envelope("BOOKING_CREATED"), "hint": [1]}
    assert read_event(*delivery(wire)).to_dict() == wire


@pytest.mark.parametrize("written", ["2026-04-06T08:00:00Z", "2026-04-06T08:00:00.000Z", "2026-04-06T10:00:00+02:00",
                                     "2026-04-06 08:00:00", "2026-04-06T08:00:00+00:00"])  # fmt: skip
def test_instants_in_all_their_forms(written: str) -> None:
    wire = envelope("BOOKING_CREATED", created_at=written, startTime=written)
    event = read_event(*delivery(wire))
    assert event.created_at == event.payload.start_time == datetime(2026, 4, 6, 8, tzinfo=UTC)
    assert event.to_dict() == wire


@pytest.mark.parametrize("written", [None, 1775462400, "yesterday", "", {}])
def test_an_instant_that_is_none(written: Any) -> None:
    wire = envelope("BOOKING_CREATED", created_at=written)
    event = read_event(*delivery(wire))
    assert (event.created_at, event.repeat_key) == (None, None)
    assert event.to_dict() == wire


@pytest.mark.parametrize("wire", [{"content": "a booking"}, {"triggerEvent": 5}, [1], "text", 1.5, None, False])
def test_what_a_template_made(wire: Any) -> None:
    event = parse(*delivery(wire), secret=SECRET, max_age=timedelta(seconds=1))
    assert isinstance(event, TemplatedEvent)
    assert (event.trigger, event.payload, event.to_dict(), event.repeat_key) == (None, wire, wire, None)
    assert event.form == ({"text": ""} if wire == "text" else {})


def test_a_template_that_names_its_event() -> None:
    wire = {"triggerEvent": "BOOKING_CREATED", "who": "Grace"}
    event = read_event(*delivery(wire))
    assert isinstance(event, BookingEvent)
    assert (dict(event.payload.extra), event.to_dict()) == ({"who": "Grace"}, wire)
    assert event.repeat_key is None, "another booking may well have the same body"


def test_a_form() -> None:
    body = b"what=chat&who=Grace Example&phone=+37120000000&empty=&bare"
    event = parse(*delivery(body, content_type=f"{FORM}; charset=utf-8"), secret=SECRET)
    assert isinstance(event, TemplatedEvent)
    assert event.form == {
        "what": "chat", "who": "Grace Example", "phone": "+37120000000", "empty": "", "bare": "",
    }  # fmt: skip
    assert event.to_dict() == body.decode()


@pytest.mark.parametrize(
    ("body", "content_type", "message"),
    [
        (b"", "application/json", "not JSON"),
        (b"what=chat", "application/json", "not JSON"),
        (b"[" * 100_000, "application/json", "not JSON"),
        (b"\xff\xfe", FORM, "neither JSON nor text"),
        (b" " * 1_048_577, "application/json", "more than 1048576 bytes"),
    ],
)
def test_what_can_not_be_read(body: bytes, content_type: str, message: str) -> None:
    with pytest.raises(DecodeError, match=message):
        parse(*delivery(body, content_type=content_type), secret=SECRET)


def test_the_limit_of_a_body_is_yours() -> None:
    body, headers = delivery(envelope("BOOKING_CREATED"))
    parse(body, headers, secret=SECRET, max_body=len(body))
    with pytest.raises(DecodeError, match="more than"):
        parse(body, headers, secret=SECRET, max_body=len(body) - 1)


def test_nothing_is_read_before_it_is_verified() -> None:
    with pytest.raises(WebhookVerificationError):
        parse(*delivery(b"{", secret="another"), secret=SECRET)
    with pytest.raises(WebhookVerificationError):
        parse(b"{}", {}, secret=SECRET)


def test_an_old_delivery_that_is_sent_again() -> None:
    sent = delivery(envelope("BOOKING_CREATED", created_at="2026-04-06T08:00:00.000Z"))
    told = datetime(2026, 4, 6, 8, tzinfo=UTC)
    five = timedelta(minutes=5)
    for now in (told, told + five, told - five):
        parse(*sent, secret=SECRET, max_age=five, now=now)
    for now in (told + five + timedelta(milliseconds=1), told - five - timedelta(milliseconds=1)):
        with pytest.raises(WebhookVerificationError, match="sent again"):
            parse(*sent, secret=SECRET, max_age=five, now=now)
    with pytest.raises(WebhookVerificationError):
        parse(*delivery(envelope("BOOKING_CREATED", created_at="2020-01-01T00:00:00Z")), secret=SECRET, max_age=five)


def test_headers_of_every_framework() -> None:
    body, headers = delivery(envelope("BOOKING_CREATED"), version="2026-07-27")
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    shouted = {name.upper(): value for name, value in headers.items()}
    for form in (headers, shouted, list(headers.items()), raw, iter(raw)):
        assert parse(body, form, secret=SECRET).version is WebhookVersion.V2026_07_27


def test_a_repeat_has_the_same_key_and_nothing_else_has() -> None:
    one, same, other = (
        read_event(*delivery(envelope("BOOKING_CREATED", **changes))) for changes in ({}, {}, {"uid": "other"})
    )
    assert one.repeat_key == same.repeat_key == one.digest
    assert other.repeat_key != one.repeat_key


def test_no_secret_of_a_booking_is_shown() -> None:
    event = read_event(*delivery(envelope("BOOKING_REQUESTED")))
    assert "grace@example.com" not in repr(event)
    assert "one_time_password='p'" not in repr(event.payload)


def test_every_public_name_is_there() -> None:
    assert sorted(webhooks.__all__, key=str.lower) == sorted(set(webhooks.__all__), key=str.lower)
    assert all(hasattr(webhooks, name) for name in webhooks.__all__)
    assert json.dumps(BOOKING)
