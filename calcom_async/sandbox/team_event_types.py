"""`/v2/teams/{teamId}/event-types`: round robin, collective and managed."""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox import event_type_input, event_type_wire, teams, validation
from calcom_async.sandbox.answers import Answer, invalid, refusal, success
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.event_types import newest, not_found, readable, remove
from calcom_async.sandbox.host_hours import SAME_HOST
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.validation import Field, Rule
from calcom_async.sandbox.world import team_host

routes = Routes(family="team event types")

_BOTH: Final = ("current", "newest")
_SCHEDULING: Final = {
    "roundRobin": "roundRobin",
    "ROUND_ROBIN": "roundRobin",
    "collective": "collective",
    "COLLECTIVE": "collective",
    "managed": "managed",
    "MANAGED": "managed",
}
_KIND: Final = Field(
    "schedulingType",
    (
        Rule(
            "isEnum",
            "schedulingType must be one of the following values: ROUND_ROBIN, COLLECTIVE, MANAGED",
            lambda value: isinstance(value, str) and value in _SCHEDULING,
        ),
    ),
)
_HOST: Final = (
    Field("userId", (validation.integer("userId"),)),
    Field("priority", (validation.one_of("priority", ("lowest", "low", "medium", "high", "highest")),), required=False),
)
_TEAM_SHOWN: Final = (
    "id",
    "name",
    "slug",
    "bannerUrl",
    "logoUrl",
    "weekStart",
    "brandColor",
    "darkBrandColor",
    "theme",
)


def find(call: Call, team_id: int) -> Record:
    """An event type of this team."""
    event_type_id = call.number("id")
    record = call.backend.store.event_types.get(event_type_id)
    if record is None or record["_"]["teamId"] != team_id:
        raise not_found(event_type_id)
    return record


def show(call: Call, record: Record, *, listed: bool = False, hosts_limit: int | None = None) -> dict[str, Any]:
    """A team's event type as answered; lists tell all about the team, single answers only its number."""
    backend = call.backend
    owner = backend.store.users.get(record["ownerId"]) if "ownerId" in record else None
    shown = event_type_wire.show(record, None, hosted=backend.hosted, newest=newest(call), web_url=backend.web_url)
    shown.pop("users", None)
    private = record["_"]
    team = backend.store.teams.get(private["teamId"]) or {} if private["teamId"] is not None else {}
    if private.get("parentId") is not None:
        # A child belongs to its user: nothing is told of the team.
        shown.pop("calVideoSettings", None)
    else:
        shown["assignAllTeamMembers"] = private.get("assignAllTeamMembers", False)
    return {
        **shown,
        "hosts": [_host(backend, each) for each in private["hosts"][:hosts_limit]],
        "teamId": private["teamId"],
        "ownerId": owner["id"] if owner else None,
        "parentEventTypeId": private.get("parentId"),
        "schedulingType": private["schedulingType"],
        "team": {name: team.get(name) for name in (_TEAM_SHOWN if listed else ("id",))},
        SAME_HOST: private.get(SAME_HOST, False),
        "rrHostSubsetEnabled": False,
    }


def _host(backend: Backend, host: dict[str, Any]) -> dict[str, Any]:
    user = backend.store.users.get(host["userId"]) or {}
    return {**host, "name": user.get("name"), "username": user.get("username"), "avatarUrl": None}


def _hosts(backend: Backend, team_id: int, body: dict[str, Any], kind: str) -> list[dict[str, Any]] | None:
    """The hosts a body names, or None where it names none."""
    members = [user["id"] for user in teams.members(backend, team_id)]
    if body.get("assignAllTeamMembers"):
        return [_as_host({"userId": user_id}, kind) for user_id in members]
    if "hosts" not in body:
        return None
    sent = body["hosts"]
    if isinstance(sent, list) and (errors := validation.in_rows(body, "hosts", sent, _HOST)):
        raise invalid(errors)
    if not isinstance(sent, list) or not all(isinstance(host, dict) and "userId" in host for host in sent):
        raise refusal(400, "hosts must be an array of objects with a userId")
    wrong = [host["userId"] for host in sent if host["userId"] not in members]
    if wrong:
        listed = ",".join(map(str, wrong))
        raise refusal(404, f"Invalid hosts: {listed} are not members of team with id {team_id}.")
    return [_as_host(host, kind) for host in sent]


def _as_host(sent: dict[str, Any], kind: str) -> dict[str, Any]:
    if kind == "managed":
        return {"userId": sent["userId"]}
    blank = team_host(sent["userId"], kind)
    if kind != "roundRobin":
        return blank
    return blank | {name: sent[name] for name in ("mandatory", "priority") if name in sent}


