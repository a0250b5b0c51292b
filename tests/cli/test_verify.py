"""`bookings verify`: the same, different, or not to be compared; told by words, by uids and by the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from calcom_async.sandbox import Sandbox

from .conftest import Run, accounts


def lines(path: Path, uids: list[str]) -> None:
    path.write_text("".join(f'{{"uid": "{uid}"}}\n' for uid in uids))


def test_two_formats_of_one_export(run: Run, server: Sandbox) -> None:
    run("bookings", "export", "--to", "a.jsonl.gz")
    run("bookings", "export", "--to", "b.sqlite")
    outcome = run("bookings", "verify", "a.jsonl.gz", "--against", "b.sqlite")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == "a.jsonl.gz and b.sqlite hold the same 300 bookings.\n"


def test_what_is_missing_is_counted_and_named(run: Run, tmp_path: Path) -> None:
    lines(tmp_path / "a.jsonl", [f"uid{n:03}" for n in range(50)])
    lines(tmp_path / "b.jsonl", [f"uid{n:03}" for n in range(25, 51)])
    outcome = run("bookings", "verify", "a.jsonl", "--against", "b.jsonl")
    assert (outcome.code, outcome.err) == (1, "")
    assert outcome.out.splitlines() == [
        "a.jsonl holds 50 bookings, b.jsonl 26; 25 are in both.",
        "Only in a.jsonl: 25",
        *(f"  uid{n:03}" for n in range(20)),
        "  and 5 more",
        "Only in b.jsonl: 1",
        "  uid050",
    ]
    as_json = run("bookings", "verify", "a.jsonl", "--against", "b.jsonl", "--json")
    assert (as_json.code, as_json.err) == (1, "")
    assert as_json.json == {
        "same": False, "left": 50, "right": 26, "only_left": 25, "only_right": 1,
        "examples_left": [f"uid{n:03}" for n in range(20)], "examples_right": ["uid050"],
    }  # fmt: skip


def test_with_the_account(run: Run, server: Sandbox, tmp_path: Path) -> None:
    run("bookings", "export", "--to", "a.csv", "--report", "report.json")
    outcome = run("bookings", "verify", "a.csv", "--against", "account")
    assert (outcome.code, outcome.out) == (0, "a.csv and the account hold the same 300 bookings.\n")
    server.clock.advance(seconds=3600)
    created = run(
        "bookings", "create", "owner/30min", "--start", "2027-03-02T09:00:00Z", "--name", "Ada",
        "--email", "ada@example.com", "--json",
    ).json["uid"]  # fmt: skip
    grown = run("bookings", "verify", "a.csv", "--against", "account")
    assert grown.code == 1
    assert grown.out.splitlines() == [
        "a.csv holds 300 bookings, the account 301; 300 are in both.", "Only in the account: 1", f"  {created}",
    ]  # fmt: skip
    assert grown.err == "Were they made after the export? --created-before leaves later ones out.\n"
    frozen = json.loads((tmp_path / "report.json").read_text())["frozen_at"]
    assert run("bookings", "verify", "a.csv", "--against", "account", "--created-before", frozen).code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "report.json"]


def test_like_is_compared_with_like(run: Run, server: Sandbox) -> None:
    run("bookings", "export", "--to", "past.jsonl", "--status", "past", "--event-type", "20002")
    same = run("bookings", "verify", "past.jsonl", "--against", "account", "--status", "past", "--event-type", "20002")
    assert same.code == 0
    other = run("bookings", "verify", "past.jsonl", "--against", "account")
    assert other.code == 1
    assert other.out.splitlines()[1].startswith("Only in the account: ")


def test_with_an_account_by_name(run: Run, server: Sandbox, tmp_path: Path) -> None:
    accounts(tmp_path, server, home="member")
    run("bookings", "export", "--to", "mine.jsonl")
    run("bookings", "export", "--to", "home.jsonl", "--account", "home")
    assert run("bookings", "verify", "home.jsonl", "--against", "account", "--account", "home").code == 0
    assert run("bookings", "verify", "mine.jsonl", "--against", "account", "--account", "home").code == 1


def test_a_file_called_account_is_named_by_its_path(run: Run, server: Sandbox, tmp_path: Path) -> None:
    run("bookings", "export", "--to", "a.jsonl")
    before = len(server.requests)
    outcome = run("bookings", "verify", "a.jsonl", "--against", "./account")
    assert outcome.code == 2
    assert "account is not there" in outcome.err
    assert len(server.requests) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a.jsonl", "--against", "missing.jsonl"), "missing.jsonl is not there"),
        (("a.jsonl", "--against", "odd.sqlite"), "odd.sqlite is no export of bookings"),
        (("a.jsonl", "--against", "a.ics"), "does not hold the uids of bookings"),
        (("a.jsonl", "--against", "a.jsonl", "--status", "past"), "two files are compared as they are"),
        (("a.jsonl", "--against", "a.jsonl", "--sandbox"), "two files are compared as they are"),
        (("a.jsonl", "--against", "a.jsonl", "--account", "work"), "two files are compared as they are"),
        (("a.jsonl",), "Missing option '--against'"),
        (("a.jsonl", "--against", "account", "--account", "work"), "there is no accounts file"),
    ],
)
def test_what_can_not_be_compared_is_2(run: Run, tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    lines(tmp_path / "a.jsonl", ["uid"])
    (tmp_path / "odd.sqlite").write_text("none")
    (tmp_path / "a.ics").write_text("")
    outcome = run("bookings", "verify", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    what, advice = outcome.err.splitlines()
    assert message in what
    assert advice.startswith("   do: ")


def test_an_account_that_can_not_be_read_is_2_and_never_different(run: Run, server: Sandbox, tmp_path: Path) -> None:
    lines(tmp_path / "a.jsonl", ["uid"])
    server.fail_next(status=403, count=100, body={"error": {"message": "no"}})
    outcome = run("bookings", "verify", "a.jsonl", "--against", "account", "--json")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.error["type"] == "ExportError"
    assert "403 no [GET /" in outcome.error["message"]


def test_uids_from_a_file_do_not_steer_the_terminal(run: Run, tmp_path: Path) -> None:
    lines(tmp_path / "a.jsonl", ["\\u001b[31mred"])
    lines(tmp_path / "b.jsonl", [])
    outcome = run("bookings", "verify", "a.jsonl", "--against", "b.jsonl")
    assert outcome.code == 1
    assert "\x1b" not in outcome.out
