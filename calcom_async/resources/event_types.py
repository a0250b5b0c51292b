"""Event types: your own, and those of a team."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, TypeVar, Unpack

from calcom_async.core.inputs import fields, joined
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.event_type_inputs import (
    EventTypeChanges,
    EventTypeSettings,
    TeamEventTypeChanges,
    TeamEventTypeSettings,
)
from calcom_async.models.event_types import DeletedEventType, EventType, PhoneCall, SchedulingType, TeamEventType
from calcom_async.resources.event_type_arguments import (
    ARGUMENTS,
    BOTH,
    TEAM_ARGUMENTS,
    event_type_body,
    event_type_versions,
)
from calcom_async.resources.resource import Listing, Resource, operation, paginated

__all__ = ["EventTypes", "OrganizationEventTypes", "TeamEventTypes"]

M = TypeVar("M", covariant=True)
Order = Literal["asc", "desc"]


class EventTypes(Resource[M]):
    """Your event types; `cal.event_type(id)` reaches into one.

    Version 2024-06-14 is asked for, which every server has. An argument, or a form of `booking_fields`, that only
    2026-06-12 knows asks for that one; so does `cal.with_options(api_version="2026-06-12")` for all calls.
    """

    versions = BOTH

    @paginated
    def list(
        self,
        *,
        username: str | Unset = UNSET,
        event_slug: str | Unset = UNSET,
        usernames: Iterable[str] | str | Unset = UNSET,
        org_slug: str | Unset = UNSET,
        org_id: int | Unset = UNSET,
        sort_created_at: Order | Unset = UNSET,
    ) -> Listing[EventType]:
        """Your event types, or the public ones of somebody else; Cal.com does not page them.

        `GET /v2/event-types`, OAuth scope `EVENT_TYPE_READ`.

        Args:
            username: Whose event types; yours by default. Without `event_slug`, all that are public.
            event_slug: Only this one; needs `username`, since a slug is unique for a user only.
            usernames: The dynamic event type of several users, with the id 0.
            org_slug: The organization of the user, by slug.
            org_id: The organization of the user, by id.
            sort_created_at: By date of creation. Without it the order is undefined.
        """
        query = fields(
            username=username,
            event_slug=event_slug,
            usernames=joined(usernames, "usernames"),
            org_slug=org_slug,
            org_id=org_id,
            sort_created_at=sort_created_at,
        )
        return self._list("/event-types", EventType, query=query, style="none")

    @operation
    async def get(self, event_type_id: int) -> EventType:
        """One event type.

        `GET /v2/event-types/{eventTypeId}`, OAuth scope `EVENT_TYPE_READ`.

        Raises:
            NotFoundError: there is none, or you may not see it.
        """
        return await self._get("/event-types/{eventTypeId}", event_type_id, into=EventType)

    @operation
    async def create(
        self, *, title: str, slug: str, length_in_minutes: int, **settings: Unpack[EventTypeSettings]
    ) -> EventType:
        """Make an event type.

        `POST /v2/event-types`, OAuth scope `EVENT_TYPE_WRITE`.

        Args:
            title: Its name.
            slug: The last part of its booking link; Cal.com changes what can't stand in a link.
            length_in_minutes: How long a booking is, at least 1.
            **settings: See `EventTypeSettings`.

        Raises:
            InvalidRequestError: an argument that does not exist, or that no version knows together with another.
            BadRequestError: Cal.com refuses a value, a location whose app is not connected, or a slug you have already.
            NotFoundError: the schedule is not yours.
        """
        body = fields(title=title, slug=slug, length_in_minutes=length_in_minutes) | event_type_body(
            settings, ARGUMENTS
        )
        versions = event_type_versions(settings, ARGUMENTS)
        return await self._post("/event-types", body=body, versions=versions, into=EventType)

    @operation
    async def update(self, event_type_id: int, **changes: Unpack[EventTypeChanges]) -> EventType:
        """Change what is given, and leave the rest.

        `PATCH /v2/event-types/{eventTypeId}`, OAuth scope `EVENT_TYPE_WRITE`.

        Args:
            event_type_id: Which one.
            **changes: See `EventTypeChanges`. `booking_fields` and `locations` replace all there were.

        Raises:
            InvalidRequestError: an argument that does not exist, or that no version knows together with another.
            BadRequestError: Cal.com refuses a value.
            NotFoundError: there is none, or it is not yours.
        """
        body, versions = event_type_body(changes, ARGUMENTS), event_type_versions(changes, ARGUMENTS)
        return await self._patch(
            "/event-types/{eventTypeId}", event_type_id, body=body, versions=versions, into=EventType
        )

    @operation
    async def delete(self, event_type_id: int) -> DeletedEventType:
        """Delete an event type; its bookings stay, without an event type.

        `DELETE /v2/event-types/{eventTypeId}`, OAuth scope `EVENT_TYPE_WRITE`.

        Raises:
            NotFoundError: there is none.
            PermissionDeniedError: it is not yours.
        """
        return await self._delete("/event-types/{eventTypeId}", event_type_id, into=DeletedEventType)


class TeamEventTypes(Resource[M]):
    """The event types of a team; `team.event_type(id)` reaches into one.

    Versions as for your own event types.
    """

    versions = BOTH

    @paginated
    def list(
        self,
        *,
        event_slug: str | Unset = UNSET,
        hosts_limit: int | Unset = UNSET,
        sort_created_at: Order | Unset = UNSET,
    ) -> Listing[TeamEventType]:
        """The team's event types; hidden ones for its admins only. Cal.com does not page them.

        `GET {team}/event-types`, OAuth scope `TEAM_EVENT_TYPE_READ`; works without a credential as well.

        Args:
            event_slug: Only this one.
            hosts_limit: Hosts to answer for each event type, at most; all by default.
            sort_created_at: By date of creation. Without it the order is undefined.
        """
        query = fields(event_slug=event_slug, hosts_limit=hosts_limit, sort_created_at=sort_created_at)
        return self._list("/event-types", TeamEventType, query=query, style="none")

    @operation
    async def get(self, event_type_id: int) -> TeamEventType:
        """One event type of the team.

        `GET {team}/event-types/{eventTypeId}`, team admin, OAuth scope `TEAM_EVENT_TYPE_READ`.

        Raises:
            NotFoundError: the team has none with this id.
        """
        return await self._get("/event-types/{eventTypeId}", event_type_id, into=TeamEventType)

    @operation
    async def create(
        self,
        *,
        title: str,
        slug: str,
        length_in_minutes: int,
        scheduling_type: SchedulingType | str,
        **settings: Unpack[TeamEventTypeSettings],
    ) -> TeamEventType:
        """Make an event type of the team.

        `POST {team}/event-types`, team admin, OAuth scope `TEAM_EVENT_TYPE_WRITE`.

        Args:
            title: Its name.
            slug: The last part of its booking link.
            length_in_minutes: How long a booking is, at least 1.
            scheduling_type: `collective`, `roundRobin` or `managed`.
            **settings: See `TeamEventTypeSettings`; without `hosts` or `assign_all_team_members` nobody hosts it.

        Returns:
            The event type; a managed one with its copies in `children`.

        Raises:
            InvalidRequestError: an argument that does not exist, or that no version knows together with another.
            BadRequestError: Cal.com refuses a value.
            NotFoundError: a host is not a member of the team.
        """
        body = fields(title=title, slug=slug, length_in_minutes=length_in_minutes, scheduling_type=scheduling_type)
        body |= event_type_body(settings, TEAM_ARGUMENTS)
        versions = event_type_versions(settings, TEAM_ARGUMENTS)
        return await self._post("/event-types", body=body, versions=versions, into=TeamEventType, find=with_children)

    @operation
    async def update(self, event_type_id: int, **changes: Unpack[TeamEventTypeChanges]) -> TeamEventType:
        """Change what is given, and leave the rest; a managed one changes its copies as well.

        `PATCH {team}/event-types/{eventTypeId}`, team admin, OAuth scope `TEAM_EVENT_TYPE_WRITE`.

        Args:
            event_type_id: Which one.
            **changes: See `TeamEventTypeChanges`. `hosts`, `booking_fields` and `locations` replace all there were.

        Returns:
            The event type; a managed one with its copies in `children`.

        Raises:
            InvalidRequestError: an argument that does not exist, or that no version knows together with another.
            BadRequestError: Cal.com refuses a value.
            NotFoundError: the team has none with this id, or a host is not a member of the team.
        """
        body, versions = event_type_body(changes, TEAM_ARGUMENTS), event_type_versions(changes, TEAM_ARGUMENTS)
        return await self._patch(
            "/event-types/{eventTypeId}",
            event_type_id,
            body=body,
            versions=versions,
            into=TeamEventType,
            find=with_children,
        )

    @operation
    async def delete(self, event_type_id: int) -> DeletedEventType:
        """Delete an event type of the team; a managed one with its copies.

        `DELETE {team}/event-types/{eventTypeId}`, team admin, OAuth scope `TEAM_EVENT_TYPE_WRITE`.

        Raises:
            NotFoundError: the team has none with this id.
        """
        return await self._delete("/event-types/{eventTypeId}", event_type_id, into=DeletedEventType)

    @operation
    async def create_phone_call(
        self,
        event_type_id: int,
        *,
        your_phone_number: str,
        number_to_call: str,
        cal_api_key: str,
        template_type: Literal["CHECK_IN_APPOINTMENT", "CUSTOM_TEMPLATE"] | str = "CUSTOM_TEMPLATE",  # noqa: PYI051 - an open set
        enabled: bool = True,
        scheduler_name: str | Unset = UNSET,
        guest_name: str | Unset = UNSET,
        guest_email: str | Unset = UNSET,
        guest_company: str | Unset = UNSET,
        begin_message: str | Unset = UNSET,
        general_prompt: str | Unset = UNSET,
    ) -> PhoneCall:
        """Let an AI agent call somebody who may book this event type.

        `POST {team}/event-types/{eventTypeId}/create-phone-call`, team admin, OAuth scope `TEAM_EVENT_TYPE_WRITE`.

        Args:
            event_type_id: What the call is about.
            your_phone_number: Where the call comes from, in international format, such as `+37120993151`.
            number_to_call: Where it goes to, in international format.
            cal_api_key: The key that the agent books with. It leaves your hands: give it a key of its own.
            template_type: What the agent says.
            enabled: Whether the agent is switched on.
            scheduler_name: What the agent calls itself.
            guest_name: Who is called.
            guest_email: The e-mail address of who is called.
            guest_company: The company of who is called.
            begin_message: What the agent says first.
            general_prompt: What else the agent is told, for `CUSTOM_TEMPLATE`.

        Raises:
            BadRequestError: Cal.com refuses a number.
            ServerError: the team has no phone calls (Cal.com answers 500 then).
        """
        body = fields(
            your_phone_number=your_phone_number,
            number_to_call=number_to_call,
            cal_api_key=cal_api_key,
            template_type=template_type,
            enabled=enabled,
            scheduler_name=scheduler_name,
            guest_name=guest_name,
            guest_email=guest_email,
            guest_company=guest_company,
            begin_message=begin_message,
            general_prompt=general_prompt,
        )
        return await self._post(
            "/event-types/{eventTypeId}/create-phone-call", event_type_id, body=body, into=PhoneCall
        )


class OrganizationEventTypes(Resource[M]):
    """The event types of all teams of an organization."""

    versions = BOTH

    @paginated
    def list(self, *, sort_created_at: Order | Unset = UNSET, page_size: int = 250) -> Listing[TeamEventType]:
        """Every event type of every team. Self-hosted servers of 2025 answer 500.

        `GET {organization}/teams/event-types`, organization admin, OAuth scope `ORG_EVENT_TYPE_READ`.

        Args:
            sort_created_at: By date of creation. Without it the order is undefined.
            page_size: Event types to ask for at once, 1 to 250.
        """
        query = fields(sort_created_at=sort_created_at)
        return self._list("/teams/event-types", TeamEventType, query=query, page_size=page_size)


def with_children(data: Any) -> Any:
    """One wire object of `[parent, child, …]`, which a managed event type is answered as when it is written."""
    if not isinstance(data, list):
        return data
    if not data:
        return None
    parents = [one for one in data if isinstance(one, dict) and one.get("parentEventTypeId") is None] or data[:1]
    return {**parents[0], "children": [one for one in data if one is not parents[0]]}
