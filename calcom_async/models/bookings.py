"""Bookings: what was agreed between hosts and attendees. `cal.bookings`.

Cal.com answers four shapes without saying which: a regular booking, an occurrence of a recurring one, a seated one and
an occurrence of a recurring seated one. All are one record here; the fields that only some of them have are None
elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from calcom_async.core.records import Record, record

__all__ = [
    "Attendee",
    "Booking",
    "BookingEventType",
    "BookingFilter",
    "BookingHost",
    "BookingStatus",
    "ReassignedBooking",
    "ReassignedHost",
    "RemovedAttendee",
    "SortOrder",
    "in_series",
]


class BookingStatus(StrEnum):
    """Where a booking stands."""

    ACCEPTED = "accepted"
    """It takes place (or took place)."""
    PENDING = "pending"
    """The host has to confirm or decline it."""
    CANCELLED = "cancelled"
    """Cancelled, or replaced by the booking in `rescheduled_to_uid`."""
    REJECTED = "rejected"
    """The host declined it."""
    AWAITING_HOST = "awaiting_host"
    """An instant meeting that waits for a host to join."""


class BookingFilter(StrEnum):
    """What a list of bookings can be narrowed to. These overlap and are not `BookingStatus`."""

    UPCOMING = "upcoming"
    """Not yet over; without recurring bookings that wait for confirmation."""
    RECURRING = "recurring"
    """Occurrences to come of recurring bookings."""
    PAST = "past"
    """Over, those never confirmed among them."""
    CANCELLED = "cancelled"
    """Cancelled or rejected."""
    UNCONFIRMED = "unconfirmed"
    """To come and waiting for the host."""


class SortOrder(StrEnum):
    """The direction of an order."""

    ASC = "asc"
    """Smallest, earliest first."""
    DESC = "desc"
    """Largest, latest first."""


@record
class BookingHost(Record):
    """Someone who hosts a booking."""

    id: int | str | None = None
    """The user's id; the text `unknown` where the user is gone."""
    name: str | None = None
    """Full name."""
    email: str | None = None
    """E-mail address, as it is stored."""
    display_email: str | None = None
    """The address to show: a managed user's without the mark of its OAuth client. Older servers leave it out."""
    username: str | None = None
    """The name in public booking links."""
    time_zone: str | None = None
    """IANA name."""


@record
class BookingEventType(Record):
    """The event type of a booking, in short."""

    id: int | None = None
    """The event type's id."""
    slug: str | None = None
    """Its name in links."""


@record
class Attendee(Record):
    """Someone who attends a booking."""

    id: int | None = None
    """The attendee's id; given by `cal.bookings.attendees` only, never inside of a booking."""
    booking_id: int | None = None
    """The booking's number; only where an attendee was just added."""
    name: str | None = None
    """Full name."""
    email: str | None = None
    """E-mail address, as it is stored; made from the phone number where only that was given."""
    display_email: str | None = None
    """The address to show. Older servers leave it out."""
    phone_number: str | None = None
    """In international format; missing where none was given."""
    time_zone: str | None = None
    """IANA name."""
    language: str | None = None
    """The language of messages to them, such as `en`."""
    absent: bool | None = None
    """Whether they did not show up."""
    seat_uid: str | None = None
    """Their seat; only in seated bookings."""
    created_at: datetime | None = None
    """When they took their seat; only in seated bookings, on newer servers."""
    booking_fields_responses: Mapping[str, Any] | None = None
    """Their answers by the slug of the booking field; only in seated bookings (else the booking has them)."""
    metadata: Mapping[str, Any] | None = None
    """What was stored with their seat; only in seated bookings (else the booking has it)."""


