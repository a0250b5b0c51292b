"""The users of an organization: `org.users`; `org.user(id)` reaches into one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, Unpack

from calcom_async.core.inputs import checked_fields, fields, joined
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.memberships import MembershipRole
from calcom_async.models.organization_users import OrganizationUser, OrganizationUserChanges, OrganizationUserSettings
from calcom_async.resources.metadata import checked_metadata
from calcom_async.resources.resource import Listing, Resource, operation, paginated

__all__ = ["OrganizationUsers"]

M = TypeVar("M", covariant=True)


class OrganizationUsers(Resource[M]):
    """Accounts in an organization.

    Organization admin, OAuth scopes `ORG_MEMBERSHIP_READ` and `ORG_MEMBERSHIP_WRITE`.
    """

    @paginated
    def list(
        self,
        *,
        emails: Sequence[str] | Unset = UNSET,
        assigned_option_ids: str | Sequence[str] | Unset = UNSET,
        attribute_query_operator: str | Unset = UNSET,
        team_ids: int | Sequence[int] | Unset = UNSET,
        page_size: int = 250,
    ) -> Listing[OrganizationUser]:
        """Every user of the organization.

        `GET {organization}/users`

        Args:
            emails: Only these addresses; they are sent one by one.
            assigned_option_ids: Only users who have these options of attributes.
            attribute_query_operator: `AND` (by default) for all of them, `OR` for any, `NONE` for none.
            team_ids: Only members of these teams.
            page_size: Users to ask for at once, 1 to 1000.
        """
        query = fields(
            emails=emails,
            assigned_option_ids=joined(assigned_option_ids, "assigned_option_ids"),
            attribute_query_operator=attribute_query_operator,
            team_ids=joined(team_ids, "team_ids"),
        )
        return self._list("/users", OrganizationUser, query=query, page_size=page_size)

    @operation
    async def create(
        self,
        *,
        email: str,
        organization_role: MembershipRole | str | Unset = UNSET,
        auto_accept: bool | Unset = UNSET,
        skip_notification_email: bool | Unset = UNSET,
        **settings: Unpack[OrganizationUserSettings],
    ) -> OrganizationUser:
        """Make an account in the organization. Who has one is made a member with `memberships.create` instead.

        `POST {organization}/users`

        Args:
            email: E-mail address.
            organization_role: What the user may do; `MEMBER` by default.
            auto_accept: Whether the user belongs at once; True by default, and False can't do anything yet.
            skip_notification_email: Whether no welcome is sent; False by default.
            **settings: See `OrganizationUserSettings`.

        Raises:
            ConflictError: there is an account with this address.
        """
        body = fields(
            email=email,
            organization_role=organization_role,
            auto_accept=auto_accept,
            skip_notification_email=skip_notification_email,
        )
        body |= _settings(dict(settings), OrganizationUserSettings)
        return await self._post("/users", body=body, into=OrganizationUser)

    @operation
    async def update(self, user_id: int, **changes: Unpack[OrganizationUserChanges]) -> OrganizationUser:
        """Change what is given, and leave the rest.

        `PATCH {organization}/users/{userId}`

        Args:
            user_id: Who.
            **changes: See `OrganizationUserChanges`.

        Raises:
            PermissionDeniedError: the user is not in the organization.
        """
        body = _settings(dict(changes), OrganizationUserChanges)
        return await self._patch("/users/{userId}", user_id, body=body, into=OrganizationUser)

    @operation
    async def delete(self, user_id: int) -> OrganizationUser:
        """Delete the account itself, and return it as it was. To take a user out, delete the membership.

        `DELETE {organization}/users/{userId}`

        Raises:
            PermissionDeniedError: the user is not in the organization; nothing was changed.
        """
        return await self._delete("/users/{userId}", user_id, into=OrganizationUser)


def _settings(given: dict[str, Any], known: type[OrganizationUserSettings]) -> dict[str, Any]:
    if "metadata" in given:
        given["metadata"] = checked_metadata(given["metadata"])
    return checked_fields(given, known.__annotations__)
