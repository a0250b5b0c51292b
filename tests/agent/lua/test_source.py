"""Reserved words as names of fields: rewritten where they are keys, and nowhere else."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcom_async.agent.lua.source import RESERVED, tokens, with_reserved_fields

lua54 = pytest.importorskip("lupa.lua54")

REWRITTEN = [
    ('{ end = "x" }', '{ ["end"] = "x" }'),
    ("{end=1,function=2;in=3}", '{["end"]=1,["function"]=2;["in"]=3}'),
    ("{ a = { repeat = 1 }, until = 2 }", '{ a = { ["repeat"] = 1 }, ["until"] = 2 }'),
    ("{ f = function() return 1 end, end = 2 }", '{ f = function() return 1 end, ["end"] = 2 }'),
    ("{ f = function() if x then y = { if = 1 } end end, nil = 2 }", '{ f = function() if x then y = { ["if"] = 1 } end end, ["nil"] = 2 }'),
    ("{ f = function() repeat local a, b = 1 until a end, or = 2 }", '{ f = function() repeat local a, b = 1 until a end, ["or"] = 2 }'),
    ("{ f = function() for i = 1, 2 do end while x do end end, and = 2 }", '{ f = function() for i = 1, 2 do end while x do end end, ["and"] = 2 }'),
    ("{ -- end = 1,\n end = 2 }", '{ -- end = 1,\n ["end"] = 2 }'),
    ("{ --[==[ , end = ]] ]==] end = 2 }", '{ --[==[ , end = ]] ]==] ["end"] = 2 }'),
    ("{ [1] = (function() return 1 end)(), end\n=\n2 }", '{ [1] = (function() return 1 end)(), ["end"]\n=\n2 }'),
    ("x.end", 'x["end"]'),
    ("booking . end:sub(1, 2)", 'booking  ["end"]:sub(1, 2)'),
    ("x.end.until = a..b", 'x["end"]["until"] = a..b'),
    ("#!/usr/bin/lua\nx.end = 1", '#!/usr/bin/lua\nx["end"] = 1'.replace("#!", "--#!")),
]  # fmt: skip

LEFT_ALONE = [
    "{ x == 1, not y, nil, true }",
    "{ function() end, function(a, b) return a == b end }",
    '{ ["end"] = 1, end_ = 2, ending = 3 }',
    "if a then b = 1 end",
    "for i = 1, 2 do local x, y = i end",
    "x = '{ end = 1 }' y = \"{ end = 1 }\" z = [[{ end = 1 }]] w = [=[{ end = ]] }]=]",
    'x = "a \\" { end = 1" y = \'a \\z  \n { end = 1\'',
    "-- { end = 1 }\n--[[ { end = 1 } ]] x = 1",
    "local function f() return a..b, 1 ..2 end",
    "x = 3. y = .5 z = 0x1p-3 w = 0xA.8 v = 1e-5",
    "::end_:: goto end_",
    "f{ g(function() end), h }",
    "x = { unfinished = 'text, end = 1",
    "x = { unfinished = [==[ end = 1 ]]",
    "--[[ { end = 1",
    "} ) ] end until {",
    "#x",
    "f(a, end = 1)",
    "local a, b = 1; end = 2",
    "x = { f = function() a = 1; end = 2 end }",
    "x = { (function() local a, end = 2 end)() }",
    "x = { f(a, end = 1), g[1, end == 2] }",
    "",
]


@pytest.mark.parametrize(("written", "meant"), REWRITTEN)
def test_a_reserved_word_is_a_key_where_only_a_key_can_stand(written: str, meant: str) -> None:
    assert with_reserved_fields(written) == meant
    assert meant.count("\n") == written.count("\n")


@pytest.mark.parametrize("source", LEFT_ALONE)
def test_everything_else_stays_as_it_is(source: str) -> None:
    assert with_reserved_fields(source) == source


@pytest.mark.parametrize("source", [*LEFT_ALONE, *(written for written, _ in REWRITTEN)])
def test_the_pieces_are_the_source(source: str) -> None:
    assert "".join(token.text for token in tokens(source)) == source


@given(st.text(alphabet=string.ascii_lowercase + "{}[]()=,;.:-'\"\\ \n\r#z", max_size=60))
def test_any_text_keeps_its_lines_and_its_pieces(source: str) -> None:
    assert "".join(token.text for token in tokens(source)) == source
    assert with_reserved_fields(source).count("\n") == source.count("\n")


def test_a_megabyte_of_brackets_takes_no_time() -> None:
    for source in ("[" * 300_000, '"\\z ' * 200_000, "{" * 300_000, "--[=" * 200_000):
        assert "".join(token.text for token in tokens(source)) == source


# What a table constructor means: Python's value, and how Lua would be given it.
names = st.sampled_from([*sorted(RESERVED), "a", "ending", "x1"])
leaves = st.one_of(st.integers(0, 99).map(lambda n: (n, str(n))), st.booleans().map(lambda b: (b, str(b).lower())),
                   st.sampled_from([("end = 1", "'end = 1'"), ("]]", '"]]"'), ("in", "[==[in]==]")]))  # fmt: skip
wrappers = st.sampled_from(
    [
        "{}",
        "(function() return {} end)()",
        "(function() local a, b = {{ end = 1 }}, 2 if a.end == 1 then return {} end end)()",
        "(function() for i = 1, 2 do repeat local x = i until x end return {} end)()",
    ]
)


def tables(inner: st.SearchStrategy[tuple[object, str]]) -> st.SearchStrategy[tuple[object, str]]:
    field = st.tuples(names, inner, wrappers, st.sampled_from([",", ";", ",\n", ", -- end = 3,\n", ", --[[ end = ]] "]))
    return st.lists(field, max_size=4, unique_by=lambda f: f[0]).map(
        lambda fields: (
            {name: value for name, (value, _), _, _ in fields},
            "{ " + "".join(f"{n} = {w.replace('{{', '{').replace('}}', '}').replace('return {}', 'return ' + t) if 'return' in w else t}{s}"
                           for n, (_, t), w, s in fields) + " }",
        )
    )  # fmt: skip


@given(st.recursive(leaves, tables, max_leaves=8).filter(lambda pair: isinstance(pair[0], dict)))
def test_a_constructor_with_reserved_names_means_what_it_says(pair: tuple[object, str]) -> None:
    meant, source = pair
    lua = lua54.LuaRuntime(register_eval=False, register_builtins=False)
    assert plain(lua.execute("return " + with_reserved_fields(source))) == meant


def plain(value: object) -> object:
    return {key: plain(item) for key, item in value.items()} if lua54.lua_type(value) == "table" else value  # type: ignore[attr-defined]
