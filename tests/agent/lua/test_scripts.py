"""What scripts see: the functions under every name, errors as values, output, return values, null."""

from __future__ import annotations

import pytest

from calcom_async.agent import Permissions, Toolkit
from calcom_async.agent.lua import Lua, run_lua
from calcom_async.errors import InvalidRequestError
from calcom_async.sandbox import Sandbox

CAL = 'local cal = app.integrations["cal-com"]\n'

NAMES = {
    'app.integrations["cal-com"].get_current_user{}': "ada",
    "app.integrations.cal_com.get_current_user{}": "ada",
    "app.integrations.cal_com.cal_com_get_current_user()": "ada",
    'app.integrations["cal-com"].default.get_current_user({})': "ada",
    'app.integrations["cal-com"].work.get_current_user({})': "grace",
    "app.integrations.cal_com.personal.cal_com_get_current_user({})": "mary",
}


@pytest.mark.parametrize(("call", "who"), NAMES.items())
async def test_a_function_has_all_its_names_in_every_account(lua: Lua, call: str, who: str) -> None:
    result = await lua.run(f"return {call}.user.username")
    assert (result.error, result.result) == (None, who)


async def test_the_account_of_a_run_is_that_of_its_plain_calls(tools: Toolkit) -> None:
    script = CAL + "return cal.get_current_user{}.user.username, cal.default.get_current_user{}.user.username"
    result = await run_lua(script, tools, account="work")
    assert result.result == ["grace", "ada"]
    assert result.meta["account"] == "work"
    assert [call.account for call in result.integration_calls] == ["work", "default"]
    with pytest.raises(InvalidRequestError, match="default, work, personal"):
        await run_lua("", tools, account="nobody")


async def test_default_is_the_default_account_whatever_its_name_is(world: Sandbox) -> None:
    async with world.client(api_key=world.account_keys["work"]) as cal, Toolkit({"office": cal}) as tools:
        result = await run_lua(CAL + "return cal.default.get_current_user{}.user.username", tools)
    assert result.result == "grace"


async def test_output_and_return_values_are_kept_apart(lua: Lua) -> None:
    result = await lua.run('print("a", 1, nil, true) print() print({2, x = "y"}) return 1.5, nil, {b = 1}, "z"')
    assert result.success
    assert result.output == 'a\t1\tnil\ttrue\n\n{ 2, x = "y" }\n'
    assert result.result == [1.5, None, {"b": 1}, "z"]
    assert result.to_dict()["result"] == [1.5, None, {"b": 1}, "z"]
    assert result.memory_usage > 0
    assert result.execution_time_ms > 0
    assert (await lua.run("local x = 1")).result is None


async def test_a_table_is_printed_in_an_order_that_stays(lua: Lua) -> None:
    script = """
    local t = {z = 1, a = {1, 2, {}}, [3] = "three", ["end"] = "\\n\\"", [true] = null, f = print}
    t.itself = t
    print(t)
    for i = 1, 30 do t["key" .. i] = i end
    print(t)
    """
    result = await lua.run(script)
    first, _, rest = result.output.partition("\n")
    assert first == "{"
    assert (
        '  [3] = "three",\n  a = { 1, 2, {} },\n  ["end"] = "\\n\\"",\n  f = <function>,\n  itself = <itself>,\n'
        in rest
    )
    assert "[true] = null" in rest
    assert (await lua.run(script)).output == result.output


async def test_a_failed_call_is_an_error_that_says_what_to_do(lua: Lua) -> None:
    result = await lua.run(CAL + "\nprint('before')\nlocal b = cal.get_booking{ id = 99999 }\nprint('after')")
    assert not result.success
    assert result.output == "before\n"
    assert result.error is not None
    assert result.error.startswith("script:4: get_booking: ")
    error = result.meta["error"]
    assert (error["code"], error["line"], error["function"]) == ("not_found", 4, "get_booking")
    assert error["advice"]
    assert result.error.endswith(error["advice"])
    assert [call.error for call in result.integration_calls] == ["not_found"]


async def test_pcall_gives_the_error_as_a_table(lua: Lua) -> None:
    result = await lua.run(
        CAL
        + """
    local ok, problem = pcall(cal.get_booking, { id = {} })
    print(ok, problem.code, problem.parameter, type(problem.message), type(problem.advice), problem.line)
    print(tostring(problem) == problem.message .. "; " .. problem.advice, "text: " .. problem)
    local ok, status = xpcall(cal.api_get, function(problem) return problem.status end, { path = "bookings/nothing" })
    print(ok, status)
    return "went on"
    """
    )
    assert result.result == "went on"
    lines = result.output.splitlines()
    assert lines[0] == "false\twrong_parameter\tid\tstring\tstring\t3"
    assert lines[1].startswith("true\ttext: get_booking: ")
    assert lines[2] == "false\t404"


