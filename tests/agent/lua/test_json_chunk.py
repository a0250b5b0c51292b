"""JSON within Lua: what is decoded and encoded again is what it was."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import calcom_async.agent.lua as package

lua54 = pytest.importorskip("lupa.lua54")


@pytest.fixture(scope="module")
def room() -> Any:
    """The chunks that JSON needs, in this process."""
    lua = lua54.LuaRuntime(encoding=None, register_eval=False, register_builtins=False)
    room = lua.table()
    for name in ("errors", "json"):
        lua.execute((Path(package.__file__).parent / f"{name}.lua").read_bytes(), room, lambda _: b"")
    return room


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@pytest.mark.parametrize("answered", [False, True], ids=["decoded", "answered"])
@given(value=values)
def test_what_comes_goes_again(room: Any, answered: bool, value: Any) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=1)):
        again = room[b"encode"](room[b"decode"](text.encode("utf-8", "surrogatepass"), answered))
        assert same(json.loads(again), json.loads(text))


def same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=0, abs_tol=0)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


@pytest.mark.parametrize(
    "text",
    ["", " ", "{", "[", "[1", "[1,]", '{"a"}', '{"a":}', '{"a":1,}', "{a:1}", "tru", "nul", "01", "-", "1.", ".5", "1e", "+1",
     '"a', '"\\x"', '"\\u12"', '"a\nb"', "1 2", "[1 2]", "nan", "[" * 200 + "]" * 200, "'a'", "{1:2}", "--1", "1.e5"],
)  # fmt: skip
def test_what_is_no_json_is_refused(room: Any, text: str) -> None:
    with pytest.raises(lua54.LuaError):
        room[b"decode"](text.encode(), False)


@pytest.mark.parametrize(
    ("text", "again"),
    [
        (b'"\\ud83d\\ude00"', '"\N{GRINNING FACE}"'),
        (b'"\\ud83d"', '"\N{REPLACEMENT CHARACTER}"'),
        (b'"\xff\xfea"', '"\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}a"'),
        (b"1e2", "100.0"),
        (b"9223372036854775808", "9.2233720368547758e+18"),
        (b'{"b":1,"a":null}', '{"a":null,"b":1}'),
        (b'"\\u0000\x7f"', '"\\u0000\\u007f"'),
    ],
)
def test_the_corners(room: Any, text: bytes, again: str) -> None:
    assert room[b"encode"](room[b"decode"](text, False)).decode() == again
