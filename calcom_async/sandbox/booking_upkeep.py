"""Looking after a booking: absences, hosts, guests, attendees and its location."""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox import booking_wire, host_hours, instants, openings, validation
from calcom_async.sandbox.announcements import announce
from calcom_async.sandbox.answers import Answer, ApiError, bad_request_data, bare, invalid, keyed, refusal, success
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.booking_moves import touch
from calcom_async.sandbox.booking_wire import Person
from calcom_async.sandbox.bookings_read import find
from calcom_async.sandbox.bookings_store import Booking
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.validation import Field, Rule

routes = Routes(family="bookings", access="guarded")

_MOST_PER_CALL: Final = 10
_MOST_GUESTS: Final = 30
_ABSENT: Final = (
    Field("host", (validation.boolean("host"),), required=False),
    Field("attendees", (validation.array("attendees"),), required=False),
)
_ABSENT_ROW: Final = (
    Field("email", (validation.email("email"),)),
    Field("absent", (validation.boolean("absent"),)),
)
_GUESTS: Final = (
    Field(
        "guests",
        (
            Rule("arrayMinSize", "guests must contain at least 1 elements", lambda value: value != []),
            Rule("isArray", "guests must be an array", lambda value: isinstance(value, list)),
        ),
    ),
)
_GUEST_ROW: Final = (Field("email", (validation.email("email"),)),)
_ATTENDEE: Final = (
    Field("name", (validation.string("name"),)),
    Field("timeZone", (validation.zone("timeZone"),)),
    Field("email", (validation.email("email"),)),
)
_LOCATION_TEXTS: Final = {
    "address": ("address", "inPerson"),
    "attendeeAddress": ("address", "attendeeInPerson"),
    "attendeeDefined": ("location", "somewhereElse"),
    "attendeePhone": ("phone", "phone"),
    "link": ("link", "link"),
    "phone": ("phone", "userPhone"),
}


@routes.add("POST", "/bookings/{uid}/mark-absent")
async def mark_absent(call: Call) -> Answer:
    """`POST /v2/bookings/{bookingUid}/mark-absent`: not before it started."""
    backend = call.backend
    target = call.body if isinstance(call.body, dict) else {}
    errors = validation.problems(target, _ABSENT)
    rows = target.get("attendees")
    if isinstance(rows, list):
        errors += validation.in_rows(target, "attendees", rows, _ABSENT_ROW)
    if errors:
        raise invalid(errors)
    booking = find(backend, call.params["uid"])
    now = backend.clock.milliseconds()
    if booking.start > now:
        raise refusal(
            400,
            "Bookings can only be marked as absent after their scheduled start time. Current time in UTC+0:"
            f" {instants.to_wire(now)}, Booking start time in UTC+0: {instants.to_wire(booking.start)}",
        )
    by_email = {each["email"]: each for each in booking.wire["attendees"]}
    marked = rows or []
    if any(each["email"] not in by_email for each in marked):
        raise bare(500, "Failed to update no-show status")
    for each in marked:
        by_email[each["email"]]["absent"] = each["absent"]
    if target.get("host") is not None:
        booking.wire["absentHost"] = target["host"]
    backend.bookings.save(booking)  # a no-show mark does not touch updatedAt
    if marked:
        names = ", ".join(each["email"] for each in marked)
        told = [{"email": each["email"], "noShow": each["absent"]} for each in marked]
        word = "marked" if any(each["absent"] for each in marked) else "unmarked"
        await announce(
            backend, "BOOKING_NO_SHOW_UPDATED", booking, message=f"{names} {word} as no-show", attendees=told
        )
    return success(booking.wire)


