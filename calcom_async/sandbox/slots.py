"""`/v2/slots`: when an event type can be booked, and holding a slot for a while."""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import ZoneInfo

from calcom_async.sandbox import event_type_wire, host_hours, instants, openings, slot_grid, validation
from calcom_async.sandbox.answers import Answer, refusal, success
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.openings import Opening
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.slot_grid import UTC
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.validation import Field

routes = Routes(family="slots", access="open")

_NO_USERNAMES: Final = (
    "each value in usernames must be a string, The array must contain at least 2 elements., usernames must be an array"
)
_FIELDS: Final = (
    Field("start", (validation.date_string("start"),)),
    Field("end", (validation.date_string("end"),)),
    Field("timeZone", (validation.zone("timeZone"),), required=False),
    Field("format", (validation.one_of("format", ("range", "time")),), required=False),
)


@routes.add("GET", "/slots")
def list_slots(call: Call) -> Answer:
    """`GET /v2/slots`: the free slots by day; days without any have no key."""
    query = call.query
    target = {name: query[name] for name in query}
    errors = validation.problems(target, _FIELDS)
    if not {"eventTypeId", "eventTypeSlug"} & query.keys():
        # Whoever names neither is taken to ask for several people.
        if "organizationSlug" not in query:
            errors.insert(0, _error("organizationSlug", "organizationSlug must be a string"))
        if "usernames" not in query:
            errors.insert(0, _error("usernames", _NO_USERNAMES))
    if errors:
        raise validation.sentence(errors)
    backend = call.backend
    event_type = _event_type(backend, target)
    length = _length(target, event_type)
    ignore: set[int] = set()
    if "bookingUidToReschedule" in target:
        moved = backend.bookings.by_uid(target["bookingUidToReschedule"])
        ignore = {moved.id} if moved is not None else set()
    zone_name = target.get("timeZone")
    zone = ZoneInfo(zone_name) if zone_name else None
    start, end = _bounds(target)
    found = openings.openings(backend, event_type, start, end, length, zone=zone or UTC, ignore=ignore)
    by_day: dict[str, list[dict[str, Any]]] = {}
    for opening in found:
        day = slot_grid.day_of(opening.start, zone or UTC).isoformat()
        by_day.setdefault(day, []).append(_show(opening, event_type, zone, ranged=target.get("format") == "range"))
    return success(by_day)


@routes.add("GET", "/slots/available", family="old slots")
def list_old(call: Call) -> Answer:
    """`GET /v2/slots/available` of 2024-04-15."""
    query = call.query
    event_type = _event_type(call.backend, {name: query[name] for name in query})
    start, end = (instants.parse(query.get(name, "")) for name in ("startTime", "endTime"))
    if start is None or end is None:
        raise refusal(400, "startTime and endTime must be valid ISO 8601 date strings")
    length = event_type["lengthInMinutes"] * instants.MINUTE
    by_day: dict[str, list[dict[str, str]]] = {}
    for opening in openings.openings(call.backend, event_type, start, end, length):
        text = instants.to_wire(opening.start)
        by_day.setdefault(text[:10], []).append({"time": text})
    return success({"slots": by_day})


def find_event_type(backend: Backend, event_type_id: int) -> Record:
    """The event type with this id, in the words of the slots endpoints."""
    record = backend.store.event_types.get(event_type_id)
    if record is None:
        raise refusal(404, f"Event Type with ID={event_type_id} not found")
    return record


def by_slug(backend: Backend, parent: str, slug: str) -> Record | None:
    """The event type of an owner (`user 1001`, `team 501`) with this slug."""
    return next((each for each in backend.store.event_types.of(parent) if each["slug"] == slug), None)


def _event_type(backend: Backend, target: dict[str, str]) -> Record:
    if "eventTypeId" in target:
        return find_event_type(backend, int(target["eventTypeId"]) if target["eventTypeId"].isdigit() else 0)
    if "usernames" in target:
        return _dynamic(backend, target["usernames"].split(","))
    slug = target.get("eventTypeSlug")
    record = None
    if slug is not None and "teamSlug" in target:
        team = next((each for each in backend.store.teams.all() if each["slug"] == target["teamSlug"]), None)
        if team is None:
            raise refusal(404, f"Team with slug {target['teamSlug']} not found")
        record = by_slug(backend, f"team {team['id']}", slug)
    elif slug is not None and "username" in target:
        user = backend.people.by_username(target["username"])
        if user is None:
            raise refusal(404, f"User with username {target['username']} not found")
        record = by_slug(backend, f"user {user['id']}", slug)
    else:
        raise validation.sentence(
            [
                _error(
                    "eventTypeId or eventTypeSlug + username",
                    "Either eventTypeId or eventTypeSlug + username or eventTypeSlug + teamSlug must be provided",
                )
            ]
        )
    if record is None:
        raise refusal(404, f"Event Type with slug {slug} not found")
    return record


def _dynamic(backend: Backend, usernames: list[str]) -> Record:
    users = [user for name in usernames if (user := backend.people.by_username(name.strip())) is not None]
    if len(users) < 2:
        raise refusal(404, "Users not found")
    record = event_type_wire.new(0, users[0], title="Group Meeting", slug="dynamic", lengthInMinutes=30)
    record["_"] = {
        "teamId": 0,
        "schedulingType": "collective",
        "hosts": [{"userId": user["id"]} for user in users],
    }
    return record


def _length(target: dict[str, str], event_type: Record) -> int:
    duration = target.get("duration", "")
    wanted = int(duration) if duration.isdigit() and int(duration) else event_type["lengthInMinutes"]
    return int(wanted) * instants.MINUTE


def _bounds(target: dict[str, str]) -> tuple[int, int]:
    """From start to end. A midnight in UTC, which a bare date is as well, ends with its day; 23:59:59 is as good."""
    start, end = instants.parse(target["start"]) or 0, instants.parse(target["end"]) or 0
    if end % instants.DAY == 0:
        return start, end + instants.DAY
    return start, end + 1000 - end % 1000 if end % instants.MINUTE >= instants.MINUTE - 1000 else end


def _show(opening: Opening, event_type: Record, zone: ZoneInfo | None, *, ranged: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {"start": _instant(opening.start, zone)}
    if ranged:
        shown["end"] = _instant(opening.end, zone)
    seats = host_hours.seats_of(event_type)
    if seats is not None:
        shown |= {
            "seatsBooked": opening.seats_booked,
            "seatsRemaining": seats - opening.seats_booked,
            "seatsTotal": seats,
        }
        if opening.booking_uid is not None:
            shown["bookingUid"] = opening.booking_uid
    return shown


def _instant(milliseconds: int, zone: ZoneInfo | None) -> str:
    if zone is None or zone.key == "UTC":
        return instants.to_wire(milliseconds)
    return instants.to_datetime(milliseconds).astimezone(zone).isoformat(timespec="milliseconds")


def _error(name: str, message: str) -> dict[str, Any]:
    return {"property": name, "children": [], "constraints": {"check": message}}
