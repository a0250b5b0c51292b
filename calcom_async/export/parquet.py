"""`.parquet`: typed columns, hosts and attendees nested, row group by row group; extra `parquet` (pyarrow)."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain
from pathlib import Path
from typing import Any

from calcom_async.core.collector import collector_paused
from calcom_async.errors import MissingExtraError
from calcom_async.export.columns import (
    ATTENDEE_FIELDS,
    BOOKING_FIELDS,
    HOST_FIELDS,
    snake,
)
from calcom_async.export.lines import Buffer, Lines
from calcom_async.export.typed_rows import BOOKING_COLUMNS, PeopleColumns, TypedRows, read_rows

__all__ = ["RowGroups", "load_pyarrow", "schema", "table_of", "write_parquet"]

ROWS_PER_GROUP = 5_000
REPEATING = (
    "status", "location", "event_type_slug", "account",
    *(f"{people}.list.element.{name}" for people in ("hosts", "attendees") for name in ("time_zone", "language")),
    *(f"hosts.list.element.{name}" for name in ("id", "name", "email", "display_email", "username")),
)  # fmt: skip
"""Columns of few different values, which a dictionary suits; for others it costs time and gains nothing."""


def load_pyarrow() -> Any:
    """The module pyarrow.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.compute
        import pyarrow.parquet
    except ImportError:
        raise MissingExtraError("writing Parquet", "parquet") from None
    assert pyarrow.parquet and pyarrow.compute  # noqa: PT018 - both are loaded
    return pa


@functools.cache
def schema() -> Any:
    """The columns: instants are `timestamp[ms, UTC]`, free-form fields JSON text."""
    pa = load_pyarrow()
    kinds = {
        "text": pa.string(), "integer": pa.int64(), "boolean": pa.bool_(), "number": pa.float64(),
        "instant": pa.timestamp("ms", tz="UTC"),
    }  # fmt: skip

    def struct(fields: Mapping[str, str]) -> Any:
        return pa.struct([(snake(name), kinds[kind]) for name, kind in fields.items()] + [("other", pa.string())])

    return pa.schema(
        [(snake(name), kinds[kind]) for name, kind in BOOKING_FIELDS.items()]
        + [
            ("event_type_slug", pa.string()),
            ("hosts", pa.list_(struct(HOST_FIELDS))),
            ("attendees", pa.list_(struct(ATTENDEE_FIELDS))),
            ("guests", pa.list_(pa.string())),
            ("metadata", pa.string()),
            ("booking_fields_responses", pa.string()),
            ("other", pa.string()),
        ]
    )


def table_of(raws: Iterable[Buffer]) -> Any:
    """Wire JSON, one booking an item, as an Arrow table; of a few hundred at once, that is fastest."""
    if not isinstance(raws, Sequence):
        raws = list(raws)
    with collector_paused():
        try:
            return _table(read_rows(raws))
        except load_pyarrow().ArrowInvalid:  # an instant that does not exist
            return _table(read_rows(raws, exact=True))


def _table(read: TypedRows) -> Any:
    pa = load_pyarrow()
    plain, hosts, attendees, guests = _kinds()
    made = {
        "hosts": _people(pa, read.hosts, *hosts),
        "attendees": _people(pa, read.attendees, *attendees),
        "guests": _guests(pa, read.guests, guests),
    }
    for (name, kind, instant), values in zip(plain, read.columns, strict=True):
        # Canonical instants are cast as a column, which is far faster than to parse each.
        made[name] = _array(pa, values, pa.string()).cast(kind) if instant else _array(pa, values, kind)
    return pa.Table.from_arrays([made[name] for name in schema().names], schema=schema())


@functools.cache
def _kinds() -> tuple[Any, ...]:
    """What the columns are made of, looked up once: name, type and whether it is of instants; the fields of people."""
    pa = load_pyarrow()
    types = schema()
    plain = [(name, types.field(name).type) for name in BOOKING_COLUMNS]
    people = [(kind, list(kind.value_type)) for kind in (types.field("hosts").type, types.field("attendees").type)]
    return [(*each, pa.types.is_timestamp(each[1])) for each in plain], *people, types.field("guests").type


