"""Calendars: which are connected, which are looked at for conflicts, and where bookings are written to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from calcom_async.core.records import Input, Record, field, record, secret

__all__ = [
    "BusyTime",
    "Calendar",
    "CalendarAuthorization",
    "CalendarConnection",
    "CalendarCredential",
    "CalendarIntegration",
    "CalendarToLoad",
    "ConnectedCalendar",
    "ConnectedCalendars",
    "DestinationCalendar",
    "SelectedCalendar",
]


@record
class CalendarIntegration(Record):
    """The app behind a connected calendar."""

    name: str | None = None
    """Its name, such as `Google Calendar`."""
    type: str | None = None
    """What selected and destination calendars call it, such as `google_calendar`."""
    slug: str | None = None
    """Its slug."""
    title: str | None = None
    """Its title."""
    description: str | None = None
    """What it is."""
    installed: bool | None = None
    """Whether it can be used."""
    variant: str | None = None
    """What kind of app it is."""
    category: str | None = None
    """Its (older) category."""
    categories: tuple[str, ...] = ()
    """Its categories."""
    logo: str | None = None
    """Where its picture is."""
    publisher: str | None = None
    """Who made it."""
    url: str | None = None
    """The maker's page."""
    email: str | None = None
    """The maker's address."""
    app_data: Mapping[str, Any] | None = None
    """What the app keeps."""
    dir_name: str | None = None
    """Where it is in Cal.com's source."""
    template: str | None = field("__template")
    """What it was made from."""
    is_template: bool | None = None
    """Whether it was made from a template."""
    location_option: Mapping[str, Any] | None = None
    """How it shows as a place to meet."""


@record
class Calendar(Record):
    """One calendar of a connection."""

    external_id: str
    """Its id at the provider."""
    integration: str | None = None
    """The kind of calendar, such as `google_calendar`."""
    integration_name: str | None = None
    """The app's name."""
    name: str | None = None
    """Its name."""
    primary: bool | None = None
    """Whether it is the connection's main calendar."""
    read_only: bool | None = None
    """Whether bookings can't be written to it."""
    email: str | None = None
    """The address of its owner."""
    is_selected: bool | None = None
    """Whether it is looked at for conflicts."""
    credential_id: int | None = None
    """The connection."""
    delegation_credential_id: str | None = None
    """The organization's credential behind the connection."""


@record
class ConnectedCalendar(Record):
    """A connection and its calendars."""

    integration: CalendarIntegration | None = None
    """The app."""
    credential_id: int | None = None
    """The connection's id."""
    delegation_credential_id: str | None = None
    """The organization's credential behind it."""
    primary: Calendar | None = None
    """Its main calendar."""
    calendars: tuple[Calendar, ...] = ()
    """All its calendars."""


@record
class DestinationCalendar(Record):
    """The calendar that bookings are written to."""

    id: Any = None
    """Its id at Cal.com."""
    integration: str | None = None
    """The kind of calendar."""
    external_id: str | None = None
    """Its id at the provider."""
    primary_email: str | None = None
    """The address of the connection."""
    user_id: int | None = None
    """Whose it is."""
    event_type_id: int | None = None
    """The event type it is for; None: for all."""
    credential_id: int | None = None
    """The connection."""
    delegation_credential_id: str | None = None
    """The organization's credential behind it."""
    name: str | None = None
    """Its name."""
    primary: bool | None = None
    """Whether it is the connection's main calendar."""
    read_only: bool | None = None
    """Whether it can't be written to."""
    email: str | None = None
    """The address of its owner."""
    integration_title: str | None = None
    """The app's title."""
    integration_name: str | None = None
    """The app's name."""
    domain_wide_delegation_credential_id: str | None = None
    """The older name of the organization's credential."""
    created_at: datetime | None = None
    """When it was chosen."""
    updated_at: datetime | None = None
    """When it was changed."""


@record
class ConnectedCalendars(Record):
    """Every connection, and where bookings are written to."""

    connected_calendars: tuple[ConnectedCalendar, ...] = ()
    """The connections."""
    destination_calendar: DestinationCalendar | None = None
    """Where bookings are written to; None where no calendar was chosen (Cal.com answers `{}`)."""


@record
class SelectedCalendar(Record):
    """A calendar that is looked at for conflicts, or (from `set_destination`) written to."""

    user_id: int | None = None
    """Whose it is."""
    integration: str | None = None
    """The kind of calendar."""
    external_id: str | None = None
    """Its id at the provider."""
    credential_id: int | None = None
    """The connection."""


@record
class CalendarCredential(Record):
    """A connection, as it was made or removed."""

    id: int
    """Its id."""
    type: str | None = None
    """The kind of calendar, such as `ics-feed_calendar`."""
    user_id: int | None = None
    """Whose it is."""
    team_id: int | None = None
    """The team it belongs to."""
    app_id: str | None = None
    """The app's slug."""
    invalid: bool | None = None
    """Whether it has stopped working."""


@record
class CalendarAuthorization(Record):
    """Where to send the user so that they allow the connection."""

    auth_url: str | None = secret()
    """The page to open. **It holds the caller's credential**: don't log it."""


@record
class BusyTime(Record):
    """A time that is taken."""

    start: datetime | None = None
    """Its start."""
    end: datetime | None = None
    """Its end."""
    source: str | None = None
    """The calendar that says so."""


@record
class CalendarConnection(Record):
    """A connection as the open fork lists it."""

    connection_id: str
    """Its id in the paths of `calendar_connection(…)`."""
    type: str | None = None
    """`google`, `office365` or `apple`."""
    email: str | None = None
    """Its main address."""


@record
class CalendarToLoad(Input):
    """Which calendar to ask for busy times; both ids as `get_connected` names them."""

    credential_id: int
    """The connection."""
    external_id: str
    """The calendar's id at the provider."""
