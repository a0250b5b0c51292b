"""The questions of an event type's booking form, as they are sent.

Two forms, and the form decides the version that is asked for:

- with `field` (`NewNameField` … `NewCustomField`): version 2026-06-12, which only the hosted Cal.com has;
- without it (`NewClassicField`): version 2024-06-14, which every server has.

One list holds one form. A list replaces all questions of the event type: to change one, send them all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from calcom_async.core.records import Input, record, tagged_union
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.booking_fields import BookingField, BookingFieldType

__all__ = [
    "BookingFieldInput",
    "NewBookingField",
    "NewClassicField",
    "NewCustomField",
    "NewDefaultField",
    "NewEmailField",
    "NewLocationField",
    "NewNameField",
    "NewSplitNameField",
]


@record
class NewNameField(Input):
    """The name of the booker, in one box (2026-06-12)."""

    field: Literal["name"] = "name"
    """Which question."""
    variant: Literal["fullName"] = "fullName"
    """One box for the whole name."""
    slug: str | Unset = UNSET
    """Always `name`; need not be given."""
    label: str | Unset = UNSET
    """The text above the box."""
    placeholder: str | Unset = UNSET
    """The text in the empty box."""
    disable_on_prefill: bool | Unset = UNSET
    """Whether a value in the page's URL (`?name=Ada`) fills it in for good."""


@record
class NewSplitNameField(Input):
    """The name of the booker, in two boxes (2026-06-12)."""

    field: Literal["name"] = "name"
    """Which question."""
    variant: Literal["splitName"] = "splitName"
    """One box for the first name and one for the last."""
    slug: str | Unset = UNSET
    """Always `name`; need not be given."""
    first_name_label: str | Unset = UNSET
    """The text above the first name."""
    first_name_placeholder: str | Unset = UNSET
    """The text in the empty box of the first name."""
    last_name_label: str | Unset = UNSET
    """The text above the last name."""
    last_name_placeholder: str | Unset = UNSET
    """The text in the empty box of the last name."""
    last_name_required: bool | Unset = UNSET
    """Whether the last name has to be given (the first one always has)."""
    disable_on_prefill: bool | Unset = UNSET
    """Whether a value in the page's URL fills it in for good."""


@record
class NewEmailField(Input):
    """The e-mail address of the booker (2026-06-12)."""

    field: Literal["email"] = "email"
    """Which question."""
    slug: str | Unset = UNSET
    """Always `email`; need not be given."""
    required: bool | Unset = UNSET
    """False, together with `hidden` and a required `attendeePhoneNumber`, lets people book by phone number alone."""
    hidden: bool | Unset = UNSET
    """Whether the booking page leaves it out."""
    label: str | Unset = UNSET
    """The text above the box."""
    placeholder: str | Unset = UNSET
    """The text in the empty box."""
    disable_on_prefill: bool | Unset = UNSET
    """Whether a value in the page's URL (`?email=ada@example.com`) fills it in for good."""
    exclude_emails: Sequence[str] | Unset = UNSET
    """Who can't book: addresses (`ada@example.com`) or domains (`example.com`); case does not matter."""
    require_emails: Sequence[str] | Unset = UNSET
    """Who alone can book: addresses or domains, as above."""


@record
class NewLocationField(Input):
    """Where to meet, shown when the event type offers two locations or more (2026-06-12)."""

    field: Literal["location"] = "location"
    """Which question."""
    slug: str | Unset = UNSET
    """Always `location`; need not be given."""
    label: str | Unset = UNSET
    """The text above it."""


@record
class NewDefaultField(Input):
    """Another question that Cal.com brings (2026-06-12).

    At least one of the e-mail address and `attendeePhoneNumber` has to be shown and required.
    """

    field: Literal[
        "title",
        "notes",
        "guests",
        "rescheduleReason",
        "attendeePhoneNumber",
        "smsReminderNumber",
        "aiAgentCallPhoneNumber",
    ]
    """Which question; the last two come with workflows and are ignored here."""
    slug: str | Unset = UNSET
    """The same word as `field`; need not be given."""
    required: bool | Unset = UNSET
    """Whether it has to be answered."""
    hidden: bool | Unset = UNSET
    """Whether the booking page leaves it out."""
    label: str | Unset = UNSET
    """The text above it."""
    placeholder: str | Unset = UNSET
    """The text in the empty box."""
    disable_on_prefill: bool | Unset = UNSET
    """Whether a value in the page's URL (`?notes=…`) fills it in for good."""


