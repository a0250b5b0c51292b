"""`/v2/me/ooo` (hosted): when somebody is away, and who stands in. Whole days in UTC; nobody away can be booked."""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox import instants, validation
from calcom_async.sandbox.announcements import announce_absence
from calcom_async.sandbox.answers import Answer, invalid, no_route, refusal, success
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.paging import take_and_skip
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.validation import Field

routes = Routes()

_REASONS: Final = ("unspecified", "vacation", "travel", "sick", "public_holiday")
_FIELDS: Final = (
    Field("notes", (validation.string("notes"),), required=False),
    Field("reason", (validation.one_of("reason", _REASONS),), required=False),
    Field("toUserId", (validation.integer("toUserId"),), required=False),
)


def _hosted_only(call: Call) -> None:
    if not call.backend.hosted:
        raise no_route(call.method, call.url)


def _shown(entry: Record) -> dict[str, Any]:
    return {**entry, "start": instants.to_wire(entry["start"]), "end": instants.to_wire(entry["end"])}


def _instant(value: object) -> int:
    # Full instants only: a bare date is no date here.
    moment = instants.parse(value) if isinstance(value, str) and "T" in value else None
    if moment is None:
        raise refusal(400, "Invalid Date.")
    return moment


def _period(backend: Backend, user: Record, body: dict[str, Any], *, but: int | None = None) -> dict[str, int]:
    """Start and end widened to whole days, once they are found to be in order and free."""
    start, end = _instant(body["start"]), _instant(body["end"])
    if start > end:
        raise refusal(400, "Start date must be before end date.")
    start -= start % instants.DAY
    end += instants.DAY - 1 - end % instants.DAY
    there = [each for each in backend.store.out_of_office.of(user["id"]) if each["id"] != but]
    if any(each["start"] <= end and each["end"] >= start for each in there):
        raise refusal(409, "Ooo entry already exists.")
    return {"start": start, "end": end}


def _check_substitute(backend: Backend, user: Record, body: dict[str, Any]) -> None:
    substitute = body.get("toUserId")
    if substitute is None:
        return
    shared = {each["teamId"] for each in backend.store.memberships.all() if each["userId"] == user["id"]}
    colleagues = {each["userId"] for team in shared for each in backend.store.memberships.of(team)}
    if substitute == user["id"] or substitute not in colleagues:
        raise refusal(400, "Cannot redirect to this user.")


def _find(call: Call, user: Record) -> Record:
    entry = call.backend.store.out_of_office.get(call.number("ooo"))
    if entry is None or entry["userId"] != user["id"]:
        raise refusal(403, "This OOO entry does not belong to this user.")
    return entry


@routes.add("GET", "/me/ooo")
def list_all(call: Call) -> Answer:
    """`GET /v2/me/ooo`: by take and skip, sorted by start or end if asked."""
    _hosted_only(call)
    return answer_list(call, [call.caller])


def answer_list(call: Call, users: list[Record]) -> Answer:
    """When these users are away: by take and skip, sorted by start or end if asked."""
    take, skip = take_and_skip(call.query)
    entries = [entry for user in users for entry in call.backend.store.out_of_office.of(user["id"])]
    for name, key in (("sortEnd", "end"), ("sortStart", "start")):
        if name in call.query:
            if call.query[name] not in ("asc", "desc"):
                message = f'{name[0].upper()}{name[1:]} must be either "asc" or "desc".'
                target = {"take": take, "skip": skip, name: call.query[name]}
                error = {
                    "value": call.query[name],
                    "property": name,
                    "children": [],
                    "constraints": {"isEnum": message},
                }
                raise invalid([{"target": target, **error}])
            entries.sort(key=lambda entry: entry[key], reverse=call.query[name] == "desc")
    return success([_shown(entry) for entry in entries[skip : skip + take]])


@routes.add("POST", "/me/ooo")
async def create(call: Call) -> Answer:
    """`POST /v2/me/ooo`."""
    _hosted_only(call)
    return await create_for(call, call.caller)


async def create_for(call: Call, user: Record) -> Answer:
    """Let this user be away."""
    backend = call.backend
    body = call.body if isinstance(call.body, dict) else {}
    missing = [name for name in ("start", "end") if body.get(name) is None]
    if missing:
        raise invalid(
            [
                {
                    "target": body,
                    "property": name,
                    "children": [],
                    "constraints": {"isDate": f"{name} must be a Date instance"},
                }
                for name in missing
            ]
        )
    # The dates are read before the rest is looked at.
    _instant(body["start"])
    _instant(body["end"])
    validation.check(body, _FIELDS)
    period = _period(backend, user, body)
    _check_substitute(backend, user, body)
    entry = {
        "userId": user["id"],
        "toUserId": body.get("toUserId"),
        "id": backend.store.out_of_office.next_id(1),
        "uuid": backend.names.uuid(),
        **period,
        "notes": body.get("notes"),
        "reason": body.get("reason") or "unspecified",
    }
    backend.store.out_of_office.put(entry, parent=user["id"])
    await announce_absence(backend, user, entry)
    return success(_shown(entry), status=201)


@routes.add("PATCH", "/me/ooo/{ooo}")
def update(call: Call) -> Answer:
    """`PATCH /v2/me/ooo/{oooId}`: both dates or neither."""
    _hosted_only(call)
    return update_of(call, call.caller)


def update_of(call: Call, user: Record) -> Answer:
    """Change when this user is away: both dates or neither."""
    backend = call.backend
    body = validation.check(call.body, _FIELDS)
    entry = _find(call, user)
    given = [name for name in ("start", "end") if body.get(name) is not None]
    if len(given) == 1:
        raise refusal(400, "Please specify both ooo start and end time.")
    if given:
        entry |= _period(backend, user, body, but=entry["id"])
    _check_substitute(backend, user, body)
    entry |= {name: body[name] for name in ("notes", "reason", "toUserId") if body.get(name) is not None}
    backend.store.out_of_office.put(entry, parent=user["id"])
    return success(_shown(entry))


@routes.add("DELETE", "/me/ooo/{ooo}")
def delete(call: Call) -> Answer:
    """`DELETE /v2/me/ooo/{oooId}`: the answer is what it was."""
    _hosted_only(call)
    return delete_of(call, call.caller)


def delete_of(call: Call, user: Record) -> Answer:
    """Let this user be back; the answer is what it was."""
    entry = _find(call, user)
    call.backend.store.out_of_office.delete(entry["id"])
    return success(_shown(entry))
