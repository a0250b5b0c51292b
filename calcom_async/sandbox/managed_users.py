"""`/v2/oauth-clients/{clientId}/users`: the users that a platform client manages, and their tokens.

An access token is good for an hour, a refresh token for a year, both told in milliseconds; after a refresh the earlier
ones are dead at once. E-mail addresses get the client's id after a `+`.
"""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox import event_type_wire, event_types, instants, paging, validation, world
from calcom_async.sandbox.answers import Answer, invalid, refusal, success, terse
from calcom_async.sandbox.backend import Backend, key_digest
from calcom_async.sandbox.credentials import TOKENS
from calcom_async.sandbox.oauth_grants import web_token
from calcom_async.sandbox.platform_clients import find as find_client
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.validation import Field, Rule

routes = Routes()

MANAGED: Final = "managed users"

_MOST: Final = 250
_USUAL_LIMIT: Final = 200
_ACCESS_LIFE: Final = instants.HOUR
_REFRESH_LIFE: Final = 365 * instants.DAY
_LOCALES: Final = (
    "ar", "ca", "de", "es", "eu", "he", "id", "ja", "lv", "pl", "ro", "sr", "th", "vi", "az", "cs", "el", "es-419",
    "fi", "hr", "it", "km", "nl", "pt", "ru", "sv", "tr", "zh-CN", "bg", "da", "en", "et", "fr", "hu", "iw", "ko",
    "no", "pt-BR", "sk", "ta", "uk", "zh-TW", "bn",
)  # fmt: skip
_HOURS: Final = "timeFormat must be a number either 12 or 24"
_EVENT_TYPES: Final = tuple(
    {
        "title": title,
        "slug": slug + suffix,
        "lengthInMinutes": length,
        "locations": [{"type": "integration", "integration": "cal-video"}] if suffix else [],
    }
    for suffix in ("", "-video")
    for title, slug, length in (("30 Minutes", "thirty-minutes", 30), ("60 Minutes", "sixty-minutes", 60))
)
_FIELDS: Final = (
    Field("email", (validation.string("email"),)),
    Field("name", (validation.string("name"),)),
    Field("timeFormat", (Rule("isIn", _HOURS, lambda value: value in (12, 24)),), required=False),
    Field("timeZone", (validation.zone("timeZone"),), required=False),
    Field("weekStart", (validation.string("weekStart"),), required=False),
    Field("locale", (validation.one_of("locale", _LOCALES),), required=False),
    Field(
        "avatarUrl",
        (Rule("isUrl", "avatarUrl must be a URL address", lambda value: "://" in str(value)),),
        required=False,
    ),
    Field("bio", (validation.string("bio"),), required=False),
    Field("metadata", (validation.mapping("metadata"),), required=False),
)
_CHANGES: Final = (
    *(Field(each.name, each.rules, required=False) for each in _FIELDS if each.name != "timeFormat"),
    Field(
        "timeFormat",
        (
            Rule("isIn", "timeFormat must be one of the following values: 12, 24", lambda value: value in (12, 24)),
            validation.number("timeFormat"),
        ),
        required=False,
    ),
    Field("defaultScheduleId", (validation.number("defaultScheduleId"),), required=False),
)
_OF_USERS: Final = ("name", "bio", "timeZone", "weekStart", "timeFormat", "locale", "avatarUrl", "defaultScheduleId")
_EMPTIED: Final = ("name", "bio", "locale", "avatarUrl", "defaultScheduleId")


def managed_email(email: str, client_id: str) -> str:
    """The address a managed user gets: the client's id goes after a `+`."""
    local, _, host = email.partition("@")
    return f"{local}+{client_id}@{host}"


def _username(email: str, client_id: str) -> str:
    local, _, host = email.partition("@")
    return f"{local}-{client_id}-{host}".replace(".", "-").lower()


def _show(backend: Backend, managed: Record) -> dict[str, Any]:
    user = backend.store.users.get(managed["id"]) or {}
    metadata = {"metadata": managed["metadata"]} if managed["metadata"] is not None else {}
    return {
        "id": managed["id"],
        "email": user["email"],
        "username": user["username"],
        "name": user["name"],
        "bio": user["bio"],
        "timeZone": user["timeZone"],
        "weekStart": user["weekStart"],
        "createdDate": managed["createdDate"],
        "timeFormat": user["timeFormat"],
        "defaultScheduleId": user["defaultScheduleId"],
        "locale": user["locale"],
        "avatarUrl": user["avatarUrl"],
        **metadata,
    }


