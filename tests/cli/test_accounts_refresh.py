"""`accounts refresh-key`: saved before it is told of, never lost, never done unasked."""

from __future__ import annotations

import io
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest

from calcom_async.sandbox import Sandbox
from tests.test_accounts import Ring

from .conftest import Run, accounts

REFRESH = "/api-keys/refresh"


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox(seed=3, rate_limit=None) as sandbox:
        accounts(tmp_path, sandbox, work="owner", home="member")
        yield sandbox


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / ".config" / "calcom-async" / "accounts.toml"


def key_in(file: Path, name: str = "work") -> str:
    return str(tomllib.loads(file.read_text())["accounts"][name]["api_key"])


def refreshes(local: Sandbox) -> int:
    return sum(one.path.endswith(REFRESH) for one in local.requests)


def test_the_new_key_is_in_the_place_of_the_old_one(run: Run, local: Sandbox, file: Path) -> None:
    old, other = key_in(file), key_in(file, "home")
    outcome = run("accounts", "refresh-key", "work", "--yes")
    assert (outcome.code, outcome.out) == (0, "")
    assert "work has a new key, which is in ~/.config/calcom-async/accounts.toml" in outcome.err
    new = key_in(file)
    assert new != old
    assert key_in(file, "home") == other
    assert new not in outcome.err
    assert file.stat().st_mode & 0o777 == 0o600
    assert "the key is Owner Example's" in run("accounts", "test", "work").out
    local.clock.advance(days=31)
    assert run("accounts", "test", "work").code == 1  # it lives for thirty days


@pytest.mark.parametrize(("asked", "days"), [(("--days", "90"), 89), (("--never-expires",), 4000)])
def test_how_long_it_lives(run: Run, local: Sandbox, asked: tuple[str, ...], days: int) -> None:
    assert run("accounts", "refresh-key", "work", "--yes", *asked).code == 0
    local.clock.advance(days=days)
    assert run("accounts", "test", "work").code == 0


def test_as_json(run: Run, local: Sandbox) -> None:
    outcome = run("accounts", "refresh-key", "work", "--yes", "--json")
    assert outcome.json == {"account": "work", "key_in": "file", "refreshed": True}


def test_nobody_is_there_to_be_asked(run: Run, local: Sandbox, file: Path) -> None:
    old = key_in(file)
    outcome = run("accounts", "refresh-key", "work")
    assert outcome.code == 2
    assert "--yes says that it may" in outcome.err
    assert (key_in(file), refreshes(local)) == (old, 0)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("typed", "code", "count"), [("y\n", 0, 1), ("n\n", 130, 0), ("\n", 130, 0)])
def test_who_sits_at_the_terminal_is_asked(
    run: Run, local: Sandbox, monkeypatch: pytest.MonkeyPatch, typed: str, code: int, count: int
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    outcome = run("accounts", "refresh-key", "work")
    assert (outcome.code, refreshes(local)) == (code, count)
    assert "will be dead at once" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nobody", "--yes"), "has no account of this name\n   do: it has: work, home"),
        (("work", "--yes", "--days", "3", "--never-expires"), "exclude each other"),
    ],
)
def test_what_is_refused(run: Run, local: Sandbox, arguments: tuple[str, ...], says: str) -> None:
    outcome = run("accounts", "refresh-key", *arguments)
    assert outcome.code == 2
    assert says in outcome.err
    assert refreshes(local) == 0


def test_a_login_has_no_key(run: Run, local: Sandbox, file: Path) -> None:
    with file.open("a") as text:
        text.write('[accounts.web]\noauth = { client_id = "x" }\n')
    outcome = run("accounts", "refresh-key", "web", "--yes")
    assert outcome.code == 2
    assert "it is a login" in outcome.err


