"""The settings of an event type as they are sent: nested parts, and the arguments of create and update.

A nested part may be given as its record, as the record of an answer, or as a plain mapping with the same keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, TypeAlias, TypedDict

from calcom_async.core.records import Input, record, tagged_union
from calcom_async.core.unset import UNSET, Disabled, Unset
from calcom_async.models.booking_field_inputs import BookingFieldInput
from calcom_async.models.event_type_locations import EventTypeLocationInput
from calcom_async.models.event_type_settings import (
    BookerActiveBookingsLimit,
    BookerLayout,
    BookerLayouts,
    BookingLimitsCount,
    BookingLimitsDuration,
    BookingWindow,
    CalVideoSettings,
    ConfirmationPolicy,
    ConfirmationPolicyType,
    DisableCancelling,
    DisableRescheduling,
    EventTypeColor,
    EventTypeDestinationCalendar,
    EventTypeEmailSettings,
    Frequency,
    PrivateNoteMode,
    Recurrence,
    Seats,
)
from calcom_async.models.event_types import EventTypeHost, HostPriority, SchedulingType

__all__ = [
    "EventTypeChanges",
    "EventTypeSettings",
    "NewBookerActiveBookingsLimit",
    "NewBookerLayouts",
    "NewBookingLimitsCount",
    "NewBookingLimitsDuration",
    "NewBookingWindow",
    "NewBusinessDaysWindow",
    "NewCalVideoSettings",
    "NewCalendarDaysWindow",
    "NewConfirmationPolicy",
    "NewDisableCancelling",
    "NewDisableRescheduling",
    "NewEventTypeColor",
    "NewEventTypeDestinationCalendar",
    "NewEventTypeEmailSettings",
    "NewHost",
    "NewNoticeThreshold",
    "NewRangeWindow",
    "NewRecurrence",
    "NewSeats",
    "TeamEventTypeChanges",
    "TeamEventTypeSettings",
]

Part: TypeAlias = Mapping[str, Any]
"""A nested part as a plain mapping."""


# --- nested parts ----------------------------------------------------------------------------------------------------


@record
class NewSeats(Input):
    """One slot for several attendees who book on their own."""

    seats_per_time_slot: int
    """Seats of one slot, at least 1."""
    show_attendee_info: bool
    """Whether attendees see each other."""
    show_availability_count: bool
    """Whether the booking page shows how many seats are left."""
    disabled: bool | Unset = UNSET
    """False, as an answer says it; to switch seats off pass `DISABLED` instead."""


@record
class NewRecurrence(Input):
    """A booking that repeats."""

    interval: int
    """Every how many weeks, months or years."""
    occurrences: int
    """How many bookings at most."""
    frequency: Frequency | str
    """`weekly`, `monthly` or `yearly`."""
    disabled: bool | Unset = UNSET
    """False, as an answer says it; to switch recurrence off pass `DISABLED` instead."""


@record
class NewNoticeThreshold(Input):
    """How short a notice asks for confirmation."""

    unit: str
    """`minutes`, `hours`, …"""
    count: int
    """How many of them."""


@record
class NewConfirmationPolicy(Input):
    """Whether the host confirms bookings by hand."""

    type: ConfirmationPolicyType | str
    """`always`, or `time`: only at short notice."""
    notice_threshold: NewNoticeThreshold | Unset = UNSET
    """How short the notice is; needed by `time`."""
    block_unconfirmed_bookings_in_booker: bool
    """Whether a booking that waits for confirmation takes its slot."""
    disabled: bool | Unset = UNSET
    """False, as an answer says it; to switch the policy off pass `DISABLED` instead."""


@record
class NewBookingLimitsCount(Input):
    """How many bookings a period takes; a longer period takes at least as many as a shorter one."""

    day: int | Unset = UNSET
    """Bookings a day."""
    week: int | Unset = UNSET
    """Bookings a week."""
    month: int | Unset = UNSET
    """Bookings a month."""
    year: int | Unset = UNSET
    """Bookings a year."""
    disabled: bool | Unset = UNSET
    """False, as an answer says it; to switch limits off pass `DISABLED` instead."""


@record
class NewBookingLimitsDuration(Input):
    """How many minutes of bookings a period takes, in multiples of 15."""

    day: int | Unset = UNSET
    """Minutes a day."""
    week: int | Unset = UNSET
    """Minutes a week."""
    month: int | Unset = UNSET
    """Minutes a month."""
    year: int | Unset = UNSET
    """Minutes a year."""
    disabled: bool | Unset = UNSET
    """False, as an answer says it; to switch limits off pass `DISABLED` instead."""


@record
class NewBookerActiveBookingsLimit(Input):
    """How many future bookings one booker may have."""

    maximum_active_bookings: int | Unset = UNSET
    """The most bookings at a time."""
    offer_reschedule: bool | Unset = UNSET
    """Whether a booker at the limit is offered to move the last booking instead."""
    disabled: bool | Unset = UNSET
    """False, as an answer says it; to switch the limit off pass `DISABLED` instead."""


@record
class NewBusinessDaysWindow(Input):
    """Bookings up to so many business days ahead."""

    type: Literal["businessDays"] = "businessDays"
    """The kind of window."""
    value: int
    """How many days."""
    rolling: bool | Unset = UNSET
    """True: so many days *with free slots*, so that the end moves; False: so many days of the calendar."""
    disabled: bool | Unset = UNSET
    """False, as an answer says it; to switch the window off pass `DISABLED` instead."""


@record
class NewCalendarDaysWindow(Input):
    """Bookings up to so many days ahead."""

    type: Literal["calendarDays"] = "calendarDays"
    """The kind of window."""
    value: int
    """How many days."""
    rolling: bool | Unset = UNSET
    """True: so many days *with free slots*, so that the end moves; False: so many days of the calendar."""
    disabled: bool | Unset = UNSET
    """False, as an answer says it; to switch the window off pass `DISABLED` instead."""


@record
class NewRangeWindow(Input):
    """Bookings between two days."""

    type: Literal["range"] = "range"
    """The kind of window."""
    value: Sequence[date | str]
    """First and last day, as dates or `YYYY-MM-DD`."""
    disabled: bool | Unset = UNSET
    """False, as an answer says it; to switch the window off pass `DISABLED` instead."""


NewBookingWindow: TypeAlias = NewBusinessDaysWindow | NewCalendarDaysWindow | NewRangeWindow
"""How far ahead an event type can be booked."""

tagged_union(
    NewBookingWindow,
    "type",
    {"businessDays": NewBusinessDaysWindow, "calendarDays": NewCalendarDaysWindow, "range": NewRangeWindow},
)


@record
class NewBookerLayouts(Input):
    """What the booking page looks like."""

    default_layout: BookerLayout | str
    """`month`, `week` or `column`."""
    enabled_layouts: Sequence[BookerLayout | str]
    """Between which looks the booker can switch."""


@record
class NewEventTypeColor(Input):
    """The colour of an event type in its owner's calendar view."""

    light_theme_hex: str
    """On a light background, such as `#292929`."""
    dark_theme_hex: str
    """On a dark background, such as `#fafafa`."""


