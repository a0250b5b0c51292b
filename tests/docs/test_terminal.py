"""The README's two commands do what they say, and the picture of the terminal shows what the first one prints."""

from __future__ import annotations

import os
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.docs.samples import fences

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "images" / "terminal.svg"


@pytest.fixture(scope="module")
def terminal() -> SimpleNamespace:
    """The program that draws the picture."""
    return SimpleNamespace(**runpy.run_path(str(ROOT / "scripts" / "terminal.py")))


def one_liners() -> list[str]:
    """The README's commands, a line each."""
    (block,) = [f for f in fences(ROOT / "README.md") if f.language == "sh"]
    return [line for line in block.body.splitlines() if line and not line.startswith("#")]


def without_what_differs(line: str) -> str:
    """A line without what is another one each time: seconds, instants, and what the hour of seeding decides."""
    return re.sub(
        r"(?<=existed at )[\d: -]+|\d+(?= requests)|[\d.]+(?= s\.)|\d[\d,]*(?= [acpr]\w+ed)|\d+(?= pending)", "#", line
    )


def test_the_readme_has_two_commands_and_the_ci_runs_the_second() -> None:
    show, check = one_liners()
    assert show.endswith("/calcom-async bookings export --sandbox --to bookings.jsonl")
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1] == check


def test_the_first_command_exports_ten_thousand_bookings_as_the_picture_shows(
    tmp_path: Path, terminal: SimpleNamespace
) -> None:
    command = one_liners()[0].rpartition("/")[2]
    assert command == terminal.first_command()
    done = subprocess.run(
        [sys.executable, "-m", *shlex.split(command.replace("-", "_", 1))],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=100,
        env={**os.environ, "PYTHONSAFEPATH": "1", "COLUMNS": "120"},
    )
    assert done.returncode == 0, done.stdout
    lines = (tmp_path / "bookings.jsonl").read_text(encoding="utf-8").splitlines()
    assert len({re.search(r'"uid":\s*"([^"]+)"', line)[1] for line in lines}) == len(lines) == 10_000  # type: ignore[index] # every line has one
    first, *told, _, counted = terminal.shown(PICTURE.read_text(encoding="utf-8"))
    assert first == f"$ {command}"
    assert [without_what_differs(line) for line in told] == [
        without_what_differs(line) for line in done.stdout.splitlines()
    ], "draw it again: python scripts/terminal.py"
    assert counted == f"{len(lines)} bookings.jsonl"


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("one\r\ntwo\r\n", ["one", "two"]),
        ("\x1b[?25l 1 %\r\x1b[2K50 %\r\x1b[2K100 %\r\n\x1b[?25h\r\x1b[1A\x1b[2Kdone\r\n", ["done"]),
        ("<\x1b[1mb\x1b[0m> & c\r\n", ["<b> & c"]),
        ("abc\rAB\r\n", ["ABc"]),
    ],
)
def test_the_screen_is_what_a_terminal_shows(told: str, shown: list[str], terminal: SimpleNamespace) -> None:
    screen = terminal.Screen()
    screen.write(told)
    picture = terminal.drawing(screen, "A title")
    assert terminal.shown(picture) == shown
    assert 'class="bold">b</tspan>' in picture or "<b>" not in shown[0]


def test_the_picture_loads_nothing_and_says_what_it_is() -> None:
    picture = PICTURE.read_text(encoding="utf-8")
    assert re.findall(r"https?://[^\"]+", picture) == ["http://www.w3.org/2000/svg"]
    assert "<title>10,000 bookings exported into a file, in a terminal</title>" in picture
