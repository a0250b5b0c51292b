"""Booking limits: how many bookings a person takes."""

from __future__ import annotations

from typing import TypedDict

from calcom_async.core.records import Record, record

__all__ = ["BookingLimitChanges", "BookingLimits", "TeamBookingLimit", "TeamBookingLimits"]


@record
class BookingLimits(Record):
    """How many bookings are taken in a calendar interval; None: as many as come."""

    per_day: int | None = None
    """In a day."""
    per_week: int | None = None
    """In a week."""
    per_month: int | None = None
    """In a month."""
    per_year: int | None = None
    """In a year."""


class BookingLimitChanges(TypedDict, total=False):
    """New limits, each at least 1; None lifts one, or goes back to the team's."""

    per_day: int | None
    """Bookings in a day."""
    per_week: int | None
    """In a week."""
    per_month: int | None
    """In a month."""
    per_year: int | None
    """In a year."""


@record
class TeamBookingLimit(Record):
    """The limit of one team's round-robin events, as it applies to you."""

    team_id: int
    """The team."""
    team_name: str | None = None
    """Its name."""
    team_limit: BookingLimits | None = None
    """What the team set for everybody without a number of their own."""
    member_limit: BookingLimits | None = None
    """What you set for yourself; None while you take the team's."""
    effective_limit: BookingLimits | None = None
    """What is enforced."""


@record
class TeamBookingLimits(Record):
    """The limits of every team that you host round-robin events for."""

    teams: tuple[TeamBookingLimit, ...] = ()
    """Each team that sets one."""
    global_limit: BookingLimits | None = None
    """Your own limit over everything."""
    is_overcommitted: bool | None = None
    """Whether the teams' numbers add up to more than your own limit; that one still holds."""
