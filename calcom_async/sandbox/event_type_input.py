"""Checking and reading what creates or changes an event type: settings, locations and booking fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from calcom_async.sandbox import event_type_wire, instants, validation
from calcom_async.sandbox.answers import bad_request_data, invalid, refusal
from calcom_async.sandbox.event_type_wire import HOSTED_ONLY, NEWEST_ONLY, OLD_KINDS, default_fields
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.validation import Field, Rule

_INTEGRATIONS: Final = ("cal-video", "google-meet", "zoom", "whereby-video", "whatsapp-video", "office365-video")
_LOCATIONS: Final[dict[str, tuple[str, Callable[[object], bool], str] | None]] = {
    "address": ("address", lambda value: isinstance(value, str), "address must be a string"),
    "link": ("link", lambda value: isinstance(value, str) and "://" in value, "link must be a URL address"),
    "phone": ("phone", validation.is_phone, "phone must be a valid phone number"),
    "integration": (
        "integration",
        lambda value: value in _INTEGRATIONS,
        f"integration must be one of the following values: {', '.join(_INTEGRATIONS)}",
    ),
    "attendeeAddress": None,
    "attendeePhone": None,
    "attendeeDefined": None,
    "organizersDefaultApp": None,
}
_NEED_PUBLIC: Final = ("address", "link", "phone")
_OPTIONED: Final = ("select", "multiselect", "checkbox", "radio")
_SYSTEM: Final = (
    "name",
    "email",
    "location",
    "title",
    "notes",
    "guests",
    "rescheduleReason",
    "attendeePhoneNumber",
    "smsReminderNumber",
    "aiAgentCallPhoneNumber",
)
_DEFAULT_SLUGS: Final = ("name", "email", "title", "location", "notes", "guests", "rescheduleReason")
_PERIODS: Final = ("day", "week", "month", "year")

_LENGTH: Final = (validation.at_least("lengthInMinutes", 1), validation.integer("lengthInMinutes"))
_OPTIONS: Final = (
    Rule(
        "min",
        "each value in lengthInMinutesOptions must not be less than 1",
        lambda values: isinstance(values, list) and all(validation.is_whole(each) and each >= 1 for each in values),
    ),
    Rule(
        "isInt",
        "each value in lengthInMinutesOptions must be an integer number",
        lambda values: isinstance(values, list) and all(validation.is_whole(each) for each in values),
    ),
)


def _window(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    if value.get("disabled") is True:
        return True
    if value.get("type") == "range":
        days = value.get("value")
        return isinstance(days, list) and len(days) == 2 and all(instants.parse(str(day)) is not None for day in days)
    return value.get("type") in ("businessDays", "calendarDays") and validation.is_whole(value.get("value"))


def _confirmation(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    if value.get("disabled") is True or value.get("type") == "always":
        return True
    threshold = value.get("noticeThreshold")
    return value.get("type") == "time" and isinstance(threshold, dict) and {"unit", "count"} <= threshold.keys()


def _counts(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    counts = [value[period] for period in _PERIODS if period in value]
    return all(validation.is_whole(count) for count in counts) and counts == sorted(counts)


def _recurs(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    if value.get("disabled") is True:
        return True
    whole = all(validation.is_whole(value.get(name)) and value[name] > 0 for name in ("interval", "occurrences"))
    return whole and value.get("frequency") in ("weekly", "monthly", "yearly")


def _rows(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def _fields(*, creating: bool) -> tuple[Field, ...]:
    whole = ("minimumBookingNotice", "beforeEventBuffer", "afterEventBuffer", "slotInterval", "offsetStart")
    truth = ("hidden", "disableGuests", "onlyShowFirstAvailableSlot", "requiresBookerEmailVerification")
    return (
        Field("lengthInMinutes", _LENGTH, required=creating),
        Field("lengthInMinutesOptions", _OPTIONS, required=False),
        Field("title", (validation.string("title"),), required=creating),
        Field("slug", (validation.string("slug"),), required=creating),
        Field("description", (validation.string("description"),), required=False),
        *(Field(name, (validation.at_least(name, 0), validation.integer(name)), required=False) for name in whole),
        *(Field(name, (validation.boolean(name),), required=False) for name in truth),
        Field(
            "bookingWindow",
            (Rule("ValidateBookingWindow", "Invalid bookingWindow structure.", _window),),
            required=False,
        ),
        Field(
            "confirmationPolicy",
            (
                Rule(
                    "ConfirmationPolicyValidator",
                    'Invalid requiresConfirmation structure. Use "type": "always" or provide a valid time and unit in'
                    ' "noticeThreshold" for "type": "time".',
                    _confirmation,
                ),
            ),
            required=False,
        ),
        Field(
            "bookingLimitsCount",
            (
                Rule(
                    "ValidateBookingLimitsCount",
                    "Invalid bookingLimitsCount: The number of bookings for day cannot exceed the number of bookings"
                    " for week.",
                    _counts,
                ),
            ),
            required=False,
        ),
        Field("seats", (validation.mapping("seats"),), required=False),
        Field("recurrence", (Rule("ValidateRecurrence", "Invalid recurrence structure.", _recurs),), required=False),
        Field("bookingLimitsDuration", (validation.mapping("bookingLimitsDuration"),), required=False),
        Field("locations", (Rule("isArray", "locations must be an array", _rows),), required=False),
        Field("bookingFields", (Rule("isArray", "bookingFields must be an array", _rows),), required=False),
        Field("scheduleId", (validation.integer("scheduleId"),), required=False),
        Field(
            "successRedirectUrl",
            (
                Rule(
                    "isUrl",
                    "successRedirectUrl must be a URL address",
                    lambda value: isinstance(value, str) and (not value or "://" in value),
                ),
            ),
            required=False,
        ),
    )


def check(body: object, *, creating: bool) -> dict[str, Any]:
    """Refuse what the real server refuses; otherwise the body."""
    target = dict(body) if isinstance(body, dict) else {}
    seats = target.get("seats")
    if isinstance(seats, dict) and not seats.get("disabled"):
        seats = target["seats"] = {"disabled": False, **seats}
    errors = validation.problems(target, _fields(creating=creating))
    if isinstance(seats, dict) and not seats.get("disabled"):
        rule = (validation.at_least("seatsPerTimeSlot", 1), validation.integer("seatsPerTimeSlot"))
        children = validation.problems(seats, (Field("seatsPerTimeSlot", rule),))
        if children:
            errors.append({"target": target, "value": seats, "property": "seats", "children": children})
    if errors:
        raise invalid(errors)
    for name, noun in (("locations", "location"), ("bookingFields", "booking field")):
        if target.get(name) == []:
            raise refusal(400, f"'{name}' must contain at least 1 {noun}.")
    for location in target.get("locations") or ():
        _check_location(location)
    _check_booking_fields(target.get("bookingFields") or ())
    limits = target.get("bookingLimitsCount")
    if isinstance(limits, dict) and not limits.get("disabled") and set(limits) - set(_PERIODS):
        raise bad_request_data()
    return target


def apply(record: Record, body: dict[str, Any]) -> Record:
    """Put what was sent into an event type. Unknown fields are dropped."""
    changed = dict(record)
    for name, value in body.items():
        if name in _TRANSLATED:
            continue
        if name == "customName" and value is None:
            changed.pop(name, None)
        elif value is None and name == "description":
            changed[name] = ""
        elif value is None and (name in _OPTIONAL or _FRESH.get(name) is not None):
            continue  # nothing to empty
        elif name in record or name in _OPTIONAL:
            changed[name] = value
    for name, translate in _TRANSLATED.items():
        if body.get(name) is not None:
            translate(changed, body[name])
    return changed


def _seats(record: Record, value: dict[str, Any]) -> None:
    record["seats"] = value if value.get("disabled") else {"disabled": False, **value}


def _recurrence(record: Record, value: dict[str, Any]) -> None:
    # Disabling it is accepted and does nothing, as on the real server.
    if not value.get("disabled"):
        record["recurrence"] = {"disabled": False, **value}


def _limits(name: str) -> Callable[[Record, dict[str, Any]], None]:
    def put(record: Record, value: dict[str, Any]) -> None:
        record[name] = {} if value.get("disabled") else value

    return put


def _durations(record: Record, value: dict[str, Any]) -> None:
    # What is no number of minutes is dropped, and with nothing left there is no limit.
    kept = {name: each for name, each in value.items() if validation.is_whole(each)}
    if value.get("disabled") or kept:
        record["bookingLimitsDuration"] = kept


def _length_options(record: Record, value: list[int]) -> None:
    record["lengthInMinutesOptions"] = value
    record["metadata"] = {**record["metadata"], "multipleDuration": value}


def _booking_fields(record: Record, value: list[dict[str, Any]]) -> None:
    record["bookingFields"] = merged_fields(value)


_TRANSLATED: Final[dict[str, Callable[[Record, Any], None]]] = {
    "seats": _seats,
    "recurrence": _recurrence,
    "bookingLimitsCount": _limits("bookingLimitsCount"),
    "bookingLimitsDuration": _durations,
    "lengthInMinutesOptions": _length_options,
    "bookingFields": _booking_fields,
}
_OPTIONAL: Final = frozenset(
    (
        *("customName", "color", "bookerLayouts", "bookingWindow", "confirmationPolicy", "locations"),
        *("destinationCalendar", "emailSettings"),
        *HOSTED_ONLY,
        *NEWEST_ONLY,
    )
)
_FRESH: Final = event_type_wire.new(0, None, title="", slug="", lengthInMinutes=0)
_FIXED: Final = ("id", "ownerId", "users", "metadata", "_")


def without_fixed(body: dict[str, Any]) -> dict[str, Any]:
    """The body without what cannot be set."""
    return {name: value for name, value in body.items() if name not in _FIXED}


def merged_fields(sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The default booking fields as changed by what was sent, the custom ones after the location."""
    by_slug = {each.get("slug", each.get("type")): each for each in sent}
    merged: list[dict[str, Any]] = []
    for default in default_fields():
        asked = by_slug.get(default["slug"], {})
        settable = ("label", "placeholder", "required", "hidden", "disableOnPrefill")
        merged.append(default | {name: asked[name] for name in settable if name in asked})
        if default["slug"] == "location":
            merged += [custom_field(each) for each in sent if each.get("slug", each["type"]) not in _DEFAULT_SLUGS]
    return merged


