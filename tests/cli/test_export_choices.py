"""What makes no sense together is refused before anything is sent, and before anything is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from calcom_async.cli.export_choices import ApiVersion
from calcom_async.export.bookings import OFFSET_VERSIONS
from calcom_async.export.cursor_walk import CURSOR_VERSION
from calcom_async.sandbox import Sandbox

from .conftest import Run

UPDATE = ("--to", "a.jsonl", "--incremental")


@pytest.mark.parametrize(
    ("arguments", "message", "advice"),
    [
        (("--to", "a.jsonl", "--report", "-"), "--report: stdout is for data", "--json instead"),
        (("--to", "a.jsonl", "--report", "./a.jsonl"), "--report and --to name the same file", "a name of its own"),
        (("--to", "a.jsonl", "--report", "no/r.json"), "the folder no does not exist", "make it first"),
        (("--to", "a.jsonl", "--full"), "--full belongs to --incremental", "leave it out"),
        (("--to", "a.jsonl", "--account", "a", "--account", "a"), "names the same account twice", "each account once"),
        (
            ("--to", "a.jsonl", "--account", "a", "--account", "b", "--base-url", "http://127.0.0.1:1/v2"),
            "--base-url is one server", "accounts.toml",
        ),
        (("--to", "a.ics", "--account", "a", "--account", "b"), "an .ics file holds each booking once", ".sqlite"),
        (("--to", "a", "--format", "ics", "--account", "a", "--account", "b"), "an .ics file holds each", ".parquet"),
        (("--to", "a.jsonl", "--account", "a", "--account", "b", "--sandbox"), "--sandbox brings", "leave --base-url"),
        (("--to", "a.jsonl", "--api-version", "2024-04-15"), "is not one of '2024-08-13'", "--help"),
        (
            ("--to", "a.jsonl", "--api-version", "2026-05-01", "--team", "501"),
            "a team's bookings are not listed by cursor", "leave --api-version or --team out",
        ),
        (("--to", "a.jsonl", "--organization", "acme"), "Invalid value for '--organization'", "--help"),
        (("--to", "-", "--incremental"), "stdout is none", "ending in .jsonl"),
        (("--to", "a.csv", "--incremental"), "--incremental can't keep a .csv file up to date", ".parquet"),
        (("--to", "a.ics", "--incremental"), "--incremental can't keep a .ics file up to date", ".parquet"),
        (("--to", "a.xml", "--incremental"), "the format of 'a.xml' is not known", "say it with --format"),
        (("--to", "a", "--incremental", "--format", "csv"), "--incremental goes by what FILE ends in", "leave --format"),
        ((*UPDATE, "--created-after", "2026-01-01"), "--incremental goes by the times", "leave --created-…"),
        ((*UPDATE, "--created-before", "2026-01-01"), "--incremental goes by the times", "leave --created-…"),
        ((*UPDATE, "--updated-after", "2026-01-01"), "--incremental goes by the times", "leave --created-…"),
        ((*UPDATE, "--updated-before", "2026-01-01"), "--incremental goes by the times", "leave --created-…"),
        ((*UPDATE, "--account", "a", "--account", "b"), "of one account up to date", "a file of its own"),
        ((*UPDATE, "--api-version", "2026-05-01"), "always asks in version 2024-08-13", "leave --api-version out"),
        ((*UPDATE, "--restart"), "--restart is for exports that are not kept up to date", "use --full"),
    ],
)  # fmt: skip
def test_it_is_refused_in_two_lines(
    run: Run, server: Sandbox, tmp_path: Path, arguments: tuple[str, ...], message: str, advice: str
) -> None:
    outcome = run("bookings", "export", *arguments)
    assert outcome.code == 2
    what, do = outcome.err.splitlines()
    assert what.startswith("error: ")
    assert message in what
    assert advice in do
    assert not server.requests
    assert not list(tmp_path.iterdir())


def test_the_versions_are_those_of_the_export() -> None:
    assert tuple(ApiVersion) == (*OFFSET_VERSIONS, CURSOR_VERSION)


@pytest.mark.parametrize("version", list(ApiVersion))
def test_each_version_brings_every_booking(run: Run, server: Sandbox, tmp_path: Path, version: ApiVersion) -> None:
    outcome = run("bookings", "export", "--to", "a.jsonl", "--api-version", version, "--json")
    assert (outcome.code, outcome.json["bookings"]) == (0, 300)
    versions = {r.headers.get("cal-api-version") for r in server.requests if r.path.endswith("/bookings")}
    assert versions == {version.value}
    by_cursor = any("limit" in request.query for request in server.requests)
    assert by_cursor is (version == ApiVersion.BY_CURSOR)


def test_the_lists_of_organizations_and_of_their_teams(run: Run, server: Sandbox) -> None:
    """The owner is in no organization; what is asked for, and what is told, can be seen all the same."""
    for team, path in (((), "organizations/9/bookings"), (("--team", "7"), "organizations/9/teams/7/bookings")):
        outcome = run("bookings", "export", "--to", "a.jsonl", "--organization", "9", *team)
        assert outcome.code == 1
        assert server.requests[-1].path.endswith(path)
        assert "after 0 bookings: 403 " in outcome.err
