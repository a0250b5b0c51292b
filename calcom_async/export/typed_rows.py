"""Bookings as rows of tables, fast: wire JSON is read straight into typed fields, without a dict in between.

A page is read in one go, column by column. What does not fit its field, or is no field at all, is read the slow way
(`columns.py`), which keeps it in `other`; a field that is not known is learnt from that, so that one which the service
adds costs next to nothing.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice
from operator import attrgetter
from types import GenericAlias
from typing import Annotated, Any, TypeAlias, cast

import attrs
import msgspec

from calcom_async.export.columns import (
    ATTENDEE_FIELDS,
    BOOKING_FIELDS,
    HOST_FIELDS,
    booking_columns,
    person_columns,
    snake,
)
from calcom_async.export.lines import Buffer, Lines
from calcom_async.export.plan import milliseconds, wire_instant

__all__ = [
    "BOOKING_COLUMNS",
    "TYPED_READER",
    "People",
    "PeopleColumns",
    "Record",
    "TypedRows",
    "are_canonical",
    "read_rows",
]

BOOKING_COLUMNS = (*map(snake, BOOKING_FIELDS), "event_type_slug", "metadata", "booking_fields_responses", "other")
"""The order of a booking's values."""
People: TypeAlias = list[tuple[Any, ...]]
"""Hosts or attendees: the values of their fields in order, and `other`."""
_Values: TypeAlias = tuple[tuple[Any, ...], People | None, People | None, list[str] | None]
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
class PeopleColumns:
    """The hosts or attendees of some bookings, one after the other, as columns.

    Attributes:
        counts: How many each booking has; None where it has no list of them.
        make: Makes `columns`.
        pick: Makes one of the columns, by its place; where it is None, they have to be made all.
    """

    counts: Sequence[int | None]
    make: Callable[[], Sequence[Sequence[Any]]]
    pick: Callable[[int], Sequence[Any]] | None = None

    @functools.cached_property
    def columns(self) -> Sequence[Sequence[Any]]:
        """The values of their fields in order, and `other`."""
        return self.make()

    def column(self, place: int) -> Sequence[Any]:
        """The values of a field, for whoever needs only a few."""
        return self.columns[place] if self.pick is None else self.pick(place)

    @classmethod
    def of(cls, lists: Sequence[People | None], fields: Mapping[str, str]) -> PeopleColumns:
        """Of what `each` gives."""
        flat = [person for people in lists for person in people or ()]
        counts = [None if people is None else len(people) for people in lists]
        columns: list[tuple[Any, ...]] = list(zip(*flat, strict=True)) if flat else [()] * (len(fields) + 1)
        return cls(counts=counts, make=lambda: columns)

    def each(self) -> list[People | None]:
        """Of each booking."""
        flat = zip(*self.columns, strict=True)
        return [None if count is None else list(islice(flat, count)) for count in self.counts]


@attrs.frozen(kw_only=True)
class TypedRows:
    """Bookings as values; instants are canonical text (`2026-12-01T09:00:00.000Z`).

    Attributes:
        columns: The values of `BOOKING_COLUMNS`, column by column.
        hosts: Their hosts.
        attendees: Their attendees.
        guests: Each one's guests; None where it has none.
    """

    columns: Sequence[Sequence[Any]]
    hosts: PeopleColumns
    attendees: PeopleColumns
    guests: Sequence[list[str] | None]

    def rows(self) -> list[_Values]:
        """Row by row: the values of `BOOKING_COLUMNS`, hosts, attendees and guests."""
        bookings = zip(*self.columns, strict=True)
        return list(zip(bookings, self.hosts.each(), self.attendees.each(), self.guests, strict=True))

    @classmethod
    def of(cls, rows: Sequence[_Values]) -> TypedRows:
        """Of what `rows` gives."""
        bookings, hosts, attendees, guests = zip(*rows, strict=True) if rows else ((), (), (), ())
        return cls(
            columns=list(zip(*bookings, strict=True)) if bookings else [()] * len(BOOKING_COLUMNS),
            hosts=PeopleColumns.of(hosts, HOST_FIELDS),
            attendees=PeopleColumns.of(attendees, ATTENDEE_FIELDS),
            guests=guests,
        )


