"""Each store tells exactly one of many that it is the first, and forgets in time."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from calcom_async import ConfigurationError, MissingExtraError
from calcom_async.webhooks import Duplicates, Hooks, MemoryDuplicates, RedisDuplicates, SqliteDuplicates
from tests.redis_server import RedisServer

from .samples import SECRET, numbered


@pytest.fixture(params=["memory", "sqlite", "redis"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Duplicates]:
    match request.param:
        case "memory":
            yield MemoryDuplicates()
        case "sqlite":
            opened = SqliteDuplicates(tmp_path / "seen.sqlite")
            yield opened
            opened.close()
        case _:
            with RedisServer() as server:
                remote = RedisDuplicates(server.url)
                yield remote
                await remote.aclose()


async def test_one_of_many_is_the_first(store: Duplicates) -> None:
    told = await asyncio.gather(*(store.first(f"key{n % 5}") for n in range(50)))
    assert sum(told) == 5
    assert not await store.first("key1")
    await store.forget("key1")
    assert await store.first("key1")
    await store.forget("never known")


async def test_memory_and_files_forget_in_time(tmp_path: Path) -> None:
    opened = SqliteDuplicates(tmp_path / "seen.sqlite", remember=timedelta(0))
    for store in (MemoryDuplicates(remember=timedelta(0)), opened):
        assert await store.first("k")
        assert await store.first("k")
    opened.close()


async def test_memory_is_bounded() -> None:
    store = MemoryDuplicates(size=3)
    for number in range(10):
        assert await store.first(str(number))
    assert len(store._keys) <= 4
    assert not await store.first("9")
    assert await store.first("0")


async def test_redis_forgets_by_itself() -> None:
    with RedisServer() as server:
        store = RedisDuplicates(server.url, remember=timedelta(hours=1), prefix="mine:")
        await store.first("k")
        assert 3590 < await store._redis.ttl("mine:k") <= 3600
        await store.aclose()


async def test_two_machines_handle_a_delivery_once() -> None:
    got: list[Any] = []
    with RedisServer() as server:
        stores = [RedisDuplicates(server.url) for _ in range(2)]
        async with (
            Hooks(secret=SECRET, duplicates=stores[0]) as one,
            Hooks(secret=SECRET, duplicates=stores[1]) as two,
        ):
            for hooks in (one, two):
                hooks.on_any()(lambda event: got.append(event.uid))
            answers = await asyncio.gather(*(hooks.receive(*numbered(n)) for n in range(10) for hooks in (one, two)))
            await one.idle()
            await two.idle()
        for store in stores:
            await store.aclose()
    assert sorted(answer.text for answer in answers) == ["a repeat"] * 10 + ["accepted"] * 10
    assert sorted(got) == [f"uid{n}" for n in range(10)]


def test_a_file_that_is_something_else(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"no database" * 100)
    with pytest.raises(ConfigurationError, match="can't remember"):
        SqliteDuplicates(other)


def test_redis_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    with pytest.raises(MissingExtraError, match=r"calcom-async\[redis\]"):
        RedisDuplicates("redis://localhost")
