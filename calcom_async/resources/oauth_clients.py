"""Platform OAuth clients and the users they manage; Cal.com has deprecated them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from calcom_async.core.inputs import fields
from calcom_async.core.operation import Channel
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.oauth_clients import (
    CreatedManagedUser,
    CreatedOAuthClient,
    ManagedUser,
    ManagedUserTokens,
    OAuthClient,
)
from calcom_async.resources.metadata import checked_metadata
from calcom_async.resources.resource import Listing, Resource, Scope, operation, paginated

if TYPE_CHECKING:
    from calcom_async.resources.webhooks import ClearableWebhooks

__all__ = ["ManagedUsers", "OAuthClientScope", "OAuthClients"]

M = TypeVar("M", covariant=True)


class OAuthClients(Resource[M]):
    """The platform clients of your organization; deprecated by Cal.com. They want a key of an organization's admin."""

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
        logo: str | Unset = UNSET,
        booking_redirect_uri: str | Unset = UNSET,
        booking_cancel_redirect_uri: str | Unset = UNSET,
        booking_reschedule_redirect_uri: str | Unset = UNSET,
        are_emails_enabled: bool | Unset = UNSET,
        are_default_event_types_enabled: bool | Unset = UNSET,
        are_calendar_events_enabled: bool | Unset = UNSET,
    ) -> CreatedOAuthClient:
        """Make a client.

        `POST /v2/oauth-clients`

        Args:
            name: Its name.
            redirect_uris: Where users are sent back to.
            permissions: What it may do, such as `BOOKING_READ`; `*` for everything.
            logo: Its picture.
            booking_redirect_uri: Where people are sent after a booking.
            booking_cancel_redirect_uri: Where after a cancellation.
            booking_reschedule_redirect_uri: Where after moving one.
            are_emails_enabled: Whether Cal.com writes to its users.
            are_default_event_types_enabled: Whether a new user gets four event types.
            are_calendar_events_enabled: Whether bookings are written to calendars; True by default.
        """
        body = fields(
            name=name,
            redirect_uris=redirect_uris,
            permissions=permissions,
            logo=logo,
            booking_redirect_uri=booking_redirect_uri,
            booking_cancel_redirect_uri=booking_cancel_redirect_uri,
            booking_reschedule_redirect_uri=booking_reschedule_redirect_uri,
            are_emails_enabled=are_emails_enabled,
            are_default_event_types_enabled=are_default_event_types_enabled,
            are_calendar_events_enabled=are_calendar_events_enabled,
        )
        return await self._post("/oauth-clients", body=body, into=CreatedOAuthClient)

    @operation
    async def update(
        self,
        client_id: str,
        *,
        name: str | Unset = UNSET,
        redirect_uris: Sequence[str] | Unset = UNSET,
        logo: str | Unset = UNSET,
        booking_redirect_uri: str | Unset = UNSET,
        booking_cancel_redirect_uri: str | Unset = UNSET,
        booking_reschedule_redirect_uri: str | Unset = UNSET,
        are_emails_enabled: bool | Unset = UNSET,
        are_default_event_types_enabled: bool | Unset = UNSET,
        are_calendar_events_enabled: bool | Unset = UNSET,
    ) -> OAuthClient:
        """Change what is given, and leave the rest; arguments as `create`.

        `PATCH /v2/oauth-clients/{clientId}`
        """
        body = fields(
            name=name,
            redirect_uris=redirect_uris,
            logo=logo,
            booking_redirect_uri=booking_redirect_uri,
            booking_cancel_redirect_uri=booking_cancel_redirect_uri,
            booking_reschedule_redirect_uri=booking_reschedule_redirect_uri,
            are_emails_enabled=are_emails_enabled,
            are_default_event_types_enabled=are_default_event_types_enabled,
            are_calendar_events_enabled=are_calendar_events_enabled,
        )
        return await self._patch("/oauth-clients/{clientId}", client_id, body=body, into=OAuthClient)

    @operation
    async def delete(self, client_id: str) -> OAuthClient:
        """Delete a client and return it as it was.

        `DELETE /v2/oauth-clients/{clientId}`
        """
        return await self._delete("/oauth-clients/{clientId}", client_id, into=OAuthClient)