@routes.add("POST", "/bookings/{uid}/reassign")
async def reassign(call: Call) -> Answer:
    """`POST /v2/bookings/{bookingUid}/reassign`: to another free host of a round robin."""
    backend = call.backend
    booking = find(backend, call.params["uid"])
    event_type = _round_robin(backend, booking)
    rows = (
        openings.free_hosts(backend, event_type, booking.start, booking.end, ignore={booking.id}) if event_type else []
    )
    others = [user for row in rows for user in row if user["id"] != booking.organizer]
    if not others:
        raise refusal(400, "Can't reassign the booking because no other host is available at that time.")
    return _give_to(backend, booking, others[0])


@routes.add("POST", "/bookings/{uid}/reassign/{user}")
async def reassign_to(call: Call) -> Answer:
    """`POST /v2/bookings/{bookingUid}/reassign/{userId}`: to this host of the round robin."""
    backend, user_id = call.backend, call.number("user")
    booking = find(backend, call.params["uid"])
    event_type = _round_robin(backend, booking)
    user = backend.store.users.get(user_id)
    if event_type is None or user is None or user_id not in host_hours.host_ids(event_type):
        raise refusal(
            400,
            f"User with id={user_id} is not a valid Round Robin host - the user to which you reassign this booking must"
            " be one of the booking hosts. Fetch the booking using following endpoint and select id of one of the"
            " hosts: https://cal.com/docs/api-reference/v2/bookings/get-a-booking",
        )
    return _give_to(backend, booking, user)


def _round_robin(backend: Backend, booking: Booking) -> Record | None:
    record = backend.store.event_types.get(booking.event_type) if booking.event_type is not None else None
    if record is None or record["_"]["schedulingType"] != "roundRobin":
        return None
    # A booking that is given to somebody else is not being moved in time: its host need not stay.
    return {**record, "_": {**record["_"], host_hours.SAME_HOST: False}}


def _give_to(backend: Backend, booking: Booking, user: Record) -> Answer:
    booking.organizer = user["id"]
    booking.wire["hosts"] = [booking_wire.host(user, hosted=backend.hosted)]
    touch(backend, booking)
    reassigned = {"id": user["id"], "name": user["name"], "email": user["email"]}
    return success({"bookingUid": booking.uid, "reassignedTo": reassigned})


def _not_unique(backend: Backend) -> ApiError:
    """An address that attends already, as each kind of server puts it."""
    if backend.hosted:
        return keyed(400, "emails_must_be_unique_valid", "Emails must be unique and valid")
    return bad_request_data()


@routes.add("POST", "/bookings/{uid}/guests", family="guests")
def add_guests(call: Call) -> Answer:
    """`POST /v2/bookings/{bookingUid}/guests`: ten a call, thirty in all, none on seated ones."""
    backend = call.backend
    target = validation.check(call.body, _GUESTS)
    errors = validation.in_rows(target, "guests", target["guests"], _GUEST_ROW)
    if errors:
        raise invalid(errors)
    booking = find(backend, call.params["uid"])
    sent = target["guests"]
    if booking.seated:
        raise refusal(400, "Cannot add guests to seated bookings.")
    if backend.hosted and len(sent) > _MOST_PER_CALL:
        raise refusal(400, f"Cannot add more than {_MOST_PER_CALL} guests at a time.")
    if len(booking.wire["attendees"]) - 1 + len(sent) > _MOST_GUESTS:
        raise refusal(400, f"A booking can have no more than {_MOST_GUESTS} guests.")
    _check_new(backend, booking, [each["email"] for each in sent])
    for each in sent:
        _add(backend, booking, _guest(each, booking, hosted=backend.hosted))
    touch(backend, booking)
    return success(booking.wire)


def _guest(sent: dict[str, Any], booking: Booking, *, hosted: bool) -> Person:
    first = booking.wire["attendees"][0]
    return Person(
        name=sent.get("name") or "",
        email=sent["email"],
        time_zone=sent.get("timeZone") or first["timeZone"],
        language=sent.get("language") or "en",
        phone=sent.get("phoneNumber") if hosted else None,
    )


