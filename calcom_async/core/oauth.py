"""OAuth 2.0: calls for a user of Cal.com who has agreed to it, with tokens that are renewed in time.

```python
from calcom_async import AsyncCalCom, FileTokens, OAuth2

auth = OAuth2("client-id", token_store=FileTokens("~/.local/state/myapp/calcom.json"))
async with AsyncCalCom(auth=auth) as cal:
    ...
```
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, Protocol

import attrs

from calcom_async.core.auth import Connect, NoAuth, Renewing, Send, header_text
from calcom_async.core.oauth_login import Authorization, authorize_url_of
from calcom_async.core.oauth_renewal import RenewingTokens
from calcom_async.core.oauth_tokens import Tokens, of_token_endpoint
from calcom_async.core.request import Request, Response
from calcom_async.core.token_stores import MemoryTokens, TokenStore
from calcom_async.errors import (
    AmbiguousWriteError,
    APIStatusError,
    CalComError,
    ConfigurationError,
    DecodeError,
    ServerError,
    TokenRefreshError,
    TokenRefreshLostError,
)
from calcom_async.guesses import naming_arguments
from calcom_async.settings import Hidden, base_url_from_environment

__all__ = ["OAuth2", "TokenAnswer"]

TOKEN_PATH = "/auth/oauth2/token"  # noqa: S105 - a path
_LOG_IN = "log in again: `calcom-async login` for an account, or the authorization of your application"
_CONSENT = (
    "the token was renewed and is refused even so: the user may have withdrawn consent, or the client been blocked; "
    f"{_LOG_IN}"
)


class TokenAnswer(Protocol):
    """What the token endpoint answers, as `cal.oauth.exchange_code` gives it."""

    @property
    def access_token(self) -> str:
        """Good for `expires_in` seconds."""
        ...

    @property
    def refresh_token(self) -> str:
        """Good once."""
        ...

    @property
    def expires_in(self) -> int | None:
        """Seconds."""
        ...

    @property
    def scope(self) -> str | None:
        """What was granted, separated by blanks."""
        ...


class OAuth2:
    """An OAuth 2.0 client, calling for one user.

    The access token is renewed a minute before its end, and when the server refuses it; the next refresh token is in
    the store before the new access token is used. One object may serve several clients.

    Args:
        client_id: The client's id.
        client_secret: The secret of a confidential client; a public one (PKCE) has none.
        token_store: Where the user's tokens are; in memory by default. See `calcom_async.core.token_stores`.
        scopes: What to ask the user for, such as `BOOKING_READ`.
        user: Who it is, if the name of the store does not say: what the server counts rate limits by, with the client.

    Raises:
        ConfigurationError: an id or a secret that can't be one.
    """

    @naming_arguments
    def __init__(
        self,
        client_id: str,
        client_secret: str | None = None,
        *,
        token_store: TokenStore | None = None,
        scopes: Sequence[str] = (),
        user: str | None = None,
    ) -> None:
        self.client_id = header_text(client_id, "the OAuth client's id")
        self.token_store: TokenStore = MemoryTokens() if token_store is None else token_store
        self.scopes = (scopes,) if isinstance(scopes, str) else tuple(scopes)
        self._secret = None if client_secret is None else Hidden(header_text(client_secret, "the client's secret"))
        self._user = user
        self._clock: Callable[[], float] = time.time

    @property
    def is_public(self) -> bool:
        """Whether the client has no secret, and proves itself by PKCE."""
        return self._secret is None

    @property
    def identity(self) -> str:
        """Client and user: the same before and after tokens are renewed."""
        return f"oauth client {self.client_id} user {self._user or self.token_store.name}"

    def bound(self, connect: Connect) -> Renewing:
        """The credential of one client of this package.

        Args:
            connect: What sends over its connections.
        """
        return RenewingTokens(
            identity=self.identity, store=self.token_store,
            renewed=functools.partial(self._renewed, connect(NoAuth())),
            shown=repr(self), advice=_CONSENT, clock=self._clock,
        )  # fmt: skip

    def authorization(
        self, redirect_uri: str, *, base_url: str | None = None, authorize_url: str | None = None
    ) -> Authorization:
        """Begin a login: where to send the browser, and what it has to bring back.

        Args:
            redirect_uri: Where it comes back to; one of the client's, letter by letter.
            base_url: Of the API; by default `CALCOM_BASE_URL`, else Cal.com itself.
            authorize_url: The page that asks for consent; by default that of the server with the base URL.

        Raises:
            ConfigurationError: where that page is can't be told from the base URL.
        """
        page = authorize_url or authorize_url_of(base_url or base_url_from_environment())
        return Authorization.make(
            page, client_id=self.client_id, redirect_uri=redirect_uri, scopes=self.scopes, public=self.is_public
        )

    async def accept(self, answer: TokenAnswer) -> Tokens:
        """Keep the tokens of a login: what `cal.oauth.exchange_code` gave.

        Args:
            answer: The answer of the token endpoint.

        Raises:
            DecodeError: there is no access token in it.
        """
        fields = ("access_token", "refresh_token", "expires_in", "scope")
        tokens = of_token_endpoint({name: getattr(answer, name) for name in fields}, self._clock())
        if tokens is None:
            raise DecodeError("there is no access token in the answer")
        async with self.token_store.locked():
            await self.token_store.save(tokens)
        return tokens

    async def forget(self) -> None:
        """Remove the tokens from the store. Cal.com still knows them, until they end or the user withdraws consent."""
        async with self.token_store.locked():
            await self.token_store.save(None)

    async def _renewed(self, send: Send, tokens: Tokens | None) -> Tokens:
        if tokens is None:
            raise ConfigurationError(f"nobody has logged in for the OAuth client {self.client_id}; {_LOG_IN}")
        if not tokens.refresh_token:
            raise ConfigurationError(f"the access token has ended, and there is no refresh token; {_LOG_IN}")
        body = {"client_id": self.client_id, "grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
        if self._secret is not None:
            body["client_secret"] = self._secret
        asked_at = self._clock()
        response = await sent_once(send, Request.make("POST", TOKEN_PATH, body=body), hint=_hint)
        fresh = of_token_endpoint(json_of(response), asked_at)
        if fresh is None:
            raise lost(TOKEN_PATH, "is none")
        return fresh if fresh.scopes else _with_scopes(fresh, tokens.scopes)

    def __repr__(self) -> str:
        kind = "public" if self.is_public else "confidential"
        return f"OAuth2({self.client_id!r}, {kind}, {self.token_store!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an OAuth2 can't be pickled: it may hold a secret; make one in the other process")


async def sent_once(send: Send, request: Request, *, hint: Callable[[APIStatusError], str]) -> Response:
    """Send a renewal; what may have happened without our knowing is told as what it is.

    Args:
        send: What sends.
        request: The renewal.
        hint: Advice for an error answer.

    Raises:
        TokenRefreshError: the server takes neither this token nor, maybe, any other.
        TokenRefreshLostError: it may have taken it, and the answer is lost.
        APIConnectionError: it was not asked.
    """
    failed: CalComError
    try:
        return await send(request)
    except AmbiguousWriteError:
        failed = lost(request.template, "was lost")
    except ServerError as error:
        failed = lost(request.template, f"was an error of the server (HTTP {error.status_code})")
    except APIStatusError as error:
        if error.status_code == 429:
            raise
        failed = TokenRefreshError(
            f"the token can't be renewed: {error.message}", status_code=error.status_code, code=error.code,
            request_id=error.request_id, method=error.method, path=error.path, hint=hint(error),
        )  # fmt: skip
    raise failed


def lost(path: str, what: str) -> TokenRefreshLostError:
    """The error for a renewal of which it is not known whether it happened.

    Args:
        path: The path of the operation.
        what: What became of the answer.
    """
    return TokenRefreshLostError(
        f"the token was being renewed, and the answer {what}; it was not repeated. The next call tries the old refresh "
        f"token once; if the server has used it up, {_LOG_IN}",
        method="POST",
        path=path,
    )


def json_of(response: Response) -> Any:
    """The body of an answer; None where it is no JSON."""
    try:
        return response.json()
    except DecodeError:
        return None


def _hint(error: APIStatusError) -> str:
    if error.code == "invalid_grant":
        return f"the refresh token was used already, has ended, or was withdrawn; {_LOG_IN}"
    return "check the client's id and secret, and that Cal.com has approved it"


def _with_scopes(tokens: Tokens, scopes: tuple[str, ...]) -> Tokens:
    return attrs.evolve(tokens, scopes=scopes)
