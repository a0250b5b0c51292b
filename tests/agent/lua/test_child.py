"""The program within a script's process, run in this one: messages, the bridge that never raises, its limits."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from calcom_async.agent.lua import child
from calcom_async.agent.lua.process import _CHUNKS

lua54 = pytest.importorskip("lupa.lua54")

HERE = Path(child.__file__).parent
CHUNKS = [(HERE / f"{name}.lua").read_text(encoding="utf-8") for name in _CHUNKS]
SETTING = {"memory": 8 << 20, "cpu": 1, "chunks": CHUNKS}
FIRST = {
    "functions": ["list_teams"], "accounts": ["default"], "walkers": {}, "output_limit": 1000, "message_limit": 1000,
    "result_limit": 1000,
}  # fmt: skip


def framed(*messages: bytes) -> io.BytesIO:
    return io.BytesIO(b"".join(child.LENGTH.pack(len(message)) + message for message in messages))


def script(source: str, **more: Any) -> bytes:
    return b"r" + json.dumps({"source": source, "name": "script", "cpu_limit": 1, **more}).encode()


def answer(**fields: Any) -> bytes:
    return b"a" + json.dumps(fields).encode()


def served(*messages: bytes) -> list[Any]:
    """What is answered to these messages: texts are output."""
    out = io.BytesIO()
    child.serve(child.Connection(framed(*messages), out), SETTING, lua54.LuaRuntime, before=lambda: None)
    out.seek(0)
    told = []
    while head := out.read(child.LENGTH.size):
        body = out.read(child.LENGTH.unpack(head)[0])
        told.append(body[1:].decode() if body[:1] == b"o" else json.loads(body))
    return told


def test_scripts_are_run_one_after_the_other() -> None:
    told = served(script("print('a') x = 1 return 2", **FIRST), script("return x"))
    assert told[0] == "a\n"
    assert [report["result_json"] for report in told[1:]] == ["2", "1"]
    assert all(report["op"] == "done" for report in told[1:])


def test_a_call_waits_for_its_answer_and_late_ones_are_nobody_s() -> None:
    call = 'return app.integrations["cal-com"].list_teams{}.n'
    told = served(
        script(call, **FIRST), answer(id=1, data={"n": 5}), answer(id=1, data={"n": 6}), answer(id=7, stop={"code": "x"}),
        script(call), answer(id=1, data={"n": 7}), answer(id=2, data={"n": 8}),
    )  # fmt: skip
    assert told[0] == {"op": "call", "id": 1, "name": "list_teams", "arguments": {}}
    assert told[1]["result_json"] == "5"
    assert told[2]["id"] == 2
    assert told[3]["result_json"] == "8"


def test_an_answer_that_stops_ends_the_run() -> None:
    call = 'while true do pcall(app.integrations["cal-com"].list_teams) end'
    stop = {"code": "call_limit", "message": "too many", "advice": "less"}
    _, report = served(script(call, **FIRST), answer(id=1, stop=stop))
    assert report["error"] == {**stop, "line": 1}


def test_an_answer_that_does_not_fit_ends_the_run_and_not_the_process() -> None:
    call = 'return #app.integrations["cal-com"].list_teams{}.text'
    told = served(
        script(call, **FIRST),
        answer(id=1, data={"text": "x" * (9 << 20)}),
        script(call),
        answer(id=2, data={"text": "xy"}),
    )
    assert told[1]["error"]["code"] == "memory_limit"
    assert told[3]["result_json"] == "2"


def test_the_bridge_never_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[int] = []
    monkeypatch.setattr(child, "_leave", left.append)
    connection = child.Connection(io.BytesIO(b""), io.BytesIO())
    bridge = child.Bridge(connection, 1 << 20)
    assert bridge.cross(b"r") == b""  # before there is a Lua
    bridge.lua = lua54.LuaRuntime(encoding=None, max_memory=1 << 20)
    assert bridge.cross(b"?") == b""
    connection.interrupted = True
    assert bridge.cross(b"?") == b"!"
    assert bridge.cross(b"r") == b""  # the other side has gone
    assert bridge.cross(["no bytes"]) == b""
    assert left == [1, 0, 1]


def test_an_answer_may_go_beyond_the_limit_only_until_the_next_message() -> None:
    memory = 1 << 20
    bridge = child.Bridge(child.Connection(framed(b"a" + b"x" * 900_000), io.BytesIO()), memory)
    bridge.lua = lua = lua54.LuaRuntime(encoding=None, max_memory=memory)
    lua.execute(b"kept = ('x'):rep(100000)")
    assert len(bridge.cross(b"r")) == 900_000
    assert memory < lua.get_max_memory() < memory + 2 * child.SPARE
    assert bridge.cross(b"?") == b""
    assert lua.get_max_memory() == memory


def test_no_attribute_of_python_is_handed_out() -> None:
    with pytest.raises(AttributeError):
        child._refuse(object(), "anything")
