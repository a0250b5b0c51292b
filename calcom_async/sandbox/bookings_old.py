"""The bookings endpoints of 2024-04-15: another shape, other parameters, hardly any filter.

This is what a client gets that forgets the version header, so it is here to be stumbled over, in a minimal form.
"""

from __future__ import annotations

from typing import Any

from calcom_async.sandbox.answers import Answer, invalid, refusal, success
from calcom_async.sandbox.booking_moves import cancel
from calcom_async.sandbox.bookings_read import find
from calcom_async.sandbox.bookings_store import Booking
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.wire_json import loads

routes = Routes(family="bookings", access="guarded")


def show(wire: dict[str, Any]) -> dict[str, Any]:
    """A booking in the old shape."""
    return {
        "id": wire["id"],
        "uid": wire["uid"],
        "title": wire["title"],
        "description": wire["description"] or "",
        "customInputs": {},
        "startTime": wire["start"],
        "endTime": wire["end"],
        "createdAt": wire["createdAt"],
        "updatedAt": wire["updatedAt"],
        "metadata": wire.get("metadata", {}),
        "responses": wire.get("bookingFieldsResponses", {}),
        "recurringEventId": wire.get("recurringBookingUid"),
        "location": wire["location"],
        "status": wire["status"].upper(),
        "cancellationReason": wire["cancellationReason"] or None,
        "rejectionReason": None,
        "eventTypeId": wire["eventTypeId"],
        "eventType": wire["eventType"],
        "attendees": [
            {name: each.get(name) for name in ("name", "email", "timeZone", "phoneNumber")}
            for each in wire["attendees"]
        ],
    }


@routes.add("GET", "/bookings", family="bookings list", controllers=("old",))
def list_old(call: Call) -> Answer:
    """`GET /v2/bookings` as it was: `limit` and `cursor` (an offset); every filter of today is ignored."""
    limit, cursor = (int(text) if (text := call.query.get(name, "")).isdigit() else 0 for name in ("limit", "cursor"))
    limit = limit or 10
    rows = call.backend.store.rows(
        "SELECT wire FROM listing JOIN bookings ON id = booking WHERE viewer = ? ORDER BY listing.start "
        "LIMIT ? OFFSET ?",
        call.caller["id"],
        limit + 1,
        cursor,
    )
    shown = [show(loads(row[0])) for row in rows[:limit]]
    following = cursor + limit if len(rows) > limit else None
    return success({"bookings": shown, "recurringInfo": [], "nextCursor": following})


@routes.add("GET", "/bookings/{uid}", controllers=("old",), access="open")
def get_old(call: Call) -> Answer:
    """`GET /v2/bookings/{uid}` as it was."""
    booking: Booking = find(call.backend, call.params["uid"])
    return success(_show_one(call, booking))


def _show_one(call: Call, booking: Booking) -> dict[str, Any]:
    shown = show(booking.wire)
    record = call.backend.store.event_types.get(booking.event_type) if booking.event_type is not None else None
    host = call.backend.store.users.get(booking.organizer)
    about = ("id", "name", "email", "username", "timeZone", "avatarUrl")
    seats = [each["seatUid"] for each in booking.wire["attendees"] if "seatUid" in each]
    return {
        **{name: value for name, value in shown.items() if name not in ("createdAt", "updatedAt")},
        "smsReminderNumber": None,
        "cancelledBy": booking.wire.get("cancelledByEmail") or None,
        "userPrimaryEmail": host["email"] if host is not None else None,
        "fromReschedule": booking.wire.get("rescheduledFromUid"),
        "rescheduled": True if booking.wire.get("rescheduledToUid") else None,
        "rescheduledBy": booking.wire.get("rescheduledByEmail"),
        "user": {name: host[name] for name in about} if host is not None else None,
        "eventType": {
            "eventName": record.get("customName"),
            "slug": record["slug"],
            "timeZone": None,
            "schedulingType": record["_"]["schedulingType"],
            "hideOrganizerEmail": record["hideOrganizerEmail"],
        }
        if record is not None
        else None,
        "seatsReferences": [{"referenceUid": each} for each in seats],
        "tracking": None,
    }


@routes.add("POST", "/bookings/{uid}/cancel", controllers=("old",), access="open")
async def cancel_old(call: Call) -> Answer:
    """`POST /v2/bookings/{uid}/cancel` as it was: other words for an unknown one, and more about what was done."""
    uid = call.params["uid"]
    booking = call.backend.bookings.by_uid(uid)
    if booking is None:
        raise refusal(404, f"Booking with UID={uid} does not exist.")
    outcome = cancel(call)
    if not isinstance(outcome, Answer):
        await outcome
    done = {"message": "Booking successfully cancelled.", "onlyRemovedAttendee": False}
    return success({"success": True, **done, "bookingId": booking.id, "bookingUid": uid})


@routes.add("POST", "/bookings", controllers=("old",), access="open")
def create_old(call: Call) -> Answer:
    """`POST /v2/bookings` as it was wants another body; today's is refused."""
    body = call.body if isinstance(call.body, dict) else {}
    target = {name: body[name] for name in ("eventTypeId", "start", "end") if name in body}
    errors = [
        {"target": target, "property": name, "children": [], "constraints": {key: f"{name} must be {what}"}}
        for name, key, what in (
            ("timeZone", "isTimeZone", "a valid IANA time-zone"),
            ("language", "isString", "a string"),
            ("metadata", "isObject", "an object"),
        )
        if name not in body
    ]
    if errors:
        raise invalid(errors)
    raise refusal(400, "The sandbox does not book in the shape of 2024-04-15; send cal-api-version: 2024-08-13.")
