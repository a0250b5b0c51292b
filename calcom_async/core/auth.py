"""Credentials: what goes into the headers that prove who calls, and nowhere else.

| class | what it sends |
|---|---|
| `ApiKey` | an API key |
| `KeySource` | the key that a function of yours gives, such as one that asks a vault |
| `PlatformClient` | id and secret of a platform client |
| `calcom_async.core.oauth.OAuth2` | the access token of an OAuth 2.0 client, refreshed in time |
| `calcom_async.core.oauth_managed.ManagedUser` | the access token of a managed user, refreshed in time |
| `NoAuth` | nothing |

Anything else that has `identity` and `headers()` will do as well: see `Auth`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, NoReturn, Protocol, TypeAlias, runtime_checkable

from calcom_async.errors import ConfigurationError
from calcom_async.guesses import naming_arguments
from calcom_async.settings import Hidden

if TYPE_CHECKING:
    from calcom_async.core.request import Request, Response

__all__ = ["ApiKey", "Auth", "Connect", "Hidden", "NoAuth", "PlatformClient", "Renewable", "Renewing", "Send"]


@runtime_checkable
class Auth(Protocol):
    """A credential."""

    @property
    def identity(self) -> str:
        """What the server counts rate limits by; used as a hash only. It stays when keys or tokens are renewed."""
        ...

    async def headers(self) -> dict[str, str]:
        """The headers that prove who calls. Values are `Hidden`, so that no traceback shows them."""
        ...


@runtime_checkable
class Renewing(Auth, Protocol):
    """A credential that can be had anew when the server refuses it.

    Attributes:
        advice: What to do where it is refused even so.
    """

    advice: str

    async def renew(self, refused: Mapping[str, str]) -> bool:
        """Have another one in the place of the refused one; False where there is none, and the refusal stands.

        Args:
            refused: The headers that were sent.
        """
        ...

    async def settle(self) -> None:
        """Wait for what must not be broken off; called before the connections are closed."""
        ...


Send: TypeAlias = "Callable[[Request], Awaitable[Response]]"
"""Sends a request with one credential: paced, and tried again only where it can't have happened."""
Connect: TypeAlias = "Callable[[Auth], Send]"
"""Over the connections of a client: what sends with a credential."""


@runtime_checkable
class Renewable(Protocol):
    """A credential that needs connections to be renewed: each client makes it one of its own."""

    @property
    def identity(self) -> str:
        """What the server counts rate limits by; used as a hash only."""
        ...

    def bound(self, connect: Connect) -> Renewing:
        """The credential of one client.

        Args:
            connect: What sends over the client's connections.
        """
        ...


class ApiKey:
    """An API key of Cal.com (`cal_…`; self-hosted servers may use another prefix, so it is not checked).

    Raises:
        ConfigurationError: the key is empty, or holds blanks or line breaks.
    """

    __slots__ = ("_headers", "_key")

    def __init__(self, key: str) -> None:
        key = key.strip()
        if not key:
            raise ConfigurationError("the API key is empty; set CALCOM_API_KEY, or pass api_key=")
        if not key.isprintable() or " " in key:
            raise ConfigurationError("the API key holds blanks or control characters; copy it again")
        if not key.isascii():
            raise ConfigurationError("the API key holds characters beyond ASCII; copy it again")
        self._key = Hidden(key)
        self._headers: dict[str, str] = {"Authorization": Hidden(f"Bearer {key}")}

    @property
    def identity(self) -> str:
        """The key, as what the server counts by."""
        return self._key

    async def headers(self) -> dict[str, str]:
        """`Authorization: Bearer …`."""
        return dict(self._headers)

    def __repr__(self) -> str:
        digest = hashlib.sha256(self._key.encode()).hexdigest()[:6]
        return f"ApiKey(*** sha256:{digest}…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an ApiKey can't be pickled: pass the key to the other process by its environment instead")


class PlatformClient:
    """A platform client, by the id and secret that its headers carry; deprecated by Cal.com.

    It is what the operations on its users and webhooks want (`cal.oauth_client(id)`). To call for one of its users,
    take `calcom_async.core.oauth_managed.ManagedUser`.

    Args:
        client_id: The client's id.
        client_secret: Its secret.

    Raises:
        ConfigurationError: either is empty, or holds blanks or line breaks.
    """

    __slots__ = ("_secret", "client_id")

    @naming_arguments
    def __init__(self, client_id: str, client_secret: str) -> None:
        self.client_id = header_text(client_id, "the client's id")
        self._secret = Hidden(header_text(client_secret, "the client's secret"))

    @property
    def identity(self) -> str:
        """The client, as what the server counts by."""
        return f"platform client {self.client_id}"

    async def headers(self) -> dict[str, str]:
        """`x-cal-client-id` and `x-cal-secret-key`."""
        return {"x-cal-client-id": self.client_id, "x-cal-secret-key": self._secret}

    def __repr__(self) -> str:
        return f"PlatformClient({self.client_id!r}, ***)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a PlatformClient can't be pickled: it holds a secret")


class NoAuth:
    """No credential: for the few public operations (slots, booking), and counted per IP address by the server."""

    identity = "anonymous"

    async def headers(self) -> dict[str, str]:
        """None."""
        return {}

    def __repr__(self) -> str:
        return "NoAuth()"


def header_text(text: str, what: str) -> str:
    """Text that can stand in a header.

    Args:
        text: The text.
        what: What it is, for the message.

    Raises:
        ConfigurationError: it is empty, or holds what no header may.
    """
    text = text.strip()
    if not text:
        raise ConfigurationError(f"{what} is empty")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ConfigurationError(f"{what} holds blanks, control characters or characters beyond ASCII; copy it again")
    return text
