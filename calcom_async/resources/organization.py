"""Scopes of organizations: one organization, one of its teams, one of its users."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from calcom_async.core.operation import Channel
from calcom_async.resources.resource import Resource, Scope, child
from calcom_async.resources.scopes import OrganizationTeamEventType, TeamScope

if TYPE_CHECKING:
    from calcom_async.resources.attributes import Attributes
    from calcom_async.resources.conferencing import Conferencing, UserConferencing
    from calcom_async.resources.delegation_credentials import DelegationCredentials
    from calcom_async.resources.event_types import OrganizationEventTypes
    from calcom_async.resources.managed_organizations import ManagedOrganizations
    from calcom_async.resources.memberships import OrganizationMemberships, OrganizationTeamMemberships
    from calcom_async.resources.organization_bookings import (
        MemberBookings,
        OrganizationBookings,
        OrganizationTeamBookings,
    )
    from calcom_async.resources.organization_users import OrganizationUsers
    from calcom_async.resources.out_of_office import OrganizationOutOfOffice, OutOfOffice
    from calcom_async.resources.roles import Roles
    from calcom_async.resources.routing_forms import OrganizationRoutingForms, OrganizationTeamRoutingForms
    from calcom_async.resources.schedules import (
        OrganizationTeamSchedules,
        TeamMemberSchedules,
        TeamSchedules,
        UserSchedules,
    )
    from calcom_async.resources.stripe import Stripe
    from calcom_async.resources.teams import OrganizationTeams
    from calcom_async.resources.webhooks import Webhooks
    from calcom_async.resources.workflows import RoutingFormWorkflows, Workflows

__all__ = [
    "Organization",
    "OrganizationTeam",
    "OrganizationTeamUser",
    "OrganizationUser",
]

M = TypeVar("M", covariant=True)


class Organization(Resource[M]):
    """One organization. Making it asks nothing of Cal.com.

    Args:
        channel: How to send.
        organization_id: Which organization.

    Raises:
        InvalidRequestError: the id is empty or can't be part of a path.
    """

    def __init__(self, channel: Channel, organization_id: int) -> None:
        super().__init__(channel, Scope().inside("/organizations/{orgId}", organization_id))

    def team(self, team_id: int) -> OrganizationTeam[M]:
        """One team of the organization: its memberships, event types, bookings, roles, workflows and more.

        Raises:
            InvalidRequestError: the id is empty or can't be part of a path.
        """
        return OrganizationTeam(self._channel, team_id, self._scope)

    def user(self, user_id: int) -> OrganizationUser[M]:
        """One user of the organization: their bookings, schedules, out of office, conferencing apps.

        Raises:
            InvalidRequestError: the id is empty or can't be part of a path.
        """
        return OrganizationUser(self._channel, self._scope.inside("/users/{userId}", user_id))

    teams: OrganizationTeams[M] = child("teams")
    """The organization's teams; `team(id)` reaches into one."""
    users: OrganizationUsers[M] = child("organization_users")
    """The organization's users; `user(id)` reaches into one."""
    memberships: OrganizationMemberships[M] = child("memberships")
    """Who belongs to the organization."""
    roles: Roles[M] = child("roles")
    """What members may do."""
    attributes: Attributes[M] = child("attributes")
    """What members can have, such as a department, and who has it."""
    bookings: OrganizationBookings[M] = child("organization_bookings")
    """The bookings of everybody."""
    event_types: OrganizationEventTypes[M] = child("event_types")
    """The event types of all teams."""
    schedules: TeamSchedules[M] = child("schedules")
    """The schedules of everybody."""
    ooo: OrganizationOutOfOffice[M] = child("out_of_office")
    """When members are out of office."""
    webhooks: Webhooks[M] = child("webhooks")
    """The organization's webhooks."""
    routing_forms: OrganizationRoutingForms[M] = child("routing_forms")
    """Routing forms, and responses to them."""
    delegation_credentials: DelegationCredentials[M] = child("delegation_credentials")
    """How Cal.com acts for all users at Google or Microsoft."""
    managed_organizations: ManagedOrganizations[M] = child("managed_organizations")
    """Organizations within this one (platforms)."""


class OrganizationTeam(TeamScope[M]):
    """One team of an organization."""

    bookings: OrganizationTeamBookings[M] = child("organization_bookings")
    """The team's bookings."""
    memberships: OrganizationTeamMemberships[M] = child("memberships")
    """Who belongs to the team."""
    schedules: OrganizationTeamSchedules[M] = child("schedules")
    """The schedules of everybody in the team."""
    roles: Roles[M] = child("roles")
    """What members of the team may do."""
    routing_forms: OrganizationTeamRoutingForms[M] = child("routing_forms")
    """Routing forms, and responses to them."""
    workflows: Workflows[M] = child("workflows")
    """Messages that follow from bookings."""
    routing_form_workflows: RoutingFormWorkflows[M] = child("workflows")
    """Messages that follow from answers to routing forms."""
    conferencing: Conferencing[M] = child("conferencing")
    """The team's conferencing apps."""
    stripe: Stripe[M] = child("stripe")
    """The team's connection to Stripe."""

    def event_type(self, event_type_id: int) -> OrganizationTeamEventType[M]:
        """One event type of the team: its booking fields and private links.

        Raises:
            InvalidRequestError: the id is empty or can't be part of a path.
        """
        return OrganizationTeamEventType(self._channel, event_type_id, self._scope)

    def user(self, user_id: int) -> OrganizationTeamUser[M]:
        """One member of the team: their schedules.

        Raises:
            InvalidRequestError: the id is empty or can't be part of a path.
        """
        return OrganizationTeamUser(self._channel, self._scope.inside("/users/{userId}", user_id))


class OrganizationTeamUser(Resource[M]):
    """One member of a team of an organization."""

    schedules: TeamMemberSchedules[M] = child("schedules")
    """When they can be booked."""


class OrganizationUser(Resource[M]):
    """One user of an organization."""

    bookings: MemberBookings[M] = child("organization_bookings")
    """Their bookings."""
    schedules: UserSchedules[M] = child("schedules")
    """When they can be booked."""
    ooo: OutOfOffice[M] = child("out_of_office")
    """When they are out of office."""
    conferencing: UserConferencing[M] = child("conferencing")
    """Their conferencing apps."""
