"""Organizations within a platform organization: `org.managed_organizations`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from calcom_async.core.inputs import fields
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.managed_organizations import ManagedOrganization
from calcom_async.resources.metadata import checked_metadata
from calcom_async.resources.resource import Listing, Resource, operation, paginated

__all__ = ["ManagedOrganizations"]

M = TypeVar("M", covariant=True)


class ManagedOrganizations(Resource[M]):
    """Organizations within a platform organization: organization admin, plan `SCALE`."""

    @paginated
    def list(
        self,
        *,
        slug: str | Unset = UNSET,
        metadata_key: str | Unset = UNSET,
        metadata_value: str | Unset = UNSET,
        page_size: int = 250,
    ) -> Listing[ManagedOrganization]:
        """Every organization within this one.

        `GET {organization}/organizations`

        Args:
            slug: Only the one with this slug.
            metadata_key: Only those with this key in their metadata; with `metadata_value`.
            metadata_value: What stands under the key.
            page_size: Organizations to ask for at once, 1 to 250.
        """
        query = fields(slug=slug, metadata_key=metadata_key, metadata_value=metadata_value)
        return self._list("/organizations", ManagedOrganization, query=query, page_size=page_size)

    @operation
    async def get(self, managed_organization_id: int) -> ManagedOrganization:
        """One organization.

        `GET {organization}/organizations/{managedOrganizationId}`
        """
        path = "/organizations/{managedOrganizationId}"
        return await self._get(path, managed_organization_id, into=ManagedOrganization)

    @operation
    async def create(
        self,
        *,
        name: str,
        slug: str | Unset = UNSET,
        metadata: Mapping[str, Any] | Unset = UNSET,
        api_key_days_valid: int | Unset = UNSET,
        api_key_never_expires: bool | Unset = UNSET,
    ) -> ManagedOrganization:
        """Make an organization. Its `api_key` is in this answer and in no other.

        `POST {organization}/organizations`

        Args:
            name: Its name, at most 155 characters, without links.
            slug: Its part of addresses; made from the name by default.
            metadata: Your own data: up to 50 keys.
            api_key_days_valid: For how many days its key is good; 30 by default.
            api_key_never_expires: Whether its key is good for ever.
        """
        body = fields(
            name=name,
            slug=slug,
            metadata=checked_metadata(metadata),
            api_key_days_valid=api_key_days_valid,
            api_key_never_expires=api_key_never_expires,
        )
        return await self._post("/organizations", body=body, into=ManagedOrganization)

    @operation
    async def update(
        self,
        managed_organization_id: int,
        *,
        name: str | Unset = UNSET,
        metadata: Mapping[str, Any] | Unset = UNSET,
    ) -> ManagedOrganization:
        """Change what is given, and leave the rest; `metadata` replaces what there was.

        `PATCH {organization}/organizations/{managedOrganizationId}`
        """
        path = "/organizations/{managedOrganizationId}"
        body = fields(name=name, metadata=checked_metadata(metadata))
        return await self._patch(path, managed_organization_id, body=body, into=ManagedOrganization)

    @operation
    async def delete(self, managed_organization_id: int) -> ManagedOrganization:
        """Delete an organization and return it as it was.

        `DELETE {organization}/organizations/{managedOrganizationId}`
        """
        path = "/organizations/{managedOrganizationId}"
        return await self._delete(path, managed_organization_id, into=ManagedOrganization)
