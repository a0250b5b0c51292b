"""What is true of every tool: its schema, its examples, its answers, and that no parameter is there for show."""

import json
from typing import Any

import jsonschema
import pytest

from calcom_async.agent import CATALOGUE, Tool, Toolkit
from calcom_async.sandbox import Sandbox

TOOLS = list(CATALOGUE.values())
EXAMPLES = [(tool, example) for tool in TOOLS for example in tool.examples]
SLOT = {"start": "2026-04-13", "end": "2026-04-13"}
BOOKING = {
    "eventTypeId": 42,
    "start": "2026-04-10T09:00:00Z",
    "end": "2026-04-10T09:30:00Z",
    "responses": {"name": "Grace", "email": "grace@example.com"},
}
ANY_LENGTH = {**BOOKING, "eventTypeId": 46}
BY_SLUG = {**SLOT, "eventTypeSlug": "half-hour", "username": "ada"}

# A call, and the same one with the parameter: they must differ in what is sent or answered. Where a tool's first
# example and the parameter's own example do, nothing stands here.
CASES: dict[tuple[str, str], tuple[dict[str, Any], dict[str, Any]]] = {
    ("list_event_types", "page"): ({"limit": 2}, {"limit": 2, "page": 2}),
    ("list_event_types", "limit"): ({}, {"limit": 2}),
    ("list_teams", "page"): ({"limit": 5}, {"limit": 5, "page": 2}),
    ("list_teams", "limit"): ({}, {"limit": 2}),
    ("list_schedules", "page"): ({"limit": 1}, {"limit": 1, "page": 2}),
    ("list_schedules", "limit"): ({}, {"limit": 1}),
    ("get_event_type", "id"): ({"id": 42}, {"id": 7}),
    ("list_bookings", "limit"): ({}, {"limit": 2}),
    ("list_bookings", "page"): ({"limit": 5}, {"limit": 5, "page": 2}),
    ("list_bookings", "status"): ({}, {"status": "pending"}),
    ("list_bookings", "eventTypeId"): ({}, {"eventTypeId": 42}),
    ("get_booking", "id"): ({"id": 123}, {"id": 101}),
    ("create_booking", "eventTypeId"): (BOOKING, {**BOOKING, "eventTypeId": 7, "end": "2026-04-10T09:45:00Z"}),
    ("create_booking", "start"): (
        BOOKING,
        {**BOOKING, "start": "2026-04-10T10:00:00Z", "end": "2026-04-10T10:30:00Z"},
    ),
    ("create_booking", "end"): (ANY_LENGTH, {**ANY_LENGTH, "end": "2026-04-10T10:00:00Z"}),
    ("create_booking", "responses"): (
        BOOKING,
        {**BOOKING, "responses": {"name": "Mary", "email": "mary@example.com"}},
    ),
    ("create_booking", "attendee"): (BOOKING, {**BOOKING, "attendee": {"timeZone": "Europe/Dublin", "name": "Mary"}}),
    ("create_booking", "lengthInMinutes"): (
        {k: v for k, v in ANY_LENGTH.items() if k != "end"} | {"lengthInMinutes": 15},
        {k: v for k, v in ANY_LENGTH.items() if k != "end"} | {"lengthInMinutes": 60},
    ),
    ("cancel_booking", "id"): ({"id": 116}, {"id": 123}),
    ("cancel_booking", "seatUid"): ({"id": 124}, {"id": 124, "seatUid": "a-seat"}),
    ("cancel_booking", "cancelSubsequentBookings"): ({"id": 113}, {"id": 113, "cancelSubsequentBookings": True}),
    ("reschedule_booking", "id"): (
        {"id": 116, "start": "2026-04-09T14:00:00Z"},
        {"id": 123, "start": "2026-04-09T14:00:00Z"},
    ),
    ("reschedule_booking", "start"): (
        {"id": 123, "start": "2026-04-09T14:00:00Z"},
        {"id": 123, "start": "2026-04-09T15:00:00Z"},
    ),
    ("confirm_booking", "id"): ({"id": 117}, {"id": 118}),
    ("decline_booking", "id"): ({"id": 117}, {"id": 118}),
    ("mark_absent", "id"): (
        {"id": 101, "attendees": ["guest1@example.com"]},
        {"id": 103, "attendees": ["guest1@example.com"]},
    ),
    ("mark_absent", "attendees"): (
        {"id": 101, "host": True},
        {"id": 101, "host": True, "attendees": ["guest1@example.com"]},
    ),
    ("list_slots", "eventTypeId"): ({**SLOT, "eventTypeId": 43}, {**SLOT, "eventTypeId": 42}),
    ("list_slots", "start"): (
        {**SLOT, "eventTypeId": 42},
        {**SLOT, "eventTypeId": 42, "start": "2026-04-13T12:00:00Z"},
    ),
    ("list_slots", "end"): ({**SLOT, "eventTypeId": 42}, {**SLOT, "eventTypeId": 42, "end": "2026-04-14"}),
    ("list_slots", "eventTypeSlug"): ({**BY_SLUG, "eventTypeSlug": "office-hour"}, BY_SLUG),
    ("list_slots", "username"): (
        {**SLOT, "eventTypeSlug": "one-to-one", "username": "grace"},
        {**SLOT, "eventTypeSlug": "one-to-one", "username": "mary"},
    ),
    ("list_slots", "teamSlug"): (
        {**SLOT, "eventTypeSlug": "pairing", "teamSlug": "design"},
        {**SLOT, "eventTypeSlug": "pairing", "teamSlug": "engineering"},
    ),
    ("list_slots", "duration"): ({**SLOT, "eventTypeId": 46}, {**SLOT, "eventTypeId": 46, "duration": 60}),
    ("list_slots", "timeZone"): ({**SLOT, "eventTypeId": 42}, {**SLOT, "eventTypeId": 42, "timeZone": "Europe/London"}),
    ("find_free_times", "start"): (
        {**SLOT, "usernames": ["ada"]},
        {**SLOT, "usernames": ["ada"], "start": "2026-04-13T12:00:00Z"},
    ),
    ("find_free_times", "end"): ({**SLOT, "usernames": ["ada"]}, {**SLOT, "usernames": ["ada"], "end": "2026-04-14"}),
    ("find_free_times", "usernames"): ({**SLOT, "usernames": ["ada"]}, {**SLOT, "usernames": ["ada", "grace"]}),
    ("find_free_times", "eventTypeIds"): (
        {**SLOT, "usernames": ["ada"]},
        {**SLOT, "usernames": ["ada"], "eventTypeIds": [202]},
    ),
    ("find_free_times", "teamIds"): ({**SLOT, "eventTypeIds": [42]}, {**SLOT, "eventTypeIds": [42], "teamIds": [5]}),
    ("export_bookings", "path"): ({"path": "a.csv"}, {"path": "b.csv"}),
    ("export_bookings", "overwrite"): ({"path": "there.csv"}, {"path": "there.csv", "overwrite": True}),
    ("api_get", "path"): ({"path": "me"}, {"path": "teams"}),
    ("api_get", "params"): ({"path": "bookings"}, {"path": "bookings", "params": {"take": 1}}),
    ("api_get", "apiVersion"): ({"path": "event-types"}, {"path": "event-types", "apiVersion": "2024-04-15"}),
    ("api_post", "path"): ({"path": "a"}, {"path": "b"}),
    ("api_patch", "path"): ({"path": "a"}, {"path": "b"}),
    ("api_delete", "path"): ({"path": "a"}, {"path": "b"}),
}
PARAMETERS = [(tool, parameter.name) for tool in TOOLS for parameter in tool.parameters]


