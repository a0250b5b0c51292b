"""Reading single bookings: by uid, by the uid of a recurring series, by seat."""

from __future__ import annotations

from calcom_async.sandbox.answers import Answer, ApiError, refusal, success
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.bookings_store import Booking
from calcom_async.sandbox.routing import Call, Routes

routes = Routes(family="bookings", access="open")


def not_found(uid: str) -> ApiError:
    """No booking has this uid."""
    return refusal(404, f"Booking with uid={uid} was not found in the database")


def find(backend: Backend, uid: str) -> Booking:
    """The booking with this uid, or a 404."""
    booking = backend.bookings.by_uid(uid)
    if booking is None:
        raise not_found(uid)
    return booking


@routes.add("GET", "/bookings/{uid}")
def get(call: Call) -> Answer:
    """`GET /v2/bookings/{uid}`; a list for the uid of a recurring series. Numbers are no uids."""
    uid = call.params["uid"]
    booking = call.backend.bookings.by_uid(uid)
    if booking is not None:
        return success(booking.wire)
    series = call.backend.bookings.series(uid)
    if not series:
        raise not_found(uid)
    return success([each.wire for each in series])


@routes.add("GET", "/bookings/by-seat/{seat}")
def get_by_seat(call: Call) -> Answer:
    """`GET /v2/bookings/by-seat/{seatUid}`."""
    seat = call.params["seat"]
    booking = call.backend.bookings.by_seat(seat)
    if booking is None:
        raise refusal(404, f"Booking with seatUid={seat} was not found in the database")
    return success(booking.wire)
