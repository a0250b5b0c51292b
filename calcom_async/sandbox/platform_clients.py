"""`/v2/oauth-clients`: the clients of a platform, which Cal.com has deprecated and keeps for those who have them.

A platform is an organization with `isPlatform` in its metadata. Its clients call with `x-cal-client-id` and
`x-cal-secret-key`, and act as the platform's owner.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from attrs import field, frozen

from calcom_async.sandbox import instants, validation, world
from calcom_async.sandbox.answers import Answer, refusal, success
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.credentials import PLATFORM_CLIENTS
from calcom_async.sandbox.oauth_grants import web_token
from calcom_async.sandbox.people import ADMIN_ROLES
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.validation import Field, Rule

routes = Routes()

PERMISSIONS: Final = tuple(
    f"{family}_{way}"
    for family in ("EVENT_TYPE", "BOOKING", "SCHEDULE", "APPS", "PROFILE")
    for way in ("READ", "WRITE")
)
_ALL: Final = "*"
_USUAL: Final[dict[str, Any]] = {"areDefaultEventTypesEnabled": False, "areCalendarEventsEnabled": True}
_SETTABLE: Final = (
    "name",
    "logo",
    "redirectUris",
    "bookingRedirectUri",
    "bookingCancelRedirectUri",
    "bookingRescheduleRedirectUri",
    "areEmailsEnabled",
    "areDefaultEventTypesEnabled",
    "areCalendarEventsEnabled",
)
_SHOWN: Final = (
    "id",
    "name",
    "secret",
    "permissions",
    "logo",
    "redirectUris",
    "organizationId",
    "createdAt",
    "bookingRedirectUri",
    "bookingCancelRedirectUri",
    "bookingRescheduleRedirectUri",
    "areEmailsEnabled",
    "areDefaultEventTypesEnabled",
    "areCalendarEventsEnabled",
)


@frozen(kw_only=True)
class PlatformClient:
    """A platform client as its owner knows it.

    Attributes:
        client_id: what goes into `x-cal-client-id`.
        client_secret: what goes into `x-cal-secret-key`.
        organization_id: the platform.
    """

    client_id: str
    client_secret: str = field(repr=False)
    organization_id: int


def _each(test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) or (isinstance(value, list) and all(test(each) for each in value))


def _fields(*, creating: bool) -> tuple[Field, ...]:
    texts = Rule("isString", "each value in redirectUris must be a string", _each(lambda each: isinstance(each, str)))
    known = Rule(
        "isEnum",
        "each value in permissions must be one of the following values: ",
        _each(lambda each: each in (*PERMISSIONS, _ALL)),
    )
    return (
        Field("logo", (validation.string("logo"),), required=False),
        Field("name", (validation.string("name"),), required=creating),
        Field("redirectUris", (texts, validation.array("redirectUris")), required=creating),
        Field("permissions", (known, validation.array("permissions")), required=creating),
        *(
            Field(name, (validation.string(name),), required=False)
            for name in _SETTABLE
            if name.endswith("RedirectUri")
        ),
        *(Field(name, (validation.boolean(name),), required=False) for name in _SETTABLE if name.startswith("are")),
    )


def make_platform(backend: Backend, owner: Record) -> int:
    """A platform of this user's; the id of its organization."""
    store = backend.store
    record = world.team_record(
        store.teams.next_id(504), "Platform", "platform", isOrganization=True, metadata={"isPlatform": True}
    )
    store.teams.put(record)
    membership = world.membership_record(store.memberships.next_id(8100), owner["id"], record["id"], "OWNER")
    store.memberships.put(membership, parent=record["id"])
    store.users.put(owner | {"organizationId": record["id"], "organization": {"isPlatform": True, "id": record["id"]}})
    return int(record["id"])


