"""`calcom-async doctor`: what it finds, and what it says to do."""

from __future__ import annotations

import json
import time
from email.utils import formatdate

import pytest

from calcom_async.cli.doctor import clock_check, rate_limit_check, version_check
from calcom_async.core.request import Response
from calcom_async.errors import ApiVersionError, PermissionDeniedError
from calcom_async.sandbox import RateLimit, Sandbox

from .conftest import Outcome, Run


def verdicts(outcome: Outcome) -> dict[str, str]:
    return {check["name"]: check["verdict"] for check in outcome.json["checks"]}


def advice(outcome: Outcome, name: str) -> str:
    return next(check["advice"] for check in outcome.json["checks"] if check["name"] == name)


def test_all_is_well(run: Run, server: Sandbox) -> None:
    outcome = run("doctor", "--json")
    assert outcome.code == 0
    assert outcome.json["ok"] is True
    assert verdicts(outcome) == {
        "program": "ok", "key": "ok", "base URL": "ok", "connection": "ok", "account": "ok", "clock": "ok",
        "bookings": "ok", "event-types": "ok", "schedules": "ok", "rate limit": "ok",
    }  # fmt: skip
    assert server.api_key not in outcome.out
    assert "owner@example.com" not in outcome.out
    assert "Owner" not in outcome.out


def test_for_people(run: Run, server: Sandbox) -> None:
    outcome = run("doctor")
    lines = outcome.out.splitlines()
    assert lines[0].startswith("ok       program      calcom-async ")
    assert lines[1] == f"ok       key          from CALCOM_API_KEY, {len(server.api_key)} characters"
    assert lines[2] == f"ok       base URL     {server.url} from CALCOM_BASE_URL: a server of its own"
    assert lines[-1] == "All is well."


def test_on_a_sandbox(run: Run) -> None:
    outcome = run("doctor", "--sandbox")
    assert outcome.code == 0
    assert " of 120 requests left for " in outcome.out


def test_no_key(run: Run) -> None:
    outcome = run("doctor")
    assert outcome.code == 1
    assert "FAILED   key          there is no API key" in outcome.out
    assert "→ export CALCOM_API_KEY=" in outcome.out
    assert "1 of 3 checks failed." in outcome.out


