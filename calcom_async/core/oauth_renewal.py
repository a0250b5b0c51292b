"""Tokens that renew themselves: one renewal at a time, on the disk before it is used, and never a loop."""

from __future__ import annotations

import copy
import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import NoReturn

from calcom_async.core.auth_once import Once
from calcom_async.core.oauth_tokens import Tokens, is_due
from calcom_async.core.token_stores import TokenStore
from calcom_async.errors import TokenRefreshError, TokenRefreshLostError
from calcom_async.settings import Hidden

__all__ = ["RenewingTokens"]


class RenewingTokens:
    """The access token of a store, as a credential of one client.

    Who finds it due, or has it refused, takes the store's lock and looks again: another call, client or process may
    have renewed it meanwhile. Only then the server is asked.

    Args:
        identity: What the server counts rate limits by.
        store: Where the tokens are.
        renewed: From the old tokens to new ones, by asking the server.
        shown: The repr of the credential.
        advice: What to do where the server refuses even a fresh token.
    """

    def __init__(
        self,
        *,
        identity: str,
        store: TokenStore,
        renewed: Callable[[Tokens | None], Awaitable[Tokens]],
        shown: str,
        advice: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.identity = identity
        self.advice = advice
        self._store = store
        self._renewed = renewed
        self._shown = shown
        self._clock = clock
        self._once = Once[Tokens]()
        self._known: Tokens | None = None
        self._unsaved: tuple[str, Tokens] | None = None
        self._ended: TokenRefreshError | None = None
        self._ended_with = ""
        self._lost_with = ""

    async def headers(self) -> dict[str, str]:
        """`Authorization: Bearer …`, with a token that is still good for a while.

        Raises:
            TokenRefreshError: it is not, and the server gives no other: log in again.
            TokenRefreshLostError: the answer with the next one was lost.
            APIConnectionError: the server can't be asked for the next one.
            ConfigurationError: nobody has logged in, or the store can't be read or written.
        """
        return _headers(await self._usable(""))

    async def renew(self, refused: Mapping[str, str]) -> bool:
        """Have another token in the place of the refused one; whether there is one.

        Raises:
            TokenRefreshError: see `headers`, as the others.
        """
        token = Hidden(refused.get("Authorization", "").removeprefix("Bearer "))
        return _headers(await self._usable(token)) != refused

    async def settle(self) -> None:
        """Wait for a renewal that is under way: broken off, it would lose the next refresh token."""
        await self._once.settle()

    async def current(self) -> Tokens | None:
        """The tokens as they are in the store, good or not."""
        return await self._store.load()

    async def _usable(self, refused: str) -> Tokens:
        known = self._known
        if known is not None and self._is_usable(known, refused):
            return known
        tokens = await self._once.run(lambda: self._replaced(refused))
        if refused and tokens.access_token == refused:
            # It was somebody else's renewal, which found the refused token good: it knew nothing of the refusal.
            tokens = await self._once.run(lambda: self._replaced(refused))
        return tokens

    async def _replaced(self, refused: str) -> Tokens:
        """Tokens that are not due and not the refused ones: those that others have saved, else new ones."""
        async with self._store.locked():
            stored = await self._store.load()
            if stored is not None and self._is_usable(stored, refused):
                self._known = stored
                return stored
            came_from = _digest(stored)
            if self._unsaved is None or self._unsaved[0] != came_from:
                self._unsaved = came_from, await self._asked(stored)
            # Should saving fail, the next call tries that again: the server tells a refresh token only once.
            fresh = self._unsaved[1]
            await self._store.save(fresh)
            self._known, self._unsaved = fresh, None
            return fresh

    async def _asked(self, stored: Tokens | None) -> Tokens:
        """New tokens from the server; a refresh token that it has refused is not sent again."""
        with_token = _digest(stored)
        if self._ended is not None and with_token == self._ended_with:
            raise copy.copy(self._ended)  # without the traceback of the first
        try:
            return await self._renewed(stored)
        except TokenRefreshError as error:
            if error.status_code == 400 and with_token:
                self._ended, self._ended_with = error, with_token
            if with_token == self._lost_with:
                error.hint = f"the answer to an earlier renewal was lost, and the next token with it; {error.hint}"
            raise
        except TokenRefreshLostError:
            self._lost_with = with_token
            raise

    def _is_usable(self, tokens: Tokens, refused: str) -> bool:
        return tokens.access_token != refused and not is_due(tokens, self._clock())

    def __repr__(self) -> str:
        return self._shown

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{self._shown} can't be pickled: it holds tokens")


def _headers(tokens: Tokens) -> dict[str, str]:
    return {"Authorization": Hidden(f"Bearer {tokens.access_token}")}


def _digest(tokens: Tokens | None) -> str:
    """By which a refresh token is recognised without being kept."""
    return "" if tokens is None else hashlib.sha256(tokens.refresh_token.encode()).hexdigest()
