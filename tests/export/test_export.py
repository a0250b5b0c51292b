"""The whole export against the sandbox: exactly its bookings, whatever happens on the way."""

from __future__ import annotations

import asyncio
import csv
import json
import os
from pathlib import Path

import pytest

from calcom_async import AsyncCalCom, AuthenticationError, ExportError, InvalidRequestError
from calcom_async.core.telemetry import Event, RequestSent
from calcom_async.export import ExportProgress, export_bookings
from calcom_async.sandbox import RateLimit, Sandbox


def uids(path: Path) -> list[str]:
    return [json.loads(line)["uid"] for line in path.read_text().splitlines()]


@pytest.mark.parametrize("concurrency", [1, 8])
async def test_the_file_holds_exactly_the_bookings_of_the_server(tmp_path: Path, concurrency: int) -> None:
    path, told = tmp_path / "all.jsonl", list[ExportProgress]()
    async with Sandbox(bookings=5000, seed=5, rate_limit=None) as sandbox, sandbox.client() as cal:
        report = await export_bookings(cal, path, concurrency=concurrency, progress=told.append)
        expected = sorted(sandbox.booking_uids())
    assert sorted(uids(path)) == expected
    assert (report.bookings, report.complete, report.refused, report.malformed) == (5000, True, 0, 0)
    assert sum(report.by_status.values()) == 5000
    assert report.requests <= 5000 / 250 * 1.6 + 4
    assert told[-1].bookings == 5000
    assert told[-1].share == 1.0


async def test_csv_and_jsonl_hold_the_same_bookings(tmp_path: Path) -> None:
    async with Sandbox(bookings=600, seed=2, rate_limit=None) as sandbox, sandbox.client() as cal:
        await export_bookings(cal, tmp_path / "a.jsonl")
        await export_bookings(cal, tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(newline="") as file:
        assert sorted(row["uid"] for row in csv.DictReader(file)) == sorted(uids(tmp_path / "a.jsonl"))


async def test_an_empty_account_gives_an_empty_file(tmp_path: Path, acal: AsyncCalCom) -> None:
    report = await export_bookings(acal, tmp_path / "none.jsonl")
    assert (tmp_path / "none.jsonl").read_bytes() == b""
    assert (report.bookings, report.complete) == (0, True)
    await export_bookings(acal, tmp_path / "none.csv")
    assert (tmp_path / "none.csv").read_text().startswith("uid,id,status,")


async def test_filters_select_what_the_list_selects(tmp_path: Path) -> None:
    async with Sandbox(bookings=1500, seed=4, rate_limit=None) as sandbox, sandbox.client() as cal:
        await export_bookings(cal, tmp_path / "all.jsonl")
        everything = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text().splitlines()]
        created = sorted(booking["createdAt"] for booking in everything)
        low, high = created[300], created[900]
        await export_bookings(cal, tmp_path / "some.jsonl", after_created_at=low, before_created_at=high)
        await export_bookings(cal, tmp_path / "off.jsonl", status="cancelled")
        event_type = next(b["eventTypeId"] for b in everything if b.get("eventTypeId"))
        await export_bookings(cal, tmp_path / "type.jsonl", event_type_ids=event_type)
    assert sorted(uids(tmp_path / "some.jsonl")) == sorted(
        b["uid"] for b in everything if low <= b["createdAt"] <= high
    )
    assert sorted(uids(tmp_path / "off.jsonl")) == sorted(
        b["uid"] for b in everything if b["status"] in {"cancelled", "rejected"}
    )
    assert sorted(uids(tmp_path / "type.jsonl")) == sorted(
        b["uid"] for b in everything if b.get("eventTypeId") == event_type
    )


async def test_it_is_paced_below_the_limit_and_never_refused(tmp_path: Path) -> None:
    limit = RateLimit(limit=10, window=1.0, block=5.0)
    async with Sandbox(bookings=6000, seed=6, rate_limit=limit) as sandbox, sandbox.client() as cal:
        report = await export_bookings(cal, tmp_path / "all.jsonl")
        assert sorted(uids(tmp_path / "all.jsonl")) == sorted(sandbox.booking_uids())
    assert report.refused == 0
    assert report.waited > 1


async def test_passing_failures_are_survived(tmp_path: Path) -> None:
    async with Sandbox(bookings=3000, seed=7, rate_limit=None) as sandbox, sandbox.client() as cal:
        sandbox.fail_next(status=502, body="<html><title>Bad gateway</title></html>", count=2, path="/bookings")
        report = await export_bookings(cal, tmp_path / "all.jsonl", concurrency=2)
        assert sorted(uids(tmp_path / "all.jsonl")) == sorted(sandbox.booking_uids())
    assert report.retries == 2