@record
class NewEventTypeDestinationCalendar(Input):
    """The calendar that bookings are written to; `cal.calendars` lists yours."""

    integration: str
    """The kind of calendar, such as `google_calendar`."""
    external_id: str
    """The calendar's id at its provider."""


@record
class NewEventTypeEmailSettings(Input):
    """Which of Cal.com's own e-mails are left out (those of workflows are not touched)."""

    disable_emails_to_attendees: bool | Unset = UNSET
    """Whether attendees get none."""
    disable_emails_to_hosts: bool | Unset = UNSET
    """Whether hosts get none."""


@record
class NewCalVideoSettings(Input):
    """What happens in a Cal Video room of this event type."""

    disable_recording_for_organizer: bool | Unset = UNSET
    """Whether the organizer can't record."""
    disable_recording_for_guests: bool | Unset = UNSET
    """Whether guests can't record."""
    redirect_url_on_exit: str | Unset | None = UNSET
    """Where people go when they leave the call; None takes it back."""
    enable_automatic_recording_for_organizer: bool | Unset = UNSET
    """Whether recording starts when the organizer joins."""
    enable_automatic_transcription: bool | Unset = UNSET
    """Whether transcription starts when anyone joins."""
    disable_transcription_for_guests: bool | Unset = UNSET
    """Whether guests get no transcript."""
    disable_transcription_for_organizer: bool | Unset = UNSET
    """Whether the organizer gets no transcript."""
    hide_transcription_for_guests: bool | Unset = UNSET
    """Whether guests see no live captions."""
    hide_transcription_for_organizer: bool | Unset = UNSET
    """Whether the organizer sees no live captions."""
    send_transcription_emails: bool | Unset = UNSET
    """Whether the transcript is sent by e-mail after the call."""
    disable_attendee_recording_download_email: bool | Unset = UNSET
    """Whether attendees get no e-mail with the recording."""
    transcription_language: str | Unset | None = UNSET
    """Language code of the transcript, such as `de`, or `multi`; None means English."""


