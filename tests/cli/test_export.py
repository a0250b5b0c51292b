"""`bookings export`: the file, the report, and what an interruption leaves."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import signal
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from calcom_async import AsyncCalCom
from calcom_async.cli.progress import drawn, progress_words, summary
from calcom_async.cli.session import Options, Session
from calcom_async.export import ExportProgress, ExportReport
from calcom_async.sandbox import Sandbox

from .conftest import Run, accounts


def uids(path: Path) -> list[str]:
    return [json.loads(line)["uid"] for line in path.read_text().splitlines()]


def report(**changes: object) -> ExportReport:
    values: dict[str, object] = {
        "path": "b.jsonl", "bookings": 12_345, "complete": True, "doubts": (), "by_status": {"accepted": 12_345},
        "frozen_at": datetime(2026, 12, 1, 9, tzinfo=UTC), "windows": 3, "requests": 52, "retries": 0, "refused": 0, "resumed": 0, "digest": "0",
        "waited": 0.0, "duplicates": 0, "malformed": 0, "longest_tie": 0, "seconds": 3.21,
    }  # fmt: skip
    return ExportReport(**{**values, **changes})  # type: ignore[arg-type] # a table of values


def test_every_booking_once(run: Run, server: Sandbox, tmp_path: Path) -> None:
    outcome = run("bookings", "export", "--to", "out.jsonl")
    assert outcome.code == 0
    assert outcome.out == ""
    assert sorted(uids(tmp_path / "out.jsonl")) == sorted(server.booking_uids("owner"))
    lines = outcome.err.splitlines()
    assert lines[0].startswith("300 bookings in out.jsonl: ")
    assert lines[1].startswith("By status: ")
    assert lines[-1].startswith("Complete: all that existed at ")
    assert "\x1b" not in outcome.err, "no progress bar where no terminal is"


def test_the_report_as_json(run: Run, server: Sandbox) -> None:
    outcome = run("bookings", "export", "--to", "out.jsonl", "--json")
    assert outcome.code == 0
    assert outcome.err == ""
    assert outcome.json["bookings"] == 300
    assert outcome.json["complete"] is True
    assert outcome.json["path"] == "out.jsonl"
    assert sum(outcome.json["by_status"].values()) == 300


def test_filters_and_csv(run: Run, server: Sandbox, tmp_path: Path) -> None:
    outcome = run("bookings", "export", "--to", "out.csv", "--status", "cancelled", "--event-type", "20002")
    assert outcome.code == 0
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    listed = run("bookings", "list", "--status", "cancelled", "--event-type", "20002", "--json").json
    assert sorted(row["uid"] for row in rows) == sorted(booking["uid"] for booking in listed)
    assert {row["eventTypeId"] for row in rows} == {"20002"}


def test_a_team_and_a_range_of_creation(run: Run, server: Sandbox, tmp_path: Path) -> None:
    every = [json.loads(line) for line in run("bookings", "export", "--to", "-").out.splitlines()]
    assert len(every) == 300
    middle = sorted(booking["createdAt"] for booking in every)[150]
    run("bookings", "export", "--to", "late.jsonl", "--created-after", middle)
    assert sorted(uids(tmp_path / "late.jsonl")) == sorted(b["uid"] for b in every if b["createdAt"] >= middle)
    run("bookings", "export", "--to", "team.jsonl", "--team", "501")
    team = sorted(booking["uid"] for booking in every if booking["eventTypeId"] in {20008, 20009})
    assert team
    assert set(team) <= set(uids(tmp_path / "team.jsonl")) < {booking["uid"] for booking in every}


def test_to_standard_output(run: Run, server: Sandbox) -> None:
    outcome = run("bookings", "export", "--to", "-")
    assert sorted(json.loads(line)["uid"] for line in outcome.out.splitlines()) == sorted(server.booking_uids("owner"))
    assert outcome.err.startswith("300 bookings in standard output: ")


def test_the_first_command_of_the_readme(start: Callable[..., subprocess.Popen[str]], tmp_path: Path) -> None:
    process = start("bookings", "export", "--sandbox", "--to", "bookings.jsonl")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, "")
    assert len(set(uids(tmp_path / "bookings.jsonl"))) == 10_000
    assert [path.name for path in tmp_path.iterdir()] == ["bookings.jsonl"]
    assert err.splitlines()[:1] == ["Starting a local Cal.com with 10,000 bookings …"]
    assert "10,000 bookings in bookings.jsonl: " in err
    assert "held back" not in err, "the limit of 120 requests a minute is not reached"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--to", "out.xml"), "the format"),
        (("--to", "missing/out.jsonl"), "does not exist"),
        (("--to", "out.jsonl", "--concurrency", "65"), "Invalid value for '--concurrency'"),
        (
            ("--to", "out.jsonl", "--created-after", "2026-02-01", "--created-before", "2026-01-01"),
            "no booking can match",
        ),
    ],
)
def test_what_can_not_be_is_usage(run: Run, server: Sandbox, arguments: tuple[str, ...], message: str) -> None:
    outcome = run("bookings", "export", *arguments)
    assert outcome.code == 2
    assert message in outcome.err
    assert len(outcome.err.splitlines()) == 2


def test_a_failure_leaves_what_was_there(run: Run, server: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_text("of yesterday\n")
    server.fail_next(status=403, count=100, body={"error": {"message": "no"}})
    outcome = run("bookings", "export", "--to", "out.jsonl")
    assert outcome.code == 1
    what, advice = outcome.err.splitlines()
    assert what.startswith(
        "error: the export to out.jsonl stopped after 0 bookings: 403 no [GET /bookings] request id "
    )
    assert "calcom-async me" in advice
    assert advice.endswith("; then run the same command again")
    assert (tmp_path / "out.jsonl").read_text() == "of yesterday\n"
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_export_leaves_no_half_file_and_goes_on(
    start: Callable[..., subprocess.Popen[str]], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    number: signal.Signals, code: int,
) -> None:  # fmt: skip
    with Sandbox(bookings=3000, rate_limit=None, latency=0.3) as server:
        process = start(
            "bookings", "export", "--to", "out.jsonl", "--concurrency", "2",
            CALCOM_BASE_URL=server.url, CALCOM_API_KEY=server.api_key,
        )  # fmt: skip
        deadline = time.monotonic() + 20
        while len(server.requests) < 6:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out) == (code, "")
        assert err.splitlines() == [
            "error: interrupted: the export is not complete, and out.jsonl was not touched",
            "   do: run the same command again: it goes on where it stopped (--restart begins anew)",
        ]
        assert sorted(path.name for path in tmp_path.iterdir()) == [".out.jsonl.journal", ".out.jsonl.partial"]
        monkeypatch.setenv("CALCOM_BASE_URL", server.url)
        monkeypatch.setenv("CALCOM_API_KEY", server.api_key)
        other = run("bookings", "export", "--to", "out.jsonl", "--status", "past")
        assert other.code == 1
        assert other.err.splitlines()[1].endswith("or --restart to drop it")
        again = run("bookings", "export", "--to", "out.jsonl")
        assert again.code == 0
        assert again.err.splitlines()[0].endswith(", in 2 runs.")
        assert sorted(uids(tmp_path / "out.jsonl")) == sorted(server.booking_uids("owner"))


def test_restart_drops_what_was_unfinished(run: Run, server: Sandbox, tmp_path: Path) -> None:
    def unfinished() -> None:
        (tmp_path / ".out.jsonl.partial").write_text("")
        (tmp_path / ".out.jsonl.journal").write_text("of something else")

    unfinished()
    refused = run("bookings", "export", "--to", "out.jsonl")
    assert refused.code == 1
    assert refused.err.splitlines()[1] == "   do: delete it, or pass --restart"
    assert run("bookings", "export", "--to", "out.jsonl", "--restart").code == 0
    assert len(uids(tmp_path / "out.jsonl")) == 300
    unfinished()
    assert run("bookings", "export", "--to", "out.jsonl", "--sandbox", "--bookings", "20").code == 0
    assert len(uids(tmp_path / "out.jsonl")) == 20
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]


def test_the_bar_says_what_it_waits_for(server: Sandbox) -> None:
    stream = io.StringIO()
    terminal = Console(file=stream, force_terminal=True, width=120, legacy_windows=False)

    async def export(session: Session) -> None:
        async with session.client() as cal:
            with drawn(session, [cal]) as draw:
                assert draw is not None
                await asyncio.sleep(0.15)
                draw(ExportProgress(bookings=300, share=0.5, rate=9.0, requests=3, seconds=1.0, waiting=0.0))
                cal.limiter._blocked_until = cal.limiter._clock() + 30
                await asyncio.sleep(0.3)

    session = Session(options=Options(), out=terminal, err=terminal)
    asyncio.run(export(session))
    assert "first page …" in stream.getvalue()
    assert "300 bookings, 9/s, waiting 30 s for the rate limit" in stream.getvalue()
    quiet = Session(options=Options(as_json=True), out=terminal, err=terminal)
    with drawn(quiet, [AsyncCalCom("cal_x")]) as nothing:
        assert nothing is None


def test_the_summary_in_words() -> None:
    assert [line for line, _ in summary(report())] == [
        "12,345 bookings in b.jsonl: 52 requests, 3.2 s.",
        "By status: 12,345 accepted.",
        "Complete: all that existed at 2026-12-01 09:00:00 UTC, each once.",
    ]
    lines = [
        line for line, _ in summary(report(waited=61.0, retries=2, malformed=1, complete=False, doubts=("a tie",)))
    ]
    assert lines[0].endswith(", held back by the rate limit, 2 tried again.")
    assert lines[2].startswith("1 have no uid")
    assert lines[3:] == ["NOT PROVEN COMPLETE: a tie.", "Run it again later; the bookings that came are in the file."]
    since = datetime(2026, 12, 1, 8, 54, 59, tzinfo=UTC)
    updated = report(since=since, bookings=1, by_status={"cancelled": 1})
    assert [line for line, _ in summary(updated)] == [
        "1 booking new or changed since 2026-12-01 08:54:59 UTC, in b.jsonl: 52 requests, 3.2 s.",
        "By status: 1 cancelled.",
        "Up to date: all that was made or changed by 2026-12-01 09:00:00 UTC is in it.",
    ]
    doubtful = summary(report(since=since, complete=False, doubts=("a tie",)))
    assert doubtful[-1][0] == "Run it again later; the bookings that came are in the file."


def test_what_is_not_proven_complete_ends_with_1(
    run: Run, server: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def doubtful(*_: object, **__: object) -> ExportReport:
        return report(complete=False, doubts=("500 bookings share one creation time",))

    monkeypatch.setattr("calcom_async.export.export_bookings", doubtful)
    monkeypatch.setattr("calcom_async.export.export_accounts", doubtful)
    monkeypatch.setattr("calcom_async.export.update_export", doubtful)
    accounts(tmp_path, server, work="owner", home="member")
    for more in ((), ("--incremental",), ("--account", "work", "--account", "home")):
        outcome = run("bookings", "export", "--to", "b.jsonl", *more)
        assert outcome.code == 1
        assert "NOT PROVEN COMPLETE: 500 bookings share one creation time." in outcome.err


def test_progress_in_words() -> None:
    progress = ExportProgress(bookings=2500, share=0.25, rate=1234.5, requests=12, seconds=2.0, waiting=0.0)
    assert progress_words(progress, 0.0) == "2,500 bookings, 1,234/s"
    assert progress_words(progress, 41.3) == "2,500 bookings, 1,234/s, waiting 41 s for the rate limit"
