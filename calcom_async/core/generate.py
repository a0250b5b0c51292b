"""Generated structure hooks: one function per record class, straight-line code without calls for what is already right.

The function fills a *mutable twin* of the record (a class with the same slots) and then makes it the immutable record
by setting its `__class__`: immutability for nearly nothing. `shape` is the tuple of the wire keys, looked up in a
table that is shared by all records of a class: it tells unknown fields and missing ones at the price of one look-up.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import Annotated, Any, Union, get_args, get_origin

import attrs

from calcom_async.core.records import _TAGGED, Record, Unknown, wire_name
from calcom_async.core.unset import DISABLED, Disabled

__all__ = ["Kind", "Mismatch", "kind_of", "make_structure", "member_of", "value_reader", "wire_time"]

Hook = Callable[[Any, Any], Any]
PRIMITIVES = (str, int, float, bool)
MAX_SHAPES = 512
"""Shapes remembered per class; a server that invents keys without end costs time then, not memory."""


class Mismatch(Exception):  # noqa: N818 - never leaves the codec
    """A value that does not fit its field; `locate` finds out which."""


# --- what a field is -------------------------------------------------------------------------------------------------


@attrs.frozen
class Kind:
    """The type of a field, taken apart."""

    name: str
    """any, primitive, instant, date, time, minutes, enum, record, union, sequence, mapping, other"""
    type: Any
    optional: bool = False
    disabled: bool = False
    """May be `{"disabled": true}`."""
    members: tuple[Any, ...] = ()
    """primitive: the classes; sequence: (item,); mapping: (key, value)."""


def kind_of(annotation: Any) -> Kind:
    """Take a field's type apart."""
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    members: tuple[Any, ...] = (
        get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)
    )
    optional = type(None) in members
    disabled = Disabled in members
    rest = tuple(m for m in members if m not in (type(None), Disabled))
    if len(rest) > 1:
        enums = [m for m in rest if isinstance(m, type) and issubclass(m, Enum)]
        if enums and set(rest) - {str} == set(enums) and len(enums) == 1:
            return Kind("enum", enums[0], optional, disabled)
        if all(m in PRIMITIVES for m in rest):
            return Kind("primitive", annotation, optional, disabled, rest)
        if frozenset(rest) - {Unknown} in _TAGGED:
            return Kind("union", frozenset(rest) - {Unknown}, optional, disabled)
        return Kind("other", Union[rest], optional, disabled)  # noqa: UP007 - made at run time
    (single,) = rest or (Any,)
    return _single_kind(single, optional=optional, disabled=disabled)


def _single_kind(single: Any, *, optional: bool, disabled: bool) -> Kind:
    origin = get_origin(single)
    if single is Any or single is object:
        return Kind("any", single, True, disabled)
    if single in PRIMITIVES:
        return Kind("primitive", single, optional, disabled, (single,))
    if origin is tuple:
        return Kind("sequence", single, optional, disabled, get_args(single)[:1])
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return Kind("mapping", single, optional, disabled, get_args(single))
    if isinstance(single, type):
        for cls, name in (
            (datetime, "instant"),
            (date, "date"),
            (time, "time"),
            (timedelta, "minutes"),
            (Enum, "enum"),
            (Record, "record"),
        ):
            if issubclass(single, cls):
                return Kind(name, single, optional, disabled)
    return Kind("other", single, optional, disabled)


def member_of(union: frozenset[Any], value: Mapping[str, Any]) -> type[Record]:
    """The member of a tagged union that a wire object belongs to; `Unknown` where none fits."""
    tag, members, key = _TAGGED[union]
    mark = key(value) if key is not None else value.get(tag)
    try:
        return members.get(mark, Unknown)
    except TypeError:
        return Unknown


# --- slow paths, called only where the wire is unusual ---------------------------------------------------------------


