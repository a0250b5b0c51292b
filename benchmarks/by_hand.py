"""The exports that a good engineer writes by hand: orjson into dicts, the same columns as ours, nothing checked.

No booking is told apart from another, nothing is proven complete, nothing can be gone on with, a field that is not
known is lost, and a value of another type breaks the run.
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

PLAIN = (
    "uid", "id", "status", "title", "description", "start", "end", "duration", "eventTypeId", "location", "meetingUrl",
    "absentHost", "cancellationReason", "cancelledByEmail", "reschedulingReason", "rescheduledByEmail",
    "rescheduledFromUid", "rescheduledToUid", "recurringBookingUid", "rating", "icsUid", "createdAt", "updatedAt",
)  # fmt: skip
HOST = ("id", "name", "email", "displayEmail", "username", "timeZone")
ATTENDEE = ("name", "email", "displayEmail", "timeZone", "language", "absent", "phoneNumber", "seatUid")
INSTANTS = ("start", "end", "createdAt", "updatedAt")

Use = Callable[[bytes], None]
"""Takes the body of a page."""


def text(value: Any) -> str | None:
    """A free-form field."""
    return None if value is None else orjson.dumps(value).decode()


def slug(booking: dict[str, Any]) -> str | None:
    """Of its event type."""
    event_type = booking.get("eventType")
    return event_type["slug"] if event_type else None


@contextmanager
def to_csv(path: Path) -> Iterator[Use]:
    """`.csv`, people joined."""

    def line(booking: dict[str, Any]) -> tuple[Any, ...]:
        hosts, attendees = booking.get("hosts") or [], booking.get("attendees") or []
        return (
            *[booking.get(name) for name in PLAIN], slug(booking),
            "; ".join([each["name"] for each in hosts]), "; ".join([each["email"] for each in hosts]),
            "; ".join([each["name"] for each in attendees]), "; ".join([each["email"] for each in attendees]),
            "; ".join([each["timeZone"] for each in attendees]), "; ".join(booking.get("guests") or []),
            text(booking.get("bookingFieldsResponses")), text(booking.get("metadata")),
        )  # fmt: skip

    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        yield lambda body: writer.writerows(map(line, orjson.loads(body)["data"]))


@contextmanager
def to_sqlite(path: Path) -> Iterator[Use]:
    """Three tables, the wire JSON among the columns, one transaction."""
    path.unlink(missing_ok=True)
    database = sqlite3.connect(path, isolation_level=None)

    def table(name: str, columns: tuple[str, ...], key: str) -> str:
        names = ", ".join(f'"{column}"' for column in columns)
        database.execute(f"CREATE TABLE {name} ({names}, PRIMARY KEY ({key}))")
        return f"INSERT OR REPLACE INTO {name} VALUES ({', '.join('?' * len(columns))})"

    bookings = table("bookings", (*PLAIN, "slug", "guests", "metadata", "responses", "wire"), "uid")
    attendees = table("attendees", ("booking", "place", *ATTENDEE), "booking, place")
    hosts = table("hosts", ("booking", "place", *HOST), "booking, place")

    def people(rows: list[dict[str, Any]], key: str, fields: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
        for row in rows:
            for place, person in enumerate(row.get(key) or ()):
                yield row["uid"], place, *[person.get(name) for name in fields]

    def use(body: bytes) -> None:
        rows = orjson.loads(body)["data"]
        database.executemany(
            bookings,
            [
                (
                    *[row.get(name) for name in PLAIN], slug(row), text(row.get("guests")), text(row.get("metadata")),
                    text(row.get("bookingFieldsResponses")), text(row),
                )
                for row in rows
            ],
        )  # fmt: skip
        database.executemany(attendees, people(rows, "attendees", ATTENDEE))
        database.executemany(hosts, people(rows, "hosts", HOST))

    database.execute("BEGIN")
    yield use
    database.execute("COMMIT")
    database.execute("CREATE INDEX by_start ON bookings (start)")
    database.execute("CREATE INDEX by_email ON attendees (email)")
    database.close()


@contextmanager
def to_parquet(path: Path) -> Iterator[Use]:
    """Typed columns, people nested, row groups of 5,000."""
    kinds = {
        "id": pa.int64(), "duration": pa.int64(), "eventTypeId": pa.int64(), "absentHost": pa.bool_(),
        "absent": pa.bool_(), "rating": pa.float64(), **dict.fromkeys(INSTANTS, pa.timestamp("ms", tz="UTC")),
    }  # fmt: skip

    def fields(names: tuple[str, ...]) -> list[tuple[str, Any]]:
        return [(name, kinds.get(name, pa.string())) for name in names]

    schema = pa.schema(
        [
            *fields(PLAIN), ("slug", pa.string()), ("hosts", pa.list_(pa.struct(fields(HOST)))),
            ("attendees", pa.list_(pa.struct(fields(ATTENDEE)))), ("guests", pa.list_(pa.string())),
            ("metadata", pa.string()), ("responses", pa.string()),
        ]
    )  # fmt: skip
    waiting: list[dict[str, Any]] = []
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:

        def use(body: bytes) -> None:
            for row in orjson.loads(body)["data"]:
                row["slug"] = slug(row)
                row["metadata"], row["responses"] = text(row.get("metadata")), text(row.get("bookingFieldsResponses"))
                for name in INSTANTS:
                    row[name] = datetime.fromisoformat(row[name])
                waiting.append(row)
            if len(waiting) >= 5000:
                writer.write_table(pa.Table.from_pylist(waiting, schema=schema))
                waiting.clear()

        yield use
        if waiting:
            writer.write_table(pa.Table.from_pylist(waiting, schema=schema))
