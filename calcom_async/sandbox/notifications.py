"""`/v2/notifications/subscriptions` (hosted): phones and chats that wish to be told; nobody tells them."""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox import instants, validation
from calcom_async.sandbox.answers import Answer, no_route, refusal, success
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.validation import Field
from calcom_async.sandbox.wire_json import dumps

routes = Routes()

_SHELF: Final = "subscriptions"
_TOKEN: Final = Field("token", (validation.string("token"),))
_INTENT_LIFE: Final = 10 * instants.MINUTE


def _body(call: Call, *fields: Field) -> dict[str, Any]:
    if not call.backend.hosted:
        raise no_route(call.method, call.url)
    return validation.check(call.body, fields)


@routes.add("POST", "/notifications/subscriptions/app-push")
def register(call: Call) -> Answer:
    """`POST /v2/notifications/subscriptions/app-push`: again for the same phone, it is the same subscription."""
    body = _body(
        call,
        _TOKEN,
        Field("platform", (validation.one_of("platform", ("IOS", "ANDROID")),)),
        Field("deviceId", (validation.string("deviceId"),)),
    )
    backend, user = call.backend, call.caller["id"]
    shelf, now = backend.store.shelf(_SHELF), instants.to_wire(backend.clock.milliseconds())
    there = next((each for each in shelf.of(user) if each["identifier"] == body["token"]), None)
    record = {
        "id": there["id"] if there else shelf.next_id(1),
        "userId": user,
        "type": "APP_PUSH",
        "platform": body["platform"],
        "identifier": body["token"],
        "deviceId": body["deviceId"],
        "createdAt": there["createdAt"] if there else now,
        "updatedAt": now,
    }
    return success(shelf.put(record, parent=user), status=201)


@routes.add("DELETE", "/notifications/subscriptions/app-push")
def remove(call: Call) -> Answer:
    """`DELETE /v2/notifications/subscriptions/app-push`: by token, in the body."""
    token = _body(call, _TOKEN)["token"]
    shelf = call.backend.store.shelf(_SHELF)
    there = next((each for each in shelf.of(call.caller["id"]) if each["identifier"] == token), None)
    if there is None:
        raise refusal(404, "App push subscription not found")
    shelf.delete(there["id"])
    return _told("App push")


@routes.add("POST", "/notifications/subscriptions/slack/link-intents")
@routes.add("POST", "/notifications/subscriptions/telegram/link-intents")
def link_intent(call: Call) -> Answer:
    """`POST /v2/notifications/subscriptions/{slack,telegram}/link-intents`: a token, for ten minutes."""
    if not call.backend.hosted:
        raise no_route(call.method, call.url)
    ends = instants.to_wire(call.backend.clock.milliseconds() + _INTENT_LIFE)
    return success({"token": call.backend.names.uuid().replace("-", ""), "expiresAt": ends}, status=201)


@routes.add("DELETE", "/notifications/subscriptions/slack")
def remove_slack(call: Call) -> Answer:
    """`DELETE /v2/notifications/subscriptions/slack`: whether there was one or not."""
    _body(call, *(Field(name, (validation.string(name),)) for name in ("identifier", "teamId")))
    return _told("Slack")


@routes.add("DELETE", "/notifications/subscriptions/telegram")
def remove_telegram(call: Call) -> Answer:
    """`DELETE /v2/notifications/subscriptions/telegram`: whether there was one or not."""
    _body(call, Field("identifier", (validation.string("identifier"),)))
    return _told("Telegram")


def _told(what: str) -> Answer:
    return Answer(200, dumps({"status": "success", "message": f"{what} subscription removed successfully"}))