def custom_field(sent: dict[str, Any]) -> dict[str, Any]:
    """A custom booking field as kept, its gaps filled."""
    placeholder = {} if sent["type"] == "boolean" else {"placeholder": sent.get("placeholder", "")}
    return {
        "isDefault": False,
        "type": sent["type"],
        "slug": sent["slug"],
        "label": sent.get("label", ""),
        "required": sent.get("required", False),
        **placeholder,
        "disableOnPrefill": sent.get("disableOnPrefill", False),
        **({"options": sent["options"]} if "options" in sent else {}),
        "hidden": sent.get("hidden", False),
    }


def _check_location(location: dict[str, Any]) -> None:
    kind = location.get("type")
    if not isinstance(kind, str) or kind not in _LOCATIONS:
        raise refusal(
            400, f"Unsupported location type '{kind}'. Valid types are address, link, integration, and phone."
        )
    needed = _LOCATIONS[kind]
    if needed is None:
        return
    name, test, complaint = needed
    if not test(location.get(name)):
        raise refusal(400, f"Validation failed for {kind} location: {complaint}")
    if kind in _NEED_PUBLIC and not isinstance(location.get("public"), bool):
        raise refusal(400, f"Validation failed for {kind} location: public must be a boolean value")
    if kind == "integration" and location["integration"] not in ("cal-video", "google-meet"):
        raise refusal(400, f"{location['integration']} not connected.")


