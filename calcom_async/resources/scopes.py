"""Scopes: one team, one event type. The same resource classes on another path."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from calcom_async.core.operation import Channel
from calcom_async.resources.resource import Resource, Scope, child

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

    event_types: TeamEventTypes[M] = child("event_types")
    """The team's event types."""
    invites: TeamInvites[M] = child("teams")
    """Invitations to the team."""
    verified_resources: VerifiedResources[M] = child("verified_resources")
    """E-mail addresses and phone numbers that the team has proved to be its own."""


class Team(TeamScope[M]):
    """One team. Making it asks nothing of Cal.com; see `OrganizationTeam` for one of an organization."""

    bookings: TeamBookings[M] = child("bookings")
    """The team's bookings."""
    memberships: Memberships[M] = child("memberships")
    """Who belongs to the team."""
    schedules: TeamSchedules[M] = child("schedules")
    """The schedules of everybody in the team."""
    routing_forms: TeamRoutingForms[M] = child("routing_forms")
    """Responses to routing forms."""

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

    ooo: OutOfOffice[M] = child("out_of_office")
    """When they are out of office."""


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

    booking_fields: BookingFieldSet[M] = child("booking_fields")
    """The questions of its booking form."""


class TeamEventType(_OneEventType[M]):
    """One event type of a team: its questions and webhooks."""

    webhooks: ClearableWebhooks[M] = child("webhooks")
    """The webhooks of the event type."""


class OrganizationTeamEventType(_OneEventType[M]):
    """One event type of an organization's team: its questions and private links."""

    private_links: PrivateLinks[M] = child("private_links")
    """Booking links that end by time or by use."""


class EventType(TeamEventType[M], OrganizationTeamEventType[M]):
    """One event type of yours: its questions, webhooks, private links, and what Cal.com keeps about it."""

    records: EventTypeRecords[M] = child("event_type_records")
    """Its history, how its hosts are chosen, and where a CRM failed."""
