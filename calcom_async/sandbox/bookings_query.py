"""Reading the query of a bookings list: which parameters count, what is refused, and the SQL it becomes.

Filters are inclusive. The created and updated filters are kept apart from the others, because the real server leaves
them out when it counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from attrs import define, field, frozen
from multidict import MultiMapping

from calcom_async.sandbox import instants, validation
from calcom_async.sandbox.answers import bad_request_data, invalid
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.bookings_store import NEVER_UPDATED
from calcom_async.sandbox.paging import whole
from calcom_async.sandbox.validation import Rule

STATUSES: Final = ("upcoming", "recurring", "past", "cancelled", "unconfirmed")
_DESCENDING_BY_DEFAULT: Final = ("past", "cancelled")
_SORTS: Final = (
    ("sortStart", "SortStart", "start"),
    ("sortEnd", "SortEnd", "finish"),
    ("sortCreated", "SortCreated", "created"),
    ("sortUpdatedAt", "SortUpdated", "updated"),
)
_BOUNDS: Final = (("afterStart", "start", ">="), ("beforeEnd", "finish", "<="))
_UNCOUNTED_BOUNDS: Final = (
    ("afterCreatedAt", "created", ">="),
    ("beforeCreatedAt", "created", "<="),
    ("afterUpdatedAt", "updated", ">="),
    ("beforeUpdatedAt", "updated", "<="),
)


@define
class Condition:
    """An SQL condition and its arguments."""

    sql: str
    arguments: list[Any] = field(factory=list)

    def also(self, sql: str, *arguments: Any) -> None:
        """Narrow the condition."""
        self.sql += f" AND {sql}"
        self.arguments += arguments


@frozen(kw_only=True)
class Listing:
    """A list to be made: what is counted, what is shown of it, in which order, and which page."""

    counted: Condition
    shown: Condition
    column: str
    descending: bool
    take: int
    skip: int
    statuses: tuple[str, ...]
    timeless: bool
    """Whether the outcome does not depend on the time (so that it can be remembered)."""


def parse(
    query: MultiMapping[str],
    backend: Backend,
    viewer: int,
    *,
    team: int | None = None,
    within: Condition | None = None,
    of_users: bool = False,
) -> Listing:
    """Read and check a take/skip query.

    Args:
        query: the parameters.
        backend: where the bookings are.
        viewer: who must be able to see them.
        team: only those of this team's event types.
        within: a further condition.
        of_users: whether `userIds` counts: only bookings these users organize.
    """
    target, errors = _read(query, _FILTERS + _OFFSET + (_USERS if of_users else ()))
    if errors:
        raise invalid(errors)
    statuses = tuple(target.get("status") or ())
    counted = _counted(target, backend, viewer, statuses, team=team)
    if within is not None:
        counted.also(within.sql, *within.arguments)
    if users := target.get("userIds"):
        marks = ", ".join("?" * len(users))
        counted.also(f"booking IN (SELECT id FROM bookings WHERE organizer IN ({marks}))", *users)
    shown = Condition(counted.sql, list(counted.arguments))
    for name, column, operator in _UNCOUNTED_BOUNDS:
        if name in target:
            shown.also(f"{column} {operator} ?", instants.parse(target[name]))
            if column == "updated":
                shown.also("updated < ?", NEVER_UPDATED)
    column, descending = "start", len(statuses) == 1 and statuses[0] in _DESCENDING_BY_DEFAULT
    for name, _, sort_column in _SORTS:
        if name in target:
            column, descending = sort_column, target[name] == "desc"
            break
    return Listing(
        counted=counted,
        shown=shown,
        column=column,
        descending=descending,
        take=target.get("take", 100),
        skip=target.get("skip", 0),
        statuses=statuses,
        timeless=all(status == "cancelled" for status in statuses),
    )


def parse_cursor(query: MultiMapping[str], backend: Backend, viewer: int) -> tuple[Listing, str | None]:
    """Read and check a query of the cursor list; the listing and the cursor's text."""
    target, errors = _read(query, _FILTERS + _CURSOR)
    if errors:
        raise invalid(errors)
    statuses = tuple(target.get("status") or ())
    if len(statuses) > 1:
        message = "status must contain no more than 1 elements"
        raise invalid([_error({"status": list(statuses)}, "status", list(statuses), {"arrayMaxSize": message})])
    # Ahead means: from an hour ago.
    since = backend.clock.milliseconds() - instants.HOUR
    counted = _counted(target, backend, viewer, statuses, now=since)
    for name, column, operator in _UNCOUNTED_BOUNDS:
        if name in target:
            counted.also(f"{column} {operator} ?", instants.parse(target[name]))
            if column == "updated":
                counted.also("updated < ?", NEVER_UPDATED)
    listing = Listing(
        counted=counted,
        shown=counted,
        column="sort_uuid",
        descending=not statuses or statuses[0] in _DESCENDING_BY_DEFAULT,
        take=target.get("limit", 50),
        skip=0,
        statuses=statuses,
        timeless=False,
    )
    return listing, target.get("cursor")


