"""The figures as a picture: panels of bars, ours beside the others, and two of lines for what happens as work grows.

matplotlib draws it in the colours of the light scheme; a style sheet in the SVG changes them where the reader's scheme
is dark. Text stays text.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

from benchmarks.figures import Row, Spread
from benchmarks.table import number

PAPER, INK, QUIET, GRID, OURS, OTHER, GOAL = "#ffffff", "#24292f", "#57606a", "#d8dee4", "#0969da", "#b1bac4", "#bc4c00"
DARK = {
    PAPER: "#0d1117", INK: "#e6edf3", QUIET: "#9198a1", GRID: "#30363d", OURS: "#4493f8", OTHER: "#484f58",
    GOAL: "#f0883e",
}  # fmt: skip
STYLE = {
    "font.family": "sans-serif", "font.size": 9, "svg.fonttype": "none", "svg.hashsalt": "benchmarks",
    "text.color": INK, "axes.labelcolor": QUIET, "xtick.color": QUIET, "ytick.color": INK, "axes.edgecolor": GRID,
    "figure.facecolor": PAPER, "axes.facecolor": PAPER, "axes.titlesize": 10, "axes.titleweight": "bold",
}  # fmt: skip
Find = Callable[[str], Row]
"""The row whose `what` begins so; raises LookupError where it was not measured."""


def draw(rows: Sequence[Row], path: Path, about: str) -> None:
    """Draw those panels that the rows have figures for."""
    mpl.use("svg")
    import matplotlib.pyplot as plt

    def find(beginning: str, unit: str = "") -> Row:
        for row in rows:
            if row.what.startswith(beginning) and unit in row.unit:
                return row
        raise LookupError(beginning)

    panels = [_decode, _stream, _call, _start, _exports, _wall, _cpu, _memory]
    drawn = []
    for panel in panels:
        try:
            panel(None, find, rows)
        except LookupError:
            continue
        drawn.append(panel)
    with mpl.rc_context(STYLE):
        height = -(-len(drawn) // 2)
        figure, places = plt.subplots(max(1, height), 2, figsize=(10.4, 0.5 + 2.45 * max(1, height)), squeeze=False)
        for place in places.flat[len(drawn) :]:
            place.remove()
        for panel, place in zip(drawn, places.flat, strict=False):
            panel(place, find, rows)
        figure.suptitle(f"calcom_async beside others: {about}", x=0.012, ha="left", fontsize=10, color=QUIET)
        figure.tight_layout(rect=(0, 0, 1, 0.985), h_pad=1.8, w_pad=2.5)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        plt.close(figure)
    path.write_text(_in_both_schemes(out.getvalue()), encoding="utf-8")


def _in_both_schemes(svg: str) -> str:
    """Add the dark scheme, and a name for those who can't see it."""
    rules = "".join(
        f'[style*="{kind}: {light}"] {{ {kind}: {dark} !important }}\n'
        for light, dark in DARK.items()
        for kind in ("fill", "stroke")
    )
    style = f"<style>\n@media (prefers-color-scheme: dark) {{\n{rules}}}\n</style>\n"
    head, _, rest = svg.partition("<defs>")
    label = 'role="img" aria-label="Figures of the benchmarks, ours beside others: the table has them in numbers"'
    lines = f"{head.replace('<svg ', f'<svg {label} ', 1)}{style}<defs>{rest}".splitlines()
    return "\n".join(each.rstrip() for each in lines) + "\n"


def _bars(place: Any, title: str, bars: list[tuple[str, Spread, bool]], *goals: float) -> None:
    """Horizontal bars with their quartiles; ours in colour, and a line where the goal is.

    Args:
        place: Where to draw; None only asks whether there are figures.
        title: With the unit.
        bars: Name, figure, whether it is ours.
        goals: One for all bars, or one for each of ours, in the same unit.
    """
    if place is None:
        return
    names, figures, own = zip(*bars, strict=True)
    medians = [each.median for each in figures]
    errors = [[each.median - each.low for each in figures], [each.high - each.median for each in figures]]
    places = range(len(bars))
    place.barh(places, medians, 0.66, color=[OURS if each else OTHER for each in own])
    place.errorbar(medians, places, xerr=errors, fmt="none", ecolor=QUIET, elinewidth=1, capsize=2)
    most = max(each.high for each in figures)
    for at, each in zip(places, figures, strict=True):
        text = place.text(each.high + most * 0.02, at, number(each.median), va="center", fontsize=8.5, zorder=5)
        text.set_bbox({"facecolor": PAPER, "edgecolor": "none", "pad": 1})
    for each_goal, at in zip(goals, [each for each in places if own[each]], strict=False):
        ends = (-0.5, len(bars) - 0.5) if len(goals) == 1 else (at - 0.42, at + 0.42)
        place.plot((each_goal, each_goal), ends, color=GOAL, linewidth=1.3, linestyle=(0, (4, 2)))
        most = max(most, each_goal)
    if goals:
        told = f"goal {goals[0]:g}" if len(goals) == 1 else "- - goals"
        place.text(goals[0], -0.66, told, color=GOAL, fontsize=7.5, ha="center", va="bottom")
    place.set_yticks(places, names)
    place.set_ylim(len(bars) - 0.4, -0.6)
    place.set_xlim(0, most * 1.16)
    place.set_title(title, loc="left", pad=14)
    _plain(place)


