"""Requests made from the document, thousands of them: the sandbox answers each, in time, in the document's shapes.

`nox -s conformance` runs these, for they need schemathesis and the API reference folder; elsewhere they are skipped.
`CALCOM_CONFORMANCE`, which has to be set, is how many requests each operation gets; another `CALCOM_CONFORMANCE_SEED`
makes other ones. What is wrong is: an error that no handler foresaw, no answer within eight seconds, an error in none of the
five shapes, and a success that neither the document's schema nor any recorded answer to the same operation looks like.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import define, field
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from calcom_async.sandbox import Sandbox
from calcom_async.sandbox.world import give_key
from tests.sandbox.replay.interludes import STEP
from tests.sandbox.unforeseen import Listener

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed (nox -s conformance)")
jsonschema = pytest.importorskip("jsonschema")
requests = pytest.importorskip("requests")

REFERENCE: Final = Path(os.environ.get("CALCOM_API_REFERENCE", Path(__file__).parents[3] / "shared" / "api"))
EXAMPLES: Final = int(os.environ.get("CALCOM_CONFORMANCE", "0"))
SEED: Final = int(os.environ.get("CALCOM_CONFORMANCE_SEED", "1"))
PATIENCE: Final = 8
NEWEST_OF_SELF_HOSTED: Final = "2024-09-04"

pytestmark = [
    pytest.mark.contract,
    pytest.mark.slow,
    pytest.mark.timeout(3600),
    pytest.mark.filterwarnings("default"),
    pytest.mark.skipif(EXAMPLES == 0, reason="CALCOM_CONFORMANCE is not set (nox -s conformance)"),
    pytest.mark.skipif(
        not REFERENCE.is_dir(), reason="the API reference folder is absent (CALCOM_API_REFERENCE, `nox -s conformance`)"
    ),
]

KNOWN: Final[dict[str, tuple[str, ...]]] = {
    "teamId": ("501",),
    "eventTypeId": ("20001", "20003", "20004", "20005", "20006", "20007", "20008"),
    "id": ("20001", "20002"),
    "scheduleId": ("3001", "3002"),
    "userId": ("1001", "1002", "1003"),
    "calendar": ("google", "office365", "apple"),
    "app": ("zoom", "google-meet"),
}
"""Path parameters that lead somewhere in the default world, beside those that the run itself makes."""

_TEAM: Final = "/v2/organizations/{orgId}/teams/{teamId}"
_WEBHOOK: Final = {"active": True, "subscriberUrl": "http://127.0.0.1:9/", "triggers": ["OOO_CREATED"]}
_DAYS: Final = {"start": "2026-09-01T00:00:00Z", "end": "2026-09-02T00:00:00Z", "notes": "away", "reason": "vacation"}
_FLOW: Final = {"name": "W", "trigger": {"type": "newEvent"}, "steps": [STEP]}
_ATTRIBUTE: Final = {"name": "Place", "slug": "place", "type": "SINGLE_SELECT", "options": []}
_LENGTH: Final = {"title": "Half", "slug": "half", "lengthInMinutes": 30}
_ROLE: Final = {"name": "Reader", "permissions": ["booking.read"]}
PREPARED: Final[tuple[tuple[str, Any], ...]] = (
    ("/v2/organizations/{orgId}/teams", {"name": "Team"}),
    ("/v2/organizations/{orgId}/memberships", None),
    ("/v2/organizations/{orgId}/users", None),
    ("/v2/organizations/{orgId}/webhooks", _WEBHOOK),
    ("/v2/organizations/{orgId}/roles", _ROLE),
    ("/v2/organizations/{orgId}/attributes", _ATTRIBUTE),
    ("/v2/organizations/{orgId}/attributes/{attributeId}/options", {"value": "Riga", "slug": "riga"}),
    (
        "/v2/organizations/{orgId}/users/{userId}/schedules",
        {"name": "S", "timeZone": "UTC", "isDefault": False},
    ),
    ("/v2/organizations/{orgId}/users/{userId}/ooo", _DAYS),
    (f"{_TEAM}/memberships", {"userId": 1002, "role": "MEMBER"}),
    (f"{_TEAM}/event-types", {**_LENGTH, "schedulingType": "roundRobin", "hosts": [{"userId": 1001}]}),
    (f"{_TEAM}/event-types/{{eventTypeId}}/private-links", {"maxUsageCount": 5}),
    (f"{_TEAM}/roles", _ROLE),
    (f"{_TEAM}/workflows", {**_FLOW, "activation": {"isActiveOnAllEventTypes": True}}),
    ("/v2/event-types/{eventTypeId}/webhooks", _WEBHOOK),
    ("/v2/event-types/{eventTypeId}/private-links", {"maxUsageCount": 5}),
    ("/v2/webhooks", {**_WEBHOOK, "subscriberUrl": "http://127.0.0.1:9/2"}),
    ("/v2/schedules", {"name": "S", "timeZone": "UTC", "isDefault": False}),
    ("/v2/me/ooo", {**_DAYS, "start": "2026-10-01T00:00:00Z", "end": "2026-10-02T00:00:00Z"}),
    ("/v2/teams/{teamId}/memberships", {"userId": 1003}),
    ("/v2/teams/{teamId}/event-types", {**_LENGTH, "schedulingType": "collective", "hosts": [{"userId": 1001}]}),
    ("/v2/workflows", {**_FLOW, "activation": {"isActiveOnAllEventTypes": True}}),
)
"""What there is one of before the run: requests in their order, None for a list whose ids are learned."""

NULLABLE: Final = ("darkBrandColor",)
"""What others have seen null on the hosted service, beside what was recorded."""

Problem = tuple[str, str]
"""Where in an answer, and what is wrong there."""


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((REFERENCE / "openapi.json").read_text())
    return found


def plain(schema: Any, depth: int = 0) -> Any:
    """A schema of the document as plain JSON schema: references replaced, `nullable` said in other words."""
    if isinstance(schema, list):
        return [plain(each, depth) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return plain(document()["components"]["schemas"][name], depth + 1) if depth < 12 else {}
    said = {name: plain(value, depth) for name, value in schema.items() if name not in ("nullable", "example")}
    if isinstance(said.get("required"), bool):
        del said["required"]
    return {"anyOf": [said, {"type": "null"}]} if schema.get("nullable") else said


def problems(schema: Any, body: Any) -> set[Problem]:
    """Where a body is not as a schema says; items of lists are not told apart."""
    found = set()
    for error in _leaves(jsonschema.Draft7Validator(schema).iter_errors(body)):
        if error.validator in ("type", "enum", "minimum") and _seen(error):
            continue
        at = "$" + "".join("[]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)
        what = error.message.partition(" is a required")[0] if error.validator == "required" else ""
        found.add((at, f"{error.validator} {what}".strip()))
    return found


def _leaves(errors: Any) -> Iterator[Any]:
    """Errors without those of unions, in whose place stand those of the alternative that fits best."""
    for error in errors:
        if not error.context:
            if error.validator != "oneOf":  # too many alternatives fit: the document's fault
                yield error
            continue
        branches: dict[Any, list[Any]] = {}
        for inner in error.context:
            branches.setdefault(inner.schema_path[0], []).append(inner)
        yield from min((list(_leaves(each)) for each in branches.values()), key=len)


def _seen(error: Any) -> bool:
    """Whether such a value was recorded under a key of that name, whatever the document says of it."""
    names = [step for step in error.absolute_path if isinstance(step, str)]
    if error.instance is None and names and names[-1] in NULLABLE:
        return True
    kind = str(error.instance) if error.validator == "minimum" else type(error.instance).__name__
    return bool(names) and (names[-1], kind) in recorded_kinds()


@cache
def recorded_kinds() -> frozenset[tuple[str, str]]:
    """Which kinds of value the recorded successes have under which key, and where it is nought."""
    found: set[tuple[str, str]] = set()
    stack = [body for bodies in recorded().values() for body in bodies]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            for name, inner in value.items():
                found.update((name, type(each).__name__) for each in (inner if isinstance(inner, list) else [inner]))
                if inner == 0 and inner is not False:
                    found.add((name, "0"))
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
    return frozenset(found)


@define
class Answers:
    """What the document and the recorded answers say of one operation's successes."""

    schemas: list[Any]
    recorded: list[Any] = field(factory=list)

    def strange(self, body: Any) -> set[Problem]:
        """What neither the document nor any recorded answer explains."""
        if not self.schemas:
            return set()
        by_schema = [problems(schema, body) for schema in self.schemas]
        least = min(by_schema, key=len)
        if not least:
            return set()
        at = by_schema.index(least)
        known = {problem for each in self.recorded for problem in problems(self.schemas[at], each)}
        return {(where, what) for where, what in least - known if not _inside_known(where, known)}


