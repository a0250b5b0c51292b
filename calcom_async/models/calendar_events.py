"""Events in a connected calendar, in one form for every provider."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias, TypedDict

from calcom_async.core.records import Input, Record, Unknown, field, record, tagged_union
from calcom_async.core.unset import UNSET, Unset

__all__ = [
    "CalendarEvent",
    "CalendarEventAttendee",
    "CalendarEventAttendeeChange",
    "CalendarEventChanges",
    "CalendarEventHost",
    "CalendarEventLocation",
    "CalendarEventMoreLocation",
    "CalendarEventPhoneLocation",
    "CalendarEventSipLocation",
    "CalendarEventTime",
    "CalendarEventTimeChange",
    "CalendarEventVideoLocation",
    "NewCalendarEventAttendee",
    "NewCalendarEventTime",
]


@record
class CalendarEventTime(Record):
    """When an event starts or ends."""

    time: datetime | None = None
    """The instant."""
    time_zone: str | None = None
    """The time zone it was planned in."""


@record
class CalendarEventVideoLocation(Record):
    """A video conference."""

    type: str = "video"
    url: str | None = None
    """Where to join."""
    label: str | None = None
    """Its name."""
    password: str | None = None
    """What to say at the door."""
    meeting_code: str | None = None
    """The meeting's code."""
    access_code: str | None = None
    """The code of entrance."""


@record
class CalendarEventPhoneLocation(Record):
    """A telephone conference."""

    type: str = "phone"
    url: str | None = None
    """The number to call."""
    label: str | None = None
    """Its name."""
    pin: str | None = None
    """The PIN to dial."""
    password: str | None = None
    """What to say at the door."""
    access_code: str | None = None
    """The code of entrance."""
    region_code: str | None = None
    """The number's country or region."""


@record
class CalendarEventSipLocation(Record):
    """A conference over SIP."""

    type: str = "sip"
    url: str | None = None
    """The address to call."""
    label: str | None = None
    """Its name."""
    pin: str | None = None
    """The PIN to dial."""
    password: str | None = None
    """What to say at the door."""


@record
class CalendarEventMoreLocation(Record):
    """A page with more ways to join."""

    type: str = "more"
    url: str | None = None
    """The page."""
    label: str | None = None
    """Its name."""


CalendarEventLocation: TypeAlias = (
    CalendarEventVideoLocation
    | CalendarEventPhoneLocation
    | CalendarEventSipLocation
    | CalendarEventMoreLocation
    | Unknown
)
"""Where an event takes place."""
tagged_union(
    CalendarEventLocation,
    "type",
    {
        "video": CalendarEventVideoLocation,
        "phone": CalendarEventPhoneLocation,
        "sip": CalendarEventSipLocation,
        "more": CalendarEventMoreLocation,
    },
)


@record
class CalendarEventAttendee(Record):
    """Who is invited."""

    email: str | None = None
    """The address."""
    name: str | None = None
    """The name."""
    response_status: str | None = None
    """`accepted`, `pending`, `declined` or `needsAction`."""
    is_self: bool | None = field("self")
    """Whether it is the owner of the calendar."""
    optional: bool | None = None
    """Whether they need not come."""
    host: bool | None = None
    """Whether they invite."""


@record
class CalendarEventHost(Record):
    """Who invites, or (as `calendar_event_owner`) whose calendar holds the event."""

    email: str | None = None
    """The address."""
    name: str | None = None
    """The name."""
    response_status: str | None = None
    """`accepted`, `pending`, `declined` or `needsAction`."""


@record
class CalendarEvent(Record):
    """An event in a connected calendar."""

    id: str
    """Its id at the provider."""
    title: str | None = None
    """What it is called."""
    description: str | None = None
    """What it is about."""
    start: CalendarEventTime | None = None
    """When it starts."""
    end: CalendarEventTime | None = None
    """When it ends."""
    locations: tuple[CalendarEventLocation, ...] | None = None
    """How to join."""
    attendees: tuple[CalendarEventAttendee, ...] | None = None
    """Who is invited."""
    hosts: tuple[CalendarEventHost, ...] | None = None
    """Who invites."""
    calendar_event_owner: CalendarEventHost | None = None
    """Whose calendar holds it; it can't be moved."""
    status: str | None = None
    """`accepted`, `pending`, `declined` or `cancelled`."""
    source: str | None = None
    """`google`, `office365` or `apple`."""


@record
class NewCalendarEventTime(Input):
    """When a new event starts or ends."""

    time: datetime | str
    """The instant, aware."""
    time_zone: str
    """IANA name of the time zone it is planned in."""


@record
class CalendarEventTimeChange(Input):
    """When an event shall start or end."""

    time: datetime | str | Unset = UNSET
    """The instant, aware."""
    time_zone: str | Unset = UNSET
    """IANA name of the time zone it is planned in."""


@record
class NewCalendarEventAttendee(Input):
    """Who is invited to a new event."""

    email: str
    """The address."""
    name: str | Unset = UNSET
    """The name."""


@record
class CalendarEventAttendeeChange(Input):
    """Who shall be invited."""

    email: str | Unset = UNSET
    """The address."""
    name: str | Unset = UNSET
    """The name."""
    response_status: str | Unset | None = UNSET
    """`accepted`, `pending`, `declined` or `needsAction`."""
    is_self: bool | Unset | None = field("self", default=UNSET)
    """Whether it is the owner of the calendar."""
    optional: bool | Unset | None = UNSET
    """Whether they need not come."""
    host: bool | Unset | None = UNSET
    """Whether they invite."""


class CalendarEventChanges(TypedDict, total=False):
    """What of an event can be changed."""

    start: CalendarEventTimeChange | Mapping[str, Any]
    """When it starts: `time` and `time_zone`."""
    end: CalendarEventTimeChange | Mapping[str, Any]
    """When it ends."""
    title: str
    """What it is called."""
    description: str | None
    """What it is about."""
    attendees: Sequence[CalendarEventAttendeeChange | Mapping[str, Any]] | None
    """**All** who are invited: who is left out is uninvited."""
    status: str | None
    """`accepted`, `pending`, `declined` or `cancelled`."""
