"""Accounts: keys, servers and permissions by name, from a file, the system's keyring, or the environment.

```toml
default = "work"                                # optional: the account of calls that name none

[accounts.work]
api_key = "cal_live_…"                          # or keyring = true: the key is in the system's keyring
base_url = "https://api.cal.eu/v2"              # optional
permissions = { read = "allow", write = "ask" } # what agents may do; optional
force = false                                   # whether --force may turn "ask" into "allow"; optional

[accounts.team]
oauth = { client_id = "…" }                     # instead of a key: `calcom-async login` keeps the tokens
```

`CALCOM_API_KEY` and `CALCOM_BASE_URL`, where the first is set, make an account `default`, which is the default one
whatever the file says: what is set for one shell or one command is what that is meant to use.
"""

from __future__ import annotations

import importlib.util
import os
import stat
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

import attrs

from calcom_async import system_keyring
from calcom_async.errors import ConfigurationError
from calcom_async.settings import Hidden, api_key_from_environment

__all__ = [
    "DEFAULT",
    "Account",
    "Accounts",
    "Entry",
    "Login",
    "Place",
    "accounts_file",
    "read_accounts",
    "read_text",
    "shown",
]

DEFAULT: Final = "default"
"""The name of the environment's account; as a name to look for, the default account's, whatever it is called."""

_PERMISSIONS: Final = ("allow", "ask", "deny")
_RIGHT: Final = {
    "read": 'read = "allow", "ask" or "deny"',
    "write": 'write = "allow", "ask" or "deny"',
    "force": "force = true or false",
    "permissions": 'permissions = { read = "allow", write = "ask" }',
}

Place = Literal["file", "keyring", "environment", "given"]
"""Where a key is kept."""


@attrs.frozen(kw_only=True)
class Login:
    """The OAuth 2.0 client of an account whose user has logged in; its tokens are elsewhere.

    Attributes:
        client_id: The client's id.
        client_secret: The secret of a confidential client; None for a public one.
        scopes: What the user was asked for.
    """

    client_id: str
    client_secret: Hidden | None = attrs.field(default=None, repr=False)
    scopes: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Account:
    """A key, and what goes with it.

    Attributes:
        name: What stands in `[accounts.NAME]`.
        api_key: The key, which shows in no repr and can't be pickled; empty where there is a login instead.
        base_url: Its server; None for the default one.
        permissions: What the file says of `read`, `write` and `force`, as text; what it does not say is not here.
        kept_in: Where the key was found, or the tokens of the login are.
        oauth: The login, where the account has one instead of a key.
    """

    name: str
    api_key: Hidden = attrs.field(factory=Hidden)
    base_url: str | None = None
    permissions: Mapping[str, str] = attrs.field(factory=dict)
    kept_in: Place = "given"
    oauth: Login | None = None


@attrs.frozen(kw_only=True)
class Entry:
    """An account before its key is fetched: what can be shown of it.

    Attributes:
        name: What stands in `[accounts.NAME]`.
        kept_in: Where the key is kept.
        base_url: Its server; None for the default one.
        permissions: What the file says of `read`, `write` and `force`, as text.
        problem: What is wrong with it, and what to do; None where nothing is.
        api_key: The key, where it is not in the keyring.
        oauth: The login, where the account has one instead of a key.
    """

    name: str
    kept_in: Place
    base_url: str | None = None
    permissions: Mapping[str, str] = attrs.field(factory=dict)
    problem: str | None = None
    api_key: Hidden | None = attrs.field(default=None, repr=False)
    oauth: Login | None = None

    def account(self) -> Account:
        """The account, with its key.

        Raises:
            ConfigurationError: something is wrong with it; no key, or none to be had from the keyring.
        """
        if self.problem is not None:
            raise ConfigurationError(self.problem)
        if self.oauth is not None:
            return Account(
                name=self.name, base_url=self.base_url, permissions=self.permissions, kept_in=self.kept_in,
                oauth=self.oauth,
            )  # fmt: skip
        key = self.api_key
        if key is None:
            stored = system_keyring.read_key(self.name)
            if stored is None:
                raise ConfigurationError(
                    f"the system's keyring has no key for the account {self.name}; "
                    f"`calcom-async accounts add {self.name} --replace --keyring` puts one there"
                )
            key = Hidden(stored)
        return Account(
            name=self.name, api_key=key, base_url=self.base_url, permissions=self.permissions, kept_in=self.kept_in
        )