def _inside_known(where: str, known: set[Problem]) -> bool:
    """Whether recorded answers, too, are not as documented at this place or above it."""
    return any(where == at or where.startswith((f"{at}.", f"{at}[")) for at, _ in known if at not in ("$", "$.data"))


def answers_of(wire: dict[str, Any]) -> list[Any]:
    found = []
    for variant in (wire, *wire.get("x-older-versions", ())):
        if not isinstance(variant, dict):
            continue
        for status, answer in variant.get("responses", {}).items():
            schema = answer.get("content", {}).get("application/json", {}).get("schema")
            if status.startswith("2") and schema:
                found.append(plain(schema))
    return found


@cache
def recorded() -> dict[tuple[str, str], list[Any]]:
    """The recorded successes, by method and path template."""
    patterns = [(tuple(path.split("/")), path) for path in document()["paths"]]
    found: dict[tuple[str, str], list[Any]] = {}
    for method, path, body in _captures():
        parts = path.partition("?")[0].removeprefix("/api").rstrip("/").split("/")
        for pattern, template in patterns:
            if len(pattern) == len(parts) and all(
                one.startswith("{") or one == other for one, other in zip(pattern, parts, strict=True)
            ):
                found.setdefault((method, template), []).append(body)
                break
    return found


def _captures() -> Iterator[tuple[str, str, Any]]:
    folder = REFERENCE / "captures"
    for file in folder.glob("*.json"):
        row = json.loads(file.read_text())
        if row["status"] < 300:
            yield row["method"], row["route"], row["body"]
    for name in ("server.jsonl", "server-2.jsonl"):
        for line in (folder / name).read_text().splitlines():
            row = json.loads(line)
            if row["status"] < 300:
                yield row["method"], row["path"], row["body"]


