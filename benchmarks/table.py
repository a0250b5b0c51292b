"""The figures as a table in Markdown, and its place in the page of the documentation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.figures import Row, Spread

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def number(value: float) -> str:
    """Three figures: `0.06`, `1.27`, `12.3`, `925`."""
    if abs(value) >= 99.5:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 9.95 else f"{value:.2f}"


def spread(of: Spread) -> str:
    """`1.27 (1.25–1.31)`: the median, and the quartiles."""
    if of.low == of.high:
        return number(of.median)
    return f"{number(of.median)} ({number(of.low)}–{number(of.high)})"


def goal(row: Row) -> str:
    """`≤ 1.3, at best 1`."""
    if row.goal is None:
        return "–"
    sign = "≥" if row.more else "≤"
    return f"{sign} {row.goal:g}" + ("" if row.stretch is None else f", at best {row.stretch:g}")


def line(row: Row) -> str:
    """One line."""
    others = "; ".join(f"{name} {number(each.median)}" for name, each in row.anchors.items())
    mark = {True: " ✓", False: " ✗", None: ""}[row.reached]
    ours = f"**{number(row.ours.median)}**{spread(row.ours).removeprefix(number(row.ours.median))}{mark}"
    return f"| {row.what} | {row.unit} | {ours} | {goal(row)} | {others or '–'} |"


def markdown(rows: Sequence[Row], about: dict[str, Any]) -> str:
    """The whole table, and below it what it was measured on."""
    lines = [
        "| what | in | ours: median (quartiles) | goal | others, side by side |",
        "|---|---|---|---|---|",
        *map(line, rows),
        "",
        f"Measured on {about['date']} with {about['interpreter']} on {about['machine']}, load {about['load']} at the "
        f"beginning, in {about['seconds']:.0f} seconds and {about['rounds']} rounds. Releases: "
        + ", ".join(f"{name} {version}" for name, version in about["packages"].items())
        + ".",
    ]
    lines += [f"Not measured: {what}." for what in about["missing"]]
    return "\n".join(lines) + "\n"


def put_into(page: Path, table: str) -> None:
    """Replace the table of a page: what is between the two marks.

    Raises:
        ValueError: the page has no place for it.
    """
    text = page.read_text(encoding="utf-8")
    pattern = re.compile(f"{re.escape(BEGIN)}\n.*?{re.escape(END)}", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"{page}: no lines {BEGIN} and {END}")
    page.write_text(pattern.sub(lambda _: f"{BEGIN}\n\n{table}\n{END}", text), encoding="utf-8")
