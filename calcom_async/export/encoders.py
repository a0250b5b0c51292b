"""Formats that are written row by row: JSON lines and CSV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from calcom_async.export.answer import Buffer
from calcom_async.export.columns import ATTENDEE_FIELDS, BOOKING_FIELDS, HOST_FIELDS
from calcom_async.export.typed_rows import People, read_rows

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
        joined = b"\n".join((*rows, b""))
        if joined.count(b"\n") != len(rows) or b"\r" in joined:  # the server sent it indented
            joined = b"\n".join((*(msgspec.json.format(row, indent=-1) for row in rows), b""))
        return joined


COLUMNS = (
    "uid", "id", "status", "title", "description", "start", "end", "duration", "eventTypeId", "eventTypeSlug",
    "location", "meetingUrl", "hostNames", "hostEmails", "attendeeNames", "attendeeEmails", "attendeeTimeZones",
    "guests", "absentHost", "cancellationReason", "cancelledByEmail", "reschedulingReason", "rescheduledByEmail",
    "rescheduledFromUid", "rescheduledToUid", "recurringBookingUid", "rating", "icsUid", "createdAt", "updatedAt",
    "account", "bookingFieldsResponses", "metadata", "otherFields",
)  # fmt: skip
"""The columns of `.csv`: several people are joined by `; `, free-form fields are JSON, `otherFields` holds the rest
and what does not fit its column."""
_RISKY = frozenset("=+-@\t\r")
_RISKY_BEGINNINGS = tuple(f",{mark}" for mark in sorted(_RISKY))


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
        return f"{','.join(COLUMNS)}\r\n".encode()

    def encode(self, rows: Sequence[Buffer]) -> bytes:
        """One line each."""
        read = read_rows(rows)
        return "".join(map(self._line, read.bookings, read.hosts, read.attendees, read.guests)).encode()

    def _line(
        self, booking: tuple[Any, ...], hosts: People | None, attendees: People | None, guests: list[str] | None
    ) -> str:
        *plain, slug, metadata, responses, other = booking
        if plain[_ABSENT] is not None:
            plain[_ABSENT] = "true" if plain[_ABSENT] else "false"
        cells = [
            *plain[:9], slug, *plain[9:11], _joined(hosts, _HOST_NAME), _joined(hosts, _HOST_EMAIL),
            _joined(attendees, _ATTENDEE_NAME), _joined(attendees, _ATTENDEE_EMAIL), _joined(attendees, _ATTENDEE_ZONE),
            "; ".join(guests) if guests else "", *plain[11:],
        ]  # fmt: skip
        texts = [cell if cell.__class__ is str else "" if cell is None else str(cell) for cell in cells]
        line = ",".join(texts)
        # Mostly no cell wants quotes or would run as a formula, which is seen on the line as a whole.
        if (
            line.count(",") >= len(texts)
            or '"' in line
            or "\n" in line
            or "\r" in line
            or (not self._raw_cells and (line[:1] in _RISKY or any(mark in line for mark in _RISKY_BEGINNINGS)))
        ):
            line = ",".join([_quoted(cell if self._raw_cells else safe_cell(cell)) for cell in texts])
        return f"{line},{self._json(responses)},{self._json(metadata)},{self._json(other)}\r\n"

    def _json(self, text: str | None) -> str:
        if text is None or text == "{}":
            return ""
        return _quoted(text if self._raw_cells else safe_cell(text))


def _quoted(cell: str) -> str:
    if '"' in cell:
        return '"' + cell.replace('"', '""') + '"'
    return f'"{cell}"' if "," in cell or "\n" in cell or "\r" in cell else cell


def safe_cell(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula."""
    return "'" + cell if cell[:1] in _RISKY and not _is_number(cell) else cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


_ABSENT = tuple(BOOKING_FIELDS).index("absentHost")
_HOST_NAME, _HOST_EMAIL = (tuple(HOST_FIELDS).index(name) for name in ("name", "email"))
_ATTENDEE_NAME, _ATTENDEE_EMAIL, _ATTENDEE_ZONE = (
    tuple(ATTENDEE_FIELDS).index(name) for name in ("name", "email", "timeZone")
)


def _joined(people: People | None, place: int) -> str:
    if not people:
        return ""
    if len(people) == 1:
        return people[0][place] or ""
    return "; ".join(person[place] for person in people if person[place] is not None)
