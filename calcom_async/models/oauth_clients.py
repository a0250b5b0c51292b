"""OAuth clients, and the users that they manage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypedDict

from calcom_async.core.records import Record, field, record, secret

__all__ = [
    "CreatedManagedUser",
    "CreatedOAuthClient",
    "ManagedUser",
    "ManagedUserChanges",
    "ManagedUserSettings",
    "ManagedUserTokens",
    "OAuthApplication",
    "OAuthClient",
    "OAuthClientChanges",
    "OAuthClientSettings",
    "OAuthTokens",
]


@record
class OAuthClient(Record):
    """A platform client, which manages users of its own; deprecated by Cal.com."""

    id: str
    """Its id."""
    name: str | None = None
    """Its name."""
    secret: str | None = secret()
    """What it proves itself with."""
    permissions: tuple[str, ...] = ()
    """What it may do, such as `BOOKING_READ`."""
    logo: Any = None
    """Its picture: an address; the document leaves it open."""
    redirect_uris: tuple[str, ...] = ()
    """Where users are sent back to."""
    organization_id: int | None = None
    """The organization it belongs to."""
    created_at: datetime | None = None
    """When it was made."""
    are_emails_enabled: bool | None = None
    """Whether Cal.com writes to its users."""
    are_default_event_types_enabled: bool | None = None
    """Whether a new user gets four event types."""
    are_calendar_events_enabled: bool | None = None
    """Whether bookings are written to calendars."""
    booking_redirect_uri: str | None = None
    """Where people are sent after a booking."""
    booking_cancel_redirect_uri: str | None = None
    """Where after a cancellation."""
    booking_reschedule_redirect_uri: str | None = None
    """Where after moving one."""


class OAuthClientSettings(TypedDict, total=False):
    """What a platform client can be made with."""

    logo: str
    """Its picture."""
    booking_redirect_uri: str
    """Where people are sent after a booking."""
    booking_cancel_redirect_uri: str
    """Where after a cancellation."""
    booking_reschedule_redirect_uri: str
    """Where after moving one."""
    are_emails_enabled: bool
    """Whether Cal.com writes to its users."""
    are_default_event_types_enabled: bool
    """Whether a new user gets four event types; False by default."""
    are_calendar_events_enabled: bool
    """Whether bookings are written to calendars; True by default."""


class OAuthClientChanges(OAuthClientSettings, total=False):
    """What of a platform client can be changed."""

    name: str
    """Its name."""
    redirect_uris: Sequence[str]
    """Where users are sent back to, all of them."""


@record
class CreatedOAuthClient(Record):
    """A new platform client."""

    client_id: str
    """Its id."""
    client_secret: str | None = secret()
    """What it proves itself with."""


@record
class ManagedUser(Record):
    """A user that a platform client manages."""

    id: int
    """Their id."""
    email: str | None = None
    """Their address, with the client's id after a `+`."""
    username: str | None = None
    """Their slug in booking links."""
    name: str | None = None
    """Their name."""
    bio: str | None = None
    """What they say about themselves."""
    time_zone: str | None = None
    """IANA name."""
    week_start: str | None = None
    """First day of the week."""
    created_date: datetime | None = None
    """When they were made."""
    time_format: int | None = None
    """12 or 24."""
    default_schedule_id: int | None = None
    """Their default schedule."""
    locale: str | None = None
    """Their language."""
    avatar_url: str | None = None
    """Their picture."""
    metadata: Mapping[str, Any] | None = None
    """Anything of the client's."""


class ManagedUserSettings(TypedDict, total=False):
    """What a managed user can be made with."""

    time_format: Literal[12, 24]
    """12 or 24 hours."""
    week_start: str
    """First day of the week, in English."""
    time_zone: str
    """IANA name; a new user gets a schedule with it, Monday to Friday from 9 to 17."""
    locale: str
    """Their language, such as `en`."""
    avatar_url: str
    """Their picture."""
    bio: str
    """A few words about them."""
    metadata: Mapping[str, Any]
    """Anything of yours: at most 50 keys of at most 40 characters, texts of at most 500."""


class ManagedUserChanges(ManagedUserSettings, total=False):
    """What of a managed user can be changed."""

    email: str
    """Their address."""
    name: str
    """Their name."""
    default_schedule_id: int
    """Which schedule is their default."""


@record
class ManagedUserTokens(Record):
    """What a managed user calls with."""

    access_token: str = secret(default="")
    """Good for an hour."""
    refresh_token: str = secret(default="")
    """Good for a year and once: refreshing gives another."""
    access_token_expires_at: int | None = None
    """When, in milliseconds since 1970."""
    refresh_token_expires_at: int | None = None
    """When, in milliseconds since 1970."""


@record
class CreatedManagedUser(ManagedUserTokens):
    """A new managed user, and what they call with."""

    user: ManagedUser | None = None
    """The user."""


@record
class OAuthApplication(Record):
    """An OAuth 2.0 client as users see it when they are asked."""

    client_id: str = field("client_id", default="")
    """Its id."""
    name: str | None = None
    """Its name."""
    logo: str | None = None
    """Its picture."""
    redirect_uris: tuple[str, ...] = field("redirect_uris", default=())
    """Where users are sent back to."""
    is_trusted: bool | None = field("is_trusted")
    """Whether Cal.com vouches for it."""
    client_type: str | None = field("client_type")
    """`CONFIDENTIAL` or `PUBLIC`."""


@record
class OAuthTokens(Record):
    """What an OAuth 2.0 client calls with."""

    access_token: str = secret("access_token", default="")
    """Good for `expires_in` seconds."""
    refresh_token: str = secret("refresh_token", default="")
    """Good once: keep the new one before using it."""
    token_type: str | None = field("token_type")
    """`bearer`."""
    expires_in: int | None = field("expires_in")
    """Seconds."""
    scope: str | None = None
    """What was granted, separated by blanks."""
