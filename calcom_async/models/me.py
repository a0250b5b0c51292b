"""The person behind the key: `cal.me`."""

from __future__ import annotations

from calcom_async.core.records import Record, record

__all__ = ["Profile", "ProfileOrganization"]


@record
class ProfileOrganization(Record):
    """The organization the person belongs to, in short."""

    id: int | None = None
    """The organization's id: `cal.organization(id)`."""
    is_platform: bool | None = None
    """Whether it is a platform organization, made to manage users by OAuth clients."""


@record
class Profile(Record):
    """The profile of the person whose key or token is used."""

    id: int
    """The user's id."""
    username: str | None = None
    """The name in public booking links, such as `ada` in `cal.com/ada/intro`."""
    email: str | None = None
    """The primary e-mail address; a new one counts only once it is verified."""
    name: str | None = None
    """The full name; null where none was given."""
    avatar_url: str | None = None
    """Where the picture is; null without one."""
    bio: str | None = None
    """A few words about the person; empty or null without."""
    time_format: int | None = None
    """12 or 24: how the person likes the hours of the day."""
    default_schedule_id: int | None = None
    """The schedule that event types without one of their own use; null without any schedule."""
    week_start: str | None = None
    """The first day of the person's week, in English: `Monday`."""
    time_zone: str | None = None
    """IANA name, such as `Europe/London`."""
    locale: str | None = None
    """The language, such as `en`; null where none was chosen. Older servers leave it out."""
    organization_id: int | None = None
    """The organization's id; null outside of organizations."""
    organization: ProfileOrganization | None = None
    """The organization in short; missing outside of organizations."""
