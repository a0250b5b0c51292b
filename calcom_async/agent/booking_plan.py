"""From the arguments of `create_booking` to what Cal.com's API v2 wants: a pure function, told in one place.

| given | sent |
|---|---|
| `responses.name`, `.email`, `.timeZone`, `.language` | `attendee` |
| `responses.phone` (`phoneNumber`, `attendeePhoneNumber`) | `attendee.phoneNumber`, if it can be one; a field `phone` |
| `responses.guests`, `responses.location` | `guests`, `location` |
| other responses | `bookingFieldsResponses`, if the event type has such a booking field |
| responses without a booking field | `metadata`, with a warning: Cal.com would drop them silently |
| `end`, or `lengthInMinutes` | checked against the event type; sent where it has several lengths |
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from calcom_async.agent.failures import ToolFailure
from calcom_async.agent.locations import place
from calcom_async.core.codec import wire_instant
from calcom_async.models.event_types import EventType
from calcom_async.resources.metadata import MAX_KEY_LENGTH, MAX_KEYS, MAX_VALUE_LENGTH

__all__ = ["Plan", "planned"]

_ATTENDEE = {
    "name": "name",
    "email": "email",
    "timeZone": "time_zone",
    "timezone": "time_zone",
    "time_zone": "time_zone",
    "language": "language",
    "locale": "language",
    "phone": "phone_number",
    "phoneNumber": "phone_number",
    "phone_number": "phone_number",
    "attendeePhoneNumber": "phone_number",
}
"""The keys of responses (v1) and of an attendee (v2), and the argument of the SDK they become."""
_ALWAYS_ANSWERED = frozenset({"notes", "title"})
"""Fields that every event type has, whether or not its list shows them."""
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")


@attrs.frozen(kw_only=True)
class Plan:
    """What is to be booked, in the arguments of `cal.bookings.create`.

    Attributes:
        start: When, in UTC.
        arguments: Everything, `start` and `event_type_id` among them.
        warnings: What became of responses that have no place of their own.
    """

    start: datetime
    arguments: Mapping[str, Any]
    warnings: tuple[str, ...] = ()


def planned(given: Mapping[str, Any], event_type: EventType | None, time_zone: str) -> Plan:
    """Decide what to send.

    Args:
        given: The checked arguments of the tool.
        event_type: What is booked; None where the account can't see it: then nothing is checked against it.
        time_zone: The attendee's, where none is given.

    Raises:
        ToolFailure: an argument that can't be meant; it says which.
    """
    start = _instant(given["start"], "start")
    warnings: list[str] = []
    answers, attendee = _sorted(given, event_type, warnings)
    attendee.setdefault("time_zone", time_zone)
    location = given.get("location", answers.pop("location", None))
    guests = _guests(given.get("guests", answers.pop("guests", None)))
    responses, left = _placed(answers, event_type)
    where = None
    if location is not None:
        where = place(location, None if event_type is None else event_type.to_dict().get("locations"))
        if where is None:
            left["location"] = location
    arguments: dict[str, Any] = {
        "event_type_id": given["eventTypeId"],
        "start": wire_instant(start),
        "attendee": attendee,
        "length_in_minutes": _length(given, start, event_type),
        "booking_fields_responses": responses,
        "metadata": _metadata(given.get("metadata") or {}, left, warnings, event_type),
        "guests": guests,
        "location": where,
    }
    arguments = {name: value for name, value in arguments.items() if value not in (None, {}, [])}
    return Plan(start=start, arguments=arguments, warnings=tuple(warnings))


# --- time ------------------------------------------------------------------------------------------------------------


def _instant(text: str, name: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        parsed = None
    if parsed is None or parsed.tzinfo is None:
        raise ToolFailure(
            "wrong_parameter", f"create_booking: {name}: not an instant in ISO 8601 with an offset",
            "write it like 2026-04-10T09:00:00Z", parameter=name,
        )  # fmt: skip
    return parsed.astimezone(UTC)


def _length(given: Mapping[str, Any], start: datetime, event_type: EventType | None) -> int | None:
    """The minutes to send; None where the event type has but one length."""
    minutes: float | None = given.get("lengthInMinutes")
    name = "lengthInMinutes"
    if "end" in given:
        lasting = (_instant(given["end"], "end") - start).total_seconds() / 60
        if lasting <= 0:
            raise ToolFailure(
                "wrong_parameter", "create_booking: end: is not after start", "give the end of the booking",
                parameter="end",
            )  # fmt: skip
        if minutes is not None and minutes != lasting:
            raise ToolFailure(
                "wrong_parameter", f"create_booking: end is {lasting:g} minutes after start, not {minutes} as "
                "lengthInMinutes says",
                "give one of the two", parameter="lengthInMinutes",
            )  # fmt: skip
        minutes, name = lasting, "end"
    if event_type is None or minutes is None:
        return None if minutes is None else round(minutes)
    several = list(event_type.length_in_minutes_options or ())
    lengths = several or ([event_type.length_in_minutes] if event_type.length_in_minutes is not None else [])
    if lengths and minutes not in lengths:
        ends = " or ".join(wire_instant(start + timedelta(minutes=each)) for each in lengths)
        raise ToolFailure(
            "wrong_parameter",
            f"create_booking: {name}: event type {event_type.id} lasts {' or '.join(map(str, lengths))} minutes, "
            f"not {minutes:g}",
            f"set end to {ends}, or book another event type (list_event_types)",
            parameter=name, details={"lengths": lengths},
        )  # fmt: skip
    return round(minutes) if several else None


# --- who, and what they answered -------------------------------------------------------------------------------------


def _sorted(
    given: Mapping[str, Any], event_type: EventType | None, warnings: list[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The answers and the attendee, apart."""
    answers: dict[str, Any] = {}
    attendee: dict[str, Any] = {}
    own = _own_fields(event_type)
    for source in ("responses", "attendee"):
        for key, value in (given.get(source) or {}).items():
            if value is None or value == "":
                continue
            argument = _ATTENDEE.get(str(key))
            if argument is None or key in own:
                answers[str(key)] = value
            if argument == "phone_number":
                number = _number(value)
                if number is not None:
                    attendee["phone_number"] = number
                elif key not in own:
                    answers[str(key)] = value
                    warnings.append(f"{source}.{key} is no telephone number that Cal.com takes")
            elif argument is not None:
                attendee[argument] = _name(value) if argument == "name" else value
    answers |= given.get("bookingFieldsResponses") or {}
    who = "attendee" if "attendee" in given else "responses"
    if not isinstance(attendee.get("name"), str):
        raise _lacking(who, f'{who} must include "name"')
    if not attendee.get("email") and not attendee.get("phone_number"):
        raise _lacking(who, f'{who} must include "email" (or a telephone number with its country code)')
    for key, value in attendee.items():
        if not isinstance(value, str):
            raise _lacking(who, f"{who}: {key} must be text")
    return answers, attendee


