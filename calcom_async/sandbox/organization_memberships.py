"""`/v2/organizations/{orgId}/memberships`: who belongs to an organization, and as what."""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox import instants, organization_attributes, teams, validation
from calcom_async.sandbox.answers import Answer, refusal, success
from calcom_async.sandbox.organization_access import number, require
from calcom_async.sandbox.paging import take_and_skip
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.validation import Field

routes = Routes()

_SETTABLE: Final = ("accepted", "role", "disableImpersonation")
_OPTIONAL: Final = (
    Field("accepted", (validation.boolean("accepted"),), required=False),
    Field("role", (validation.one_of("role", teams.ROLES),), required=False),
    Field("disableImpersonation", (validation.boolean("disableImpersonation"),), required=False),
)
_USER: Final = Field("userId", (validation.integer("userId"),))
_ROLE: Final = Field("role", (validation.one_of("role", teams.ROLES),))


def show(call: Call, membership: Record) -> dict[str, Any]:
    """A membership of an organization as answered, with its role by its other name and the attributes of its user."""
    user = call.backend.store.users.get(membership["userId"]) or {}
    metadata: dict[str, Any] = {"metadata": {}} if call.backend.hosted else {}
    since = instants.to_wire(call.backend.clock.milliseconds())
    return {
        "id": membership["id"],
        "teamId": membership["teamId"],
        "userId": membership["userId"],
        "accepted": membership["accepted"],
        "role": membership["role"],
        "customRoleId": membership.get("customRoleId") or f"{membership['role'].lower()}_role",
        "disableImpersonation": membership["disableImpersonation"],
        "createdAt": membership.get("createdAt", since),
        "updatedAt": membership.get("updatedAt"),
        "user": {name: user.get(name) for name in ("username", "email", "avatarUrl", "name", "bio")} | metadata,
        "attributes": organization_attributes.of_member(call, membership),
    }


def _write(call: Call, membership: Record, settings: dict[str, Any]) -> Record:
    now = instants.to_wire(call.backend.clock.milliseconds())
    changed = membership | {name: settings[name] for name in _SETTABLE if settings.get(name) is not None}
    if settings.get("role") is not None:
        changed.pop("customRoleId", None)
    changed = {"createdAt": now, **changed, "updatedAt": now}
    call.backend.store.memberships.put(changed, parent=changed["teamId"])
    call.backend.bookings.refresh_listing()
    return changed


def _find(call: Call, organization: int) -> Record:
    membership_id = number(call, "membership")
    membership = call.backend.store.memberships.get(membership_id)
    if membership is None or membership["teamId"] != organization:
        raise refusal(404, f"IsMembershipInOrg - Membership ({membership_id}) not found.")
    return membership


@routes.add("GET", "/organizations/{org}/memberships")
def list_all(call: Call) -> Answer:
    """`GET /v2/organizations/{orgId}/memberships`."""
    organization = require(call, "ORG_ADMIN")
    take, skip = take_and_skip(call.query)
    there = call.backend.store.memberships.of(organization)
    return success([show(call, each) for each in there[skip : skip + take]])


@routes.add("POST", "/organizations/{org}/memberships")
def create(call: Call) -> Answer:
    """`POST /v2/organizations/{orgId}/memberships`: not accepted unless told so; one who is there is changed."""
    organization = require(call, "ORG_ADMIN")
    body = validation.check(call.body, (_USER, _ROLE, *_OPTIONAL))
    backend = call.backend
    if backend.store.users.get(body["userId"]) is None:
        raise refusal(404, f"User with id {body['userId']} not found")
    there = backend.store.memberships.of(organization)
    membership = next((each for each in there if each["userId"] == body["userId"]), None)
    if membership is None:
        membership = {
            "id": backend.store.memberships.next_id(8100),
            "userId": body["userId"],
            "teamId": organization,
            "accepted": False,
            "role": "MEMBER",
            "disableImpersonation": False,
        }
    return success(show(call, _write(call, membership, body)), status=201)


@routes.add("GET", "/organizations/{org}/memberships/{membership}")
def get(call: Call) -> Answer:
    """`GET /v2/organizations/{orgId}/memberships/{membershipId}`."""
    return success(show(call, _find(call, require(call, "ORG_ADMIN"))))


@routes.add("PATCH", "/organizations/{org}/memberships/{membership}")
def update(call: Call) -> Answer:
    """`PATCH /v2/organizations/{orgId}/memberships/{membershipId}`."""
    membership = _find(call, require(call, "ORG_ADMIN"))
    return success(show(call, _write(call, membership, validation.check(call.body, _OPTIONAL))))


@routes.add("DELETE", "/organizations/{org}/memberships/{membership}")
def delete(call: Call) -> Answer:
    """`DELETE /v2/organizations/{orgId}/memberships/{membershipId}`: the answer is what it was."""
    membership = _find(call, require(call, "ORG_ADMIN"))
    shown = show(call, membership)
    call.backend.store.memberships.delete(membership["id"])
    call.backend.bookings.refresh_listing()
    return success(shown)
