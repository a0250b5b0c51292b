"""What deliveries tell, as records: every field may be missing, and fields this release does not know are in `.extra`.

The fields are those of deliveries that were recorded (both versions), and else of Cal.com's published code.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from calcom_async.core.records import Record, field, record, secret

__all__ = [
    "BookingPayload",
    "BookingSeat",
    "CredentialPayload",
    "DeliveredPerson",
    "FormPayload",
    "InstantMeetingPayload",
    "Language",
    "MeetingPayload",
    "NoShowAttendee",
    "NoShowPayload",
    "OutOfOfficeAbsence",
    "OutOfOfficePayload",
    "RecordingLinks",
    "RecordingPayload",
    "RoutingFallbackPayload",
    "VideoNoShowPayload",
    "WrongAssignmentPayload",
]


@record
class Language(Record):
    """The language of messages to somebody."""

    locale: str | None = None
    """Such as `en`."""


@record
class BookingSeat(Record):
    """An attendee's seat of a seated booking."""

    id: int | None = None
    """The seat's number."""
    reference_uid: str | None = None
    """The seat's uid, `seat_uid` elsewhere."""
    booking_id: int | None = None
    """The booking's number."""
    attendee_id: int | None = None
    """The attendee's number."""
    data: Mapping[str, Any] | None = None
    """What was answered with this seat."""
    metadata: Mapping[str, Any] | None = None
    """What was stored with this seat."""


@record
class DeliveredPerson(Record):
    """The organizer, a team member or an attendee."""

    id: int | str | None = None
    """The user's or attendee's id."""
    name: str | None = None
    """Full name."""
    first_name: str | None = None
    """Given name; may be empty."""
    last_name: str | None = None
    """Family name; may be empty."""
    email: str | None = None
    """E-mail address."""
    username: str | None = None
    """The name in public booking links; hosts only."""
    username_in_org: str | None = None
    """Their username within the organization."""
    time_zone: str | None = None
    """IANA name."""
    time_format: str | None = None
    """How they read times, such as `HH:mm`; hosts only."""
    language: Language | None = None
    """The language of messages to them."""
    locale: str | None = None
    """The same, in deliveries about meetings."""
    phone_number: str | None = None
    """In international format."""
    utc_offset: timedelta | None = None
    """How far their zone was from UTC at that time; minutes on the wire."""
    booking_seat: BookingSeat | None = None
    """Their seat; seated bookings only."""
    no_show: bool | None = None
    """Whether they did not show up."""


