"""The tool that lists teams and who is in them."""

from __future__ import annotations

import asyncio
from typing import Any

from calcom_async.agent.answers import TEAM, array_of, as_member, as_team, object_of
from calcom_async.agent.call import Call
from calcom_async.agent.pages import PAGINATION, paging_parameters, sliced
from calcom_async.agent.tool import Example, Tool
from calcom_async.errors import NotFoundError, PermissionDeniedError

__all__ = ["TEAM_TOOLS", "members_of"]


async def members_of(call: Call, team_id: int) -> list[dict[str, Any]] | None:
    """Who is in a team; None where the account may not know."""
    try:
        memberships = await call.client.team(team_id).memberships.list().collect()
    except (PermissionDeniedError, NotFoundError):
        return None
    return [as_member(membership) for membership in memberships]


async def _list_teams(call: Call) -> dict[str, Any]:
    teams = await call.client.teams.list().collect()
    chosen, pagination = sliced(call, sorted(teams, key=lambda team: team.id))
    places = asyncio.Semaphore(5)  # a burst of requests gets an account locked

    async def members(team_id: int) -> list[dict[str, Any]]:
        async with places:
            found = await members_of(call, team_id)
        if found is None:
            call.warnings.append(f"the members of team {team_id} are not known: this account may not list them")
        return found or []

    everybody = await asyncio.gather(*(members(team.id) for team in chosen))
    told = [as_team(team, who) for team, who in zip(chosen, everybody, strict=True)]
    return {"teams": told, "pagination": pagination}


_ALL = """\
local result = app.integrations["cal-com"].list_teams({})

for _, team in ipairs(result.teams or {}) do
  print(team.id .. ": " .. team.name .. " (" .. #(team.members or {}) .. " members)")
end
"""
_PAGE = """\
local result = app.integrations["cal-com"].list_teams({
  limit = 5,
  page = 2
})
"""

TEAM_TOOLS = (
    Tool(
        name="list_teams",
        title="List teams",
        description="List the teams the account belongs to, with their members. Members are known only of teams that "
        "the account administers.",
        kind="read",
        namespace="teams",
        operation="GET /v2/teams",
        parameters=paging_parameters("teams"),
        answer=object_of({"teams": array_of(TEAM), "pagination": PAGINATION}),
        examples=(
            Example(title="List all teams", lua=_ALL),
            Example(title="Paginate through teams", arguments={"limit": 5, "page": 2}, lua=_PAGE),
        ),
        handler=_list_teams,
    ),
)
