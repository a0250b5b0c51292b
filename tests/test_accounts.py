"""Keys and servers by name: the file that nobody else may read, the system's keyring, the environment."""

from __future__ import annotations

import copy
import os
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import KeyringLocked

from calcom_async import AsyncCalCom, CalCom, system_keyring
from calcom_async.accounts import Account, Accounts, accounts_file, read_accounts
from calcom_async.errors import ConfigurationError
from calcom_async.sandbox import Sandbox
from calcom_async.settings import Hidden

TEXT = """
[accounts.work]
api_key = "cal_work"
base_url = "https://api.cal.eu/v2"
permissions = { read = "allow", write = "deny" }
force = true

[accounts.home]
api_key = " cal_home "

[accounts.ringed]
keyring = true
api_key = ""
"""


class Ring(KeyringBackend):
    """A keyring that lives as long as its test."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked("locked, says /run/user/0")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise KeyringLocked("locked, says /run/user/0")
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in ("CALCOM_API_KEY", "CALCOM_BASE_URL", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    before = keyring.core._keyring_backend
    keyring.set_keyring(fail.Keyring())
    yield
    keyring.core._keyring_backend = before


@pytest.fixture
def ring() -> Ring:
    backend = Ring()
    keyring.set_keyring(backend)
    return backend


def write(text: str, path: Path | None = None) -> Path:
    path = path or accounts_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o600)
    return path


@pytest.fixture
def file() -> Path:
    return write(TEXT)


# --- the file --------------------------------------------------------------------------------------------------------


def test_an_account(file: Path) -> None:
    account = read_accounts().get("work")
    assert (account.name, str(account.api_key), account.base_url) == ("work", "cal_work", "https://api.cal.eu/v2")
    assert account.permissions == {"read": "allow", "write": "deny", "force": "true"}
    assert account.kept_in == "file"


def test_an_account_that_says_little(file: Path) -> None:
    account = read_accounts().get("home")
    assert (str(account.api_key), account.base_url, account.permissions) == ("cal_home", None, {})


def test_the_names_stand_in_the_order_of_the_file(file: Path) -> None:
    assert read_accounts().names == ("work", "home", "ringed")


def test_where_the_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert accounts_file({}) == tmp_path / ".config/calcom-async/accounts.toml"
    assert accounts_file({"XDG_CONFIG_HOME": "/etc/xdg"}) == Path("/etc/xdg/calcom-async/accounts.toml")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/etc/here")
    assert accounts_file() == Path("/etc/here/calcom-async/accounts.toml")


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_where_the_file_is_elsewhere(system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "Settings" / "calcom-async"
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr("platformdirs.user_config_path", lambda name, appauthor: tmp_path / "Settings" / name)
    assert accounts_file({}) == own / "accounts.toml"
    assert accounts_file({"XDG_CONFIG_HOME": "/etc/xdg"}) == Path("/etc/xdg/calcom-async/accounts.toml")
    (tmp_path / ".config" / "calcom-async").mkdir(parents=True)
    assert accounts_file({}) == tmp_path / ".config/calcom-async/accounts.toml"


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_may_read_is_refused(file: Path, mode: int) -> None:
    file.chmod(mode)
    with pytest.raises(ConfigurationError, match=rf"mode {mode:o}.*chmod 600 ~/.config/calcom-async/accounts.toml"):
        read_accounts()


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('base_url = "https://api.cal.eu/v2"', "has no key; add api_key"),
        ("api_key = 5", "has no key; add api_key"),
        ('api_key = "cal_odd"\nbase_url = 7', "is not text; put it in quotes"),
        ('api_key = "cal_odd"\npermissions = { read = "yes" }', 'write read = "allow", "ask" or "deny"'),
        ('api_key = "cal_odd"\npermissions = { write = [] }', 'write write = "allow", "ask" or "deny"'),
        ('api_key = "cal_odd"\npermissions = { wirte = "ask" }', 'write permissions = { read = "allow"'),
        ('api_key = "cal_odd"\npermissions = "ask"', 'write permissions = { read = "allow"'),
        ('api_key = "cal_odd"\nforce = "yes"', "write force = true or false"),
    ],
)
def test_an_account_that_is_not_as_it_should_be(entry: str, message: str) -> None:
    write(f'[accounts.odd]\n{entry}\n[accounts.good]\napi_key = "cal_good"\n')
    accounts = read_accounts()
    assert str(accounts.get("good").api_key) == "cal_good"
    with pytest.raises(ConfigurationError) as caught:
        accounts.get("odd")
    assert message in str(caught.value)
    assert "the account odd in ~/.config/calcom-async/accounts.toml" in str(caught.value)
    assert "cal_" not in str(caught.value)
    assert [each.problem is None for each in accounts.entries] == [False, True]


@pytest.mark.parametrize("entry", ["5", '"cal_x"', "[]"])
def test_an_account_that_is_no_table(entry: str) -> None:
    write(f"accounts = {{ odd = {entry} }}")
    with pytest.raises(ConfigurationError, match="has no key"):
        read_accounts().get("odd")


def test_an_account_that_is_not_there(file: Path) -> None:
    with pytest.raises(ConfigurationError, match="has no account of this name; it has: home, ringed, work"):
        read_accounts().get("nobody")


def test_no_file(tmp_path: Path) -> None:
    accounts = read_accounts()
    assert (accounts.names, accounts.default) == ((), None)
    with pytest.raises(ConfigurationError, match=r"there is no accounts file ~/.*accounts add work` makes one"):
        accounts.get("work")
    with pytest.raises(ConfigurationError, match=r"accounts add NAME` makes one, or set CALCOM_API_KEY"):
        accounts.get()


@pytest.mark.parametrize("text", [b"[accounts", b"\xff\xfe", b"a = 1\na = 2"])
def test_a_file_that_is_no_toml(tmp_path: Path, text: bytes) -> None:
    odd = write("", tmp_path / "odd.toml")
    odd.write_bytes(text)
    with pytest.raises(ConfigurationError, match=r"odd.toml is not TOML"):
        read_accounts(odd)


def test_a_file_that_can_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="can't be read"):
        read_accounts(tmp_path)


# --- which is the default one ----------------------------------------------------------------------------------------

ONE = '[accounts.one]\napi_key = "cal_one"\n'
TWO = '[accounts.two]\napi_key = "cal_two"\n'
CALLED = '[accounts.default]\napi_key = "cal_called"\n'
KEY = {"CALCOM_API_KEY": " cal_environment ", "CALCOM_BASE_URL": "https://cal.example.com/api/v2"}


@pytest.mark.parametrize(
    ("text", "environment", "default", "key"),
    [
        ("", {}, None, None),
        ("", KEY, "default", "cal_environment"),
        (ONE, {}, "one", "cal_one"),
        (ONE, KEY, "default", "cal_environment"),
        (ONE + TWO, {}, None, None),
        (ONE + TWO, KEY, "default", "cal_environment"),
        ('default = "two"\n' + ONE + TWO, {}, "two", "cal_two"),
        ('default = "two"\n' + ONE + TWO, KEY, "default", "cal_environment"),
        (ONE + CALLED, {}, "default", "cal_called"),
        (ONE + CALLED, KEY, "default", "cal_environment"),
        ('default = "one"\n' + ONE + CALLED, {}, "one", "cal_one"),
        ('default = " "\n' + ONE, {}, "one", "cal_one"),
    ],
)
def test_which_account_is_the_default_one(text: str, environment: dict[str, str], default: str, key: str) -> None:
    write(text)
    accounts = read_accounts(environment={**environment, "HOME": "/"})
    assert accounts.default == default
    if key is None:
        with pytest.raises(ConfigurationError, match=r"default one|no accounts"):
            accounts.get()
    else:
        assert str(accounts.get().api_key) == str(accounts.get(default).api_key) == key
        assert (accounts.get().kept_in == "environment") is (key == "cal_environment")


def test_the_account_of_the_environment() -> None:
    account = read_accounts(environment=KEY).get("default")
    assert (account.base_url, account.permissions) == ("https://cal.example.com/api/v2", {})
    assert read_accounts(environment={"CALCOM_API_KEY": "cal_x"}).get().base_url is None


def test_the_environment_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEY.items():
        monkeypatch.setenv(name, value)
    assert read_accounts().get().base_url == "https://cal.example.com/api/v2"


def test_default_is_another_name_of_the_default_account() -> None:
    write('default = "two"\n' + ONE + TWO)
    assert read_accounts().get("default").name == "two"


def test_a_default_account_that_is_not_there() -> None:
    write('default = "gone"\n' + ONE)
    accounts = read_accounts()
    assert str(accounts.get("one").api_key) == "cal_one"
    for name in (None, "default"):
        with pytest.raises(ConfigurationError, match=r"is gone, which it does not have; .*accounts default NAME"):
            accounts.get(name)


# --- the keyring -----------------------------------------------------------------------------------------------------


def test_a_key_of_the_keyring(file: Path, ring: Ring) -> None:
    system_keyring.store_key("ringed", "cal_ringed")
    assert ring.kept == {("calcom-async", "ringed"): "cal_ringed"}
    account = read_accounts().get("ringed")
    assert (str(account.api_key), account.kept_in) == ("cal_ringed", "keyring")
    assert "cal_ringed" not in repr(account)


def test_a_key_in_the_file_comes_before_the_keyring(ring: Ring) -> None:
    write('[accounts.both]\nkeyring = true\napi_key = "cal_file"\n')
    system_keyring.store_key("both", "cal_ring")
    account = read_accounts().get("both")
    assert (str(account.api_key), account.kept_in) == ("cal_file", "file")


def test_the_keyring_is_not_asked_before_a_key_is_needed(file: Path, ring: Ring) -> None:
    ring.locked = True
    accounts = read_accounts()
    assert [each.kept_in for each in accounts.entries] == ["file", "file", "keyring"]
    assert str(accounts.get("work").api_key) == "cal_work"
    with pytest.raises(ConfigurationError, match=r"\(KeyringLocked\); unlock it") as caught:
        accounts.get("ringed")
    assert "/run" not in str(caught.value)
    with pytest.raises(ConfigurationError, match=r"\(KeyringLocked\); unlock it"):
        system_keyring.store_key("ringed", "cal_x")
    assert system_keyring.forget_key("ringed") is False


def test_a_keyring_without_the_key(file: Path, ring: Ring) -> None:
    with pytest.raises(ConfigurationError, match=r"has no key for the account ringed; .*accounts add ringed --replace"):
        read_accounts().get("ringed")


@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring])
def test_without_a_keyring_that_works_the_others_can_be_had(file: Path, backend: Any) -> None:
    keyring.set_keyring(backend())
    assert system_keyring.has_keyring() is False
    accounts = read_accounts()
    assert str(accounts.get("work").api_key) == "cal_work"
    with pytest.raises(ConfigurationError, match=r"none that works here; pip install 'calcom-async\[keyring\]'"):
        accounts.get("ringed")
    assert system_keyring.forget_key("ringed") is False


def test_without_the_package_there_is_no_keyring(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert system_keyring.has_keyring() is False
    assert str(read_accounts().get("home").api_key) == "cal_home"


def test_forgetting_a_key(ring: Ring) -> None:
    system_keyring.store_key("ringed", "cal_ringed")
    assert [system_keyring.forget_key("ringed"), system_keyring.forget_key("ringed")] == [True, False]
    assert ring.kept == {}


# --- nothing shows a key ---------------------------------------------------------------------------------------------


def test_keys_are_in_no_repr_and_in_no_pickle(file: Path) -> None:
    accounts = read_accounts(environment=KEY)
    account = accounts.get("work")
    for thing in (account, accounts, accounts.entries, accounts.get("default")):
        assert "cal_" not in repr(thing).replace("calcom-async", "")
        assert "cal_" not in str(thing)
        with pytest.raises(TypeError, match="can't be pickled"):
            pickle.dumps(thing)
    with pytest.raises(TypeError, match="can't be pickled"):
        copy.deepcopy(account)


def test_accounts_that_are_given() -> None:
    accounts = Accounts.of(
        Account(name="a", api_key=Hidden("cal_a"), permissions={"write": "allow"}),
        Account(name="b", api_key=Hidden("cal_b"), base_url="http://localhost/v2"),
        default="b",
    )
    assert (accounts.names, accounts.default) == (("a", "b"), "b")
    assert accounts.get("a").permissions == {"write": "allow"}
    assert accounts.get().base_url == "http://localhost/v2"
    with pytest.raises(ConfigurationError, match="there has no account of this name; it has: a, b"):
        accounts.get("c")


# --- account= of the clients -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [AsyncCalCom, CalCom])
def test_a_client_of_an_account(kind: Any, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALCOM_API_KEY", "cal_of_somebody_else")
    client = kind(account="work")
    assert client.base_url == "https://api.cal.eu/v2"
    assert client._channel.transport.auth.identity == "cal_work"
    assert "cal_work" not in repr(client)
    with pytest.raises(TypeError, match="can't be pickled"):
        pickle.dumps(client)


def test_an_account_without_a_server_goes_to_the_usual_one(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert AsyncCalCom(account="home").base_url == "https://api.cal.com/v2"
    monkeypatch.setenv("CALCOM_BASE_URL", "https://cal.example.com/api/v2")
    assert AsyncCalCom(account="home").base_url == "https://cal.example.com/api/v2"


@pytest.mark.parametrize("kind", [AsyncCalCom, CalCom])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"api_key": "cal_x"}, "account= and api_key= exclude each other"),
        ({"base_url": "https://api.cal.com/v2"}, "account= and base_url= exclude each other"),
        ({"anonymous": True}, "account= and anonymous=True exclude each other"),
    ],
)
def test_what_an_account_excludes(kind: Any, arguments: dict[str, Any], message: str, file: Path) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        kind(account="work", **arguments)
    assert "cal_x" not in str(caught.value)


def test_a_client_of_an_account_that_is_not_there(file: Path) -> None:
    with pytest.raises(ConfigurationError, match="it has: home, ringed, work"):
        CalCom(account="nobody")


async def test_three_accounts_on_one_server() -> None:
    async with Sandbox(world="example", rate_limit=None) as sandbox:
        write(
            "".join(
                f'[accounts.{name}]\napi_key = "{key}"\nbase_url = "{sandbox.url}"\n'
                for name, key in sandbox.account_keys.items()
            )
        )
        names = []
        for account in ("default", "work", "personal"):
            async with AsyncCalCom(account=account) as cal:
                names.append((await cal.me.get()).name)
        assert names == ["Ada", "Grace", "Mary"]
