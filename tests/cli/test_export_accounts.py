"""`bookings export` of several accounts: each with its own key, in one file."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from calcom_async.sandbox import Sandbox

from .conftest import Run, accounts

BOTH = ("--account", "work", "--account", "home")


def test_each_row_says_whose_it_is(run: Run, server: Sandbox, tmp_path: Path) -> None:
    accounts(tmp_path, server, work="owner", home="member")
    outcome = run("bookings", "export", "--to", "all.csv", *BOTH, "--json")
    assert outcome.code == 0, outcome.err
    alone = {
        name: run("bookings", "export", "--to", "x.jsonl", "--account", name, "--json").json
        for name in ("work", "home")
    }
    with (tmp_path / "all.csv").open(newline="") as file:
        counted = Counter(row["account"] for row in csv.DictReader(file))
    assert counted == {name: report["bookings"] for name, report in alone.items() if report["bookings"]}
    assert counted["work"] == 300
    assert outcome.json["bookings"] == counted.total()
    lines = run("bookings", "export", "--to", "-", *BOTH).out.splitlines()
    assert Counter(json.loads(line)["account"] for line in lines) == counted


def test_two_servers_are_read_with_their_own_keys(run: Run, server: Sandbox, tmp_path: Path) -> None:
    with Sandbox(bookings=40, seed=9, rate_limit=None) as other:
        path = tmp_path / ".config" / "calcom-async" / "accounts.toml"
        accounts(tmp_path, server, work="owner")
        path.write_text(
            path.read_text() + f'[accounts.home]\napi_key = "{other.keys["member"]}"\nbase_url = "{other.url}"\n'
        )
        outcome = run(
            "bookings", "export", "--to", "all.jsonl", *BOTH, "--event-type", "20002", "--event-type", "20008"
        )
        assert outcome.code == 0, outcome.err
        assert outcome.err.splitlines()[-1].startswith("Complete: ")
        assert {key for request in other.requests for key in request.query} >= {"eventTypeIds"}
        assert server.keys["member"] not in str([r.headers for r in server.requests])
    rows = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text().splitlines()]
    assert {row["account"] for row in rows} >= {"work"}


def test_the_account_that_fails_is_named(run: Run, server: Sandbox, tmp_path: Path) -> None:
    accounts(tmp_path, server, work="owner", home="cal_nonsense")
    outcome = run("bookings", "export", "--to", "all.jsonl", *BOTH)
    assert outcome.code == 1
    what, advice = outcome.err.splitlines()
    assert "the API key is not accepted: 401" in what
    assert what.endswith(" (account home)")
    assert f"that it belongs to {server.url}; then run" in advice
    assert "nonsense" not in outcome.err


@pytest.mark.parametrize("name", ["nobody", "home"])
def test_an_account_that_is_not_there_is_told_before_anything_is_sent(
    run: Run, server: Sandbox, tmp_path: Path, name: str
) -> None:
    accounts(tmp_path, server, work="owner")
    outcome = run("bookings", "export", "--to", "all.jsonl", "--account", "work", "--account", name)
    assert outcome.code == 2
    assert outcome.err.splitlines() == [
        "error: ~/.config/calcom-async/accounts.toml has no account of this name",
        "   do: it has: default, work",
    ]
    assert not server.requests


def test_other_commands_take_one(run: Run, server: Sandbox, tmp_path: Path) -> None:
    accounts(tmp_path, server, work="owner", home="member")
    assert run("me", *BOTH, "--json").json["id"] == 1002, "the last one counts, as with any option"
