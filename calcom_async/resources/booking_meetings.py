"""What belongs to the meeting of a booking: calendar links, references, recordings, sessions, the routing trace."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from calcom_async.core.inputs import fields
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.booking_meetings import BookingReference, CalendarLink, ConferencingSession, Recording
from calcom_async.models.routing_traces import RoutingTrace
from calcom_async.resources.booking_requests import VERSIONS
from calcom_async.resources.resource import Listing, Resource, operation, paginated

__all__ = ["BookingMeetings"]

M = TypeVar("M", covariant=True)


class BookingMeetings(Resource[M]):
    """The part of `cal.bookings` that reads what apps made for a booking of yours or your team's."""

    versions: ClassVar[tuple[str, ...]] = VERSIONS

    @paginated
    def calendar_links(self, booking_uid: str) -> Listing[CalendarLink]:
        """Links that add the booking to a calendar: Google, Microsoft Office and Outlook, and an ICS file.

        `GET /v2/bookings/{bookingUid}/calendar-links`, OAuth scope `BOOKING_READ`; not paged.

        Raises:
            NotFoundError: no such booking.
            BadRequestError: its event type is deleted.
        """
        return self._list("/bookings/{bookingUid}/calendar-links", CalendarLink, booking_uid, style="none")

    @paginated
    def references(
        self,
        booking_uid: str,
        *,
        type: str | Unset = UNSET,  # noqa: A002 - Cal.com's word
    ) -> Listing[BookingReference]:
        """What apps made for the booking: calendar events, video meetings.

        `GET /v2/bookings/{bookingUid}/references`, OAuth scope `BOOKING_READ`; not paged.

        Args:
            booking_uid: The booking.
            type: Only those of one app; see `BookingReferenceType`.

        Raises:
            NotFoundError: no such booking.
        """
        query = fields(type=type)
        path = "/bookings/{bookingUid}/references"
        return self._list(path, BookingReference, booking_uid, query=query, style="none")

    @paginated
    def recordings(self, booking_uid: str) -> Listing[Recording]:
        """The recordings of the booking's Cal Video meeting.

        `GET /v2/bookings/{bookingUid}/recordings`, OAuth scope `BOOKING_READ`; not paged. Download links live one hour.

        Raises:
            NotFoundError: no such booking, or it has no Cal Video meeting.
        """
        return self._list("/bookings/{bookingUid}/recordings", Recording, booking_uid, style="none")

    @paginated
    def transcripts(self, booking_uid: str) -> Listing[str]:
        """Links to the transcripts of the booking's Cal Video meeting.

        `GET /v2/bookings/{bookingUid}/transcripts`, OAuth scope `BOOKING_READ`; not paged. The links live one hour.

        Raises:
            NotFoundError: no such booking, or it has no Cal Video meeting.
        """
        return self._list("/bookings/{bookingUid}/transcripts", str, booking_uid, style="none")

    @paginated
    def conferencing_sessions(self, booking_uid: str) -> Listing[ConferencingSession]:
        """The sessions of the booking's Cal Video meeting, with who was there.

        `GET /v2/bookings/{bookingUid}/conferencing-sessions`, OAuth scope `BOOKING_READ`; not paged; 60 a minute.

        Raises:
            NotFoundError: no such booking, or it has no Cal Video meeting.
            RateLimitError: too many for Cal.com, or for the video app; `retry_after` says how long to wait.
        """
        return self._list(
            "/bookings/{bookingUid}/conferencing-sessions", ConferencingSession, booking_uid, style="none"
        )

    @operation
    async def routing_trace(self, booking_uid: str) -> RoutingTrace:
        """How routing forms, the CRM and the choice of a host led to this booking; empty where none did.

        `GET /v2/bookings/{bookingUid}/routing-trace`, OAuth scope `BOOKING_READ`.

        Raises:
            NotFoundError: no such booking.
        """
        path = "/bookings/{bookingUid}/routing-trace"
        return await self._get(path, booking_uid, into=RoutingTrace, versions=("2024-08-13",))
