"""What people and programs are told when something goes wrong, and the exit codes."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from calcom_async.cli.failures import CommandFailure, Failure, explain, tame
from calcom_async.cli.session import Options, Session, execute
from calcom_async.core.telemetry import RetryScheduled
from calcom_async.errors import (
    AmbiguousWriteError,
    APITimeoutError,
    AuthenticationError,
    DecodeError,
    ExportError,
    MissingExtraError,
    PermissionDeniedError,
    RateLimitError,
)
from calcom_async.sandbox import Sandbox

from .conftest import Run


@contextmanager
def web_page(*answers: bytes) -> Iterator[str]:
    """A server that answers with these bytes, one after the other, and then with the last."""
    left = list(answers)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    stopped = threading.Event()

    def serve() -> None:
        while not stopped.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(5)
                connection.recv(65536)
                connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v2"
    finally:
        stopped.set()
        thread.join()
        listener.close()


def two_lines(text: str) -> tuple[str, str]:
    what, advice = text.splitlines()
    assert what.startswith("error: ")
    assert advice.startswith("   do: ")
    assert "Traceback" not in text
    return what.removeprefix("error: "), advice.removeprefix("   do: ")


def test_no_key(run: Run) -> None:
    outcome = run("me")
    assert outcome.code == 2
    what, advice = two_lines(outcome.err)
    assert what == "there is no API key"
    assert "export CALCOM_API_KEY=" in advice
    assert "--sandbox" in advice


def test_wrong_key(run: Run, server: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALCOM_API_KEY", "cal_wrong_and_secret")
    outcome = run("me")
    assert outcome.code == 1
    assert outcome.out == ""
    what, advice = two_lines(outcome.err)
    assert what.startswith("the API key is not accepted: 401 ")
    assert "request id" in what
    assert "CALCOM_API_KEY" in advice
    assert server.url in advice
    assert "secret" not in outcome.err


def test_wrong_key_as_json(run: Run, server: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALCOM_API_KEY", "cal_wrong")
    outcome = run("bookings", "list", "--json")
    assert outcome.code == 1
    assert outcome.out == ""
    error = outcome.error
    assert (error["type"], error["status"], error["method"], error["path"]) == (
        "AuthenticationError", 401, "GET", "/bookings",
    )  # fmt: skip
    assert error["request_id"]
    assert error["advice"].startswith("check CALCOM_API_KEY")


def test_wrong_url(run: Run, server: Sandbox) -> None:
    outcome = run("me", "--base-url", server.url.replace("/v2", "/nothing"))
    assert outcome.code == 1
    what, advice = two_lines(outcome.err)
    assert what.startswith("the server has nothing there: 404 Cannot GET /nothing/me")
    assert "ends in /v2" in advice


@pytest.mark.parametrize(
    ("arguments", "message", "advice"),
    [
        (
            ("bookings", "get", "123"),
            "404 Booking with uid=123 was",
            "a booking is asked for by its uid, not by its id",
        ),
        (
            ("bookings", "cancel", "123"),
            "404 Booking with uid=123 not",
            "a booking is asked for by its uid, not by its id",
        ),
        (("bookings", "get", "abc"), "404 Booking with uid=abc was", "check the id, and that this key may see it"),
    ],
)
def test_a_booking_that_is_not_there(
    run: Run, server: Sandbox, arguments: tuple[str, ...], message: str, advice: str
) -> None:
    what, todo = two_lines(run(*arguments).err)
    assert what.startswith(message)
    assert todo == f"{advice}; `calcom-async bookings list` shows what there is"


@pytest.mark.parametrize("arguments", [("slots", "42"), ("event-types", "get", "42")])
def test_an_event_type_that_is_not_there(run: Run, server: Sandbox, arguments: tuple[str, ...]) -> None:
    _, todo = two_lines(run(*arguments).err)
    assert todo == ("check the id, and that this key may see it; `calcom-async event-types list` shows what there is")


def test_a_query_that_the_server_repeats_is_not_shown(run: Run, server: Sandbox) -> None:
    url = server.url.replace("/v2", "/nothing")
    outcome = run("bookings", "list", "--attendee", "ada@example.com", "--time-zone", "UTC", "--base-url", url)
    assert outcome.code == 1
    assert "Cannot GET /nothing/bookings" in outcome.err
    assert "ada@" not in outcome.err


def test_url_that_is_none(run: Run) -> None:
    outcome = run("me", "--base-url", "api.cal.com")
    assert outcome.code == 2
    two_lines(outcome.err)


def test_plain_http_to_another_machine(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALCOM_API_KEY", "cal_x")
    outcome = run("me", "--base-url", "http://cal.example.com/v2")
    assert outcome.code == 2
    assert "use https" in two_lines(outcome.err)[1]


def test_refused_connection(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALCOM_API_KEY", "cal_x")
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    outcome = run("me", "--base-url", f"http://127.0.0.1:{port}/v2")
    assert outcome.code == 1
    what, advice = two_lines(outcome.err)
    assert what == f"no connection to the server (refused or unreachable): http://127.0.0.1:{port}/v2"
    assert "--base-url" in advice


def test_no_answer_in_time(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox(latency=0.5) as slow:
        monkeypatch.setenv("CALCOM_API_KEY", slow.api_key)
        outcome = run("webhooks", "create", "https://example.com", "--trigger", "BOOKING_CREATED",
                      "--base-url", slow.url, "--timeout", "0.05")  # fmt: skip
    assert outcome.code == 1
    what, advice = two_lines(outcome.err)
    assert what == "POST /webhooks may have happened: its answer was lost, and it was not sent again"
    assert "look before you repeat it" in advice


def test_a_web_page_instead_of_the_api(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALCOM_API_KEY", "cal_x")
    page = b"<html><title>Nice</title></html>"
    head = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    with web_page(head % len(page) + page) as url:
        outcome = run("me", "--base-url", url)
    assert outcome.code == 1
    what, advice = two_lines(outcome.err)
    assert "404 HTTP 404: Nice" in what
    assert "is Cal.com's API" in advice


def test_what_a_server_says_cannot_drive_the_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALCOM_API_KEY", "cal_x")
    body = json.dumps({"error": {"message": "\x1b[2Jgone\nerror: [bold]fake[/bold] for ada@example.com"}}).encode()
    head = b"HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    with web_page(head % len(body) + body) as url:
        outcome = run("me", "--base-url", url)
    assert outcome.code == 1
    what, _ = two_lines(outcome.err)
    assert "\x1b" not in what
    assert "[bold]fake[/bold] for [e-mail]" in what


def test_unknown_booking(run: Run, server: Sandbox) -> None:
    outcome = run("bookings", "get", "nothing")
    assert outcome.code == 1
    what, advice = two_lines(outcome.err)
    assert what.startswith("404 ")
    assert "calcom-async bookings list" in advice


def test_an_error_of_our_own_has_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    import typer

    async def broken(session: Session) -> None:
        await asyncio.sleep(0)
        raise KeyError("ada@example.com")

    with pytest.raises(typer.Exit) as ended:
        execute(Options(), broken)
    assert ended.value.exit_code == 1
    what, advice = two_lines(capsys.readouterr().err)
    assert what.startswith("an error of calcom-async itself: KeyError at test_failures.py:")
    assert "--verbose" in advice
    assert "ada" not in what


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_ctrl_c(run: Run, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]) -> None:
    with Sandbox(latency=5.0) as slow:
        monkeypatch.setenv("CALCOM_BASE_URL", slow.url)
        monkeypatch.setenv("CALCOM_API_KEY", slow.api_key)
        finger = threading.Timer(0.7, os.kill, (os.getpid(), signal.SIGINT))
        finger.start()
        started = time.monotonic()
        gc.disable()  # a signal that comes in a callback of the collector would be lost
        try:
            outcome = run("me", *options)
        finally:
            gc.enable()
        finger.join()
        assert time.monotonic() - started < 30
    assert outcome.code == 130
    if options:
        assert outcome.error == {
            "type": "Interrupted",
            "message": "interrupted",
            "advice": "run the same command again",
        }
    else:
        assert two_lines(outcome.err) == ("interrupted", "run the same command again")


@pytest.mark.parametrize(("seconds", "told"), [(1.9, ""), (41.2, "GET /me: HTTP 429; tried again in 41 s\n")])
def test_a_long_wait_is_told_of(capsys: pytest.CaptureFixture[str], seconds: float, told: str) -> None:
    event = RetryScheduled(method="GET", path="/me", status=429, reason="HTTP 429", attempt=0, seconds=seconds)
    Session.make(Options()).tell_of_waiting(event)
    assert capsys.readouterr().err == told
    Session.make(Options(as_json=True)).tell_of_waiting(event)
    assert capsys.readouterr().err == ""


def test_a_wait_reaches_people(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALCOM_API_KEY", "cal_x")
    body = b'{"status":"success","data":{"id":1,"timeZone":"UTC"}}'
    head = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n"
    busy = head % (b"503 Busy", 0) + b"Retry-After: 2\r\n\r\n"
    with web_page(busy, head % (b"200 OK", len(body)) + b"\r\n" + body) as url:
        outcome = run("me", "--base-url", url)
    assert outcome.code == 0
    assert outcome.out.startswith("Id")
    assert outcome.err == "GET /me: HTTP 503; tried again in 2 s\n"


def test_verbose_logs_calls_and_leaves_the_logger_as_it_was(run: Run, server: Sandbox) -> None:
    logger = logging.getLogger("calcom_async")
    before = (logger.level, list(logger.handlers), logger.propagate)
    quiet = run("me")
    assert quiet.err == ""
    loud = run("me", "--verbose")
    assert loud.out == quiet.out
    assert "DEBUG GET /me -> 200 in " in loud.err
    assert (logger.level, list(logger.handlers), logger.propagate) == before


@pytest.mark.parametrize(
    ("error", "exit_code", "what", "advice"),
    [
        (CommandFailure("a", "b", exit_code=2), 2, "a", "b"),
        (MissingExtraError("reading .parquet", "parquet"), 2, "reading .parquet needs the extra 'parquet'",
         "pip install 'calcom-async[parquet]'"),
        (APITimeoutError("no answer within 60 s", method="GET", path="/me"), 1, "no answer within 60 s [GET /me]",
         "--timeout 120"),
        (AmbiguousWriteError("x", method="POST", path="/bookings"), 1, "POST /bookings may have happened", "look before"),
        (DecodeError("expected a list", path="data[3].id"), 1, "at data[3].id", "update calcom-async"),
        (RateLimitError("Too many", status_code=429, method="GET", path="/me", retry_after=41.6), 1,
         "too many requests: 429 Too many", "wait 42 s"),
        (PermissionDeniedError("no", status_code=403, method="GET", path="/me"), 1, "403 no [GET /me]", "calcom-async me"),
        (PermissionError(13, "Permission denied", "/secret/folder/out.jsonl"), 1, "out.jsonl: Permission denied",
         "permissions"),
        (ExportError("the export stopped after 5 bookings; run it again"), 1, "the export stopped after 5 bookings",
         "run it again"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)  # fmt: skip
def test_each_kind_of_error(error: Exception, exit_code: int, what: str, advice: str) -> None:
    failure = explain(error, base_url="https://api.cal.com/v2", timeout=60)
    assert failure.exit_code == exit_code
    assert what in failure.what
    assert advice in failure.advice
    assert len(failure.lines().splitlines()) == 2


@pytest.mark.parametrize(
    "stopped",
    [
        "the export to a: b.jsonl stopped after 5 bookings: ", "all.sqlite could not be brought up to date: ",
        "the export of event-types failed: ",
    ],
)  # fmt: skip
def test_what_stopped_an_export_is_told_in_plain_words(stopped: str) -> None:
    error = ExportError(f"{stopped}401 wrong; really. To go on, run it again: it is as it was")
    error.__cause__ = AuthenticationError("wrong; really", status_code=401, method="GET", path="/me")
    told = explain(error, base_url="https://api.cal.com/v2")
    assert told.what == f"{stopped}the API key is not accepted: 401 wrong; really [GET /me]"
    assert told.advice.endswith("belongs to https://api.cal.com/v2; then run it again: it is as it was")


def test_an_export_says_what_to_do_about_its_cause() -> None:
    error = ExportError(
        "the export to x.jsonl stopped after 5 bookings: [Errno 28] x. To go on, "
        "run the same command again: it goes on where it stopped"
    )
    error.__cause__ = OSError(28, "No space left on device", "/folder/x.jsonl")
    assert explain(error).what == "the export to x.jsonl stopped after 5 bookings: x.jsonl: No space left on device"
    assert explain(error).advice == (
        "check the path, its permissions and the space left on the disk; then run the same command again: "
        "it goes on where it stopped"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\nlines", "two lines"),
        ("\x1b[31mred", "\N{REPLACEMENT CHARACTER}[31mred"),
        ("to ada@example.com.", "to [e-mail]."),
        ("attendeeEmail=ada%40example.com&take=1", "attendeeEmail=[e-mail]&take=1"),
        ("https://api.cal.com/v2", "https://api.cal.com/v2"),
    ],
)
def test_what_is_told_is_tame(text: str, shown: str) -> None:
    assert tame(text) == shown


def test_advice_of_the_programs_own_shows_its_addresses() -> None:
    told = Failure(kind="x", what="ada@example.com", advice="say\n\x1b grace@example.com", own_advice=True)
    shown = "say \N{REPLACEMENT CHARACTER} grace@example.com"
    assert told.lines() == f"error: [e-mail]\n   do: {shown}"
    assert json.loads(told.json())["error"]["advice"] == shown
