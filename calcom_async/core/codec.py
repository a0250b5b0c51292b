"""The one cattrs converter: wire JSON → records and back.

For each record class one function is generated on first use (a cattrs structure hook made by `generate.py`), which is
fast and knows only that something does not fit; `locate` then walks the value slowly to say where. Answers are read
leniently: a missing or null field is None, unknown fields go to `.extra`, unknown enum values stay text. They are
never coerced: text where a number belongs is a `DecodeError`, not a number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, StrEnum
from typing import Any, TypeVar

import attrs
import cattrs
import msgspec

from calcom_async.core.generate import FAILURES, MAX_SHAPES, Writer, make_structure, value_reader, wire_time
from calcom_async.core.kinds import Kind, kind_of
from calcom_async.core.locate import locate
from calcom_async.core.records import Record, wire_name
from calcom_async.core.unset import Disabled
from calcom_async.errors import DecodeError
from calcom_async.settings import Hidden

__all__ = ["Malformed", "converter", "decode", "decode_items", "dump_json", "parse_json", "unstructure", "wire_instant"]

T = TypeVar("T")


def parse_json(data: bytes) -> Any:
    """Parse JSON bytes.

    Raises:
        DecodeError: these bytes are not JSON.
    """
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise DecodeError(f"the answer is not valid JSON ({len(data)} bytes)") from error


def dump_json(value: Any) -> bytes:
    """JSON bytes of a wire value."""
    return msgspec.json.encode(value, enc_hook=_told)


def _told(value: Any) -> str:
    """A secret as the text it is: it was put into a body to be sent."""
    if isinstance(value, Hidden):
        return str.__str__(value)
    raise TypeError(f"{type(value).__name__} is no wire JSON")


@attrs.frozen(kw_only=True)
class Malformed:
    """A record of a list that could not be structured; nothing of it is lost.

    Attributes:
        raw: The wire value as it came.
        error: What is wrong and where, such as `start: expected an instant, got int`.
    """

    raw: Any = attrs.field(repr=False)
    error: DecodeError


# --- answers: wire → record ------------------------------------------------------------------------------------------


def _is_record(cls: Any) -> bool:
    return isinstance(cls, type) and issubclass(cls, Record)


converter = cattrs.Converter(prefer_attrib_converters=False)
"""Structures and unstructures every record of the package; register a hook on it to change how a type is read."""


def _structure_hook(cls: type[Record]) -> Callable[[Any, Any], Record]:
    return make_structure(cls, converter.get_structure_hook)


def _value_hook(of: Any) -> Callable[[Any, Any], Any]:
    read = value_reader(kind_of(of), converter.get_structure_hook)
    return lambda value, _: read(value)


def _is_value(of: Any) -> bool:
    return kind_of(of).name not in {"record", "other", "union"}


converter.register_structure_hook_factory(_is_value, _value_hook)
converter.register_structure_hook_factory(_is_record, _structure_hook)


def decode(value: Any, into: type[T], *, path: str = "") -> T:
    """Structure one wire value.

    Raises:
        DecodeError: with the path of the field that does not fit.
    """
    try:
        record: T = converter.get_structure_hook(into)(value, into)
    except FAILURES:
        raise locate(value, into, path) from None
    return record


def decode_items(values: Sequence[Any], into: type[T], *, path: str = "data") -> tuple[list[T], list[Malformed]]:
    """Structure a list item by item, so that one malformed record never loses its page."""
    hook = converter.get_structure_hook(into)
    items: list[T] = []
    malformed: list[Malformed] = []
    keep = items.append
    for index, value in enumerate(values):
        try:
            keep(hook(value, into))
        except FAILURES:
            malformed.append(Malformed(raw=value, error=locate(value, into, f"{path}[{index}]")))
    return items, malformed


# --- and back: record → wire -----------------------------------------------------------------------------------------


def wire_instant(value: datetime) -> str:
    """`2026-12-01T09:00:00.000Z`: Cal.com's way to write an instant; another offset is kept (`…+13:00`)."""
    if value.tzinfo is UTC:
        text: str = msgspec.to_builtins(value)  # a sixth of the time of isoformat: `…:00Z` or `…:00.123000Z`
        return text[:-1] + ".000Z" if len(text) == 20 else text[:23] + "Z"
    if value.tzinfo is None:
        raise ValueError("a datetime without a time zone")
    if not value.utcoffset():
        return value.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
    return value.isoformat(timespec="milliseconds")


def _wire_minutes(value: timedelta) -> int | float:
    minutes = value / _MINUTE
    return int(minutes) if minutes.is_integer() else minutes


def _wire_list(value: Sequence[Any]) -> list[Any]:
    wire = converter.unstructure
    return [item if item.__class__ in _PLAIN else wire(item) for item in value]


def _wire_mapping(value: Mapping[Any, Any]) -> dict[str, Any]:
    wire = converter.unstructure
    return {k if isinstance(k, str) else wire(k): v if v.__class__ in _PLAIN else wire(v) for k, v in value.items()}


_MINUTE = timedelta(minutes=1)
_PLAIN = frozenset({str, int, float, bool, type(None)})
"""Values that are their own wire form."""


