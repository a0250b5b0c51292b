"""`bookings export --incremental`, `--full` and `--report`."""

from __future__ import annotations

import json
import signal
import sqlite3
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from calcom_async.export import incremental
from calcom_async.sandbox import Sandbox

from .conftest import Run, accounts


def booked(run: Run, hour: int) -> str:
    """Book something and give its uid."""
    outcome = run(
        "bookings", "create", "owner/30min", "--start", f"2027-03-02T{hour:02}:00:00Z", "--name", "Ada",
        "--email", "ada@example.com", "--json",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    return str(outcome.json["uid"])


def held(path: Path) -> dict[str, str]:
    database = sqlite3.connect(path)
    try:
        return dict(database.execute("SELECT uid, status FROM bookings"))
    finally:
        database.close()


def test_only_what_is_new_or_changed_comes_the_second_time(
    run: Run, server: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incremental, "OVERLAP_SECONDS", 0)
    first = booked(run, 9)
    server.clock.advance(seconds=60)  # the watermark is in whole seconds: nothing here is of its own second
    whole = run("bookings", "export", "--to", "all.sqlite", "--incremental")
    assert whole.code == 0
    assert whole.err.splitlines()[0].startswith("301 bookings in all.sqlite: ")
    server.clock.advance(seconds=3600)
    second = booked(run, 11)
    assert run("bookings", "cancel", first, "--reason", "I am ill").code == 0
    server.clock.advance(seconds=10)
    update = run("bookings", "export", "--to", "all.sqlite", "--incremental")
    assert (update.code, update.out) == (0, "")
    what, by_status, until = update.err.splitlines()
    assert what.startswith("2 bookings new or changed since 20")
    assert " UTC, in all.sqlite: 3 requests, " in what
    assert by_status == "By status: 1 accepted, 1 cancelled."
    assert until.startswith("Up to date: all that was made or changed by ")
    states = held(tmp_path / "all.sqlite")
    assert (len(states), states[first], states[second]) == (302, "cancelled", "accepted")
    server.clock.advance(seconds=3600)
    nothing = run("bookings", "export", "--to", "all.sqlite", "--incremental", "--json").json
    assert (nothing["bookings"], nothing["since"] is not None, nothing["complete"]) == (0, True, True)


def test_full_exports_everything_anew(run: Run, server: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "all.sqlite").write_text("of another program")
    refused = run("bookings", "export", "--to", "all.sqlite", "--incremental")
    assert refused.code == 1
    assert refused.err.splitlines()[1] == "   do: give another name, or --full to replace it"
    outcome = run("bookings", "export", "--to", "all.sqlite", "--incremental", "--full", "--json")
    assert (outcome.code, outcome.json["bookings"], outcome.json["since"]) == (0, 300, None)
    assert len(held(tmp_path / "all.sqlite")) == 300
    outcome = run("bookings", "export", "--to", "all.sqlite", "--incremental", "--full", "--json")
    assert (outcome.json["bookings"], outcome.json["since"]) == (300, None)


def test_the_filters_hold_for_the_update_as_well(run: Run, server: Sandbox, tmp_path: Path) -> None:
    mine = ("bookings", "export", "--to", "all.jsonl", "--incremental", "--event-type", "20003")
    assert run(*mine, "--json").json["bookings"] < 300
    uid = booked(run, 9)
    assert run(*mine).code == 0
    rows = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text().splitlines()]
    assert {row["eventTypeId"] for row in rows} == {20003}
    assert uid not in {row["uid"] for row in rows}
    other = run("bookings", "export", "--to", "all.jsonl", "--incremental")
    assert other.code == 1
    assert other.err.splitlines() == [
        "error: all.jsonl is an export that differs in its filters",
        "   do: give another name, or --full",
    ]