def _lacking(who: str, what: str) -> ToolFailure:
    return ToolFailure(
        "wrong_parameter", f"create_booking: {what}", 'such as {"name": "Grace", "email": "grace@example.com"}',
        parameter=who,
    )  # fmt: skip


def _name(value: Any) -> Any:
    if isinstance(value, Mapping):
        return " ".join(str(value[part]) for part in ("firstName", "lastName") if value.get(part))
    return value


def _number(value: Any) -> str | None:
    """A telephone number in the form that Cal.com takes, or None where it would refuse it."""
    digits = re.sub(r"[\s().-]", "", str(value))
    if not _NUMBER.fullmatch(digits) or (digits.startswith("+1") and len(digits) != 12):
        return None
    return digits


def _guests(value: Any) -> list[str] | None:
    if value is None:
        return None
    texts = value.split(",") if isinstance(value, str) else value
    if not isinstance(texts, Sequence) or not all(isinstance(each, str) for each in texts):
        raise ToolFailure(
            "wrong_parameter", "create_booking: guests: expected a list of e-mail addresses",
            'such as ["grace@example.com"]', parameter="guests",
        )  # fmt: skip
    return [each.strip() for each in texts if each.strip()]


def _own_fields(event_type: EventType | None) -> frozenset[str]:
    """The slugs of the questions that the event type itself asks."""
    if event_type is None:
        return frozenset()
    fields = event_type.to_dict().get("bookingFields") or []
    return frozenset(str(each.get("slug")) for each in fields if not each.get("isDefault"))


def _placed(answers: Mapping[str, Any], event_type: EventType | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """The answers that have a booking field, and those that have none. Of an unknown event type: all are both."""
    known = _own_fields(event_type) | _ALWAYS_ANSWERED
    responses = {key: value for key, value in answers.items() if event_type is None or key in known}
    return responses, {key: value for key, value in answers.items() if key not in known}


def _metadata(
    given: Mapping[str, Any], left: Mapping[str, Any], warnings: list[str], event_type: EventType | None
) -> dict[str, str]:
    """The metadata, with what has no booking field.

    Raises:
        ToolFailure: it does not fit in there: then nothing is booked, rather than something lost.
    """
    metadata = {str(key): _text(value) for key, value in given.items()}
    for key, value in left.items():
        text = _text(value)
        if len(key) > MAX_KEY_LENGTH or len(text) > MAX_VALUE_LENGTH or len(metadata) >= MAX_KEYS - 1:
            raise ToolFailure(
                "wrong_parameter",
                f"create_booking: responses.{key[:60]} has no booking field and does not fit into the metadata",
                f"leave it out, or shorten it (keys of {MAX_KEY_LENGTH}, texts of {MAX_VALUE_LENGTH} characters)",
                parameter="responses",
            )  # fmt: skip
        metadata[key] = text
        lacking = (
            "the event type can't be seen, so it is not known to have the booking field"
            if event_type is None
            else f"event type {event_type.id} has no booking field for it"
        )
        warnings.append(f"responses.{key}: {lacking}; kept in the booking's metadata")
    return metadata


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
