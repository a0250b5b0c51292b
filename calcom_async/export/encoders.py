"""Formats that are written row by row: JSON lines and CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from types import NoneType
from typing import Any, Protocol, cast

import msgspec

from calcom_async.export.columns import ATTENDEE_FIELDS, BOOKING_FIELDS, HOST_FIELDS
from calcom_async.export.lines import Buffer, Lines, LinesReader
from calcom_async.export.typed_rows import TYPED_READER, PeopleColumns, read_rows

__all__ = ["COLUMNS", "CsvEncoder", "Encoder", "JsonLinesEncoder", "safe_cell"]


class Encoder(Protocol):
    """Turns wire JSON of bookings into bytes of a format."""

    def start(self) -> bytes:
        """What stands before the first booking."""
        ...

    @property
    def reader(self) -> LinesReader | None:
        """What reads a page so that its rows need not be read again here; None where a glance will do."""
        ...

    def encode(self, rows: Sequence[Buffer], records: Sequence[Any] = ()) -> bytes | memoryview:
        """These bookings.

        Args:
            rows: Wire JSON of each.
            records: What was read of each; more than a glance where the reader could read it.
        """
        ...


class JsonLinesEncoder:
    """`.jsonl`: the wire JSON of one booking a line, as it came, no field lost."""

    reader = None

    def start(self) -> bytes:
        """Nothing."""
        return b""

    def encode(self, rows: Sequence[Buffer], records: Sequence[Any] = ()) -> bytes | memoryview:
        """One line each."""
        del records
        if isinstance(rows, Lines):
            return rows.text()
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
_INSTANTS = frozenset(name for name, kind in BOOKING_FIELDS.items() if kind == "instant")
_FREE_FORM = frozenset({"bookingFieldsResponses", "metadata", "otherFields"})
"""JSON, which begins with a bracket, a quote, a letter or a number: no spreadsheet takes that for a formula."""
_RISKY = tuple("=+-@\t\r")


class CsvEncoder:
    """`.csv`: UTF-8, RFC 4180, one booking a line, the columns of `COLUMNS`.

    Cells that a spreadsheet would run as a formula (they begin with `=`, `+`, `-`, `@`, tab or CR) get a leading
    apostrophe.

    Args:
        raw_cells: Leave such cells as they are.
    """

    reader = TYPED_READER

    def __init__(self, *, raw_cells: bool = False) -> None:
        self._raw_cells = raw_cells

    def start(self) -> bytes:
        """The header."""
        return f"{','.join(COLUMNS)}\r\n".encode()

    def encode(self, rows: Sequence[Buffer], records: Sequence[Any] = ()) -> bytes:
        """One line each."""
        read = read_rows(rows, records)
        *plain, slugs, metadata, responses, others = read.columns
        columns = [
            *plain[:9], slugs, *plain[9:11],
            _joined(read.hosts, _HOST_NAME), _joined(read.hosts, _HOST_EMAIL),
            _joined(read.attendees, _ATTENDEE_NAME), _joined(read.attendees, _ATTENDEE_EMAIL),
            _joined(read.attendees, _ATTENDEE_ZONE), ["; ".join(guests) if guests else "" for guests in read.guests],
            *plain[11:], _json(responses), _json(metadata), others,
        ]  # fmt: skip
        count = len(columns[0])
        if not count:
            return b""
        cells = [
            _ready(column) if name in _INSTANTS else _cells(column, raw=self._raw_cells or name in _FREE_FORM)
            for name, column in zip(COLUMNS, columns, strict=True)
        ]
        lines = map(",".join, zip(*_merged(cells, count), strict=True))
        return b"\r\n".join([*map(str.encode, lines), b""])  # each alone: one beyond ASCII makes no other one slow


def _merged(columns: Iterable[Sequence[str] | str], count: int) -> Iterator[Sequence[str]]:
    """Columns, those beside each other that hold one cell throughout as one: a fewer cells to join on every line."""
    for alike, group in groupby(columns, lambda column: isinstance(column, str)):
        if alike:
            yield [",".join(cast("Iterator[str]", group))] * count
        else:
            yield from group


def _ready(column: Sequence[str | None]) -> Sequence[str]:
    """A column of which no cell needs quotes or is a formula."""
    return ["" if cell is None else cell for cell in column]


def _cells(column: Sequence[Any], *, raw: bool) -> Sequence[str] | str:
    """A column as text, with quotes where they are needed, and safe from spreadsheets unless it is to be raw.

    Mostly nothing of it needs either, which is seen on the column as a whole; and where all cells are the same, it is
    told as one text.
    """
    first, count = column[0], len(column)
    alike = first.__class__ is not float and column[-1] == first and column.count(first) == count
    if alike and len(set(map(type, column))) == 1:  # 1 is True, and 0.0 is -0.0
        return _cell(first, raw=raw)
    try:
        together, cells = "\n".join(column), column
    except TypeError:
        if {int, NoneType}.issuperset(map(type, column)):
            return ["" if cell is None else str(cell) for cell in column]
        cells = ["" if cell is None else cell if cell.__class__ is str else _text(cell) for cell in column]
        together = "\n".join(cells)
    if not raw and any(mark in together and _begins(together, mark) for mark in _RISKY):
        cells = [safe_cell(cell) for cell in cells]
        together = "\n".join(cells)
    if '"' in together:
        if len(set(cells[:_SAMPLE])) <= _SAMPLE // 4:  # few different ones: each is quoted once
            quoted = {cell: _cell(cell, raw=True) for cell in set(cells)}
            return [quoted[cell] for cell in cells]
        doubled = together.replace('"', '""').split("\n")
        cells = doubled if len(doubled) == count else [cell.replace('"', '""') for cell in cells]
    elif "," not in together and "\r" not in together and together.count("\n") == count - 1:
        return cells
    return [f'"{c}"' if '"' in c or "," in c or "\n" in c or "\r" in c else c for c in cells]


_SAMPLE = 16
"""Cells that are looked at to see whether a column has few different ones."""


def _begins(together: str, mark: str) -> bool:
    """Whether a line begins so."""
    return together.startswith(mark) or f"\n{mark}" in together


def _cell(value: Any, *, raw: bool) -> str:
    text = _text(value)
    if not raw:
        text = safe_cell(text)
    if '"' in text:
        return '"' + text.replace('"', '""') + '"'
    return f'"{text}"' if "," in text or "\n" in text or "\r" in text else text


def _text(value: Any) -> str:
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)


def safe_cell(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula."""
    return "'" + cell if cell.startswith(_RISKY) and not _is_number(cell) else cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


_HOST_NAME, _HOST_EMAIL = (tuple(HOST_FIELDS).index(name) for name in ("name", "email"))
_ATTENDEE_NAME, _ATTENDEE_EMAIL, _ATTENDEE_ZONE = (
    tuple(ATTENDEE_FIELDS).index(name) for name in ("name", "email", "timeZone")
)


def _joined(people: PeopleColumns, place: int) -> Sequence[str | None]:
    cells: Sequence[str | None] = people.column(place)
    if people.counts.count(1) == len(people.counts):
        return cells
    left = iter(cells)
    return ["; ".join([cell for cell in islice(left, count or 0) if cell is not None]) for count in people.counts]


def _json(texts: Sequence[str | None]) -> Sequence[str | None]:
    return [None if text == "{}" else text for text in texts]
