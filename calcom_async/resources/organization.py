"""Scopes of organizations: one organization, one of its teams, one of its users."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from calcom_async.core.operation import Channel
from calcom_async.resources.resource import Resource, Scope
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

    @cached_property
    def teams(self) -> OrganizationTeams[M]:
        """The organization's teams; `team(id)` reaches into one."""
        from calcom_async.resources.teams import OrganizationTeams

        return OrganizationTeams(self._channel, self._scope)

    @cached_property
    def users(self) -> OrganizationUsers[M]:
        """The organization's users; `user(id)` reaches into one."""
        from calcom_async.resources.organization_users import OrganizationUsers

        return OrganizationUsers(self._channel, self._scope)

    @cached_property
    def memberships(self) -> OrganizationMemberships[M]:
        """Who belongs to the organization."""
        from calcom_async.resources.memberships import OrganizationMemberships

        return OrganizationMemberships(self._channel, self._scope)

    @cached_property
    def roles(self) -> Roles[M]:
        """What members may do."""
        from calcom_async.resources.roles import Roles

        return Roles(self._channel, self._scope)

    @cached_property
    def attributes(self) -> Attributes[M]:
        """What members can have, such as a department, and who has it."""
        from calcom_async.resources.attributes import Attributes

        return Attributes(self._channel, self._scope)

    @cached_property
    def bookings(self) -> OrganizationBookings[M]:
        """The bookings of everybody."""
        from calcom_async.resources.organization_bookings import OrganizationBookings

        return OrganizationBookings(self._channel, self._scope)

    @cached_property
    def event_types(self) -> OrganizationEventTypes[M]:
        """The event types of all teams."""
        from calcom_async.resources.event_types import OrganizationEventTypes

        return OrganizationEventTypes(self._channel, self._scope)

    @cached_property
    def schedules(self) -> TeamSchedules[M]:
        """The schedules of everybody."""
        from calcom_async.resources.schedules import TeamSchedules

        return TeamSchedules(self._channel, self._scope)

    @cached_property
    def ooo(self) -> OrganizationOutOfOffice[M]:
        """When members are out of office."""
        from calcom_async.resources.out_of_office import OrganizationOutOfOffice

        return OrganizationOutOfOffice(self._channel, self._scope)

    @cached_property
    def webhooks(self) -> Webhooks[M]:
        """The organization's webhooks."""
        from calcom_async.resources.webhooks import Webhooks

        return Webhooks(self._channel, self._scope)

    @cached_property
    def routing_forms(self) -> OrganizationRoutingForms[M]:
        """Routing forms, and responses to them."""
        from calcom_async.resources.routing_forms import OrganizationRoutingForms

        return OrganizationRoutingForms(self._channel, self._scope)

    @cached_property
    def delegation_credentials(self) -> DelegationCredentials[M]:
        """How Cal.com acts for all users at Google or Microsoft."""
        from calcom_async.resources.delegation_credentials import DelegationCredentials

        return DelegationCredentials(self._channel, self._scope)

    @cached_property
    def managed_organizations(self) -> ManagedOrganizations[M]:
        """Organizations within this one (platforms)."""
        from calcom_async.resources.managed_organizations import ManagedOrganizations

        return ManagedOrganizations(self._channel, self._scope)


class OrganizationTeam(TeamScope[M]):
    """One team of an organization."""

    @cached_property
    def bookings(self) -> OrganizationTeamBookings[M]:
        """The team's bookings."""
        from calcom_async.resources.organization_bookings import OrganizationTeamBookings

        return OrganizationTeamBookings(self._channel, self._scope)

    @cached_property
    def memberships(self) -> OrganizationTeamMemberships[M]:
        """Who belongs to the team."""
        from calcom_async.resources.memberships import OrganizationTeamMemberships

        return OrganizationTeamMemberships(self._channel, self._scope)

    @cached_property
    def schedules(self) -> OrganizationTeamSchedules[M]:
        """The schedules of everybody in the team."""
        from calcom_async.resources.schedules import OrganizationTeamSchedules

        return OrganizationTeamSchedules(self._channel, self._scope)

    @cached_property
    def roles(self) -> Roles[M]:
        """What members of the team may do."""
        from calcom_async.resources.roles import Roles

        return Roles(self._channel, self._scope)

    @cached_property
    def routing_forms(self) -> OrganizationTeamRoutingForms[M]:
        """Routing forms, and responses to them."""
        from calcom_async.resources.routing_forms import OrganizationTeamRoutingForms

        return OrganizationTeamRoutingForms(self._channel, self._scope)

    @cached_property
    def workflows(self) -> Workflows[M]:
        """Messages that follow from bookings."""
        from calcom_async.resources.workflows import Workflows

        return Workflows(self._channel, self._scope)

    @cached_property
    def routing_form_workflows(self) -> RoutingFormWorkflows[M]:
        """Messages that follow from answers to routing forms."""
        from calcom_async.resources.workflows import RoutingFormWorkflows

        return RoutingFormWorkflows(self._channel, self._scope)

    @cached_property
    def conferencing(self) -> Conferencing[M]:
        """The team's conferencing apps."""
        from calcom_async.resources.conferencing import Conferencing

        return Conferencing(self._channel, self._scope)

    @cached_property
    def stripe(self) -> Stripe[M]:
        """The team's connection to Stripe."""
        from calcom_async.resources.stripe import Stripe

        return Stripe(self._channel, self._scope)

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

    @cached_property
    def schedules(self) -> TeamMemberSchedules[M]:
        """When they can be booked."""
        from calcom_async.resources.schedules import TeamMemberSchedules

        return TeamMemberSchedules(self._channel, self._scope)


class OrganizationUser(Resource[M]):
    """One user of an organization."""

    @cached_property
    def bookings(self) -> MemberBookings[M]:
        """Their bookings."""
        from calcom_async.resources.organization_bookings import MemberBookings

        return MemberBookings(self._channel, self._scope)

    @cached_property
    def schedules(self) -> UserSchedules[M]:
        """When they can be booked."""
        from calcom_async.resources.schedules import UserSchedules

        return UserSchedules(self._channel, self._scope)

    @cached_property
    def ooo(self) -> OutOfOffice[M]:
        """When they are out of office."""
        from calcom_async.resources.out_of_office import OutOfOffice

        return OutOfOffice(self._channel, self._scope)

    @cached_property
    def conferencing(self) -> UserConferencing[M]:
        """Their conferencing apps."""
        from calcom_async.resources.conferencing import UserConferencing

        return UserConferencing(self._channel, self._scope)
