"""From an error answer to the right exception; pure. Cal.com writes errors in five shapes, proxies in HTML."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

from calcom_async.core.rate_limit_headers import retry_after
from calcom_async.core.request import VERSION_HEADER, Request, Response
from calcom_async.errors import (
    AmbiguousWriteError,
    APIConnectionError,
    APIStatusError,
    ApiVersionError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    DecodeError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    UnprocessableEntityError,
)

__all__ = ["ambiguous_write", "failure", "is_about_the_credential", "is_unknown_route", "version_failure"]

_BY_STATUS: Mapping[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
    498: AuthenticationError,
}
_HINTS: Mapping[int, str] = {
    401: "check the API key (CALCOM_API_KEY) and that it belongs to this server",
    410: "this is an API that was shut down; the base URL should end in /v2",
    498: "the access token has expired; get a new one",
}
_ECHOES = frozenset({"target", "value"})
"""Validation errors repeat what was sent under these keys: personal data, so they are dropped."""
_EMAIL = re.compile(r"[^\s\"'<>@]+@[^\s\"'<>@]+\.[^\s\"'<>@]+")
_MAX_MESSAGE = 600
_DEEP = 12
_NUMBERED = re.compile(r"/bookings/\d+(?:/|$)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
"""What moves a terminal's cursor, or paints on it."""
_ABOUT_SOMETHING_ELSE = ("These credentials do not belong to you", "GetOrgId decorator")
"""How messages of a 401 begin that is about a record, whoever asks."""
_SCOPES_NEEDED = re.compile(r"insufficient_scope\b.*?\bRequired: ([A-Z_]+(?:, [A-Z_]+)*)")
_NOT_FOR_TOKENS = "not available for third-party OAuth tokens"


def failure(response: Response, request: Request) -> APIStatusError:
    """The exception of an error answer."""
    code, message, details = _read(response)
    status = response.status
    cls = _BY_STATUS.get(status) or (ServerError if status >= 500 else APIStatusError)
    error = cls(
        message,
        status_code=status,
        code=code,
        details=details,
        request_id=response.request_id,
        method=request.method,
        path=request.template,
        retry_after=retry_after(response.headers, time.time()) if status in {429, 503} else None,
        hint=_HINTS.get(status) or _what_was_wrong(details) or _taken_for_a_uid(status, request),
    )
    return _told_of_scopes(error) if isinstance(error, PermissionDeniedError) else error


def _told_of_scopes(error: PermissionDeniedError) -> PermissionDeniedError:
    """With the OAuth scopes that the token lacks, where that is why it was refused."""
    if not error.message.startswith("insufficient_scope"):
        return error
    needed = _SCOPES_NEEDED.match(error.message)
    if needed:
        error.missing_scopes = tuple(needed[1].split(", "))
        error.hint = (
            f"the token lacks the scope {', '.join(error.missing_scopes)}: give it to the OAuth client in Cal.com's "
            "settings, ask for it in scopes=, and let the user log in again"
        )
    elif _NOT_FOR_TOKENS in error.message:
        error.hint = "no OAuth token may call this, whatever its scopes; use an API key"
    return error


def _taken_for_a_uid(status: int, request: Request) -> str | None:
    """What to say where a booking was asked for by its number, which no operation takes."""
    asked_by_number = status == 404 and "{bookingUid}" in request.template and _NUMBERED.search(request.path)
    return "a booking is asked for by its uid, not by its id" if asked_by_number else None


def _what_was_wrong(details: Mapping[str, Any] | str | None) -> str:
    """The fields that a validation refused, and in Cal.com's words why; its message itself names none."""
    errors = details.get("errors") if isinstance(details, Mapping) else None
    return _shown("; ".join(_refusals(errors, "", 0))) if isinstance(errors, list) else ""


def _refusals(errors: list[Any], path: str, depth: int) -> Iterator[str]:
    for error in errors:
        if not isinstance(error, Mapping) or depth > _DEEP:
            continue
        field = f"{path}{error.get('property', '')}"
        constraints, children = error.get("constraints"), error.get("children")
        if isinstance(constraints, Mapping) and constraints:
            yield f"{field}: {', '.join(str(text) for text in constraints.values())}"
        if isinstance(children, list):
            yield from _refusals(children, f"{field}.", depth + 1)


