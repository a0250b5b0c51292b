"""What each client's configuration must say to start `calcom-async mcp`. It names accounts and holds no key."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import attrs

__all__ = ["CLIENTS", "Client", "command_line", "configuration"]

SERVER_NAME = "calcom"
"""What the server is called in every client's list."""


@attrs.frozen(kw_only=True)
class Client:
    """A program that speaks MCP, and how it wants to be told of a server.

    Attributes:
        name: What `calcom-async mcp install` calls it.
        title: What people call it.
        file: Where its configuration is.
        afterwards: What to do once the text is in that file.
        write: The text, from the command and its arguments.
    """

    name: str
    title: str
    file: str
    afterwards: str
    write: Callable[[str, Sequence[str]], str]


def command_line(options: Sequence[str] = (), *, script: str | None = None) -> tuple[str, tuple[str, ...]]:
    """The command that starts the server, with its full path: programs with windows don't search that of the shell.

    Args:
        options: What follows `calcom-async mcp`.
        script: The program, if it is not the one beside this Python.

    Returns:
        The command and its arguments.
    """
    found = script or shutil.which("calcom-async", path=str(Path(sys.executable).parent))
    if found is None:
        return sys.executable, ("-m", "calcom_async", "mcp", *options)
    return found, ("mcp", *options)


def configuration(client: str, command: str, arguments: Sequence[str]) -> str:
    """The text for a client's configuration file.

    Args:
        client: One of `CLIENTS`.
        command: The program to start.
        arguments: What it is started with.

    Returns:
        JSON or TOML, as the client wants it, with a new line at its end.
    """
    return CLIENTS[client].write(command, arguments)


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _mcp_servers(command: str, arguments: Sequence[str]) -> str:
    """The form that most clients took over from the first."""
    return _json({"mcpServers": {SERVER_NAME: {"command": command, "args": list(arguments)}}})


def _vscode(command: str, arguments: Sequence[str]) -> str:
    return _json({"servers": {SERVER_NAME: {"type": "stdio", "command": command, "args": list(arguments)}}})


def _claude_code(command: str, arguments: Sequence[str]) -> str:
    return _json({"mcpServers": {SERVER_NAME: {"type": "stdio", "command": command, "args": list(arguments)}}})


def _zed(command: str, arguments: Sequence[str]) -> str:
    return _json({"context_servers": {SERVER_NAME: {"command": command, "args": list(arguments), "env": {}}}})


def _codex(command: str, arguments: Sequence[str]) -> str:
    # JSON's strings and lists of strings are TOML as well, once nothing beyond ASCII is left of them.
    return f"[mcp_servers.{SERVER_NAME}]\ncommand = {json.dumps(command)}\nargs = {json.dumps(list(arguments))}\n"


CLIENTS: Mapping[str, Client] = MappingProxyType(
    {
        client.name: client
        for client in (
            Client(
                name="claude-desktop",
                title="Claude Desktop",
                file="claude_desktop_config.json (Settings → Developer → Edit Config)",
                afterwards="quit Claude Desktop and open it again",
                write=_mcp_servers,
            ),
            Client(
                name="claude-code",
                title="Claude Code",
                file=".mcp.json of a project",
                afterwards="start `claude` there and look at /mcp",
                write=_claude_code,
            ),
            Client(
                name="cursor",
                title="Cursor",
                file="~/.cursor/mcp.json, or .cursor/mcp.json of a project",
                afterwards="Cursor sees it at once; switch it on in its settings under MCP",
                write=_mcp_servers,
            ),
            Client(
                name="vscode",
                title="VS Code",
                file=".vscode/mcp.json of a workspace, or what `MCP: Open User Configuration` opens",
                afterwards="press Start above the entry",
                write=_vscode,
            ),
            Client(
                name="zed",
                title="Zed",
                file="settings.json (`zed: open settings`)",
                afterwards="Zed sees it at once; its agent settings show a green dot",
                write=_zed,
            ),
            Client(
                name="windsurf",
                title="Windsurf",
                file="~/.codeium/windsurf/mcp_config.json",
                afterwards="press Refresh in its MCP settings",
                write=_mcp_servers,
            ),
            Client(
                name="codex",
                title="Codex",
                file="~/.codex/config.toml",
                afterwards="start `codex` again and look at /mcp",
                write=_codex,
            ),
            Client(
                name="gemini-cli",
                title="Gemini CLI",
                file="~/.gemini/settings.json",
                afterwards="start `gemini` again and look at /mcp",
                write=_mcp_servers,
            ),
        )
    }
)
"""Every client that `calcom-async mcp install` knows, by name."""
