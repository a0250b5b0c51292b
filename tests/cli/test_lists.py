"""`me`, `request`, `slots`, `event-types`, `schedules`, `teams` and `webhooks`."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from calcom_async.sandbox import Sandbox

from .conftest import Run


@pytest.fixture
def winter(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A Cal.com on a day in winter, whatever the day is."""
    with Sandbox(now="2026-12-01T00:00:00Z", rate_limit=None) as sandbox:
        monkeypatch.setenv("CALCOM_BASE_URL", sandbox.url)
        monkeypatch.setenv("CALCOM_API_KEY", sandbox.api_key)
        yield sandbox


def test_me(run: Run, server: Sandbox) -> None:
    assert run("me").out.splitlines()[:4] == [
        "Id                1001", "Username          owner", "Name              Owner Example",
        "E-mail            owner@example.com",
    ]  # fmt: skip
    assert run("me", "--json").json["username"] == "owner"


def test_a_key_that_may_not_read_the_profile_still_lists(run: Run, server: Sandbox) -> None:
    server.fail_next(status=403, path="/me", body={"error": {"message": "no scope"}})
    outcome = run("bookings", "list", "--limit", "1")
    assert outcome.code == 0
    assert "times in UTC." in outcome.err


def test_request_shows_the_answer_as_it_is(run: Run, server: Sandbox) -> None:
    outcome = run("request", "get", "bookings", "--param", "take=2", "--param", "skip=1", "--api-version", "2024-08-13")
    assert outcome.code == 0
    assert len(outcome.json["data"]) == 2
    assert outcome.json["pagination"]["totalItems"] == 300
    seen = server.requests[-1]
    assert seen.headers["cal-api-version"] == "2024-08-13"
    assert seen.query == {"take": ["2"], "skip": ["1"]}


def test_request_repeats_a_parameter(run: Run, server: Sandbox) -> None:
    run("request", "GET", "/v2/me", "--param", "a=1", "--param", "a=2=3")
    assert server.requests[-1].query == {"a": ["1", "2=3"]}
    assert "cal-api-version" not in server.requests[-1].headers


