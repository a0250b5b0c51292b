"""The benchmarks work: their bookings are good ones, their table says what was measured, and a small run has every row."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import payload
from benchmarks.figures import Row, Spread
from benchmarks.table import BEGIN, END, line, markdown, put_into
from calcom_async.models.bookings import Booking
from calcom_async.models.me import Profile

ROOT = Path(__file__).parents[1]
GROUP = ("httpx", "matplotlib", "openapi_python_client", "orjson", "pydantic", "requests")
ROWS = [
    ("decode", "× orjson.loads"), ("stream", "× A"), ("stream", "× async"), ("export", "× A"),
    ("export", "× parse"), ("export", "× parse"), ("export", "× parse"),
    *[("wall", f"× as fast as sequential requests of {size}") for size in ("250", "the default size") for _ in (20, 100)],
    ("calls", "× aiohttp"), ("calls", "× aiohttp"), ("calls", "× our async"), ("calls", "× requests.Session"),
    ("start", "× import aiohttp"), ("start", "× import aiohttp"), ("hooks", "ms"), ("stall", "ms"), ("growth", "MiB"),
]  # fmt: skip
"""Topic and unit of every row that has a goal."""


def test_pages_hold_every_booking_once_and_say_where_they_stand() -> None:
    pages = [json.loads(payload.page(100, skip, 250)) for skip in (0, 100, 200)]
    uids = [booking["uid"] for page in pages for booking in page["data"]]
    assert len(uids) == len(set(uids)) == 250
    assert [page["pagination"]["hasNextPage"] for page in pages] == [True, True, False]
    assert [page["pagination"]["remainingItems"] for page in pages] == [150, 50, 0]


def test_bookings_and_profile_are_read_and_given_back() -> None:
    page = json.loads(payload.page())
    assert [Booking.from_dict(each).to_dict() for each in page["data"]] == page["data"]
    assert 1250 < len(payload.page()) / payload.PAGE < 1350
    assert Profile.from_dict(payload.PROFILE).to_dict() == payload.PROFILE


def row(ours: Spread, **rest: object) -> Row:
    return Row(topic="stream", what="a stream", unit="× A", ours=ours, anchors={"requests": Spread(4, 3, 5)}, **rest)


def test_a_line_says_median_quartiles_goal_and_others() -> None:
    assert Spread.of([1.0, 3.0, 2.0]) == Spread(2.0, 1.5, 2.5)
    told = line(row(Spread(1.25, 1.2, 1.304), goal=1.3, stretch=1.0))
    assert told == "| a stream | × A | **1.25** (1.20–1.30) ✓ | ≤ 1.3, at best 1 | requests 4.00 |"
    assert "**7.00** ✗ | ≥ 15 |" in line(row(Spread.of([7.0]), goal=15, more=True))
    assert "**925** | – |" in line(row(Spread.of([925.4])))


def test_the_table_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    about = {
        "date": "2026-11-22",
        "interpreter": "CPython 3.11.2",
        "machine": "2 cores",
        "load": "0.5",
        "seconds": 480.2,
        "rounds": 6,
    }
    table = markdown([row(Spread.of([1.0]))], {**about, "packages": {"aiohttp": "3.14"}, "missing": ["httpx: why"]})
    assert "with CPython 3.11.2 on 2 cores, load 0.5 at the beginning, in 480 seconds and 6 rounds" in table
    assert "aiohttp 3.14." in table
    assert "Not measured: httpx: why." in table
    page = tmp_path / "page.md"
    page.write_text(f"before\n\n{BEGIN}\nold\n{END}\n\nafter\n", encoding="utf-8")
    for _ in range(2):
        put_into(page, table)
    assert page.read_text(encoding="utf-8") == f"before\n\n{BEGIN}\n\n{table}\n{END}\n\nafter\n"
    page.write_text("nothing", encoding="utf-8")
    with pytest.raises(ValueError, match="no lines"):
        put_into(page, table)


def test_the_page_shows_every_row_that_has_a_goal() -> None:
    text = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    measured = text.partition(BEGIN)[2].partition(END)[0]
    cells = [each.split(" | ") for each in measured.splitlines() if each.startswith("| ")]
    units = [cell[1] for cell in cells if cell[3][0] in "≤≥"]
    assert units == [unit for _, unit in ROWS]


@pytest.mark.slow
@pytest.mark.timeout(600)  # half a minute, on a machine that does nothing else
@pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in GROUP), reason="the group benchmarks is not installed"
)
def test_a_small_run_has_every_row(tmp_path: Path) -> None:
    """Whether it works, never how fast: on a busy machine a quick run is no measurement."""
    command = [sys.executable, "-m", "benchmarks.run", "--quick", "--into", str(tmp_path)]
    env = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    done = subprocess.run(command, cwd=ROOT, env=env, check=False, capture_output=True, text=True, timeout=590)
    assert done.returncode == 0, done.stderr
    figures = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    rows = [Row.from_json(each) for each in figures["rows"]]
    assert [(each.topic, each.unit) for each in rows if each.goal is not None] == ROWS
    assert all(each.ours.median > 0 for each in rows if each.unit != "MiB")
    told = (tmp_path / "table.md").read_text(encoding="utf-8")
    assert [line(each) in told for each in rows] == [True] * len(rows)
    assert "</svg>" in (tmp_path / "picture.svg").read_text(encoding="utf-8")
    without = figures["about"]["missing"]
    assert all(("openapi-python-client" in each.anchors) != bool(without) for each in rows if each.topic == "decode")
