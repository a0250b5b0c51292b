"""Memberships: who belongs to a team or an organization, and as what."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from calcom_async.core.records import Record, record

__all__ = ["Membership", "MembershipRole", "MembershipUser"]


class MembershipRole(StrEnum):
    """What a member may do."""

    OWNER = "OWNER"
    ADMIN = "ADMIN"
    MEMBER = "MEMBER"


@record
class MembershipUser(Record):
    """The user behind a membership."""

    email: str | None = None
    """The user's e-mail address."""
    username: str | None = None
    """The user's slug in booking links."""
    name: str | None = None
    """The user's name."""
    avatar_url: str | None = None
    """The user's picture."""
    bio: str | None = None
    """What the user says about themselves."""
    metadata: Mapping[str, Any] | None = None
    """What Cal.com and apps keep about the user."""


@record
class Membership(Record):
    """That a user belongs to a team."""

    id: int
    """The membership's id."""
    user_id: int | None = None
    """The member."""
    team_id: int | None = None
    """The team."""
    accepted: bool | None = None
    """Whether the member has accepted; one who has not is invited only."""
    role: MembershipRole | str | None = None
    """What the member may do."""
    disable_impersonation: bool | None = None
    """Whether admins can't act as this member."""
    user: MembershipUser | None = None
    """Who the member is."""
