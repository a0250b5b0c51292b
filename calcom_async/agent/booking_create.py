"""The tool that books: once, however often the same call is made."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from calcom_async.agent.answers import BOOKING, array_of, as_booking, object_of
from calcom_async.agent.booking_plan import Plan, planned
from calcom_async.agent.call import Call
from calcom_async.agent.event_types import find_event_type
from calcom_async.agent.tool import Example, Parameter, Tool
from calcom_async.core.unset import UNSET
from calcom_async.errors import NotFoundError
from calcom_async.models.bookings import Booking
from calcom_async.models.event_types import EventType
from calcom_async.resources.ensure_once import MARK

__all__ = ["CREATING_TOOLS"]

_GONE = frozenset({"cancelled", "rejected"})


async def _create_booking(call: Call) -> dict[str, Any]:
    plan = planned(call.arguments, await _event_type(call), await _time_zone(call))
    call.warnings.extend(plan.warnings)
    key = call.get("idempotencyKey")
    mark = key or _mark(call, plan)
    async with call.memory.lock(mark):
        booking, mark = await _made_before(call, plan, mark, whatever_became_of_it=key is not None)
        if booking is not None:
            return _told(booking, already_existed=True)
        booking = await call.client.bookings.create(**plan.arguments, ensure_once=mark)
        call.memory.made[mark] = booking.uid
    call.memory.see(booking.series)
    marks = _marks(booking)
    other = bool(marks) and mark not in marks
    if other:
        call.warnings.append("Cal.com answered a booking of this attendee at this time that existed; nothing was added")
    return _told(booking, already_existed=other)


def _told(booking: Booking, *, already_existed: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"booking": as_booking(booking), "already_existed": already_existed}
    if len(booking.series) > 1:
        told["series"] = [as_booking(each) for each in booking.series]
    return told


async def _event_type(call: Call) -> EventType | None:
    event_type_id = call["eventTypeId"]
    try:
        return await find_event_type(call, event_type_id)
    except NotFoundError:
        call.warnings.append(f"event type {event_type_id} can't be seen by this account: length and fields unchecked")
        return None


async def _time_zone(call: Call) -> str:
    """The account's own, which is asked for once; for attendees whose time zone is not said."""
    if call.memory.time_zone is None:
        call.memory.time_zone = (await call.client.me.get()).time_zone or "UTC"
    return call.memory.time_zone


# --- once ------------------------------------------------------------------------------------------------------------


def _mark(call: Call, plan: Plan) -> str:
    """The mark of this booking: the same for the same arguments of the same account."""
    what = [call.account, call.client.base_url, plan.arguments]
    text = json.dumps(what, sort_keys=True, ensure_ascii=False, default=str)
    return "call-" + hashlib.sha256(text.encode()).hexdigest()[:32]


async def _made_before(call: Call, plan: Plan, mark: str, *, whatever_became_of_it: bool) -> tuple[Booking | None, str]:
    """The booking an earlier call made, and the mark that a new one would get.

    A booking that was cancelled since is no answer to somebody who wants to book: the next one gets a mark of its
    own. Except under a key of the caller's, which means one booking for ever.
    """
    found = await _with_mark(call, plan, mark)
    number = 1
    while True:
        current = mark if number == 1 else f"{mark}-{number}"
        booking = found.get(current)
        if booking is None and current in call.memory.made:
            booking = await call.client.bookings.get(call.memory.made[current])
        if booking is None:
            return None, current
        if whatever_became_of_it or booking.status not in _GONE:
            return booking, current
        number += 1


async def _with_mark(call: Call, plan: Plan, mark: str) -> dict[str, Booking]:
    """The bookings at this time that earlier calls made, by their mark: those the account hosts or attends."""
    listed = call.client.bookings.list(
        attendee_email=plan.arguments["attendee"].get("email", UNSET), after_start=plan.start, sort_start="asc"
    )
    found: dict[str, Booking] = {}
    async for booking in listed:
        if booking.start > plan.start:
            break
        for each in _marks(booking):
            if each == mark or each.startswith(f"{mark}-"):
                found.setdefault(each, booking)
    return found


def _marks(booking: Booking) -> list[str]:
    """The marks a booking carries: its own, and in a seated one those of the seats."""
    kept = (booking.metadata, *(attendee.metadata for attendee in booking.attendees))
    return [str(metadata[MARK]) for metadata in kept if metadata and MARK in metadata]


# --- the tool --------------------------------------------------------------------------------------------------------

