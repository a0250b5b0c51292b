"""The accounts file: keys and base URLs by name, for `--account NAME`.

```toml
[accounts.work]
api_key = "cal_live_…"
base_url = "https://api.cal.eu/v2"  # optional
```
"""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from calcom_async.core.auth import Hidden
from calcom_async.errors import ConfigurationError

__all__ = ["Account", "accounts_file", "read_account"]


@attrs.frozen(kw_only=True)
class Account:
    """One entry of the accounts file.

    Attributes:
        api_key: Its key.
        base_url: Its server; None for the default one.
    """

    api_key: Hidden
    base_url: str | None = None


def accounts_file(environment: Mapping[str, str] | None = None) -> Path:
    """Where the accounts are: `calcom-async/accounts.toml` in `XDG_CONFIG_HOME`, which is ~/.config by default."""
    given = (os.environ if environment is None else environment).get("XDG_CONFIG_HOME", "")
    folder = Path(given) if given else Path.home() / ".config"
    return folder / "calcom-async" / "accounts.toml"


def read_account(name: str, path: Path | None = None) -> Account:
    """An account of the file.

    Args:
        name: What stands in `[accounts.NAME]`.
        path: The file, if it is not the usual one.

    Raises:
        ConfigurationError: no file, a file that others may read, no such account, or no key in it.
    """
    path = accounts_file() if path is None else path
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if os.name == "posix" and mode & 0o077:
                raise ConfigurationError(
                    f"others may read {_shown(path)} (mode {mode:o}), and it holds keys; chmod 600 {_shown(path)}"
                )
            content = tomllib.load(file)
    except FileNotFoundError:
        raise ConfigurationError(
            f'there is no accounts file {_shown(path)}; write [accounts.{name}] with api_key = "…" into it, '
            "and chmod 600 it"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise ConfigurationError(f"{_shown(path)} is not TOML; see docs/command-line.md for an example") from None
    except OSError as error:
        raise ConfigurationError(f"{_shown(path)} can't be read ({error.strerror}); check its permissions") from None
    return _account(name, content, path)


def _account(name: str, content: dict[str, Any], path: Path) -> Account:
    accounts = content.get("accounts")
    entry = accounts.get(name) if isinstance(accounts, dict) else None
    if not isinstance(entry, dict):
        known = ", ".join(sorted(accounts)) if isinstance(accounts, dict) and accounts else "none"
        raise ConfigurationError(f"{_shown(path)} has no account of this name; it has: {known}")
    key, base_url = entry.get("api_key"), entry.get("base_url")
    if not isinstance(key, str) or not key.strip():
        raise ConfigurationError(f'the account {name} in {_shown(path)} has no key; add api_key = "…"')
    if base_url is not None and not isinstance(base_url, str):
        raise ConfigurationError(f"the base_url of the account {name} in {_shown(path)} is not text; put it in quotes")
    return Account(api_key=Hidden(key.strip()), base_url=base_url)


def _shown(path: Path) -> str:
    """The path as people write it."""
    try:
        return f"~/{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):
        return str(path)
