"""Memberships: who belongs to a team or an organization, and as what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from calcom_async.core.records import Record, record

__all__ = [
    "MemberAttribute",
    "MemberAttributeOption",
    "Membership",
    "MembershipRole",
    "MembershipUser",
    "OrganizationMembership",
]


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


@record
class MemberAttributeOption(Record):
    """One of the options that a member has of an attribute."""

    option_id: str | None = None
    """The option's id."""
    option: str | None = None
    """Its value."""


@record
class MemberAttribute(Record):
    """What a member has of an attribute of the organization."""

    id: str
    """The attribute's id."""
    name: str | None = None
    """Its name."""
    type: str | None = None
    """Its kind."""
    option: str | float | None = None
    """The value, a number for attributes of numbers; missing where several are possible."""
    option_id: str | None = None
    """The id of the value; likewise."""
    options: tuple[MemberAttributeOption, ...] = ()
    """The values, where several are possible."""


@record
class OrganizationMembership(Membership):
    """That a user belongs to an organization."""

    attributes: tuple[MemberAttribute, ...] = ()
    """The member's attributes."""
    custom_role_id: str | None = None
    """The id of the role, also of a system role such as `owner_role` (undocumented)."""
    created_at: datetime | None = None
    """When the membership was made (undocumented)."""
    updated_at: datetime | None = None
    """When it was changed last (undocumented)."""
