"""A booking as columns: what tables (Parquet, SQLite) hold of it. Nothing is lost: what has no column is in `other`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

__all__ = ["ATTENDEE_FIELDS", "BOOKING_FIELDS", "HOST_FIELDS", "booking_columns", "person_columns", "utc_instant"]

BOOKING_FIELDS: Mapping[str, str] = {
    "uid": "text", "id": "integer", "status": "text", "title": "text", "description": "text", "start": "instant",
    "end": "instant", "duration": "integer", "eventTypeId": "integer", "location": "text", "meetingUrl": "text",
    "absentHost": "boolean", "cancellationReason": "text", "cancelledByEmail": "text", "reschedulingReason": "text",
    "rescheduledByEmail": "text", "rescheduledFromUid": "text", "rescheduledToUid": "text",
    "recurringBookingUid": "text", "rating": "number", "icsUid": "text", "createdAt": "instant",
    "updatedAt": "instant", "account": "text",
}  # fmt: skip
"""Columns with the wire's names (in tables: snake_case), and their types; `account` is set by `export_accounts`."""
HOST_FIELDS: Mapping[str, str] = {
    "id": "text", "name": "text", "email": "text", "displayEmail": "text", "username": "text", "timeZone": "text",
}  # fmt: skip
ATTENDEE_FIELDS: Mapping[str, str] = {
    "name": "text", "email": "text", "displayEmail": "text", "timeZone": "text", "language": "text",
    "absent": "boolean", "phoneNumber": "text", "seatUid": "text",
}  # fmt: skip
_OWN_PLACE = frozenset({"eventType", "hosts", "attendees", "guests", "metadata", "bookingFieldsResponses"})


def snake(name: str) -> str:
    """`timeZone` → `time_zone`."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


def booking_columns(booking: Any) -> dict[str, Any]:
    """The plain columns of a booking, by snake_case name; what does not fit its type goes to `other`."""
    if not isinstance(booking, dict):
        return {"other": _json({"malformed": booking})}
    columns, rest = _typed(booking, BOOKING_FIELDS)
    event_type = booking.get("eventType")
    slug = event_type.get("slug") if isinstance(event_type, dict) else None
    columns["event_type_slug"] = slug if isinstance(slug, str) else None
    columns["metadata"] = _json(booking.get("metadata"))
    columns["booking_fields_responses"] = _json(booking.get("bookingFieldsResponses"))
    rest = {k: v for k, v in rest.items() if k not in _OWN_PLACE}
    columns["other"] = _json(rest) if rest else None
    return columns


def person_columns(person: Any, fields: Mapping[str, str]) -> dict[str, Any]:
    """The columns of a host or attendee."""
    if not isinstance(person, dict):
        return {"other": _json({"malformed": person})}
    columns, rest = _typed(person, fields)
    columns["other"] = _json(rest) if rest else None
    return columns


def _typed(wire: Mapping[str, Any], fields: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    columns: dict[str, Any] = {}
    rest = {k: v for k, v in wire.items() if k not in fields}
    for name, kind in fields.items():
        value = wire.get(name)
        fitting = _fit(value, kind)
        if fitting is None and value is not None:
            rest[name] = value
        columns[snake(name)] = fitting
    return columns, rest


def _fit(value: Any, kind: str) -> Any:
    match kind, value:
        case "text", str():
            return value
        case "text", int() if not isinstance(value, bool):
            return str(value)
        case "boolean", bool():
            return value
        case "integer", int() if not isinstance(value, bool) and abs(value) < 2**63:
            return value
        case "number", int() | float() if not isinstance(value, bool):
            return value
        case "instant", str():
            return utc_instant(value)
        case _:
            return None


def utc_instant(text: Any) -> datetime | None:
    """The instant of a wire text, in UTC; None where it is none."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _json(value: Any) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()
