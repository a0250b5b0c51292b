"""What happens to a booking: cancel, reschedule, confirm, decline, ask to reschedule."""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox import booking_checks, booking_create, instants, validation
from calcom_async.sandbox.announcements import announce
from calcom_async.sandbox.answers import Answer, bad_request_data, bare, done, refusal, success, terse
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.booking_checks import Draft
from calcom_async.sandbox.booking_input import Place
from calcom_async.sandbox.booking_wire import Person
from calcom_async.sandbox.bookings_read import find
from calcom_async.sandbox.bookings_store import Booking
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.validation import Field

routes = Routes(family="bookings", access="guarded")

_CANCEL: Final = (
    Field("cancellationReason", (validation.string("cancellationReason"),), required=False),
    Field("cancelSubsequentBookings", (validation.boolean("cancelSubsequentBookings"),), required=False),
    Field("seatUid", (validation.string("seatUid"),), required=False),
)
_RESCHEDULE: Final = (
    Field("start", (validation.date_string("start"),)),
    Field("rescheduledBy", (validation.email("rescheduledBy"),), required=False),
    Field("reschedulingReason", (validation.string("reschedulingReason"),), required=False),
    Field("seatUid", (validation.string("seatUid"),), required=False),
)
_REASON: Final = (Field("reason", (validation.string("reason"),), required=False),)
_REQUEST: Final = (Field("rescheduleReason", (validation.string("rescheduleReason"),), required=False),)


def hosts(user: Record | None, booking: Booking) -> bool:
    """Whether this caller hosts the booking."""
    return user is not None and (
        user["id"] == booking.organizer or any(each["id"] == user["id"] for each in booking.wire["hosts"])
    )


def _oversees(backend: Backend, user: Record | None, booking: Booking) -> bool:
    if user is None:
        return False
    admins = backend.people.overseers(booking.organizer)
    if booking.team is not None:
        admins = admins | backend.people.team_admins(booking.team)
    return hosts(user, booking) or user["id"] in admins


def _sentence_checked(body: object, fields: tuple[Field, ...]) -> dict[str, Any]:
    target = body if isinstance(body, dict) else {}
    errors = validation.problems(target, fields)
    if errors:
        raise validation.sentence(errors)
    return target


def touch(backend: Backend, booking: Booking) -> None:
    """Write a changed booking, updated now."""
    booking.updated = backend.clock.milliseconds()
    backend.bookings.save(booking)


@routes.add("POST", "/bookings/{uid}/cancel", access="open")
async def cancel(call: Call) -> Answer:
    """`POST /v2/bookings/{bookingUid}/cancel`: one, one seat, the rest of a series, or a whole series."""
    backend, uid = call.backend, call.params["uid"]
    body = _sentence_checked(call.body, _CANCEL)
    booking = backend.bookings.by_uid(uid)
    if booking is None:
        series = backend.bookings.series(uid)
        if not series:
            raise refusal(404, f"Booking with uid={uid} not found")
        return await _cancel_series(call, uid, series, body)
    reason = body.get("cancellationReason")
    if booking.seated and (body.get("seatUid") is not None or not _oversees(backend, call.user, booking)):
        return await _cancel_seat(call, booking, body)
    if body.get("seatUid") is not None:
        raise refusal(400, "Invalid seatUid: this seat does not exist or has already been cancelled.")
    _check_cancel(call, booking, reason)
    if body.get("cancelSubsequentBookings") and booking.series is not None:
        later = [each for each in backend.bookings.series(booking.series) if each.start >= booking.start and each.alive]
        for each in later:
            _cancel(backend, each, reason)
        await announce(backend, "BOOKING_CANCELLED", later[0], cancellationReason=reason, whole_series=True)
        return success([each.wire for each in backend.bookings.series(booking.series)])
    _cancel(backend, booking, reason)
    await announce(backend, "BOOKING_CANCELLED", booking, cancellationReason=reason)
    return success(booking.wire)


def _check_cancel(call: Call, booking: Booking, reason: str | None) -> None:
    if booking.status == "cancelled":
        raise refusal(
            400,
            f"Can't cancel booking with uid={booking.uid} because it has been cancelled already. Please provide uid of"
            " a booking that is not cancelled.",
        )
    if booking.status == "rejected":
        raise bare(400, "This booking has already been cancelled or rejected.")
    if booking.end < call.backend.clock.milliseconds():
        raise bare(400, "Cannot cancel a booking that has already ended")
    if hosts(call.user, booking) and not reason:
        raise bare(400, "Cancellation reason is required when you are the host")


def _cancel(backend: Backend, booking: Booking, reason: str | None) -> None:
    booking.status = "cancelled"
    booking.wire["cancellationReason"] = reason or ""
    if booking.seated:
        booking.wire["attendees"] = []
        booking.private["attendeeIds"] = []
    touch(backend, booking)


