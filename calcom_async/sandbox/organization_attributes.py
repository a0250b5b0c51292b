"""`/v2/organizations/{orgId}/attributes`: what an organization notes about its people, with options to choose from."""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox import instants, validation
from calcom_async.sandbox.answers import Answer, refusal, success, terse
from calcom_async.sandbox.organization_access import membership, missing, number, require
from calcom_async.sandbox.paging import take_and_skip
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record, Shelf
from calcom_async.sandbox.validation import Field, Rule

routes = Routes()

_KINDS: Final = ("TEXT", "NUMBER", "SINGLE_SELECT", "MULTI_SELECT")
_CHOSEN: Final = ("SINGLE_SELECT", "MULTI_SELECT")
_SETTABLE: Final = ("name", "slug", "type", "enabled")


def _filled(name: str) -> Rule:
    return Rule("isNotEmpty", f"{name} should not be empty", lambda value: value not in ("", None))


def _fields(*, creating: bool) -> tuple[Field, ...]:
    fields = (
        Field("name", (_filled("name"), validation.string("name")), required=creating),
        Field("slug", (_filled("slug"), validation.string("slug")), required=creating),
        Field("type", (_filled("type"), validation.one_of("type", _KINDS)), required=creating),
        Field("enabled", (validation.boolean("enabled"),), required=False),
    )
    return (*fields, Field("options", (validation.array("options"),))) if creating else fields


def _option_fields(*, creating: bool) -> tuple[Field, ...]:
    return (
        Field("value", (_filled("value"), validation.string("value")), required=creating),
        Field("slug", (_filled("slug"), validation.string("slug")), required=creating),
    )


def _attributes(call: Call) -> Shelf:
    return call.backend.store.shelf("attributes")


def _options(call: Call) -> Shelf:
    return call.backend.store.shelf("attribute options")


def _assignments(call: Call) -> Shelf:
    return call.backend.store.shelf("attribute assignments")


def _now(call: Call) -> str:
    return instants.to_wire(call.backend.clock.milliseconds())


def _find(call: Call, organization: int) -> Record | None:
    attribute = _attributes(call).get(call.params["attribute"])
    return attribute if attribute is not None and attribute["teamId"] == organization else None


def _put_option(call: Call, attribute_id: str, value: str, slug: str) -> Record:
    option: Record = {
        "id": call.backend.names.uuid(),
        "attributeId": attribute_id,
        "value": value,
        "slug": slug,
        "isGroup": False,
        "contains": [],
        **({"targetMembershipId": None} if call.backend.hosted else {}),
    }
    return _options(call).put(option, parent=attribute_id)


@routes.add("GET", "/organizations/{org}/attributes")
def list_all(call: Call) -> Answer:
    """`GET /v2/organizations/{orgId}/attributes`: for every member."""
    organization = require(call, "ORG_MEMBER")
    take, skip = take_and_skip(call.query)
    return success(_attributes(call).of(organization)[skip : skip + take])


@routes.add("POST", "/organizations/{org}/attributes")
def create(call: Call) -> Answer:
    """`POST /v2/organizations/{orgId}/attributes`: its options are made with it, but not answered."""
    organization = require(call, "ORG_ADMIN")
    body = validation.check(call.body, _fields(creating=True))
    if any(each["slug"] == body["slug"] for each in _attributes(call).of(organization)):
        raise terse(409, "Invalid Input: Trying to create a record that already exists.")
    attribute: Record = {
        "id": call.backend.names.uuid(),
        "teamId": organization,
        "type": body["type"],
        "name": body["name"],
        "slug": body["slug"],
        "enabled": body.get("enabled", True),
        "usersCanEditRelation": False,
        "createdAt": _now(call),
        "updatedAt": _now(call),
        "isWeightsEnabled": False,
        "isLocked": False,
    }
    _attributes(call).put(attribute, parent=organization)
    for option in body["options"]:
        _put_option(call, attribute["id"], option.get("value", ""), option.get("slug", ""))
    return success(attribute, status=201)


@routes.add("GET", "/organizations/{org}/attributes/{attribute}")
def get(call: Call) -> Answer:
    """`GET /v2/organizations/{orgId}/attributes/{attributeId}`: 200 with null for an unknown one."""
    return success(_find(call, require(call, "ORG_MEMBER")))


@routes.add("PATCH", "/organizations/{org}/attributes/{attribute}")
def update(call: Call) -> Answer:
    """`PATCH /v2/organizations/{orgId}/attributes/{attributeId}`."""
    organization = require(call, "ORG_ADMIN")
    body = validation.check(call.body, _fields(creating=False))
    attribute = _find(call, organization)
    if attribute is None:
        raise missing()
    attribute |= {name: body[name] for name in _SETTABLE if body.get(name) is not None} | {"updatedAt": _now(call)}
    return success(_attributes(call).put(attribute, parent=organization))


