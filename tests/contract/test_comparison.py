"""Each kind of difference between a method and a document is found, and none where there is none."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, TypedDict, Unpack

import pytest

from calcom_async.contract.comparison import by_operation, compare_requests
from calcom_async.contract.discovery import channel_on
from calcom_async.contract.document import Document
from calcom_async.contract.recording import Recorder
from calcom_async.contract.report import Report, compare
from calcom_async.contract.survey import Survey, survey
from calcom_async.core.inputs import Instant, fields, instant, part
from calcom_async.core.records import Input, Record, record
from calcom_async.core.unset import UNSET, Unset
from calcom_async.errors import InvalidRequestError
from calcom_async.resources.resource import Listing, Resource, Scope, operation, paginated


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@record
class Place(Record):
    city: str | None = None


@record
class Thing(Record):
    id: int
    name: str | None = None
    colour: Colour | str | None = None
    place: Place | None = None
    made_at: datetime | None = None


@record
class NewPlace(Input):
    city: str
    floor: int | Unset = UNSET


class Settings(TypedDict, total=False):
    colour: Colour | str
    place: NewPlace | Mapping[str, Any]
    made_at: Instant


class Part(Resource[Any]):
    versions = ("2024-01-01",)

    @operation
    async def get(self) -> Thing:
        """`GET /v2/things/{thingId}/part`."""
        return await self._get("/part", into=Thing)


class Things(Resource[Any]):
    """Stands where a client stands."""

    versions = ("2024-01-01",)

    @paginated
    def list(self, *, order: Literal["asc", "desc"] | Unset = UNSET, page_size: int = 100) -> Listing[Thing]:
        """`GET /v2/things`."""
        return self._list("/things", Thing, query=fields(order=order), page_size=page_size)

    @operation
    async def create(
        self, *, name: str | Unset = UNSET, slug: str | Unset = UNSET, **settings: Unpack[Settings]
    ) -> Thing:
        """`POST /v2/things`."""
        if name is UNSET and slug is UNSET:
            raise InvalidRequestError("name or slug")
        place, made_at = part(NewPlace, settings.get("place", UNSET), "place"), settings.get("made_at", UNSET)
        body = fields(
            name=name,
            slug=slug,
            colour=settings.get("colour", UNSET),
            place=place,
            made_at=instant(made_at, "made_at"),
        )
        return await self._post("/things", body=body, into=Thing)

    @operation
    async def export(self, destination: str) -> None:
        """`GET /v2/things`, and no operation by itself."""

    def thing(self, thing_id: int) -> Part:
        return Part(self._channel, self._scope.inside("/things/{thingId}", thing_id))


TEXT = {"type": "string"}
COLOUR = {"type": "string", "enum": ["red", "blue"]}
PLACE = {"type": "object", "properties": {"city": TEXT, "floor": {"type": "number"}}, "required": ["city"]}
VERSION = {"name": "cal-api-version", "in": "header", "required": True, "schema": {"default": "2024-01-01"}}
ANSWER = {
    "type": "object",
    "properties": {
        "id": {"type": "number"},
        "name": {"type": "string", "nullable": True},
        "colour": COLOUR,
        "place": {"type": "object", "properties": {"city": TEXT}},
        "madeAt": TEXT,
    },
    "required": ["id"],
}


def answer(data: Mapping[str, Any]) -> Any:
    envelope = {"type": "object", "properties": {"status": TEXT, "data": data}, "required": ["status", "data"]}
    return {"200": {"content": {"application/json": {"schema": envelope}}}}


DOCUMENT: Mapping[str, Any] = {
    "paths": {
        "/v2/things": {
            "get": {
                "parameters": [
                    VERSION,
                    {"name": "order", "in": "query", "schema": {"type": "string", "enum": ["asc", "desc"]}},
                    {"name": "take", "in": "query", "schema": {"type": "number", "maximum": 100}},
                    {"name": "skip", "in": "query", "schema": {"type": "number"}},
                ],
                "responses": answer({"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}),
            },
            "post": {
                "parameters": [VERSION],
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "properties": {
                                    "name": TEXT,
                                    "slug": TEXT,
                                    "colour": COLOUR,
                                    "place": PLACE,
                                    "madeAt": {"type": "string", "format": "date-time"},
                                },
                            }
                        }
                    }
                },
                "responses": answer({"$ref": "#/components/schemas/Thing"}),
            },
        },
        "/v2/things/{thingId}/part": {
            "get": {
                "parameters": [VERSION, {"name": "thingId", "in": "path", "schema": {"type": "number"}}],
                "responses": answer({"allOf": [{"$ref": "#/components/schemas/Thing"}]}),
            }
        },
    },
    "components": {"schemas": {"Thing": ANSWER}},
}


def things(recorder: Recorder) -> Any:
    return Things(channel_on(recorder), Scope())


@pytest.fixture(scope="module")
def called() -> Survey:
    return survey(things)


def report(called: Survey, change: Callable[[Any], Any]) -> Report:
    wire = copy.deepcopy(DOCUMENT)
    change(wire)
    return compare(wire, surveyed=called)


def body_of(wire: Any) -> Any:
    return wire["paths"]["/v2/things"]["post"]["requestBody"]["content"]["application/json"]["schema"]


def query_of(wire: Any) -> Any:
    return wire["paths"]["/v2/things"]["get"]["parameters"]


def thing_of(wire: Any) -> Any:
    return wire["components"]["schemas"]["Thing"]


def test_every_method_is_found(called: Survey) -> None:
    paths = [one.method.path for one in called.methods]
    assert paths == ["cal.create", "cal.list", "cal.thing(thing_id).get"]


def test_what_agrees_is_no_difference(called: Survey) -> None:
    same = report(called, lambda _: None)
    assert same.findings == ()
    assert same.count() == (3, 3)
    assert same.answers[0] == same.answers[1] > 20


CHANGES: list[tuple[str, Callable[[Any], Any], tuple[str, str, str, str]]] = [
    (
        "an operation more",
        lambda wire: wire["paths"].update({"/v2/others": {"get": {"responses": {}}}}),
        ("GET /v2/others", "operation", "", "new"),
    ),
    (
        "an operation less",
        lambda wire: wire["paths"].pop("/v2/things/{thingId}/part"),
        ("GET /v2/things/{thingId}/part", "operation", "", "gone"),
    ),
    (
        "a parameter more",
        lambda wire: query_of(wire).append({"name": "size", "in": "query", "schema": TEXT}),
        ("GET /v2/things", "query", "query size", "new"),
    ),
    ("a parameter less", lambda wire: query_of(wire).pop(3), ("GET /v2/things", "query", "query skip", "gone")),
    (
        "a parameter required",
        lambda wire: query_of(wire)[1].update(required=True),
        ("GET /v2/things", "required", "query order", "changed"),
    ),
    (
        "a value of a parameter more",
        lambda wire: query_of(wire)[1]["schema"]["enum"].append("random"),
        ("GET /v2/things", "enum", "query order random", "new"),
    ),
    (
        "a value of a parameter less",
        lambda wire: query_of(wire)[1]["schema"]["enum"].remove("desc"),
        ("GET /v2/things", "enum", "query order", "gone"),
    ),
    (
        "a lower bound of pages",
        lambda wire: query_of(wire)[2]["schema"].update(maximum=50),
        ("GET /v2/things", "bound", "query take", "changed"),
    ),
    (
        "another type of a parameter",
        lambda wire: query_of(wire)[2]["schema"].update(type="boolean"),
        ("GET /v2/things", "type", "query take", "changed"),
    ),
    (
        "another version",
        lambda wire: query_of(wire).__setitem__(0, {**VERSION, "schema": {"default": "2025-05-05"}}),
        ("GET /v2/things", "version", "cal-api-version", "changed"),
    ),
    (
        "no version",
        lambda wire: query_of(wire).pop(0),
        ("GET /v2/things", "version", "cal-api-version 2024-01-01", "gone"),
    ),
    (
        "a property of a body more",
        lambda wire: body_of(wire)["properties"].update(weight=TEXT),
        ("POST /v2/things", "body", "body weight", "new"),
    ),
    (
        "a property of a body less",
        lambda wire: body_of(wire)["properties"].pop("slug"),
        ("POST /v2/things", "body", "body slug", "gone"),
    ),
    (
        "a nested property more",
        lambda wire: body_of(wire)["properties"]["place"]["properties"].update(door=TEXT),
        ("POST /v2/things", "body", "body place.door", "new"),
    ),
    (
        "a nested property less",
        lambda wire: body_of(wire)["properties"]["place"]["properties"].pop("floor"),
        ("POST /v2/things", "body", "body place.floor", "gone"),
    ),
    (
        "a property of a body required",
        lambda wire: body_of(wire).update(required=["name"]),
        ("POST /v2/things", "required", "body name", "changed"),
    ),
    (
        "a nested property required",
        lambda wire: body_of(wire)["properties"]["place"].update(required=["city", "floor"]),
        ("POST /v2/things", "required", "body place.floor", "changed"),
    ),
    (
        "another type in a body",
        lambda wire: body_of(wire)["properties"]["place"]["properties"].update(floor=TEXT),
        ("POST /v2/things", "type", "body place.floor", "changed"),
    ),
    (
        "a value in a body more",
        lambda wire: body_of(wire)["properties"].update(colour={"type": "string", "enum": ["red", "blue", "green"]}),
        ("POST /v2/things", "enum", "body colour green", "new"),
    ),
    (
        "no body",
        lambda wire: wire["paths"]["/v2/things"]["post"].pop("requestBody"),
        ("POST /v2/things", "body", "body", "gone"),
    ),
    (
        "a field of an answer more",
        lambda wire: thing_of(wire)["properties"].update(weight=TEXT),
        ("GET /v2/things", "answer", "answer [].weight", "new"),
    ),
    (
        "a nested field of an answer more",
        lambda wire: thing_of(wire)["properties"]["place"]["properties"].update(door=TEXT),
        ("GET /v2/things", "answer", "answer [].place.door", "new"),
    ),
    (
        "another type in an answer",
        lambda wire: thing_of(wire)["properties"].update(madeAt={"type": "number"}),
        ("GET /v2/things", "answer", "answer data[].madeAt", "changed"),
    ),
    (
        "a value in an answer more",
        lambda wire: thing_of(wire)["properties"].update(colour={"type": "string", "enum": ["red", "green"]}),
        ("GET /v2/things/{thingId}/part", "enum", "answer colour green", "new"),
    ),
    (
        "a field that was always there and is not",
        lambda wire: thing_of(wire).update(required=[]),
        ("GET /v2/things/{thingId}/part", "answer", "answer data.id", "changed"),
    ),
    (
        "one thing where a list was",
        lambda wire: wire["paths"]["/v2/things"]["get"].update(
            responses=answer({"$ref": "#/components/schemas/Thing"})
        ),
        ("GET /v2/things", "answer", "answer data", "changed"),
    ),
]


@pytest.mark.parametrize(("change", "expected"), [case[1:] for case in CHANGES], ids=[case[0] for case in CHANGES])
def test_a_difference_is_found(
    called: Survey, change: Callable[[Any], Any], expected: tuple[str, str, str, str]
) -> None:
    found = [(one.operation, one.kind, one.where, one.what) for one in report(called, change).findings]
    assert expected in found


def test_what_a_union_knows_elsewhere_is_known(called: Survey) -> None:
    def change(wire: Any) -> None:
        whole = body_of(wire)["properties"]
        members = [
            {"type": "object", "properties": {n: p for n, p in whole.items() if n != out}} for out in ("name", "slug")
        ]
        wire["paths"]["/v2/things"]["post"]["requestBody"]["content"]["application/json"]["schema"] = {"oneOf": members}

    assert report(called, change).findings == ()


def test_an_older_version_is_held_against_its_own_words(called: Survey) -> None:
    def change(wire: Any) -> None:
        post = wire["paths"]["/v2/things"]["post"]
        post["x-older-versions"] = [copy.deepcopy(post)]
        post["parameters"] = [{**VERSION, "schema": {"default": "2025-05-05"}}]
        body_of(wire)["properties"]["weight"] = TEXT

    found = [(one.kind, one.where, one.what) for one in report(called, change).findings]
    assert found == [("version", "cal-api-version 2025-05-05", "new")]


def test_a_version_that_only_some_calls_ask_for() -> None:
    class Dated(Things):
        @operation
        async def create(self, *, name: str, sooner: bool = False) -> Thing:
            """`POST /v2/things`."""
            versions = ("2024-06-06",) if sooner else self.versions
            return await self._post("/things", body=fields(name=name), versions=versions, into=Thing)

    wire = copy.deepcopy(dict(DOCUMENT))
    post = wire["paths"]["/v2/things"]["post"]
    body_of(wire)["properties"] = {"name": TEXT}
    post["x-older-versions"] = [
        {**copy.deepcopy(post), "parameters": [{**VERSION, "schema": {"default": "2023-03-03"}}]}
    ]
    dated = survey(lambda recorder: Dated(channel_on(recorder), Scope()))
    found = [(one.operation, one.kind, one.where, one.what) for one in compare(wire, surveyed=dated).findings]
    assert found == [("POST /v2/things", "version", "cal-api-version 2024-06-06", "gone")]


def test_a_refused_argument_is_told(called: Survey) -> None:
    class Refusing(Things):
        @operation
        async def create(self, *, name: str, slug: str | Unset = UNSET) -> Thing:
            """`POST /v2/things`."""
            if slug is not UNSET:
                raise InvalidRequestError("slug: not today")
            return await self._post("/things", body=fields(name=name), into=Thing)

    one = survey(lambda recorder: Refusing(channel_on(recorder), Scope())).methods[0]
    assert one.idle == ("slug",)
    assert str(one.failure_with("slug")) == "slug: not today"


def test_each_difference_is_told_once(called: Survey) -> None:
    document = Document(raw=copy.deepcopy(DOCUMENT))
    body_of(document.raw)["properties"].pop("slug")
    reached, nowhere = by_operation(document, called.methods)
    assert nowhere == []
    (finding,) = compare_requests(document, document.operations["POST", "/things"], reached["POST /v2/things"])
    assert str(finding) == "POST /v2/things: body slug: is sent, and not documented [cal.create]"
