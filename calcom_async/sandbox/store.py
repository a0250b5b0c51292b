"""The state of a sandbox in SQLite: one database, in memory or in a file.

Small families (users, schedules, event types, teams …) are *shelves* of JSON records. Bookings have tables of their own
(see `bookings_store`), because they come by the hundred thousand and are filtered and sorted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any, Final

from calcom_async.sandbox import wire_json

Record = dict[str, Any]

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS records(
    shelf TEXT NOT NULL, id NOT NULL, parent, body BLOB NOT NULL, PRIMARY KEY (shelf, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS records_parent ON records(shelf, parent);
CREATE TABLE IF NOT EXISTS bookings(
    id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, organizer INTEGER NOT NULL, event_type INTEGER, team INTEGER,
    status TEXT NOT NULL, start INTEGER NOT NULL, finish INTEGER NOT NULL, created INTEGER NOT NULL,
    updated INTEGER NOT NULL, series TEXT, sort_uuid TEXT NOT NULL, private BLOB NOT NULL, wire BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS attendees(
    id INTEGER PRIMARY KEY, booking INTEGER NOT NULL, place INTEGER NOT NULL, email TEXT NOT NULL, name TEXT NOT NULL,
    seat TEXT
);
CREATE TABLE IF NOT EXISTS busy(
    person INTEGER NOT NULL, start INTEGER NOT NULL, finish INTEGER NOT NULL, booking INTEGER NOT NULL,
    PRIMARY KEY (person, start, booking)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS listing(
    viewer INTEGER NOT NULL, booking INTEGER NOT NULL, start INTEGER NOT NULL, finish INTEGER NOT NULL,
    created INTEGER NOT NULL, updated INTEGER NOT NULL, sort_uuid TEXT NOT NULL, status TEXT NOT NULL,
    recurring INTEGER NOT NULL, event_type INTEGER, team INTEGER, PRIMARY KEY (viewer, booking)
) WITHOUT ROWID;
"""
_LARGEST_ID: Final = 1 << 63
INDEXES: Final = {
    "bookings_event_type": "bookings(event_type, start)",
    "bookings_series": "bookings(series, start) WHERE series IS NOT NULL",
    "attendees_booking": "attendees(booking, place)",
    "attendees_email": "attendees(email, booking)",
    "attendees_name": "attendees(name, booking)",
    "attendees_seat": "attendees(seat) WHERE seat IS NOT NULL",
    "busy_booking": "busy(booking)",
    "listing_booking": "listing(booking)",
    "listing_start": "listing(viewer, start)",
    "listing_finish": "listing(viewer, finish)",
    "listing_created": "listing(viewer, created)",
    "listing_updated": "listing(viewer, updated)",
    "listing_uuid": "listing(viewer, sort_uuid)",
}


def is_id(value: object) -> bool:
    """Whether a record can have this id: a text, or a whole number that the database holds."""
    return isinstance(value, str) or (isinstance(value, int) and abs(value) < _LARGEST_ID)


