"""Keeping an export up to date: everything that was created or changed between two runs arrives, and nothing else moves."""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from calcom_async import AsyncCalCom, ExportError, InvalidRequestError
from calcom_async.export import BookingFilters, export_bookings, incremental, update_export
from calcom_async.export.sinks import lock
from calcom_async.sandbox import Sandbox

ATTENDEE = {"name": "Ada", "email": "ada@example.com", "time_zone": "Europe/London"}


async def book(cal: AsyncCalCom, number: int) -> Any:
    days = await cal.slots.list(event_type_id=20002, start="2027-03-01T00:00:00Z", end="2027-03-20T00:00:00Z")
    free = [slot.start for slots in days.values() for slot in slots]
    return await cal.bookings.create(event_type_id=20002, start=free[number], attendee=ATTENDEE)


def states(path: Path) -> dict[str, str]:
    """The last status of every uid in an export."""
    if path.suffix == ".sqlite":
        database = sqlite3.connect(path)
        try:
            return dict(database.execute("SELECT uid, status FROM bookings"))
        finally:
            database.close()
    if path.suffix == ".parquet":
        table = pytest.importorskip("pyarrow.parquet").read_table(path, columns=["uid", "status"]).to_pylist()
        assert len({row["uid"] for row in table}) == len(table)
        return {row["uid"]: row["status"] for row in table}
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return {line["uid"]: line["status"] for line in lines}


@pytest.mark.parametrize("name", ["all.jsonl", "all.sqlite", "all.parquet"])
async def test_what_was_created_moved_and_cancelled_arrives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(incremental, "OVERLAP_SECONDS", 0)
    path = tmp_path / name
    async with Sandbox(bookings=600, seed=3, rate_limit=None) as sandbox, sandbox.client() as cal:
        moved, cancelled = await book(cal, 0), await book(cal, 5)
        first = await update_export(cal, path)
        sandbox.clock.advance(seconds=3600)
        created = await book(cal, 9)
        days = await cal.slots.list(event_type_id=20002, start="2027-04-05T00:00:00Z", end="2027-04-06T00:00:00Z")
        later = await cal.bookings.reschedule(moved.uid, start=next(iter(days.values()))[0].start)
        await cal.bookings.cancel(cancelled.uid, cancellation_reason="ill")
        before = len(sandbox.requests)
        second = await update_export(cal, path)
        asked = len(sandbox.requests) - before
        now = {wire["uid"]: wire["status"] for wire in [b.to_dict() async for b in cal.bookings.list(page_size=250)]}
    assert (first.bookings, first.complete, first.since) == (602, True, None)
    assert second.since == first.frozen_at - timedelta(seconds=1)
    assert second.to_dict()["since"] == second.since.isoformat()
    assert second.bookings <= 8
    assert asked <= 5
    held = states(path)
    assert held[created.uid] == "accepted"
    assert held[later.uid] == "accepted"
    assert (held[moved.uid], held[cancelled.uid]) == ("cancelled", "cancelled")
    assert len(held) == 604
    assert {uid: held[uid] for uid in now} == now
    assert sorted(p.name for p in tmp_path.iterdir()) == [f".{name}.watermark", name]


async def test_a_full_run_drops_what_was_deleted(tmp_path: Path, sandbox: Sandbox, acal: AsyncCalCom) -> None:
    path = tmp_path / "all.sqlite"
    booking = await book(acal, 0)
    await update_export(acal, path)
    database = sqlite3.connect(path)
    database.execute("INSERT INTO bookings (uid, wire) VALUES ('gone', '{}')")
    database.commit()
    database.close()
    await update_export(acal, path)
    assert set(states(path)) == {booking.uid, "gone"}
    await update_export(acal, path, full=True)
    assert set(states(path)) == {booking.uid}


