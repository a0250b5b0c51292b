"""`/v2/bookings/verification/email`: proving an address before booking with it.

No mail is sent: the code is `000000`-like, made by the sandbox, and readable in `sandbox.backend.store.codes`.
"""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox import validation
from calcom_async.sandbox.answers import Answer, refusal, success
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.validation import Field

routes = Routes(access="open")

_EMAIL: Final = Field("email", (validation.email("email"),))
_CODE: Final = Field("code", (validation.string("code"),))


@routes.add("POST", "/bookings/verification/email/send-code")
def send_code(call: Call) -> Answer:
    """`POST /v2/bookings/verification/email/send-code`."""
    body = validation.check(call.body, (_EMAIL,))
    call.backend.store.codes.put({"id": body["email"], "code": call.backend.names.digits(6)})
    return success({"sent": True})


@routes.add("GET", "/bookings/verification/email/check")
def check(call: Call) -> Answer:
    """`GET /v2/bookings/verification/email/check`: whether an address must be verified; a bare boolean."""
    target: dict[str, Any] = {name: call.query[name] for name in call.query}
    validation.check(target, (_EMAIL,))
    return success(False)


@routes.add("POST", "/bookings/verification/email/verify-code")
def verify_code(call: Call) -> Answer:
    """`POST /v2/bookings/verification/email/verify-code`."""
    body = validation.check(call.body, (_EMAIL, _CODE))
    if not _right(call.backend, body["email"], body["code"]):
        raise refusal(400, "Invalid verification code")
    return success({"verified": True})


def check_required(backend: Backend, event_type: Record, email: str, code: str | None) -> None:
    """Refuse a booking of an event type that wants verified addresses, without the right code."""
    if event_type["requiresBookerEmailVerification"] and (code is None or not _right(backend, email, code)):
        raise refusal(400, "Invalid verification code")


def _right(backend: Backend, email: str, code: str) -> bool:
    record = backend.store.codes.get(email)
    return record is not None and record["code"] == code
