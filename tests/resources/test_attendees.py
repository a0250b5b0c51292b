from typing import Any

from calcom_async.resources.bookings import Bookings

GRACE = {
    "name": "Grace",
    "email": "grace@example.com",
    "timeZone": "Europe/Riga",
    "language": "lv",
    "absent": False,
    "id": 5,
}


async def test_list(wire: Any) -> None:
    wire.answer([GRACE])
    assert [a.id for a in await Bookings(wire).attendees.list("aZ19").collect()] == [5]
    assert (wire.sent.method, wire.sent.path, wire.sent.query) == ("GET", "/bookings/aZ19/attendees", ())
    assert wire.sent.versions == ("2024-08-13",)


async def test_get(wire: Any) -> None:
    wire.answer(GRACE)
    assert (await Bookings(wire).attendees.get("aZ19", 5)).email == "grace@example.com"
    assert (wire.sent.path, wire.sent.versions) == ("/bookings/aZ19/attendees/5", ("2024-08-13",))


async def test_add(wire: Any) -> None:
    wire.answer(GRACE | {"bookingId": 7})
    added = await Bookings(wire).attendees.add(
        "aZ19",
        name="Grace",
        email="grace@example.com",
        time_zone="Europe/Riga",
        phone_number="+37120000000",
        language="lv",
    )
    assert (added.id, added.booking_id) == (5, 7)
    assert (wire.sent.method, wire.sent.path) == ("POST", "/bookings/aZ19/attendees")
    assert wire.sent.body == {
        "name": "Grace",
        "email": "grace@example.com",
        "timeZone": "Europe/Riga",
        "phoneNumber": "+37120000000",
        "language": "lv",
    }
