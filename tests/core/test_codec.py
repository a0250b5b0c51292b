"""Wire JSON to records and back: nothing lost, nothing coerced, and a clear word where something does not fit."""

from __future__ import annotations

import copy
import itertools
import json
import pickle
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcom_async import DISABLED, DecodeError
from calcom_async.core import codec
from calcom_async.core.codec import decode, decode_items, dump_json, parse_json
from calcom_async.core.generate import MAX_SHAPES
from calcom_async.core.records import Record, Unknown, field, record, secret, tagged_union
from calcom_async.core.unset import Disabled


class Colour(StrEnum):
    RED = "red"
    LIGHT_BLUE = "light-blue"


@record
class Host(Record):
    id: int
    name: str | None = None
    seen_at: datetime | None = None


@record
class Phone(Record):
    type: str
    number: str | None = None


@record
class Link(Record):
    type: str
    link: str | None = None
    opened: datetime | None = None


Location = Phone | Link | Unknown
tagged_union(Location, "type", {"phone": Phone, "link": Link})


@record
class Everything(Record):
    id: int
    title: str
    price: float | None = None
    confirmed: bool | None = None
    number_or_text: int | str | None = None
    start: datetime | None = None
    day: date | None = None
    opens: time | None = None
    length: timedelta | None = field("lengthInMinutes")
    colour: Colour | str | None = None
    host: Host | None = None
    location: Location | None = None
    seats: Host | Disabled | None = None
    tags: tuple[str, ...] = ()
    hosts: tuple[Host, ...] = ()
    locations: tuple[Location, ...] = ()
    starts: tuple[datetime, ...] = ()
    perhaps: tuple[datetime | None, ...] | None = None
    by_day: dict[str, tuple[Host, ...]] | None = None
    moments: dict[str, datetime] | None = None
    metadata: dict[str, Any] | None = None
    anything: Any = None
    secret: str | None = secret()


@record
class Inner(Record):
    id: int


@record
class Outer(Record):
    """Of this class and the one above nothing else makes a record, so that it shows when their hooks are made."""

    inner: Inner | None = None
    inners: tuple[Inner, ...] = ()


@record
class Held(Record):
    id: int


@record
class Often(Record):
    id: int
    inner: Held | None = None


@record
class Odder(Record):
    id: int
    inner: str | None = None
    more: str | None = "more"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
moments = st.datetimes(datetime(1970, 1, 2), datetime(9998, 12, 30))
instants = st.one_of(
    moments.map(lambda m: m.isoformat(timespec="milliseconds") + "Z"),
    moments.map(lambda m: m.isoformat(timespec="seconds") + "Z"),
    moments.map(lambda m: m.isoformat(timespec="microseconds") + "+00:00"),
    moments.map(lambda m: m.isoformat(timespec="milliseconds") + "-03:30"),
    moments.map(lambda m: m.isoformat(sep=" ", timespec="milliseconds") + "Z"),
    moments.map(lambda m: m.isoformat(timespec="minutes")),
)
days = st.dates().map(date.isoformat) | st.dates().map(lambda d: d.isoformat().replace("-", ""))
times = st.times().map(lambda t: t.isoformat()) | st.times().map(lambda t: t.isoformat(timespec="minutes"))
extras = st.dictionaries(st.text(max_size=6).map(lambda text: f"zz{text}"), json_values, max_size=2)


