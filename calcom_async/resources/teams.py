"""Teams, those of an organization, and invitations to one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, Unpack

from calcom_async.core.codec import decode
from calcom_async.core.inputs import checked_fields, fields
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.teams import (
    CreatedTeam,
    OwnTeam,
    PendingTeam,
    Team,
    TeamChanges,
    TeamInvite,
    TeamSettings,
)
from calcom_async.resources.resource import Listing, Resource, operation, paginated

__all__ = ["OrganizationTeams", "TeamInvites", "Teams"]

M = TypeVar("M", covariant=True)


class _Teams(Resource[M]):
    @operation
    async def get(self, team_id: int) -> Team:
        """One team.

        `GET {scope}/teams/{teamId}`, in an organization team admin, OAuth scope `TEAM_PROFILE_READ`.

        Raises:
            PermissionDeniedError: you don't belong to it, or there is none.
            NotFoundError: the organization has none with this id.
        """
        return await self._get("/teams/{teamId}", team_id, into=Team)

    @operation
    async def update(self, team_id: int, **changes: Unpack[TeamChanges]) -> Team:
        """Change what is given, and leave the rest; `metadata` replaces what there was.

        `PATCH {scope}/teams/{teamId}`, team admin, OAuth scope `TEAM_PROFILE_WRITE`; in an organization its admin,
        `ORG_PROFILE_WRITE`.

        Args:
            team_id: Which one.
            **changes: See `TeamChanges`.

        Raises:
            InvalidRequestError: an argument that does not exist.
            BadRequestError: Cal.com refuses a value, or (self-hosted) wants the name as well.
            PermissionDeniedError: you are no admin of it, or there is none.
        """
        body = checked_fields(changes, TeamChanges.__annotations__)
        return await self._patch("/teams/{teamId}", team_id, body=body, into=Team)

    @operation
    async def delete(self, team_id: int) -> Team:
        """Delete a team and return it as it was.

        `DELETE {scope}/teams/{teamId}`, team owner, OAuth scope `TEAM_PROFILE_WRITE`; in an organization its admin,
        `ORG_PROFILE_WRITE`.

        Raises:
            NotFoundError: there is none with this id.
            PermissionDeniedError: you are no owner of it.
        """
        return await self._delete("/teams/{teamId}", team_id, into=Team)


class Teams(_Teams[M]):
    """The teams you belong to; `cal.team(id)` reaches into one."""

    @paginated
    def list(self) -> Listing[Team]:
        """Every team you belong to; Cal.com does not page them.

        `GET /v2/teams`, OAuth scope `TEAM_PROFILE_READ`.
        """
        return self._list("/teams", Team, style="none")

    @operation
    async def create(
        self, *, name: str, auto_accept_creator: bool | Unset = UNSET, **settings: Unpack[TeamSettings]
    ) -> CreatedTeam:
        """Make a team. Where teams cost, the answer is a `PendingTeam` with a link to pay at: there is no team before.

        `POST /v2/teams`, OAuth scope `TEAM_PROFILE_WRITE`.

        Args:
            name: Its name, at most 155 characters, without links.
            auto_accept_creator: Whether you belong to it at once; True by default.
            **settings: See `TeamSettings`.

        Raises:
            InvalidRequestError: an argument that does not exist.
            ConflictError: the slug is taken.
            BadRequestError: Cal.com refuses a value.
        """
        body = _new_team(name, settings) | fields(auto_accept_creator=auto_accept_creator)
        data = await self._post("/teams", body=body, into=dict)
        return decode(data, PendingTeam, path="data") if "pendingTeam" in data else decode(data, Team, path="data")


class OrganizationTeams(_Teams[M]):
    """The teams of an organization; `org.team(id)` reaches into one."""

    @paginated
    def list(self) -> Listing[Team]:
        """Every team of the organization, 250 at a time; self-hosted servers answer all at once.

        `GET {organization}/teams`, organization admin, OAuth scope `ORG_PROFILE_READ`.
        """
        return self._list("/teams", Team, page_size=250)

    @paginated
    def mine(self) -> Listing[OwnTeam]:
        """Every team of the organization that you belong to; likewise.

        `GET {organization}/teams/me`, organization member, OAuth scope `TEAM_MEMBERSHIP_READ`.
        """
        return self._list("/teams/me", OwnTeam, page_size=250)

    @operation
    async def create(
        self,
        *,
        name: str,
        auto_accept_creator: bool | Unset = UNSET,
        add_creator_as_owner: bool | Unset = UNSET,
        **settings: Unpack[TeamSettings],
    ) -> Team:
        """Make a team.

        `POST {organization}/teams`, organization admin, OAuth scope `ORG_PROFILE_WRITE`.

        Args:
            name: Its name, at most 155 characters, without links.
            auto_accept_creator: Whether you belong to it at once; True by default.
            add_creator_as_owner: Whether you are its owner; True by default.
            **settings: See `TeamSettings`.

        Raises:
            InvalidRequestError: an argument that does not exist.
            ConflictError: the slug is taken.
        """
        body = _new_team(name, settings)
        body |= fields(auto_accept_creator=auto_accept_creator, add_creator_as_owner=add_creator_as_owner)
        return await self._post("/teams", body=body, into=Team)


class TeamInvites(Resource[M]):
    """Invitations to a team."""

    @operation
    async def create(self) -> TeamInvite:
        """Make an invitation that anyone can use who has it; each call makes another one.

        `POST {team}/invite`, team admin, OAuth scope `TEAM_MEMBERSHIP_WRITE`.

        Raises:
            NotFoundError: this server has invitations to teams of an organization only (self-hosted).
            PermissionDeniedError: you are no admin of the team.
        """
        return await self._post("/invite", into=TeamInvite)


def _new_team(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    return fields(name=name) | checked_fields(settings, TeamSettings.__annotations__)
