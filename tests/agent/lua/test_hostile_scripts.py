"""Scripts that mean harm end in a clean error within their limits, and the next script runs."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from calcom_async.agent import Toolkit
from calcom_async.agent.lua import Lua, LuaLimits
from calcom_async.sandbox import Sandbox

CAL = 'local cal = app.integrations["cal-com"]\n'

ABSENT = [
    "os", "io", "require", "package", "load", "loadstring", "dofile", "loadfile", "debug", "python", "string.dump", "warn",
    "collectgarbage('count').x", "newproxy", "setfenv", "getfenv", "jit", "ffi", "coroutine.PAUSE", "room", "bridge",
    "_G.os", "_G._G.io", "_ENV.require", "getmetatable(_G)", "getmetatable(_ENV)", "('x').dump", "string.format.x",
]  # fmt: skip
"""None of these leads anywhere."""

HOSTILE = {
    # time
    "a loop without an end": ("while true do end", "cpu_limit"),
    "one that catches its end": ("while true do pcall(function() while true do end end) end", "cpu_limit"),
    "one that catches its end with a handler": ("while true do xpcall(function() while true do end end, function() while true do end end) end", "cpu_limit"),
    "goto": ("::again:: goto again", "cpu_limit"),
    "a loop in a coroutine": ("coroutine.wrap(function() while true do end end)()", "cpu_limit"),
    "coroutines that catch their end": ("while true do coroutine.resume(coroutine.create(function() while true do end end)) end", "cpu_limit"),
    "a loop in a function of app.parallel": ("app.parallel{ function() while true do end end, function() while true do end end }", "cpu_limit"),
    "a comparison without an end": ("table.sort({1, 2, 3}, function() while true do end end)", "cpu_limit"),
    "__index without an end": ("local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) while true do end end return t.x", "cpu_limit"),
    "__close without an end": ("local x <close> = setmetatable({}, { __close = function() while true do end end })", "cpu_limit"),
    "__tostring without an end": ("print(setmetatable({}, { __tostring = function() while true do end end }))", "cpu_limit"),
    "an error that never tells": ("error(setmetatable({}, { __tostring = function() while true do end end }))", "cpu_limit"),
    "a pattern that tries for ever": ("string.find(string.rep('a', 40), string.rep('a?', 40) .. string.rep('a', 40) .. 'b')", "cpu_limit"),
    "gsub with such a pattern": ("(('x'):rep(200000)):gsub(('.-'):rep(20) .. 'y', '')", "cpu_limit"),
    "a table without an end": ("for k in pairs(setmetatable({}, { __pairs = function() return function() return 1 end end })) do end", "cpu_limit"),
    # memory
    "a table bomb": ("local t = {} for i = 1, math.huge do t[i] = { i } end", "memory_limit"),
    "a table bomb that catches its end": ("local t = {} pcall(function() for i = 1, math.huge do t[i] = { i } end end) error('full')", "error"),
    "string.rep": ("return string.rep('x', 1 << 40)", "memory_limit|error"),
    "string.rep with a separator": ("return ('x'):rep(1 << 31, ('y'):rep(1000))", "memory_limit|error"),
    "a doubling string": ("local s = 'x' while true do s = s .. s end", "memory_limit"),
    "table.concat": ("local t = {} for i = 1, 100000 do t[i] = ('x'):rep(1000) end return table.concat(t)", "memory_limit"),
    "table.pack of many": ("return select('#', table.unpack({}, 1, 1e8))", "error"),
    "string.format with a width": ("return ('%99999d'):format(1)", "error"),
    "coroutines without an end": ("local t = {} while true do t[#t + 1] = coroutine.create(function() end) end", "memory_limit"),
    "coroutines within coroutines": ("local function f() return coroutine.wrap(f)() end f()", "error|stack_overflow"),
    "a recursion": ("local function f() return 1 + f() end f()", "memory_limit|stack_overflow"),
    "a recursion through pcall": ("local function f() return pcall(f), f() end f()", "memory_limit|stack_overflow|error|cpu_limit"),
    "a recursion through __index": ("local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) return t[k] end return t.x", "stack_overflow|memory_limit|error"),
    "a recursion through tostring": ("local m = {} m.__tostring = function(s) return tostring(s) end print(setmetatable({}, m))", "stack_overflow|error"),
    "a recursion through gsub": ("local function f() return (('x'):gsub('x', f)) end f()", "stack_overflow|error"),
    "a source that nests too deeply": ("return " + "(" * 500 + "1" + ")" * 500, "syntax_error"),
    "tables that nest too deeply": ("return " + "{" * 500 + "}" * 500, "syntax_error"),
    "utf8.char of many": ("return utf8.char(table.unpack({}, 1, 1e7))", "error"),
    # output
    "giant output": ("while true do print(('x'):rep(10000)) end", "output_limit"),
    "one giant line": ("print(('x'):rep(2000000))", "output_limit"),
    "a million empty lines": ("for i = 1, 1e6 do print() end", "output_limit"),
    "output that catches its end": ("while true do pcall(print, ('x'):rep(10000)) end", "output_limit"),
    "a giant return value": ("return ('x'):rep(4000000)", "too_large"),
    # JSON
    "a value that contains itself": ("local t = {} t.t = t return t", "bad_value"),
    "arguments that contain themselves": (CAL + "local t = {} t.t = t cal.list_bookings(t)", "bad_value"),
    "JSON that nests too deeply": ("json.decode(('['):rep(100000))", "bad_json"),
    "a value that nests too deeply": ("local t = {} for i = 1, 1000 do t = { t } end return t", "bad_value"),
    "giant JSON": ("return #json.decode('[' .. ('[],'):rep(1000000) .. '1]')", "memory_limit"),
    "giant arguments": (CAL + "cal.list_bookings{ status = ('x'):rep(5000000) }", "too_large"),
    # calls
    "calls without an end": (CAL + "while true do cal.list_bookings{ limit = 1 } end", "call_limit"),
    "calls that catch their end": (CAL + "while true do pcall(cal.list_bookings, { limit = 1 }) end", "call_limit"),
    "calls at the same time without an end": (CAL + "local t = {} for i = 1, 1000 do t[i] = function() cal.list_teams{} end end app.parallel(t)", "call_limit"),
    "documentation without an end": ("while true do docs.list('bookings') end", "call_limit"),
    "names without an end": (CAL + "while true do pcall(function() return cal.nothing end) end", "call_limit"),
    # escapes
    "__gc": ("setmetatable({}, { __gc = function() while true do end end })", "forbidden"),
    "__gc of a metatable that exists": ("local m = {} setmetatable({}, m) m.__gc = function() end setmetatable({}, m)", "forbidden"),
    "the metatable of app": ("setmetatable(app, {})", "error"),
    "the metatable of text": ("getmetatable('').__index = nil", "error"),
    "rawset on app": ("rawset(app, 'parallel', nil) rawset(app.integrations, 'cal-com', nil) return app.integrations['cal-com'].x", "unknown_function"),
    "bytecode": ("return load('\\27Lua')", "error"),
    "a comparison that breaks the sort": ("local t = {} for i = 1, 100 do t[i] = i end table.sort(t, function() return true end) error('sorted')", "error"),
    "the pause of app.parallel, forged": ("app.parallel{ function() coroutine.yield() end }", "error"),
    "resuming a function of app.parallel": (CAL + "local c app.parallel{ function() c = coroutine.running() cal.list_teams{} end, function() coroutine.resume(c) end }", "bad_argument"),
    "closing a function of app.parallel": (CAL + "local c app.parallel{ function() c = coroutine.running() cal.list_teams{} end, function() coroutine.close(c) end }", "bad_argument"),
    "an account that is none": (CAL + "return cal.default.default", "unknown_function"),
    "a key that is asked for": (CAL + "return cal.api_key", "unknown_function"),
    "an error that is no text": ("error(setmetatable({}, { __tostring = function() return 1 end }))", "error"),
    "an error with a cycle": (CAL + "local _, e = pcall(cal.get_booking, {}) e.e = e e.message = e e.code = {} error(e)", "error"),
}  # fmt: skip


@pytest.fixture(scope="module")
def known_script() -> str:
    return CAL + "return cal.get_current_user{}.user.username .. #app.parallel{ function() return 1 end }"


@pytest.fixture
async def lua(tools: Toolkit) -> AsyncIterator[Lua]:
    async with Lua(tools, limits=LuaLimits(memory=16 << 20, cpu=0.3, wall=30, calls=50)) as lua:
        yield lua


@pytest.mark.parametrize(("script", "codes"), HOSTILE.values(), ids=HOSTILE)
async def test_it_ends_in_a_clean_error_and_the_next_script_runs(
    lua: Lua, known_script: str, script: str, codes: str
) -> None:
    assert (await lua.run("before = 1")).success
    result = await lua.run(script)
    assert not result.success, result
    assert result.error is not None
    assert result.meta["error"]["code"] in codes.split("|"), result.error
    assert "\n" not in result.error
    assert len(result.error) < 3000
    assert result.memory_usage <= (16 << 20) + (1 << 16)
    assert result.execution_time_ms < 20_000
    assert len(result.integration_calls) <= 50
    again = await lua.run(known_script)
    assert (again.error, again.result) == (None, "ada1")
    kept = (await lua.run("return before")).result
    assert kept == (None if result.meta["state_lost"] else 1)


async def test_what_leads_outside_is_not_there(lua: Lua) -> None:
    for name in ABSENT:
        result = await lua.run(f"local ok, value = pcall(function() return {name} end) return not ok or not value")
        assert result.result is True, name
    assert (await lua.run("return pcall(function() return string.format end)")).error is not None  # what is there, is


async def test_no_value_of_python_can_be_reached(lua: Lua) -> None:
    """Everything that can be walked to from the globals is a value of Lua, and no function is Python's."""
    result = await lua.run("""
    local seen, kinds, queue = {}, {}, { _G }
    while #queue > 0 do
      local value = table.remove(queue)
      local kind = math.type(value) or type(value)
      kinds[kind] = (kinds[kind] or 0) + 1
      if (kind == "table" or kind == "function") and not seen[value] then
        seen[value] = true
        local metatable = getmetatable(value)
        if metatable then queue[#queue + 1] = metatable end
        if kind == "table" then
          for k, v in next, value do queue[#queue + 1] = k queue[#queue + 1] = v end
        end
      end
    end
    queue = nil
    return kinds
    """)
    assert result.error is None
    assert set(result.result) <= {"table", "function", "string", "float", "integer", "boolean"}
    assert result.result["function"] > 80