def wire_object(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Required keys, some of the optional ones (perhaps null), unknown ones, in any order."""
    known = st.fixed_dictionaries(required, optional={name: st.none() | of for name, of in optional.items()})
    return st.tuples(known, extras).flatmap(lambda both: st.permutations(list((both[0] | both[1]).items())).map(dict))


hosts = wire_object({"id": st.integers()}, {"name": st.text(max_size=5), "seenAt": instants})
locations = st.one_of(
    wire_object({"type": st.just("phone")}, {"number": st.text(max_size=5)}),
    wire_object({"type": st.just("link")}, {"link": st.text(max_size=5), "opened": instants}),
    wire_object({"type": st.just("hologram")}, {"beam": json_values}),
    wire_object({"type": st.just("phone")}, {"number": st.integers()}),
    st.dictionaries(st.text(max_size=3), json_values, max_size=2),
)
wires = wire_object(
    {"id": st.integers(), "title": st.text(max_size=5)},
    {
        "price": st.integers() | st.floats(allow_nan=False, allow_infinity=False),
        "confirmed": st.booleans(),
        "numberOrText": st.integers() | st.text(max_size=5),
        "start": instants,
        "day": days,
        "opens": times,
        "lengthInMinutes": st.integers(0, 10**6),
        "colour": st.sampled_from(["red", "light-blue", "ultraviolet"]),
        "host": hosts | st.just({}),
        "location": locations,
        "seats": hosts | st.just({"disabled": True}) | st.just({"disabled": True, "why": "x"}) | st.just({}),
        "tags": st.lists(st.text(max_size=3), max_size=3),
        "hosts": st.lists(hosts, max_size=3),
        "locations": st.lists(locations, max_size=3),
        "starts": st.lists(instants, max_size=3),
        "perhaps": st.lists(st.none() | instants, max_size=3),
        "byDay": st.dictionaries(st.text(max_size=4), st.lists(hosts, max_size=2), max_size=2),
        "moments": st.dictionaries(st.text(max_size=4), instants, max_size=2),
        "metadata": st.dictionaries(st.text(max_size=4), json_values, max_size=2),
        "anything": json_values,
        "secret": st.text(max_size=4),
    },
)


@given(wires)
def test_what_came_goes_back_unchanged(wire: dict[str, Any]) -> None:
    before = copy.deepcopy(wire)
    made = decode(wire, Everything)
    back = made.to_dict()
    assert back == before
    assert list(back) == list(before)
    assert json.dumps(parse_json(dump_json(back)), sort_keys=True) == json.dumps(before, sort_keys=True)


@given(wires)
def test_what_goes_back_often_goes_back_the_same(wire: dict[str, Any]) -> None:
    """By a function that is made for the shape."""
    record = decode(wire, Everything)
    back = codec._make_wire(Everything, record._shape or ())(record)
    assert back == wire
    assert list(back) == list(wire)


def test_what_was_changed_since_goes_back_as_it_is_now() -> None:
    wire = WHOLE | {"start": "2026-12-01T09:00:00.000Z", "lengthInMinutes": 30, "hosts": [{"id": 1}], "host": {"id": 2}}
    wire |= {"tags": ["a"], "colour": "red", "opens": "09:00", "location": None}
    values = [
        None,
        (),
        "x",
        7,
        Colour.RED,
        datetime(2026, 12, 1, tzinfo=UTC),
        time(9),
        (Host(id=1),),
        Host(id=2),
        [1],
        {},
    ]
    for one in decode(wire, Everything), decode(wire | {"zz": 1}, Everything), decode(wire | {"host": {}}, Everything):
        make = codec._make_wire(Everything, one._shape or ())
        names = [a.alias for a in attrs.fields(Everything) if a.name[0] != "_"]
        for name, value in itertools.product(names, values):
            changed = attrs.evolve(one, **{name: value})
            assert list(make(changed).items()) == list(codec._wire_unusual_record(changed).items())
        for extra in None, {}, {"zz": 2}, {"more": 3}:
            changed = attrs.evolve(one, extra=extra)
            assert list(make(changed).items()) == list(codec._wire_unusual_record(changed).items())


def test_of_many_records_of_one_shape_the_later_ones_go_back_by_a_function_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[tuple[str, ...]] = []
    original = codec._make_wire

    def make(cls: type[Record], shape: tuple[str, ...]) -> Any:
        made.append(shape)
        return original(cls, shape)

    monkeypatch.setattr(codec, "_make_wire", make)
    wires = [{"id": number, "inner": {"id": number}} for number in range(3 * codec.WORTH_RECORDS)]
    records, _ = decode_items(wires, Often)
    assert [one.to_dict() for one in records] == wires
    assert sorted(made) == [("id",), ("id", "inner")]

    codec.converter.register_unstructure_hook(Held, lambda held: {"hidden": True})
    assert records[0].to_dict() == {"id": 0, "inner": {"hidden": True}}
    others, _ = decode_items([{"id": 1, "inner": None}] * len(records), Odder)
    mixed = [one for pair in zip(records, others, strict=True) for one in pair]
    assert [codec.converter.unstructure(one, unstructure_as=Record) for one in mixed] == [
        one.to_dict() for one in mixed
    ]


@given(moments, st.sampled_from([0, 1, 999, 1000, 999_999]), st.integers(1, 9999))
def test_an_instant_is_written_to_the_millisecond(moment: datetime, micro: int, year: int) -> None:
    instant = moment.replace(microsecond=micro, year=year, day=1, tzinfo=UTC)
    expected = f"{year:04}-{instant:%m-%dT%H:%M:%S}.{micro // 1000:03}Z"
    assert codec.wire_instant(instant) == expected == codec.wire_instant(instant.replace(tzinfo=ZoneInfo("UTC")))


@given(wires)
def test_records_survive_pickling_copying_and_comparing(wire: dict[str, Any]) -> None:
    made = decode(wire, Everything)
    for again in (
        Everything.from_dict(wire), pickle.loads(pickle.dumps(made)), copy.copy(made), copy.deepcopy(made),
        attrs.evolve(made),
    ):  # fmt: skip
        assert type(again) is Everything
        assert again == made
        assert hash(again) == hash(made)
        assert again.to_dict() == wire
        assert dict(again.extra) == {key: value for key, value in wire.items() if key.startswith("zz")}


@given(json_values)
def test_any_json_at_all_is_a_record_or_set_aside_whole_with_a_reason(value: Any) -> None:
    items, malformed = decode_items([value], Everything)
    assert [item.to_dict() for item in items] + [bad.raw for bad in malformed] == [value]
    assert all(bad.error.path.startswith("data[0]") for bad in malformed)


# --- one kind at a time ----------------------------------------------------------------------------------------------

WHOLE = {"id": 1, "title": "Tea"}


def made(**wire: Any) -> Everything:
    return decode(WHOLE | wire, Everything)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-12-01T09:00:00.000Z", datetime(2026, 12, 1, 9, tzinfo=UTC)),
        ("2026-12-01T09:00:00Z", datetime(2026, 12, 1, 9, tzinfo=UTC)),
        ("2026-12-01T09:00:00+00:00", datetime(2026, 12, 1, 9, tzinfo=UTC)),
        ("2026-12-01T22:00:00.000+13:00", datetime(2026, 12, 1, 9, tzinfo=UTC)),
        ("2026-12-01T09:00", datetime(2026, 12, 1, 9, tzinfo=UTC)),
    ],
)
def test_instants_are_aware_however_they_are_written(text: str, instant: datetime) -> None:
    start = made(start=text).start
    assert start == instant
    assert start is not None
    assert start.tzinfo is not None


def test_the_other_kinds() -> None:
    one = made(
        day="2026-12-01", opens="09:30", lengthInMinutes=90, colour="light-blue", price=3, tags=["a"],
        seats={"disabled": True}, host={}, byDay={"2026-12-01": [{"id": 7}]}, location={"type": "phone", "number": "1"},
    )  # fmt: skip
    assert (one.day, one.opens, one.length, one.colour) == (date(2026, 12, 1), time(9, 30), timedelta(minutes=90), Colour.LIGHT_BLUE)  # fmt: skip
    assert (one.price, one.tags, one.seats, one.host) == (3, ("a",), DISABLED, None)
    assert one.by_day == {"2026-12-01": (Host(id=7),)}
    assert one.location == Phone(type="phone", number="1")
    assert one.starts == ()


def test_an_unknown_enum_value_stays_text() -> None:
    assert made(colour="ultraviolet").colour == "ultraviolet"


@pytest.mark.parametrize(
    "wire", [{"type": "hologram", "beam": 1}, {}, {"type": ["phone"]}, {"type": "phone", "number": 1}]
)
def test_a_member_that_is_unknown_or_odd_is_kept_whole(wire: dict[str, Any]) -> None:
    (location,) = made(locations=[wire]).locations
    assert type(location) is Unknown
    assert dict(location.extra) == wire


def test_a_whole_float_is_a_fine_int_and_the_other_way_round() -> None:
    one = decode({"id": 30.0, "title": "", "price": 30}, Everything)
    assert (one.id, one.price) == (30, 30)
    assert type(one.id) is int


@pytest.mark.parametrize(
    ("wire", "path", "says"),
    [
        ({"title": None}, "data.title", "expected a value, got nothing"),
        ({"id": "1"}, "data.id", "expected a whole number, got text"),
        ({"id": 1.5}, "data.id", "expected a whole number, got float"),
        ({"id": True}, "data.id", "expected a whole number, got bool"),
        ({"title": 7}, "data.title", "expected text, got int"),
        ({"confirmed": "false"}, "data.confirmed", "expected true or false, got text"),
        ({"confirmed": 0}, "data.confirmed", "expected true or false, got int"),
        ({"price": "3"}, "data.price", "expected a number, got text"),
        ({"start": 1790000000}, "data.start", "expected an instant (ISO 8601), got int"),
        ({"start": "tomorrow"}, "data.start", "expected an instant (ISO 8601), got other text"),
        ({"start": "2026-13-01T09:00:00.000Z"}, "data.start", "expected an instant (ISO 8601), got other text"),
        ({"day": "01.12.2026"}, "data.day", "expected a date (YYYY-MM-DD), got other text"),
        ({"opens": 9}, "data.opens", "expected a time (HH:MM), got int"),
        ({"lengthInMinutes": "30"}, "data.lengthInMinutes", "expected minutes (a number), got text"),
        ({"colour": 3}, "data.colour", "expected text, got int"),
        ({"colour": []}, "data.colour", "expected text, got a list"),
        ({"host": []}, "data.host", "expected an object, got a list"),
        ({"host": {"id": None}}, "data.host.id", "expected a value, got nothing"),
        ({"hosts": [{"id": 1}, {"id": "x"}]}, "data.hosts[1].id", "expected a whole number, got text"),
        ({"hosts": {}}, "data.hosts", "expected a list, got an object"),
        ({"tags": ["a", None]}, "data.tags[1]", "expected a value, got nothing"),
        ({"tags": "ab"}, "data.tags", "expected a list, got text"),
        ({"starts": ["2026-12-01T09:00:00.000Z", None]}, "data.starts[1]", "expected a value, got nothing"),
        ({"byDay": {"x": [{"id": []}]}}, "data.byDay.x[0].id", "expected a whole number, got a list"),
        ({"moments": {"x": 1}}, "data.moments.x", "expected an instant (ISO 8601), got int"),
        ({"metadata": []}, "data.metadata", "expected an object, got a list"),
        ({"location": "here"}, "data.location", "expected an object, got text"),
    ],
)
def test_nothing_is_coerced_and_the_path_is_named(wire: dict[str, Any], path: str, says: str) -> None:
    with pytest.raises(DecodeError) as caught:
        decode(WHOLE | wire, Everything, path="data")
    assert (caught.value.path, str(caught.value)) == (path, f"{path}: {says}")


@pytest.mark.parametrize("missing", ["id", "title"])
def test_what_must_be_there_must_be_there(missing: str) -> None:
    with pytest.raises(DecodeError, match=f"{missing}: expected a value, got nothing"):
        decode({key: value for key, value in WHOLE.items() if key != missing}, Everything)


@pytest.mark.parametrize("value", [None, [], "x", 7, True])
def test_what_is_no_object_is_no_record(value: Any) -> None:
    with pytest.raises(DecodeError, match="expected"):
        decode(value, Everything)


def test_one_malformed_record_never_loses_its_page() -> None:
    items, malformed = decode_items([WHOLE, {"id": None}, WHOLE | {"host": 3}], Everything)
    assert [item.id for item in items] == [1]
    assert [(bad.raw["id"], bad.error.path) for bad in malformed] == [(None, "data[1].id"), (1, "data[2].host")]


def test_the_hook_of_a_class_is_made_on_first_use(monkeypatch: pytest.MonkeyPatch) -> None:
    made_for: list[type] = []
    real = codec.make_structure

    def counting(cls: type[Record], hook_for: Any) -> Any:
        made_for.append(cls)
        return real(cls, hook_for)

    monkeypatch.setattr(codec, "make_structure", counting)

    assert made_for == []
    for _ in range(3):
        decode({}, Outer)
    assert made_for == [Outer]
    for _ in range(3):
        assert decode({"inner": {"id": 1}, "inners": [{"id": 2}]}, Outer).inners == (Inner(id=2),)
    assert made_for == [Outer, Inner]


def test_so_many_shapes_are_remembered_and_no_more() -> None:
    for number in range(2 * MAX_SHAPES):
        assert decode({"id": 1, f"zz{number}": number}, Host).extra == {f"zz{number}": number}
    hook: Any = codec.converter.get_structure_hook(Host)
    assert len(hook.__globals__["shapes"]) == MAX_SHAPES