def as_number(value: Any, classes: tuple[Any, ...]) -> Any:
    """JSON has one kind of number: 30.0 is a fine int, 30 a fine float."""
    if value.__class__ is float and int in classes and value.is_integer():
        return int(value)
    if value.__class__ is int and float in classes:
        return value
    raise Mismatch


def odd_instant(value: Any, name: str, odd: dict[str, Any] | None) -> tuple[datetime, dict[str, Any]]:
    """An instant that is not written as `….000Z`: its text is kept, so that `to_dict` gives it back."""
    if value.__class__ is not str:
        raise Mismatch
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    odd = odd if odd is not None else {}
    odd[name] = (instant, value)
    return instant, odd


def keep_odd(value: Any, raw: Any, name: str, odd: dict[str, Any] | None) -> dict[str, Any]:
    """Remember the wire form of a value that alone would not give it back."""
    odd = odd if odd is not None else {}
    odd[name] = (value, raw)
    return odd


def read_minutes(value: Any) -> timedelta:
    """A number of minutes."""
    if value.__class__ is not int and value.__class__ is not float:
        raise Mismatch
    return timedelta(minutes=value)


def read_date(value: Any) -> date:
    """`2026-12-01`."""
    if value.__class__ is not str:
        raise Mismatch
    return date.fromisoformat(value)


def read_time(value: Any) -> time:
    """`09:00`."""
    if value.__class__ is not str:
        raise Mismatch
    return time.fromisoformat(value)


def wire_time(value: time) -> str:
    """`09:00`; seconds only where there are any."""
    return value.isoformat(timespec="minutes" if not value.second and not value.microsecond else "auto")


# --- the generator ---------------------------------------------------------------------------------------------------


