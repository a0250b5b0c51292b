"""Who may do what in an organization, judged and worded as the real server does.

An organization is a team with `isOrganization`, its teams name it as their parent, and who belongs to it is a
membership like that of a team. A role is asked for as `ORG_MEMBER` to `ORG_OWNER` or `TEAM_MEMBER` to `TEAM_OWNER`;
admins of the organization may do in its teams whatever a team's admin may.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

from calcom_async.sandbox import world
from calcom_async.sandbox.answers import ApiError, refusal, terse
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.people import ADMIN_ROLES
from calcom_async.sandbox.routing import Call
from calcom_async.sandbox.store import Record

Least = Literal["ORG_MEMBER", "ORG_ADMIN", "ORG_OWNER", "TEAM_MEMBER", "TEAM_ADMIN", "TEAM_OWNER"]

Plan = Literal["ESSENTIALS", "SCALE"]

_RANKS: Final = ("MEMBER", "ADMIN", "OWNER")
_PLANS: Final = ("FREE", "STARTER", "ESSENTIALS", "SCALE", "ENTERPRISE")


def make(backend: Backend, name: str, roles: Mapping[int, str]) -> int:
    """Put an organization of these users in place; its id."""
    store = backend.store
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    team = store.teams.put(world.team_record(store.teams.next_id(510), name, slug, isOrganization=True))
    for user_id, role in roles.items():
        record = world.membership_record(store.memberships.next_id(8100), user_id, team["id"], role)
        store.memberships.put(record, parent=team["id"])
        user = store.users.get(user_id) or {}
        about = {"organizationId": team["id"], "organization": {"isPlatform": False, "id": team["id"]}}
        store.users.put(user | about)
    backend.bookings.refresh_listing()
    return int(team["id"])


def crash() -> ApiError:
    """What the real server makes of an input it did not foresee."""
    return terse(500, "There was an error, please try again later.")


def missing() -> ApiError:
    """A change of something that is not there, as the database words it."""
    return terse(404, "Invalid Query: The requested record was not found.")


def number(call: Call, name: str) -> int:
    """A numeric path parameter of an organization's route."""
    text = call.params[name]
    if not text.isascii() or not text.isdigit():
        raise crash()
    return int(text)


def membership(call: Call, owner: int, user_id: int) -> Record | None:
    """The accepted membership of a user in an organization or team."""
    there = call.backend.store.memberships.of(owner)
    return next((each for each in there if each["userId"] == user_id and each["accepted"]), None)


def members(call: Call, organization: int) -> list[Record]:
    """The users who belong to an organization, by id."""
    ids = sorted(each["userId"] for each in call.backend.store.memberships.of(organization) if each["accepted"])
    return [user for user_id in ids if (user := call.backend.store.users.get(user_id)) is not None]


def teams(call: Call, organization: int) -> list[Record]:
    """The teams of an organization, by id."""
    return [each for each in call.backend.store.teams.all() if each.get("parentId") == organization]


def require(call: Call, least: Least, *, plan: Plan = "ESSENTIALS") -> int:
    """The organization of this call, once the caller is found to have the role in it, or in the team of this call.

    A platform may have a plan (`plan` in the metadata of its team; none for every right), which must suffice.
    """
    organization = _require_role(call, least)
    metadata = (call.backend.store.teams.get(organization) or {}).get("metadata") or {}
    if "plan" in metadata:
        _check_plan(metadata["plan"], plan, organization)
    return organization


def _check_plan(has: str, wants: Plan, organization: int) -> None:
    if has not in _PLANS:
        raise refusal(
            403,
            f"PlatformPlanGuard - Invalid platform billing plan provided. Current plan: {has}, Minimum plan: {wants}",
        )
    if _PLANS.index(has) < _PLANS.index(wants):
        raise refusal(
            403,
            f"PlatformPlanGuard - organization with id={organization} does not have required plan for this operation."
            f" Minimum plan is {wants} while the organization has {has}.",
        )


def _require_role(call: Call, least: Least) -> int:
    organization = number(call, "org")
    found = call.backend.store.teams.get(organization)
    caller = call.caller
    if found is None or not found["isOrganization"]:
        raise refusal(
            403, f"IsOrgGuard - provided organization id={organization} does not represent any existing organization."
        )
    own = membership(call, organization, caller["id"])
    if "team" not in call.params:
        if own is None:
            raise refusal(403, f"RolesGuard - User is not a member of the organization with id={organization}.")
        _check(own, least, f"organization with id={organization}.")
        return organization
    team = number(call, "team")
    if own is None:
        raise refusal(403, f"RolesGuard - User is not part of the organization with id={organization}.")
    where = f"organization with id={organization} team with id={team}."
    if least.startswith("ORG"):
        _check(own, least, where)
    elif own["role"] not in ADMIN_ROLES:
        of_team = membership(call, team, caller["id"])
        if of_team is None:
            raise refusal(
                403,
                f"RolesGuard - User is not part of the team with id={team} and/or, is not an admin nor an owner of the"
                f" organization with id={organization}.",
            )
        _check(of_team, least, where)
    record = call.backend.store.teams.get(team)
    if record is None or record.get("parentId") != organization:
        raise refusal(404, f"IsTeamInOrg - Team ({team}) not found.")
    return organization


def require_user(call: Call, organization: int) -> Record:
    """The user of this call, who must belong to the organization (and to the team, where the call names one)."""
    user_id = number(call, "user")
    user = call.backend.store.users.get(user_id)
    if "team" in call.params:
        team = number(call, "team")
        if user is None or membership(call, team, user_id) is None:
            raise refusal(
                403,
                f"IsUserInOrgTeam - user with id=({user_id}) is not part of the team with id=({team}) in the"
                f" organization with id=({organization})",
            )
    elif user is None or membership(call, organization, user_id) is None:
        raise refusal(
            403, f"IsUserInOrg - user with id={user_id} is not part of the organization with id={organization}."
        )
    return user


def _check(own: Record, least: Least, where: str) -> None:
    if _RANKS.index(own["role"]) < _RANKS.index(least.partition("_")[2]):
        raise refusal(
            403,
            f"RolesGuard - user with id={own['userId']} does not have the minimum required role={least} within {where}",
        )