async def test_a_run_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, sandbox: Sandbox, acal: AsyncCalCom, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, collect = tmp_path / "all.jsonl", incremental._collect

    async def refused(*arguments: Any) -> None:
        sandbox.fail_next(status=403, count=1, path="/bookings", method="GET")
        await collect(*arguments)

    await book(acal, 0)
    await update_export(acal, path)
    before = path.read_bytes()
    await book(acal, 4)
    sandbox.fail_next(status=403, count=1, path="/bookings", method="GET")
    with pytest.raises(ExportError, match="To go on, run it again: the file is as it was"):
        await update_export(acal, path)
    assert path.read_bytes() == before
    monkeypatch.setattr(incremental, "_collect", refused)
    with pytest.raises(ExportError, match="could not be brought up to date: 403"):
        await update_export(acal, path)
    monkeypatch.setattr(incremental, "_collect", collect)
    assert sorted(p.name for p in tmp_path.iterdir()) == [".all.jsonl.watermark", "all.jsonl"]
    assert (await update_export(acal, path)).bookings >= 1
    assert len(states(path)) == 2


async def test_an_export_under_the_same_name_is_no_longer_kept_up_to_date(tmp_path: Path, acal: AsyncCalCom) -> None:
    path = tmp_path / "all.jsonl"
    await book(acal, 0)
    await update_export(acal, path)
    await export_bookings(acal, path, status="cancelled")
    with pytest.raises(ExportError, match="was not kept up to date so far"):
        await update_export(acal, path)


async def test_files_of_another_purpose_are_refused(tmp_path: Path, acal: AsyncCalCom) -> None:
    path = tmp_path / "all.jsonl"
    await update_export(acal, path)
    with pytest.raises(ExportError, match="differs in its filters; give another name"):
        await update_export(acal, path, BookingFilters(status="past"))
    (tmp_path / "plain.jsonl").write_text("")
    with pytest.raises(ExportError, match="was not kept up to date so far"):
        await update_export(acal, tmp_path / "plain.jsonl")
    (tmp_path / ".all.jsonl.watermark").write_text("{")
    with pytest.raises(ExportError, match=r"is damaged; full=True \(--full\) exports anew"):
        await update_export(acal, path)


async def test_what_can_not_be_kept_up_to_date_is_refused(tmp_path: Path, acal: AsyncCalCom) -> None:
    with pytest.raises(InvalidRequestError, match="can be kept up to date"):
        await update_export(acal, tmp_path / "all.csv")
    with pytest.raises(InvalidRequestError, match="exclude each other"):
        await update_export(acal, tmp_path / "a.jsonl", BookingFilters(after_created_at="2026-01-01T00:00:00Z"))


async def test_what_is_not_proven_complete_is_looked_for_again(
    tmp_path: Path, sandbox: Sandbox, acal: AsyncCalCom, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, watermark = tmp_path / "all.jsonl", tmp_path / ".all.jsonl.watermark"
    await update_export(acal, path)
    before, collect = watermark.read_bytes(), incremental._collect
    sandbox.clock.advance(seconds=3600)

    async def doubtful(window: Any, source: Any, tally: Any, file: Any) -> None:
        await collect(window, source, tally, file)
        tally.doubts.append("a tie could not be closed")

    monkeypatch.setattr(incremental, "_collect", doubtful)
    assert (await update_export(acal, path)).doubts == ("a tie could not be closed",)
    assert watermark.read_bytes() == before
    monkeypatch.setattr(incremental, "_collect", collect)
    assert (await update_export(acal, path)).complete
    assert watermark.read_bytes() != before


async def test_an_update_never_builds_on_an_export_that_is_not_proven_complete(
    tmp_path: Path, acal: AsyncCalCom, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, whole = tmp_path / "all.jsonl", incremental.run_export

    async def doubtful(*arguments: Any, **options: Any) -> Any:
        return attrs.evolve(await whole(*arguments, **options), complete=False, doubts=("a tie",))

    monkeypatch.setattr(incremental, "run_export", doubtful)
    assert not (await update_export(acal, path)).complete
    with pytest.raises(ExportError, match=r"full=True \(--full\)"):
        await update_export(acal, path)


async def test_two_runs_at_once_do_not_meet_in_one_file(tmp_path: Path, sandbox: Sandbox, acal: AsyncCalCom) -> None:
    path = tmp_path / "all.jsonl"
    await book(acal, 0)
    await update_export(acal, path)
    with (tmp_path / ".all.jsonl.changes").open("wb") as other:
        lock(other, path)
        with pytest.raises(ExportError, match="another export is writing"):
            await update_export(acal, path)
    assert (await update_export(acal, path)).complete
    assert not (tmp_path / ".all.jsonl.changes").exists()
