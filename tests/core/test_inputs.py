"""Arguments to wire JSON: what is not given is not sent, and what can't be right is refused before sending."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcom_async import DISABLED, UNSET, InvalidRequestError
from calcom_async.core.inputs import fields, instant, joined, part, parts, query_pairs
from calcom_async.core.records import Input, Record, field, record, tagged_union
from calcom_async.core.unset import Disabled, Unset


class Status(StrEnum):
    PAST = "past"


@record
class NewHost(Input):
    user_id: int
    name: str | Unset | None = UNSET
    mandatory: bool | Unset = UNSET


@record
class NewThing(Input):
    title: str
    price: float | Unset = UNSET
    length: int | Unset = field("lengthInMinutes", default=UNSET)
    start: datetime | str | Unset = UNSET
    hosts: tuple[NewHost, ...] | Unset = UNSET
    host: NewHost | Unset | None = UNSET
    seats: NewHost | Disabled | Unset = UNSET


@record
class ToPhone(Input):
    phone: str
    type: Literal["phone"] = "phone"


@record
class ToLink(Input):
    link: str
    type: Literal["link"] = "link"


To = ToPhone | ToLink
tagged_union(To, "type", {"phone": ToPhone, "link": ToLink})


@record
class Host(Record):
    user_id: int | None = None
    name: str | None = None


# --- instants --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        (datetime(2026, 12, 1, 9, tzinfo=UTC), "2026-12-01T09:00:00.000Z"),
        (datetime(2026, 12, 1, 9, tzinfo=ZoneInfo("Europe/London")), "2026-12-01T09:00:00.000Z"),
        (datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("Europe/London")), "2026-07-01T09:00:00.000+01:00"),
        (datetime(2026, 12, 1, 9, tzinfo=timezone(timedelta(hours=13))), "2026-12-01T09:00:00.000+13:00"),
        ("2026-12-01T09:00:00Z", "2026-12-01T09:00:00Z"),
        ("2026-12-01T09:00+13:00", "2026-12-01T09:00+13:00"),
        (None, None),
        (UNSET, UNSET),
    ],
)
def test_instants(value: Any, wire: Any) -> None:
    assert instant(value, "start") == wire


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (datetime(2026, 12, 1, 9), "start: a naive datetime"),
        ("2026-12-01T09:00:00", "start: has no UTC offset"),
        ("2026-12-01", "start: has no UTC offset; say when the day begins, such as 2026-12-01T00:00:00Z"),
        ("tomorrow", "start: not an ISO 8601 instant"),
        ("", "start: not an ISO 8601 instant"),
        (1790000000, "start: expected a datetime or ISO 8601 text, got int"),
        (date(2026, 12, 1), "start: expected a datetime or ISO 8601 text, got date"),
    ],
)
def test_what_is_no_instant_is_refused(value: Any, says: str) -> None:
    with pytest.raises(InvalidRequestError, match=says):
        instant(value, "start")


@given(st.datetimes(timezones=st.timezones()))
def test_any_aware_datetime_stays_the_same_moment(moment: datetime) -> None:
    wire = instant(moment, "start")
    assert isinstance(wire, str)
    if not moment.utcoffset() or not moment.utcoffset().seconds % 60:  # type: ignore[union-attr] # it is aware
        assert abs(datetime.fromisoformat(wire) - moment) < timedelta(milliseconds=1)


# --- bodies ----------------------------------------------------------------------------------------------------------


def test_missing_is_not_null() -> None:
    assert fields(event_type_id=1, title=None, notes=UNSET) == {"eventTypeId": 1, "title": None}


def test_a_trailing_underscore_keeps_a_python_keyword_out_of_the_way() -> None:
    assert fields(from_="a", in_out=1) == {"from": "a", "inOut": 1}


def test_every_kind_of_value() -> None:
    body = fields(
        start=datetime(2026, 12, 1, 9, tzinfo=UTC), day=date(2026, 12, 1), opens=time(9), length=timedelta(minutes=30),
        status=Status.PAST, seats=DISABLED, host=NewHost(user_id=1, name=None), like=Host(user_id=2),
        metadata={"a": {"b": [1, 2.5, None, True]}, "gone": UNSET}, tags={"x"},
    )  # fmt: skip
    assert body == {
        "start": "2026-12-01T09:00:00.000Z", "day": "2026-12-01", "opens": "09:00", "length": 30, "status": "past",
        "seats": {"disabled": True}, "host": {"userId": 1, "name": None}, "like": {"userId": 2},
        "metadata": {"a": {"b": [1, 2.5, None, True]}}, "tags": ["x"],
    }  # fmt: skip
    json.dumps(body)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"x": datetime(2026, 1, 1)}, r"metadata\.x: a naive datetime"),
        ([float("nan")], r"metadata\[0\]: nan is not a number"),
        (float("inf"), "metadata: inf is not a number"),
        (object(), "metadata: object can't be sent as JSON"),
        (b"x", "metadata: bytes can't be sent as JSON"),
    ],
)
def test_what_json_does_not_know_is_refused_with_its_place(value: Any, says: str) -> None:
    with pytest.raises(InvalidRequestError, match=says):
        fields(metadata=value)


# --- nested parts ----------------------------------------------------------------------------------------------------

WIRE = {
    "title": "Tea",
    "lengthInMinutes": 30,
    "start": "2026-12-01T09:00:00.000Z",
    "hosts": [{"userId": 1, "name": None}],
}


@pytest.mark.parametrize(
    "value",
    [
        NewThing(
            title="Tea", length=30, start=datetime(2026, 12, 1, 9, tzinfo=UTC), hosts=(NewHost(user_id=1, name=None),)
        ),
        {"title": "Tea", "length": 30, "start": datetime(2026, 12, 1, 9, tzinfo=UTC), "hosts": [{"user_id": 1, "name": None}]},
        WIRE,
    ],
)  # fmt: skip
def test_a_part_as_its_record_or_a_mapping_by_either_name(value: Any) -> None:
    assert part(NewThing, value, "thing") == WIRE


@pytest.mark.parametrize("value", [UNSET, None])
def test_no_part_is_passed_through(value: Any) -> None:
    assert part(NewThing, value, "thing") is value
    assert parts(NewThing, value, "things") is value


def test_a_record_of_an_answer_will_do() -> None:
    assert part(NewHost, Host(user_id=2, name="Ada"), "host") == {"userId": 2, "name": "Ada"}


@pytest.mark.parametrize("value", [DISABLED, {"disabled": True}])
def test_a_part_may_be_switched_off(value: Any) -> None:
    assert part(NewThing, {"title": "Tea", "seats": value}, "thing") == {"title": "Tea", "seats": {"disabled": True}}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({}, r"thing: title is missing \(NewThing needs it\)"),
        ({"title": "Tea", "titel": 1}, r"thing: unknown key 'titel'; did you mean title\?"),
        ({"title": "Tea", "zzz": 1}, "thing: unknown key 'zzz'; it knows host, hosts"),
        ({"title": 7}, "thing.title: expected text, got int"),
        ({"title": None}, "thing.title: may be left out, but not be None"),
        ({"title": "Tea", "length": True}, "thing.length: expected a whole number, got bool"),
        ({"title": "Tea", "length": 1.5}, "thing.length: expected a whole number, got float"),
        ({"title": "Tea", "price": "3"}, "thing.price: expected a number, got str"),
        ({"title": "Tea", "hosts": [{}]}, r"thing.hosts\[0\]: user_id is missing"),
        ({"title": "Tea", "hosts": {"user_id": 1}}, "thing.hosts: expected a list, got dict"),
        ({"title": "Tea", "host": 3}, "thing.host: expected NewHost or a mapping, got int"),
        ({"title": "Tea", "host": ToLink(link="x")}, "thing.host: expected NewHost, got ToLink"),
        ("Tea", "thing: expected NewThing or a mapping, got str"),
        ([], "thing: expected NewThing or a mapping, got list"),
    ],
)
def test_a_part_that_does_not_fit_is_refused_with_its_place(value: Any, says: str) -> None:
    with pytest.raises(InvalidRequestError, match=says):
        part(NewThing, value, "thing")


def test_null_where_it_may_be() -> None:
    assert part(NewThing, {"title": "Tea", "host": None}, "thing") == {"title": "Tea", "host": None}


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        (ToPhone(phone="1"), {"type": "phone", "phone": "1"}),
        ({"type": "link", "link": "x"}, {"type": "link", "link": "x"}),
        ({"type": "hologram", "beam": 1}, {"type": "hologram", "beam": 1}),
    ],
)
def test_a_union_goes_by_its_tag_and_lets_newer_kinds_through(value: Any, wire: Any) -> None:
    assert part(To, value, "location") == wire
    assert parts(To, [value], "locations") == [wire]


@pytest.mark.parametrize("value", ["x", {"type": "phone"}, 7])
def test_parts_want_a_list(value: Any) -> None:
    with pytest.raises(InvalidRequestError, match="locations: expected a list"):
        parts(To, value, "locations")


# --- queries ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ("past", "past"),
        (Status.PAST, "past"),
        (7, "7"),
        (["past", "upcoming"], "past,upcoming"),
        ([Status.PAST, 3], "past,3"),
        (("a" for _ in range(2)), "a,a"),
        (UNSET, UNSET),
    ],
)
def test_joined_lists(values: Any, text: Any) -> None:
    assert joined(values, "status") == text


def test_an_empty_list_selects_nothing_and_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="status: an empty list selects nothing"):
        joined([], "status")


def test_query_pairs_of_nothing() -> None:
    assert query_pairs(None) == query_pairs({}) == query_pairs({"a": []}) == ()


def test_unset_is_false_and_known() -> None:
    assert not UNSET
    assert repr(UNSET) == "UNSET"
    assert not DISABLED
    assert repr(DISABLED) == "DISABLED"