def is_error(status: int, body: Any) -> bool:
    """Whether this is one of the shapes in which the real server refuses."""
    if not isinstance(body, dict):
        return False
    if body.get("status") == "error":
        return {"timestamp", "path", "error"} <= body.keys() and "message" in body["error"]
    return (body.get("statusCode") == status and "message" in body) or "error" in body


@define
class Run:
    """One sandbox under fire, and what was found."""

    sandbox: Sandbox
    hosted: bool
    session: Any = field(factory=requests.Session)
    sent: int = 0
    statuses: dict[int, int] = field(factory=dict)
    found: dict[str, str] = field(factory=dict)
    ids: dict[str, list[str]] = field(factory=dict)
    unforeseen: list[str] = field(factory=list)

    def note(self, what: str, case: Any, text: str) -> None:
        label = f"{case.operation.method.upper()} {case.operation.path}: {what}"
        self.found.setdefault(label, text[:600])

    def send(self, case: Any, version: str | None, answers: Answers) -> None:
        case.headers = {"Authorization": f"Bearer {self.sandbox.api_key}"}
        if version is not None:
            case.headers["cal-api-version"] = version
        case.cookies = {}
        told = f"{case.path_parameters} {dict(case.query or {})} {case.body!r}"
        self.sent += 1
        self.unforeseen.clear()
        try:
            answer = case.call(
                base_url=self.sandbox.url.removesuffix("/v2"), session=self.session, timeout=PATIENCE, verify=False
            )
        except requests.Timeout:
            self.note(f"no answer within {PATIENCE} s", case, told)
            return
        self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
        if self.unforeseen:
            self.note(f"unforeseen: {self.unforeseen[-1]}", case, told)
            return
        if answer.status_code in (204, 302, 303, 304) or not answer.content:
            return
        if answer.content.startswith(b"Got more than"):
            return  # a request line no HTTP server takes
        try:
            body = json.loads(answer.content)
        except ValueError:
            self.note("an answer that is not JSON", case, answer.text)
            return
        if answer.status_code >= 400:
            if not is_error(answer.status_code, body):
                self.note(f"an error in no known shape: {answer.status_code}", case, f"{body} {told}")
            return
        self.learn(case.operation.path, body)
        for where, what in answers.strange(body):
            self.note(f"{where} {what}", case, json.dumps(body))

    def ways(self, path: str, name: str) -> list[str]:
        """What a parameter of a path may be, so that it leads to something."""
        known = () if "/organizations/" in path and name in ("teamId", "eventTypeId", "userId") else KNOWN.get(name, ())
        return [*self.ids.get(_place(path, name), ()), *known]

    def prepare(self, organization: str) -> None:
        """Put one of each family into an organization, as documents of bodies seldom lead to any."""
        self.ids[_place("/organizations/", "orgId")] = [organization]
        for path, sent in PREPARED:
            filled = path
            for name in re.findall(r"{(\w+)}", path):
                filled = filled.replace(f"{{{name}}}", self.ways(path, name)[0])
            method = "get" if sent is None else "post"
            version = version_of(document()["paths"][path][method], hosted=self.hosted)
            headers = {"Authorization": f"Bearer {self.sandbox.api_key}", "cal-api-version": version}
            answer = self.session.request(
                method, self.sandbox.url.removesuffix("/v2") + filled, json=sent, headers=headers, timeout=PATIENCE
            )
            if answer.status_code < 300:
                self.learn(path, answer.json())
            else:
                assert not self.hosted, f"{path}: {answer.text}"

    def learn(self, path: str, body: Any) -> None:
        """Remember the id of what was made, so that later requests lead to it."""
        below = f"{path}/{{"
        name = next(
            (path[len(below) :].partition("}")[0] for path in document()["paths"] if path.startswith(below)), None
        )
        data = body.get("data") if isinstance(body, dict) else None
        for row in data if isinstance(data, list) else [data]:
            if name is not None and isinstance(row, dict):
                made = next((row[key] for key in ("uid", "id", "clientId", "linkId") if row.get(key)), None)
                if made is not None:
                    self.ids.setdefault(_place(path, name), []).append(str(made))


