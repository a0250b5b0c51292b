"""A page of bookings taken apart without decoding them: the bytes of each row, and a glance at what the walk needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, overload

import attrs
import msgspec

from calcom_async.core.collector import collector_paused
from calcom_async.errors import DecodeError
from calcom_async.export.lines import Buffer, LinesReader, lines_of, read_lines
from calcom_async.export.plan import milliseconds

__all__ = [
    "CREATED",
    "PAGE_SIZE",
    "UPDATED",
    "Answer",
    "Axis",
    "Buffer",
    "Row",
    "Rows",
    "instants_of",
    "moments_of",
    "read_answer",
]

PAGE_SIZE = 250
"""The most bookings that Cal.com gives at once."""


class Glance(msgspec.Struct, gc=False):
    """What the walk and the report need of a booking; None (or anything else) where the wire is malformed."""

    uid: Any = None
    moment: Any = None
    status: Any = None


class _ByCreation(Glance, gc=False):
    """With the time of creation."""

    moment: Any = msgspec.field(default=None, name="createdAt")


class _ByUpdate(Glance, gc=False):
    """With the time of the last change."""

    moment: Any = msgspec.field(default=None, name="updatedAt")


class _CreationPage(msgspec.Struct):
    data: list[_ByCreation]


class _UpdatePage(msgspec.Struct):
    data: list[_ByUpdate]


@attrs.frozen(eq=False)
class Axis:
    """What a list is walked by: a time of its rows, and the parameters that filter and order by it."""

    after: str
    before: str
    sort: str
    page: msgspec.json.Decoder[Any] = attrs.field(repr=False)
    """Reads the glances of a whole page."""
    row: msgspec.json.Decoder[Any] = attrs.field(repr=False)
    """Reads the glance of one row."""
    reader: LinesReader | None = attrs.field(default=None, repr=False)
    """Reads more than a glance of the rows of a page, where all of them fit."""


CREATED = Axis(
    "afterCreatedAt",
    "beforeCreatedAt",
    "sortCreated",
    msgspec.json.Decoder(_CreationPage),
    msgspec.json.Decoder(_ByCreation),
)
"""The time of creation, which never changes."""
UPDATED = Axis(
    "afterUpdatedAt",
    "beforeUpdatedAt",
    "sortUpdatedAt",
    msgspec.json.Decoder(_UpdatePage),
    msgspec.json.Decoder(_ByUpdate),
)
"""The time of the last change; null where there was none."""


class _Pagination(msgspec.Struct):
    totalItems: Any = None  # noqa: N815 - the wire's name
    itemsPerPage: Any = None  # noqa: N815 - the wire's name


class _Envelope(msgspec.Struct):
    data: list[msgspec.Raw]
    pagination: _Pagination | None = None


_ENVELOPE = msgspec.json.Decoder(_Envelope)


@attrs.frozen
class Row:
    """One booking as it came.

    Attributes:
        raw: Its wire JSON.
        uid: None where it has none.
        moment: Its time on the axis of the walk, in milliseconds since the epoch; None where it has none.
        status: Its status, empty where it has none.
    """

    raw: bytes
    uid: str | None
    moment: int | None
    status: str


class Rows(Sequence[Row]):
    """Rows of a page as columns; a `Row` is made only where one is looked at.

    Args:
        raws: Wire JSON of each.
        glances: What was read of each: a `Glance`, or whatever the reader of an `Axis` makes, with the same members.
    """

    __slots__ = ("glances", "raws")

    def __init__(self, raws: Sequence[Buffer] = (), glances: Sequence[Glance] = ()) -> None:
        self.raws = raws
        self.glances: Sequence[Glance] = glances

    def __len__(self) -> int:
        return len(self.raws)

    @overload
    def __getitem__(self, wanted: int) -> Row: ...
    @overload
    def __getitem__(self, wanted: slice) -> Rows: ...
    def __getitem__(self, wanted: int | slice) -> Row | Rows:
        if isinstance(wanted, slice):
            return Rows(self.raws[wanted], self.glances[wanted])
        return _row(self.raws[wanted], self.glances[wanted])

    def __iter__(self) -> Iterator[Row]:
        return map(_row, self.raws, self.glances)

    def let_go(self) -> None:
        """Forget what was read of them: the next page is then read into memory that is in the processor's caches."""
        self.glances = ()

    def pick(self, places: Iterable[int]) -> Rows:
        """The rows at these places."""
        places = list(places)
        return Rows([self.raws[n] for n in places], [self.glances[n] for n in places])

    def __add__(self, other: Rows) -> Rows:
        return Rows([*self.raws, *other.raws], [*self.glances, *other.glances])

    def uids(self) -> list[str]:
        """Of those that have one."""
        return [glance.uid for glance in self.glances if glance.uid.__class__ is str and glance.uid]

    def statuses(self) -> list[str]:
        """Of each; empty where it has none."""
        return [glance.status if glance.status.__class__ is str else "" for glance in self.glances]


