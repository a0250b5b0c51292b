"""What people type about accounts, judged before anything is done."""

from __future__ import annotations

import re
from typing import Final

from calcom_async.accounts import Accounts, Entry, accounts_file, read_accounts, shown
from calcom_async.cli.failures import USAGE, CommandFailure
from calcom_async.errors import ConfigurationError

__all__ = ["NAME", "accounts_in_file", "check_name", "is_key", "known_account", "refusal"]

NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")


def check_name(name: str) -> None:
    """Refuse what can't be the name of an account.

    Raises:
        CommandFailure: it is a key, or holds what no name may.
    """
    if is_key(name):
        raise refusal(
            "this looks like a key, and a key is never an argument",
            "give the account a name, such as work; and make a new key in Cal.com, since this one was seen",
        )
    if not NAME.fullmatch(name):
        raise refusal("an account's name is letters, digits, - and _, and begins with a letter", "such as work")


def is_key(text: str) -> bool:
    """Whether a text looks like an API key."""
    return text.startswith("cal_")


def refusal(what: str, advice: str) -> CommandFailure:
    """A command that was used wrongly."""
    return CommandFailure(what, advice, exit_code=USAGE, kind="UsageError")


def accounts_in_file() -> Accounts:
    """The accounts of the file, whatever the environment says."""
    return read_accounts(accounts_file(), environment={})


def known_account(name: str) -> Entry:
    """An account of the file.

    Raises:
        ConfigurationError: there is none of this name.
    """
    known = accounts_in_file()
    found = next((entry for entry in known.entries if entry.name == name), None)
    if found is None:
        there = ", ".join(known.names) or "none"
        raise ConfigurationError(f"{shown(accounts_file())} has no account of this name; it has: {there}")
    return found
