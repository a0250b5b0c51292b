"""Several calls at the same time, in order, through coroutines of the script's own and across pcall."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from calcom_async.agent import Result, Toolkit
from calcom_async.agent.lua import Lua, LuaLimits, run_lua
from calcom_async.sandbox import Sandbox

from .conftest import tools_of

pytestmark = pytest.mark.alone

CAL = 'local cal = app.integrations["cal-com"]\n'
TWENTY = (
    CAL
    + """
local work = {}
for i = 1, 20 do
  work[i] = function() return i .. cal.get_booking{ id = 100 + i }.booking.id end
end
return app.parallel(work)
"""
)


class Counting(Toolkit):
    """A toolkit that counts how many of its calls are under way."""

    now = most = 0

    async def call(self, *arguments: Any, **named: Any) -> Result:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            return await super().call(*arguments, **named)
        finally:
            self.now -= 1


async def test_twenty_calls_travel_together() -> None:
    async with Sandbox(world="example", rate_limit=None, latency=0.1) as sandbox, tools_of(sandbox, Counting) as tools:
        assert isinstance(tools, Counting)
        begun = time.perf_counter()
        result = await run_lua(TWENTY, tools)
        seconds = time.perf_counter() - begun
        assert result.error is None
        assert result.result == [f"{i}{100 + i}" for i in range(1, 21)]
        assert tools.most >= 15
        assert seconds < 20 * 0.1  # one after the other they would take longer
        alone = await run_lua(TWENTY, tools, limits=LuaLimits(parallel=3))
        assert alone.result == result.result


async def test_no_more_than_the_limit_travel_together() -> None:
    async with Sandbox(world="example", rate_limit=None) as sandbox, tools_of(sandbox, Counting) as tools:
        assert isinstance(tools, Counting)
        assert (await run_lua(TWENTY, tools, limits=LuaLimits(parallel=3))).success
        assert tools.most == 3


async def test_as_many_functions_as_calls_are_allowed(lua: Lua) -> None:
    result = await lua.run(TWENTY.replace("1, 20", "1, 199").replace("100 + i", "123"))
    assert result.error is None
    assert len(result.result) == 199


async def test_results_keep_their_places(lua: Lua) -> None:
    result = await lua.run(
        CAL
        + """
    local r = app.parallel{
      function() return cal.work.get_current_user{}.user.username, "only the first counts" end,
      function() end,
      function() return false end,
      function() return app.parallel{ function() return cal.get_current_user{}.user.username end, function() return 2 end } end,
    }
    return #r, r, app.parallel{}
    """
    )
    assert result.result == [4, ["grace", None, False, ["ada", 2]], []]


async def test_the_first_error_is_raised_when_all_have_ended(lua: Lua) -> None:
    result = await lua.run(
        CAL
        + """
    local ended = {}
    local ok, problem = pcall(app.parallel, {
      function() cal.list_teams{} cal.list_teams{} ended[#ended + 1] = "slow" end,
      function() cal.get_booking{ id = 99999 } end,
      function() error("mine") end,
    })
    return ok, problem.code, #ended
    """
    )
    assert result.result == [False, "not_found", 1]
    result = await lua.run('app.parallel{ function()\n error("mine") end }')
    assert result.error == "script:2: mine"


async def test_pcall_and_coroutines_of_one_s_own_work_within(lua: Lua) -> None:
    result = await lua.run(
        CAL
        + """
    local function teams() return #cal.list_teams{}.teams end
    return app.parallel{
      function() local ok, e = pcall(cal.get_booking, { id = 99999 }) return e.code .. teams() end,
      function()
        local each = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i + teams()) end end)
        return each() + each() + each()
      end,
      function()
        local inner = coroutine.create(function(a)
          local other = coroutine.wrap(function() return teams() end)
          local b = coroutine.yield(a + other())
          return b * teams()
        end)
        local _, first = coroutine.resume(inner, 1)
        local _, second = coroutine.resume(inner, 2)
        return { first, second, coroutine.status(inner) }
      end,
      function() local n = 0 for b in cal.bookings{ limit = 5, status = "past" } do n = n + 1 end return n > 5 end,
    }
    """
    )
    assert result.error is None
    assert result.result == ["not_found7", 1 + 2 + 3 + 21, [8, 14, "dead"], True]


async def test_a_call_where_nothing_can_pause_just_waits(lua: Lua) -> None:
    result = await lua.run(
        CAL
        + """
    local function id(n) return cal.get_booking{ id = n }.booking.id end
    return app.parallel{
      function() local t = { 103, 101, 102 } table.sort(t, function(a, b) return id(a) < id(b) end) return t end,
      function() return (("101 102"):gsub("%d+", function(n) return id(tonumber(n)) + 1 end)) end,
      function() return (("103"):gsub("%d+", function(n) return app.parallel{ function() return id(tonumber(n)) + 1 end }[1] end)) end,
      function() return id(104) end,
      function()
        return (("105"):gsub("%d+", function(n) return coroutine.wrap(function() return id(tonumber(n)) end)() end))
      end,
    }
    """
    )
    assert result.error is None
    assert result.result == [[101, 102, 103], "102 103", "104", 104, "105"]


async def test_a_coroutine_of_the_main_script_may_call(lua: Lua) -> None:
    result = await lua.run(
        CAL
        + """
    local each = coroutine.wrap(function() for _, n in ipairs{ 101, 102 } do coroutine.yield(cal.get_booking{ id = n }.booking.id) end end)
    return each(), each(), coroutine.isyieldable()
    """
    )
    assert result.result == [101, 102, False]


async def test_two_states_run_at_the_same_time(tools: Toolkit) -> None:
    one, other = await asyncio.gather(run_lua(TWENTY, tools), run_lua(TWENTY, tools, account="default"))
    assert one.result == other.result != None  # noqa: E711 - both, and something
