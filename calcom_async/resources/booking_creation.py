"""Making bookings: `cal.bookings.create` and `create_recurring`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from calcom_async.core.inputs import Instant, fields
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.booking_inputs import BookingRouting, NewAttendee
from calcom_async.models.booking_locations import BookingLocation
from calcom_async.models.bookings import Booking, in_series
from calcom_async.models.routing_forms import ResponseRouting
from calcom_async.resources.booking_answers import BookingAnswers
from calcom_async.resources.booking_requests import new_booking, read_bookings, versions_for
from calcom_async.resources.ensure_once import create_once, find_marked
from calcom_async.resources.resource import operation

__all__ = ["BookingCreation"]

M = TypeVar("M", covariant=True)


class BookingCreation(BookingAnswers[M]):
    """The part of `cal.bookings` that makes bookings."""

    @operation
    async def create(
        self,
        *,
        start: Instant,
        attendee: NewAttendee | Mapping[str, Any],
        event_type_id: int | Unset = UNSET,
        event_type_slug: str | Unset = UNSET,
        username: str | Unset = UNSET,
        team_slug: str | Unset = UNSET,
        organization_slug: str | Unset = UNSET,
        guests: Sequence[str] | Unset = UNSET,
        booking_fields_responses: Mapping[str, Any] | Unset = UNSET,
        metadata: Mapping[str, Any] | Unset = UNSET,
        length_in_minutes: int | timedelta | Unset = UNSET,
        location: BookingLocation | Mapping[str, Any] | Unset = UNSET,
        meeting_url: str | Unset = UNSET,
        routing: BookingRouting | ResponseRouting | Mapping[str, Any] | Unset = UNSET,
        email_verification_code: str | Unset = UNSET,
        instant: bool | Unset = UNSET,
        recurrence_count: int | Unset = UNSET,
        allow_conflicts: bool | Unset = UNSET,
        allow_booking_out_of_bounds: bool | Unset = UNSET,
        skip_booking_limits: bool | Unset = UNSET,
        ensure_once: bool | str = False,
    ) -> Booking:
        """Book something: a regular, seated, recurring or instant booking, by the kind of the event type.

        `POST /v2/bookings`, public. Say what is booked by `event_type_id`, or by `event_type_slug` with `username` or
        `team_slug`.

        For a recurring event type Cal.com books all occurrences. Then this is the first, and its `series` has them
        all; `create_recurring` returns them as a tuple.

        Args:
            start: When it starts.
            attendee: For whom: `name`, `time_zone`, and `email` or `phone_number`; `language`.
            event_type_id: The event type.
            event_type_slug: The event type by its name in links.
            username: Whose event type it is.
            team_slug: Which team's event type it is.
            organization_slug: The organization of that person or team.
            guests: E-mail addresses of further people.
            booking_fields_responses: Answers to the event type's own questions, by the slug of the booking field.
            metadata: Anything of yours: at most 50 keys of at most 40 characters, texts of at most 500.
            length_in_minutes: Minutes (or a timedelta), where the event type has several lengths.
            location: One of the event type's locations, such as `{"type": "link"}`; its first one if left out.
            meeting_url: Deprecated by Cal.com: give a `location`.
            routing: What a routing form decided.
            email_verification_code: For event types that verify addresses; see `email_verification`.
            instant: True for an instant meeting, which a team's event type may offer: whoever of the hosts is there
                joins.
            recurrence_count: How many occurrences, if fewer than the event type has.
            allow_conflicts: Book although the host is busy. This and the next two count only if you are a host, and
                need Cal.com's version 2026-02-25.
            allow_booking_out_of_bounds: Book although it is too soon or too far ahead.
            skip_booking_limits: Book although a limit of bookings is reached.
            ensure_once: Book exactly once, or say that it is open. A time-out or an error of the server leaves open
                whether the booking was made, and Cal.com has no idempotency key. With True the booking gets a mark in
                its metadata (key `calcomAsyncOnce`) and is looked up by it when the answer is lost. A text is a mark of
                your own, such as the number of an order: it is looked up before anything is sent, so that a program
                can be run again. Only a key that sees the booking, as its host or attendee, can find it.

        Raises:
            InvalidRequestError: a naive datetime, an unknown key, metadata that is too long; nothing was sent.
            BadRequestError: the time is taken or not offered, or a question has no answer.
            ConflictError: the seat is taken, or somebody was faster.
            NotFoundError: no such event type.
            AmbiguousWriteError: no answer came, so that it may have been made. With `ensure_once` this means that it
                was not found either; call again with `ensure_once=error.mark`.
        """
        body = new_booking(
            start=start, attendee=attendee, event_type_id=event_type_id, event_type_slug=event_type_slug,
            username=username, team_slug=team_slug, organization_slug=organization_slug, guests=guests,
            booking_fields_responses=booking_fields_responses, metadata=metadata, length_in_minutes=length_in_minutes,
            location=location, meeting_url=meeting_url, routing=routing, instant=instant,
            email_verification_code=email_verification_code, recurrence_count=recurrence_count,
            allow_conflicts=allow_conflicts, allow_booking_out_of_bounds=allow_booking_out_of_bounds,
            skip_booking_limits=skip_booking_limits,
        )  # fmt: skip
        return in_series(await self._create(body, ensure_once))

    @operation
    async def create_recurring(
        self,
        *,
        start: Instant,
        attendee: NewAttendee | Mapping[str, Any],
        event_type_id: int | Unset = UNSET,
        event_type_slug: str | Unset = UNSET,
        username: str | Unset = UNSET,
        team_slug: str | Unset = UNSET,
        organization_slug: str | Unset = UNSET,
        recurrence_count: int | Unset = UNSET,
        guests: Sequence[str] | Unset = UNSET,
        booking_fields_responses: Mapping[str, Any] | Unset = UNSET,
        metadata: Mapping[str, Any] | Unset = UNSET,
        length_in_minutes: int | timedelta | Unset = UNSET,
        location: BookingLocation | Mapping[str, Any] | Unset = UNSET,
        meeting_url: str | Unset = UNSET,
        routing: BookingRouting | ResponseRouting | Mapping[str, Any] | Unset = UNSET,
        email_verification_code: str | Unset = UNSET,
        allow_conflicts: bool | Unset = UNSET,
        allow_booking_out_of_bounds: bool | Unset = UNSET,
        skip_booking_limits: bool | Unset = UNSET,
        ensure_once: bool | str = False,
    ) -> tuple[Booking, ...]:
        """Book a recurring event type: every occurrence, in order. Arguments and errors as `create`.

        `POST /v2/bookings`, public. Of an event type that does not recur, it is the one booking in a tuple. Cal.com
        books the occurrences one by one: after an error that leaves it open, `ensure_once` finds what was made, which
        may be fewer than were asked for.
        """
        body = new_booking(
            start=start, attendee=attendee, event_type_id=event_type_id, event_type_slug=event_type_slug,
            username=username, team_slug=team_slug, organization_slug=organization_slug, guests=guests,
            booking_fields_responses=booking_fields_responses, metadata=metadata, length_in_minutes=length_in_minutes,
            location=location, meeting_url=meeting_url, routing=routing,
            email_verification_code=email_verification_code, recurrence_count=recurrence_count,
            allow_conflicts=allow_conflicts, allow_booking_out_of_bounds=allow_booking_out_of_bounds,
            skip_booking_limits=skip_booking_limits,
        )  # fmt: skip
        return await self._create(body, ensure_once)

    # --- one way for both ---------------------------------------------------------------------------------------------

    async def _create(self, body: dict[str, Any], ensure_once: bool | str) -> tuple[Booking, ...]:
        if ensure_once is False:
            return await self._send(body)
        return await create_once(body, ensure_once, send=self._send, look=self._look)

    async def _send(self, body: Mapping[str, Any]) -> tuple[Booking, ...]:
        return await self._bookings("POST", "/bookings", body=body, versions=versions_for(body))

    async def _look(self, body: Mapping[str, Any], mark: str, beyond_address: bool) -> tuple[Booking, ...]:
        """Look for a marked booking: in all statuses, by its start, and by the attendee's address if there is one."""
        start: str = body["start"]
        address = body["attendee"].get("email", UNSET) if not beyond_address else UNSET
        query = fields(attendee_email=address, after_start=start, sort_start="asc")
        wire = await find_marked(self._list("/bookings", dict, page_size=250, query=query), start, mark)
        if wire is None:
            return ()
        series = wire.get("recurringBookingUid")
        return read_bookings(wire) if not series else await self._bookings("GET", "/bookings/{bookingUid}", series)
