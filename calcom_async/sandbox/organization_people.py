"""What belongs to the people of an organization, seen by its admins: schedules and times out of office."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from calcom_async.sandbox import out_of_office, schedules
from calcom_async.sandbox.answers import Answer, success
from calcom_async.sandbox.organization_access import Least, members, require, require_user
from calcom_async.sandbox.paging import take_and_skip
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record

routes = Routes()

_USER: Final = "/organizations/{org}/users/{user}"
_Act = Callable[[Call, Record], "Answer | Awaitable[Answer]"]


@routes.add("GET", "/organizations/{org}/schedules")
def list_schedules(call: Call) -> Answer:
    """`GET /v2/organizations/{orgId}/schedules`: the schedules of all its people."""
    organization = require(call, "ORG_ADMIN")
    take, skip = take_and_skip(call.query)
    found = [
        schedules.show(each, user)
        for user in members(call, organization)
        for each in call.backend.store.schedules.of(user["id"])
    ]
    found.sort(key=lambda each: each["id"])
    return success(found[skip : skip + take])


@routes.add("GET", "/organizations/{org}/ooo")
def list_absences(call: Call) -> Answer:
    """`GET /v2/organizations/{orgId}/ooo`: who of its people is away, narrowed by `email`."""
    people = members(call, require(call, "ORG_ADMIN"))
    email = call.query.get("email")
    return out_of_office.answer_list(call, [each for each in people if email is None or each["email"] == email])


def _serve(method: str, path: str, act: _Act, least: Least = "ORG_ADMIN") -> None:
    def handle(call: Call) -> Answer | Awaitable[Answer]:
        return act(call, require_user(call, require(call, least)))

    routes.add(method, _USER + path)(handle)


_serve("GET", "/schedules", schedules.answer_list)
_serve("POST", "/schedules", schedules.create_for)
_serve("GET", "/schedules/{id}", schedules.answer_one)
_serve("PATCH", "/schedules/{id}", schedules.update_of)
_serve("DELETE", "/schedules/{id}", schedules.delete_of)
_serve("GET", "/ooo", lambda call, user: out_of_office.answer_list(call, [user]))
_serve("POST", "/ooo", out_of_office.create_for)
_serve("PATCH", "/ooo/{ooo}", out_of_office.update_of)
_serve("DELETE", "/ooo/{ooo}", out_of_office.delete_of)