def register(
    backend: Backend,
    organization_id: int,
    *,
    name: str,
    redirect_uris: Sequence[str],
    permissions: Sequence[str],
    client_id: str | None = None,
    secret: str | None = None,
    **settings: Any,
) -> Record:
    """Put a client in place, with an id and secret of its own unless they are given."""
    owner = next(each["userId"] for each in backend.store.memberships.of(organization_id) if each["role"] == "OWNER")
    record = {
        "id": client_id or f"cm{backend.names.uuid().replace('-', '')[:23]}",
        "name": name,
        "secret": secret or web_token(backend, {"name": name}),
        "permissions": list(PERMISSIONS) if _ALL in permissions else list(permissions),
        "logo": None,
        "redirectUris": list(redirect_uris),
        "organizationId": organization_id,
        "createdAt": instants.to_wire(backend.clock.milliseconds()),
        "areEmailsEnabled": False,
        **_USUAL,
        **settings,
        "ownerId": owner,
    }
    return backend.store.shelf(PLATFORM_CLIENTS).put(record, parent=organization_id)


def find(call: Call) -> Record:
    """The client of this call, which the caller's platform must have."""
    organization = call.caller.get("organizationId")
    if organization is None:
        raise refusal(403, "OAuthClientGuard - No organization associated with the user.")
    client = call.backend.store.shelf(PLATFORM_CLIENTS).get(call.params["clientId"])
    if client is None:
        raise refusal(404, "OAuthClientGuard - OAuth client not found.")
    if client["organizationId"] != organization:
        raise refusal(403, "Forbidden resource")
    return client


def _platform(call: Call) -> int:
    organization = call.caller.get("organizationId")
    if organization is None:
        raise refusal(403, "OrganizationRolesGuard - No organization associated with the user.")
    team = call.backend.store.teams.get(organization)
    if team is None or not (team["metadata"] or {}).get("isPlatform"):
        raise refusal(403, "OrganizationRolesGuard - Organization is not a platform (SHP).")
    roles = {
        each["role"]
        for each in call.backend.store.memberships.of(organization)
        if each["userId"] == call.caller["id"] and each["accepted"]
    }
    if not roles & set(ADMIN_ROLES):
        raise refusal(403, "OrganizationRolesGuard - User does not have the required role.")
    return int(organization)


def _show(client: Record) -> dict[str, Any]:
    return {name: client[name] for name in _SHOWN if name in client}


@routes.add("GET", "/oauth-clients")
def list_all(call: Call) -> Answer:
    """`GET /v2/oauth-clients`: secrets and all."""
    clients = call.backend.store.shelf(PLATFORM_CLIENTS).of(_platform(call))
    return success([_show(client) for client in clients])


@routes.add("POST", "/oauth-clients")
def create(call: Call) -> Answer:
    """`POST /v2/oauth-clients`."""
    organization = _platform(call)
    plan = ((call.backend.store.teams.get(organization) or {}).get("metadata") or {}).get("plan")
    if plan == "none":
        raise refusal(400, "Team is not subscribed to platform plan, cannot create an OAuth Client.")
    sent = call.body if isinstance(call.body, dict) else {}
    body = validation.check({**_USUAL, **sent}, _fields(creating=True))
    settings = {name: value for name, value in body.items() if name in _SETTABLE and value is not None}
    settings.pop("name")
    client = register(
        call.backend,
        organization,
        name=body["name"],
        redirect_uris=settings.pop("redirectUris"),
        permissions=body["permissions"],
        **settings,
    )
    return success({"clientId": client["id"], "clientSecret": client["secret"]}, status=201)


@routes.add("GET", "/oauth-clients/{clientId}")
def get(call: Call) -> Answer:
    """`GET /v2/oauth-clients/{clientId}`."""
    _platform(call)
    return success(_show(find(call)))


@routes.add("PATCH", "/oauth-clients/{clientId}")
def update(call: Call) -> Answer:
    """`PATCH /v2/oauth-clients/{clientId}`: permissions stay as they are."""
    _platform(call)
    client = find(call)
    body = validation.check(call.body, _fields(creating=False))
    client |= {name: body[name] for name in _SETTABLE if name in body}
    call.backend.store.shelf(PLATFORM_CLIENTS).put(client, parent=client["organizationId"])
    return success(_show(client))


@routes.add("DELETE", "/oauth-clients/{clientId}")
def delete(call: Call) -> Answer:
    """`DELETE /v2/oauth-clients/{clientId}`: the answer is what it was."""
    _platform(call)
    client = find(call)
    call.backend.store.shelf(PLATFORM_CLIENTS).delete(client["id"])
    return success(_show(client))
