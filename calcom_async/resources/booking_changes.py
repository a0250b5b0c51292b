"""Changing bookings: `cal.bookings.reschedule`, `cancel`, `confirm` and so on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from calcom_async.core.inputs import Instant, fields, instant, part, parts
from calcom_async.core.unset import UNSET, Unset
from calcom_async.errors import InvalidRequestError
from calcom_async.models.booking_inputs import AttendeeAbsence, NewGuest
from calcom_async.models.booking_locations import BookingLocation
from calcom_async.models.bookings import Booking, ReassignedBooking
from calcom_async.resources.booking_answers import BookingAnswers
from calcom_async.resources.booking_requests import VERSIONS, versions_for
from calcom_async.resources.resource import operation

__all__ = ["BookingChanges"]

M = TypeVar("M", covariant=True)


class BookingChanges(BookingAnswers[M]):
    """The part of `cal.bookings` that changes bookings."""

    @operation
    async def reschedule(
        self,
        booking_uid: str,
        *,
        start: Instant,
        rescheduled_by: str | Unset = UNSET,
        rescheduling_reason: str | Unset = UNSET,
        seat_uid: str | Unset = UNSET,
        email_verification_code: str | Unset = UNSET,
        reschedule_with_same_host: bool | Unset = UNSET,
        allow_conflicts: bool | Unset = UNSET,
        allow_booking_out_of_bounds: bool | Unset = UNSET,
        skip_booking_limits: bool | Unset = UNSET,
    ) -> Booking:
        """Move a booking, or one seat of it. The result is a new booking with a **new uid**; the old one is cancelled.

        `POST /v2/bookings/{bookingUid}/reschedule`, public. The two name each other in `rescheduled_from_uid` and
        `rescheduled_to_uid`. On an event type with several lengths the new booking has the default one.

        Args:
            booking_uid: The booking, accepted or pending; of a series one occurrence, never the whole.
            start: The new start.
            rescheduled_by: The e-mail address of whoever moves it; only where bookings have to be confirmed. With the
                owner's address the new one is confirmed at once.
            rescheduling_reason: Why; not for a seat.
            seat_uid: The seat to move, which gets a new uid. A seated booking can't be moved as a whole.
            email_verification_code: For event types that verify addresses.
            reschedule_with_same_host: For round robin where the person may choose: True keeps the host, False draws
                again.
            allow_conflicts: As in `create`, as are the next two.
            allow_booking_out_of_bounds: See `create`.
            skip_booking_limits: See `create`.

        Raises:
            BadRequestError: the time is taken, or the booking is cancelled, rejected or waits for a host.
            NotFoundError: no such booking or seat.
            AmbiguousWriteError: no answer came; read the booking before you do it again.
        """
        body = fields(
            start=instant(start, "start"), rescheduled_by=rescheduled_by, rescheduling_reason=rescheduling_reason,
            seat_uid=seat_uid, email_verification_code=email_verification_code,
            reschedule_with_same_host=reschedule_with_same_host, allow_conflicts=allow_conflicts,
            allow_booking_out_of_bounds=allow_booking_out_of_bounds, skip_booking_limits=skip_booking_limits,
        )  # fmt: skip
        path = "/bookings/{bookingUid}/reschedule"
        return await self._booking("POST", path, booking_uid, body=body, versions=versions_for(body))

    @operation
    async def cancel(
        self,
        booking_uid: str,
        *,
        cancellation_reason: str | Unset = UNSET,
        cancel_subsequent_bookings: bool | Unset = UNSET,
        seat_uid: str | Unset = UNSET,
    ) -> Booking:
        """Cancel a booking, or one seat of it.

        `POST /v2/bookings/{bookingUid}/cancel`, public.

        Args:
            booking_uid: The booking. The `recurring_booking_uid` cancels all occurrences; they are in the result's
                `series`, and `cancel_series` returns them as a tuple.
            cancellation_reason: Why. A host has to say it.
            cancel_subsequent_bookings: True cancels the later occurrences as well.
            seat_uid: The seat of an attendee; without it a host cancels the booking for everybody.

        Raises:
            BadRequestError: it is cancelled, rejected or over already, or a host gave no reason.
            NotFoundError: no such booking.
            AmbiguousWriteError: no answer came; read the booking before you do it again.
        """
        body = _cancellation(cancellation_reason, cancel_subsequent_bookings, seat_uid)
        return await self._booking("POST", "/bookings/{bookingUid}/cancel", booking_uid, body=body)

    @operation
    async def cancel_series(
        self,
        booking_uid: str,
        *,
        cancellation_reason: str | Unset = UNSET,
        cancel_subsequent_bookings: bool | Unset = UNSET,
    ) -> tuple[Booking, ...]:
        """Cancel a recurring booking: all of it, or from one occurrence on.

        `POST /v2/bookings/{bookingUid}/cancel`, public. Arguments and errors as `cancel`: `booking_uid` is the
        `recurring_booking_uid` for all occurrences, or one occurrence with `cancel_subsequent_bookings=True` for it and
        the later ones. Not for seated ones: cancel each occurrence.

        Returns:
            All occurrences, also those that were left alone; `status` says which are cancelled.
        """
        body = _cancellation(cancellation_reason, cancel_subsequent_bookings, UNSET)
        return await self._bookings("POST", "/bookings/{bookingUid}/cancel", booking_uid, body=body)

    @operation
    async def confirm(self, booking_uid: str) -> Booking:
        """Confirm a booking that waits for you.

        `POST /v2/bookings/{bookingUid}/confirm`, OAuth scope `BOOKING_WRITE`; only for its owner.

        Raises:
            BadRequestError: it is confirmed already.
            AuthenticationError: it is not yours (401 here, not 403).
            NotFoundError: no such booking.
        """
        return await self._booking("POST", "/bookings/{bookingUid}/confirm", booking_uid)

    @operation
    async def decline(self, booking_uid: str, *, reason: str | Unset = UNSET) -> Booking:
        """Decline a booking that waits for you; its status becomes `rejected`.

        `POST /v2/bookings/{bookingUid}/decline`, OAuth scope `BOOKING_WRITE`; only for its owner.

        Args:
            booking_uid: The booking.
            reason: Why; the attendee reads it.

        Raises:
            BadRequestError: it is accepted already.
            NotFoundError: no such booking.
        """
        return await self._booking("POST", "/bookings/{bookingUid}/decline", booking_uid, body=fields(reason=reason))

    @operation
    async def mark_absent(
        self,
        booking_uid: str,
        *,
        host: bool | Unset = UNSET,
        attendees: Sequence[AttendeeAbsence | Mapping[str, Any]] | Unset = UNSET,
    ) -> Booking:
        """Say who did not show up, or take it back.

        `POST /v2/bookings/{bookingUid}/mark-absent`, OAuth scope `BOOKING_WRITE`.

        Args:
            booking_uid: The booking; it must have started.
            host: Whether the host was absent.
            attendees: `{"email": …, "absent": True}` for each of them.

        Raises:
            BadRequestError: it has not started yet.
            ServerError: an address that is not among the attendees (Cal.com answers 500).
        """
        body = fields(host=host, attendees=parts(AttendeeAbsence, attendees, "attendees"))
        return await self._booking("POST", "/bookings/{bookingUid}/mark-absent", booking_uid, body=body)

    @operation
    async def reassign(
        self, booking_uid: str, user_id: int | None = None, *, reason: str | Unset = UNSET
    ) -> ReassignedBooking:
        """Give a round-robin booking to another host.

        `POST /v2/bookings/{bookingUid}/reassign`, or `…/reassign/{userId}`; OAuth scope `BOOKING_WRITE`.

        Args:
            booking_uid: The booking.
            user_id: The new host, one of the event type's; None lets Cal.com choose.
            reason: Why; only with a `user_id`.

        Raises:
            InvalidRequestError: a reason without a `user_id`; Cal.com has no place for it.
            BadRequestError: nobody else is free, or the user is no host of the event type.
        """
        path = "/bookings/{bookingUid}/reassign"
        if user_id is not None:
            ids = (booking_uid, user_id)
            return await self._post(path + "/{userId}", *ids, into=ReassignedBooking, body=fields(reason=reason))
        if reason is not UNSET:
            raise InvalidRequestError("reason: only with a user_id; Cal.com takes none where it chooses the host")
        return await self._post(path, booking_uid, into=ReassignedBooking)

    @operation
    async def request_reschedule(self, booking_uid: str, *, reschedule_reason: str | Unset = UNSET) -> None:
        """Ask the attendee to choose another time. The booking is **cancelled**, and they get a link to book anew.

        `POST /v2/bookings/{bookingUid}/request-reschedule`, OAuth scope `BOOKING_WRITE`. Cal.com answers without data.

        Args:
            booking_uid: The booking.
            reschedule_reason: Why.

        Raises:
            BadRequestError: it can't be moved.
            NotFoundError: no such booking.
        """
        path = "/bookings/{bookingUid}/request-reschedule"
        body = fields(reschedule_reason=reschedule_reason)
        await self._post(path, booking_uid, into=None, body=body, versions=VERSIONS[::-1])

    @operation
    async def update_location(self, booking_uid: str, location: BookingLocation | Mapping[str, Any]) -> Booking:
        """Move a booking to another place. Calendars are updated, and the attendees get an e-mail.

        `PATCH /v2/bookings/{bookingUid}/location`, OAuth scope `BOOKING_WRITE`. A video app makes a new link.

        Args:
            booking_uid: The booking.
            location: The place, with its address, link or number:
                `{"type": "link", "link": "https://example.com/room"}`.

        Raises:
            NotFoundError: no such booking.
            BadRequestError: a place that Cal.com does not take.
        """
        body = {"location": part(BookingLocation, location, "location")}
        path = "/bookings/{bookingUid}/location"
        return await self._booking("PATCH", path, booking_uid, body=body, versions=VERSIONS[:1])

    @operation
    async def add_guests(self, booking_uid: str, guests: Sequence[NewGuest | Mapping[str, Any]]) -> Booking:
        """Invite guests to a booking. They and the others get e-mails.

        `POST /v2/bookings/{bookingUid}/guests`, OAuth scope `BOOKING_WRITE`; 5 calls a minute. Not for seated bookings.

        Args:
            booking_uid: The booking.
            guests: `{"email": …}` each, with `name`, `time_zone`, `phone_number`, `language` if you know them; at most
                10 in a call, 30 in all.

        Raises:
            BadRequestError: someone is invited already ("Emails must be unique and valid"), or the booking is seated.
            PermissionDeniedError: you may not change it.
        """
        body = {"guests": parts(NewGuest, guests, "guests")}
        path = "/bookings/{bookingUid}/guests"
        return await self._booking("POST", path, booking_uid, body=body, versions=VERSIONS[:1])


def _cancellation(reason: str | Unset, subsequent: bool | Unset, seat_uid: str | Unset) -> dict[str, Any]:
    return fields(cancellation_reason=reason, cancel_subsequent_bookings=subsequent, seat_uid=seat_uid)