def _wire_hook(cls: type[Record]) -> Callable[[Record], dict[str, Any]]:
    """Gives records of a class back; for shapes that many of them have, by a function that is made for the shape."""
    makers: dict[tuple[str, ...], Callable[[Any], dict[str, Any]]] = {}
    uses: dict[tuple[str, ...], int] = {}

    def wire(value: Record) -> dict[str, Any]:
        shape = value._shape
        if shape is None or value.__class__ is not cls:
            return _wire_unusual_record(value)
        make = makers.get(shape)
        if make is not None:
            return make(value)
        if shape in uses or len(uses) < MAX_SHAPES:
            uses[shape] = count = uses.get(shape, 0) + 1
            if count >= WORTH_RECORDS:
                makers[shape] = _make_wire(cls, shape)
        return _wire_unusual_record(value)

    return wire


def _wire_unusual_record(value: Record) -> dict[str, Any]:
    cls = value.__class__
    attributes = _attributes(cls)
    odd, extra = value._odd or {}, value._extra or {}
    wire: dict[str, Any] = {}
    for key in value._shape or ():
        name = attributes.get(key)
        if name is None:
            if key in extra:
                wire[key] = extra[key]
            continue
        current = getattr(value, name)
        if name in odd and odd[name][0] is current:
            wire[key] = odd[name][1]
        else:
            wire[key] = current if current.__class__ in _PLAIN else unstructure(current)
    if len(wire) < len(attributes) or extra:  # fields that were missing, or given since
        for key, name in attributes.items():
            if key not in wire and (current := getattr(value, name)) is not None and current != ():
                wire[key] = unstructure(current)
    for key, current in extra.items():
        wire.setdefault(key, current)
    return wire


def _make_wire(cls: type[Record], shape: tuple[str, ...]) -> Callable[[Any], dict[str, Any]]:
    """A function for the records of one shape: straight-line code where nothing odd, unknown or added is to be kept."""
    attrs.resolve_types(cls)
    kinds = {a.name: kind_of(a.type) for a in attrs.fields(cls)}
    attributes = _attributes(cls)
    w = Writer(converter.get_structure_hook)
    w.names.update(unusual=_wire_unusual_record, plain=_PLAIN, wire=converter.unstructure)
    others = [f"r.{name} is not None and r.{name} != ()" for key, name in attributes.items() if key not in shape]
    w.add(0, "def make(r):")
    w.add(1, f"if {' or '.join(['r._odd is not None', 'r._extra is not None', *others])}: return unusual(r)")
    w.add(1, "return {")
    for key in shape:
        if key in attributes:
            name = attributes[key]
            w.add(2, f"{key!r}: v if (v := r.{name}) is None or v.__class__ in plain else {_back(w, kinds[name])},")
    w.add(1, "}")
    return w.function("make", f"<wire {cls.__name__}>")


def _back(w: Writer, kind: Kind, value: str = "v") -> str:
    """An expression for the wire form of a value: by the hook for its type, if it is of that."""
    if kind.name in {"instant", "date", "time", "minutes", "enum", "record"}:
        hook, cls = w.name("h", converter.get_unstructure_hook(kind.type)), w.name("c", kind.type)
        return f"{hook}({value}) if {value}.__class__ is {cls} else wire({value})"
    if kind.name == "sequence" and value == "v" and converter.get_unstructure_hook(tuple) is _wire_list:
        item = _back(w, kind_of(kind.members[0]), "x")
        return f"[x if x.__class__ in plain else {item} for x in v] if v.__class__ is tuple else wire(v)"
    return f"wire({value})"


WORTH_RECORDS = 100
"""Records of a shape after which a function is made for it."""
_ATTRIBUTES: dict[type, dict[str, str]] = {}
_NAMES: dict[type, tuple[tuple[str, str], ...]] = {}


def _attributes(cls: type) -> dict[str, str]:
    """Wire name → attribute."""
    attributes = _ATTRIBUTES.get(cls)
    if attributes is None:
        attributes = _ATTRIBUTES[cls] = {key: name for name, key in _wire_names(cls)}
    return attributes


def _wire_names(cls: type) -> tuple[tuple[str, str], ...]:
    """(attribute, wire name) of every field of a record or input class."""
    names = _NAMES.get(cls)
    if names is None:
        names = _NAMES[cls] = tuple(
            (a.name, a.metadata.get("wire") or wire_name(a.name)) for a in attrs.fields(cls) if a.name[0] != "_"
        )
    return names


def _same(value: Any) -> Any:
    return value


for _type, _hook in (
    (datetime, wire_instant),
    (date, date.isoformat),
    (time, wire_time),
    (timedelta, _wire_minutes),
    (Enum, lambda value: value.value),
    (StrEnum, lambda value: value.value),
    (Disabled, lambda _: {"disabled": True}),
):
    converter.register_unstructure_hook(_type, _hook)
converter.register_unstructure_hook_factory(_is_record, _wire_hook)
converter.register_unstructure_hook_func(lambda t: t in {str, int, float, bool, type(None), bytes}, _same)
converter.register_unstructure_hook_func(lambda t: isinstance(t, type) and issubclass(t, Mapping), _wire_mapping)
converter.register_unstructure_hook_func(lambda t: isinstance(t, type) and issubclass(t, list | tuple), _wire_list)


def unstructure(value: Any) -> Any:
    """The wire form of any value: records, instants, minutes, mappings, sequences."""
    return converter.unstructure(value)
