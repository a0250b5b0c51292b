"""Answers that are too long, work that takes long, and calls that are given up, against a sandbox that is watched."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import anyio
import jsonschema
import pytest

from calcom_async.agent.mcp.cutting import LIMIT
from calcom_async.sandbox import Sandbox

from .conftest import Connect, Pointing


async def test_a_long_answer_is_cut_and_its_pointer_leads_to_the_rest(connect: Connect, pointing_to: Pointing) -> None:
    async with Sandbox(bookings=120, rate_limit=None) as sandbox, connect(variables=pointing_to(sandbox)) as client:
        schema = next(tool.output_schema for tool in (await client.list_tools()).tools if tool.name == "list_bookings")
        assert schema is not None
        seen: list[str] = []
        asked: dict[str, Any] = {"page": 1, "limit": 120}
        cut = 0
        while True:
            result = await client.call_tool("list_bookings", asked)
            told = result.structured_content
            jsonschema.validate(told, schema, jsonschema.Draft202012Validator)
            assert len(result.content[0].text) <= LIMIT
            assert json.loads(result.content[0].text) == told
            seen += [booking["uid"] for booking in told["bookings"]]
            place = told["pagination"]
            if "cut" in told:
                cut += 1
                assert f"ask with page={place['nextPage']} and limit={place['limit']}" in told["cut"]
                assert place["returnedItems"] == len(told["bookings"]) < asked["limit"]
            if not place["hasNextPage"]:
                break
            asked = {"page": place["nextPage"], "limit": place["limit"]}
        assert cut >= 1
        assert len(seen) == 120
        assert sorted(seen) == sorted(sandbox.booking_uids())


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_an_export_tells_how_far_it_is(
    connect: Connect, pointing_to: Pointing, tmp_path: Path, mode: str
) -> None:
    steps: list[tuple[float, float | None, str | None]] = []

    async def heard(done: float, total: float | None, words: str | None) -> None:
        steps.append((done, total, words))

    async with Sandbox(bookings=900, rate_limit=None) as sandbox:
        async with connect("--write", variables=pointing_to(sandbox, write="allow"), mode=mode) as client:
            arguments = {"path": str(tmp_path / "bookings.jsonl")}
            result = await client.call_tool("export_bookings", arguments, progress_callback=heard)
        assert not result.is_error, result.content
        assert result.structured_content["bookings"] == 900
    assert len((tmp_path / "bookings.jsonl").read_text(encoding="utf-8").splitlines()) == 900
    figures = [done for done, _, _ in steps]
    assert len(figures) > 1
    assert figures == sorted(set(figures))
    assert {total for _, total, _ in steps} == {100}
    assert all(words and words.endswith(" bookings") for _, _, words in steps)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_call_that_is_given_up_sends_nothing_more(
    connect: Connect, pointing_to: Pointing, tmp_path: Path, mode: str
) -> None:
    """The export has 20 pages to read; after the first progress the client cancels it, and goes on with something else."""
    async with (
        Sandbox(bookings=5_000, rate_limit=None, latency=0.2) as sandbox,
        connect("--write", variables=pointing_to(sandbox, write="allow"), mode=mode) as client,
    ):
        arguments = {"path": str(tmp_path / "bookings.jsonl")}
        with anyio.CancelScope() as scope:

            async def give_up(*_: Any) -> None:
                scope.cancel()

            await client.call_tool("export_bookings", arguments, progress_callback=give_up)
        assert scope.cancelled_caught
        await _settled(sandbox)
        asked = len(sandbox.requests)
        assert asked < 20
        assert not (await client.call_tool("get_current_user")).is_error
        assert len(sandbox.requests) == asked + 1
        assert sandbox.requests[-1].path == "/v2/me"
    assert not (tmp_path / "bookings.jsonl").exists()


async def _settled(sandbox: Sandbox) -> None:
    """Until no request has come for a while: the cancellation has to reach the server first."""
    seen = -1
    while seen != len(sandbox.requests):
        seen = len(sandbox.requests)
        await asyncio.sleep(0.5)
