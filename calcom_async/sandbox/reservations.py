"""`/v2/slots/reservations`: holding a slot while somebody fills in a form."""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox import host_hours, instants, openings, validation
from calcom_async.sandbox.answers import Answer, done, refusal, success
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.slots import find_event_type
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.validation import Field

routes = Routes(family="slots", access="open")

_DEFAULT_MINUTES: Final = 5
_FIELDS: Final = (
    Field("eventTypeId", (validation.integer("eventTypeId"),)),
    Field("slotStart", (validation.date_string("slotStart"),)),
    Field("slotDuration", (validation.integer("slotDuration"),), required=False),
    Field("reservationDuration", (validation.integer("reservationDuration"),), required=False),
)


@routes.add("POST", "/slots/reservations")
def create(call: Call) -> Answer:
    """`POST /v2/slots/reservations`: five minutes unless an authenticated caller asks for another time."""
    record = _read(call, call.backend.names.uuid())
    return success(_show_written(record), status=201)


@routes.add("GET", "/slots/reservations/{uid}")
def get(call: Call) -> Answer:
    """`GET /v2/slots/reservations/{uid}`: 200 with null for an unknown one."""
    record = call.backend.store.reservations.get(call.params["uid"])
    if record is None or record["until"] <= call.backend.clock.milliseconds():
        return success(None)
    shown = _show_written(record)
    shown.pop("reservationDuration")
    return success(shown)


@routes.add("PATCH", "/slots/reservations/{uid}")
def update(call: Call) -> Answer:
    """`PATCH /v2/slots/reservations/{uid}`: another slot under the same uid."""
    return success(_show_written(_read(call, call.params["uid"])))


@routes.add("DELETE", "/slots/reservations/{uid}")
def delete(call: Call) -> Answer:
    """`DELETE /v2/slots/reservations/{uid}`: the same answer whether there was one or not."""
    call.backend.store.reservations.delete(call.params["uid"])
    return done()


def _read(call: Call, uid: str) -> Record:
    body = validation.check(call.body, _FIELDS)
    backend = call.backend
    asked = body.get("reservationDuration")
    if asked is not None and call.user is None:
        raise refusal(
            401,
            "reservationDuration can only be used for authenticated requests - use access token, api key or OAuth"
            " credentials",
        )
    event_type = find_event_type(backend, body["eventTypeId"])
    lengths = openings.lengths_of(event_type)
    minutes = body.get("slotDuration") or event_type["lengthInMinutes"]
    if body.get("slotDuration") is not None and minutes not in lengths:
        raise refusal(
            400, f"Provided 'slotDuration' is not one of the possible lengths: {', '.join(map(str, lengths))}"
        )
    start = instants.parse(body["slotStart"]) or 0
    end = start + minutes * instants.MINUTE
    _check_free(backend, event_type, start, end, uid)
    held = asked or _DEFAULT_MINUTES
    return backend.store.reservations.put(
        {
            "id": uid,
            "eventTypeId": event_type["id"],
            "start": start,
            "end": end,
            "minutes": held,
            "until": backend.clock.milliseconds() + held * instants.MINUTE,
        },
        parent=event_type["id"],
    )


def _check_free(backend: Backend, event_type: Record, start: int, end: int, uid: str) -> None:
    held = sum(begin < end and stop > start for begin, stop in host_hours.reservations(backend, event_type, but=uid))
    booked = backend.bookings.of_event_type(event_type["id"], start, end)
    seats = host_hours.seats_of(event_type)
    if seats is None and held:
        raise refusal(422, "This time slot is already reserved by another user. Please choose a different time.")
    if seats is None and booked:
        raise refusal(422, "Can't reserve a slot if the event is already booked.")
    if seats is not None and held + sum(len(each.wire["attendees"]) for each in booked) >= seats:
        raise refusal(422, f"Booking with id={booked[0].id if booked else 0} is full, no seats left to reserve.")


def _show_written(record: Record) -> dict[str, Any]:
    return {
        "eventTypeId": record["eventTypeId"],
        "slotStart": instants.to_wire(record["start"]),
        "slotEnd": instants.to_wire(record["end"]),
        "slotDuration": (record["end"] - record["start"]) // instants.MINUTE,
        "reservationUid": record["id"],
        "reservationDuration": record["minutes"],
        "reservationUntil": instants.to_wire(record["until"]),
    }
