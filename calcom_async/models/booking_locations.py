"""Where a booking takes place, as one asks for it: when creating a booking and when moving it elsewhere.

On creation the kind picks one of the event type's locations, and what the organizer defined is left out; an update has
to say the address, link or number. Answers give the resolved place as text: `Booking.location`.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from calcom_async.core.records import Input, record, tagged_union
from calcom_async.core.unset import UNSET, Unset

__all__ = [
    "BookingAddressLocation",
    "BookingAttendeeAddressLocation",
    "BookingAttendeeDefinedLocation",
    "BookingAttendeePhoneLocation",
    "BookingIntegrationLocation",
    "BookingLinkLocation",
    "BookingLocation",
    "BookingOrganizersDefaultAppLocation",
    "BookingPhoneLocation",
]


@record
class BookingAddressLocation(Input):
    """An address that the organizer defines."""

    address: str | Unset = UNSET
    """The address; only in updates, where it is needed."""
    type: Literal["address"] = "address"
    """The kind of location."""


@record
class BookingLinkLocation(Input):
    """A link that the organizer defines."""

    link: str | Unset = UNSET
    """The link; only in updates, where it is needed."""
    type: Literal["link"] = "link"
    """The kind of location."""


@record
class BookingPhoneLocation(Input):
    """A phone number that the organizer defines."""

    phone: str | Unset = UNSET
    """The number in international format; only in updates, where it is needed."""
    type: Literal["phone"] = "phone"
    """The kind of location."""


@record
class BookingAttendeeAddressLocation(Input):
    """An address that the attendee gives."""

    address: str
    """The address."""
    type: Literal["attendeeAddress"] = "attendeeAddress"
    """The kind of location."""


@record
class BookingAttendeeDefinedLocation(Input):
    """Any place that the attendee names."""

    location: str
    """The place."""
    type: Literal["attendeeDefined"] = "attendeeDefined"
    """The kind of location."""


@record
class BookingAttendeePhoneLocation(Input):
    """A phone number that the attendee gives."""

    phone: str
    """The number in international format, such as `+37120000000`."""
    type: Literal["attendeePhone"] = "attendeePhone"
    """The kind of location."""


@record
class BookingIntegrationLocation(Input):
    """A video app that makes the link."""

    integration: str
    """The app: `cal-video`, `google-meet`, `zoom`, `office365-video`, `whereby-video`, `jitsi` …"""
    type: Literal["integration"] = "integration"
    """The kind of location."""


@record
class BookingOrganizersDefaultAppLocation(Input):
    """The default video app of the organizer; only on creation, only for event types of teams."""

    type: Literal["organizersDefaultApp"] = "organizersDefaultApp"
    """The kind of location."""


BookingLocation: TypeAlias = (
    BookingAddressLocation
    | BookingAttendeeAddressLocation
    | BookingAttendeeDefinedLocation
    | BookingAttendeePhoneLocation
    | BookingIntegrationLocation
    | BookingLinkLocation
    | BookingOrganizersDefaultAppLocation
    | BookingPhoneLocation
)
"""Any of the kinds; a mapping such as `{"type": "integration", "integration": "zoom"}` does as well."""

tagged_union(
    BookingLocation,
    "type",
    {
        "address": BookingAddressLocation,
        "attendeeAddress": BookingAttendeeAddressLocation,
        "attendeeDefined": BookingAttendeeDefinedLocation,
        "attendeePhone": BookingAttendeePhoneLocation,
        "integration": BookingIntegrationLocation,
        "link": BookingLinkLocation,
        "organizersDefaultApp": BookingOrganizersDefaultAppLocation,
        "phone": BookingPhoneLocation,
    },
)