def _array(pa: Any, values: Sequence[Any], kind: Any) -> Any:
    """A column; one whose values are all the same is made of the one, which is faster."""
    first = values[0] if values else None
    if first.__class__ is float or not values or values[-1] != first or values.count(first) != len(values):
        return pa.array(values, kind)
    return pa.nulls(len(values), kind) if first is None else pa.repeat(pa.scalar(first, kind), len(values))


def _people(pa: Any, people: PeopleColumns, kind: Any, fields: Sequence[Any]) -> Any:
    """Hosts or attendees as a nested column."""
    arrays = [_array(pa, values, field.type) for field, values in zip(fields, people.columns, strict=True)]
    return pa.ListArray.from_arrays(_offsets(people.counts), pa.StructArray.from_arrays(arrays, fields=fields), kind)


def _guests(pa: Any, guests: Sequence[list[str] | None], kind: Any) -> Any:
    """Guests as a nested column."""
    counts = [None if each is None else len(each) for each in guests]
    flat = list(chain.from_iterable(filter(None, guests)))
    return pa.ListArray.from_arrays(_offsets(counts), pa.array(flat, kind.value_type), kind)


def _offsets(counts: Sequence[int | None]) -> Any:
    """Where each list begins among the values of all, and where the last one ends; none where there is no list."""
    pa = load_pyarrow()
    offsets: list[int | None] = list(accumulate([count or 0 for count in counts], initial=0))
    if None in counts:
        offsets = [*(None if c is None else o for c, o in zip(counts, offsets, strict=False)), offsets[-1]]
    return pa.array(offsets, pa.int32())


def write_parquet(blocks: Iterator[bytes], path: Path) -> None:
    """Write wire JSON, blocks of one booking a line, as Parquet."""
    pa = load_pyarrow()
    with pa.parquet.ParquetWriter(path, schema(), compression="zstd", use_dictionary=REPEATING) as writer:
        groups = RowGroups(writer)
        for block in blocks:
            groups.add(table_of(Lines.of_text(block)))
        groups.flush()


class RowGroups:
    """Tables of any length, written as row groups of one length.

    Args:
        writer: The file.
        length: Rows of each but the last.
    """

    def __init__(self, writer: Any, length: int = ROWS_PER_GROUP) -> None:
        self._writer = writer
        self._length = length
        self._waiting: list[Any] = []
        self._rows = 0

    def add(self, table: Any) -> None:
        """Take a table, and write what is complete."""
        self._waiting.append(table)
        self._rows += table.num_rows
        while self._rows >= self._length:
            whole = load_pyarrow().concat_tables(self._waiting)
            self._write(whole.slice(0, self._length))
            self._waiting = [whole.slice(self._length)]
            self._rows -= self._length
            del whole

    def flush(self) -> None:
        """Write what is left."""
        if self._rows:
            self._write(load_pyarrow().concat_tables(self._waiting))
        self._waiting, self._rows = [], 0

    def _write(self, table: Any) -> None:
        self._writer.write_table(table, row_group_size=self._length)
        load_pyarrow().default_memory_pool().release_unused()  # what it keeps for later would add up to the peak


def upsert(path: Path, rows: Iterator[bytes], fresh: Path) -> None:
    """Write a file's bookings and those of wire JSON to a fresh file; of a uid in both, only the latter."""
    pa = load_pyarrow()
    columns = schema()
    changed = table_of(rows)
    uids = changed.column("uid")
    with pa.parquet.ParquetWriter(fresh, columns, compression="zstd", use_dictionary=REPEATING) as writer:
        for batch in pa.parquet.ParquetFile(path).iter_batches(batch_size=ROWS_PER_GROUP):
            table = pa.Table.from_batches([batch]).cast(columns)
            writer.write_table(table.filter(pa.compute.invert(pa.compute.is_in(table.column("uid"), uids))))
        if changed.num_rows:
            writer.write_table(changed)
