"""A client's session with the example world, over both transports: looking, booking, moving, cancelling."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from mcp import Client, MCPError

from calcom_async.agent import CATALOGUE, Permissions, Toolkit
from calcom_async.agent.mcp.docs_tools import DOCS_TOOLS
from calcom_async.sandbox import Sandbox

from .conftest import Connect, Pointing

SEED = {
    "list_event_types": {"teamId": 5, "limit": 10},
    "get_event_type": {"id": 42},
    "list_bookings": {"status": "confirmed", "limit": 10},
    "get_booking": {"id": 123},
    "list_teams": {"limit": 5, "page": 2},
    "get_current_user": {},
    "create_booking": {
        "eventTypeId": 42, "start": "2026-04-10T09:00:00Z", "end": "2026-04-10T09:30:00Z",
        "responses": {"name": "Grace", "email": "grace@example.com", "notes": "Looking forward to it"},
    },
}  # fmt: skip
"""The published functions, as their examples call them."""


async def data(client: Client, name: str, **arguments: Any) -> Any:
    """Call a tool; the text says the same as the structured content, which fits the output schema."""
    result = await client.call_tool(name, arguments)
    assert not result.is_error, result.content
    assert json.loads(result.content[0].text) == result.structured_content
    schema = next(tool.output_schema for tool in (await client.list_tools()).tools if tool.name == name)
    jsonschema.validate(result.structured_content, schema, jsonschema.Draft202012Validator)
    return result.structured_content


async def refused(client: Client, name: str, **arguments: Any) -> str:
    """The error of a call, which has two or three lines: what happened, what to do, and details for programs."""
    result = await client.call_tool(name, arguments)
    assert result.is_error
    assert result.structured_content is None
    what, advice, *details = result.content[0].text.splitlines()
    assert advice.startswith("Do: ")
    assert all(line.startswith("Details: {") for line in details)
    return f"{what}\n{advice}"


async def test_a_slot_is_found_booked_moved_and_cancelled(connect: Connect) -> None:
    async with connect("--sandbox", "--write") as client:
        slots = (await data(client, "list_slots", eventTypeId=42, start="2026-04-10", end="2026-04-10"))["slots"]
        first, later = slots[0]["start"], slots[-1]["start"]
        attendee = {"name": "Grace", "email": "grace@example.com", "timeZone": "Europe/London"}
        made = (await data(client, "create_booking", eventTypeId=42, start=first, attendee=attendee))["booking"]
        assert made["status"] == "accepted"
        left = (await data(client, "list_slots", eventTypeId=42, start="2026-04-10", end="2026-04-10"))["slots"]
        assert [slot["start"] for slot in left] == [slot["start"] for slot in slots[1:]]

        moved = (await data(client, "reschedule_booking", id=made["uid"], start=later))["booking"]
        assert moved["uid"] != made["uid"]
        assert (await data(client, "get_booking", id=made["uid"]))["booking"]["status"] == "cancelled"

        await data(client, "cancel_booking", id=moved["uid"], reason="Ill")
        assert (await data(client, "get_booking", id=moved["uid"]))["booking"]["status"] == "cancelled"
        free = (await data(client, "list_slots", eventTypeId=42, start="2026-04-10", end="2026-04-10"))["slots"]
        assert free == slots


async def test_the_published_functions_answer_as_in_python(over_stdio: Connect, pointing_to: Pointing) -> None:
    async with (
        Sandbox(world="example", rate_limit=None) as sandbox,
        over_stdio("--write", variables=pointing_to(sandbox)) as client,
        sandbox.client() as cal,
        Toolkit(cal, permissions=Permissions(write="allow")) as toolkit,
    ):
        for name, arguments in SEED.items():
            told = await data(client, name, **arguments)
            result = await toolkit.call(name, arguments)
            assert result.success, result.error
            if name == "create_booking":  # the second call finds the first one's booking
                assert (told.pop("already_existed"), result.data["already_existed"]) == (False, True)
                found = result.data["booking"]  # Cal.com tells a little less of a booking that it did not just make
                assert {key: value for key, value in told["booking"].items() if key in found} == found
            else:
                assert told == result.data


async def test_tools_are_told_in_full(connect: Connect) -> None:
    async with connect("--sandbox", "--write") as client:
        told = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert list(told) == [*CATALOGUE, *DOCS_TOOLS]
    for name, tool in {**CATALOGUE, **DOCS_TOOLS}.items():
        one = told[name]
        assert (one.title, one.description) == (tool.title, tool.description)
        hints = one.annotations
        assert hints is not None
        assert (hints.read_only_hint, hints.destructive_hint, hints.idempotent_hint, hints.open_world_hint) == (
            tool.kind == "read", tool.destructive, tool.idempotent, tool.operation != "local",
        )  # fmt: skip
        for schema in (one.input_schema, one.output_schema):
            assert schema is not None
            assert schema["type"] == "object"
            jsonschema.Draft202012Validator.check_schema(schema)
        instead = {other for parameter in tool.parameters for other in parameter.instead}
        for example in tool.examples:
            if instead & set(example.arguments):
                continue  # the schema asks for what these stand in for, as the published functions do
            jsonschema.validate(dict(example.arguments), one.input_schema, jsonschema.Draft202012Validator)
        named = one.input_schema["properties"].get("account", {}).get("enum")
        assert named == (None if tool.operation == "local" else ["default", "work", "personal"])
    assert told["cancel_booking"].annotations.destructive_hint
    assert not told["create_booking"].annotations.read_only_hint


async def test_each_account_sees_its_own(connect: Connect) -> None:
    async with connect("--sandbox") as client:
        names = [
            (await data(client, "get_current_user", **chosen))["user"]["name"]
            for chosen in ({}, {"account": "default"}, {"account": "work"}, {"account": "personal"})
        ]
        assert names == ["Ada", "Ada", "Grace", "Mary"]
        assert "unknown_account" in await refused(client, "get_current_user", account="office")


async def test_one_account_is_served_and_the_others_are_not(over_stdio: Connect) -> None:
    async with over_stdio("--sandbox", "--account", "work") as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert "account" not in tools["get_current_user"].input_schema["properties"]
        assert (await data(client, "get_current_user"))["user"]["name"] == "Grace"
        assert "unknown_account" in await refused(client, "get_current_user", account="personal")


async def test_without_write_nothing_is_written(connect: Connect) -> None:
    async with connect("--sandbox") as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
        assert names == {name for name, tool in {**CATALOGUE, **DOCS_TOOLS}.items() if tool.kind == "read"}
        message = await refused(client, "cancel_booking", id=123)
        assert message.startswith("read_only: cancel_booking writes, and this server only reads\n")
        assert "`calcom-async mcp --write`" in message
        assert (await data(client, "get_booking", id=123))["booking"]["status"] == "accepted"
        with pytest.raises(MCPError, match="--write"):
            await client.get_prompt("find_slot_and_book")


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_errors_say_what_to_do(connect: Connect, mode: str) -> None:
    async with connect("--sandbox", mode=mode) as client:
        assert "did you mean list_bookings?" in await refused(client, "list_bokings")
        assert (await refused(client, "get_booking")).startswith("missing_parameter: get_booking: id")
        assert (await refused(client, "get_booking", id=123, verbose=True)).startswith("unknown_parameter: ")
        assert (await refused(client, "get_event_type", id=999_999)).startswith("not_found: ")
        assert (await refused(client, "read_doc", page="list_bokings")).startswith("wrong_parameter: there is no page")


async def test_documentation_by_tools(over_stdio: Connect) -> None:
    async with over_stdio("--sandbox") as client:
        found = await data(client, "search_docs", query="cancel a meeting", limit=3)
        assert len(found["pages"]) == 3
        assert "cancel_booking" in [page["page"] for page in found["pages"]]
        assert (await data(client, "read_doc", page="cancel_booking"))["text"].startswith("# ")
