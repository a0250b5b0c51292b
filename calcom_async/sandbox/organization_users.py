"""`/v2/organizations/{orgId}/users`: the accounts of its people. Removing one removes the account itself."""

from __future__ import annotations

import re
from typing import Any, Final

from calcom_async.sandbox import instants, organization_attributes, teams, validation
from calcom_async.sandbox.answers import Answer, bad_request_data, invalid, refusal, success
from calcom_async.sandbox.organization_access import members, require, require_user
from calcom_async.sandbox.paging import take_and_skip
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record, Shelf
from calcom_async.sandbox.validation import Field, Rule
from calcom_async.sandbox.world import schedule_record, user_record

routes = Routes()

_MOST: Final = 1000
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_OPERATORS: Final = ("OR", "AND", "NONE")
_KEPT: Final = ("username", "name", "bio", "avatarUrl", "timeZone", "timeFormat", "locale", "email")


def _hours() -> Rule:
    return Rule("timeFormatValidator", "Please include either 12 or 24", lambda value: value in (12, 24))


def _fields(*, creating: bool) -> tuple[Field, ...]:
    place = Rule("timezoneValidator", "Please include a valid time zone", validation.is_zone)
    day = Rule("weekdayValidator", "Please include a valid weekday", lambda value: value in _DAYS)
    return (
        Field("email", (validation.email("email"),), required=creating),
        Field("username", (validation.string("username"),), required=False),
        Field("organizationRole", (validation.one_of("organizationRole", teams.ROLES),), required=False),
        Field("autoAccept", (validation.boolean("autoAccept"),), required=False),
        Field("bio", (validation.string("bio"),), required=False),
        Field("weekday", (day,), required=False),
        Field("timeZone", (place,), required=False),
        Field("timeFormat", (_hours(), validation.number("timeFormat")), required=False),
        Field("locale", (validation.string("locale"),), required=False),
        Field("avatarUrl", (validation.string("avatarUrl"),), required=False),
    )


def _profiles(call: Call) -> Shelf:
    return call.backend.store.shelf("profiles")


def _profile(call: Call, user: Record, organization: int) -> Record:
    """What the account shows here beyond `/v2/me`; made the first time it is looked at."""
    shelf = _profiles(call)
    there = next((each for each in shelf.of(user["id"]) if each["organizationId"] == organization), None)
    if there is not None:
        return there
    since = instants.to_wire(call.backend.clock.milliseconds())
    made = {"id": shelf.next_id(1), "organizationId": organization, "userId": user["id"], "username": user["username"]}
    about = {"createdDate": since, "emailVerified": since, "verified": False, "invitedTo": None, "metadata": None}
    return shelf.put({**made, **about}, parent=user["id"])


def show(call: Call, user: Record, organization: int) -> dict[str, Any]:
    """A user with the profile in this organization."""
    profile = _profile(call, user, organization)
    metadata = {} if profile["metadata"] is None else {"metadata": profile["metadata"]}
    return {
        "id": user["id"],
        "username": user["username"],
        "name": user["name"],
        "email": user["email"],
        "emailVerified": profile["emailVerified"],
        "bio": user["bio"],
        "avatarUrl": user["avatarUrl"],
        "timeZone": user["timeZone"],
        "weekStart": user["weekStart"],
        "appTheme": None,
        "theme": None,
        "defaultScheduleId": user["defaultScheduleId"],
        "locale": user["locale"],
        "timeFormat": user["timeFormat"],
        "hideBranding": False,
        "brandColor": None,
        "darkBrandColor": None,
        "allowDynamicBooking": True,
        "createdDate": profile["createdDate"],
        "verified": profile["verified"],
        "invitedTo": profile["invitedTo"],
        **metadata,
        "profile": {name: profile[name] for name in ("id", "organizationId", "userId", "username")},
    }


def _texts(call: Call, name: str) -> list[str]:
    return call.query.getall(name, []) or call.query.getall(f"{name}[]", [])


def _refuse(target: dict[str, Any], name: str, constraint: str, message: str) -> None:
    error = {"target": target, "value": target[name], "property": name, "children": []}
    raise invalid([{**error, "constraints": {constraint: message}}])


