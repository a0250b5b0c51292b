"""Killed, interrupted, cut off, out of disk: the same command again ends with the file of an undisturbed run."""

from __future__ import annotations

import asyncio
import csv
import gzip
import io
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from list_server import BEGIN, KEY, ListServer, Row, make_rows, uids_of

from calcom_async import AsyncCalCom, ExportError
from calcom_async.export import engine, export_bookings

FULL = os.environ.get("CALCOM_CHAOS") == "full"
SCRIPT = """
import asyncio, signal, sys
from calcom_async import AsyncCalCom
from calcom_async.export import engine, export_bookings
engine.COMMIT_SECONDS = 0.05
async def main():
    async with AsyncCalCom(sys.argv[1], base_url=sys.argv[2]) as cal:
        report = await export_bookings(cal, sys.argv[3], concurrency=4)
        print(report.bookings, report.resumed, report.digest)
asyncio.run(main())
"""
posix = pytest.mark.skipif(os.name == "nt", reason="signals and limits are POSIX")


def uids(path: Path) -> list[str]:
    """The uids in a file of any format."""
    kind = path.suffixes[0]
    if kind == ".sqlite":
        database = sqlite3.connect(path)
        try:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            return [uid for (uid,) in database.execute("SELECT uid FROM bookings")]
        finally:
            database.close()
    if kind == ".parquet":
        return pytest.importorskip("pyarrow.parquet").read_table(path, columns=["uid"]).column("uid").to_pylist()
    if kind == ".ics":
        lines = path.read_bytes().replace(b"\r\n ", b"").splitlines()
        return [line[4:].decode().removesuffix("@Cal.com") for line in lines if line.startswith(b"UID:")]
    content = path.read_bytes()
    text = io.StringIO((gzip.decompress(content) if path.suffix == ".gz" else content).decode(), newline="")
    return [row["uid"] for row in (csv.DictReader(text) if kind == ".csv" else map(json.loads, text))]


@contextmanager
def served(**options: Any) -> Iterator[str]:
    """A server in a process of its own: its base URL."""
    command = [sys.executable, str(Path(__file__).with_name("list_server.py")), json.dumps(options)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}/v2"
        finally:
            server.communicate()


