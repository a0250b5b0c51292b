"""Event types: what can be booked, with whom, when, and what the booking form asks."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from calcom_async.core.records import Record, field, record
from calcom_async.core.unset import Disabled
from calcom_async.models.booking_fields import BookingField
from calcom_async.models.event_type_locations import EventTypeLocation
from calcom_async.models.event_type_settings import (
    BookerActiveBookingsLimit,
    BookerLayouts,
    BookingLimitsCount,
    BookingLimitsDuration,
    BookingWindows,
    CalVideoSettings,
    ConfirmationPolicy,
    DisableCancelling,
    DisableRescheduling,
    EventTypeColor,
    EventTypeDestinationCalendar,
    EventTypeEmailSettings,
    PrivateNoteMode,
    Recurrence,
    Seats,
)

__all__ = [
    "DeletedEventType",
    "EventType",
    "EventTypeHost",
    "EventTypeTeam",
    "EventTypeUser",
    "HostPriority",
    "PhoneCall",
    "SchedulingType",
    "TeamEventType",
]


class SchedulingType(StrEnum):
    """How a team event type is shared among its hosts."""

    COLLECTIVE = "collective"
    """All hosts attend every booking."""
    MANAGED = "managed"
    """Each host gets a copy of it as an event type of their own."""
    ROUND_ROBIN = "roundRobin"
    """One of the hosts, by turns."""


class HostPriority(StrEnum):
    """How likely a host of a round robin is to be picked."""

    HIGHEST = "highest"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    LOWEST = "lowest"


@record
class EventTypeUser(Record):
    """The owner of an event type."""

    id: int
    """The user's id."""
    name: str | None = None
    """The user's name."""
    username: str | None = None
    """The user's slug in booking links."""
    avatar_url: str | None = None
    """The user's picture."""
    brand_color: str | None = None
    """Colour on a light background."""
    dark_brand_color: str | None = None
    """Colour on a dark background."""
    week_start: str | None = None
    """First day of the week, such as `Sunday`."""
    metadata: Mapping[str, Any] | None = None
    """What Cal.com and apps keep about the user."""


@record
class EventTypeHost(Record):
    """A team member who hosts a team event type."""

    user_id: int | None = None
    """The host's user id."""
    name: str | None = None
    """The host's name."""
    username: str | None = None
    """The host's slug in booking links."""
    avatar_url: str | None = None
    """The host's picture."""
    mandatory: bool | None = None
    """Whether the host attends every booking of a round robin; missing elsewhere."""
    priority: HostPriority | str | None = None
    """How likely the host is to be picked by a round robin; missing elsewhere."""


@record
class EventTypeTeam(Record):
    """The team of a team event type: everything in lists, the id alone in single answers."""

    id: int | None = None
    """The team's id; None on the copies of a managed event type."""
    slug: str | None = None
    """The team's slug in booking links."""
    name: str | None = None
    """The team's name."""
    banner_url: str | None = None
    """The team's banner."""
    logo_url: str | None = None
    """The team's logo."""
    week_start: str | None = None
    """First day of the week, such as `Sunday`."""
    brand_color: str | None = None
    """Colour on a light background."""
    dark_brand_color: str | None = None
    """Colour on a dark background."""
    theme: str | None = None
    """`light` or `dark`; None follows the visitor."""


