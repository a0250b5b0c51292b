"""Checking and reading what makes a booking: the body of `POST /v2/bookings`, its location and its field responses."""

from __future__ import annotations

from typing import Any, Final

from attrs import frozen

from calcom_async.sandbox import instants, validation
from calcom_async.sandbox.answers import refusal, terse
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.booking_wire import Person
from calcom_async.sandbox.slots import by_slug
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.validation import Field, Rule

_LANGUAGES: Final = frozenset(
    [
        "ar",
        "ca",
        "de",
        "es",
        "eu",
        "he",
        "id",
        "ja",
        "lv",
        "pl",
        "ro",
        "sr",
        "th",
        "vi",
        "az",
        "cs",
        "el",
        "es-419",
        "fi",
        "hr",
        "it",
        "km",
        "nl",
        "pt",
        "ru",
        "sv",
        "tr",
        "zh-CN",
        "bg",
        "da",
        "en",
        "et",
        "fr",
        "hu",
        "iw",
        "ko",
        "no",
        "pt-BR",
        "sk",
        "ta",
        "uk",
        "zh-TW",
        "bn",
    ]
)
_KNOWN: Final = frozenset(
    (
        "start",
        "attendee",
        "bookingFieldsResponses",
        "eventTypeId",
        "eventTypeSlug",
        "username",
        "teamSlug",
        "organizationSlug",
        "guests",
        "meetingUrl",
        "location",
        "metadata",
        "lengthInMinutes",
        "routing",
        "emailVerificationCode",
        "instant",
        "recurrenceCount",
        "allowConflicts",
        "allowBookingOutOfBounds",
        "skipBookingLimits",
    )
)
_MOST_METADATA: Final = 50
_LONGEST_KEY: Final = 40
_LONGEST_VALUE: Final = 500


def _metadata(value: object) -> bool:
    return (
        isinstance(value, dict)
        and len(value) <= _MOST_METADATA
        and all(len(key) <= _LONGEST_KEY for key in value)
        and all(isinstance(text, str) and len(text) <= _LONGEST_VALUE for text in value.values())
    )


_METADATA: Final = Rule(
    "ValidateMetadata",
    f"Metadata must have at most {_MOST_METADATA} keys, each key up to {_LONGEST_KEY} characters, and string values up"
    f" to {_LONGEST_VALUE} characters.",
    _metadata,
)
_FIELDS: Final = (
    Field("start", (validation.date_string("start"),)),
    Field("attendee", (validation.present("attendee"),)),
    Field("eventTypeId", (validation.integer("eventTypeId"),), required=False),
    Field("eventTypeSlug", (validation.string("eventTypeSlug"),), required=False),
    Field("username", (validation.string("username"),), required=False),
    Field("guests", (validation.array("guests"),), required=False),
    Field("metadata", (_METADATA,), required=False),
    Field("lengthInMinutes", (validation.integer("lengthInMinutes"),), required=False),
    Field("bookingFieldsResponses", (validation.mapping("bookingFieldsResponses"),), required=False),
    Field("recurrenceCount", (validation.integer("recurrenceCount"),), required=False),
    Field("instant", (validation.boolean("instant"),), required=False),
    Field("emailVerificationCode", (validation.string("emailVerificationCode"),), required=False),
)
_ATTENDEE: Final = (
    Field("name", (validation.string("name"),)),
    Field("timeZone", (validation.zone("timeZone"),)),
    Field(
        "language",
        (validation.one_of("language", sorted(_LANGUAGES)),),
        required=False,
    ),
    Field(
        "phoneNumber",
        (Rule("isPhoneNumber", "phoneNumber must be a valid phone number", validation.is_phone),),
        required=False,
    ),
)
_LOCATION_VALUES: Final = {
    "address": "inPerson",
    "attendeeAddress": "attendeeInPerson",
    "attendeeDefined": "somewhereElse",
    "attendeePhone": "phone",
    "link": "link",
    "phone": "userPhone",
    "organizersDefaultApp": "conferencing",
}
_ANSWERED: Final = {"attendeeAddress": "address", "attendeeDefined": "location", "attendeePhone": "phone"}


