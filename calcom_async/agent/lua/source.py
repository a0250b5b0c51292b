"""Reserved words as names of fields: `{ end = "…" }` and `booking.end`, which Lua itself refuses.

Cal.com's bookings have an `end`, and scripts want to write it like any other field. Such a key of a table constructor
becomes `["end"]`, and `.end` likewise; nothing else is touched, and no line moves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

__all__ = ["Token", "tokens", "with_reserved_fields"]

RESERVED = frozenset(
    ("and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil",
     "not", "or", "repeat", "return", "then", "true", "until", "while")
)  # fmt: skip
_OPENS_BLOCK = frozenset({"do", "function", "if", "repeat"})
"""What `end` or `until` closes; `for` and `while` have their `do`, and `if` ends but once."""
_PAIRS = {"}": "{", ")": "(", "]": "["}
_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\n\f\v]+ | --\[(?P<c>=*)\[.*?\](?P=c)\] | --(?!\[=*\[)[^\r\n]*)
    | (?P<text>
        \[(?P<t>=*)\[.*?\](?P=t)\]
        | "(?:[^"\\\r\n] | \\z[ \t\r\n\f\v]*+ | \\(?!z)(?:\r\n|\n\r|.))*+"
        | '(?:[^'\\\r\n] | \\z[ \t\r\n\f\v]*+ | \\(?!z)(?:\r\n|\n\r|.))*+'
      )
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<number>(?:0[xX](?:[pP][+-]?|[0-9A-Fa-f.])* | \.?[0-9](?:[eE][+-]?|[0-9A-Fa-f.])*)[A-Za-z_]?)
    | (?P<open>--\[=*\[ | \[=+\[ | \[\[ | ["'])
    | (?P<mark>\.\.\.? | [=~<>]= | // | :: | << | >> | .)
    """,
    re.VERBOSE | re.DOTALL,
)


@attrs.frozen
class Token:
    """A piece of a Lua source.

    Attributes:
        kind: `space` (with comments), `text` (a string), `name` (reserved words as well), `number`, `mark`, or `rest`:
            from a string or a comment without its end on, which Lua will complain about itself.
        text: As it stands there.
    """

    kind: str
    text: str


def tokens(source: str) -> Iterator[Token]:
    """The pieces of a source, in order; together they are the source again."""
    at = 0
    if source.startswith("#!"):  # the first line of a program
        at = len(source.split("\n", 1)[0])
        yield Token("space", source[:at])
    while at < len(source):
        found = _TOKEN.match(source, at)
        if found is None or found["open"] is not None:
            yield Token("rest", source[at:])
            return
        at = found.end()
        yield Token(found.lastgroup or "mark", found[0])


def with_reserved_fields(source: str) -> str:
    """A source in which fields may have the names of reserved words.

    Args:
        source: What was written.

    Returns:
        The same in Lua 5.4, line by line.
    """
    pieces = list(tokens(source))
    written = [piece.text for piece in pieces]
    if written and written[0].startswith("#!"):
        written[0] = "--" + written[0]
    meaning = [number for number, piece in enumerate(pieces) if piece.kind != "space"]
    opened: list[str] = []
    before = ""
    for place, number in enumerate(meaning):
        kind, text = pieces[number].kind, pieces[number].text
        if kind == "name" and text in RESERVED:
            after = pieces[meaning[place + 1]].text if place + 1 < len(meaning) else ""
            if before == ".":
                written[meaning[place - 1]] = ""
                written[number] = f'["{text}"]'
            elif after == "=" and opened[-1:] == ["{"] and before in {"{", ",", ";"}:
                written[number] = f'["{text}"]'
            else:
                _follow(opened, text)
        elif kind == "mark":
            _follow(opened, text)
        before = text if kind in {"mark", "name"} else kind
    return "".join(written)


def _follow(opened: list[str], text: str) -> None:
    """Keep in mind which constructors, brackets and blocks are open."""
    if text in {"{", "(", "["} or text in _OPENS_BLOCK:
        opened.append(text)
    elif text in _PAIRS:
        if opened[-1:] == [_PAIRS[text]]:
            opened.pop()
    elif text == "end":
        if opened[-1:] != ["repeat"] and opened and opened[-1] in _OPENS_BLOCK:
            opened.pop()
    elif text == "until" and opened[-1:] == ["repeat"]:
        opened.pop()
