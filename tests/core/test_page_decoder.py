"""Pages decoded in C: exactly what the plain way makes of them, or left to it."""

from __future__ import annotations

import importlib
import json
import pkgutil
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcom_async import CalCom, models
from calcom_async.core import page_decoder, paging
from calcom_async.core.codec import converter, decode_items, parse_json
from calcom_async.core.kinds import Kind, kind_of
from calcom_async.core.page_decoder import DecodedPage, PageDecoder, decode_page
from calcom_async.core.paging import Listing, Pager
from calcom_async.core.records import _TAGGED, Record, Unknown, record, tagged_union, wire_name
from calcom_async.core.request import Request, Response
from calcom_async.core.unset import Disabled
from calcom_async.errors import DecodeError
from calcom_async.models.bookings import Attendee, Booking, BookingHost
from calcom_async.sandbox import Sandbox

INSTANT = "2026-12-01T09:00:00.000Z"


def classes() -> list[type[Record]]:
    """Every record class of the package that can be told from others by its uid or id."""
    for module in pkgutil.iter_modules(models.__path__, f"{models.__name__}."):
        importlib.import_module(module.name)
    found: dict[type[Record], None] = {}
    waiting = list(Record.__subclasses__())
    while waiting:
        cls = waiting.pop()
        waiting += cls.__subclasses__()
        if cls.__module__.startswith(models.__name__) and cls.__name__[0] != "_":
            attrs.resolve_types(cls)
            if {"uid", "id"} & {a.name for a in attrs.fields(cls)}:
                found[cls] = None
    return sorted(found, key=lambda cls: (cls.__module__, cls.__name__))


# --- wire objects of any class ---------------------------------------------------------------------------------------


class Text(str):
    """JSON text that `json.dumps` would not write."""

    __slots__ = ()


ODD: list[Any] = [
    None, True, 0, 1, -7, 1.5, "", "x", [], {}, [None], {"a": [1]}, "2026-12-01", INSTANT, "2026-12-01T09:00:00Z",
    "2026-12-01T22:00:00.000+13:00", "2026-13-01T09:00:00.000Z", "2026-12-01T09:00:00", "2026-12-01t09:00:00.000Z",
    "2026-12-01 09:00:00.000Z", "2026-12-01T09:00:00.123456Z", "2026-W01-1T09:00:00.000Z", "unknown", "accepted",
    {"disabled": True}, {"disabled": True, "why": 1}, [1, "x"], [INSTANT], {"id": 1}, [{"id": 1}], [{}],
    *map(Text, ["1.0", "3e2", "-0", "-0.0", "1e400", "9007199254740993", "18446744073709551616", f"-{9 ** 40}",
                '"\\ud800"', '"\\u0041"', "1.0000000000000001", "[[[]]]", '{"a": 1, "a": 2}']),
]  # fmt: skip


def dumps(value: Any) -> str:
    if isinstance(value, Text):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(str(key))}:{dumps(of)}" for key, of in value.items()) + "}"
    return f"[{','.join(map(dumps, value))}]" if isinstance(value, list) else json.dumps(value)


def values(kind: Kind, depth: int) -> st.SearchStrategy[Any]:
    """Wire values of a kind, as a server would send them."""
    match kind.name:
        case "primitive":
            of = {
                str: st.sampled_from(["", "Ada", 'é\n"\\']),
                int: st.integers(-5, 10**6),
                bool: st.booleans(),
                float: st.sampled_from([0.5, 3, 2.0]),
            }
            return st.one_of([of[member] for member in kind.members])
        case "instant":
            return st.sampled_from([INSTANT, "2026-01-31T23:59:59.999Z", "2026-12-01T09:00:00Z"])
        case "date":
            return st.sampled_from(["2026-12-01", "20261201"])
        case "time":
            return st.sampled_from(["09:30", "09:30:15"])
        case "minutes":
            return st.sampled_from([30, 0, 7.5])
        case "enum":
            return st.sampled_from([*[member.value for member in kind.type], "unheard of"])
        case "record":
            return objects(kind.type, depth - 1) if depth else st.just({})
        case "union" if depth:
            tag, members, key = _TAGGED[kind.type]
            if key is None:
                return st.one_of(
                    [
                        objects(cls, depth - 1).map(lambda wire, mark=mark: wire | {tag: mark})
                        for mark, cls in members.items()
                    ]  # type: ignore[misc]
                )
            return st.one_of([objects(cls, depth - 1) for cls in members.values()])
        case "sequence":
            return st.lists(values(kind_of(kind.members[0]), depth), max_size=2)
        case "mapping" if kind.members:
            return st.dictionaries(
                values(kind_of(kind.members[0]), depth), values(kind_of(kind.members[1]), depth), max_size=2
            )
    return st.sampled_from([None, {}, {"a": [1, None]}, "x"])