@frozen
class Place:
    """Where a booking takes place: its text on the booking (None for Cal Video) and its field response."""

    text: str | None
    response: dict[str, str] | None


def check(body: object) -> dict[str, Any]:
    """Refuse what the real server refuses, in its one long sentence. Unknown fields are refused here alone."""
    if not isinstance(body, dict):
        raise refusal(400, "undefined property is wrong,an unknown value was passed to the validate function ")
    errors = [
        {"property": name, "children": [], "constraints": {"whitelist": f"property {name} should not exist"}}
        for name in body
        if name not in _KNOWN
    ]
    errors += validation.problems(body, _FIELDS)
    attendee = body.get("attendee")
    if attendee is not None:
        given = attendee if isinstance(attendee, dict) else {}
        nested = validation.problems(given, _ATTENDEE)
        if not given.get("email") and not given.get("phoneNumber"):
            message = "Attendee must have at least one contact method (email or phone number)"
            nested.append(_error("attendee email or phone", message))
        if nested:
            errors.append({"property": "attendee", "children": nested})
    slugged = "eventTypeSlug" in body and ("username" in body or "teamSlug" in body)
    if "eventTypeId" not in body and not slugged:
        errors.append(
            _error(
                "eventTypeId or eventTypeSlug + username",
                "Either eventTypeId or eventTypeSlug + username or eventTypeSlug + teamSlug must be provided",
            )
        )
    if errors:
        raise validation.sentence(errors)
    return body


def find_event_type(backend: Backend, body: dict[str, Any]) -> Record:
    """The event type a body names, by id or by slugs."""
    if "eventTypeId" in body:
        record = backend.store.event_types.get(body["eventTypeId"])
        if record is None:
            raise refusal(404, f"Event type with id={body['eventTypeId']} not found")
        return record
    slug = body["eventTypeSlug"]
    if "username" in body:
        user = backend.people.by_username(body["username"])
        parent, owner = (f"user {user['id']}" if user else ""), f"username={body['username']}"
    else:
        team = next((each for each in backend.store.teams.all() if each["slug"] == body["teamSlug"]), None)
        parent, owner = (f"team {team['id']}" if team else ""), f"teamSlug={body['teamSlug']}"
    record = by_slug(backend, parent, slug)
    if record is None:
        raise refusal(404, f"Event type with slug={slug} and {owner} not found")
    return record


def length(body: dict[str, Any], event_type: Record) -> int:
    """How long the booking will be, in milliseconds."""
    asked, options = body.get("lengthInMinutes"), event_type.get("lengthInMinutesOptions")
    if asked is None:
        return int(event_type["lengthInMinutes"]) * instants.MINUTE
    if not options:
        raise refusal(
            400,
            "Can't specify 'lengthInMinutes' because event type does not have multiple possible lengths. Please, remove"
            " the 'lengthInMinutes' field from the request.",
        )
    if asked not in options:
        raise refusal(
            400,
            "Provided 'lengthInMinutes' is not one of the possible lengths for the event type. The possible lengths"
            f" are: {', '.join(map(str, options))}",
        )
    return int(asked) * instants.MINUTE


def person(body: dict[str, Any]) -> Person:
    """Who books; somebody who gave only a phone number gets an address made of it."""
    attendee = body["attendee"]
    phone = attendee.get("phoneNumber")
    address = attendee.get("email") or f"{str(phone).lstrip('+')}@sms.cal.com"
    return Person(
        name=attendee["name"],
        email=address,
        time_zone=attendee["timeZone"],
        language=attendee.get("language") or "en",
        phone=phone,
    )


