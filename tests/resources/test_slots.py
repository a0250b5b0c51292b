from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from calcom_async.errors import DecodeError, InvalidRequestError, NotFoundError
from calcom_async.models.slots import Slot
from calcom_async.resources.slots import Slots

RESERVATION = {
    "reservationUid": "r-1",
    "eventTypeId": 42,
    "slotStart": "2026-12-10T09:00:00.000Z",
    "slotEnd": "2026-12-10T09:30:00.000Z",
    "slotDuration": 30,
    "reservationDuration": 5,
    "reservationUntil": "2026-11-22T10:54:20.765Z",
}


async def test_slots_by_day(wire: Any) -> None:
    wire.answer(
        {"2026-12-14": [{"start": "2026-12-14T09:00:00.000Z", "end": "2026-12-14T09:30:00.000Z"}], "2026-12-16": []}
    )
    by_day = await Slots(wire).list(event_type_id=42, start="2026-12-14", end=date(2026, 12, 16), format="range")
    assert by_day == {
        date(2026, 12, 14): (
            Slot(start=datetime(2026, 12, 14, 9, tzinfo=UTC), end=datetime(2026, 12, 14, 9, 30, tzinfo=UTC)),
        ),
        date(2026, 12, 16): (),
    }
    assert (wire.sent.method, wire.sent.path, wire.sent.versions) == ("GET", "/slots", ("2024-09-04",))
    assert wire.query == {"eventTypeId": "42", "start": "2026-12-14", "end": "2026-12-16", "format": "range"}


async def test_no_slots(wire: Any) -> None:
    wire.answer({})
    assert await Slots(wire).list(event_type_id=42, start="2026-12-14", end="2026-12-14") == {}


async def test_every_other_way_to_ask(wire: Any) -> None:
    wire.answer({})
    await Slots(wire).list(
        start=datetime(2026, 12, 14, 9, tzinfo=UTC),
        end="2026-12-14T12:00:00+01:00",
        event_type_slug="intro",
        username="ada",
        team_slug="sales",
        usernames=["ada", "grace"],
        organization_slug="acme",
        time_zone="Pacific/Auckland",
        duration=timedelta(hours=1),
        booking_uid_to_reschedule="aZ19",
    )
    assert wire.query == {
        "start": "2026-12-14T09:00:00.000Z",
        "end": "2026-12-14T12:00:00+01:00",
        "eventTypeSlug": "intro",
        "username": "ada",
        "teamSlug": "sales",
        "usernames": "ada,grace",
        "organizationSlug": "acme",
        "timeZone": "Pacific/Auckland",
        "duration": "60",
        "bookingUidToReschedule": "aZ19",
    }


@pytest.mark.parametrize("start", ["2026-12-32", "tomorrow", "2026-12-14T09:00:00", datetime(2026, 12, 14, 9)])
async def test_what_is_neither_a_day_nor_an_instant_is_refused(wire: Any, start: Any) -> None:
    with pytest.raises(InvalidRequestError, match="start"):
        await Slots(wire).list(event_type_id=42, start=start, end="2026-12-15")
    assert wire.requests == []


async def test_a_slot_without_a_start_is_an_error_with_its_place(wire: Any) -> None:
    wire.answer({"2026-12-14": [{"start": "2026-12-14T09:00:00.000Z"}, {"end": "2026-12-14T09:00:00.000Z"}]})
    with pytest.raises(DecodeError, match=r"2026-12-14\[1\].start: expected a value"):
        await Slots(wire).list(event_type_id=42, start="2026-12-14", end="2026-12-15")


async def test_reserve_update_get_release(wire: Any) -> None:
    slots = Slots(wire)
    wire.answer(RESERVATION)
    held = await slots.reserve(
        event_type_id=42, slot_start="2026-12-10T09:00:00Z", reservation_duration=timedelta(minutes=10)
    )
    assert held.reservation_uid == "r-1"
    assert (wire.sent.method, wire.sent.path, wire.sent.repeatable) == ("POST", "/slots/reservations", False)
    assert wire.sent.body == {"eventTypeId": 42, "slotStart": "2026-12-10T09:00:00Z", "reservationDuration": 10}

    await slots.update("r-1", event_type_id=42, slot_start=datetime(2026, 12, 10, 10, tzinfo=UTC), slot_duration=15)
    assert (wire.sent.method, wire.sent.path) == ("PATCH", "/slots/reservations/r-1")
    assert wire.sent.body == {"eventTypeId": 42, "slotStart": "2026-12-10T10:00:00.000Z", "slotDuration": 15}

    assert (await slots.get("r-1")).slot_end == datetime(2026, 12, 10, 9, 30, tzinfo=UTC)
    assert (wire.sent.method, wire.sent.path) == ("GET", "/slots/reservations/r-1")

    wire.answer(wire.response({"status": "success"}))
    await slots.release("r-1")
    assert (wire.sent.method, wire.sent.path) == ("DELETE", "/slots/reservations/r-1")
    assert all(request.versions == ("2024-09-04",) for request in wire.requests)


async def test_a_reservation_that_is_over_is_not_found(wire: Any) -> None:
    wire.answer(None)
    with pytest.raises(NotFoundError) as caught:
        await Slots(wire).get("r-1")
    assert caught.value.status_code == 200
    assert caught.value.path == "/slots/reservations/{uid}"
