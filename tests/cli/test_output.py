"""Tables, records and JSON, as values and on a terminal."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from calcom_async.cli.output import Column, print_json_array, print_table, shown
from calcom_async.sandbox import Sandbox

LONDON = ZoneInfo("Europe/London")


def table(columns: list[Column], records: list[Any], width: int) -> list[str]:
    stream = io.StringIO()
    console = Console(file=stream, width=width, highlight=False, markup=False, emoji=False, color_system=None)
    print_table(console, columns, records, LONDON)
    return stream.getvalue().splitlines()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("", ""),
        (True, "yes"),
        (False, "no"),
        (7, "7"),
        ("a\tb\nc", "a b c"),
        ("\x9b1mx\u202ey", "\N{REPLACEMENT CHARACTER}1mx\N{REPLACEMENT CHARACTER}y"),
        (datetime(2026, 7, 1, 9, tzinfo=UTC), "2026-07-01 10:00"),
        (date(2026, 7, 1), "2026-07-01"),
        (timedelta(minutes=90), "90 min"),
        (("a", "", None, "b"), "a, b"),
        ({"k": "ü"}, '{"k": "ü"}'),
        ({}, ""),
    ],
)
def test_values_as_text(value: Any, text: str) -> None:
    assert shown(value, LONDON) == text


COLUMNS = [Column("Id", lambda r: r[0], whole=True), Column("Name", lambda r: r[1]), Column("Title", lambda r: r[2])]
RECORDS = [("id-1", "Ada", "t" * 30), ("id-22", "n" * 12, "short")]


def test_a_table_that_fits() -> None:
    assert table(COLUMNS, RECORDS, 80) == [
        "Id     Name          Title",
        f"id-1   Ada           {'t' * 30}",
        "id-22  nnnnnnnnnnnn  short",
    ]


def test_the_widest_column_is_cut_first_and_ids_never() -> None:
    assert table(COLUMNS, RECORDS, 40) == [
        "Id     Name          Title",
        f"id-1   Ada           {'t' * 18}…",
        "id-22  nnnnnnnnnnnn  short",
    ]
    assert table(COLUMNS, RECORDS, 10) == [
        "Id     Name      Title", "id-1   Ada       ttttttt…", "id-22  nnnnnnn…  short",
    ]  # fmt: skip


def test_long_text_goes_on_in_the_next_line() -> None:
    columns = [Column("Day", lambda r: r[0], whole=True), Column("Times", lambda r: r[1], folds=True)]
    assert table(columns, [("Mon", "09:00 09:30 10:00"), ("Tue", "11:00")], 17) == [
        "Day  Times", "Mon  09:00 09:30", "     10:00", "Tue  11:00",
    ]  # fmt: skip


def test_wide_characters_keep_the_columns_straight() -> None:
    lines = table([Column("Name", lambda r: r), Column("End", lambda r: "x")], ["日本", "a"], 80)
    assert lines == ["Name  End", "日本  x", "a     x"]


async def test_a_walk_that_fails_leaves_an_array_without_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    async def broken() -> Any:
        yield {"a": 1}
        raise OSError

    with pytest.raises(OSError):
        await print_json_array(broken())
    text = capsys.readouterr().out
    assert text == '[\n{"a": 1}'
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)


def on_a_terminal(*arguments: str, **environment: str) -> str:
    """Run the command with a terminal as stdout and stderr."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "calcom_async", *arguments], stdin=subprocess.DEVNULL, stdout=slave, stderr=slave,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", **environment},
    )  # fmt: skip
    os.close(slave)
    chunks = []
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:
            break
        if not chunk:
            break
        chunks.append(chunk)
    os.close(master)
    assert process.wait(60) == 0
    return b"".join(chunks).decode()


def test_a_terminal_gets_colours_and_a_progress_bar(server: Sandbox) -> None:
    text = on_a_terminal("bookings", "export", "--sandbox", "--to", "b.jsonl", "--bookings", "2000")
    assert "━" in text
    assert "2,000 bookings in b.jsonl" in text
    assert "\x1b[32m" in text
    assert "\x1b[36m" in on_a_terminal("bookings", "list", "--limit", "3")


def test_no_color(server: Sandbox) -> None:
    text = on_a_terminal("bookings", "list", "--limit", "3", NO_COLOR="1")
    assert "Uid" in text
    assert re.findall("\x1b\\[[34][0-9]", text) == []
