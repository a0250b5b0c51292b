"""Where the bookings of an event type may take place: the locations it offers (answers and requests)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from calcom_async.core.records import Input, Record, Unknown, record, tagged_union

__all__ = [
    "EventTypeAddressLocation",
    "EventTypeAttendeeAddressLocation",
    "EventTypeAttendeeDefinedLocation",
    "EventTypeAttendeePhoneLocation",
    "EventTypeIntegrationLocation",
    "EventTypeLinkLocation",
    "EventTypeLocation",
    "EventTypeLocationInput",
    "EventTypeOrganizersDefaultAppLocation",
    "EventTypePhoneLocation",
    "EventTypeUnknownLocation",
    "NewEventTypeAddressLocation",
    "NewEventTypeAttendeeAddressLocation",
    "NewEventTypeAttendeeDefinedLocation",
    "NewEventTypeAttendeePhoneLocation",
    "NewEventTypeIntegrationLocation",
    "NewEventTypeLinkLocation",
    "NewEventTypeLocation",
    "NewEventTypeOrganizersDefaultAppLocation",
    "NewEventTypePhoneLocation",
]


# --- answers ---------------------------------------------------------------------------------------------------------


@record
class EventTypeAddressLocation(Record):
    """In person, at the organizer's address."""

    type: str
    """Always `address`."""
    address: str | None = None
    """The address; absent where the reader may not see it."""
    public: bool | None = None
    """Whether the booking page shows the address before the booking is made."""


@record
class EventTypeLinkLocation(Record):
    """Online, at a fixed link."""

    type: str
    """Always `link`."""
    link: str | None = None
    """The URL; absent where the reader may not see it."""
    public: bool | None = None
    """Whether the booking page shows the link before the booking is made."""


@record
class EventTypeIntegrationLocation(Record):
    """Online, in a room that a conferencing app opens for each booking."""

    type: str
    """Always `integration`."""
    integration: str | None = None
    """The app's slug, such as `cal-video`, `google-meet`, `zoom` or `office365-video`."""
    link: str | None = None
    """The fixed link of the app, where it has one."""
    credential_id: int | None = None
    """The id of the credential that the app is used with."""


@record
class EventTypePhoneLocation(Record):
    """By phone: the booker calls the organizer."""

    type: str
    """Always `phone`."""
    phone: str | None = None
    """The organizer's number in international format, such as `+37120993151`."""
    public: bool | None = None
    """Whether the booking page shows the number before the booking is made."""


@record
class EventTypeAttendeeAddressLocation(Record):
    """In person, at an address that the booker gives."""

    type: str
    """Always `attendeeAddress`."""


@record
class EventTypeAttendeePhoneLocation(Record):
    """By phone: the organizer calls the number that the booker gives."""

    type: str
    """Always `attendeePhone`."""


@record
class EventTypeAttendeeDefinedLocation(Record):
    """Anywhere: the booker writes where."""

    type: str
    """Always `attendeeDefined`."""


@record
class EventTypeOrganizersDefaultAppLocation(Record):
    """Online, with the default conferencing app of whoever hosts the booking (team event types only)."""

    type: str
    """Always `organizersDefaultApp`."""


@record
class EventTypeUnknownLocation(Record):
    """A location that the server itself could not name."""

    type: str
    """Always `unknown`."""
    location: str | None = None
    """What the server has stored, as JSON text."""


EventTypeLocation: TypeAlias = (
    EventTypeAddressLocation
    | EventTypeLinkLocation
    | EventTypeIntegrationLocation
    | EventTypePhoneLocation
    | EventTypeAttendeeAddressLocation
    | EventTypeAttendeePhoneLocation
    | EventTypeAttendeeDefinedLocation
    | EventTypeOrganizersDefaultAppLocation
    | EventTypeUnknownLocation
    | Unknown
)
"""One location that an event type offers; `Unknown` is a kind newer than this release."""

