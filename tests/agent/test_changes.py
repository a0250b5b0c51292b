"""Changing bookings: done once, and what is done already is answered, not done again."""

from typing import Any

import pytest

from calcom_async.agent import Toolkit
from calcom_async.sandbox import Sandbox

NEXT_WEEK = "2026-04-16T14:00:00Z"
ALREADY = [
    ("cancel_booking", {"id": 116}, "cancelled"),
    ("reschedule_booking", {"id": 123, "start": "2026-04-09T14:00:00Z"}, "accepted"),
    ("confirm_booking", {"id": 117}, "accepted"),
    ("decline_booking", {"id": 118}, "rejected"),
    ("mark_absent", {"id": 101, "attendees": ["guest1@example.com"]}, "accepted"),
    ("mark_absent", {"id": 101, "host": True}, "accepted"),
]


def writes(world: Sandbox) -> list[Any]:
    return [seen for seen in world.requests if seen.method == "POST"]


@pytest.mark.parametrize(("name", "arguments", "status"), ALREADY)
async def test_twice_is_once(toolkit: Toolkit, world: Sandbox, name, arguments, status) -> None:
    first = await toolkit.call(name, arguments)
    again = await toolkit.call(name, arguments)
    assert first.success, first.error
    assert again.success, again.error
    assert first.data["booking"]["status"] == again.data["booking"]["status"] == status
    assert first.data["booking"]["uid"] == again.data["booking"]["uid"]
    assert (first.data["already_done"], again.data["already_done"]) == (False, True)
    assert len(writes(world)) == 1


@pytest.mark.parametrize(("name", "arguments", "status"), ALREADY)
async def test_an_answer_that_is_lost(toolkit: Toolkit, world: Sandbox, name, arguments, status) -> None:
    world.fail_next(method="POST", after_processing=True, drop=True)
    result = await toolkit.call(name, arguments)
    assert result.success, result.error
    assert result.data["booking"]["status"] == status
    assert len(writes(world)) == 1


async def test_a_change_that_stays_open_says_so(toolkit: Toolkit, world: Sandbox) -> None:
    world.fail_next(method="POST", drop=True)
    result = await toolkit.call("cancel_booking", {"id": 116})
    assert result.error is not None
    assert result.error.code == "ambiguous_write"
    assert "get_booking" in result.error.advice
    assert len(writes(world)) == 1


async def test_cancelling_says_why(toolkit: Toolkit, world: Sandbox) -> None:
    data = (await toolkit.call("cancel_booking", {"id": 116, "cancellation_reason": "Ill"})).data
    assert data["booking"]["cancellationReason"] == "Ill"
    assert (await toolkit.call("cancel_booking", {"id": 123})).success, (
        "a host has to give a reason: there is a default"
    )


async def test_cancelling_a_recurring_booking_and_the_rest_of_one(toolkit: Toolkit) -> None:
    call = {"id": 114, "cancelSubsequentBookings": True}
    rest = await toolkit.call("cancel_booking", call)
    assert {each["id"]: each["status"] for each in rest.data["series"]} == {
        112: "accepted", 113: "accepted", 114: "cancelled", 115: "cancelled",
    }  # fmt: skip
    assert (await toolkit.call("cancel_booking", call)).data["already_done"] is True
    series = rest.data["booking"]["recurringBookingUid"]
    whole = await toolkit.call("get_booking", {"id": series})
    assert [each["id"] for each in whole.data["series"]] == [112, 113, 114, 115]


async def test_a_seat(toolkit: Toolkit) -> None:
    booking = (await toolkit.call("get_booking", {"id": 124})).data["booking"]
    seat = booking["attendees"][0]["seatUid"]
    left = (await toolkit.call("cancel_booking", {"id": 124, "seatUid": seat})).data["booking"]
    assert [attendee["email"] for attendee in left["attendees"]] == [booking["attendees"][1]["email"]]


async def test_moving_says_where_it_went(toolkit: Toolkit) -> None:
    old = (await toolkit.call("get_booking", {"id": 123})).data["booking"]
    moved = (await toolkit.call("reschedule_booking", {"id": 123, "start": NEXT_WEEK, "reason": "Ill"})).data["booking"]
    assert moved["startTime"] == "2026-04-16T14:00:00.000Z"
    assert moved["rescheduledFromUid"] == old["uid"] != moved["uid"]
    assert moved["reschedulingReason"] == "Ill"


async def test_absence_can_be_taken_back(toolkit: Toolkit) -> None:
    absent = {"email": "guest2@example.com", "absent": False}
    data = (await toolkit.call("mark_absent", {"id": 102, "attendees": [absent]})).data
    assert data["booking"]["attendees"][0]["absent"] is False
    assert data["already_done"] is False


@pytest.mark.parametrize(
    ("name", "arguments", "code", "parameter"),
    [
        ("mark_absent", {"id": 101}, "missing_parameter", "attendees"),
        ("mark_absent", {"id": 101, "attendees": [7]}, "wrong_parameter", "attendees"),
        ("mark_absent", {"id": 101, "attendees": ["nobody@example.com"]}, "wrong_parameter", "attendees"),
        ("reschedule_booking", {"id": 123, "start": "soon"}, "wrong_parameter", "start"),
        ("reschedule_booking", {"id": 123, "start": "2026-04-08T03:00:00Z"}, "slot_taken", None),
        ("cancel_booking", {"id": 101}, "bad_request", None),
        ("confirm_booking", {"id": 121}, "bad_request", None),
    ],
)
async def test_what_can_not_be(toolkit: Toolkit, name, arguments, code, parameter) -> None:
    result = await toolkit.call(name, arguments)
    assert result.error is not None
    assert (result.error.code, result.error.parameter) == (code, parameter)
    assert "nobody@example.com" not in str(result.error.to_dict())
