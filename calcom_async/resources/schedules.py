"""Schedules: your own, those of a member, and the list of a whole team."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from calcom_async.core.inputs import fields, parts
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.schedules import (
    NewScheduleAvailability,
    NewScheduleOverride,
    Schedule,
    ScheduleAvailabilityInput,
    ScheduleOverrideInput,
)
from calcom_async.resources.resource import Listing, Resource, operation, paginated

__all__ = ["OrganizationTeamSchedules", "Schedules", "TeamMemberSchedules", "TeamSchedules", "UserSchedules"]

M = TypeVar("M", covariant=True)


class UserSchedules(Resource[M]):
    """The schedules of one user: when that user can be booked.

    Of a user of an organization: its admin, OAuth scopes `ORG_SCHEDULE_READ` and `ORG_SCHEDULE_WRITE`.
    """

    versions = ("2024-06-11",)

    @paginated
    def list(self) -> Listing[Schedule]:
        """Every schedule of this user; Cal.com does not page them.

        `GET {scope}/schedules`, OAuth scope `SCHEDULE_READ`.
        """
        return self._list("/schedules", Schedule, style="none")

    @operation
    async def get(self, schedule_id: int) -> Schedule:
        """One schedule.

        `GET {scope}/schedules/{scheduleId}`, OAuth scope `SCHEDULE_READ`.

        Raises:
            NotFoundError: there is none with this id.
            PermissionDeniedError: it is somebody else's.
        """
        return await self._get("/schedules/{scheduleId}", schedule_id, into=Schedule)

    @operation
    async def create(
        self,
        *,
        name: str,
        time_zone: str,
        is_default: bool = False,
        availability: Sequence[ScheduleAvailabilityInput] | Unset = UNSET,
        overrides: Sequence[ScheduleOverrideInput] | Unset = UNSET,
    ) -> Schedule:
        """Make a schedule.

        `POST {scope}/schedules`, OAuth scope `SCHEDULE_WRITE`.

        Args:
            name: Its name.
            time_zone: The time zone of its times, such as `Europe/Rome`.
            is_default: Whether event types without a schedule of their own use it, instead of the present default.
            availability: Weekdays and times, such as
                `[{"days": ["Monday"], "start_time": "09:00", "end_time": "17:00"}]`; Monday to Friday 09:00 to 17:00 by
                default. An end before the start is not refused: nobody can book then.
            overrides: Other times for single dates, such as
                `[{"date": "2026-12-24", "start_time": "10:00", "end_time": "12:00"}]`; 00:00 to 00:00 is a day off.

        Raises:
            InvalidRequestError: a part is not what it should be.
            BadRequestError: Cal.com does not know the time zone or a weekday, or refuses a time.
        """
        body = fields(
            name=name,
            time_zone=time_zone,
            is_default=is_default,
            availability=parts(NewScheduleAvailability, availability, "availability"),
            overrides=parts(NewScheduleOverride, overrides, "overrides"),
        )
        return await self._post("/schedules", body=body, into=Schedule)

    @operation
    async def update(
        self,
        schedule_id: int,
        *,
        name: str | Unset = UNSET,
        time_zone: str | Unset = UNSET,
        is_default: bool | Unset = UNSET,
        availability: Sequence[ScheduleAvailabilityInput] | Unset = UNSET,
        overrides: Sequence[ScheduleOverrideInput] | Unset = UNSET,
    ) -> Schedule:
        """Change what is given, and leave the rest.

        `PATCH {scope}/schedules/{scheduleId}`, OAuth scope `SCHEDULE_WRITE`.

        Args:
            schedule_id: Which one.
            name: Its name.
            time_zone: The time zone of its times.
            is_default: True makes it the default one, and the present default an ordinary one.
            availability: All weekdays and times; they replace what there was.
            overrides: All overrides; they replace what there was.

        Raises:
            InvalidRequestError: a part is not what it should be.
            BadRequestError: Cal.com does not know the time zone or a weekday, or refuses a time.
            NotFoundError: there is none with this id.
            PermissionDeniedError: it is somebody else's.
        """
        body = fields(
            name=name,
            time_zone=time_zone,
            is_default=is_default,
            availability=parts(NewScheduleAvailability, availability, "availability"),
            overrides=parts(NewScheduleOverride, overrides, "overrides"),
        )
        return await self._patch("/schedules/{scheduleId}", schedule_id, body=body, into=Schedule)

    @operation
    async def delete(self, schedule_id: int) -> None:
        """Delete a schedule. Deleting the default one leaves none: make another the default first.

        `DELETE {scope}/schedules/{scheduleId}`, OAuth scope `SCHEDULE_WRITE`.

        Raises:
            BadRequestError: there is none with this id (Cal.com answers 400 here, not 404).
            PermissionDeniedError: it is somebody else's.
        """
        await self._delete("/schedules/{scheduleId}", schedule_id, into=None)


class Schedules(UserSchedules[M]):
    """Your schedules: when you can be booked."""

    @operation
    async def get_default(self) -> Schedule:
        """The schedule that event types without one of their own use.

        `GET /v2/schedules/default`, OAuth scope `SCHEDULE_READ`.

        Raises:
            NotFoundError: you have no default schedule (Cal.com answers 200 with null).
        """
        return await self._get("/schedules/default", into=Schedule)


class TeamSchedules(Resource[M]):
    """The schedules of everybody in a team, or in an organization."""

    versions = ("2024-06-11",)

    @paginated
    def list(self, *, page_size: int = 250) -> Listing[Schedule]:
        """Every schedule of every member; `owner_id` says whose it is.

        `GET {scope}/schedules`, OAuth scope `TEAM_SCHEDULE_READ`; of an organization its admin, `ORG_SCHEDULE_READ`.

        Args:
            page_size: Schedules to ask for at once, 1 to 250.
        """
        return self._list("/schedules", Schedule, page_size=page_size)


class OrganizationTeamSchedules(Resource[M]):
    """The schedules of everybody in a team of an organization."""

    versions = ("2024-06-11",)

    @paginated
    def list(self, *, event_type_id: int | Unset = UNSET, page_size: int = 250) -> Listing[Schedule]:
        """Every schedule of every member, or those that an event type uses.

        `GET {team}/schedules`, team admin, OAuth scope `TEAM_SCHEDULE_READ`.
        """
        return self._list("/schedules", Schedule, query=fields(event_type_id=event_type_id), page_size=page_size)


class TeamMemberSchedules(Resource[M]):
    """The schedules of a member of an organization's team."""

    versions = ("2024-06-11",)

    @paginated
    def list(self, *, event_type_id: int | Unset = UNSET) -> Listing[Schedule]:
        """Every schedule of the member, or those that an event type uses; not paged.

        `GET {team}/users/{userId}/schedules`, team admin, OAuth scope `TEAM_SCHEDULE_READ`.
        """
        return self._list("/schedules", Schedule, query=fields(event_type_id=event_type_id), style="none")
