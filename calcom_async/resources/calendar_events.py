"""Events in connected calendars: by provider, or by connection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, Unpack

from calcom_async.core.inputs import check_names, fields, part, parts
from calcom_async.core.operation import Channel
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.calendar_events import (
    CalendarEvent,
    CalendarEventAttendeeChange,
    CalendarEventChanges,
    CalendarEventTimeChange,
    NewCalendarEventAttendee,
    NewCalendarEventTime,
)
from calcom_async.models.calendars import BusyTime
from calcom_async.resources.resource import Listing, Resource, Scope, operation, paginated

__all__ = ["ConnectionCalendar", "ProviderCalendar"]

M = TypeVar("M", covariant=True)
NewTime = NewCalendarEventTime | Mapping[str, Any]
NewAttendee = NewCalendarEventAttendee | Mapping[str, Any]


class _Events(Resource[M]):
    @paginated
    def list_events(
        self,
        *,
        from_: str,
        to: str,
        time_zone: str | Unset = UNSET,
        calendar_id: str | Unset = UNSET,
    ) -> Listing[CalendarEvent]:
        """Every event of some days; Google only, and the open fork only.

        `GET {calendar}/events`

        Args:
            from_: First day (`2026-12-01`) or instant.
            to: Last day or instant.
            time_zone: IANA name of the zone the days are meant in.
            calendar_id: The calendar's id at the provider; the main one by default.
        """
        query = fields(from_=from_, to=to, time_zone=time_zone, calendar_id=calendar_id)
        return self._list("/events", CalendarEvent, query=query, style="none")

    @paginated
    def list_busy_times(self, *, from_: str, to: str, time_zone: str | Unset = UNSET) -> Listing[BusyTime]:
        """When you are busy by this calendar; the open fork only.

        `GET {calendar}/freebusy`

        Args:
            from_: First day (`2026-12-01`) or instant.
            to: Last day or instant.
            time_zone: IANA name of the zone the days are meant in.
        """
        return self._list("/freebusy", BusyTime, query=fields(from_=from_, to=to, time_zone=time_zone), style="none")


class ProviderCalendar(_Events[M]):
    """Your calendar at one provider: `google`, `office365` or `apple`; events for `google` only.

    OAuth scopes `APPS_READ` and `APPS_WRITE`. Making it asks nothing of Cal.com.
    """

    def __init__(self, channel: Channel, calendar: str) -> None:
        super().__init__(channel, Scope().inside("/calendars/{calendar}", calendar))

    @operation
    async def get_meeting(self, event_uid: str) -> CalendarEvent:
        """The event of a booking.

        `GET /v2/calendars/{calendar}/event/{eventUid}`

        Args:
            event_uid: The id of the booking's reference to this calendar.

        Raises:
            NotFoundError: no booking refers to it.
        """
        return await self._get("/event/{eventUid}", event_uid, into=CalendarEvent)

    @operation
    async def update_event(self, event_uid: str, **changes: Unpack[CalendarEventChanges]) -> CalendarEvent:
        """Change what is given of an event, and leave the rest.

        `PATCH /v2/calendars/{calendar}/events/{eventUid}`

        Args:
            event_uid: Which event.
            **changes: See `CalendarEventChanges`.

        Raises:
            InvalidRequestError: an argument that does not exist.
        """
        body = _changes(changes)
        return await self._patch("/events/{eventUid}", event_uid, body=body, into=CalendarEvent)

    @operation
    async def update_meeting(self, event_uid: str, **changes: Unpack[CalendarEventChanges]) -> CalendarEvent:
        """`update_event` on the path that the open fork alone knows.

        `PATCH /v2/calendars/{calendar}/event/{eventUid}`
        """
        body = _changes(changes)
        return await self._patch("/event/{eventUid}", event_uid, body=body, into=CalendarEvent)

    @operation
    async def get_event(self, event_uid: str) -> CalendarEvent:
        """One event; the open fork only.

        `GET /v2/calendars/{calendar}/events/{eventUid}`
        """
        return await self._get("/events/{eventUid}", event_uid, into=CalendarEvent)

    @operation
    async def create_event(
        self,
        *,
        title: str,
        start: NewTime,
        end: NewTime,
        description: str | Unset | None = UNSET,
        attendees: Sequence[NewAttendee] | Unset = UNSET,
    ) -> CalendarEvent:
        """Write an event into the calendar; the open fork only.

        `POST /v2/calendars/{calendar}/events`

        Args:
            title: What it is called.
            start: When it starts: `time` and `time_zone`.
            end: When it ends.
            description: What it is about.
            attendees: Who is invited.
        """
        body = _new(start=start, end=end, title=title, description=description, attendees=attendees)
        return await self._post("/events", body=body, into=CalendarEvent)

    @operation
    async def delete_event(self, event_uid: str) -> None:
        """Remove an event; the open fork only.

        `DELETE /v2/calendars/{calendar}/events/{eventUid}`
        """
        await self._delete("/events/{eventUid}", event_uid, into=None)


class ConnectionCalendar(_Events[M]):
    """One calendar connection, by the id that `calendars.list_connections` names; the open fork only.

    `calendar_id` is the calendar's id at the provider; the main one by default.
    """

    def __init__(self, channel: Channel, connection_id: str) -> None:
        super().__init__(channel, Scope().inside("/calendars/connections/{connectionId}", connection_id))

    @operation
    async def get_event(self, event_id: str, *, calendar_id: str | Unset = UNSET) -> CalendarEvent:
        """One event.

        `GET /v2/calendars/connections/{connectionId}/events/{eventId}`
        """
        query = fields(calendar_id=calendar_id)
        return await self._get("/events/{eventId}", event_id, query=query, into=CalendarEvent)

    @operation
    async def create_event(
        self,
        *,
        title: str,
        start: NewTime,
        end: NewTime,
        description: str | Unset | None = UNSET,
        attendees: Sequence[NewAttendee] | Unset = UNSET,
        calendar_id: str | Unset = UNSET,
    ) -> CalendarEvent:
        """Write an event into the calendar.

        `POST /v2/calendars/connections/{connectionId}/events`
        """
        body = _new(start=start, end=end, title=title, description=description, attendees=attendees)
        query = fields(calendar_id=calendar_id)
        return await self._post("/events", query=query, body=body, into=CalendarEvent)

    @operation
    async def update_event(
        self, event_id: str, *, calendar_id: str | Unset = UNSET, **changes: Unpack[CalendarEventChanges]
    ) -> CalendarEvent:
        """Change what is given of an event, and leave the rest; **all** attendees are replaced.

        `PATCH /v2/calendars/connections/{connectionId}/events/{eventId}`
        """
        body = _changes(changes)
        query = fields(calendar_id=calendar_id)
        return await self._patch("/events/{eventId}", event_id, query=query, body=body, into=CalendarEvent)

    @operation
    async def delete_event(self, event_id: str, *, calendar_id: str | Unset = UNSET) -> None:
        """Remove an event.

        `DELETE /v2/calendars/connections/{connectionId}/events/{eventId}`
        """
        await self._delete("/events/{eventId}", event_id, query=fields(calendar_id=calendar_id), into=None)


def _new(*, start: Any, end: Any, attendees: Any, **others: Any) -> dict[str, Any]:
    return fields(
        start=part(NewCalendarEventTime, start, "start"),
        end=part(NewCalendarEventTime, end, "end"),
        attendees=parts(NewCalendarEventAttendee, attendees, "attendees"),
        **others,
    )


def _changes(changes: CalendarEventChanges) -> dict[str, Any]:
    check_names(changes, CalendarEventChanges.__annotations__)
    given: dict[str, Any] = dict(changes)
    for name in {"start", "end"} & given.keys():
        given[name] = part(CalendarEventTimeChange, given[name], name)
    if "attendees" in given:
        given["attendees"] = parts(CalendarEventAttendeeChange, given["attendees"], "attendees")
    return fields(**given)
