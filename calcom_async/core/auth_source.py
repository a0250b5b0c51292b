"""Keys that a function of yours gives: from a vault, from a file that changes, from wherever they are kept."""

from __future__ import annotations

import asyncio
import inspect
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import NoReturn, TypeAlias

import attrs

from calcom_async.core.auth import ApiKey
from calcom_async.core.auth_once import Once
from calcom_async.errors import ConfigurationError
from calcom_async.guesses import naming_arguments
from calcom_async.settings import Hidden

__all__ = ["KeySource", "Lease", "SourceFunction"]


@naming_arguments
@attrs.frozen
class Lease:
    """A key that a function gives, and for how long it may be used without asking again.

    Attributes:
        key: The key.
        seconds: How long it holds; a plain text instead of a `Lease` holds for one call.
    """

    key: str = attrs.field(converter=Hidden, repr=False)
    seconds: float


SourceFunction: TypeAlias = Callable[[], "str | Lease | Awaitable[str | Lease]"]
"""Gives a key; plain or a coroutine function."""


class KeySource:
    """An API key that is asked for when it is needed.

    A plain function runs in a thread, so that it may wait for a vault; calls at the same time share one question. When
    the server refuses a key (401), the function is asked once more, and the call is sent again if the key is another.

    Args:
        ask: Gives the key: text for one call, or a `Lease`.
        identity: What the server counts rate limits by, which stays when the key changes, such as the account's name.
            By default each source counts for itself; with a limiter in Redis, give it a name.
    """

    advice = "the function that gives the keys gives none that the server knows; check what it reads"

    @naming_arguments
    def __init__(self, ask: SourceFunction, *, identity: str | None = None) -> None:
        self._ask = ask
        self._identity = f"key source {secrets.token_hex(16) if identity is None else identity}"
        self._kept: ApiKey | None = None
        self._until = 0.0
        self._once = Once[ApiKey]()

    @property
    def identity(self) -> str:
        """The name of this source."""
        return self._identity

    async def headers(self) -> dict[str, str]:
        """`Authorization: Bearer …`.

        Raises:
            ConfigurationError: the function gives no key.
        """
        kept = self._kept
        if kept is None or time.monotonic() >= self._until:
            kept = await self._once.run(self._asked)
        return await kept.headers()

    async def renew(self, refused: Mapping[str, str]) -> bool:
        """Ask again; whether the key is another than the refused one."""
        if self._kept is not None and await self._kept.headers() == refused:
            self._kept = None
        return await self.headers() != refused

    async def settle(self) -> None:
        """Nothing has to be waited for."""

    async def _asked(self) -> ApiKey:
        if inspect.iscoroutinefunction(self._ask):
            given = await self._ask()
        else:
            given = await asyncio.to_thread(self._ask)
            if inspect.isawaitable(given):
                given = await given
        if not isinstance(given, str | Lease):
            raise ConfigurationError(
                f"the function of auth= gave {type(given).__name__}; it is to give the key as text, or a Lease"
            )
        key = ApiKey(given.key if isinstance(given, Lease) else given)
        if isinstance(given, Lease):
            self._kept, self._until = key, time.monotonic() + given.seconds
        return key

    def __repr__(self) -> str:
        return "KeySource(***)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a KeySource can't be pickled: it may hold a key; make one in the other process")
