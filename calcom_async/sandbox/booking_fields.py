"""`…/event-types/{id}/booking-fields` (2026-06-12): what a booker is asked, told apart by `field` and `type`.

Inside, fields are kept in the shape of 2024-06-14; the input is translated on its way in.
"""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox import event_type_input, event_type_wire, team_event_types, teams
from calcom_async.sandbox.answers import Answer, ApiError, refusal, success
from calcom_async.sandbox.event_types import owned
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record

routes = Routes(family="booking fields")

_NEWEST: Final = ("newest",)


def _of_user(call: Call) -> Record:
    return owned(call.backend, call.caller, call.number("id"))


def _of_team(call: Call) -> Record:
    return team_event_types.find(call, teams.require_role(call, "ADMIN"))


def _find(call: Call) -> Record:
    return _of_team(call) if "team" in call.params else _of_user(call)


def _answer(record: Record, *, status: int = 200) -> Answer:
    return success({"bookingFields": event_type_wire.newest_fields(record["bookingFields"])}, status=status)


def _save(call: Call, record: Record, fields: list[dict[str, Any]]) -> Record:
    changed = {**record, "bookingFields": fields}
    team = record["_"]["teamId"]
    parent = f"team {team}" if team is not None else f"user {record['ownerId']}"
    return call.backend.store.event_types.put(changed, parent=parent)


def _sent(call: Call) -> Any:
    return call.body.get("bookingFields") if isinstance(call.body, dict) else None


def _unknown(slug: str) -> ApiError:
    return refusal(404, f"Booking field with slug '{slug}' not found.")


def get(call: Call) -> Answer:
    """`GET …/booking-fields`."""
    return _answer(_find(call))


def replace(call: Call) -> Answer:
    """`PUT …/booking-fields`: the given ones and the defaults, nothing else."""
    record = _find(call)
    fields = event_type_input.translate(_sent(call))
    event_type_input.check({"bookingFields": fields}, creating=False)
    return _answer(_save(call, record, event_type_input.merged_fields(fields)))


def add(call: Call) -> Answer:
    """`POST …/booking-fields`: at the end; a slug can be there but once."""
    record = _find(call)
    fields = event_type_input.translate(_sent(call))
    event_type_input.check({"bookingFields": fields}, creating=False)
    there = {each["slug"] for each in record["bookingFields"]}
    twice = next((each["slug"] for each in fields if each["slug"] in there), None)
    if twice is not None:
        raise refusal(400, f"Booking field with slug '{twice}' already exists.")
    added = [event_type_input.custom_field(each) for each in fields]
    return _answer(_save(call, record, [*record["bookingFields"], *added]), status=201)


def change(call: Call) -> Answer:
    """`PATCH …/booking-fields`: by slug, what is given."""
    record = _find(call)
    fields = {each["slug"]: dict(each) for each in record["bookingFields"]}
    rows = _sent(call)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise refusal(400, "bookingFields must be an array of objects.")
    for sent in rows:
        if not isinstance(sent.get("slug"), str) or sent["slug"] not in fields:
            raise _unknown(str(sent.get("slug")))
        settable = ("label", "placeholder", "required", "hidden", "disableOnPrefill", "options")
        fields[sent["slug"]] |= {name: sent[name] for name in settable if name in sent}
    return _answer(_save(call, record, list(fields.values())))


def delete(call: Call) -> Answer:
    """`DELETE …/booking-fields/{slug}`: custom ones only."""
    record, slug = _find(call), call.params["slug"]
    field = next((each for each in record["bookingFields"] if each["slug"] == slug), None)
    if field is None:
        raise _unknown(slug)
    if field["isDefault"]:
        raise refusal(400, f"System booking field '{slug}' can't be deleted.")
    return _answer(_save(call, record, [each for each in record["bookingFields"] if each["slug"] != slug]))


for _path in (
    "/event-types/{id}/booking-fields",
    "/teams/{team}/event-types/{id}/booking-fields",
    "/organizations/{org}/teams/{team}/event-types/{id}/booking-fields",
):
    for _method, _handler in (("GET", get), ("PUT", replace), ("POST", add), ("PATCH", change)):
        routes.add(_method, _path, controllers=_NEWEST)(_handler)
    routes.add("DELETE", f"{_path}/{{slug}}", controllers=_NEWEST)(delete)
