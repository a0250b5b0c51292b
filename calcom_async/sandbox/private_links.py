"""`/v2/event-types/{id}/private-links`: links that end by use or by time."""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox import instants, team_event_types, teams, validation
from calcom_async.sandbox.answers import Answer, invalid, refusal, success
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.event_types import owned
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.validation import Field, Rule

routes = Routes(family="private links")

_DATE: Final = Rule(
    "isDate",
    "expiresAt must be a Date instance",
    lambda value: isinstance(value, str) and instants.parse(value) is not None,
)
_FIELDS: Final = (
    Field("expiresAt", (_DATE,), required=False),
    Field(
        "maxUsageCount",
        (validation.at_least("maxUsageCount", 1), validation.integer("maxUsageCount")),
        required=False,
    ),
)


def _shown(backend: Backend, link: Record) -> dict[str, Any]:
    timed = link["expiresAt"] is not None
    over = link["expiresAt"] <= backend.clock.milliseconds() if timed else link["used"] >= link["most"]
    kind = {"expiresAt": instants.to_wire(link["expiresAt"])} if timed else {}
    counted = {} if timed else {"maxUsageCount": link["most"], "usageCount": link["used"]}
    return {
        "linkId": link["id"],
        "eventTypeId": link["eventTypeId"],
        "isExpired": over,
        "bookingUrl": f"{backend.web_url}/d/{link['id']}",
        **kind,
        **counted,
    }


def _checked(call: Call) -> dict[str, Any]:
    body = dict(call.body) if isinstance(call.body, dict) else {}
    if isinstance(body.get("expiresAt"), str) and instants.parse(body["expiresAt"]) is None:
        # What is no date was made one before it is judged, and is shown as null.
        raise invalid(
            [
                {**each, "value": None} if each["property"] == "expiresAt" else each
                for each in validation.problems(body, _FIELDS)
            ]
        )
    return validation.check(body, _FIELDS)


def _event_type(call: Call) -> int:
    if "team" in call.params:
        team = teams.require_role(call, "ADMIN")
        return int(team_event_types.find(call, team)["id"])
    return int(owned(call.backend, call.caller, call.number("id"))["id"])


def _find(call: Call, event_type_id: int, complaint: str) -> Record:
    link = call.backend.store.private_links.get(call.params["link"])
    if link is None or link["eventTypeId"] != event_type_id:
        raise refusal(404, complaint)
    return link


@routes.add("GET", "/event-types/{id}/private-links")
def list_all(call: Call) -> Answer:
    """`GET /v2/event-types/{eventTypeId}/private-links`."""
    links = call.backend.store.private_links.of(_event_type(call))
    return success([_shown(call.backend, link) for link in links])


@routes.add("POST", "/event-types/{id}/private-links")
def create(call: Call) -> Answer:
    """`POST /v2/event-types/{eventTypeId}/private-links`: one kind of end; hosted, a time outranks a count."""
    backend, event_type_id = call.backend, _event_type(call)
    sent = _checked(call)
    body = {name: value for name, value in sent.items() if value is not None}
    both = "expiresAt" in body and "maxUsageCount" in body
    neither = "expiresAt" not in body and "maxUsageCount" not in body
    if neither or (both and not backend.hosted):
        raise refusal(400, "Provide either expiresAt or maxUsageCount")
    link = backend.store.private_links.put(
        {
            "id": backend.names.short(),
            "eventTypeId": event_type_id,
            "expiresAt": instants.parse(body["expiresAt"]) if "expiresAt" in body else None,
            "most": body.get("maxUsageCount"),
            "used": 0,
        },
        parent=event_type_id,
    )
    return success(_shown(backend, link), status=201)


@routes.add("PATCH", "/event-types/{id}/private-links/{link}")
def update(call: Call) -> Answer:
    """`PATCH /v2/event-types/{eventTypeId}/private-links/{linkId}`."""
    backend, event_type_id = call.backend, _event_type(call)
    link = _find(call, event_type_id, "Updated link not found")
    body = _checked(call)
    if body.get("expiresAt") is not None:
        link |= {"expiresAt": instants.parse(body["expiresAt"]), "most": None}
    elif body.get("maxUsageCount") is not None:
        link |= {"expiresAt": None, "most": body["maxUsageCount"]}
    backend.store.private_links.put(link, parent=event_type_id)
    return success(_shown(backend, link))


@routes.add("DELETE", "/event-types/{id}/private-links/{link}")
def delete(call: Call) -> Answer:
    """`DELETE /v2/event-types/{eventTypeId}/private-links/{linkId}`."""
    link = _find(call, _event_type(call), "Deleted link not found")
    call.backend.store.private_links.delete(link["id"])
    return success({"linkId": link["id"], "message": "Private link deleted successfully"})
