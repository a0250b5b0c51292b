"""Generated structure hooks: one function per record class, straight-line code without calls for what is already right.

The function fills a *mutable twin* of the record (a class with the same slots) and then makes it the immutable record
by setting its `__class__`: immutability for nearly nothing. `shape` is the tuple of the wire keys, looked up in a
table that is shared by all records of a class: it tells unknown fields and missing ones at the price of one look-up.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from types import FunctionType
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

import attrs

from calcom_async.core.kinds import Kind, kind_of, member_of
from calcom_async.core.records import Record, Unknown, wire_name
from calcom_async.core.unset import DISABLED

__all__ = [
    "FAILURES",
    "MAX_SHAPES",
    "Hook",
    "Mismatch",
    "Shapes",
    "Writer",
    "make_structure",
    "shapes_of",
    "twin_of",
    "value_reader",
    "wire_time",
]

Hook = Callable[[Any, Any], Any]
Shapes: TypeAlias = dict[tuple[str, ...], tuple[tuple[str, ...], tuple[str, ...]]]
"""The keys of a wire object → the same tuple, shared, and those of them that its record does not know."""
MAX_SHAPES = 512
"""Shapes remembered per class; a server that invents keys without end costs time then, not memory."""
MAX_MINUTES = 512
"""Lengths remembered: bookings have few different ones."""
_MINUTES: dict[int, timedelta] = {}
_GENERATED: WeakKeyDictionary[Hook, Shapes] = WeakKeyDictionary()


class Mismatch(Exception):  # noqa: N818 - never leaves the codec
    """A value that does not fit its field; `locate` finds out which."""


FAILURES = (Mismatch, TypeError, ValueError, KeyError, AttributeError, IndexError, OverflowError, RecursionError)
"""What generated code raises where something does not fit."""


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
    minutes = timedelta(minutes=value)
    if value.__class__ is int and len(_MINUTES) < MAX_MINUTES:
        _MINUTES[value] = minutes
    return minutes


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


def twin_of(cls: type[Record]) -> type:
    """A class with the layout of `cls` whose attributes can be set."""
    layout = (
        {"__slots__": cls.__dict__["__slots__"]} if "__slots__" in cls.__dict__ else {}
    )  # a plain subclass has none
    # Both, since a __delattr__ written in Python, which frozen classes have, makes every assignment slow as well.
    settable = {"__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    return type(f"_{cls.__name__}Twin", cls.__bases__, {**layout, **settable})


class Writer:
    """Collects the lines and the names of one generated function, which reads what is in `v`."""

    def __init__(self, hook_for: Callable[[Any], Hook]) -> None:
        self.lines: list[str] = []
        self.names: dict[str, Any] = {}
        self.hook_for = hook_for

    def name(self, prefix: str, value: Any) -> str:
        """A name for a value that the function needs."""
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
        """Lines of the function."""
        self.lines.extend("    " * indent + line for line in lines)

    def function(self, name: str, source: str) -> Callable[..., Any]:
        """The function `name` of the lines so far; `source` is the file that tracebacks and profiles show."""
        self.names.update(
            Mismatch=Mismatch, DISABLED=DISABLED, as_number=as_number, odd_instant=odd_instant, keep_odd=keep_odd,
            minutes=_MINUTES, read_minutes=read_minutes, read_date=read_date, read_time=read_time, wire_time=wire_time,
            fromiso=datetime.fromisoformat,
        )  # fmt: skip
        exec(compile("\n".join(self.lines), source, "exec"), self.names)  # noqa: S102 - our own text, made from types
        function: Callable[..., Any] = self.names[name]
        return function

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
                self.add(
                    indent,
                    "w = minutes.get(v) if v.__class__ is int else None",
                    "v = w if w is not None else read_minutes(v)",
                )
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
        """Turn the object in `v` into a record; `{}` is none where there need not be one."""
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
        """Turn the list in `v` into a tuple."""
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
        """Turn the object in `v` into a mapping."""
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
    writer = Writer(hook_for)
    writer.add(0, "def read(v, odds=None):", "    odd = None", "    if v is None:")
    writer.add(2, "return None" if kind.optional else "raise Mismatch")
    writer.read(1, kind, "item")
    writer.add(1, "if odd is not None and odds is not None: odds.append(odd)", "return v")
    return writer.function("read", "<value>")


def make_structure(cls: type[Record], hook_for: Callable[[Any], Hook]) -> Hook:
    """The structure hook of a record class: `hook(wire object, _) -> record`.

    Raises (from the hook):
        Mismatch, TypeError, ValueError, AttributeError: the value does not fit; nothing says where.
    """
    attrs.resolve_types(cls)
    fields = [a for a in attrs.fields(cls) if a.name[0] != "_"]
    known = frozenset(a.metadata.get("wire") or wire_name(a.name) for a in fields)
    shapes: Shapes = {}

    def learn(keys: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        entry = (keys, tuple(k for k in keys if k not in known))
        if len(shapes) < MAX_SHAPES:
            shapes[keys] = entry
        return entry

    w = Writer(hook_for)
    w.names.update(cls=cls, new=object.__new__, twin=twin_of(cls), shapes=shapes, learn=learn)
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
    hook: Hook = w.function("structure", f"<structure {cls.__name__}>")
    _GENERATED[hook] = shapes
    return hook


def shapes_of(hook: Hook) -> Shapes | None:
    """The shapes that a generated hook has met so far; None for a hook that was made elsewhere."""
    return _GENERATED.get(hook) if isinstance(hook, FunctionType) else None  # of others not all can be looked up