@record
class EventType(Record):
    """Something that can be booked.

    The answers of version 2024-06-14 and of 2026-06-12 are one record: what a version does not have is None.
    """

    id: int
    """The event type's id; 0 for the dynamic one of several users (`usernames`)."""
    owner_id: int | None = None
    """The user it belongs to; None for a team's; 0 for the dynamic one."""
    length_in_minutes: int | None = None
    """How long a booking is, in minutes."""
    length_in_minutes_options: tuple[int, ...] = ()
    """The lengths that a booker can choose from, in minutes."""
    title: str | None = None
    """The name of the event type."""
    slug: str | None = None
    """The last part of its booking link."""
    description: str | None = None
    """What the booking page says about it."""
    locations: tuple[EventTypeLocation, ...] = ()
    """Where its bookings can take place."""
    booking_fields: tuple[BookingField, ...] = ()
    """What the booking form asks; hidden questions only for those who may edit the event type.

    Lists of your own event types leave hidden questions out (2024-06-14): get one before you change its questions.
    """
    recurrence: Recurrence | Disabled | None = None
    """How a booking repeats; None if it does not."""
    disable_guests: bool | None = None
    """Whether bookers can't bring guests."""
    slot_interval: int | None = None
    """Minutes between two starts; None: as long as a booking."""
    minimum_booking_notice: int | None = None
    """Minutes between booking and start, at least."""
    before_event_buffer: int | None = None
    """Minutes kept free before a booking."""
    after_event_buffer: int | None = None
    """Minutes kept free after a booking."""
    metadata: Mapping[str, Any] | None = None
    """What Cal.com and apps keep about it."""
    price: int | float | None = None
    """The price in the smallest unit of the currency; 0 if free."""
    currency: str | None = None
    """The currency, such as `usd`."""
    lock_time_zone_toggle_on_booking_page: bool | None = None
    """Whether bookers can't change the time zone."""
    seats_per_time_slot: int | None = None
    """Seats of one slot, where the server says it here too; see `seats`."""
    seats_show_availability_count: bool | None = None
    """Whether the booking page shows how many seats are left; see `seats`."""
    forward_params_success_redirect: bool | None = None
    """Whether the booking's data goes along to `success_redirect_url`."""
    success_redirect_url: str | None = None
    """Where the booker goes after booking."""
    is_instant_event: bool | None = None
    """Whether it can be booked for right now."""
    users: tuple[EventTypeUser, ...] = ()
    """Its owner, or the users of a dynamic one; empty for a team's, which has hosts."""
    schedule_id: int | None = None
    """The schedule it uses; None: its owner's default one."""
    booking_limits_count: BookingLimitsCount | Disabled | None = None
    """How many bookings a day, week, month or year takes."""
    booker_active_bookings_limit: BookerActiveBookingsLimit | Disabled | None = None
    """How many future bookings one booker may have."""
    only_show_first_available_slot: bool | None = None
    """Whether each day offers its first free slot alone."""
    booking_limits_duration: BookingLimitsDuration | Disabled | None = None
    """How many minutes of bookings a day, week, month or year takes."""
    booking_window: BookingWindows | Disabled | None = None
    """How far ahead it can be booked: one window. The document says a list; one would be read as a tuple."""
    booker_layouts: BookerLayouts | None = None
    """What the booking page looks like."""
    confirmation_policy: ConfirmationPolicy | Disabled | None = None
    """Whether the host confirms bookings by hand."""
    booking_proposal_count: int | None = None
    """How many slots a booker has to propose; None: one booking, one slot (2026-06-12)."""
    requires_booker_email_verification: bool | None = None
    """Whether bookers prove their e-mail address first."""
    skip_attendee_email_deliverability_check: bool | None = None
    """Whether an attendee's mail domain goes unchecked (2026-06-12; organizations)."""
    email_settings: EventTypeEmailSettings | None = None
    """Which of Cal.com's own e-mails are left out (organizations)."""
    hide_calendar_notes: bool | None = None
    """Whether notes stay out of the calendar event."""
    color: EventTypeColor | None = None
    """Its colour in the owner's view."""
    seats: Seats | Disabled | None = None
    """One slot for several attendees."""
    offset_start: int | None = None
    """Minutes by which its slots are moved."""
    custom_name: str | None = None
    """The template of a booking's title, such as `{Event type title} between {Organiser} and {Scheduler}`."""
    destination_calendar: EventTypeDestinationCalendar | None = None
    """The calendar its bookings are written to; None: its owner's."""
    use_destination_calendar_email: bool | None = None
    """Whether that calendar's address is shown as the organizer's."""
    hide_calendar_event_details: bool | None = None
    """Whether the calendar event shows no details to others."""
    hide_organizer_email: bool | None = None
    """Whether the organizer's e-mail address is hidden."""
    cal_video_settings: CalVideoSettings | None = None
    """What happens in its Cal Video rooms."""
    hidden: bool | None = None
    """Whether it is missing from its owner's public page."""
    booking_requires_authentication: bool | None = None
    """Whether the API books it only for its owner or an admin."""
    disable_cancelling: DisableCancelling | None = None
    """Whether its bookings can be cancelled."""
    disable_rescheduling: DisableRescheduling | None = None
    """Whether its bookings can be rescheduled."""
    interface_language: str | None = None
    """The language of the booking page, such as `pt-BR`; None or empty: the visitor's."""
    allow_rescheduling_past_bookings: bool | None = None
    """Whether a booking can be rescheduled after its end."""
    allow_rescheduling_cancelled_bookings: bool | None = None
    """Whether rescheduling a cancelled booking makes a new one."""
    show_optimized_slots: bool | None = None
    """Whether slots are laid out so that as many as possible fit."""
    private_note_enabled: bool | None = None
    """Whether the host gets a private note with each booking (2026-06-12)."""
    private_note_mode: PrivateNoteMode | str | None = None
    """How the private note reaches the host (2026-06-12)."""
    private_note_template: str | None = None
    """The template of the private note (2026-06-12)."""
    booking_url: str | None = None
    """Its booking page; None for managed ones and for teams without a slug."""


@record
class TeamEventType(EventType):
    """An event type of a team."""

    team_id: int | None = None
    """The team's id; None on the copies of a managed one, which belong to their users."""
    parent_event_type_id: int | None = None
    """On a copy: the managed event type it was made from."""
    scheduling_type: SchedulingType | str | None = None
    """How it is shared among its hosts; None on the copies of a managed one."""
    hosts: tuple[EventTypeHost, ...] = ()
    """Who hosts it."""
    assign_all_team_members: bool | None = None
    """Whether all present and future members host it."""
    team: EventTypeTeam | None = None
    """The team; single answers carry its id alone."""
    reschedule_with_same_round_robin_host: bool | None = None
    """Whether a rescheduled booking keeps its host."""
    allow_rr_host_choice_on_reschedule: bool | None = field("allowRRHostChoiceOnReschedule")
    """Whether who reschedules may choose between the same host and any (2026-06-12)."""
    rr_host_subset_enabled: bool | None = None
    """Whether a booking may ask for some of the hosts alone (undocumented, from self-hosted servers)."""
    children: tuple[TeamEventType, ...] = ()
    """The copies of a managed event type that has just been made or changed, one for each host.

    Cal.com answers `[parent, child, …]` then; here the parent carries its children. Reads answer the parent alone.
    """


@record
class DeletedEventType(Record):
    """What is left of a deleted event type."""

    id: int
    """Its id."""
    title: str | None = None
    """Its title."""
    slug: str | None = None
    """Its slug; missing for a team's."""
    length_in_minutes: int | None = None
    """Its length in minutes; missing for a team's."""


@record
class PhoneCall(Record):
    """A call that an AI agent makes."""

    call_id: str | None = None
    """The id of the call."""
    agent_id: str | None = None
    """The id of the agent."""
