"""`…/delegation-credentials` of an organization, as storage: the keys are in no answer, and are never used."""

from __future__ import annotations

import uuid
from typing import Any, Final

from calcom_async.sandbox import instants, validation
from calcom_async.sandbox.answers import Answer, bad_request_data, no_route, refusal, success
from calcom_async.sandbox.organization_access import require
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record, Shelf
from calcom_async.sandbox.validation import Field, Rule

routes = Routes()

_PLATFORMS: Final = {"google": "Google", "office365": "Microsoft 365"}
_GOOGLE: Final = frozenset({"client_email", "private_key", "client_id"})
_MICROSOFT: Final = frozenset({"tenant_id", "private_key", "client_id"})
_KEY: Final = Rule(
    "isServiceAccountKey",
    "Service account key must be either a Google service account key (with client_email, private_key, client_id) or"
    " Microsoft service account key (with tenant_id, private_key, client_id)",
    lambda value: isinstance(value, dict) and (value.keys() >= _GOOGLE or value.keys() >= _MICROSOFT),
)


def _filled(name: str) -> tuple[Rule, ...]:
    empty = Rule("isNotEmpty", f"{name} should not be empty", lambda value: value not in ("", None))
    return empty, validation.string(name)


_NEW: Final = (
    Field("workspacePlatformSlug", _filled("workspacePlatformSlug")),
    Field("domain", _filled("domain")),
    Field("serviceAccountKey", (_KEY,)),
)
_CHANGES: Final = (
    Field("enabled", (validation.boolean("enabled"),), required=False),
    Field("serviceAccountKey", (_KEY,), required=False),
)


def _shelf(call: Call) -> Shelf:
    return call.backend.store.shelf("delegation credentials")


def _find(call: Call) -> Record:
    organization, credential_id = require(call, "ORG_ADMIN"), call.params["credential"]
    record = _shelf(call).get(credential_id)
    if record is None or record["organizationId"] != organization:
        raise refusal(404, f"DelegationCredential with id {credential_id} not found")
    return record


def _hosted_only(call: Call) -> None:
    if not call.backend.hosted:
        raise no_route(call.method, call.url)


def _now(call: Call) -> str:
    return instants.to_wire(call.backend.clock.milliseconds())


def _body(call: Call, fields: tuple[Field, ...]) -> dict[str, Any]:
    return validation.check(call.body, fields)


@routes.add("GET", "/organizations/{org}/delegation-credentials")
def list_all(call: Call) -> Answer:
    """`GET /v2/organizations/{orgId}/delegation-credentials` (hosted)."""
    _hosted_only(call)
    return success([_listed(each) for each in _shelf(call).of(require(call, "ORG_ADMIN"))])


def _listed(record: Record) -> Record:
    """With the number that the platform knows the service account by."""
    return {**record, "serviceAccountClientId": str(uuid.UUID(record["id"]).int)[:21]}


@routes.add("POST", "/organizations/{org}/delegation-credentials")
def create(call: Call) -> Answer:
    """`POST /v2/organizations/{orgId}/delegation-credentials`: not enabled; one for each domain."""
    organization = require(call, "ORG_ADMIN")
    body = _body(call, _NEW)
    slug = body["workspacePlatformSlug"]
    if slug not in _PLATFORMS or any(each["domain"] == body["domain"] for each in _shelf(call).all()):
        raise bad_request_data()
    record = {
        "id": call.backend.names.uuid(),
        "enabled": False,
        "domain": body["domain"],
        "organizationId": organization,
        "workspacePlatform": {"name": _PLATFORMS[slug], "slug": slug},
        "createdAt": _now(call),
        "updatedAt": _now(call),
    }
    return success(_shelf(call).put(record, parent=organization), status=201)


@routes.add("GET", "/organizations/{org}/delegation-credentials/{credential}")
def get(call: Call) -> Answer:
    """`GET /v2/organizations/{orgId}/delegation-credentials/{credentialId}` (hosted)."""
    _hosted_only(call)
    return success(_find(call))


@routes.add("PATCH", "/organizations/{org}/delegation-credentials/{credential}")
def update(call: Call) -> Answer:
    """`PATCH /v2/organizations/{orgId}/delegation-credentials/{credentialId}`."""
    body = _body(call, _CHANGES)
    record = _find(call)
    if body.get("enabled") is not None:
        record["enabled"] = body["enabled"]
    if body.get("serviceAccountKey") is not None:
        record["updatedAt"] = _now(call)
    return success(_shelf(call).put(record, parent=record["organizationId"]))


@routes.add("DELETE", "/organizations/{org}/delegation-credentials/{credential}")
def delete(call: Call) -> Answer:
    """`DELETE /v2/organizations/{orgId}/delegation-credentials/{credentialId}` (hosted): the answer is what it was."""
    _hosted_only(call)
    record = _find(call)
    _shelf(call).delete(record["id"])
    return success(record)
