"""What an account's owner allows, over MCP: denied, asked about where the client shows questions, or left to `--write`."""

from __future__ import annotations

import pytest
from mcp import types
from mcp.client.context import ClientRequestContext

from calcom_async.sandbox import Sandbox

from .conftest import Connect, Pointing

MODES = pytest.mark.parametrize("mode", ["auto", "legacy"])


class Person:
    """Sees the questions that a client shows, and answers each the same."""

    def __init__(self, answer: str) -> None:
        self.answer = answer
        self.asked: list[str] = []

    async def __call__(
        self, context: ClientRequestContext, params: types.ElicitRequestParams
    ) -> types.ElicitResult | types.ErrorData:
        self.asked.append(params.message)
        if self.answer == "error":
            return types.ErrorData(code=types.INTERNAL_ERROR, message="the window was closed")
        return types.ElicitResult(action=self.answer, content={} if self.answer == "accept" else None)


async def cancelled(sandbox: Sandbox) -> bool:
    async with sandbox.client() as cal:
        found = [booking for booking in await cal.bookings.list().collect() if booking.id == 123]
        return found[0].status == "cancelled"


async def cancel(client) -> str:
    result = await client.call_tool("cancel_booking", {"id": 123, "reason": "Ill"})
    return result.content[0].text if result.is_error else "done"


@MODES
async def test_denied_is_denied(over_stdio: Connect, pointing_to: Pointing, mode: str) -> None:
    person = Person("accept")
    async with Sandbox(world="example") as sandbox:
        variables = pointing_to(sandbox, write="deny")
        async with over_stdio("--write", variables=variables, mode=mode, elicitation_callback=person) as client:
            assert (await cancel(client)).startswith("permission_denied: ")
        assert person.asked == []
        assert not await cancelled(sandbox)


@MODES
async def test_whoever_is_asked_decides(connect: Connect, pointing_to: Pointing, mode: str) -> None:
    person = Person("decline")
    async with Sandbox(world="example") as sandbox:
        variables = pointing_to(sandbox, write="ask")
        async with connect("--write", variables=variables, mode=mode, elicitation_callback=person) as client:
            for person.answer in ("decline", "cancel"):
                assert "the user said no" in await cancel(client)
            assert not await cancelled(sandbox)
            person.answer = "accept"
            assert await cancel(client) == "done"
        assert await cancelled(sandbox)
    assert len(person.asked) == 3
    for message in person.asked:
        assert "cancel_booking" in message
        assert 'id: 123\nreason: "Ill"' in message


async def test_a_question_that_nobody_saw_is_no_leave(over_stdio: Connect, pointing_to: Pointing) -> None:
    person = Person("error")
    async with Sandbox(world="example") as sandbox:
        variables = pointing_to(sandbox, write="ask")
        async with over_stdio("--write", variables=variables, mode="legacy", elicitation_callback=person) as client:
            assert (await cancel(client)).startswith("permission_denied: ")
        assert not await cancelled(sandbox)


async def test_a_reply_to_another_question_is_no_leave(over_stdio: Connect, pointing_to: Pointing) -> None:
    async with Sandbox(world="example") as sandbox:
        variables = pointing_to(sandbox, write="ask")
        async with over_stdio("--write", variables=variables, elicitation_callback=Person("accept")) as client:
            first = await client.session.call_tool("cancel_booking", {"id": 116}, allow_input_required=True)
            assert isinstance(first, types.InputRequiredResult)
            agreed = {key: types.ElicitResult(action="accept", content={}) for key in first.input_requests or {}}
            again = await client.session.call_tool(
                "cancel_booking", {"id": 123}, input_responses=agreed, allow_input_required=True
            )
            assert isinstance(again, types.InputRequiredResult)
        assert not await cancelled(sandbox)


@MODES
async def test_a_client_that_shows_no_questions_confirms_by_itself(
    over_stdio: Connect, pointing_to: Pointing, mode: str
) -> None:
    async with Sandbox(world="example") as sandbox:
        async with over_stdio("--write", variables=pointing_to(sandbox, write="ask"), mode=mode) as client:
            assert await cancel(client) == "done"
        assert await cancelled(sandbox)


async def test_reading_that_is_to_be_asked_about_needs_a_question(over_stdio: Connect, pointing_to: Pointing) -> None:
    async with Sandbox(world="example") as sandbox:
        variables = pointing_to(sandbox, read="ask")
        async with over_stdio(variables=variables) as client:
            result = await client.call_tool("get_current_user")
            assert result.is_error
        person = Person("accept")
        async with over_stdio(variables=variables, elicitation_callback=person) as client:
            result = await client.call_tool("get_current_user")
            assert result.structured_content["user"]["name"] == "Ada"
        assert len(person.asked) == 1
