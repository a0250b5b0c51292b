"""An export that is interrupted, even killed, goes on where it stopped, and the file is that of an undisturbed run."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from calcom_async import AsyncCalCom, ExportError
from calcom_async.export import engine as exporting
from calcom_async.export import export_bookings
from calcom_async.sandbox import Sandbox

SCRIPT = """
import asyncio, sys
from calcom_async import AsyncCalCom
from calcom_async.export import engine, export_bookings
engine.COMMIT_SECONDS = 0.02
async def main():
    async with AsyncCalCom(sys.argv[1], base_url=sys.argv[2]) as cal:
        report = await export_bookings(cal, sys.argv[3], concurrency=3)
        print(report.bookings, report.resumed, report.digest)
asyncio.run(main())
"""


def uids(path: Path) -> list[str]:
    return [json.loads(line)["uid"] for line in path.read_text().splitlines()]


@pytest.mark.parametrize("name", ["all.jsonl", "all.sqlite"])
def test_killed_again_and_again_it_still_ends_with_the_whole_set(tmp_path: Path, name: str) -> None:
    path, rng, kills, out = tmp_path / name, random.Random(1), 0, ""
    journal = path.with_name(f".{name}.journal")
    with Sandbox(bookings=6000, seed=9, rate_limit=None, latency=0.1) as sandbox:
        command = [sys.executable, "-c", SCRIPT, sandbox.api_key, sandbox.url, str(path)]
        while True:
            before = journal.read_bytes() if journal.exists() else b""
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            while kills < 5 and process.poll() is None and (not journal.exists() or journal.read_bytes() == before):
                time.sleep(0.005)
            if kills < 5 and process.poll() is None:
                time.sleep(0.1 * rng.random())
                process.send_signal(signal.SIGKILL)
                kills += 1
            out, err = process.communicate()
            if process.returncode == 0:
                break
            assert process.returncode == -signal.SIGKILL, err
            assert not path.exists()
        expected = sorted(sandbox.booking_uids())
    count, resumed, _ = out.split()
    assert int(count) >= 6000
    assert kills >= 3
    assert int(resumed) == kills
    if name.endswith("jsonl"):
        assert sorted(uids(path)) == expected
        assert int(count) == 6000
    else:
        import sqlite3

        with sqlite3.connect(path) as database:
            assert sorted(uid for (uid,) in database.execute("SELECT uid FROM bookings")) == expected
        database.close()
    assert [p.name for p in tmp_path.iterdir()] == [name]


async def interrupted(sandbox: Sandbox, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave an unfinished export at a path."""
    monkeypatch.setattr(exporting, "COMMIT_SECONDS", 0.0)
    async with sandbox.client() as cal:
        task = asyncio.create_task(export_bookings(cal, path, concurrency=2))
        while not path.with_name(f".{path.name}.journal").exists():
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("name", ["all.jsonl", "all.csv.gz", "all.parquet"])
async def test_it_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    async with Sandbox(bookings=4000, seed=8, rate_limit=None, latency=0.03) as sandbox, sandbox.client() as cal:
        await interrupted(sandbox, tmp_path / name, monkeypatch)
        before = len(sandbox.requests)
        report = await export_bookings(cal, tmp_path / name)
        requests = len(sandbox.requests) - before
        undisturbed = await export_bookings(cal, tmp_path / f"undisturbed{''.join((tmp_path / name).suffixes)}")
    assert report.digest == undisturbed.digest
    assert (report.bookings, report.resumed, undisturbed.resumed) == (4000, 1, 0)
    assert requests < undisturbed.requests + 6
    assert report.by_status == undisturbed.by_status


async def test_new_bookings_do_not_get_into_an_export_that_began_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "all.jsonl"
    async with Sandbox(bookings=3000, seed=3, rate_limit=None, latency=0.03) as sandbox:
        expected = sorted(sandbox.booking_uids())
        await interrupted(sandbox, path, monkeypatch)
        await asyncio.sleep(1.1)
        async with sandbox.client() as cal:
            days = await cal.slots.list(event_type_id=20002, start="2027-03-01T00:00:00Z", end="2027-03-20T00:00:00Z")
            free = next(slot.start for slots in days.values() for slot in slots)
            attendee = {"name": "Ada", "email": "ada@example.com", "time_zone": "Europe/London"}
            late = await cal.bookings.create(event_type_id=20002, start=free, attendee=attendee)
            await export_bookings(cal, path)
        assert late.uid in sandbox.booking_uids()
    assert sorted(uids(path)) == expected


async def test_a_journal_of_something_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "all.jsonl"
    async with Sandbox(bookings=3000, seed=3, rate_limit=None, latency=0.03) as sandbox, sandbox.client() as cal:
        await interrupted(sandbox, path, monkeypatch)
        with pytest.raises(ExportError, match="differs in its filters stands beside"):
            await export_bookings(cal, path, status="past")
        async with AsyncCalCom(sandbox.keys["member"], base_url=sandbox.url) as other:
            with pytest.raises(ExportError, match="differs in its account stands beside"):
                await export_bookings(other, path)
        report = await export_bookings(cal, path, status="past", restart=True)
    assert report.resumed == 0
    assert len(uids(path)) == report.bookings > 0


async def test_a_damaged_journal_is_refused_and_can_be_dropped(
    tmp_path: Path, sandbox: Sandbox, acal: AsyncCalCom
) -> None:
    (tmp_path / ".all.jsonl.journal").write_text('{"release": 1, "wind')
    (tmp_path / ".all.jsonl.partial").write_text("")
    with pytest.raises(ExportError, match="is no journal of an export"):
        await export_bookings(acal, tmp_path / "all.jsonl")
    assert (await export_bookings(acal, tmp_path / "all.jsonl", restart=True)).bookings == 0


async def test_a_key_that_dies_on_the_way_stops_it_and_a_new_one_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "COMMIT_SECONDS", 0.0)
    path = tmp_path / "all.jsonl"
    async with Sandbox(bookings=4000, seed=8, rate_limit=None) as sandbox, sandbox.client() as cal:

        def revoke(_: object) -> None:
            sandbox.fail_next(status=401, path="/bookings")

        with pytest.raises(ExportError, match=r"401 .*it goes on where it stopped"):
            await export_bookings(cal, path, concurrency=1, progress=revoke)
        report = await export_bookings(cal, path)
        assert sorted(uids(path)) == sorted(sandbox.booking_uids())
    assert report.resumed == 1
