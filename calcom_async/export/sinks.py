"""Where an export goes: a file that stands under its name only when it is complete, or standard output."""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import msgspec

from calcom_async.errors import InvalidRequestError

__all__ = ["COLUMNS", "CsvEncoder", "Encoder", "JsonLinesEncoder", "OutputFile", "choose_encoder"]


class Encoder(Protocol):
    """Turns wire JSON of bookings into bytes of a format."""

    def start(self) -> bytes:
        """What stands before the first booking."""
        ...

    def encode(self, rows: Sequence[bytes]) -> bytes:
        """These bookings."""
        ...


class JsonLinesEncoder:
    """`.jsonl`: the wire JSON of one booking a line, as it came, no field lost."""

    def start(self) -> bytes:
        """Nothing."""
        return b""

    def encode(self, rows: Sequence[bytes]) -> bytes:
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

    def encode(self, rows: Sequence[bytes]) -> bytes:
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
        if self._raw_cells or not cell.startswith(_RISKY) or _is_number(cell):
            return cell
        return "'" + cell


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


def choose_encoder(destination: str | os.PathLike[str], kind: str | None, *, raw_cells: bool = False) -> Encoder:
    """The encoder of a destination, by `kind` or by its suffix.

    Raises:
        InvalidRequestError: neither says a format that exists.
    """
    name = os.fspath(destination)
    kind = (kind or ("jsonl" if name == "-" else Path(name).suffix.removeprefix("."))).lower()
    match kind:
        case "jsonl" | "ndjson":
            return JsonLinesEncoder()
        case "csv":
            return CsvEncoder(raw_cells=raw_cells)
        case _:
            raise InvalidRequestError(
                f"the format {kind or name!r} is not known; choose a name ending in .jsonl or .csv"
            )


class OutputFile:
    """Writes beside the final name and moves there at the end, so that no half file ever stands under it.

    The file holds personal data: it is made readable for its owner only.

    Args:
        destination: The final name; `-` writes to standard output at once.
    """

    def __init__(self, destination: str | os.PathLike[str]) -> None:
        name = os.fspath(destination)
        self.path = None if name == "-" else Path(name)
        self._partial: Path | None = None
        self._file: BinaryIO | None = None

    def open(self) -> None:
        """Open the file beside the final name.

        Raises:
            InvalidRequestError: the folder does not exist, or the name is a folder.
        """
        if self.path is None:
            self._file = sys.stdout.buffer
            return
        if self.path.is_dir():
            raise InvalidRequestError(f"{self.path} is a folder; give the name of a file")
        if not self.path.parent.is_dir():
            raise InvalidRequestError(f"the folder {self.path.parent} does not exist; make it first")
        self._partial = self.path.with_name(f".{self.path.name}.{os.getpid()}.partial")
        self._file = os.fdopen(os.open(self._partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")

    def write(self, content: bytes) -> None:
        """Append bytes."""
        if self._file is None:
            raise ValueError("the file is not open")
        self._file.write(content)

    def finish(self) -> None:
        """Bring every byte to the disk, and the file to its name."""
        if self._file is None:
            return
        self._file.flush()
        if self._partial is not None and self.path is not None:
            os.fsync(self._file.fileno())
            self._file.close()
            self._partial.replace(self.path)
        self._file = None

    def discard(self) -> None:
        """Take back what was written; nothing stands under the final name, or what stood there before."""
        if self._file is not None and self._partial is not None:
            self._file.close()
            self._partial.unlink(missing_ok=True)
        self._file = None
