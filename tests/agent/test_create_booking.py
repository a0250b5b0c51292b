"""Booking: what goes where, that nothing is lost, and that the same call books once."""

import asyncio
from typing import Any

import pytest

from calcom_async.agent import Toolkit
from calcom_async.sandbox import Sandbox
from tests.agent.conftest import ALLOWED

CALL: dict[str, Any] = {
    "eventTypeId": 42,
    "start": "2026-04-10T09:00:00Z",
    "end": "2026-04-10T09:30:00Z",
    "responses": {"name": "Grace", "email": "grace@example.com", "notes": "Looking forward to the call!"},
}
FIELDS: dict[str, Any] = {
    "eventTypeId": 7,
    "start": "2026-05-01T14:00:00Z",
    "end": "2026-05-01T14:45:00Z",
    "responses": {"name": "Mary", "email": "mary@example.com", "phone": "+1-555-0123", "company": "Example Ltd"},
}


def sent(world: Sandbox) -> list[Any]:
    return [seen.body for seen in world.requests if seen.method == "POST" and seen.path.endswith("/bookings")]


async def book(toolkit: Toolkit, arguments: dict[str, Any]) -> dict[str, Any]:
    result = await toolkit.call("create_booking", arguments)
    assert result.success, result.error
    return dict(result.data or {})


async def test_the_published_example(toolkit: Toolkit, world: Sandbox) -> None:
    data = await book(toolkit, CALL)
    booking = data["booking"]
    assert isinstance(booking["id"], int)
    assert booking["startTime"] == "2026-04-10T09:00:00.000Z"
    assert booking["endTime"] == "2026-04-10T09:30:00.000Z"
    assert booking["responses"]["notes"] == "Looking forward to the call!"
    assert data["already_existed"] is False
    assert "warnings" not in data
    (body,) = sent(world)
    assert body["attendee"] == {"name": "Grace", "email": "grace@example.com", "timeZone": "Europe/London"}
    assert "lengthInMinutes" not in body


async def test_the_published_example_with_custom_fields(toolkit: Toolkit, world: Sandbox) -> None:
    booking = (await book(toolkit, FIELDS))["booking"]
    assert booking["responses"]["company"] == "Example Ltd"
    assert booking["responses"]["phone"] == "+1-555-0123"
    assert booking["length"] == 45


async def test_what_has_no_booking_field_is_kept_and_told_of(toolkit: Toolkit, world: Sandbox) -> None:
    responses = {**FIELDS["responses"], "budget": 17}
    data = await book(toolkit, {**CALL, "responses": responses})
    assert data["booking"]["metadata"]["company"] == "Example Ltd"
    assert data["booking"]["metadata"]["phone"] == "+1-555-0123"
    assert data["booking"]["metadata"]["budget"] == "17"
    told = " ".join(data["warnings"])
    assert "responses.company" in told
    assert "responses.phone" in told
    assert "responses.budget" in told
    assert "Example Ltd" not in told


async def test_what_fits_nowhere_is_refused_and_nothing_booked(toolkit: Toolkit, world: Sandbox) -> None:
    result = await toolkit.call("create_booking", {**CALL, "responses": {**CALL["responses"], "essay": "x" * 501}})
    assert result.error is not None
    assert (result.error.code, result.error.parameter) == ("wrong_parameter", "responses")
    assert sent(world) == []


async def test_the_words_of_v2(toolkit: Toolkit, world: Sandbox) -> None:
    data = await book(
        toolkit,
        {
            "event_type_id": 46, "start": "2026-04-14T12:00:00+02:00", "length_in_minutes": 60,
            "attendee": {"name": "Mary", "email": "mary@example.com", "timeZone": "Europe/Dublin"},
            "booking_fields_responses": {"notes": "An hour."}, "guests": ["alan@example.com"],
            "metadata": {"order": 17},
        },
    )  # fmt: skip
    (body,) = sent(world)
    assert body["start"] == "2026-04-14T10:00:00.000Z"
    assert body["lengthInMinutes"] == 60
    assert body["attendee"]["timeZone"] == "Europe/Dublin"
    assert body["guests"] == ["alan@example.com"]
    assert body["metadata"]["order"] == "17"
    assert data["booking"]["length"] == 60


async def test_a_good_telephone_number_is_the_attendees(toolkit: Toolkit, world: Sandbox) -> None:
    responses = {"name": "Grace", "phone": "+44 20 7946 0001", "email": "grace@example.com"}
    await book(toolkit, {**CALL, "responses": responses})
    assert sent(world)[0]["attendee"]["phoneNumber"] == "+442079460001"


@pytest.mark.parametrize(
    ("change", "parameter"),
    [
        ({"end": "2026-04-10T10:00:00Z"}, "end"),
        ({"end": "2026-04-10T08:00:00Z"}, "end"),
        ({"end": "tomorrow"}, "end"),
        ({"start": "2026-04-10T09:00:00"}, "start"),
        ({"lengthInMinutes": 15}, "lengthInMinutes"),
        ({"responses": {"name": "Grace"}}, "responses"),
        ({"responses": {"email": "grace@example.com"}}, "responses"),
        ({"guests": [{"email": "x"}]}, "guests"),
    ],
)
async def test_what_does_not_fit_is_refused_before_booking(toolkit, world, change, parameter) -> None:
    result = await toolkit.call("create_booking", {**CALL, **change})
    assert result.error is not None
    assert (result.error.code, result.error.parameter) == ("wrong_parameter", parameter)
    assert sent(world) == []


async def test_an_end_that_does_not_fit_is_told_with_the_one_that_does(toolkit: Toolkit) -> None:
    result = await toolkit.call("create_booking", {**CALL, "end": "2026-04-10T10:00:00Z"})
    assert "30 minutes" in result.error.message
    assert "2026-04-10T09:30:00.000Z" in result.error.advice