def _find(call: Call, client: Record) -> Record:
    user_id = call.number("user")
    managed = call.backend.store.shelf(MANAGED).get(user_id)
    if managed is None or managed["clientId"] != client["id"]:
        raise refusal(404, f"User with ID {user_id} is not part of this OAuth client.")
    return managed


def _new_tokens(backend: Backend, client_id: str, user_id: int) -> dict[str, Any]:
    shelf, parent = backend.store.shelf(TOKENS), f"{client_id}/{user_id}"
    for each in shelf.of(parent):
        shelf.put({**each, "revoked": True}, parent=parent)
    now = backend.clock.milliseconds()
    ends = {
        # The real server cuts the one to the minute and the other to the day.
        "access": (now + _ACCESS_LIFE) // instants.MINUTE * instants.MINUTE,
        "refresh": (now + _REFRESH_LIFE) // instants.DAY * instants.DAY,
    }
    tokens: dict[str, Any] = {}
    for kind, end in ends.items():
        claims = {"type": f"{kind}_token", "clientId": client_id, "ownerId": user_id, "expiresAt": end}
        text = tokens[f"{kind}Token"] = web_token(backend, claims)
        record = {"id": key_digest(text), "kind": kind, "userId": user_id, "clientId": client_id, "scopes": None}
        shelf.put({**record, "expiresAt": end}, parent=parent)
        tokens[f"{kind}TokenExpiresAt"] = end
    return tokens


@routes.add("GET", "/oauth-clients/{clientId}/users")
def list_all(call: Call) -> Answer:
    """`GET /v2/oauth-clients/{clientId}/users`: `limit` and `offset`, the latter 250 at most."""
    backend, client = call.backend, find_client(call)
    target = {"limit": _USUAL_LIMIT, "offset": 0}
    sent = {name: paging.whole(call.query[name]) for name in target if name in call.query}
    fields = (
        Field("limit", (validation.at_most("limit", _MOST), validation.at_least("limit", 1))),
        Field("offset", (validation.at_most("offset", _MOST), validation.at_least("offset", 0))),
    )
    errors = validation.problems(sent, [each for each in fields if each.name in sent])
    if errors:
        raise invalid(errors)
    paged = target | {name: value for name, value in sent.items() if value is not None}
    emails = [each for text in call.query.getall("emails", []) for each in text.split(",")]
    wrong = next((each for each in emails if not validation.is_email(each)), None)
    if wrong is not None:
        raise refusal(400, f"Invalid email {wrong}")
    wanted = {*emails, *(managed_email(each, client["id"]) for each in emails)}
    found = [_show(backend, each) for each in backend.store.shelf(MANAGED).of(client["id"])]
    found = [each for each in found if not wanted or each["email"] in wanted]
    return success(found[paged["offset"] : paged["offset"] + paged["limit"]])


@routes.add("GET", "/oauth-clients/{clientId}/managed-users")
def list_for_admins(call: Call) -> Answer:
    """`GET /v2/oauth-clients/{clientId}/managed-users`, which is in no document: all of them."""
    client = find_client(call)
    return success([_show(call.backend, each) for each in call.backend.store.shelf(MANAGED).of(client["id"])])


@routes.add("POST", "/oauth-clients/{clientId}/users")
def create(call: Call) -> Answer:
    """`POST /v2/oauth-clients/{clientId}/users`: a user, with tokens; with a time zone also a schedule."""
    backend, client = call.backend, find_client(call)
    body = validation.check(call.body, _FIELDS)
    email = managed_email(body["email"], client["id"])
    there = backend.people.by_email(email)
    if there is not None:
        raise refusal(409, f"User with the provided e-mail already exists. Existing user ID={there}")
    user = _add_user(backend, client, body, email)
    tokens = _new_tokens(backend, client["id"], user["id"])
    managed = backend.store.shelf(MANAGED).put(
        {
            "id": user["id"],
            "clientId": client["id"],
            "createdDate": instants.to_wire(backend.clock.milliseconds()),
            "metadata": body.get("metadata"),
        },
        parent=client["id"],
    )
    return success({"user": _show(backend, managed), **tokens}, status=201)


