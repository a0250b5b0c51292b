"""What goes out: arguments → wire JSON. Strict, and refused here before anything is sent."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any, TypeAlias, TypeVar

import attrs

from calcom_async.core.codec import _wire_names, unstructure, wire_instant
from calcom_async.core.kinds import Kind, kind_of, member_of
from calcom_async.core.records import _TAGGED, Input, Record, Unknown, wire_name
from calcom_async.core.unset import UNSET, Disabled, Unset
from calcom_async.errors import InvalidRequestError
from calcom_async.guesses import nearest

__all__ = ["Instant", "check_names", "checked_fields", "fields", "instant", "joined", "part", "parts", "query_pairs"]

Instant: TypeAlias = datetime | str
"""An aware datetime, or ISO 8601 text with an offset such as `2026-12-01T09:00:00Z`."""

I = TypeVar("I", bound=Input)  # noqa: E741 - the field's usual letter for an input type


def instant(value: Instant | Unset | None, name: str) -> str | Unset | None:
    """The wire form of an instant.

    Raises:
        InvalidRequestError: a naive datetime, or text that is not ISO 8601 with an offset.
    """
    if value is UNSET or value is None:
        return value
    if isinstance(value, str):
        try:
            parsed = datetime.fromisoformat(value)
        except ValueError:
            raise InvalidRequestError(f"{name}: not an ISO 8601 instant; write it like 2026-12-01T09:00:00Z") from None
        if parsed.tzinfo is None:
            day = len(value) <= len("2026-12-01")
            how = (
                f"say when the day begins, such as {value}T00:00:00Z"
                if day
                else "end it with Z or an offset such as +01:00"
            )
            raise InvalidRequestError(f"{name}: has no UTC offset; {how}")
        return value
    if not isinstance(value, datetime):
        raise InvalidRequestError(f"{name}: expected a datetime or ISO 8601 text, got {type(value).__name__}")
    if value.tzinfo is None:
        raise InvalidRequestError(
            f"{name}: a naive datetime could be any instant; give it a time zone, such as "
            "datetime(..., tzinfo=zoneinfo.ZoneInfo('Europe/London'))"
        )
    return wire_instant(value)


def fields(**arguments: Any) -> dict[str, Any]:
    """The wire object of keyword arguments: what is UNSET is left out, None is null, names become camelCase.

    Plain mappings are sent as they are (metadata, booking field responses); nested parts with a known form go
    through `part` first.

    Raises:
        InvalidRequestError: a naive datetime, NaN, or a type that JSON does not know.
    """
    return {wire_name(name.rstrip("_")): _wire(value, name) for name, value in arguments.items() if value is not UNSET}


def checked_fields(given: Mapping[str, Any], known: Iterable[str]) -> dict[str, Any]:
    """`fields` of keyword arguments that a `TypedDict` names: Python lets any name through.

    Raises:
        InvalidRequestError: an argument that does not exist, or as `fields`.
    """
    check_names(given, known)
    return fields(**given)


def check_names(given: Iterable[str], known: Iterable[str]) -> None:
    """Refuse an argument that does not exist, with the one that may be meant.

    Raises:
        InvalidRequestError: an argument that does not exist.
    """
    names = set(known)
    for name in given:
        if name not in names:
            meant = nearest(name, sorted(names))
            raise InvalidRequestError(
                f"{name}: there is no such argument" + (f"; did you mean {meant}?" if meant else "")
            )


def joined(values: Iterable[Any] | str | int | Unset, name: str = "values") -> str | Unset:
    """A comma-joined list for a query, the way `status=upcoming,past` is written."""
    if isinstance(values, str | int):
        return str(values.value if isinstance(values, Enum) else values)
    if values is UNSET:
        return UNSET
    texts = [str(v.value if isinstance(v, Enum) else v) for v in values]
    if not texts:
        raise InvalidRequestError(f"{name}: an empty list selects nothing; leave the argument out instead")
    return ",".join(texts)


def query_pairs(query: Mapping[str, Any] | None) -> tuple[tuple[str, str], ...]:
    """The pairs of a query string, lists repeated; None and UNSET are left out (a query has no null)."""
    if not query:
        return ()
    pairs: list[tuple[str, str]] = []
    for name, value in query.items():
        many = value if isinstance(value, list | tuple | set | frozenset) else (value,)
        pairs.extend((name, _query_text(v, name)) for v in many if v is not None and v is not UNSET)
    return tuple(pairs)


def _query_text(value: Any, name: str) -> str:
    value = _wire(value, name)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise InvalidRequestError(f"{name}: a query parameter is text, a number or true/false, not {type(value).__name__}")


def part(kind: type[I] | Any, value: I | Record | Mapping[str, Any] | Any, name: str) -> Any:
    """The wire form of a nested part, given as its record, as a record of an answer, or as a plain mapping.

    Args:
        kind: An `Input` class, or a tagged union of them.
        value: What the caller gave; UNSET and None pass through.
        name: The argument's name, for the message.

    Raises:
        InvalidRequestError: an unknown key, a missing required one, a value of the wrong type; it says which.
    """
    if value is UNSET or value is None:
        return value
    return _typed(value, kind_of(kind), name)


def parts(kind: type[I] | Any, values: Sequence[Any] | Unset | None, name: str) -> Any:
    """The wire form of a list of nested parts; see `part`."""
    if values is UNSET or values is None:
        return values
    if isinstance(values, str | Mapping) or not isinstance(values, Iterable):
        raise InvalidRequestError(f"{name}: expected a list, got {type(values).__name__}")
    of = kind_of(kind)
    return [_typed(value, of, f"{name}[{index}]") for index, value in enumerate(values)]


# --- one value -------------------------------------------------------------------------------------------------------


def _wire(value: Any, name: str) -> Any:
    """Any argument as wire JSON; the callers' names lead to it in a message."""
    match value:
        case Enum():
            return {"disabled": True} if isinstance(value, Disabled) else value.value
        case None | str() | bool() | int():
            return value
        case float():
            if not math.isfinite(value):
                raise InvalidRequestError(f"{name}: {value} is not a number that JSON can carry")
            return value
        case datetime():
            return instant(value, name)
        case date() | time() | timedelta():
            return unstructure(value)
        case Input():
            return _typed(value, Kind("record", type(value)), name)
        case Record():
            return value.to_dict()
        case Mapping():
            return {str(k): _wire(v, f"{name}.{k}") for k, v in value.items() if v is not UNSET}
        case list() | tuple() | set() | frozenset():
            return [_wire(v, f"{name}[{i}]") for i, v in enumerate(value)]
        case _:
            raise InvalidRequestError(f"{name}: {type(value).__name__} can't be sent as JSON")


