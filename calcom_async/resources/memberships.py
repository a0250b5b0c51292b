"""Memberships of a team."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from calcom_async.core.inputs import fields
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.memberships import Membership, MembershipRole
from calcom_async.resources.resource import Listing, Resource, operation, paginated

__all__ = ["Memberships"]

M = TypeVar("M", covariant=True)


class Memberships(Resource[M]):
    """Who belongs to a team, and as what."""

    @paginated
    def list(self, *, emails: Sequence[str] | Unset = UNSET, page_size: int = 250) -> Listing[Membership]:
        """Every membership of the team.

        `GET {team}/memberships`, OAuth scope `TEAM_MEMBERSHIP_READ`.

        Args:
            emails: Only the members with these addresses, at most 20. They are sent one by one: a comma-joined list,
                as the document says, is refused by servers.
            page_size: Memberships to ask for at once, 1 to 250.
        """
        return self._list("/memberships", Membership, query=fields(emails=emails), page_size=page_size)

    @operation
    async def get(self, membership_id: int) -> Membership:
        """One membership.

        `GET {team}/memberships/{membershipId}`, OAuth scope `TEAM_MEMBERSHIP_READ`.

        Raises:
            NotFoundError: the team has none with this id.
        """
        return await self._get("/memberships/{membershipId}", membership_id, into=Membership)

    @operation
    async def create(
        self,
        *,
        user_id: int,
        role: MembershipRole | str | Unset = UNSET,
        accepted: bool | Unset = UNSET,
        disable_impersonation: bool | Unset = UNSET,
    ) -> Membership:
        """Make a user a member of the team.

        `POST {team}/memberships`, OAuth scope `TEAM_MEMBERSHIP_WRITE`.

        Args:
            user_id: Who.
            role: What the member may do; `MEMBER` by default.
            accepted: Whether the member belongs at once; False invites only. Say it: the document's default is False,
                servers take True.
            disable_impersonation: Whether admins can't act as this member; False by default.

        Raises:
            ConflictError: the user is a member already.
            UnprocessableEntityError: the user does not belong to the team's organization.
        """
        body = fields(user_id=user_id, role=role, accepted=accepted, disable_impersonation=disable_impersonation)
        return await self._post("/memberships", body=body, into=Membership)

    @operation
    async def update(
        self,
        membership_id: int,
        *,
        role: MembershipRole | str | Unset = UNSET,
        accepted: bool | Unset = UNSET,
        disable_impersonation: bool | Unset = UNSET,
    ) -> Membership:
        """Change what is given, and leave the rest.

        `PATCH {team}/memberships/{membershipId}`, OAuth scope `TEAM_MEMBERSHIP_WRITE`.

        Args:
            membership_id: Which one.
            role: What the member may do.
            accepted: Whether the member belongs; False invites only.
            disable_impersonation: Whether admins can't act as this member.

        Raises:
            NotFoundError: the team has none with this id.
        """
        body = fields(role=role, accepted=accepted, disable_impersonation=disable_impersonation)
        return await self._patch("/memberships/{membershipId}", membership_id, body=body, into=Membership)

    @operation
    async def delete(self, membership_id: int) -> Membership:
        """Remove a member from the team and return the membership as it was.

        `DELETE {team}/memberships/{membershipId}`, OAuth scope `TEAM_MEMBERSHIP_WRITE`.

        Raises:
            NotFoundError: the team has none with this id; nothing was changed.
        """
        return await self._delete("/memberships/{membershipId}", membership_id, into=Membership)