def objects(cls: type[Record], depth: int = 2) -> st.SearchStrategy[dict[str, Any]]:
    attrs.resolve_types(cls)
    required, optional = {}, {}
    for a in attrs.fields(cls):
        if a.name[0] != "_":
            kind, key = kind_of(a.type), a.metadata.get("wire") or wire_name(a.name)
            if kind.optional or kind.name == "sequence":
                optional[key] = st.deferred(lambda kind=kind: st.none() | values(kind, depth))  # type: ignore[misc]
            else:
                required[key] = st.deferred(lambda kind=kind: values(kind, depth))  # type: ignore[misc]
    return st.fixed_dictionaries(required, optional=optional)


STRATEGIES = {cls: objects(cls) for cls in classes()}


@st.composite
def mutated(draw: st.DrawFn, wire: Any) -> Any:
    """Something of a wire value is other than it should be."""
    if isinstance(wire, dict) and (wire or draw(st.booleans())):
        match draw(st.sampled_from(["within", "within", "within", "gone", "more"] if wire else ["more"])):
            case "within":
                key = draw(st.sampled_from(sorted(wire)))
                return wire | {key: draw(mutated(wire[key]))}
            case "gone":
                key = draw(st.sampled_from(sorted(wire)))
                return {name: of for name, of in wire.items() if name != key}
            case _:
                return wire | {draw(st.sampled_from(["zz", "", "é", "self", "_odd", "f0"])): draw(st.sampled_from(ODD))}
    if isinstance(wire, list) and wire and draw(st.booleans()):
        place = draw(st.integers(0, len(wire) - 1))
        return [*wire[:place], draw(mutated(wire[place])), *wire[place + 1 :]]
    return draw(st.sampled_from(ODD))


# --- the law ---------------------------------------------------------------------------------------------------------


def inside(value: Any) -> Any:
    """All that a value holds, with the types of all of it."""
    if isinstance(value, Record):
        fields = {a.name: inside(getattr(value, a.name)) for a in attrs.fields(type(value)) if a.name != "_shape"}
        return type(value), fields, frozenset(value._shape or ())
    if isinstance(value, dict):
        return dict, {key: inside(of) for key, of in value.items()}
    if isinstance(value, list | tuple):
        return type(value), [inside(of) for of in value]
    return type(value), repr(value)


def plainly(body: bytes, cls: type[Record]) -> tuple[list[Any], int]:
    items, malformed = decode_items(parse_json(body)["data"], cls)
    return items, len(malformed)


def check(decoder: PageDecoder, body: bytes, cls: type[Record]) -> bool:
    """Whether a page was read; all that was read is what the plain way gives."""
    decoder._wait = 0
    page = decoder.read(body)
    try:
        items, malformed = plainly(body, cls)
    except DecodeError:
        assert page is None
        return False
    if page is None:
        return False
    assert malformed == 0
    assert inside(page.items) == inside(items)
    assert [item.to_dict() for item in page.items] == [item.to_dict() for item in items]
    assert page.items == items
    return True


@given(st.data())
def test_a_page_is_read_as_the_plain_way_reads_it_or_not_at_all(data: st.DataObject) -> None:
    cls = data.draw(st.sampled_from(sorted(STRATEGIES, key=lambda cls: cls.__name__)))
    items = st.lists(STRATEGIES[cls], max_size=3)
    odd = items.flatmap(mutated).map(lambda page: page if isinstance(page, list) else [page])
    decoder = PageDecoder(cls)
    plainly(dumps({"data": data.draw(items)}).encode(), cls)
    for page in data.draw(items), data.draw(items), data.draw(odd), data.draw(odd):
        body = dumps({"data": page}).encode()
        check(decoder, body, cls)
        check(decoder, body, cls)


class Colour(StrEnum):
    RED = "red"


