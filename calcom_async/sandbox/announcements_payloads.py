"""The payloads of deliveries about bookings, as recorded: for every kind of event and each version of webhooks.

Version 2026-07-27 (hosted) has one form for all. 2021-10-20 has three, each with keys and a way of writing instants of
its own: as it was just booked (`…00Z`), as the database has it (`….000Z`: confirmed, rejected), and as it is cancelled
(`…+00:00`).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import field, frozen

from calcom_async.sandbox import instants
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.bookings_store import Booking
from calcom_async.sandbox.host_hours import seats_of
from calcom_async.sandbox.store import Record

NEWEST_VERSION: Final = "2026-07-27"
_STATUS: Final = {
    "BOOKING_CANCELLED": "CANCELLED",
    "BOOKING_REJECTED": "REJECTED",
    "BOOKING_REQUESTED": "PENDING",
}
_LABELS: Final = {
    "attendeePhoneNumber": "phone_number",
    "name": "your_name",
    "email": "email_address",
    "location": "location",
    "title": "what_is_this_meeting_about",
    "notes": "additional_notes",
    "guests": "additional_guests",
    "rescheduleReason": "reason_for_reschedule",
}
_FREQUENCIES: Final = {"yearly": 0, "monthly": 1, "weekly": 2}
_DAILY: Final = "integrations:daily"


@frozen(kw_only=True)
class News:
    """What happened to a booking: what a payload is made of.

    Attributes:
        trigger: the event.
        booking: the booking as it is now.
        told: further keys of the payload.
        before: the booking that this one replaced.
        seat: the attendee of a seated booking it is about, as it was shown, and that attendee's number.
        stored: told of a booking the database has, rather than of one that was just made.
        whole_series: a series was cancelled rather than one of it.
    """

    trigger: str
    booking: Booking
    told: dict[str, Any] = field(factory=dict)
    before: Booking | None = None
    seat: tuple[dict[str, Any], int] | None = None
    stored: bool = False
    whole_series: bool = False

    @property
    def attendees(self) -> list[tuple[dict[str, Any], int]]:
        """Who is told of as attending, with their numbers."""
        if self.seat is not None:
            return [self.seat]
        numbers = self.booking.private.get("attendeeIds", ())
        return list(zip(self.booking.wire["attendees"], numbers, strict=False))

    @property
    def fields(self) -> dict[str, Any]:
        """The answers to the booking fields."""
        if self.seat is not None and self.trigger == "BOOKING_CANCELLED":
            return self._of_all_seats(self.seat)
        shown = self.seat[0] if self.seat is not None else self.booking.wire
        fields = shown.get("bookingFieldsResponses")
        if fields is not None:
            return {**fields, "email": shown["email"]} if self.seat is not None else dict(fields)
        first = next((each for each, _ in self.attendees), {"name": "", "email": ""})
        return {"name": first["name"], "email": first["email"]}

    def _of_all_seats(self, given_up: tuple[dict[str, Any], int]) -> dict[str, Any]:
        """A seated booking has no answers of its own: the first attendee stands for all, the others are its guests."""
        numbers = self.booking.private["attendeeIds"]
        remaining = zip(self.booking.wire["attendees"], numbers, strict=True)
        everybody = [each for each, _ in sorted([*remaining, given_up], key=lambda pair: pair[1])]
        place = self.booking.wire["location"]
        return {
            "name": everybody[0]["name"],
            "email": everybody[0]["email"],
            "guests": [each["email"] for each in everybody[1:]],
            "notes": self.booking.wire["description"] or "",
            "location": {"value": place, "optionValue": place},
        }


def payload(backend: Backend, news: News, version: str | None) -> dict[str, Any]:
    """What a webhook of this version is told."""
    booking = news.booking
    record = backend.store.event_types.get(booking.event_type) if booking.event_type is not None else None
    if news.trigger == "BOOKING_NO_SHOW_UPDATED":
        return {**news.told, "bookingUid": booking.uid, "bookingId": booking.id}
    if version == NEWEST_VERSION:
        return _newest(backend, news, record)
    if news.trigger == "BOOKING_CANCELLED":
        return _cancelled(backend, news, record)
    if news.stored:
        return _stored(backend, news, record)
    return _just_made(backend, news, record)


def _just_made(backend: Backend, news: News, record: Record | None) -> dict[str, Any]:
    booking, shown, instant = news.booking, news.booking.wire, _with_z
    moved = news.before is not None
    video = shown["location"] == _DAILY
    told: dict[str, Any] = {
        "bookerUrl": backend.web_url,
        "title": _title(news, record),
        "startTime": instant(booking.start),
        "endTime": instant(booking.end),
        "additionalNotes": news.fields.get("notes", ""),
        "type": _slug(record),
        "description": _description(record),
        "eventTypeId": booking.event_type,
        "hideCalendarNotes": False,
        "hideCalendarEventDetails": False,
        "hideOrganizerEmail": False,
        "schedulingType": record["_"]["schedulingType"] if record else None,
        "seatsPerTimeSlot": seats_of(record) if record else None,
        "seatsShowAttendees": _shows_attendees(record, otherwise=True),
        "seatsShowAvailabilityCount": True,
        "customReplyToEmail": None,
        "disableRescheduling": False,
        "disableCancelling": False,
        "organizer": _organizer(backend, booking, newest=False),
        "attendees": [_newcomer(each, booking) for each, _ in news.attendees],
        "customInputs": {},
        "responses": _responses(news, record, all_of_them=True),
        "userFieldsResponses": _own_fields(news, record),
        "location": shown["location"],
        "destinationCalendar": None,
        "iCalSequence": 1 if moved else 0,
        "requiresConfirmation": _by_hand(record),
        "oneTimePassword": _password(booking) if news.trigger == "BOOKING_REQUESTED" else None,
        "hashedLink": None,
        "uid": booking.uid,
        **_name(record),
        "price": 0,
        "currency": "usd",
        "length": _length(booking),
        "bookingId": booking.id,
        "metadata": shown.get("metadata", {}),
        "status": _STATUS.get(news.trigger, "ACCEPTED"),
        **news.told,
    }
    if booking.series is not None and record is not None and record["recurrence"]:
        told["recurringEvent"] = _recurrence(record["recurrence"])
    if video:
        told["conferenceData"] = {"createRequest": {"requestId": _derived(booking.wire["icsUid"])}}
    if not moved or video:
        told["iCalUID"] = shown["icsUid"]
    if moved:
        failed = {"appName": "daily-video", "type": "daily_video", "success": 0, "failures": 1, "errors": []}
        told["appsStatus"] = [failed] if video else []
        told |= _replaced(news, instant)
        if video:
            told["videoCallData"] = {"type": "daily_video", "id": None, "password": None, "url": None}
    return told


def _stored(backend: Backend, news: News, record: Record | None) -> dict[str, Any]:
    booking, shown, instant = news.booking, news.booking.wire, instants.to_wire
    return {
        "type": _slug(record),
        "title": shown["title"],
        "description": shown["description"] or "",
        "bookerUrl": backend.web_url,
        "userFieldsResponses": _own_fields(news, record),
        "responses": _responses(news, record, all_of_them=False),
        "customInputs": {},
        "startTime": instant(booking.start),
        "endTime": instant(booking.end),
        "organizer": _organizer(backend, booking, newest=False),
        "attendees": [_known(each, booking) for each, _ in news.attendees],
        "location": shown["location"],
        "uid": booking.uid,
        "destinationCalendar": [],
        "requiresConfirmation": _by_hand(record),
        "hideOrganizerEmail": False,
        "hideCalendarNotes": False,
        "hideCalendarEventDetails": False,
        "eventTypeId": booking.event_type,
        "customReplyToEmail": None,
        "organizationId": None,
        "additionalNotes": news.fields.get("notes", ""),
        **news.told,
        **_name(record),
        "price": 0,
        "currency": "usd",
        "length": _length(booking),
        "bookingId": booking.id,
        "status": _STATUS.get(news.trigger, "ACCEPTED"),
    }


def _cancelled(backend: Backend, news: News, record: Record | None) -> dict[str, Any]:
    booking, shown = news.booking, news.booking.wire
    told = {
        "bookerUrl": backend.web_url,
        "title": shown["title"],
        "length": _length(booking),
        "type": _slug(record),
        "additionalNotes": shown["description"],
        "description": shown["description"],
        "customInputs": {},
        "eventTypeId": booking.event_type,
        "userFieldsResponses": _own_fields(news, record),
        "responses": _responses(news, record, all_of_them=False),
        "startTime": _with_offset(booking.start),
        "endTime": _with_offset(booking.end),
        "organizer": _organizer(backend, booking, newest=False),
        "attendees": [_known(each, booking) for each, _ in news.attendees],
        "uid": booking.uid,
        "bookingId": booking.id,
        "location": shown["location"],
        "destinationCalendar": [],
        "seatsPerTimeSlot": seats_of(record) if record else None,
        "seatsShowAttendees": _shows_attendees(record, otherwise=False),
        "iCalUID": shown["icsUid"],
        "iCalSequence": 1,
        "hideOrganizerEmail": False,
        "customReplyToEmail": None,
        "organizationId": None,
        **_name(record),
        "requiresConfirmation": None,
        "price": None,
        "currency": "usd",
        "status": "CANCELLED",
        **news.told,
        "cancellationReason": news.told.get("cancellationReason") or "",
    }
    if news.seat is not None:
        holder, number = news.seat
        more = {"id": number, "locale": holder["language"], "bookingId": booking.id, "noShow": holder["absent"]}
        told["attendees"] = [{**_known(holder, booking), **more}]
    if news.whole_series and record is not None and record["recurrence"]:
        recurrence = record["recurrence"]
        told["recurringEvent"] = {**_recurrence(recurrence), "count": recurrence["occurrences"]}
    return told


def _newest(backend: Backend, news: News, record: Record | None) -> dict[str, Any]:
    booking, shown, instant = news.booking, news.booking.wire, instants.to_wire
    trigger = news.trigger
    both = "HOST_AND_ATTENDEE"
    title = record["title"] if record else shown["title"]
    told: dict[str, Any] = {
        "bookerUrl": backend.web_url,
        "title": shown["title"],
        "startTime": instant(booking.start),
        "endTime": instant(booking.end),
        "additionalNotes": news.fields.get("notes", ""),
        "type": _slug(record),
        "eventTypeTitle": title,
        "description": _description(record),
        "eventTypeId": booking.event_type,
        "hideCalendarNotes": False,
        "hideCalendarEventDetails": False,
        "privateNoteEnabled": False,
        "privateNoteMode": None,
        "privateNoteTemplate": None,
        "hideOrganizerEmail": False,
        "schedulingType": record["_"]["schedulingType"] if record else None,
        "seatsPerTimeSlot": seats_of(record) if record else None,
        "seatsShowAttendees": _shows_attendees(record, otherwise=True),
        "seatsShowAvailabilityCount": True,
        "customReplyToEmail": None,
        "disableRescheduling": False,
        "disableReschedulingScope": both,
        "disableCancelling": False,
        "disableCancellingScope": both,
        "organizer": _organizer(backend, booking, newest=True),
        "attendees": [_attendee(each, number, booking) for each, number in news.attendees],
        "customInputs": {},
        "responses": _responses(news, record, all_of_them=True),
        "userFieldsResponses": _own_fields(news, record),
        "location": shown["location"],
        "iCalUID": shown["icsUid"],
        "iCalSequence": 1 if trigger in ("BOOKING_CANCELLED", "BOOKING_RESCHEDULED") else 0,
        "requiresConfirmation": _by_hand(record),
        "oneTimePassword": _password(booking) if _by_hand(record) else None,
        "platformClientId": "",
        "platformRescheduleUrl": "",
        "platformCancelUrl": "",
        "platformBookingUrl": "",
        "uid": booking.uid,
        "organizationId": None,
        "hashedLink": None,
        "cancellationReason": None,
        "rejectionReason": None,
        "hideBranding": False,
        "bookingId": booking.id,
        "status": _STATUS.get(trigger, booking.status.upper()),
        **_name(record),
        "price": 0,
        "currency": "usd",
        "length": _length(booking),
        "assignmentReason": [],
        "destinationCalendar": [] if trigger == "BOOKING_REJECTED" else None,
        **news.told,
    }
    if trigger != "BOOKING_REJECTED":
        told["metadata"] = {**shown.get("metadata", {}), **(news.seat[0]["metadata"] if news.seat else {})}
        if shown["location"].startswith("http"):
            told["metadata"]["videoCallUrl"] = shown["location"]
    if trigger in ("BOOKING_CREATED", "BOOKING_CANCELLED", "BOOKING_RESCHEDULED"):
        told["attendeeIcsContent"] = told["organizerIcsContent"] = _calendar_file(booking, trigger)
    if trigger == "BOOKING_CANCELLED":
        told = {"requestReschedule": False, **told}
        if news.seat is None:
            told["cancelledBy"] = shown.get("cancelledByEmail", "")
    if news.before is not None:
        told |= _replaced(news, instant)
    return told


def _replaced(news: News, instant: Callable[[int], str]) -> dict[str, Any]:
    old = news.before
    assert old is not None
    return {
        "rescheduleId": old.id,
        "rescheduleUid": old.uid,
        "rescheduleStartTime": instant(old.start),
        "rescheduleEndTime": instant(old.end),
    }


def _with_z(moment: int) -> str:
    return f"{instants.to_datetime(moment):%Y-%m-%dT%H:%M:%SZ}"


def _with_offset(moment: int) -> str:
    return f"{instants.to_datetime(moment):%Y-%m-%dT%H:%M:%S}+00:00"


def _title(news: News, record: Record | None) -> str:
    shown = news.booking.wire
    if news.seat is None or record is None:
        return str(shown["title"])
    return f"{record['title']} between {shown['hosts'][0]['name']} and {news.seat[0]['name']}"


def _slug(record: Record | None) -> str:
    return record["slug"] if record else ""


def _description(record: Record | None) -> str:
    return (record["description"] if record else "") or ""


def _name(record: Record | None) -> dict[str, Any]:
    return {"eventTitle": record["title"] if record else None, "eventDescription": _description(record) or None}


def _by_hand(record: Record | None) -> bool:
    return record is not None and "type" in record["confirmationPolicy"]


def _length(booking: Booking) -> int:
    return (booking.end - booking.start) // instants.MINUTE


def _recurrence(recurrence: Record) -> dict[str, int]:
    return {"freq": _FREQUENCIES[recurrence["frequency"]], "interval": recurrence["interval"]}


def _shows_attendees(record: Record | None, *, otherwise: bool) -> bool:
    if record is None or seats_of(record) is None:
        return otherwise
    return bool(record["seats"].get("showAttendeeInfo"))


def _derived(text: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, text))


def _password(booking: Booking) -> str:
    return _derived(f"password of {booking.uid}")


def _offset(zone: str, moment: int) -> int:
    if zone == "unknown":
        return 0
    local: datetime = instants.to_datetime(moment).astimezone(ZoneInfo(zone))
    offset = local.utcoffset()
    return int(offset.total_seconds() // 60) if offset else 0


def _organizer(backend: Backend, booking: Booking, *, newest: bool) -> dict[str, Any]:
    host = booking.wire["hosts"][0]
    user = backend.store.users.get(booking.organizer)
    twelve = newest and user is not None and user["timeFormat"] == 12
    return {
        "id": host["id"],
        "name": host["name"],
        "email": host["email"],
        "username": host["username"],
        "timeZone": host["timeZone"],
        "language": {"locale": "en"},
        "timeFormat": "h:mma" if twelve else "HH:mm",
        "utcOffset": _offset(host["timeZone"], booking.start),
    }


def _newcomer(shown: dict[str, Any], booking: Booking) -> dict[str, Any]:
    phone = {"phoneNumber": shown["phoneNumber"]} if shown.get("phoneNumber") else {}
    return {
        "email": shown["email"],
        "name": shown["name"],
        **phone,
        "firstName": "",
        "lastName": "",
        "timeZone": shown["timeZone"],
        "language": {"locale": shown["language"]},
        "utcOffset": _offset(shown["timeZone"], booking.start),
    }


def _known(shown: dict[str, Any], booking: Booking) -> dict[str, Any]:
    return {
        "name": shown["name"],
        "email": shown["email"],
        "timeZone": shown["timeZone"],
        "phoneNumber": shown.get("phoneNumber"),
        "language": {"locale": shown["language"]},
        "utcOffset": _offset(shown["timeZone"], booking.start),
    }


def _attendee(shown: dict[str, Any], number: int, booking: Booking) -> dict[str, Any]:
    first, _, last = shown["name"].partition(" ")
    seat = None
    if "seatUid" in shown:
        seat = {
            "id": number,
            "referenceUid": shown["seatUid"],
            "bookingId": booking.id,
            "attendeeId": number,
            "data": {"responses": {**shown["bookingFieldsResponses"], "email": shown["email"]}, "description": ""},
            "metadata": shown["metadata"],
        }
    return {**_known(shown, booking), "bookingSeat": seat, "firstName": first, "lastName": last}


def _own_labels(record: Record | None) -> dict[str, str]:
    fields = (record or {}).get("bookingFields") or ()
    return {
        each["slug"]: each.get("label") or each["slug"]
        for each in fields
        if each.get("slug") not in (None, *_LABELS) and not each.get("isDefault")
    }


def _own_fields(news: News, record: Record | None) -> dict[str, Any]:
    fields = news.fields
    return {
        slug: {"label": label, **({"value": fields[slug]} if slug in fields else {}), "isHidden": False}
        for slug, label in _own_labels(record).items()
    }


def _responses(news: News, record: Record | None, *, all_of_them: bool) -> dict[str, Any]:
    fields, told = news.fields, {}
    # A booking the database has is told without the phone number nobody gave, and without where it is.
    slugs = [slug for slug in _LABELS if all_of_them or slug != "attendeePhoneNumber" or slug in fields]
    for slug in slugs:
        hidden = slug in ("attendeePhoneNumber", "title")
        value = {"value": fields[slug]} if slug in fields else {}
        told[slug] = {"label": _LABELS[slug], **value, "isHidden": hidden}
        if slug == "location":
            told |= _own_fields(news, record)
    if news.seat is not None:
        told["guests"].setdefault("value", [])
    if all_of_them and "value" not in told["location"]:
        told["location"]["value"] = {"value": news.booking.wire["location"], "optionValue": ""}
    return told


def _calendar_file(booking: Booking, trigger: str) -> str:
    gone = trigger == "BOOKING_CANCELLED"
    return "\r\n".join(
        (
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            f"METHOD:{'CANCEL' if gone else 'REQUEST'}",
            "BEGIN:VEVENT",
            f"UID:{booking.wire['icsUid']}",
            f"SUMMARY:{booking.wire['title']}",
            f"DTSTART:{instants.to_datetime(booking.start):%Y%m%dT%H%M%SZ}",
            f"DTEND:{instants.to_datetime(booking.end):%Y%m%dT%H%M%SZ}",
            f"STATUS:{'CANCELLED' if gone else 'CONFIRMED'}",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        )
    )
