"""The tools that read bookings."""

from __future__ import annotations

from typing import Any

import attrs

from calcom_async.agent.answers import BOOKING, array_of, as_booking, object_of
from calcom_async.agent.booking_rows import VIEWS, every_booking, rows_between
from calcom_async.agent.call import Call
from calcom_async.agent.failures import ToolFailure
from calcom_async.agent.pages import PAGINATION, pagination, paging_parameters, rows_of
from calcom_async.agent.tool import Example, Parameter, Tool
from calcom_async.models.bookings import Booking

__all__ = ["BOOKING_ID", "READING_TOOLS", "STATUSES", "booking_of", "uid_of"]

STATUSES = tuple(name for name in VIEWS if name is not None)


async def _list_bookings(call: Call) -> dict[str, Any]:
    first, end = rows_of(call)
    assert end is not None, "list_bookings has a default limit"
    found = await rows_between(call, VIEWS[call.get("status")], first, end)
    return {
        "bookings": [as_booking(booking) for booking in found.rows],
        "pagination": pagination(call, returned=len(found.rows), total=found.total, more=found.more),
    }


# --- one booking -----------------------------------------------------------------------------------------------------


async def _get_booking(call: Call) -> dict[str, Any]:
    booking = await booking_of(call)
    together = [as_booking(each) for each in booking.series] if len(booking.series) > 1 else None
    return {"booking": as_booking(booking)} | ({} if together is None else {"series": together})


async def booking_of(call: Call) -> Booking:
    """The booking that a call names by its number or uid.

    Raises:
        ToolFailure: the account sees none with this number.
        NotFoundError: there is none with this uid.
    """
    booking = await call.client.bookings.get(await uid_of(call, call["id"]))
    call.memory.see(booking.series)
    return booking


async def uid_of(call: Call, number: int | str) -> str:
    """The uid of a booking: Cal.com takes nothing else, so a number that was not seen yet is looked up in the list.

    Raises:
        ToolFailure: the account sees no booking with this number.
    """
    if isinstance(number, str):
        return number
    if number in call.memory.uids:
        return call.memory.uids[number]
    # Newest first, since people ask for those; then all of them, where bookings that tie have hidden some.
    seen: set[str] = set()
    listed = call.client.bookings.list(sort_created="desc")
    async for page in listed.pages():
        call.memory.see(page.items)
        seen.update(booking.uid for booking in page.items)
        if number in call.memory.uids:
            return call.memory.uids[number]
    if listed.total is not None and len(seen) < listed.total:
        async for _ in every_booking(attrs.evolve(call, arguments={}), VIEWS[None]):
            if number in call.memory.uids:
                return call.memory.uids[number]
    raise ToolFailure(
        "not_found", f"this account sees no booking with the number {number}",
        "check the number with list_bookings, or give the booking's uid; another account may see it (list_accounts)",
        parameter="id",
    )  # fmt: skip


BOOKING_ID = Parameter(
    name="id",
    type="integer",
    other_types=("string",),
    description="The booking ID: its number, or its uid",
    required=True,
    example=123,
    aliases=("uid", "bookingUid", "bookingId"),
)
_CONFIRMED = """\
local result = app.integrations["cal-com"].list_bookings({
  status = "confirmed",
  limit = 10
})

for _, booking in ipairs(result.bookings or {}) do
  print(booking.id .. ": " .. booking.title .. " at " .. booking.startTime)
end
"""
_OF_EVENT_TYPE = """\
local result = app.integrations["cal-com"].list_bookings({
  eventTypeId = 42,
  page = 1
})
"""
_ONE = """\
local result = app.integrations["cal-com"].get_booking({ id = 123 })

local b = result.booking
print("Title: " .. b.title)
print("Start: " .. b.startTime)
print("End: " .. b.endTime)
print("Status: " .. b.status)

for _, attendee in ipairs(b.attendees or {}) do
  print("Attendee: " .. attendee.name .. " <" .. attendee.email .. ">")
end
"""

READING_TOOLS = (
    Tool(
        name="list_bookings",
        title="List bookings",
        description="List bookings with optional filtering by status, event type, and pagination. Oldest first by "
        "creation; `upcoming`, `recurring` and `unconfirmed` soonest first, `past` latest first. Confirmed bookings "
        'have the `status` "accepted" in the answer.',
        kind="read",
        namespace="bookings",
        operation="GET /v2/bookings",
        parameters=(
            *paging_parameters("bookings", limit=100),
            Parameter(
                name="status",
                type="string",
                description='Filter by status: "confirmed" (or "accepted"), "pending", "cancelled", "rejected"; or by '
                'time: "upcoming", "recurring", "past", "unconfirmed" (pending and to come)',
                enum=STATUSES,
                example="confirmed",
            ),
            Parameter(
                name="eventTypeId", type="integer", minimum=1, example=42,
                description="Filter bookings for a specific event type",
            ),
        ),
        answer=object_of({"bookings": array_of(BOOKING), "pagination": PAGINATION}),
        examples=(
            Example(title="Confirmed bookings", arguments={"status": "confirmed", "limit": 10}, lua=_CONFIRMED),
            Example(title="Those of one event type", arguments={"eventTypeId": 42, "page": 1}, lua=_OF_EVENT_TYPE),
            Example(title="What comes next", arguments={"status": "upcoming", "limit": 5}),
        ),
        handler=_list_bookings,
    ),
    Tool(
        name="get_booking",
        title="Get a booking",
        description="Get detailed information about a specific booking. With the uid of a recurring booking, `series` "
        "has all its occurrences.",
        kind="read",
        namespace="bookings",
        operation="GET /v2/bookings/{bookingUid}",
        parameters=(BOOKING_ID,),
        answer=object_of({"booking": BOOKING}, {"series": array_of(BOOKING)}),
        examples=(Example(title="One booking", arguments={"id": 123}, lua=_ONE),),
        handler=_get_booking,
    ),
)  # fmt: skip
