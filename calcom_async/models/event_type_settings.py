"""The settings of an event type that are objects of their own, as Cal.com answers them.

Where a setting may be switched off, the answer is `{"disabled": true}`, which reads as `DISABLED`.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeAlias, get_args

from calcom_async.core.codec import converter, decode
from calcom_async.core.records import Record, Unknown, record, tagged_union
from calcom_async.errors import DecodeError

__all__ = [
    "BookerActiveBookingsLimit",
    "BookerLayout",
    "BookerLayouts",
    "BookingLimitsCount",
    "BookingLimitsDuration",
    "BookingWindow",
    "BookingWindows",
    "BusinessDaysWindow",
    "CalVideoSettings",
    "CalendarDaysWindow",
    "ConfirmationPolicy",
    "ConfirmationPolicyType",
    "DisableCancelling",
    "DisableRescheduling",
    "EventTypeColor",
    "EventTypeDestinationCalendar",
    "EventTypeEmailSettings",
    "Frequency",
    "NoticeThreshold",
    "PrivateNoteMode",
    "RangeWindow",
    "Recurrence",
    "Seats",
]


class BookerLayout(StrEnum):
    """How a booking page shows the free slots."""

    COLUMN = "column"
    MONTH = "month"
    WEEK = "week"


class ConfirmationPolicyType(StrEnum):
    """When a booking has to be confirmed."""

    ALWAYS = "always"
    TIME = "time"


class Frequency(StrEnum):
    """How often a recurring booking repeats."""

    MONTHLY = "monthly"
    WEEKLY = "weekly"
    YEARLY = "yearly"


class PrivateNoteMode(StrEnum):
    """How a private note reaches the host."""

    DUPLICATE_EVENT = "duplicate_event"
    SEPARATE_EVENTS = "separate_events"


@record
class Seats(Record):
    """One slot for several attendees who book on their own."""

    seats_per_time_slot: int | None = None
    """Seats of one slot."""
    show_attendee_info: bool | None = None
    """Whether attendees see each other."""
    show_availability_count: bool | None = None
    """Whether the booking page shows how many seats are left."""
    disabled: bool | None = None
    """False where seats are on (off reads as `DISABLED`)."""


@record
class Recurrence(Record):
    """A booking that repeats."""

    interval: int | None = None
    """Every how many weeks, months or years."""
    occurrences: int | None = None
    """How many bookings at most."""
    frequency: Frequency | str | None = None
    """Weeks, months or years."""
    disabled: bool | None = None
    """False where recurrence is on (off reads as `DISABLED`)."""


@record
class NoticeThreshold(Record):
    """How short a notice asks for confirmation."""

    unit: str | None = None
    """`minutes`, `hours`, …"""
    count: int | None = None
    """How many of them."""


@record
class ConfirmationPolicy(Record):
    """Whether the host confirms bookings by hand."""

    type: ConfirmationPolicyType | str | None = None
    """Always, or only at short notice."""
    notice_threshold: NoticeThreshold | None = None
    """How short the notice is; only for `time`."""
    block_unconfirmed_bookings_in_booker: bool | None = None
    """Whether a booking that waits for confirmation takes its slot."""
    disabled: bool | None = None
    """False or missing where the policy is on (off reads as `DISABLED`)."""


@record
class BookingLimitsCount(Record):
    """How many bookings a period takes."""

    day: int | None = None
    """Bookings a day."""
    week: int | None = None
    """Bookings a week."""
    month: int | None = None
    """Bookings a month."""
    year: int | None = None
    """Bookings a year."""
    disabled: bool | None = None
    """False or missing where limits are on (off reads as `DISABLED`)."""


@record
class BookingLimitsDuration(Record):
    """How many minutes of bookings a period takes."""

    day: int | None = None
    """Minutes a day."""
    week: int | None = None
    """Minutes a week."""
    month: int | None = None
    """Minutes a month."""
    year: int | None = None
    """Minutes a year."""
    disabled: bool | None = None
    """False or missing where limits are on (off reads as `DISABLED`)."""


@record
class BookerActiveBookingsLimit(Record):
    """How many future bookings one booker may have."""

    maximum_active_bookings: int | None = None
    """The most bookings at a time."""
    offer_reschedule: bool | None = None
    """Whether a booker at the limit is offered to move the last booking instead."""
    disabled: bool | None = None
    """False or missing where the limit is on (off reads as `DISABLED`)."""


@record
class BusinessDaysWindow(Record):
    """Bookings up to so many business days ahead."""

    type: str
    """Always `businessDays`."""
    value: int
    """How many days."""
    rolling: bool | None = None
    """True: so many days *with free slots*, so that the end moves; False: so many days of the calendar."""
    disabled: bool | None = None
    """False or missing where the window is on."""


@record
class CalendarDaysWindow(Record):
    """Bookings up to so many days ahead."""

    type: str
    """Always `calendarDays`."""
    value: int
    """How many days."""
    rolling: bool | None = None
    """True: so many days *with free slots*, so that the end moves; False: so many days of the calendar."""
    disabled: bool | None = None
    """False or missing where the window is on."""


@record
class RangeWindow(Record):
    """Bookings between two days."""

    type: str
    """Always `range`."""
    value: tuple[date, ...]
    """First and last day; a server keeps them in the order they were sent."""
    disabled: bool | None = None
    """False or missing where the window is on."""


BookingWindow: TypeAlias = BusinessDaysWindow | CalendarDaysWindow | RangeWindow | Unknown
"""How far ahead an event type can be booked."""

tagged_union(
    BookingWindow,
    "type",
    {"businessDays": BusinessDaysWindow, "calendarDays": CalendarDaysWindow, "range": RangeWindow},
)

BookingWindows: TypeAlias = BookingWindow | tuple[BookingWindow, ...]
"""One window, as every server has been seen to answer, or a list of them, as the document says."""


@record
class _OneWindow(Record):
    window: BookingWindow


@record
class _SeveralWindows(Record):
    windows: tuple[BookingWindow, ...]


def _read_windows(value: Any, _: Any) -> BookingWindows:
    try:
        if isinstance(value, list):
            return decode({"windows": value}, _SeveralWindows).windows
        return decode({"window": value}, _OneWindow).window
    except DecodeError as error:
        raise ValueError(str(error)) from None  # so that the codec counts it as "does not fit"


converter.register_structure_hook_func(lambda of: tuple[BookingWindow, ...] in get_args(of), _read_windows)


@record
class BookerLayouts(Record):
    """What the booking page looks like."""

    default_layout: BookerLayout | str | None = None
    """How it looks at first."""
    enabled_layouts: tuple[BookerLayout | str, ...] = ()
    """Between which looks the booker can switch."""


@record
class EventTypeColor(Record):
    """The colour of an event type in its owner's calendar view."""

    light_theme_hex: str | None = None
    """On a light background, such as `#292929`."""
    dark_theme_hex: str | None = None
    """On a dark background, such as `#fafafa`."""


