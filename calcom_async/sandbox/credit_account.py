"""`/v2/credits` (hosted): none, unless a test gives some (`Sandbox.give_credits`)."""

from __future__ import annotations

from typing import Final

from calcom_async.sandbox import validation
from calcom_async.sandbox.answers import Answer, no_route, refusal, success
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.validation import Field

routes = Routes()

_SHELF: Final = "credits"
_CHARGES: Final = "credit charges"
_WHAT_FOR: Final = ("SMS", "CAL_AI_PHONE_CALL", "AI_AGENT")
_FIELDS: Final = (
    Field("credits", (validation.at_least("credits", 1), validation.integer("credits"))),
    Field("creditFor", (validation.one_of("creditFor", _WHAT_FOR),)),
    Field("externalRef", (validation.string("externalRef"),), required=False),
)


def _left(backend: Backend, user: int) -> int:
    record = backend.store.shelf(_SHELF).get(user)
    return int(record["left"]) if record is not None else 0


def give(backend: Backend, user: int, amount: int) -> None:
    """Add credits."""
    backend.store.shelf(_SHELF).put({"id": user, "left": _left(backend, user) + amount})


@routes.add("GET", "/credits/available")
def available(call: Call) -> Answer:
    """`GET /v2/credits/available`."""
    if not call.backend.hosted:
        raise no_route(call.method, call.url)
    left = _left(call.backend, call.caller["id"])
    return success({"hasCredits": left > 0, "balance": {"monthlyRemaining": 0, "additional": left}})


@routes.add("POST", "/credits/charge")
def charge(call: Call) -> Answer:
    """`POST /v2/credits/charge`: each `externalRef` is charged only once."""
    if not call.backend.hosted:
        raise no_route(call.method, call.url)
    backend, user = call.backend, call.caller["id"]
    body = validation.check(call.body, _FIELDS)
    reference = body.get("externalRef")
    charges = backend.store.shelf(_CHARGES)
    if reference is not None and charges.get(reference) is None:
        charges.put({"id": reference, "userId": user})
    elif reference is not None:
        return success({"charged": False, "remainingBalance": _balance(backend, user)})
    if _left(backend, user) < body["credits"]:
        if reference is not None:
            charges.delete(reference)
        raise refusal(403, "Insufficient credits")
    give(backend, user, -body["credits"])
    return success({"charged": True, "remainingBalance": _balance(backend, user)})


def _balance(backend: Backend, user: int) -> dict[str, int]:
    return {"monthlyRemaining": 0, "additional": _left(backend, user)}
