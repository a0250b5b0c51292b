"""Where an answer does not fit its record: the slow walk behind a clear `DecodeError`; it keeps paths, never data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

import attrs

from calcom_async.core.kinds import Kind, kind_of, member_of
from calcom_async.core.records import Record, wire_name
from calcom_async.errors import DecodeError

__all__ = ["locate"]

_WORDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
_PARSERS: Mapping[str, tuple[str, Any]] = {
    "instant": ("an instant (ISO 8601)", datetime.fromisoformat),
    "date": ("a date (YYYY-MM-DD)", date.fromisoformat),
    "time": ("a time (HH:MM)", time.fromisoformat),
}


def locate(value: Any, into: Any, path: str = "") -> DecodeError:
    """The error that names the first field which does not fit."""
    found = _walk(value, kind_of(into), path)
    return DecodeError(found[1], path=found[0]) if found else DecodeError("does not fit its record", path=path)


def _name(value: Any) -> str:
    return {dict: "an object", list: "a list", str: "text", type(None): "null"}.get(type(value), type(value).__name__)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _walk(value: Any, kind: Kind, path: str) -> tuple[str, str] | None:
    if value is None:
        return None if kind.optional or kind.name == "sequence" else (path, "expected a value, got nothing")
    if kind.disabled and isinstance(value, dict) and value.get("disabled") is True:
        return None
    if kind.name in _PARSERS:
        return _parse(value, kind, path)
    match kind.name:
        case "primitive":
            if _is_one_of(value, kind.members):
                return None
            return path, f"expected {' or '.join(_WORDS[m] for m in kind.members)}, got {_name(value)}"
        case "minutes" if not isinstance(value, int | float) or isinstance(value, bool):
            return path, f"expected minutes (a number), got {_name(value)}"
        case "enum" if not isinstance(value, str):
            return path, f"expected text, got {_name(value)}"
        case "record":
            return _walk_record(value, kind, path)
        case "union":
            if not isinstance(value, dict):
                return path, f"expected an object, got {_name(value)}"
            return _walk_record(value, Kind("record", member_of(kind.type, value)), path)
        case "sequence":
            if not isinstance(value, list):
                return path, f"expected a list, got {_name(value)}"
            item = kind_of(kind.members[0])
            return next((bad for i, x in enumerate(value) if (bad := _walk(x, item, f"{path}[{i}]"))), None)
        case "mapping":
            if not isinstance(value, dict):
                return path, f"expected an object, got {_name(value)}"
            item = kind_of(kind.members[1]) if kind.members else kind_of(Any)
            return next((bad for k, x in value.items() if (bad := _walk(x, item, _join(path, str(k))))), None)
        case _:
            return None


def _is_one_of(value: Any, classes: tuple[Any, ...]) -> bool:
    if type(value) in classes:
        return True
    return (type(value) is float and int in classes and value.is_integer()) or (type(value) is int and float in classes)


def _parse(value: Any, kind: Kind, path: str) -> tuple[str, str] | None:
    words, parse = _PARSERS[kind.name]
    if not isinstance(value, str):
        return path, f"expected {words}, got {_name(value)}"
    try:
        parse(value)
    except ValueError:
        return path, f"expected {words}, got other text"
    return None


def _walk_record(value: Any, kind: Kind, path: str) -> tuple[str, str] | None:
    if not isinstance(value, dict):
        return path, f"expected an object, got {_name(value)}"
    if not value and kind.optional:
        return None
    cls: type[Record] = kind.type
    attrs.resolve_types(cls)
    for a in attrs.fields(cls):
        if a.name[0] == "_":
            continue
        key = a.metadata.get("wire") or wire_name(a.name)
        bad = _walk(value.get(key), kind_of(a.type), _join(path, key))
        if bad:
            return bad
    return None