def test_a_file_that_can_not_be_written_costs_no_key(
    run: Run, local: Sandbox, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("calcom_async.cli.accounts_file.write_private", full)
    outcome = run("accounts", "refresh-key", "work", "--yes")
    assert outcome.code == 1
    assert "No space left" in outcome.err
    assert refreshes(local) == 0


def test_a_key_that_could_not_be_saved_is_shown_once(
    run: Run, local: Sandbox, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from calcom_async.cli import accounts_file

    old, write = key_in(file), accounts_file.write_private

    def full_afterwards(path: Path, text: str) -> None:
        if refreshes(local):
            raise OSError(28, "No space left on device")
        write(path, text)

    monkeypatch.setattr(accounts_file, "write_private", full_afterwards)
    outcome = run("accounts", "refresh-key", "work", "--yes")
    monkeypatch.undo()
    assert outcome.code == 1
    assert key_in(file) == old
    shown = [line.strip() for line in outcome.err.splitlines() if line.startswith("    cal_")]
    assert len(shown) == 1
    assert "could not be saved (OSError), and the old one is dead" in outcome.err
    assert "`calcom-async accounts add work --replace`" in outcome.err
    with local.blocking_client(api_key=shown[0]) as cal:
        assert cal.me.get().name == "Owner Example"


def test_it_is_saved_before_it_is_told_of(
    run: Run, local: Sandbox, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from calcom_async.cli.session import Session

    told: list[str] = []
    say = Session.say

    def watched(self: Session, message: str, style: str | None = None) -> None:
        told.append(key_in(file))
        say(self, message, style)

    old = key_in(file)
    monkeypatch.setattr(Session, "say", watched)
    run("accounts", "refresh-key", "work", "--yes")
    assert told == [key_in(file)]
    assert told != [old]


def test_an_answer_lost_after_it_happened(run: Run, local: Sandbox, file: Path) -> None:
    local.fail_next(path=REFRESH, after_processing=True, drop=True)
    outcome = run("accounts", "refresh-key", "work", "--yes")
    assert outcome.code == 1
    assert "the answer with the new key was lost, and the old one is dead" in outcome.err
    assert "accounts add work --replace" in outcome.err
    assert refreshes(local) == 1


def test_an_answer_lost_before_it_happened(run: Run, local: Sandbox, file: Path) -> None:
    old = key_in(file)
    local.fail_next(path=REFRESH, drop=True)
    outcome = run("accounts", "refresh-key", "work", "--yes")
    assert outcome.code == 1
    assert "nothing has happened: the old key still works" in outcome.err
    assert refreshes(local) == 1
    assert run("accounts", "refresh-key", "work", "--yes").code == 0
    assert key_in(file) != old


def test_an_answer_lost_and_no_telling(run: Run, local: Sandbox) -> None:
    local.fail_next(path=REFRESH, drop=True)
    local.fail_next(status=501, path="/me")
    outcome = run("accounts", "refresh-key", "work", "--yes")
    assert outcome.code == 1
    assert "whether the old one is dead can't be told" in outcome.err
    assert "accounts test work" in outcome.err


@pytest.mark.parametrize(
    "answer",
    [{"status": 200, "body": {"status": "success", "data": {}}}, {"status": 502, "body": "<title>Bad</title>"}],
)
@pytest.mark.parametrize(("happened", "says"), [(True, "the old one is dead"), (False, "nothing has happened")])
def test_an_answer_without_a_key(
    run: Run, local: Sandbox, file: Path, answer: dict[str, Any], happened: bool, says: str
) -> None:
    old = key_in(file)
    local.fail_next(path=REFRESH, after_processing=happened, **answer)
    outcome = run("accounts", "refresh-key", "work", "--yes")
    assert outcome.code == 1
    assert says in outcome.err
    assert (key_in(file), refreshes(local)) == (old, 1)


def test_in_the_keyring(run: Run, local: Sandbox, file: Path) -> None:
    before, ring = keyring.get_keyring(), Ring()
    keyring.set_keyring(ring)
    try:
        file.write_text(f'[accounts.work]\nkeyring = true\nbase_url = "{local.url}"\n')
        keyring.set_password("calcom-async", "work", local.api_key)
        outcome = run("accounts", "refresh-key", "work", "--yes")
        assert outcome.code == 0, outcome.err
        new = keyring.get_password("calcom-async", "work")
        assert new not in {None, local.api_key}
        assert "api_key" not in file.read_text()
        with local.blocking_client(api_key=new) as cal:
            assert cal.me.get().name == "Owner Example"
    finally:
        keyring.set_keyring(before)
