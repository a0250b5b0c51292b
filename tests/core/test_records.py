"""What every record is: immutable, comparable, changeable by copy, open to subclasses, and silent about secrets."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime

import attrs
import pytest

from calcom_async.core.records import Record, field, record, secret, wire_name


@record
class Hook(Record):
    id: int
    url: str | None = None
    secret: str | None = secret()
    created_at: datetime | None = None


@record
class BiggerHook(Hook):
    colour: str | None = None


class PlainHook(Hook):
    """A user's subclass without a decorator."""

    @property
    def host(self) -> str:
        return (self.url or "").split("/")[2]


@record
class Uid(Record):
    uid: str
    free: object = None


WIRE = {"id": 1, "url": "https://example.com/x", "secret": "s3cr3t", "createdAt": "2026-12-01T09:00:00Z", "new": [1]}


@pytest.mark.parametrize(
    ("name", "wire"),
    [("time_zone", "timeZone"), ("id", "id"), ("a_b_c", "aBC"), ("in_UTC", "inUTC"), ("sort_2nd", "sort2nd")],
)
def test_names_on_the_wire(name: str, wire: str) -> None:
    assert wire_name(name) == wire


@pytest.mark.parametrize("one", [Hook(id=1), Hook.from_dict(WIRE)])
def test_records_do_not_change(one: Hook) -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        one.id = 2  # type: ignore[misc] # it is frozen
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        del one.url
    with pytest.raises((AttributeError, TypeError)):
        one.something = 1  # type: ignore[attr-defined] # it has no such slot
    with pytest.raises(TypeError):
        one.extra["new"] = 2  # type: ignore[index] # a read-only view
    assert one.id == 1


def test_a_changed_copy_has_the_changed_wire_form() -> None:
    one = Hook.from_dict(WIRE)
    other = attrs.evolve(one, url=None, created_at=datetime(2027, 1, 1, tzinfo=UTC))
    assert other.to_dict() == WIRE | {"url": None, "createdAt": "2027-01-01T00:00:00.000Z"}
    assert one.to_dict() == WIRE
    assert attrs.evolve(one, id=2).to_dict() == WIRE | {"id": 2}


def test_missing_is_not_null() -> None:
    assert Hook.from_dict({"id": 1}).to_dict() == {"id": 1}
    assert Hook.from_dict({"id": 1, "url": None}).to_dict() == {"id": 1, "url": None}
    assert Hook.from_dict({"id": 1}) == Hook.from_dict({"id": 1, "url": None})


def test_one_made_by_hand_has_a_wire_form_too() -> None:
    assert Hook(id=1, created_at=datetime(2027, 1, 1, tzinfo=UTC)).to_dict() == {
        "id": 1,
        "createdAt": "2027-01-01T00:00:00.000Z",
    }


def test_equality_and_hash() -> None:
    one = Hook.from_dict(WIRE)
    assert one == Hook.from_dict(dict(WIRE))
    assert one != attrs.evolve(one, url="https://example.com/y")
    assert one != Hook.from_dict(WIRE | {"new": [2]})
    assert len({one, Hook.from_dict(dict(WIRE)), attrs.evolve(one, id=2)}) == 2
    assert hash(Uid(uid="a", free={"un": ["hashable"]})) == hash(Uid(uid="a", free={"un": ["hashable"]}))
    assert BiggerHook(id=1) != Hook(id=1)


def test_a_secret_shows_in_no_repr() -> None:
    one = Hook.from_dict(WIRE)
    assert one.secret == "s3cr3t"
    assert repr(one) == (
        "Hook(id=1, url='https://example.com/x', secret=***, "
        "created_at=datetime.datetime(2026, 12, 1, 9, 0, tzinfo=datetime.timezone.utc))"
    )
    assert "s3cr3t" not in f"{one} {[one]} {PlainHook.from_dict(WIRE)!r} {BiggerHook.from_dict(WIRE)!r}"


def test_what_stays_out_of_a_repr() -> None:
    @record
    class Noted(Record):
        id: int
        note: str | None = field(repr=False)

    assert repr(Noted(id=1, note="long")) == "Noted(id=1)"


@pytest.mark.parametrize("cls", [BiggerHook, PlainHook])
def test_subclasses_are_records_too(cls: type[Hook]) -> None:
    one = cls.from_dict(WIRE | {"colour": "red"})
    assert type(one) is cls
    assert one.to_dict() == WIRE | {"colour": "red"}
    assert dict(one.extra) == ({"new": [1]} if cls is BiggerHook else {"new": [1], "colour": "red"})
    for again in (pickle.loads(pickle.dumps(one)), copy.deepcopy(one), attrs.evolve(one)):
        assert type(again) is cls
        assert again == one
    if isinstance(one, PlainHook):
        assert one.host == "example.com"


def test_positional_arguments_are_refused() -> None:
    with pytest.raises(TypeError):
        Hook(1)  # type: ignore[misc] # keyword-only


def test_a_field_given_later_is_in_the_wire_form_beside_unknown_ones() -> None:
    hook = Hook.from_dict({"id": 1, **{f"new{n}": n for n in range(60)}})
    wire = attrs.evolve(hook, url="https://example.com").to_dict()
    assert (wire["url"], wire["new59"]) == ("https://example.com", 59)
