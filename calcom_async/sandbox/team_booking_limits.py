"""`/v2/me/team-booking-limits` (hosted): one's own numbers within those of the teams one hosts for."""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox import validation
from calcom_async.sandbox.answers import Answer, no_route, refusal, success
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.personal_limits import NAMES, OF_TEAMS, OWN, effective, own_key
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.validation import Field

routes = Routes()

_FIELDS: Final = tuple(
    Field(name, (validation.at_least(name, 1), validation.integer(name)), required=False) for name in NAMES
)


def set_team_limit(backend: Backend, team: int, limits: dict[str, int | None]) -> None:
    """Give a team limits, which the API has no way to."""
    backend.store.shelf(OF_TEAMS).put({"id": team, **_whole(limits)})


def _whole(record: dict[str, Any]) -> dict[str, Any]:
    return {name: record.get(name) for name in NAMES}


def _hosted_teams(call: Call) -> list[int]:
    """The teams with a limit that the caller hosts round-robin events for."""
    if not call.backend.hosted:
        raise no_route(call.method, call.url)
    store, user = call.backend.store, call.caller["id"]
    return [
        limit["id"]
        for limit in store.shelf(OF_TEAMS).all()
        if any(
            each["_"]["schedulingType"] == "roundRobin" and user in {host["userId"] for host in each["_"]["hosts"]}
            for each in store.event_types.of(f"team {limit['id']}")
        )
    ]


def _shown(call: Call, team_id: int) -> dict[str, Any]:
    store, user = call.backend.store, call.caller["id"]
    default = _whole(store.shelf(OF_TEAMS).get(team_id) or {})
    own = store.shelf(OWN).get(own_key(user, team_id))
    chosen = _whole(own) if own is not None else None
    team = store.teams.get(team_id) or {}
    return {
        "teamId": team_id,
        "teamName": team.get("name"),
        "teamLimit": default,
        "memberLimit": chosen,
        "effectiveLimit": default if chosen is None else effective(default, chosen),
    }


def _overall(call: Call) -> dict[str, Any] | None:
    record = call.backend.store.booking_limits.get(call.caller["id"])
    return _whole(record) if record is not None else None


def _team(call: Call) -> int:
    team = call.number("team")
    if team not in _hosted_teams(call):
        raise refusal(403, f"User is not a round-robin host of the team with id={team}, or it has no limit.")
    return team


@routes.add("GET", "/me/team-booking-limits")
def list_all(call: Call) -> Answer:
    """`GET /v2/me/team-booking-limits`."""
    shown, overall = [_shown(call, team) for team in _hosted_teams(call)], _overall(call)
    over = overall is not None and any(
        overall[name] is not None and sum(each["effectiveLimit"][name] or 0 for each in shown) > overall[name]
        for name in NAMES
    )
    return success({"teams": shown, "globalLimit": overall, "isOvercommitted": over})


@routes.add("PATCH", "/me/team-booking-limits/{team}")
def update(call: Call) -> Answer:
    """`PATCH /v2/me/team-booking-limits/{teamId}`: capped at one's limit over everything."""
    team = _team(call)
    body = validation.check(call.body, _FIELDS)
    shelf, key, overall = call.backend.store.shelf(OWN), own_key(call.caller["id"], team), _overall(call) or {}
    own = _whole(shelf.get(key) or {})
    for name in NAMES:
        if name in body:
            cap = overall.get(name)
            own[name] = body[name] if body[name] is None or cap is None else min(body[name], cap)
    shelf.put({"id": key, **own})
    return success(_shown(call, team))


@routes.add("DELETE", "/me/team-booking-limits/{team}")
def delete(call: Call) -> Answer:
    """`DELETE /v2/me/team-booking-limits/{teamId}`: 204, and the team's numbers apply again."""
    call.backend.store.shelf(OWN).delete(own_key(call.caller["id"], _team(call)))
    return Answer(204)