def is_about_the_credential(response: Response) -> bool:
    """Whether an answer says that the key or token is refused: 498, or a 401 that is not about what it may reach."""
    if response.status != 401:
        return response.status == 498
    code, message, _ = _read(response)
    return code != "TRPCError" and not message.startswith(_ABOUT_SOMETHING_ELSE)


def is_unknown_route(response: Response, request: Request) -> bool:
    """Whether a 404 says `Cannot <METHOD> <path>`: no such route under this version; nothing has happened."""
    return response.status == 404 and _read(response)[1].startswith(f"Cannot {request.method} ")


def ambiguous_write(error: APIConnectionError, request: Request) -> AmbiguousWriteError:
    """What a write ends in whose answer was lost.

    Args:
        error: How it was lost.
        request: The write.
    """
    return AmbiguousWriteError(
        f"{request.method} {request.template} may have happened: {error}. It was not sent again: "
        "look before you repeat it",
        method=request.method,
        path=request.template,
    )


def version_failure(response: Response, request: Request, tried: tuple[str | None, ...]) -> APIStatusError:
    """The exception for an operation that the server has under none of the versions tried."""
    error = failure(response, request)
    if tried == (None,):
        error.hint = "this server has no such operation; check that the base URL ends in /v2, and the server's release"
        return error
    shown = ", ".join("none" if version is None else version for version in tried)
    return ApiVersionError(
        error.message,
        versions=tried,
        status_code=error.status_code,
        code=error.code,
        details=error.details,
        request_id=error.request_id,
        method=error.method,
        path=error.path,
        hint=f"this server has the operation under none of these values of the header {VERSION_HEADER}: {shown}; pass "
        "with_options(api_version=...) if you know the right one, and check that the base URL ends in /v2",
    )


def _read(response: Response) -> tuple[str | None, str, Mapping[str, Any] | str | None]:
    """(code, message, details) of any error body."""
    try:
        body = response.json()
    except DecodeError:
        return None, _not_json(response), None
    if body is None:
        return None, _not_json(response), None
    if not isinstance(body, dict):
        return None, f"HTTP {response.status}", None
    error = body.get("error")
    if isinstance(error, dict):  # the normal shape, with or without details, sometimes with a second message outside
        message = error.get("message") or body.get("message")
        return _text(error.get("code")), _message(message, response), _details(error.get("details"))
    if isinstance(error, str):  # OAuth, and plain NestJS: {error, message | error_description}
        message = body.get("error_description") or body.get("message") or error
        return _shown(error), _message(message, response), _details(body.get("details"))
    return None, _message(body.get("message"), response), _details(body.get("details"))


def _text(value: Any) -> str | None:
    return _shown(str(value)) if isinstance(value, str | int) and value != "" else None


def _shown(text: str) -> str:
    """Text of the server's as it may stand in an error and on a terminal: short, and no personal data."""
    return _EMAIL.sub("[e-mail]", _CONTROL.sub(" ", text[: 4 * _MAX_MESSAGE]))[:_MAX_MESSAGE]


def _message(value: Any, response: Response) -> str:
    if isinstance(value, list):
        value = "; ".join(str(item) for item in value if isinstance(item, str | int))
    text = value if isinstance(value, str) and value.strip() else f"HTTP {response.status}"
    return _shown(text)


def _details(value: Any) -> Mapping[str, Any] | str | None:
    if isinstance(value, str):
        return _shown(value)
    cleaned = _without_echoes(value)
    return cleaned if isinstance(cleaned, dict) else ({"errors": cleaned} if isinstance(cleaned, list) else None)


def _without_echoes(value: Any, depth: int = 0) -> Any:
    if depth > _DEEP:
        return None
    if isinstance(value, dict):
        return {k: _without_echoes(v, depth + 1) for k, v in value.items() if k not in _ECHOES}
    if isinstance(value, list):
        return [_without_echoes(item, depth + 1) for item in value[:100]]
    return _shown(value) if isinstance(value, str) else value


def _not_json(response: Response) -> str:
    """A proxy's page: its title, if it has one."""
    if not response.body.strip():
        return f"HTTP {response.status} without a body"
    text = response.body[:4000].decode("utf-8", "replace")
    title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
    shown = " ".join(title[1].split())[:200] if title else "a body that is not JSON"
    return f"HTTP {response.status}: {_shown(shown)}"
