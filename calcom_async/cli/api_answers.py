"""How any answer is shown: records and lists for people, wire JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any

import attrs

from calcom_async.cli.listing import show_list
from calcom_async.cli.output import Column, print_json, print_record, print_table
from calcom_async.core.codec import unstructure
from calcom_async.core.records import Record

if TYPE_CHECKING:
    from calcom_async import AsyncCalCom
    from calcom_async.cli.api_methods import Method
    from calcom_async.cli.session import Session

__all__ = ["show"]

_WIDTH = 6
"""Columns of a table; `--json` shows every field."""
_IDS = ("uid", "id", "uuid")
_TELLING = (
    "name", "title", "email", "phone_number", "slug", "status", "type", "role", "active", "start", "end",
    "start_time", "end_time", "created_at",
)  # fmt: skip
"""Fields that a table shows first, as far as a record has them."""
_PLAIN = (str, int, float, bool, datetime, date, time, timedelta, Enum)


async def show(session: Session, cal: AsyncCalCom, method: Method, called: Any, *, limit: int | None) -> None:
    """Print what a method gives.

    Args:
        session: Where to.
        cal: The client, for the account's time zone.
        method: What was called.
        called: Its pager or coroutine.
        limit: Of a list, at most so many.
    """
    if method.lists:
        columns = _columns(called._listing.into)
        noun = method.name.removeprefix("list_") if method.name.startswith("list_") else method.steps[-1][0]
        await show_list(session, cal, called, columns, noun=noun.replace("_", " "), limit=limit, timed=_timed(columns))
        return
    answer = await called
    if answer is None:
        session.say("Done.")
    elif session.options.as_json or not isinstance(answer, Record | tuple | str | int):
        print_json(_wire(answer))
    elif isinstance(answer, Record):
        columns = _fields(answer)
        timed = any(isinstance(column.value(answer), datetime) for column in columns)
        zone = await session.zone(cal) if timed else session.utc
        print_record(session.out, columns, answer, zone)
        if timed:
            session.say(f"Times in {zone.key}.", "dim")
    elif isinstance(answer, tuple) and answer and isinstance(answer[0], Record):
        columns = _columns(type(answer[0]))
        print_table(session.out, columns, answer, await session.zone(cal) if _timed(columns) else session.utc)
    else:
        for line in answer if isinstance(answer, tuple) else (answer,):
            print_json(line) if isinstance(line, dict | list) else session.out.print(str(line), soft_wrap=True)


def _wire(answer: Any) -> Any:
    """The JSON of any answer; of bookings of a series every one."""
    series = getattr(answer, "series", ())
    if len(series) > 1:
        return [one.to_dict() for one in series]
    if isinstance(answer, Record):
        return answer.to_dict()
    if isinstance(answer, Mapping):
        return {str(unstructure(key)): _wire(value) for key, value in answer.items()}
    return [_wire(one) for one in answer] if isinstance(answer, list | tuple) else unstructure(answer)


@attrs.frozen
class _Field:
    """Takes a field out of a record, in a form that a table can show."""

    name: str
    extra: bool = False

    def __call__(self, record: Any) -> Any:
        value = record.extra[self.name] if self.extra else getattr(record, self.name, None)
        if isinstance(value, Enum):
            return value.value
        if isinstance(value, _PLAIN) or value is None:
            return value
        if isinstance(value, tuple) and all(isinstance(one, str) for one in value):
            return list(value)
        return _wire(value)


def _columns(kind: Any) -> list[Column]:
    """The columns of a table of records: the id, what tells most, then the fields as they come; no secrets."""
    if not (isinstance(kind, type) and issubclass(kind, Record)):
        return [Column("Value", unstructure, whole=True)]
    attrs.resolve_types(kind)
    plain = [a for a in attrs.fields(kind) if a.name[0] != "_" and _is_plain(a.type) and not a.metadata.get("secret")]
    order = {name: place for place, name in enumerate((*_IDS, *_TELLING))}
    chosen = sorted(plain, key=lambda a: order.get(a.name, len(order)))[:_WIDTH]
    ids = [a.name for a in chosen if a.name in _IDS][:1] or [a.name for a in chosen if a.name.endswith("_id")][:1]
    return [
        Column(
            _heading(a.name),
            _Field(a.name),
            whole=a.name in ids or _is_instant(a.type),
            style="cyan" if a.name in ids else None,
        )
        for a in chosen
    ]


def _fields(record: Record) -> list[Column]:
    """A line for every field that the answer has, those of this release first."""
    known = [Column(_heading(a.name), _Field(a.name)) for a in attrs.fields(type(record)) if a.name[0] != "_"]
    return known + [Column(name, _Field(name, extra=True)) for name in record.extra]


def _heading(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _members(hint: Any) -> tuple[Any, ...]:
    return getattr(hint, "__args__", (hint,))


def _is_plain(hint: Any) -> bool:
    return all(m is type(None) or (isinstance(m, type) and issubclass(m, _PLAIN)) for m in _members(hint))


def _is_instant(hint: Any) -> bool:
    return any(isinstance(m, type) and issubclass(m, datetime) for m in _members(hint))


def _timed(columns: list[Column]) -> bool:
    return any(column.whole and column.style is None for column in columns)
