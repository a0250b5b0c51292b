"""Keys and URLs by name, from a file that nobody else may read."""

from __future__ import annotations

from pathlib import Path

import pytest

from calcom_async.cli.accounts import accounts_file, read_account
from calcom_async.errors import ConfigurationError
from calcom_async.sandbox import Sandbox

from .conftest import Run

TEXT = """
[accounts.work]
api_key = "cal_work"
base_url = "https://api.cal.eu/v2"

[accounts.home]
api_key = " cal_home "

[accounts.empty]
base_url = "https://api.cal.eu/v2"

[accounts.odd]
api_key = "cal_odd"
base_url = 7
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / ".config" / "calcom-async" / "accounts.toml"
    path.parent.mkdir(parents=True)
    path.write_text(TEXT)
    path.chmod(0o600)
    return path


def test_an_account(file: Path) -> None:
    account = read_account("work")
    assert (str(account.api_key), account.base_url) == ("cal_work", "https://api.cal.eu/v2")
    assert "cal_work" not in repr(account)


def test_an_account_of_the_default_server(file: Path) -> None:
    account = read_account("home")
    assert (str(account.api_key), account.base_url) == ("cal_home", None)


def test_where_the_file_is(tmp_path: Path) -> None:
    assert accounts_file({}) == tmp_path / ".config/calcom-async/accounts.toml"
    assert accounts_file({"XDG_CONFIG_HOME": "/etc/xdg"}) == Path("/etc/xdg/calcom-async/accounts.toml")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_may_read_is_refused(file: Path, mode: int) -> None:
    file.chmod(mode)
    with pytest.raises(ConfigurationError, match=rf"mode {mode:o}.*chmod 600 ~/.config/calcom-async/accounts.toml"):
        read_account("work")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nobody", "has no account of this name; it has: empty, home, odd, work"),
        ("empty", 'has no key; add api_key = "…"'),
        ("odd", "is not text"),
    ],
)
def test_an_account_that_is_not_there(file: Path, name: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_account(name)
    assert message in str(caught.value)
    assert "cal_" not in str(caught.value)


def test_no_file_and_no_toml(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"there is no accounts file .*chmod 600"):
        read_account("work")
    odd = tmp_path / "odd.toml"
    odd.write_text("[accounts")
    odd.chmod(0o600)
    with pytest.raises(ConfigurationError, match=r"odd.toml is not TOML"):
        read_account("work", odd)


def test_the_command_takes_key_and_url_from_it(
    run: Run, server: Sandbox, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(f'[accounts.local]\napi_key = "{server.keys["member"]}"\nbase_url = "{server.url}"\n')
    monkeypatch.setenv("CALCOM_API_KEY", "cal_of_somebody_else")
    monkeypatch.setenv("CALCOM_BASE_URL", "http://127.0.0.1:1/v2")
    outcome = run("me", "--account", "local", "--json")
    assert outcome.json["id"] == 1002


def test_a_missing_file_is_two_lines_and_code_2(run: Run) -> None:
    outcome = run("me", "--account", "work")
    assert outcome.code == 2
    what, advice = outcome.err.splitlines()
    assert what == "error: there is no accounts file ~/.config/calcom-async/accounts.toml"
    assert "[accounts.work]" in advice