@record
class BookingPayload(Record):
    """A booking as deliveries tell it; names of fields differ from those of `Booking`."""

    uid: str | None = None
    """The booking: `cal.bookings.get(uid)` gives the record."""
    booking_id: int | None = None
    """The booking's number."""
    title: str | None = None
    """What calendars show."""
    status: str | None = None
    """`ACCEPTED`, `PENDING`, `CANCELLED` or `REJECTED`."""
    start_time: datetime | None = None
    """When it starts (UTC)."""
    end_time: datetime | None = None
    """When it ends (UTC)."""
    length: timedelta | None = None
    """How long the event type is; minutes on the wire."""
    type: str | None = None
    """The event type's slug."""
    event_type_id: int | None = None
    """The event type."""
    event_type_title: str | None = None
    """The event type's name (version 2026-07-27)."""
    event_title: str | None = None
    """The event type's name."""
    event_description: str | None = None
    """The event type's description."""
    description: str | None = None
    """The description, or the notes where there is none."""
    additional_notes: str | None = None
    """What the attendee noted."""
    organizer: DeliveredPerson | None = None
    """The host."""
    attendees: tuple[DeliveredPerson, ...] = ()
    """Who attends, guests among them."""
    team: Mapping[str, Any] | None = None
    """The team that was booked: name and members."""
    location: str | None = None
    """Where."""
    previous_location: str | None = None
    """Where it was (BOOKING_LOCATION_UPDATED)."""
    responses: Mapping[str, Any] | None = None
    """The answers by the slug of the booking field: `{label, value, isHidden}`."""
    user_fields_responses: Mapping[str, Any] | None = None
    """Those to fields of one's own."""
    custom_inputs: Mapping[str, Any] | None = None
    """Deprecated by Cal.com: `responses` has them."""
    metadata: Mapping[str, Any] | None = None
    """What was stored with the booking."""
    price: float | None = None
    """In the smallest unit of the currency."""
    currency: str | None = None
    """Such as `usd`."""
    payment_id: int | None = None
    """The payment (BOOKING_PAID, BOOKING_PAYMENT_INITIATED)."""
    payment_data: Mapping[str, Any] | None = None
    """The payment as it is stored."""
    cancellation_reason: str | None = None
    """Why it was cancelled."""
    cancelled_by: str | None = None
    """Who cancelled it."""
    request_reschedule: bool | None = None
    """Whether it was cancelled to ask for another time."""
    rejection_reason: str | None = None
    """Why the host declined."""
    reschedule_id: int | None = None
    """The number of the booking that this one replaced."""
    reschedule_uid: str | None = None
    """The booking that this one replaced."""
    reschedule_start_time: datetime | None = None
    """When that one started."""
    reschedule_end_time: datetime | None = None
    """When that one ended."""
    rescheduled_by: str | None = None
    """Who moved it."""
    recurring_event: Mapping[str, Any] | None = None
    """How it repeats."""
    scheduling_type: str | None = None
    """How a team is booked."""
    requires_confirmation: bool | None = None
    """Whether the host has to confirm."""
    one_time_password: str | None = secret()
    """What confirms or declines the booking by link."""
    seats_per_time_slot: int | None = None
    """How many seats it has; None: it is not seated."""
    seats_show_attendees: bool | None = None
    """Whether attendees see each other."""
    seats_show_availability_count: bool | None = None
    """Whether they see how many seats are left."""
    attendee_seat_id: str | None = None
    """The seat that was just booked."""
    destination_calendar: Any = None
    """Where the calendar event is: a list, or one object in older releases."""
    i_cal_uid: str | None = field("iCalUID")
    """The id of the calendar event."""
    i_cal_sequence: int | None = field("iCalSequence")
    """How often the calendar event was changed."""
    attendee_ics_content: str | None = secret()
    """The attendee's calendar file (version 2026-07-27)."""
    organizer_ics_content: str | None = secret()
    """The organizer's calendar file (version 2026-07-27)."""
    video_call_data: Mapping[str, Any] | None = secret()
    """The video call: type, id, password, url."""
    conference_data: Mapping[str, Any] | None = None
    """What the calendar was asked to make."""
    apps_status: tuple[Mapping[str, Any], ...] = ()
    """How the calendars and apps did."""
    assignment_reason: Any = None
    """Why this host was chosen."""
    download_link: str | None = None
    """The recording; where a recording's delivery tells the booking as well."""
    booker_url: str | None = None
    """Where it was booked."""
    organization_id: int | None = None
    """The organization."""
    hashed_link: Any = None
    """The private link it was booked by."""
    hide_calendar_notes: bool | None = None
    """Whether the calendar event has no notes."""
    hide_calendar_event_details: bool | None = None
    """Whether the calendar event shows no details."""
    hide_organizer_email: bool | None = None
    """Whether attendees are not told the host's address."""
    hide_branding: bool | None = None
    """Whether messages go without Cal.com's name."""
    custom_reply_to_email: str | None = None
    """Where answers to messages go."""
    disable_rescheduling: bool | None = None
    """Whether it can't be moved."""
    disable_rescheduling_scope: str | None = None
    """By whom, such as `HOST_AND_ATTENDEE`."""
    disable_cancelling: bool | None = None
    """Whether it can't be cancelled."""
    disable_cancelling_scope: str | None = None
    """By whom."""
    private_note_enabled: bool | None = None
    """Whether hosts may note something for themselves."""
    private_note_mode: str | None = None
    """How."""
    private_note_template: str | None = None
    """What such a note begins with."""
    platform_client_id: str | None = None
    """The OAuth client it was booked with; empty for none."""
    platform_reschedule_url: str | None = None
    """Where that client moves bookings."""
    platform_cancel_url: str | None = None
    """Where that client cancels bookings."""
    platform_booking_url: str | None = None
    """Where that client shows bookings."""