def _plain(place: Any) -> None:
    place.spines[["top", "right", "left"]].set_visible(False)
    place.tick_params(length=0)
    place.grid(axis="x", color=GRID, linewidth=0.6)
    place.set_axisbelow(True)


def _of(row: Row) -> list[tuple[str, Spread, bool]]:
    """Ours, then the others, the fastest first."""
    others = sorted(row.anchors.items(), key=lambda item: item[1].median)
    return [("calcom_async", row.ours, True), *((name, each, False) for name, each in others)]


def _decode(place: Any, find: Find, _: Sequence[Row]) -> None:
    row = find("a page of")
    _bars(place, "A page from bytes to records, × orjson.loads", _of(row), row.goal or 0)


def _stream(place: Any, find: Find, _: Sequence[Row]) -> None:
    row = find("typed stream")
    _bars(place, "Typed stream, × aiohttp + orjson", _of(row), row.goal or 0)


def _call(place: Any, find: Find, _: Sequence[Row]) -> None:
    row = find("`/v2/me`, typed, one")
    _bars(place, "A typed call, × aiohttp", _of(row), row.goal or 0)


def _start(place: Any, find: Find, _: Sequence[Row]) -> None:
    bare, first = find("`import"), find("import, client")
    bars = [("import calcom_async", bare.ours, True), ("… to the first booking", first.ours, True)]
    bars += [
        (f"import {name}", each, False) for name, each in sorted(bare.anchors.items(), key=lambda it: it[1].median)
    ]
    _bars(place, "Starting, × import aiohttp", bars)


def _exports(place: Any, find: Find, _: Sequence[Row]) -> None:
    bars, goals = [], []
    for kind in ("csv", "sqlite", "parquet"):
        row = find(f"export to .{kind}")
        goals.append(row.goal or 0)
        bars += [(f".{kind}", row.ours, True)]
        bars += [(f".{kind} {name}", each, False) for name, each in row.anchors.items()]
    _bars(place, "Export, × parsing into dicts", bars, *goals)


def _wall(place: Any, _: Find, rows: Sequence[Row]) -> None:
    bars, goals = [], []
    for row in rows:
        if row.topic == "wall":
            latency = row.what.partition(" at ")[2].partition(",")[0]
            than = "250 a page" if row.unit.endswith("250") else "default pages"
            bars.append((f"{latency}, {than}", row.ours, True))
            goals.append(row.goal or 0)
    if not bars:
        raise LookupError("wall")
    _bars(place, "Times as fast as sequential requests", bars, *goals)


def _lines(place: Any, title: str, unit: str, rows: list[Row]) -> None:
    """Ours and A over the number of bookings."""
    if len(rows) < 2:
        raise LookupError(title)
    if place is None:
        return
    counts = [int(row.what.rpartition(" ")[2].replace(",", "")) for row in rows]
    lines = {"calcom_async": ([row.ours.median for row in rows], OURS)}
    if all("A" in row.anchors for row in rows):
        lines["A"] = ([row.anchors["A"].median for row in rows], QUIET)
    for name, (each, colour) in lines.items():
        place.plot(counts, each, "o-", color=colour, linewidth=1.8, markersize=4)
        above = name != "A"
        place.annotate(
            f"{name} {number(each[-1])}", (counts[-1], each[-1]), xytext=(6, 6 if above else -6), fontsize=8.5,
            textcoords="offset points", ha="right", va="bottom" if above else "top",
        )  # fmt: skip
    place.set_xscale("log")
    place.set_xticks(counts, [f"{count:,}" for count in counts])
    place.minorticks_off()
    place.set_xlim(counts[0] / 1.5, counts[-1] * 1.5)
    place.set_ylim(0, 1.25 * max(value for each, _ in lines.values() for value in each))
    place.set_title(f"{title}, {unit}", loc="left")
    place.set_xlabel("bookings")
    _plain(place)


def _cpu(place: Any, _: Find, rows: Sequence[Row]) -> None:
    _lines(place, "CPU a booking as work grows", "µs", [row for row in rows if row.what.startswith("CPU a booking")])


def _memory(place: Any, _: Find, rows: Sequence[Row]) -> None:
    grown = [row for row in rows if row.what.startswith("memory over start") and row.goal is None]
    _lines(place, "Memory over start as work grows", "MiB", grown)