async def test_tampering_with_the_library_harms_the_script_alone(lua: Lua, known_script: str) -> None:
    result = await lua.run(
        CAL
        + """
    for _, library in ipairs{ string, table, math, utf8, coroutine, json, docs } do
      for name in pairs(library) do library[name] = function() error("tampered") end end
    end
    local user = cal.get_current_user{}.user
    print(user.username, { 1, 2 })
    for name in pairs(_G) do if name ~= "_G" and name ~= "print" and name ~= "user" then _G[name] = nil end end
    print("nothing left")
    return { user = user.username }
    """
    )
    assert (result.error, result.result) == (None, {"user": "ada"})
    assert result.output == "ada\t{ 1, 2 }\nnothing left\n"


async def test_the_process_holds_no_key_and_opens_nothing(
    lua: Lua, world: Sandbox, monkeypatch: pytest.MonkeyPatch, known_script: str
) -> None:
    if not Path("/proc/self/maps").exists():
        pytest.skip("no /proc to look into")
    monkeypatch.setenv("CALCOM_API_KEY", "cal_test_secret_of_the_environment")
    assert (await lua.run(known_script)).success
    assert lua._process is not None
    process = Path("/proc") / str(lua._process._process.pid)
    assert b"CALCOM" not in (process / "environ").read_bytes()
    assert b"cal_" not in (process / "cmdline").read_bytes()
    limits = {line[:26].strip(): line[26:47].strip() for line in (process / "limits").read_text().splitlines()}
    assert limits["Max open files"] == "0"
    assert limits["Max processes"] == "0"
    assert limits["Max file size"] == "0"
    assert int(limits["Max address space"]) < 300 << 20
    assert limits["Max cpu time"] != "unlimited"
    assert {entry.name for entry in (process / "fd").iterdir()} == {"0", "1", "2"}
    keys = [key.encode() for key in world.account_keys.values()]
    assert len(keys) == 3
    here = Path("/proc/self")
    assert all(any(key in region for region in _memory(here)) for key in keys)  # so that looking there means something
    for region in _memory(process):
        assert not [key for key in keys if key in region]
        assert b"cal_test_secret_of_the_environment" not in region


def _memory(process: Path) -> list[bytes]:
    """What is in a process's memory, as far as it can be read."""
    regions = []
    with (process / "mem").open("rb", buffering=0) as memory:
        for line in (process / "maps").read_text().splitlines():
            span, rights = line.split()[:2]
            if not rights.startswith("rw"):
                continue
            start, end = (int(edge, 16) for edge in span.split("-"))
            memory.seek(start)
            with contextlib.suppress(OSError):
                regions.append(memory.read(end - start))
    return regions