UNKNOWN = {
    "cal.list_booking{}": ("unknown_function", "list_bookings"),
    "cal.cal_com_list_teamz{}": ("unknown_function", "list_teams"),
    "cal.wrok.list_bookings{}": ("unknown_function", "work"),
    "cal.work.get_curent_user{}": ("unknown_function", "get_current_user"),
    "app.integrations.google.list{}": ("unknown_integration", "cal-com"),
    'docs.read("list_booking")': ("unknown_page", "list_bookings"),
    "cal.list_bookings{ limitt = 5 }": ("unknown_parameter", "limit"),
}


@pytest.mark.parametrize(("script", "told"), UNKNOWN.items())
async def test_an_unknown_name_suggests_one(lua: Lua, script: str, told: tuple[str, str]) -> None:
    result = await lua.run(CAL + script)
    code, suggestion = told
    assert result.meta["error"]["code"] == code
    assert result.error is not None
    assert suggestion in result.error
    assert result.meta["error"]["line"] == 2


WRONG = {
    "cal.get_booking(123)": "takes one table of named arguments, not a number",
    "cal.get_booking{ 123 }": "not a list",
    "cal:get_booking{ id = 123 }": "one table of named arguments",
    "cal.get_booking{ id = print }": "id has no JSON form: it is a function",
    "app.integrations.x = 1": "can't be changed",
    "cal.mine = 1": "can't be changed",
    "app.parallel(1)": "needs a table of functions",
    "app.parallel{ 1 }": "item 1 is no function",
    "app.parallel{ a = print }": "without names",
    "docs.read(1)": "needs a text",
    'docs.search("x", "y")': "whole number",
    "json.decode()": "needs a text",
    "json.decode('{')": "not JSON",
    "json.encode()": "needs a value",
    "json.encode{ 1, nil, 3 }": "holes",
    "json.encode{ 1, a = 2 }": "positions and named fields",
    "json.encode(0/0)": "no JSON form",
    "null.x = 1": "null has no fields",
    "x.y.z = 1": "attempt to index a nil value (global 'x')",
    "error('mine')": "mine",
    "error{ code = 7 }": "{ code = 7 }",
    "error()": "nil",
    "local x = = 1": "unexpected symbol near '='",
    "return function() end": "it is a function",
}


@pytest.mark.parametrize(("script", "message"), WRONG.items())
async def test_what_is_wrong_is_said(lua: Lua, script: str, message: str) -> None:
    result = await lua.run(CAL + script)
    assert not result.success
    assert result.error is not None
    assert message in result.error
    assert result.result is None


async def test_the_line_of_an_error_is_the_script_s_own(lua: Lua) -> None:
    result = await lua.run(
        'local b = {\n  end = 1,\n  function = 2,\n}\nprint(b.end, b["function"])\nerror("here")', name="a b.lua"
    )
    assert result.output == "1\t2\n"
    assert result.error == "a b.lua:6: here"
    assert result.meta["error"] == {"code": "error", "message": "a b.lua:6: here", "line": 6}


async def test_null_is_told_from_absent(lua: Lua) -> None:
    result = await lua.run(
        CAL
        + """
    local decoded = json.decode('{"a": null, "list": [], "none": {}, "items": [1, null]}')
    print(decoded.a == null, decoded.a == json.null, decoded.b == nil, tostring(decoded.a))
    print(json.encode(decoded), json.encode(json.array{}), json.encode({}), json.encode({ a = null }))
    local user = cal.get_current_user{}.user
    local name
    for field in pairs(user) do if json.is_null(user, field) then error("walked") end end
    return json.encode(user)
    """
    )
    assert result.error is None
    assert result.output.splitlines() == [
        "true\ttrue\ttrue\tnull",
        '{"a":null,"items":[1,null],"list":[],"none":{}}\t[]\t{}\t{"a":null}',
    ]


async def test_a_null_field_of_an_answer_reads_as_nil_and_stays_null(tools: Toolkit) -> None:
    script = (
        CAL
        + """
    local b = cal.get_booking{ id = 123 }.booking
    for _, name in ipairs{ "cancellationReason", "location", "title", "nothing" } do
      print(name, b[name] == nil, json.is_null(b, name))
    end
    return b, json.encode(b)
    """
    )
    answer = (await tools.call("get_booking", {"id": 123})).data
    assert answer is not None
    result = await run_lua(script, tools)
    booking = answer["booking"]
    for line in result.output.splitlines():
        name, absent, null = line.split("\t")
        assert absent == str(booking.get(name) is None).lower()
        assert null == str(name in booking and booking[name] is None).lower()
    import json

    assert result.result[0] == booking
    assert json.loads(result.result[1]) == booking


