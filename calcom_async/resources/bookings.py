"""Bookings: `cal.bookings`, and the bookings of a team: `cal.team(7).bookings`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar, Unpack

import attrs

from calcom_async.core.inputs import Instant, check_names
from calcom_async.core.paging import Position
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.booking_reports import TeamBookingFilters
from calcom_async.models.bookings import Booking
from calcom_async.resources.attendees import Attendees
from calcom_async.resources.booking_changes import BookingChanges
from calcom_async.resources.booking_creation import BookingCreation
from calcom_async.resources.booking_meetings import BookingMeetings
from calcom_async.resources.booking_requests import VERSIONS, booking_filters, paging_for
from calcom_async.resources.email_verification import EmailVerification
from calcom_async.resources.resource import Listing, Resource, child, operation, paginated

if TYPE_CHECKING:
    from calcom_async.export import ExportArguments, ExportReport

__all__ = ["Bookings", "TeamBookings"]

M = TypeVar("M", covariant=True)


class Bookings(BookingCreation[M], BookingChanges[M], BookingMeetings[M]):
    """Bookings that you host or attend, and those of your team members and team event types if you administer them.

    Cal.com answers some calls with all occurrences of a recurring booking. Methods that return one `Booking` return
    the one that was asked for, with the others in its `series`.
    """

    attendees: Attendees[M] = child("bookings")
    """Who attends a booking."""
    email_verification: EmailVerification[M] = child("bookings")
    """Codes that prove an attendee's e-mail address."""

    @paginated
    def list(
        self,
        *,
        status: str | Sequence[str] | Unset = UNSET,
        attendee_email: str | Unset = UNSET,
        attendee_name: str | Unset = UNSET,
        booking_uid: str | Unset = UNSET,
        event_type_ids: int | Sequence[int] | Unset = UNSET,
        event_type_id: int | Unset = UNSET,
        teams_ids: int | Sequence[int] | Unset = UNSET,
        team_id: int | Unset = UNSET,
        after_start: Instant | Unset = UNSET,
        before_end: Instant | Unset = UNSET,
        after_created_at: Instant | Unset = UNSET,
        before_created_at: Instant | Unset = UNSET,
        after_updated_at: Instant | Unset = UNSET,
        before_updated_at: Instant | Unset = UNSET,
        sort_start: str | Unset = UNSET,
        sort_end: str | Unset = UNSET,
        sort_created: str | Unset = UNSET,
        sort_updated_at: str | Unset = UNSET,
        page_size: int | None = None,
        skip: int = 0,
        cursor: str | None = None,
        api_version: str = VERSIONS[0],
    ) -> Listing[Booking]:
        """Your bookings, narrowed and ordered.

        `GET /v2/bookings`, OAuth scope `BOOKING_READ`. Without a `status` in every state, cancelled ones as well.

        The order is what you ask for with one `sort_…`. Else, if you ask for a status or for a time of start or end,
        it is Cal.com's: by start, past and cancelled ones latest first. Else it is by creation, oldest first, which
        is the best one to walk through everything. No order has a tie-break, so bookings that tie where a page ends
        may be missed or come twice: to lose none, use `export`.

        Args:
            status: `upcoming`, `recurring`, `past`, `cancelled`, `unconfirmed` (`BookingFilter`), one or several. They
                overlap: `cancelled` has rejected ones too, `past` those that were never confirmed.
            attendee_email: Exactly this address among the attendees.
            attendee_name: Exactly this name among the attendees.
            booking_uid: One booking.
            event_type_ids: Any of these event types; unknown ones are an error.
            event_type_id: One event type.
            teams_ids: Any of these teams.
            team_id: One team. One without event types narrows nothing.
            after_start: Starts then or later.
            before_end: Ends then or earlier.
            after_created_at: Made then or later. The server's total does not count this filter, nor the next three.
            before_created_at: Made then or earlier.
            after_updated_at: Changed then or later; a booking that was never changed is not among them.
            before_updated_at: Changed then or earlier; likewise.
            sort_start: Order by start: `asc` or `desc`. If several orders are given: start, end, created, updated.
            sort_end: Order by end.
            sort_created: Order by creation.
            sort_updated_at: Order by the last change.
            page_size: Bookings per request; by default as many as Cal.com gives (250, by cursor 100).
            skip: Bookings to pass over at first; not by cursor.
            cursor: Where to go on in a list by cursor.
            api_version: `2024-08-13`, `2026-02-25`, or `2026-05-01` to page by cursor: with one status at most, in a
                fixed order, and at times too slow to answer. A `cursor` chooses it by itself.

        Raises:
            InvalidRequestError: an instant without an offset, several statuses by cursor.
            BadRequestError: a value that Cal.com does not take, such as an unknown event type.
        """
        paging = paging_for(api_version, page_size=page_size, cursor=cursor, skip=skip, status=status)
        query = booking_filters(
            ordered_by_server=paging.style == "cursor",
            status=status, attendee_email=attendee_email, attendee_name=attendee_name, booking_uid=booking_uid,
            event_type_ids=event_type_ids, event_type_id=event_type_id, teams_ids=teams_ids, team_id=team_id,
            after_start=after_start, before_end=before_end,
            after_created_at=after_created_at, before_created_at=before_created_at,
            after_updated_at=after_updated_at, before_updated_at=before_updated_at,
            sort_start=sort_start, sort_end=sort_end, sort_created=sort_created, sort_updated_at=sort_updated_at,
        )  # fmt: skip
        listing = self._list(
            "/bookings", Booking, query=query, page_size=paging.page_size, style=paging.style, versions=paging.versions
        )
        return attrs.evolve(listing, start=Position(skip, cursor))

    # --- reading ------------------------------------------------------------------------------------------------------

    @operation
    async def get(self, booking_uid: str) -> Booking:
        """One booking. Of a `recurring_booking_uid` it is the first occurrence, with all of them in its `series`.

        `GET /v2/bookings/{bookingUid}`, public. Attendees of a seated booking may be hidden from others than its hosts.

        Raises:
            NotFoundError: no such booking. A seat's uid is none: use `get_by_seat`.
        """
        return await self._booking("GET", "/bookings/{bookingUid}", booking_uid)

    @operation
    async def get_series(self, recurring_booking_uid: str) -> tuple[Booking, ...]:
        """Every occurrence of a recurring booking, by start.

        `GET /v2/bookings/{bookingUid}`, public.

        Args:
            recurring_booking_uid: What the occurrences share. The uid of one occurrence gives only that.

        Raises:
            NotFoundError: no such booking.
        """
        return await self._bookings("GET", "/bookings/{bookingUid}", recurring_booking_uid)

    @operation
    async def get_by_seat(self, seat_uid: str) -> Booking:
        """The seated booking that a seat belongs to.

        `GET /v2/bookings/by-seat/{seatUid}`, public.

        Raises:
            NotFoundError: no such seat.
        """
        return await self._booking("GET", "/bookings/by-seat/{seatUid}", seat_uid)

    # --- all of them --------------------------------------------------------------------------------------------------

    @operation
    async def export(self, destination: str | os.PathLike[str], **arguments: Unpack[ExportArguments]) -> ExportReport:
        """Write every booking that exists now into a file, exactly once: what paging through `list` can't promise.

        `GET /v2/bookings`, OAuth scope `BOOKING_READ`. An export that was interrupted goes on when it is called again.

        Args:
            destination: A file name ending in `.jsonl`, `.csv` (both may be followed by `.gz`), `.parquet`, `.sqlite`
                or `.ics`, or `-` for JSON lines on standard output.
            **arguments: Filters and options; see `calcom_async.export.export_bookings`.

        Raises:
            InvalidRequestError: an unknown format, a folder that does not exist, a filter that can't be.
            ExportError: it could not be finished; nothing stands under the final name. The cause is chained.
        """
        return await _export(self, "/bookings", destination, arguments)


