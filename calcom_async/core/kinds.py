"""What a field is: its type taken apart once, for all that reads, checks, sends or describes it."""

from __future__ import annotations

import types
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Annotated, Any, Union, get_args, get_origin

import attrs

from calcom_async.core.records import _TAGGED, Record, Unknown
from calcom_async.core.unset import Disabled

__all__ = ["PRIMITIVES", "Kind", "kind_of", "member_of"]

PRIMITIVES = (str, int, float, bool)


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
