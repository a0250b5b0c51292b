"""The sessions of docs/command-line.md happen as they stand there: in that order, stdout and stderr together."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from calcom_async.sandbox import Sandbox
from tests.docs.samples import agrees, commands, fences

from .conftest import accounts

PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"
UID = re.compile(r"\b[1-9A-HJ-NP-Za-km-z]{22}\b")
DIFFERS = re.compile(
    r"""
    \b[1-9A-HJ-NP-Za-km-z]{22}\b       # uids, which are compared by being used
    | \d+\ requests,\ [\d.]+\ s\b      # how long it took
    | (?<=answers\ in\ )\d+(?=\ ms)
    | (?<=existed\ at\ )[\d-]+\ [\d:]+ # when it was
    | \d+(?=\ bookings\ new)           # what a server seeds within the last minutes depends on its seconds
    | (?<=since\ )[\d-]+\ [\d:]+
    | (?<=changed\ by\ )[\d-]+\ [\d:]+
    | (?<=Created)\ +[\d-]+\ [\d:]+
    | (?<=Changed)\ +[\d-]+\ [\d:]+
    | (?<=calcom-async\ )\d+\.\d+\.\d+\S*(?=,) # what it ran on
    | (?<=Python\ )[\d.]+,\ \w+
    | (?<=request\ id\ )[0-9a-f-]+      # what the server calls it
    | (?<="request_id":\ ")[0-9a-f-]+
    | (?<=127\.0\.0\.1:)\d+            # the port
    """,
    re.VERBOSE,
)


def blocks() -> list[tuple[str, str]]:
    return [pair for fence in fences(PAGE) if fence.language == "console" for pair in commands(fence.body)]


def run_to_its_end(arguments: list[str], environment: dict[str, str]) -> str:
    """Run a command; one that runs until Ctrl-C gets it once it has said all."""
    with subprocess.Popen(
        [sys.executable, "-m", "calcom_async", *arguments],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "COLUMNS": "140", **environment},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        printed = ""
        for line in process.stdout:
            printed += line
            if line == "Ctrl-C stops it.\n":
                process.send_signal(signal.SIGINT)
                break
        printed += process.stdout.read().removesuffix("Stopped.\n")
    assert "Traceback" not in printed
    return printed


@pytest.mark.timeout(300)
def test_the_sessions_happen_as_they_are_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    known: dict[str, str] = {}
    ran = 0
    with Sandbox(bookings=500, seed=1, now="2026-11-22T13:00:00Z") as sandbox, Sandbox() as today:
        monkeypatch.setenv("CALCOM_BASE_URL", sandbox.url)
        monkeypatch.setenv("CALCOM_API_KEY", sandbox.api_key)
        accounts(tmp_path, sandbox, work="owner", office="member")
        for command, shown in blocks():
            words = shlex.split(command)
            environment = {}
            while "=" in words[0]:
                name, _, value = words.pop(0).partition("=")
                environment[name] = value
            if words[0] != "calcom-async":
                assert words[0] == "pip"
                continue
            if "doctor" in words:  # it would find that the clocks differ
                environment |= {"CALCOM_BASE_URL": today.url, "CALCOM_API_KEY": today.api_key}
            printed = run_to_its_end([known.get(word, word) for word in words[1:]], environment)
            assert agrees(DIFFERS.sub("…", shown), printed), f"{command} printed:\n{printed}"
            known.update(zip(UID.findall(shown), UID.findall(printed), strict=False))
            ran += 1
    assert ran >= 10


def test_every_command_and_filter_is_told_of() -> None:
    from tests.cli.test_program import COMMANDS

    text = PAGE.read_text(encoding="utf-8")
    for path, command in COMMANDS:
        assert f"`{path[0]}" in text
        assert path[-1] in text
        if path in {("bookings", "list"), ("bookings", "verify")}:
            options = {name for parameter in command.params for name in parameter.opts if name.startswith("--")}
            assert sorted(name for name in options if name not in text) == []