def _add_user(backend: Backend, client: Record, body: dict[str, Any], email: str) -> Record:
    store, organization = backend.store, client["organizationId"]
    zone = body.get("timeZone")
    user_id = store.users.next_id(1007)
    user = world.user_record(
        user_id, _username(body["email"], client["id"]), body["name"], email, zone or "Europe/London", schedule_id=0
    )
    user |= {"bio": None, "defaultScheduleId": None}
    user |= {name: body[name] for name in _OF_USERS if body.get(name) is not None}
    user |= {"organizationId": organization, "organization": {"isPlatform": True, "id": organization}}
    if zone is not None:
        schedule_id = user["defaultScheduleId"] = store.schedules.next_id(3004)
        store.schedules.put(world.schedule_record(schedule_id, user_id, "Default schedule", zone), parent=user_id)
    store.users.put(user)
    membership = world.membership_record(store.memberships.next_id(8100), user_id, organization, "MEMBER")
    store.memberships.put(membership, parent=organization)
    if client["areDefaultEventTypesEnabled"]:
        for settings in _EVENT_TYPES:
            record = event_type_wire.new(store.event_types.next_id(20012), user, **settings)
            # What the server makes by itself has no labels of its own.
            record["bookingFields"][0].pop("label")
            store.event_types.put(record, parent=f"user {user_id}")
    return user


@routes.add("GET", "/oauth-clients/{clientId}/users/{user}")
def get(call: Call) -> Answer:
    """`GET /v2/oauth-clients/{clientId}/users/{userId}`."""
    return success(_show(call.backend, _find(call, find_client(call))))


@routes.add("PATCH", "/oauth-clients/{clientId}/users/{user}")
def update(call: Call) -> Answer:
    """`PATCH /v2/oauth-clients/{clientId}/users/{userId}`: any text goes for an e-mail address."""
    backend, client = call.backend, find_client(call)
    managed = _find(call, client)
    sent = dict(call.body) if isinstance(call.body, dict) else {}
    if "timeFormat" in sent and not validation.is_whole(sent["timeFormat"]):
        sent["timeFormat"] = None  # the real server makes a number of it first
        raise invalid(validation.problems(sent, [Field("timeFormat", _CHANGES[-2].rules)]))
    body = validation.check(sent, _CHANGES)
    user = backend.store.users.get(managed["id"]) or {}
    user |= {name: body[name] for name in _OF_USERS if name in body and (body[name] is not None or name in _EMPTIED)}
    if body.get("email") is not None:
        email = managed_email(body["email"], client["id"])
        if backend.people.by_email(email) not in (None, user["id"]):
            raise terse(409, "Invalid Input: Trying to create a record that already exists.")
        user |= {"email": email, "username": _username(body["email"], client["id"])}
    backend.store.users.put(user)
    if "metadata" in body:
        managed = {**managed, "metadata": body["metadata"]}
        backend.store.shelf(MANAGED).put(managed, parent=client["id"])
    return success(_show(backend, managed))


@routes.add("DELETE", "/oauth-clients/{clientId}/users/{user}")
def delete(call: Call) -> Answer:
    """`DELETE /v2/oauth-clients/{clientId}/users/{userId}`: with all that is theirs; the answer is what they were."""
    backend, client = call.backend, find_client(call)
    managed = _find(call, client)
    shown, user_id = _show(backend, managed), managed["id"]
    for record in backend.store.event_types.of(f"user {user_id}"):
        event_types.remove(backend, record)
    for schedule in backend.store.schedules.of(user_id):
        backend.store.schedules.delete(schedule["id"])
    for membership in backend.store.memberships.all():
        if membership["userId"] == user_id:
            backend.store.memberships.delete(membership["id"])
    backend.store.shelf(MANAGED).delete(user_id)
    backend.store.users.delete(user_id)
    return success(shown)


@routes.add("POST", "/oauth-clients/{clientId}/users/{user}/force-refresh")
def force_refresh(call: Call) -> Answer:
    """`POST /v2/oauth-clients/{clientId}/users/{userId}/force-refresh`: new tokens, without the old ones."""
    client = find_client(call)
    return success(_new_tokens(call.backend, client["id"], _find(call, client)["id"]))


@routes.add("POST", "/oauth/{clientId}/refresh")
def refresh(call: Call) -> Answer:
    """`POST /v2/oauth/{clientId}/refresh`: new tokens for a refresh token, which is dead afterwards."""
    backend, client = call.backend, find_client(call)
    body = validation.check(call.body, (Field("refreshToken", (validation.string("refreshToken"),)),))
    record = backend.store.shelf(TOKENS).get(key_digest(body["refreshToken"]))
    fits = record is not None and record["kind"] == "refresh" and record["clientId"] == client["id"]
    if record is None or not fits or record.get("revoked") or record["expiresAt"] <= backend.clock.milliseconds():
        raise refusal(400, "Invalid refresh token")
    return success(_new_tokens(backend, client["id"], record["userId"]))
