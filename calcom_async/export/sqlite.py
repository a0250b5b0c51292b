"""`.sqlite`: tables bookings, attendees and hosts; a booking that comes again replaces itself, by uid and account."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import itertools
import os
import sqlite3
from collections.abc import Generator, Iterator, Mapping, Sequence
from itertools import chain, repeat
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from calcom_async.export.columns import (
    ATTENDEE_FIELDS,
    BOOKING_FIELDS,
    HOST_FIELDS,
    snake,
)
from calcom_async.export.journal import sync_folder
from calcom_async.export.lines import Buffer, Lines
from calcom_async.export.sinks import check_destination, lock
from calcom_async.export.typed_rows import BOOKING_COLUMNS, TYPED_READER, PeopleColumns, read_rows

__all__ = ["SqliteSink"]

_TYPES = {"text": "TEXT", "integer": "INTEGER", "boolean": "INTEGER", "number": "REAL", "instant": "TEXT"}


def _definitions(fields: Mapping[str, str]) -> str:
    own = {"uid", "account"}  # the key
    return ", ".join(f'"{snake(name)}" {_TYPES[kind]}' for name, kind in fields.items() if name not in own)


def _people(table: str, fields: Mapping[str, str]) -> str:
    return f"""
CREATE TABLE IF NOT EXISTS {table} (booking_uid TEXT NOT NULL, account TEXT NOT NULL DEFAULT '',
  place INTEGER NOT NULL, {_definitions(fields)}, other TEXT, PRIMARY KEY (booking_uid, account, place),
  FOREIGN KEY (booking_uid, account) REFERENCES bookings (uid, account) ON DELETE CASCADE) WITHOUT ROWID;
"""


SCHEMA = f"""
CREATE TABLE IF NOT EXISTS bookings (uid TEXT NOT NULL, account TEXT NOT NULL DEFAULT '',
  {_definitions(BOOKING_FIELDS)}, event_type_slug TEXT, guests TEXT, metadata TEXT, booking_fields_responses TEXT,
  other TEXT, wire TEXT NOT NULL, PRIMARY KEY (uid, account));
{_people("attendees", ATTENDEE_FIELDS)}{_people("hosts", HOST_FIELDS)}"""
"""Instants are text in UTC (`2026-12-01T09:00:00.000Z`), free-form fields JSON; `wire` is the booking as it came.

`account` is empty where one account was exported; two accounts may each have their row of one booking.
"""
INDEXES = """
CREATE INDEX IF NOT EXISTS bookings_by_start ON bookings("start");
CREATE INDEX IF NOT EXISTS attendees_by_email ON attendees(email);
"""
"""Made at the end: sorting once is cheaper than keeping order."""


@contextlib.contextmanager
def _failing_as_a_disk_does() -> Generator[None, None, None]:
    """SQLite's failures to write (a full disk, say) as the OSError that any other file raises."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise OSError(f"the database could not be written: {error}") from error


