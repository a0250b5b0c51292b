"""`/v2/teams/{teamId}/users/{userId}/ooo` (hosted): when the members of a team are away, told by its admins."""

from __future__ import annotations

from typing import Final

from calcom_async.sandbox import organization_access, out_of_office, teams
from calcom_async.sandbox.answers import Answer, no_route, refusal
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record

routes = Routes()

_PATH: Final = "/teams/{team}/users/{user}/ooo"


def _member(call: Call) -> Record:
    if not call.backend.hosted:
        raise no_route(call.method, call.url)
    team, user_id = teams.require_role(call, "ADMIN"), call.number("user")
    user = call.backend.store.users.get(user_id)
    if user is None or organization_access.membership(call, team, user_id) is None:
        raise refusal(403, f"IsUserInTeam - user with id={user_id} is not part of the team with id={team}.")
    return user


@routes.add("GET", _PATH)
def list_all(call: Call) -> Answer:
    """`GET /v2/teams/{teamId}/users/{userId}/ooo`."""
    return out_of_office.answer_list(call, [_member(call)])


@routes.add("POST", _PATH)
async def create(call: Call) -> Answer:
    """`POST /v2/teams/{teamId}/users/{userId}/ooo`."""
    return await out_of_office.create_for(call, _member(call))


@routes.add("PATCH", _PATH + "/{ooo}")
def update(call: Call) -> Answer:
    """`PATCH /v2/teams/{teamId}/users/{userId}/ooo/{oooId}`."""
    return out_of_office.update_of(call, _member(call))


@routes.add("DELETE", _PATH + "/{ooo}")
def delete(call: Call) -> Answer:
    """`DELETE /v2/teams/{teamId}/users/{userId}/ooo/{oooId}`."""
    return out_of_office.delete_of(call, _member(call))