@record
class Booking(Record):
    """One booking: regular, seated, or an occurrence of a recurring one."""

    uid: str
    """The id that every operation takes."""
    id: int | None = None
    """The number of the database; no operation takes it."""
    title: str | None = None
    """What calendars show."""
    description: str | None = None
    """Notes; null in seated bookings."""
    status: BookingStatus | str
    """Where it stands; a status this release does not know stays text."""
    start: datetime
    """When it starts (UTC)."""
    end: datetime
    """When it ends (UTC)."""
    duration: timedelta | None = None
    """How long it is; minutes on the wire."""
    hosts: tuple[BookingHost, ...] = ()
    """Who hosts it."""
    attendees: tuple[Attendee, ...] = ()
    """Who attends it; guests are among them once they are stored. Empty in a seated booking that hides them."""
    guests: tuple[str, ...] = ()
    """The guests' e-mail addresses, as they were given."""
    event_type: BookingEventType | None = None
    """What was booked; null when the event type is deleted."""
    event_type_id: int | None = None
    """Deprecated by Cal.com: `event_type.id` says the same. Null when the event type is deleted."""
    location: str | None = None
    """Where: a URL, a phone number, an address, or an app such as `integrations:google:meet` without a link yet."""
    meeting_url: str | None = None
    """Deprecated by Cal.com: `location` says the same."""
    booking_fields_responses: Mapping[str, Any] | None = None
    """The answers by the slug of the booking field; a name may be text or `{firstName, lastName}`.

    Missing in seated bookings: there each attendee has their own.
    """
    metadata: Mapping[str, Any] | None = None
    """What was stored with the booking; missing in seated bookings: there each attendee has their own."""
    absent_host: bool | None = None
    """Whether the host did not show up."""
    cancellation_reason: str | None = None
    """Why it was cancelled or rejected; empty if it was not."""
    cancelled_by_email: str | None = None
    """Who cancelled it; empty where nobody did or it is not known."""
    rescheduling_reason: str | None = None
    """Why it was moved."""
    rescheduled_by_email: str | None = None
    """Who moved it."""
    rescheduled_from_uid: str | None = None
    """The booking that this one replaced."""
    rescheduled_to_uid: str | None = None
    """The booking that replaced this one; missing for occurrences of a recurring booking."""
    root_booking_uid: str | None = None
    """The first booking of a chain of reschedulings; not documented, not always there."""
    recurring_booking_uid: str | None = None
    """What the occurrences of one recurring booking share: `cal.bookings.get_series(...)` gives them all."""
    seat_uid: str | None = None
    """The seat that was just booked; only in the answer to the booking of a seat."""
    rating: float | None = None
    """The attendee's rating, 1 to 5."""
    ics_uid: str | None = None
    """The id of the calendar event."""
    is_platform_managed_user_booking: bool | None = None
    """Whether a managed user of an OAuth client hosts it; not documented, not always there."""
    created_at: datetime | None = None
    """When it was made. Never changes: the order to walk all bookings in."""
    updated_at: datetime | None = None
    """When it was last changed; null if never."""

    @property
    def series(self) -> tuple[Booking, ...]:
        """Every booking of the answer that gave this one, in its order.

        Cal.com answers some calls with all occurrences of a recurring booking. Methods that return one booking return
        the one that was asked for and keep the others here; of an answer with a single booking, this is that booking.
        Not part of the wire form: `to_dict()` is the one booking.
        """
        together: tuple[Booking, ...] = (self._odd or {}).get(_SERIES, ((self,), None))[0]
        return together


_SERIES = "*series"
"""Where a booking carries its neighbours, among what the codec carries along; never the name of a field."""


def in_series(bookings: Sequence[Booking], uid: str | None = None) -> Booking:
    """The booking `uid` of several, or the first, with all of them in its `series`."""
    chosen = next((booking for booking in bookings if booking.uid == uid), bookings[0])
    if len(bookings) == 1:
        return chosen
    one = copy(chosen)
    object.__setattr__(one, "_odd", {**(chosen._odd or {}), _SERIES: (tuple(bookings), None)})
    return one


@record
class ReassignedHost(Record):
    """The host who took a booking over."""

    id: int | str | None = None
    """The user's id."""
    name: str | None = None
    """Full name."""
    email: str | None = None
    """E-mail address."""


@record
class ReassignedBooking(Record):
    """What came of a reassignment; `cal.bookings.get(booking_uid)` gives the booking itself."""

    booking_uid: str
    """The booking; it keeps its uid."""
    reassigned_to: ReassignedHost | None = None
    """Its new host."""


@record
class RemovedAttendee(Record):
    """Who was taken off a booking."""

    id: int
    """The attendee's id."""
    booking_id: int | None = None
    """The booking's number."""
    name: str | None = None
    """Their name."""
    email: str | None = None
    """Their address."""
    time_zone: str | None = None
    """Their time zone."""
