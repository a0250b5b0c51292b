import pickle
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from calcom_async.core.codec import decode
from calcom_async.errors import DecodeError
from calcom_async.models.bookings import Booking, BookingStatus, ReassignedBooking, in_series

REGULAR: dict[str, Any] = {
    "id": 7,
    "uid": "aZ19",
    "title": "Intro between Ada and Grace",
    "description": "",
    "hosts": [{"id": 1, "name": "Ada", "email": "ada@example.com", "username": "ada", "timeZone": "Europe/London"}],
    "status": "accepted",
    "cancellationReason": "",
    "cancelledByEmail": "",
    "rescheduledByEmail": None,
    "start": "2026-12-01T09:00:00.000Z",
    "end": "2026-12-01T09:30:00.000Z",
    "duration": 30,
    "eventTypeId": 42,
    "eventType": {"id": 42, "slug": "intro"},
    "meetingUrl": "integrations:google:meet",
    "location": "integrations:google:meet",
    "absentHost": False,
    "createdAt": "2026-11-01T10:00:00.123Z",
    "updatedAt": None,
    "metadata": {"order": "17"},
    "rating": None,
    "icsUid": "aZ19@Cal.com",
    "attendees": [
        {"name": "Grace", "email": "grace@example.com", "timeZone": "Europe/Riga", "language": "lv", "absent": False}
    ],
    "bookingFieldsResponses": {"email": "grace@example.com", "name": {"firstName": "Grace", "lastName": "H"}},
}
SEATED: dict[str, Any] = {
    key: value for key, value in REGULAR.items() if key not in {"metadata", "bookingFieldsResponses"}
} | {
    "description": None,
    "seatUid": "s-1",
    "isPlatformManagedUserBooking": False,
    "attendees": [
        {
            "name": "Grace",
            "email": "grace@example.com",
            "displayEmail": "grace@example.com",
            "timeZone": "Europe/Riga",
            "language": "lv",
            "absent": True,
            "seatUid": "s-1",
            "createdAt": "2026-11-01T10:00:00.123Z",
            "bookingFieldsResponses": {"name": "Grace", "guests": []},
            "metadata": {"order": "17"},
        }
    ],
}


def booking(**changes: Any) -> Booking:
    return Booking.from_dict(REGULAR | changes)


def test_a_regular_booking() -> None:
    read = booking()
    assert read.uid == "aZ19"
    assert read.id == 7
    assert read.status is BookingStatus.ACCEPTED
    assert read.start == datetime(2026, 12, 1, 9, tzinfo=UTC)
    assert read.end - read.start == read.duration == timedelta(minutes=30)
    assert read.event_type is not None
    assert (read.event_type.id, read.event_type.slug) == (42, "intro")
    assert read.hosts[0].time_zone == "Europe/London"
    assert read.attendees[0].language == "lv"
    assert read.guests == ()
    assert read.ics_uid == "aZ19@Cal.com"
    assert read.metadata == {"order": "17"}
    assert read.updated_at is None
    assert read.to_dict() == REGULAR


def test_a_seated_booking_keeps_answers_and_metadata_with_the_attendee() -> None:
    read = Booking.from_dict(SEATED)
    assert (read.metadata, read.booking_fields_responses) == (None, None)
    assert read.seat_uid == read.attendees[0].seat_uid == "s-1"
    assert read.attendees[0].metadata == {"order": "17"}
    assert read.attendees[0].booking_fields_responses == {"name": "Grace", "guests": []}
    assert read.attendees[0].created_at == datetime(2026, 11, 1, 10, 0, 0, 123000, tzinfo=UTC)
    assert read.attendees[0].absent is True
    assert read.to_dict() == SEATED
    assert read.extra == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"eventType": None, "eventTypeId": None, "description": None, "location": None, "meetingUrl": None},
        {
            "hosts": [
                {"id": "unknown", "name": "unknown", "email": "unknown", "username": "unknown", "timeZone": "unknown"}
            ]
        },
        {"hosts": [], "attendees": [], "guests": None},
        {"status": "awaiting_host"},
        {"status": "a-status-of-next-year"},
        {"rootBookingUid": "first", "rescheduledFromUid": "before", "rescheduledToUid": None},
        {"start": "2026-12-01T09:00:00Z", "end": "2026-12-01T10:30:00+01:00"},
        {"somethingNew": {"deep": [1, None]}},
        {"guests": ["g@example.com"], "recurringBookingUid": "r-1", "rating": 5},
    ],
)
def test_odd_bookings_are_read_and_written_back(changes: dict[str, Any]) -> None:
    wire = REGULAR | changes
    assert Booking.from_dict(wire).to_dict() == wire


def test_an_unknown_status_stays_text_and_awaiting_host_is_known() -> None:
    assert booking(status="a-status-of-next-year").status == "a-status-of-next-year"
    assert booking(status="awaiting_host").status is BookingStatus.AWAITING_HOST


def test_what_is_not_known_is_in_extra() -> None:
    assert booking(somethingNew=1).extra == {"somethingNew": 1}


@pytest.mark.parametrize("field", ["uid", "start", "end", "status"])
def test_what_every_booking_has_must_be_there(field: str) -> None:
    with pytest.raises(DecodeError, match=field):
        Booking.from_dict({key: value for key, value in REGULAR.items() if key != field})


def test_everything_else_may_be_missing() -> None:
    wire = {key: REGULAR[key] for key in ("uid", "start", "end", "status")}
    read = Booking.from_dict(wire)
    assert (read.id, read.title, read.hosts, read.attendees, read.metadata) == (None, None, (), (), None)
    assert read.to_dict() == wire


def test_a_wrong_type_is_said_with_its_path_and_without_its_value() -> None:
    with pytest.raises(DecodeError) as caught:
        decode(REGULAR | {"attendees": [{"name": 991133}]}, Booking)
    assert caught.value.path == "attendees[0].name"
    assert "991133" not in str(caught.value)


def test_a_single_booking_is_its_own_series() -> None:
    read = booking()
    assert read.series == (read,)


def test_one_of_a_series_carries_the_others() -> None:
    first, second = booking(uid="a"), booking(uid="b")
    chosen = in_series([first, second], "b")
    assert chosen == second
    assert [b.uid for b in chosen.series] == ["a", "b"]
    assert in_series([first, second]).uid == "a"
    assert in_series([first, second], "unknown").uid == "a"
    assert second.series == (second,)


def test_the_series_is_no_part_of_the_wire_form_nor_of_equality_but_is_pickled() -> None:
    one = in_series([booking(uid="a", start="2026-12-01T09:00:00Z"), booking(uid="b")])
    assert one.to_dict() == REGULAR | {"uid": "a", "start": "2026-12-01T09:00:00Z"}
    assert one == booking(uid="a")
    assert "series" not in repr(one)
    again = pickle.loads(pickle.dumps(one))
    assert again == one
    assert [b.uid for b in again.series] == ["a", "b"]


def test_a_reassignment() -> None:
    wire = {"bookingUid": "aZ19", "reassignedTo": {"id": 2, "name": "Grace", "email": "grace@example.com"}}
    read = ReassignedBooking.from_dict(wire)
    assert read.booking_uid == "aZ19"
    assert read.reassigned_to is not None
    assert read.reassigned_to.id == 2
    assert read.to_dict() == wire
