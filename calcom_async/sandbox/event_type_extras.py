"""What 2026-06-12 tells of an event type besides itself: its history, its scheduling, what went wrong with a CRM."""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox import instants, organization_access, team_event_types, teams, validation
from calcom_async.sandbox.answers import Answer, bare, invalid, refusal, success
from calcom_async.sandbox.event_types import not_found
from calcom_async.sandbox.paging import whole
from calcom_async.sandbox.people import ADMIN_ROLES
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.validation import Field, Rule

routes = Routes(family="booking fields")

_NEWEST: Final = ("newest",)
_LIMIT: Final = (Field("limit", (validation.at_most("limit", 100), validation.at_least("limit", 1))),)
_PHONE: Final = (
    "Invalid phone number format. Expected format: +<CountryCode><PhoneNumber> with no spaces or separators."
)


def _find(call: Call) -> Record:
    """The event type, for its owner or an admin of its team."""
    event_type_id = call.number("id")
    record = call.backend.store.event_types.get(event_type_id)
    team = record["_"]["teamId"] if record is not None else None
    own = organization_access.membership(call, team, call.caller["id"]) if team is not None else None
    allowed = record is not None and record.get("ownerId") == call.caller["id"]
    if record is None or not (allowed or (own is not None and own["role"] in ADMIN_ROLES)):
        raise not_found(event_type_id)
    return record


def _limit(call: Call) -> None:
    if "limit" in call.query:
        errors = validation.problems({"limit": whole(call.query["limit"])}, _LIMIT)
        if errors:
            raise invalid(errors)


@routes.add("GET", "/event-types/{id}/history", controllers=_NEWEST)
def history(call: Call) -> Answer:
    """`GET /v2/event-types/{eventTypeId}/history`: that it was made; changes are not written down here."""
    record = _find(call)
    _limit(call)
    owner = call.backend.store.users.get(record.get("ownerId") or 0) or call.caller
    made: dict[str, Any] = {
        "id": call.backend.names.sortable(call.backend.clock.milliseconds()),
        "action": "EVENT_TYPE_CREATED",
        "type": "RECORD_CREATED",
        "timestamp": instants.to_wire(call.backend.clock.milliseconds()),
        "source": "API_V2",
        "actor": {
            "type": "USER",
            "displayName": owner["name"],
            "displayEmail": owner["email"],
            "displayAvatar": owner["avatarUrl"],
        },
        "impersonatedBy": None,
        "actionDisplayTitle": f"{owner['name']} created the event type",
        "displayFields": [],
        "displayJson": None,
    }
    logs = [] if "cursor" in call.query else [made]
    return success({"eventTypeId": record["id"], "auditLogs": logs}, pagination={"nextCursor": None, "hasMore": False})


@routes.add("GET", "/event-types/{id}/scheduling-config", controllers=_NEWEST)
def scheduling_config(call: Call) -> Answer:
    """`GET /v2/event-types/{eventTypeId}/scheduling-config`: of team event types; others are refused with 422."""
    record = _find(call)
    private = record["_"]
    if private["teamId"] is None:
        raise refusal(
            422,
            f"Event type with id {record['id']} is not a team event type. Scheduling configuration is only available"
            " for team event types.",
        )
    data: dict[str, Any] = {
        "eventTypeId": record["id"],
        "schedulingType": private["schedulingType"],
        "hosts": [_host(call, each) for each in private["hosts"]],
        "assignAllTeamMembers": private.get("assignAllTeamMembers", False),
    }
    if private["schedulingType"] == "roundRobin":
        data |= {
            "hostGroups": [],
            "rescheduleWithSameRoundRobinHost": record.get("rescheduleWithSameRoundRobinHost", False),
            "isRRWeightsEnabled": False,
            "maxLeadThreshold": None,
            "includeNoShowInRRCalculation": False,
        }
    return success(data)


def _host(call: Call, host: Record) -> dict[str, Any]:
    user = call.backend.store.users.get(host["userId"]) or {}
    return {
        "userId": host["userId"],
        "name": user.get("name"),
        "username": user.get("username"),
        "mandatory": host.get("mandatory", False),
        "priority": host.get("priority"),
        "weight": None,
        "avatarUrl": user.get("avatarUrl"),
        "groupId": None,
    }


@routes.add("GET", "/event-types/{id}/crm-sync-errors", controllers=_NEWEST)
def crm_sync_errors(call: Call) -> Answer:
    """`GET /v2/event-types/{eventTypeId}/crm-sync-errors`: none, since no CRM is connected."""
    _find(call)
    _limit(call)
    errors = validation.problems(
        {name: call.query[name] for name in call.query}, (Field("appSlug", (validation.string("appSlug"),)),)
    )
    if errors:
        raise invalid(errors)
    return success([], pagination={"nextCursor": None, "hasMore": False})


def create_phone_call(call: Call) -> Answer:
    """`POST …/event-types/{eventTypeId}/create-phone-call`: nobody is called, as where there is no network."""
    team_event_types.find(call, teams.require_role(call, "ADMIN"))
    if not call.backend.hosted and "org" not in call.params:
        raise refusal(400, "Validation failed (numeric string is expected)")
    body = {"enabled": True, "templateType": "CUSTOM_TEMPLATE", **(call.body if isinstance(call.body, dict) else {})}
    fields = [
        Field(name, (Rule("matches", _PHONE, validation.is_phone), validation.string(name)))
        for name in ("yourPhoneNumber", "numberToCall")
    ]
    fields.append(Field("calApiKey", (validation.string("calApiKey"),)))
    validation.check(body, fields)
    raise bare(500, "Internal server error")


for _path in ("/teams/{team}", "/organizations/{org}/teams/{team}"):
    routes.add("POST", f"{_path}/event-types/{{id}}/create-phone-call", family="any")(create_phone_call)