@routes.add("GET", "/teams/{team}/event-types", controllers=_BOTH, access="open")
def list_all(call: Call) -> Answer:
    """`GET /v2/teams/{teamId}/event-types`: public."""
    records = call.backend.store.event_types.of(f"team {call.number('team')}")
    slug = call.query.get("eventSlug")
    if slug is not None:
        records = [each for each in records if each["slug"] == slug]
    if call.query.get("sortCreatedAt") == "desc":
        records.reverse()
    limit = call.query.get("hostsLimit", "")
    hosts_limit = int(limit) if limit.isascii() and limit.isdigit() and int(limit) else None
    return success([show(call, each, listed=True, hosts_limit=hosts_limit) for each in records])


@routes.add("POST", "/teams/{team}/event-types", controllers=_BOTH)
def create(call: Call) -> Answer:
    """`POST /v2/teams/{teamId}/event-types`; an array for a managed one: itself, then its children."""
    backend, team_id = call.backend, teams.require_role(call, "ADMIN")
    validation.check(call.body, (_KIND,))
    body = event_type_input.check(readable(call), creating=True)
    if any(each["slug"] == body["slug"] for each in backend.store.event_types.of(f"team {team_id}")):
        raise refusal(400, "Team already has an event type with this slug.")
    kind = _SCHEDULING[body["schedulingType"]]
    blank = event_type_wire.new(
        backend.store.event_types.next_id(20_100),
        None,
        title=body["title"],
        slug=body["slug"],
        lengthInMinutes=body["lengthInMinutes"],
    )
    record = event_type_input.apply(blank, event_type_input.without_fixed(body))
    record["_"] = {
        "teamId": team_id,
        "schedulingType": kind,
        "hosts": _hosts(backend, team_id, body, kind) or [],
        "assignAllTeamMembers": bool(body.get("assignAllTeamMembers")),
        SAME_HOST: body.get(SAME_HOST) is True,
    }
    if kind == "managed":
        record["metadata"] = {**record["metadata"], "managedEventConfig": {}}
    backend.store.event_types.put(record, parent=f"team {team_id}")
    return success(_with_children(call, record, _make_children(backend, record)), status=201)


def _make_children(backend: Backend, record: Record) -> list[Record]:
    if record["_"]["schedulingType"] != "managed":
        return []
    children = []
    for host in record["_"]["hosts"]:
        user = backend.store.users.get(host["userId"])
        if user is None:
            continue
        child = {
            **record,
            "id": backend.store.event_types.next_id(20_100),
            "ownerId": user["id"],
            "_": {
                "teamId": None,
                "schedulingType": None,
                "hosts": [],
                "parentId": record["id"],
                "parentTeamId": record["_"]["teamId"],
            },
        }
        children.append(backend.store.event_types.put(child, parent=f"user {user['id']}"))
    return children


def _children(backend: Backend, record: Record) -> list[Record]:
    return [each for each in backend.store.event_types.all() if each["_"].get("parentId") == record["id"]]


def _with_children(call: Call, record: Record, children: list[Record]) -> Any:
    if record["_"]["schedulingType"] != "managed":
        return show(call, record)
    return [show(call, each) for each in (record, *children)]


@routes.add("GET", "/teams/{team}/event-types/{id}", controllers=_BOTH)
def get(call: Call) -> Answer:
    """`GET /v2/teams/{teamId}/event-types/{eventTypeId}`."""
    return success(show(call, find(call, teams.require_role(call, "ADMIN"))))


@routes.add("PATCH", "/teams/{team}/event-types/{id}", controllers=_BOTH)
def update(call: Call) -> Answer:
    """`PATCH /v2/teams/{teamId}/event-types/{eventTypeId}`; a managed one takes its children along."""
    backend, team_id = call.backend, teams.require_role(call, "ADMIN")
    record = find(call, team_id)
    body = event_type_input.without_fixed(event_type_input.check(readable(call), creating=False))
    private = record["_"]
    hosts = _hosts(backend, team_id, body, private["schedulingType"])
    children = [event_type_input.apply(each, body) for each in _children(backend, record)]
    record = event_type_input.apply(record, body)
    if hosts is not None:
        record["_"] = {**private, "hosts": hosts, "assignAllTeamMembers": bool(body.get("assignAllTeamMembers"))}
    if SAME_HOST in body:
        record["_"] = {**record["_"], SAME_HOST: body[SAME_HOST] is True}
    backend.store.event_types.put(record, parent=f"team {team_id}")
    for child in children:
        backend.store.event_types.put(child, parent=f"user {child['ownerId']}")
    return success(_with_children(call, record, children))


@routes.add("DELETE", "/teams/{team}/event-types/{id}", controllers=_BOTH)
def delete(call: Call) -> Answer:
    """`DELETE /v2/teams/{teamId}/event-types/{eventTypeId}`: its bookings stay, without an event type."""
    backend, team_id = call.backend, teams.require_role(call, "ADMIN")
    record = backend.store.event_types.get(call.number("id"))
    if record is None or record["_"]["teamId"] != team_id:
        raise refusal(404, f"Event type with ID={call.number('id')} does not exist.")
    for child in _children(backend, record):
        remove(backend, child)
    remove(backend, record)
    return success({"id": record["id"], "title": record["title"]})
