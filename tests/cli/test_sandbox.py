"""`calcom-async sandbox`: what it prints works in another terminal, and it stops cleanly."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Run

Start = Callable[..., subprocess.Popen[str]]


def exports(process: subprocess.Popen[str]) -> dict[str, str]:
    """The two lines to paste, as a shell reads them."""
    assert process.stdout is not None
    words = [shlex.split(process.stdout.readline()) for _ in range(2)]
    assert [word[0] for word in words] == ["export", "export"]
    return dict(word[1].split("=", 1) for word in words)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_runs_until_it_is_told_to_stop(
    start: Start, run: Run, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    process = start("sandbox", "--bookings", "30")
    for name, value in exports(process).items():
        monkeypatch.setenv(name, value)
    outcome = run("bookings", "list", "--json")
    assert (outcome.code, len(outcome.json)) == (0, 30)
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (0, "")
    assert "Traceback" not in err
    assert err.splitlines()[-2:] == ["Ctrl-C stops it.", "Stopped."]


def test_for_programs(start: Start) -> None:
    process = start("sandbox", "--bookings", "0", "--json", "--profile", "self-hosted", "--no-rate-limit")
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    assert told["url"].startswith("http://127.0.0.1:")
    assert told["api_key"].startswith("cal_sandbox_owner_")
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20) == ("", "")


def test_a_rate_limit_or_none(start: Start, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for flag, finding in (("--rate-limit", " of 120 requests left"), ("--no-rate-limit", "sends no rate limits")):
        process = start("sandbox", "--bookings", "0", flag)
        for name, value in exports(process).items():
            monkeypatch.setenv(name, value)
        assert finding in run("doctor").out
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


def test_a_file_keeps_its_state(start: Start, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    uids = []
    for _ in range(2):
        process = start("sandbox", "--bookings", "5", "--db", "cal.db")
        for name, value in exports(process).items():
            monkeypatch.setenv(name, value)
        uids.append([booking["uid"] for booking in run("bookings", "list", "--json").json])
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=20)[1].endswith("Stopped; its state is in cal.db.\n")
    assert len(uids[0]) == 5
    assert uids[0] == uids[1]
    assert (tmp_path / "cal.db").exists()


def test_a_port_that_is_taken(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        outcome = run("sandbox", "--bookings", "0", "--port", str(port))
    assert outcome.code == 2
    what, advice = outcome.err.splitlines()[1:]
    assert what.startswith(f"error: port {port} can't be used: ")
    assert "leave --port out" in advice


def test_ctrl_c_in_this_process(run: Run) -> None:
    """The same as above without a process of its own, so that a debugger and coverage see it."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]

    def press_when_it_answers() -> None:
        for _ in range(200):
            time.sleep(0.05)
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                continue
            os.kill(os.getpid(), signal.SIGINT)
            return

    finger = threading.Thread(target=press_when_it_answers)
    finger.start()
    outcome = run("sandbox", "--bookings", "0", "--port", str(port))
    finger.join()
    assert outcome.code == 0
    assert outcome.out.splitlines()[0] == f"export CALCOM_BASE_URL=http://127.0.0.1:{port}/v2"
    assert outcome.err.splitlines()[-1] == "Stopped."
