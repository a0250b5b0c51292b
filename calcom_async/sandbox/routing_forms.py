"""Routing forms of an organization and its teams: forms, responses, and where a response leads.

There is no way to make a form over the API: `Sandbox.routing_form` does. A route is taken when the first of its rules
holds (`select_equals` and the like); the fallback is taken when none does.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

import attrs
from attrs import frozen
from multidict import MultiDict, MultiDictProxy

from calcom_async.sandbox import instants, organization_access, slots, teams, validation, wire_json
from calcom_async.sandbox.announcements_forms import announce_form
from calcom_async.sandbox.answers import Answer, ApiError, invalid, refusal, success
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.paging import whole
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.validation import Field

routes = Routes()

FORMS: Final = "routing forms"
RESPONSES: Final = "routing form responses"
_OF_SLOTS: Final = ("start", "end", "timeZone", "duration", "format", "bookingUidToReschedule")
_ORDER: Final = tuple(
    Field(name, (validation.one_of(name, ("asc", "desc")),), required=False)
    for name in ("sortCreatedAt", "sortUpdatedAt")
)
_WHEN: Final = (
    Field("start", (validation.date_string("start"),)),
    Field("end", (validation.date_string("end"),)),
)


@frozen
class _Outcome:
    """Where a response leads: the route taken, and the response as it is kept."""

    action: dict[str, Any]
    response: dict[str, Any]


def make(
    backend: Backend, *, team: int | None, user: int, name: str, fields: list[Any], routes_of_form: list[Any]
) -> Record:
    """Put a form in place."""
    now = instants.to_wire(backend.clock.milliseconds())
    form: Record = {
        "id": backend.names.uuid(),
        "description": None,
        "position": 0,
        "routes": routes_of_form,
        "createdAt": now,
        "updatedAt": now,
        "name": name,
        "fields": fields,
        "updatedById": None,
        "userId": user,
        "teamId": team,
        "disabled": False,
        "settings": {},
    }
    return backend.store.shelf(FORMS).put(form, parent=team)


def _forms(call: Call) -> list[Record]:
    shelf = call.backend.store.shelf(FORMS)
    if "team" in call.params:
        return shelf.of(teams.require_role(call, "ADMIN"))
    organization = organization_access.require(call, "ORG_ADMIN")
    wanted = [organization, *(team["id"] for team in organization_access.teams(call, organization))]
    if "teamIds" in call.query:
        named = {whole(each) for text in call.query.getall("teamIds") for each in text.split(",")}
        wanted = [each for each in wanted if each in named]
    return [form for team in wanted for form in shelf.of(team)]


def _missing() -> ApiError:
    return organization_access.missing()


def _form(call: Call, *, changing: bool = False) -> Record:
    """The form of this call; whether it is missing is told in three ways."""
    form_id = call.params["form"]
    found = next((form for form in _forms(call) if form["id"] == form_id), None)
    if found is not None:
        return found
    if "team" in call.params:
        raise refusal(
            403,
            f"IsRoutingFormInTeam - team with id=({call.params['team']}) does not own routing form with"
            f" id=({form_id}).",
        )
    raise refusal(404, "Routing form not found.") if changing else _missing()


def _page(call: Call, records: list[Record]) -> list[Record]:
    """Take and skip, which nobody validates here, and the order."""
    query = call.query
    asked = {each.name: query[each.name] for each in _ORDER if each.name in query}
    errors = validation.problems(asked, _ORDER)
    if errors:
        raise invalid(errors)
    after, before = (instants.parse(query.get(name, "")) for name in ("afterCreatedAt", "beforeCreatedAt"))
    records = [
        each
        for each in records
        if (after is None or (instants.parse(each["createdAt"]) or 0) >= after)
        and (before is None or (instants.parse(each["createdAt"]) or 0) <= before)
    ]
    if "sortCreatedAt" in asked:
        records = sorted(records, key=lambda each: each["createdAt"], reverse=asked["sortCreatedAt"] == "desc")
    take, skip = whole(query.get("take", "250")), whole(query.get("skip", "0"))
    start = skip or 0
    return records[start : start + (250 if take is None else take)]


def _list_forms(call: Call) -> Answer:
    return success(_page(call, _forms(call)))


def _list_responses(call: Call) -> Answer:
    found = call.backend.store.shelf(RESPONSES).of(_form(call)["id"])
    if "routedToBookingUid" in call.query:
        found = [each for each in found if each["routedToBookingUid"] == call.query["routedToBookingUid"]]
    return success(_page(call, found))


def _kept(form: Record, answers: dict[str, Any]) -> dict[str, Any]:
    """What is kept of the answers: by field, options by their id."""
    kept: dict[str, Any] = {}
    for field in form["fields"]:
        sent = answers.get(field.get("identifier") or field["id"], answers.get(field["id"]))
        if sent is None:
            continue
        options = field.get("options") or []
        chosen = next((each["id"] for each in options if sent in (each["id"], each["label"])), sent)
        kept[field["id"]] = {"label": field["label"], "value": chosen}
    return kept


def _outcome(form: Record, answers: dict[str, Any]) -> _Outcome | None:
    """The first route whose rules hold, or the fallback."""
    kept = _kept(form, answers)
    ruled = [each for each in form["routes"] if not each.get("isFallback")]
    fallback = next((each for each in form["routes"] if each.get("isFallback")), None)
    route = next((each for each in ruled if _holds(each.get("queryValue") or {}, kept)), fallback)
    return _Outcome(route["action"], kept) if route is not None else None


def _holds(query: dict[str, Any], kept: dict[str, Any]) -> bool:
    rules = (query.get("children1") or {}).values()
    return all(_rule_holds(rule.get("properties") or {}, kept) for rule in rules)


def _rule_holds(rule: dict[str, Any], kept: dict[str, Any]) -> bool:
    value = kept.get(str(rule.get("field")), {}).get("value")
    wanted = (rule.get("value") or [None])[0]
    operator = str(rule.get("operator", "equal"))
    if operator in ("select_any_in", "multiselect_some_in"):
        return value in (wanted or [])
    if operator in ("select_not_equals", "not_equal"):
        return bool(value != wanted)
    if operator == "like":
        return str(wanted).lower() in str(value or "").lower()
    return bool(value == wanted)


def _slots(call: Call, event_type_id: int) -> Any:
    query = MultiDict({name: call.query[name] for name in _OF_SLOTS if name in call.query})
    query["eventTypeId"] = str(event_type_id)
    answer = slots.list_slots(attrs.evolve(call, query=MultiDictProxy(query)))
    assert isinstance(answer, Answer)
    return wire_json.loads(answer.body)["data"]


def _check_times(call: Call) -> None:
    target = {name: call.query[name] for name in ("start", "end") if name in call.query}
    errors = validation.problems(target, _WHEN)
    if errors:
        raise invalid(errors)


async def _respond(call: Call) -> Answer:
    _check_times(call)
    form = _form(call, changing=True)
    answers = call.body if isinstance(call.body, dict) else {}
    outcome = _outcome(form, answers)
    lacking = [
        field["label"] for field in form["fields"] if field.get("required") and field["id"] not in _kept(form, answers)
    ]
    if lacking:
        raise refusal(400, f"Missing required fields {', '.join(lacking)}")
    if outcome is None:
        raise refusal(404, "Route to which the form response should be redirected not found.")
    queued = call.query.get("queueResponse") == "true"
    response_id = f"cm{call.backend.names.uuid().replace('-', '')[:23]}" if queued else _keep(call, form, outcome)
    destination = _destination(call, form, outcome, answers, response_id)
    await announce_form(call.backend, form, answers, response_id)
    return success(destination, status=201)


def _keep(call: Call, form: Record, outcome: _Outcome) -> int:
    shelf = call.backend.store.shelf(RESPONSES)
    record: Record = {
        "id": shelf.next_id(1),
        "formId": form["id"],
        "formFillerId": f"cm{call.backend.names.uuid().replace('-', '')[:23]}",
        "routedToBookingUid": None,
        "response": outcome.response,
        "createdAt": instants.to_wire(call.backend.clock.milliseconds()),
    }
    shelf.put(record, parent=form["id"])
    return int(record["id"])


def _destination(
    call: Call, form: Record, outcome: _Outcome, answers: dict[str, Any], response_id: int | str
) -> dict[str, Any]:
    action = outcome.action
    if action["type"] == "externalRedirectUrl":
        query = urlencode({**answers, "form": form["id"], "cal.action": action["type"]})
        return {"routingExternalRedirectUrl": f"{action['value']}?{query}"}
    if action["type"] == "customPageMessage":
        return {"routingCustomMessage": action["value"]}
    key = "responseId" if isinstance(response_id, int) else "queuedResponseId"
    return {
        "routing": {key: response_id, "teamMemberIds": [], "skipContactOwner": False},
        "eventTypeId": action["eventTypeId"],
        "slots": _slots(call, action["eventTypeId"]),
    }


def _change_response(call: Call) -> Answer:
    form = _form(call)
    shelf = call.backend.store.shelf(RESPONSES)
    found = shelf.get(organization_access.number(call, "response"))
    if found is None or found["formId"] != form["id"]:
        raise _missing()
    sent = call.body.get("response") if isinstance(call.body, dict) else None
    if sent is not None:
        # Whatever is sent is kept; of a text the real server keeps the letters.
        found["response"] = dict(sent) if isinstance(sent, dict) else {str(at): one for at, one in enumerate(str(sent))}
        shelf.put(found, parent=form["id"])
    return success(found)


@routes.add("POST", "/routing-forms/{form}/calculate-slots", access="open")
def calculate_slots(call: Call) -> Answer:
    """`POST /v2/routing-forms/{routingFormId}/calculate-slots`: without credentials, and nothing is kept."""
    _check_times(call)
    form = call.backend.store.shelf(FORMS).get(call.params["form"])
    outcome = _outcome(form, call.body if isinstance(call.body, dict) else {}) if form is not None else None
    if outcome is None or outcome.action["type"] == "customPageMessage":
        raise refusal(404, "Route to which the form response should be redirected not found.")
    if outcome.action["type"] != "eventTypeRedirectUrl":
        raise refusal(404, "Routed to a non cal.com event type URL.")
    event_type_id = outcome.action["eventTypeId"]
    return success({"eventTypeId": event_type_id, "slots": _slots(call, event_type_id)})


for _path in ("/organizations/{org}/routing-forms", "/organizations/{org}/teams/{team}/routing-forms"):
    routes.add("GET", _path)(_list_forms)
    routes.add("GET", f"{_path}/{{form}}/responses")(_list_responses)
    routes.add("POST", f"{_path}/{{form}}/responses")(_respond)
    routes.add("PATCH", f"{_path}/{{form}}/responses/{{response}}")(_change_response)
routes.add("POST", "/teams/{team}/routing-forms/{form}/responses")(_respond)