def started(url: str, path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SCRIPT, KEY, url, str(path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def journal_is(journal: Path, content: bytes) -> bool:
    return (journal.read_bytes() if journal.exists() else b"") == content


@posix
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", ["a.jsonl", "a.csv.gz", "a.sqlite", "a.parquet"] if FULL else ["a.jsonl.gz"])
def test_killed_at_random_moments_it_ends_with_the_whole_set(tmp_path: Path, name: str) -> None:
    count, chance, kills = 100_000 if FULL else 8_000, random.Random(name), 0
    path, wanted = tmp_path / name, 25 if FULL else 6
    journal = path.with_name(f".{name}.journal")
    with served(bookings=count, seed=3, latency=[0.1, 0.3] if FULL else [0.12, 0.25]) as url:
        while True:
            process = started(url, path)
            if kills < wanted:
                # At times before it has read its journal, mostly well into its work.
                before = journal.read_bytes() if journal.exists() else b""
                while chance.random() < 0.99 and process.poll() is None and journal_is(journal, before):
                    time.sleep(0.01)
                try:
                    process.wait(chance.uniform(0.0, 0.5))
                except subprocess.TimeoutExpired:
                    process.kill()
                    kills += 1
            out, err = process.communicate()
            if process.returncode == 0:
                break
            assert process.returncode == -signal.SIGKILL, err
            assert not path.exists()
    assert kills == wanted
    assert sorted(uids(path)) == sorted(uids_of(count, 3))
    bookings, resumed, _ = out.split()
    assert int(bookings) == count
    assert int(resumed) >= wanted // 6, "most were killed before they had done anything"
    assert [p.name for p in tmp_path.iterdir()] == [name]


@posix
@pytest.mark.parametrize(("name", "number"), [("a.csv", signal.SIGINT), ("a.sqlite", signal.SIGTERM)])
def test_signals_leave_something_to_go_on_with(tmp_path: Path, name: str, number: signal.Signals) -> None:
    path, journal = tmp_path / name, tmp_path / f".{name}.journal"
    with served(bookings=5_000, seed=3, latency=[0.3, 0.5]) as url:
        process = started(url, path)
        while not journal.exists():
            assert process.poll() is None
            time.sleep(0.005)
        process.send_signal(number)
        process.communicate()
        assert process.returncode != 0
        assert not path.exists()
        process = started(url, path)
        out, err = process.communicate()
        assert process.returncode == 0, err
    assert sorted(uids(path)) == sorted(uids_of(5_000, 3))
    assert out.split()[:2] == ["5000", "1"]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return make_rows(4_000, seed=5)


async def test_a_server_that_is_away_for_seconds_is_waited_for(tmp_path: Path, rows: list[Row]) -> None:
    async with ListServer(rows=rows, latency=(0.02, 0.05)) as server, AsyncCalCom(KEY, base_url=server.url) as cal:
        task = asyncio.create_task(export_bookings(cal, tmp_path / "a.jsonl"))
        while server.done["pages"] < 10:
            await asyncio.sleep(0.01)
        port = server.port
        await server.stop()
        await asyncio.sleep(1.5)
        assert not task.done()
        await server.start(port)
        report = await task
        server.expect(uids(tmp_path / "a.jsonl"), report.frozen_at)
    assert report.retries >= 8


async def test_one_with_limits_of_its_own_gives_up_and_is_gone_on_with(tmp_path: Path, rows: list[Row]) -> None:
    path = tmp_path / "a.csv.gz"
    async with (
        ListServer(rows=rows, latency=(0.02, 0.05)) as server,
        AsyncCalCom(KEY, base_url=server.url, max_retries=0) as cal,
    ):
        task = asyncio.create_task(export_bookings(cal, path))
        while server.done["pages"] < 15:
            await asyncio.sleep(0.01)
        port = server.port
        await server.stop()
        with pytest.raises(ExportError, match="it goes on where it stopped"):
            await task
        await server.start(port)
        report = await export_bookings(cal, path)
        server.expect(uids(path), report.frozen_at)
    assert report.resumed == 1


async def test_a_key_that_is_revoked_stops_it_at_once_and_a_new_one_goes_on(tmp_path: Path, rows: list[Row]) -> None:
    path = tmp_path / "a.sqlite"
    async with ListServer(rows=rows, latency=(0.02, 0.05)) as server:
        async with AsyncCalCom(KEY, base_url=server.url) as cal:
            task = asyncio.create_task(export_bookings(cal, path))
            while server.done["pages"] < 15:
                await asyncio.sleep(0.01)
            server.key = "cal_new"
            with pytest.raises(ExportError, match=r"401 .*it goes on where it stopped") as caught:
                await task
            assert KEY not in str(caught.value)
        async with AsyncCalCom("cal_new", base_url=server.url) as cal:
            report = await export_bookings(cal, path)
        server.expect(uids(path), report.frozen_at)
    assert report.resumed == 1


@posix
@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.jsonl.gz", "a.sqlite", "a.parquet", "a.ics"])
async def test_a_full_disk_is_an_error_and_when_there_is_room_it_goes_on(
    tmp_path: Path, rows: list[Row], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import resource

    monkeypatch.setattr(engine, "COMMIT_SECONDS", 0.0)
    path = tmp_path / name
    pytest.importorskip({"a.parquet": "pyarrow", "a.ics": "icalendar"}.get(name, "json"))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    room = 60_000 if name.endswith("gz") else 1_000_000
    async with ListServer(rows=rows) as server, AsyncCalCom(KEY, base_url=server.url) as cal:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
        try:
            with pytest.raises(ExportError, match="it goes on where it stopped") as caught:
                await export_bookings(cal, path)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert isinstance(caught.value.__cause__, OSError)
        assert not path.exists()
        report = await export_bookings(cal, path)
        server.expect(uids(path), report.frozen_at)
    assert (report.resumed, report.bookings) == (1, len(rows))


@posix
@pytest.mark.parametrize("name", ["a.parquet", "a.ics"])
async def test_what_goes_wrong_while_the_format_is_made_costs_no_request_again(
    tmp_path: Path, rows: list[Row], name: str
) -> None:
    pytest.importorskip({"a.parquet": "pyarrow", "a.ics": "icalendar"}[name])
    path = tmp_path / name
    async with ListServer(rows=rows) as server, AsyncCalCom(KEY, base_url=server.url) as cal:
        task = asyncio.create_task(export_bookings(cal, path))
        made = path.with_name(f".{name}.made")
        while not made.exists():
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not path.exists()
        pages = server.done["pages"]
        report = await export_bookings(cal, path)
        assert server.done["pages"] == pages
        server.expect(uids(path), report.frozen_at)
    assert sorted(p.name for p in tmp_path.iterdir()) == [name]


async def test_data_that_lie_in_one_week_of_years_is_still_walked_by_all_workers(tmp_path: Path) -> None:
    rows = make_rows(12_000, seed=6, ties=False)
    for number, row in enumerate(rows):
        row.created = BEGIN + number if number < 300 else BEGIN + 600 * 86_400_000 + number * 50_000
        row.render()
    async with (
        ListServer(rows=rows, latency=(0.03, 0.03)) as server,
        AsyncCalCom(KEY, base_url=server.url) as cal,
    ):
        report = await export_bookings(cal, tmp_path / "a.jsonl")
        server.expect(uids(tmp_path / "a.jsonl"), report.frozen_at)
    assert report.windows >= 12
    together = [count for count in server.in_flight if count > 1]
    assert len(together) > 0.6 * len(server.in_flight), "most pages came while others were under way"
    assert max(together) >= 6