def _twin_of(cls: type[Record]) -> type:
    """A class with the layout of `cls` whose attributes can be set."""
    layout = (
        {"__slots__": cls.__dict__["__slots__"]} if "__slots__" in cls.__dict__ else {}
    )  # a plain subclass has none
    # Both, since a __delattr__ written in Python, which frozen classes have, makes every assignment slow as well.
    settable = {"__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    return type(f"_{cls.__name__}Twin", cls.__bases__, {**layout, **settable})


class _Writer:
    """Collects the lines and the names of one generated function."""

    def __init__(self, hook_for: Callable[[Any], Hook]) -> None:
        self.lines: list[str] = []
        self.names: dict[str, Any] = {}
        self.hook_for = hook_for

    def name(self, prefix: str, value: Any) -> str:
        name = f"{prefix}{len(self.names)}"
        self.names[name] = value
        return name

    def hook(self, cls: Any) -> str:
        """A name for the hook of a class, got on first call: records may refer to each other in circles."""
        hook_for = self.hook_for
        names = self.names
        name = f"s{len(names)}"

        def first(value: Any, into: Any) -> Any:
            names[name] = real = hook_for(cls)
            return real(value, into)

        names[name] = first
        return name

    def add(self, indent: int, *lines: str) -> None:
        self.lines.extend("    " * indent + line for line in lines)

    def check(self, indent: int, kind: Kind) -> None:
        """Check a primitive in `v`."""
        first, *others = kind.members
        cls = self.name("c", kind.members)
        numeric = int in kind.members or float in kind.members
        failed = f"v = as_number(v, {cls})" if numeric else "raise Mismatch"
        test = f"v.__class__ is not {first.__name__}" + "".join(f" and v.__class__ is not {o.__name__}" for o in others)
        self.add(indent, f"if {test}:", f"    {failed}")

    def read(self, indent: int, kind: Kind, field: str) -> None:
        """Turn the wire value in `v`, which is not None, into the field's value in `v`."""
        if kind.disabled:
            self.add(indent, "if v.__class__ is dict and v.get('disabled') is True:")
            self.add(indent + 1, f"if len(v) > 1: odd = keep_odd(DISABLED, v, {field!r}, odd)", "v = DISABLED")
            self.add(indent, "else:")
            indent += 1
        match kind.name:
            case "any":
                self.add(indent, "pass")
            case "primitive":
                self.check(indent, kind)
            case "instant":
                self.add(
                    indent,
                    "if v.__class__ is str and len(v) == 24 and v[23] == 'Z' and v[19] == '.' and v[10] == 'T':",
                    "    v = fromiso(v)",
                )
                self.add(indent, f"else: v, odd = odd_instant(v, {field!r}, odd)")
            case "date":
                self.add(
                    indent, "w = read_date(v)", f"if w.isoformat() != v: odd = keep_odd(w, v, {field!r}, odd)", "v = w"
                )
            case "time":
                self.add(
                    indent, "w = read_time(v)", f"if wire_time(w) != v: odd = keep_odd(w, v, {field!r}, odd)", "v = w"
                )
            case "minutes":
                self.add(indent, "v = read_minutes(v)")
            case "enum":
                known = self.name("e", {m.value: m for m in kind.type})
                self.add(
                    indent,
                    f"w = {known}.get(v)",
                    "if w is not None: v = w",
                    "elif v.__class__ is not str: raise Mismatch",
                )
            case "record" | "union":
                self.record(indent, kind, field)
            case "sequence":
                self.sequence(indent, kind, field)
            case "mapping":
                self.mapping(indent, kind, field)
            case _:
                hook, type_ = self.hook(kind.type), self.name("t", kind.type)
                self.add(indent, f"v = {hook}(v, {type_})")

    def item(self, kind: Kind) -> str:
        """An expression that reads one item `x` of a sequence or mapping."""
        if kind.name == "any":
            return "x"
        if kind.name == "record":
            return f"{self.hook(kind.type)}(x, None)"
        if kind.name == "union":
            return f"{self.name('u', _union_reader(kind.type, self.hook_for))}(x)"
        reader = self.name("i", value_reader(kind, self.hook_for))
        return f"{reader}(x, n)"

    def record(self, indent: int, kind: Kind, field: str) -> None:
        read = (
            f"{self.hook(kind.type)}(v, None)"
            if kind.name == "record"
            else f"{self.name('u', _union_reader(kind.type, self.hook_for))}(v)"
        )
        if kind.optional:
            self.add(indent, f"if v: v = {read}")
            self.add(
                indent, "elif v.__class__ is dict:", f"    odd = keep_odd(None, v, {field!r}, odd)", "    v = None"
            )
            self.add(indent, "else: raise Mismatch")
        else:
            self.add(indent, f"v = {read}")

    def collect(self, indent: int, made: str, field: str) -> None:
        """Make a sequence or mapping; when an item alone would not give its wire form back, keep that of the whole."""
        if ", n)" not in made:
            self.add(indent, f"v = {made}")
            return
        self.add(indent, "n = []", f"w = {made}", f"if n: odd = keep_odd(w, v, {field!r}, odd)", "v = w")

    def sequence(self, indent: int, kind: Kind, field: str) -> None:
        item = kind_of(kind.members[0])
        self.add(indent, "if v.__class__ is not list: raise Mismatch")
        if item.name == "primitive" and not item.optional and len(item.members) == 1 and item.members[0] in (str, bool):
            self.add(
                indent,
                "for x in v:",
                f"    if x.__class__ is not {item.members[0].__name__}: raise Mismatch",
                "v = tuple(v)",
            )
        elif item.name == "any":
            self.add(indent, "v = tuple(v)")
        else:
            self.collect(indent, f"tuple([{self.item(item)} for x in v])", field)

    def mapping(self, indent: int, kind: Kind, field: str) -> None:
        self.add(indent, "if v.__class__ is not dict: raise Mismatch")
        key, value = (kind_of(m) for m in (kind.members or (str, Any)))
        if value.name == "any" and key.name == "primitive":
            return
        k = "k" if key.name == "primitive" else f"read_{key.name}(k)"
        self.collect(indent, f"{{{k}: {self.item(value)} for k, x in v.items()}}", field)


def _union_reader(union: frozenset[Any], hook_for: Callable[[Any], Hook]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if value.__class__ is not dict:
            raise Mismatch
        cls = member_of(union, value)
        try:
            return hook_for(cls)(value, cls)
        except (Mismatch, TypeError, ValueError, KeyError, AttributeError):
            return hook_for(Unknown)(value, Unknown)  # a known tag on another shape: unknown is not an error

    return read


def value_reader(kind: Kind, hook_for: Callable[[Any], Hook]) -> Callable[..., Any]:
    """A function that reads one value of a kind; used for the rarer kinds of items.

    To a list given as its second argument it adds something when the value alone would not give its wire form back.
    """
    writer = _Writer(hook_for)
    writer.add(0, "def read(v, odds=None):", "    odd = None", "    if v is None:")
    writer.add(2, "return None" if kind.optional else "raise Mismatch")
    writer.read(1, kind, "item")
    writer.add(1, "if odd is not None and odds is not None: odds.append(odd)", "return v")
    exec("\n".join(writer.lines), _names(writer))  # noqa: S102 - our own text, made from types
    read: Callable[..., Any] = writer.names["read"]
    return read


def _names(writer: _Writer) -> dict[str, Any]:
    writer.names.update(
        Mismatch=Mismatch, DISABLED=DISABLED, as_number=as_number, odd_instant=odd_instant, keep_odd=keep_odd,
        read_minutes=read_minutes, read_date=read_date, read_time=read_time, wire_time=wire_time,
        fromiso=datetime.fromisoformat,
    )  # fmt: skip
    return writer.names


def make_structure(cls: type[Record], hook_for: Callable[[Any], Hook]) -> Hook:
    """The structure hook of a record class: `hook(wire object, _) -> record`.

    Raises (from the hook):
        Mismatch, TypeError, ValueError, AttributeError: the value does not fit; nothing says where.
    """
    attrs.resolve_types(cls)
    fields = [a for a in attrs.fields(cls) if a.name[0] != "_"]
    known = frozenset(a.metadata.get("wire") or wire_name(a.name) for a in fields)
    shapes: dict[tuple[str, ...], tuple[tuple[str, ...], tuple[str, ...]]] = {}

    def learn(keys: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        entry = (keys, tuple(k for k in keys if k not in known))
        if len(shapes) < MAX_SHAPES:
            shapes[keys] = entry
        return entry

    w = _Writer(hook_for)
    w.names.update(cls=cls, new=object.__new__, twin=_twin_of(cls), shapes=shapes, learn=learn)
    w.add(0, "def structure(o, _=None):")
    w.add(1, "if o.__class__ is not dict: raise Mismatch", "keys = tuple(o)", "shape = shapes.get(keys) or learn(keys)")
    w.add(1, "r = new(twin)", "g = o.get", "odd = None")
    for a in fields:
        kind = kind_of(a.type)
        w.add(1, f"v = g({a.metadata.get('wire') or wire_name(a.name)!r})")
        if kind.name == "any":
            w.add(1, f"r.{a.name} = v")
            continue
        w.add(1, "if v is not None:")
        w.read(2, kind, a.name)
        if not kind.optional:
            if kind.name == "sequence":
                w.add(1, f"elif {a.metadata.get('wire') or wire_name(a.name)!r} in o:")
                w.add(2, "v = ()", f"odd = keep_odd(v, None, {a.name!r}, odd)")
                w.add(1, "else: v = ()")
            else:
                w.add(1, "else: raise Mismatch")
        w.add(1, f"r.{a.name} = v")
    w.add(1, "keys, unknown = shape", "r._shape = keys", "r._odd = odd")
    w.add(1, "r._extra = {k: o[k] for k in unknown} if unknown else None")
    w.add(1, "r.__class__ = cls", "return r")
    exec(compile("\n".join(w.lines), f"<structure {cls.__name__}>", "exec"), _names(w))  # noqa: S102 - see above
    hook: Hook = w.names["structure"]
    return hook