async def test_iterators_read_every_page(lua: Lua, tools: Toolkit) -> None:
    result = await lua.run(
        CAL
        + """
    local ids = json.array{}
    for b in cal.bookings{ limit = 3 } do ids[#ids + 1] = b.id end
    local types, teams = json.array{}, json.array{}
    for t in cal.event_types{} do types[#types + 1] = t.id end
    for t in cal.work.teams() do teams[#teams + 1] = t.id end
    local past = 0
    for b in cal.bookings{ status = "past" } do past = past + 1 if past == 2 then break end end
    return ids, types, teams, past
    """
    )
    ids, types, teams, past = result.result
    listed = await tools.call("list_bookings", {"limit": 250})
    assert listed.data is not None
    assert ids == [booking["id"] for booking in listed.data["bookings"]]
    assert len(ids) > 9
    assert {7, 42} <= set(types)
    assert teams == [8]
    assert past == 2
    pages = [call for call in result.integration_calls if call.function == "list_bookings"]
    assert len(pages) == -(-len(ids) // 3) + 1


async def test_the_documentation_can_be_read(lua: Lua) -> None:
    result = await lua.run("""
    print(docs.read("list_bookings"):match("%g+ %g+"), #docs.list("bookings") > 3)
    print(docs.search("cancel a booking", 3)[1].page)
    print(lua_read_doc("integrations.cal-com") == docs.read("overview"), #lua_search_docs("slots") > 0, #lua_list_docs() > 10)
    """)
    assert result.error is None
    first, second, third = result.output.splitlines()
    assert first.endswith("\ttrue")
    assert second == "cancel_booking"
    assert third == "true\ttrue\ttrue"
    assert result.integration_calls == ()


async def test_the_namespace_can_be_walked(lua: Lua, tools: Toolkit) -> None:
    result = await lua.run(
        CAL + "local n = {} for name, f in pairs(cal) do n[#n + 1] = name assert(type(f) == 'function') end return n"
    )
    assert result.result == sorted(tools.tools)


async def test_a_rehearsal_sends_no_write(world: Sandbox, tools: Toolkit) -> None:
    script = (
        CAL
        + """
    return cal.create_booking{ eventTypeId = 42, start = "2026-04-10T09:00:00Z", end = "2026-04-10T09:30:00Z",
      responses = { name = "Grace", email = "grace@example.com" } }
    """
    )
    result = await run_lua(script, tools, dry_run=True)
    assert result.error is None
    assert "would_send" in result.result
    assert result.meta["dry_run"] is True
    assert not [seen for seen in world.requests if seen.method != "GET"]


async def test_permissions_hold_within_scripts(world: Sandbox) -> None:
    async with world.client() as cal, Toolkit(cal, permissions=Permissions(write="deny")) as tools:
        result = await run_lua(CAL + "cal.cancel_booking{ id = 123 }", tools)
        allowed = await run_lua(CAL + "return cal.get_booking{ id = 123 }.booking.status", tools)
    assert result.meta["error"]["code"] == "permission_denied", result.error
    assert allowed.result == "accepted"


async def test_a_state_is_kept_between_scripts_and_not_shared(lua: Lua, tools: Toolkit) -> None:
    assert (await lua.run("counter = (counter or 0) + 1 return counter")).result == 1
    assert (await lua.run("counter = (counter or 0) + 1 return counter")).result == 2
    assert (await run_lua("return counter == nil", tools)).result is True


async def test_a_session_takes_expressions_and_says_when_more_is_needed(lua: Lua) -> None:
    assert (await lua.run("1 + 1, 'x'", interactive=True)).output == "2\tx\n"
    assert (await lua.run("y = 5", interactive=True)).output == ""
    assert (await lua.run("y", interactive=True)).output == "5\n"
    unfinished = await lua.run("for i = 1, 2 do", interactive=True)
    assert unfinished.meta["incomplete"] is True
    assert (await lua.run("for i = = 1", interactive=True)).meta["incomplete"] is False
    seen: list[str] = []
    await lua.run("print(1) print(2)", on_output=seen.append)
    assert seen == ["1\n", "2\n"]


async def test_a_script_that_forgot_where_cal_comes_from_is_told(lua: Lua) -> None:
    result = await lua.run("return #cal.list_teams({}).teams")
    assert result.meta["error"]["advice"] == 'begin the script with: local cal = app.integrations["cal-com"]'
