"""How many bookings somebody takes: of everything, and of the event types of one team."""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox import booking_limits
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.booking_limits import Limits
from calcom_async.sandbox.store import Record

NAMES: Final = {"perDay": "day", "perWeek": "week", "perMonth": "month", "perYear": "year"}
OF_TEAMS: Final = "team booking limits"
OWN: Final = "own team booking limits"


def of_everything(backend: Backend, user: Record) -> Limits:
    """What somebody takes of whatever event type."""
    return _limits(backend.store.booking_limits.get(user["id"]))


def of_team(backend: Backend, event_type: Record, user: Record, *, rotating: bool) -> Limits:
    """What somebody takes of all event types of the team this one belongs to.

    Who takes turns may have set numbers of their own; whoever always attends has the team's.
    """
    team: int | None = event_type["_"]["teamId"]
    default = backend.store.shelf(OF_TEAMS).get(team) if team is not None else None
    if team is None or default is None:
        return _limits(None)
    own = backend.store.shelf(OWN).get(own_key(user["id"], team)) if rotating else None
    return _limits(default if own is None else effective(default, own))


def own_key(user: int, team: int) -> str:
    """Where somebody's own numbers for a team are kept."""
    return f"{user}/{team}"


def effective(default: Record, own: Record) -> dict[str, int | None]:
    """A team's numbers with somebody's own in their place."""
    return {name: default.get(name) if own.get(name) is None else own[name] for name in NAMES}


def _limits(record: dict[str, Any] | None) -> Limits:
    found = {unit: record[name] for name, unit in NAMES.items() if record.get(name)} if record else {}
    return Limits({unit: found[unit] for unit in booking_limits.UNITS if unit in found}, {})
