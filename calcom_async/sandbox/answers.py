"""Envelopes: the success envelope and the five shapes errors have on the real server."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from attrs import field, frozen

from calcom_async.sandbox import wire_json

_EXCEPTIONS: Final = {
    400: "BadRequestException",
    401: "UnauthorizedException",
    403: "ForbiddenException",
    404: "NotFoundException",
    409: "ConflictException",
    422: "UnprocessableEntityException",
    500: "InternalServerErrorException",
}
_CODES: Final = {400: "BAD_REQUEST", 404: "NOT_FOUND", 409: "CONFLICT", 500: "INTERNAL_SERVER_ERROR"}


@frozen
class Answer:
    """A finished answer: status, raw JSON (may be empty) and extra headers."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(factory=dict)


class ApiError(Exception):
    """A refusal, in whichever of the real server's shapes. Raised by handlers, rendered by the application.

    Use the functions below rather than this constructor: each makes one shape.
    """

    def __init__(self, status: int, error: dict[str, Any] | None, top: dict[str, Any] | None = None) -> None:
        super().__init__(status, error, top)
        self.status = status
        self.error = error
        self.top = top or {}
        self.routed = True
        """Whether there was a route at all; without one nothing is counted, and no limit is told."""

    def render(self, path: str, timestamp: str) -> bytes:
        """The JSON of this refusal for the request at `path`."""
        if self.error is None:
            return wire_json.dumps(self.top)
        return wire_json.dumps(
            {**self.top, "status": "error", "timestamp": timestamp, "path": path, "error": self.error},
        )


def refusal(status: int, message: str, *, code: str | None = None) -> ApiError:
    """The normal shape: `details` repeats message, reason and status."""
    details = {"message": message, "error": HTTPStatus(status).phrase, "statusCode": status}
    return ApiError(status, {"code": code or _EXCEPTIONS[status], "message": message, "details": details})


def invalid(errors: list[dict[str, Any]]) -> ApiError:
    """class-validator's shape: `details.errors[]`, which echo what was sent."""
    return ApiError(
        400,
        {"code": "BadRequestException", "message": "Bad Request Exception", "details": {"errors": errors}},
    )


def terse(status: int, message: str, *, code: str | None = None) -> ApiError:
    """The shape without `details` (errors of the inner service: `CONFLICT`, `TRPCError` …)."""
    return ApiError(status, {"code": code or _CODES[status], "message": message})


def bad_request_data() -> ApiError:
    """What the inner service's refusals are reduced to on their way out."""
    return terse(400, "Bad request: Please check your request data and try again", code="TRPCError")


def worded(status: int, message: str, *, code: str) -> ApiError:
    """The shape whose `details` is a string (429 and 498)."""
    return ApiError(status, {"code": code, "message": message, "details": message})


def bare(status: int, message: str) -> ApiError:
    """The shape without an envelope: `{statusCode, message}`."""
    return ApiError(status, None, {"statusCode": status, "message": message})


def keyed(status: int, key: str, message: str) -> ApiError:
    """The hosted guests and attendees shape: a machine key on top, a snake-case code inside."""
    reason = HTTPStatus(status).phrase
    return ApiError(
        status,
        {
            "code": f"{reason.lower().replace(' ', '_')}_error",
            "message": message,
            "details": {"message": message, "error": reason, "statusCode": status},
        },
        {"statusCode": status, "message": key},
    )


def no_route(method: str, path: str) -> ApiError:
    """`Cannot GET /v2/…`: an unknown route, or a route asked for under a version that lacks it."""
    error = refusal(404, f"Cannot {method} {path}")
    error.routed = False
    return error


def success(data: Any, *, status: int = 200, **beside: Any) -> Answer:
    """The success envelope; `beside` are further top-level keys (`pagination`, `message`)."""
    return Answer(status, wire_json.dumps({"status": "success", "data": data, **beside}))


def done(status: int = 200) -> Answer:
    """Success without `data`."""
    return Answer(status, b'{"status":"success"}')
