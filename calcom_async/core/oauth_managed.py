"""Calls for a user whom a platform client manages; deprecated by Cal.com, and kept for those who have such users."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import NoReturn

from calcom_async.core.auth import Connect, PlatformClient, Renewing, Send
from calcom_async.core.oauth import json_of, lost, sent_once
from calcom_async.core.oauth_renewal import RenewingTokens
from calcom_async.core.oauth_tokens import Tokens, of_managed_user
from calcom_async.core.request import Request
from calcom_async.core.token_stores import MemoryTokens, TokenStore
from calcom_async.errors import APIStatusError, ConfigurationError, TokenRefreshError, TokenRefreshLostError
from calcom_async.guesses import naming_arguments

__all__ = ["ManagedUser"]

_REFRESH = "/oauth/{clientId}/refresh"
_FORCE = "/oauth-clients/{clientId}/users/{userId}/force-refresh"


class ManagedUser:
    """One user of a platform client.

    The access token is good for an hour and renewed in time. Where there is no refresh token, or it does not work any
    more, the client's secret gets new tokens (`force-refresh`), which ends all others of this user.

    Args:
        user_id: The user's id.
        client: The platform client.
        token_store: Where the user's tokens are; in memory by default.
        force: Whether the client's secret may get new tokens. Without, a lost refresh token is an error.

    Raises:
        ConfigurationError: the id is none.
    """

    @naming_arguments
    def __init__(
        self, user_id: int, client: PlatformClient, *, token_store: TokenStore | None = None, force: bool = True
    ) -> None:
        if isinstance(user_id, bool) or not isinstance(user_id, int):
            raise ConfigurationError("user_id: the id of a managed user is a number")
        self.user_id = user_id
        self.client = client
        self.token_store: TokenStore = MemoryTokens() if token_store is None else token_store
        self._force = force
        self._clock: Callable[[], float] = time.time

    @property
    def identity(self) -> str:
        """Client and user: the same before and after tokens are renewed."""
        return f"managed user {self.user_id} of {self.client.client_id}"

    def bound(self, connect: Connect) -> Renewing:
        """The credential of one client of this package.

        Args:
            connect: What sends over its connections.
        """
        return RenewingTokens(
            identity=self.identity, store=self.token_store,
            renewed=functools.partial(self._renewed, connect(self.client)),
            shown=repr(self), clock=self._clock,
            advice="the token was renewed and is refused even so: check that the user and the client still exist",
        )  # fmt: skip

    async def _renewed(self, send: Send, tokens: Tokens | None) -> Tokens:
        if tokens is not None and tokens.refresh_token:
            try:
                return await self._asked(send, _REFRESH, (self.client.client_id,), tokens.refresh_token)
            except TokenRefreshLostError:
                if not self._force:
                    raise
            except TokenRefreshError as error:
                if not self._force or error.status_code != 400:
                    raise
        elif not self._force:
            raise ConfigurationError(
                f"there is no refresh token for the managed user {self.user_id}; put one into the token store, or let "
                "the client's secret get one: force=True"
            )
        return await self._asked(send, _FORCE, (self.client.client_id, self.user_id), None)

    async def _asked(self, send: Send, template: str, ids: tuple[str | int, ...], token: str | None) -> Tokens:
        body = None if token is None else {"refreshToken": token}
        asked_at = self._clock()
        response = await sent_once(send, Request.make("POST", template, ids, body=body), hint=_hint)
        tokens = of_managed_user(json_of(response), response.headers, asked_at)
        if tokens is None:
            raise lost(template, "is none")
        return tokens

    def __repr__(self) -> str:
        return f"ManagedUser({self.user_id}, {self.client!r}, {self.token_store!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a ManagedUser can't be pickled: it holds a secret; make one in the other process")


def _hint(error: APIStatusError) -> str:
    if error.status_code == 400:
        return "the refresh token was used already or has ended; the client's secret gets another: force=True"
    return "check the client's id and secret, and that the user is one of its own"
