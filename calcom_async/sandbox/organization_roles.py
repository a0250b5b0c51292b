"""Roles of an organization and of its teams, and what they permit. The three system roles come first and stay."""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox import instants, validation
from calcom_async.sandbox.answers import Answer, refusal, success
from calcom_async.sandbox.organization_access import membership, number, require
from calcom_async.sandbox.paging import take_and_skip
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record, Shelf
from calcom_async.sandbox.validation import Field, Rule

routes = Routes()

_VERBS: Final = {
    "eventType": ("create", "read", "update", "delete"),
    "role": ("create", "read", "update", "delete"),
    "team": ("create", "read", "update", "invite", "remove", "changeMemberRole"),
    "organization": (
        "read", "update", "listMembers", "invite", "remove", "manageBilling", "changeMemberRole",
    ),
    "booking": ("read", "update", "readTeamBookings", "readOrgBookings", "readRecordings"),
    "insights": ("read",),
    "availability": ("read", "update", "override"),
    "workflow": ("create", "read", "update", "delete"),
    "routingForm": ("create", "read", "update", "delete"),
    "apiKey": ("create", "read", "delete", "findKeyOfType"),
    "organization.attributes": ("create", "read", "update", "delete"),
}  # fmt: skip
_LATER: Final = (
    "routingForm.manage", "team.listMembers", "team.impersonate", "organization.impersonate", "webhook.create",
    "webhook.read", "webhook.update", "webhook.delete", "team.manageBilling", "team.listMembersPrivate",
    "organization.listMembersPrivate", "availability.create", "availability.delete", "ooo.create", "ooo.read",
    "ooo.update", "ooo.delete", "watchlist.create", "watchlist.read", "watchlist.update", "watchlist.delete",
    "organization.attributes.editUsers",
)  # fmt: skip
_OF_ADMINS: Final = (*(f"{of}.{verb}" for of, verbs in _VERBS.items() for verb in verbs), *_LATER)
_OF_MEMBERS: Final = (
    "eventType.read", "team.read", "role.read", "organization.read", "organization.listMembers", "booking.update",
    "availability.read", "availability.update", "workflow.read", "routingForm.read", "organization.attributes.read",
    "team.listMembers", "webhook.read", "ooo.read",
)  # fmt: skip
_SYSTEM: Final = (
    ("owner_role", "Owner", "#1BA774", "Full access to all resources", ("*.*",)),
    ("admin_role", "Admin", "#6633EE", "Administrative access to most resources", _OF_ADMINS),
    ("member_role", "Member", "#EAB308", "Basic member access", _OF_MEMBERS),
)
_KNOWN: Final = frozenset({"*.*", *_OF_ADMINS, "booking.create", "team.delete", "organization.delete"})
_MADE: Final = "2026-01-01T00:00:00.000Z"


def _fields(*, creating: bool) -> tuple[Field, ...]:
    name = (
        Rule(
            "minLength",
            "name must be longer than or equal to 1 characters",
            lambda value: isinstance(value, str) and value != "",
        ),
        validation.string("name"),
    )
    return (
        Field("name", name, required=creating),
        Field("color", (validation.string("color"),), required=False),
        Field("description", (validation.string("description"),), required=False),
        Field("permissions", (validation.array("permissions"),), required=False),
    )


def _shelf(call: Call) -> Shelf:
    return call.backend.store.shelf("roles")


def _owner(call: Call) -> tuple[int, str]:
    """Whose roles these are, and the key that names it."""
    return (number(call, "team"), "teamId") if "team" in call.params else (number(call, "org"), "organizationId")


def _allow(call: Call, action: str) -> None:
    """Let in admins, and members whose own role permits it."""
    own = membership(call, number(call, "org"), call.caller["id"])
    role = _shelf(call).get(own.get("customRoleId") or "") if own is not None else None
    allowed = role is not None and f"role.{action}" in role["permissions"]
    require(call, "ORG_MEMBER" if allowed else "ORG_ADMIN", plan="SCALE")


def _show(call: Call, role: Record) -> dict[str, Any]:
    owner, key = _owner(call)
    return {
        "id": role["id"],
        "name": role["name"],
        "color": role["color"],
        "description": role["description"],
        key: owner,
        "type": "CUSTOM",
        "permissions": role["permissions"],
        "createdAt": role["createdAt"],
        "updatedAt": role["updatedAt"],
    }


def _system_roles(key: str) -> list[dict[str, Any]]:
    return [
        {
            "id": role_id,
            "name": name,
            "color": color,
            "description": description,
            key: None,
            "type": "SYSTEM",
            "permissions": list(permissions),
            "createdAt": _MADE,
            "updatedAt": _MADE,
        }
        for role_id, name, color, description, permissions in _SYSTEM
    ]


def _find(call: Call) -> Record:
    owner, _ = _owner(call)
    role_id = call.params["role"]
    role = _shelf(call).get(role_id)
    if role is None or role["owner"] != owner:
        raise refusal(404, f"Role with id {role_id} within team id {owner} not found")
    return role


