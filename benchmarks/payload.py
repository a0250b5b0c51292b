"""What the benchmarks read: synthetic bookings by the schema, 1.3 kB each, and one profile.

Every page has the same 250 bookings but for their numbers, which all have the same width: a page is made by replacing
one text in another page's bytes, so that a million bookings cost the server next to nothing.

Nothing is null that the document does not allow to be: a client that is generated from the document reads these, and
would lose a page for one event type that is gone.
"""

from __future__ import annotations

import json
from typing import Any

PAGE = 250
DEFAULT_PAGE = 100
"""What Cal.com gives where nothing is asked for."""
BOOKINGS = 20_000
"""Of a typical run."""
KEY = "cal_benchmark"

_BLOCK = "B0000000"
"""Stands for a block of 50 bookings in all that must differ: every page is a whole number of blocks."""
_BLOCK_SIZE = 50
_STATUSES = ("accepted", "accepted", "accepted", "pending", "cancelled", "rejected")
_ZONES = ("Europe/London", "America/New_York", "Asia/Tokyo", "Europe/Riga", "UTC")


def booking(number: int, block: str = _BLOCK) -> dict[str, Any]:
    """One booking: regular, or (one in eleven) an occurrence of a series, or (one in thirteen) seated."""
    name, email = f"Ada {block}-{number:02d}", f"ada.{block}-{number:02d}@example.com"
    status = _STATUSES[number % len(_STATUSES)]
    day, hour = 1 + number % 28, 8 + number % 9
    fields: dict[str, Any] = {
        "id": 100_000 + number, "uid": f"bk{block}-{number:02d}",
        "title": f"30 minutes between Grace Hopper and {name}", "description": "", "hosts": [
            {"id": 7, "name": "Grace Hopper", "email": "grace@example.com", "displayEmail": "grace@example.com",
             "username": "grace", "timeZone": _ZONES[number % len(_ZONES)]}],
        "status": status, "cancellationReason": "moved" if status == "cancelled" else "", "cancelledByEmail": "",
        "start": f"2026-03-{day:02d}T{hour:02d}:00:00.000Z", "end": f"2026-03-{day:02d}T{hour:02d}:30:00.000Z",
        "duration": 30, "eventTypeId": 42, "eventType": {"id": 42, "slug": "intro"},
        "location": "https://meet.example.com/room-for-everyone", "absentHost": False,
        "createdAt": f"2026-02-{day:02d}T{hour:02d}:12:34.567Z",
        "updatedAt": f"2026-02-{day:02d}T{hour:02d}:12:35.678Z",
        "metadata": {"source": "website", "campaign": "autumn", "note": "x" * 100}, "icsUid": f"bk{block}@Cal.com",
        "attendees": [{"name": name, "email": email, "displayEmail": email, "timeZone": "Europe/London",
                       "language": "en", "absent": False}],
        "guests": ["guest@example.com"], "bookingFieldsResponses": {
            "name": name, "email": email, "notes": "please bring the figures", "guests": ["guest@example.com"],
            "location": {"value": "link", "optionValue": ""}, "rescheduleReason": "y" * 60},
    }  # fmt: skip
    if number % 11 == 0:
        fields["recurringBookingUid"] = "series-of-ada"
    if number % 13 == 0:
        del fields["bookingFieldsResponses"], fields["metadata"]
        fields["attendees"][0] |= {"seatUid": f"seat-{block}-{number:02d}", "bookingFieldsResponses": {"name": name}}
    return fields


PROFILE: dict[str, Any] = {
    "id": 7, "username": "grace", "email": "grace@example.com", "name": "Grace Hopper", "avatarUrl": None, "bio": "",
    "timeFormat": 24, "defaultScheduleId": 3, "weekStart": "Monday", "timeZone": "Europe/London", "locale": "en",
    "organizationId": None,
}  # fmt: skip
ME = json.dumps({"status": "success", "data": PROFILE}, separators=(",", ":")).encode()

_TEMPLATE = json.dumps([booking(number) for number in range(_BLOCK_SIZE)], separators=(",", ":")).encode()[1:-1]


def page(take: int = PAGE, skip: int = 0, total: int = BOOKINGS) -> bytes:
    """The answer to `GET /v2/bookings?take=…&skip=…`, of a server that has so many bookings.

    Both have to be multiples of 50.
    """
    assert take % _BLOCK_SIZE == skip % _BLOCK_SIZE == 0, "pages are whole blocks"
    end = min(skip + take, total)
    blocks = range(skip // _BLOCK_SIZE, -(-end // _BLOCK_SIZE))
    bookings = b",".join(_TEMPLATE.replace(_BLOCK.encode(), b"B%07d" % block) for block in blocks)
    pagination = {
        "totalItems": total, "remainingItems": max(0, total - end), "returnedItems": max(0, end - skip),
        "itemsPerPage": take, "currentPage": skip // take + 1, "totalPages": -(-total // take),
        "hasNextPage": end < total, "hasPreviousPage": skip > 0,
    }  # fmt: skip
    return b'{"status":"success","data":[' + bookings + b'],"pagination":' + json.dumps(pagination).encode() + b"}"
