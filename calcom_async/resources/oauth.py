"""OAuth 2.0: what a client is, and its tokens."""

from __future__ import annotations

from typing import Any, TypeVar

from calcom_async.core.unset import UNSET, Unset
from calcom_async.errors import InvalidRequestError
from calcom_async.models.oauth_clients import OAuthApplication, OAuthTokens
from calcom_async.resources.resource import Resource, operation

__all__ = ["OAuth"]

M = TypeVar("M", covariant=True)


class OAuth(Resource[M]):
    """OAuth 2.0: what a client is, and its tokens."""

    @operation
    async def get_client(self, client_id: str) -> OAuthApplication:
        """A client as users see it when they are asked for consent.

        `GET /v2/auth/oauth2/clients/{clientId}`
        """
        return await self._get("/auth/oauth2/clients/{clientId}", client_id, into=OAuthApplication)

    @operation
    async def exchange_code(
        self,
        *,
        client_id: str,
        code: str,
        redirect_uri: str,
        client_secret: str | Unset = UNSET,
        code_verifier: str | Unset = UNSET,
    ) -> OAuthTokens:
        """Exchange the code of a consent for tokens.

        `POST /v2/auth/oauth2/token`; never sent twice: a code is good once.

        Args:
            client_id: The client.
            code: What the browser brought back.
            redirect_uri: The address it was brought back to, exactly.
            client_secret: The secret of a confidential client.
            code_verifier: The PKCE verifier of a public one.

        Raises:
            InvalidRequestError: neither secret nor verifier, or both.
            BadRequestError: the code was used, is too old, or does not fit.
        """
        if (client_secret is UNSET) == (code_verifier is UNSET):
            raise InvalidRequestError("give client_secret (a confidential client) or code_verifier (a public one)")
        return await self._token(
            client_id=client_id,
            grant_type="authorization_code",
            code=code,
            redirect_uri=redirect_uri,
            client_secret=client_secret,
            code_verifier=code_verifier,
        )

    @operation
    async def refresh(self, *, client_id: str, refresh_token: str, client_secret: str | Unset = UNSET) -> OAuthTokens:
        """Exchange a refresh token for new tokens. **It is used up**: keep the new one before anything else.

        `POST /v2/auth/oauth2/token`; never sent twice.

        Args:
            client_id: The client.
            refresh_token: The last one that was told.
            client_secret: The secret of a confidential client.

        Raises:
            BadRequestError: it was used already, or has ended.
        """
        return await self._token(
            client_id=client_id, grant_type="refresh_token", refresh_token=refresh_token, client_secret=client_secret
        )

    async def _token(self, **arguments: Any) -> OAuthTokens:
        body = {name: value for name, value in arguments.items() if value is not UNSET}  # the names are OAuth's own
        return await self._post("/auth/oauth2/token", body=body, into=OAuthTokens, find=_bare)


def _bare(answer: Any) -> Any:
    """OAuth's answers have no envelope."""
    return answer
