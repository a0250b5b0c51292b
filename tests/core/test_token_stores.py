"""Where tokens are kept: whole or not at all, for one pair of eyes, one renewal at a time."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend

from calcom_async import (
    APITimeoutError,
    ConfigurationError,
    FileTokens,
    KeyringTokens,
    MemoryTokens,
    MissingExtraError,
    Tokens,
)
from calcom_async.core.token_stores import TokenStore
from calcom_async.core.token_stores_file import file_lock, write_private
from calcom_async.settings import Hidden

TOKENS = Tokens(
    access_token="acc3ss", refresh_token="r3fresh", expires_at=1800.5, issued_at=0.5, scopes=("A_READ", "B_READ")
)


class Ring(KeyringBackend):
    priority = 1.0  # type: ignore[assignment] # a property of the class in the real one

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def ring() -> Any:
    before = keyring.get_keyring()
    ring = Ring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


@pytest.fixture(params=["memory", "file", "keyring"])
def store(request: pytest.FixtureRequest, tmp_path: Path, ring: Ring) -> TokenStore:
    made: dict[str, TokenStore] = {
        "memory": MemoryTokens(),
        "file": FileTokens(tmp_path / "deep" / "tokens.json"),
        "keyring": KeyringTokens("work", lock=tmp_path / "work.lock"),
    }
    return made[request.param]


async def test_what_is_saved_is_loaded_until_it_is_forgotten(store: TokenStore) -> None:
    assert isinstance(store, TokenStore)
    assert await store.load() is None
    await store.save(None)
    await store.save(TOKENS)
    assert await store.load() == TOKENS
    await store.save(Tokens(access_token="n3xt"))
    assert await store.load() == Tokens(access_token="n3xt")
    await store.save(None)
    assert await store.load() is None
    assert "acc3ss" not in repr(store) + store.name


async def test_a_lock_is_held_by_one_at_a_time(store: TokenStore) -> None:
    inside = most = 0

    async def work() -> None:
        nonlocal inside, most
        for _ in range(3):
            async with store.locked():
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0)
                inside -= 1

    await asyncio.gather(*(work() for _ in range(5)))
    assert most == 1


def test_a_lock_of_memory_reaches_over_threads() -> None:
    store, log = MemoryTokens(), []

    async def work(name: int) -> None:
        async with store.locked():
            log.append(name)
            await asyncio.sleep(0.01)
            log.append(name)

    threads = [threading.Thread(target=lambda n=n: asyncio.run(work(n))) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert log[::2] == log[1::2]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
async def test_a_child_does_not_wait_for_what_its_parent_held() -> None:
    store = MemoryTokens(TOKENS)
    async with store.locked():
        store._process += 1  # what a child sees: its own number is another
        async with asyncio.timeout(5), store.locked():
            assert await store.load() == TOKENS


async def test_a_lock_is_given_back_on_failure_and_on_cancelling(store: TokenStore) -> None:
    with pytest.raises(KeyError):
        async with store.locked():
            raise KeyError
    async with store.locked():
        waiting = asyncio.create_task(store.locked().__aenter__())
        await asyncio.sleep(0.03)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    async with store.locked():
        pass


# --- the file --------------------------------------------------------------------------------------------------------


async def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    store = FileTokens(tmp_path / "new" / "tokens.json")
    old = os.umask(0)
    try:
        await store.save(TOKENS)
    finally:
        os.umask(old)
    assert store.path.stat().st_mode & 0o777 == 0o600
    assert store.path.parent.stat().st_mode & 0o777 == 0o700
    assert [one.name for one in store.path.parent.iterdir()] == ["tokens.json"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
async def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    store = FileTokens(tmp_path / "tokens.json")
    await store.save(TOKENS)
    store.path.chmod(mode)
    with pytest.raises(ConfigurationError, match=f"others may read tokens.json \\(mode {mode:o}\\)"):
        await store.load()


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b"\xff", b'{"access_token": 7}', b'{"access_token": "a", "scopes": "x"}']
)
async def test_a_file_of_something_else(tmp_path: Path, content: bytes) -> None:
    store = FileTokens(tmp_path / "tokens.json")
    store.path.touch(mode=0o600)
    store.path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"tokens\.json holds no tokens"):
        await store.load()


async def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="can't be read"):
        await FileTokens(tmp_path).load()


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "tokens.json"
    write_private(path, "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_private(path, "new")
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["tokens.json"]


def test_file_and_folder_are_on_the_disk_before_it_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    sync, replace = os.fsync, Path.replace

    def fsync(handle: int) -> None:
        order.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        sync(handle)

    def moved(self: Path, target: Any) -> Path:
        order.append("moved")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", moved)
    write_private(tmp_path / "tokens.json", "new")
    assert order == ["file", "moved", "folder"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "tokens.json"
    link.symlink_to(tmp_path / "real" / "tokens.json")
    write_private(link, "new")
    assert link.is_symlink()
    assert (tmp_path / "real" / "tokens.json").read_text() == "new"


# --- the lock file ---------------------------------------------------------------------------------------------------

HOLDER = """
import asyncio, sys
from pathlib import Path
from calcom_async.core.token_stores_file import file_lock
async def main():
    async with file_lock(Path(sys.argv[1])):
        print("held", flush=True)
        await asyncio.sleep(60)
asyncio.run(main())
"""


async def test_the_lock_of_a_process_that_was_killed_is_free(tmp_path: Path) -> None:
    path = tmp_path / "tokens.lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    with holder.stdout:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(APITimeoutError, match=r"another process has held tokens\.lock"):
            async with file_lock(path, patience=0.05):
                pass
        holder.kill()
        holder.wait()
    async with file_lock(path, patience=5):
        pass


async def test_without_the_extra_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "filelock", None)
    with pytest.raises(MissingExtraError, match=r"calcom-async\[oauth\]"):
        async with FileTokens(tmp_path / "tokens.json").locked():
            pass


# --- the keyring -----------------------------------------------------------------------------------------------------


async def test_what_the_keyring_keeps(ring: Ring, tmp_path: Path) -> None:
    store = KeyringTokens("work", lock=tmp_path / "work.lock")
    await store.save(TOKENS)
    assert json.loads(ring.kept["calcom-async", "work"])["refresh_token"] == "r3fresh"
    ring.kept["calcom-async", "work"] = "cal_a_key"
    with pytest.raises(ConfigurationError, match="holds no tokens under work"):
        await store.load()


# --- the value -------------------------------------------------------------------------------------------------------


def test_tokens_as_plain_data() -> None:
    data = TOKENS.to_dict()
    assert Tokens.from_dict(json.loads(json.dumps(data))) == TOKENS
    assert [type(data[name]) for name in ("access_token", "refresh_token")] == [str, str]
    assert type(TOKENS.access_token) is Hidden
    assert "acc3ss" not in repr(TOKENS)