class Record(msgspec.Struct, gc=False):
    """A booking as a typed struct; or one of its people."""


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
        """The struct: its fields, the others, those that were learnt; in this order.

        The time of creation is called `moment`, as a `Glance` calls it.
        """
        given = [(name, more.get(name, kind), default) for name, kind, default in self._more]
        kinds = {name: _KINDS[kind] for name, kind in self.fields.items()} | more
        plain = [("moment" if name == "createdAt" else name, kinds[name], None) for name in self.fields]
        extra = [(f"learnt{n}", msgspec.Raw, _NOTHING) for n in range(len(self.learnt))]
        return msgspec.defstruct(
            "Record",
            [*plain, *given, *extra],
            bases=(Record,),
            rename={"moment": "createdAt"} | {f"learnt{n}": name for n, name in enumerate(self.learnt)},
            forbid_unknown_fields=True,
            gc=False,
        )

    def others(self, columns: Sequence[Sequence[Any]], count: int) -> list[str | None]:
        """What was learnt of each, as JSON text, by the columns of the fields that had been learnt when it was read."""
        found: list[dict[str, Any] | None] = [None] * count
        for name, column in zip(self.learnt, columns, strict=False):
            if column.count(_NOTHING) == count:
                continue
            for number, raw in enumerate(column):
                if raw is not _NOTHING:
                    found[number] = each = found[number] or {}
                    each[name] = raw
        return [None if each is None else msgspec.json.encode(each).decode() for each in found]


class _Slug(msgspec.Struct, gc=False):
    slug: str | None = None


