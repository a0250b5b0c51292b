"""Recognising repeats: deliveries have no id, so the hash of the body is remembered for a while.

`Hooks` does this in its journal. These stores are for receivers of your own, and (Redis) for several machines.
"""

from __future__ import annotations

import asyncio
import importlib
import sqlite3
import threading
import time
from collections import OrderedDict
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from calcom_async.errors import ConfigurationError, MissingExtraError

__all__ = ["Duplicates", "MemoryDuplicates", "RedisDuplicates", "SqliteDuplicates"]

WEEK = timedelta(days=7)


class Duplicates(Protocol):
    """Remembers the `repeat_key` of events. Write your own for another database."""

    async def first(self, key: str) -> bool:
        """Remember a key; True where it was not known. Of several callers at once exactly one is told True."""
        ...

    async def forget(self, key: str) -> None:
        """Forget a key: its delivery was not accepted after all."""
        ...


class MemoryDuplicates:
    """Keys in this process.

    Args:
        remember: How long.
        size: How many at most; then the oldest go.
    """

    def __init__(self, *, remember: timedelta = WEEK, size: int = 100_000) -> None:
        self._seconds = remember.total_seconds()
        self._size = size
        self._keys: OrderedDict[str, float] = OrderedDict()

    async def first(self, key: str) -> bool:
        """Remember a key; True where it was not known."""
        now = time.monotonic()
        while self._keys and (len(self._keys) > self._size or next(iter(self._keys.values())) <= now):
            self._keys.popitem(last=False)
        if key in self._keys:
            return False
        self._keys[key] = now + self._seconds
        return True

    async def forget(self, key: str) -> None:
        """Forget a key."""
        self._keys.pop(key, None)


class SqliteDuplicates:
    """Keys in a file, for the processes of one machine.

    Args:
        path: The file.
        remember: How long.

    Raises:
        ConfigurationError: the file is no database.
    """

    def __init__(self, path: str | Path, *, remember: timedelta = WEEK) -> None:
        self._seconds = remember.total_seconds()
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, timeout=3.0, isolation_level=None, check_same_thread=False)
        try:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("CREATE TABLE IF NOT EXISTS seen (key TEXT PRIMARY KEY, until REAL NOT NULL) STRICT")
        except sqlite3.Error as error:
            self._db.close()
            raise ConfigurationError(f"{path} can't remember deliveries: {error}") from error

    async def first(self, key: str) -> bool:
        """Remember a key; True where it was not known."""
        return await asyncio.to_thread(self._first, key)

    def _first(self, key: str) -> bool:
        now = time.time()
        with self._lock:
            self._db.execute("DELETE FROM seen WHERE key = ? AND until <= ?", (key, now))
            done = self._db.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (key, now + self._seconds))
            return done.rowcount == 1

    async def forget(self, key: str) -> None:
        """Forget a key."""
        await asyncio.to_thread(self._forget, key)

    def _forget(self, key: str) -> None:
        with self._lock:
            self._db.execute("DELETE FROM seen WHERE key = ?", (key,))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()


class RedisDuplicates:
    """Keys in Redis, for several machines (extra `redis`).

    Args:
        url: Such as `redis://localhost:6379/0`.
        remember: How long.
        prefix: What the names of the keys begin with.

    Raises:
        MissingExtraError: the extra is not installed.
    """

    def __init__(self, url: str, *, remember: timedelta = WEEK, prefix: str = "calcom_async:webhook:") -> None:
        try:
            redis = importlib.import_module("redis.asyncio")
        except ImportError:
            raise MissingExtraError("RedisDuplicates", "redis") from None
        self._redis: Any = redis.Redis.from_url(url, socket_timeout=2.0, socket_connect_timeout=2.0)
        self._seconds = max(1, round(remember.total_seconds()))
        self._prefix = prefix

    async def first(self, key: str) -> bool:
        """Remember a key; True where it was not known."""
        return bool(await self._redis.set(self._prefix + key, b"1", nx=True, ex=self._seconds))

    async def forget(self, key: str) -> None:
        """Forget a key."""
        await self._redis.delete(self._prefix + key)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._redis.aclose()