def _counted(
    target: dict[str, Any],
    backend: Backend,
    viewer: int,
    statuses: tuple[str, ...],
    *,
    team: int | None = None,
    now: int | None = None,
) -> Condition:
    condition = Condition("viewer = ?", [viewer])
    if team is not None:
        condition.also("team = ?", team)
    if statuses:
        moment = backend.clock.milliseconds() if now is None else now
        condition.also(f"({' OR '.join(_STATUS_SQL[status] for status in statuses)})")
        condition.arguments += [moment for status in statuses if "?" in _STATUS_SQL[status]]
    for name, column in (("attendeeEmail", "email"), ("attendeeName", "name")):
        if name in target:
            condition.also(f"booking IN (SELECT booking FROM attendees WHERE {column} = ?)", target[name])
    if "bookingUid" in target:
        condition.also("booking = (SELECT id FROM bookings WHERE uid = ?)", target["bookingUid"])
    wanted = [*(target.get("eventTypeIds") or ()), *([target["eventTypeId"]] if "eventTypeId" in target else [])]
    if any(backend.store.event_types.get(each) is None for each in wanted):
        raise bad_request_data()
    teams = [*(target.get("teamsIds") or ()), *([target["teamId"]] if "teamId" in target else [])]
    of_teams = [record["id"] for each in teams for record in backend.store.event_types.of(f"team {each}")]
    for ids in (wanted, of_teams):
        # A team without event types (or unknown) is no filter at all: the real server returns everything.
        if ids:
            condition.also(f"event_type IN ({', '.join('?' * len(ids))})", *ids)
    for name, column, operator in _BOUNDS:
        if name in target:
            condition.also(f"{column} {operator} ?", instants.parse(target[name]))
    return condition


_STATUS_SQL: Final = {
    "upcoming": "(finish >= ? AND ((recurring = 1 AND status = 'accepted')"
    " OR (recurring = 0 AND status NOT IN ('cancelled', 'rejected'))))",
    "recurring": "(finish >= ? AND recurring = 1 AND status NOT IN ('cancelled', 'rejected'))",
    "past": "(finish <= ? AND status NOT IN ('cancelled', 'rejected'))",
    "cancelled": "status IN ('cancelled', 'rejected')",
    "unconfirmed": "(finish >= ? AND status = 'pending')",
}


def _texts(values: list[str]) -> list[str]:
    return [part for value in values for part in value.split(",")]


def _wholes(values: list[str]) -> list[int | None]:
    return [whole(part) for part in _texts(values)]


@frozen
class _Parameter:
    """A query parameter: how its texts become a value, and its rules."""

    name: str
    read: Callable[[list[str]], Any]
    rules: tuple[Rule, ...]


def _text(name: str) -> _Parameter:
    return _Parameter(name, lambda values: values[0], (validation.string(name),))


def _date(name: str) -> _Parameter:
    # The real messages name other properties than the ones sent.
    called = "fromDate" if name.startswith("after") else "toDate"
    message = f"{called} must be a valid ISO 8601 date."
    rule = validation.date_string(name, message)
    return _Parameter(name, lambda values: values[0], (Rule("isIso8601", message, rule.test),))


def _ids(name: str) -> _Parameter:
    rule = Rule(
        "isNumber",
        f"each value in {name} must be a number conforming to the specified constraints",
        lambda values: all(validation.is_whole(value) for value in values),
    )
    return _Parameter(name, _wholes, (rule,))


def _sort(name: str, called: str) -> _Parameter:
    message = f'{called} must be either "asc" or "desc".'
    return _Parameter(name, lambda values: values[0], (validation.one_of(name, ("asc", "desc"), message),))


def _number(name: str, *rules: Rule) -> _Parameter:
    # An empty text stays a text; another one that is no number becomes null.
    return _Parameter(name, lambda values: whole(values[0]) if values[0] else "", (*rules, validation.number(name)))


_FILTERS: Final = (
    _Parameter(
        "status",
        _texts,
        (
            Rule(
                "isEnum",
                f"Invalid status. Allowed are {', '.join(STATUSES)}",
                lambda values: all(value in STATUSES for value in values),
            ),
        ),
    ),
    _text("attendeeEmail"),
    _text("attendeeName"),
    _text("bookingUid"),
    _ids("eventTypeIds"),
    _Parameter("eventTypeId", lambda values: whole(values[0]), (validation.integer("eventTypeId"),)),
    _ids("teamsIds"),
    _Parameter("teamId", lambda values: whole(values[0]), (validation.integer("teamId"),)),
    *(_date(name) for name, _, _ in _BOUNDS + _UNCOUNTED_BOUNDS),
)
_OFFSET: Final = (
    *(_sort(name, called) for name, called, _ in _SORTS),
    _number("take", validation.at_most("take", 250), validation.at_least("take", 1)),
    _number("skip", validation.at_least("skip", 0)),
)
_USERS: Final = (_ids("userIds"),)
_CURSOR: Final = (
    _number("limit", validation.at_most("limit", 100), validation.at_least("limit", 1)),
    _text("cursor"),
)


def _read(query: MultiMapping[str], parameters: tuple[_Parameter, ...]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The known parameters as values, and what is wrong with them. Unknown ones are ignored."""
    target = {}
    for parameter in parameters:
        values = query.getall(parameter.name, []) or query.getall(f"{parameter.name}[]", [])
        if values:
            target[parameter.name] = parameter.read(values)
    errors = []
    for parameter in parameters:
        if parameter.name in target:
            value = target[parameter.name]
            # A value that could not be read is shown as null, like the NaN it is on the real server.
            broken = {rule.key: rule.message for rule in parameter.rules if not rule.test(value)}
            if broken:
                errors.append(_error(target, parameter.name, value, broken))
    return target, errors


def _error(target: dict[str, Any], name: str, value: Any, constraints: dict[str, str]) -> dict[str, Any]:
    return {"target": target, "value": value, "property": name, "children": [], "constraints": constraints}
