"""Bookings as rows of tables, fast: wire JSON is read straight into typed fields, without a dict in between.

What does not fit its field, or is no field at all, is read the slow way (`columns.py`), which keeps it in `other`; a
field that is not known is learnt from that, so that one which the service adds costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from types import GenericAlias
from typing import Annotated, Any, TypeAlias

import attrs
import msgspec

from calcom_async.export.answer import Buffer
from calcom_async.export.columns import (
    ATTENDEE_FIELDS,
    BOOKING_FIELDS,
    HOST_FIELDS,
    booking_columns,
    person_columns,
    snake,
)
from calcom_async.export.plan import milliseconds, wire_instant

__all__ = ["BOOKING_COLUMNS", "People", "TypedRows", "are_canonical", "read_rows"]

BOOKING_COLUMNS = (*map(snake, BOOKING_FIELDS), "event_type_slug", "metadata", "booking_fields_responses", "other")
"""The order of a booking's values."""
People: TypeAlias = list[tuple[Any, ...]]
"""Hosts or attendees: the values of their fields in order, and `other`."""
LEARNT_AT_MOST = 64
"""Fields per kind of record that are learnt."""

_Integer: Any = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_KINDS: Mapping[str, Any] = {
    "text": str | None,
    "instant": str | None,
    "integer": _Integer | None,
    "boolean": bool | None,
    "number": _Integer | float | None,
}
_NOTHING = msgspec.Raw(b"")


@attrs.frozen(kw_only=True)
class TypedRows:
    """Bookings as values; instants are canonical text (`2026-12-01T09:00:00.000Z`).

    Attributes:
        bookings: The values of `BOOKING_COLUMNS` of each.
        hosts: Each one's hosts; None where it has none.
        attendees: Each one's attendees; None where it has none.
        guests: Each one's guests; None where it has none.
    """

    bookings: list[tuple[Any, ...]]
    hosts: list[People | None]
    attendees: list[People | None]
    guests: list[list[str] | None]


class _Record:
    """A kind of record: a struct with its fields, and with those that were learnt as raw JSON."""

    def __init__(self, fields: Mapping[str, str], more: Sequence[tuple[str, Any, Any]] = ()) -> None:
        self.fields = fields
        self._more = more
        self.learnt: list[str] = []
        self.known = {*fields, *(name for name, _, _ in more)}

    def learn(self, name: str) -> bool:
        """Whether this was news."""
        if name in self.known or len(self.learnt) >= LEARNT_AT_MOST or not name.isidentifier():
            return False
        self.known.add(name)
        self.learnt.append(name)
        return True

    def make(self, **more: Any) -> Any:
        """The struct."""
        extra = [(f"learnt{n}", msgspec.Raw, _NOTHING) for n in range(len(self.learnt))]
        plain = [(name, _KINDS[kind], None) for name, kind in self.fields.items() if name not in more]
        given = [(name, kind, None) for name, kind in more.items()]
        special = [each for each in self._more if each[0] not in more]
        return msgspec.defstruct(
            "Record",
            [*plain, *given, *special, *extra],
            rename={f"learnt{n}": name for n, name in enumerate(self.learnt)},
            forbid_unknown_fields=True,
            gc=False,
        )

    def other(self, record: Any) -> str | None:
        """What was learnt of this one, as JSON text."""
        if not self.learnt:
            return None
        found = {}
        for number, name in enumerate(self.learnt):
            raw = getattr(record, f"learnt{number}")
            if raw is not _NOTHING:
                found[name] = raw
        return msgspec.json.encode(found).decode() if found else None


class _Slug(msgspec.Struct, gc=False):
    slug: str | None = None


class _Reader:
    """Decoders for what is known so far."""

    def __init__(self) -> None:
        self.booking = _Record(
            BOOKING_FIELDS,
            [
                ("eventType", _Slug | None, None),
                ("guests", list[str] | None, None),
                ("hosts", None, None),
                ("attendees", None, None),
                ("metadata", msgspec.Raw, _NOTHING),
                ("bookingFieldsResponses", msgspec.Raw, _NOTHING),
            ],
        )
        self.host = _Record(HOST_FIELDS)
        self.attendee = _Record(ATTENDEE_FIELDS)
        self._build()

    def _build(self) -> None:
        hosts = GenericAlias(list, (self.host.make(id=str | _Integer | None),))
        attendees = GenericAlias(list, (self.attendee.make(),))
        booking = self.booking.make(hosts=hosts | None, attendees=attendees | None)
        self.decode: Callable[[Buffer], Any] = msgspec.json.Decoder(booking).decode

    def learn_from(self, wire: Any) -> None:
        """Learn the fields of a booking that were not known."""
        if not isinstance(wire, dict):
            return
        news = [self.booking.learn(name) for name in wire]
        for record, key in ((self.host, "hosts"), (self.attendee, "attendees")):
            people = wire.get(key)
            for person in people if isinstance(people, list) else ():
                news += [record.learn(name) for name in person] if isinstance(person, dict) else []
        if any(news):
            self._build()


