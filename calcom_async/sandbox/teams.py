"""`/v2/teams` and their memberships, schedules and bookings."""

from __future__ import annotations

import hashlib
import re
from typing import Any, Final, Literal

from attrs import evolve

from calcom_async.sandbox import bookings_list, bookings_query, event_types, organization_access, schedules, validation
from calcom_async.sandbox.answers import Answer, invalid, no_route, refusal, success, terse
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.organization_access import Least
from calcom_async.sandbox.paging import take_and_skip
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.validation import Field, Rule
from calcom_async.sandbox.world import team_record

routes = Routes()

Role = Literal["MEMBER", "ADMIN", "OWNER"]

ROLES: Final[tuple[Role, ...]] = ("MEMBER", "ADMIN", "OWNER")
_LEAST: Final[dict[Role, Least]] = {"MEMBER": "TEAM_MEMBER", "ADMIN": "TEAM_ADMIN", "OWNER": "TEAM_OWNER"}
NAME: Final = (
    Rule(
        "isLength",
        "name must be longer than or equal to 1 characters",
        lambda value: isinstance(value, str) and value != "",
    ),
    validation.string("name"),
)
_TEXTS: Final = (
    "slug",
    "bio",
    "logoUrl",
    "calVideoLogo",
    "appLogo",
    "appIconLogo",
    "theme",
    "brandColor",
    "darkBrandColor",
    "bannerUrl",
)
_SWITCHES: Final = ("isPrivate", "hideBranding", "hideBookATeamMember", "autoAcceptCreator")
_FIELDS: Final = (
    Field("name", NAME),
    Field("timeZone", (validation.zone("timeZone"),), required=False),
    Field("weekStart", (validation.string("weekStart"),), required=False),
    *(Field(name, (validation.string(name),), required=False) for name in _TEXTS),
    *(Field(name, (validation.boolean(name),), required=False) for name in _SWITCHES),
    Field("metadata", (validation.mapping("metadata"),), required=False),
)
_ROLE: Final = Field("role", (validation.one_of("role", ROLES),), required=False)
_ACCEPTED: Final = Field("accepted", (validation.boolean("accepted"),), required=False)
_IMPERSONATION: Final = Field("disableImpersonation", (validation.boolean("disableImpersonation"),), required=False)
_FRESH: Final = team_record(0, "", "")
_SETTABLE: Final = frozenset(_FRESH) - {"id", "parentId", "isOrganization"}


def fields(backend: Backend, *, changing: bool = False) -> tuple[Field, ...]:
    """What a team may be given. A self-hosted server wants `name` at every change, and 12 or 24 hours as a text."""
    hours = validation.number("timeFormat") if backend.hosted else validation.string("timeFormat")
    name = evolve(_FIELDS[0], required=False) if changing and backend.hosted else _FIELDS[0]
    return (name, *_FIELDS[1:], Field("timeFormat", (hours,), required=False))


def settings_of(backend: Backend, body: dict[str, Any]) -> dict[str, Any]:
    """What a checked body sets: null empties what may be empty, and is nothing elsewhere."""
    if not backend.hosted and body.get("timeFormat") is not None:
        # A text passes the check, and the database keeps a number.
        raise organization_access.crash()
    return {
        name: value
        for name, value in body.items()
        if name in _SETTABLE and (value is not None or (_FRESH[name] is None and name != "slug"))
    }


def require_role(call: Call, least: Role, *, team_id: int | None = None, of_organization: Least | None = None) -> int:
    """The team of this call, once the caller is found to have the role in it (or in its organization)."""
    if "org" in call.params:
        organization_access.require(call, of_organization or _LEAST[least])
        return organization_access.number(call, "team")
    team = call.number("team") if team_id is None else team_id
    user = call.caller
    membership = next(
        (each for each in call.backend.store.memberships.of(team) if each["userId"] == user["id"] and each["accepted"]),
        None,
    )
    if membership is None:
        raise refusal(403, f"RolesGuard - User is not a member of the team with id={team}.")
    if ROLES.index(membership["role"]) < ROLES.index(least):
        raise refusal(
            403,
            f"RolesGuard - user with id={user['id']} does not have the minimum required role=TEAM_{least} within team"
            f" with id={team}.",
        )
    return team


def find(backend: Backend, team_id: int) -> Record:
    """A team whose existence is certain, because somebody is a member."""
    team = backend.store.teams.get(team_id)
    if team is None:
        raise refusal(404, f"Team not found: {team_id}")
    return team