def _typed(value: Any, kind: Kind, name: str) -> Any:
    if value is None or value is UNSET:
        return value
    if isinstance(value, Disabled):
        return {"disabled": True}
    if isinstance(value, Mapping) and kind.disabled and value.get("disabled") is True:
        return {"disabled": True}
    match kind.name:
        case "instant":
            given: Any = value
            return instant(given, name)
        case "union":
            return _typed_member(value, kind.type, name)
        case "record" | "other" if isinstance(kind.type, type) and issubclass(kind.type, Input | Record):
            return _typed_part(value, kind.type, name)
        case "sequence":
            if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
                raise InvalidRequestError(f"{name}: expected a list, got {type(value).__name__}")
            item = kind_of(kind.members[0])
            return [_typed(v, item, f"{name}[{i}]") for i, v in enumerate(value)]
        case "primitive":
            _check_primitive(value, kind, name)
            return _wire(value, name)
        case "minutes" if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        case _:
            return _wire(value, name)


def _check_primitive(value: Any, kind: Kind, name: str) -> None:
    classes = kind.members
    fits = isinstance(value, classes) and (bool in classes or not isinstance(value, bool))
    if not fits and not (float in classes and isinstance(value, int) and not isinstance(value, bool)):
        words = " or ".join(
            {str: "text", int: "a whole number", float: "a number", bool: "True or False"}[c] for c in classes
        )
        raise InvalidRequestError(f"{name}: expected {words}, got {type(value).__name__}")