@record
class Loose(Record):
    name: str | None = None
    seen_at: datetime | None = None


@record
class Phone(Record):
    type: str
    number: str | None = None


Place = Phone | Loose | Unknown
tagged_union(Place, "type", {"phone": Phone, "loose": Loose})


@record
class EveryKind(Record):
    id: int | str
    title: str
    price: float | None = None
    count: int | None = None
    confirmed: bool | None = None
    number_or_text: int | str | None = None
    start: datetime | None = None
    day: date | None = None
    opens: time | None = None
    length: timedelta | None = None
    colour: Colour | str | None = None
    loose: Loose | None = None
    place: Place | None = None
    seats: Loose | Disabled | None = None
    tags: tuple[str, ...] = ()
    perhaps_tags: tuple[str, ...] | None = None
    prices: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()
    holes: tuple[str | None, ...] = ()
    looses: tuple[Loose, ...] = ()
    places: tuple[Place, ...] = ()
    starts: tuple[datetime, ...] = ()
    by_day: dict[str, tuple[Loose, ...]] | None = None
    metadata: dict[str, Any] | None = None
    anything: Any = None
    items: tuple[Any, ...] = ()


KEYS = [wire_name(a.name) for a in attrs.fields(EveryKind) if a.name[0] != "_"]


def test_every_odd_value_of_every_kind_is_read_as_the_plain_way_reads_it_or_not_at_all() -> None:
    """With all fields known to be there at times, and unknown ones too."""
    whole = {"id": 1, "title": "Tea"}
    shapes: list[dict[str, Any]] = [whole | {key: None} for key in (*KEYS, "zz", "zy") if key not in whole]
    shapes += [
        whole,
        whole | {"zz": 1, "zy": 2},
        whole | {"loose": {"name": "x"}},
        whole | {"loose": {"seenAt": INSTANT}},
    ]
    decode_items([*shapes, whole | {"looses": [{}]}], EveryKind)
    decoder = PageDecoder(EveryKind)
    assert check(decoder, dumps({"data": shapes}).encode(), EveryKind)
    within = [*ODD, *[[odd] for odd in ODD], *[{"name": odd} for odd in ODD], *[{"2026-12-01": odd} for odd in ODD]]
    read = {
        key: sum(check(decoder, dumps({"data": [whole | {key: odd}]}).encode(), EveryKind) for odd in within)
        for key in (*KEYS, "zz", "zy")
    }
    assert all(count > 0 for count in read.values()), read
    assert read["anything"] == read["zz"] >= len(within) - 8  # bytes that are no JSON in any way


# --- what is read, and what is not -----------------------------------------------------------------------------------


@record
class Guest(Record):
    id: int
    name: str | None = None
    seen_at: datetime | None = None


@record
class Dinner(Record):
    uid: str
    title: str | None = None
    tags: tuple[str, ...] = ()
    host: Guest | None = None
    guests: tuple[Guest, ...] = ()
    after: Dinner | None = None


@record
class Nameless(Record):
    title: str | None = None


@record
class Cook(Record):
    id: int
    name: str | None = None


@record
class Kitchen(Record):
    id: int
    chef: Cook | None = None
    cooks: tuple[Cook, ...] = ()