def members(backend: Backend, team_id: int) -> list[Record]:
    """The users who accepted their membership."""
    accepted = [each["userId"] for each in backend.store.memberships.of(team_id) if each["accepted"]]
    return [user for user_id in accepted if (user := backend.store.users.get(user_id)) is not None]


def _check_slug(backend: Backend, slug: str, *, but: int | None = None) -> None:
    if any(each["slug"] == slug and each["id"] != but for each in backend.store.teams.all()):
        raise terse(409, "Invalid Input: Trying to create a record that already exists.")


@routes.add("GET", "/teams")
def list_all(call: Call) -> Answer:
    """`GET /v2/teams`: the teams one belongs to, without paging."""
    mine = [
        each["teamId"]
        for each in call.backend.store.memberships.all()
        if each["userId"] == call.caller["id"] and each["accepted"]
    ]
    found = [find(call.backend, team_id) for team_id in sorted(mine)]
    return success([team for team in found if not team["isOrganization"]])


@routes.add("POST", "/teams")
def create(call: Call) -> Answer:
    """`POST /v2/teams`: its maker becomes the owner. The slug derives from the name."""
    backend, user = call.backend, call.caller
    body = validation.check(call.body, fields(backend))
    slug = body.get("slug") or re.sub(r"[^a-z0-9]+", "-", body["name"].lower()).strip("-")
    _check_slug(backend, slug)
    settings = settings_of(backend, body) | {"slug": slug}
    team = team_record(backend.store.teams.next_id(510), settings.pop("name"), settings.pop("slug"), **settings)
    if "metadata" not in body:
        team.pop("metadata")
    backend.store.teams.put(team)
    join(backend, team["id"], user["id"], role="OWNER", accepted=True)
    return success(team, status=201)


@routes.add("GET", "/teams/{team}")
def get(call: Call) -> Answer:
    """`GET /v2/teams/{teamId}`."""
    return success(find(call.backend, require_role(call, "MEMBER")))


@routes.add("PATCH", "/teams/{team}")
def update(call: Call) -> Answer:
    """`PATCH /v2/teams/{teamId}`: a self-hosted server wants `name` every time."""
    backend = call.backend
    team = find(backend, require_role(call, "OWNER", of_organization="ORG_ADMIN"))
    body = validation.check(call.body, fields(backend, changing=True))
    if body.get("slug"):
        _check_slug(backend, body["slug"], but=team["id"])
    team |= settings_of(backend, body)
    backend.store.teams.put(team)
    return success(team)


@routes.add("DELETE", "/teams/{team}")
def delete(call: Call) -> Answer:
    """`DELETE /v2/teams/{teamId}`: with its memberships and event types."""
    backend = call.backend
    team = find(backend, require_role(call, "OWNER", of_organization="ORG_ADMIN"))
    for record in backend.store.event_types.of(f"team {team['id']}"):
        event_types.remove(backend, record)
    for membership in backend.store.memberships.of(team["id"]):
        backend.store.memberships.delete(membership["id"])
    backend.store.teams.delete(team["id"])
    backend.bookings.refresh_listing()
    return success(team)


@routes.add("POST", "/teams/{team}/invite")
def invite(call: Call) -> Answer:
    """`POST /v2/teams/{teamId}/invite` (hosted, or in an organization): a new token and link each time."""
    if not call.backend.hosted and "org" not in call.params:
        raise no_route(call.method, call.url)
    require_role(call, "ADMIN")
    token = hashlib.sha256(call.backend.names.uuid().encode()).hexdigest()
    link = f"{call.backend.web_url}/signup?token={token}&callbackUrl=/getting-started"
    return success({"token": token, "inviteLink": link})


@routes.add("GET", "/teams/{team}/schedules")
def list_schedules(call: Call) -> Answer:
    """`GET /v2/teams/{teamId}/schedules`: the schedules of all members."""
    backend, team_id = call.backend, require_role(call, "MEMBER")
    take, skip = take_and_skip(call.query)
    found = [
        schedules.show(schedule, user)
        for user in members(backend, team_id)
        for schedule in backend.store.schedules.of(user["id"])
    ]
    return success(found[skip : skip + take])


@routes.add("GET", "/teams/{team}/bookings")
def list_bookings(call: Call) -> Answer:
    """`GET /v2/teams/{teamId}/bookings` (hosted, or in an organization): the bookings of the team's event types."""
    if not call.backend.hosted and "org" not in call.params:
        raise no_route(call.method, call.url)
    team_id = require_role(call, "ADMIN")
    listing = bookings_query.parse(call.query, call.backend, call.caller["id"], team=team_id)
    return bookings_list.offset_answer(call.backend, listing)


