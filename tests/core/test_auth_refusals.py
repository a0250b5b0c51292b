"""Which refusals are about the credential, and which name the scope that a token lacks."""

from __future__ import annotations

import json

import pytest

from calcom_async import PermissionDeniedError, TokenRefreshError, TokenRefreshLostError
from calcom_async.agent.failures import explain
from calcom_async.core.failures import failure, is_about_the_credential
from calcom_async.core.request import Request, Response

REQUEST = Request.make("GET", "/me")


def answer(status: int, message: str, code: str | None = "UnauthorizedException") -> Response:
    body = {"status": "error", "timestamp": "x", "path": "/", "error": {"code": code, "message": message}}
    return Response(status=status, headers={}, body=json.dumps(body).encode())


@pytest.mark.parametrize(
    ("response", "about"),
    [
        (answer(498, "ACCESS_TOKEN_IS_EXPIRED", "TokenExpiredException"), True),
        (answer(401, "Invalid Access Token."), True),
        (answer(401, "ApiAuthStrategy - access token - OAuth client not found given the access token"), True),
        (answer(401, "CustomThrottlerGuard - Invalid API Key"), True),
        (answer(401, "Unauthorized"), True),
        (Response(status=401, headers={}, body=b""), True),
        (Response(status=401, headers={}, body=b"<html>"), True),
        (answer(401, "You are not authorized to access this resource", "TRPCError"), False),
        (answer(401, "These credentials do not belong to you"), False),
        (answer(401, "GetOrgId decorator: Organization ID not found"), False),
        (answer(403, "insufficient_scope"), False),
        (answer(200, ""), False),
    ],
)
def test_what_is_about_the_credential(response: Response, about: bool) -> None:
    assert is_about_the_credential(response) is about


@pytest.mark.parametrize(
    ("message", "scopes", "hint"),
    [
        (
            "insufficient_scope: token does not have the required scopes. Required: BOOKING_READ. Token has: A_READ",
            ("BOOKING_READ",),
            "the token lacks the scope BOOKING_READ",
        ),
        (
            "insufficient_scope: token does not have the required scopes. Required: A_READ, B_WRITE. Token has: ",
            ("A_READ", "B_WRITE"),
            "A_READ, B_WRITE",
        ),
        (
            "insufficient_scope: this endpoint is not available for third-party OAuth tokens",
            (),
            "no OAuth token may call",
        ),
        ("insufficient_scope", (), None),
        ("PermissionsGuard - required: X. Required: BOOKING_READ", (), None),
        ("Forbidden", (), None),
    ],
)
def test_the_scope_that_is_missing(message: str, scopes: tuple[str, ...], hint: str | None) -> None:
    error = failure(answer(403, message, "ForbiddenException"), REQUEST)
    assert isinstance(error, PermissionDeniedError)
    assert error.missing_scopes == scopes
    assert error.hint is None if hint is None else hint in (error.hint or "")


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (TokenRefreshError("used", status_code=400, path="/x"), "unauthorized", "calcom-async login"),
        (TokenRefreshLostError("lost"), "no_connection", "call again once"),
        (
            failure(answer(403, "insufficient_scope: no. Required: A_READ."), REQUEST),
            "forbidden",
            "lacks the scope A_READ",
        ),
    ],
)
def test_agents_are_told_of_a_login_and_not_of_a_key(error: Exception, code: str, says: str) -> None:
    told = explain(error)
    assert told.code == code
    assert says in told.advice
    assert "key" not in told.advice
