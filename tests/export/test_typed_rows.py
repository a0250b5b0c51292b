"""Reading straight into typed fields gives what the slow way gives, whatever the wire holds."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from list_server import make_rows

from calcom_async.export import typed_rows
from calcom_async.export.answer import CREATED, instants_of, moments_of, read_answer
from calcom_async.export.columns import ATTENDEE_FIELDS, BOOKING_FIELDS
from calcom_async.export.typed_rows import BOOKING_COLUMNS, TYPED_READER, Record, are_canonical, read_rows

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8), st.just("2026-12-01T09:00:00.000Z"), st.just("2026-12-01T09:00:00+02:00"),
    st.just("2026-13-01T09:00:00.000Z"),
)  # fmt: skip
values = st.one_of(scalars, st.lists(scalars, max_size=2), st.dictionaries(st.text(max_size=4), scalars, max_size=2))
names = st.one_of(st.sampled_from([*BOOKING_FIELDS, "eventType", "metadata", "guests", "hosts"]), st.text(max_size=6))
people = st.lists(
    st.one_of(scalars, st.dictionaries(st.one_of(st.sampled_from([*ATTENDEE_FIELDS]), st.text(max_size=5)), scalars)),
    max_size=3,
)
bookings = st.builds(
    lambda plain, attendees, hosts: {**plain, **attendees, **hosts},
    st.dictionaries(names, values, max_size=8),
    st.fixed_dictionaries({}, optional={"attendees": people}),
    st.fixed_dictionaries({}, optional={"hosts": people}),
)


def comparable(row: tuple[Any, ...]) -> list[Any]:
    """With JSON text read: the fast way keeps the wire's own text."""
    places = {BOOKING_COLUMNS.index(name) for name in ("metadata", "booking_fields_responses", "other")}
    return [json.loads(v) if n in places and v is not None else v for n, v in enumerate(row)]


def people_of(each: list[tuple[Any, ...]] | None) -> Any:
    return each and [(*person[:-1], person[-1] and json.loads(person[-1])) for person in each]


def agree(rows: list[bytes]) -> None:
    read = read_rows(rows, exact=True)
    for row, (values, hosts, attendees, guests) in zip(rows, read.rows(), strict=True):
        slowly = typed_rows._slowly(row)
        assert comparable(values) == comparable(slowly[0])
        assert (people_of(hosts), people_of(attendees)) == (people_of(slowly[1]), people_of(slowly[2]))
        assert guests == slowly[3]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(bookings, scalars), min_size=1, max_size=4), st.data())
def test_both_ways_agree(wire: list[Any], data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typed_rows, "_READER", typed_rows._Reader())
        agree([json.dumps(each, ensure_ascii=data.draw(st.booleans())).encode() for each in wire])


def test_ordinary_bookings_never_go_the_slow_way_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed_rows, "_READER", typed_rows._Reader())
    rows = [row.body.replace(b'{"id"', b'{"newField":[1],"id"') for row in make_rows(300, seed=3)]
    agree(rows)
    slow = []
    monkeypatch.setattr(typed_rows, "_slowly", slow.append)
    read = read_rows(rows)
    assert slow == []
    assert set(read.columns[-1]) == {'{"newField":[1]}'}
    assert any(json.loads(other or "{}").get("bookingFieldsResponses") for other in read.attendees.columns[-1])


TYPED = attrs.evolve(CREATED, reader=TYPED_READER)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(bookings, scalars), max_size=4))
def test_the_walk_sees_the_same_whatever_reads_the_page(wire: list[Any]) -> None:
    page = json.dumps({"data": wire}, separators=(",", ":")).encode()
    glanced, typed = read_answer(page).rows, read_answer(page, axis=TYPED).rows
    assert list(typed) == list(glanced)
    assert (typed.uids(), typed.statuses()) == (glanced.uids(), glanced.statuses())
    assert (instants_of(typed), moments_of(typed)) == (instants_of(glanced), moments_of(glanced))


