"""Errors that a caller can act on: which call, what happened, what to do; no key, no person, no traceback."""

import asyncio
import json
from typing import Any

import pytest

from calcom_async.agent import CATALOGUE, Toolkit, UnknownToolError, find_tool
from calcom_async.agent.failures import explain, tame
from calcom_async.errors import APITimeoutError, DecodeError, ServerError
from calcom_async.sandbox import Sandbox


@pytest.mark.parametrize(
    "name", ["list_bookings", "cal_com_list_bookings", "cal-com.cal_com_list_bookings", "calcom.list_bookings"]
)
def test_the_names_of_a_tool(name: str) -> None:
    assert find_tool(name) is CATALOGUE["list_bookings"]


@pytest.mark.parametrize(("name", "meant"), [("list_booking", "list_bookings"), ("createBooking", "create_booking")])
async def test_an_unknown_tool(toolkit: Toolkit, name: str, meant: str) -> None:
    with pytest.raises(UnknownToolError, match=f"did you mean {meant}"):
        find_tool(name)
    result = await toolkit.call(name)
    assert result.error is not None
    assert result.error.code == "unknown_tool"
    assert f"did you mean {meant}?" in result.error.message
    assert result.error.details["tools"] == list(CATALOGUE)
    assert result.function == name


@pytest.mark.parametrize(
    ("name", "arguments", "code", "parameter", "words"),
    [
        ("get_booking", {}, "missing_parameter", "id", "id is missing"),
        ("get_booking", {"id": None}, "missing_parameter", "id", "id is missing"),
        ("create_booking", {"eventTypeId": 42}, "missing_parameter", "start", "start is missing"),
        ("list_bookings", {"limt": 5}, "unknown_parameter", "limt", "did you mean limit?"),
        ("list_bookings", {"event_type": 5}, "unknown_parameter", "event_type", "did you mean eventTypeId?"),
        (
            "create_booking",
            {"time_zone": "UTC"},
            "unknown_parameter",
            "time_zone",
            "it goes into responses or attendee",
        ),
        ("get_current_user", {"id": 5}, "unknown_parameter", "id", "has no parameter 'id'"),
        ("list_bookings", {"limit": "many"}, "wrong_parameter", "limit", "expected a whole number, got text"),
        ("list_bookings", {"limit": 2.5}, "wrong_parameter", "limit", "expected a whole number, got a number"),
        ("list_bookings", {"limit": True}, "wrong_parameter", "limit", "got true or false"),
        ("list_bookings", {"limit": 0}, "wrong_parameter", "limit", "at least 1"),
        ("list_bookings", {"limit": 251}, "wrong_parameter", "limit", "at most 250"),
        ("list_bookings", {"page": 0}, "wrong_parameter", "page", "at least 1"),
        ("list_bookings", {"status": "canceled"}, "wrong_parameter", "status", "did you mean cancelled?"),
        ("list_bookings", {"eventTypeId": 1, "event_type_id": 1}, "wrong_parameter", "eventTypeId", "given twice"),
        ("create_booking", {"eventTypeId": 42, "start": "", "responses": {}}, "wrong_parameter", "start", "is empty"),
        ("create_booking", {"responses": "me"}, "wrong_parameter", "responses", "expected an object, got text"),
    ],
)
async def test_arguments(toolkit: Toolkit, world: Sandbox, name, arguments, code, parameter, words) -> None:
    result = await toolkit.call(name, arguments)
    assert result.error is not None
    assert (result.error.code, result.error.parameter) == (code, parameter)
    assert words in result.error.message
    assert result.error.advice
    assert list(world.requests) == []


@pytest.mark.parametrize("arguments", [[1], "limit=1", 7])
async def test_arguments_that_are_no_object(toolkit: Toolkit, arguments: Any) -> None:
    result = await toolkit.call("list_bookings", arguments)
    assert result.error is not None
    assert result.error.code == "wrong_parameter"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("list_bookings", {"limit": 2.0, "page": "2", "event_type_id": "42"}),
        ("list_bookings", {"limit": 2, "page": 2, "eventTypeId": 42, "status": None}),
    ],
)
async def test_what_is_understood_as_it_is_meant(toolkit: Toolkit, name: str, arguments: dict[str, Any]) -> None:
    result = await toolkit.call(name, arguments)
    assert [each["id"] for each in result.data["bookings"]] == [106, 107]


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (401, "unauthorized", "ask the user"),
        (403, "forbidden", "list_accounts"),
        (404, "not_found", "check the id"),
        (409, "conflict", "exists already"),
        (422, "bad_request", "change what the message names"),
        (429, "rate_limited", "wait 2 seconds"),
        (500, "server_error", "in a minute"),
    ],
)
async def test_answers_of_the_server(world: Sandbox, status: int, code: str, words: str) -> None:
    body = {
        "status": "error",
        "error": {"code": "Oops", "message": "no ada@example.com +44 20 7946 0001 cal_live_abc12345"},
    }
    async with world.client(max_retries=0) as cal, Toolkit(cal) as tools:
        world.fail_next(status=status, body=body, headers={"Retry-After": "2"} if status == 429 else {}, path="/me")
        result = await tools.call("get_current_user")
    assert result.error is not None
    assert (result.error.code, result.error.status) == (code, status)
    assert words in result.error.advice
    assert str(status) in result.error.message
    told = json.dumps(result.to_dict())
    assert "ada@example.com" not in told
    assert "7946" not in told
    assert "cal_live" not in told
    assert "Traceback" not in told


async def test_no_key_is_in_any_answer(world: Sandbox, toolkit: Toolkit) -> None:
    for tool in CATALOGUE.values():
        for arguments in ({}, *(example.arguments for example in tool.examples)):
            if tool.kind == "read":
                assert world.api_key not in json.dumps((await toolkit.call(tool.name, arguments)).to_dict())


async def test_a_server_that_is_not_there() -> None:
    from calcom_async import AsyncCalCom

    async with AsyncCalCom("cal_x", base_url="http://127.0.0.1:9/v2", max_retries=0) as cal, Toolkit(cal) as tools:
        result = await tools.call("get_current_user")
    assert result.error is not None
    assert result.error.code == "no_connection"
    assert result.success is False
    assert result.data is None


async def test_cancellation_passes_through(world: Sandbox) -> None:
    async with world.client() as cal, Toolkit(cal) as tools:
        task = asyncio.ensure_future(tools.call("list_teams"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (APITimeoutError("slow", method="GET", path="/me"), "timeout"),
        (DecodeError("expected a list", path="data[3]"), "unreadable_answer"),
        (ServerError("down", status_code=502), "server_error"),
        (PermissionError(13, "Permission denied", "/secret/place/a.csv"), "file"),
        (ZeroDivisionError("grace@example.com"), "internal"),
    ],
)
def test_other_failures(error: Exception, code: str) -> None:
    told = explain(error)
    assert told.code == code
    assert "/secret/place" not in told.message
    assert "grace@" not in told.message


def test_instants_are_no_telephone_numbers() -> None:
    assert tame("at 2026-04-10T09:00:00+01:00\nor 2026-04-10") == "at 2026-04-10T09:00:00+01:00 or 2026-04-10"