@record
class NoShowAttendee(Record):
    """Whether one attendee showed up."""

    email: str | None = None
    """Who."""
    no_show: bool | None = None
    """Whether they did not show up."""


@record
class NoShowPayload(Record):
    """BOOKING_NO_SHOW_UPDATED: somebody was marked as absent, or as present after all."""

    message: str | None = None
    """Cal.com's sentence about it; has e-mail addresses in it."""
    booking_uid: str | None = None
    """The booking."""
    booking_id: int | None = None
    """The booking's number."""
    attendees: tuple[NoShowAttendee, ...] = ()
    """Who was marked, and as what."""


@record
class MeetingPayload(Record):
    """MEETING_STARTED and MEETING_ENDED: the booking as the database has it; the time of one has come."""

    id: int | None = None
    """The booking's number."""
    uid: str | None = None
    """The booking."""
    title: str | None = None
    """What calendars show."""
    description: str | None = None
    """The description."""
    status: str | None = None
    """Such as `ACCEPTED`."""
    start_time: datetime | None = None
    """When it started (UTC)."""
    end_time: datetime | None = None
    """When it ends or ended (UTC)."""
    created_at: datetime | None = None
    """When the booking was made; not when the meeting started."""
    updated_at: datetime | None = None
    """When it was last changed."""
    event_type_id: int | None = None
    """The event type."""
    event_type: Mapping[str, Any] | None = None
    """The event type in short."""
    user_id: int | None = None
    """The host."""
    user: DeliveredPerson | None = None
    """The host."""
    user_primary_email: str | None = None
    """The host's address."""
    attendees: tuple[DeliveredPerson, ...] = ()
    """Who attends."""
    location: str | None = None
    """Where."""
    responses: Mapping[str, Any] | None = None
    """The answers by the slug of the booking field."""
    user_fields_responses: Mapping[str, Any] | None = None
    """Those to fields of one's own."""
    custom_inputs: Mapping[str, Any] | None = None
    """Deprecated by Cal.com."""
    metadata: Mapping[str, Any] | None = None
    """What was stored with the booking."""
    cancellation_reason: str | None = None
    """Why it was cancelled."""
    rejection_reason: str | None = None
    """Why the host declined."""
    from_reschedule: str | None = None
    """The booking that this one replaced."""
    paid: bool | None = None
    """Whether it is paid."""


@record
class VideoNoShowPayload(Record):
    """AFTER_HOSTS_… and AFTER_GUESTS_CAL_VIDEO_NO_SHOW: nobody of one side had joined the call in time."""

    booking_id: int | None = None
    """The booking's number."""
    booking_uid: str | None = None
    """The booking."""
    title: str | None = None
    """What calendars show."""
    start_time: datetime | None = None
    """When it started (UTC)."""
    end_time: datetime | None = None
    """When it ends (UTC)."""
    attendees: tuple[DeliveredPerson, ...] = ()
    """Who attends."""
    participants: tuple[Mapping[str, Any], ...] = ()
    """Who was in the call, as the video service tells it."""
    host_email: str | None = None
    """The host who did not join."""
    event_type: Mapping[str, Any] | None = None
    """The event type in short."""
    webhook: Mapping[str, Any] | None = secret()
    """The webhook that asked: id, time and unit."""
    rescheduled_by: str | None = None
    """Who moved it."""
    message: str | None = None
    """Cal.com's sentence about it."""