def test_a_page_is_read_once_for_the_walk_and_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed_rows, "_READER", typed_rows._Reader())
    page = b'{"data":[' + b",".join(row.body for row in make_rows(250, seed=3)) + b"]}"
    first = read_answer(page, axis=TYPED).rows  # a field is new: a glance at each row, and the field is learnt
    read = read_rows(first.raws, first.glances)
    expected = read.rows()
    for people in (read.hosts, read.attendees):
        assert [list(people.column(place)) for place in range(len(people.columns) - 1)] == [*map(list, people.columns)][
            :-1
        ]
    again = read_answer(page, axis=TYPED).rows
    assert [isinstance(rows.glances[0], Record) for rows in (first, again)] == [False, True]
    monkeypatch.setattr(typed_rows, "_decoded", None)
    assert read_rows(again.raws, again.glances).rows() == expected
    some = again[3:200]
    assert read_rows(some.raws, some.glances).rows() == expected[3:200]
    again.let_go()
    assert len(again) == 250


def test_not_more_than_so_many_fields_are_learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed_rows, "_READER", typed_rows._Reader())
    rows = [json.dumps({"uid": str(n), f"field{n}": n}).encode() for n in range(typed_rows.LEARNT_AT_MOST + 20)]
    agree(rows)
    assert len(typed_rows._READER.booking.learnt) == typed_rows.LEARNT_AT_MOST


@pytest.mark.parametrize(
    ("instants", "expected"),
    [
        ([], True),
        (["2026-12-01T09:00:00.000Z"] * 3, True),
        (["2026-12-01T09:00:00Z"], False),
        (["2026-12-01T09:00:00.000Z", "2026-12-01T09:00:00.0000Z"], False),
        (["2026-12-01 09:00:00.000Z"], False),
        (["2026-12-01T09:00:00.000+"], False),
        (["2026-12-0xT09:00:00.000Z"], False),
        (["2026-12-0٣T09:00:00.000Z"], False),
    ],
)
def test_only_the_wire_s_own_form_of_instants_is_canonical(instants: list[str], expected: bool) -> None:
    assert are_canonical(instants) is expected


@pytest.mark.parametrize(
    "neighbour", [b'{"uid":"b"}', b'{"uid":1.5}', b'{"uid":"b","start":"2026-12-01T09:00Z"}', b"7"]
)
def test_how_a_booking_is_read_does_not_depend_on_its_neighbours(neighbour: bytes) -> None:
    row = b'{"uid":"a","start":"2026-06-31T09:00:00.000Z","attendees":[{"name":"Ada"}]}'
    assert read_rows([neighbour, row, neighbour]).rows()[1] == read_rows([row]).rows()[0]


def test_instants_that_do_not_exist_get_no_column_where_columns_are_typed() -> None:
    pytest.importorskip("pyarrow")
    from calcom_async.export.parquet import table_of

    row = b'{"uid":"a","start":"2026-06-31T09:00:00.000Z","end":"2026-06-30T09:00:00.000Z"}'
    assert read_rows([row]).columns[BOOKING_COLUMNS.index("start")][0] == "2026-06-31T09:00:00.000Z"
    (made,) = table_of([row]).to_pylist()
    assert (made["start"], made["other"], made["end"].day) == (None, '{"start":"2026-06-31T09:00:00.000Z"}', 30)


def test_a_field_that_another_thread_learns_meanwhile_upsets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed_rows, "_READER", typed_rows._Reader())
    read_rows([b'{"uid":"a","first":1,"attendees":[{"first":1}]}'])
    records = typed_rows._decoded([b'{"uid":"b","first":2,"attendees":[{"first":3}]}'])
    read_rows([b'{"uid":"c","second":1,"attendees":[{"second":1}]}'])
    ((values, _, attendees, _),) = typed_rows._by_column(records).rows()
    assert values[-1] == '{"first":2}'
    assert attendees is not None
    assert attendees[0][-1] == '{"first":3}'
