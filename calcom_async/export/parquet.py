"""`.parquet`: typed columns, hosts and attendees nested, row group by row group; extra `parquet` (pyarrow)."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from pathlib import Path
from typing import Any

from calcom_async.errors import MissingExtraError
from calcom_async.export.columns import (
    ATTENDEE_FIELDS,
    BOOKING_FIELDS,
    HOST_FIELDS,
    snake,
)
from calcom_async.export.lines import Buffer
from calcom_async.export.typed_rows import BOOKING_COLUMNS, PeopleColumns, TypedRows, read_rows

__all__ = ["load_pyarrow", "schema", "table_of", "write_parquet"]

ROWS_PER_GROUP = 5_000
ROWS_PER_TABLE = 500
"""Rows made into columns at once: few enough to stay in the processor's caches."""
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
    """Wire JSON, one booking an item, as an Arrow table."""
    raws = list(raws)
    try:
        return _table(read_rows(raws))
    except load_pyarrow().ArrowInvalid:  # an instant that does not exist
        return _table(read_rows(raws, exact=True))


def _table(read: TypedRows) -> Any:
    pa = load_pyarrow()
    types = schema()
    made = {
        "hosts": _people(read.hosts, types.field("hosts").type),
        "attendees": _people(read.attendees, types.field("attendees").type),
        "guests": pa.array(read.guests, types.field("guests").type),
    }
    for name, values in zip(BOOKING_COLUMNS, read.columns, strict=True):
        kind = types.field(name).type
        # Canonical instants are cast as a column, which is far faster than to parse each.
        made[name] = pa.array(values, pa.string()).cast(kind) if pa.types.is_timestamp(kind) else pa.array(values, kind)
    return pa.table({name: made[name] for name in types.names}, schema=types)


def _people(people: PeopleColumns, kind: Any) -> Any:
    """Hosts or attendees as a nested column."""
    pa = load_pyarrow()
    ends = accumulate((count or 0 for count in people.counts), initial=0)
    offsets = [*(None if count is None else start for count, start in zip(people.counts, ends, strict=False))]
    fields = list(kind.value_type)
    arrays = [pa.array(values, field.type) for field, values in zip(fields, people.columns, strict=True)]
    return pa.ListArray.from_arrays(
        pa.array([*offsets, len(people.columns[0])], pa.int32()),
        pa.StructArray.from_arrays(arrays, fields=fields),
        kind,
    )


def write_parquet(rows: Iterator[bytes], path: Path) -> None:
    """Write wire JSON, one booking an item, as Parquet."""
    pa = load_pyarrow()
    with pa.parquet.ParquetWriter(path, schema(), compression="zstd", use_dictionary=REPEATING) as writer:
        while group := list(itertools.islice(_tables(rows), ROWS_PER_GROUP // ROWS_PER_TABLE)):
            writer.write_table(pa.concat_tables(group), row_group_size=ROWS_PER_GROUP)
            del group
            pa.default_memory_pool().release_unused()  # what it keeps for later would add up to the peak


def _tables(rows: Iterator[bytes]) -> Iterator[Any]:
    while chunk := list(itertools.islice(rows, ROWS_PER_TABLE)):
        yield table_of(chunk)


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
