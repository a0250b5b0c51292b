"""Several accounts into one file, and walks by cursor that fall back where the server does not page so."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from calcom_async import AsyncCalCom, InvalidRequestError
from calcom_async.export import export_accounts, export_bookings
from calcom_async.export.engine import named
from calcom_async.sandbox import RateLimit, Sandbox


def rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


async def test_two_accounts_are_exported_side_by_side_each_at_its_own_limit(tmp_path: Path) -> None:
    limit = RateLimit(limit=8, window=1.0, block=5.0)
    alone = {}
    async with (
        Sandbox(bookings=3000, seed=4, rate_limit=limit) as sandbox,
        sandbox.client() as work,
        AsyncCalCom(sandbox.keys["member"], base_url=sandbox.url) as home,
    ):
        report = await export_accounts({"work": work, "home": home}, tmp_path / "all.jsonl", concurrency=2)
        for account, cal in (("work", work), ("home", home)):
            await export_bookings(cal, tmp_path / f"{account}.jsonl")
            alone[account] = sorted(row["uid"] for row in rows(tmp_path / f"{account}.jsonl"))
        await export_accounts({"work": work, "home": home}, tmp_path / "all.csv")
        await export_accounts({"work": work, "home": home}, tmp_path / "all.parquet")
    together = rows(tmp_path / "all.jsonl")
    with (tmp_path / "all.csv").open(newline="") as file:
        assert Counter(row["account"] for row in csv.DictReader(file)) == Counter(row["account"] for row in together)
    table = pytest.importorskip("pyarrow.parquet").read_table(tmp_path / "all.parquet")
    assert Counter(table.column("account").to_pylist()) == Counter(row["account"] for row in together)
    assert next(iter(together[0])) == "account"
    assert report.refused == 0
    assert Counter(row["account"] for row in together) == {
        account: len(uids) for account, uids in alone.items() if uids
    }
    for account, uids in alone.items():
        assert sorted(row["uid"] for row in together if row["account"] == account) == uids


async def test_no_account_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="at least one account"):
        await export_accounts({}, tmp_path / "all.jsonl")


async def test_a_calendar_holds_each_booking_once_and_so_takes_one_account(tmp_path: Path, acal: AsyncCalCom) -> None:
    with pytest.raises(InvalidRequestError, match="holds each booking once; give each account a file of its own"):
        await export_accounts({"work": acal, "home": acal}, tmp_path / "all.ics")


async def test_a_database_has_a_row_of_one_booking_for_each_account_that_sees_it(tmp_path: Path) -> None:
    path = tmp_path / "all.sqlite"
    async with Sandbox(bookings=300, seed=4, rate_limit=None) as sandbox, sandbox.client() as cal:
        report = await export_accounts({"work": cal, "home": cal}, path)
        expected = sorted(sandbox.booking_uids())
    database = sqlite3.connect(path)
    try:
        for account in ("work", "home"):
            found = database.execute("SELECT uid FROM bookings WHERE account = ? ORDER BY uid", (account,)).fetchall()
            assert [uid for (uid,) in found] == expected
        hosted = "SELECT count(DISTINCT booking_uid) FROM hosts WHERE account = 'home'"
        assert database.execute(hosted).fetchone() == (300,)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    finally:
        database.close()
    assert report.bookings == 600


def test_the_account_is_the_first_field_of_a_row() -> None:
    assert json.loads(named(b'{"uid":"a"}', 'w"k')) == {"account": 'w"k', "uid": "a"}
    assert json.loads(named(b" { } ", "w")) == {"account": "w"}
    assert named(b"[1]", "w") == b"[1]"


@pytest.mark.parametrize("status", [None, "cancelled", ["past", "cancelled"]])
async def test_a_walk_by_cursor_finds_what_the_walk_by_creation_finds(
    tmp_path: Path, status: str | list[str] | None
) -> None:
    async with Sandbox(bookings=900, seed=6, rate_limit=None) as sandbox, sandbox.client() as cal:
        by_cursor = await export_bookings(cal, tmp_path / "a.jsonl", status=status, api_version="2026-05-01")
        asked = {str(value) for request in sandbox.requests for value in request.query.get("limit", ())}
        assert {"100"} <= asked <= {"100", "1"}
        by_creation = await export_bookings(cal, tmp_path / "b.jsonl", status=status)
    assert by_cursor.digest == by_creation.digest
    assert by_cursor.bookings == by_creation.bookings == len(rows(tmp_path / "a.jsonl")) > 0


async def test_where_the_cursor_does_not_answer_the_walk_by_creation_does_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with Sandbox(bookings=500, seed=6, rate_limit=None) as sandbox, sandbox.client(max_retries=0) as cal:
        failures = iter(range(1))

        def stop_answering(_: object) -> None:
            for _once in failures:
                sandbox.fail_next(status=524, body="<html>a time-out</html>", count=1, path="/bookings")

        report = await export_bookings(cal, tmp_path / "a.jsonl", api_version="2026-05-01", progress=stop_answering)
        assert sorted(row["uid"] for row in rows(tmp_path / "a.jsonl")) == sorted(sandbox.booking_uids())
    assert (report.bookings, report.resumed) == (500, 0)
    assert "goes by creation time instead" in caplog.text


async def test_a_server_that_knows_no_cursor_is_walked_by_creation(tmp_path: Path) -> None:
    async with (
        Sandbox(bookings=500, seed=6, rate_limit=None, profile="self-hosted") as sandbox,
        sandbox.client() as cal,
    ):
        report = await export_bookings(cal, tmp_path / "a.jsonl", api_version="2026-05-01")
        assert sorted(row["uid"] for row in rows(tmp_path / "a.jsonl")) == sorted(sandbox.booking_uids())
    assert report.complete


async def test_versions_and_lists_that_can_not_be_are_refused(acal: AsyncCalCom) -> None:
    with pytest.raises(InvalidRequestError, match="api_version: bookings can be exported with"):
        await export_bookings(acal, "x.jsonl", api_version="2024-04-15")
    with pytest.raises(InvalidRequestError, match="a team's bookings are not listed by cursor"):
        await export_bookings(acal, "x.jsonl", team_id=501, api_version="2026-05-01")