@record
class NewCustomField(Input):
    """A question of your own (2026-06-12)."""

    field: Literal["custom"] = "custom"
    """Says that it is yours."""
    type: BookingFieldType | str
    """`address`, `checkbox`, `checkboxGroup`, `email`, `longText`, `multiEmail`, `multiSelect`, `number`, `phone`,
    `radioGroup`, `select`, `shortText` or `url`."""
    slug: str
    """The key of its answers: lower-case letters, digits and single hyphens, beginning with a letter."""
    label: str
    """The text above it."""
    required: bool | Unset = UNSET
    """Whether it has to be answered."""
    hidden: bool | Unset = UNSET
    """Whether the booking page leaves it out."""
    placeholder: str | Unset = UNSET
    """The text in the empty box."""
    disable_on_prefill: bool | Unset = UNSET
    """Whether a value in the page's URL (`?slug=value`) fills it in for good."""
    options: Sequence[str] | Unset = UNSET
    """What can be chosen; needed by `select`, `multiSelect`, `checkboxGroup` and `radioGroup`."""
    min_length: int | Unset = UNSET
    """Fewest characters of a `longText`, 0 to 1000."""
    max_length: int | Unset = UNSET
    """Most characters of a `longText`, 0 to 1000."""
    exclude_emails: Sequence[str] | Unset = UNSET
    """Who can't book, for an `email`: addresses or domains."""
    require_emails: Sequence[str] | Unset = UNSET
    """Who alone can book, for an `email`: addresses or domains."""


@record
class NewClassicField(Input):
    """Any question, in the words of version 2024-06-14.

    The name and the e-mail address are named by `type`, the other questions of Cal.com by `slug`, your own by both.
    """

    type: BookingFieldType | str | Unset = UNSET
    """`name` or `email`; for your own `address`, `boolean`, `checkbox`, `multiemail`, `multiselect`, `number`, `phone`,
    `radio`, `select`, `text`, `textarea` or `url`. Servers ask for a `number` but refuse every answer to it."""
    slug: str | Unset = UNSET
    """`title`, `location`, `notes`, `guests` or `rescheduleReason`; your own key for a question of yours."""
    label: str | Unset = UNSET
    """The text above it; needed by `name`, `email` and your own."""
    required: bool | Unset = UNSET
    """Whether it has to be answered; needed by your own."""
    hidden: bool | Unset = UNSET
    """Whether the booking page leaves it out; needed by your own."""
    placeholder: str | Unset = UNSET
    """The text in the empty box; needed by `name`, `email` and your own where they have a box."""
    options: Sequence[str] | Unset = UNSET
    """What can be chosen; needed by `select`, `multiselect`, `checkbox` and `radio`."""
    disable_on_prefill: bool | Unset = UNSET
    """Whether a value in the page's URL (`?slug=value`) fills it in for good."""
    first_name_label: str | Unset = UNSET
    """For `splitName`, which servers know beyond the document: the text above the first name."""
    first_name_placeholder: str | Unset = UNSET
    """For `splitName`: the text in the empty box of the first name."""
    last_name_label: str | Unset = UNSET
    """For `splitName`: the text above the last name."""
    last_name_placeholder: str | Unset = UNSET
    """For `splitName`: the text in the empty box of the last name."""
    last_name_required: bool | Unset = UNSET
    """For `splitName`: whether the last name has to be given."""


NewBookingField: TypeAlias = (
    NewNameField
    | NewSplitNameField
    | NewEmailField
    | NewLocationField
    | NewDefaultField
    | NewCustomField
    | NewClassicField
)
"""One question to ask."""

_MEMBERS: Mapping[str, type[Input]] = {
    "name": NewNameField,
    "splitName": NewSplitNameField,
    "email": NewEmailField,
    "location": NewLocationField,
    "title": NewDefaultField,
    "notes": NewDefaultField,
    "guests": NewDefaultField,
    "rescheduleReason": NewDefaultField,
    "attendeePhoneNumber": NewDefaultField,
    "smsReminderNumber": NewDefaultField,
    "aiAgentCallPhoneNumber": NewDefaultField,
    "custom": NewCustomField,
    "classic": NewClassicField,
}


def _kind(given: Mapping[str, Any]) -> Any:
    if "field" not in given:
        return "classic"
    return "splitName" if given["field"] == "name" and given.get("variant") == "splitName" else given["field"]


tagged_union(NewBookingField, "field", _MEMBERS, key=_kind)

BookingFieldInput: TypeAlias = NewBookingField | BookingField | Mapping[str, Any]
"""What is accepted for a question: a record, one of an answer, or a mapping in the words of either version."""
