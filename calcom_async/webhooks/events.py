"""The events a delivery can be: a class for each form of payload, and which trigger has which."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Generic, Literal, TypeAlias, TypeVar, get_args

import attrs

from calcom_async.core.records import Record
from calcom_async.errors import DecodeError
from calcom_async.models.webhooks import WebhookTrigger, WebhookVersion
from calcom_async.webhooks.payloads import (
    BookingPayload,
    CredentialPayload,
    FormPayload,
    InstantMeetingPayload,
    MeetingPayload,
    NoShowPayload,
    OutOfOfficePayload,
    RecordingPayload,
    RoutingFallbackPayload,
    VideoNoShowPayload,
    WrongAssignmentPayload,
)

__all__ = [
    "BookingEvent",
    "BookingTrigger",
    "CredentialEvent",
    "CredentialTrigger",
    "Event",
    "FormEvent",
    "FormTrigger",
    "InstantMeetingEvent",
    "InstantMeetingTrigger",
    "MeetingEvent",
    "MeetingTrigger",
    "NoShowEvent",
    "OpenEvent",
    "OutOfOfficeEvent",
    "RecordingEvent",
    "RecordingTrigger",
    "RoutingFallbackEvent",
    "TemplatedEvent",
    "VideoNoShowEvent",
    "VideoNoShowTrigger",
    "WrongAssignmentEvent",
    "event_class",
]

P = TypeVar("P")

BookingTrigger: TypeAlias = Literal[
    "BOOKING_CANCELLED",
    "BOOKING_CREATED",
    "BOOKING_LOCATION_UPDATED",
    "BOOKING_PAID",
    "BOOKING_PAYMENT_INITIATED",
    "BOOKING_REASSIGNED",
    "BOOKING_REJECTED",
    "BOOKING_REQUESTED",
    "BOOKING_RESCHEDULED",
    "CALENDAR_ENTRY_REJECTED",
]
CredentialTrigger: TypeAlias = Literal[
    "DELEGATION_CREDENTIAL_ERROR",
    "DELEGATION_CREDENTIAL_ROTATION_REQUIRED",
    "DELEGATION_CREDENTIAL_SECRET_ROTATED",
    "DELEGATION_CREDENTIAL_SECRET_ROTATION_FAILED",
]
FormTrigger: TypeAlias = Literal["FORM_SUBMITTED", "FORM_SUBMITTED_NO_EVENT"]
InstantMeetingTrigger: TypeAlias = Literal["INSTANT_MEETING", "INSTANT_MEETING_ACCEPTED"]
MeetingTrigger: TypeAlias = Literal["MEETING_ENDED", "MEETING_STARTED"]
RecordingTrigger: TypeAlias = Literal["RECORDING_READY", "RECORDING_TRANSCRIPTION_GENERATED"]
VideoNoShowTrigger: TypeAlias = Literal["AFTER_GUESTS_CAL_VIDEO_NO_SHOW", "AFTER_HOSTS_CAL_VIDEO_NO_SHOW"]


@attrs.frozen(kw_only=True)
class Event(Generic[P]):
    """Something happened: a delivery, read.

    Attributes:
        trigger: What happened; an event this release does not know stays text; None where a template does not say.
        created_at: When Cal.com wrote the delivery; None where it does not say (templates, MEETING_STARTED and
            MEETING_ENDED, whose `createdAt` is the booking's).
        payload: What it tells.
        version: The format of the payload; None from self-hosted servers, which send none.
        digest: The SHA-256 of the body in hex: the same for a repeat, as deliveries have no id.
        problems: Fields that did not fit their type, by path; they are in `payload.extra` as they came.
    """

    trigger: WebhookTrigger | str | None
    created_at: datetime | None = None
    payload: P = attrs.field(repr=False)
    version: WebhookVersion | str | None = None
    digest: str
    problems: tuple[DecodeError, ...] = attrs.field(default=(), eq=False)
    _around: Mapping[str, Any] | None = attrs.field(default=None, alias="around", eq=False, repr=False)
    """The body without the payload's fields; None where the body is the payload."""
    _flat: bool = attrs.field(default=False, alias="flat", eq=False, repr=False)

    @property
    def uid(self) -> str | None:
        """The uid of the booking it is about, where it tells."""
        payload: Any = self.payload
        if isinstance(payload, WrongAssignmentPayload):
            payload = payload.booking
        names = ("uid", "bookingUid") if isinstance(payload, Mapping) else ("uid", "booking_uid")
        for name in names:
            found = payload.get(name) if isinstance(payload, Mapping) else getattr(payload, name, None)
            if isinstance(found, str):
                return found
        return None

    @property
    def repeat_key(self) -> str | None:
        """What tells a repeat: the digest; None for a template's body, which two events may well share."""
        if self._around is None or (self.created_at is None and not (self._flat and self.uid)):
            return None
        return self.digest

    def to_dict(self) -> Any:
        """The body as it came, as JSON values; the text of a form."""
        told: Any = self.payload.to_dict() if isinstance(self.payload, Record) else self.payload
        if self._around is None:
            return told
        return {**self._around, **told} if self._flat else {**self._around, "payload": told}


@attrs.frozen(kw_only=True)
class BookingEvent(Event[BookingPayload]):
    """Something happened to a booking: BOOKING_CREATED, _CANCELLED, _RESCHEDULED … (not its no-shows)."""


@attrs.frozen(kw_only=True)
class NoShowEvent(Event[NoShowPayload]):
    """BOOKING_NO_SHOW_UPDATED."""


@attrs.frozen(kw_only=True)
class MeetingEvent(Event[MeetingPayload]):
    """MEETING_STARTED and MEETING_ENDED."""


@attrs.frozen(kw_only=True)
class VideoNoShowEvent(Event[VideoNoShowPayload]):
    """AFTER_HOSTS_CAL_VIDEO_NO_SHOW and AFTER_GUESTS_CAL_VIDEO_NO_SHOW."""


@attrs.frozen(kw_only=True)
class RecordingEvent(Event[RecordingPayload]):
    """RECORDING_READY and RECORDING_TRANSCRIPTION_GENERATED."""


@attrs.frozen(kw_only=True)
class FormEvent(Event[FormPayload]):
    """FORM_SUBMITTED and FORM_SUBMITTED_NO_EVENT."""


@attrs.frozen(kw_only=True)
class RoutingFallbackEvent(Event[RoutingFallbackPayload]):
    """ROUTING_FORM_FALLBACK_HIT."""


@attrs.frozen(kw_only=True)
class OutOfOfficeEvent(Event[OutOfOfficePayload]):
    """OOO_CREATED."""


@attrs.frozen(kw_only=True)
class InstantMeetingEvent(Event[InstantMeetingPayload]):
    """INSTANT_MEETING and INSTANT_MEETING_ACCEPTED."""


@attrs.frozen(kw_only=True)
class CredentialEvent(Event[CredentialPayload]):
    """DELEGATION_CREDENTIAL_ERROR, _ROTATION_REQUIRED, _SECRET_ROTATED and _SECRET_ROTATION_FAILED."""


@attrs.frozen(kw_only=True)
class WrongAssignmentEvent(Event[WrongAssignmentPayload]):
    """WRONG_ASSIGNMENT_REPORT."""


@attrs.frozen(kw_only=True)
class OpenEvent(Event[Any]):
    """An event this release does not know, or a payload that is no object; the payload is the JSON value."""


@attrs.frozen(kw_only=True)
class TemplatedEvent(Event[Any]):
    """A body made by a webhook's template that does not name its event: a JSON value, or the text of a form."""

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form body; Cal.com fills templates in without encoding, so nothing is decoded."""
        if not isinstance(self.payload, str):
            return {}
        pairs = (part.partition("=") for part in self.payload.split("&") if part)
        return {name: value for name, _, value in pairs}


_CLASSES: Mapping[type[Event[Any]], tuple[type[Record], str]] = {
    BookingEvent: (BookingPayload, " ".join(get_args(BookingTrigger))),
    NoShowEvent: (NoShowPayload, "BOOKING_NO_SHOW_UPDATED"),
    MeetingEvent: (MeetingPayload, "MEETING_STARTED MEETING_ENDED"),
    VideoNoShowEvent: (VideoNoShowPayload, "AFTER_HOSTS_CAL_VIDEO_NO_SHOW AFTER_GUESTS_CAL_VIDEO_NO_SHOW"),
    RecordingEvent: (RecordingPayload, "RECORDING_READY RECORDING_TRANSCRIPTION_GENERATED"),
    FormEvent: (FormPayload, "FORM_SUBMITTED FORM_SUBMITTED_NO_EVENT"),
    RoutingFallbackEvent: (RoutingFallbackPayload, "ROUTING_FORM_FALLBACK_HIT"),
    OutOfOfficeEvent: (OutOfOfficePayload, "OOO_CREATED"),
    InstantMeetingEvent: (InstantMeetingPayload, "INSTANT_MEETING INSTANT_MEETING_ACCEPTED"),
    CredentialEvent: (CredentialPayload, " ".join(get_args(CredentialTrigger))),
    WrongAssignmentEvent: (WrongAssignmentPayload, "WRONG_ASSIGNMENT_REPORT"),
}
_BY_TRIGGER = {
    trigger: (event, payload) for event, (payload, triggers) in _CLASSES.items() for trigger in triggers.split()
}


def event_class(trigger: str) -> tuple[type[Event[Any]], type[Record]] | None:
    """The event and payload classes of a trigger; None for one this release does not know."""
    return _BY_TRIGGER.get(trigger)