def _place(path: str, name: str) -> str:
    """Organizations have teams, roles and event types of their own, under the same names."""
    return f"{name} of organizations" if "/organizations/" in path else name


def version_of(wire: dict[str, Any], *, hosted: bool) -> str | None:
    """The version an operation wants."""
    asked = [
        each["schema"].get("default") or (each["schema"].get("enum") or [None])[0]
        for each in wire.get("parameters", ())
        if each.get("name") == "cal-api-version"
    ]
    if not asked or asked[0] is None:
        return None
    if hosted or asked[0] <= NEWEST_OF_SELF_HOSTED:
        return str(asked[0])
    older = json.dumps(wire.get("x-older-versions") or "")
    return next((each for each in ("2024-09-04", "2024-08-13", "2024-06-14") if each in older), "2024-08-13")


_ORDER: Final = ("post", "get", "put", "patch", "delete")


@pytest.fixture(params=["hosted", "self-hosted"])
def run(request: pytest.FixtureRequest) -> Iterator[Run]:
    with Sandbox(bookings=40, now="2026-04-06T08:00:00Z", rate_limit=None, profile=request.param) as sandbox:
        under_fire = Run(sandbox, request.param == "hosted")
        sandbox.backend.deliverer.patience = 0.5
        organization = sandbox.organization(members=["member"])
        under_fire.ids = {
            "bookingUid": sandbox.booking_uids()[:6],
            "clientId": [sandbox.platform_client().client_id],
        }
        under_fire.prepare(str(organization))
        team = int(under_fire.ways("/organizations/", "teamId")[0])
        field = {"id": "f1", "label": "Size", "type": "text", "identifier": "size", "required": False}
        routes = [{"isFallback": True, "action": {"type": "customPageMessage", "value": "Sorry"}}]
        for path, owner in (("/organizations/", team), ("/", None)):
            form = sandbox.routing_form(name="Form", fields=[field], routes=routes, team_id=owner)
            under_fire.ids[_place(path, "routingFormId")] = [form]
        listener = Listener(under_fire.unforeseen)
        log = logging.getLogger("calcom_async.sandbox.app")
        log.addHandler(listener)
        yield under_fire
        log.removeHandler(listener)


def operations() -> list[Any]:
    schema = schemathesis.openapi.from_dict(document())
    found = [each.ok() for each in schema.get_all_operations()]
    return sorted(found, key=lambda each: (_ORDER.index(each.method), each.path))


def fire(run: Run, operation: Any, examples: int) -> None:
    """Send an operation's requests: most lead to something, some are made wrong on purpose."""
    wire = document()["paths"][operation.path][operation.method]
    # What was recorded of the same thing: by any method, and where all of them are listed.
    paths = (operation.path, operation.path.rpartition("/{")[0])
    kin = [body for (_, path), bodies in recorded().items() if path in paths for body in bodies]
    answers = Answers(answers_of(wire), kin)
    version = version_of(wire, hosted=run.hosted)
    modes = schemathesis.GenerationMode
    cases = st.one_of(
        operation.as_strategy(generation_mode=modes.POSITIVE), operation.as_strategy(generation_mode=modes.NEGATIVE)
    )

    @seed(SEED)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, aim=st.integers(0, 9), pick=st.randoms(use_true_random=False))
    def shoot(case: Any, aim: int, pick: Any) -> None:
        give_key(run.sandbox.backend.store, 1001, run.sandbox.api_key)
        for name in case.path_parameters or {}:
            ways = run.ways(operation.path, name)
            if ways and aim < 9:
                case.path_parameters[name] = pick.choice(ways)
        run.send(case, version, answers)

    shoot()


def test_the_sandbox_conforms(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    reached = operations()
    for operation in reached:
        fire(run, operation, EXAMPLES)
    with capsys.disabled():
        kind = "hosted" if run.hosted else "self-hosted"
        print(f"\n{kind}: {len(reached)} operations, {run.sent} requests, answers {dict(sorted(run.statuses.items()))}")
        print(*(f"  {label}\n      {text}" for label, text in sorted(run.found.items())), sep="\n")
    assert len(reached) > 340
    assert run.found == {}
