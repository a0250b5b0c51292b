"""Event types, schedules and teams by the same formats."""

from __future__ import annotations

import csv
import json
import sqlite3
import stat
from pathlib import Path
from typing import Any

import pytest

from calcom_async import AsyncCalCom, ExportError, InvalidRequestError
from calcom_async.export import export_records
from calcom_async.sandbox import Sandbox


async def wire(cal: AsyncCalCom, path: str, version: str | None) -> list[dict[str, Any]]:
    data: list[dict[str, Any]] = (await cal.request("GET", path, api_version=version))["data"]
    return data


@pytest.mark.parametrize(
    ("kind", "version", "team"),
    [
        ("event-types", "2024-06-14", None),
        ("schedules", "2024-06-11", None),
        ("teams", None, None),
        ("event-types", "2024-06-14", 501),
        ("schedules", "2024-06-11", 501),
    ],
)
async def test_json_lines_hold_every_record(
    tmp_path: Path, acal: AsyncCalCom, kind: Any, version: str | None, team: int | None
) -> None:
    path = tmp_path / "x.jsonl"
    report = await export_records(acal, kind, path, team_id=team)
    expected = await wire(acal, kind if team is None else f"teams/{team}/{kind}", version)
    assert [json.loads(line) for line in path.read_text().splitlines()] == expected
    assert report.records == len(expected) > 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_tables_have_a_column_a_field_and_nested_ones_as_json(tmp_path: Path, acal: AsyncCalCom) -> None:
    expected = await wire(acal, "event-types", "2024-06-14")
    await export_records(acal, "event-types", tmp_path / "x.csv")
    with (tmp_path / "x.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == [str(record["id"]) for record in expected]
    assert json.loads(rows[0]["locations"]) == expected[0]["locations"]
    await export_records(acal, "event-types", tmp_path / "x.sqlite")
    database = sqlite3.connect(tmp_path / "x.sqlite")
    try:
        found = database.execute("SELECT id, length_in_minutes, wire FROM event_types").fetchall()
    finally:
        database.close()
    assert [(a, b, json.loads(c)) for a, b, c in found] == [(r["id"], r["lengthInMinutes"], r) for r in expected]
    pq = pytest.importorskip("pyarrow.parquet")
    await export_records(acal, "event-types", tmp_path / "x.parquet")
    table = pq.read_table(tmp_path / "x.parquet")
    assert table.column("length_in_minutes").to_pylist() == [record["lengthInMinutes"] for record in expected]


async def test_what_can_not_be_is_refused(tmp_path: Path, acal: AsyncCalCom, sandbox: Sandbox) -> None:
    with pytest.raises(InvalidRequestError, match="kind: one of event-types, schedules, teams"):
        await export_records(acal, "teams", tmp_path / "x.csv", team_id=501)
    with pytest.raises(InvalidRequestError, match="holds bookings only"):
        await export_records(acal, "teams", tmp_path / "x.ics")
    sandbox.fail_next(status=403, count=1)
    with pytest.raises(ExportError, match="the export of teams failed: 403"):
        await export_records(acal, "teams", tmp_path / "x.csv")
    assert list(tmp_path.iterdir()) == []