def _row(raw: Buffer, glance: Glance) -> Row:
    try:
        moment = milliseconds(glance.moment)
    except (TypeError, ValueError, AttributeError):
        moment = None
    uid = glance.uid if isinstance(glance.uid, str) and glance.uid else None
    return Row(bytes(raw), uid, moment, glance.status if isinstance(glance.status, str) else "")


@attrs.frozen
class Answer:
    """One page, its rows not decoded.

    Attributes:
        rows: What it holds.
        size: Rows that the server would have given at most.
        total: Rows of the whole list by the server's word, which ignores creation times: good for a guess, no more.
    """

    rows: Rows
    size: int
    total: int | None = None

    @property
    def full(self) -> bool:
        """Whether more rows may follow."""
        return len(self.rows) >= self.size


def read_answer(body: bytes, asked: int = PAGE_SIZE, axis: Axis = CREATED) -> Answer:
    """Take a page apart: in one pass, or where it is no ordinary one, once for its rows and once for a glance at each.

    Raises:
        DecodeError: it is no list of bookings.
    """
    found = None
    if axis.reader is not None:
        with collector_paused():
            found = read_lines(body, axis.reader)
    found = found or read_lines(body, axis.row)
    if found is not None:
        lines, glances, members = found
        block = members.get("pagination") or {}
        if isinstance(block, dict):
            return _answer(Rows(lines, glances), asked, block.get("itemsPerPage"), block.get("totalItems"))
    try:
        envelope = _ENVELOPE.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DecodeError("the answer is no list of bookings", path="data") from error
    try:
        glances = axis.page.decode(body).data
    except msgspec.DecodeError:
        glances = [_glance(raw, axis) for raw in envelope.data]
    pagination = envelope.pagination or _Pagination()
    rows = Rows(lines_of(body, envelope.data) or envelope.data, glances)
    return _answer(rows, asked, pagination.itemsPerPage, pagination.totalItems)


def _answer(rows: Rows, asked: int, items: Any, total: Any) -> Answer:
    size = min(asked, items) if isinstance(items, int) and items > 0 else asked
    return Answer(rows, size, total if isinstance(total, int) else None)


def _glance(raw: msgspec.Raw, axis: Axis) -> Glance:
    try:
        glance: Glance = axis.row.decode(raw)
    except msgspec.DecodeError:
        return Glance()
    return glance


def moments_of(rows: Rows) -> list[int]:
    """The times of those rows that have one, in milliseconds since the epoch."""
    found: list[int] = []
    for glance in rows.glances:
        try:
            found.append(milliseconds(glance.moment))
        except (TypeError, ValueError, AttributeError):
            continue
    return found


def instants_of(rows: Rows) -> list[str] | None:
    """The times of a page, ascending, as text that sorts as the times do.

    None where a row lacks its uid or has a time in another form, where the order is another, or a row comes twice:
    such a page wants a closer look. All but always there is none, and no time has to be parsed.
    """
    count = len(rows)
    instants = [glance.moment for glance in rows.glances]
    try:
        text = "".join(instants)
    except TypeError:
        return None
    if (
        len(set(rows.uids())) != count
        or len(text) != 24 * count
        or any(text[place::24] != mark * count for place, mark in ((4, "-"), (10, "T"), (19, "."), (23, "Z")))
        or instants != sorted(instants)
    ):
        return None
    try:
        for instant in {*instants[:1], *instants[-1:]}:  # what the walk goes by; a 13th month between is no matter
            milliseconds(instant)
    except ValueError:
        return None
    return instants
