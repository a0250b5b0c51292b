"""What goes to stdout: tables and single records for people, wire JSON for programs. Data only.

Whatever is shown comes from other people, so control characters are taken out before a terminal sees them.
"""

from __future__ import annotations

import io
import itertools
import json
import sys
import textwrap
from collections.abc import AsyncIterable, Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TextIO
from zoneinfo import ZoneInfo

import attrs
from rich.cells import cell_len, set_cell_size
from rich.console import Console
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

_GAP = "  "
_NARROWEST = 8
_UNBOUNDED = 100_000
"""The width of output that goes to a file or a pipe: nothing is cut there."""


@attrs.frozen
class Column:
    """A column of a table, or a line of a single record.

    Args:
        heading: Its name.
        value: Takes it out of a record.
        whole: Whether it is never cut, such as an id that one wants to copy.
        folds: Whether it goes on in the next line where it is too long.
        style: How rich shows it.
    """

    heading: str
    value: Callable[[Any], Any]
    whole: bool = False
    folds: bool = False
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
    """A table, a line a record; in a terminal what is too wide is cut or folded, except for ids."""
    rows = [[shown(column.value(record), zone) for column in columns] for record in records]
    widths = _fitted(columns, rows, console.width - len(_GAP) * (len(columns) - 1))
    _print_row(console, [column.heading for column in columns], widths, ["bold"] * len(columns))
    styles = [column.style or "" for column in columns]
    for row in rows:
        cells = [
            textwrap.wrap(cell, max(width, 1)) if column.folds and cell_len(cell) > width else [cell]
            for column, cell, width in zip(columns, row, widths, strict=True)
        ]
        for line in itertools.zip_longest(*cells, fillvalue=""):
            _print_row(console, line, widths, styles)


def _fitted(columns: Sequence[Column], rows: list[list[str]], available: int) -> list[int]:
    """The width of each column: as wide as its cells, the widest that may be cut first where that is too much."""
    widths = [
        max(cell_len(column.heading), *(cell_len(row[index]) for row in rows)) if rows else cell_len(column.heading)
        for index, column in enumerate(columns)
    ]
    while (excess := sum(widths) - available) > 0:
        elastic = [i for i, column in enumerate(columns) if not column.whole and widths[i] > _NARROWEST]
        if not elastic:
            break
        widest = max(elastic, key=lambda i: widths[i])
        next_one = max((widths[i] for i in elastic if widths[i] < widths[widest]), default=_NARROWEST)
        widths[widest] -= max(1, min(excess, widths[widest] - next_one))
    return widths


def _print_row(console: Console, cells: Iterable[str], widths: Sequence[int], styles: Sequence[str]) -> None:
    """One line, without blanks at its end."""
    fitted = [
        cell if cell_len(cell) <= width else set_cell_size(cell, max(width - 1, 0)) + "…"
        for cell, width in zip(cells, widths, strict=True)
    ]
    while len(fitted) > 1 and not fitted[-1]:
        fitted.pop()
    last = len(fitted) - 1
    line = Text()
    for index, (cell, width, style) in enumerate(zip(fitted, widths, styles, strict=False)):
        line.append(cell if index == last else set_cell_size(cell, width) + _GAP, style)
    console.print(line, soft_wrap=True)


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


async def print_json_array(items: AsyncIterable[Any]) -> int:
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