@routes.add("GET", "/organizations/{org}/users")
def list_all(call: Call) -> Answer:
    """`GET /v2/organizations/{orgId}/users`: by address (`emails` repeated), team and assigned options."""
    organization = require(call, "ORG_ADMIN")
    take, skip = take_and_skip(call.query, most=_MOST)
    emails = _texts(call, "emails")
    if any(not validation.is_email(each) or "," in each for each in emails):
        sent = [part for text in emails for part in text.split(",")]
        _refuse({"emails": sent}, "emails", "IsEmailStringOrArray", "Please submit only valid email addresses")
    operator = call.query.get("attributeQueryOperator", "AND")
    if operator not in _OPERATORS:
        message = f"attributeQueryOperator must be one of the following values: {', '.join(_OPERATORS)}"
        _refuse({"attributeQueryOperator": operator}, "attributeQueryOperator", "isIn", message)
    people = members(call, organization)
    if emails:
        people = [each for each in people if each["email"] in emails]
    if of_teams := [int(part) for text in _texts(call, "teamIds") for part in text.split(",") if part.isdigit()]:
        within = {each["userId"] for team in of_teams for each in call.backend.store.memberships.of(team)}
        people = [each for each in people if each["id"] in within]
    if options := [part for text in _texts(call, "assignedOptionIds") for part in text.split(",")]:
        held = organization_attributes.users_with(call, organization, options, operator)
        people = [each for each in people if each["id"] in held]
    return success([show(call, each, organization) for each in people[skip : skip + take]])


@routes.add("POST", "/organizations/{org}/users")
def create(call: Call) -> Answer:
    """`POST /v2/organizations/{orgId}/users`: a new account, its name derived from the address."""
    organization = require(call, "ORG_ADMIN")
    backend = call.backend
    body = validation.check(call.body, _fields(creating=True))
    if backend.people.by_email(body["email"]) is not None:
        raise refusal(409, "A user already exists with that email")
    local, _, domain = body["email"].partition("@")
    username = body.get("username") or re.sub(r"[^a-z0-9]+", "-", f"{local}-{domain.split('.')[0]}".lower())
    if body.get("username") and "organizationRole" in body:
        # The real server passes both on to a service that takes neither together.
        raise bad_request_data()
    user_id = backend.store.users.next_id(1100)
    zone = body.get("timeZone") or "Europe/London"
    user = user_record(user_id, username, "", body["email"], zone, schedule_id=0)
    user |= {"name": None, "bio": None, "defaultScheduleId": None, "organizationId": organization}
    user |= {name: body[name] for name in _KEPT if body.get(name) is not None and name != "username"}
    user["weekStart"] = body.get("weekday") or user["weekStart"]
    user["organization"] = {"isPlatform": False, "id": organization}
    backend.store.users.put(user)
    schedule = schedule_record(backend.store.schedules.next_id(3100), user_id, "Working Hours", "Europe/London")
    backend.store.schedules.put(schedule, parent=user_id)
    role, accepted = body.get("organizationRole") or "MEMBER", body.get("autoAccept", True)
    teams.join(backend, organization, user_id, role=role, accepted=accepted)
    profile = _profile(call, user, organization)
    news = {"emailVerified": None, "verified": True, "invitedTo": organization, "metadata": body.get("metadata")}
    _profiles(call).put(profile | news, parent=user_id)
    return success(show(call, user, organization), status=201)


@routes.add("PATCH", "/organizations/{org}/users/{user}")
def update(call: Call) -> Answer:
    """`PATCH /v2/organizations/{orgId}/users/{userId}`."""
    organization = require(call, "ORG_ADMIN")
    user = require_user(call, organization)
    body = validation.check(call.body, _fields(creating=False))
    user |= {name: body[name] for name in _KEPT if body.get(name) is not None}
    user["weekStart"] = body.get("weekday") or user["weekStart"]
    call.backend.store.users.put(user)
    return success(show(call, user, organization))


@routes.add("DELETE", "/organizations/{org}/users/{user}")
def delete(call: Call) -> Answer:
    """`DELETE /v2/organizations/{orgId}/users/{userId}`: the account, its keys, schedules and memberships go."""
    organization = require(call, "ORG_ADMIN")
    user = require_user(call, organization)
    shown = show(call, user, organization)
    store = call.backend.store
    for shelf in (store.keys, store.schedules, _profiles(call)):
        for each in shelf.of(user["id"]):
            shelf.delete(each["id"])
    for each in store.memberships.all():
        if each["userId"] == user["id"]:
            store.memberships.delete(each["id"])
    store.users.delete(user["id"])
    call.backend.bookings.refresh_listing()
    return success(shown)
