"""Formats that are written row by row: JSON lines and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from calcom_async.export.answer import Buffer

__all__ = ["COLUMNS", "CsvEncoder", "Encoder", "JsonLinesEncoder", "safe_cell"]


class Encoder(Protocol):
    """Turns wire JSON of bookings into bytes of a format."""

    def start(self) -> bytes:
        """What stands before the first booking."""
        ...

    def encode(self, rows: Sequence[Buffer]) -> bytes:
        """These bookings."""
        ...


class JsonLinesEncoder:
    """`.jsonl`: the wire JSON of one booking a line, as it came, no field lost."""

    def start(self) -> bytes:
        """Nothing."""
        return b""

    def encode(self, rows: Sequence[Buffer]) -> bytes:
        """One line each."""
        if not rows:
            return b""
        joined = b"\n".join(rows)
        if joined.count(b"\n") != len(rows) - 1 or b"\r" in joined:  # the server sent it indented
            joined = b"\n".join(msgspec.json.format(row, indent=-1) for row in rows)
        return joined + b"\n"


COLUMNS = (
    "uid", "id", "status", "title", "description", "start", "end", "duration", "eventTypeId", "eventTypeSlug",
    "location", "meetingUrl", "hostNames", "hostEmails", "attendeeNames", "attendeeEmails", "attendeeTimeZones",
    "guests", "absentHost", "cancellationReason", "cancelledByEmail", "reschedulingReason", "rescheduledByEmail",
    "rescheduledFromUid", "rescheduledToUid", "recurringBookingUid", "rating", "icsUid", "createdAt", "updatedAt",
    "bookingFieldsResponses", "metadata", "otherFields",
)  # fmt: skip
"""The columns of `.csv`: several people are joined by `; `, free-form fields are JSON, `otherFields` holds the rest."""
_NESTED = frozenset({"eventType", "hosts", "attendees"})
_RISKY = ("=", "+", "-", "@", "\t", "\r")


class CsvEncoder:
    """`.csv`: UTF-8, RFC 4180, one booking a line, the columns of `COLUMNS`.

    Cells that a spreadsheet would run as a formula (they begin with `=`, `+`, `-`, `@`, tab or CR) get a leading
    apostrophe.

    Args:
        raw_cells: Leave such cells as they are.
    """

    def __init__(self, *, raw_cells: bool = False) -> None:
        self._raw_cells = raw_cells

    def start(self) -> bytes:
        """The header."""
        return self._lines([COLUMNS])

    def encode(self, rows: Sequence[Buffer]) -> bytes:
        """One line each."""
        return self._lines(self._cells(msgspec.json.decode(row)) for row in rows)

    def _lines(self, lines: Iterable[Sequence[str]]) -> bytes:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(lines)
        return text.getvalue().encode()

    def _cells(self, booking: Any) -> list[str]:
        if not isinstance(booking, dict):
            booking = {"malformed": booking}
        values = _flat(booking)
        return [self._safe(_text(values.get(column))) for column in COLUMNS]

    def _safe(self, cell: str) -> str:
        return cell if self._raw_cells else safe_cell(cell)


def safe_cell(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula."""
    return "'" + cell if cell.startswith(_RISKY) and not _is_number(cell) else cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _flat(booking: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {k: v for k, v in booking.items() if k in COLUMNS}
    event_type = booking.get("eventType")
    values["eventTypeSlug"] = event_type.get("slug") if isinstance(event_type, dict) else None
    for kind in ("host", "attendee"):
        people = booking.get(f"{kind}s")
        for column, key in (("Names", "name"), ("Emails", "email"), ("TimeZones", "timeZone")):
            if isinstance(people, list):
                values[f"{kind}{column}"] = "; ".join(
                    _text(p.get(key)) for p in people if isinstance(p, dict) and p.get(key) is not None
                )
    guests = booking.get("guests")
    if isinstance(guests, list):
        values["guests"] = "; ".join(_text(guest) for guest in guests)
    rest = {k: v for k, v in booking.items() if k not in COLUMNS and k not in _NESTED}
    values["otherFields"] = rest or None
    return values


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case dict() | list():
            return msgspec.json.encode(value).decode() if value else ""
        case _:
            return str(value)
