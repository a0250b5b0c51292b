"""The tools that read bookings."""

from __future__ import annotations

from typing import Any

from calcom_async.agent.call import Call
from calcom_async.agent.tool import Example, Parameter, Tool

__all__ = ["LIST_BOOKINGS"]


async def _list_bookings(call: Call) -> dict[str, Any]:
    limit, page = call["limit"], call["page"]
    bookings = await call.client.bookings.list(page_size=limit, skip=(page - 1) * limit)
    told = [{**b.to_dict()} for b in bookings.items]
    for booking in told:
        booking |= {"startTime": booking["start"], "endTime": booking["end"], "length": booking.get("duration")}
    return {"bookings": told, "pagination": {"page": page, "limit": limit}}


LIST_BOOKINGS = Tool(
    name="list_bookings",
    title="List bookings",
    description="List bookings, by status and event type, a page at a time.",
    kind="read",
    namespace="bookings",
    operation="GET /v2/bookings",
    parameters=(
        Parameter(
            name="limit",
            type="integer",
            description="Bookings per page, at most",
            default=100,
            minimum=1,
            maximum=250,
            example=10,
        ),
        Parameter(name="page", type="integer", description="Page number, from 1", default=1, minimum=1, example=1),
    ),
    answer={
        "type": "object",
        "properties": {"bookings": {"type": "array", "items": {"type": "object"}}, "pagination": {"type": "object"}},
        "required": ["bookings", "pagination"],
    },
    examples=(Example(title="The first ten bookings", arguments={"limit": 10}),),
    handler=_list_bookings,
)
