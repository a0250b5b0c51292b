from datetime import UTC, date, datetime, timedelta, timezone

from calcom_async.models.slots import SlotReservation, SlotsByDay


def test_slots_by_day_with_ends_seats_and_offsets() -> None:
    wire = {
        "data": {
            "2026-12-14": [
                {"start": "2026-12-14T22:00:00.000+13:00", "end": "2026-12-14T22:30:00.000+13:00"},
                {"start": "2026-12-14T10:00:00.000Z", "seatsBooked": 0, "seatsRemaining": 3, "seatsTotal": 3},
            ],
            "2026-12-15": [{"start": "2026-12-15T09:00:00.000Z", "attendeesCount": 1, "bookingUid": "aZ19"}],
        }
    }
    read = SlotsByDay.from_dict(wire)
    assert list(read.data) == [date(2026, 12, 14), date(2026, 12, 15)]
    first, seated = read.data[date(2026, 12, 14)]
    assert first.start == datetime(2026, 12, 14, 9, tzinfo=UTC)
    assert first.start.utcoffset() == timedelta(hours=13)
    assert first.end == datetime(2026, 12, 14, 22, 30, tzinfo=timezone(timedelta(hours=13)))
    assert (seated.end, seated.seats_booked, seated.seats_remaining, seated.seats_total) == (None, 0, 3, 3)
    assert read.data[date(2026, 12, 15)][0].booking_uid == "aZ19"
    assert read.to_dict() == wire


def test_no_slots() -> None:
    assert SlotsByDay.from_dict({"data": {}}).data == {}


def test_a_reservation_made_and_read() -> None:
    wire = {
        "eventTypeId": 42,
        "slotStart": "2026-12-10T09:00:00.000Z",
        "slotEnd": "2026-12-10T09:30:00.000Z",
        "slotDuration": 30,
        "reservationUid": "7783aa72",
        "reservationDuration": 5,
        "reservationUntil": "2026-11-22T10:54:20.765Z",
    }
    made = SlotReservation.from_dict(wire)
    assert (made.reservation_uid, made.event_type_id) == ("7783aa72", 42)
    assert (made.slot_duration, made.reservation_duration) == (timedelta(minutes=30), timedelta(minutes=5))
    assert made.reservation_until == datetime(2026, 11, 22, 10, 54, 20, 765000, tzinfo=UTC)
    assert made.to_dict() == wire
    del wire["reservationDuration"]
    read = SlotReservation.from_dict(wire)
    assert read.reservation_duration is None
    assert read.to_dict() == wire
