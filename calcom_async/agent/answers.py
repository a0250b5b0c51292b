"""What tools answer: Cal.com's present fields, and beside them the names that scripts for API v1 read.

| v1 | v2 |
|---|---|
| `startTime`, `endTime` | `start`, `end` |
| `length` | `duration` of a booking, `lengthInMinutes` of an event type |
| `user` of a booking | its first host |
| `responses` of a booking | `bookingFieldsResponses` |
| `userId` of an event type | `ownerId` |
| `members` of a team | the memberships |

`status` keeps the word of v2: `accepted`, `pending`, `cancelled`, `rejected`, `awaiting_host`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from calcom_async.models.bookings import Booking
from calcom_async.models.event_types import EventType
from calcom_async.models.memberships import Membership
from calcom_async.models.teams import Team

__all__ = [
    "BOOKING",
    "EVENT_TYPE",
    "TEAM",
    "array_of",
    "as_booking",
    "as_event_type",
    "as_member",
    "as_team",
    "object_of",
]


def object_of(required: Mapping[str, Any], optional: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """JSON Schema of an object; keys that are not named may be there as well."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {}), "warnings": _WARNINGS},
        "required": list(required),
    }


def array_of(items: Mapping[str, Any]) -> dict[str, Any]:
    """JSON Schema of a list."""
    return {"type": "array", "items": dict(items)}


_TEXT = {"type": "string"}
_TEXT_OR_NULL = {"type": ["string", "null"]}
_NUMBER = {"type": "integer"}
_NUMBER_OR_NULL = {"type": ["integer", "null"]}
_WARNINGS = {"type": "array", "items": _TEXT, "description": "What to know beside the answer; absent without any."}
_INSTANT = {"type": "string", "format": "date-time"}


def _record(required: Mapping[str, Any], optional: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {**required, **optional}, "required": list(required)}


_PERSON = _record({}, {"name": _TEXT_OR_NULL, "email": _TEXT_OR_NULL, "timeZone": _TEXT_OR_NULL})
BOOKING = _record(
    {
        "id": _NUMBER_OR_NULL,
        "uid": _TEXT,
        "title": _TEXT_OR_NULL,
        "status": _TEXT,
        "start": _INSTANT,
        "end": _INSTANT,
        "startTime": _INSTANT,
        "endTime": _INSTANT,
        "length": _NUMBER,
        "eventTypeId": _NUMBER_OR_NULL,
        "hosts": array_of(_PERSON),
        "attendees": array_of(_PERSON),
        "responses": {"type": ["object", "null"]},
    },
    {"description": _TEXT_OR_NULL, "duration": _NUMBER, "location": _TEXT_OR_NULL, "user": _PERSON},
)
EVENT_TYPE = _record(
    {"id": _NUMBER, "title": _TEXT_OR_NULL, "slug": _TEXT_OR_NULL, "length": _NUMBER_OR_NULL},
    {"description": _TEXT_OR_NULL, "lengthInMinutes": _NUMBER_OR_NULL, "teamId": _NUMBER_OR_NULL},
)
TEAM = _record(
    {"id": _NUMBER, "name": _TEXT_OR_NULL, "members": array_of(_record({"userId": _NUMBER_OR_NULL}, {}))},
    {"slug": _TEXT_OR_NULL},
)


def as_booking(booking: Booking) -> dict[str, Any]:
    """A booking with both sets of names."""
    wire = booking.to_dict()
    minutes = (booking.end - booking.start).total_seconds() // 60
    event_type = wire.get("eventType") or {}
    wire |= {
        "startTime": wire["start"],
        "endTime": wire["end"],
        "length": int(minutes),
        "responses": wire.get("bookingFieldsResponses"),
    }
    wire.setdefault("id", None)
    wire.setdefault("title", None)
    wire.setdefault("hosts", [])
    wire.setdefault("attendees", [])
    if wire.get("eventTypeId") is None:
        wire["eventTypeId"] = event_type.get("id")
    if wire["hosts"]:
        wire["user"] = wire["hosts"][0]
    return wire


def as_event_type(event_type: EventType) -> dict[str, Any]:
    """An event type with both sets of names."""
    wire = event_type.to_dict()
    wire.setdefault("title", None)
    wire.setdefault("slug", None)
    wire["length"] = wire.get("lengthInMinutes")
    if "ownerId" in wire:
        wire["userId"] = wire["ownerId"]
    return wire


def as_team(team: Team, members: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """A team with its members."""
    return {"name": None, **team.to_dict(), "members": [dict(member) for member in members]}


def as_member(membership: Membership) -> dict[str, Any]:
    """A member of a team: the membership, with name, address and username of the user beside its ids."""
    wire = membership.to_dict()
    user = wire.get("user") or {}
    named = {key: user.get(key) for key in ("name", "email", "username")}
    return {"userId": None, **wire, **named}
