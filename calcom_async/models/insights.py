"""Insights: what happened to bookings and routing forms, in numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

from calcom_async.core.records import Record, field, record

__all__ = [
    "AverageDuration",
    "BookingStatistics",
    "BookingTrend",
    "InsightFilters",
    "InsightMetric",
    "InsightPeriod",
    "MemberRanking",
    "MemberStatistics",
    "RankedMember",
    "RoutedToPeriod",
    "RoutedToPeriods",
    "RoutedToStatistics",
    "RoutedToUser",
    "RoutedToUsers",
    "RoutingAttendee",
    "RoutingFormField",
    "RoutingFormFieldOption",
    "RoutingFormsByStatus",
    "RoutingInsight",
    "RoutingInsightField",
    "RoutingInsights",
]


class InsightFilters(TypedDict, total=False):
    """What to count."""

    selected_team_id: int
    """The team, with `scope="team"`."""
    column_filters: Sequence[Mapping[str, Any]]
    """Each `{"id": column, "value": {"type": kind, "data": …}}` with the kinds `ss` (one of), `ms` (several of), `t`
    (text), `n` (number) and `dr` (dates, column `startTime` or `createdAt`, `data` = `{"startDate": …, "endDate": …,
    "preset": "custom"}`). What counts bookings wants a `dr` among them."""


@record
class InsightMetric(Record):
    """A number, and how it changed."""

    count: float | None = None
    """The number in the period."""
    delta_previous: float | None = None
    """Its change against the period before, in per cent."""


@record
class InsightPeriod(Record):
    """The period compared with."""

    start_date: str | None = None
    """First day."""
    end_date: str | None = None
    """Last day."""


@record
class BookingStatistics(Record):
    """Bookings of a period in numbers."""

    empty: bool | None = None
    """Whether there is nothing to count."""
    created: InsightMetric | None = None
    """Bookings made."""
    scheduled: InsightMetric | None = None
    """Bookings to come."""
    completed: InsightMetric | None = None
    """Bookings that took place."""
    rescheduled: InsightMetric | None = None
    """Bookings moved."""
    cancelled: InsightMetric | None = None
    """Bookings cancelled."""
    no_show: InsightMetric | None = field("no_show")
    """Hosts who did not come."""
    no_show_guest: InsightMetric | None = field("no_show_guest")
    """Guests who did not come."""
    rating: InsightMetric | None = None
    """The average rating."""
    csat: InsightMetric | None = None
    """Satisfied guests, in per cent."""
    previous_range: InsightPeriod | None = None
    """What the changes are measured against."""


@record
class BookingTrend(Record):
    """The bookings of one day (or week, or month)."""

    formatted_date_full: str | None = None
    """The date for people, such as `Sep 1 (Tue)`."""
    is_today: bool | None = None
    """Whether it is today."""
    month: str | None = field("Month")
    """The label of the chart, such as `Sep 1`, or only the day."""
    created: int | None = field("Created")
    """Bookings made."""
    completed: int | None = field("Completed")
    """Bookings that took place."""
    rescheduled: int | None = field("Rescheduled")
    """Bookings moved."""
    cancelled: int | None = field("Cancelled")
    """Bookings cancelled."""
    no_show_host: int | None = field("No-Show (Host)")
    """Hosts who did not come."""
    no_show_guest: int | None = field("No-Show (Guest)")
    """Guests who did not come."""


@record
class AverageDuration(Record):
    """How long bookings were on one day."""

    date: str | None = field("Date")
    """The label of the chart."""
    formatted_date_full: str | None = None
    """The date for people."""
    is_today: bool | None = None
    """Whether it is today."""
    average: float | None = field("Average")
    """Minutes."""


@record
class RankedMember(Record):
    """A member of a ranking."""

    id: int | None = None
    """Who."""
    username: str | None = None
    """Their slug in booking links."""
    name: str | None = None
    """Their name."""
    email: str | None = None
    """Their address."""
    avatar_url: str | None = None
    """Their picture."""


@record
class MemberRanking(Record):
    """One place of a ranking."""

    user_id: int | None = None
    """Who."""
    user: RankedMember | None = None
    """More of them."""
    email_md5: str | None = None
    """The hash of their address, for a picture."""
    count: float | None = None
    """What they are ranked by."""


@record
class MemberStatistics(Record):
    """Rankings of the members."""

    most_bookings: tuple[MemberRanking, ...] = ()
    """Most bookings first."""
    least_bookings: tuple[MemberRanking, ...] = ()
    """Fewest bookings first."""
    most_cancelled: tuple[MemberRanking, ...] = ()
    """Most cancellations first."""
    most_completed: tuple[MemberRanking, ...] = ()
    """Most bookings that took place first."""
    least_completed: tuple[MemberRanking, ...] = ()
    """Fewest first."""
    most_no_show: tuple[MemberRanking, ...] = ()
    """Most guests who did not come first."""
    highest_ratings: tuple[MemberRanking, ...] = ()
    """Best rated first."""
    lowest_ratings: tuple[MemberRanking, ...] = ()
    """Worst rated first."""


@record
class RoutingFormsByStatus(Record):
    """How often routing forms were filled in."""

    total: int | None = None
    """In all."""
    total_without_booking: int | None = None
    """Without a booking after it."""
    total_with_booking: int | None = None
    """With one."""


@record
class RoutingAttendee(Record):
    """Who was booked for."""

    name: str | None = None
    """The name."""
    email: str | None = None
    """The address."""
    phone_number: str | None = None
    """The number."""
    time_zone: str | None = None
    """The time zone."""


@record
class RoutingInsightField(Record):
    """An answer given in the form; one of the values is set."""

    field_id: str | None = None
    """Which field."""
    value_string: str | None = None
    """Its text."""
    value_number: float | None = None
    """Its number."""
    value_string_array: tuple[str, ...] | None = None
    """Its choices."""


@record
class RoutingInsight(Record):
    """One form filled in, and what became of it."""

    id: int
    """The response's id."""
    uuid: str | None = None
    """Its other id."""
    form_id: str | None = None
    """The form."""
    form_name: str | None = None
    """Its name."""
    form_team_id: int | None = None
    """The team it belongs to."""
    form_user_id: int | None = None
    """The user it belongs to."""
    booking_uid: str | None = None
    """The booking that followed."""
    booking_id: int | None = None
    """Its number."""
    booking_status: str | None = None
    """Its status."""
    booking_status_order: int | None = None
    """Its status as a number to sort by."""
    booking_created_at: datetime | None = None
    """When it was made."""
    booking_user_id: int | None = None
    """Its host."""
    booking_user_name: str | None = None
    """The host's name."""
    booking_user_email: str | None = None
    """The host's address."""
    booking_user_avatar_url: str | None = None
    """The host's picture."""
    booking_assignment_reason: str | None = None
    """Why this host."""
    booking_start_time: datetime | None = None
    """Its start."""
    booking_end_time: datetime | None = None
    """Its end."""
    event_type_id: int | None = None
    """The event type booked."""
    event_type_parent_id: int | None = None
    """The managed event type behind it."""
    event_type_scheduling_type: str | None = None
    """How its host is chosen."""
    created_at: datetime | None = None
    """When the form was filled in."""
    utm_source: str | None = field("utm_source")
    """Where the visitor came from."""
    utm_medium: str | None = field("utm_medium")
    """By what."""
    utm_campaign: str | None = field("utm_campaign")
    """By which campaign."""
    utm_term: str | None = field("utm_term")
    """By which words."""
    utm_content: str | None = field("utm_content")
    """By which link."""
    booking_attendees: tuple[RoutingAttendee, ...] = ()
    """Who was booked for."""
    fields: tuple[RoutingInsightField, ...] = ()
    """The answers."""


