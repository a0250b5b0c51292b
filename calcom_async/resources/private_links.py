"""Private links of an event type, a user's or one of an organization's team."""

from __future__ import annotations

from typing import TypeVar

from calcom_async.core.inputs import Instant, fields, instant
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.private_links import DeletedPrivateLink, PrivateLink
from calcom_async.resources.resource import Listing, Resource, operation, paginated

__all__ = ["PrivateLinks"]

M = TypeVar("M", covariant=True)


class PrivateLinks(Resource[M]):
    """Links that end by time or by use.

    OAuth scopes `EVENT_TYPE_READ` and `EVENT_TYPE_WRITE`; for an organization's team `TEAM_EVENT_TYPE_…`, team admin.
    """

    versions = ("2024-09-04", "2024-04-15")  # self-hosted servers know them under the oldest version only

    @paginated
    def list(self) -> Listing[PrivateLink]:
        """Every private link of the event type.

        `GET {event type}/private-links`
        """
        return self._list("/private-links", PrivateLink, style="none")

    @operation
    async def create(self, *, expires_at: Instant | Unset = UNSET, max_usage_count: int | Unset = UNSET) -> PrivateLink:
        """Make a link; without arguments it is good for one booking.

        `POST {event type}/private-links`

        Args:
            expires_at: When it ends. Given both, Cal.com has been seen to keep this one only.
            max_usage_count: How many bookings it is good for; -1 for any number.

        Raises:
            BadRequestError: (self-hosted) neither was given, or both.
        """
        body = fields(expires_at=instant(expires_at, "expires_at"), max_usage_count=max_usage_count)
        return await self._post("/private-links", body=body, into=PrivateLink)

    @operation
    async def update(
        self, link_id: str, *, expires_at: Instant | Unset = UNSET, max_usage_count: int | Unset = UNSET
    ) -> PrivateLink:
        """Move the end of a link.

        `PATCH {event type}/private-links/{linkId}`

        Args:
            link_id: Which one.
            expires_at: When it ends.
            max_usage_count: How many bookings it is good for; -1 for any number.

        Raises:
            NotFoundError: the event type has none with this id.
        """
        body = fields(expires_at=instant(expires_at, "expires_at"), max_usage_count=max_usage_count)
        return await self._patch("/private-links/{linkId}", link_id, body=body, into=PrivateLink)

    @operation
    async def delete(self, link_id: str) -> DeletedPrivateLink:
        """Delete a link.

        `DELETE {event type}/private-links/{linkId}`

        Raises:
            NotFoundError: the event type has none with this id.
        """
        return await self._delete("/private-links/{linkId}", link_id, into=DeletedPrivateLink)