@record
class EventTypeDestinationCalendar(Record):
    """The calendar that bookings are written to."""

    integration: str | None = None
    """The kind of calendar, such as `google_calendar`."""
    external_id: str | None = None
    """The calendar's id at its provider."""


@record
class EventTypeEmailSettings(Record):
    """Which of Cal.com's own e-mails are left out (those of workflows are not touched)."""

    disable_emails_to_attendees: bool | None = None
    """Whether attendees get none."""
    disable_emails_to_hosts: bool | None = None
    """Whether hosts get none."""


@record
class CalVideoSettings(Record):
    """What happens in a Cal Video room of this event type."""

    disable_recording_for_organizer: bool | None = None
    """Whether the organizer can't record."""
    disable_recording_for_guests: bool | None = None
    """Whether guests can't record."""
    redirect_url_on_exit: str | None = None
    """Where people go when they leave the call."""
    enable_automatic_recording_for_organizer: bool | None = None
    """Whether recording starts when the organizer joins."""
    enable_automatic_transcription: bool | None = None
    """Whether transcription starts when anyone joins."""
    disable_transcription_for_guests: bool | None = None
    """Whether guests get no transcript."""
    disable_transcription_for_organizer: bool | None = None
    """Whether the organizer gets no transcript."""
    hide_transcription_for_guests: bool | None = None
    """Whether guests see no live captions."""
    hide_transcription_for_organizer: bool | None = None
    """Whether the organizer sees no live captions."""
    send_transcription_emails: bool | None = None
    """Whether the transcript is sent by e-mail after the call."""
    disable_attendee_recording_download_email: bool | None = None
    """Whether attendees get no e-mail with the recording."""
    transcription_language: str | None = None
    """Language code of the transcript, such as `de`, or `multi`; None means English."""
    require_email_for_guests: bool | None = None
    """Whether guests have to give an e-mail address (undocumented, from self-hosted servers)."""
    event_type_id: int | None = None
    """The event type these settings belong to (undocumented, as above)."""
    created_at: datetime | None = None
    """When the settings were made (undocumented, as above)."""
    updated_at: datetime | None = None
    """When the settings were changed last (undocumented, as above)."""


@record
class DisableCancelling(Record):
    """Whether bookings can be cancelled."""

    disabled: bool | None = None
    """True: never. False: as usual."""


@record
class DisableRescheduling(Record):
    """Whether bookings can be rescheduled."""

    disabled: bool | None = None
    """True: never. False: as usual, or as `minutes_before` says."""
    minutes_before: int | None = None
    """Not in the last so many minutes before the start."""