def _check_new(backend: Backend, booking: Booking, emails: list[str]) -> None:
    there = {each["email"] for each in booking.wire["attendees"]}
    if len(set(emails)) < len(emails) or there & set(emails):
        raise _not_unique(backend)


def _add(backend: Backend, booking: Booking, person: Person) -> None:
    shown = booking.wire
    shown["attendees"].append(booking_wire.attendee(person, hosted=backend.hosted))
    guests = shown.setdefault("guests", [])
    guests.append(person.email)
    responses = shown.get("bookingFieldsResponses", {})
    responses["guests"] = list(guests)
    if backend.hosted:
        responses["displayGuests"] = list(guests)


@routes.add("GET", "/bookings/{uid}/attendees", family="booking parts")
def list_attendees(call: Call) -> Answer:
    """`GET /v2/bookings/{bookingUid}/attendees`: the only place that tells their numbers."""
    return success(_numbered(_of_hosted(call)))


@routes.add("GET", "/bookings/{uid}/attendees/{attendee}", family="booking parts")
def get_attendee(call: Call) -> Answer:
    """`GET /v2/bookings/{bookingUid}/attendees/{attendeeId}`."""
    attendee_id = call.number("attendee")
    for each in _numbered(_of_hosted(call)):
        if each["id"] == attendee_id:
            return success(each)
    raise refusal(404, f"Attendee with id {attendee_id} not found in booking {call.params['uid']}")


@routes.add("POST", "/bookings/{uid}/attendees", family="booking parts")
def add_attendee(call: Call) -> Answer:
    """`POST /v2/bookings/{bookingUid}/attendees`."""
    backend = call.backend
    booking = _of_hosted(call)
    body = validation.check(call.body, _ATTENDEE)
    _check_new(backend, booking, [body["email"]])
    _add(backend, booking, _guest(body, booking, hosted=backend.hosted))
    touch(backend, booking)
    return success({**_numbered(booking)[-1], "bookingId": booking.id}, status=201)


def _of_hosted(call: Call) -> Booking:
    """The booking of an endpoint that only the hosted service has."""
    if not call.backend.hosted:
        raise refusal(404, f"Cannot {call.method} {call.url}")
    return find(call.backend, call.params["uid"])


def _numbered(booking: Booking) -> list[dict[str, Any]]:
    pairs = zip(booking.wire["attendees"], booking.private["attendeeIds"], strict=True)
    return [{**each, "id": number} for each, number in pairs]


@routes.add("PATCH", "/bookings/{uid}/location", family="booking parts")
async def set_location(call: Call) -> Answer:
    """`PATCH /v2/bookings/{bookingUid}/location`."""
    backend = call.backend
    booking = find(backend, call.params["uid"])
    sent = call.body.get("location") if isinstance(call.body, dict) else None
    if not isinstance(sent, dict) or "type" not in sent:
        raise refusal(400, "location property is wrong,location should not be null or undefined ")
    kind, previous = sent["type"], booking.wire["location"]
    if kind in _LOCATION_TEXTS:
        name, value = _LOCATION_TEXTS[kind]
        if not isinstance(sent.get(name), str):
            raise refusal(400, f"Validation failed for {kind} location: {name} must be a string")
        text = sent[name]
        response = {"value": value, "optionValue": text}
    elif kind == "integration":
        text = booking_wire.location(None, booking.uid, hosted=backend.hosted)
        response = {"value": f"integrations:{sent.get('integration', 'daily')}", "optionValue": ""}
    else:
        raise refusal(400, f"Booking location with type {kind} not valid.")
    booking.wire["location"] = booking.wire["meetingUrl"] = text
    if "bookingFieldsResponses" in booking.wire:
        booking.wire["bookingFieldsResponses"]["location"] = response
    touch(backend, booking)
    await announce(backend, "BOOKING_LOCATION_UPDATED", booking, previousLocation=previous)
    return success(booking.wire)
