"""Your booking limits, overall and team by team."""

from __future__ import annotations

from typing import TypeVar

from calcom_async.core.inputs import fields
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.booking_limits import BookingLimits, TeamBookingLimit, TeamBookingLimits
from calcom_async.resources.resource import Resource, operation

__all__ = ["BookingLimitsOfMine"]

M = TypeVar("M", covariant=True)


class BookingLimitsOfMine(Resource[M]):
    """How many bookings you take; for members of an organization only, others get `PermissionDeniedError`.

    OAuth scopes `PROFILE_READ` and `PROFILE_WRITE`.
    """

    @operation
    async def get(self) -> BookingLimits:
        """Your limits over all event types.

        `GET /v2/me/booking-limits`
        """
        return await self._get("/me/booking-limits", into=BookingLimits)

    @operation
    async def update(
        self,
        *,
        per_day: int | Unset | None = UNSET,
        per_week: int | Unset | None = UNSET,
        per_month: int | Unset | None = UNSET,
        per_year: int | Unset | None = UNSET,
    ) -> BookingLimits:
        """Change what is given, and leave the rest; None lifts a limit.

        `PATCH /v2/me/booking-limits`

        Args:
            per_day: Bookings in a day, at least 1.
            per_week: In a week.
            per_month: In a month.
            per_year: In a year.
        """
        body = fields(per_day=per_day, per_week=per_week, per_month=per_month, per_year=per_year)
        return await self._patch("/me/booking-limits", body=body, into=BookingLimits)

    @operation
    async def clear(self) -> None:
        """Lift all your limits.

        `DELETE /v2/me/booking-limits`
        """
        await self._delete("/me/booking-limits", into=None)

    @operation
    async def get_teams(self) -> TeamBookingLimits:
        """The limits of every team that you host round-robin events for.

        `GET /v2/me/team-booking-limits`
        """
        return await self._get("/me/team-booking-limits", into=TeamBookingLimits)

    @operation
    async def update_team(
        self,
        team_id: int,
        *,
        per_day: int | Unset | None = UNSET,
        per_week: int | Unset | None = UNSET,
        per_month: int | Unset | None = UNSET,
        per_year: int | Unset | None = UNSET,
    ) -> TeamBookingLimit:
        """Set your own numbers for a team's round-robin events; None goes back to the team's.

        `PATCH /v2/me/team-booking-limits/{teamId}`

        Args:
            team_id: Which team.
            per_day: Bookings in a day, at least 1; capped at your limit over everything.
            per_week: In a week.
            per_month: In a month.
            per_year: In a year.
        """
        body = fields(per_day=per_day, per_week=per_week, per_month=per_month, per_year=per_year)
        return await self._patch("/me/team-booking-limits/{teamId}", team_id, body=body, into=TeamBookingLimit)

    @operation
    async def clear_team(self, team_id: int) -> None:
        """Take the team's numbers again.

        `DELETE /v2/me/team-booking-limits/{teamId}`
        """
        await self._delete("/me/team-booking-limits/{teamId}", team_id, into=None)
