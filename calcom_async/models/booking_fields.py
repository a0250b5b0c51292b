"""The questions of an event type's booking form, as Cal.com answers them: one set of records for both versions.

Version 2026-06-12 names a question by `field` (`name`, `email`, … or `custom`); 2024-06-14, the only one that
self-hosted servers know, by `type`, `slug` and `isDefault`. Both are read into the same records, told apart by what
the question is; `slug` says which question it is in either.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeAlias

from calcom_async.core.records import Record, Unknown, record, tagged_union

__all__ = [
    "BookingField",
    "BookingFieldType",
    "BookingFields",
    "CustomField",
    "DefaultField",
    "EmailField",
    "LocationField",
    "NameField",
    "SplitNameField",
]


class BookingFieldType(StrEnum):
    """How the booker answers a question; the comment says which version uses the word."""

    ADDRESS = "address"
    BOOLEAN = "boolean"  # 2024-06-14: one box to tick
    CHECKBOX = "checkbox"  # 2024-06-14: a group of boxes (`options`); 2026-06-12: one box
    CHECKBOX_GROUP = "checkboxGroup"  # 2026-06-12
    EMAIL = "email"
    LONG_TEXT = "longText"  # 2026-06-12
    MULTI_EMAIL = "multiEmail"  # 2026-06-12
    MULTI_SELECT = "multiSelect"  # 2026-06-12
    MULTIEMAIL = "multiemail"  # 2024-06-14
    MULTISELECT = "multiselect"  # 2024-06-14
    NAME = "name"  # 2024-06-14: the default question
    NUMBER = "number"
    PHONE = "phone"
    RADIO = "radio"  # 2024-06-14
    RADIO_GROUP = "radioGroup"  # 2026-06-12
    RADIO_INPUT = "radioInput"  # 2024-06-14: the default question for the location
    SELECT = "select"
    SHORT_TEXT = "shortText"  # 2026-06-12
    TEXT = "text"  # 2024-06-14
    TEXTAREA = "textarea"  # 2024-06-14
    URL = "url"


@record
class _Field(Record):
    """What every question has."""

    slug: str | None = None
    """The key of the answer in a booking's `bookingFieldsResponses`."""
    field: str | None = None
    """Which question it is: `name`, `email`, … or `custom`; None under 2024-06-14."""
    type: BookingFieldType | str | None = None
    """How it is answered; None for the default questions under 2026-06-12."""
    label: str | None = None
    """The text above it; None where the booking page shows its own."""
    required: bool | None = None
    """Whether it has to be answered."""
    hidden: bool | None = None
    """Whether the booking page leaves it out; hidden ones are answered to those who may edit the event type."""
    disable_on_prefill: bool | None = None
    """Whether a value in the page's URL (`?slug=value`) fills it in for good."""
    is_default: bool | None = None
    """Whether Cal.com put it there (2024-06-14); None under 2026-06-12, which says so by `field`."""


@record
class NameField(_Field):
    """The name of the booker, in one box."""

    variant: str | None = None
    """`fullName`; None under 2024-06-14."""
    placeholder: str | None = None
    """The text in the empty box."""


@record
class SplitNameField(_Field):
    """The name of the booker, in two boxes."""

    variant: str | None = None
    """`splitName`; None under 2024-06-14."""
    first_name_label: str | None = None
    """The text above the first name."""
    first_name_placeholder: str | None = None
    """The text in the empty box of the first name."""
    last_name_label: str | None = None
    """The text above the last name."""
    last_name_placeholder: str | None = None
    """The text in the empty box of the last name."""
    last_name_required: bool | None = None
    """Whether the last name has to be given (the first one always has)."""


@record
class EmailField(_Field):
    """The e-mail address of the booker."""

    placeholder: str | None = None
    """The text in the empty box."""
    exclude_emails: tuple[str, ...] = ()
    """Addresses or domains that can't book (2026-06-12)."""
    require_emails: tuple[str, ...] = ()
    """The only addresses or domains that can book (2026-06-12)."""


@record
class LocationField(_Field):
    """Where to meet; shown when the event type offers two locations or more."""


@record
class DefaultField(_Field):
    """Another question that Cal.com brings.

    By `slug`: `title`, `notes`, `guests`, `rescheduleReason`, `attendeePhoneNumber`, `smsReminderNumber` and
    `aiAgentCallPhoneNumber` (the last two come with workflows).
    """

    placeholder: str | None = None
    """The text in the empty box."""


@record
class CustomField(_Field):
    """A question that the owner of the event type added."""

    placeholder: str | None = None
    """The text in the empty box."""
    options: tuple[str, ...] = ()
    """What can be chosen, where there is a choice."""
    min_length: int | None = None
    """Fewest characters of a long text."""
    max_length: int | None = None
    """Most characters of a long text."""
    exclude_emails: tuple[str, ...] = ()
    """Addresses or domains that can't book (questions for an e-mail address)."""
    require_emails: tuple[str, ...] = ()
    """The only addresses or domains that can book (questions for an e-mail address)."""


BookingField: TypeAlias = NameField | SplitNameField | EmailField | LocationField | DefaultField | CustomField | Unknown
"""One question of a booking form; `Unknown` is one that this release, or the server itself, could not name."""


_DEFAULTS = (
    "title",
    "notes",
    "guests",
    "rescheduleReason",
    "attendeePhoneNumber",
    "smsReminderNumber",
    "aiAgentCallPhoneNumber",
)


def _kind(wire: Mapping[str, Any]) -> Any:
    """Which record a question is read into, from either version's words."""
    if "field" in wire:
        field = wire["field"]
        if field == "name":
            return "splitName" if wire.get("variant") == "splitName" else "name"
        return "default" if field in _DEFAULTS else field
    if wire.get("type") in ("name", "splitName"):
        return wire["type"]
    if wire.get("isDefault") is True:
        return wire["slug"] if wire.get("slug") in ("email", "location") else "default"
    return "custom" if "type" in wire else None


tagged_union(
    BookingField,
    "field",
    {
        "name": NameField,
        "splitName": SplitNameField,
        "email": EmailField,
        "location": LocationField,
        "default": DefaultField,
        "custom": CustomField,
    },
    key=_kind,
)


@record
class BookingFields(Record):
    """The questions of an event type's booking form."""

    booking_fields: tuple[BookingField, ...] = ()
    """Each of them, in order."""
