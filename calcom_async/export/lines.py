"""The rows of a page as lines of one text: the page's own bytes, with a newline in place of each comma between rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate, count
from operator import add
from typing import TypeAlias, overload

import msgspec

__all__ = ["Buffer", "Lines", "lines_of"]

Buffer: TypeAlias = msgspec.Raw | bytes
"""The wire JSON of a row; as `Raw` a part of its page's bytes, which is not copied."""

_HEAD = re.compile(rb'\{(?:"\w+":(?:"\w*"|\w+),)*"data":\[')
"""What stands before the first row: the list is the value of a key of the outermost object."""


class Lines(Sequence[bytes]):
    """Wire JSON of rows that follow each other in one text, each ended by a newline, without another newline in it.

    Args:
        text: Where they are.
        start: Where the first one begins.
        ends: Where the newline of each is.
    """

    __slots__ = ("_ends", "_start", "_text")

    def __init__(self, text: bytearray, start: int, ends: list[int]) -> None:
        self._text = text
        self._start = start
        self._ends = ends

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, wanted: int) -> bytes: ...
    @overload
    def __getitem__(self, wanted: slice) -> Sequence[bytes]: ...
    def __getitem__(self, wanted: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(wanted, slice):
            first, last, step = wanted.indices(len(self._ends))
            if step != 1:
                return [self[n] for n in range(first, last, step)]
            return Lines(self._text, self._begin(first), self._ends[first:last])
        number = range(len(self._ends))[wanted]
        return bytes(memoryview(self._text)[self._begin(number) : self._ends[number]])

    def _begin(self, number: int) -> int:
        return self._start if number == 0 else self._ends[number - 1] + 1

    def text(self) -> memoryview:
        """All of them, newlines included; not copied."""
        return memoryview(self._text)[self._start : self._ends[-1] + 1 if self._ends else self._start]


def lines_of(body: bytes, raws: Sequence[msgspec.Raw]) -> Lines | None:
    """The rows of a page as lines; None where that can't be proven right, or there are none.

    Args:
        body: A page that was decoded as a whole, so it is valid JSON.
        raws: The rows that were found in it.

    What follows the rows must end the list and the object around it, as it can't from anywhere deeper, nor from within
    a text, where it holds an odd number of quotes. Then the rows fill what is between; and as that is no longer than
    they are with one byte between each two, nothing but a comma is there.
    """
    head = _HEAD.match(body)
    if head is None or not raws:
        return None
    ends = list(map(add, accumulate(map(len, raws)), count(head.end())))
    if not _closes(body[ends[-1] :]) or b"\n" in body or b"\r" in body:
        return None
    text = bytearray(body)
    for end in ends:
        text[end] = 10
    return Lines(text, head.end(), ends)


def _closes(tail: bytes) -> bool:
    """Whether this ends the list and the object around it, with neither a row nor another list of rows in it."""
    try:
        whole = msgspec.json.decode(b'{"data":[' + tail)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return isinstance(whole, dict) and whole.get("data") == []