class ManagedUsers(Resource[M]):
    """The users that a platform client manages; deprecated by Cal.com."""

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
    async def create(
        self,
        *,
        email: str,
        name: str,
        time_format: Literal[12, 24] | Unset = UNSET,
        week_start: str | Unset = UNSET,
        time_zone: str | Unset = UNSET,
        locale: str | Unset = UNSET,
        avatar_url: str | Unset = UNSET,
        bio: str | Unset = UNSET,
        metadata: Mapping[str, Any] | Unset = UNSET,
    ) -> CreatedManagedUser:
        """Make a user, and get what they call with.

        `POST /v2/oauth-clients/{clientId}/users`

        Args:
            email: Their address; it gets the client's id after a `+`.
            name: Their name, used in e-mails.
            time_format: 12 or 24.
            week_start: First day of the week, in English.
            time_zone: IANA name; with it the user gets a schedule, Monday to Friday from 9 to 17.
            locale: Their language.
            avatar_url: Their picture.
            bio: A few words about them.
            metadata: Anything of yours: at most 50 keys of at most 40 characters, texts of at most 500.

        Raises:
            ConflictError: there is one with this address.
        """
        body = fields(
            email=email, name=name, time_format=time_format, week_start=week_start, time_zone=time_zone,
            locale=locale, avatar_url=avatar_url, bio=bio, metadata=checked_metadata(metadata),
        )  # fmt: skip
        return await self._post("/users", body=body, into=CreatedManagedUser)

    @operation
    async def update(
        self,
        user_id: int,
        *,
        email: str | Unset = UNSET,
        name: str | Unset = UNSET,
        time_format: Literal[12, 24] | Unset = UNSET,
        default_schedule_id: int | Unset = UNSET,
        week_start: str | Unset = UNSET,
        time_zone: str | Unset = UNSET,
        locale: str | Unset = UNSET,
        avatar_url: str | Unset = UNSET,
        bio: str | Unset = UNSET,
        metadata: Mapping[str, Any] | Unset = UNSET,
    ) -> ManagedUser:
        """Change what is given, and leave the rest; arguments as `create`.

        `PATCH /v2/oauth-clients/{clientId}/users/{userId}`
        """
        body = fields(
            email=email, name=name, time_format=time_format, default_schedule_id=default_schedule_id,
            week_start=week_start, time_zone=time_zone, locale=locale, avatar_url=avatar_url, bio=bio,
            metadata=checked_metadata(metadata),
        )  # fmt: skip
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


class OAuthClientScope(Resource[M]):
    """One platform client: its users and webhooks. Making it asks nothing of Cal.com.

    Its operations want the client's id and secret for credential.
    """

    def __init__(self, channel: Channel, client_id: str) -> None:
        super().__init__(channel, Scope().inside("/oauth-clients/{clientId}", client_id))
        self._client_id = client_id

    @cached_property
    def users(self) -> ManagedUsers[M]:
        """The users it manages."""
        return ManagedUsers(self._channel, self._scope)

    @cached_property
    def webhooks(self) -> ClearableWebhooks[M]:
        """Its webhooks."""
        from calcom_async.resources.webhooks import ClearableWebhooks

        return ClearableWebhooks(self._channel, self._scope)

    @operation
    async def refresh_tokens(self, *, refresh_token: str) -> ManagedUserTokens:
        """Exchange a managed user's refresh token for new tokens. **It is used up**: keep the new one first.

        `POST /v2/oauth/{clientId}/refresh`; never sent twice.

        Raises:
            BadRequestError: it was used already.
        """
        whole = Resource[Any](self._channel)
        body = fields(refresh_token=refresh_token)
        return await whole._post("/oauth/{clientId}/refresh", self._client_id, body=body, into=ManagedUserTokens)
