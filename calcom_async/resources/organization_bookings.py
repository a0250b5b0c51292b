"""Bookings of an organization, of one of its members, and of one of its teams."""

from __future__ import annotations

from typing import Any, TypeVar, Unpack

import attrs

from calcom_async.core.inputs import check_names, fields
from calcom_async.core.paging import Position
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.booking_meetings import BookingReference
from calcom_async.models.booking_reports import (
    BlockedBooking,
    BookingReportReason,
    MemberBookingFilters,
    OrganizationBookingFilters,
    ReportedBooking,
)
from calcom_async.models.bookings import Booking
from calcom_async.resources.booking_requests import VERSIONS, booking_filters, paging_for
from calcom_async.resources.bookings import TeamBookings
from calcom_async.resources.resource import Listing, Resource, operation, paginated

__all__ = ["MemberBookings", "OrganizationBookings", "OrganizationTeamBookings"]

M = TypeVar("M", covariant=True)


class OrganizationBookings(Resource[M]):
    """The bookings of everybody in an organization, for its admins.

    To lose none, use `cal.bookings.export(…, organization_id=…)`.
    """

    @paginated
    def list(
        self,
        *,
        page_size: int | None = None,
        skip: int = 0,
        cursor: str | None = None,
        api_version: str = VERSIONS[0],
        **filters: Unpack[OrganizationBookingFilters],
    ) -> Listing[Booking]:
        """The organization's bookings; paging, order, filters and errors as `cal.bookings.list`, and `user_ids`.

        `GET {organization}/bookings`, organization admin, OAuth scope `ORG_BOOKING_READ`.

        Args:
            page_size: Bookings per request; by default 250, by cursor 100.
            skip: Bookings to pass over at first; not by cursor.
            cursor: Where to go on in a list by cursor.
            api_version: `2026-05-01` pages by cursor.
            **filters: See `OrganizationBookingFilters`.
        """
        status = filters.get("status", UNSET)
        paging = paging_for(api_version, page_size=page_size, cursor=cursor, skip=skip, status=status)
        query = _query(dict(filters), OrganizationBookingFilters, ordered_by_server=paging.style == "cursor")
        listing = self._list(
            "/bookings", Booking, query=query, page_size=paging.page_size, style=paging.style, versions=paging.versions
        )
        return attrs.evolve(listing, start=Position(skip, cursor))

    @operation
    async def report(
        self,
        booking_uid: str,
        *,
        reason: BookingReportReason | str,
        report_type: str,
        description: str | Unset = UNSET,
    ) -> ReportedBooking:
        """Report a booking to Cal.com. It and other bookings to come of the same kind are cancelled silently.

        `POST {organization}/bookings/report`, OAuth scope `ORG_BOOKING_WRITE`.

        Args:
            booking_uid: The booking.
            reason: `SPAM`, `UNWANTED`, `DONT_KNOW_PERSON` or `OTHER`.
            report_type: `EMAIL` for the booker's address, `DOMAIN` for all addresses of its domain.
            description: More about it.
        """
        body = fields(booking_uid=booking_uid, reason=reason, report_type=report_type, description=description)
        return await self._post("/bookings/report", body=body, into=ReportedBooking)

    @operation
    async def block(self, booking_uid: str, *, block_type: str) -> BlockedBooking:
        """Let the booker of a booking book no more. All their bookings to come are cancelled silently.

        `POST {organization}/bookings/block`, OAuth scope `ORG_BOOKING_WRITE`.

        Args:
            booking_uid: The booking.
            block_type: `EMAIL` for the booker's address, `DOMAIN` for all addresses of its domain.
        """
        body = fields(booking_uid=booking_uid, block_type=block_type)
        return await self._post("/bookings/block", body=body, into=BlockedBooking)


class MemberBookings(Resource[M]):
    """The bookings of a member of an organization, for its admins."""

    @paginated
    def list(self, *, page_size: int = 250, skip: int = 0, **filters: Unpack[MemberBookingFilters]) -> Listing[Booking]:
        """The member's bookings; filters, order and errors as `cal.bookings.list`.

        `GET {organization}/users/{userId}/bookings`, organization admin, OAuth scope `ORG_BOOKING_READ`.

        Args:
            page_size: Bookings per request, 1 to 250.
            skip: Bookings to pass over at first.
            **filters: See `MemberBookingFilters`.
        """
        listing = self._list(
            "/bookings", Booking, query=_query(dict(filters), MemberBookingFilters), page_size=page_size
        )
        return attrs.evolve(listing, start=Position(skip))


class OrganizationTeamBookings(TeamBookings[M]):
    """The bookings of a team of an organization, for those who administer it."""

    @paginated
    def references(
        self,
        booking_uid: str,
        *,
        type: str | Unset = UNSET,  # noqa: A002 - Cal.com's word
    ) -> Listing[BookingReference]:
        """What apps made for a booking: calendar events, video meetings; not paged.

        `GET {team}/bookings/{bookingUid}/references`, team admin, OAuth scope `TEAM_BOOKING_READ`.

        Args:
            booking_uid: The booking.
            type: Only those of one app; see `BookingReferenceType`.
        """
        path, query = "/bookings/{bookingUid}/references", fields(type=type)
        return self._list(path, BookingReference, booking_uid, query=query, style="none")


def _query(
    given: dict[str, Any], known: type[MemberBookingFilters], *, ordered_by_server: bool = False
) -> dict[str, Any]:
    check_names(given, known.__annotations__)
    return booking_filters(ordered_by_server=ordered_by_server, **given)