def test_one_account_can_be_chosen(run: Run, server: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts(tmp_path, server, work="owner")
    monkeypatch.setenv("CALCOM_API_KEY", "cal_of_somebody_else")
    for _ in range(2):
        assert run("bookings", "export", "--to", "all.jsonl", "--incremental", "--account", "work").code == 0
    assert run("bookings", "export", "--to", "all.jsonl", "--account", "work").code == 0


def test_a_run_that_is_refused_leaves_the_file_and_says_how_to_go_on(run: Run, server: Sandbox, tmp_path: Path) -> None:
    run("bookings", "export", "--to", "all.jsonl", "--incremental")
    before = (tmp_path / "all.jsonl").read_bytes()
    server.fail_next(status=403, path="/bookings", body={"error": {"message": "no"}})
    outcome = run("bookings", "export", "--to", "all.jsonl", "--incremental")
    assert outcome.code == 1
    what, advice = outcome.err.splitlines()
    assert what.startswith("error: all.jsonl could not be brought up to date: 403 no [GET /bookings] request id ")
    assert advice.startswith("   do: use the key of somebody who may do this; ")
    assert advice.endswith("; then run it again: the file is as it was")
    assert (tmp_path / "all.jsonl").read_bytes() == before


def test_an_interrupted_update_leaves_the_file(
    start: Callable[..., subprocess.Popen[str]], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Sandbox(bookings=20, rate_limit=None, latency=0.5) as server:
        monkeypatch.setenv("CALCOM_BASE_URL", server.url)
        monkeypatch.setenv("CALCOM_API_KEY", server.api_key)
        assert run("bookings", "export", "--to", "all.jsonl", "--incremental").code == 0
        before = (tmp_path / "all.jsonl").read_bytes()
        asked = len(server.requests)
        process = start("bookings", "export", "--to", "all.jsonl", "--incremental")
        deadline = time.monotonic() + 20
        while len(server.requests) < asked + 2:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, "")
    assert err.splitlines() == ["error: interrupted: all.jsonl was not touched", "   do: run the same command again"]
    assert (tmp_path / "all.jsonl").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [".all.jsonl.watermark", "all.jsonl"]


def test_a_report_that_can_not_be_written_is_told_below_the_summary(
    run: Run, server: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "report.json")

    monkeypatch.setattr("calcom_async.cli.export.write_private", full)
    outcome = run("bookings", "export", "--to", "a.jsonl", "--report", "report.json")
    assert outcome.code == 1
    assert outcome.err.splitlines()[0].startswith("300 bookings in a.jsonl: ")
    assert "error: report.json: No space left on device" in outcome.err


def test_a_new_sandbox_has_nothing_to_do_with_the_file(run: Run, tmp_path: Path) -> None:
    for count in ("30", "20"):
        outcome = run("bookings", "export", "--to", "all.jsonl", "--incremental", "--sandbox", "--bookings", count)
        assert outcome.code == 0
        assert f"{count} bookings in all.jsonl" in outcome.err
        assert len((tmp_path / "all.jsonl").read_text().splitlines()) == int(count)


def test_the_report_is_for_its_owner_alone(run: Run, server: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("of yesterday")
    path.chmod(0o644)
    outcome = run("bookings", "export", "--to", "-", "--report", "report.json", "--status", "past")
    assert outcome.code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    report = json.loads(path.read_text())
    assert report["bookings"] == len(outcome.out.splitlines())
    assert sum(report["by_status"].values()) == report["bookings"]
    assert (report["path"], report["complete"], report["doubts"], report["refused"]) == (None, True, [], 0)
    assert len(report["digest"]) == 32
    assert [p.name for p in tmp_path.iterdir()] == ["report.json"]


def test_a_failed_export_leaves_the_last_report(run: Run, server: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("of yesterday")
    server.fail_next(status=403, count=100)
    assert run("bookings", "export", "--to", "a.jsonl", "--report", "report.json").code == 1
    assert (tmp_path / "report.json").read_text() == "of yesterday"