class Accounts:
    """The accounts there are. Keys are fetched from the keyring when they are needed.

    Args:
        entries: The accounts.
        default: The name of the default account; None for the one called `default`, else the only one there is.
        where: What they were read from, for messages.
        missing: Whether that was not there.
    """

    def __init__(
        self, entries: Mapping[str, Entry], *, default: str | None = None, where: str = "", missing: bool = False
    ) -> None:
        self._entries = dict(entries)
        self._default = default
        self._where = where
        self._missing = missing

    @classmethod
    def of(cls, *accounts: Account, default: str | None = None) -> Accounts:
        """Accounts that are given, not read.

        Args:
            *accounts: The accounts.
            default: The name of the default one.
        """
        entries = [
            Entry(
                name=a.name,
                kept_in=a.kept_in,
                base_url=a.base_url,
                permissions=a.permissions,
                api_key=a.api_key,
                oauth=a.oauth,
            )
            for a in accounts
        ]
        return cls({entry.name: entry for entry in entries}, default=default)

    @property
    def names(self) -> tuple[str, ...]:
        """The names, as the file has them."""
        return tuple(self._entries)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The accounts without their keys."""
        return tuple(self._entries.values())

    @property
    def default(self) -> str | None:
        """The account of calls that name none: what the file says, else `default`, else the only one; else None."""
        if self._default is not None:
            return self._default
        if DEFAULT in self._entries:
            return DEFAULT
        return next(iter(self._entries)) if len(self._entries) == 1 else None

    def get(self, name: str | None = None) -> Account:
        """An account, with its key.

        Args:
            name: Its name; None for the default one, which also goes by `default`.

        Raises:
            ConfigurationError: no such account, or something is wrong with it.
        """
        wanted = self.default if name is None or (name == DEFAULT and name not in self._entries) else name
        if wanted is None:
            raise ConfigurationError(self._no_default())
        entry = self._entries.get(wanted)
        if entry is None:
            raise ConfigurationError(self._unknown(wanted, asked_for=wanted == name))
        return entry.account()

    def _no_default(self) -> str:
        if not self._entries:
            return "there are no accounts; `calcom-async accounts add NAME` makes one, or set CALCOM_API_KEY"
        return f"none of the accounts is the default one; name it: {', '.join(self._entries)}"

    def _unknown(self, name: str, *, asked_for: bool) -> str:
        if not asked_for:
            return (
                f"the default account of {self._where} is {name}, which it does not have; "
                "`calcom-async accounts default NAME` names another"
            )
        if self._missing:
            return f"there is no accounts file {self._where}; `calcom-async accounts add {name}` makes one"
        known = ", ".join(sorted(self._entries)) or "none"
        return f"{self._where or 'there'} has no account of this name; it has: {known}"

    def __repr__(self) -> str:
        return f"Accounts({', '.join(self._entries)}; default {self.default})"


def accounts_file(environment: Mapping[str, str] | None = None) -> Path:
    """Where the accounts are: `calcom-async/accounts.toml` in `XDG_CONFIG_HOME`, which is ~/.config by default.

    On macOS and Windows, where there is no `~/.config/calcom-async`, it is the folder that the system has for
    settings, if the package `platformdirs` is installed, as it is with the extra `cli`.
    """
    given = (os.environ if environment is None else environment).get("XDG_CONFIG_HOME", "")
    folder = (Path(given) if given else Path.home() / ".config") / "calcom-async"
    own_folders = sys.platform in {"darwin", "win32"} and importlib.util.find_spec("platformdirs") is not None
    if own_folders and not given and not folder.exists():
        import platformdirs

        folder = platformdirs.user_config_path("calcom-async", appauthor=False)
    return folder / "accounts.toml"


def read_accounts(path: Path | None = None, environment: Mapping[str, str] | None = None) -> Accounts:
    """The accounts of the file, and that of the environment.

    The default account is that of the environment; where `CALCOM_API_KEY` is not set, what the file says by
    `default = "NAME"`, else its account `default`, else the only one it has. An account's key is its `api_key`; where
    it has none and says `keyring = true`, the keyring is asked for it once it is needed. One that is not as it should
    be is told of when it is used, and does not hide the others.

    Args:
        path: The file, if it is not the usual one. That it is missing is no error.
        environment: Instead of the process's own.

    Raises:
        ConfigurationError: the file may be read by others, can't be read, or is not TOML.
    """
    path = accounts_file(environment) if path is None else path
    text = read_text(path)
    content = _parsed(text or "", path)
    written = content.get("accounts")
    entries = {
        name: _entry(name, entry, path) for name, entry in (written if isinstance(written, dict) else {}).items()
    }
    default = content.get("default")
    default = default if isinstance(default, str) and default.strip() else None
    key = api_key_from_environment(environment)
    if key is not None:
        url = (os.environ if environment is None else environment).get("CALCOM_BASE_URL", "").strip() or None
        entries[DEFAULT] = Entry(name=DEFAULT, kept_in="environment", base_url=url, api_key=Hidden(key))
        default = DEFAULT
    return Accounts(entries, default=default, where=shown(path), missing=text is None)


def read_text(path: Path) -> str | None:
    """The text of an accounts file; None where there is none.

    Raises:
        ConfigurationError: others may read it, or it can't be read.
    """
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if os.name == "posix" and mode & 0o077:
                raise ConfigurationError(
                    f"others may read {shown(path)} (mode {mode:o}), and it holds keys; chmod 600 {shown(path)}"
                )
            return file.read().decode()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise _no_toml(path) from None
    except OSError as error:
        raise ConfigurationError(f"{shown(path)} can't be read ({error.strerror}); check its permissions") from None


def shown(path: Path) -> str:
    """A path as people write it."""
    try:
        return f"~/{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):
        return str(path)


def _parsed(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise _no_toml(path) from None


def _no_toml(path: Path) -> ConfigurationError:
    return ConfigurationError(f"{shown(path)} is not TOML; see docs/how-to/accounts.md for an example")


def _entry(name: str, written: Any, path: Path) -> Entry:
    """One account of the file, and what is wrong with it."""
    fields = written if isinstance(written, dict) else {}
    login = _login(fields["oauth"]) if "oauth" in fields else None
    key, base_url, in_keyring = fields.get("api_key"), fields.get("base_url"), fields.get("keyring") is True
    permissions, wrong = _permissions(fields)
    has_key = isinstance(key, str) and key.strip() != ""
    where = f"the account {name} in {shown(path)}"
    problem = None
    if "oauth" in fields and (login is None or has_key):
        problem = (
            f"{where} has a login and a key; remove one of them"
            if login is not None
            else f'the login of {where} is not as it should be; write oauth = {{ client_id = "…" }}'
        )
    elif login is None and not has_key and not in_keyring:
        problem = f'{where} has no key; add api_key = "…", or `calcom-async accounts add {name} --replace`'
    elif base_url is not None and not isinstance(base_url, str):
        problem = f"the base_url of {where} is not text; put it in quotes"
    elif wrong is not None:
        problem = f"{wrong} of {where} is not as it should be; write {_RIGHT.get(wrong, _RIGHT['permissions'])}"
    return Entry(
        name=name,
        kept_in="file" if has_key or not in_keyring else "keyring",
        oauth=login,
        base_url=base_url if isinstance(base_url, str) else None,
        permissions=permissions,
        problem=problem,
        api_key=Hidden(key.strip()) if isinstance(key, str) and has_key else None,
    )


def _login(written: Any) -> Login | None:
    """The login that an account says it has; None where it is not as it should be."""
    said = written if isinstance(written, dict) else {}
    client_id, secret, scopes = said.get("client_id"), said.get("client_secret"), said.get("scopes", [])
    if not isinstance(client_id, str) or not client_id.strip() or not isinstance(secret, str | None):
        return None
    if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
        return None
    hidden = None if secret is None else Hidden(secret)
    return Login(client_id=client_id.strip(), client_secret=hidden, scopes=tuple(scopes))


def _permissions(fields: Mapping[str, Any]) -> tuple[dict[str, str], str | None]:
    """What is said of permissions, as text; or the name of what is not as it should be."""
    said = fields.get("permissions", {})
    found = dict(said) if isinstance(said, dict) else {"permissions": said}
    if "force" in fields:
        found["force"] = fields["force"]
    right: dict[str, str] = {}
    for name, value in found.items():
        if name == "force" and isinstance(value, bool):
            right[name] = str(value).lower()
        elif name in {"read", "write"} and value in _PERMISSIONS:
            right[name] = value
        else:
            return {}, name
    return right, None
