"""What is alike in two answers: keys, types, nulls, and the way instants are written; never the values themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

_FORMATS: Final = (
    ("instant .000Z", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")),
    ("instant Z", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")),
    ("instant with offset", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d\Z")),
    ("date", re.compile(r"\d{4}-\d\d-\d\d\Z")),
    ("uuid", re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")),
)
_OPEN: Final = frozenset({"metadata", "target", "bookingFieldsResponses", "response", "slots"})
"""Objects whose keys are data: they echo what was sent, or are keyed by dates."""


def kind(value: Any) -> str:
    """What sort of value this is."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return next((name for name, pattern in _FORMATS if pattern.match(value)), "text")
    return "list" if isinstance(value, list) else "object"


def differences(real: Any, ours: Any, at: str = "$") -> Iterator[str]:
    """Where the second is not like the first."""
    if kind(real) != kind(ours):
        yield f"{at}: {kind(real)}, here {kind(ours)}"
    elif isinstance(real, dict):
        yield from _objects(real, ours, at)
    elif isinstance(real, list):
        yield from _lists(real, ours, at)


def _objects(real: dict[str, Any], ours: dict[str, Any], at: str) -> Iterator[str]:
    if at.rpartition(".")[2] in _OPEN:
        return
    if _dated(real) and _dated(ours):
        yield from _lists(list(real.values()), list(ours.values()), at)
        return
    for name in real.keys() - ours.keys():
        yield f"{at}.{name}: missing here"
    for name in ours.keys() - real.keys():
        yield f"{at}.{name}: only here"
    for name in real.keys() & ours.keys():
        yield from differences(real[name], ours[name], f"{at}.{name}")


def _dated(value: dict[str, Any]) -> bool:
    return bool(value) and all(kind(name) == "date" for name in value)


def _lists(real: list[Any], ours: list[Any], at: str) -> Iterator[str]:
    """Lists are alike when both are empty, or when no row of one is a stranger among the rows of the other."""
    if bool(real) != bool(ours):
        yield f"{at}: {len(real)} rows, here {len(ours)}"
        return
    for row in ours[:50]:
        closest: list[str] | None = None
        for one in real:
            found = list(differences(one, row, f"{at}[]"))
            if closest is None or len(found) < len(closest):
                closest = found
            if not found:
                break
        if closest:
            yield from closest
            return
