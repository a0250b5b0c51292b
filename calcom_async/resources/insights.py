"""Insights: bookings and routing forms in numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias, TypeVar, Unpack

from calcom_async.core.inputs import checked_fields, fields
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.insights import (
    AverageDuration,
    BookingStatistics,
    BookingTrend,
    InsightFilters,
    MemberStatistics,
    RoutedToStatistics,
    RoutingFormField,
    RoutingFormsByStatus,
    RoutingInsights,
)
from calcom_async.resources.resource import Resource, operation

__all__ = ["Insights"]

M = TypeVar("M", covariant=True)
InsightScope: TypeAlias = Literal["user", "team", "org"]


class Insights(Resource[M]):
    """Numbers about bookings and routing forms. Every operation only reads, and is repeated like a read.

    Not every account may: others get `PermissionDeniedError`. Those on bookings answer `BadRequestError` where
    `column_filters` has no range of dates.

    Arguments they share:
        scope: Whose: `user`, `team` (with `selected_team_id`) or `org`.
        time_zone: IANA name of the zone that days are meant in.
        start_date: First day (`2026-09-01`), inclusive.
        end_date: Last day, inclusive.
        routing_form_id: Only this form.
        **filters: See `InsightFilters`.
    """

    @operation
    async def get_booking_statistics(
        self,
        *,
        scope: InsightScope,
        time_zone: str,
        **filters: Unpack[InsightFilters],
    ) -> BookingStatistics:
        """How many bookings were made, moved, cancelled, and took place.

        `POST /v2/insights/bookings/kpi-stats`
        """
        body = _body(filters, scope=scope, time_zone=time_zone)
        return await self._post("/insights/bookings/kpi-stats", body=body, into=BookingStatistics, safe=True)

    @operation
    async def get_booking_trends(
        self,
        *,
        scope: InsightScope,
        time_zone: str,
        **filters: Unpack[InsightFilters],
    ) -> tuple[BookingTrend, ...]:
        """The same, day by day.

        `POST /v2/insights/bookings/event-trends`
        """
        body = _body(filters, scope=scope, time_zone=time_zone)
        return await self._post("/insights/bookings/event-trends", body=body, into=tuple[BookingTrend, ...], safe=True)

    @operation
    async def get_average_duration(
        self,
        *,
        scope: InsightScope,
        time_zone: str,
        **filters: Unpack[InsightFilters],
    ) -> tuple[AverageDuration, ...]:
        """How long bookings were, day by day.

        `POST /v2/insights/bookings/average-duration`
        """
        body = _body(filters, scope=scope, time_zone=time_zone)
        return await self._post(
            "/insights/bookings/average-duration", body=body, into=tuple[AverageDuration, ...], safe=True
        )

    @operation
    async def get_member_statistics(
        self,
        *,
        scope: InsightScope,
        time_zone: str,
        **filters: Unpack[InsightFilters],
    ) -> MemberStatistics:
        """Who had most bookings, fewest cancellations, best ratings.

        `POST /v2/insights/bookings/members`
        """
        body = _body(filters, scope=scope, time_zone=time_zone)
        return await self._post("/insights/bookings/members", body=body, into=MemberStatistics, safe=True)

    @operation
    async def get_forms_by_status(
        self,
        *,
        scope: InsightScope,
        start_date: str,
        end_date: str,
        **filters: Unpack[InsightFilters],
    ) -> RoutingFormsByStatus:
        """How often routing forms were filled in, with a booking and without.

        `POST /v2/insights/routings/forms-by-status`
        """
        body = _body(filters, scope=scope, start_date=start_date, end_date=end_date)
        return await self._post("/insights/routings/forms-by-status", body=body, into=RoutingFormsByStatus, safe=True)

    @operation
    async def get_form_responses(
        self,
        *,
        scope: InsightScope,
        start_date: str,
        end_date: str,
        offset: int = 0,
        limit: int = 100,
        sorting: Sequence[Mapping[str, Any]] | Unset = UNSET,
        **filters: Unpack[InsightFilters],
    ) -> RoutingInsights:
        """A page of the forms filled in, and what became of each.

        `POST /v2/insights/routings/form-responses`

        Args:
            scope: Whose.
            start_date: First day.
            end_date: Last day.
            offset: How many to pass over; `.total` of the answer says how many there are.
            limit: How many at most, 1 to 100.
            sorting: Columns to sort by, each `{"id": column, "desc": bool}`.
            **filters: See `InsightFilters`.
        """
        dates = {"start_date": start_date, "end_date": end_date}
        body = _body(filters, scope=scope, **dates, sorting=sorting, offset=offset, limit=limit)
        return await self._post("/insights/routings/form-responses", body=body, into=RoutingInsights, safe=True)

    @operation
    async def get_form_fields(
        self,
        *,
        scope: InsightScope,
        selected_team_id: int | Unset = UNSET,
        routing_form_id: str | Unset = UNSET,
    ) -> tuple[RoutingFormField, ...]:
        """The fields of routing forms, with their choices.

        `POST /v2/insights/routings/form-field-options`
        """
        body = fields(scope=scope, selected_team_id=selected_team_id, routing_form_id=routing_form_id)
        path = "/insights/routings/form-field-options"
        return await self._post(path, body=body, into=tuple[RoutingFormField, ...], safe=True)

    @operation
    async def get_form_headers(
        self,
        *,
        scope: InsightScope,
        selected_team_id: int | Unset = UNSET,
        routing_form_id: str | Unset = UNSET,
    ) -> tuple[RoutingFormField, ...]:
        """The columns that `get_form_responses` fills.

        `POST /v2/insights/routings/form-response-headers`
        """
        body = fields(scope=scope, selected_team_id=selected_team_id, routing_form_id=routing_form_id)
        path = "/insights/routings/form-response-headers"
        return await self._post(path, body=body, into=tuple[RoutingFormField, ...], safe=True)

    @operation
    async def get_failed_bookings(
        self,
        *,
        scope: InsightScope,
        start_date: str,
        end_date: str,
        **filters: Unpack[InsightFilters],
    ) -> Any:
        """Forms without a booking after them, counted by their answers; the form is not documented: wire JSON.

        `POST /v2/insights/routings/failed-bookings-by-field`
        """
        body = _body(filters, scope=scope, start_date=start_date, end_date=end_date)
        into: Any = Any
        return await self._post("/insights/routings/failed-bookings-by-field", body=body, into=into, safe=True)

    @operation
    async def get_routed_to(
        self,
        *,
        scope: InsightScope,
        start_date: str,
        end_date: str,
        period: Literal["perDay", "perWeek", "perMonth"],
        limit: int = 100,
        search_query: str | Unset = UNSET,
        **filters: Unpack[InsightFilters],
    ) -> RoutedToStatistics:
        """Whom forms led to, period by period.

        `POST /v2/insights/routings/routed-to-per-period`

        Args:
            scope: Whose.
            start_date: First day.
            end_date: Last day.
            period: How long a period is.
            limit: How many users at most, 1 to 100.
            search_query: Only users with this in their name or address.
            **filters: See `InsightFilters`.
        """
        dates = {"start_date": start_date, "end_date": end_date}
        body = _body(filters, scope=scope, **dates, period=period, limit=limit, search_query=search_query)
        return await self._post(
            "/insights/routings/routed-to-per-period", body=body, into=RoutedToStatistics, safe=True
        )


def _body(filters: InsightFilters, **arguments: Any) -> dict[str, Any]:
    return fields(**arguments) | checked_fields(filters, InsightFilters.__annotations__)
