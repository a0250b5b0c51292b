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
from pathlib import Path
from typing import Any

from benchmarks import generated
from benchmarks.figures import Round, Row
from benchmarks.interpreter import interpreter, machine, packages
from benchmarks.picture import draw
from benchmarks.processes import ROOT, measure
from benchmarks.table import markdown, put_into
from benchmarks.topics import TOPICS, Setting, Topic

RESULTS = ROOT / ".benchmarks"
PAGE = ROOT / "docs" / "benchmarks.md"
PICTURE = ROOT / "docs" / "images" / "benchmarks.svg"


def measured(topic: Topic, setting: Setting, rounds: int | None, share: float, until: float) -> list[Round]:
    """The rounds of a topic.

    Args:
        topic: What is measured.
        setting: How.
        rounds: So many; by default as many as fit.
        share: How much of its usual time it has.
        until: The moment after which a round has to do.
    """
    done: list[Round] = []
    with topic.server(setting) as server:
        if topic.name == "start" and not setting.quick:  # everything is compiled before it is measured
            for module, function, arguments in topic.lanes(setting, server, 0).values():
                measure(module, function, arguments)
        began = time.monotonic()
        most, least = (rounds, rounds) if rounds is not None else (topic.rounds, topic.least)
        for number in range(most):
            now = time.monotonic()
            if (number >= least and now - began > topic.seconds * share) or (number and rounds is None and now > until):
                break
            lanes = topic.lanes(setting, server, number)
            turn = list(lanes)[number % len(lanes) :] + list(lanes)[: number % len(lanes)]
            one = {name: measure(*lanes[name]) for name in turn}
            done.append(one)
    print(f"{topic.name}: {len(done)} rounds, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return done


def run(options: argparse.Namespace, folder: Path) -> tuple[list[Row], dict[str, Any]]:
    """All topics that are wanted: the rows, and what they were measured on."""
    began, load = time.monotonic(), os.getloadavg()[0]
    why_not = generated.generate(folder, quick=options.quick)
    if why_not is not None:
        print(f"no client of openapi-python-client is measured: {why_not}", file=sys.stderr)
    setting = Setting(generated=None if why_not else str(folder), quick=options.quick)
    wanted = [topic for topic in TOPICS if options.rows is None or topic.name in options.rows]
    usual = sum(topic.seconds for topic in wanted)
    share, until = options.minutes * 60 / usual, began + options.minutes * 60
    rows: list[Row] = []
    rounds = 1 if options.quick and options.rounds is None else options.rounds
    raw: dict[str, list[Round]] = {}
    for topic in wanted:
        raw[topic.name] = measured(topic, setting, rounds, share, until)
        rows += topic.rows(setting, raw[topic.name])
    about = {
        "date": time.strftime("%Y-%m-%d"), "interpreter": interpreter(), "machine": machine(), "load": f"{load:.1f}",
        "seconds": time.monotonic() - began, "packages": packages(), "quick": options.quick, "raw": raw,
        "missing": [] if why_not is None else [f"a client of openapi-python-client: {why_not}"],
    }  # fmt: skip
    return rows, about


def main(given: Sequence[str] | None = None) -> None:
    """The command."""
    names = [topic.name for topic in TOPICS]
    parser = argparse.ArgumentParser(prog="benchmarks", description="Speed, as ratios within one run.")
    parser.add_argument("--quick", action="store_true", help="one small round: whether everything works, no figures")
    parser.add_argument("--rows", type=lambda text: text.split(","), help=f"some topics only: {','.join(names)}")
    parser.add_argument("--rounds", type=int, help="so many of each topic, however long it takes")
    parser.add_argument("--minutes", type=float, default=8.0, help="how long the rounds may take (8)")
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