_SIMPLE = """\
local result = app.integrations["cal-com"].create_booking({
  eventTypeId = 42,
  start = "2026-04-10T09:00:00Z",
  end = "2026-04-10T09:30:00Z",
  responses = {
    name = "Grace",
    email = "grace@example.com",
    notes = "Looking forward to the call!"
  }
})

print("Booking created: " .. result.booking.id)
"""
_FIELDS = """\
local result = app.integrations["cal-com"].create_booking({
  eventTypeId = 7,
  start = "2026-05-01T14:00:00Z",
  end = "2026-05-01T14:45:00Z",
  responses = {
    name = "Mary",
    email = "mary@example.com",
    phone = "+1-555-0123",
    company = "Example Ltd"
  }
})
"""

CREATING_TOOLS = (
    Tool(
        name="create_booking",
        title="Create a booking",
        description="Create a new booking for a specific event type. Provide the event type, start and end times, and "
        "attendee information. The same call made again books nothing a second time: it answers the booking with "
        "`already_existed: true`, unless that was cancelled. What has no booking field is kept in the metadata, and "
        "`warnings` says so.",
        kind="write",
        namespace="bookings",
        operation="POST /v2/bookings",
        parameters=(
            Parameter(
                name="eventTypeId", type="integer", minimum=1, required=True, example=42,
                description="The event type ID to book",
            ),
            Parameter(
                name="start", type="string", format="date-time", required=True, example="2026-04-10T09:00:00Z",
                aliases=("startTime",),
                description='Start time in ISO 8601 format (e.g., "2026-04-10T09:00:00Z")',
            ),
            Parameter(
                name="end", type="string", format="date-time", required=True, example="2026-04-10T09:30:00Z",
                aliases=("endTime",), instead=("lengthInMinutes", "attendee"),
                description='End time in ISO 8601 format (e.g., "2026-04-10T09:30:00Z"); it must fit the event type\'s '
                "length",
            ),
            Parameter(
                name="responses", type="object", required=True, instead=("attendee",),
                example={"name": "Grace", "email": "grace@example.com", "notes": "Optional notes."},
                properties={
                    "name": {"type": ["string", "object"]}, "email": {"type": "string"},
                    "notes": {"type": "string"}, "phone": {"type": "string"}, "timeZone": {"type": "string"},
                    "guests": {"type": ["array", "string"], "items": {"type": "string"}},
                },
                description='Attendee responses. Must include "name" and "email"; "notes", "phone", "timeZone", '
                '"language", "guests", "location" and the slugs of the event type\'s booking fields are understood',
            ),
            Parameter(
                name="attendee", type="object", example={"name": "Grace", "email": "grace@example.com"},
                properties={
                    name: {"type": "string"} for name in ("name", "email", "phoneNumber", "timeZone", "language")
                },
                description="The attendee as API v2 has it, instead of `responses` or beside it",
            ),
            Parameter(
                name="lengthInMinutes", type="integer", minimum=1, example=30,
                description="Length in minutes, instead of `end`",
            ),
            Parameter(
                name="bookingFieldsResponses", type="object", example={"notes": "Optional notes."},
                description="Answers to booking fields by their slug, as API v2 has them",
            ),
            Parameter(
                name="guests", type="array", items={"type": "string"}, example=["alan@example.com"],
                description="E-mail addresses of further people",
            ),
            Parameter(
                name="location", type="object", other_types=("string",),
                example={"type": "integration", "integration": "cal-video"},
                description="Where: one of the event type's locations by its `type`, or what the attendee says",
            ),
            Parameter(
                name="metadata", type="object", example={"order": "A-17"},
                description="Your own data: up to 49 keys of 40 characters, texts of 500",
            ),
            Parameter(
                name="idempotencyKey", type="string", example="order-A-17",
                description="One booking for this key, attendee and start, for ever; by default the arguments are the "
                "key, and a booking that was cancelled can be made again",
            ),
        ),
        answer=object_of({"booking": BOOKING, "already_existed": {"type": "boolean"}}, {"series": array_of(BOOKING)}),
        examples=(
            Example(
                title="Create a simple booking",
                arguments={
                    "eventTypeId": 42, "start": "2026-04-10T09:00:00Z", "end": "2026-04-10T09:30:00Z",
                    "responses": {
                        "name": "Grace", "email": "grace@example.com", "notes": "Looking forward to the call!",
                    },
                },
                lua=_SIMPLE,
            ),
            Example(
                title="Create a booking with custom fields",
                arguments={
                    "eventTypeId": 7, "start": "2026-05-01T14:00:00Z", "end": "2026-05-01T14:45:00Z",
                    "responses": {
                        "name": "Mary", "email": "mary@example.com", "phone": "+1-555-0123", "company": "Example Ltd",
                    },
                },
                lua=_FIELDS,
            ),
        ),
        handler=_create_booking,
    ),
)  # fmt: skip
