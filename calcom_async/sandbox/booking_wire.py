"""How bookings look on the wire: the shapes of single bookings, hosts and attendees.

The hosted service shows `displayEmail` beside every address and echoes an empty `guests`; a self-hosted server does
neither. Seated bookings carry their responses and metadata on the attendees; recurring ones name their series.
"""

from __future__ import annotations

from typing import Any

from attrs import frozen

from calcom_async.sandbox.bookings_store import Booking
from calcom_async.sandbox.store import Record


@frozen(kw_only=True)
class Person:
    """Someone who attends: as given when booking."""

    name: str
    email: str
    time_zone: str
    language: str = "en"
    phone: str | None = None


UNKNOWN_HOST: dict[str, Any] = {
    "id": "unknown",
    "name": "unknown",
    "email": "unknown",
    "username": "unknown",
    "timeZone": "unknown",
}
"""What is left of a host whose account is gone."""


def host(user: Record, *, hosted: bool) -> dict[str, Any]:
    """A host as a booking shows it."""
    shown = {"id": user["id"], "name": user["name"], "email": user["email"]}
    if hosted:
        shown["displayEmail"] = user["email"]
    return {**shown, "username": user["username"], "timeZone": user["timeZone"]}


def attendee(person: Person, *, hosted: bool) -> dict[str, Any]:
    """An attendee as a booking shows it."""
    shown: dict[str, Any] = {"name": person.name, "email": person.email}
    if hosted:
        shown["displayEmail"] = person.email
    shown |= {"timeZone": person.time_zone, "language": person.language, "absent": False}
    if person.phone is not None:
        shown["phoneNumber"] = person.phone
    return shown


def location(url: str | None, uid: str, *, hosted: bool) -> str:
    """Where it takes place: what was chosen, or a Cal Video room."""
    if url is not None:
        return url
    return f"https://app.cal.com/video/{uid}" if hosted else "integrations:daily"


def responses(person: Person, guests: list[str] | None, extra: dict[str, Any], *, hosted: bool) -> dict[str, Any]:
    """The booking field responses of a regular booking."""
    shown: dict[str, Any] = {"email": person.email}
    if person.phone is not None:
        shown["attendeePhoneNumber"] = person.phone
    shown["name"] = person.name
    if guests is not None:
        shown["guests"] = guests
    shown |= extra
    if hosted:
        shown["displayEmail"] = person.email
        if guests is not None:
            shown["displayGuests"] = guests
    return shown


def wire(
    *,
    booking_id: int,
    uid: str,
    title: str,
    description: str | None,
    hosts: list[dict[str, Any]],
    event_type: tuple[int, str] | None,
    place: str,
    metadata: dict[str, str],
    attendees: list[dict[str, Any]],
    guests: list[str] | None,
    fields: dict[str, Any] | None,
    series: str | None,
    ics_uid: str,
) -> dict[str, Any]:
    """The JSON of a new booking. `fields` is None for seated ones, whose attendees carry their own."""
    people: dict[str, Any] = {"attendees": attendees}
    if guests is not None:
        people["guests"] = guests
    if fields is not None:
        people["bookingFieldsResponses"] = fields
    seated = fields is None
    main: dict[str, Any] = {
        "id": booking_id,
        "uid": uid,
        "title": title,
        "description": None if seated else description,
        "hosts": hosts,
        "status": "accepted",
        "cancellationReason": "",
        **({} if seated else {"cancelledByEmail": ""}),
        **({} if series is not None else {"rescheduledByEmail": None}),
        "start": "",
        "end": "",
        "duration": 0,
        "eventTypeId": event_type[0] if event_type else None,
        "eventType": {"id": event_type[0], "slug": event_type[1]} if event_type else None,
        "meetingUrl": place,
        "location": place,
        "absentHost": False,
        "createdAt": "",
        "updatedAt": None,
        **({} if seated else {"metadata": metadata}),
        "rating": None,
        "icsUid": ics_uid,
    }
    if series is None:
        return {**main, **people}
    return {**people, **main, "recurringBookingUid": series}


def forget_event_type(booking: Booking) -> None:
    """What a booking looks like once its event type is deleted: a seated one loses its seat shape too."""
    booking.event_type = None
    shown = booking.wire
    shown["eventType"] = None
    shown["eventTypeId"] = None
    if not booking.seated:
        return
    booking.private["seated"] = False
    metadata: dict[str, Any] = {}
    for each in shown["attendees"]:
        metadata = each.pop("metadata", metadata)
        for key in ("seatUid", "bookingFieldsResponses", "createdAt"):
            each.pop(key, None)
    shown["cancelledByEmail"] = ""
    shown["metadata"] = metadata
    shown["guests"] = []
    shown["bookingFieldsResponses"] = {"email": "unknown", "name": "unknown", "guests": []}