class SqliteSink:
    """A database with one row a booking.

    Args:
        path: The final name.
    """

    reader = TYPED_READER

    def __init__(self, path: Path) -> None:
        self.path = path
        self.partial = path.with_name(f".{path.name}.partial")
        self._database: sqlite3.Connection | None = None
        self._held: BinaryIO | None = None

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
        """Open the partial database; rows that came after the last commit replace themselves when they come again.

        Raises:
            InvalidRequestError: the folder does not exist, or the name is a folder.
            ExportError: another process writes there.
        """
        check_destination(self.path)
        # Held until the database is closed: to close any handle of a file drops SQLite's own locks on it.
        self._held = held = os.fdopen(os.open(self.partial, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        try:
            lock(held, self.path)
            if resume_at is None:
                held.truncate(0)
                self._rollback_journal.unlink(missing_ok=True)
            self._database = sqlite3.connect(self.partial, isolation_level=None, check_same_thread=False)
            with _failing_as_a_disk_does():
                for pragma in (
                    "page_size=16384",
                    "journal_mode=TRUNCATE",
                    "cache_size=-4096",
                    "synchronous=FULL",
                    "foreign_keys=OFF",
                ):
                    self._database.execute(f"PRAGMA {pragma}")
                self._database.executescript(SCHEMA)
                self._database.execute("BEGIN EXCLUSIVE")
        except BaseException:
            self.keep()
            raise
        self._tables = Tables(self._database)

    @property
    def _rollback_journal(self) -> Path:
        return self.partial.with_name(f"{self.partial.name}-journal")

    def write(self, rows: Sequence[Buffer], records: Sequence[Any] = ()) -> None:
        """Insert or replace bookings, with their attendees and hosts."""
        with _failing_as_a_disk_does():
            self._tables.write(rows, records)

    def commit(self) -> int:
        """Commit, and go on."""
        with _failing_as_a_disk_does():
            self.database.execute("COMMIT")
            self.database.execute("BEGIN EXCLUSIVE")
        return 0

    def finish(self) -> None:
        """Commit, and give the database its name."""
        with _failing_as_a_disk_does():
            self.database.execute("COMMIT")
            self.database.executescript(INDEXES)
        self.keep()
        self.partial.replace(self.path)
        sync_folder(self.path.parent)

    def stop(self) -> None:
        """The indexes are not waited for."""
        if self._database is not None:
            self._database.interrupt()

    def keep(self) -> None:
        """Close; what was not committed is rolled back."""
        database, self._database = self._database, None
        if database is not None:
            with contextlib.suppress(sqlite3.Error):
                database.execute("PRAGMA journal_mode=DELETE")
            database.close()
        held, self._held = self._held, None
        if held is not None:
            held.close()

    def discard(self) -> None:
        """Remove the partial database."""
        self.keep()
        for name in (self.partial, self._rollback_journal):
            name.unlink(missing_ok=True)


def upsert(path: Path, rows: Iterator[bytes]) -> None:
    """Put wire JSON, one booking an item, into a database that exists, in one transaction."""
    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.execute("BEGIN EXCLUSIVE")
        tables = Tables(database)
        while chunk := list(itertools.islice(rows, 250)):
            tables.write(chunk)
        database.execute("COMMIT")
    finally:
        database.close()


class Tables:
    """Writes bookings into the tables of a database."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._bookings = _Table("bookings", ("uid", "account", *_OTHERS, "guests", "wire"))
        self._attendees = _Table(
            "attendees", ("booking_uid", "account", "place", *map(snake, ATTENDEE_FIELDS), "other")
        )
        self._hosts = _Table("hosts", ("booking_uid", "account", "place", *map(snake, HOST_FIELDS), "other"))

    def write(self, rows: Sequence[Buffer], records: Sequence[Any] = ()) -> None:
        """Insert or replace bookings of wire JSON; one without a uid gets a key of its own."""
        read = read_rows(rows, records)
        if not read.guests:
            return
        database = self._database
        uids: Sequence[str] = read.columns[_UID]
        if not all(uids):
            uids = [
                uid or f"malformed-{hashlib.blake2b(row, digest_size=12).hexdigest()}"
                for uid, row in zip(uids, rows, strict=True)
            ]
        accounts = [account or "" for account in read.columns[_ACCOUNT]]
        guests = [None if each == "null" else each for each in _encode_lines(read.guests).decode().split("\n")[:-1]]
        columns = [uids, accounts, *(read.columns[place] for place in _OTHER_PLACES), guests, _wires(rows)]
        try:
            self._bookings.insert(database, columns)
        except sqlite3.IntegrityError:  # some are there, maybe from this very page: what there was of them is replaced
            keys = list(zip(uids, accounts, strict=True))
            for name in ("attendees", "hosts"):
                database.executemany(f"DELETE FROM {name} WHERE booking_uid = ? AND account = ?", keys)  # noqa: S608 - ours
            self._bookings.insert(database, columns, replacing=True)
        for table, people in ((self._attendees, read.attendees), (self._hosts, read.hosts)):
            if len(people.columns[0]):
                table.insert(database, _placed(uids, accounts, people), replacing=True)


class _Table:
    """Inserts rows that come as columns, with as few values as can be: each takes a while to be handed to SQLite.

    Several rows go into one statement. A column that has no value is left out, and one that has the same value
    throughout is given once a statement; but never again once it had different ones, so that there are few statements
    to prepare.
    """

    def __init__(self, name: str, columns: Sequence[str]) -> None:
        self._name = name
        self._columns = columns
        self._constant: set[int] = set()
        self._varied = {0}  # the key
        self._statement = functools.cache(self._make_statement)

    def insert(
        self, database: sqlite3.Connection, columns: Sequence[Sequence[Any]], *, replacing: bool = False
    ) -> None:
        """Insert rows, by columns in the order of the table's."""
        for place, column in enumerate(columns):
            if place in self._varied:
                continue
            first, count = column[0], len(column)
            if first.__class__ is float or column[-1] != first or column.count(first) != count:  # 0.0 is -0.0
                self._varied.add(place)
            elif first is not None:
                self._constant.add(place)
        self._constant -= self._varied
        constant, varied = sorted(self._constant), sorted(self._varied)
        once = [columns[place][0] for place in constant]
        width = len(varied)
        values = list(chain.from_iterable(zip(*(columns[place] for place in varied), strict=True)))
        together = ROWS_AT_ONCE * width
        whole = len(values) // together * together
        for size, first, last in ((together, 0, whole), (width, whole, len(values))):
            if first < last:
                database.executemany(
                    self._statement((*constant,), (*varied,), size // width, replacing),
                    [[*once, *values[n : n + size]] for n in range(first, last, size)],
                )

    def _make_statement(self, constant: tuple[int, ...], varied: tuple[int, ...], rows: int, replacing: bool, /) -> str:
        names = ", ".join(f'"{self._columns[place]}"' for place in (*constant, *varied))
        numbers = itertools.count(1)
        once = [self._mark(place, next(numbers)) for place in constant]
        marks = [", ".join([*once, *(self._mark(place, next(numbers)) for place in varied)]) for _ in range(rows)]
        verb = "INSERT OR REPLACE" if replacing else "INSERT"
        return f"{verb} INTO {self._name} ({names}) VALUES ({'), ('.join(marks)})"

    def _mark(self, place: int, number: int) -> str:
        return f"CAST(?{number} AS TEXT)" if self._columns[place] == "wire" else f"?{number}"


def _wires(rows: Sequence[Buffer]) -> Sequence[Buffer | bytearray]:
    """The wire JSON of each as it came: SQLite takes UTF-8.

    Raises:
        UnicodeDecodeError: it is none.
    """
    if isinstance(rows, Lines):
        str(rows.text(), "utf-8")
        return rows.copies()
    for row in rows:
        str(row, "utf-8")
    return [bytearray(row) for row in rows]


def _placed(uids: Sequence[str], accounts: Sequence[str], people: PeopleColumns) -> list[Sequence[Any]]:
    """Hosts or attendees with the key of their booking and their place in its list, as columns."""
    counts = [count or 0 for count in people.counts]
    if counts.count(1) == len(counts):
        return [uids, accounts, [0] * len(counts), *people.columns]
    whose = (list(chain.from_iterable(map(repeat, keys, counts))) for keys in (uids, accounts))
    return [*whose, list(chain.from_iterable(map(range, counts))), *people.columns]


ROWS_AT_ONCE = 25
"""Rows of one statement: more gain little and take longer to prepare; and it keeps below 999 values, SQLite's least
limit."""
_encode_lines = msgspec.json.Encoder().encode_lines
_UID, _ACCOUNT = (BOOKING_COLUMNS.index(name) for name in ("uid", "account"))
_OTHERS = [column for column in BOOKING_COLUMNS if column not in {"uid", "account"}]
_OTHER_PLACES = [BOOKING_COLUMNS.index(column) for column in _OTHERS]
