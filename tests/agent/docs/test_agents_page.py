"""What docs/agents.md shows is so: its session happens as it is written, and its table is the catalogue's."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from calcom_async.agent import CATALOGUE, Tool
from calcom_async.agent.docs_pages import GUIDES
from tests.docs.samples import agrees, commands, fences

PAGE = Path(__file__).parents[3] / "docs" / "agents.md"
DIFFERS = re.compile(r"(?<=Updated at)\s+\S+|(?<=127\.0\.0\.1:)\d+")


def session() -> Iterator[tuple[str, str]]:
    """The commands of the page that are run here, each with what it shows."""
    for fence in fences(PAGE):
        if fence.language == "console" and Path(__file__).name in (fence.reason or ""):
            yield from commands(fence.body)


@pytest.mark.parametrize(("command", "shown"), list(session()), ids=lambda value: value[:60])
def test_the_session_happens_as_it_is_written(
    command: str, shown: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("typer")
    monkeypatch.chdir(tmp_path)
    program, *words = shlex.split(command)
    assert program == "calcom-async"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CALCOM_")}
    done = subprocess.run(
        [sys.executable, "-m", "calcom_async", *words],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=60,
        env={**environment, "HOME": str(tmp_path), "PYTHONUNBUFFERED": "1", "COLUMNS": "140"},
    )  # fmt: skip
    assert agrees(DIFFERS.sub("…", shown), done.stdout), f"{command} printed:\n{done.stdout}"


def test_the_session_shows_the_main_commands() -> None:
    ran = [command for command, _ in session()]
    assert len(ran) >= 6
    assert {command.split()[2] for command in ran} >= {"search", "docs", "call"}


def row(tool: Tool) -> str:
    operation = "none" if tool.operation == "local" else f"`{tool.operation}`"
    return f"| `{tool.name}` | {tool.kind} | {tool.summary} | {operation} |"


def test_the_table_of_functions_is_that_of_the_catalogue() -> None:
    _, _, table = PAGE.read_text(encoding="utf-8").partition(
        "| function | kind | what it does | operation |\n|---|---|---|---|\n"
    )
    expected = "\n".join(row(tool) for tool in CATALOGUE.values())
    assert table.partition("\n\n")[0].strip() == expected, f"the rows have to be:\n{expected}"


def test_the_guides_are_named() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [guide for guide in GUIDES if f"`{guide}`" not in text] == []
