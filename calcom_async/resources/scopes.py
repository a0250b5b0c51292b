"""Scopes: one team, one event type. The same resource classes on another path."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from calcom_async.core.operation import Channel
from calcom_async.resources.resource import Resource, Scope

if TYPE_CHECKING:
    from calcom_async.resources.booking_fields import BookingFieldSet
    from calcom_async.resources.bookings import TeamBookings
    from calcom_async.resources.event_type_records import EventTypeRecords
    from calcom_async.resources.event_types import TeamEventTypes
    from calcom_async.resources.memberships import Memberships
    from calcom_async.resources.out_of_office import OutOfOffice
    from calcom_async.resources.private_links import PrivateLinks
    from calcom_async.resources.routing_forms import TeamRoutingForms
    from calcom_async.resources.schedules import TeamSchedules
    from calcom_async.resources.teams import TeamInvites
    from calcom_async.resources.verified_resources import VerifiedResources
    from calcom_async.resources.webhooks import ClearableWebhooks

__all__ = ["EventType", "Team", "TeamEventType", "TeamScope", "TeamUser"]

M = TypeVar("M", covariant=True)


class TeamScope(Resource[M]):
    """What every team has, of an organization or not.

    Args:
        channel: How to send.
        team_id: Which team.
        scope: What the team is in: an organization, or nothing.

    Raises:
        InvalidRequestError: the id is empty or can't be part of a path.
    """

    def __init__(self, channel: Channel, team_id: int, scope: Scope = Scope()) -> None:  # noqa: B008 - a value
        super().__init__(channel, scope.inside("/teams/{teamId}", team_id))

    @cached_property
    def event_types(self) -> TeamEventTypes[M]:
        """The team's event types."""
        from calcom_async.resources.event_types import TeamEventTypes

        return TeamEventTypes(self._channel, self._scope)

    @cached_property
    def invites(self) -> TeamInvites[M]:
        """Invitations to the team."""
        from calcom_async.resources.teams import TeamInvites

        return TeamInvites(self._channel, self._scope)

    @cached_property
    def verified_resources(self) -> VerifiedResources[M]:
        """E-mail addresses and phone numbers that the team has proved to be its own."""
        from calcom_async.resources.verified_resources import VerifiedResources

        return VerifiedResources(self._channel, self._scope)


class Team(TeamScope[M]):
    """One team. Making it asks nothing of Cal.com; see `OrganizationTeam` for one of an organization."""

    @cached_property
    def bookings(self) -> TeamBookings[M]:
        """The team's bookings."""
        from calcom_async.resources.bookings import TeamBookings

        return TeamBookings(self._channel, self._scope)

    @cached_property
    def memberships(self) -> Memberships[M]:
        """Who belongs to the team."""
        from calcom_async.resources.memberships import Memberships

        return Memberships(self._channel, self._scope)

    @cached_property
    def schedules(self) -> TeamSchedules[M]:
        """The schedules of everybody in the team."""
        from calcom_async.resources.schedules import TeamSchedules

        return TeamSchedules(self._channel, self._scope)

    @cached_property
    def routing_forms(self) -> TeamRoutingForms[M]:
        """Responses to routing forms."""
        from calcom_async.resources.routing_forms import TeamRoutingForms

        return TeamRoutingForms(self._channel, self._scope)

    def event_type(self, event_type_id: int) -> TeamEventType[M]:
        """One event type of the team: its webhooks.

        Raises:
            InvalidRequestError: the id is empty or can't be part of a path.
        """
        return TeamEventType(self._channel, event_type_id, self._scope)

    def user(self, user_id: int) -> TeamUser[M]:
        """One member of the team: when they are out of office.

        Raises:
            InvalidRequestError: the id is empty or can't be part of a path.
        """
        return TeamUser(self._channel, self._scope.inside("/users/{userId}", user_id))


class TeamUser(Resource[M]):
    """One member of a team."""

    @cached_property
    def ooo(self) -> OutOfOffice[M]:
        """When they are out of office."""
        from calcom_async.resources.out_of_office import OutOfOffice

        return OutOfOffice(self._channel, self._scope)


class _OneEventType(Resource[M]):
    """One event type, whoever it belongs to. Making it asks nothing of Cal.com.

    Args:
        channel: How to send.
        event_type_id: Which event type.
        scope: What the event type is in: a team, or nothing.

    Raises:
        InvalidRequestError: the id is empty or can't be part of a path.
    """

    def __init__(self, channel: Channel, event_type_id: int, scope: Scope = Scope()) -> None:  # noqa: B008 - a value
        super().__init__(channel, scope.inside("/event-types/{eventTypeId}", event_type_id))

    @cached_property
    def booking_fields(self) -> BookingFieldSet[M]:
        """The questions of its booking form."""
        from calcom_async.resources.booking_fields import BookingFieldSet

        return BookingFieldSet(self._channel, self._scope)


class TeamEventType(_OneEventType[M]):
    """One event type of a team: its questions and webhooks."""

    @cached_property
    def webhooks(self) -> ClearableWebhooks[M]:
        """The webhooks of the event type."""
        from calcom_async.resources.webhooks import ClearableWebhooks

        return ClearableWebhooks(self._channel, self._scope)


class OrganizationTeamEventType(_OneEventType[M]):
    """One event type of an organization's team: its questions and private links."""

    @cached_property
    def private_links(self) -> PrivateLinks[M]:
        """Booking links that end by time or by use."""
        from calcom_async.resources.private_links import PrivateLinks

        return PrivateLinks(self._channel, self._scope)


class EventType(TeamEventType[M], OrganizationTeamEventType[M]):
    """One event type of yours: its questions, webhooks, private links, and what Cal.com keeps about it."""

    @cached_property
    def records(self) -> EventTypeRecords[M]:
        """Its history, how its hosts are chosen, and where a CRM failed."""
        from calcom_async.resources.event_type_records import EventTypeRecords

        return EventTypeRecords(self._channel, self._scope)
