"""The scripts of docs/lua.md run in the example world, and print what stands below them."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from calcom_async.agent import Toolkit
from calcom_async.agent.lua import run_lua
from tests.docs.samples import agrees, fences

PAGE = Path(__file__).parents[3] / "docs" / "lua.md"


def scripts() -> list[tuple[int, str, str]]:
    """Line, text and output of each."""
    blocks = fences(PAGE)
    return [
        (block.line, block.body, shown.body)
        for block, shown in itertools.pairwise(blocks)
        if block.language == "lua" and shown.language == "text" and shown.follows
    ]


@pytest.mark.parametrize(("line", "script", "shown"), scripts(), ids=[str(line) for line, _, _ in scripts()])
async def test_a_script_prints_what_the_page_says(line: int, script: str, shown: str, tools: Toolkit) -> None:
    result = await run_lua(script, tools)
    assert result.error is None
    assert agrees(shown, result.output), result.output


def test_every_script_shows_its_output() -> None:
    assert len(scripts()) == sum(fence.language == "lua" for fence in fences(PAGE)) >= 4