@routes.add("DELETE", "/organizations/{org}/attributes/{attribute}")
def delete(call: Call) -> Answer:
    """`DELETE /v2/organizations/{orgId}/attributes/{attributeId}`: with its options and their assignments."""
    attribute = _find(call, require(call, "ORG_ADMIN"))
    if attribute is None:
        raise missing()
    for option in _options(call).of(attribute["id"]):
        _remove_option(call, option)
    _attributes(call).delete(attribute["id"])
    return success(attribute)


def _remove_option(call: Call, option: Record) -> None:
    for each in _assignments(call).all():
        if each["attributeOptionId"] == option["id"]:
            _assignments(call).delete(each["id"])
    _options(call).delete(option["id"])


# -------------------------------------------------------------------------------------------------------- options


@routes.add("GET", "/organizations/{org}/attributes/{attribute}/options")
def list_options(call: Call) -> Answer:
    """`GET /v2/organizations/{orgId}/attributes/{attributeId}/options`."""
    require(call, "ORG_MEMBER")
    return success(_options(call).of(call.params["attribute"]))


@routes.add("POST", "/organizations/{org}/attributes/{attribute}/options")
def create_option(call: Call) -> Answer:
    """`POST /v2/organizations/{orgId}/attributes/{attributeId}/options`."""
    organization = require(call, "ORG_ADMIN")
    body = validation.check(call.body, _option_fields(creating=True))
    attribute = _find(call, organization)
    if attribute is None:
        raise terse(400, "Invalid input: The referenced data does not exist.")
    return success(_put_option(call, attribute["id"], body["value"], body["slug"]), status=201)


@routes.add("PATCH", "/organizations/{org}/attributes/{attribute}/options/{option}")
def update_option(call: Call) -> Answer:
    """`PATCH /v2/organizations/{orgId}/attributes/{attributeId}/options/{optionId}`."""
    require(call, "ORG_ADMIN")
    body = validation.check(call.body, _option_fields(creating=False))
    option = _options(call).get(call.params["option"])
    if option is None or option["attributeId"] != call.params["attribute"]:
        raise missing()
    option |= {name: body[name] for name in ("value", "slug") if body.get(name) is not None}
    return success(_options(call).put(option, parent=option["attributeId"]))


@routes.add("DELETE", "/organizations/{org}/attributes/{attribute}/options/{option}")
def delete_option(call: Call) -> Answer:
    """`DELETE /v2/organizations/{orgId}/attributes/{attributeId}/options/{optionId}`: the answer is what it was."""
    require(call, "ORG_ADMIN")
    option = _options(call).get(call.params["option"])
    if option is None or option["attributeId"] != call.params["attribute"]:
        raise refusal(404, "Attribute option not found")
    _remove_option(call, option)
    return success(option)


# ---------------------------------------------------------------------------------------------------- assignments


@routes.add("GET", "/organizations/{org}/attributes/{attribute}/options/assigned")
def list_assigned(call: Call) -> Answer:
    """`GET /v2/organizations/{orgId}/attributes/{attributeId}/options/assigned`: each with the users who have it."""
    organization = require(call, "ORG_MEMBER")
    return _assigned(call, organization, call.params["attribute"])


@routes.add("GET", "/organizations/{org}/attributes/slugs/{slug}/options/assigned")
def list_assigned_by_slug(call: Call) -> Answer:
    """`GET /v2/organizations/{orgId}/attributes/slugs/{attributeSlug}/options/assigned`."""
    organization = require(call, "ORG_MEMBER")
    there = _attributes(call).of(organization)
    return _assigned(
        call, organization, next((each["id"] for each in there if each["slug"] == call.params["slug"]), "")
    )


def _assigned(call: Call, organization: int, attribute_id: str) -> Answer:
    take, skip = take_and_skip(call.query)
    teams = _whole_numbers(call, "teamIds")
    wanted = _texts(call, "assignedOptionIds")
    within = {each["userId"] for team in teams for each in call.backend.store.memberships.of(team)} if teams else None
    people = {each["id"]: each["userId"] for each in call.backend.store.memberships.of(organization)}
    found = []
    for option in _options(call).of(attribute_id):
        holders = [
            people.get(each["memberId"])
            for each in _assignments(call).all()
            if each["attributeOptionId"] == option["id"]
        ]
        holders = [each for each in holders if each is not None and (within is None or each in within)]
        if holders and (not wanted or option["id"] in wanted):
            shown = {name: option[name] for name in ("id", "attributeId", "value", "slug")}
            found.append({**shown, "assignedUserIds": holders})
    return success(found[skip : skip + take])


def _texts(call: Call, name: str) -> list[str]:
    values = call.query.getall(name, []) or call.query.getall(f"{name}[]", [])
    return [part for value in values for part in value.split(",")]


def _whole_numbers(call: Call, name: str) -> list[int]:
    texts = _texts(call, name)
    numbers = [int(each) if each.isascii() and each.isdigit() else None for each in texts]
    rule = Rule(
        "isNumber",
        f"each value in {name} must be a number conforming to the specified constraints",
        lambda values: None not in values,
    )
    validation.check({name: numbers}, (Field(name, (rule,)),))
    return [each for each in numbers if each is not None]


