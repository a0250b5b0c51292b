"""`/v2/me`: the user behind the key."""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox import validation
from calcom_async.sandbox.answers import Answer, success
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.validation import Field

routes = Routes()

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FIELDS: Final = (
    Field("email", (validation.email("email"),), required=False),
    Field("name", (validation.string("name"),), required=False),
    Field("bio", (validation.string("bio"),), required=False),
    Field("locale", (validation.string("locale"),), required=False),
    Field("timeZone", (validation.zone("timeZone"),), required=False),
    Field(
        "timeFormat",
        (validation.one_of("timeFormat", (12, 24), "timeFormat must be a number either 12 or 24"),),
        required=False,
    ),
    Field("weekStart", (validation.one_of("weekStart", _DAYS),), required=False),
    Field("defaultScheduleId", (validation.integer("defaultScheduleId"),), required=False),
    Field("avatarUrl", (validation.string("avatarUrl"),), required=False),
)


def show(backend: Backend, user: Record) -> dict[str, Any]:
    """A user as `/v2/me` answers; only the hosted service knows `locale`."""
    return {name: value for name, value in user.items() if backend.hosted or name != "locale"}


@routes.add("GET", "/me")
def get(call: Call) -> Answer:
    """`GET /v2/me`."""
    return success(show(call.backend, call.caller))


@routes.add("PATCH", "/me")
def update(call: Call) -> Answer:
    """`PATCH /v2/me`; unknown fields are dropped."""
    body = validation.check(call.body, _FIELDS)
    known = {each.name for each in _FIELDS}
    changed = call.caller | {name: value for name, value in body.items() if name in known}
    call.backend.store.users.put(changed)
    return success(show(call.backend, changed))
