"""Credentials: what goes into the Authorization header, and nowhere else."""

from __future__ import annotations

import hashlib
from typing import NoReturn, Protocol, runtime_checkable

from calcom_async.errors import ConfigurationError
from calcom_async.settings import Hidden

__all__ = ["ApiKey", "Auth", "Hidden", "NoAuth"]


@runtime_checkable
class Auth(Protocol):
    """A credential."""

    @property
    def identity(self) -> str:
        """What the server counts rate limits by; used as a hash only."""
        ...

    async def headers(self) -> dict[str, str]:
        """The headers that prove who calls."""
        ...


class ApiKey:
    """An API key of Cal.com (`cal_…`; self-hosted servers may use another prefix, so it is not checked).

    Raises:
        ConfigurationError: the key is empty, or holds blanks or line breaks.
    """

    __slots__ = ("_key",)

    def __init__(self, key: str) -> None:
        key = key.strip()
        if not key:
            raise ConfigurationError("the API key is empty; set CALCOM_API_KEY, or pass api_key=")
        if not key.isprintable() or " " in key:
            raise ConfigurationError("the API key holds blanks or control characters; copy it again")
        if not key.isascii():
            raise ConfigurationError("the API key holds characters beyond ASCII; copy it again")
        self._key = Hidden(key)

    @property
    def identity(self) -> str:
        """The key, as what the server counts by."""
        return self._key

    async def headers(self) -> dict[str, str]:
        """`Authorization: Bearer …`."""
        return {"Authorization": Hidden(f"Bearer {self._key}")}

    def __repr__(self) -> str:
        digest = hashlib.sha256(self._key.encode()).hexdigest()[:6]
        return f"ApiKey(*** sha256:{digest}…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an ApiKey can't be pickled: pass the key to the other process by its environment instead")


class NoAuth:
    """No credential: for the few public operations (slots, booking), and counted per IP address by the server."""

    identity = "anonymous"

    async def headers(self) -> dict[str, str]:
        """None."""
        return {}

    def __repr__(self) -> str:
        return "NoAuth()"
