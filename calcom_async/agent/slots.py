"""The tool that lists free slots of one event type."""

from __future__ import annotations

from typing import Any

from calcom_async.agent.answers import array_of, object_of
from calcom_async.agent.call import Call
from calcom_async.agent.failures import ToolFailure
from calcom_async.agent.tool import Example, Parameter, Tool
from calcom_async.core.unset import UNSET

__all__ = ["SLOT_TOOLS", "TIME_ZONE", "range_parameters"]


async def _list_slots(call: Call) -> dict[str, Any]:
    named = "eventTypeId" in call.arguments
    by_slug = "eventTypeSlug" in call.arguments and ("username" in call.arguments or "teamSlug" in call.arguments)
    if not named and not by_slug:
        raise ToolFailure(
            "missing_parameter", "list_slots: say of what: eventTypeId, or eventTypeSlug with username or teamSlug",
            'such as {"eventTypeId": 42, "start": "2026-04-10", "end": "2026-04-10"}', parameter="eventTypeId",
        )  # fmt: skip
    by_day = await call.client.slots.list(
        start=call["start"], end=call["end"], format="range",
        event_type_id=call.get("eventTypeId", UNSET), event_type_slug=call.get("eventTypeSlug", UNSET),
        username=call.get("username", UNSET), team_slug=call.get("teamSlug", UNSET),
        time_zone=call.get("timeZone", UNSET), duration=call.get("duration", UNSET),
        booking_uid_to_reschedule=call.get("bookingUidToReschedule", UNSET),
    )  # fmt: skip
    slots = [{"date": day.isoformat(), **slot.to_dict()} for day, each in sorted(by_day.items()) for slot in each]
    return {"slots": slots, "count": len(slots)}


TIME_ZONE = Parameter(
    name="timeZone", type="string", example="Europe/London",
    description="IANA name; days and offsets of the answer are in this zone, else in UTC",
)  # fmt: skip


def range_parameters() -> tuple[Parameter, Parameter]:
    """From when until when."""
    return (
        Parameter(
            name="start", type="string", required=True, example="2026-04-10",
            description="From when: a day (its beginning in UTC), or an instant in ISO 8601 format",
        ),
        Parameter(
            name="end", type="string", required=True, example="2026-04-10",
            description="Until when: a day (its end in UTC), or an instant in ISO 8601 format",
        ),
    )  # fmt: skip


_SLOT = {
    "type": "object",
    "properties": {
        "date": {"type": "string", "format": "date"},
        "start": {"type": "string", "format": "date-time"},
        "end": {"type": "string", "format": "date-time"},
    },
    "required": ["date", "start"],
}

SLOT_TOOLS = (
    Tool(
        name="list_slots",
        title="List free slots",
        description="List the times at which an event type can be booked. A `start` of the answer can be given to "
        "create_booking as it is.",
        kind="read",
        namespace="slots",
        operation="GET /v2/slots",
        parameters=(
            *range_parameters(),
            Parameter(name="eventTypeId", type="integer", minimum=1, example=42, description="The event type ID"),
            Parameter(
                name="eventTypeSlug", type="string", example="half-hour",
                description="The event type by its name in links, with `username` or `teamSlug`",
            ),
            Parameter(name="username", type="string", example="ada", description="Whose event type it is"),
            Parameter(name="teamSlug", type="string", example="engineering", description="Which team's it is"),
            TIME_ZONE,
            Parameter(
                name="duration", type="integer", minimum=1, example=60,
                description="Minutes, where the event type has several lengths",
            ),
            Parameter(
                name="bookingUidToReschedule", type="string", example="2c1f0b9e",
                description="The uid of a booking that is to be moved: its own time counts as free",
            ),
        ),
        answer=object_of({"slots": array_of(_SLOT), "count": {"type": "integer"}}),
        examples=(
            Example(title="One day", arguments={"eventTypeId": 42, "start": "2026-04-10", "end": "2026-04-10"}),
            Example(
                title="An hour, in London's time",
                arguments={
                    "eventTypeSlug": "any-length", "username": "ada", "duration": 60, "timeZone": "Europe/London",
                    "start": "2026-04-13", "end": "2026-04-14",
                },
            ),
        ),
        handler=_list_slots,
    ),
)  # fmt: skip
