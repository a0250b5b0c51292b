"""Runs the command line in this process, against a sandbox in a thread, with nothing of the caller's environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from calcom_async.cli import main
from calcom_async.sandbox import Sandbox


@frozen
class Outcome:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        return json.loads(self.err)["error"]


Run = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("CALCOM_") or name in {"XDG_CONFIG_HOME", "NO_COLOR", "FORCE_COLOR", "TERMINAL_WIDTH"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CALCOM_BASE_URL", "http://127.0.0.1:1/v2")  # no test talks to anybody by mistake
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run one command in this process."""

    def invoke(*arguments: str) -> Outcome:
        capfd.readouterr()
        code = main(arguments)
        told = capfd.readouterr()
        return Outcome(code, told.out, told.err)

    return invoke


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A local Cal.com with 300 bookings, which the environment points to."""
    with Sandbox(bookings=300, seed=3, rate_limit=None) as sandbox:
        monkeypatch.setenv("CALCOM_BASE_URL", sandbox.url)
        monkeypatch.setenv("CALCOM_API_KEY", sandbox.api_key)
        yield sandbox


def accounts(folder: Path, server: Sandbox, **keys: str) -> None:
    """Write an accounts file: accounts of that server, by name, each with the key of that kind (or that key)."""
    path = folder / ".config" / "calcom-async" / "accounts.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "".join(
            f'[accounts.{name}]\napi_key = "{server.keys.get(key, key)}"\nbase_url = "{server.url}"\n'
            for name, key in keys.items()
        )
    )
    path.chmod(0o600)


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start the real command as a process of its own; what still runs at the end is killed."""
    running: list[subprocess.Popen[str]] = []

    def begin(*arguments: str, **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "calcom_async", *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
        )  # fmt: skip
        running.append(process)
        return process

    yield begin
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()