@record
class RoutingInsights(Record):
    """A page of forms filled in."""

    total: int | None = None
    """How many there are in all."""
    data: tuple[RoutingInsight, ...] = ()
    """Those of this page."""


@record
class RoutingFormFieldOption(Record):
    """A choice of a field."""

    id: str | None = None
    """Its id."""
    label: str | None = None
    """What people read."""


@record
class RoutingFormField(Record):
    """A field of a routing form."""

    id: str
    """Its id."""
    label: str | None = None
    """What people read."""
    type: str | None = None
    """What kind it is."""
    options: tuple[RoutingFormFieldOption, ...] | None = None
    """Its choices."""


@record
class RoutedToUser(Record):
    """Somebody whom forms led to."""

    id: int
    """Who."""
    name: str | None = None
    """Their name."""
    email: str | None = None
    """Their address."""
    avatar_url: str | None = None
    """Their picture."""
    performance: str | None = None
    """How they compare with the others."""
    total_bookings: int | None = None
    """Bookings they got."""


@record
class RoutedToUsers(Record):
    """Whom forms led to."""

    data: tuple[RoutedToUser, ...] = ()
    """Each of them."""


@record
class RoutedToPeriod(Record):
    """Bookings that one user got in one period."""

    user_id: int | None = None
    """Who."""
    period_start: datetime | None = field("period_start")
    """When the period begins."""
    total: int | None = None
    """How many."""


@record
class RoutedToPeriods(Record):
    """Bookings by user and period."""

    data: tuple[RoutedToPeriod, ...] = ()
    """Each pair."""


@record
class RoutedToStatistics(Record):
    """Whom forms led to, and when."""

    users: RoutedToUsers | None = None
    """The users."""
    period_stats: RoutedToPeriods | None = None
    """Their bookings, period by period."""
