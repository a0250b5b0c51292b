"""The answers of faults: errors in every shape, and answers that are cut or are none."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import attrs

from calcom_async.sandbox import wire_json
from calcom_async.sandbox.answers import Answer, ApiError
from calcom_async.sandbox.faults import Garbage, Status

_HTML = {"Content-Type": "text/html; charset=utf-8"}
_PROXY = {"Server": "cloudflare", "CF-RAY": "8f00000000000000-LHR"}
_PHRASES = {520: "Web server returned an unknown error", 522: "Connection timed out", 524: "A timeout occurred"}


def error(effect: Status, url: str, timestamp: str, body: Any) -> Answer:
    """The answer of a `Status` to the request for `url`.

    Args:
        effect: what to answer.
        url: path and query, as error bodies repeat them.
        timestamp: now, in wire form.
        body: the JSON that was sent, which validation errors echo.
    """
    if effect.body is None:
        answer = _shaped(effect, url, timestamp, body)
    elif isinstance(effect.body, bytes):
        answer = Answer(effect.status, effect.body)
    elif isinstance(effect.body, str):
        answer = Answer(effect.status, effect.body.encode(), dict(_HTML))
    else:
        answer = Answer(effect.status, wire_json.dumps(effect.body))
    return attrs.evolve(answer, headers={**answer.headers, **effect.headers})


def proxy_page(status: int) -> Answer:
    """What stands in for Cal.com's answer where its proxy gave up."""
    title = f"{status}: {_phrase(status)}"
    page = (
        f"<!DOCTYPE html>\n<html><head><title>api.cal.com | {title}</title></head><body><h1>{title}</h1></body></html>"
    )
    return Answer(status, page.encode(), {**_HTML, **_PROXY})


def malformed(answer: Answer, garbage: Garbage) -> Answer:
    """The answer of a request, spoilt."""
    match garbage:
        case "text":
            return attrs.evolve(answer, body=b"upstream connect error or disconnect/reset before headers")
        case "html":
            return attrs.evolve(proxy_page(answer.status), status=answer.status)
        case "empty":
            return attrs.evolve(answer, body=b"")
        case "encoding":
            return attrs.evolve(answer, body=answer.body[:-1] + b"\xff\xfe" + answer.body[-1:])
        case "record":
            return attrs.evolve(answer, body=_first_record_spoilt(answer.body))


def _shaped(effect: Status, url: str, timestamp: str, body: Any) -> Answer:
    if effect.shape == "html":
        return proxy_page(effect.status)
    if effect.shape == "empty":
        return Answer(effect.status)
    return Answer(effect.status, _refusal(effect, body).render(url, timestamp))


def _refusal(effect: Status, body: Any) -> ApiError:
    status, message, reason = effect.status, effect.message, _phrase(effect.status)
    exception = effect.code or reason.title().replace(" ", "") + "Exception"
    details = {"message": message, "error": reason, "statusCode": status}
    match effect.shape:
        case "validation":
            return ApiError(status, {"code": exception, "message": message, "details": {"errors": _echo(body)}})
        case "terse":
            code = effect.code or reason.upper().replace(" ", "_")
            return ApiError(status, {"code": code, "message": message})
        case "worded":
            return ApiError(status, {"code": exception, "message": message, "details": message})
        case "keyed":
            code = f"{reason.lower().replace(' ', '_')}_error"
            return ApiError(
                status,
                {"code": effect.code or code, "message": message, "details": details},
                {"statusCode": status, "message": message.lower().replace(" ", "_")},
            )
        case "bare":
            return ApiError(status, None, {"statusCode": status, "message": message})
        case "oauth":
            return ApiError(status, None, {"error": effect.code or "invalid_request", "error_description": message})
        case "message":
            return ApiError(status, None, {"message": message})
        case _:
            return ApiError(status, {"code": exception, "message": message, "details": details})


def _echo(body: Any) -> list[dict[str, Any]]:
    """class-validator's complaint about the first property that was sent, with all of it repeated."""
    target = body if isinstance(body, dict) else {}
    name = next(iter(target), "property")
    return [
        {
            "target": target,
            "value": target.get(name),
            "property": name,
            "children": [],
            "constraints": {"isInvalid": f"{name} is invalid"},
        }
    ]


def _first_record_spoilt(body: bytes) -> bytes:
    """The same JSON, but what should be the first record has values of other types."""
    try:
        content = wire_json.loads(body)
    except wire_json.NotJson:
        return body
    data = content.get("data") if isinstance(content, dict) else None
    if isinstance(data, list) and data:
        data[0] = _spoilt(data[0])
    elif isinstance(data, dict):
        content["data"] = _spoilt(data)
    return wire_json.dumps(content)


def _spoilt(record: Any) -> Any:
    """Objects where values were, and lists where objects were: nothing that a record can be made of."""
    if not isinstance(record, dict):
        return {"unexpected": record}
    return {name: [] if isinstance(value, dict) else {"unexpected": True} for name, value in record.items()}


def _phrase(status: int) -> str:
    if status in _PHRASES:
        return _PHRASES[status]
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown error"
