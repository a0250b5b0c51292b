"""Tokens in the keyring of the operating system."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from pathlib import Path

from calcom_async import system_keyring
from calcom_async.accounts import accounts_file
from calcom_async.core.oauth_tokens import Tokens, of_text, to_text
from calcom_async.core.token_stores_file import file_lock
from calcom_async.errors import ConfigurationError
from calcom_async.settings import Hidden

__all__ = ["KeyringTokens"]


class KeyringTokens:
    """Tokens in the system's keyring (extras `keyring` and `oauth`).

    Args:
        entry: What the keyring calls them, under the service `calcom-async`.
        lock: A file that processes lock while they renew; by default one beside the accounts file.
    """

    def __init__(self, entry: str, *, lock: Path | None = None) -> None:
        self.entry = entry
        self._lock = accounts_file().parent / "tokens" / f"{entry}.lock" if lock is None else lock

    @property
    def name(self) -> str:
        """The entry."""
        return f"keyring {self.entry}"

    async def load(self) -> Tokens | None:
        """The tokens; None where the keyring has none.

        Raises:
            ConfigurationError: there is no keyring, it does not answer, or what it has are no tokens.
        """
        stored = await asyncio.to_thread(system_keyring.read_key, self.entry)
        if stored is None:
            return None
        tokens = of_text(Hidden(stored))
        if tokens is None:
            del stored  # no traceback is to show it
            raise ConfigurationError(f"the keyring holds no tokens under {self.entry}; log out, and in again")
        return tokens

    async def save(self, tokens: Tokens | None) -> None:
        """Put these in the place of what is there; None forgets them.

        Raises:
            ConfigurationError: there is no keyring, or it does not take them.
        """
        if tokens is None:
            await asyncio.to_thread(system_keyring.forget_key, self.entry)
        else:
            await asyncio.to_thread(system_keyring.store_key, self.entry, to_text(tokens))

    @contextlib.asynccontextmanager
    async def locked(self) -> AsyncGenerator[None]:
        """Held by one at a time, among all processes of this machine."""
        async with file_lock(self._lock):
            yield

    def __repr__(self) -> str:
        return f"KeyringTokens({self.entry!r})"
