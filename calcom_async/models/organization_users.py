"""Users of an organization: accounts that it has, and may make."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict

from calcom_async.core.records import Record, record

__all__ = [
    "OrganizationProfile",
    "OrganizationUser",
    "OrganizationUserChanges",
    "OrganizationUserSettings",
]


@record
class OrganizationProfile(Record):
    """A user as the organization knows them."""

    id: int
    """The profile's id."""
    organization_id: int | None = None
    """The organization."""
    user_id: int | None = None
    """The user."""
    username: str | None = None
    """The user's part of booking links of the organization."""


@record
class OrganizationUser(Record):
    """A user of an organization."""

    id: int
    """The user's id."""
    username: str | None = None
    """The user's part of booking links."""
    name: str | None = None
    """Full name."""
    email: str | None = None
    """E-mail address."""
    email_verified: datetime | None = None
    """When the address was verified."""
    bio: str | None = None
    """A few words about the user."""
    avatar_url: str | None = None
    """Where the picture is."""
    time_zone: str | None = None
    """IANA name."""
    week_start: str | None = None
    """First day of the week, such as `Sunday`."""
    app_theme: str | None = None
    """Theme of the web app."""
    theme: str | None = None
    """Theme of the booking pages."""
    default_schedule_id: int | None = None
    """The schedule for event types without one of their own."""
    locale: str | None = None
    """Language, such as `en`."""
    time_format: int | None = None
    """12 or 24."""
    hide_branding: bool | None = None
    """Whether Cal.com's name is left out of the user's pages."""
    brand_color: str | None = None
    """Colour on a light background."""
    dark_brand_color: str | None = None
    """Colour on a dark background."""
    allow_dynamic_booking: bool | None = None
    """Whether the user can be booked together with others."""
    created_date: datetime | None = None
    """When the account was made."""
    verified: bool | None = None
    """Whether the user is verified."""
    invited_to: int | None = None
    """The team or organization the user was invited to; the document says: who invited."""
    metadata: Mapping[str, Any] | None = None
    """Your own data."""
    profile: OrganizationProfile | None = None
    """The user as the organization knows them."""


class OrganizationUserSettings(TypedDict, total=False):
    """What a user can be made with."""

    username: str
    """Part of booking links."""
    name: str
    """Full name, at most 50 characters."""
    weekday: str
    """First day of the week, such as `Monday`."""
    brand_color: str
    """Colour on a light background, such as `#292929`."""
    dark_brand_color: str
    """Colour on a dark background."""
    bio: str
    """A few words about the user."""
    metadata: Mapping[str, Any]
    """Your own data: up to 50 keys of 40 characters; texts of up to 500."""
    hide_branding: bool
    """Whether Cal.com's name is left out of the user's pages."""
    time_zone: str
    """IANA name."""
    theme: str | None
    """Theme of the booking pages."""
    app_theme: str | None
    """Theme of the web app."""
    time_format: int
    """12 or 24."""
    default_schedule_id: int
    """The schedule for event types without one of their own."""
    locale: str | None
    """Language, such as `en`."""
    avatar_url: str
    """Where the picture is."""


class OrganizationUserChanges(OrganizationUserSettings, total=False):
    """What of a user can be changed."""

    email: str
    """E-mail address."""
