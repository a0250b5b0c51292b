"""`calcom-async doctor`: what it finds, and what it says to do."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from calcom_async.cli.doctor import clock_check, rate_limit_check, release_check, version_check
from calcom_async.cli.doctor_surroundings import certificate_finding, files_check, proxy_check
from calcom_async.core.request import Response
from calcom_async.errors import ApiVersionError, PermissionDeniedError
from calcom_async.sandbox import RateLimit, Sandbox

from .conftest import Outcome, Run, accounts

Serve = Callable[..., str]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Start a server on this machine that answers each path with a status and a body; gives its origin."""
    monkeypatch.setenv("CALCOM_API_KEY", "cal_x")
    servers: list[HTTPServer] = []

    def start(answer: Callable[[str], tuple[int, bytes]], tls: ssl.SSLContext | None = None) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = answer(self.path)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        class Server(HTTPServer):
            def handle_error(self, *_: object) -> None:
                pass  # such as handshakes that clients break off

        server = Server(("127.0.0.1", 0), Handler)
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        servers.append(server)
        return f"{'http' if tls is None else 'https'}://localhost:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def verdicts(outcome: Outcome) -> dict[str, str]:
    return {check["name"]: check["verdict"] for check in outcome.json["checks"]}


def advice(outcome: Outcome, name: str) -> str:
    return next(check["advice"] for check in outcome.json["checks"] if check["name"] == name)


def test_all_is_well(run: Run, server: Sandbox) -> None:
    outcome = run("doctor", "--json")
    assert outcome.code == 0
    assert outcome.json["ok"] is True
    assert verdicts(outcome) == {
        "program": "ok", "files": "ok", "key": "ok", "base URL": "ok", "proxy": "ok", "connection": "ok",
        "account": "ok", "clock": "ok", "bookings": "ok", "event-types": "ok", "schedules": "ok", "release": "ok",
        "rate limit": "ok",
    }  # fmt: skip
    assert server.api_key not in outcome.out
    assert "owner@example.com" not in outcome.out
    assert "Owner" not in outcome.out


def test_for_people(run: Run, server: Sandbox) -> None:
    outcome = run("doctor")
    lines = outcome.out.splitlines()
    assert lines[0].startswith("ok       program      calcom-async ")
    assert lines[1] == "ok       files        ~/.config/calcom-async is not there: no keys are kept in files"
    assert lines[2] == f"ok       key          from CALCOM_API_KEY, {len(server.api_key)} characters"
    assert lines[3] == f"ok       base URL     {server.url} from CALCOM_BASE_URL: a server of its own"
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
    assert "1 of 4 checks failed." in outcome.out