def _check_booking_fields(fields: list[dict[str, Any]] | tuple[()]) -> None:
    seen: set[str] = set()
    for each in fields:
        kind, slug = each.get("type"), each.get("slug")
        if not isinstance(kind, str):
            raise refusal(400, f"Unsupported booking field type '{kind}'.")
        if not isinstance(slug, str):
            if kind not in ("name", "splitName", "email"):
                raise refusal(
                    400,
                    "Each booking field except ones with type equal to name, splitName, email must have a 'slug'"
                    " property.",
                )
            continue
        if slug in seen:
            raise refusal(400, f"Duplicate bookingFields slug '{slug}' found. All bookingFields slugs must be unique.")
        seen.add(slug)
        if kind in _OPTIONED and not isinstance(each.get("options"), list):
            raise refusal(400, f"Validation failed for {kind} booking field: options must be an array")


def translate(sent: Any) -> list[dict[str, Any]]:
    """Fields of 2026-06-12 as 2024-06-14 has them."""
    if not isinstance(sent, list) or not sent:
        raise refusal(400, "bookingFields must contain at least 1 booking field.")
    return [_translated(place, each) for place, each in enumerate(sent)]


def _translated(place: int, sent: Any) -> dict[str, Any]:
    field = sent.get("field") if isinstance(sent, dict) else None
    if not isinstance(field, str):
        raise refusal(400, f"bookingFields[{place}].field must be a string.")
    rest = {name: value for name, value in sent.items() if name != "field"}
    if field == "custom":
        for name in ("slug", "label", "type"):
            if not isinstance(rest.get(name), str):
                raise refusal(400, f"bookingFields[{place}].{name} must be a string.")
        rest["type"] = OLD_KINDS.get(rest["type"], rest["type"])
        return rest
    if field not in _SYSTEM:
        raise refusal(
            400, f"bookingFields[{place}]: unknown field '{field}'. Allowed system fields: {', '.join(_SYSTEM)}."
        )
    return {**rest, "type": field, "slug": field}
