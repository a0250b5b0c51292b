"""Where tokens are kept between calls: what a store has to do, and one in memory.

A store of your own is any object with these four; a database does well, with a lock of its own:

```python
class TableTokens:
    name = "tokens of user 7"

    async def load(self) -> Tokens | None: ...
    async def save(self, tokens: Tokens | None) -> None: ...
    def locked(self) -> AbstractAsyncContextManager[None]: ...
```

`FileTokens` and `KeyringTokens` are in modules of their own.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import threading
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager
from typing import NoReturn, Protocol, runtime_checkable

from calcom_async.core.oauth_tokens import Tokens

__all__ = ["MemoryTokens", "TokenStore"]

_LOOK_AGAIN = 0.01
"""Seconds between two looks at a lock that another thread holds."""


@runtime_checkable
class TokenStore(Protocol):
    """Keeps the tokens of one user of one client.

    Whoever renews tokens holds `locked()` from `load()` to `save()`: the server takes a refresh token once, so that two
    who renew at the same time would lock each other out.
    """

    @property
    def name(self) -> str:
        """Which tokens these are, for the limiter and for messages; no secret, and the same in every process."""
        ...

    async def load(self) -> Tokens | None:
        """The tokens as they were saved last, by whichever process; None where there are none."""
        ...

    async def save(self, tokens: Tokens | None) -> None:
        """Keep these instead; None forgets them. When it returns, they survive a crash."""
        ...

    def locked(self) -> AbstractAsyncContextManager[None]:
        """Held by one at a time, among all threads and processes that use these tokens."""
        ...


class MemoryTokens:
    """Tokens of this process alone: a new one has to log in again, or to be given them.

    Args:
        tokens: What is known already.
    """

    def __init__(self, tokens: Tokens | None = None) -> None:
        self._tokens = tokens
        self._lock = threading.Lock()
        self._process = os.getpid()
        self._name = f"memory {secrets.token_hex(16)}"

    @property
    def name(self) -> str:
        """A name of its own."""
        return self._name

    async def load(self) -> Tokens | None:
        """The tokens."""
        return self._tokens

    async def save(self, tokens: Tokens | None) -> None:
        """Keep these instead."""
        self._tokens = tokens

    @contextlib.asynccontextmanager
    async def locked(self) -> AsyncGenerator[None]:
        """Held by one at a time, in whichever thread and loop."""
        if self._process != os.getpid():  # a parent may have held it when this process was forked off
            self._lock, self._process = threading.Lock(), os.getpid()
        lock = self._lock
        while not lock.acquire(blocking=False):  # noqa: ASYNC110 - an Event does not reach other loops
            await asyncio.sleep(_LOOK_AGAIN)
        try:
            yield
        finally:
            lock.release()

    def __repr__(self) -> str:
        return "MemoryTokens(***)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("MemoryTokens can't be pickled; use a store that both processes reach, such as FileTokens")
