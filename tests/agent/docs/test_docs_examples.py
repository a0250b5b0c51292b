"""Calls as they are written in Lua, Python and a shell mean what the arguments say."""

from __future__ import annotations

import ast
import json
import shlex
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcom_async.agent.docs_examples import lua_call, lua_value, python_call, shell_call

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.from_regex(r"[a-z][A-Za-z]{0,8}", fullmatch=True)


def test_as_they_are_read() -> None:
    arguments = {"eventTypeId": 42, "end": "2026-04-10T09:30:00Z", "ok": True}
    assert lua_call("create_booking", arguments) == (
        'app.integrations["cal-com"].create_booking({\n'
        '  eventTypeId = 42,\n  ["end"] = "2026-04-10T09:30:00Z",\n  ok = true,\n})'
    )
    assert python_call("create_booking", arguments) == (
        'await toolkit.call("create_booking", {\n'
        '    "eventTypeId": 42,\n    "end": "2026-04-10T09:30:00Z",\n    "ok": True,\n})'
    )
    assert shell_call("create_booking", {"eventTypeId": 42, "responses": {"name": "Ada L"}}) == (
        'calcom-async tools call create_booking \\\n  --arg eventTypeId=42 \\\n  --arg \'responses={"name": "Ada L"}\''
    )
    assert lua_call("list_bookings", {"limit": 5}) == 'app.integrations["cal-com"].list_bookings({ limit = 5 })'
    assert lua_call("list_bookings", {}) == 'app.integrations["cal-com"].list_bookings({})'


@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_python_reads_the_same_values(arguments: dict[str, Any]) -> None:
    call = ast.parse(python_call("a_tool", arguments), mode="eval").body
    assert isinstance(call, ast.Await)
    assert isinstance(call.value, ast.Call)
    assert [ast.literal_eval(node) for node in call.value.args] == ["a_tool", arguments]


@given(VALUES)
def test_lua_reads_the_same_values(value: Any) -> None:
    lupa = pytest.importorskip("lupa")
    lua = lupa.LuaRuntime(encoding="utf-8")
    assert _python_of(lua.eval(lua_value(value)), lupa) == _without_nil(value)


def _python_of(value: Any, lupa: Any) -> Any:
    if lupa.lua_type(value) != "table":
        return value
    return {key: _python_of(item, lupa) for key, item in value.items()}


def _without_nil(value: Any) -> Any:
    """What Lua keeps: no field that is nil, and lists as tables from 1."""
    if isinstance(value, list):
        value = dict(enumerate(value, 1))
    if isinstance(value, dict):
        return {key: _without_nil(item) for key, item in value.items() if item is not None}
    return value


@given(st.dictionaries(NAMES, st.text(st.characters(blacklist_characters="\0"), max_size=8) | VALUES, max_size=4))
def test_a_shell_reads_the_same_values(arguments: dict[str, Any]) -> None:
    words = shlex.split(shell_call("a_tool", arguments).replace("\\\n", ""))
    assert words[:4] == ["calcom-async", "tools", "call", "a_tool"]
    read = dict(text.split("=", 1) for text in words[5::2])
    assert set(words[4::2]) <= {"--arg"}
    assert {
        name: value if isinstance(arguments[name], str) else json.loads(value) for name, value in read.items()
    } == arguments
