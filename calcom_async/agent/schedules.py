"""The tool that lists schedules: when the account can be booked."""

from __future__ import annotations

from typing import Any

from calcom_async.agent.answers import array_of, object_of
from calcom_async.agent.call import Call
from calcom_async.agent.pages import PAGINATION, paging_parameters, sliced
from calcom_async.agent.tool import Example, Tool

__all__ = ["SCHEDULE_TOOLS"]


async def _list_schedules(call: Call) -> dict[str, Any]:
    schedules = await call.client.schedules.list().collect()
    chosen, pagination = sliced(call, sorted(schedules, key=lambda schedule: schedule.id))
    return {"schedules": [schedule.to_dict() for schedule in chosen], "pagination": pagination}


_SCHEDULE = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "name": {"type": ["string", "null"]},
        "timeZone": {"type": ["string", "null"]},
        "isDefault": {"type": "boolean"},
        "availability": {"type": "array"},
        "overrides": {"type": "array"},
    },
    "required": ["id", "name", "timeZone", "availability"],
}

SCHEDULE_TOOLS = (
    Tool(
        name="list_schedules",
        title="List schedules",
        description="List the account's schedules: weekdays, times and overrides by date.",
        kind="read",
        namespace="schedules",
        operation="GET /v2/schedules",
        parameters=paging_parameters("schedules"),
        answer=object_of({"schedules": array_of(_SCHEDULE), "pagination": PAGINATION}),
        examples=(Example(title="When can I be booked?"),),
        handler=_list_schedules,
    ),
)
