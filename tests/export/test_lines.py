"""A page cut into lines holds the rows that a parser finds in it, whatever JSON the server sends."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from list_server import make_rows

from calcom_async.errors import DecodeError
from calcom_async.export.answer import CREATED, read_answer
from calcom_async.export.encoders import JsonLinesEncoder
from calcom_async.export.lines import BLOCK_BYTES, Lines, blocks_of, read_lines

awkward = st.sampled_from(['},{"id":', '],"', "]}", '":"', "\\", '"', "\n", "data", '{"data":[', ",", "é", "\u2028"])
texts = st.one_of(st.text(max_size=4), awkward, st.lists(awkward, max_size=3).map("".join))
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), texts)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(["id", "uid", "data"]), texts), inner, max_size=3),
    ),
    max_leaves=6,
)
rows = st.one_of(
    values,
    st.fixed_dictionaries(
        {"id": st.integers(), "uid": texts},
        optional={"hosts": st.lists(st.fixed_dictionaries({"id": st.integers()}), max_size=3), "createdAt": texts},
    ),
)
spaces = st.sampled_from(["", "", "", " ", "\n", "\r\n", "\t  "])
members = st.lists(
    st.one_of(
        st.tuples(st.one_of(st.just("status"), texts.filter(lambda name: name not in {"data", "pagination"})), values),
        st.tuples(st.just("data"), st.lists(values, max_size=2)),
        st.tuples(st.just("pagination"), st.fixed_dictionaries({"totalItems": scalars})),
    ),
    max_size=2,
)


@st.composite
def pages(draw: st.DrawFn) -> str:
    """A list of rows between other members, with white space here and there."""
    colon = draw(st.sampled_from([":", ": "]))
    comma = draw(st.sampled_from([",", ",", ", ", ",\n"]))
    ascii_only = draw(st.booleans())

    def text(value: Any) -> str:
        return json.dumps(value, ensure_ascii=ascii_only, separators=(comma, colon))

    def pairs(found: list[tuple[str, Any]]) -> list[str]:
        return [f"{text(name)}{colon}{text(value)}" for name, value in found]

    inner = "".join(
        f"{draw(spaces)}{text(row)}{draw(spaces)}," for row in draw(st.lists(rows, max_size=4))
    ).removesuffix(",")
    listed = f'"data"{draw(spaces)}:{draw(spaces)}[{draw(spaces)}{inner}{draw(spaces)}]{draw(spaces)}'
    joint = f"{draw(spaces)},"
    return "{" + joint.join([*pairs(draw(members)), listed, *pairs(draw(members))]) + "}" + draw(spaces)


@settings(max_examples=600, deadline=None)
@given(pages())
@example('{"status":"success","data":[{"a":1},{"b":[{"id":1},{"id":2}]}],"pagination":{"totalItems":2}}')
@example('{"data":[{"a":1} ,{"b":"]}"}]}')
@example('{"data":[{"a":1}, {"b":[1]}],"data":[{"a":1}]}')
@example('{"data":[{"a":1}],"d\\u0061ta":[{"b":2}]}')
@example('{"x":{"data":[1,2]},"data":[3,4]}')
@example('{"data":[ {"a":"],\\":\\":"}],":":{}}')
@example('{"data":[{"id":1,"hosts":[{"id":1},{"id":2}]},{"id":2,"metadata":{}},{"id":3,"metadata":{}}]}')
@example('{"data":[{"id":1,"hosts":[{"id":1},{"id":2}]},{"uid":"a"}]}')
@example('{"data":[{"id":1},{"id":2}],"pagination":null}')
@example('{"data":[{"id":1} ,{"id":2},{"id":3} ]}')
@example('{"data":[{"id":1},{"id":2}],"more":[{"id":3},{"id":4}]}')
@example('{"data":[{"id":1},{"id":2}],"data":[]}')
def test_the_lines_are_the_rows_of_the_page(page: str) -> None:
    wire = json.loads(page)["data"]
    found = read_answer(page.encode()).rows
    written = bytes(JsonLinesEncoder().encode(found.raws))
    assert [json.loads(line) for line in written.split(b"\n")[:-1]] == wire
    assert [json.loads(row.raw) for row in found] == wire
    for first, last in ((1, None), (0, -1), (1, -1), (2, 3)):
        part = bytes(JsonLinesEncoder().encode(found[first:last].raws))
        assert [json.loads(line) for line in part.split(b"\n")[:-1]] == wire[first:last]


def test_an_ordinary_page_is_written_as_it_came() -> None:
    bodies = [row.body for row in make_rows(300, seed=5)][:250]
    page = b'{"status":"success","data":[' + b",".join(bodies) + b'],"pagination":{"totalItems":300}}'
    found = read_answer(page).rows.raws
    assert isinstance(found, Lines)
    assert bytes(found.text()) == b"".join(body + b"\n" for body in bodies)
    later = found[1:249]
    assert isinstance(later, Lines)
    assert bytes(later.text()) == b"".join(body + b"\n" for body in bodies[1:249])
    assert (later[0], later[-1], list(later[::100])) == (bodies[1], bodies[248], [bodies[1], bodies[101], bodies[201]])
    assert bytes(JsonLinesEncoder().encode(found[3:3])) == b""
    with pytest.raises(IndexError):
        later[248]


def between(rows: list[bytes], gap: bytes = b",") -> bytes:
    return b'{"status":"success","data":[' + gap.join(rows) + b'],"pagination":{"totalItems":9,"itemsPerPage":100}}'


def test_an_ordinary_page_is_read_in_one_pass() -> None:
    bodies = [row.body for row in make_rows(300, seed=5)][:250]
    found = read_lines(between(bodies), CREATED.row)
    assert found is not None
    lines, glances, members = found
    assert (list(lines), members["pagination"]["totalItems"]) == (bodies, 9)
    assert [glance.uid for glance in glances] == [json.loads(body)["uid"] for body in bodies]
    # Several hosts, each beginning with an id, are no rows.
    hosted = [b'{"id":%d,"hosts":[{"id":1},{"id":2}],"uid":"b%d","metadata":{"a":1}}' % (n, n) for n in range(3)]
    found = read_lines(between(hosted), CREATED.row)
    assert found is not None
    assert list(found[0]) == hosted
    answer = read_answer(between(hosted))
    assert (answer.size, answer.total, [row.uid for row in answer.rows]) == (100, 9, ["b0", "b1", "b2"])


@pytest.mark.parametrize("gap", [b"", b" ", b",,", b"\n", b",\r\n", b"\r"])
def test_rows_that_are_parted_otherwise_are_left_to_a_closer_look(gap: bytes) -> None:
    rows = [b'{"id":1}', b'{"id":2}', b'{"id":3}']
    assert read_lines(between(rows, gap), CREATED.row) is None
    if gap == b",\r\n":
        assert [json.loads(row.raw) for row in read_answer(between(rows, gap)).rows] == [json.loads(r) for r in rows]
    else:
        with pytest.raises(DecodeError):
            read_answer(between(rows, gap))


def test_a_pagination_that_is_none_is_refused_as_before() -> None:
    with pytest.raises(DecodeError):
        read_answer(b'{"data":[{"id":1},{"id":2}],"pagination":5}')
    with pytest.raises(DecodeError):
        read_answer(b'{"pagination":5,"data":[{"id":1},{"id":2}]}')


def test_a_file_is_read_in_blocks_of_whole_lines() -> None:
    lines = [b"%d" % n * (n % 90) + b"\n" for n in range(9_000)]
    lines[4_000] = b"x" * (2 * BLOCK_BYTES) + b"\n"
    text = b"".join(lines)
    blocks = list(blocks_of(io.BytesIO(text)))
    assert b"".join(blocks) == text
    assert len(blocks) > 3
    assert all(block.endswith(b"\n") for block in blocks)
    assert [line + b"\n" for block in blocks for line in Lines.of_text(block)] == lines
    assert list(blocks_of(io.BytesIO(b"a\nb"))) == [b"a\n", b"b"]
    assert list(Lines.of_text(b"a\nb")) == [b"a", b"b"]
    assert list(blocks_of(io.BytesIO(b""))) == []
