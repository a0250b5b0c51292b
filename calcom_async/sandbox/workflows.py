"""Workflows of a user and of an organization's team, for event types and for routing forms: kept, never carried out.

As the real server does: every template comes back as `reminder`, some triggers are kept as `beforeEvent`, a change
without a trigger sets the offset back to one hour, and changed steps replace the old ones by the ids they name.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from attrs import frozen

from calcom_async.sandbox import paging, teams, validation
from calcom_async.sandbox.answers import Answer, done, invalid, no_route, refusal, success, terse
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.validation import Field, Rule

routes = Routes()

Kind = Literal["event-type", "routing-form"]

_SHELF: Final = "workflows"
_ACTIONS: Final[dict[Kind, tuple[str, ...]]] = {
    "event-type": (
        "email_host",
        "email_attendee",
        "email_address",
        "sms_attendee",
        "sms_number",
        "whatsapp_attendee",
        "whatsapp_number",
        "cal_ai_phone_call",
    ),
    "routing-form": ("email_attendee", "email_address", "sms_attendee", "sms_number"),
}
_WORDS: Final[dict[Kind, str]] = {"event-type": "event-type", "routing-form": "routing form"}
_ACTIVE: Final[dict[Kind, tuple[str, str]]] = {
    "event-type": ("isActiveOnAllEventTypes", "activeOnEventTypeIds"),
    "routing-form": ("isActiveOnAllRoutingForms", "activeOnRoutingFormIds"),
}
_TIMED: Final = ("beforeEvent", "afterEvent", "afterHostsCalVideoNoShow", "afterGuestsCalVideoNoShow")
_KEPT: Final = (*_TIMED, "newEvent", "eventCancelled", "rescheduleEvent", "formSubmitted", "formSubmittedNoEvent")
_HOUR: Final[dict[str, Any]] = {"value": 1, "unit": "hour"}
_DAY: Final[dict[str, Any]] = {"value": 24, "unit": "hour"}
_UNITS: Final = ("hour", "minute", "day")


_RECIPIENTS: Final = ("const", "attendee", "email", "phone_number")
_OF_STEPS: Final = (
    Field("stepNumber", (validation.number("stepNumber"),)),
    Field("sender", (validation.string("sender"),)),
    Field("recipient", (validation.one_of("recipient", _RECIPIENTS),), required=False),
    Field("includeCalendarEvent", (validation.boolean("includeCalendarEvent"),), required=False),
    Field("phoneRequired", (validation.boolean("phoneRequired"),), required=False),
)


@frozen
class _Owner:
    """Whose workflows: a user's or a team's."""

    parent: str
    user: int
    team: int | None


def _owner(call: Call) -> _Owner:
    if "team" in call.params:
        team = teams.require_role(call, "ADMIN")
        return _Owner(f"team {team}", call.caller["id"], team)
    if not call.backend.hosted:
        raise no_route(call.method, call.url)
    return _Owner(f"user {call.caller['id']}", call.caller["id"], None)


def _find(call: Call, owner: _Owner, kind: Kind) -> Record:
    workflow_id = call.number("workflow")
    record = call.backend.store.shelf(_SHELF).get(workflow_id)
    if record is None or record["parent"] != owner.parent or record["type"] != kind:
        raise refusal(404, f"IsWorkflowInTeam - {_WORDS[kind]} workflow ({workflow_id}) not found.")
    return record


def _shown(record: Record) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "parent"}


def _answer(record: Record, *, status: int = 200) -> Answer:
    return success(_shown(record), status=status)


def _check(body: dict[str, Any], kind: Kind, *, creating: bool) -> None:
    allowed = _ACTIONS[kind]
    steps = body.get("steps")
    few = f"Your workflow must contain at least one allowed step. allowed steps are {','.join(allowed)}"
    fields = (
        Field("name", (validation.string("name"),), required=creating),
        Field(
            "steps",
            (Rule("arrayMinSize", few, lambda value: isinstance(value, list) and value != []),),
            required=creating,
        ),
    )
    errors = validation.problems(body, fields)
    if not errors and isinstance(steps, list):
        listed = f"action must be one of the following values: {', '.join(allowed)}"
        rules = [Field("action", (Rule("isIn", listed, lambda value: value in allowed),))]
        if not creating:
            rules.append(Field("id", (validation.number("id"),)))
        # What the real server echoes has lost what the kind of step does not know.
        told = [_echoed(each, allowed) for each in steps]
        errors = validation.in_rows({**body, "steps": told}, "steps", told, rules)
        if not errors:
            # Each is of a known kind, hence an object.
            errors = validation.in_rows({**body, "steps": told}, "steps", steps, _OF_STEPS)
    errors += _activation_errors(body, kind) + _trigger_errors(body)
    if errors:
        raise invalid(errors)


def _echoed(step: Any, allowed: tuple[str, ...]) -> dict[str, Any]:
    sent = step if isinstance(step, dict) else {}
    known = ("action", "includeCalendarEvent", "stepNumber", "sender", "message", "id")
    names = known if sent.get("action") in allowed else ("action", "stepNumber", "sender")
    return {name: sent[name] for name in names if name in sent}


def _activation_errors(body: dict[str, Any], kind: Kind) -> list[dict[str, Any]]:
    activation = body.get("activation")
    if not isinstance(activation, dict):
        return []
    everywhere, only = _ACTIVE[kind]
    of, test = ("string", str) if kind == "routing-form" else ("number conforming to the specified constraints", int)
    each_one = Rule(
        "isString" if kind == "routing-form" else "isNumber",
        f"each value in {only} must be a {of}",
        lambda value: isinstance(value, list) and all(isinstance(each, test) for each in value),
    )
    fields = (
        Field(everywhere, (validation.boolean(everywhere),), required=False),
        Field(only, (each_one, validation.array(only)), required=False),
    )
    found = validation.problems(activation, fields)
    return [{"target": body, "value": activation, "property": "activation", "children": found}] if found else []


def _trigger_errors(body: dict[str, Any]) -> list[dict[str, Any]]:
    trigger = body.get("trigger")
    offset = trigger.get("offset") if isinstance(trigger, dict) else None
    if offset is None:
        return []
    units = f"unit must be one of the following values: {', '.join(_UNITS)}"
    fields = (
        Field("value", (validation.number("value"),)),
        Field("unit", (Rule("isIn", units, lambda value: value in _UNITS),)),
    )
    found = validation.problems(offset if isinstance(offset, dict) else {}, fields)
    if not found:
        return []
    inner = {"target": trigger, "value": offset, "property": "offset", "children": found}
    return [{"target": body, "value": trigger, "property": "trigger", "children": [inner]}]


def _trigger(sent: Any, kind: Kind) -> dict[str, Any]:
    """A trigger as it is kept: with an offset where there must be one, and some as `beforeEvent`."""
    trigger = sent if isinstance(sent, dict) else {}
    name = trigger.get("type") or ("formSubmitted" if kind == "routing-form" else "beforeEvent")
    if name not in _KEPT:
        return {"type": "beforeEvent", "offset": _HOUR}
    if name == "formSubmittedNoEvent":
        return {"type": name, "offset": trigger.get("offset") or {"value": 10, "unit": "minute"}}
    if name not in _TIMED:
        return {"type": name}
    if name == "afterHostsCalVideoNoShow":
        return {"type": name, "offset": _HOUR}
    return {"type": name, "offset": trigger.get("offset") or _DAY}


def _activation(call: Call, owner: _Owner, sent: Any, kind: Kind) -> dict[str, Any]:
    everywhere, only = _ACTIVE[kind]
    activation = sent if isinstance(sent, dict) else {}
    wanted = activation.get(only) or []
    kept = []
    for each in wanted:
        if kind == "routing-form":
            form = call.backend.store.shelf("routing forms").get(each)
            if form is None or form["teamId"] != owner.team:
                raise terse(401, "You are not authorized to access this resource", code="TRPCError")
            kept.append(each)
            continue
        event_type = call.backend.store.event_types.get(each)
        if event_type is None:
            continue
        if owner.team is not None and event_type["_"]["teamId"] != owner.team:
            raise terse(401, "You are not authorized to access this resource", code="TRPCError")
        kept.append(each)
    return {everywhere: bool(activation.get(everywhere)), only: kept}


def _step(call: Call, sent: dict[str, Any], step_id: int) -> dict[str, Any]:
    action = str(sent["action"])
    by_mail = action.startswith("email")
    store = call.backend.store
    email = (
        store.shelf("verified emails").get(sent["verifiedEmailId"])
        if validation.is_whole(sent.get("verifiedEmailId"))
        else None
    )
    phone = (
        store.shelf("verified phones").get(sent["verifiedPhoneId"])
        if validation.is_whole(sent.get("verifiedPhoneId"))
        else None
    )
    message = sent["message"] if isinstance(sent.get("message"), dict) else {}
    return {
        "id": step_id,
        "stepNumber": sent.get("stepNumber"),
        "template": "reminder",
        "recipient": sent.get("recipient") or ("const" if action == "email_host" else "attendee"),
        "sender": sent.get("sender"),
        "includeCalendarEvent": bool(by_mail and sent.get("includeCalendarEvent")),
        **({"phoneRequired": sent["phoneRequired"]} if sent.get("phoneRequired") is not None else {}),
        "email": email["email"] if email else "",
        "phone": phone["phoneNumber"] if phone else "",
        "message": {
            "subject": _text(message.get("subject")),
            # The text of a short message is lost on the real server.
            **({"html": _text(message.get("html"))} if by_mail else {"text": ""}),
        },
        "action": action,
    }


def _text(sent: Any) -> str:
    return sent if isinstance(sent, str) else ""


def _new_step_id(call: Call) -> int:
    store = call.backend.store
    step_id = int(store.note("workflow steps") or 0) + 1
    store.write_note("workflow steps", str(step_id))
    return step_id


def _list(call: Call, kind: Kind) -> Answer:
    owner = _owner(call)
    take, skip = paging.take_and_skip(call.query)
    there = call.backend.store.shelf(_SHELF).of(owner.parent)
    return success([_shown(each) for each in there if each["type"] == kind][skip : skip + take])


def _create(call: Call, kind: Kind) -> Answer:
    backend, owner = call.backend, _owner(call)
    body = dict(call.body) if isinstance(call.body, dict) else {}
    _check(body, kind, creating=True)
    activation = _activation(call, owner, body.get("activation"), kind)
    shelf = backend.store.shelf(_SHELF)
    record = {
        "id": shelf.next_id(1),
        "name": body["name"],
        "activation": activation,
        "trigger": _trigger(body.get("trigger"), kind),
        "steps": [_step(call, each, _new_step_id(call)) for each in body["steps"]],
        "type": kind,
        "parent": owner.parent,
    }
    return _answer(shelf.put(record, parent=owner.parent), status=201)


def _get(call: Call, kind: Kind) -> Answer:
    return _answer(_find(call, _owner(call), kind))


def _update(call: Call, kind: Kind) -> Answer:
    owner = _owner(call)
    record = _find(call, owner, kind)
    body = dict(call.body) if isinstance(call.body, dict) else {}
    _check(body, kind, creating=False)
    if body.get("trigger") is not None:
        record["trigger"] = _trigger(body["trigger"], kind)
    elif "offset" in record["trigger"]:
        record["trigger"] = {**record["trigger"], "offset": _HOUR}
    if body.get("name") is not None:
        record["name"] = body["name"]
    if body.get("activation") is not None:
        record["activation"] = _activation(call, owner, body["activation"], kind)
    if body.get("steps") is not None:
        known = {each["id"] for each in record["steps"]}
        kept = [each for each in body["steps"] if each["id"] in known or each["id"] == -1]
        record["steps"] = [
            _step(call, each, each["id"] if each["id"] in known else _new_step_id(call)) for each in kept
        ]
    call.backend.store.shelf(_SHELF).put(record, parent=owner.parent)
    return _answer(record)


def _delete(call: Call, kind: Kind) -> Answer:
    record = _find(call, _owner(call), kind)
    call.backend.store.shelf(_SHELF).delete(record["id"])
    return done()


def _serve(path: str, tail: str, kind: Kind) -> None:
    """Register one kind under one path; `tail` comes after the id."""
    one = f"{path}/{{workflow}}{tail}"
    actions: tuple[tuple[str, str, Any], ...] = (
        ("GET", path + tail, _list),
        ("POST", path + tail, _create),
        ("GET", one, _get),
        ("PATCH", one, _update),
        ("DELETE", one, _delete),
    )
    for method, at, action in actions:

        def handle(call: Call, action: Any = action) -> Answer:
            answer: Answer = action(call, kind)
            return answer

        routes.add(method, at)(handle)


_serve("/workflows", "", "event-type")
_serve("/organizations/{org}/teams/{team}/workflows", "", "event-type")
_serve("/organizations/{org}/teams/{team}/workflows", "/routing-form", "routing-form")
