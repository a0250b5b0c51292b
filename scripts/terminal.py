"""Record the terminal: `python scripts/terminal.py` runs the README's first command and draws what it prints.

The command runs in a terminal of its own, in an empty folder, and `docs/images/terminal.svg` shows the screen as it is
at the end. A test runs the command as well, and fails while the picture tells something else.
"""

from __future__ import annotations

import os
import re
import shlex
import struct
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "images" / "terminal.svg"
COLUMNS, ROWS = 72, 24
CHARACTER, LINE, LEFT, TOP = 8.4, 21, 20, 62
"""Pixels: of a character, between lines, and before the first of each."""
STYLES = {"1": "bold", "2": "dim", "31": "red", "32": "green", "33": "yellow", "90": "dim"}
"""What the codes of a terminal are called in the picture."""
STYLE = """
  .window { fill: #f6f8fa; stroke: #d0d7de } .bar { fill: #eaeef2 } .dot { fill: #c4ccd4 }
  text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: #24292f }
  .prompt, .green { fill: #1a7f37 } .command, .bold { font-weight: 600 } .dim { fill: #656d76 } .red { fill: #cf222e }
  .yellow { fill: #9a6700 }
  @media (prefers-color-scheme: dark) {
    .window { fill: #161b22; stroke: #3d444d } .bar { fill: #212830 } .dot { fill: #3d444d } text { fill: #e6edf3 }
    .prompt, .green { fill: #3fb950 } .dim { fill: #9198a1 } .red { fill: #f85149 } .yellow { fill: #d29922 }
  }
"""
_CODE = re.compile(r"\x1b\[([?\d;]*)([A-Za-z])|(\r|\n)|([^\x1b\r\n]+)")


@dataclass
class Screen:
    """What stands on a terminal: lines of characters, each with the name of its style.

    It knows the codes that progress bars and colours are made of, and no others.
    """

    lines: list[list[tuple[str, str]]] = field(default_factory=lambda: [[]])
    row: int = 0
    column: int = 0
    style: str = ""

    def write(self, text: str) -> None:
        """Take what a program prints."""
        for values, code, control, plain in _CODE.findall(text):
            if code == "m":
                self.style = STYLES.get(values, "")
            elif code == "A":
                self.row = max(0, self.row - int(values or 1))
            elif code == "K":
                self.lines[self.row] = []
            elif control == "\r":
                self.column = 0
            elif control == "\n":
                self.row += 1
                self.lines += [[] for _ in range(self.row + 1 - len(self.lines))]
            elif plain:
                line = self.lines[self.row]
                line += [(" ", "")] * (self.column - len(line))
                line[self.column : self.column + len(plain)] = [(character, self.style) for character in plain]
                self.column += len(plain)


def printed(command: str, folder: Path) -> str:
    """What a command prints on a terminal.

    Raises:
        RuntimeError: it failed.
    """
    import fcntl  # none of these three is on Windows, where the rest of this file is read all the same
    import pty
    import termios

    program, *arguments = shlex.split(command)
    words = [sys.executable, "-m", "calcom_async", *arguments] if program == "calcom-async" else [program, *arguments]
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CALCOM_", "NO_COLOR"))}
    environment |= {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(  # noqa: S603 - the README's own words
        words, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        told = b""
        try:
            while part := os.read(ours, 65536):
                told += part
        except OSError:  # how Linux says that the other end is closed
            pass
    os.close(ours)
    if process.returncode:
        raise RuntimeError(f"{command}: {told.decode(errors='replace')}")
    return told.decode()


def record(commands: Sequence[str]) -> Screen:
    """The screen after some commands, in a folder of their own."""
    screen = Screen()
    with tempfile.TemporaryDirectory() as folder:
        for command in commands:
            screen.style = "prompt"
            screen.write("$ ")
            screen.style = "command"
            screen.write(f"{command}\r\n\x1b[0m")
            screen.write(printed(command, Path(folder)))
    return screen


def drawing(screen: Screen, title: str) -> str:
    """The picture: a window with the lines of a screen."""
    lines = screen.lines[: max(number for number, line in enumerate(screen.lines) if line) + 1]
    width, height = round(2 * LEFT + COLUMNS * CHARACTER), TOP + LINE * (len(lines) - 1) + 26
    shapes = [
        f'<rect class="window" x="1" y="1" width="{width - 2}" height="{height - 2}" rx="9"/>',
        f'<path class="bar" d="M1.5 35 v-25 a8.5 8.5 0 0 1 8.5 -8.5 h{width - 20} a8.5 8.5 0 0 1 8.5 8.5 v25 z"/>',
        *(f'<circle class="dot" cx="{x}" cy="18" r="6"/>' for x in (22, 42, 62)),
    ]
    for number, line in enumerate(lines):
        if line:
            runs = ((style, "".join(character for character, _ in run)) for style, run in groupby(line, lambda c: c[1]))
            spans = "".join(
                f'<tspan class="{style}">{escape(text)}</tspan>' if style else f"<tspan>{escape(text)}</tspan>"
                for style, text in runs
            )
            shapes.append(
                f'<text x="{LEFT}" y="{TOP + LINE * number}" textLength="{len(line) * CHARACTER:.1f}" '
                f'lengthAdjust="spacingAndGlyphs" xml:space="preserve">{spans}</text>'
            )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{title}">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n" + "\n".join(shapes) + "\n</svg>\n"
    )


def shown(picture: str) -> list[str]:
    """The lines that a picture shows."""
    return [unescape("".join(re.findall(r"<tspan[^>]*>([^<]*)", line))) for line in re.findall(r"<text.*", picture)]


def first_command() -> str:
    """What the README's first command runs, once it has made an environment and installed the package."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"&& \.venv/bin/(calcom-async .+)$", text, re.MULTILINE)[0]


def main() -> int:
    """Write the picture."""
    screen = record([first_command(), "wc -l bookings.jsonl"])
    PICTURE.write_text(drawing(screen, "10,000 bookings exported into a file, in a terminal"), encoding="utf-8")
    print(f"{PICTURE.relative_to(ROOT)}: {len(shown(PICTURE.read_text(encoding='utf-8')))} lines")
    return 0


if __name__ == "__main__":
    sys.exit(main())
