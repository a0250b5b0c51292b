"""`/v2/schedules`: when a user can be booked."""

from __future__ import annotations

import re
from typing import Any, Final

from calcom_async.sandbox import instants, validation
from calcom_async.sandbox.answers import Answer, done, invalid, refusal, success
from calcom_async.sandbox.availability import DAYS, minutes
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.validation import Field, Rule
from calcom_async.sandbox.world import OFFICE_HOURS

routes = Routes(family="schedules")

_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d\Z")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def _clock(name: str) -> Rule:
    message = f"{name} must be a valid time format HH:MM"
    return Rule("matches", message, lambda value: isinstance(value, str) and _CLOCK.match(value) is not None)


_HOURS: Final = (
    Field(
        "days",
        (
            Rule(
                "isIn",
                f"each value in days must be one of the following values: {', '.join(DAYS)}",
                lambda value: isinstance(value, list) and all(day in DAYS for day in value),
            ),
        ),
    ),
    Field("startTime", (_clock("startTime"),)),
    Field("endTime", (_clock("endTime"),)),
)
_OVERRIDE: Final = (
    Field(
        "date",
        (
            Rule(
                "matches",
                "date must be a valid date format YYYY-MM-DD",
                lambda value: isinstance(value, str) and _DATE.match(value) is not None,
            ),
        ),
    ),
    Field("startTime", (_clock("startTime"),)),
    Field("endTime", (_clock("endTime"),)),
)


def _fields(*, creating: bool) -> tuple[Field, ...]:
    return (
        Field("name", (validation.string("name"),), required=creating),
        Field("timeZone", (validation.zone("timeZone"),), required=creating),
        Field("isDefault", (validation.boolean("isDefault"),), required=creating),
        Field("availability", (validation.array("availability"),), required=False),
        Field("overrides", (validation.array("overrides"),), required=False),
    )


def check(body: object, *, creating: bool) -> dict[str, Any]:
    """Check a schedule to be created or changed, down into its hours."""
    target = body if isinstance(body, dict) else {}
    errors = validation.problems(target, _fields(creating=creating))
    for name, fields in (("availability", _HOURS), ("overrides", _OVERRIDE)):
        rows = target.get(name)
        if isinstance(rows, list):
            errors += validation.in_rows(target, name, rows, fields)
    if errors:
        raise invalid(errors)
    return target


def show(schedule: Record, user: Record) -> dict[str, Any]:
    """A schedule as answered: whether it is the default is written on its owner."""
    return {
        "id": schedule["id"],
        "ownerId": schedule["ownerId"],
        "name": schedule["name"],
        "timeZone": schedule["timeZone"],
        "availability": schedule["availability"],
        "isDefault": user["defaultScheduleId"] == schedule["id"],
        "overrides": schedule["overrides"],
    }


def find(backend: Backend, user: Record, schedule_id: int, *, status: int = 404) -> Record:
    """A schedule of this user; somebody else's is a 403."""
    schedule = backend.store.schedules.get(schedule_id)
    if schedule is None:
        raise refusal(status, f"Schedule with ID={schedule_id} does not exist.")
    if schedule["ownerId"] != user["id"]:
        raise refusal(403, f"User with ID={user['id']} does not own schedule with ID={schedule_id}")
    return schedule


def _make_default(backend: Backend, user: Record, schedule_id: int) -> Record:
    return backend.store.users.put({**user, "defaultScheduleId": schedule_id})


@routes.add("GET", "/schedules")
def list_all(call: Call) -> Answer:
    """`GET /v2/schedules`: all of them, without paging."""
    return answer_list(call, call.caller)


def answer_list(call: Call, user: Record) -> Answer:
    """The schedules of this user."""
    return success([show(each, user) for each in call.backend.store.schedules.of(user["id"])])


@routes.add("GET", "/schedules", controllers=("old",))
def list_old(call: Call) -> Answer:
    """`GET /v2/schedules` as it was in 2024-04-15."""
    user = call.caller
    schedules = call.backend.store.schedules.of(user["id"])
    return success(
        [
            {
                "id": each["id"],
                "name": each["name"],
                "isManaged": False,
                **_old_hours(call, each),
                "timeZone": each["timeZone"],
                "isDefault": user["defaultScheduleId"] == each["id"],
                "dateOverrides": [],
                "readOnly": False,
                "isLastSchedule": len(schedules) == 1,
                "userId": user["id"],
            }
            for each in schedules
        ]
    )


