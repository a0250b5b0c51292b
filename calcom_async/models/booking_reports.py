"""What becomes of bookings that an organization reports or blocks, and the filters of its lists of bookings."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TypedDict

from calcom_async.core.inputs import Instant
from calcom_async.core.records import Record, record

__all__ = [
    "BlockedBooking",
    "BookingReportReason",
    "MemberBookingFilters",
    "OrganizationBookingFilters",
    "ReportedBooking",
    "TeamBookingFilters",
]


class BookingReportReason(StrEnum):
    """What is wrong with a booking."""

    SPAM = "SPAM"
    UNWANTED = "UNWANTED"
    DONT_KNOW_PERSON = "DONT_KNOW_PERSON"
    OTHER = "OTHER"


@record
class BlockedBooking(Record):
    """What blocking a booker did."""

    booking_uid: str
    """The booking."""
    success: bool | None = None
    """Whether it was done."""
    message: str | None = None
    """What Cal.com says about it."""
    cancelled_count: int | None = None
    """How many bookings were cancelled."""
    blocked_value: str | None = None
    """The address or domain that can't book any more."""


@record
class ReportedBooking(Record):
    """What reporting a booking did."""

    booking_uid: str
    """The booking."""
    success: bool | None = None
    """Whether it was done."""
    message: str | None = None
    """What Cal.com says about it."""
    reported_count: int | None = None
    """How many reports were made."""
    cancelled_count: int | None = None
    """How many bookings were cancelled."""


class TeamBookingFilters(TypedDict, total=False):
    """Which bookings of a team; as `cal.bookings.list`, where each is explained."""

    status: str | Sequence[str]
    attendee_email: str
    attendee_name: str
    booking_uid: str
    event_type_ids: int | Sequence[int]
    event_type_id: int
    after_start: Instant
    before_end: Instant
    after_created_at: Instant
    before_created_at: Instant
    after_updated_at: Instant
    before_updated_at: Instant
    sort_start: str
    sort_end: str
    sort_created: str
    sort_updated_at: str


class MemberBookingFilters(TeamBookingFilters, total=False):
    """Which bookings of a member."""

    teams_ids: int | Sequence[int]
    """Any of these teams."""
    team_id: int
    """One team."""


class OrganizationBookingFilters(MemberBookingFilters, total=False):
    """Which bookings of an organization."""

    user_ids: int | Sequence[int]
    """Those of these users."""
