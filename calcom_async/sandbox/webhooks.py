"""Webhooks of a user, an event type and a team event type: one resource in three scopes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attrs import frozen

from calcom_async.sandbox import organization_access, platform_clients, team_event_types, teams, validation
from calcom_async.sandbox.answers import Answer, refusal, success
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.paging import take_and_skip
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.validation import Field, Rule

routes = Routes()

TRIGGERS: Final = (
    "BOOKING_CREATED",
    "BOOKING_PAYMENT_INITIATED",
    "BOOKING_PAID",
    "BOOKING_RESCHEDULED",
    "BOOKING_REQUESTED",
    "BOOKING_CANCELLED",
    "BOOKING_REJECTED",
    "BOOKING_NO_SHOW_UPDATED",
    "FORM_SUBMITTED",
    "MEETING_ENDED",
    "MEETING_STARTED",
    "RECORDING_READY",
    "INSTANT_MEETING",
    "RECORDING_TRANSCRIPTION_GENERATED",
    "OOO_CREATED",
    "AFTER_HOSTS_CAL_VIDEO_NO_SHOW",
    "AFTER_GUESTS_CAL_VIDEO_NO_SHOW",
    "FORM_SUBMITTED_NO_EVENT",
    "DELEGATION_CREDENTIAL_ERROR",
)
_HOSTED_TRIGGERS: Final = (
    *TRIGGERS,
    "BOOKING_LOCATION_UPDATED",
    "ROUTING_FORM_FALLBACK_HIT",
    "WRONG_ASSIGNMENT_REPORT",
)
VERSIONS: Final = ("2021-10-20", "2026-07-27")
_WAIT: Final = (
    Field("time", (validation.at_least("time", 1), validation.at_most("time", 1_000_000)), required=False),
    Field("timeUnit", (validation.one_of("timeUnit", ("DAY", "HOUR", "MINUTE")),), required=False),
)
"""When the no-show triggers look who came; nobody waits for longer than a million days."""
_SETTABLE: Final = ("payloadTemplate", "triggers", "subscriberUrl", "active", "secret")


@frozen
class Scope:
    """Whose webhooks: the shelf's parent, the key that names the owner in answers, and its words in refusals."""

    parent: str
    key: str
    owner: int | str
    noun: str


def _fields(backend: Backend, *, creating: bool) -> tuple[Field, ...]:
    allowed = _HOSTED_TRIGGERS if backend.hosted else TRIGGERS
    message = f"each value in triggers must be one of the following values: {', '.join(allowed)}"
    triggers = (
        Rule("isEnum", message, lambda value: isinstance(value, list) and all(each in allowed for each in value)),
        validation.array("triggers"),
    )
    return (
        Field("active", (validation.boolean("active"),), required=creating),
        Field("subscriberUrl", (validation.string("subscriberUrl"),), required=creating),
        Field("triggers", triggers, required=creating),
        Field("payloadTemplate", (validation.string("payloadTemplate"),), required=False),
        Field("secret", (validation.string("secret"),), required=False),
        *_WAIT,
        Field("version", (validation.one_of("version", VERSIONS),), required=False),
    )


def _user_scope(call: Call) -> Scope:
    user = call.caller["id"]
    return Scope(f"user {user}", "userId", user, "user")


def _event_type_scope(call: Call) -> Scope:
    event_type_id, user = call.number("id"), call.caller["id"]
    record = call.backend.store.event_types.get(event_type_id)
    guard = "IsUserEventTypeWebhookGuard"
    if record is None:
        raise refusal(404, f"{guard} - Event type ({event_type_id}) not found")
    if record.get("ownerId") != user:
        raise refusal(403, f"{guard} - User ({user}) is not the owner of event type ({event_type_id})")
    return Scope(f"event type {event_type_id}", "eventTypeId", event_type_id, "event type")


def _team_scope(call: Call) -> Scope:
    event_type_id = team_event_types.find(call, teams.require_role(call, "ADMIN"))["id"]
    return Scope(f"event type {event_type_id}", "eventTypeId", event_type_id, "event type")


def _organization_scope(call: Call) -> Scope:
    organization = organization_access.require(call, "ORG_ADMIN")
    return Scope(f"organization {organization}", "teamId", organization, "organization")


def _client_scope(call: Call) -> Scope:
    client_id = platform_clients.find(call)["id"]
    return Scope(f"client {client_id}", "oAuthClientId", client_id, "OAuth client")