@routes.add("GET", "/organizations/{org}/attributes/options/{user}")
def list_of_user(call: Call) -> Answer:
    """`GET /v2/organizations/{orgId}/attributes/options/{userId}`: nothing for an outsider."""
    organization = require(call, "ORG_MEMBER")
    own = membership(call, organization, number(call, "user"))
    held = _assignments(call).of(own["id"]) if own is not None else []
    held.sort(key=lambda each: each["createdAt"])
    return success([option for each in held if (option := _options(call).get(each["attributeOptionId"])) is not None])


@routes.add("POST", "/organizations/{org}/attributes/options/{user}")
def assign(call: Call) -> Answer:
    """`POST /v2/organizations/{orgId}/attributes/options/{userId}`: an option of a select, a value of the others."""
    organization = require(call, "ORG_ADMIN")
    name = "attributeId"
    body = validation.check(call.body, (Field(name, (validation.string(name), _filled(name))),))
    attribute = _attributes(call).get(body["attributeId"])
    if attribute is None or attribute["teamId"] != organization:
        raise refusal(404, "Attribute not found")
    if attribute["type"] in _CHOSEN and body.get("value") is not None:
        raise refusal(400, "Attribute type does not support value")
    user_id = number(call, "user")
    own = membership(call, organization, user_id)
    if own is None:
        raise refusal(404, f"Membership for user with id {user_id} within organization id {organization} not found")
    option_id = body.get("attributeOptionId")
    if attribute["type"] not in _CHOSEN:
        value = str(body.get("value", ""))
        option_id = _put_option(call, attribute["id"], value, value.lower().replace(" ", "-"))["id"]
    if _options(call).get(option_id or "") is None:
        raise terse(400, "Invalid input: The referenced data does not exist.")
    if any(each["attributeOptionId"] == option_id for each in _assignments(call).of(own["id"])):
        raise terse(409, "Invalid Input: Trying to create a record that already exists.")
    assignment = {
        "id": call.backend.names.uuid(),
        "memberId": own["id"],
        "attributeOptionId": option_id,
        "weight": None,
        "createdAt": _now(call),
        "createdById": None,
        "createdByDSyncId": None,
        "updatedAt": _now(call),
        "updatedById": None,
        "updatedByDSyncId": None,
    }
    return success(_assignments(call).put(assignment, parent=own["id"]), status=201)


@routes.add("DELETE", "/organizations/{org}/attributes/options/{user}/{option}")
def unassign(call: Call) -> Answer:
    """`DELETE /v2/organizations/{orgId}/attributes/options/{userId}/{attributeOptionId}`."""
    organization = require(call, "ORG_MEMBER")
    own = membership(call, organization, number(call, "user"))
    held = _assignments(call).of(own["id"]) if own is not None else []
    found = next((each for each in held if each["attributeOptionId"] == call.params["option"]), None)
    if found is None:
        raise refusal(404, "Attribute does not belong to this user")
    require(call, "ORG_ADMIN")
    _assignments(call).delete(found["id"])
    return success(found)


def of_member(call: Call, own: Record) -> list[dict[str, Any]]:
    """The attributes of a member as a membership tells them: one entry each, all chosen options of a multi-select."""
    found: dict[str, dict[str, Any]] = {}
    for each in sorted(_assignments(call).of(own["id"]), key=lambda each: each["createdAt"]):
        option = _options(call).get(each["attributeOptionId"])
        attribute = _attributes(call).get(option["attributeId"]) if option is not None else None
        if option is None or attribute is None:
            continue
        entry = {"id": attribute["id"], "name": attribute["name"]}
        if attribute["type"] == "MULTI_SELECT":
            chosen = {"optionId": option["id"], "option": option["value"]}
            there = found.setdefault(attribute["id"], {**entry, "type": "multiSelect", "options": []})
            there["options"].append(chosen)
        elif attribute["type"] == "NUMBER":
            number_of = float(option["value"]) if option["value"].replace(".", "", 1).isdigit() else None
            found[attribute["id"]] = {**entry, "type": "number", "option": number_of, "optionId": option["id"]}
        else:
            kind = "text" if attribute["type"] == "TEXT" else "singleSelect"
            found[attribute["id"]] = {**entry, "type": kind, "option": option["value"], "optionId": option["id"]}
    return list(found.values())


def users_with(call: Call, organization: int, options: list[str], operator: str) -> set[int]:
    """The people who have any (`OR`) or all (`AND`) of these options, or another one (`NONE`)."""
    found = set()
    for own in call.backend.store.memberships.of(organization):
        held = {each["attributeOptionId"] for each in _assignments(call).of(own["id"])}
        shared = held & set(options)
        fits = {"OR": bool(shared), "AND": shared == set(options), "NONE": bool(held - shared)}[operator]
        if fits:
            found.add(own["userId"])
    return found
