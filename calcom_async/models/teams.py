"""Teams, and links that invite to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias, TypedDict

from calcom_async.core.records import Record, record, secret

__all__ = ["CreatedTeam", "OwnTeam", "PendingTeam", "Team", "TeamChanges", "TeamInvite", "TeamSettings"]


@record
class Team(Record):
    """A team: people who can be booked together, or in turns."""

    id: int
    """The team's id."""
    parent_id: int | None = None
    """The organization it belongs to; None for a team of its own."""
    name: str | None = None
    """Its name."""
    slug: str | None = None
    """Its part of booking links; Cal.com derives it from the name where none is given."""
    logo_url: str | None = None
    """Its logo."""
    cal_video_logo: str | None = None
    """Its logo in Cal Video rooms."""
    app_logo: str | None = None
    """Its logo in the web app."""
    app_icon_logo: str | None = None
    """Its icon in the web app."""
    bio: str | None = None
    """What its page says about it."""
    hide_branding: bool | None = None
    """Whether Cal.com's name is left out of its pages."""
    is_organization: bool | None = None
    """Whether it is an organization."""
    is_private: bool | None = None
    """Whether its members are hidden."""
    hide_book_a_team_member: bool | None = None
    """Whether its page offers no booking of single members."""
    metadata: Mapping[str, Any] | None = None
    """Your own data: up to 50 keys."""
    theme: str | None = None
    """`light` or `dark`; None follows the visitor."""
    brand_color: str | None = None
    """Colour on a light background, such as `#292929`."""
    dark_brand_color: str | None = None
    """Colour on a dark background."""
    banner_url: str | None = None
    """Its banner."""
    time_format: int | None = None
    """12 or 24 hours; None follows the visitor."""
    time_zone: str | None = None
    """Its time zone, such as `Europe/London`."""
    week_start: str | None = None
    """First day of the week, such as `Sunday`."""


@record
class OwnTeam(Team):
    """A team of an organization that you belong to, and what you are in it (both undocumented)."""

    accepted: bool | None = None
    """Whether you accepted."""
    role: str | None = None
    """Your role: `OWNER`, `ADMIN` or `MEMBER`."""


@record
class PendingTeam(Record):
    """A team that Cal.com makes as soon as it is paid for."""

    message: str | None = None
    """What Cal.com says about it."""
    payment_link: str | None = None
    """Where to pay."""
    pending_team: Team | None = None
    """What the team will be; it can't be used yet."""


CreatedTeam: TypeAlias = Team | PendingTeam
"""What creating a team gives: the team, or what it takes to get it."""


@record
class TeamInvite(Record):
    """An invitation that anyone can use who has it; each call makes another one."""

    token: str | None = secret()
    """The token of the invitation."""
    invite_link: str | None = secret()
    """The link to send; it carries the token."""


class TeamSettings(TypedDict, total=False):
    """What a team can be made with; what is not given keeps Cal.com's default, or stays as it is."""

    slug: str
    """Its part of booking links, such as `support-eu`; made from the name by default."""
    logo_url: str
    """Its logo."""
    cal_video_logo: str
    """Its logo in Cal Video rooms."""
    app_logo: str
    """Its logo in the web app."""
    app_icon_logo: str
    """Its icon in the web app."""
    bio: str
    """What its page says about it."""
    hide_branding: bool
    """Whether Cal.com's name is left out of its pages."""
    is_private: bool
    """Whether its members are hidden."""
    hide_book_a_team_member: bool
    """Whether its page offers no booking of single members."""
    metadata: Mapping[str, Any]
    """Your own data: up to 50 keys of 40 characters; texts (up to 500 characters), numbers, booleans."""
    theme: str
    """`light` or `dark`."""
    brand_color: str
    """Colour on a light background, such as `#292929`."""
    dark_brand_color: str
    """Colour on a dark background."""
    banner_url: str
    """Its banner."""
    time_format: int
    """12 or 24 hours."""
    time_zone: str
    """Its time zone; `Europe/London` by default. Its default schedule is Monday to Friday, 9 to 5."""
    week_start: str
    """First day of the week; `Sunday` by default."""


class TeamChanges(TeamSettings, total=False):
    """What of a team can be changed."""

    name: str
    """Its name. Self-hosted servers refuse an update without it."""
    booking_limits: str
    """Limits of bookings, as the text that Cal.com keeps them in."""
    include_managed_events_in_limits: bool
    """Whether bookings of managed event types count towards the limits."""
