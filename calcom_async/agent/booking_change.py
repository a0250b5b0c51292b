"""The tools that change bookings. Each reads the booking first: what is done already is answered, not done again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from calcom_async.agent.answers import BOOKING, array_of, as_booking, object_of
from calcom_async.agent.bookings_read import BOOKING_ID, booking_of
from calcom_async.agent.call import Call
from calcom_async.agent.failures import ToolFailure
from calcom_async.agent.tool import Example, Parameter, Tool
from calcom_async.core.unset import UNSET
from calcom_async.errors import AmbiguousWriteError, ServerError
from calcom_async.models.bookings import Booking

__all__ = ["CHANGING_TOOLS"]

Done = Callable[[Booking], Awaitable[Booking | None]]
"""Says whether a booking is as it was asked for already: the booking to answer then."""


async def _change(call: Call, done: Done, act: Callable[[Booking], Awaitable[Booking]]) -> dict[str, Any]:
    """Do it, unless it is done; where the answer is lost, look whether it happened."""
    before = await booking_of(call)
    if (already := await done(before)) is not None:
        return _told(already, already_done=True)
    try:
        after = await act(before)
    except (AmbiguousWriteError, ServerError):
        # Without a dry run's client: this is a read in any case.
        found = await done(await call.client.bookings.get(before.uid))
        if found is None:
            raise
        after = found
    call.memory.see(after.series)
    return _told(after, already_done=False)


def _told(booking: Booking, *, already_done: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"booking": as_booking(booking), "already_done": already_done}
    if len(booking.series) > 1:
        told["series"] = [as_booking(each) for each in booking.series]
    return told


async def _cancel_booking(call: Call) -> dict[str, Any]:
    seat, subsequent = call.get("seatUid", UNSET), call.get("cancelSubsequentBookings", UNSET)

    async def done(booking: Booking) -> Booking | None:
        if seat is not UNSET:
            return None
        concerned: Sequence[Booking] = booking.series
        if subsequent is True and booking.recurring_booking_uid is not None:
            series = await call.client.bookings.get_series(booking.recurring_booking_uid)
            concerned = [each for each in series if each.start >= booking.start]
        return booking if all(each.status == "cancelled" for each in concerned) else None

    async def act(booking: Booking) -> Booking:
        return await call.client.bookings.cancel(
            _asked_for(call, booking), cancellation_reason=call["reason"], cancel_subsequent_bookings=subsequent,
            seat_uid=seat,
        )  # fmt: skip

    return await _change(call, done, act)


def _asked_for(call: Call, booking: Booking) -> str:
    """The uid that was given: that of a recurring booking means all its occurrences."""
    given = call["id"]
    return given if isinstance(given, str) else booking.uid


async def _reschedule_booking(call: Call) -> dict[str, Any]:
    start = _instant(call["start"])

    async def done(booking: Booking) -> Booking | None:
        if booking.status not in ("cancelled", "rejected") and booking.start == start:
            return booking
        if booking.rescheduled_to_uid is None:
            return None
        moved = await call.client.bookings.get(booking.rescheduled_to_uid)
        return moved if moved.start == start else None

    async def act(booking: Booking) -> Booking:
        return await call.client.bookings.reschedule(
            booking.uid, start=start, rescheduling_reason=call.get("reason", UNSET),
            rescheduled_by=call.get("rescheduledBy", UNSET), seat_uid=call.get("seatUid", UNSET),
        )  # fmt: skip

    return await _change(call, done, act)


def _instant(text: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        parsed = None
    if parsed is None or parsed.tzinfo is None:
        raise ToolFailure(
            "wrong_parameter", "reschedule_booking: start: not an instant in ISO 8601 with an offset",
            "write it like 2026-04-10T09:00:00Z", parameter="start",
        )  # fmt: skip
    return parsed.astimezone(UTC)


async def _confirm_booking(call: Call) -> dict[str, Any]:
    async def act(booking: Booking) -> Booking:
        return await call.client.bookings.confirm(booking.uid)

    return await _change(call, _has("accepted"), act)


async def _decline_booking(call: Call) -> dict[str, Any]:
    async def act(booking: Booking) -> Booking:
        return await call.client.bookings.decline(booking.uid, reason=call.get("reason", UNSET))

    return await _change(call, _has("rejected"), act)


def _has(status: str) -> Done:
    async def done(booking: Booking) -> Booking | None:
        return booking if booking.status == status else None

    return done


async def _mark_absent(call: Call) -> dict[str, Any]:
    host, attendees = call.get("host"), call.get("attendees")
    if host is None and not attendees:
        raise ToolFailure(
            "missing_parameter", "mark_absent: say who: host, attendees, or both",
            'such as {"id": 102, "attendees": ["grace@example.com"]}', parameter="attendees",
        )  # fmt: skip
    absences = [_absence(each) for each in attendees or ()]

    async def done(booking: Booking) -> Booking | None:
        marked = {attendee.email: attendee.absent for attendee in booking.attendees}
        as_asked = all(marked.get(each["email"]) is each["absent"] for each in absences)
        return booking if as_asked and host in (None, booking.absent_host) else None

    async def act(booking: Booking) -> Booking:
        return await call.client.bookings.mark_absent(
            booking.uid, host=UNSET if host is None else host, attendees=absences or UNSET
        )

    try:
        return await _change(call, done, act)
    except ServerError as error:
        # Cal.com answers 500 to an address that is none of the booking's.
        raise ToolFailure(
            "wrong_parameter", f"Cal.com answered {error.status_code}: perhaps one of the attendees is none of this "
            "booking's",
            "get_booking shows the attendees and their addresses", parameter="attendees",
        ) from None  # fmt: skip


def _absence(given: Any) -> dict[str, Any]:
    if isinstance(given, str):
        return {"email": given, "absent": True}
    if isinstance(given, dict) and isinstance(given.get("email"), str):
        return {"email": given["email"], "absent": bool(given.get("absent", True))}
    raise ToolFailure(
        "wrong_parameter", "mark_absent: attendees: expected e-mail addresses, or objects with email and absent",
        'such as ["grace@example.com"]', parameter="attendees",
    )  # fmt: skip


_ANSWER = object_of({"booking": BOOKING, "already_done": {"type": "boolean"}}, {"series": array_of(BOOKING)})
_SEAT = Parameter(name="seatUid", type="string", example="2c1f0b9e", description="One seat of a seated booking")


def _reason(description: str, *aliases: str, default: str | None = None) -> Parameter:
    return Parameter(
        name="reason", type="string", example="Ill", description=description, aliases=aliases, default=default
    )


CHANGING_TOOLS = (
    Tool(
        name="cancel_booking",
        title="Cancel a booking",
        description="Cancel a booking, one seat of it, or a recurring booking. The attendees are told. With the uid of "
        "a recurring booking all its occurrences are cancelled.",
        kind="write",
        destructive=True,
        namespace="bookings",
        operation="POST /v2/bookings/{bookingUid}/cancel",
        parameters=(
            BOOKING_ID,
            _reason("Why; the attendees read it", "cancellationReason", default="No reason was given"),
            Parameter(
                name="cancelSubsequentBookings", type="boolean", example=True,
                description="Of a recurring booking: the later occurrences as well",
            ),
            _SEAT,
        ),
        answer=_ANSWER,
        examples=(Example(title="Cancel a booking", arguments={"id": 116, "reason": "Ill"}),),
        handler=_cancel_booking,
    ),
    Tool(
        name="reschedule_booking",
        title="Move a booking",
        description="Move a booking to another time. The answer is a new booking with a new id and uid; the old one is "
        "cancelled. With several lengths the new one has the event type's own.",
        kind="write",
        namespace="bookings",
        operation="POST /v2/bookings/{bookingUid}/reschedule",
        parameters=(
            BOOKING_ID,
            Parameter(
                name="start", type="string", format="date-time", required=True, example="2026-04-09T14:00:00Z",
                aliases=("startTime",), description="The new start time in ISO 8601 format",
            ),
            _reason("Why; the attendees read it", "reschedulingReason"),
            Parameter(
                name="rescheduledBy", type="string", example="ada@example.com",
                description="E-mail address of whoever moves it; with the owner's it is confirmed at once",
            ),
            _SEAT,
        ),
        answer=_ANSWER,
        examples=(Example(title="Move a booking", arguments={"id": 123, "start": "2026-04-09T14:00:00Z"}),),
        handler=_reschedule_booking,
    ),
    Tool(
        name="confirm_booking",
        title="Confirm a booking",
        description="Confirm a booking that waits for the account's consent (status pending).",
        kind="write",
        namespace="bookings",
        operation="POST /v2/bookings/{bookingUid}/confirm",
        parameters=(BOOKING_ID,),
        answer=_ANSWER,
        examples=(Example(title="Confirm a booking", arguments={"id": 117}),),
        handler=_confirm_booking,
    ),
    Tool(
        name="decline_booking",
        title="Decline a booking",
        description="Decline a booking that waits for the account's consent; its status becomes rejected.",
        kind="write",
        destructive=True,
        namespace="bookings",
        operation="POST /v2/bookings/{bookingUid}/decline",
        parameters=(BOOKING_ID, _reason("Why; the attendee reads it")),
        answer=_ANSWER,
        examples=(Example(title="Decline a booking", arguments={"id": 118, "reason": "Away that week"}),),
        handler=_decline_booking,
    ),
    Tool(
        name="mark_absent",
        title="Mark who did not come",
        description="Say who did not show up at a booking that has begun, or take it back.",
        kind="write",
        namespace="bookings",
        operation="POST /v2/bookings/{bookingUid}/mark-absent",
        parameters=(
            BOOKING_ID,
            Parameter(name="host", type="boolean", example=True, description="Whether the host was absent"),
            Parameter(
                name="attendees", type="array", example=["guest1@example.com"],
                items={"type": ["string", "object"]},
                description='E-mail addresses of those who were absent, or {"email": …, "absent": false} to take it '
                "back",
            ),
        ),
        answer=_ANSWER,
        examples=(Example(title="A guest did not come", arguments={"id": 101, "attendees": ["guest1@example.com"]}),),
        handler=_mark_absent,
    ),
)  # fmt: skip
