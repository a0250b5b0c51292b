"""Teams, and links that invite to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from calcom_async.core.records import Record, record, secret

__all__ = ["CreatedTeam", "PendingTeam", "Team", "TeamInvite"]


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
