"""Every booking that existed when the export began is in the file exactly once: on a server whose ties come in another
order on every request, whose totals lie, and where bookings are made and changed meanwhile; with and without faults.

The default run does it small; `nox -s chaos` (CALCOM_CHAOS=full) with 100,000 bookings, twenty times each.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from list_server import FAULTS, KEY, Faults, ListServer, Row, make_rows

from calcom_async import AsyncCalCom
from calcom_async.export import ExportReport, export_bookings

FULL = os.environ.get("CALCOM_CHAOS") == "full"
COUNT = 100_000 if FULL else 3_000
RUNS = 20
FAULTY_RUNS = 20 if FULL else 3


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return make_rows(COUNT, seed=1)


async def export(server: ListServer, path: Path, *, timeout: float = 60.0) -> ExportReport:
    async with AsyncCalCom(KEY, base_url=server.url, timeout=timeout) as cal:
        report = await export_bookings(cal, path)
    with path.open("rb") as file:
        server.expect([json.loads(line)["uid"] for line in file], report.frozen_at)
    assert report.complete
    return report


@pytest.mark.timeout(600)
@pytest.mark.parametrize("run", range(RUNS))
async def test_exactly_the_frozen_set(tmp_path: Path, rows: list[Row], run: int) -> None:
    ahead = (-7200.0, 0.0, 0.0, 90.0)[run % 4]  # its clock may be wrong, or this machine's
    async with ListServer(rows=rows, seed=run, churn=0.3, clamp=run % 2 == 1, ahead=ahead) as server:
        report = await export(server, tmp_path / "all.jsonl")
        assert server.inserted
    assert report.longest_tie == 700
    assert report.retries == report.malformed == 0


def kinds_of(run: int) -> list[str]:
    """One of the two ways to refuse, and all else: after a 429 that told a limit, one that tells nothing means 60 s."""
    return [kind for kind in FAULTS if kind != ("429 with reset", "429 without")[run % 2]]


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("run", range(FAULTY_RUNS))
async def test_exactly_the_frozen_set_in_spite_of_faults(tmp_path: Path, rows: list[Row], run: int) -> None:
    kinds = kinds_of(run)
    weights = [1 if "429" in kind or kind == "stall" else 3 for kind in kinds]
    stall = 30.0 if FULL else 1.0
    faults = Faults(share=0.1 if FULL else 0.2, seed=run, kinds=kinds, weights=weights, stall=stall)
    async with ListServer(rows=rows, seed=run, churn=0.3, faults=faults) as server:
        # A stall of 30 s is waited for, or given up after 20; scaled down in the default run.
        report = await export(server, tmp_path / "all.jsonl", timeout=(60.0, 20.0)[run % 2] if FULL else 0.5)
        assert sum(server.done[kind] for kind in FAULTS) > 0
    assert report.retries > 0


@pytest.mark.parametrize("run", range(2))
async def test_every_kind_of_fault(tmp_path: Path, run: int) -> None:
    faults = Faults(share=0.5, in_turn=True, kinds=kinds_of(run), stall=0.6, reset=0.3)
    async with ListServer(1_000, seed=2, faults=faults) as server:
        await export(server, tmp_path / "all.jsonl", timeout=0.3)
    assert [kind for kind in kinds_of(run) if not server.done[kind]] == []