def _check(permissions: Any) -> list[str]:
    for each in permissions if isinstance(permissions, list) else ["undefined"]:
        if not isinstance(each, str) or each not in _KNOWN:
            raise refusal(
                400,
                f"Permission '{each}' must be a valid permission string in format 'resource.action'"
                " (e.g., 'eventType.read', 'booking.create')",
            )
    return list(dict.fromkeys(permissions))


def _save(call: Call, role: Record, **changes: Any) -> Record:
    changed = role | changes | {"updatedAt": instants.to_wire(call.backend.clock.milliseconds())}
    return _shelf(call).put(changed, parent=role["owner"])


def list_all(call: Call) -> Answer:
    """`GET …/roles`: the system roles, then one's own."""
    _allow(call, "read")
    take, skip = take_and_skip(call.query)
    owner, key = _owner(call)
    own = sorted(_shelf(call).of(owner), key=lambda each: each["createdAt"])
    return success([*_system_roles(key), *(_show(call, each) for each in own)][skip : skip + take])


def create(call: Call) -> Answer:
    """`POST …/roles`: its name must be new."""
    _allow(call, "create")
    body = validation.check(call.body, _fields(creating=True))
    permissions = _check(body.get("permissions") or [])
    owner, _ = _owner(call)
    _check_name(call, owner, body["name"])
    now = instants.to_wire(call.backend.clock.milliseconds())
    role = {
        "id": call.backend.names.uuid(),
        "owner": owner,
        "name": body["name"],
        "color": body.get("color"),
        "description": body.get("description"),
        "permissions": permissions,
        "createdAt": now,
        "updatedAt": now,
    }
    return success(_show(call, _shelf(call).put(role, parent=owner)), status=201)


def _check_name(call: Call, owner: int, name: str, *, but: str | None = None) -> None:
    if any(each["name"] == name and each["id"] != but for each in _shelf(call).of(owner)):
        raise refusal(400, f'Role with name "{name}" already exists')


def get(call: Call) -> Answer:
    """`GET …/roles/{roleId}`: one's own only."""
    _allow(call, "read")
    return success(_show(call, _find(call)))


def update(call: Call) -> Answer:
    """`PATCH …/roles/{roleId}`: permissions replace what was there."""
    _allow(call, "update")
    body = validation.check(call.body, _fields(creating=False))
    role = _find(call)
    changes = {name: body[name] for name in ("name", "color", "description") if body.get(name) is not None}
    if "name" in changes:
        _check_name(call, role["owner"], changes["name"], but=role["id"])
    if body.get("permissions") is not None:
        changes["permissions"] = _check(body["permissions"])
    return success(_show(call, _save(call, role, **changes) if changes else role))


def delete(call: Call) -> Answer:
    """`DELETE …/roles/{roleId}`: the answer is what it was."""
    _allow(call, "delete")
    role = _find(call)
    _shelf(call).delete(role["id"])
    return success(_show(call, role))


def list_permissions(call: Call) -> Answer:
    """`GET …/roles/{roleId}/permissions`."""
    _allow(call, "read")
    return success(_find(call)["permissions"])


def _sent_permissions(call: Call) -> list[str]:
    return _check(call.body.get("permissions") if isinstance(call.body, dict) else None)


def add_permissions(call: Call) -> Answer:
    """`POST …/roles/{roleId}/permissions`: added to those there; all are answered."""
    _allow(call, "update")
    role, sent = _find(call), _sent_permissions(call)
    return success(_save(call, role, permissions=list(dict.fromkeys([*role["permissions"], *sent])))["permissions"])


def replace_permissions(call: Call) -> Answer:
    """`PUT …/roles/{roleId}/permissions`."""
    _allow(call, "update")
    role, sent = _find(call), _sent_permissions(call)
    return success(_save(call, role, permissions=sent)["permissions"])


def remove_permissions(call: Call) -> Answer:
    """`DELETE …/roles/{roleId}/permissions`: those the query names, or all."""
    _allow(call, "update")
    role = _find(call)
    named = [part for value in call.query.getall("permissions", []) for part in value.split(",")]
    gone = set(_check(named)) if named else set(role["permissions"])
    _save(call, role, permissions=[each for each in role["permissions"] if each not in gone])
    return Answer(204)


def remove_permission(call: Call) -> Answer:
    """`DELETE …/roles/{roleId}/permissions/{permission}`: the same whether it was there or not."""
    _allow(call, "update")
    role = _find(call)
    gone = _check([call.params["permission"]])
    _save(call, role, permissions=[each for each in role["permissions"] if each not in gone])
    return Answer(204)


for _scope in ("/organizations/{org}/roles", "/organizations/{org}/teams/{team}/roles"):
    for _method, _path, _handler in (
        ("GET", "", list_all),
        ("POST", "", create),
        ("GET", "/{role}", get),
        ("PATCH", "/{role}", update),
        ("DELETE", "/{role}", delete),
        ("GET", "/{role}/permissions", list_permissions),
        ("POST", "/{role}/permissions", add_permissions),
        ("PUT", "/{role}/permissions", replace_permissions),
        ("DELETE", "/{role}/permissions", remove_permissions),
        ("DELETE", "/{role}/permissions/{permission}", remove_permission),
    ):
        routes.add(_method, _scope + _path)(_handler)
