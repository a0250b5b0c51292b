"""`.sqlite`: tables bookings, attendees and hosts; a booking that comes again replaces itself, by uid."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from calcom_async.export.answer import Buffer
from calcom_async.export.columns import (
    ATTENDEE_FIELDS,
    BOOKING_FIELDS,
    HOST_FIELDS,
    booking_columns,
    person_columns,
    snake,
)
from calcom_async.export.journal import sync_folder
from calcom_async.export.plan import milliseconds, wire_instant
from calcom_async.export.sinks import check_destination

__all__ = ["SqliteSink"]

_TYPES = {"text": "TEXT", "integer": "INTEGER", "boolean": "INTEGER", "number": "REAL", "instant": "TEXT"}
_BOOKING_COLUMNS = (*map(snake, BOOKING_FIELDS), "event_type_slug", "guests", "metadata", "booking_fields_responses")


def _definitions(fields: Mapping[str, str]) -> str:
    return ", ".join(f'"{snake(name)}" {_TYPES[kind]}' for name, kind in fields.items() if name != "uid")


SCHEMA = f"""
CREATE TABLE IF NOT EXISTS bookings (uid TEXT PRIMARY KEY, {_definitions(BOOKING_FIELDS)}, event_type_slug TEXT,
  guests TEXT, metadata TEXT, booking_fields_responses TEXT, other TEXT, wire TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS attendees (booking_uid TEXT NOT NULL REFERENCES bookings(uid) ON DELETE CASCADE,
  place INTEGER NOT NULL, {_definitions(ATTENDEE_FIELDS)}, other TEXT, PRIMARY KEY (booking_uid, place));
CREATE TABLE IF NOT EXISTS hosts (booking_uid TEXT NOT NULL REFERENCES bookings(uid) ON DELETE CASCADE,
  place INTEGER NOT NULL, {_definitions(HOST_FIELDS)}, other TEXT, PRIMARY KEY (booking_uid, place));
CREATE INDEX IF NOT EXISTS bookings_by_start ON bookings("start");
CREATE INDEX IF NOT EXISTS attendees_by_email ON attendees(email);
"""
"""Instants are text in UTC (`2026-12-01T09:00:00.000Z`), free-form fields JSON; `wire` is the booking as it came."""


class SqliteSink:
    """A database with one row a booking.

    Args:
        path: The final name.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.partial = path.with_name(f".{path.name}.partial")
        self._database: sqlite3.Connection | None = None

    def unfinished(self) -> bool:
        """Whether the partial database is there."""
        return self.partial.exists()

    @property
    def database(self) -> sqlite3.Connection:
        """The open database."""
        if self._database is None:
            raise ValueError("the database is not open")
        return self._database

    def open(self, resume_at: int | None = None) -> None:
        """Open the partial database; rows that came after the last commit replace themselves when they come again."""
        check_destination(self.path)
        if resume_at is None:
            self.discard()
        os.close(os.open(self.partial, os.O_RDWR | os.O_CREAT, 0o600))
        self._database = sqlite3.connect(self.partial, isolation_level=None)
        self._database.executescript("PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL; PRAGMA foreign_keys=OFF;")
        self._database.executescript(SCHEMA)
        self._database.execute("BEGIN EXCLUSIVE")

    def write(self, rows: Sequence[Buffer]) -> None:
        """Insert or replace bookings, with their attendees and hosts."""
        write_rows(self.database, rows)

    def commit(self) -> int:
        """Commit, and go on."""
        self.database.execute("COMMIT")
        self.database.execute("BEGIN EXCLUSIVE")
        return 0

    def finish(self) -> None:
        """Commit, and give the database its name."""
        self.database.execute("COMMIT")
        self.keep()
        self.partial.replace(self.path)
        sync_folder(self.path.parent)

    def keep(self) -> None:
        """Close; what was not committed is rolled back."""
        database, self._database = self._database, None
        if database is not None:
            with contextlib.suppress(sqlite3.Error):
                database.execute("PRAGMA journal_mode=DELETE")
            database.close()

    def discard(self) -> None:
        """Remove the partial database."""
        self.keep()
        for name in (self.partial, self.partial.with_name(f"{self.partial.name}-journal")):
            name.unlink(missing_ok=True)


def upsert(path: Path, rows: Iterator[bytes]) -> None:
    """Put wire JSON, one booking an item, into a database that exists, in one transaction."""
    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.execute("BEGIN EXCLUSIVE")
        while chunk := list(itertools.islice(rows, 250)):
            write_rows(database, chunk)
        database.execute("COMMIT")
    finally:
        database.close()


def write_rows(database: sqlite3.Connection, rows: Sequence[Buffer]) -> None:
    """Insert or replace bookings of wire JSON; one without a uid gets a key of its own."""
    bookings: list[tuple[Any, ...]] = []
    attendees: list[tuple[Any, ...]] = []
    hosts: list[tuple[Any, ...]] = []
    for raw in rows:
        wire = msgspec.json.decode(raw)
        columns = booking_columns(wire)
        uid = columns.get("uid") or f"malformed-{hashlib.blake2b(raw, digest_size=12).hexdigest()}"
        columns["uid"] = uid
        guests = wire.get("guests") if isinstance(wire, dict) else None
        columns["guests"] = msgspec.json.encode(guests).decode() if guests is not None else None
        bookings.append(
            (*(_value(columns.get(c)) for c in _BOOKING_COLUMNS), columns.get("other"), bytes(raw).decode())
        )
        for key, fields, into in (("attendees", ATTENDEE_FIELDS, attendees), ("hosts", HOST_FIELDS, hosts)):
            people = wire.get(key) if isinstance(wire, dict) else None
            for place, person in enumerate(people if isinstance(people, list) else ()):
                values = person_columns(person, fields)
                into.append((uid, place, *(_value(values.get(snake(f))) for f in fields), values.get("other")))
    uids = [(row[0],) for row in bookings]
    for table in ("attendees", "hosts"):
        database.executemany(f"DELETE FROM {table} WHERE booking_uid = ?", uids)  # noqa: S608 - our own two names
    for table, tuples in (("bookings", bookings), ("attendees", attendees), ("hosts", hosts)):
        if tuples:
            marks = ",".join("?" * len(tuples[0]))
            database.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", tuples)  # noqa: S608 - likewise


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return wire_instant(milliseconds(value))
    return int(value) if isinstance(value, bool) else value
