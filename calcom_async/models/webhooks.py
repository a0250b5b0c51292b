"""Webhooks: which events Cal.com delivers, where to, and how they are signed."""

from __future__ import annotations

from enum import StrEnum

from calcom_async.core.records import Record, field, record, secret

__all__ = ["Webhook", "WebhookTimeUnit", "WebhookTrigger", "WebhookVersion"]


class WebhookTrigger(StrEnum):
    """The events that can be delivered; Cal.com adds more, which stay text."""

    AFTER_GUESTS_CAL_VIDEO_NO_SHOW = "AFTER_GUESTS_CAL_VIDEO_NO_SHOW"
    AFTER_HOSTS_CAL_VIDEO_NO_SHOW = "AFTER_HOSTS_CAL_VIDEO_NO_SHOW"
    BOOKING_CANCELLED = "BOOKING_CANCELLED"
    BOOKING_CREATED = "BOOKING_CREATED"
    BOOKING_LOCATION_UPDATED = "BOOKING_LOCATION_UPDATED"
    BOOKING_NO_SHOW_UPDATED = "BOOKING_NO_SHOW_UPDATED"
    BOOKING_PAID = "BOOKING_PAID"
    BOOKING_PAYMENT_INITIATED = "BOOKING_PAYMENT_INITIATED"
    BOOKING_REASSIGNED = "BOOKING_REASSIGNED"
    BOOKING_REJECTED = "BOOKING_REJECTED"
    BOOKING_REQUESTED = "BOOKING_REQUESTED"
    BOOKING_RESCHEDULED = "BOOKING_RESCHEDULED"
    CALENDAR_ENTRY_REJECTED = "CALENDAR_ENTRY_REJECTED"
    DELEGATION_CREDENTIAL_ERROR = "DELEGATION_CREDENTIAL_ERROR"
    DELEGATION_CREDENTIAL_ROTATION_REQUIRED = "DELEGATION_CREDENTIAL_ROTATION_REQUIRED"
    DELEGATION_CREDENTIAL_SECRET_ROTATED = "DELEGATION_CREDENTIAL_SECRET_ROTATED"  # noqa: S105 - the event's name
    DELEGATION_CREDENTIAL_SECRET_ROTATION_FAILED = "DELEGATION_CREDENTIAL_SECRET_ROTATION_FAILED"  # noqa: S105 - as above
    FORM_SUBMITTED = "FORM_SUBMITTED"
    FORM_SUBMITTED_NO_EVENT = "FORM_SUBMITTED_NO_EVENT"
    INSTANT_MEETING = "INSTANT_MEETING"
    INSTANT_MEETING_ACCEPTED = "INSTANT_MEETING_ACCEPTED"
    MEETING_ENDED = "MEETING_ENDED"
    MEETING_STARTED = "MEETING_STARTED"
    OOO_CREATED = "OOO_CREATED"
    RECORDING_READY = "RECORDING_READY"
    RECORDING_TRANSCRIPTION_GENERATED = "RECORDING_TRANSCRIPTION_GENERATED"
    ROUTING_FORM_FALLBACK_HIT = "ROUTING_FORM_FALLBACK_HIT"
    WRONG_ASSIGNMENT_REPORT = "WRONG_ASSIGNMENT_REPORT"


class WebhookTimeUnit(StrEnum):
    """The unit of a webhook's `time`."""

    DAY = "DAY"
    HOUR = "HOUR"
    MINUTE = "MINUTE"


class WebhookVersion(StrEnum):
    """The format of the deliveries."""

    V2021_10_20 = "2021-10-20"
    V2026_07_27 = "2026-07-27"
    """Adds calendar files (`attendeeIcsContent`, `organizerIcsContent`) to bookings made, paid, moved or cancelled."""


@record
class Webhook(Record):
    """A subscription to events. One of the four owner ids says whose events they are."""

    id: int | str
    """The webhook's id: a UUID live, a number by the document."""
    subscriber_url: str | None = None
    """Where events are delivered to; an owner has each URL once."""
    active: bool | None = None
    """Whether events are delivered. Cal.com switches it off after repeated failures."""
    triggers: tuple[WebhookTrigger | str, ...] = ()
    """The events."""
    payload_template: str | None = None
    """What is delivered instead of the usual form: JSON text with `{{variables}}`."""
    secret: str | None = secret()
    """The key of the signature; None: deliveries are not signed."""
    time: int | None = None
    """How long after the start the no-show events are decided, in `time_unit`."""
    time_unit: WebhookTimeUnit | str | None = None
    """The unit of `time`."""
    version: WebhookVersion | str | None = None
    """The format of the deliveries; None from self-hosted servers, which know one only."""
    user_id: int | None = None
    """The user whose events these are."""
    event_type_id: int | None = None
    """The event type whose events these are."""
    team_id: int | None = None
    """The organization (or team) whose events these are."""
    oauth_client_id: str | None = field("oAuthClientId")
    """The OAuth client whose users' events these are."""
