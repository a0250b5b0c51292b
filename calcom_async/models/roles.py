"""Roles of an organization or of one of its teams: what their members may do."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from calcom_async.core.records import Record, record

__all__ = ["Role", "RoleType"]


class RoleType(StrEnum):
    """Who made a role."""

    SYSTEM = "SYSTEM"
    """Cal.com; it can't be changed."""
    CUSTOM = "CUSTOM"
    """You."""


@record
class Role(Record):
    """What the members with this role may do."""

    id: str
    """The role's id: a UUID, or a name such as `owner_role` of a system role."""
    name: str | None = None
    """Its name."""
    color: str | None = None
    """Its colour, such as `#1BA774`."""
    description: str | None = None
    """What it is for."""
    organization_id: int | None = None
    """The organization it belongs to; None for system roles and roles of teams."""
    team_id: int | None = None
    """The team it belongs to; None for system roles and roles of organizations."""
    type: RoleType | str | None = None
    """Whether it is Cal.com's or yours."""
    permissions: tuple[str, ...] = ()
    """What it allows, such as `booking.read`; `*.*` is everything. An open set."""
    created_at: datetime | None = None
    """When it was made."""
    updated_at: datetime | None = None
    """When it was changed last."""
