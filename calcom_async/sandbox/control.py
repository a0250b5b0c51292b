"""The sandbox's own switches, beside Cal.com's API: for clients in other languages, and for shells.

`/_sandbox/faults`: GET lists the faults in force and what was injected, POST adds one or several (JSON, or the text
form of `calcom_async.sandbox.faults`), DELETE lets all be; `DELETE /_sandbox/faults/{number}` one of them.
`/_sandbox/clock`: GET tells the virtual time, POST `{"seconds": 3600}` jumps, and waits for the webhooks that are told
of what became due by it. `/_sandbox/requests`: what was asked. `/_sandbox/deliveries`: what webhooks were told;
`POST /_sandbox/deliveries/{number}/resend` sends one of them again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs
from aiohttp import web
from aiohttp.web_request import BaseRequest

from calcom_async.sandbox import instants, wire_json
from calcom_async.sandbox.deliveries import Delivery
from calcom_async.sandbox.faults import fault

if TYPE_CHECKING:
    from calcom_async.sandbox.app import Application

PREFIX: Final = "/_sandbox/"
_MOST: Final = 1024 * 1024


class _RefusedError(Exception):
    """A request for a switch that can't be turned so."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


async def handle(request: BaseRequest, application: Application) -> web.Response:
    """Answer a request below `/_sandbox/`."""
    try:
        return _answer(*await _turn(request, application))
    except _RefusedError as error:
        return _answer(error.status, {"message": str(error)})


async def _turn(request: BaseRequest, application: Application) -> tuple[int, Any]:
    switch, _, number = request.path.removeprefix(PREFIX).rstrip("/").partition("/")
    match request.method, switch, number:
        case "GET", "faults", "":
            return 200, _faults(application)
        case "POST", "faults", "":
            return 201, {"added": _add(application, await _sent(request))}
        case "DELETE", "faults", "":
            application.faults.clear()
            return 200, _faults(application)
        case "DELETE", "faults", _ if number.isascii() and number.isdigit():
            try:
                application.faults.remove(int(number))
            except KeyError:
                raise _RefusedError(404, f"there is no fault {number}") from None
            return 200, _faults(application)
        case "GET", "clock", "":
            return 200, _time(application)
        case "POST", "clock", "":
            application.backend.clock.advance(seconds=_seconds(await _sent(request)))
            await application.meetings.delivered()
            return 200, _time(application)
        case "GET", "requests", "":
            return 200, {"requests": [attrs.asdict(each) for each in application.requests]}
        case "GET", "deliveries", "":
            sent = application.backend.deliverer.sent
            return 200, {"deliveries": [_delivery(at, each) for at, each in enumerate(sent)]}
        case "POST", "deliveries", _ if number.removesuffix("/resend").isdigit() and number.endswith("/resend"):
            deliverer, at = application.backend.deliverer, int(number.removesuffix("/resend"))
            if at >= len(deliverer.sent):
                raise _RefusedError(404, f"there is no delivery {at}")
            again = await deliverer.resend(deliverer.sent[at])
            return 201, _delivery(len(deliverer.sent) - 1, again)
        case _:
            raise _RefusedError(404, f"no such switch: {request.method} {request.path}")


def _faults(application: Application) -> dict[str, Any]:
    return {
        "faults": [{"number": number, **planned.to_wire()} for number, planned in application.faults],
        "injected": [attrs.asdict(each) for each in application.faults.injected],
    }


def _add(application: Application, sent: Any) -> list[int]:
    plan = application.faults
    try:
        faults = [fault(each) for each in (sent if isinstance(sent, list) else [sent])]
    except ValueError as error:
        raise _RefusedError(400, str(error)) from None
    return [plan.add(each) for each in faults]


def _seconds(sent: Any) -> float:
    seconds = sent.get("seconds") if isinstance(sent, dict) else None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise _RefusedError(400, 'the clock jumps by {"seconds": a number}')
    return float(seconds)


def _delivery(number: int, delivery: Delivery) -> dict[str, Any]:
    return {"number": number, **attrs.asdict(delivery), "body": delivery.body.decode(errors="replace")}


def _time(application: Application) -> dict[str, str]:
    return {"now": instants.to_wire(application.backend.clock.milliseconds())}


async def _sent(request: BaseRequest) -> Any:
    """The JSON of a request. The type has to be named, so that no web page can turn a switch by a plain form."""
    if "json" not in request.headers.get("Content-Type", ""):
        raise _RefusedError(415, "send JSON, with Content-Type: application/json")
    raw = bytearray()
    async for chunk in request.content.iter_any():
        raw += chunk
        if len(raw) > _MOST:
            raise _RefusedError(413, "that is too much")
    try:
        return wire_json.loads(bytes(raw))
    except wire_json.NotJson as error:
        raise _RefusedError(400, f"not JSON: {error}") from None


def _answer(status: int, content: Any) -> web.Response:
    return web.Response(status=status, body=wire_json.dumps(content), content_type="application/json")
