"""`/v2/me/booking-limits` (hosted, members of organizations): how many bookings somebody takes, whatever they are."""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox import validation
from calcom_async.sandbox.answers import Answer, no_route, refusal, success
from calcom_async.sandbox.personal_limits import NAMES
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.validation import Field

routes = Routes()

_FIELDS: Final = tuple(
    Field(name, (validation.at_least(name, 1), validation.integer(name)), required=False) for name in NAMES
)


def _member(call: Call) -> Record:
    """The caller, who must belong to an organization."""
    store, user = call.backend.store, call.caller
    if not call.backend.hosted:
        raise no_route(call.method, call.url)
    own = [each["teamId"] for each in store.memberships.all() if each["userId"] == user["id"] and each["accepted"]]
    if not any((team := store.teams.get(each)) is not None and team["isOrganization"] for each in own):
        raise refusal(403, "IsAuthenticatedUserInOrg - this endpoint is only available to organization members.")
    return user


def limits_of(call: Call, user: Record) -> dict[str, Any]:
    """The limits of a user as answered: null for those that are not set."""
    record = call.backend.store.booking_limits.get(user["id"]) or {}
    return {name: record.get(name) for name in NAMES}


@routes.add("GET", "/me/booking-limits")
def get(call: Call) -> Answer:
    """`GET /v2/me/booking-limits`."""
    return success(limits_of(call, _member(call)))


@routes.add("PATCH", "/me/booking-limits")
def update(call: Call) -> Answer:
    """`PATCH /v2/me/booking-limits`: what is left out stays, null lifts a limit."""
    user = _member(call)
    body = validation.check(call.body, _FIELDS)
    changed = limits_of(call, user) | {name: body[name] for name in NAMES if name in body}
    call.backend.store.booking_limits.put({"id": user["id"], **changed})
    return success(changed)


@routes.add("DELETE", "/me/booking-limits")
def delete(call: Call) -> Answer:
    """`DELETE /v2/me/booking-limits`: 204, whether there were any or not."""
    call.backend.store.booking_limits.delete(_member(call)["id"])
    return Answer(204)