def test_wrong_key(run: Run, server: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALCOM_API_KEY", "cal_wrong")
    outcome = run("doctor", "--json")
    assert outcome.code == 1
    assert verdicts(outcome) == {
        "program": "ok", "key": "ok", "base URL": "ok", "connection": "ok", "account": "failed",
    }  # fmt: skip
    assert "CALCOM_API_KEY" in advice(outcome, "account")


def test_a_key_with_a_line_break(run: Run, server: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALCOM_API_KEY", "cal_a b")
    outcome = run("doctor", "--json")
    assert verdicts(outcome)["key"] == "failed"
    assert advice(outcome, "key") == "copy it again"


def test_wrong_url(run: Run, server: Sandbox) -> None:
    outcome = run("doctor", "--json", "--base-url", server.url.replace("/v2", "/other"))
    assert outcome.code == 1
    found = verdicts(outcome)
    assert found["base URL"] == "failed"
    assert [c["verdict"] for c in outcome.json["checks"] if c["name"] == "base URL"] == ["warning", "failed"]
    assert "https://api.cal.com/v2" in outcome.json["checks"][-1]["advice"]


def test_nobody_there(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALCOM_API_KEY", "cal_x")
    started = time.monotonic()
    outcome = run("doctor", "--json", "--base-url", "http://127.0.0.1:1/v2")
    assert verdicts(outcome)["connection"] == "failed"
    assert time.monotonic() - started < 30, "it does not try again and again"


def test_an_account_that_is_missing(run: Run) -> None:
    outcome = run("doctor", "--account", "work", "--json")
    assert outcome.code == 1
    assert "accounts add work" in advice(outcome, "key")


def test_a_clock_that_is_wrong(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox(now="2020-01-01T00:00:00Z", rate_limit=None) as past:
        monkeypatch.setenv("CALCOM_BASE_URL", past.url)
        monkeypatch.setenv("CALCOM_API_KEY", past.api_key)
        outcome = run("doctor", "--json")
    assert verdicts(outcome)["clock"] == "warning"
    assert "NTP" in advice(outcome, "clock")
    assert outcome.code == 0


def test_a_rate_limit_that_is_nearly_used_up(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox(rate_limit=RateLimit(limit=4)) as tight:
        monkeypatch.setenv("CALCOM_BASE_URL", tight.url)
        monkeypatch.setenv("CALCOM_API_KEY", tight.api_key)
        outcome = run("doctor", "--json")
    assert verdicts(outcome)["rate limit"] == "warning"


@pytest.mark.parametrize(
    ("status", "message", "path", "check", "verdict", "words"),
    [
        (429, "ThrottlerException", "/me", "rate limit", "failed", "wait"),
        (500, "broken", "/me", "connection", "failed", "quote the request id"),
        (404, "Cannot GET /v2/schedules", "/schedules", "schedules", "failed", "let the header"),
        (403, "no scope", "/event-types", "event-types", "warning", "give the key the scope"),
        (500, "broken", "/event-types", "event-types", "failed", "quote the request id"),
    ],
)
def test_what_the_server_refuses(
    run: Run, server: Sandbox, status: int, message: str, path: str, check: str, verdict: str, words: str
) -> None:
    server.fail_next(status=status, body={"error": {"message": message}}, count=5, path=path)
    outcome = run("doctor", "--json")
    assert verdicts(outcome)[check] == verdict
    assert words in advice(outcome, check)
    assert outcome.code == (1 if verdict == "failed" else 0)


def test_a_base_url_that_is_none(run: Run, server: Sandbox) -> None:
    outcome = run("doctor", "--json", "--base-url", "cal.example.com")
    assert outcome.code == 1
    assert verdicts(outcome)["base URL"] == "failed"


def answer(data: object) -> Response:
    return Response(status=200, headers={}, body=json.dumps({"status": "success", "data": data}).encode())


def test_a_header_that_gets_lost_on_the_way() -> None:
    old_form = answer({"bookings": [], "totalCount": 0})
    check = version_check("/bookings", "2024-08-13", old_form, None)
    assert (check.name, check.verdict) == ("bookings", "failed")
    assert check.advice is not None
    assert "cal-api-version" in check.advice
    assert version_check("/bookings", "2024-08-13", answer([]), None).verdict == "ok"


def test_a_version_that_the_server_does_not_know() -> None:
    unknown = ApiVersionError("Cannot GET /v2/bookings", status_code=404, versions=("2024-08-13",))
    assert version_check("/bookings", "2024-08-13", None, unknown).verdict == "failed"
    forbidden = PermissionDeniedError("no scope", status_code=403, method="GET", path="/bookings")
    assert version_check("/bookings", "2024-08-13", None, forbidden).verdict == "warning"


@pytest.mark.parametrize(
    ("off", "verdict", "words"),
    [
        (0, "ok", "agrees"),
        (-29, "ok", "agrees"),
        (95, "warning", "95 seconds ahead of"),
        (-1500, "warning", "25 minutes behind"),
        (7260, "warning", "2 hours ahead of"),
        (-200_000, "warning", "2 days behind"),
    ],
)
def test_clocks(off: int, verdict: str, words: str) -> None:
    check = clock_check({"date": formatdate(1_800_000_000, usegmt=True)}, 1_800_000_000 + off)
    assert check.verdict == verdict
    assert words in check.finding
    assert clock_check({}, 0).verdict == "skipped"


def test_rate_limits() -> None:
    headers = {f"x-ratelimit-{part}-{name}": str(value) for name, values in {"a": (120, 60, 30), "b": (5, 0, 12)}.items()
               for part, value in zip(("limit", "remaining", "reset"), values, strict=True)}  # fmt: skip
    check = rate_limit_check(headers, 0)
    assert (check.verdict, check.finding) == ("warning", "0 of 5 requests left for 12 s")
    assert rate_limit_check({}, 0).finding == "this server sends no rate limits"
