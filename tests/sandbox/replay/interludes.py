"""Requests that changed the recorded world without being recorded: file and number of the pair they came before."""

from __future__ import annotations

from typing import Any, Final

Request = tuple[str, str, str, Any]
"""Method, path below `/v2`, whose key, and body."""

_GRACE: Final = {"name": "Grace Guest", "email": "grace@example.com", "timeZone": "Europe/Riga"}


def _book(event_type: int, start: str, **more: Any) -> Request:
    return "POST", "/bookings", "alice", {"eventTypeId": event_type, "start": start, "attendee": _GRACE, **more}


INTERLUDES: Final[dict[tuple[str, str], tuple[Request, ...]]] = {
    ("server.jsonl", "0088"): (("PATCH", "/schedules/3001", "alice", {"isDefault": True}),),
    ("server.jsonl", "0163"): (_book(20005, "2026-11-26T12:00:00Z"),),
}