tagged_union(
    EventTypeLocation,
    "type",
    {
        "address": EventTypeAddressLocation,
        "link": EventTypeLinkLocation,
        "integration": EventTypeIntegrationLocation,
        "phone": EventTypePhoneLocation,
        "attendeeAddress": EventTypeAttendeeAddressLocation,
        "attendeePhone": EventTypeAttendeePhoneLocation,
        "attendeeDefined": EventTypeAttendeeDefinedLocation,
        "organizersDefaultApp": EventTypeOrganizersDefaultAppLocation,
        "unknown": EventTypeUnknownLocation,
    },
)


# --- requests --------------------------------------------------------------------------------------------------------


@record
class NewEventTypeAddressLocation(Input):
    """In person, at the organizer's address."""

    type: Literal["address"] = "address"
    """The kind of location."""
    address: str
    """The address, as the booker shall read it."""
    public: bool
    """Whether the booking page shows the address before the booking is made."""


@record
class NewEventTypeLinkLocation(Input):
    """Online, at a fixed link."""

    type: Literal["link"] = "link"
    """The kind of location."""
    link: str
    """The URL."""
    public: bool
    """Whether the booking page shows the link before the booking is made."""


@record
class NewEventTypeIntegrationLocation(Input):
    """Online, in a room that a conferencing app opens for each booking.

    Naming an app does not install it: an app that is not connected is refused (Cal Video always is).
    """

    type: Literal["integration"] = "integration"
    """The kind of location."""
    integration: str
    """The app's slug, such as `cal-video`, `google-meet`, `zoom` or `office365-video`."""


@record
class NewEventTypePhoneLocation(Input):
    """By phone: the booker calls the organizer."""

    type: Literal["phone"] = "phone"
    """The kind of location."""
    phone: str
    """The organizer's number in international format, such as `+37120993151`."""
    public: bool
    """Whether the booking page shows the number before the booking is made."""


@record
class NewEventTypeAttendeeAddressLocation(Input):
    """In person, at an address that the booker gives."""

    type: Literal["attendeeAddress"] = "attendeeAddress"
    """The kind of location."""


@record
class NewEventTypeAttendeePhoneLocation(Input):
    """By phone: the organizer calls the number that the booker gives."""

    type: Literal["attendeePhone"] = "attendeePhone"
    """The kind of location."""


@record
class NewEventTypeAttendeeDefinedLocation(Input):
    """Anywhere: the booker writes where."""

    type: Literal["attendeeDefined"] = "attendeeDefined"
    """The kind of location."""


@record
class NewEventTypeOrganizersDefaultAppLocation(Input):
    """Online, with the default conferencing app of whoever hosts the booking (team event types only)."""

    type: Literal["organizersDefaultApp"] = "organizersDefaultApp"
    """The kind of location."""


NewEventTypeLocation: TypeAlias = (
    NewEventTypeAddressLocation
    | NewEventTypeLinkLocation
    | NewEventTypeIntegrationLocation
    | NewEventTypePhoneLocation
    | NewEventTypeAttendeeAddressLocation
    | NewEventTypeAttendeePhoneLocation
    | NewEventTypeAttendeeDefinedLocation
    | NewEventTypeOrganizersDefaultAppLocation
)
"""One location to offer."""

tagged_union(
    NewEventTypeLocation,
    "type",
    {
        "address": NewEventTypeAddressLocation,
        "link": NewEventTypeLinkLocation,
        "integration": NewEventTypeIntegrationLocation,
        "phone": NewEventTypePhoneLocation,
        "attendeeAddress": NewEventTypeAttendeeAddressLocation,
        "attendeePhone": NewEventTypeAttendeePhoneLocation,
        "attendeeDefined": NewEventTypeAttendeeDefinedLocation,
        "organizersDefaultApp": NewEventTypeOrganizersDefaultAppLocation,
    },
)

EventTypeLocationInput: TypeAlias = NewEventTypeLocation | EventTypeLocation | Mapping[str, Any]
"""What is accepted for a location: a record, one of an answer, or a mapping such as `{"type": "attendeePhone"}`."""
