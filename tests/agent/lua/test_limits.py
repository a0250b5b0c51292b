"""The limits that are kept from outside, cancellation, interruption, and a state that is gone."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any

import pytest

from calcom_async.agent import Result, Toolkit
from calcom_async.agent.lua import Lua, LuaLimits, run_lua
from calcom_async.errors import InvalidRequestError
from calcom_async.sandbox import Sandbox

from .conftest import tools_of

CAL = 'local cal = app.integrations["cal-com"]\n'


async def test_waiting_is_no_computing_but_has_its_own_limit() -> None:
    async with Sandbox(world="example", latency=0.3) as sandbox, tools_of(sandbox) as tools:
        script = CAL + "for i = 1, 3 do cal.get_current_user{} end return 1"
        assert (await run_lua(script, tools, limits=LuaLimits(cpu=0.2))).result == 1
        late = await run_lua(script, tools, limits=LuaLimits(wall=0.7))
        assert late.meta["error"]["code"] == "wall_limit"
        assert 1 <= len(late.integration_calls) < 3


async def test_the_number_of_calls_is_limited(tools: Toolkit) -> None:
    limits = LuaLimits(calls=3)
    three = CAL + "for i = 1, 3 do cal.list_teams{} end return 1"
    assert (await run_lua(three, tools, limits=limits)).result == 1
    four = await run_lua(three.replace("1, 3", "1, 4"), tools, limits=limits)
    assert four.meta["error"]["code"] == "call_limit"
    assert len(four.integration_calls) == 3


async def test_a_long_output_is_shown_without_its_middle(tools: Toolkit) -> None:
    result = await run_lua("for i = 1, 2000 do print(i) end", tools, limits=LuaLimits(shown=300))
    assert result.success
    assert result.output.startswith("1\n2\n3\n")
    assert result.output.endswith("1999\n2000\n")
    assert "\n… 8,593 characters left out …\n" in result.output
    assert len(result.output) < 400
    assert (result.meta["output_truncated"], result.meta["output_characters"]) == (True, 8893)


async def test_a_script_that_is_too_long_is_not_even_read(tools: Toolkit) -> None:
    result = await run_lua("-- " + "x" * 100, tools, limits=LuaLimits(source=100))
    assert result.meta["error"]["code"] == "too_large"


@pytest.mark.parametrize("wrong", [{"cpu": 0}, {"memory": 1000}, {"calls": -1}, {"wall": float("nan")}])
def test_limits_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidRequestError, match=next(iter(wrong))):
        LuaLimits(**wrong)  # type: ignore[arg-type]


async def test_a_cancelled_run_ends_its_process(lua: Lua) -> None:
    assert (await lua.run("x = 1")).success
    assert lua._process is not None
    identity = lua._process._process.pid
    running = asyncio.create_task(lua.run("while true do end"))
    await asyncio.sleep(0.1)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    with pytest.raises(ProcessLookupError):
        os.kill(identity, 0)
    assert (await lua.run("return x == nil")).result is True


async def test_one_state_runs_one_script_at_a_time(lua: Lua) -> None:
    running = asyncio.create_task(lua.run("while true do end"))
    await asyncio.sleep(0)
    with pytest.raises(InvalidRequestError, match="another script"):
        await lua.run("return 1")
    lua.interrupt()
    assert (await running).meta["error"]["code"] in {"interrupted", "crashed"}


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="scripts are killed here")
@pytest.mark.parametrize(
    "script",
    [
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        CAL + "while true do pcall(cal.list_teams, {}) end",
        CAL + "app.parallel{ cal.list_teams, cal.list_bookings, function() while true do cal.list_teams{} end end }",
    ],
)
async def test_an_interrupted_script_ends_and_its_state_stays(tools: Toolkit, script: str) -> None:
    async with Lua(tools, limits=LuaLimits(calls=100_000)) as lua:
        assert (await lua.run("x = 1")).success
        running = asyncio.create_task(lua.run(script))
        await asyncio.sleep(0.3)
        lua.interrupt()
        result = await running
        assert result.meta["error"]["code"] == "interrupted"
        assert result.meta["state_lost"] is False
        assert (await lua.run("return x")).result == 1
        lua.interrupt()  # nothing runs: nothing happens


async def test_an_interrupted_script_that_does_not_hear_is_killed(tools: Toolkit) -> None:
    async with Lua(tools) as lua:
        running = asyncio.create_task(lua.run("string.find(('a'):rep(60), ('a?'):rep(60) .. ('a'):rep(60) .. 'b')"))
        await asyncio.sleep(0.3)
        lua.interrupt()
        result = await running
        assert result.meta["error"]["code"] == "interrupted"
        assert result.meta["state_lost"] is True
        assert (await lua.run("return 1")).result == 1


async def test_a_process_that_dies_is_told_of_and_replaced(lua: Lua) -> None:
    assert (await lua.run("x = 1")).success
    assert lua._process is not None
    running = asyncio.create_task(lua.run("while true do end"))
    await asyncio.sleep(0.1)
    lua._process.kill()
    result = await running
    assert result.meta["error"]["code"] == "crashed"
    assert result.error is not None
    assert "signal 9" in result.error
    assert (await lua.run("return x == nil")).result is True


async def test_an_answer_that_does_not_fit_is_an_error_of_its_own(tools: Toolkit) -> None:
    script = CAL + "local t = {} for i = 1, 100 do t[i] = cal.list_event_types{} end return #t"
    small = await run_lua(script, tools, limits=LuaLimits(memory=1 << 20))
    assert small.meta["error"]["code"] == "memory_limit", small.error
    assert (await run_lua(script, tools)).result == 100
    forgetful = script.replace("t[i] = cal", "t[1] = cal")
    assert (await run_lua(forgetful, tools, limits=LuaLimits(memory=1 << 20))).result == 1


class Defective(Toolkit):
    """A toolkit with a defect."""

    async def call(self, *arguments: Any, **named: Any) -> Result:
        raise ZeroDivisionError("a defect that names nobody")


async def test_a_defect_is_an_error_and_not_an_endless_wait(caplog: pytest.LogCaptureFixture) -> None:
    async with Sandbox(world="example") as sandbox, tools_of(sandbox, Defective) as tools:
        result = await run_lua(CAL + "cal.list_teams{}", tools, limits=LuaLimits(wall=10))
    assert result.meta["error"]["code"] == "internal"
    assert "ZeroDivisionError" in (result.error or "")
    assert "a call of a Lua script failed" in caplog.text


@pytest.mark.parametrize(
    "script",
    [
        "while true do pcall(function() while true do end end) end",
        "while true do xpcall(function() while true do end end, print) end",
        "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
        "while true do pcall(coroutine.wrap(function() while true do end end)) end",
        "while true do pcall(app.parallel, { function() while true do end end }) end",
        "for i = 1, math.huge do pcall(print, ('x'):rep(100000)) end",
    ],
)
async def test_no_pcall_holds_up_the_end_and_the_state_stays(tools: Toolkit, script: str) -> None:
    async with Lua(tools, limits=LuaLimits(cpu=0.2)) as lua:
        assert (await lua.run("x = 1")).success
        result = await lua.run(script)
        assert result.meta["error"]["code"] in {"cpu_limit", "output_limit"}
        assert result.meta["state_lost"] is False
        assert (await lua.run("return x")).result == 1


async def test_a_flood_that_nobody_reads_does_not_hold_up_the_end(tools: Toolkit) -> None:
    async with Lua(tools, limits=LuaLimits(output=50_000_000, wall=0.5, cpu=60)) as lua:
        script = "while true do print(('x'):rep(100000)) end"
        assert (await asyncio.wait_for(lua.run(script), 30)).meta["error"]["code"] in {"wall_limit", "output_limit"}
        running = asyncio.create_task(lua.run(script))
        await asyncio.sleep(0.05)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(running, 30)