# --- once ------------------------------------------------------------------------------------------------------------


async def test_the_same_call_books_once(toolkit: Toolkit, world: Sandbox) -> None:
    first = await book(toolkit, CALL)
    again = await book(toolkit, {**CALL, "start": "2026-04-10T11:00:00+02:00", "end": "2026-04-10T09:30:00.000Z"})
    assert again["booking"]["uid"] == first["booking"]["uid"]
    assert (first["already_existed"], again["already_existed"]) == (False, True)
    assert len(sent(world)) == 1


async def test_another_toolkit_finds_it_as_well(toolkit: Toolkit, world: Sandbox) -> None:
    first = await book(toolkit, CALL)
    async with world.client() as cal, Toolkit(cal, permissions=ALLOWED) as other:
        again = await book(other, CALL)
    assert again["booking"]["uid"] == first["booking"]["uid"]
    assert again["already_existed"] is True
    assert len(sent(world)) == 1


@pytest.mark.parametrize("event_type", [43, 44, 51])
async def test_where_the_server_would_book_twice(toolkit: Toolkit, world: Sandbox, event_type: int) -> None:
    """By hand, with seats, round robin: Cal.com takes the same attendee at the same time again."""
    call = {**CALL, "eventTypeId": event_type, "start": "2026-04-28T10:30:00Z"}
    call["end"] = {43: "2026-04-28T11:30:00Z", 44: "2026-04-28T11:15:00Z", 51: "2026-04-28T11:00:00Z"}[event_type]
    if event_type == 44:
        call["start"], call["end"] = "2026-04-28T10:15:00Z", "2026-04-28T11:00:00Z"
    before = len(world.booking_uids())
    results = await asyncio.gather(*(book(toolkit, call) for _ in range(3)))
    assert len({each["booking"]["uid"] for each in results}) == 1
    assert sorted(each["already_existed"] for each in results) == [False, True, True]
    assert len(world.booking_uids()) == before + 1
    assert len(sent(world)) == 1


async def test_a_booking_that_was_cancelled_can_be_made_again(toolkit: Toolkit, world: Sandbox) -> None:
    uids = []
    for _ in range(3):
        made = await book(toolkit, CALL)
        assert made["already_existed"] is False
        uids.append(made["booking"]["uid"])
        assert (await toolkit.call("cancel_booking", {"id": uids[-1]})).success
    async with world.client() as cal, Toolkit(cal, permissions=ALLOWED) as other:
        assert (await book(other, CALL))["already_existed"] is False
        assert (await book(other, CALL))["already_existed"] is True
    assert len(set(uids)) == 3


async def test_under_a_key_of_the_callers_it_is_one_booking_for_ever(toolkit: Toolkit, world: Sandbox) -> None:
    call = {**CALL, "idempotencyKey": "order-17"}
    first = await book(toolkit, call)
    assert first["booking"]["metadata"]["calcomAsyncOnce"] == "order-17"
    await toolkit.call("cancel_booking", {"id": first["booking"]["uid"]})
    again = await book(toolkit, call)
    assert again["already_existed"] is True
    assert again["booking"]["uid"] == first["booking"]["uid"]
    assert again["booking"]["status"] == "cancelled"


@pytest.mark.parametrize("failure", [{"drop": True}, {"status": 502}], ids=["dropped", "502"])
async def test_an_answer_that_is_lost(toolkit: Toolkit, world: Sandbox, failure: dict[str, Any]) -> None:
    before = len(world.booking_uids())
    world.fail_next(method="POST", path="/bookings", after_processing=True, **failure)
    made = await book(toolkit, CALL)
    assert len(world.booking_uids()) == before + 1
    assert (await book(toolkit, CALL))["booking"]["uid"] == made["booking"]["uid"]
    assert len(sent(world)) == 1


async def test_a_write_that_stays_open_says_how_to_look(toolkit: Toolkit, world: Sandbox) -> None:
    world.fail_next(method="POST", path="/bookings", drop=True)
    result = await toolkit.call("create_booking", CALL)
    assert result.error is not None
    assert result.error.code == "ambiguous_write"
    assert "again with the same arguments" in result.error.advice
    assert (await book(toolkit, CALL))["already_existed"] is False
    assert (await book(toolkit, CALL))["already_existed"] is True


async def test_a_time_that_is_taken(toolkit: Toolkit) -> None:
    await book(toolkit, CALL)
    result = await toolkit.call("create_booking", {**CALL, "responses": {"name": "Mary", "email": "mary@example.com"}})
    assert result.error is not None
    assert (result.error.code, result.error.status) == ("slot_taken", 400)
    assert "list_slots" in result.error.advice


async def test_a_recurring_booking_with_its_series(toolkit: Toolkit) -> None:
    call = {**CALL, "eventTypeId": 45, "start": "2026-04-30T09:00:00Z", "end": "2026-04-30T09:30:00Z"}
    first = await book(toolkit, call)
    assert len(first["series"]) == 4
    assert (await book(toolkit, call))["already_existed"] is True


async def test_a_dry_run_says_what_would_be_sent(toolkit: Toolkit, world: Sandbox) -> None:
    result = await toolkit.call("create_booking", CALL, dry_run=True)
    assert result.success
    assert result.meta.dry_run is True
    (request,) = result.data["would_send"]
    assert (request["method"], request["path"]) == ("POST", "/v2/bookings")
    assert request["apiVersion"] == "2024-08-13"
    assert request["body"]["eventTypeId"] == 42
    assert request["body"]["attendee"]["email"] == "grace@example.com"
    assert {seen.method for seen in world.requests} == {"GET"}
    await book(toolkit, CALL)
    assert sent(world) == [request["body"]], "and that is what is sent"
