"""The rows of a page as lines of one text: the page's own bytes, with a newline in place of each comma between rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain, count, repeat
from operator import add
from typing import Any, BinaryIO, Protocol, TypeAlias, overload

import msgspec

__all__ = ["Buffer", "Lines", "LinesReader", "blocks_of", "lines_of", "read_lines"]

Buffer: TypeAlias = msgspec.Raw | bytes
"""The wire JSON of a row; as `Raw` a part of its page's bytes, which is not copied."""


class LinesReader(Protocol):
    """Makes something of each line of JSON, as a `msgspec.json.Decoder` does."""

    def decode_lines(self, buf: bytes | memoryview, /) -> list[Any]:
        """What it makes of each.

        Raises:
            msgspec.DecodeError: one is no JSON, or does not fit.
        """
        ...


_HEAD = re.compile(rb'\{(?:"\w+":(?:"\w*"|\w+),)*"data":\[')
"""What stands before the first row: the list is the value of a key of the outermost object."""
_MARKS = (b'},{"i', b'}},{"')
"""What mostly stands between two rows (they begin with an id and end with an object) and nowhere else; shorter than six
bytes, since Python looks for longer ones in another way, which is slower here."""


class Lines(Sequence[bytes]):
    """Wire JSON of rows that follow each other in one text, each ended by a newline, without another newline in it.

    Args:
        text: Where they are.
        start: Where the first one begins.
        ends: Where the newline of each is.
    """

    __slots__ = ("_ends", "_start", "_text")

    def __init__(self, text: bytes | bytearray, start: int, ends: list[int]) -> None:
        self._text = text
        self._start = start
        self._ends = ends

    @classmethod
    def of_text(cls, text: bytes) -> Lines:
        """Of a text that holds nothing else; the last newline may be missing."""
        if not text.endswith(b"\n"):
            text += b"\n"
        return cls(text, 0, _places(text, b"\n", 0, len(text)))

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

    def copies(self) -> list[bytes | bytearray]:
        """Each of them."""
        text, begins = self._text, chain((self._start,), map(add, self._ends, repeat(1)))
        return [text[begin:end] for begin, end in zip(begins, self._ends, strict=False)]

    def text(self) -> memoryview:
        """All of them, newlines included; not copied."""
        return memoryview(self._text)[self._start : self._ends[-1] + 1 if self._ends else self._start]


def read_lines(body: bytes, reader: LinesReader) -> tuple[Lines, list[Any], dict[str, Any]] | None:
    """Take a page apart in one pass; None where it is no ordinary one, or there are no rows.

    The list is taken to begin where the first one does, to end at the last closing bracket, and its rows to be parted
    where one of two marks stands. That is proven right by what follows: the rest ends the list and the object around
    it; and with a newline in place of the comma of each mark the list reads as one row more than there are newlines,
    so that no comma is left between two rows, and none was taken from within one.

    Args:
        body: The page.
        reader: Reads rows.

    Returns:
        The rows as lines, what the reader made of each, and the members of the page that follow the list.
    """
    head, close = _HEAD.match(body), body.rfind(b"]")
    if head is None or (start := head.end()) >= close or body[start : start + 1] + body[close - 1 : close] != b"{}":
        return None
    members = _members(body[close:])
    if members is None or b'"pagination"' in head.group() or b"\n" in body or b"\r" in body:
        return None
    for mark in _MARKS:
        text = bytearray(body)
        ends = _part(text, mark, start, close)
        try:
            read = reader.decode_lines(memoryview(text)[start:close])
        except msgspec.ValidationError:
            return None  # the rows are parted rightly, as far as they were read, and one does not fit
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        if len(ends) == len(read):
            return Lines(text, start, ends), read, members
    return None


def _part(text: bytearray, mark: bytes, start: int, close: int) -> list[int]:
    """Put a newline in place of the comma of each mark, and at the end; and tell where."""
    comma = mark.index(b",")
    ends: list[int] = []
    find = text.find
    end = find(mark, start, close)
    while end >= 0:
        end += comma
        text[end] = 10
        ends.append(end)
        end = find(mark, end, close)
    text[close] = 10
    ends.append(close)
    return ends


def _places(text: bytes | bytearray, mark: bytes, start: int, stop: int) -> list[int]:
    """Where a mark stands; found in a loop, since Python counts and splits in another way, which is slower here."""
    places: list[int] = []
    find = text.find
    place = find(mark, start, stop)
    while place >= 0:
        places.append(place)
        place = find(mark, place + 1, stop)
    return places


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
    if _members(body[ends[-1] :]) is None or b"\n" in body or b"\r" in body:
        return None
    text = bytearray(body)
    for end in ends:
        text[end] = 10
    return Lines(text, head.end(), ends)


def _members(tail: bytes) -> dict[str, Any] | None:
    """The members that follow the list; None where this does not end it and the object, or has another list of rows."""
    try:
        whole = msgspec.json.decode(b'{"":[' + tail)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return whole if isinstance(whole, dict) and whole.get("") == [] and "data" not in whole else None


BLOCK_BYTES = 3 * 2**17
"""How much of a file is read at once: little enough to stay in the processor's caches."""


def blocks_of(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file, many at once."""
    rest = b""
    while block := file.read(BLOCK_BYTES):
        end = block.rfind(b"\n") + 1
        if end:
            yield rest + block[:end]
            rest = block[end:]
        else:
            rest += block
    if rest:
        yield rest
