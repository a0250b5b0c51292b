"""Out of office: yours, a member's, and the list of a whole organization."""

from __future__ import annotations

from typing import Any, TypeVar

from calcom_async.core.inputs import Instant, fields, instant
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.out_of_office import OutOfOfficeEntry, OutOfOfficeReason
from calcom_async.resources.resource import Listing, Resource, operation, paginated

__all__ = ["OrganizationOutOfOffice", "OutOfOffice"]

M = TypeVar("M", covariant=True)


class OutOfOffice(Resource[M]):
    """When a user is away.

    OAuth scopes `SCHEDULE_…` for yourself, `TEAM_SCHEDULE_…` and `ORG_SCHEDULE_…` for a member (admins only).
    """

    @paginated
    def list(
        self, *, sort_start: str | Unset = UNSET, sort_end: str | Unset = UNSET, page_size: int = 250
    ) -> Listing[OutOfOfficeEntry]:
        """Every entry.

        `GET {user}/ooo`

        Args:
            sort_start: Order by start: `asc` or `desc`.
            sort_end: Order by end.
            page_size: Entries to ask for at once, 1 to 250.
        """
        query = fields(sort_start=sort_start, sort_end=sort_end)
        return self._list("/ooo", OutOfOfficeEntry, query=query, page_size=page_size)

    @operation
    async def create(
        self,
        *,
        start: Instant,
        end: Instant,
        notes: str | Unset = UNSET,
        to_user_id: int | Unset = UNSET,
        reason: OutOfOfficeReason | str | Unset = UNSET,
    ) -> OutOfOfficeEntry:
        """Be away.

        `POST {user}/ooo`

        Args:
            start: From when on: an instant, such as `2026-12-20T00:00:00Z`.
            end: Until when, such as `2026-12-22T23:59:59.999Z`.
            notes: What visitors are told.
            to_user_id: Who stands in.
            reason: Why: `vacation`, `travel`, `sick`, `public_holiday`, or `unspecified` by default.

        Raises:
            BadRequestError: the one who stands in is the user, or shares no team with them.
            ConflictError: there is such an entry for that time.
        """
        return await self._post("/ooo", body=_body(start, end, notes, to_user_id, reason), into=OutOfOfficeEntry)

    @operation
    async def update(
        self,
        ooo_id: int,
        *,
        start: Instant | Unset = UNSET,
        end: Instant | Unset = UNSET,
        notes: str | Unset = UNSET,
        to_user_id: int | Unset = UNSET,
        reason: OutOfOfficeReason | str | Unset = UNSET,
    ) -> OutOfOfficeEntry:
        """Change what is given, and leave the rest; `start` and `end` go together.

        `PATCH {user}/ooo/{oooId}`

        Raises:
            PermissionDeniedError: there is none with this id, or it is somebody else's.
            ConflictError: there is another entry for that time.
        """
        body = _body(start, end, notes, to_user_id, reason)
        return await self._patch("/ooo/{oooId}", ooo_id, body=body, into=OutOfOfficeEntry)

    @operation
    async def delete(self, ooo_id: int) -> OutOfOfficeEntry:
        """Delete an entry and return it as it was.

        `DELETE {user}/ooo/{oooId}`

        Raises:
            PermissionDeniedError: there is none with this id, or it is somebody else's.
        """
        return await self._delete("/ooo/{oooId}", ooo_id, into=OutOfOfficeEntry)


class OrganizationOutOfOffice(Resource[M]):
    """When the members of an organization are away."""

    @paginated
    def list(
        self,
        *,
        email: str | Unset = UNSET,
        sort_start: str | Unset = UNSET,
        sort_end: str | Unset = UNSET,
        page_size: int = 250,
    ) -> Listing[OutOfOfficeEntry]:
        """Every entry of every member; organization admin.

        `GET {organization}/ooo`, OAuth scope `ORG_SCHEDULE_READ`.

        Args:
            email: Only those of the member with this address.
            sort_start: Order by start: `asc` or `desc`.
            sort_end: Order by end.
            page_size: Entries to ask for at once, 1 to 250.
        """
        query = fields(email=email, sort_start=sort_start, sort_end=sort_end)
        return self._list("/ooo", OutOfOfficeEntry, query=query, page_size=page_size)


def _body(start: Instant | Unset, end: Instant | Unset, notes: Any, to_user_id: Any, reason: Any) -> dict[str, Any]:
    return fields(
        start=instant(start, "start"), end=instant(end, "end"), notes=notes, to_user_id=to_user_id, reason=reason
    )
