"""Arguments made from a signature: for each type a least value, a full one, and every other kind it allows."""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin, is_typeddict

import attrs

from calcom_async.core.records import Input, Record, Unknown
from calcom_async.core.unset import UNSET, Disabled, Unset

__all__ = ["ANY_KEY", "TEXT", "Samples", "samples"]

TEXT = "text"
"""Stands for text of any kind; no statement is made about it."""
ANY_KEY = "key"
"""The key of a mapping whose keys are the caller's business."""
_DEPTH = 6
_NAMED: Mapping[str, str] = {
    "email": "ada@example.com",
    "emails": "ada@example.com",
    "guests": "grace@example.com",
    "url": "https://example.com/path",
    "uri": "https://example.com/path",
    "link": "https://example.com/path",
    "time_zone": "Europe/London",
    "phone": "+37120993151",
    "phone_number": "+37120993151",
    "number": "+37120993151",
}
"""Text by the last words of a parameter's name, where a method looks at it."""
API_VERSIONS = ("2024-08-13", "2026-02-25", "2026-05-01")
"""Values of a parameter called `api_version`."""


@attrs.frozen
class Samples:
    """Values of one parameter.

    Attributes:
        minimal: The least there can be.
        full: With everything in it.
        others: Further values, so that every member of every union inside occurs once.
    """

    minimal: Any
    full: Any
    others: tuple[Any, ...] = ()

    @property
    def all(self) -> tuple[Any, ...]:
        """Each value once."""
        values: list[Any] = []
        for value in (self.full, self.minimal, *self.others):
            if not any(value is known or (type(value) is type(known) and value == known) for known in values):
                values.append(value)
        return tuple(values)


def samples(hint: Any, name: str = "", depth: int = 0) -> Samples:  # one case a kind of type
    """Values of a type.

    Args:
        hint: The type.
        name: The parameter's name, for text that a method looks at.
        depth: How far inside other types.

    Raises:
        TypeError: a type that no value is known for.
    """
    if get_origin(hint) is Annotated or get_origin(hint) in (typing.Required, typing.NotRequired):
        hint = get_args(hint)[0]
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _union(get_args(hint), name, depth)
    if origin is Literal:
        values = get_args(hint)
        return Samples(values[0], values[-1], values[1:])
    if isinstance(origin, type) and issubclass(origin, Mapping):
        value = samples((get_args(hint) or (str, Any))[1], name, depth + 1)
        return Samples({ANY_KEY: value.minimal}, {ANY_KEY: value.full}, tuple({ANY_KEY: v} for v in value.others))
    if isinstance(origin, type) and issubclass(origin, Iterable):
        item = samples((get_args(hint) or (Any,))[0], name, depth + 1)
        made: Callable[[Any], Any] = (lambda v: {v}) if issubclass(origin, AbstractSet) else (lambda v: [v])
        return Samples(made(item.minimal), made(item.full), tuple(made(v) for v in item.others))
    if hint is Any or hint is object or isinstance(hint, typing.TypeVar):
        return Samples(TEXT, {ANY_KEY: TEXT})
    if is_typeddict(hint):
        return _typed_dict(hint, depth)
    if isinstance(hint, type):
        return _single(hint, name, depth)
    raise TypeError(f"{name}: no sample for {hint}")


def _union(members: tuple[Any, ...], name: str, depth: int) -> Samples:
    if datetime in members and str in members:  # an instant
        moment = datetime(2026, 12, 1, 9, tzinfo=UTC)
        texts = ("2026-12-01",) if date in members else ()
        return Samples("2026-12-01T09:00:00Z", moment, texts)
    known = [m for m in members if m is not UNSET and m != Unset and m is not type(None) and m is not Unknown]
    forms = [m for m in known if isinstance(m, type) and issubclass(m, Input)]
    if forms:  # a mapping or a record of an answer in their place says the same
        known = [m for m in known if m in forms or m is Disabled or not _is_loose(m)]
    if any(get_origin(m) is Literal or (isinstance(m, type) and issubclass(m, Enum)) for m in known):
        known = [m for m in known if m is not str] + [m for m in known if m is str]
    kinds = [samples(member, name, depth) for member in known] or [Samples(None, None)]
    others = tuple(value for kind in kinds for value in kind.all)
    return Samples(kinds[0].minimal, kinds[0].full, (*others, None) if type(None) in members else others)


def _is_loose(member: Any) -> bool:
    origin = get_origin(member) or member
    return isinstance(origin, type) and issubclass(origin, Mapping | Record)


def _typed_dict(hint: Any, depth: int) -> Samples:
    hints = typing.get_type_hints(hint)
    return _parts(hints, set(hint.__required_keys__), dict, depth)


def _single(hint: type[Any], name: str, depth: int) -> Samples:
    if issubclass(hint, Disabled):
        return Samples(Disabled.DISABLED, Disabled.DISABLED)
    if issubclass(hint, Enum):
        values = tuple(hint)
        return Samples(values[0], values[-1], values[1:])
    if issubclass(hint, Input):
        attrs.resolve_types(hint)
        fields = {a.alias: a for a in attrs.fields(hint) if a.init and a.name[0] != "_"}
        required = {alias for alias, a in fields.items() if a.default is attrs.NOTHING}
        return _parts({alias: a.type for alias, a in fields.items()}, required, hint, depth)
    if issubclass(hint, Mapping):
        return Samples({}, {ANY_KEY: TEXT})
    plain: Mapping[type[Any], Callable[[], Samples]] = {
        bool: lambda: Samples(True, True, (False,)),
        str: lambda: _text(name),
        int: lambda: Samples(1, 1),
        float: lambda: Samples(1.5, 1.5),
        datetime: lambda: Samples(datetime(2026, 12, 1, 9, tzinfo=UTC), datetime(2026, 12, 1, 9, tzinfo=UTC)),
        date: lambda: Samples(date(2026, 12, 1), date(2026, 12, 1)),
        time: lambda: Samples(time(9), time(9)),
        timedelta: lambda: Samples(timedelta(minutes=30), timedelta(minutes=30)),
        type(None): lambda: Samples(None, None),
        bytes: lambda: Samples(b"text", b"text"),
        dict: lambda: Samples({}, {ANY_KEY: TEXT}),
        list: lambda: Samples([], [TEXT]),
    }
    if hint not in plain:
        raise TypeError(f"{name}: no sample for {hint.__name__}")
    return plain[hint]()


def _text(name: str) -> Samples:
    if name == "api_version":
        return Samples(API_VERSIONS[0], API_VERSIONS[0], API_VERSIONS[1:])
    words = name.split("_")
    for length in (2, 1):
        if (known := _NAMED.get("_".join(words[-length:]))) is not None:
            return Samples(known, known)
    return Samples(TEXT, TEXT)


def _parts(hints: Mapping[str, Any], required: set[str], make: Callable[..., Any], depth: int) -> Samples:
    """Values of something that has named parts."""
    if depth > _DEPTH:
        hints = {name: hint for name, hint in hints.items() if name in required}
    kinds = {name: samples(hint, name, depth + 1) for name, hint in hints.items()}
    least = {name: kinds[name].minimal for name in required}
    others = tuple(
        functools.partial(make, **{**least, name: value})() for name, kind in kinds.items() for value in kind.others
    )
    return Samples(make(**least), make(**{name: kind.full for name, kind in kinds.items()}), others)
