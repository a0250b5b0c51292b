"""Platform OAuth clients, their webhooks, and the users they manage; Cal.com has deprecated them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, Unpack

from calcom_async.core.inputs import checked_fields, fields
from calcom_async.core.operation import Channel
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.oauth_clients import (
    CreatedManagedUser,
    CreatedOAuthClient,
    ManagedUser,
    ManagedUserChanges,
    ManagedUserSettings,
    ManagedUserTokens,
    OAuthClient,
    OAuthClientChanges,
    OAuthClientSettings,
)
from calcom_async.resources.metadata import checked_metadata
from calcom_async.resources.resource import Listing, Resource, Scope, child, operation, paginated
from calcom_async.resources.webhooks import ClearableWebhooks

__all__ = ["ManagedUsers", "OAuthClientScope", "OAuthClientWebhooks", "OAuthClients"]

M = TypeVar("M", covariant=True)
_DEPRECATED = "its platform takes no new customers since December 2025, and these operations will be removed"


class OAuthClients(Resource[M]):
    """The platform clients of your organization. They want a key of an organization's admin.

    Deprecated by Cal.com, which will remove these operations: each warns once (`DeprecationWarning`).
    """

    deprecated = _DEPRECATED

    @paginated
    def list(self) -> Listing[OAuthClient]:
        """Every client.

        `GET /v2/oauth-clients`
        """
        return self._list("/oauth-clients", OAuthClient, style="none")

    @operation
    async def get(self, client_id: str) -> OAuthClient:
        """One client.

        `GET /v2/oauth-clients/{clientId}`
        """
        return await self._get("/oauth-clients/{clientId}", client_id, into=OAuthClient)

    @operation
    async def create(
        self,
        *,
        name: str,
        redirect_uris: Sequence[str],
        permissions: Sequence[str],
        **settings: Unpack[OAuthClientSettings],
    ) -> CreatedOAuthClient:
        """Make a client.

        `POST /v2/oauth-clients`

        Args:
            name: Its name.
            redirect_uris: Where users are sent back to.
            permissions: What it may do, such as `BOOKING_READ`; `*` for everything.
            **settings: See `OAuthClientSettings`.

        Raises:
            InvalidRequestError: an argument that does not exist.
        """
        body = fields(name=name, redirect_uris=redirect_uris, permissions=permissions)
        body |= checked_fields(settings, OAuthClientSettings.__annotations__)
        return await self._post("/oauth-clients", body=body, into=CreatedOAuthClient)

    @operation
    async def update(self, client_id: str, **changes: Unpack[OAuthClientChanges]) -> OAuthClient:
        """Change what is given, and leave the rest; `permissions` stay what they were.

        `PATCH /v2/oauth-clients/{clientId}`

        Args:
            client_id: Which one.
            **changes: See `OAuthClientChanges`.

        Raises:
            InvalidRequestError: an argument that does not exist.
        """
        body = checked_fields(changes, OAuthClientChanges.__annotations__)
        return await self._patch("/oauth-clients/{clientId}", client_id, body=body, into=OAuthClient)

    @operation
    async def delete(self, client_id: str) -> OAuthClient:
        """Delete a client and return it as it was.

        `DELETE /v2/oauth-clients/{clientId}`
        """
        return await self._delete("/oauth-clients/{clientId}", client_id, into=OAuthClient)


class ManagedUsers(Resource[M]):
    """The users that a platform client manages. They want the client's id and secret for credential.

    Deprecated by Cal.com, which will remove these operations: each warns once (`DeprecationWarning`).
    """

    deprecated = _DEPRECATED

    @paginated
    def list(self, *, emails: Sequence[str] | Unset = UNSET, page_size: int = 250) -> Listing[ManagedUser]:
        """The users. Cal.com passes over at most 250, so that only the first 500 can be listed.

        `GET /v2/oauth-clients/{clientId}/users`

        Args:
            emails: Only users with these addresses.
            page_size: Users to ask for at once, 1 to 250.
        """
        return self._list("/users", ManagedUser, query=fields(emails=emails), page_size=page_size, style="limit-offset")

    @operation
    async def get(self, user_id: int) -> ManagedUser:
        """One user.

        `GET /v2/oauth-clients/{clientId}/users/{userId}`
        """
        return await self._get("/users/{userId}", user_id, into=ManagedUser)

    @operation
    async def create(self, *, email: str, name: str, **settings: Unpack[ManagedUserSettings]) -> CreatedManagedUser:
        """Make a user, and get what they call with.

        `POST /v2/oauth-clients/{clientId}/users`

        Args:
            email: Their address; it gets the client's id after a `+`.
            name: Their name, used in e-mails.
            **settings: See `ManagedUserSettings`.

        Raises:
            ConflictError: there is one with this address.
            InvalidRequestError: an argument that does not exist.
        """
        checked_metadata(settings.get("metadata", UNSET))
        body = fields(email=email, name=name) | checked_fields(settings, ManagedUserSettings.__annotations__)
        return await self._post("/users", body=body, into=CreatedManagedUser)

    @operation
    async def update(self, user_id: int, **changes: Unpack[ManagedUserChanges]) -> ManagedUser:
        """Change what is given, and leave the rest.

        `PATCH /v2/oauth-clients/{clientId}/users/{userId}`

        Args:
            user_id: Which one.
            **changes: See `ManagedUserChanges`.

        Raises:
            InvalidRequestError: an argument that does not exist.
        """
        checked_metadata(changes.get("metadata", UNSET))
        body = checked_fields(changes, ManagedUserChanges.__annotations__)
        return await self._patch("/users/{userId}", user_id, body=body, into=ManagedUser)

    @operation
    async def delete(self, user_id: int) -> ManagedUser:
        """Delete a user and return them as they were.

        `DELETE /v2/oauth-clients/{clientId}/users/{userId}`
        """
        return await self._delete("/users/{userId}", user_id, into=ManagedUser)

    @operation
    async def force_refresh(self, user_id: int) -> ManagedUserTokens:
        """Get new tokens for a user whose tokens were lost; the old ones are dead at once.

        `POST /v2/oauth-clients/{clientId}/users/{userId}/force-refresh`
        """
        return await self._post("/users/{userId}/force-refresh", user_id, into=ManagedUserTokens)


class OAuthClientWebhooks(ClearableWebhooks[M]):
    """The webhooks of a platform client. They want its id and secret for credential.

    Deprecated by Cal.com, which will remove these operations: each warns once (`DeprecationWarning`).
    """

    deprecated = _DEPRECATED


class OAuthClientScope(Resource[M]):
    """One platform client: its users and webhooks. Making it asks nothing of Cal.com.

    Deprecated by Cal.com, which will remove these operations: each warns once (`DeprecationWarning`).

    Raises:
        InvalidRequestError: the id is empty or can't be part of a path.
    """

    deprecated = _DEPRECATED

    def __init__(self, channel: Channel, client_id: str) -> None:
        super().__init__(channel, Scope().inside("/oauth-clients/{clientId}", client_id))
        self._client_id = client_id

    users: ManagedUsers[M] = child("oauth_clients")
    """The users it manages."""
    webhooks: OAuthClientWebhooks[M] = child("oauth_clients")
    """Its webhooks."""

    @operation
    async def refresh_tokens(self, *, refresh_token: str) -> ManagedUserTokens:
        """Exchange a managed user's refresh token for new tokens. **It is used up**: keep the new one first.

        `POST /v2/oauth/{clientId}/refresh`; never sent twice.

        Args:
            refresh_token: The last one that was told.

        Raises:
            BadRequestError: it was used already.
        """
        whole = Resource[Any](self._channel)
        body = fields(refresh_token=refresh_token)
        return await whole._post("/oauth/{clientId}/refresh", self._client_id, body=body, into=ManagedUserTokens)
