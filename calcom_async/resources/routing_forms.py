"""Routing forms: where answers lead, and what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar, Unpack

from calcom_async.core.inputs import Instant, checked_fields, fields, instant, joined
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.routing_forms import (
    OrganizationRoutingFormFilters,
    RoutedResponse,
    RoutedSlots,
    RoutingForm,
    RoutingFormFilters,
    RoutingFormResponse,
    RoutingSlotOptions,
)
from calcom_async.resources.resource import Listing, Resource, child, operation, paginated
from calcom_async.resources.slots import day_or_instant

__all__ = [
    "OrganizationRoutingForms",
    "OrganizationTeamRoutingForms",
    "RoutingFormAnswers",
    "RoutingFormResponses",
    "RoutingForms",
    "TeamRoutingForms",
]

M = TypeVar("M", covariant=True)


class RoutingForms(Resource[M]):
    """Routing forms that are public: `cal.routing_forms`."""

    @operation
    async def calculate_slots(
        self,
        routing_form_id: str,
        response: Mapping[str, str],
        *,
        start: date | Instant,
        end: date | Instant,
        **options: Unpack[RoutingSlotOptions],
    ) -> RoutedSlots:
        """Where answers would lead, and when that can be booked; nothing is saved.

        `POST /v2/routing-forms/{routingFormId}/calculate-slots`, public; sent again after a failure.

        Args:
            routing_form_id: The form.
            response: The answers by the `identifier` of the question, such as `{"size": "Big"}`; labels of options.
            start: The first day, or an instant.
            end: The last day, or an instant.
            **options: See `RoutingSlotOptions`.

        Raises:
            NotFoundError: no such form, or the answers lead to no event type.
        """
        path, query = "/routing-forms/{routingFormId}/calculate-slots", _slots(start, end, dict(options))
        return await self._post(path, routing_form_id, query=query, body=dict(response), safe=True, into=RoutedSlots)


class RoutingFormAnswers(Resource[M]):
    """New responses to routing forms."""

    @operation
    async def create(
        self,
        routing_form_id: str,
        response: Mapping[str, str],
        *,
        start: date | Instant,
        end: date | Instant,
        queue_response: bool | Unset = UNSET,
        **options: Unpack[RoutingSlotOptions],
    ) -> RoutedResponse:
        """Save a response, and find out where it leads: to an event type with free slots, an address, or a message.

        `POST {scope}/routing-forms/{routingFormId}/responses`

        Args:
            routing_form_id: The form.
            response: The answers by the `identifier` of the question, such as `{"size": "Big"}`; labels of options.
            start: The first day, or an instant.
            end: The last day, or an instant.
            queue_response: Whether it is kept back until the booking is made.
            **options: See `RoutingSlotOptions`.

        Raises:
            BadRequestError: an answer is missing.
            NotFoundError: no such form. Of another team: `PermissionDeniedError`.
        """
        path = "/routing-forms/{routingFormId}/responses"
        query = _slots(start, end, dict(options)) | fields(queue_response=queue_response)
        return await self._post(path, routing_form_id, query=query, body=dict(response), into=RoutedResponse)


class RoutingFormResponses(RoutingFormAnswers[M]):
    """Responses to the routing forms of an organization or of one of its teams."""

    @paginated
    def list(
        self, routing_form_id: str, *, page_size: int = 250, **filters: Unpack[RoutingFormFilters]
    ) -> Listing[RoutingFormResponse]:
        """Every response to a form.

        `GET {scope}/routing-forms/{routingFormId}/responses`

        Args:
            routing_form_id: The form.
            page_size: Responses to ask for at once.
            **filters: See `RoutingFormFilters`.
        """
        path, query = "/routing-forms/{routingFormId}/responses", _filters(dict(filters), RoutingFormFilters)
        return self._list(path, RoutingFormResponse, routing_form_id, query=query, page_size=page_size)

    @operation
    async def update(
        self, routing_form_id: str, response_id: int, *, response: Mapping[str, Any] | Unset = UNSET
    ) -> RoutingFormResponse:
        """Replace what was answered.

        `PATCH {scope}/routing-forms/{routingFormId}/responses/{responseId}`
        """
        path, body = "/routing-forms/{routingFormId}/responses/{responseId}", fields(response=response)
        return await self._patch(path, routing_form_id, response_id, body=body, into=RoutingFormResponse)


class TeamRoutingForms(Resource[M]):
    """Routing forms of a team outside of organizations: team member, OAuth scope `TEAM_ROUTING_FORM_WRITE`."""

    responses: RoutingFormAnswers[M] = child("routing_forms")
    """New responses to them."""


class _ListedRoutingForms(Resource[M]):
    responses: RoutingFormResponses[M] = child("routing_forms")
    """What was answered."""


class OrganizationTeamRoutingForms(_ListedRoutingForms[M]):
    """Routing forms of an organization's team.

    Team admin (a member may respond), OAuth scopes `TEAM_ROUTING_FORM_READ` and `TEAM_ROUTING_FORM_WRITE`.
    """

    @paginated
    def list(self, *, page_size: int = 250, **filters: Unpack[RoutingFormFilters]) -> Listing[RoutingForm]:
        """Every routing form of the team.

        `GET {team}/routing-forms`

        Args:
            page_size: Forms to ask for at once.
            **filters: See `RoutingFormFilters`.
        """
        query = _filters(dict(filters), RoutingFormFilters)
        return self._list("/routing-forms", RoutingForm, query=query, page_size=page_size)


class OrganizationRoutingForms(_ListedRoutingForms[M]):
    """Routing forms of an organization.

    Organization admin, OAuth scopes `ORG_ROUTING_FORM_READ` and `ORG_ROUTING_FORM_WRITE`.
    """

    @paginated
    def list(self, *, page_size: int = 250, **filters: Unpack[OrganizationRoutingFormFilters]) -> Listing[RoutingForm]:
        """Every routing form of the organization and its teams.

        `GET {organization}/routing-forms`

        Args:
            page_size: Forms to ask for at once.
            **filters: See `OrganizationRoutingFormFilters`.
        """
        query = _filters(dict(filters), OrganizationRoutingFormFilters)
        return self._list("/routing-forms", RoutingForm, query=query, page_size=page_size)


def _slots(start: date | Instant, end: date | Instant, options: dict[str, Any]) -> dict[str, Any]:
    days = fields(start=day_or_instant(start, "start"), end=day_or_instant(end, "end"))
    return days | checked_fields(options, RoutingSlotOptions.__annotations__)


def _filters(given: dict[str, Any], known: type[RoutingFormFilters]) -> dict[str, Any]:
    for name in given.keys() & {"after_created_at", "before_created_at", "after_updated_at", "before_updated_at"}:
        given[name] = instant(given[name], name)
    if "team_ids" in given:
        given["team_ids"] = joined(given["team_ids"], "team_ids")
    return checked_fields(given, known.__annotations__)
