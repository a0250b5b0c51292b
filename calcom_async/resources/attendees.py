"""The attendees of a booking: `cal.bookings.attendees`."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from calcom_async.core.inputs import fields
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.bookings import Attendee, RemovedAttendee
from calcom_async.resources.resource import Listing, Resource, operation, paginated

__all__ = ["Attendees"]

M = TypeVar("M", covariant=True)


class Attendees(Resource[M]):
    """Who attends a booking. Self-hosted servers of 2025 don't have these operations."""

    versions: ClassVar[tuple[str, ...]] = ("2024-08-13",)

    @paginated
    def list(self, booking_uid: str) -> Listing[Attendee]:
        """Every attendee of a booking, with their ids.

        `GET /v2/bookings/{bookingUid}/attendees`, OAuth scope `BOOKING_READ`; not paged.

        Raises:
            NotFoundError: no such booking.
        """
        return self._list("/bookings/{bookingUid}/attendees", Attendee, booking_uid, style="none")

    @operation
    async def get(self, booking_uid: str, attendee_id: int) -> Attendee:
        """One attendee.

        `GET /v2/bookings/{bookingUid}/attendees/{attendeeId}`, OAuth scope `BOOKING_READ`.

        Raises:
            NotFoundError: no such booking, or no such attendee in it.
        """
        return await self._get("/bookings/{bookingUid}/attendees/{attendeeId}", booking_uid, attendee_id, into=Attendee)

    @operation
    async def add(
        self,
        booking_uid: str,
        *,
        name: str,
        email: str,
        time_zone: str,
        phone_number: str | Unset = UNSET,
        language: str | Unset = UNSET,
    ) -> Attendee:
        """Invite someone more. They get an e-mail, and the calendars are updated.

        `POST /v2/bookings/{bookingUid}/attendees`, OAuth scope `BOOKING_WRITE`. Not for seated bookings: there
        everybody books their own seat with `cal.bookings.create`.

        Args:
            booking_uid: The booking.
            name: Full name.
            email: E-mail address.
            time_zone: IANA name, such as `Europe/London`.
            phone_number: In international format.
            language: The language of messages to them; `en` if left out.

        Raises:
            BadRequestError: the booking is seated, or they attend it already ("Emails must be unique and valid").
            PermissionDeniedError: you neither host nor attend it.
        """
        body = fields(name=name, email=email, time_zone=time_zone, phone_number=phone_number, language=language)
        return await self._post("/bookings/{bookingUid}/attendees", booking_uid, into=Attendee, body=body)

    @operation
    async def remove(self, booking_uid: str, attendee_id: int) -> RemovedAttendee:
        """Take somebody off a booking; they get an e-mail. The open fork only.

        `DELETE /v2/bookings/{bookingUid}/attendees/{attendeeId}`

        Raises:
            BadRequestError: it is the first attendee; cancel the booking instead.
        """
        path = "/bookings/{bookingUid}/attendees/{attendeeId}"
        return await self._delete(path, booking_uid, attendee_id, into=RemovedAttendee)
