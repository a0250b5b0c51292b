"""Measure, and tell: `python -m benchmarks.run [--quick] [--rows decode,stream] [--docs]`.

A server runs on one core, everything that is measured on another, each lane of each round in a fresh process; the lanes
of a topic take turns, so that a busy moment of the machine hits all alike, and are compared within their round. The
figures go to `.benchmarks/` (`figures.json`, `table.md`, `picture.svg`); with `--docs` the table and the picture also
go into the documentation.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks import generated
from benchmarks.figures import Round, Row
from benchmarks.interpreter import interpreter, machine, packages
from benchmarks.picture import draw
from benchmarks.processes import ROOT, measure
from benchmarks.table import markdown, put_into
from benchmarks.topics import TOPICS, Lane, Setting, Topic

MOST = 9
"""Rounds, where there is time for more."""
RESULTS = ROOT / ".benchmarks"
PAGE = ROOT / "docs" / "benchmarks.md"
PICTURE = ROOT / "docs" / "images" / "benchmarks.svg"


def measured(topics: Sequence[Topic], setting: Setting, rounds: int | None, until: float) -> dict[str, list[Round]]:
    """What the rounds of each topic measured.

    A round goes through all topics, so that each is spread over the whole run: a busy quarter of an hour is not one
    topic's alone.

    Args:
        topics: What is measured.
        setting: How.
        rounds: So many; by default as many as fit.
        until: The moment after which no more is begun but the first round.
    """
    done: dict[str, list[Round]] = {topic.name: [] for topic in topics}
    with ExitStack() as stack:
        servers = {make: stack.enter_context(make(setting)) for make in {topic.server for topic in topics}}
        for number in range(MOST if rounds is None else rounds):
            for topic in topics:
                lanes = topic.lanes(setting, servers[topic.server], number)
                for time_of_it in range(1 if setting.quick else topic.times):
                    if number and rounds is None and time.monotonic() > until:
                        return done
                    first = (number + time_of_it) % max(1, len(lanes))  # nobody always goes first
                    done[topic.name].append(
                        one_turn(lanes, [*list(lanes)[first:], *list(lanes)[:first]], topic.anchors)
                    )
            print(f"round {number + 1}: {until - time.monotonic():.0f} s left", file=sys.stderr, flush=True)
    return done


def one_turn(lanes: dict[str, Lane], order: Sequence[str], anchors: Sequence[str]) -> Round:
    """Every lane once; those that others are divided by before and after them, and averaged."""
    before = {name: measure(*lanes[name]) for name in anchors if name in lanes}
    turn = {name: measure(*lanes[name]) for name in order if name not in before}
    for name, first in before.items():
        second = measure(*lanes[name])
        turn[name] = {figure: (value + second[figure]) / 2 for figure, value in first.items()}
    return turn


def run(options: argparse.Namespace, folder: Path) -> tuple[list[Row], dict[str, Any]]:
    """All topics that are wanted: the rows, and what they were measured on."""
    began, load = time.monotonic(), os.getloadavg()[0]
    why_not = generated.generate(folder, quick=options.quick)
    if why_not is not None:
        print(f"no client of openapi-python-client is measured: {why_not}", file=sys.stderr)
    setting = Setting(generated=None if why_not else str(folder), quick=options.quick)
    wanted = [topic for topic in TOPICS if options.rows is None or topic.name in options.rows]
    rounds = 1 if options.quick and options.rounds is None else options.rounds
    raw = measured(wanted, setting, rounds, began + options.minutes * 60)
    rows = [row for topic in wanted for row in topic.rows(setting, raw[topic.name])]
    about = {
        "date": time.strftime("%Y-%m-%d"), "interpreter": interpreter(), "machine": machine(), "load": f"{load:.1f}",
        "seconds": time.monotonic() - began, "packages": packages(), "quick": options.quick, "raw": raw,
        "rounds": max(-(-len(raw[topic.name]) // topic.times) for topic in wanted),
        "missing": [] if why_not is None else [f"a client of openapi-python-client: {why_not}"],
    }  # fmt: skip
    return rows, about


def main(given: Sequence[str] | None = None) -> None:
    """The command."""
    names = [topic.name for topic in TOPICS]
    parser = argparse.ArgumentParser(prog="benchmarks", description="Speed, as ratios within one run.")
    parser.add_argument("--quick", action="store_true", help="one small round: whether everything works, no figures")
    parser.add_argument("--rows", type=lambda text: text.split(","), help=f"some topics only: {','.join(names)}")
    parser.add_argument("--rounds", type=int, help="so many, however long it takes")
    parser.add_argument(
        "--minutes", type=float, default=8.5, help="nothing but the first round begins after so many (8.5)"
    )
    parser.add_argument("--into", type=Path, default=RESULTS, help="the folder of the results (.benchmarks)")
    parser.add_argument("--docs", action="store_true", help="put table and picture into the documentation as well")
    options = parser.parse_args(given)
    if unknown := set(options.rows or ()) - set(names):
        parser.error(f"no such rows: {', '.join(sorted(unknown))}")
    if options.docs and (options.quick or options.rows):
        parser.error("the documentation has whole runs only")
    with tempfile.TemporaryDirectory() as folder:
        rows, about = run(options, Path(folder))
    options.into.mkdir(parents=True, exist_ok=True)
    figures = {"about": about, "rows": [row.as_json() for row in rows]}
    (options.into / "figures.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
    table = markdown(rows, about)
    (options.into / "table.md").write_text(table, encoding="utf-8")
    draw(rows, options.into / "picture.svg", about["interpreter"])
    if options.docs:
        put_into(PAGE, table)
        draw(rows, PICTURE, about["interpreter"])
    print(table)


if __name__ == "__main__":
    main()