def place(sent: Any, event_type: Record) -> Place:
    """Where it will be: what was asked for, or the event type's first location."""
    offered = event_type["locations"] or [{"type": "integration", "integration": "cal-video"}]
    if isinstance(sent, str):
        return Place(sent, {"value": "somewhereElse", "optionValue": sent})
    if not isinstance(sent, dict):
        return Place(_text(offered[0], {}), None)
    kind = sent.get("type")
    matching = next((each for each in offered if each["type"] == kind), None)
    if matching is None:
        raise refusal(
            400,
            f"Booking location with type {kind} not valid for event type with id={event_type['id']}. The event type has"
            f" following location types: {', '.join(each['type'] for each in offered)}, and only these types are"
            " allowed for booking location.",
        )
    value = _LOCATION_VALUES.get(str(kind)) or f"integrations:{sent.get('integration', matching.get('integration'))}"
    answer = str(sent.get(_ANSWERED.get(str(kind), ""), ""))
    return Place(_text(matching, sent), {"value": value, "optionValue": answer})


def _text(offered: dict[str, Any], sent: dict[str, Any]) -> str | None:
    kind = offered["type"]
    if kind in _ANSWERED:
        return str(sent.get(_ANSWERED[kind], ""))
    text = offered.get(kind)
    return str(text) if kind in ("address", "link", "phone") else None


def field_responses(body: dict[str, Any], event_type: Record, *, notes_too: bool = True) -> dict[str, Any]:
    """The answers to the event type's own booking fields, checked."""
    given: dict[str, Any] = body.get("bookingFieldsResponses") or {}
    found: dict[str, Any] = {}
    complaints = []
    for each in event_type["bookingFields"]:
        slug, kind = each["slug"], each["type"]
        if each["isDefault"]:
            if notes_too and slug in ("notes", "title") and slug in given:
                found[slug] = given[slug]
            continue
        if slug not in given:
            if each["required"]:
                raise refusal(
                    400,
                    f"Missing required booking field response: {slug} - it is required by the event type booking"
                    " fields, but missing in the bookingFieldsResponses. You can fetch the event type with ID"
                    f" {event_type['id']} to see the required fields.",
                )
            continue
        found[slug] = given[slug]
        complaint = _complaint(kind, given[slug], each)
        if complaint is not None:
            complaints.append(f"responses - {{{slug}}}{complaint}, ")
    complaints += _contact_complaints(body)
    if complaints:
        raise terse(400, "".join(complaints))
    return found


def _contact_complaints(body: dict[str, Any]) -> list[str]:
    address = body["attendee"].get("email")
    complaints = []
    if address and not validation.is_email(address):
        complaints.append("responses - {email}email_validation_error, ")
    if any(not validation.is_email(guest) for guest in body.get("guests") or ()):
        complaints.append("responses - {guests}email_validation_error, ")
    return complaints


def _complaint(kind: str, value: Any, field: dict[str, Any]) -> str | None:
    options = field.get("options") or []
    chosen = value if isinstance(value, list) else [value]
    if options:
        wrong = next((each for each in chosen if each not in options), None)
        if wrong is not None:
            raise refusal(
                400,
                f"Invalid option '{wrong}' for booking field '{field['slug']}'. Allowed options are:"
                f" {', '.join(map(str, options))}.",
            )
    if kind == "number":
        if not isinstance(value, int | float) or isinstance(value, bool):
            name = "boolean" if isinstance(value, bool) else "string"
            raise refusal(
                400,
                f"Invalid type for booking field '{field['slug']}'. Expected type number (compatible with field"
                f" type 'number'), but received {name}.",
            )
        return "Invalid string"  # the real server cannot take any number
    if kind == "phone" and not validation.is_phone(value):
        return "invalid_number"
    if kind == "multiemail" and not all(validation.is_email(each) for each in chosen):
        return "email_validation_error"
    if kind == "url" and "://" not in str(value):
        return "url_validation_error"
    return None


def _error(name: str, message: str) -> dict[str, Any]:
    return {"property": name, "children": [], "constraints": {"check": message}}
