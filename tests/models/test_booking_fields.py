"""Questions of the booking form: both versions' words give the same records."""

from typing import Any

import pytest

from calcom_async.core.codec import decode
from calcom_async.core.records import Record, Unknown
from calcom_async.models.booking_fields import (
    BookingFieldType,
    CustomField,
    DefaultField,
    EmailField,
    LocationField,
    NameField,
    SplitNameField,
)
from calcom_async.models.event_types import EventType

OLD: list[tuple[dict[str, Any], type[Record]]] = [
    ({"isDefault": True, "type": "name", "slug": "name", "required": True, "label": "Who?"}, NameField),
    ({"isDefault": True, "type": "splitName", "slug": "name", "firstNameLabel": "First"}, SplitNameField),
    ({"isDefault": True, "type": "email", "slug": "email", "required": True, "hidden": False}, EmailField),
    ({"isDefault": True, "type": "radioInput", "slug": "location", "required": False, "hidden": False}, LocationField),
    ({"isDefault": True, "type": "text", "slug": "title", "required": True, "hidden": True}, DefaultField),
    ({"isDefault": True, "type": "textarea", "slug": "notes", "required": False, "hidden": False}, DefaultField),
    ({"isDefault": True, "type": "multiemail", "slug": "guests", "disableOnPrefill": False}, DefaultField),
    ({"isDefault": True, "type": "phone", "slug": "attendeePhoneNumber", "hidden": True}, DefaultField),
    ({"isDefault": False, "type": "email", "slug": "second-email", "label": "Another"}, CustomField),
    ({"isDefault": False, "type": "checkbox", "slug": "boxes", "options": ["A", "B"]}, CustomField),
    ({"isDefault": False, "type": "hologram", "slug": "h"}, CustomField),
]
NEW: list[tuple[dict[str, Any], type[Record]]] = [
    ({"field": "name", "slug": "name", "variant": "fullName", "disableOnPrefill": False}, NameField),
    ({"field": "name", "slug": "name", "variant": "splitName", "lastNameRequired": True}, SplitNameField),
    ({"field": "email", "slug": "email", "required": True, "excludeEmails": ["example.com"]}, EmailField),
    ({"field": "location", "slug": "location", "label": "Where?"}, LocationField),
    *[
        ({"field": slug, "slug": slug, "required": False, "hidden": False, "disableOnPrefill": False}, DefaultField)
        for slug in (
            "title",
            "notes",
            "guests",
            "rescheduleReason",
            "attendeePhoneNumber",
            "smsReminderNumber",
            "aiAgentCallPhoneNumber",
        )
    ],
    (
        {"field": "custom", "slug": "why", "type": "longText", "label": "Why?", "minLength": 0, "maxLength": 9},
        CustomField,
    ),
    (
        {"field": "custom", "slug": "mail", "type": "email", "label": "M", "requireEmails": ["@example.com"]},
        CustomField,
    ),
    ({"field": "custom", "slug": "box", "type": "checkbox", "label": "I agree"}, CustomField),
]
NOT_KNOWN: list[dict[str, Any]] = [
    {"field": "unknown", "slug": "unknown", "bookingField": '{"type":"moon"}'},
    {"field": "moonPhase", "slug": "moonPhase"},
    {"field": None},
    {"field": ["name"]},
    {"slug": "title"},
    {},
]


def read(wire: dict[str, Any]) -> Any:
    event_type = decode({"id": 1, "bookingFields": [wire]}, EventType)
    assert event_type.to_dict() == {"id": 1, "bookingFields": [wire]}
    return event_type.booking_fields[0]


@pytest.mark.parametrize(
    ("wire", "kind"), OLD + NEW, ids=lambda x: str(x.get("slug", "")) if isinstance(x, dict) else ""
)
def test_each_question_has_its_record(wire: dict[str, Any], kind: type[Record]) -> None:
    field = read(wire)
    assert type(field) is kind
    assert dict(field.extra) == {}
    assert field.slug == wire["slug"]


@pytest.mark.parametrize("wire", NOT_KNOWN, ids=str)
def test_what_nobody_knows_is_kept_whole(wire: dict[str, Any]) -> None:
    field = read(wire)
    assert type(field) is Unknown
    assert dict(field.extra) == wire


def test_types_are_an_open_set() -> None:
    assert read({"isDefault": False, "type": "textarea", "slug": "x"}).type is BookingFieldType.TEXTAREA
    assert read({"isDefault": False, "type": "hologram", "slug": "x"}).type == "hologram"


def test_what_is_not_there_reads_as_nothing() -> None:
    field = read({"field": "custom", "type": "select", "slug": "x", "options": None, "placeholder": None})
    assert field.options == ()
    assert field.placeholder is None
    assert field.required is None