class Shelf:
    """The JSON records of one family, by id, each with an optional parent (its owner)."""

    def __init__(self, store: Store, name: str) -> None:
        self._store = store
        self._name = name

    def get(self, record_id: int | str) -> Record | None:
        """The record with this id; whatever is no id at all leads to none."""
        if not is_id(record_id):
            return None
        row = self._store.one("SELECT body FROM records WHERE shelf = ? AND id = ?", self._name, record_id)
        return wire_json.loads(row[0]) if row else None

    def parent(self, record_id: int | str) -> Any:
        """Whose the record with this id is."""
        row = self._store.one("SELECT parent FROM records WHERE shelf = ? AND id = ?", self._name, record_id)
        return row[0] if row else None

    def put(self, record: Record, *, parent: int | str | None = None) -> Record:
        """Store a record under its `id`, replacing what was there."""
        self._store.run(
            "INSERT OR REPLACE INTO records(shelf, id, parent, body) VALUES (?, ?, ?, ?)",
            self._name,
            record["id"],
            parent,
            wire_json.dumps(record),
        )
        self._store.changes += 1
        return record

    def delete(self, record_id: int | str) -> None:
        """Remove the record with this id, if there is one."""
        self._store.run("DELETE FROM records WHERE shelf = ? AND id = ?", self._name, record_id)
        self._store.changes += 1

    def of(self, parent: int | str) -> list[Record]:
        """The records of one parent, by id."""
        return self._load("SELECT body FROM records WHERE shelf = ? AND parent = ? ORDER BY id", self._name, parent)

    def all(self) -> list[Record]:
        """Every record, by id."""
        return self._load("SELECT body FROM records WHERE shelf = ? ORDER BY id", self._name)

    def next_id(self, first: int) -> int:
        """The next free whole number, from `first` on. Ids of deleted records are not given out again."""
        counter = f"next id of {self._name}"
        highest = self._store.one("SELECT max(id) FROM records WHERE shelf = ?", self._name)
        free = max((highest[0] or 0) + 1 if highest else 0, int(self._store.note(counter) or first))
        self._store.write_note(counter, str(free + 1))
        return free

    def _load(self, sql: str, *arguments: Any) -> list[Record]:
        return [wire_json.loads(row[0]) for row in self._store.rows(sql, *arguments)]


class Store:
    """The database. `changes` counts writes to shelves, so that what is derived from them can be kept."""

    def __init__(self, path: str) -> None:
        # The server of `with Sandbox()` lives in a thread of its own while tests look into the database from theirs.
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
        self._connection.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY;" + _SCHEMA
        )
        self.changes = 0
        self.users = Shelf(self, "users")
        self.keys = Shelf(self, "keys")
        self.schedules = Shelf(self, "schedules")
        self.event_types = Shelf(self, "event types")
        self.private_links = Shelf(self, "private links")
        self.teams = Shelf(self, "teams")
        self.memberships = Shelf(self, "memberships")
        self.webhooks = Shelf(self, "webhooks")
        self.reservations = Shelf(self, "reservations")
        self.out_of_office = Shelf(self, "out of office")
        self.booking_limits = Shelf(self, "booking limits")
        self.codes = Shelf(self, "codes")
        self._notes = Shelf(self, "notes")

    def shelf(self, name: str) -> Shelf:
        """The shelf of a family that is not among those above; it is there once something is put on it."""
        return Shelf(self, name)

    def index(self) -> None:
        """Make the indexes (after a bulk fill, which is faster without them)."""
        for name, columns in INDEXES.items():
            self.run(f"CREATE INDEX IF NOT EXISTS {name} ON {columns}")

    def run(self, sql: str, *arguments: Any) -> int:
        """Execute one statement; the number of rows it changed."""
        return self._connection.execute(sql, arguments).rowcount

    def run_many(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Execute one statement for each row."""
        self._connection.executemany(sql, rows)

    def one(self, sql: str, *arguments: Any) -> tuple[Any, ...] | None:
        """The first row, or None."""
        row: tuple[Any, ...] | None = self._connection.execute(sql, arguments).fetchone()
        return row

    def rows(self, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """Every row."""
        return self._connection.execute(sql, arguments).fetchall()

    def note(self, name: str) -> str | None:
        """A single remembered text (the seed, the base time …)."""
        record = self._notes.get(name)
        return record["text"] if record else None

    def write_note(self, name: str, text: str) -> None:
        """Remember a single text."""
        self._notes.put({"id": name, "text": text})

    @contextmanager
    def transaction(self) -> Generator[None, None, None]:
        """All or nothing, and one commit for many writes."""
        self.run("BEGIN")
        try:
            yield
        except BaseException:
            self.run("ROLLBACK")
            raise
        self.run("COMMIT")

    def close(self) -> None:
        """Close the database (an in-memory one is gone)."""
        self._connection.close()
