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
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import attrs
import pytest

from calcom_async.cli import main
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


@attrs.frozen
class Told:
    code: int
    out: str
    err: str


@pytest.fixture
def here(
    server: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Told]:
    """The command in this process; what is to happen meanwhile happens in a thread, once it listens."""
    for name in [name for name in os.environ if name.startswith("CALCOM_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CALCOM_API_KEY", server.api_key)
    monkeypatch.setenv("CALCOM_BASE_URL", server.url)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    def run(*options: str, meanwhile: Callable[[], object] | None = None) -> Told:
        capfd.readouterr()
        with ThreadPoolExecutor(1) as thread:
            done = thread.submit(lambda: meanwhile and (wait_for_webhook(server), meanwhile()))
            code = main(["webhooks", "listen", *options])
            done.result()
        told = capfd.readouterr()
        return Told(code, told.out, told.err)

    return run


def webhooks(server: Sandbox) -> list[Any]:
    with server.blocking_client() as cal:
        return list(cal.webhooks.list())


def book(server: Sandbox, start: str = "2026-04-07T09:00:00Z") -> Any:
    with server.blocking_client() as cal:
        return cal.bookings.create(event_type_id=20002, start=start, attendee=GRACE)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_shows_what_comes_and_cleans_up(server: Sandbox, listen: Any, number: signal.Signals) -> None:
    run = listen("--trigger", "booking_created", "--time-zone", "Europe/Riga")
    run.until("Listening at")
    (webhook,) = webhooks(server)
    assert webhook.triggers == ("BOOKING_CREATED",)
    assert len(webhook.secret) == 48
    made = book(server)
    assert re.fullmatch(rf"\d\d:\d\d:\d\d  BOOKING_CREATED +{made.uid}  2026-04-07 12:00\n", run.line())
    code, out, err = run.end(number)
    assert (code, out) == (0, "")
    assert err.splitlines()[-1] == "Stopped after 1 events; the webhook is removed."
    assert "grace@example.com" not in err
    assert webhook.secret not in err
    assert webhooks(server) == []


def test_json_lines_and_payloads_only_if_asked_for(server: Sandbox, here: Callable[..., Told]) -> None:
    for options, shows in (((), False), (("--show-payload",), True)):
        made: list[Any] = []
        told = here(
            "--json", "--count", "1", "--port", str(port := free_port()), *options,
            meanwhile=lambda made=made, day=7 + shows: made.append(book(server, f"2026-04-0{day}T09:00:00Z")),
        )  # fmt: skip
        assert (told.code, told.err) == (0, "")
        line = json.loads(told.out)
        assert (line["trigger"], line["uid"], line["version"]) == ("BOOKING_CREATED", made[0].uid, "2021-10-20")
        assert ("grace@example.com" in told.out) == ("body" in line) == shows
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


def test_it_passes_on_what_came_as_it_came(server: Sandbox, here: Callable[..., Told], tmp_path: Path) -> None:
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
        told = here("--forward", url, "--secret-file", str(secret), "--count", "1", meanwhile=lambda: book(server))
        assert "BOOKING_CREATED -> 201" in told.err
        mine.shutdown()
        thread.join()
    ((headers, body),) = got
    (sent,) = server.deliveries
    assert body == sent.body
    assert parse(body, headers, secret="whsec").to_dict() == json.loads(sent.body)
    assert {name: headers[name] for name in sent.headers} == sent.headers
    assert headers["Host"] == f"127.0.0.1:{mine.server_port}"
    assert sign(body, "whsec") == headers["X-Cal-Signature-256"]


def test_a_program_that_does_not_answer_is_told(server: Sandbox, here: Callable[..., Told]) -> None:
    told = here("--forward", f"http://127.0.0.1:{free_port()}/", "--count", "1", meanwhile=lambda: book(server))
    assert told.code == 0
    assert "is signed with the secret" in told.err
    assert "BOOKING_CREATED -> no answer" in told.err
    assert webhooks(server) == []


def test_what_others_send_is_refused(server: Sandbox, here: Callable[..., Told]) -> None:
    def meanwhile() -> None:
        (mine,) = webhooks(server)
        with server.blocking_client() as cal:
            other = f"{mine.subscriber_url}other"
            cal.webhooks.create(subscriber_url=other, triggers=["BOOKING_CREATED"], secret="wrong")
        book(server)  # answered once both were delivered
        book(server, "2026-04-08T09:00:00Z")

    told = here("--count", "2", meanwhile=meanwhile)
    assert told.code == 0
    assert "refused: the signature fits neither" in told.err
    assert sorted(delivery.status or 0 for delivery in server.deliveries[:2]) == [200, 401]


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (
            ["--trigger", "NONSENSE"],
            1,
            "error: Cal.com knows no event NONSENSE\n   do: there are AFTER_GUESTS_CAL_VIDEO",
        ),
        (
            ["--trigger", "CALENDAR_ENTRY_REJECTED"],
            1,
            "do: it says: each value in triggers must be one of the following",
        ),
        (
            ["--trigger", "booking_create"],
            1,
            "BOOKING_CREATE is no event that this release knows (did you mean BOOKING_CREATED?)",
        ),
        (["--public-url", "nonsense"], 2, "--public-url: this is no URL"),
        (["--forward", "ftp://example.com"], 2, "--forward: this is no URL"),
        (["--base-url", "https://cal.example.com/v2"], 2, "Cal.com can't reach this machine"),
        (["--public-url", "http://127.0.0.1:1/taken"], 1, "there is a webhook with this URL already"),
        (["--secret-file", os.devnull], 2, "--secret-file: it is empty"),
    ],
)
def test_what_can_not_work(
    server: Sandbox, here: Callable[..., Told], options: list[str], code: int, message: str
) -> None:
    with server.blocking_client() as cal:
        cal.webhooks.create(subscriber_url="http://127.0.0.1:1/taken", triggers=["BOOKING_CREATED"])
    told = here(*options)
    assert (told.code, told.out) == (code, "")
    assert message in told.err
    assert "Traceback" not in told.err
    assert len(webhooks(server)) == 1


def test_an_event_of_tomorrow_is_asked_for(
    server: Sandbox, here: Callable[..., Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server may know more than this release: it is told, not forbidden."""

    def meanwhile() -> None:
        (webhook,) = webhooks(server)
        assert webhook.triggers == ("BOOKING_CREATED", "BOOKING_DREAMT")
        book(server)

    for known in ("TRIGGERS", "_HOSTED_TRIGGERS"):
        monkeypatch.setattr(f"calcom_async.sandbox.webhooks.{known}", ("BOOKING_CREATED", "BOOKING_DREAMT"))
    options = ("--trigger", "BOOKING_CREATED", "--trigger", "BOOKING_DREAMT", "--count", "1")
    told = here(*options, meanwhile=meanwhile)
    assert told.code == 0
    assert "BOOKING_DREAMT is no event that this release knows" in told.err


def test_a_port_that_is_taken(server: Sandbox, here: Callable[..., Told]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = here("--port", str(taken.getsockname()[1]))
    assert told.code == 2
    assert "can't be used" in told.err
    assert webhooks(server) == []


def test_a_webhook_whose_making_was_not_answered_is_removed(server: Sandbox, here: Callable[..., Told]) -> None:
    server.fail_next(method="POST", path="/webhooks", after_processing=True, drop=True)
    told = here()
    assert told.code == 1
    assert "Traceback" not in told.err
    assert webhooks(server) == []