@record
class RecordingLinks(Record):
    """Where a recording and its transcripts are."""

    recording: str | None = None
    """The recording."""
    transcription: tuple[Mapping[str, Any], ...] = ()
    """The transcripts: `{format, link}`."""


@record
class RecordingPayload(BookingPayload):
    """RECORDING_READY and RECORDING_TRANSCRIPTION_GENERATED: the booking, and where to fetch what was recorded."""

    download_link: str | None = secret()
    """The recording; for a limited time."""
    download_links: RecordingLinks | None = secret()
    """The recording and its transcripts; for a limited time."""


@record
class FormPayload(Record):
    """FORM_SUBMITTED and FORM_SUBMITTED_NO_EVENT: a routing form was answered; each answer is in `.extra` as well."""

    form_id: str | None = None
    """The routing form."""
    form_name: str | None = None
    """Its name."""
    team_id: int | None = None
    """Its team."""
    responses: Mapping[str, Any] | None = None
    """The answers by the field's identifier."""
    redirect: Mapping[str, Any] | None = None
    """Where the answers led."""


@record
class RoutingFallbackPayload(Record):
    """ROUTING_FORM_FALLBACK_HIT: no route of a form fitted."""

    form_id: str | None = None
    """The routing form."""
    form_name: str | None = None
    """Its name."""
    response_id: int | None = None
    """The answer's number."""
    fallback_action: Mapping[str, Any] | None = None
    """What was done instead: `{type, value, eventTypeId}`."""
    responses: Mapping[str, Any] | None = None
    """The answers by the field's id."""
    team_id: int | None = None
    """Its team."""


@record
class OutOfOfficeAbsence(Record):
    """When somebody is away."""

    id: int | None = None
    """The entry's number."""
    uuid: str | None = None
    """Another id of it."""
    start: datetime | None = None
    """From when on."""
    end: datetime | None = None
    """Until when."""
    created_at: datetime | None = None
    """When it was entered."""
    updated_at: datetime | None = None
    """When it was last changed."""
    notes: str | None = None
    """What visitors are told."""
    reason: Mapping[str, Any] | None = None
    """Why: `{emoji, reason}`."""
    reason_id: int | None = None
    """The reason's number."""
    user: DeliveredPerson | None = None
    """Who is away."""
    to_user: DeliveredPerson | None = None
    """Who stands in; None for nobody."""


@record
class OutOfOfficePayload(Record):
    """OOO_CREATED: somebody will be away."""

    ooo_entry: OutOfOfficeAbsence | None = None
    """When and why."""


@record
class InstantMeetingPayload(Record):
    """INSTANT_MEETING and INSTANT_MEETING_ACCEPTED: somebody waits for a host; written like a notification."""

    title: str | None = None
    """The notification's title."""
    body: str | None = None
    """Its text."""
    icon: str | None = None
    """Its picture."""
    url: str | None = secret()
    """Where to join."""
    actions: tuple[Mapping[str, Any], ...] = ()
    """Its buttons: `{action, title, type, image}`."""
    require_interaction: bool | None = None
    """Whether it stays until it is clicked."""
    type: str | None = None
    """Its kind."""
    uid: str | None = None
    """The booking, where it is told."""


@record
class CredentialPayload(Record):
    """DELEGATION_CREDENTIAL_…: a delegation credential failed, or its secret has to be or was replaced."""

    error: Mapping[str, Any] | None = None
    """What failed: `{type, message}`."""
    credential: Mapping[str, Any] | None = None
    """The credential: `{id, type, appId, delegationCredentialId}`."""
    user: DeliveredPerson | None = None
    """Whom it concerned."""


@record
class WrongAssignmentPayload(Record):
    """WRONG_ASSIGNMENT_REPORT: a booking went to the wrong host, somebody says."""

    booking: Mapping[str, Any] | None = None
    """The booking in short: `{uid, id, title, startTime, endTime, status, eventType}`."""
    report: Mapping[str, Any] | None = None
    """Who reported it, why it was assigned so, and whom it should go to."""
