"""The journal: on the disk before the answer, taken once, tried again, kept aside, forgotten in time."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from calcom_async import ConfigurationError
from calcom_async.webhooks import Journal
from calcom_async.webhooks.journal import Put

from .samples import numbered

HEADERS = [("Content-Type", "application/json")]


@pytest.fixture(params=["memory", "file"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    with Journal(":memory:" if request.param == "memory" else tmp_path / "hooks.sqlite") as opened:
        yield opened


def put(journal: Journal, number: int, *, limit: int = 100) -> Put:
    return journal.put(f"key{number}", HEADERS, numbered(number)[0], limit=limit)[0]


def test_what_is_put_is_taken_once_in_order(journal: Journal) -> None:
    assert [put(journal, n) for n in range(3)] == [Put.ACCEPTED] * 3
    taken = [journal.take("me", 30) for _ in range(4)]
    assert [each and each.body for each in taken] == [numbered(0)[0], numbered(1)[0], numbered(2)[0], None]
    assert taken[0] is not None
    assert (taken[0].headers, taken[0].attempts, taken[0].finished) == (tuple(HEADERS), 1, ())
    assert journal.waiting() == 3


def test_a_repeat_is_known_whatever_became_of_the_first(journal: Journal) -> None:
    for number in range(4):
        put(journal, number)
    taken = [journal.take("me", 30) for _ in range(3)]
    assert all(taken)
    journal.done(taken[0].id)  # type: ignore[union-attr] # just said
    journal.keep_aside(taken[1].id, finished=[], error="x")  # type: ignore[union-attr] # likewise
    assert [put(journal, number) for number in range(4)] == [Put.REPEAT] * 4
    assert journal.put(None, HEADERS, b"{}", limit=9)[0] is Put.ACCEPTED
    assert journal.put(None, HEADERS, b"{}", limit=9)[0] is Put.ACCEPTED


def test_it_is_full_until_something_is_handled(journal: Journal) -> None:
    assert [put(journal, n, limit=2) for n in range(3)] == [Put.ACCEPTED, Put.ACCEPTED, Put.FULL]
    taken = journal.take("me", 30)
    assert taken is not None
    assert put(journal, 2, limit=2) is Put.FULL, "what is being handled counts"
    journal.done(taken.id)
    assert put(journal, 2, limit=2) is Put.ACCEPTED
    assert put(journal, 2, limit=2) is Put.REPEAT


def test_a_lease_that_ran_out_is_taken_by_the_next(journal: Journal) -> None:
    put(journal, 1)
    first = journal.take("dead", 0.0)
    again = journal.take("alive", 30)
    assert first is not None
    assert again is not None
    assert (again.id, again.attempts) == (first.id, 2)
    assert journal.take("third", 30) is None
    journal.extend("alive", 0.0)
    assert journal.take("third", 30) is not None


def test_a_failure_is_due_later_and_remembers_who_is_done(journal: Journal) -> None:
    put(journal, 1)
    taken = journal.take("me", 30)
    assert taken is not None
    journal.retry(taken.id, delay=60, finished=["a.done"], error="b: ValueError")
    assert journal.take("me", 30) is None
    due = journal.next_due()
    assert due is not None
    assert 59 < due <= 60
    journal.ready(taken.id)
    again = journal.take("me", 30)
    assert again is not None
    assert (again.attempts, again.finished) == (2, ("a.done",))
    journal.give_back(again.id, finished=["a.done", "b"])
    third = journal.take("me", 30)
    assert third is not None
    assert (third.attempts, third.finished) == (2, ("a.done", "b"))


def test_what_is_kept_aside_can_be_read_tried_again_and_discarded(journal: Journal) -> None:
    for number in (1, 2):
        put(journal, number)
        taken = journal.take("me", 30)
        assert taken is not None
        journal.keep_aside(taken.id, finished=["a"], error="b: ValueError: no")
    kept = journal.kept_aside()
    assert [(each.event.uid, each.attempts, each.error) for each in kept] == [
        ("uid1", 1, "b: ValueError: no"),
        ("uid2", 1, "b: ValueError: no"),
    ]
    assert kept[0].received_at.tzinfo is not None
    assert journal.waiting() == 0
    assert journal.try_again(kept[0].id)
    again = journal.take("me", 30)
    assert again is not None
    assert (again.attempts, again.finished) == (1, ("a",))
    assert journal.discard(kept[1].id)
    assert journal.kept_aside() == []
    assert not journal.discard(kept[1].id)
    assert not journal.try_again(kept[0].id)


def test_what_is_done_is_forgotten_in_time(tmp_path: Path) -> None:
    path = tmp_path / "hooks.sqlite"
    with Journal(path, remember=timedelta(0)) as journal:
        put(journal, 1)
        taken = journal.take("me", 30)
        assert taken is not None
        journal.done(taken.id)
        assert put(journal, 1) is Put.ACCEPTED


def test_the_body_of_what_is_done_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "hooks.sqlite"
    with Journal(path) as journal:
        put(journal, 1)
        taken = journal.take("me", 30)
        assert taken is not None
        assert b"grace@example.com" in _bytes(path)
        journal.done(taken.id)
    assert b"grace@example.com" not in _bytes(path)


def _bytes(path: Path) -> bytes:
    return b"".join(each.read_bytes() for each in path.parent.iterdir())


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "hooks.sqlite"
    with Journal(path) as journal:
        put(journal, 1)
        for each in tmp_path.iterdir():
            assert stat.S_IMODE(each.stat().st_mode) == 0o600, each.name


def test_what_is_put_is_on_the_disk(journal: Journal) -> None:
    put(journal, 1)
    assert journal._db.execute("PRAGMA synchronous").fetchone() == (2,), "FULL: the commit was synced"
    journal.take("me", 30)
    assert journal._db.execute("PRAGMA synchronous").fetchone() == (1,), "NORMAL: handled twice is better than slowly"
    assert journal._db.execute("PRAGMA journal_mode").fetchone() == ("wal" if journal.durable else "memory",)


def test_a_file_outlives_its_process(tmp_path: Path) -> None:
    path = tmp_path / "hooks.sqlite"
    left = Journal(path)
    put(left, 1)
    with Journal(path) as journal:  # the first is never closed, as after a crash
        taken = journal.take("me", 30)
        assert taken is not None
        assert put(journal, 1) is Put.REPEAT
    left.close()


def test_many_at_once_take_each_delivery_once(tmp_path: Path) -> None:
    path = tmp_path / "hooks.sqlite"
    with Journal(path) as journal:
        for number in range(60):
            put(journal, number)
    got: list[int] = []

    def work() -> None:
        with Journal(path) as mine:
            while taken := mine.take("me", 30):
                got.append(taken.id)

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == sorted(set(got))
    assert len(got) == 60


def test_a_file_that_is_something_else(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"no database" * 100)
    with pytest.raises(ConfigurationError, match="no journal"):
        Journal(other)
    newer = tmp_path / "newer"
    db = sqlite3.connect(newer)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(ConfigurationError, match="another release"):
        Journal(newer)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.filterwarnings("ignore:This process.*fork:DeprecationWarning")
def test_a_fork_in_the_middle_of_a_transaction_hurts_neither(tmp_path: Path) -> None:
    """SQLite takes its parent's locks for its own, and would wait for them for ever."""
    stop = Event()
    with Journal(tmp_path / "hooks.sqlite") as journal:

        def work() -> None:
            while not stop.is_set():
                journal.extend("me", 30)

        busy = Thread(target=work)
        busy.start()
        for number in range(20):
            child = os.fork()
            if child == 0:
                try:
                    os._exit(0 if put(journal, number) is Put.ACCEPTED else 1)
                except BaseException:
                    os._exit(2)
            assert os.waitpid(child, 0)[1] == 0, number
        stop.set()
        busy.join()
        assert journal.waiting() == 20
        assert put(journal, 0) is Put.REPEAT