_READER = _Reader()
_VALUES = attrgetter(*BOOKING_FIELDS)
_INSTANTS = tuple(n for n, kind in enumerate(BOOKING_FIELDS.values()) if kind == "instant")
_HOST_VALUES = attrgetter(*HOST_FIELDS)
_ATTENDEE_VALUES = attrgetter(*ATTENDEE_FIELDS)
_HOST_ID = tuple(HOST_FIELDS).index("id")


def are_canonical(instants: Sequence[str]) -> bool:
    """Whether all of them have the form of `2026-12-01T09:00:00.000Z`."""
    text = "".join(instants)
    count = len(instants)
    if len(text) != 24 * count:
        return False
    marks = ((4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"), (19, "."), (23, "Z"))
    if any(text[place::24] != mark * count for place, mark in marks):
        return False
    digits = text.translate(_NO_MARKS)
    return not digits or (len(digits) == 17 * count and digits.isascii() and digits.isdecimal())


_NO_MARKS = str.maketrans("", "", "-T:.Z")


def read_rows(rows: Sequence[Buffer], *, exact: bool = False) -> TypedRows:
    """Read wire JSON of bookings.

    Args:
        rows: One booking an item.
        exact: Find out instants that do not exist, such as the 31st of June, as well.
    """
    read = TypedRows(bookings=[], hosts=[], attendees=[], guests=[])
    bookings, hosts, attendees, guests = read.bookings, read.hosts, read.attendees, read.guests
    reader = _READER
    for row in rows:
        try:
            booking = reader.decode(row)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            booking = None
        if booking is None:
            values, its_hosts, its_attendees, its_guests = _slowly(row)
        else:
            slug = booking.eventType
            values = (
                *_VALUES(booking),
                None if slug is None else slug.slug,
                _text(booking.metadata),
                _text(booking.bookingFieldsResponses),
                reader.booking.other(booking) if reader.booking.learnt else None,
            )
            its_hosts = _people(booking.hosts, _HOST_VALUES, reader.host)
            its_attendees = _people(booking.attendees, _ATTENDEE_VALUES, reader.attendee)
            its_guests = booking.guests
        bookings.append(values)
        hosts.append(its_hosts)
        attendees.append(its_attendees)
        guests.append(its_guests)
    _check_instants(rows, read, exact=exact)
    return read


def _check_instants(rows: Sequence[Buffer], read: TypedRows, *, exact: bool) -> None:
    """Read those again the slow way whose instants have another form."""
    bookings = read.bookings
    for place in _INSTANTS:
        instants = [values[place] for values in bookings if values[place] is not None]
        if not exact and are_canonical(instants):
            continue
        for number, values in enumerate(bookings):
            if (instant := values[place]) is not None and not (are_canonical((instant,)) and _exists(instant)):
                (bookings[number], read.hosts[number], read.attendees[number], read.guests[number]) = _slowly(
                    rows[number]
                )


def _exists(instant: str) -> bool:
    try:
        datetime.fromisoformat(instant)
    except ValueError:
        return False
    return True


def _people(people: Any, values: Callable[[Any], tuple[Any, ...]], record: _Record) -> People | None:
    if people is None:
        return None
    if record.learnt:
        found = [(*values(person), record.other(person)) for person in people]
    else:
        found = [(*values(person), None) for person in people]
    if record is _READER.host:
        return [
            values if (known := values[_HOST_ID]) is None or known.__class__ is str else _with_text_id(values)
            for values in found
        ]
    return found


def _with_text_id(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*values[:_HOST_ID], str(values[_HOST_ID]), *values[_HOST_ID + 1 :])


def _text(raw: Any) -> str | None:
    text = str(raw, "utf-8")
    return None if not text or text == "null" else text


def _slowly(row: Buffer) -> tuple[tuple[Any, ...], People | None, People | None, list[str] | None]:
    wire = msgspec.json.decode(row)
    _READER.learn_from(wire)
    columns = booking_columns(wire)
    values = tuple(_value(columns.get(name)) for name in BOOKING_COLUMNS)
    if not isinstance(wire, dict):
        return values, None, None, None
    found: list[People | None] = []
    for key, fields in (("hosts", HOST_FIELDS), ("attendees", ATTENDEE_FIELDS)):
        people = wire.get(key)
        if not isinstance(people, list):
            found.append(None)
            continue
        each = [person_columns(person, fields) for person in people]
        found.append([(*(_value(person.get(snake(f))) for f in fields), person.get("other")) for person in each])
    guests = wire.get("guests")
    return values, found[0], found[1], [str(guest) for guest in guests] if isinstance(guests, list) else None


def _value(value: Any) -> Any:
    return wire_instant(milliseconds(value)) if isinstance(value, datetime) else value
