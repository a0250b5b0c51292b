"""Memberships of a team, of an organization's team, or of an organization."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from calcom_async.core.inputs import fields
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.memberships import Membership, MembershipRole, OrganizationMembership
from calcom_async.resources.resource import Listing, Resource, operation, paginated

__all__ = ["Memberships", "OrganizationMemberships", "OrganizationTeamMemberships"]

M = TypeVar("M", covariant=True)
R = TypeVar("R", bound=Membership)


class _Memberships(Resource[M], Generic[M, R]):
    _into: type[R]

    @operation
    async def get(self, membership_id: int) -> R:
        """One membership.

        `GET {scope}/memberships/{membershipId}`

        Raises:
            NotFoundError: there is none with this id here.
        """
        return await self._get("/memberships/{membershipId}", membership_id, into=self._into)

    @operation
    async def update(
        self,
        membership_id: int,
        *,
        role: MembershipRole | str | Unset = UNSET,
        accepted: bool | Unset = UNSET,
        disable_impersonation: bool | Unset = UNSET,
    ) -> R:
        """Change what is given, and leave the rest.

        `PATCH {scope}/memberships/{membershipId}`

        Args:
            membership_id: Which one.
            role: What the member may do.
            accepted: Whether the member belongs; False invites only.
            disable_impersonation: Whether admins can't act as this member.

        Raises:
            NotFoundError: there is none with this id here.
        """
        body = fields(role=role, accepted=accepted, disable_impersonation=disable_impersonation)
        return await self._patch("/memberships/{membershipId}", membership_id, body=body, into=self._into)

    @operation
    async def delete(self, membership_id: int) -> R:
        """Remove a member and return the membership as it was.

        `DELETE {scope}/memberships/{membershipId}`

        Raises:
            NotFoundError: there is none with this id here; nothing was changed.
        """
        return await self._delete("/memberships/{membershipId}", membership_id, into=self._into)


class _TeamMemberships(_Memberships[M, Membership]):
    _into = Membership

    @operation
    async def create(
        self,
        *,
        user_id: int,
        role: MembershipRole | str = MembershipRole.MEMBER,
        accepted: bool | Unset = UNSET,
        disable_impersonation: bool | Unset = UNSET,
    ) -> Membership:
        """Make a user a member of the team.

        `POST {team}/memberships`

        Args:
            user_id: Who.
            role: What the member may do.
            accepted: Whether the member belongs at once; False invites only. Say it: the document's default is False,
                servers take True.
            disable_impersonation: Whether admins can't act as this member; False by default.

        Raises:
            ConflictError: the user is a member already.
            UnprocessableEntityError: the user does not belong to the team's organization.
        """
        body = fields(user_id=user_id, role=role, accepted=accepted, disable_impersonation=disable_impersonation)
        return await self._post("/memberships", body=body, into=Membership)


class Memberships(_TeamMemberships[M]):
    """Who belongs to a team, and as what.

    Team admin, OAuth scopes `TEAM_MEMBERSHIP_READ` and `TEAM_MEMBERSHIP_WRITE`.
    """

    @paginated
    def list(self, *, emails: Sequence[str] | Unset = UNSET, page_size: int = 250) -> Listing[Membership]:
        """Every membership of the team.

        `GET {team}/memberships`

        Args:
            emails: Only the members with these addresses, at most 20. They are sent one by one: a comma-joined list,
                as the document says, is refused by servers.
            page_size: Memberships to ask for at once, 1 to 250.
        """
        return self._list("/memberships", Membership, query=fields(emails=emails), page_size=page_size)


class OrganizationTeamMemberships(_TeamMemberships[M]):
    """Who belongs to a team of an organization, and as what; role and scopes as `Memberships`."""

    @paginated
    def list(self, *, page_size: int = 250) -> Listing[Membership]:
        """Every membership of the team.

        `GET {team}/memberships`
        """
        return self._list("/memberships", Membership, page_size=page_size)


class OrganizationMemberships(_Memberships[M, OrganizationMembership]):
    """Who belongs to an organization, as what, and with which attributes.

    Organization admin, OAuth scopes `ORG_MEMBERSHIP_READ` and `ORG_MEMBERSHIP_WRITE`.
    """

    _into = OrganizationMembership

    @paginated
    def list(self, *, page_size: int = 250) -> Listing[OrganizationMembership]:
        """Every membership of the organization; the document says one object, servers answer a list.

        `GET {organization}/memberships`
        """
        return self._list("/memberships", OrganizationMembership, page_size=page_size)

    @operation
    async def create(
        self,
        *,
        user_id: int,
        role: MembershipRole | str = MembershipRole.MEMBER,
        accepted: bool | Unset = UNSET,
        disable_impersonation: bool | Unset = UNSET,
    ) -> OrganizationMembership:
        """Make a user a member, or change the membership of one who is.

        `POST {organization}/memberships`

        Args:
            user_id: Who.
            role: What the member may do; managed users may be `MEMBER` only.
            accepted: Whether the member belongs at once; False by default.
            disable_impersonation: Whether admins can't act as this member; False by default.
        """
        body = fields(user_id=user_id, role=role, accepted=accepted, disable_impersonation=disable_impersonation)
        return await self._post("/memberships", body=body, into=OrganizationMembership)

    @operation
    async def invite(self, email: str, *, role: MembershipRole | str = MembershipRole.MEMBER) -> OrganizationMembership:
        """Invite somebody with an account, by e-mail address. Self-hosted servers know `create` only.

        `POST {organization}/memberships`

        Args:
            email: Their address.
            role: What they may do.
        """
        return await self._post("/memberships", body=fields(email=email, role=role), into=OrganizationMembership)
