"""The tools that read event types: what can be booked."""

from __future__ import annotations

from typing import Any

from calcom_async.agent.answers import EVENT_TYPE, array_of, as_event_type, object_of
from calcom_async.agent.call import Call
from calcom_async.agent.pages import PAGINATION, paging_parameters, sliced
from calcom_async.agent.tool import Example, Parameter, Tool
from calcom_async.errors import NotFoundError, PermissionDeniedError
from calcom_async.models.event_types import EventType

__all__ = ["EVENT_TYPE_TOOLS", "find_event_type"]


async def find_event_type(call: Call, event_type_id: int) -> EventType:
    """An event type of the account or of one of its teams: Cal.com answers each on a path of its own.

    Raises:
        NotFoundError: it is neither, or it may not be seen.
    """
    client = call.client
    try:
        return await client.event_types.get(event_type_id)
    except NotFoundError as missing:
        for team in await client.teams.list().collect():
            try:
                found = await client.team(team.id).event_types.list().collect()
            except PermissionDeniedError:
                continue
            for event_type in found:
                if event_type.id == event_type_id:
                    return event_type
        raise missing from None


async def _list_event_types(call: Call) -> dict[str, Any]:
    team_id = call.get("teamId")
    listed: list[Any] = (
        await call.client.event_types.list().collect()
        if team_id is None
        else await call.client.team(team_id).event_types.list().collect()
    )
    # Cal.com's order is undefined, and would show one twice and another never on the pages that are cut here.
    chosen, pagination = sliced(call, sorted(listed, key=lambda event_type: event_type.id))
    return {"event_types": [as_event_type(event_type) for event_type in chosen], "pagination": pagination}


async def _get_event_type(call: Call) -> dict[str, Any]:
    return {"event_type": as_event_type(await find_event_type(call, call["id"]))}


_LIST_ALL = """\
local result = app.integrations["cal-com"].list_event_types({})

for _, et in ipairs(result.event_types or {}) do
  print(et.id .. ": " .. et.title .. " (" .. et.length .. " min)")
end
"""
_OF_TEAM = """\
local result = app.integrations["cal-com"].list_event_types({
  teamId = 5,
  limit = 10
})
"""
_ONE = """\
local result = app.integrations["cal-com"].get_event_type({ id = 42 })

local et = result.event_type
print(et.title)
print("Duration: " .. et.length .. " minutes")
print("Description: " .. (et.description or "N/A"))
"""

EVENT_TYPE_TOOLS = (
    Tool(
        name="list_event_types",
        title="List event types",
        description="List available event types (booking link templates) from Cal.com. Without `teamId` those of the "
        "account, with it those of the team; ordered by id.",
        kind="read",
        namespace="event-types",
        operation="GET /v2/event-types",
        parameters=(
            *paging_parameters("event types"),
            Parameter(
                name="teamId", type="integer", minimum=1, example=5,
                description="Filter event types belonging to a specific team",
            ),
        ),
        answer=object_of({"event_types": array_of(EVENT_TYPE), "pagination": PAGINATION}),
        examples=(
            Example(title="List all event types", lua=_LIST_ALL),
            Example(title="Those of a team", arguments={"teamId": 5, "limit": 10}, lua=_OF_TEAM),
            Example(title="The second page of two", arguments={"limit": 2, "page": 2}),
        ),
        handler=_list_event_types,
    ),
    Tool(
        name="get_event_type",
        title="Get an event type",
        description="Get detailed information about a specific event type: lengths, locations, booking fields, hosts.",
        kind="read",
        namespace="event-types",
        operation="GET /v2/event-types/{eventTypeId}",
        parameters=(
            Parameter(
                name="id", type="integer", minimum=1, required=True, example=42, aliases=("eventTypeId",),
                description="The event type ID",
            ),
        ),
        answer=object_of({"event_type": EVENT_TYPE}),
        examples=(
            Example(title="One event type", arguments={"id": 42}, lua=_ONE),
            Example(title="One of a team", arguments={"id": 51}),
        ),
        handler=_get_event_type,
    ),
)  # fmt: skip