@record
class NewDisableCancelling(Input):
    """Whether bookings can be cancelled."""

    disabled: bool | Unset = UNSET
    """True: never. False: as usual."""


@record
class NewDisableRescheduling(Input):
    """Whether bookings can be rescheduled."""

    disabled: bool | Unset = UNSET
    """True: never. False: as usual, or as `minutes_before` says."""
    minutes_before: int | Unset = UNSET
    """Not in the last so many minutes before the start."""


@record
class NewHost(Input):
    """A team member who hosts a team event type."""

    user_id: int
    """The member's user id."""
    mandatory: bool | Unset = UNSET
    """Round robin: whether the host attends every booking."""
    priority: HostPriority | str | Unset = UNSET
    """Round robin: how likely the host is to be picked; `medium` by default."""


# --- the arguments of create and update ------------------------------------------------------------------------------


class EventTypeSettings(TypedDict, total=False):
    """What an event type can be made with; what is not given keeps Cal.com's default, or stays as it is."""

    length_in_minutes_options: Sequence[int]
    """The lengths that a booker can choose from, in minutes; the length itself among them."""
    description: str | None
    """What the booking page says about it."""
    locations: Sequence[EventTypeLocationInput]
    """Where its bookings can take place, at least one; Cal Video by default."""
    booking_fields: Sequence[BookingFieldInput]
    """All questions of the booking form, at least one; see `booking_field_inputs` for the two forms."""
    disable_guests: bool
    """Whether bookers can't bring guests. Version 2024-06-14 alone: in 2026-06-12 hide the question `guests`."""
    slot_interval: int
    """Minutes between two starts; by default as long as a booking."""
    minimum_booking_notice: int
    """Minutes between booking and start, at least."""
    before_event_buffer: int
    """Minutes kept free before a booking."""
    after_event_buffer: int
    """Minutes kept free after a booking."""
    schedule_id: int | None
    """The schedule to use; None: the owner's default one."""
    booking_limits_count: NewBookingLimitsCount | BookingLimitsCount | Disabled | Part
    """How many bookings a day, week, month or year takes."""
    booker_active_bookings_limit: NewBookerActiveBookingsLimit | BookerActiveBookingsLimit | Disabled | Part
    """How many future bookings one booker may have."""
    only_show_first_available_slot: bool
    """Whether each day offers its first free slot alone."""
    booking_limits_duration: NewBookingLimitsDuration | BookingLimitsDuration | Disabled | Part
    """How many minutes of bookings a day, week, month or year takes."""
    booking_window: NewBookingWindow | BookingWindow | Disabled | Part
    """How far ahead it can be booked."""
    offset_start: int
    """Minutes by which its slots are moved."""
    booker_layouts: NewBookerLayouts | BookerLayouts | Part
    """What the booking page looks like."""
    confirmation_policy: NewConfirmationPolicy | ConfirmationPolicy | Disabled | Part
    """Whether the host confirms bookings by hand."""
    recurrence: NewRecurrence | Recurrence | Disabled | Part
    """How a booking repeats. Servers ignore `DISABLED` in an update: a recurring event type stays one."""
    requires_booker_email_verification: bool
    """Whether bookers prove their e-mail address first."""
    skip_attendee_email_deliverability_check: bool
    """Whether an attendee's mail domain goes unchecked (2026-06-12; organizations)."""
    email_settings: NewEventTypeEmailSettings | EventTypeEmailSettings | Part
    """Which of Cal.com's own e-mails are left out (organizations; for your own event types 2026-06-12)."""
    hide_calendar_notes: bool
    """Whether notes stay out of the calendar event."""
    lock_time_zone_toggle_on_booking_page: bool
    """Whether bookers can't change the time zone."""
    color: NewEventTypeColor | EventTypeColor | Part
    """Its colour in the owner's view."""
    seats: NewSeats | Seats | Disabled | Part
    """One slot for several attendees."""
    custom_name: str | None
    """The template of a booking's title, such as `{Event type title} between {Organiser} and {Scheduler}`."""
    destination_calendar: NewEventTypeDestinationCalendar | EventTypeDestinationCalendar | Part
    """The calendar its bookings are written to."""
    use_destination_calendar_email: bool
    """Whether that calendar's address is shown as the organizer's; needs a connected calendar."""
    hide_calendar_event_details: bool
    """Whether the calendar event shows no details to others."""
    success_redirect_url: str | None
    """Where the booker goes after booking."""
    hide_organizer_email: bool
    """Whether the organizer's e-mail address is hidden."""
    cal_video_settings: NewCalVideoSettings | CalVideoSettings | Part
    """What happens in its Cal Video rooms."""
    hidden: bool
    """Whether it is missing from its owner's public page."""
    booking_requires_authentication: bool
    """Whether the API books it only for its owner or an admin."""
    disable_cancelling: NewDisableCancelling | DisableCancelling | Part
    """Whether its bookings can be cancelled."""
    disable_rescheduling: NewDisableRescheduling | DisableRescheduling | Part
    """Whether its bookings can be rescheduled."""
    interface_language: str
    """The language of the booking page, such as `pt-BR`; empty: the visitor's."""
    allow_rescheduling_past_bookings: bool
    """Whether a booking can be rescheduled after its end."""
    allow_rescheduling_cancelled_bookings: bool
    """Whether rescheduling a cancelled booking makes a new one."""
    show_optimized_slots: bool
    """Whether slots are laid out so that as many as possible fit."""
    private_note_enabled: bool
    """Whether the host gets a private note with each booking (2026-06-12)."""
    private_note_mode: PrivateNoteMode | str
    """How the private note reaches the host (2026-06-12)."""
    private_note_template: str
    """The template of the private note, such as `Meeting with {Attendee name}` (2026-06-12)."""