def _old_hours(call: Call, schedule: Record) -> dict[str, Any]:
    """The hours thrice: in minutes, as rows of a table, and for each day of a week from Sunday."""
    rows = [
        ([(DAYS.index(day) + 1) % 7 for day in hours["days"]], hours["startTime"], hours["endTime"])
        for hours in schedule["availability"]
    ]
    today = instants.to_wire(call.backend.clock.milliseconds())[:10]
    return {
        "workingHours": [
            {"days": days, "startTime": minutes(start), "endTime": minutes(end)} for days, start, end in rows
        ],
        "schedule": [
            {
                "id": place,
                "userId": None,
                "eventTypeId": None,
                "days": days,
                "startTime": f"1970-01-01T{start}:00.000Z",
                "endTime": f"1970-01-01T{end}:00.000Z",
                "date": None,
                "scheduleId": schedule["id"],
            }
            for place, (days, start, end) in enumerate(rows, 1)
        ],
        "availability": [
            [
                {"start": f"{today}T{start}:00.000Z", "end": f"{today}T{end}:00.000Z"}
                for days, start, end in rows
                if day in days
            ]
            for day in range(7)
        ],
    }


@routes.add("GET", "/schedules/default")
def get_default(call: Call) -> Answer:
    """`GET /v2/schedules/default`: null where the default one was deleted."""
    user = call.caller
    default = user["defaultScheduleId"]
    schedule = call.backend.store.schedules.get(default) if default is not None else None
    return success(show(schedule, user) if schedule is not None else None)


@routes.add("GET", "/schedules/{id}")
def get(call: Call) -> Answer:
    """`GET /v2/schedules/{scheduleId}`."""
    return answer_one(call, call.caller)


def answer_one(call: Call, user: Record) -> Answer:
    """The schedule of this call, which must be this user's."""
    return success(show(find(call.backend, user, call.number("id")), user))


@routes.add("POST", "/schedules")
def create(call: Call) -> Answer:
    """`POST /v2/schedules`: office hours unless told otherwise."""
    return create_for(call, call.caller)


def create_for(call: Call, user: Record) -> Answer:
    """A new schedule of this user."""
    body, backend = check(call.body, creating=True), call.backend
    schedule = backend.store.schedules.put(
        {
            "id": backend.store.schedules.next_id(3100),
            "ownerId": user["id"],
            "name": body["name"],
            "timeZone": body["timeZone"],
            "availability": body.get("availability") or OFFICE_HOURS,
            "overrides": body.get("overrides") or [],
        },
        parent=user["id"],
    )
    if body["isDefault"]:
        user = _make_default(backend, user, schedule["id"])
    return success(show(schedule, user), status=201)


@routes.add("PATCH", "/schedules/{id}")
def update(call: Call) -> Answer:
    """`PATCH /v2/schedules/{scheduleId}`: what is given replaces what was there."""
    return update_of(call, call.caller)


def update_of(call: Call, user: Record) -> Answer:
    """Change the schedule of this call, which must be this user's."""
    backend = call.backend
    schedule = find(backend, user, call.number("id"))
    body = check(call.body, creating=False)
    known = ("name", "timeZone", "availability", "overrides")
    schedule |= {name: body[name] for name in known if body.get(name) is not None}
    backend.store.schedules.put(schedule, parent=user["id"])
    if body.get("isDefault"):
        user = _make_default(backend, user, schedule["id"])
    return success(show(schedule, user))


@routes.add("DELETE", "/schedules/{id}")
def delete(call: Call) -> Answer:
    """`DELETE /v2/schedules/{scheduleId}`: an unknown one is a 400; without the default one there is none."""
    return delete_of(call, call.caller)


def delete_of(call: Call, user: Record) -> Answer:
    """Remove the schedule of this call, which must be this user's. A default one is still named as such."""
    schedule = find(call.backend, user, call.number("id"), status=400)
    call.backend.store.schedules.delete(schedule["id"])
    return done()
