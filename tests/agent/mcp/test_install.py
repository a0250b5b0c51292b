"""What clients are told to start: each in its own form, with accounts by name and no key."""

from __future__ import annotations

import json
import sys
import tomllib

import pytest

from calcom_async.agent.mcp import CLIENTS, command_line, configuration

WINDOWS = r"C:\Program Files\Python\Scripts\calcom-async.exe"
ARGUMENTS = ("mcp", "--account", 'wörk "1"', "--write")
PLACES = {
    "claude-desktop": ("mcpServers", {}),
    "claude-code": ("mcpServers", {"type": "stdio"}),
    "cursor": ("mcpServers", {}),
    "vscode": ("servers", {"type": "stdio"}),
    "zed": ("context_servers", {"env": {}}),
    "windsurf": ("mcpServers", {}),
    "codex": ("mcp_servers", {}),
    "gemini-cli": ("mcpServers", {}),
}


def test_every_client_is_looked_at() -> None:
    assert set(PLACES) == set(CLIENTS)


@pytest.mark.parametrize("client", CLIENTS)
def test_each_client_gets_its_form(client: str) -> None:
    text = configuration(client, WINDOWS, ARGUMENTS)
    read = tomllib.loads(text) if client == "codex" else json.loads(text)
    place, more = PLACES[client]
    assert read == {place: {"calcom": {"command": WINDOWS, "args": list(ARGUMENTS), **more}}}
    assert text.endswith("\n")


def test_the_command_has_its_full_path() -> None:
    command, arguments = command_line(["--sandbox"], script=WINDOWS)
    assert (command, arguments) == (WINDOWS, ("mcp", "--sandbox"))


def test_without_a_script_it_is_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    assert command_line(["--write"]) == (sys.executable, ("-m", "calcom_async", "mcp", "--write"))
