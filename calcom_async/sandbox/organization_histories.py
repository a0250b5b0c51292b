"""What an organization is told of its attributes and credentials besides themselves (hosted).

The history of a person's attributes is worked out from what is assigned now; no CRM or directory is connected, so that
nothing was ever synchronized, and no secret is rotated.
"""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox import validation
from calcom_async.sandbox.answers import Answer, invalid, no_route, refusal, success
from calcom_async.sandbox.organization_access import membership, number, require, require_user
from calcom_async.sandbox.paging import whole
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.validation import Field

routes = Routes()

_ATTRIBUTES: Final = "attributes"
_OPTIONS: Final = "attribute options"
_ASSIGNMENTS: Final = "attribute assignments"
_CREDENTIALS: Final = "delegation credentials"
_LIMIT: Final = (Field("limit", (validation.at_most("limit", 100), validation.at_least("limit", 1))),)
_USUAL_LIMIT: Final = 25


def _organization(call: Call) -> int:
    if not call.backend.hosted:
        raise no_route(call.method, call.url)
    return require(call, "ORG_ADMIN")


def _limit(call: Call) -> int:
    if "limit" not in call.query:
        return _USUAL_LIMIT
    limit = whole(call.query["limit"])
    errors = validation.problems({"limit": limit}, _LIMIT)
    if errors:
        raise invalid(errors)
    return limit or _USUAL_LIMIT


def _log(call: Call, assignment: Record) -> dict[str, Any]:
    store = call.backend.store
    option = store.shelf(_OPTIONS).get(assignment["attributeOptionId"]) or {}
    attribute = store.shelf(_ATTRIBUTES).get(option.get("attributeId", "")) or {}
    actor = call.caller
    return {
        "id": assignment["id"],
        "timestamp": assignment["createdAt"],
        "source": "API_V2",
        "actor": {
            "type": "USER",
            "displayName": actor["name"],
            "displayEmail": actor["email"],
            "displayAvatar": actor["avatarUrl"],
        },
        "sourceContext": {"kind": "API_V2"},
        "changes": [
            {
                "type": "VALUE_ADDED",
                "attribute": {name: attribute.get(name) for name in ("id", "slug", "name", "type")},
                "previous": None,
                "current": {"optionId": option.get("id"), "value": option.get("value")},
            }
        ],
        "hasError": False,
    }


@routes.add("GET", "/organizations/{org}/attributes/assignments/{user}/history")
def assignment_history(call: Call) -> Answer:
    """`GET /v2/organizations/{orgId}/attributes/assignments/{userId}/history`: newest first, by cursor."""
    organization = _organization(call)
    user = require_user(call, organization)
    own = membership(call, organization, user["id"])
    held = call.backend.store.shelf(_ASSIGNMENTS).of(own["id"]) if own is not None else []
    held.sort(key=lambda each: (each["createdAt"], each["id"]), reverse=True)
    cursor, limit = call.query.get("cursor"), _limit(call)
    if cursor is not None:
        place = next((at for at, each in enumerate(held) if each["id"] == cursor), len(held))
        held = held[place + 1 :]
    page, more = held[:limit], len(held) > limit
    return success(
        {
            "userId": user["id"],
            "membershipId": own["id"] if own is not None else None,
            "auditLogs": [_log(call, each) for each in page],
            **({"nextCursor": page[-1]["id"]} if more else {}),
            "hasMore": more,
        }
    )


@routes.add("GET", "/organizations/{org}/attributes/sync-history")
def sync_history(call: Call) -> Answer:
    """`GET /v2/organizations/{orgId}/attributes/sync-history`."""
    _organization(call)
    _limit(call)
    return success([], meta={"hasMore": False})


@routes.add("GET", "/organizations/{org}/attributes/sync-history/user/{user}")
def sync_history_of_user(call: Call) -> Answer:
    """`GET /v2/organizations/{orgId}/attributes/sync-history/user/{userId}`."""
    require_user(call, _organization(call))
    _limit(call)
    return success([], meta={"hasMore": False})


@routes.add("PATCH", "/organizations/{org}/attributes/options/{user}/{option}")
def weigh(call: Call) -> Answer:
    """`PATCH /v2/organizations/{orgId}/attributes/options/{userId}/{attributeOptionId}`: its weight."""
    organization = _organization(call)
    body = validation.check(call.body, (Field("weight", (validation.number("weight"),)),))
    own = membership(call, organization, number(call, "user"))
    shelf = call.backend.store.shelf(_ASSIGNMENTS)
    held = shelf.of(own["id"]) if own is not None else []
    found = next((each for each in held if each["attributeOptionId"] == call.params["option"]), None)
    if found is None:
        raise refusal(404, "Attribute does not belong to this user")
    found["weight"] = body["weight"]
    shelf.put(found, parent=found["memberId"])
    return success({name: found[name] for name in ("id", "memberId", "attributeOptionId", "weight")})


@routes.add("POST", "/organizations/{org}/delegation-credentials/{credential}/reset-rotation")
def reset_rotation(call: Call) -> Answer:
    """`POST /v2/organizations/{orgId}/delegation-credentials/{credentialId}/reset-rotation`: nothing was stuck."""
    organization, credential_id = _organization(call), call.params["credential"]
    record = call.backend.store.shelf(_CREDENTIALS).get(credential_id)
    if record is None or record["organizationId"] != organization:
        raise refusal(404, f"DelegationCredential with id {credential_id} not found")
    return success(record)
