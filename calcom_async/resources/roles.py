"""Roles of an organization or of one of its teams, and what they allow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from calcom_async.core.inputs import fields
from calcom_async.core.unset import UNSET, Unset
from calcom_async.errors import InvalidRequestError
from calcom_async.models.roles import Role
from calcom_async.resources.resource import Listing, Resource, child, operation, paginated

__all__ = ["RolePermissions", "Roles"]

M = TypeVar("M", covariant=True)
Permissions = tuple[str, ...]


class Roles(Resource[M]):
    """Roles of an organization or of one of its teams; organization admin, plan `SCALE` on platforms.

    System roles (`owner_role`, `admin_role`, `member_role`) are listed, but can't be asked for or changed: 404.
    """

    permissions: RolePermissions[M] = child("roles")
    """What a role allows."""

    @paginated
    def list(self, *, page_size: int = 250) -> Listing[Role]:
        """Every role, system roles first.

        `GET {scope}/roles`
        """
        return self._list("/roles", Role, page_size=page_size)

    @operation
    async def get(self, role_id: str) -> Role:
        """One role.

        `GET {scope}/roles/{roleId}`
        """
        return await self._get("/roles/{roleId}", role_id, into=Role)

    @operation
    async def create(
        self,
        *,
        name: str,
        permissions: Sequence[str] | Unset = UNSET,
        description: str | Unset = UNSET,
        color: str | Unset = UNSET,
    ) -> Role:
        """Make a role.

        `POST {scope}/roles`

        Args:
            name: Its name.
            permissions: What it allows, such as `["booking.read"]`; nothing by default.
            description: What it is for.
            color: Its colour, such as `#112233`.

        Raises:
            BadRequestError: there is a role with this name, or no such permission.
        """
        body = fields(name=name, permissions=permissions, description=description, color=color)
        return await self._post("/roles", body=body, into=Role)

    @operation
    async def update(
        self,
        role_id: str,
        *,
        name: str | Unset = UNSET,
        permissions: Sequence[str] | Unset = UNSET,
        description: str | Unset = UNSET,
        color: str | Unset = UNSET,
    ) -> Role:
        """Change what is given, and leave the rest; `permissions` replace all there were.

        `PATCH {scope}/roles/{roleId}`
        """
        body = fields(name=name, permissions=permissions, description=description, color=color)
        return await self._patch("/roles/{roleId}", role_id, body=body, into=Role)

    @operation
    async def delete(self, role_id: str) -> Role:
        """Delete a role and return it as it was.

        `DELETE {scope}/roles/{roleId}`
        """
        return await self._delete("/roles/{roleId}", role_id, into=Role)


class RolePermissions(Resource[M]):
    """What a role allows: texts such as `booking.read`."""

    @paginated
    def list(self, role_id: str) -> Listing[str]:
        """Everything it allows; not paged.

        `GET {scope}/roles/{roleId}/permissions`
        """
        return self._list("/roles/{roleId}/permissions", str, role_id, style="none")

    @operation
    async def add(self, role_id: str, permissions: Sequence[str]) -> Permissions:
        """Allow more, and return everything it allows now.

        `POST {scope}/roles/{roleId}/permissions`
        """
        body = fields(permissions=permissions)
        return await self._post("/roles/{roleId}/permissions", role_id, body=body, safe=True, into=Permissions)

    @operation
    async def replace(self, role_id: str, permissions: Sequence[str]) -> Permissions:
        """Allow exactly this.

        `PUT {scope}/roles/{roleId}/permissions`
        """
        body = fields(permissions=permissions)
        return await self._put("/roles/{roleId}/permissions", role_id, body=body, into=Permissions)

    @operation
    async def remove(self, role_id: str, permission: str) -> None:
        """Take one permission away; no error where the role does not have it.

        `DELETE {scope}/roles/{roleId}/permissions/{permission}`

        Args:
            role_id: Which role.
            permission: Such as `booking.read`.
        """
        await self._delete("/roles/{roleId}/permissions/{permission}", role_id, permission, into=None)

    @operation
    async def remove_several(self, role_id: str, permissions: Sequence[str]) -> None:
        """Take several permissions away.

        `DELETE {scope}/roles/{roleId}/permissions`

        Raises:
            InvalidRequestError: an empty list, which might take all of them away.
        """
        if not permissions:
            raise InvalidRequestError("permissions: an empty list might take all of them away")
        await self._delete(
            "/roles/{roleId}/permissions", role_id, query={"permissions": list_of(permissions)}, into=None
        )


def list_of(texts: Sequence[str]) -> tuple[str, ...]:
    """One text, or several, as several."""
    return (texts,) if isinstance(texts, str) else tuple(texts)
