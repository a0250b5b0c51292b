"""`calcom-async webhooks listen`: shows what comes, passes it on as it came, and removes its webhook whatever ends it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from calcom_async import CalCom
from calcom_async.sandbox import Sandbox
from calcom_async.webhooks import parse, sign

PROGRAM = """
import signal, sys
from calcom_async.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # also where the tests run in the background of a shell
sys.exit(main(sys.argv[1:]))
"""
GRACE = {"name": "Grace Example", "email": "grace@example.com", "time_zone": "Europe/Riga"}


@pytest.fixture
def server() -> Iterator[Sandbox]:
    with Sandbox(bookings=0, now="2026-04-06T08:00:00Z", rate_limit=None) as sandbox:
        yield sandbox


class Listening:
    """The command in a process of its own."""

    def __init__(self, server: Sandbox, folder: Path, *options: str) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CALCOM_")}
        environment |= {"CALCOM_API_KEY": server.api_key, "CALCOM_BASE_URL": server.url, "XDG_CONFIG_HOME": str(folder)}
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "webhooks", "listen", *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
        self.told: list[str] = []

    def until(self, text: str) -> str:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.told.append(line)
            if text in line:
                return line
        raise AssertionError(f"{text!r} was not told: {self.told}")

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def end(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str, str]:
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out, "".join(self.told) + err

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


@pytest.fixture
def listen(server: Sandbox, tmp_path: Path) -> Iterator[Any]:
    running: list[Listening] = []

    def start(*options: str) -> Listening:
        running.append(Listening(server, tmp_path, *options))
        return running[-1]

    yield start
    for each in running:
        each.close()


def webhooks(server: Sandbox) -> list[Any]:
    with server.blocking_client() as cal:
        return list(cal.webhooks.list())


def book(cal: CalCom, start: str = "2026-04-07T09:00:00Z") -> Any:
    return cal.bookings.create(event_type_id=20002, start=start, attendee=GRACE)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_shows_what_comes_and_cleans_up(server: Sandbox, listen: Any, number: signal.Signals) -> None:
    run = listen("--trigger", "booking_created", "--time-zone", "Europe/Riga")
    run.until("Listening at")
    (webhook,) = webhooks(server)
    assert webhook.triggers == ("BOOKING_CREATED",)
    assert len(webhook.secret) == 48
    with server.blocking_client() as cal:
        made = book(cal)
    assert re.fullmatch(rf"\d\d:\d\d:\d\d  BOOKING_CREATED +{made.uid}  2026-04-07 12:00\n", run.line())
    code, out, err = run.end(number)
    assert (code, out) == (0, "")
    assert err.splitlines()[-1] == "Stopped after 1 events; the webhook is removed."
    assert "grace@example.com" not in err
    assert webhook.secret not in err
    assert webhooks(server) == []


def test_json_lines_and_payloads_only_if_asked_for(server: Sandbox, listen: Any) -> None:
    for options, shows in (((), False), (("--show-payload",), True)):
        run = listen("--json", "--count", "1", "--port", str(port := free_port()), *options)
        wait_for_webhook(server)
        with server.blocking_client() as cal:
            made = book(cal, f"2026-04-0{7 + shows}T09:00:00Z")
        out, err = run.process.communicate(timeout=20)
        assert (run.process.returncode, err) == (0, "")
        told = json.loads(out)
        assert (told["trigger"], told["uid"], told["version"]) == ("BOOKING_CREATED", made.uid, "2021-10-20")
        assert ("grace@example.com" in out) == ("body" in told) == shows
        assert webhooks(server) == []
        assert server.deliveries[-1].url == f"http://127.0.0.1:{port}/"
        assert server.deliveries[-1].status == 200


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def wait_for_webhook(server: Sandbox) -> None:
    for _ in range(400):
        if webhooks(server):
            return
        threading.Event().wait(0.02)
    raise AssertionError("no webhook was made")


def test_it_passes_on_what_came_as_it_came(server: Sandbox, listen: Any, tmp_path: Path) -> None:
    got: list[tuple[dict[str, str], bytes]] = []

    class Mine(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((dict(self.headers.items()), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(201)
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    secret = tmp_path / "secret"
    secret.write_text("whsec\n")
    with HTTPServer(("127.0.0.1", 0), Mine) as mine:
        thread = threading.Thread(target=mine.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{mine.server_port}/hooks/cal"
        run = listen("--forward", url, "--secret-file", str(secret))
        run.until("Listening at")
        with server.blocking_client() as cal:
            book(cal)
        assert "BOOKING_CREATED -> 201" in run.until("->")
        run.end()
        mine.shutdown()
        thread.join()
    ((headers, body),) = got
    (sent,) = server.deliveries
    assert body == sent.body
    assert parse(body, headers, secret="whsec").to_dict() == json.loads(sent.body)
    assert {name: headers[name] for name in sent.headers} == sent.headers
    assert headers["Host"] == f"127.0.0.1:{mine.server_port}"
    assert sign(body, "whsec") == headers["X-Cal-Signature-256"]


def test_a_program_that_does_not_answer_is_told(server: Sandbox, listen: Any) -> None:
    run = listen("--forward", f"http://127.0.0.1:{free_port()}/")
    assert "is signed with the secret" in run.until("signed with")
    with server.blocking_client() as cal:
        book(cal)
    assert "BOOKING_CREATED -> no answer" in run.until("->")
    assert run.end()[0] == 0
    assert webhooks(server) == []


def test_what_others_send_is_refused(server: Sandbox, listen: Any) -> None:
    run = listen()
    url = run.until("Listening at").split()[2].rstrip(";")
    with server.blocking_client() as cal:
        cal.webhooks.create(subscriber_url=f"{url}other", triggers=["BOOKING_CREATED"], secret="wrong")
        book(cal)
    run.until("refused: the signature fits neither")
    assert sorted(delivery.status or 0 for delivery in server.deliveries) == [200, 401]
    assert run.end()[0] == 0


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--trigger", "NONSENSE"], 1, "error: 400 Bad Request Exception [POST /webhooks]"),
        (["--public-url", "nonsense"], 2, "--public-url: this is no URL"),
        (["--forward", "ftp://example.com"], 2, "--forward: this is no URL"),
        (["--base-url", "https://cal.example.com/v2"], 2, "Cal.com can't reach this machine"),
        (["--public-url", "http://127.0.0.1:1/taken"], 1, "there is a webhook with this URL already"),
        (["--secret-file", os.devnull], 2, "--secret-file: it is empty"),
    ],
)
def test_what_can_not_work(server: Sandbox, listen: Any, options: list[str], code: int, message: str) -> None:
    with server.blocking_client() as cal:
        cal.webhooks.create(subscriber_url="http://127.0.0.1:1/taken", triggers=["BOOKING_CREATED"])
    run = listen(*options)
    out, err = run.process.communicate(timeout=30)
    assert (run.process.returncode, out) == (code, "")
    assert message in err
    assert "Traceback" not in err
    assert len(webhooks(server)) == 1


def test_a_port_that_is_taken(server: Sandbox, listen: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        run = listen("--port", str(taken.getsockname()[1]))
        _, err = run.process.communicate(timeout=30)
    assert run.process.returncode == 2
    assert "can't be used" in err
    assert webhooks(server) == []


def test_a_webhook_whose_making_was_not_answered_is_removed(server: Sandbox, listen: Any) -> None:
    server.fail_next(method="POST", path="/webhooks", after_processing=True, drop=True)
    run = listen()
    _, err = run.process.communicate(timeout=30)
    assert run.process.returncode == 1
    assert "Traceback" not in err
    assert webhooks(server) == []