def _shown(backend: Backend, membership: Record) -> dict[str, Any]:
    user = backend.store.users.get(membership["userId"]) or {}
    summary = {name: user.get(name) for name in ("avatarUrl", "username", "name", "email", "bio")}
    if backend.hosted:
        summary["metadata"] = {}
    return {**membership, "user": summary}


def join(backend: Backend, team_id: int, user_id: int, **settings: Any) -> Record:
    """Make a user a member, accepted unless told otherwise."""
    membership = {
        "id": backend.store.memberships.next_id(8100),
        "userId": user_id,
        "teamId": team_id,
        "accepted": settings.get("accepted", True),
        "role": settings.get("role", "MEMBER"),
        "disableImpersonation": settings.get("disableImpersonation", False),
    }
    backend.store.memberships.put(membership, parent=team_id)
    backend.bookings.refresh_listing()
    return membership


def _membership(call: Call, team_id: int) -> Record:
    membership = call.backend.store.memberships.get(call.number("membership"))
    if membership is None or membership["teamId"] != team_id:
        raise refusal(404, "Organization's Team membership not found")
    return membership


@routes.add("GET", "/teams/{team}/memberships")
def list_memberships(call: Call) -> Answer:
    """`GET /v2/teams/{teamId}/memberships`: `emails` must be repeated, a comma list is refused."""
    backend, team_id = call.backend, require_role(call, "ADMIN")
    take, skip = take_and_skip(call.query)
    emails = call.query.getall("emails", []) or call.query.getall("emails[]", [])
    if any(not validation.is_email(each) or "," in each for each in emails):
        constraint = {"isEmail": "each value in emails must be an email"}
        target = {"emails": emails}
        raise invalid(
            [{"target": target, "value": emails, "property": "emails", "children": [], "constraints": constraint}]
        )
    found = [_shown(backend, each) for each in backend.store.memberships.of(team_id)]
    if emails:
        found = [each for each in found if each["user"]["email"] in emails]
    return success(found[skip : skip + take])


@routes.add("POST", "/teams/{team}/memberships")
def create_membership(call: Call) -> Answer:
    """`POST /v2/teams/{teamId}/memberships`: accepted unless told otherwise; once per user."""
    backend, team_id = call.backend, require_role(call, "ADMIN")
    body = validation.check(
        call.body, (Field("userId", (validation.integer("userId"),)), _ACCEPTED, _ROLE, _IMPERSONATION)
    )
    if "org" in call.params:
        if organization_access.membership(call, organization_access.number(call, "org"), body["userId"]) is None:
            raise refusal(422, "User is not part of the Organization")
    elif backend.store.users.get(body["userId"]) is None:
        raise refusal(404, f"User with id {body['userId']} not found")
    if any(each["userId"] == body["userId"] for each in backend.store.memberships.of(team_id)):
        raise terse(409, "Trying to create a record that already exists.")
    settings = {name: value for name, value in body.items() if name != "userId"}
    return success(_shown(backend, join(backend, team_id, body["userId"], **settings)), status=201)


@routes.add("GET", "/teams/{team}/memberships/{membership}")
def get_membership(call: Call) -> Answer:
    """`GET /v2/teams/{teamId}/memberships/{membershipId}`."""
    return success(_shown(call.backend, _membership(call, require_role(call, "ADMIN"))))


@routes.add("PATCH", "/teams/{team}/memberships/{membership}")
def update_membership(call: Call) -> Answer:
    """`PATCH /v2/teams/{teamId}/memberships/{membershipId}`."""
    backend, team_id = call.backend, require_role(call, "ADMIN")
    membership = _membership(call, team_id)
    body = validation.check(call.body, (_ACCEPTED, _ROLE, _IMPERSONATION))
    membership |= {
        name: body[name] for name in ("accepted", "role", "disableImpersonation") if body.get(name) is not None
    }
    backend.store.memberships.put(membership, parent=team_id)
    backend.bookings.refresh_listing()
    return success(_shown(backend, membership))


@routes.add("DELETE", "/teams/{team}/memberships/{membership}")
def delete_membership(call: Call) -> Answer:
    """`DELETE /v2/teams/{teamId}/memberships/{membershipId}`: the answer is what it was."""
    backend = call.backend
    membership = _membership(call, require_role(call, "ADMIN"))
    backend.store.memberships.delete(membership["id"])
    backend.bookings.refresh_listing()
    return success(_shown(backend, membership))
