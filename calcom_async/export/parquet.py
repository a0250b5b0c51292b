"""`.parquet`: typed columns, hosts and attendees nested, row group by row group; extra `parquet` (pyarrow)."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from calcom_async.errors import MissingExtraError
from calcom_async.export.answer import Buffer
from calcom_async.export.columns import (
    ATTENDEE_FIELDS,
    BOOKING_FIELDS,
    HOST_FIELDS,
    booking_columns,
    person_columns,
    snake,
)

__all__ = ["load_pyarrow", "schema", "table_of", "write_parquet"]

ROWS_PER_GROUP = 10_000


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


def _row(raw: Buffer) -> dict[str, Any]:
    booking = msgspec.json.decode(raw)
    row = booking_columns(booking)
    if isinstance(booking, dict):
        for key, fields in (("hosts", HOST_FIELDS), ("attendees", ATTENDEE_FIELDS)):
            people = booking.get(key)
            row[key] = [person_columns(person, fields) for person in people] if isinstance(people, list) else None
        guests = booking.get("guests")
        row["guests"] = [str(guest) for guest in guests] if isinstance(guests, list) else None
    return row


def table_of(raws: Iterable[Buffer]) -> Any:
    """Wire JSON, one booking an item, as an Arrow table."""
    return load_pyarrow().Table.from_pylist([_row(raw) for raw in raws], schema=schema())


def write_parquet(rows: Iterator[bytes], path: Path) -> None:
    """Write wire JSON, one booking an item, as Parquet."""
    pa = load_pyarrow()
    with pa.parquet.ParquetWriter(path, schema(), compression="zstd") as writer:
        while chunk := list(itertools.islice(rows, ROWS_PER_GROUP)):
            writer.write_table(table_of(chunk))


def upsert(path: Path, rows: Iterator[bytes], fresh: Path) -> None:
    """Write a file's bookings and those of wire JSON to a fresh file; of a uid in both, only the latter."""
    pa = load_pyarrow()
    columns = schema()
    changed = table_of(rows)
    uids = changed.column("uid")
    with pa.parquet.ParquetWriter(fresh, columns, compression="zstd") as writer:
        for batch in pa.parquet.ParquetFile(path).iter_batches(batch_size=ROWS_PER_GROUP):
            table = pa.Table.from_batches([batch]).cast(columns)
            writer.write_table(table.filter(pa.compute.invert(pa.compute.is_in(table.column("uid"), uids))))
        if changed.num_rows:
            writer.write_table(changed)
