"""`event-types export`, `schedules export` and `teams export`."""

from __future__ import annotations

import csv
import json
import stat
from pathlib import Path

import pytest

from calcom_async.sandbox import Sandbox

from .conftest import Run

KINDS = {"event-types": "7 event types", "schedules": "1 schedule", "teams": "1 team"}


@pytest.mark.parametrize(("kind", "counted"), KINDS.items())
def test_all_of_them_as_the_list_has_them(run: Run, server: Sandbox, tmp_path: Path, kind: str, counted: str) -> None:
    outcome = run(kind, "export", "--to", "all.jsonl")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", f"{counted} in all.jsonl.\n")
    path = tmp_path / "all.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert rows == run("request", "GET", kind, "--api-version", _version(kind)).json["data"]
    to_stdout = run(kind, "export", "--to", "-")
    assert to_stdout.out == path.read_text()
    assert to_stdout.err == f"{counted} in standard output.\n"


def _version(kind: str) -> str:
    return {"event-types": "2024-06-14", "schedules": "2024-06-11"}.get(kind, "2024-08-13")


def test_the_report_as_json(run: Run, server: Sandbox) -> None:
    outcome = run("teams", "export", "--to", "all.csv", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.json == {"path": "all.csv", "kind": "teams", "records": 1}


def test_those_of_a_team(run: Run, server: Sandbox, tmp_path: Path) -> None:
    assert run("event-types", "export", "--to", "team.csv", "--team", "501").err == "2 event types in team.csv.\n"
    with (tmp_path / "team.csv").open(newline="") as file:
        assert {row["id"] for row in csv.DictReader(file)} == {"20008", "20009"}
    assert run("schedules", "export", "--to", "team.jsonl", "--team", "501").code == 0
    assert server.requests[-1].path.endswith("/teams/501/schedules")


def test_cells_that_a_spreadsheet_would_run(run: Run, server: Sandbox, tmp_path: Path) -> None:
    run("request", "PATCH", "event-types/20002", "--api-version", "2024-06-14", "--json-body", '{"title": "=1+1"}')
    titles = []
    for more in ((), ("--raw-cells",)):
        assert run("event-types", "export", "--to", "x", "--format", "csv", *more).code == 0
        with (tmp_path / "x").open(newline="") as file:
            titles.append({row["id"]: row["title"] for row in csv.DictReader(file)}["20002"])
    assert titles == ["'=1+1", "=1+1"]


def test_without_an_account(run: Run, tmp_path: Path) -> None:
    outcome = run("event-types", "export", "--to", "all.sqlite", "--sandbox")
    assert outcome.code == 0
    assert outcome.err.splitlines()[-1] == "7 event types in all.sqlite."


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("teams", "export", "--to", "a.ics"), "an .ics file holds bookings only"),
        (("teams", "export", "--to", "no/a.csv"), "the folder no does not exist"),
        (("teams", "export", "--to", "a.csv", "--team", "501"), "No such option"),
        (("event-types", "export", "--to", "-", "--json"), "--to - writes the event types to stdout"),
        (("schedules", "export"), "Missing option '--to'"),
    ],
)
def test_what_can_not_be_is_usage(run: Run, server: Sandbox, arguments: tuple[str, ...], message: str) -> None:
    outcome = run(*arguments)
    assert outcome.code == 2
    assert message in outcome.out + outcome.err
    assert not server.requests


def test_a_refusal_leaves_what_was_there(run: Run, server: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "all.csv").write_text("of yesterday")
    server.fail_next(status=403, body={"error": {"message": "no"}})
    outcome = run("schedules", "export", "--to", "all.csv")
    assert outcome.code == 1
    what, advice = outcome.err.splitlines()
    assert what.startswith("error: the export of schedules failed: 403 no [GET /schedules] request id ")
    assert advice.endswith("; then run the same command again")
    assert (tmp_path / "all.csv").read_text() == "of yesterday"
