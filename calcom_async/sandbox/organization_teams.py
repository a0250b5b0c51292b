"""`/v2/organizations/{orgId}/teams`: the teams of an organization, and what they share with teams of no organization.

A team's event types, memberships, schedules, bookings and invitations are the same resource on a longer path: their
handlers are those of `teams` and `team_event_types`, which ask `teams.require_role` who may call them.
"""

from __future__ import annotations

import re

from attrs import evolve

from calcom_async.sandbox import private_links, schedules, team_event_types, teams, validation
from calcom_async.sandbox.answers import Answer, success, terse
from calcom_async.sandbox.organization_access import (
    crash,
    membership,
    require,
    require_user,
)
from calcom_async.sandbox.organization_access import teams as teams_of
from calcom_async.sandbox.paging import take_and_skip
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.world import team_record

routes = Routes()

_PREFIX = "/organizations/{org}"

for _route in (*teams.routes.found, *team_event_types.routes.found):
    if _route.path.startswith("/teams/{team}"):
        routes.found.append(evolve(_route, path=_PREFIX + _route.path))
for _route in private_links.routes.found:
    routes.found.append(evolve(_route, path=f"{_PREFIX}/teams/{{team}}{_route.path}"))


@routes.add("GET", "/organizations/{org}/teams")
def list_all(call: Call) -> Answer:
    """`GET /v2/organizations/{orgId}/teams`: all of them; take and skip are ignored."""
    return success(teams_of(call, require(call, "ORG_ADMIN")))


@routes.add("GET", "/organizations/{org}/teams/me")
def list_own(call: Call) -> Answer:
    """`GET /v2/organizations/{orgId}/teams/me`: those one belongs to, and as what."""
    found = []
    for team in teams_of(call, require(call, "ORG_MEMBER")):
        own = membership(call, team["id"], call.caller["id"])
        if own is not None:
            found.append({**team, "accepted": own["accepted"], "role": own["role"]})
    return success(found)


@routes.add("POST", "/organizations/{org}/teams")
def create(call: Call) -> Answer:
    """`POST /v2/organizations/{orgId}/teams`: its maker becomes the owner. The slug derives from the name."""
    organization = require(call, "ORG_ADMIN")
    backend = call.backend
    body = validation.check(call.body, teams.fields(backend))
    slug = body.get("slug") or re.sub(r"[^a-z0-9]+", "-", body["name"].lower()).strip("-")
    if any(each["slug"] == slug for each in teams_of(call, organization)):
        raise terse(409, "Invalid Input: Trying to create a record that already exists.")
    settings = teams.settings_of(backend, body) | {"slug": slug}
    team = team_record(backend.store.teams.next_id(510), body["name"], slug, parentId=organization)
    team.pop("metadata")
    team |= settings
    backend.store.teams.put(team)
    teams.join(backend, team["id"], call.caller["id"], role="OWNER", accepted=bool(body.get("autoAcceptCreator", True)))
    return success(team, status=201)


@routes.add("GET", "/organizations/{org}/teams/event-types", family="team event types")
def list_event_types(call: Call) -> Answer:
    """`GET /v2/organizations/{orgId}/teams/event-types`: those of all teams; a self-hosted server stumbles over it."""
    organization = require(call, "ORG_ADMIN")
    if not call.backend.hosted:
        raise crash()
    take, skip = take_and_skip(call.query)
    found = [
        team_event_types.show(call, record, listed=True)
        for team in teams_of(call, organization)
        for record in call.backend.store.event_types.of(f"team {team['id']}")
    ]
    return success(found[skip : skip + take])


@routes.add("GET", "/organizations/{org}/teams/{team}/users/{user}/schedules")
def list_schedules_of_member(call: Call) -> Answer:
    """`GET /v2/organizations/{orgId}/teams/{teamId}/users/{userId}/schedules`."""
    user = require_user(call, require(call, "TEAM_ADMIN"))
    return success([schedules.show(each, user) for each in call.backend.store.schedules.of(user["id"])])
