"""What goes to stdout: tables and single records for people, wire JSON for programs. Data only.

Whatever is shown comes from other people, so control characters are taken out before a terminal sees them.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TextIO
from zoneinfo import ZoneInfo

import attrs
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

__all__ = [
    "Column",
    "console_for",
    "json_text",
    "print_json",
    "print_json_array",
    "print_record",
    "print_table",
    "shown",
]

_UNBOUNDED = 100_000
"""The width of output that goes to a file or a pipe: nothing is cut there."""


@attrs.frozen
class Column:
    """A column of a table, or a line of a single record.

    Args:
        heading: Its name.
        value: Takes it out of a record.
        whole: Whether it is never cut, such as an id that one wants to copy.
        style: How rich shows it.
    """

    heading: str
    value: Callable[[Any], Any]
    whole: bool = False
    style: str | None = None


def console_for(stream: TextIO) -> Console:
    """A console on a stream; it knows about NO_COLOR, and cuts nothing where no terminal is."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")  # an old code page must not end a listing
    console = Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=False)
    if not console.is_terminal:
        console = Console(file=stream, highlight=False, markup=False, emoji=False, width=_UNBOUNDED, color_system=None)
    return console


def shown(value: Any, zone: ZoneInfo) -> str:
    """A value as text of one line, instants in a time zone."""
    match value:
        case None | "":
            return ""
        case datetime():
            return value.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
        case timedelta():
            return f"{value.total_seconds() / 60:g} min"
        case bool():
            return "yes" if value else "no"
        case str():
            return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(value.split()))
        case list() | tuple():
            return ", ".join(text for text in (shown(item, zone) for item in value) if text)
        case dict():
            return shown(json.dumps(value, ensure_ascii=False, default=str), zone) if value else ""
        case _:
            return shown(str(value), zone)


def print_table(console: Console, columns: Sequence[Column], records: Iterable[Any], zone: ZoneInfo) -> None:
    """A table, a line a record; in a terminal what is too wide is cut, except for ids."""
    rows = [[shown(column.value(record), zone) for column in columns] for record in records]
    if not console.is_terminal:
        _print_plain(console, columns, rows)
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", expand=False)
    for index, column in enumerate(columns):
        longest = max((len(row[index]) for row in rows), default=0)
        table.add_column(
            column.heading,
            style=column.style,
            no_wrap=True,
            overflow="ellipsis",
            min_width=max(longest, len(column.heading)) if column.whole else None,
        )
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


def _print_plain(console: Console, columns: Sequence[Column], rows: list[list[str]]) -> None:
    """Aligned columns without lines and without trailing blanks: what a pipe or a file gets."""
    lines = [[column.heading for column in columns], *rows]
    widths = [max(len(line[index]) for line in lines) for index in range(len(columns))]
    for line in lines:
        text = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        console.file.write(f"{text}\n")


def print_record(console: Console, columns: Sequence[Column], record: Any, zone: ZoneInfo) -> None:
    """One record, a line a field; empty fields are left out."""
    lines = [(column.heading, shown(column.value(record), zone)) for column in columns]
    width = max(len(heading) for heading, _ in lines)
    for heading, text in lines:
        if text:
            console.print(Text.assemble((heading.ljust(width + 2), "bold"), text), soft_wrap=True)


def json_text(value: Any, *, indent: int | None = 2) -> str:
    """JSON; beyond ASCII only where stdout can carry it."""
    encoding = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "")
    return json.dumps(value, ensure_ascii=encoding != "utf8", indent=indent)


def print_json(value: Any) -> None:
    """One JSON document."""
    sys.stdout.write(json_text(value) + "\n")


async def print_json_array(items: AsyncIterator[Any]) -> int:
    """A JSON array, an item a line, written as the items come; a walk that fails leaves it without its end.

    Returns:
        How many items it has.
    """
    count = 0
    async for item in items:
        sys.stdout.write(("[\n" if count == 0 else ",\n") + json_text(item, indent=None))
        count += 1
    sys.stdout.write("\n]\n" if count else "[]\n")
    return count
