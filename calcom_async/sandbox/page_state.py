"""What the page shows of the sandbox's world: users, event types, and the bookings of a stretch of time."""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox import instants, wire_json
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.fault_plan import FaultPlan
from calcom_async.sandbox.store import Record

MOST_BOOKINGS: Final = 1_500
"""More than a person can look at in a week."""
_LONGEST: Final = 2 * instants.DAY


def world(backend: Backend, keys: dict[str, str]) -> dict[str, Any]:
    """Users with their keys, event types with who may book them out, and the time."""
    teams = {team["id"]: team["name"] for team in backend.store.teams.all()}
    keyed = _keyed(backend, keys)
    return {
        "profile": backend.profile,
        "now": backend.clock.milliseconds(),
        "hosts": [
            {
                "id": user["id"],
                "username": user["username"],
                "name": user["name"] or user["username"],
                "email": user["email"],
                "timeZone": user["timeZone"],
                "key": keys.get(user["username"]),
            }
            for user in backend.store.users.all()
        ],
        "eventTypes": [_event_type(backend, record, teams, keyed) for record in backend.store.event_types.all()],
    }


def bookings(backend: Backend, keys: dict[str, str], start: int, end: int) -> dict[str, Any]:
    """The bookings that touch a time, by start, whoever sees them."""
    users = [user["id"] for user in backend.store.users.all()]
    marks = ", ".join("?" * len(users))
    found = backend.store.rows(
        "SELECT id, organizer, team, private, wire FROM bookings WHERE id IN"
        f" (SELECT booking FROM listing WHERE viewer IN ({marks}) AND start >= ? AND start < ? AND finish > ?)"
        " ORDER BY start, id LIMIT ?",
        *users,
        start - _LONGEST,
        end,
        start,
        MOST_BOOKINGS + 1,
    )
    keyed = _keyed(backend, keys)
    return {
        "bookings": [
            {
                **wire_json.loads(wire),
                "organizer": organizer,
                "seated": bool(wire_json.loads(private).get("seated")),
                "actor": _actor(backend, keyed, organizer, team),
            }
            for _, organizer, team, private, wire in found[:MOST_BOOKINGS]
        ],
        "more": len(found) > MOST_BOOKINGS,
    }


def faults(plan: FaultPlan) -> list[dict[str, Any]]:
    """The faults in force, with their numbers."""
    return [{"number": number, **fault.to_wire()} for number, fault in plan]


def _keyed(backend: Backend, keys: dict[str, str]) -> dict[int, str]:
    """The user names, by id, of those whose key the sandbox knows."""
    users = {name: backend.people.by_username(name) for name in keys}
    return {user["id"]: name for name, user in users.items() if user is not None}


def _actor(backend: Backend, keyed: dict[int, str], organizer: int, team: int | None) -> str | None:
    """Whose key may confirm, move and cancel: the organizer's own, else that of one who oversees it."""
    if organizer in keyed:
        return keyed[organizer]
    overseers = backend.people.overseers(organizer)
    if team is not None:
        overseers = overseers | backend.people.team_admins(team)
    return next((keyed[user] for user in sorted(overseers) if user in keyed), None)


def _event_type(backend: Backend, record: Record, teams: dict[int, str], keyed: dict[int, str]) -> dict[str, Any]:
    team = record["_"]["teamId"]
    hosts = [each["userId"] for each in record["_"]["hosts"]] if team is not None else [record.get("ownerId")]
    seats = record["seats"]
    return {
        "id": record["id"],
        "title": record["title"],
        "length": record["lengthInMinutes"],
        "lengths": record.get("lengthInMinutesOptions") or [],
        "hosts": hosts,
        "team": teams.get(team) if team is not None else None,
        "seats": None if seats.get("disabled") else seats.get("seatsPerTimeSlot"),
        "occurrences": (record.get("recurrence") or {}).get("occurrences"),
        "confirmation": "type" in record["confirmationPolicy"],
        "fields": [
            {name: each.get(name) for name in ("slug", "label", "type", "required", "placeholder", "options")}
            for each in record["bookingFields"]
            if not each.get("isDefault") and not each.get("hidden")
        ],
        "actor": _actor(backend, keyed, hosts[0] or 0, team) if hosts else None,
    }
