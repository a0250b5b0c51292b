"""Finds the code samples of a page, and what each is expected to print."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import attrs

LANGUAGES = {"python", "console", "sh", "lua", "text", "json", "toml", "ini"}
"""Every fence names one of these, so that no sample slips through for want of a name."""

_FENCE = re.compile(
    r"""
    (?:^[ ]*<!--\s*not\ run:(?P<reason>.*?)-->\s*\n)?  # a sample may be left alone, if the page's source says why
    ^(?P<indent>[ ]*)```(?P<language>[^\s`]*)(?:[ ]title="(?P<title>[^"\n]+)")?[^\n]*\n
    (?P<body>.*?)
    ^(?P=indent)```[ ]*$
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)


@attrs.frozen
class Fence:
    """One fenced block of a page.

    Attributes:
        page: The page.
        line: Where the block's first line stands.
        language: What the fence says it is.
        body: The text, without the page's indentation.
        reason: Why it is not run; None where it is.
        follows: Whether nothing but blank lines stands between it and the block before.
        title: The name of the file that the block is, where it is one: it is written instead of run.
    """

    page: Path
    line: int
    language: str
    body: str
    reason: str | None
    follows: bool
    title: str | None = None


def fences(page: Path) -> list[Fence]:
    """Every fenced block of a page, in order."""
    text = page.read_text(encoding="utf-8")
    found: list[Fence] = []
    end = -1
    for match in _FENCE.finditer(text):
        reason = match["reason"]
        found.append(
            Fence(
                page=page,
                line=text.count("\n", 0, match.start("body")) + 1,
                language=match["language"],
                body=textwrap.dedent(match["body"]),
                reason=None if reason is None else reason.strip(),
                follows=end >= 0 and not text[end : match.start()].strip(),
                title=match["title"],
            )
        )
        end = match.end()
    return found


@attrs.frozen
class Sample:
    """Something to run: the block, and the lines it has to print (None: whatever it likes)."""

    fence: Fence
    expected: str | None


def samples(page: Path) -> list[Sample]:
    """What is to be run on a page: its `python` and `console` blocks.

    A `text` block right below a `python` block is what that prints. A `python` block with a title is a file, for the
    commands below it.
    """
    blocks = fences(page)
    found = []
    for block, following in zip_longest(blocks, blocks[1:]):
        if block.language not in {"python", "console"} or block.reason is not None:
            continue
        printed = following is not None and following.language == "text" and following.follows
        found.append(Sample(block, following.body if printed and following is not None else None))
    return found


def commands(console: str) -> Iterator[tuple[str, str]]:
    """The commands of a `console` block (`$ …`, continued after a backslash), each with the lines below it."""
    for part in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]:
        lines = part.replace("\\\n", " ").split("\n", 1)
        yield lines[0].strip(), lines[1] if len(lines) > 1 else ""


def agrees(expected: str, printed: str) -> bool:
    """Whether a text is what a page shows; `…` stands for anything."""
    parts = [re.escape(part) for part in _tidy(expected).split("…")]
    return re.fullmatch(".*?".join(parts), _tidy(printed), re.DOTALL) is not None


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