class OwnHook:
    """Has no room for a weak reference, and no hash."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment] # on purpose

    def __call__(self, value: Any, _: Any) -> Kitchen:
        return Kitchen(id=0)


def body(*items: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"status": "success", "data": items, **more}).encode()


def taught(cls: type[Record], *items: dict[str, Any]) -> PageDecoder:
    """A decoder after a first page."""
    decode_items(list(items), cls)
    return PageDecoder(cls)


TEA = {"uid": "tea", "title": "Tea", "tags": ["a"], "host": {"id": 1, "name": "Ada", "seenAt": INSTANT}, "guests": []}
PLAIN = {"uid": "plain", "host": None, "guests": [{"id": 2}, {"id": 3, "name": None}]}


def test_records_are_built_whole() -> None:
    page = taught(Dinner, TEA, PLAIN).read(body(PLAIN, TEA, pagination={"totalItems": 2}))
    assert page is not None
    plain, tea = page.items
    assert tea == Dinner(
        uid="tea", title="Tea", tags=("a",), host=Guest(id=1, name="Ada", seen_at=datetime(2026, 12, 1, 9, tzinfo=UTC))
    )
    assert plain == Dinner(uid="plain", guests=(Guest(id=2), Guest(id=3)))
    assert [tea.to_dict(), plain.to_dict()] == [TEA, PLAIN]
    assert list(tea.to_dict()) == list(TEA)
    assert page.keys == ["plain", "tea"]
    assert page.envelope["pagination"] == {"totalItems": 2}
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        tea.title = "Coffee"


@pytest.mark.parametrize(
    "change",
    [
        {"uid": None}, {"uid": 7}, {"title": 7}, {"tags": [1]}, {"tags": "a"}, {"host": []}, {"host": {}},
        {"host": {"id": 1.5}}, {"host": {"id": 1, "seenAt": "tomorrow"}}, {"guests": [None]}, {"guests": [{"id": "1"}]},
        {"after": {"title": "no uid"}},
    ],
)  # fmt: skip
def test_what_does_not_fit_is_left_to_the_plain_way(change: dict[str, Any]) -> None:
    decoder = taught(Dinner, TEA, PLAIN, {"uid": "x", "after": {"uid": "y"}})
    assert decoder.read(body(TEA)) is not None
    assert decoder.read(body(PLAIN, TEA | change)) is None


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"null", b"[]", b"{}", b'{"data":null}', b'{"data":{}}', b'{"data":[],"surprise":1}', b'{"data":["x"]}',
     b'{"data":[]} x', b'{"status":"\xff","data":[]}', b"[" * 20_000],
)  # fmt: skip
def test_an_answer_of_another_shape_is_left_to_the_plain_way(text: bytes) -> None:
    decoder = taught(Dinner, TEA)
    assert decoder.read(text) is None


def test_records_that_hold_themselves_are_read() -> None:
    nested = TEA | {"after": PLAIN | {"after": {"uid": "last"}}}
    page = taught(Dinner, nested).read(body(nested))
    assert page is not None
    assert page.items[0].to_dict() == nested
    assert page.items[0].after.after == Dinner(uid="last")


def test_objects_without_an_id_are_left_to_the_plain_way() -> None:
    decoder = taught(Nameless, {"title": "x"})
    assert decoder.read(body({"title": "x"})) is None
    by_unknown_field = taught(Nameless, {"title": "x", "uid": "a"})
    page = by_unknown_field.read(body({"title": "x", "uid": "b"}))
    assert page is not None
    assert page.keys == ["b"]
    assert by_unknown_field.read(body({"title": "x", "uid": True})) is None


def test_new_fields_are_learnt_of_and_are_extra_here_as_well() -> None:
    decoder = taught(Dinner, TEA)
    assert decoder.read(body(TEA)) is not None
    later = TEA | {"course": {"self": [1]}, "host": {"id": 1, "clean-hands": None}}
    assert decoder.read(body(later, TEA)) is None
    decode_items([later, TEA], Dinner)
    page = decoder.read(body(TEA, later))
    assert page is not None
    assert [item.to_dict() for item in page.items] == [TEA, later]
    assert [dict(item.extra) for item in page.items] == [{}, {"course": {"self": [1]}}]
    assert dict(page.items[1].host.extra) == {"clean-hands": None}


def test_too_many_new_fields_go_the_plain_way() -> None:
    @record
    class Open(Record):
        id: int

    one = {"id": 1} | dict.fromkeys(map(str, range(page_decoder.MAX_UNKNOWN)), 0)
    decoder = taught(Open, one, one | {"more": 1})
    assert decoder.read(body(one)) is not None
    assert decoder.read(body(one | {"more": 1})) is None


def test_a_class_whose_pages_keep_being_unusual_is_tried_less_and_less() -> None:
    decoder = taught(Dinner, TEA)
    tried = []
    for turn in range(200):
        waited = decoder._wait
        assert decoder.read(body(TEA | {"title": 7})) is None
        tried += [] if waited else [turn]
    assert tried == [0, 1, 3, 7, 15, 31, 63, 127, 191]
    decoder._wait = 0
    assert decoder.read(body(TEA)) is not None
    assert decoder.read(body(TEA | {"title": 7})) is None
    assert decoder.read(body(TEA)) is not None


def test_a_short_list_pays_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_decoder, "_DECODERS", type(page_decoder._DECODERS)())
    text = body(TEA)
    decode_items([TEA], Dinner)
    monkeypatch.setattr(page_decoder, "WORTH_BYTES", 2 * len(text) + 1)
    assert [decode_page(text, Dinner) is not None for _ in range(5)] == [False, False, False, True, True]


def test_hooks_of_ones_own_are_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_decoder, "WORTH_BYTES", 1)
    wire = {"id": 1, "chef": {"id": 2, "name": "Ada"}, "cooks": [{"id": 3}]}
    for _ in range(2):
        page = decode_page(body(wire), Kitchen)
        decode_items([wire], Kitchen)
    assert page is not None
    assert page.items[0].chef == Cook(id=2, name="Ada")

    converter.register_structure_hook(Cook, lambda value, _: Cook(id=value["id"], name="hidden"))
    for _ in range(2):
        page = decode_page(body(wire), Kitchen)
        (plain,), _ = decode_items([wire], Kitchen)
    assert page is not None
    assert page.items[0] == plain == Kitchen(id=1, chef=Cook(id=2, name="hidden"), cooks=(Cook(id=3, name="hidden"),))

    converter.register_structure_hook(Kitchen, OwnHook())
    for _ in range(3):
        assert decode_page(body(wire), Kitchen) is None
        assert decode_items([wire], Kitchen)[0] == [Kitchen(id=0)]


async def test_a_list_is_read_this_way_and_sets_aside_what_is_malformed(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [[TEA, PLAIN], [PLAIN | {"uid": "2"}, TEA], [TEA | {"uid": "3"}, {"uid": None}], [TEA | {"uid": "4"}]]

    async def fetch(request: Request) -> Response:
        number = int(dict(request.query).get("skip", 0)) // 2
        block = {"hasNextPage": number < 3, "totalItems": 7}
        return Response(status=200, headers={}, body=body(*pages[number], pagination=block))

    taken = []

    def read(text: bytes, into: Any) -> DecodedPage[Any] | None:
        page = decode_page(text, into)
        taken.append(page is not None)
        return page

    monkeypatch.setattr(page_decoder, "_DECODERS", type(page_decoder._DECODERS)())
    monkeypatch.setattr(page_decoder, "WORTH_BYTES", 1)
    monkeypatch.setattr(paging, "decode_page", read)
    listing = Listing(request=Request.make("GET", "/dinners"), into=Dinner, fetch=fetch, page_size=2)
    walked = [page async for page in Pager(listing).pages()]
    assert taken == [False, True, False, True]
    assert [page.pagination.total for page in walked] == [7] * 4
    assert [item.to_dict() for page in walked for item in page.items] == [
        wire for page in pages for wire in page if wire["uid"]
    ]
    assert [bad.raw for page in walked for bad in page.malformed] == [{"uid": None}]


async def nothing(_: Request) -> Response:
    raise NotImplementedError


def test_the_same_page_twice_is_noticed_however_it_was_read() -> None:
    plain = Listing(request=Request.make("GET", "/dinners"), into=Dinner, fetch=nothing)._plainly(body(TEA, PLAIN))
    page = taught(Dinner, TEA, PLAIN).read(body(PLAIN, TEA))
    assert page is not None
    assert frozenset(page.keys) == frozenset(plain.keys)


@pytest.fixture(scope="module")
def bookings() -> bytes:
    """A page with every kind of booking."""
    local = Sandbox(bookings=120, seed=1, now="2026-11-22T12:00:00Z", rate_limit=None)
    with local as sandbox, CalCom(sandbox.api_key, base_url=sandbox.url) as cal:
        return cal.bookings.list(page_size=120).first().response.body


@pytest.mark.parametrize("changed", [False, True])
def test_bookings_are_read_this_way(bookings: bytes, *, changed: bool) -> None:
    """Also once Cal.com has added a field."""
    text = bookings.replace(b'"title":', b'"brandNew":{"x":[1]},"title":') if changed else bookings
    items, malformed = decode_items(parse_json(text)["data"], Booking)
    assert malformed == []
    page = PageDecoder(Booking).read(text)
    assert page is not None
    assert inside(page.items) == inside(items)
    assert {type(part) for item in page.items for part in (*item.hosts, *item.attendees)} == {BookingHost, Attendee}
    assert [item.to_dict() for item in page.items] == json.loads(text)["data"]
