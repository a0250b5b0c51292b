"""Deliveries in our own words: one for every event, and the odd forms."""

from __future__ import annotations

import json
from typing import Any

from calcom_async.models import WebhookTrigger
from calcom_async.webhooks import sign

SECRET = "correct horse battery staple"

ADA = {
    "id": 1001,
    "name": "Ada Example",
    "email": "ada@example.com",
    "username": "ada",
    "timeZone": "Europe/London",
    "language": {"locale": "en"},
    "timeFormat": "HH:mm",
    "utcOffset": 60,
}
GRACE = {
    "name": "Grace Example",
    "email": "grace@example.com",
    "firstName": "Grace",
    "lastName": "Example",
    "timeZone": "Europe/Riga",
    "language": {"locale": "lv"},
    "phoneNumber": None,
    "utcOffset": 180,
}
BOOKING = {
    "uid": "bK1example",
    "bookingId": 70001,
    "title": "Chat between Ada Example and Grace Example",
    "type": "chat",
    "eventTypeId": 42,
    "startTime": "2026-04-07T09:00:00Z",
    "endTime": "2026-04-07T09:30:00+00:00",
    "length": 30,
    "organizer": ADA,
    "attendees": [GRACE],
    "responses": {"email": {"label": "email_address", "value": "grace@example.com", "isHidden": False}},
    "userFieldsResponses": {},
    "location": "integrations:daily",
    "destinationCalendar": None,
    "iCalUID": "bK1example@Cal.com",
    "iCalSequence": 0,
    "price": 0,
    "currency": "usd",
    "metadata": {"ref": "x"},
    "status": "ACCEPTED",
}
MEETING = {
    "id": 70001,
    "uid": "bK1example",
    "userId": 1001,
    "userPrimaryEmail": "ada@example.com",
    "startTime": "2026-04-07T09:00:00.000Z",
    "endTime": "2026-04-07T09:30:00.000Z",
    "createdAt": "2026-03-01T08:00:00.000Z",
    "status": "ACCEPTED",
    "attendees": [{"id": 5, "name": "Grace Example", "email": "grace@example.com", "locale": "lv", "noShow": False}],
    "paid": False,
}
NO_SHOW = {
    "bookingId": 70001,
    "bookingUid": "bK1example",
    "startTime": "2026-04-07T09:00:00.000Z",
    "participants": [{"user_id": "1001", "duration": 60}],
    "webhook": {"id": "w1", "time": 5, "timeUnit": "MINUTE"},
}
CREDENTIAL = {
    "error": {"type": "InvalidGrant", "message": "it was refused"},
    "credential": {"id": 3, "type": "google_calendar", "appId": "google-calendar", "delegationCredentialId": "d1"},
    "user": {"id": 1001, "email": "ada@example.com", "organizationId": 9},
}
FORM = {
    "formId": "f1",
    "formName": "Where to",
    "teamId": None,
    "responses": {"size": {"label": "Size", "value": "large"}},
    "size": "large",
}
PAYLOADS: dict[str, dict[str, Any]] = {
    "BOOKING_CANCELLED": {**BOOKING, "status": "CANCELLED", "cancellationReason": "ill", "requestReschedule": False},
    "BOOKING_CREATED": {**BOOKING, "attendeeIcsContent": "BEGIN:VCALENDAR", "organizerIcsContent": "BEGIN:VCALENDAR"},
    "BOOKING_LOCATION_UPDATED": {**BOOKING, "previousLocation": "1 High St"},
    "BOOKING_NO_SHOW_UPDATED": {
        "message": "grace@example.com marked as no-show",
        "bookingUid": "bK1example",
        "bookingId": 70001,
        "attendees": [{"email": "grace@example.com", "noShow": True}],
    },
    "BOOKING_PAID": {**BOOKING, "paymentId": 8, "paymentData": {"amount": 500}, "price": 500},
    "BOOKING_PAYMENT_INITIATED": {**BOOKING, "paymentId": 8, "price": 500},
    "BOOKING_REASSIGNED": {**BOOKING, "organizer": {**ADA, "id": 1002}},
    "BOOKING_REJECTED": {**BOOKING, "status": "REJECTED", "rejectionReason": "busy", "destinationCalendar": []},
    "BOOKING_REQUESTED": {**BOOKING, "status": "PENDING", "oneTimePassword": "p"},
    "BOOKING_RESCHEDULED": {
        **BOOKING,
        "rescheduleId": 70000,
        "rescheduleUid": "bK0example",
        "rescheduleStartTime": "2026-04-06T09:00:00Z",
        "rescheduleEndTime": "2026-04-06T09:30:00Z",
    },
    "CALENDAR_ENTRY_REJECTED": BOOKING,
    "MEETING_STARTED": MEETING,
    "MEETING_ENDED": MEETING,
    "AFTER_HOSTS_CAL_VIDEO_NO_SHOW": {**NO_SHOW, "hostEmail": "ada@example.com"},
    "AFTER_GUESTS_CAL_VIDEO_NO_SHOW": NO_SHOW,
    "RECORDING_READY": {"downloadLink": "https://example.com/r"},
    "RECORDING_TRANSCRIPTION_GENERATED": {
        "downloadLinks": {
            "recording": "https://example.com/r",
            "transcription": [{"format": "vtt", "link": "https://example.com/t"}],
        }
    },
    "FORM_SUBMITTED": FORM,
    "FORM_SUBMITTED_NO_EVENT": FORM,
    "ROUTING_FORM_FALLBACK_HIT": {
        "formId": "f1",
        "formName": "Where to",
        "responseId": 4,
        "fallbackAction": {"type": "customPageMessage", "value": "sorry"},
        "responses": {},
    },
    "OOO_CREATED": {
        "oooEntry": {
            "id": 6,
            "uuid": "o1",
            "start": "2026-05-01T00:00:00.000Z",
            "end": "2026-05-02T23:59:59.999Z",
            "notes": None,
            "reason": {"emoji": "x", "reason": "ooo_reasons_vacation"},
            "reasonId": 2,
            "user": {"id": 1001, "name": "Ada Example", "timeZone": "Europe/London"},
            "toUser": None,
        }
    },
    "INSTANT_MEETING": {
        "title": "Chat",
        "body": "now",
        "url": "https://example.com/i",
        "actions": [],
        "type": "INSTANT",
    },
    "INSTANT_MEETING_ACCEPTED": {"uid": "bK1example", "title": "Chat"},
    "WRONG_ASSIGNMENT_REPORT": {
        "booking": {"uid": "bK1example", "id": 70001, "eventType": None},
        "report": {"guest": "grace@example.com", "correctAssignee": None, "additionalNotes": "n"},
    },
    **{trigger: CREDENTIAL for trigger in WebhookTrigger if trigger.startswith("DELEGATION_")},
}
FLAT = ("MEETING_STARTED", "MEETING_ENDED")


def envelope(trigger: str, created_at: str = "2026-04-06T08:00:00.000Z", **changes: Any) -> dict[str, Any]:
    """The body of a delivery, as a JSON value."""
    payload = {**PAYLOADS[trigger], **changes}
    if trigger in FLAT:
        return {"triggerEvent": trigger, **payload}
    return {"triggerEvent": trigger, "createdAt": created_at, "payload": payload}


def delivery(
    wire: Any,
    *,
    secret: str | None = SECRET,
    version: str | None = "2021-10-20",
    content_type: str = "application/json",
) -> tuple[bytes, dict[str, str]]:
    """The body and headers of a delivery; `wire` is bytes, or a JSON value."""
    body = wire if isinstance(wire, bytes) else json.dumps(wire).encode()
    headers = {"content-type": content_type, "x-cal-signature-256": "no-secret-provided"}
    if secret is not None:
        headers["x-cal-signature-256"] = sign(body, secret)
    if version is not None:
        headers["x-cal-webhook-version"] = version
    return body, headers


def numbered(number: int, trigger: str = "BOOKING_CREATED") -> tuple[bytes, dict[str, str]]:
    """A delivery that is no repeat of another number's."""
    return delivery(envelope(trigger, uid=f"uid{number}"))
