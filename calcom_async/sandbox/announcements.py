"""What webhooks are told about bookings: which subscribers, and the payloads in the real shapes.

Version 2026-07-27 (hosted) writes instants with milliseconds and carries more keys; 2021-10-20 writes them another way
for every kind of event. A self-hosted server sends no version header.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from calcom_async.sandbox import instants, wire_json
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.bookings_store import Booking
from calcom_async.sandbox.deliveries import Parcel
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
_TAG: Final = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")


async def announce(backend: Backend, trigger: str, booking: Booking, **more: Any) -> None:
    """Tell the subscribers of an event about a booking and wait for them."""
    hooks = [each for each in _subscribers(backend, booking) if each["active"] and trigger in each["triggers"]]
    await backend.deliverer.send([_parcel(backend, hook, trigger, booking, more) for hook in hooks])


def _subscribers(backend: Backend, booking: Booking) -> list[Record]:
    owners = [f"user {booking.organizer}"]
    if booking.event_type is not None:
        owners.append(f"event type {booking.event_type}")
    return [hook for owner in owners for hook in backend.store.webhooks.of(owner)]


def _parcel(backend: Backend, hook: Record, trigger: str, booking: Booking, more: dict[str, Any]) -> Parcel:
    version = hook.get("version")
    if trigger == "BOOKING_NO_SHOW_UPDATED":
        payload = {**more, "bookingUid": booking.uid, "bookingId": booking.id}
    else:
        payload = _payload(backend, trigger, booking, more, newest=version == NEWEST_VERSION)
    envelope = {
        "triggerEvent": trigger,
        "createdAt": instants.to_wire(backend.clock.milliseconds()),
        "payload": payload,
    }
    body, content_type = wire_json.dumps(envelope), "application/json"
    if hook["payloadTemplate"]:
        body, content_type = _fill_in(hook["payloadTemplate"], {**payload, "triggerEvent": trigger})
    return Parcel(
        url=hook["subscriberUrl"],
        trigger=trigger,
        body=body,
        secret=hook["secret"],
        version=version,
        content_type=content_type,
    )


def _fill_in(template: str, payload: dict[str, Any]) -> tuple[bytes, str]:
    """A template with its `{{tags}}` replaced; what is then not JSON goes out as a form."""

    def value(found: re.Match[str]) -> str:
        current: Any = payload
        for part in found.group(1).split("."):
            if isinstance(current, list) and part.isdigit():
                current = current[int(part)] if int(part) < len(current) else ""
            else:
                current = current.get(part, "") if isinstance(current, dict) else ""
        return current if isinstance(current, str) else wire_json.dumps(current).decode()

    text = _TAG.sub(value, template).encode()
    try:
        wire_json.loads(text)
    except wire_json.NotJson:
        return text, "application/x-www-form-urlencoded"
    return text, "application/json"


def _payload(backend: Backend, trigger: str, booking: Booking, more: dict[str, Any], *, newest: bool) -> dict[str, Any]:
    shown = booking.wire
    record = backend.store.event_types.get(booking.event_type) if booking.event_type is not None else None
    instant = _instants(trigger, newest=newest)
    title = record["title"] if record else shown["title"]
    reschedule = more.get("rescheduled_from")
    told = {name: value for name, value in more.items() if name != "rescheduled_from"}
    payload: dict[str, Any] = {
        "bookerUrl": backend.web_url,
        "title": shown["title"],
        "startTime": instant(booking.start),
        "endTime": instant(booking.end),
        "additionalNotes": shown.get("bookingFieldsResponses", {}).get("notes", ""),
        "type": record["slug"] if record else "",
        "description": record["description"] if record else "",
        "eventTypeId": booking.event_type,
        "hideCalendarNotes": False,
        "hideCalendarEventDetails": False,
        "hideOrganizerEmail": False,
        "schedulingType": record["_"]["schedulingType"] if record else None,
        "seatsPerTimeSlot": seats_of(record) if record else None,
        "seatsShowAttendees": True,
        "seatsShowAvailabilityCount": True,
        "customReplyToEmail": None,
        "disableRescheduling": False,
        "disableCancelling": False,
        "organizer": _organizer(backend, booking, newest=newest),
        "attendees": [_attendee(each, booking, place) for place, each in enumerate(shown["attendees"])],
        "customInputs": {},
        "responses": _responses(shown),
        "userFieldsResponses": {},
        "location": shown["location"],
        "destinationCalendar": [] if trigger in ("BOOKING_CANCELLED", "BOOKING_REJECTED") else None,
        "iCalUID": shown["icsUid"],
        "iCalSequence": 1 if trigger in ("BOOKING_CANCELLED", "BOOKING_RESCHEDULED") else 0,
        "requiresConfirmation": record is not None and "type" in record["confirmationPolicy"],
        "oneTimePassword": None,
        "hashedLink": None,
        "uid": booking.uid,
        "eventTitle": title,
        "eventDescription": (record["description"] if record else None) or None,
        "price": 0,
        "currency": "usd",
        "length": (booking.end - booking.start) // instants.MINUTE,
        "bookingId": booking.id,
        "metadata": shown.get("metadata", {}),
        "status": _STATUS.get(trigger, booking.status.upper()),
        "organizationId": None,
        **told,
    }
    if newest:
        payload |= {
            "eventTypeTitle": title,
            "privateNoteEnabled": False,
            "privateNoteMode": None,
            "privateNoteTemplate": None,
            "disableReschedulingScope": "HOST_AND_ATTENDEE",
            "disableCancellingScope": "HOST_AND_ATTENDEE",
            "platformClientId": "",
            "platformRescheduleUrl": "",
            "platformCancelUrl": "",
            "platformBookingUrl": "",
            "cancellationReason": told.get("cancellationReason"),
            "rejectionReason": told.get("rejectionReason"),
            "hideBranding": False,
            "assignmentReason": [],
        }
        if trigger == "BOOKING_CANCELLED":
            payload |= {"cancelledBy": shown.get("cancelledByEmail", ""), "requestReschedule": False, **told}
    if isinstance(reschedule, Booking):
        payload |= {
            "rescheduleId": reschedule.id,
            "rescheduleUid": reschedule.uid,
            "rescheduleStartTime": instant(reschedule.start),
            "rescheduleEndTime": instant(reschedule.end),
        }
    return payload


def _instants(trigger: str, *, newest: bool) -> Any:
    """How this kind of event writes instants."""
    if newest or trigger == "BOOKING_REJECTED":
        return instants.to_wire
    if trigger == "BOOKING_CANCELLED":
        return lambda moment: instants.to_datetime(moment).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    return lambda moment: instants.to_datetime(moment).strftime("%Y-%m-%dT%H:%M:%SZ")


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


def _attendee(shown: dict[str, Any], booking: Booking, place: int) -> dict[str, Any]:
    first, _, last = shown["name"].partition(" ")
    told: dict[str, Any] = {
        "name": shown["name"],
        "email": shown["email"],
        "timeZone": shown["timeZone"],
        "language": {"locale": shown["language"]},
        "phoneNumber": shown.get("phoneNumber"),
        "firstName": first,
        "lastName": last,
        "utcOffset": _offset(shown["timeZone"], booking.start),
    }
    if "seatUid" in shown:
        attendee_id = booking.private["attendeeIds"][place]
        told["bookingSeat"] = {
            "id": attendee_id,
            "referenceUid": shown["seatUid"],
            "bookingId": booking.id,
            "attendeeId": attendee_id,
            "data": {"responses": {**shown["bookingFieldsResponses"], "email": shown["email"]}, "description": ""},
            "metadata": shown["metadata"],
        }
    return told


def _responses(shown: dict[str, Any]) -> dict[str, Any]:
    fields = shown.get("bookingFieldsResponses")
    if fields is None:
        first = shown["attendees"][0] if shown["attendees"] else {"name": "", "email": ""}
        fields = {"name": first["name"], "email": first["email"]}
    told = {}
    for slug, label in _LABELS.items():
        hidden = slug in ("attendeePhoneNumber", "title")
        told[slug] = {"label": label, **({"value": fields[slug]} if slug in fields else {}), "isHidden": hidden}
    if "location" not in fields:
        told["location"]["value"] = {"value": shown["location"], "optionValue": ""}
    return told