@pytest.mark.parametrize("how", ["text", "file", "stdin"])
def test_request_with_a_body(
    run: Run, server: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    text = '{"timeZone": "Europe/Rome"}'
    (tmp_path / "body.json").write_text(text)
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    given = {"text": text, "file": "@body.json", "stdin": "-"}[how]
    outcome = run("request", "PATCH", "me", "--json-body", given)
    assert outcome.code == 0, outcome.err
    assert server.requests[-1].body == {"timeZone": "Europe/Rome"}
    assert outcome.json["data"]["timeZone"] == "Europe/Rome"


def test_request_with_a_body_file_that_can_not_be_read(run: Run, server: Sandbox, tmp_path: Path) -> None:
    outcome = run("request", "PATCH", "me", "--json-body", "@nothing.json")
    assert outcome.code == 2
    assert outcome.err.splitlines()[0] == ("error: --json-body: nothing.json can't be read: No such file or directory")
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe{}")
    outcome = run("request", "PATCH", "me", "--json-body", "@binary.json")
    assert outcome.code == 2
    assert outcome.err.splitlines()[0].endswith("binary.json can't be read: it is no UTF-8 text")


def test_slots_need_no_key(run: Run, server: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CALCOM_API_KEY")
    outcome = run("slots", "owner/30min")
    assert outcome.code == 0, outcome.err
    lines = outcome.out.splitlines()
    assert lines[0].split() == ["Day", "Free", "Times"]
    assert 1 <= len(lines) - 1 <= 7
    _day, _date, free, *times = lines[1].split()
    assert len(times) == int(free)
    assert outcome.err == "Times in UTC.\n"


def test_slots_in_a_zone_by_id(run: Run, winter: Sandbox) -> None:
    outcome = run("slots", "20002", "--start", "2026-12-07", "--end", "2026-12-07", "--time-zone", "America/New_York")
    assert outcome.out.splitlines()[1].startswith("Mon 2026-12-07  16    04:00 04:30 ")
    query = winter.requests[-1].query
    assert (query["eventTypeId"], query["start"], query["timeZone"]) == (
        ["20002"],
        ["2026-12-07"],
        ["America/New_York"],
    )
    wire = run("slots", "20002", "--start", "2026-12-07", "--end", "2026-12-07", "--json").json
    assert list(wire) == ["2026-12-07"]
    assert len(wire["2026-12-07"]) == 16


def test_slots_of_a_team_and_of_a_week_by_default(run: Run, winter: Sandbox) -> None:
    outcome = run("slots", "team/example-team/team-collective", "--start", "2026-12-05")
    assert outcome.code == 0, outcome.err
    query = winter.requests[-1].query
    assert (query["teamSlug"], query["eventTypeSlug"]) == (["example-team"], ["team-collective"])
    assert (query["start"], query["end"]) == (["2026-12-05"], ["2026-12-11"])


def test_no_slots(run: Run, winter: Sandbox) -> None:
    outcome = run("slots", "20002", "--start", "2026-12-05", "--end", "2026-12-06")
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == "No free slots from 2026-12-05 to 2026-12-06.\n"


def test_event_types(run: Run, server: Sandbox) -> None:
    lines = run("event-types", "list").out.splitlines()
    assert lines[0].split() == ["Id", "Length", "Slug", "Title", "Hidden"]
    assert "20004  15/30/60 min  variable  Variable" in lines
    assert {one["id"] for one in run("event-types", "list", "--username", "outsider", "--json").json} == {20011}
    assert run("event-types", "get", "20001", "--json").json["slug"] == "15min"
    assert "Length       15/30/60 min\n" in run("event-types", "get", "20004").out


def test_schedules(run: Run, server: Sandbox) -> None:
    outcome = run("schedules", "list")
    assert outcome.out.splitlines()[1] == (
        "3001  Working hours  Europe/London  yes      Mon Tue Wed Thu Fri 09:00-17:00"
    )
    assert outcome.err == "1 schedule.\n"


def test_teams(run: Run, server: Sandbox) -> None:
    outcome = run("teams", "list")
    assert outcome.code == 0, outcome.err
    assert outcome.out.splitlines()[1].startswith("501  Example Team  example-team")
    assert [team["id"] for team in run("teams", "list", "--json").json] == [501]


def test_webhooks_from_first_to_last(run: Run, server: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("s3cret\n")
    made = run(
        "webhooks", "create", "https://example.com/hook", "--trigger", "booking_created", "--trigger",
        "BOOKING_CANCELLED", "--secret-file", "secret.txt",
    )  # fmt: skip
    assert made.code == 0, made.err
    assert made.err == "Made.\n"
    assert "s3cret" not in made.out
    (webhook,) = run("webhooks", "list", "--json").json
    assert (webhook["subscriberUrl"], webhook["active"], webhook["secret"]) == (
        "https://example.com/hook",
        True,
        "s3cret",
    )
    assert sorted(webhook["triggers"]) == ["BOOKING_CANCELLED", "BOOKING_CREATED"]
    shown = run("webhooks", "list").out
    assert "s3cret" not in shown
    assert "https://example.com/hook" in shown
    gone = run("webhooks", "delete", str(webhook["id"]), "--json")
    assert gone.json["id"] == webhook["id"]
    assert run("webhooks", "list").err == "No webhooks.\n"


def test_a_webhook_without_a_secret(run: Run, server: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    made = run("webhooks", "create", "https://example.com/x", "--trigger", "BOOKING_CREATED", "--inactive")
    assert made.err == "Made; its deliveries are not signed (see --secret-file).\n"
    assert run("webhooks", "list", "--json").json[0]["active"] is False
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    empty = run("webhooks", "create", "https://example.com/y", "--trigger", "BOOKING_CREATED", "--secret-file", "-")
    assert empty.code == 2
    assert "it is empty" in empty.err
