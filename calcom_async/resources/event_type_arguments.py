"""From the arguments of an event type to what is sent: the body, and the version that understands it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from calcom_async.core.inputs import check_names, fields, part, parts
from calcom_async.core.records import Record
from calcom_async.core.unset import UNSET, Disabled
from calcom_async.errors import InvalidRequestError
from calcom_async.models.booking_field_inputs import NewBookingField, NewClassicField
from calcom_async.models.booking_fields import DefaultField, LocationField
from calcom_async.models.event_type_inputs import (
    EventTypeChanges,
    NewBookerActiveBookingsLimit,
    NewBookerLayouts,
    NewBookingLimitsCount,
    NewBookingLimitsDuration,
    NewBookingWindow,
    NewCalVideoSettings,
    NewConfirmationPolicy,
    NewDisableCancelling,
    NewDisableRescheduling,
    NewEventTypeColor,
    NewEventTypeDestinationCalendar,
    NewEventTypeEmailSettings,
    NewHost,
    NewRecurrence,
    NewSeats,
    TeamEventTypeChanges,
)
from calcom_async.models.event_type_locations import EventTypeIntegrationLocation, NewEventTypeLocation
from calcom_async.models.event_type_settings import CalVideoSettings
from calcom_async.models.event_types import EventTypeHost

__all__ = ["ARGUMENTS", "BOTH", "TEAM_ARGUMENTS", "Arguments", "event_type_body", "event_type_versions"]

OLD, NEW = "2024-06-14", "2026-06-12"
BOTH = (OLD, NEW)
"""The older version first: hosted and self-hosted Cal.com both have it."""

_ONE: Mapping[str, Any] = {
    "seats": NewSeats | Disabled,
    "recurrence": NewRecurrence | Disabled,
    "confirmation_policy": NewConfirmationPolicy | Disabled,
    "booking_limits_count": NewBookingLimitsCount | Disabled,
    "booking_limits_duration": NewBookingLimitsDuration | Disabled,
    "booker_active_bookings_limit": NewBookerActiveBookingsLimit | Disabled,
    "booking_window": NewBookingWindow | Disabled,
    "booker_layouts": NewBookerLayouts,
    "color": NewEventTypeColor,
    "destination_calendar": NewEventTypeDestinationCalendar,
    "email_settings": NewEventTypeEmailSettings,
    "cal_video_settings": NewCalVideoSettings,
    "disable_cancelling": NewDisableCancelling,
    "disable_rescheduling": NewDisableRescheduling,
}
_MANY: Mapping[str, Any] = {"locations": NewEventTypeLocation, "booking_fields": NewBookingField, "hosts": NewHost}
_WIRE_NAMES: Mapping[str, str] = {"allow_rr_host_choice_on_reschedule": "allowRRHostChoiceOnReschedule"}


@attrs.frozen(kw_only=True)
class Arguments:
    """The arguments that an operation knows, and those of them that only the newer version knows."""

    known: frozenset[str]
    newer: frozenset[str]


_NEWER = frozenset(
    {
        "booking_proposal_count",
        "private_note_enabled",
        "private_note_mode",
        "private_note_template",
        "skip_attendee_email_deliverability_check",
    }
)
ARGUMENTS = Arguments(known=frozenset(EventTypeChanges.__annotations__), newer=_NEWER | {"email_settings"})
"""Of your own event types."""
TEAM_ARGUMENTS = Arguments(
    known=frozenset(TeamEventTypeChanges.__annotations__), newer=_NEWER | {"allow_rr_host_choice_on_reschedule"}
)
"""Of a team's event types, whose e-mail settings both versions know."""


def event_type_body(given: Mapping[str, Any], arguments: Arguments) -> dict[str, Any]:
    """The wire body of what was given.

    Raises:
        InvalidRequestError: an argument that does not exist, or a nested part that is not what it should be.
    """
    check_names(given, arguments.known)
    wire: dict[str, Any] = {}
    for name, value in given.items():
        wire.update(_wire_field(name, value))
    return wire


def _wire_field(name: str, value: Any) -> Mapping[str, Any]:
    if name in _ONE:
        value = part(_ONE[name], _sendable(value), name)
    elif name in _MANY:
        many = [_sendable(item) for item in value] if isinstance(value, list | tuple) else value
        value = parts(_MANY[name], many, name)
    sent = fields(**{name: value})
    return {_WIRE_NAMES[name]: next(iter(sent.values()))} if sent and name in _WIRE_NAMES else sent


_ANSWER_ONLY: tuple[tuple[type[Record], frozenset[str]], ...] = (
    (EventTypeHost, frozenset({"name", "username", "avatarUrl"})),
    (EventTypeIntegrationLocation, frozenset({"link", "credentialId"})),
    (CalVideoSettings, frozenset({"eventTypeId", "requireEmailForGuests", "createdAt", "updatedAt"})),
    (DefaultField, frozenset({"isDefault", "type"})),
    (LocationField, frozenset({"isDefault", "type", "required", "hidden"})),
    (Record, frozenset({"isDefault"})),
)
"""What answers say and requests don't know, so that a part of an answer can be sent back."""


def _sendable(value: Any) -> Any:
    if not isinstance(value, Record):
        return value
    dropped = next(keys for of, keys in _ANSWER_ONLY if isinstance(value, of))
    return {key: item for key, item in value.to_dict().items() if key not in dropped}


def event_type_versions(given: Mapping[str, Any], arguments: Arguments) -> tuple[str, ...]:
    """The versions that understand what was given, the preferred one first.

    Raises:
        InvalidRequestError: no version knows all of it.
    """
    names = {name for name, value in given.items() if value is not UNSET}
    needs_new = sorted(arguments.newer & names)
    needs_old = ["disable_guests"] if "disable_guests" in names else []
    forms = {_is_new_form(field) for field in _iterable(given.get("booking_fields"))}
    if True in forms:
        needs_new.append("booking_fields with 'field'")
    if False in forms:
        needs_old.append("booking_fields without 'field'")
    if needs_new and needs_old:
        raise InvalidRequestError(
            f"{needs_new[0]} needs version {NEW}, and {needs_old[0]} needs {OLD}: no version knows both"
        )
    return (NEW,) if needs_new else (OLD,) if needs_old else BOTH


def _iterable(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list | tuple) else ()


def _is_new_form(field: Any) -> bool:
    if isinstance(field, Record):
        field = field.to_dict()
    if isinstance(field, Mapping):
        return "field" in field
    return not isinstance(field, NewClassicField)
