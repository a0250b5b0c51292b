"""`/v2/organizations/{orgId}/organizations`: the organizations that a platform manages, with keys of their own."""

from __future__ import annotations

import re
from typing import Any, Final

from calcom_async.sandbox import instants, teams, validation
from calcom_async.sandbox.answers import Answer, refusal, success
from calcom_async.sandbox.backend import key_digest
from calcom_async.sandbox.bookings_list import pagination
from calcom_async.sandbox.organization_access import number, require
from calcom_async.sandbox.paging import take_and_skip
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record, Shelf
from calcom_async.sandbox.validation import Field, Rule
from calcom_async.sandbox.world import team_record

routes = Routes()

_MOST_KEYS: Final = 50
_LONGEST_KEY: Final = 40
_LONGEST_VALUE: Final = 500
_DEFAULT_DAYS: Final = 30


def _metadata(value: object) -> bool:
    return (
        isinstance(value, dict)
        and len(value) <= _MOST_KEYS
        and all(len(name) <= _LONGEST_KEY and len(str(text)) <= _LONGEST_VALUE for name, text in value.items())
    )


def _fields(*, creating: bool) -> tuple[Field, ...]:
    metadata = (
        Rule(
            "ValidateMetadata",
            "metadata must be an object with up to 50 keys, each key name up to 40 characters, and values with a"
            " maximum length of 500 characters.",
            _metadata,
        ),
        validation.mapping("metadata"),
    )
    fields = (
        Field("name", teams.NAME, required=creating),
        Field("slug", (validation.string("slug"),), required=False),
        Field("metadata", metadata, required=False),
    )
    days = (validation.at_least("apiKeyDaysValid", 1), validation.integer("apiKeyDaysValid"))
    key = (
        Field("apiKeyDaysValid", days, required=False),
        Field("apiKeyNeverExpires", (validation.boolean("apiKeyNeverExpires"),), required=False),
    )
    return (*fields, *key) if creating else fields


def _managed(call: Call) -> Shelf:
    return call.backend.store.shelf("managed organizations")


def _manager(call: Call) -> int:
    organization = require(call, "ORG_ADMIN")
    team = teams.find(call.backend, organization)
    if not (team.get("metadata") or {}).get("isPlatform"):
        raise refusal(
            403,
            "Manager organization must be a platform organization. Normal organizations can't create managed"
            " organizations yet.",
        )
    return organization


def _find(call: Call) -> Record:
    manager, managed = _manager(call), number(call, "managed")
    record = _managed(call).get(managed)
    if record is None or record["manager"] != manager:
        raise refusal(
            403,
            f"IsManagedOrgInManagerOrg - Managed organization with id={managed} is not owned by manager organization"
            f" with id={manager}.",
        )
    return record


def _show(record: Record) -> dict[str, Any]:
    shown = {name: record[name] for name in ("id", "name", "slug")}
    return shown if record["metadata"] is None else {**shown, "metadata": record["metadata"]}


@routes.add("GET", "/organizations/{org}/organizations")
def list_all(call: Call) -> Answer:
    """`GET /v2/organizations/{orgId}/organizations`: with `pagination`; by slug and by one key of the metadata."""
    manager = _manager(call)
    take, skip = take_and_skip(call.query)
    found = _managed(call).of(manager)
    if "slug" in call.query:
        found = [each for each in found if each["slug"] == call.query["slug"]]
    if "metadataKey" in call.query:
        name, text = call.query["metadataKey"], call.query.get("metadataValue")
        found = [each for each in found if (each["metadata"] or {}).get(name) == text]
    return success([_show(each) for each in found[skip : skip + take]], pagination=pagination(len(found), take, skip))


@routes.add("POST", "/organizations/{org}/organizations")
def create(call: Call) -> Answer:
    """`POST /v2/organizations/{orgId}/organizations`: its key is shown this once."""
    manager, backend = _manager(call), call.backend
    body = validation.check(call.body, _fields(creating=True))
    slug = body.get("slug") or re.sub(r"[^a-z0-9]+", "-", body["name"].lower()).strip("-")
    if any(each["slug"] == slug for each in backend.store.teams.all() if each["isOrganization"]):
        raise refusal(
            409,
            f"Organization with slug '{slug}' already exists. Please, either provide a different slug or change name"
            " so that the automatically generated slug is different.",
        )
    team = team_record(backend.store.teams.next_id(510), body["name"], slug, isOrganization=True)
    backend.store.teams.put(team)
    owner = call.caller
    now = backend.clock.milliseconds()
    membership = teams.join(backend, team["id"], owner["id"], role="OWNER", accepted=True)
    since = {"createdAt": instants.to_wire(now), "updatedAt": instants.to_wire(now)}
    backend.store.memberships.put(membership | since, parent=team["id"])
    record = {
        "id": team["id"],
        "manager": manager,
        "name": body["name"],
        "slug": slug,
        "metadata": body.get("metadata"),
    }
    days = body.get("apiKeyDaysValid") or _DEFAULT_DAYS
    expires = None if body.get("apiKeyNeverExpires") else now + days * instants.DAY
    key = f"cal_sandbox_{backend.names.uuid().replace('-', '')}"
    _managed(call).put(record | {"key": key_digest(key)}, parent=manager)
    backend.store.keys.put({"id": key_digest(key), "userId": owner["id"], "expiresAt": expires}, parent=owner["id"])
    return success({**_show(record), "apiKey": key}, status=201)


@routes.add("GET", "/organizations/{org}/organizations/{managed}")
def get(call: Call) -> Answer:
    """`GET /v2/organizations/{orgId}/organizations/{managedOrganizationId}`."""
    return success(_show(_find(call)))


@routes.add("PATCH", "/organizations/{org}/organizations/{managed}")
def update(call: Call) -> Answer:
    """`PATCH /v2/organizations/{orgId}/organizations/{managedOrganizationId}`: metadata is replaced."""
    record = _find(call)
    body = validation.check(call.body, _fields(creating=False))
    record |= {name: body[name] for name in ("name", "slug", "metadata") if body.get(name) is not None}
    team = teams.find(call.backend, record["id"])
    call.backend.store.teams.put(team | {"name": record["name"], "slug": record["slug"]})
    return success(_show(_managed(call).put(record, parent=record["manager"])))


@routes.add("DELETE", "/organizations/{org}/organizations/{managed}")
def delete(call: Call) -> Answer:
    """`DELETE /v2/organizations/{orgId}/organizations/{managedOrganizationId}`: the answer is what it was."""
    record = _find(call)
    for membership in call.backend.store.memberships.of(record["id"]):
        call.backend.store.memberships.delete(membership["id"])
    key = call.backend.store.keys.get(record["key"])
    if key is not None:
        call.backend.store.keys.put(key | {"revoked": True}, parent=key["userId"])
    call.backend.store.teams.delete(record["id"])
    _managed(call).delete(record["id"])
    return success(_show(record))
