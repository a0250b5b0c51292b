"""Parquet, SQLite and iCalendar hold the bookings typed, and nothing is lost on the way."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from calcom_async.export.columns import booking_columns
from calcom_async.export.ics import write_calendar
from calcom_async.export.parquet import write_parquet
from calcom_async.export.sqlite import SqliteSink

BOOKING: dict[str, Any] = {
    "uid": "u1", "id": 7, "status": "accepted", "title": "Intro; with, commas", "description": None, "start": "2026-07-01T09:00:00.000Z",
    "end": "2026-07-01T09:30:00.000Z", "duration": 30, "eventTypeId": 42, "eventType": {"id": 42, "slug": "intro"},
    "hosts": [{"id": "unknown", "name": "Owner Example", "email": "owner@example.com", "timeZone": "America/New_York"}],
    "attendees": [{"name": "Ada", "email": "ada@example.com", "timeZone": "Europe/London", "absent": False, "odd": 1}],
    "guests": ["a@example.com"], "absentHost": False, "rating": 4, "metadata": {"k": "v"}, "newField": [1], "icsUid": "u1@Cal.com",
    "createdAt": "2026-06-01T00:00:00.123Z", "updatedAt": None, "location": "https://example.com/room",
}  # fmt: skip
ODD: dict[str, Any] = {"uid": "u2", "duration": "half an hour", "start": "soon", "hosts": ["nobody"], "attendees": None}
LINES = [json.dumps(BOOKING).encode(), json.dumps(ODD).encode(), b'"no booking"']


def test_columns_keep_what_does_not_fit_in_other() -> None:
    columns = booking_columns(ODD)
    assert columns["duration"] is None
    assert columns["start"] is None
    assert json.loads(columns["other"]) == {"duration": "half an hour", "start": "soon"}
    assert json.loads(booking_columns("x")["other"]) == {"malformed": "x"}
    assert json.loads(booking_columns(BOOKING)["other"]) == {"newField": [1]}


def test_parquet_is_typed_and_nested(tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    pa = pytest.importorskip("pyarrow")
    write_parquet(iter(LINES), tmp_path / "x.parquet")
    table = pq.read_table(tmp_path / "x.parquet")
    assert table.schema.field("start").type == pa.timestamp("ms", tz="UTC")
    assert table.schema.field("duration").type == pa.int64()
    first, second, third = table.to_pylist()
    assert first["start"] == datetime.fromisoformat(BOOKING["start"])
    assert first["attendees"][0] == {
        "name": "Ada", "email": "ada@example.com", "display_email": None, "time_zone": "Europe/London", "language": None,
        "absent": False, "phone_number": None, "seat_uid": None, "other": '{"odd":1}',
    }  # fmt: skip
    assert first["hosts"][0]["id"] == "unknown"
    assert first["rating"] == 4.0
    assert json.loads(second["hosts"][0]["other"]) == {"malformed": "nobody"}
    assert json.loads(third["other"]) == {"malformed": "no booking"}


def test_sqlite_replaces_by_uid_with_all_its_people(tmp_path: Path) -> None:
    sink = SqliteSink(tmp_path / "x.sqlite")
    sink.open()
    sink.write(LINES)
    sink.write([json.dumps({**BOOKING, "status": "cancelled", "attendees": []}).encode()])
    sink.finish()
    database = sqlite3.connect(tmp_path / "x.sqlite")
    try:
        rows = database.execute("SELECT uid, status, start, rating, wire FROM bookings ORDER BY uid DESC").fetchall()
        assert rows[1][:4] == ("u1", "cancelled", "2026-07-01T09:00:00.000Z", 4.0)
        assert json.loads(rows[1][4])["newField"] == [1]
        assert rows[0][0] == "u2"
        assert rows[2][0].startswith("malformed-")
        assert database.execute("SELECT count(*) FROM attendees").fetchone() == (0,)
        assert database.execute("SELECT booking_uid, email FROM hosts WHERE booking_uid = 'u1'").fetchall() == [
            ("u1", "owner@example.com")
        ]
    finally:
        database.close()


def test_sqlite_takes_a_booking_that_comes_twice_in_one_page_once(tmp_path: Path) -> None:
    sink = SqliteSink(tmp_path / "x.sqlite")
    sink.open()
    plain = {"uid": "u3", "title": "only this", "attendees": [{"name": "Grace"}]}
    changed = {**plain, "title": None, "hosts": [{"id": 7}], "guests": []}
    sink.write([json.dumps(row).encode() for row in (plain, BOOKING, changed, {**BOOKING, "account": "work"})])
    sink.write([json.dumps({**BOOKING, "status": "rejected"}).encode()])
    sink.finish()
    database = sqlite3.connect(tmp_path / "x.sqlite")
    try:
        rows = database.execute("SELECT uid, account, status, title, guests FROM bookings ORDER BY uid, account")
        assert rows.fetchall() == [
            ("u1", "", "rejected", BOOKING["title"], '["a@example.com"]'),
            ("u1", "work", BOOKING["status"], BOOKING["title"], '["a@example.com"]'),
            ("u3", "", None, None, "[]"),
        ]
        people = database.execute("SELECT booking_uid, account, place, name FROM attendees ORDER BY 1, 2, 3")
        assert people.fetchall() == [("u1", "", 0, "Ada"), ("u1", "work", 0, "Ada"), ("u3", "", 0, "Grace")]
    finally:
        database.close()


def test_calendar_events_keep_their_uid_and_the_host_s_time_zone(tmp_path: Path) -> None:
    icalendar = pytest.importorskip("icalendar")
    cancelled = {**BOOKING, "uid": "u3", "status": "cancelled", "hosts": []}
    path = tmp_path / "x.ics"
    path.touch()
    write_calendar(iter([*LINES, json.dumps(cancelled).encode()]), path)
    calendar = icalendar.Calendar.from_ical(path.read_bytes())
    first, second = calendar.walk("VEVENT")
    assert (first["UID"], second["UID"]) == ("u1@Cal.com", "u3@Cal.com")
    assert first.decoded("DTSTART") == datetime.fromisoformat(BOOKING["start"])
    assert first["DTSTART"].params["TZID"] == "America/New_York"
    assert first["SUMMARY"] == "Intro; with, commas"
    assert (first["STATUS"], second["STATUS"]) == ("CONFIRMED", "CANCELLED")
    assert str(first["ORGANIZER"]) == "mailto:owner@example.com"
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["America/New_York"]


def test_what_can_be_no_event_is_a_note_with_all_its_json(tmp_path: Path) -> None:
    icalendar = pytest.importorskip("icalendar")
    path = tmp_path / "x.ics"
    path.touch()
    write_calendar(iter(LINES), path)
    calendar = icalendar.Calendar.from_ical(path.read_bytes())
    notes = calendar.walk("VJOURNAL")
    assert [json.loads(str(note["DESCRIPTION"])) for note in notes] == [json.loads(line) for line in LINES[1:]]
    assert len({str(note["UID"]) for note in notes}) == len(LINES) - 1
    assert all("DTSTAMP" in note for note in notes)


@pytest.mark.parametrize("sizes", [(1,) * 130, (130,), (26, 1, 60, 43), (2, 25, 24, 51, 28)])
def test_sqlite_holds_the_same_however_bookings_are_bundled(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    """Many rows go into one statement, and a value that all of them share is given once."""
    wire: list[dict[str, Any]] = [
        {
            **BOOKING, "uid": f"u{n:03}", "title": f"é{n}" if n > 60 else "same", "location": None if n < 27 else "there",
            "rating": 4 if n < 60 else 0.5, "account": "work" if 40 < n < 50 else None, "guests": [[], None, ["a"]][n % 3],
            "attendees": [{"name": f"Ada {k}", "absent": bool(k)} for k in range(1 if n < 90 else n % 4)],
            "cancellationReason": "moved" if n == 100 else None, "duration": 30 if n != 77 else 2**63,
        }
        for n in range(130)
    ]  # fmt: skip
    lines = [json.dumps(row, ensure_ascii=False).encode() for row in wire]
    sink = SqliteSink(tmp_path / "x.sqlite")
    sink.open()
    places = iter(range(len(lines)))
    for size in sizes:
        sink.write([lines[n] for _, n in zip(range(size), places, strict=False)])
    sink.finish()
    database = sqlite3.connect(tmp_path / "x.sqlite")
    try:
        rows = database.execute(
            "SELECT uid, account, title, location, rating, guests, cancellation_reason, duration, wire, typeof(wire) "
            "FROM bookings ORDER BY uid"
        ).fetchall()
        people = database.execute(
            "SELECT booking_uid, account, place, name, absent, language, other FROM attendees ORDER BY 1, 2, 3"
        ).fetchall()
        hosts = database.execute("SELECT booking_uid, place, id, name, username FROM hosts ORDER BY 1, 2").fetchall()
    finally:
        database.close()
    assert rows == [
        (
            row["uid"], row["account"] or "", row["title"], row["location"], row["rating"],
            None if row["guests"] is None else json.dumps(row["guests"]), row["cancellationReason"],
            row["duration"] if row["duration"] == 30 else None, line.decode(), "text",
        )
        for row, line in zip(wire, lines, strict=True)
    ]  # fmt: skip
    assert people == [
        (row["uid"], row["account"] or "", place, each["name"], each["absent"], None, None)
        for row in wire
        for place, each in enumerate(row["attendees"])
    ]
    assert hosts == [(row["uid"], 0, "unknown", "Owner Example", None) for row in wire]