def test_wrong_key(run: Run, server: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALCOM_API_KEY", "cal_wrong")
    outcome = run("doctor", "--json")
    assert outcome.code == 1
    assert verdicts(outcome) == {
        "program": "ok", "files": "ok", "key": "ok", "base URL": "ok", "proxy": "ok", "connection": "ok",
        "account": "failed",
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
    assert f"it is at {server.url}: set CALCOM_BASE_URL" in outcome.json["checks"][-1]["advice"]


@pytest.mark.parametrize(
    ("given", "there", "status", "body", "words"),
    [
        ("", "/v2", 404, b'{"error":{"message":"Cannot GET /me"}}', "it is at {origin}/v2: "),
        ("/v2", "/api/v2", 404, b'{"error":{"message":"Cannot GET /v2/me"}}', "it is at {origin}/api/v2: "),
        ("/api", "/api/v2", 200, b"<html>a web page</html>", "it is at {origin}/api/v2: "),
        ("/v1", "/v2", 410, b'{"message":"API v1 was shut down"}', "it is at {origin}/v2: "),
        ("/v1", "/nowhere", 410, b'{"message":"API v1 was shut down"}', "use API v2: https://api.cal.com/v2"),
        ("/v2", "/nowhere", 404, b'{"error":{"message":"Cannot GET /v2/me"}}', "https://HOST/api/v2"),
    ],
)
def test_a_base_url_whose_path_is_wrong(
    run: Run, serve: Serve, given: str, there: str, status: int, body: bytes, words: str
) -> None:
    def answer(path: str) -> tuple[int, bytes]:
        return (401, b'{"error":{"message":"no such key"}}') if path.startswith(f"{there}/me") else (status, body)

    address = serve(answer)
    outcome = run("doctor", "--json", "--base-url", address + given)
    assert outcome.code == 1
    told = outcome.json["checks"][-1]
    assert (told["name"], told["verdict"]) == ("base URL", "failed")
    assert words.format(origin=address) in told["advice"]
    assert ("v1 was shut down" in told["finding"]) == (status == 410)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl, which makes the certificate")
@pytest.mark.parametrize("trusted", [False, True])
def test_a_certificate_that_a_server_signed_itself(
    run: Run, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    address = serve(lambda _: (500, b"{}"), tls)
    outcome = run("doctor", "--json", "--base-url", f"{address}/v2")
    check = next(check for check in outcome.json["checks"] if check["name"] == "TLS")
    if trusted:
        assert check["verdict"] == "ok"
        return
    assert (check["verdict"], outcome.code) == ("failed", 1)
    assert check["finding"] == "localhost has a certificate that it signed itself"
    assert "SSL_CERT_FILE=" in check["advice"]
    assert "ssl_context=" in check["advice"]


def test_a_server_without_tls(run: Run, serve: Serve) -> None:
    address = serve(lambda _: (200, b"{}")).replace("http://", "https://")
    outcome = run("doctor", "--json", "--base-url", f"{address}/v2")
    assert outcome.json["checks"][-1]["finding"] == "localhost speaks no TLS on this port"


@pytest.mark.parametrize(
    ("number", "finding", "words"),
    [
        (20, "who signed the certificate of cal.example.com is not known here", "SSL_CERT_FILE"),
        (10, "the certificate of cal.example.com has expired", "clock"),
        (9, "the certificate of cal.example.com is not valid yet", "NTP"),
        (62, "the certificate is not for the name cal.example.com", "base URL"),
    ],
)
def test_what_is_wrong_with_certificates(number: int, finding: str, words: str) -> None:
    error = ssl.SSLCertVerificationError()
    error.verify_code = number
    check = certificate_finding("cal.example.com", error)
    assert (check.verdict, check.finding) == ("failed", finding)
    assert words in (check.advice or "")


@pytest.mark.parametrize(
    ("proxies", "verdict"),
    [
        ({}, "ok"),
        ({"http": "http://10.0.0.1:3128"}, "ok"),
        ({"https": "http://ada:pa55@10.0.0.1:3128"}, "warning"),
        ({"all": "10.0.0.1:3128"}, "warning"),
        ({"https": "http://10.0.0.1:3128", "no": "example.com"}, "ok"),
    ],
)
def test_proxies_of_the_environment(proxies: dict[str, str], verdict: str) -> None:
    check = proxy_check("https://cal.example.com/v2", proxies)
    assert check.verdict == verdict
    assert ("10.0.0.1:3128" in check.finding) == (verdict == "warning")
    assert "pa55" not in check.finding
    assert proxy_check("https://localhost/v2", {"https": "http://10.0.0.1:3128"}).verdict == "ok"


def test_a_proxy_is_looked_for_in_the_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALCOM_API_KEY", "cal_x")
    monkeypatch.setenv("HTTPS_PROXY", "http://10.0.0.1:3128")
    outcome = run("doctor", "--json", "--base-url", "https://127.0.0.2:1/v2")
    assert verdicts(outcome)["proxy"] == "warning"
    assert verdicts(outcome)["TLS"] == "skipped"
    assert verdicts(outcome)["connection"] == "failed"


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
@pytest.mark.parametrize(
    ("folder", "file", "verdict", "words"),
    [
        (0o700, 0o600, "ok", ""),
        (0o755, 0o600, "ok", ""),
        (0o700, 0o640, "failed", "chmod 600 ~/.config/calcom-async/accounts.toml"),
        (0o770, 0o600, "failed", "chmod 700 ~/.config/calcom-async"),
    ],
)
def test_who_may_read_the_accounts(
    run: Run, server: Sandbox, tmp_path: Path, folder: int, file: int, verdict: str, words: str
) -> None:
    accounts(tmp_path, server, work="owner")
    path = tmp_path / ".config" / "calcom-async" / "accounts.toml"
    path.chmod(file)
    path.parent.chmod(folder)
    outcome = run("doctor", "--json")
    assert verdicts(outcome)["files"] == verdict
    assert outcome.code == (0 if verdict == "ok" else 1)
    assert words in (advice(outcome, "files") or "")


def test_tokens_that_others_may_read(tmp_path: Path) -> None:
    (tmp_path / "tokens").mkdir()
    tokens = tmp_path / "tokens" / "work.json"
    tokens.write_text("{}")
    tokens.chmod(0o604)
    tmp_path.chmod(0o700)
    assert "work.json" in files_check(tmp_path).finding
    tokens.chmod(0o600)
    assert files_check(tmp_path).verdict == "ok"


def test_a_token_that_lacks_scopes(run: Run, server: Sandbox) -> None:
    for path, scope in (("/me", "PROFILE_READ"), ("/schedules", "SCHEDULE_READ")):
        message = f"insufficient_scope: token does not have the required scopes. Required: {scope}. Token has: none"
        server.fail_next(status=403, body={"error": {"message": message}}, path=path, count=9)
    outcome = run("doctor", "--json")
    checks = {check["name"]: check for check in outcome.json["checks"]}
    assert checks["account"]["finding"] == "the token lacks the scope PROFILE_READ"
    assert checks["schedules"]["finding"] == "the token lacks the scope SCHEDULE_READ"
    assert "log in again" in checks["schedules"]["advice"]
    found = verdicts(outcome)
    assert (found["account"], found["schedules"]) == ("warning", "warning")
    assert (found["clock"], found["bookings"], found["release"], outcome.code) == ("ok", "ok", "ok", 0)


def test_a_token_that_may_read_nothing(run: Run, server: Sandbox) -> None:
    message = "insufficient_scope: token does not have the required scopes. Required: X_READ. Token has: none"
    server.fail_next(status=403, body={"error": {"message": message}}, count=99)
    outcome = run("doctor", "--json")
    assert [check["name"] for check in outcome.json["checks"]][-1] == "schedules"
    assert outcome.code == 0


@pytest.mark.parametrize(
    ("profile", "words"), [("hosted", "as Cal.com itself"), ("self-hosted", "exports go by dates")]
)
def test_which_release_answers(run: Run, monkeypatch: pytest.MonkeyPatch, profile: Any, words: str) -> None:
    with Sandbox(rate_limit=None, profile=profile, bookings=3) as server:
        monkeypatch.setenv("CALCOM_BASE_URL", server.url)
        monkeypatch.setenv("CALCOM_API_KEY", server.api_key)
        outcome = run("doctor", "--json")
    (release,) = (check for check in outcome.json["checks"] if check["name"] == "release")
    assert words in release["finding"]
    assert outcome.code == 0


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
        told = run("doctor")
    assert verdicts(outcome)["clock"] == "warning"
    assert "NTP" in advice(outcome, "clock")
    assert outcome.code == 0
    assert told.out.splitlines()[-1] == "Nothing failed; one check warns."


def test_a_rate_limit_that_is_nearly_used_up(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox(rate_limit=RateLimit(limit=40)) as tight:
        for _ in range(33):
            urlopen(Request(f"{tight.url}/me", headers={"Authorization": f"Bearer {tight.api_key}"})).close()
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


def test_a_release_that_answers_in_an_older_form() -> None:
    older = Response(status=200, headers={}, body=b'{"data": [], "pagination": {"totalItems": 0}}')
    assert "older than Cal.com itself" in release_check(older).finding


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