class TeamBookings(Resource[M]):
    """The bookings of a team's event types, for those who administer it."""

    @paginated
    def list(self, *, page_size: int = 250, skip: int = 0, **filters: Unpack[TeamBookingFilters]) -> Listing[Booking]:
        """The team's bookings; filters, order and errors as `cal.bookings.list`.

        `GET {scope}/bookings`, OAuth scope `TEAM_BOOKING_READ`.

        Args:
            page_size: Bookings per request, 1 to 250.
            skip: Bookings to pass over at first.
            **filters: See `TeamBookingFilters`.

        Raises:
            InvalidRequestError: a filter that does not exist, or an instant without an offset.
            PermissionDeniedError: you don't administer the team.
        """
        check_names(filters, TeamBookingFilters.__annotations__)
        query = booking_filters(**filters)
        listing = self._list("/bookings", Booking, query=query, page_size=page_size)
        return attrs.evolve(listing, start=Position(skip))

    @operation
    async def export(self, destination: str | os.PathLike[str], **arguments: Unpack[ExportArguments]) -> ExportReport:
        """Write every booking of the team into a file, exactly once; as `cal.bookings.export`.

        `GET {scope}/bookings`, OAuth scope `TEAM_BOOKING_READ`.
        """
        return await _export(self, "/bookings", destination, arguments)


async def _export(
    resource: Resource[Any], template: str, destination: str | os.PathLike[str], arguments: ExportArguments
) -> ExportReport:
    """The export of one list of bookings: built on the client, as any user would build it."""
    from calcom_async.client import AsyncCalCom
    from calcom_async.export import export_list

    path = resource._request("GET", template, ()).path
    return await export_list(AsyncCalCom.on(resource._channel), path.strip("/"), destination, arguments)
