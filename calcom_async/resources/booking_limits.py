"""Your booking limits, overall and team by team."""

from __future__ import annotations

from typing import TypeVar, Unpack

from calcom_async.core.inputs import checked_fields
from calcom_async.models.booking_limits import BookingLimitChanges, BookingLimits, TeamBookingLimit, TeamBookingLimits
from calcom_async.resources.resource import Resource, operation

__all__ = ["OwnBookingLimits"]

M = TypeVar("M", covariant=True)


class OwnBookingLimits(Resource[M]):
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
    async def update(self, **limits: Unpack[BookingLimitChanges]) -> BookingLimits:
        """Change what is given, and leave the rest; None lifts a limit.

        `PATCH /v2/me/booking-limits`

        Args:
            **limits: See `BookingLimitChanges`.

        Raises:
            InvalidRequestError: an argument that does not exist.
        """
        body = checked_fields(limits, BookingLimitChanges.__annotations__)
        return await self._patch("/me/booking-limits", body=body, into=BookingLimits)

    @operation
    async def clear(self) -> None:
        """Lift all your limits.

        `DELETE /v2/me/booking-limits`
        """
        await self._delete("/me/booking-limits", into=None)

    @operation
    async def get_teams(self) -> TeamBookingLimits:
        """The limits of every team that has one and that you host round-robin events for.

        `GET /v2/me/team-booking-limits`
        """
        return await self._get("/me/team-booking-limits", into=TeamBookingLimits)

    @operation
    async def update_team(self, team_id: int, **limits: Unpack[BookingLimitChanges]) -> TeamBookingLimit:
        """Set your own numbers for a team's round-robin events; None goes back to the team's.

        `PATCH /v2/me/team-booking-limits/{teamId}`

        Args:
            team_id: Which team.
            **limits: See `BookingLimitChanges`; each is capped at your limit over everything.

        Raises:
            InvalidRequestError: an argument that does not exist.
        """
        body = checked_fields(limits, BookingLimitChanges.__annotations__)
        return await self._patch("/me/team-booking-limits/{teamId}", team_id, body=body, into=TeamBookingLimit)

    @operation
    async def clear_team(self, team_id: int) -> None:
        """Take the team's numbers again; its limit stays.

        `DELETE /v2/me/team-booking-limits/{teamId}`
        """
        await self._delete("/me/team-booking-limits/{teamId}", team_id, into=None)