class EventTypeChanges(EventTypeSettings, total=False):
    """What can be changed about an event type; what is not given stays as it is."""

    length_in_minutes: int
    """How long a booking is, in minutes."""
    title: str
    """The name of the event type."""
    slug: str
    """The last part of its booking link."""
    booking_proposal_count: int | None
    """How many slots a booker has to propose; None: one booking, one slot (2026-06-12)."""


class TeamEventTypeSettings(EventTypeSettings, total=False):
    """What a team's event type can be made with."""

    hosts: Sequence[NewHost | EventTypeHost | Part]
    """Who hosts it, all of them members. With `assign_all_team_members` only the fixed hosts of a round robin."""
    assign_all_team_members: bool
    """Whether all present and future members host it, instead of `hosts`."""
    reschedule_with_same_round_robin_host: bool
    """Whether a rescheduled booking keeps its host."""
    allow_rr_host_choice_on_reschedule: bool
    """Whether who reschedules may choose between the same host and any (2026-06-12)."""


class TeamEventTypeChanges(TeamEventTypeSettings, EventTypeChanges, total=False):
    """What can be changed about a team's event type; what is not given stays as it is."""

    scheduling_type: SchedulingType | str
    """`collective` or `roundRobin`; give the hosts with it, or the event type has none."""
