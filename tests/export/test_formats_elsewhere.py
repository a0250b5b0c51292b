"""What other programs make of the files: LibreOffice, pyarrow, DuckDB, and calendars."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from list_server import KEY, ListServer, Row, make_rows

from calcom_async import AsyncCalCom
from calcom_async.export import export_bookings

FORMULAS = (
    "=1+1",
    '=HYPERLINK("https://example.com";"x")',
    "+1+1",
    "-2+3",
    "@SUM(1;2)",
    "\t=1+1",
    "\r=1+1",
    "=cmd|' /C calc'!A0",
)


@pytest.fixture
def rows() -> list[Row]:
    rows = make_rows(400, seed=9)
    for row, formula in zip(rows, FORMULAS, strict=False):
        wire = json.loads(row.body)
        wire["title"] = formula
        wire["attendees"][0]["name"] = formula
        row.body = json.dumps(wire).encode()
    return rows


async def exported(rows: list[Row], path: Path) -> Path:
    async with ListServer(rows=rows) as server, AsyncCalCom(KEY, base_url=server.url) as cal:
        await export_bookings(cal, path)
    return path


async def test_no_cell_of_a_csv_begins_as_a_formula_does(tmp_path: Path, rows: list[Row]) -> None:
    path = await exported(rows, tmp_path / "a.csv")
    with path.open(newline="", encoding="utf-8") as file:
        read = list(csv.DictReader(file))
    assert {row["uid"] for row in read} == {row.uid for row in rows}
    titles = {row["uid"]: row["title"] for row in read}
    assert [titles[row.uid] for row in rows[: len(FORMULAS)]] == ["'" + formula for formula in FORMULAS]
    assert [cell for row in read for cell in row.values() if cell[:1] in "=+-@\t\r" and cell] == []


async def test_libreoffice_runs_no_formula_of_a_csv(tmp_path: Path, rows: list[Row]) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not installed (Debian: apt-get install libreoffice-calc)")
    path = await exported(rows, tmp_path / "a.csv")
    subprocess.run(
        [office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "fods", "--outdir",
         str(tmp_path), str(path)],
        check=True, capture_output=True, timeout=100,
    )  # fmt: skip
    sheet = (tmp_path / "a.fods").read_text(encoding="utf-8")
    assert sheet.count("<table:table-row") >= len(rows)
    assert "table:formula=" not in sheet


async def test_parquet_comes_back_typed_from_pyarrow_and_duckdb(tmp_path: Path, rows: list[Row]) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    path = await exported(rows, tmp_path / "a.parquet")
    table = pq.read_table(path)
    assert table.schema.field("created_at").type == pa.timestamp("ms", tz="UTC")
    assert pa.types.is_list(table.schema.field("attendees").type)
    created = dict(zip(table["uid"].to_pylist(), table["created_at"].to_pylist(), strict=True))
    assert created == {row.uid: datetime.fromtimestamp(row.created / 1000, UTC) for row in rows}

    duckdb = pytest.importorskip("duckdb")
    found = duckdb.sql(
        "SELECT typeof(start), typeof(duration), typeof(absent_host), sum(duration), count(*), "
        f"count(DISTINCT attendees[1].email) FROM '{path}' GROUP BY ALL"
    ).fetchall()
    assert found == [("TIMESTAMP WITH TIME ZONE", "BIGINT", "BOOLEAN", 30 * len(rows), len(rows), len(rows))]


async def test_calendars_keep_every_event_s_instant_and_time_zone(tmp_path: Path, rows: list[Row]) -> None:
    icalendar = pytest.importorskip("icalendar")
    path = await exported(rows, tmp_path / "a.ics")
    calendar = icalendar.Calendar.from_ical(path.read_bytes())
    events = {str(event["UID"]): event for event in calendar.walk("VEVENT")}
    assert set(events) == {f"{row.uid}@Cal.com" for row in rows}
    zones = {str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")}
    for row in rows:
        wire = json.loads(row.body)
        event, zone = events[f"{row.uid}@Cal.com"], wire["hosts"][0]["timeZone"]
        start = event["DTSTART"].dt
        assert start == datetime.fromtimestamp(row.start / 1000, UTC)
        assert event["DTEND"].dt == datetime.fromtimestamp(row.end / 1000, UTC)
        assert start.replace(tzinfo=None) == start.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert event["DTSTART"].params.get("TZID", "UTC") == zone
        assert zone in zones | {"UTC"}
        assert str(event["SUMMARY"]) == wire["title"].replace("\r", "\n")
    assert [event.errors for event in events.values() if event.errors] == []