def case(tool: Tool, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    if (tool.name, name) in CASES:
        return CASES[tool.name, name]
    parameter = next(each for each in tool.parameters if each.name == name)
    base = {key: value for key, value in tool.examples[0].arguments.items() if key != name}
    return base, {**base, name: parameter.example}


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_schemas_are_json_schema(tool: Tool) -> None:
    jsonschema.Draft202012Validator.check_schema(tool.schema)
    jsonschema.Draft202012Validator.check_schema(dict(tool.answer))
    assert tool.schema["additionalProperties"] is False
    json.dumps(tool.schema)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_parameter_is_told_with_an_example_that_fits(tool: Tool) -> None:
    for parameter in tool.parameters:
        assert parameter.description
        assert parameter.example is not None, parameter.name
        jsonschema.validate(parameter.example, parameter.schema)
        if parameter.default is not None:
            jsonschema.validate(parameter.default, parameter.schema)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_reads_are_harmless_and_told_so(tool: Tool) -> None:
    assert tool.kind in ("read", "write")
    assert tool.examples
    assert tool.kind == "write" or not tool.destructive
    assert tool.summary.endswith(".")


@pytest.mark.parametrize(("tool", "example"), EXAMPLES, ids=[f"{t.name}: {e.title}" for t, e in EXAMPLES])
async def test_examples_work_and_answers_are_as_declared(tool, example, toolkit: Toolkit, in_tmp_path) -> None:
    jsonschema.validate(dict(example.arguments), tool.schema)
    result = await toolkit.call(tool.name, example.arguments)
    assert result.error is None
    assert result.success
    jsonschema.validate(result.to_dict()["data"], dict(tool.answer), cls=jsonschema.Draft202012Validator)
    json.dumps(result.to_dict())


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
async def test_a_dry_run_sends_nothing_that_writes(tool, toolkit: Toolkit, world: Sandbox, in_tmp_path) -> None:
    for example in tool.examples:
        result = await toolkit.call(tool.name, example.arguments, dry_run=True)
        assert result.success, result.error
        assert ("would_send" in result.data) == (tool.kind == "write")
    assert {seen.method for seen in world.requests} <= {"GET"}
    assert list(in_tmp_path.iterdir()) == []


@pytest.mark.parametrize(("tool", "name"), PARAMETERS, ids=[f"{t.name}.{name}" for t, name in PARAMETERS])
async def test_no_parameter_is_there_for_show(tool, name, toolkit: Toolkit, world: Sandbox, in_tmp_path) -> None:
    (in_tmp_path / "there.csv").write_text("")

    async def outcome(arguments: dict[str, Any]) -> Any:
        result = await toolkit.call(tool.name, arguments, dry_run=True)
        told = None if result.error is None else result.error.message
        return result.data, told

    without, with_it = case(tool, name)
    if name == "bookingUidToReschedule":  # uids differ from world to world
        booking = (await toolkit.call("get_booking", {"id": 116})).data["booking"]
        without = {"eventTypeId": 42, "start": booking["start"], "end": booking["end"]}
        with_it = {**without, name: booking["uid"]}
    assert name in with_it
    assert await outcome(without) == await outcome(without), "the same call must answer the same"
    assert await outcome(without) != await outcome(with_it)
