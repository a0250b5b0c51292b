"""What a tool answers, for people: a table for a list, lines for a record. Programs take `--json`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from calcom_async.cli.output import Column, print_record, print_table
from calcom_async.cli.session import Session

__all__ = ["print_answer"]

_FIRST = ("id", "uid", "title", "name", "slug", "status", "start", "end", "length", "email", "timeZone", "role")
"""Fields that tables show, where records have them; others only in single records."""
_FEWEST = 5
"""A table has at least so many columns, where records have so many fields."""
_WHOLE = frozenset({"id", "uid", "status", "start", "end", "length"})
_TWICE = {"startTime": "start", "endTime": "end", "duration": "length", "responses": "bookingFieldsResponses"}
"""Fields that say the same as another one, for scripts that know them by an older name."""
_ANSWERS = frozenset({"bookingFieldsResponses", "responses", "metadata"})
"""Fields whose keys are people's own."""
_NAMING = ("name", "title", "email", "slug", "id")
"""What a record within a record is called by."""


def print_answer(session: Session, data: Mapping[str, Any]) -> None:
    """Print the data of a result: what would be sent, then lists, then records together with what is said of them."""
    single: dict[str, Any] = {}
    for key, value in data.items():
        if key == "would_send":
            _print_requests(session, value)
        elif _is_records(value):
            _print_records(session, key, value)
        elif isinstance(value, Mapping) and key != "pagination":
            single |= value
        elif key not in {"warnings", "pagination"}:
            single[key] = value
    _print_one(session, single)
    for warning in data.get("warnings", ()):
        session.say(str(warning), "yellow")


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, Mapping) for item in value)


def _print_records(session: Session, noun: str, records: Sequence[Mapping[str, Any]]) -> None:
    noun = noun.replace("_", " ")
    if not records:
        session.say(f"No {noun}.", "dim")
        return
    names = _columns(records)
    columns = [
        Column(_heading(name), _taken(name), whole=name in _WHOLE, style="cyan" if name == names[0] else None)
        for name in names
    ]
    print_table(session.out, columns, records, session.utc)
    session.say(f"{len(records):,} {noun if len(records) != 1 else noun.removesuffix('s')}.", "dim")


def _columns(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """The fields that a table shows: those that say what a record is, and where they are few, other single values."""
    names = [name for name in _FIRST if any(record.get(name) is not None for record in records)]
    others = [name for name, value in records[0].items() if isinstance(value, str | int) and name not in names]
    return names + [name for name in others if name not in _TWICE][: max(0, _FEWEST - len(names))]


def _print_one(session: Session, record: Mapping[str, Any]) -> None:
    names = [name for name in record if record.get(_TWICE.get(name, "")) is None]
    if names:
        print_record(session.out, [Column(_heading(name), _taken(name)) for name in names], record, session.utc)


def _print_requests(session: Session, requests: Sequence[Mapping[str, Any]]) -> None:
    """What a dry run would have sent."""
    for request in requests:
        session.out.print(Text(f"{request['method']} {request['path']}", style="bold"), soft_wrap=True)
        if request.get("body") is not None:
            session.out.print(Text(json.dumps(request["body"], ensure_ascii=False, indent=2)), soft_wrap=True)
    session.say("Nothing was sent.", "dim")


def _heading(name: str) -> str:
    """`timeZone` and `time_zone` as `Time zone`."""
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in name).replace("_", " ").split()
    return " ".join(words).capitalize()


def _taken(name: str) -> Any:
    if name in _ANSWERS:
        return lambda record: [f"{key}: {value}" for key, value in (record.get(name) or {}).items() if value]
    return lambda record: _brief(record.get(name))


def _brief(value: Any) -> Any:
    """A value on one line: records by what they are called."""
    match value:
        case list():
            return [_brief(item) for item in value]
        case Mapping():
            called = next((value[key] for key in _NAMING if value.get(key)), None)
            return dict(value) if called is None else called
        case _:
            return value
