"""Attributes of an organization's members: `org.attributes`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from calcom_async.core.inputs import fields, joined, parts
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.attributes import (
    AssignedAttributeOption,
    Attribute,
    AttributeAssignment,
    AttributeHistoryEntry,
    AttributeOption,
    AttributeSyncRun,
    AttributeType,
    NewAttributeOption,
)
from calcom_async.resources.resource import Listing, Resource, child, operation, paginated

__all__ = ["AttributeAssignments", "AttributeOptions", "AttributeSyncHistory", "Attributes"]

M = TypeVar("M", covariant=True)


class Attributes(Resource[M]):
    """What members can have, such as a department; members may read, admins write."""

    options: AttributeOptions[M] = child("attributes")
    """The values that attributes can have."""
    assignments: AttributeAssignments[M] = child("attributes")
    """Who has which."""
    sync_history: AttributeSyncHistory[M] = child("attributes")
    """What other systems changed."""

    @paginated
    def list(self, *, page_size: int = 250) -> Listing[Attribute]:
        """Every attribute.

        `GET {organization}/attributes`
        """
        return self._list("/attributes", Attribute, page_size=page_size)

    @operation
    async def get(self, attribute_id: str) -> Attribute:
        """One attribute.

        `GET {organization}/attributes/{attributeId}`

        Raises:
            NotFoundError: there is none with this id (Cal.com answers 200 with null).
        """
        return await self._get("/attributes/{attributeId}", attribute_id, into=Attribute)

    @operation
    async def create(
        self,
        *,
        name: str,
        slug: str,
        type: AttributeType | str,  # noqa: A002 - Cal.com's word
        options: Sequence[NewAttributeOption | AttributeOption | Mapping[str, Any]] = (),
        enabled: bool | Unset = UNSET,
    ) -> Attribute:
        """Make an attribute.

        `POST {organization}/attributes`

        Args:
            name: Its name.
            slug: Its name in addresses.
            type: `TEXT`, `NUMBER`, `SINGLE_SELECT`, `MULTI_SELECT` or `USER_RELATIONSHIP`.
            options: The values to choose from, `[{"value": "Sales", "slug": "sales"}]`; the answer has none of them.
            enabled: Whether profiles show it.
        """
        body = fields(
            name=name, slug=slug, type=type, options=parts(NewAttributeOption, options, "options"), enabled=enabled
        )
        return await self._post("/attributes", body=body, into=Attribute)

    @operation
    async def update(
        self,
        attribute_id: str,
        *,
        name: str | Unset = UNSET,
        slug: str | Unset = UNSET,
        type: AttributeType | str | Unset = UNSET,  # noqa: A002 - Cal.com's word
        enabled: bool | Unset = UNSET,
    ) -> Attribute:
        """Change what is given, and leave the rest.

        `PATCH {organization}/attributes/{attributeId}`
        """
        body = fields(name=name, slug=slug, type=type, enabled=enabled)
        return await self._patch("/attributes/{attributeId}", attribute_id, body=body, into=Attribute)

    @operation
    async def delete(self, attribute_id: str) -> Attribute:
        """Delete an attribute and return it as it was.

        `DELETE {organization}/attributes/{attributeId}`
        """
        return await self._delete("/attributes/{attributeId}", attribute_id, into=Attribute)


class AttributeOptions(Resource[M]):
    """The values that attributes can have."""

    @paginated
    def list(self, attribute_id: str) -> Listing[AttributeOption]:
        """Every option of an attribute; not paged.

        `GET {organization}/attributes/{attributeId}/options`
        """
        return self._list("/attributes/{attributeId}/options", AttributeOption, attribute_id, style="none")

    @paginated
    def list_assigned(
        self,
        attribute_id: str,
        *,
        assigned_option_ids: str | Sequence[str] | Unset = UNSET,
        team_ids: int | Sequence[int] | Unset = UNSET,
        page_size: int = 250,
    ) -> Listing[AssignedAttributeOption]:
        """The options of an attribute that somebody has, and who.

        `GET {organization}/attributes/{attributeId}/options/assigned`

        Args:
            attribute_id: Which attribute.
            assigned_option_ids: Of users who have these options.
            team_ids: Of users in these teams.
            page_size: Options to ask for at once.
        """
        query = _assigned(assigned_option_ids, team_ids)
        path = "/attributes/{attributeId}/options/assigned"
        return self._list(path, AssignedAttributeOption, attribute_id, query=query, page_size=page_size)

    @paginated
    def list_assigned_by_slug(
        self,
        attribute_slug: str,
        *,
        assigned_option_ids: str | Sequence[str] | Unset = UNSET,
        team_ids: int | Sequence[int] | Unset = UNSET,
        page_size: int = 250,
    ) -> Listing[AssignedAttributeOption]:
        """As `list_assigned`, for an attribute that is named by its slug.

        `GET {organization}/attributes/slugs/{attributeSlug}/options/assigned`

        Args:
            attribute_slug: Which attribute.
            assigned_option_ids: As `list_assigned`.
            team_ids: Likewise.
            page_size: Likewise.
        """
        query = _assigned(assigned_option_ids, team_ids)
        path = "/attributes/slugs/{attributeSlug}/options/assigned"
        return self._list(path, AssignedAttributeOption, attribute_slug, query=query, page_size=page_size)

    @operation
    async def create(self, attribute_id: str, *, value: str, slug: str) -> AttributeOption:
        """Make an option.

        `POST {organization}/attributes/{attributeId}/options`

        Raises:
            BadRequestError: there is no such attribute.
        """
        body = fields(value=value, slug=slug)
        return await self._post("/attributes/{attributeId}/options", attribute_id, body=body, into=AttributeOption)

    @operation
    async def update(
        self, attribute_id: str, option_id: str, *, value: str | Unset = UNSET, slug: str | Unset = UNSET
    ) -> AttributeOption:
        """Change what is given, and leave the rest.

        `PATCH {organization}/attributes/{attributeId}/options/{optionId}`
        """
        path, body = "/attributes/{attributeId}/options/{optionId}", fields(value=value, slug=slug)
        return await self._patch(path, attribute_id, option_id, body=body, into=AttributeOption)

    @operation
    async def delete(self, attribute_id: str, option_id: str) -> AttributeOption:
        """Delete an option and return it as it was.

        `DELETE {organization}/attributes/{attributeId}/options/{optionId}`
        """
        path = "/attributes/{attributeId}/options/{optionId}"
        return await self._delete(path, attribute_id, option_id, into=AttributeOption)


class AttributeAssignments(Resource[M]):
    """Which options a user has."""

    @paginated
    def list(self, user_id: int) -> Listing[AttributeOption]:
        """Every option of a user; not paged, and empty for a stranger.

        `GET {organization}/attributes/options/{userId}`
        """
        return self._list("/attributes/options/{userId}", AttributeOption, user_id, style="none")

    @operation
    async def create(
        self,
        user_id: int,
        *,
        attribute_id: str,
        attribute_option_id: str | Unset = UNSET,
        value: str | Unset = UNSET,
        weight: float | Unset = UNSET,
    ) -> AttributeAssignment:
        """Give a user an option, or a value of a text or number attribute.

        `POST {organization}/attributes/options/{userId}`

        Args:
            user_id: Who.
            attribute_id: Which attribute.
            attribute_option_id: The option, where there is a choice.
            value: Else the value, as text.
            weight: How much it counts when bookings are routed, from 0 on.

        Raises:
            BadRequestError: a value where there is a choice, or no such option.
            ConflictError: the user has the option.
            NotFoundError: no such attribute, or the user is no member.
        """
        body = fields(attribute_id=attribute_id, attribute_option_id=attribute_option_id, value=value, weight=weight)
        return await self._post("/attributes/options/{userId}", user_id, body=body, into=AttributeAssignment)

    @operation
    async def update(
        self, user_id: int, attribute_option_id: str, *, weight: float | Unset = UNSET
    ) -> AttributeAssignment:
        """Change how much an option counts.

        `PATCH {organization}/attributes/options/{userId}/{attributeOptionId}`
        """
        path = "/attributes/options/{userId}/{attributeOptionId}"
        body = fields(weight=weight)
        return await self._patch(path, user_id, attribute_option_id, body=body, into=AttributeAssignment)

    @operation
    async def delete(self, user_id: int, attribute_option_id: str) -> AttributeAssignment:
        """Take an option away from a user.

        `DELETE {organization}/attributes/options/{userId}/{attributeOptionId}`

        Raises:
            NotFoundError: the user does not have it.
        """
        path = "/attributes/options/{userId}/{attributeOptionId}"
        return await self._delete(path, user_id, attribute_option_id, into=AttributeAssignment)

    @paginated
    def history(self, user_id: int, *, page_size: int = 50) -> Listing[AttributeHistoryEntry]:
        """What changed a user's attributes; organization admin.

        `GET {organization}/attributes/assignments/{userId}/history`

        Args:
            user_id: Whose.
            page_size: Entries to ask for at once, 1 to 50.
        """
        return self._list(
            "/attributes/assignments/{userId}/history",
            AttributeHistoryEntry,
            user_id,
            page_size=page_size,
            style="cursor",
            find=_audit_logs,
        )


class AttributeSyncHistory(Resource[M]):
    """What other systems, such as Salesforce, changed in attributes."""

    @paginated
    def list(self, *, page_size: int = 100) -> Listing[AttributeSyncRun]:
        """Every synchronisation of the organization.

        `GET {organization}/attributes/sync-history`

        Args:
            page_size: Synchronisations to ask for at once, 1 to 100.
        """
        return self._list("/attributes/sync-history", AttributeSyncRun, page_size=page_size, style="cursor")

    @paginated
    def list_for_user(self, user_id: int, *, page_size: int = 100) -> Listing[AttributeSyncRun]:
        """Every synchronisation of one user.

        `GET {organization}/attributes/sync-history/user/{userId}`
        """
        path = "/attributes/sync-history/user/{userId}"
        return self._list(path, AttributeSyncRun, user_id, page_size=page_size, style="cursor")


def _assigned(option_ids: str | Sequence[str] | Unset, team_ids: int | Sequence[int] | Unset) -> dict[str, Any]:
    return fields(assigned_option_ids=joined(option_ids, "assigned_option_ids"), team_ids=joined(team_ids, "team_ids"))


def _audit_logs(data: Any) -> Any:
    return data.get("auditLogs") if isinstance(data, dict) else data
