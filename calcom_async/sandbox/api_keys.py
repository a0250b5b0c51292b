"""`/v2/api-keys/refresh`: a new key for the old one, which is dead at once."""

from __future__ import annotations

from typing import Final

from calcom_async.sandbox import instants, validation
from calcom_async.sandbox.answers import Answer, success
from calcom_async.sandbox.backend import key_digest
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.validation import Field

routes = Routes()

_DEFAULT_DAYS: Final = 30
_FIELDS: Final = (
    Field(
        "apiKeyDaysValid",
        (validation.at_least("apiKeyDaysValid", 1), validation.integer("apiKeyDaysValid")),
        required=False,
    ),
    Field("apiKeyNeverExpires", (validation.boolean("apiKeyNeverExpires"),), required=False),
)


@routes.add("POST", "/api-keys/refresh")
def refresh(call: Call) -> Answer:
    """`POST /v2/api-keys/refresh`."""
    backend, user = call.backend, call.caller
    body = validation.check(call.body, _FIELDS)
    days = body.get("apiKeyDaysValid") or _DEFAULT_DAYS
    expires = None if body.get("apiKeyNeverExpires") else backend.clock.milliseconds() + days * instants.DAY
    key = f"cal_sandbox_{backend.names.uuid().replace('-', '')}"
    old = call.headers["Authorization"].removeprefix("Bearer ").strip()
    backend.store.keys.delete(key_digest(old))
    backend.store.keys.put({"id": key_digest(key), "userId": user["id"], "expiresAt": expires}, parent=user["id"])
    return success({"apiKey": key})
