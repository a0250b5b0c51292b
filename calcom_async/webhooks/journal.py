"""Deliveries that were accepted and are not yet handled, in SQLite: in memory, or in a file that outlives a crash.

A delivery is answered for once its row is on the disk. Whoever handles it holds a lease on the row; when the process
dies, the lease runs out and the next one takes it. So each is handled at least once, and a repeat is recognised by the
row that is there already: both in one transaction.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any, Self

import attrs
import msgspec

from calcom_async.errors import ConfigurationError
from calcom_async.webhooks.events import Event
from calcom_async.webhooks.reading import read_event

__all__ = ["Journal", "KeptDelivery", "Put", "Taken"]

RELEASE = 1
"""The form of the tables; a file of another one is not opened."""
BUSY = 3.0
"""Seconds to wait for another process; well below the 8 s that Cal.com waits."""
_TABLES = f"""
PRAGMA user_version = {RELEASE};
CREATE TABLE IF NOT EXISTS deliveries (
  id INTEGER PRIMARY KEY,
  key TEXT UNIQUE,
  state TEXT NOT NULL,
  received REAL NOT NULL,
  due REAL NOT NULL,
  owner TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  finished TEXT NOT NULL DEFAULT '[]',
  headers TEXT NOT NULL,
  body BLOB NOT NULL,
  error TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS next ON deliveries (state, due);
"""


class Put(Enum):
    """What came of putting a delivery into the journal."""

    ACCEPTED = "accepted"
    REPEAT = "repeat"
    """It is there, or was."""
    FULL = "full"
    """As many as may wait are waiting."""


@attrs.frozen(kw_only=True)
class Taken:
    """A delivery somebody works on.

    Attributes:
        id: Its number in the journal.
        attempts: How often it was taken, this time included.
        finished: The handlers that are done with it.
        headers: The headers that reading it takes.
        body: The raw body.
    """

    id: int
    attempts: int
    finished: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    body: bytes = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class KeptDelivery:
    """A delivery that was tried often enough.

    Attributes:
        id: Its number in the journal, for `try_again` and `discard`.
        received_at: When it came.
        attempts: How often it was tried.
        error: What its handler raised last.
        event: What it says.
    """

    id: int
    received_at: datetime
    attempts: int
    error: str | None = attrs.field(repr=False)
    event: Event[Any]


class Journal:
    """The deliveries of one receiver.

    Args:
        path: The file; by default it is kept in memory. Several processes may share a file.
        remember: How long a delivery that is done is known as a repeat; only its hash is kept, not its body.

    Raises:
        ConfigurationError: the file is no journal, or of another release.
    """

    def __init__(self, path: str | Path = ":memory:", *, remember: timedelta = timedelta(days=7)) -> None:
        self.path = str(path)
        self._remember = remember.total_seconds()
        self._lock = threading.Lock()
        if self.durable:
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))  # bodies are personal data
        self._db = self._connect()
        try:
            self._prepare()
        except sqlite3.Error as error:
            self._db.close()
            raise ConfigurationError(f"{self.path} is no journal of deliveries: {error}") from error
        _OPEN.add(self)

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=BUSY, isolation_level=None, check_same_thread=False)

    def _prepare(self) -> None:
        if self.durable:
            self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA secure_delete = ON")
        (release,) = self._db.execute("PRAGMA user_version").fetchone()
        if release not in (0, RELEASE):
            self._db.close()
            raise ConfigurationError(f"{self.path} was written by another release; take another file")
        self._db.executescript(_TABLES)

    @property
    def durable(self) -> bool:
        """Whether it outlives the process."""
        return self.path != ":memory:"

    def close(self) -> None:
        """Close the file."""
        _OPEN.discard(self)
        with self._lock:
            self._db.close()

    def _before_fork(self) -> None:
        """SQLite's locks do not survive a fork: nothing may be under way, and no file open."""
        self._lock.acquire()
        if self.durable:
            self._db.close()

    def _after_fork(self) -> None:
        """In the parent and in the child, each with a connection of its own."""
        if self.durable:
            self._db = self._connect()
            self._db.execute("PRAGMA secure_delete = ON")
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _transaction(self, *, synced: bool = False) -> Generator[Callable[..., sqlite3.Cursor], None, None]:
        """A transaction; `synced`: it is on the disk when this ends.

        The others may be lost with the machine's power: then something that was handled is handled again.
        """
        with self._lock:
            self._db.execute(f"PRAGMA synchronous = {'FULL' if synced else 'NORMAL'}")
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db.execute
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    # --- accepting -------------------------------------------------------------------------------------------------

    def put(
        self, key: str | None, headers: Iterable[tuple[str, str]], body: bytes, *, limit: int, delay: float = 0.0
    ) -> tuple[Put, int | None]:
        """Accept a delivery, unless it is there already or too many wait.

        Args:
            key: What tells a repeat; None where nothing does.
            headers: The headers that reading it takes.
            body: The raw body.
            limit: How many may wait.
            delay: Seconds before anybody takes it.

        Returns:
            What came of it, and its number where it was accepted.
        """
        now = time.time()
        with self._transaction(synced=True) as run:
            run("DELETE FROM deliveries WHERE state = 'done' AND due < ?", (now - self._remember,))
            if key is not None and run("SELECT 1 FROM deliveries WHERE key = ?", (key,)).fetchone():
                return Put.REPEAT, None
            if run("SELECT count(*) FROM deliveries WHERE state = 'waiting'").fetchone()[0] >= limit:
                return Put.FULL, None
            made = run(
                "INSERT INTO deliveries (key, state, received, due, headers, body) VALUES (?, 'waiting', ?, ?, ?, ?)",
                (key, now, now + delay, msgspec.json.encode(tuple(headers)).decode(), bytes(body)),
            )
        return Put.ACCEPTED, made.lastrowid

    def ready(self, number: int) -> None:
        """Let a delivery that was put with a delay be taken now."""
        with self._transaction() as run:
            run("UPDATE deliveries SET due = ? WHERE id = ? AND owner IS NULL", (time.time(), number))

    def forget(self, number: int) -> None:
        """Take a delivery out as if it had never come."""
        with self._transaction() as run:
            run("DELETE FROM deliveries WHERE id = ?", (number,))

    # --- handling --------------------------------------------------------------------------------------------------

    def take(self, owner: str, lease: float) -> Taken | None:
        """The next delivery that is due, held for `lease` seconds; None where none is."""
        now = time.time()
        with self._transaction() as run:
            row = run(
                "SELECT id, attempts, finished, headers, body FROM deliveries"
                " WHERE state = 'waiting' AND due <= ? ORDER BY due, id LIMIT 1",
                (now,),
            ).fetchone()
            if row is None:
                return None
            run(
                "UPDATE deliveries SET owner = ?, due = ?, attempts = attempts + 1 WHERE id = ?",
                (owner, now + lease, row[0]),
            )
        return Taken(
            id=row[0],
            attempts=row[1] + 1,
            finished=tuple(msgspec.json.decode(row[2])),
            headers=tuple((name, value) for name, value in msgspec.json.decode(row[3])),
            body=row[4],
        )

    def extend(self, owner: str, lease: float) -> None:
        """Hold what this owner works on for another `lease` seconds."""
        with self._transaction() as run:
            run("UPDATE deliveries SET due = ? WHERE state = 'waiting' AND owner = ?", (time.time() + lease, owner))

    def done(self, number: int) -> None:
        """It is handled: its body goes, its hash stays for a while."""
        with self._transaction() as run:
            run(
                "UPDATE deliveries SET state = 'done', due = ?, owner = NULL, headers = '[]', body = x'', error = NULL"
                " WHERE id = ?",
                (time.time(), number),
            )
            run("DELETE FROM deliveries WHERE id = ? AND key IS NULL", (number,))

    def retry(self, number: int, *, delay: float, finished: Iterable[str], error: str) -> None:
        """It failed, and is due again after `delay` seconds."""
        self._failed(number, "waiting", time.time() + delay, finished, error)

    def keep_aside(self, number: int, *, finished: Iterable[str], error: str) -> None:
        """It failed often enough: nobody takes it any more, and it can be read."""
        self._failed(number, "aside", time.time(), finished, error)

    def _failed(self, number: int, state: str, due: float, finished: Iterable[str], error: str) -> None:
        with self._transaction() as run:
            run(
                "UPDATE deliveries SET state = ?, due = ?, owner = NULL, finished = ?, error = ? WHERE id = ?",
                (state, due, msgspec.json.encode(tuple(finished)).decode(), error, number),
            )

    def give_back(self, number: int, *, finished: Iterable[str]) -> None:
        """It was not handled to the end, and this is no failure: due at once, and the try does not count."""
        with self._transaction() as run:
            run(
                "UPDATE deliveries SET due = ?, owner = NULL, attempts = attempts - 1, finished = ? WHERE id = ?",
                (time.time(), msgspec.json.encode(tuple(finished)).decode(), number),
            )

    # --- looking ---------------------------------------------------------------------------------------------------

    def waiting(self) -> int:
        """How many are accepted and not yet handled, those that somebody works on among them."""
        with self._lock:
            count: int = self._db.execute("SELECT count(*) FROM deliveries WHERE state = 'waiting'").fetchone()[0]
            return count

    def next_due(self) -> float | None:
        """In how many seconds the next one is due (not below 0); None where none waits."""
        with self._lock:
            (due,) = self._db.execute("SELECT min(due) FROM deliveries WHERE state = 'waiting'").fetchone()
        return None if due is None else max(0.0, due - time.time())

    def kept_aside(self) -> list[KeptDelivery]:
        """The deliveries that were tried often enough, oldest first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT id, received, attempts, error, headers, body FROM deliveries WHERE state = 'aside' ORDER BY id"
            ).fetchall()
        return [
            KeptDelivery(
                id=number,
                received_at=datetime.fromtimestamp(received, UTC),
                attempts=attempts,
                error=error,
                event=read_event(body, [(name, value) for name, value in msgspec.json.decode(headers)]),
            )
            for number, received, attempts, error, headers, body in rows
        ]

    def try_again(self, number: int) -> bool:
        """Have one that was kept aside handled again, by the handlers that were not done with it; False: no such."""
        with self._transaction() as run:
            changed = run(
                "UPDATE deliveries SET state = 'waiting', due = ?, attempts = 0 WHERE id = ? AND state = 'aside'",
                (time.time(), number),
            )
        return changed.rowcount == 1

    def discard(self, number: int) -> bool:
        """Drop one that was kept aside; False: there is no such."""
        with self._transaction() as run:
            changed = run("DELETE FROM deliveries WHERE id = ? AND state = 'aside'", (number,))
        return changed.rowcount == 1


_OPEN: weakref.WeakSet[Journal] = weakref.WeakSet()
_FORKING: list[Journal] = []


def _before_fork() -> None:
    for journal in (*_OPEN,):
        journal._before_fork()
        _FORKING.append(journal)


def _after_fork() -> None:
    while _FORKING:
        _FORKING.pop()._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)