def _find(call: Call, scope: Scope) -> Record:
    webhook_id = call.params["webhook"]
    record = call.backend.store.webhooks.get(webhook_id)
    if scope.noun == "organization" and (record is None or record.get(scope.key) != scope.owner):
        if call.method == "DELETE":
            raise organization_access.missing()
        raise refusal(
            403,
            f"IsWebhookInOrg - webhook with id={webhook_id} is not part of the organization with id={scope.owner}.",
        )
    if record is None:
        raise refusal(404, f"Webhook ({webhook_id}) not found")
    if record.get(scope.key) != scope.owner:
        if scope.key == "userId":
            raise refusal(
                403,
                f"IsUserWebhookGuard - user with id=({scope.owner}) is not the owner of webhook with id=({webhook_id})",
            )
        raise refusal(404, f"Webhook ({webhook_id}) not found")
    return record


def _check_url(backend: Backend, scope: Scope, url: str, *, but: str | None = None) -> None:
    there = [each for each in backend.store.webhooks.of(scope.parent) if each["id"] != but]
    if any(each["subscriberUrl"] == url for each in there):
        raise refusal(409, f"Webhook with this subscriber url already exists for this {scope.noun}")


def _list(call: Call, scope: Scope) -> Answer:
    take, skip = take_and_skip(call.query)
    return success(call.backend.store.webhooks.of(scope.parent)[skip : skip + take])


def _create(call: Call, scope: Scope) -> Answer:
    backend = call.backend
    body = validation.check(call.body, _fields(backend, creating=True))
    _check_url(backend, scope, body["subscriberUrl"])
    timed = {}
    if backend.hosted:
        timed = {
            "time": body.get("time"),
            "timeUnit": body.get("timeUnit"),
            "version": body.get("version") or VERSIONS[0],
        }
    record = {
        "id": backend.names.uuid(),
        "payloadTemplate": body.get("payloadTemplate"),
        "triggers": body["triggers"],
        "subscriberUrl": body["subscriberUrl"],
        "active": body["active"],
        "secret": body.get("secret"),
        **timed,
        scope.key: scope.owner,
    }
    backend.store.webhooks.put(record, parent=scope.parent)
    return success(record, status=201)


def _get(call: Call, scope: Scope) -> Answer:
    return success(_find(call, scope))


def _update(call: Call, scope: Scope) -> Answer:
    backend = call.backend
    record = _find(call, scope)
    body = validation.check(call.body, _fields(backend, creating=False))
    if "subscriberUrl" in body:
        _check_url(backend, scope, body["subscriberUrl"], but=record["id"])
    settable = (*_SETTABLE, "time", "timeUnit", "version") if backend.hosted else _SETTABLE
    record |= {name: body[name] for name in settable if name in body}
    backend.store.webhooks.put(record, parent=scope.parent)
    return success(record)


def _delete(call: Call, scope: Scope) -> Answer:
    record = _find(call, scope)
    call.backend.store.webhooks.delete(record["id"])
    return success(record)


def _delete_all(call: Call, scope: Scope) -> Answer:
    there = call.backend.store.webhooks.of(scope.parent)
    for each in there:
        call.backend.store.webhooks.delete(each["id"])
    return success(f"{len(there)} webhooks deleted")


def _serve(path: str, scope_of: Callable[[Call], Scope], *, delete_all: bool) -> None:
    """Register the resource under one path."""
    actions: list[tuple[str, str, Callable[[Call, Scope], Answer]]] = [
        ("GET", path, _list),
        ("POST", path, _create),
        ("GET", f"{path}/{{webhook}}", _get),
        ("PATCH", f"{path}/{{webhook}}", _update),
        ("DELETE", f"{path}/{{webhook}}", _delete),
    ]
    if delete_all:
        actions.append(("DELETE", path, _delete_all))
    for method, at, action in actions:

        def handle(call: Call, action: Callable[[Call, Scope], Answer] = action) -> Answer:
            return action(call, scope_of(call))

        routes.add(method, at)(handle)


_serve("/webhooks", _user_scope, delete_all=False)
_serve("/event-types/{id}/webhooks", _event_type_scope, delete_all=True)
_serve("/teams/{team}/event-types/{id}/webhooks", _team_scope, delete_all=True)
_serve("/oauth-clients/{clientId}/webhooks", _client_scope, delete_all=True)
_serve("/organizations/{org}/webhooks", _organization_scope, delete_all=False)
