"""Events: pages with a fixed date that people say yes or no to."""

from __future__ import annotations

from typing import TypeVar

from calcom_async.core.inputs import fields
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.events import Event
from calcom_async.resources.resource import Listing, Resource, operation, paginated

__all__ = ["Events"]

M = TypeVar("M", covariant=True)


class Events(Resource[M]):
    """The events that you host; neither event types nor calendar events."""

    @paginated
    def list(self, *, slug: str | Unset = UNSET) -> Listing[Event]:
        """Every event that you host or co-host.

        `GET /v2/events`

        Args:
            slug: Only the one with this link.
        """
        return self._list("/events", Event, query=fields(slug=slug), style="none")

    @operation
    async def get(self, uuid: str) -> Event:
        """One event.

        `GET /v2/events/{uuid}`

        Raises:
            NotFoundError: there is none with this id that you may see.
        """
        return await self._get("/events/{uuid}", uuid, into=Event)