async def test_a_failure_leaves_what_stood_there_and_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    path.write_text("yesterday's")
    async with Sandbox(bookings=10, rate_limit=None) as sandbox, AsyncCalCom("cal_wrong", base_url=sandbox.url) as cal:
        with pytest.raises(ExportError, match="run the same command again") as caught:
            await export_bookings(cal, path)
    assert isinstance(caught.value.__cause__, AuthenticationError)
    assert path.read_text() == "yesterday's"
    assert [p.name for p in tmp_path.iterdir()] == ["all.jsonl"]


async def test_cancelling_leaves_no_half_file_under_the_name_and_no_task(tmp_path: Path) -> None:
    async with Sandbox(bookings=4000, seed=8, rate_limit=None, latency=0.05) as sandbox, sandbox.client() as cal:
        before = asyncio.all_tasks()
        task = asyncio.create_task(export_bookings(cal, tmp_path / "all.jsonl", concurrency=2))
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        left = {t for t in asyncio.all_tasks() - before if "export" in repr(t)}
    assert sorted(path.name for path in tmp_path.iterdir()) == [".all.jsonl.journal", ".all.jsonl.partial"]
    assert left == set()


@pytest.mark.skipif(os.name == "nt", reason="file size limits are POSIX")
async def test_a_disk_that_is_full_is_an_export_error(tmp_path: Path) -> None:
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    async with Sandbox(bookings=600, rate_limit=None) as sandbox, sandbox.client() as cal:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
        try:
            with pytest.raises(ExportError, match="run the same command again") as caught:
                await export_bookings(cal, tmp_path / "all.jsonl")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert isinstance(caught.value.__cause__, OSError)
        assert not (tmp_path / "all.jsonl").exists()
        report = await export_bookings(cal, tmp_path / "all.jsonl")
        assert sorted(uids(tmp_path / "all.jsonl")) == sorted(sandbox.booking_uids())
    assert report.bookings == 600


async def test_impossible_concurrency_is_refused(acal: AsyncCalCom) -> None:
    with pytest.raises(InvalidRequestError, match="1 to 64"):
        await export_bookings(acal, "x.jsonl", concurrency=0)


async def test_filters_that_can_not_be_are_refused_before_anything_is_sent(acal: AsyncCalCom, sandbox: Sandbox) -> None:
    with pytest.raises(InvalidRequestError, match="after_created_at lies after"):
        await export_bookings(
            acal, "x.jsonl", after_created_at="2026-02-01T00:00:00Z", before_created_at="2026-01-01T00:00:00Z"
        )
    with pytest.raises(InvalidRequestError, match="after_start: has no UTC offset"):
        await export_bookings(acal, "x.jsonl", after_start="2026-02-01T00:00:00")
    with pytest.raises(InvalidRequestError, match="created_after: there is no such argument; did you mean after_creat"):
        await acal.bookings.export("x.jsonl", created_after="2026-02-01T00:00:00Z")  # type: ignore[call-arg] # as guessed
    assert len(sandbox.requests) == 0


async def test_a_server_that_never_answered_is_given_up_as_by_any_call(tmp_path: Path) -> None:
    sent: list[Event] = []
    async with AsyncCalCom("cal_key", base_url="http://127.0.0.1:1/v2", hooks=[sent.append]) as cal:
        with pytest.raises(ExportError, match="no connection"):
            await cal.bookings.export(tmp_path / "x.jsonl")
    assert 1 <= sum(isinstance(event, RequestSent) for event in sent) <= 4


async def test_the_verb_of_bookings_on_the_async_face(tmp_path: Path) -> None:
    async with Sandbox(bookings=400, seed=2, rate_limit=None) as sandbox, sandbox.client() as cal:
        report = await cal.bookings.export(tmp_path / "all.jsonl", concurrency=2)
        team = await cal.team(501).bookings.export(tmp_path / "team.jsonl", status=["past", "upcoming"])
        listed = await cal.team(501).bookings.list(status=["past", "upcoming"]).collect()
        assert sorted(uids(tmp_path / "all.jsonl")) == sorted(sandbox.booking_uids())
    assert report.bookings == 400
    assert team.bookings == len(uids(tmp_path / "team.jsonl")) == len({booking.uid for booking in listed}) > 0


def test_the_verb_of_bookings_on_the_blocking_face(tmp_path: Path) -> None:
    told = list[ExportProgress]()
    with Sandbox(bookings=400, seed=2, rate_limit=None) as sandbox, sandbox.blocking_client() as cal:
        report = cal.bookings.export(tmp_path / "all.csv", progress=told.append)
    assert report.bookings == 400
    assert told[-1].bookings == 400