def _typed_member(value: Any, union: frozenset[Any], name: str) -> Any:
    if isinstance(value, Input):
        return _typed_part(value, type(value), name)
    if isinstance(value, Record):
        value = value.to_dict()
    if not isinstance(value, Mapping):
        raise InvalidRequestError(f"{name}: expected a mapping or one of the records, got {type(value).__name__}")
    cls: type[Any] = member_of(union, value)
    if cls is Unknown:
        tag, members, key = _TAGGED[union]
        if key is None and value.get(tag) is None:
            known = ", ".join(sorted(str(member) for member in members))
            raise InvalidRequestError(f"{name}: {tag!r} is missing; it says which kind this is: {known}")
        return _wire(value, name)  # a kind newer than this release: the server decides
    return _typed_part(value, cls, name)


def _typed_part(value: Any, cls: type[Any], name: str) -> dict[str, Any]:
    attrs.resolve_types(cls)
    by_name = {a.name: a for a in attrs.fields(cls) if a.name[0] != "_"}
    names = dict(_wire_names(cls))
    if isinstance(value, Input):
        if not isinstance(value, cls):
            raise InvalidRequestError(f"{name}: expected {cls.__name__}, got {type(value).__name__}")
        given = {a: getattr(value, a) for a in by_name}
    else:
        if isinstance(value, Record):
            value = value.to_dict()
        if not isinstance(value, Mapping):
            raise InvalidRequestError(f"{name}: expected {cls.__name__} or a mapping, got {type(value).__name__}")
        given = _by_attribute(value, names, name)
    missing = [a for a, of in by_name.items() if of.default is attrs.NOTHING and given.get(a, UNSET) is UNSET]
    if missing:
        raise InvalidRequestError(f"{name}: {missing[0]} is missing ({cls.__name__} needs it)")
    for a, of in by_name.items():  # a fixed value such as the "type" of a location is sent though nobody gave it
        if a not in given and of.default is not attrs.NOTHING:
            given[a] = of.default
    wire: dict[str, Any] = {}
    for a, v in given.items():
        if v is UNSET:
            continue
        kind = _input_kind(by_name[a].type)
        if v is None and not kind.optional and issubclass(cls, Input):
            raise InvalidRequestError(f"{name}.{a}: may be left out, but not be None")
        wire[names[a]] = _typed(v, kind, f"{name}.{a}")
    return wire


def _by_attribute(value: Mapping[str, Any], names: Mapping[str, str], where: str) -> dict[str, Any]:
    """A caller's mapping by attribute names; snake_case and wire names are both understood."""
    attribute = {wire: a for a, wire in names.items()} | {a: a for a in names}
    given: dict[str, Any] = {}
    for key, v in value.items():
        if key not in attribute:
            close = difflib.get_close_matches(str(key), list(names), n=1)
            hint = f"; did you mean {close[0]}?" if close else f"; it knows {', '.join(sorted(names))}"
            raise InvalidRequestError(f"{where}: unknown key {str(key)[:60]!r}{hint}")
        given[attribute[key]] = v
    return given


def _input_kind(annotation: Any) -> Kind:
    """The kind of an input's field, `Unset` taken out of its union."""
    from types import UnionType
    from typing import Literal, Union, get_args, get_origin

    if get_origin(annotation) in (Union, UnionType):
        members = tuple(m for m in get_args(annotation) if m is not Unset and m is not type(UNSET))
        literals = tuple(m for m in members if get_origin(m) is Literal)
        members = tuple(m for m in members if m not in literals) or (str,)
        annotation = Union[members]  # noqa: UP007 - made at run time
    elif get_origin(annotation) is Literal:
        annotation = str
    return kind_of(annotation)