async def _cancel_series(call: Call, uid: str, series: list[Booking], body: dict[str, Any]) -> Answer:
    backend, reason = call.backend, body.get("cancellationReason")
    alive = [each for each in series if each.alive]
    if not alive or series[0].status == "cancelled":  # live: the first one decides for the whole series
        raise refusal(
            400,
            f"Can't cancel booking with uid={uid} because it has been cancelled already. Please provide uid of a"
            " booking that is not cancelled.",
        )
    if hosts(call.user, series[0]) and not reason:
        raise bare(400, "Cancellation reason is required when you are the host")
    for each in alive:
        _cancel(backend, each, reason)
    await announce(backend, "BOOKING_CANCELLED", alive[0], cancellationReason=reason, whole_series=True)
    return success([each.wire for each in backend.bookings.series(uid)])


async def _cancel_seat(call: Call, booking: Booking, body: dict[str, Any]) -> Answer:
    backend, seat, reason = call.backend, body.get("seatUid"), body.get("cancellationReason")
    if seat is None:
        raise bare(401, "User not a host of this event or an admin of the booking user")
    place = seat_place(booking, seat)
    if place is None:
        raise refusal(400, "Invalid seatUid: this seat does not exist or has already been cancelled.")
    if hosts(call.user, booking) and not reason:
        raise bare(400, "Cancellation reason is required when you are the host")
    held = booking.wire["attendees"][place], booking.private["attendeeIds"][place]
    if len(booking.wire["attendees"]) == 1:
        _cancel(backend, booking, reason)
    else:
        give_up_seat(booking, place)
        touch(backend, booking)
    await announce(backend, "BOOKING_CANCELLED", booking, seat=held, cancellationReason=reason)
    return success(booking.wire)


def seat_place(booking: Booking, seat: str) -> int | None:
    """Which attendee holds a seat."""
    seats = [each.get("seatUid") for each in booking.wire["attendees"]]
    return seats.index(seat) if seat in seats else None


def give_up_seat(booking: Booking, place: int) -> dict[str, Any]:
    """Take an attendee off a seated booking."""
    booking.private["attendeeIds"].pop(place)
    shown: dict[str, Any] = booking.wire["attendees"].pop(place)
    return shown


@routes.add("POST", "/bookings/{uid}/reschedule", access="open")
async def reschedule(call: Call) -> Answer:
    """`POST /v2/bookings/{bookingUid}/reschedule`: a new booking with a new uid; the old one is cancelled."""
    backend = call.backend
    body = _sentence_checked(call.body, _RESCHEDULE)
    old = find(backend, call.params["uid"])
    if old.status == "cancelled":
        raise refusal(
            400,
            f"Can't reschedule booking with uid={old.uid} because it has been cancelled. Please provide uid of a"
            " booking that is not cancelled.",
        )
    event_type = backend.store.event_types.get(old.event_type) if old.event_type is not None else None
    if event_type is None:
        raise refusal(400, f"Booking with uid {old.uid} has no event type")
    if old.seated:
        return await _reschedule_seat(call, old, event_type, body)
    draft = _moved(old, event_type, body)
    booking_checks.check_time(backend, draft)
    booking_checks.check_limits(backend, draft)
    new_hosts = booking_checks.require_hosts(backend, draft)
    by_host = hosts(call.user, old)
    status = "accepted" if by_host or old.status == "accepted" else None
    new = booking_create.write(backend, draft, new_hosts, status=status)
    _carry_over(backend, old, new, body)
    touch(backend, new)
    old.status = "cancelled"
    old.wire["rescheduledByEmail"] = body.get("rescheduledBy")
    if old.series is None:
        old.wire["rescheduledToUid"] = new.uid
    else:
        old.wire.pop("rescheduledByEmail")
    touch(backend, old)
    by = {"rescheduledBy": body["rescheduledBy"]} if body.get("rescheduledBy") is not None else {}
    await announce(backend, "BOOKING_RESCHEDULED", new, before=old, **by)
    return success(new.wire, status=201)


def _moved(old: Booking, event_type: Record, body: dict[str, Any]) -> Draft:
    shown, first = old.wire, old.wire["attendees"][0]
    response = shown.get("bookingFieldsResponses", {})
    kept = ("email", "name", "guests", "attendeePhoneNumber", "displayEmail", "displayGuests", "location")
    return Draft(
        event_type=event_type,
        person=Person(
            name=first["name"],
            email=first["email"],
            time_zone=first["timeZone"],
            language=first["language"],
            phone=first.get("phoneNumber"),
        ),
        start=instants.parse(body["start"]) or 0,
        # Live: a variable-length booking falls back to the event type's own length.
        length=event_type["lengthInMinutes"] * instants.MINUTE,
        place=Place(None, response.get("location")),
        metadata=shown.get("metadata", {}),
        guests=shown.get("guests"),
        answers={name: value for name, value in response.items() if name not in kept},
        series=old.series,
        moved_from=old,
    )


