"""Webhooks: one class for every owner."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from calcom_async.core.inputs import fields
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.webhooks import Webhook, WebhookTimeUnit, WebhookTrigger, WebhookVersion
from calcom_async.resources.resource import Listing, Resource, operation, paginated

__all__ = ["ClearableWebhooks", "Webhooks"]

M = TypeVar("M", covariant=True)


class Webhooks(Resource[M]):
    """The webhooks of one owner: a user, an event type, a team event type, an organization or an OAuth client.

    OAuth scopes: `WEBHOOK_READ` and `WEBHOOK_WRITE` for a user; `EVENT_TYPE_…`, `TEAM_EVENT_TYPE_…` and
    `ORG_WEBHOOK_…` for the others. The webhooks of an OAuth client (deprecated by Cal.com) want its id and secret.
    """

    @paginated
    def list(self, *, page_size: int = 250) -> Listing[Webhook]:
        """Every webhook of this owner.

        `GET {scope}/webhooks`

        Args:
            page_size: Webhooks to ask for at once, 1 to 250.
        """
        return self._list("/webhooks", Webhook, page_size=page_size)

    @operation
    async def get(self, webhook_id: str | int) -> Webhook:
        """One webhook.

        `GET {scope}/webhooks/{webhookId}`

        Raises:
            NotFoundError: this owner has none with this id.
            PermissionDeniedError: it is somebody else's, or (organizations) there is none.
        """
        return await self._get("/webhooks/{webhookId}", webhook_id, into=Webhook)

    @operation
    async def create(
        self,
        *,
        subscriber_url: str,
        triggers: Sequence[WebhookTrigger | str],
        active: bool = True,
        secret: str | Unset | None = UNSET,
        payload_template: str | Unset | None = UNSET,
        version: WebhookVersion | str | Unset = UNSET,
        time: int | Unset = UNSET,
        time_unit: WebhookTimeUnit | str | Unset = UNSET,
    ) -> Webhook:
        """Subscribe to events.

        `POST {scope}/webhooks`

        Args:
            subscriber_url: Where to deliver to. An owner has each URL once; Cal.com does not check that it is one.
            triggers: The events, such as `["BOOKING_CREATED", "BOOKING_CANCELLED"]`.
            active: Whether to deliver.
            secret: The key to sign with; without one deliveries are not signed.
            payload_template: What to deliver instead of the usual form: JSON text with `{{variables}}`.
            version: The format of the deliveries, `2021-10-20` by default; `2026-07-27` adds calendar files.
            time: How long after the start the `AFTER_…_CAL_VIDEO_NO_SHOW` events are decided; needed by them.
            time_unit: The unit of `time`: `MINUTE`, `HOUR` or `DAY`.

        Raises:
            BadRequestError: Cal.com does not know an event.
            ConflictError: this owner has a webhook with this URL already.
        """
        body = fields(
            subscriber_url=subscriber_url,
            triggers=triggers,
            active=active,
            secret=secret,
            payload_template=payload_template,
            version=version,
            time=time,
            time_unit=time_unit,
        )
        return await self._post("/webhooks", body=body, into=Webhook)

    @operation
    async def update(
        self,
        webhook_id: str | int,
        *,
        subscriber_url: str | Unset = UNSET,
        triggers: Sequence[WebhookTrigger | str] | Unset = UNSET,
        active: bool | Unset = UNSET,
        secret: str | Unset | None = UNSET,
        payload_template: str | Unset | None = UNSET,
        version: WebhookVersion | str | Unset = UNSET,
        time: int | Unset = UNSET,
        time_unit: WebhookTimeUnit | str | Unset = UNSET,
    ) -> Webhook:
        """Change what is given, and leave the rest.

        `PATCH {scope}/webhooks/{webhookId}`

        Args:
            webhook_id: Which one.
            subscriber_url: Where to deliver to.
            triggers: The events, all of them.
            active: Whether to deliver; True starts one again that Cal.com stopped after repeated failures.
            secret: The key to sign with.
            payload_template: What to deliver instead of the usual form.
            version: The format of the deliveries.
            time: How long after the start the no-show events are decided.
            time_unit: The unit of `time`.

        Raises:
            BadRequestError: Cal.com does not know an event.
            NotFoundError: this owner has none with this id.
            PermissionDeniedError: it is somebody else's, or (organizations) there is none.
        """
        body = fields(
            subscriber_url=subscriber_url,
            triggers=triggers,
            active=active,
            secret=secret,
            payload_template=payload_template,
            version=version,
            time=time,
            time_unit=time_unit,
        )
        return await self._patch("/webhooks/{webhookId}", webhook_id, body=body, into=Webhook)

    @operation
    async def delete(self, webhook_id: str | int) -> Webhook:
        """Remove a webhook and return it as it was.

        `DELETE {scope}/webhooks/{webhookId}`

        Raises:
            NotFoundError: this owner has none with this id; nothing was changed.
            PermissionDeniedError: it is somebody else's; nothing was changed.
        """
        return await self._delete("/webhooks/{webhookId}", webhook_id, into=Webhook)


class ClearableWebhooks(Webhooks[M]):
    """The webhooks of an owner that can drop all at once: an event type, a team event type or an OAuth client."""

    @operation
    async def delete_all(self) -> int:
        """Remove every webhook of this owner.

        `DELETE {scope}/webhooks`

        Returns:
            How many there were, by Cal.com's word.
        """
        return await self._delete("/webhooks", into=int, find=_count)


def _count(message: object) -> int:
    """The number in `3 webhooks deleted`, which is all that Cal.com answers; 0 where no number is in it."""
    found = re.search(r"\d+", message) if isinstance(message, str) else None
    return int(found[0]) if found else 0
