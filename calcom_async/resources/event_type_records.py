"""What Cal.com keeps about an event type of yours: its history, how its hosts are chosen, where a CRM failed."""

from __future__ import annotations

from typing import Any, TypeVar

from calcom_async.core.inputs import fields
from calcom_async.models.event_type_records import CrmSyncError, EventTypeChange, SchedulingConfig
from calcom_async.resources.resource import Listing, Resource, operation, paginated

__all__ = ["EventTypeRecords"]

M = TypeVar("M", covariant=True)


class EventTypeRecords(Resource[M]):
    """History, choice of hosts, and errors of an event type; OAuth scope `EVENT_TYPE_READ`."""

    versions = ("2026-06-12",)

    @paginated
    def list_history(self, *, page_size: int = 50) -> Listing[EventTypeChange]:
        """Every change, latest first; for its owner and admins only.

        `GET /v2/event-types/{eventTypeId}/history`

        Args:
            page_size: Changes to ask for at once, 1 to 50.
        """
        size = min(page_size, 50)
        return self._list("/history", EventTypeChange, page_size=size, style="cursor", find=_audit_logs)

    @operation
    async def get_scheduling_config(self) -> SchedulingConfig:
        """How a team event type chooses its hosts.

        `GET /v2/event-types/{eventTypeId}/scheduling-config`

        Raises:
            UnprocessableEntityError: it is no team event type.
        """
        return await self._get("/scheduling-config", into=SchedulingConfig)

    @paginated
    def list_crm_sync_errors(
        self, *, app_slug: str, include_dismissed: bool = False, page_size: int = 100
    ) -> Listing[CrmSyncError]:
        """Every booking that a CRM did not take.

        `GET /v2/event-types/{eventTypeId}/crm-sync-errors`

        Args:
            app_slug: The CRM, such as `salesforce`.
            include_dismissed: Whether to list those put aside as well.
            page_size: Errors to ask for at once, 1 to 100.
        """
        query = fields(app_slug=app_slug, include_dismissed=include_dismissed)
        return self._list("/crm-sync-errors", CrmSyncError, query=query, page_size=page_size, style="cursor")


def _audit_logs(data: Any) -> Any:
    return data.get("auditLogs") if isinstance(data, dict) else data