def _carry_over(backend: Backend, old: Booking, new: Booking, body: dict[str, Any]) -> None:
    video = old.uid in old.wire["location"]
    for name in ("location", "meetingUrl"):
        new.wire[name] = old.wire[name].replace(old.uid, new.uid) if video else old.wire[name]
    new.wire["icsUid"] = old.wire["icsUid"]
    new.wire["description"] = old.wire["description"]
    if old.series is None:
        new.wire["rescheduledFromUid"] = old.uid
    reason = body.get("reschedulingReason")
    if reason is not None:
        new.wire["reschedulingReason"] = reason
        key = "rescheduleReason" if backend.hosted else "rescheduledReason"
        new.wire["bookingFieldsResponses"][key] = reason


async def _reschedule_seat(call: Call, old: Booking, event_type: Record, body: dict[str, Any]) -> Answer:
    backend, seat = call.backend, body.get("seatUid")
    if seat is None:
        raise bare(500, "Internal server error")
    place = seat_place(old, seat)
    if place is None:
        raise refusal(404, f"Seat with uid={seat} does not exist.")
    held = old.wire["attendees"][place]
    draft = Draft(
        event_type=event_type,
        person=Person(
            name=held["name"],
            email=held["email"],
            time_zone=held["timeZone"],
            language=held["language"],
            phone=held.get("phoneNumber"),
        ),
        start=instants.parse(body["start"]) or 0,
        length=event_type["lengthInMinutes"] * instants.MINUTE,
        place=Place(old.wire["location"], held["bookingFieldsResponses"].get("location")),
        metadata=held["metadata"],
        guests=None,
        answers={},
        moved_from=old if len(old.wire["attendees"]) == 1 else None,
    )
    booking_checks.check_time(backend, draft)
    new, new_seat = booking_create.seat_attendee(backend, draft)
    if len(old.wire["attendees"]) == 1:
        _cancel(backend, old, None)
    else:
        give_up_seat(old, place)
        touch(backend, old)
    await announce(backend, "BOOKING_RESCHEDULED", new, before=old, seat=booking_create.seat_holder(new, new_seat))
    return success({**new.wire, "seatUid": new_seat}, status=201)


def _require_host(call: Call, booking: Booking) -> None:
    if not _oversees(call.backend, call.user, booking):
        raise terse(401, "You are not authorized to access this resource", code="TRPCError")


@routes.add("POST", "/bookings/{uid}/confirm")
async def confirm(call: Call) -> Answer:
    """`POST /v2/bookings/{bookingUid}/confirm`: also after it was declined; twice is a 400."""
    backend = call.backend
    booking = find(backend, call.params["uid"])
    _require_host(call, booking)
    if booking.status == "accepted" and backend.hosted:
        raise terse(400, "Booking already confirmed", code="TRPCError")
    if booking.status in ("accepted", "cancelled"):
        raise bad_request_data()
    booking.status = "accepted"
    touch(backend, booking)
    await announce(backend, "BOOKING_CREATED", booking, stored=True)
    return success(booking.wire)


@routes.add("POST", "/bookings/{uid}/decline")
async def decline(call: Call) -> Answer:
    """`POST /v2/bookings/{bookingUid}/decline`: twice is fine, an accepted one is a 400."""
    backend = call.backend
    booking = find(backend, call.params["uid"])
    body = validation.check(call.body, _REASON)
    _require_host(call, booking)
    if booking.status in ("accepted", "cancelled"):
        raise bad_request_data()
    booking.status = "rejected"
    touch(backend, booking)
    await announce(backend, "BOOKING_REJECTED", booking, rejectionReason=body.get("reason"))
    return success(booking.wire)


@routes.add("POST", "/bookings/{uid}/request-reschedule")
async def request_reschedule(call: Call) -> Answer:
    """`POST /v2/bookings/{bookingUid}/request-reschedule`: cancels it and asks the attendee for another time."""
    backend = call.backend
    booking = find(backend, call.params["uid"])
    body = validation.check(call.body, _REQUEST)
    _require_host(call, booking)
    if not booking.alive:
        raise bad_request_data()
    reason = body.get("rescheduleReason")
    _cancel(backend, booking, reason)
    await announce(backend, "BOOKING_CANCELLED", booking, cancellationReason=reason, requestReschedule=True)
    return done()
