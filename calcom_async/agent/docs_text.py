"""Markdown of the pages as plain text for a terminal: headings underlined, tables in columns, code indented.

It knows what the pages use: headings, paragraphs, lists, pipe tables, fences, links and emphasis.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

__all__ = ["plain_text", "table"]

_CELL = re.compile(r"(?<!\\)\|")
_CODE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
_EMPHASIS = re.compile(r"(\*\*?)(?=\S)([^*]+)(?<=\S)\1")


def plain_text(markdown: str) -> str:
    """The text without its marks."""
    lines: list[str] = []
    for is_fenced, group in itertools.groupby(_marked(markdown.splitlines()), key=lambda pair: pair[0]):
        block = [line for _, line in group]
        if is_fenced:
            lines += [f"    {line}".rstrip() for line in block if not line.startswith("```")]
        else:
            lines += _unfenced(block)
    return "\n".join(lines).strip() + "\n"


def table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table; what would end a cell is escaped."""
    drawn = [headings, tuple("---" for _ in headings), *rows]
    return "\n".join(
        "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in row) + " |" for row in drawn
    )


def _marked(lines: list[str]) -> list[tuple[bool, str]]:
    """Each line, and whether it belongs to a fenced block."""
    inside = False
    marked: list[tuple[bool, str]] = []
    for line in lines:
        fence = line.startswith("```")
        marked.append((inside or fence, line))
        inside ^= fence
    return marked


def _unfenced(lines: list[str]) -> list[str]:
    shown: list[str] = []
    for is_table, group in itertools.groupby(lines, key=lambda line: line.startswith("|")):
        if is_table:
            shown += _columns([_cells(line) for line in group])
            continue
        for line in group:
            marks, _, words = line.partition(" ")
            if marks and not marks.strip("#"):
                heading = _bare(words)
                shown += [heading, ("=" if marks == "#" else "-") * len(heading)]
            else:
                shown.append(_bare(line))
    return shown


def _cells(row: str) -> list[str]:
    return [_bare(cell.strip()).replace("\\|", "|") for cell in _CELL.split(row)[1:-1]]


def _columns(rows: list[list[str]]) -> list[str]:
    """The rows below each other; the second one is the line under the headings."""
    kept = [rows[0], *rows[2:]]
    widths = [max(len(cell) for cell in column) for column in itertools.zip_longest(*kept, fillvalue="")]
    kept.insert(1, ["-" * width for width in widths])
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in kept]


def _bare(text: str) -> str:
    """A line without emphasis, code marks and link targets within the documentation."""
    text = _LINK.sub(lambda link: f"{link[1]} ({link[2]})" if "://" in link[2] else link[1], text)
    return "".join(part if index % 2 else _EMPHASIS.sub(r"\2", part) for index, part in enumerate(_CODE.split(text)))