class _Reader:
    """Decoders for what is known so far; threads may share them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.booking = _Record(
            BOOKING_FIELDS,
            [
                ("eventType", _Slug | None, None),
                ("metadata", msgspec.Raw, _NOTHING),
                ("bookingFieldsResponses", msgspec.Raw, _NOTHING),
                ("hosts", None, None),
                ("attendees", None, None),
                ("guests", list[str] | None, None),
            ],
        )
        self.host = _Record(HOST_FIELDS)
        self.attendee = _Record(ATTENDEE_FIELDS)
        self._build()

    def _build(self) -> None:
        hosts = GenericAlias(list, (self.host.make(id=str | _Integer | None),))
        attendees = GenericAlias(list, (self.attendee.make(),))
        booking = self.booking.make(hosts=hosts | None, attendees=attendees | None)
        decoder = msgspec.json.Decoder(booking)
        self.decode: Callable[[Buffer], Any] = decoder.decode
        self.decode_lines: Callable[[bytes | memoryview], list[Any]] = decoder.decode_lines

    def learn_from(self, wire: Any) -> bool:
        """Learn the fields of a booking that were not known; whether there were any."""
        if not isinstance(wire, dict):
            return False
        with self._lock:
            news = [self.booking.learn(name) for name in wire]
            for record, key in ((self.host, "hosts"), (self.attendee, "attendees")):
                people = wire.get(key)
                for person in people if isinstance(people, list) else ():
                    news += [record.learn(name) for name in person] if isinstance(person, dict) else []
            if any(news):
                self._build()
            return any(news)


_READER = _Reader()
_INSTANTS = tuple(n for n, kind in enumerate(BOOKING_FIELDS.values()) if kind == "instant")
_PLAIN = len(BOOKING_FIELDS)
_values_of = msgspec.structs.astuple
_HOST_ID = tuple(HOST_FIELDS).index("id")


def are_canonical(instants: Sequence[str | None]) -> bool:
    """Whether all of them, as far as there are any, have the form of `2026-12-01T09:00:00.000Z`."""
    try:
        text, count = "".join(cast("Sequence[str]", instants)), len(instants)
    except TypeError:  # there are none among them
        given = [instant for instant in instants if instant is not None]
        text, count = "".join(given), len(given)
    return text.encode(errors="replace").translate(_DIGITS) == b"0000-00-00T00:00:00.000Z" * count


_DIGITS = bytes.maketrans(b"123456789", b"0" * 9)


class _TypedReader:
    """Reads lines of bookings into records, by all that is known when it does."""

    def decode_lines(self, buf: bytes | memoryview, /) -> list[Any]:
        """A record of each.

        Raises:
            msgspec.DecodeError: one is no JSON, or does not fit.
        """
        return _READER.decode_lines(buf)


TYPED_READER = _TypedReader()
"""Reads a page once for the walk and for `read_rows`."""


def read_rows(rows: Sequence[Buffer], records: Sequence[Any] = (), *, exact: bool = False) -> TypedRows:
    """Read wire JSON of bookings.

    Args:
        rows: One booking an item.
        records: What was read of each, if it was; only records of `TYPED_READER`, of one page, are of use.
        exact: Find out instants that do not exist, such as the 31st of June, as well.
    """
    if not records or not isinstance(records[0], Record):
        records = _decoded(rows)
    read = _by_column([record for record in records if record is not None])
    misfits = {number for number, record in enumerate(records) if record is None}
    if not misfits and not exact and _instants_are_canonical(read.columns):
        return read
    fitting = iter(read.rows())
    found: list[_Values] = []
    for number, row in enumerate(rows):
        values = None if number in misfits else next(fitting)
        if values is None or not _instants_fit(values[0], exact=exact):
            values = _slowly(row)
        found.append(values)
    return TypedRows.of(found)


def _decoded(rows: Sequence[Buffer]) -> list[Any]:
    """A record of each; None where one does not fit."""
    text = rows.text() if isinstance(rows, Lines) else b"\n".join(rows)
    try:
        records = _READER.decode_lines(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        records = []
    return records if len(records) == len(rows) else _decoded_one_by_one(rows)


def _decoded_one_by_one(rows: Sequence[Buffer]) -> list[Any]:
    records: list[Any] = []
    decode = _READER.decode
    while len(records) < len(rows):
        row = rows[len(records)]
        try:
            record = decode(row)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            if _READER.learn_from(msgspec.json.decode(row)):
                decode = _READER.decode
                records.clear()  # all of them by the same struct
                continue
            record = None
        records.append(record)
    return records


def _by_column(records: Sequence[Any]) -> TypedRows:
    if not records:
        return TypedRows.of(())
    values = list(zip(*map(_values_of, records), strict=True))
    event_types, metadata, responses, hosts, attendees, guests = values[_PLAIN : _PLAIN + 6]
    return TypedRows(
        columns=[
            *values[:_PLAIN],
            [None if each is None else each.slug for each in event_types],
            _texts(metadata),
            _texts(responses),
            _READER.booking.others(values[_PLAIN + 6 :], len(records)),
        ],
        hosts=_people(hosts, _READER.host),
        attendees=_people(attendees, _READER.attendee),
        guests=guests,
    )


def _instants_are_canonical(columns: Sequence[Sequence[Any]]) -> bool:
    return all(are_canonical(columns[place]) for place in _INSTANTS)


def _instants_fit(values: Sequence[Any], *, exact: bool) -> bool:
    instants = [values[place] for place in _INSTANTS if values[place] is not None]
    return all(are_canonical((instant,)) and (not exact or _exists(instant)) for instant in instants)


def _exists(instant: str) -> bool:
    try:
        datetime.fromisoformat(instant)
    except ValueError:
        return False
    return True


def _people(lists: Sequence[list[Any] | None], record: _Record) -> PeopleColumns:
    flat = list(chain.from_iterable(filter(None, lists)))
    names = tuple(record.fields)
    hosts = record is _READER.host

    def make() -> list[Sequence[Any]]:
        if not flat:
            return [()] * (len(names) + 1)
        values = list(zip(*map(_values_of, flat), strict=True))
        plain: list[Sequence[Any]] = list(values[: len(names)])
        if hosts:
            plain[_HOST_ID] = _ids(plain[_HOST_ID])
        return [*plain, record.others(values[len(names) :], len(flat))]

    def pick(place: int) -> Sequence[Any]:
        values = list(map(attrgetter(names[place]), flat))
        return _ids(values) if hosts and place == _HOST_ID else values

    return PeopleColumns(counts=[None if people is None else len(people) for people in lists], make=make, pick=pick)


def _ids(values: Sequence[Any]) -> list[str | None]:
    """As text, which some of them are."""
    as_text = {each: each if each is None else str(each) for each in set(values)}
    return [as_text[each] for each in values]


def _texts(raws: Sequence[Any]) -> list[str | None]:
    """Free-form fields as text; decoded as one, which is faster than each alone where there are no newlines."""
    texts = b"\n".join(raws).decode().split("\n")
    if len(texts) != len(raws):
        texts = [str(raw, "utf-8") for raw in raws]
    return [None if not text or text == "null" else text for text in texts]


def _slowly(row: Buffer) -> tuple[tuple[Any, ...], People | None, People | None, list[str] | None]:
    wire = msgspec.json.decode(row)
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
