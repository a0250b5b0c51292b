"""`.ics`: one VEVENT a booking, with a stable UID and the host's time zone; extra `ics` (the library `icalendar`).

What has no start or no uid can't be an event: it becomes a VJOURNAL that holds the wire JSON, so that nothing is lost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from calcom_async.errors import MissingExtraError
from calcom_async.export.columns import utc_instant

__all__ = ["load_icalendar", "write_calendar"]

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_STATUS = {"accepted": "CONFIRMED", "pending": "TENTATIVE", "awaiting_host": "TENTATIVE"}


def load_icalendar() -> Any:
    """The module icalendar.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import icalendar
    except ImportError:
        raise MissingExtraError("writing iCalendar files", "ics") from None
    return icalendar


def write_calendar(rows: Iterator[bytes], path: Path) -> None:
    """Write wire JSON, one booking an item, as an iCalendar file.

    Events are written one by one; the time zones they use stand at the end, which the format allows.
    """
    icalendar = load_icalendar()
    zones: dict[str, tuple[datetime, datetime]] = {}
    with path.open("wb") as file:
        file.write(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//calcom-async//bookings//EN\r\n")
        for raw in rows:
            booking = msgspec.json.decode(raw)
            entry = _event(icalendar, booking, zones) or _journal(icalendar, booking, raw)
            file.write(entry.to_ical())
        for name, (first, last) in sorted(zones.items()):
            zone = icalendar.Timezone.from_tzinfo(ZoneInfo(name), name, first_date=first.date(), last_date=last.date())
            file.write(zone.to_ical())
        file.write(b"END:VCALENDAR\r\n")


def _event(icalendar: Any, booking: Any, zones: dict[str, tuple[datetime, datetime]]) -> Any:
    if not isinstance(booking, dict):
        return None
    start, end = utc_instant(booking.get("start")), utc_instant(booking.get("end"))
    uid = booking.get("uid")
    if start is None or not isinstance(uid, str):
        return None
    zone = _zone(booking)
    if zone is not None:
        first, last = zones.get(zone.key, (start, start))
        zones[zone.key] = min(first, start), max(last, end or start)
    event = icalendar.Event()
    # Not `icsUid`: a booking and the one it was moved to share that, and one of the two would hide the other.
    event.add("uid", f"{uid}@Cal.com")
    event.add("dtstamp", utc_instant(booking.get("updatedAt")) or utc_instant(booking.get("createdAt")) or start)
    event.add("dtstart", start.astimezone(zone) if zone else start)
    if end is not None:
        event.add("dtend", end.astimezone(zone) if zone else end)
    event.add("summary", str(booking.get("title") or ""))
    event.add("status", _STATUS.get(str(booking.get("status")), "CANCELLED"))
    for name, key in (("description", "description"), ("location", "location"), ("url", "meetingUrl")):
        if booking.get(key):
            event.add(name, str(booking[key]))
    _people(icalendar, event, booking)
    return event


def _journal(icalendar: Any, booking: Any, raw: bytes) -> Any:
    """The entry of a booking that is no event: calendars show it as a note, or not at all."""
    known = booking if isinstance(booking, dict) else {}
    uid = known.get("uid")
    if not isinstance(uid, str):
        uid = f"malformed-{hashlib.blake2b(raw, digest_size=12).hexdigest()}"
    entry = icalendar.Journal()
    entry.add("uid", f"{uid}@Cal.com")
    entry.add("dtstamp", utc_instant(known.get("updatedAt")) or utc_instant(known.get("createdAt")) or _NEVER)
    entry.add("summary", str(known.get("title") or "A booking without a start"))
    entry.add("description", bytes(raw).decode())
    return entry


def _people(icalendar: Any, event: Any, booking: Mapping[str, Any]) -> None:
    for key, role in (("hosts", "organizer"), ("attendees", "attendee")):
        people = booking.get(key)
        for person in people if isinstance(people, list) else ():
            if not isinstance(person, dict) or not person.get("email"):
                continue
            address = icalendar.vCalAddress(f"mailto:{person['email']}")
            if person.get("name"):
                address.params["CN"] = icalendar.vText(str(person["name"]))
            if role == "organizer" and "ORGANIZER" in event:
                role = "attendee"  # noqa: PLW2901 - there is one organizer; the other hosts attend
            event.add(role, address)


def _zone(booking: Mapping[str, Any]) -> ZoneInfo | None:
    """The first host's time zone; None where there is none that is known, or it is UTC."""
    hosts = booking.get("hosts")
    first = hosts[0] if isinstance(hosts, list) and hosts else None
    name = first.get("timeZone") if isinstance(first, dict) else None
    if not isinstance(name, str) or name in {"UTC", "Etc/UTC"}:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
