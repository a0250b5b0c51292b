"""From an error answer to the right exception: five shapes of Cal.com's, and whatever proxies send."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcom_async import errors
from calcom_async.core.failures import failure, is_unknown_route, version_failure
from calcom_async.core.request import Request, Response

REQUEST = Request.make("POST", "/bookings/{bookingUid}/guests", ("abc",))


def made(status: int, body: Any, **headers: str) -> errors.APIStatusError:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return failure(Response(status=status, headers={"x-request-id": "r-1", **named}, body=content), REQUEST)


def normal(**error: Any) -> dict[str, Any]:
    return {"status": "error", "timestamp": "2026-09-10T06:37:37.568Z", "path": "/v2/slots", "error": error}


@pytest.mark.parametrize(
    ("status", "cls"),
    [
        (400, errors.BadRequestError),
        (401, errors.AuthenticationError),
        (402, errors.APIStatusError),
        (403, errors.PermissionDeniedError),
        (404, errors.NotFoundError),
        (409, errors.ConflictError),
        (410, errors.APIStatusError),
        (413, errors.APIStatusError),
        (422, errors.UnprocessableEntityError),
        (429, errors.RateLimitError),
        (498, errors.AuthenticationError),
        (500, errors.ServerError),
        (503, errors.ServerError),
        (524, errors.ServerError),
        (200, errors.APIStatusError),
    ],
)
def test_each_status_has_its_class(status: int, cls: type[errors.APIStatusError]) -> None:
    error = made(status, normal(message="no"))
    assert type(error) is cls
    assert (error.status_code, error.method, error.path) == (status, "POST", "/bookings/{bookingUid}/guests")
    assert error.request_id == "r-1"


@pytest.mark.parametrize(
    ("body", "code", "message", "details"),
    [
        (
            normal(code="NotFoundException", message="no such booking", details={"error": "Not Found"}),
            "NotFoundException", "no such booking", {"error": "Not Found"},
        ),
        (normal(code="CONFLICT", message="already exists"), "CONFLICT", "already exists", None),
        (normal(message="There was an error"), None, "There was an error", None),
        (normal(code="TokenExpiredException", message="expired", details="ACCESS_TOKEN_IS_EXPIRED"),
         "TokenExpiredException", "expired", "ACCESS_TOKEN_IS_EXPIRED"),
        ({"statusCode": 500, "message": "Internal server error"}, None, "Internal server error", None),
        ({"error": "invalid_grant", "error_description": "code expired"}, "invalid_grant", "code expired", None),
        ({"message": "API v1 is gone"}, None, "API v1 is gone", None),
        ({"statusCode": 400, "message": ["a is wrong", "b is wrong"], "error": "Bad Request"},
         "Bad Request", "a is wrong; b is wrong", None),
        ({"statusCode": 400, "message": "outer", "error": {"code": "guest_limit", "message": "inner"}},
         "guest_limit", "inner", None),
        ({"statusCode": 400, "message": "outer", "error": {"code": "guest_limit"}}, "guest_limit", "outer", None),
        (normal(code=409, message=""), "409", "HTTP 400", None),
        ({"error": None}, None, "HTTP 400", None),
        ({}, None, "HTTP 400", None),
        ([1, 2], None, "HTTP 400", None),
        ("text", None, "HTTP 400", None),
        (b"7", None, "HTTP 400", None),
        (b"", None, "HTTP 400 without a body", None),
        (b" \n ", None, "HTTP 400 without a body", None),
        (b"Bad gateway", None, "HTTP 400: a body that is not JSON", None),
        (b"<html><TITLE>api.cal.com |\n 524: A timeout</TITLE></html>", None,
         "HTTP 400: api.cal.com | 524: A timeout", None),
        (b"\xff\xfe\x00", None, "HTTP 400: a body that is not JSON", None),
        (b"[" * 50_000, None, "HTTP 400: a body that is not JSON", None),
    ],
)  # fmt: skip
def test_every_shape(body: Any, code: str | None, message: str, details: Any) -> None:
    error = made(400, body)
    assert (error.code, error.message, error.details) == (code, message, details)


def test_what_validation_echoes_is_dropped() -> None:
    problem = {
        "property": "attendee",
        "target": {"email": "ada@example.com"},
        "value": {"email": "ada@example.com"},
        "constraints": {"isEmail": "attendee.email must be an email, got ada@example.com"},
        "children": [{"property": "email", "target": {"x": 1}, "value": "ada@example.com", "children": []}],
    }
    error = made(400, normal(code="BadRequestException", message="attendee is wrong", details={"errors": [problem]}))
    assert error.details == {
        "errors": [
            {
                "property": "attendee",
                "constraints": {"isEmail": "attendee.email must be an email, got [e-mail]"},
                "children": [{"property": "email", "children": []}],
            }
        ]
    }
    assert error.hint == "attendee: attendee.email must be an email, got [e-mail]"


def test_a_validation_says_which_fields_it_refused_and_why() -> None:
    deep = {"property": "timeZone", "constraints": {"isTimeZone": "no time zone"}, "children": []}
    problems = [
        {"property": "status", "constraints": {"isEnum": "Allowed are upcoming, past"}, "children": []},
        {"property": "attendees", "children": [{"property": "0", "children": [deep]}]},
        "not an object",
    ]
    error = made(400, normal(code="BadRequestException", message="Bad Request Exception", details={"errors": problems}))
    assert error.hint == "status: Allowed are upcoming, past; attendees.0.timeZone: no time zone"
    assert str(error).endswith(f"— {error.hint}")
    assert made(400, normal(code="X", message="no", details={"errors": ["text"]})).hint is None


@pytest.mark.parametrize(
    "body",
    [
        normal(message="ada@example.com is taken", code="CONFLICT"),
        normal(message="no", details="ada@example.com"),
        normal(message="no", details=["ada@example.com"]),
        normal(message="no", details={"a": [{"b": "for ada@example.com!"}]}),
        {"error": "x", "error_description": "ada@example.com"},
        b"<title>ada@example.com</title>",
    ],
)
def test_no_email_gets_out(body: Any) -> None:
    error = made(409, body)
    shown = f"{error} {error!r} {error.message} {error.details} {pickle.dumps(error)!r}"
    assert "ada@" not in shown
    assert "[e-mail]" in shown


def test_a_key_in_a_long_message_or_deep_details_is_bounded() -> None:
    deep: Any = "x"
    for _ in range(50):
        deep = {"a": deep}
    error = made(400, normal(message="m" * 5000, details=deep))
    assert len(error.message) == 600
    assert len(json.dumps(error.details)) < 300


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"retry_after": "7"}, 7.0),
        (503, {"retry_after": "7"}, 7.0),
        (500, {"retry_after": "7"}, None),
        (429, {}, None),
    ],
)
def test_how_long_to_wait_is_on_the_error(status: int, headers: dict[str, str], seconds: float | None) -> None:
    assert made(status, normal(message="no"), **headers).retry_after == seconds


@pytest.mark.parametrize(("status", "word"), [(401, "CALCOM_API_KEY"), (410, "/v2"), (498, "expired")])
def test_some_errors_say_what_to_do(status: int, word: str) -> None:
    assert word in str(made(status, normal(message="no")))


def response(status: int, message: str) -> Response:
    return Response(
        status=status, headers={}, body=json.dumps(normal(message=message, code="NotFoundException")).encode()
    )


@pytest.mark.parametrize(
    ("status", "message", "unknown"),
    [
        (404, "Cannot POST /v2/bookings/abc/guests", True),
        (404, "Cannot GET /v2/bookings/abc/guests", False),
        (404, "Booking abc was not found", False),
        (400, "Cannot POST /v2/bookings/abc/guests", False),
    ],
)
def test_a_route_that_does_not_exist_under_this_version(status: int, message: str, unknown: bool) -> None:
    assert is_unknown_route(response(status, message), REQUEST) is unknown


def test_an_operation_under_no_version_names_header_and_values() -> None:
    error = version_failure(response(404, "Cannot POST /v2/x"), REQUEST, ("2024-08-13", None))
    assert isinstance(error, errors.ApiVersionError)
    assert error.versions == ("2024-08-13", None)
    assert "cal-api-version: 2024-08-13, none" in str(error)
    assert "with_options(api_version=...)" in str(error)


def test_an_operation_without_versions_is_just_not_there() -> None:
    error = version_failure(response(404, "Cannot POST /v2/x"), REQUEST, (None,))
    assert type(error) is errors.NotFoundError
    assert "ends in /v2" in str(error)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(
        ["status", "error", "message", "code", "details", "errors", "value", "x"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(st.integers(400, 599), json_values | st.binary(max_size=60))
def test_any_body_becomes_an_error_that_reads_and_pickles(status: int, body: Any) -> None:
    error = made(status, body)
    assert str(error).startswith(str(status))
    assert pickle.loads(pickle.dumps(error)).details == error.details
