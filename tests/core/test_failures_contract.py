"""Every error that was recorded of the live service and of a self-hosted server becomes the right exception."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from calcom_async import errors
from calcom_async.core.failures import failure, is_unknown_route
from calcom_async.core.request import Request, Response

CLASSES = {
    400: errors.BadRequestError,
    401: errors.AuthenticationError,
    403: errors.PermissionDeniedError,
    404: errors.NotFoundError,
    409: errors.ConflictError,
    413: errors.APIStatusError,
    422: errors.UnprocessableEntityError,
    429: errors.RateLimitError,
    498: errors.AuthenticationError,
    500: errors.ServerError,
}


def recorded(reference: Path) -> list[dict[str, Any]]:
    captures = reference / "captures"
    pairs = [json.loads(path.read_text()) for path in captures.glob("*.json")]
    for path in captures.glob("server*.jsonl"):
        pairs += [json.loads(line) for line in path.read_text().splitlines()]
    return [pair for pair in pairs if isinstance(pair.get("status"), int) and pair["status"] >= 400]


def said(body: Any) -> str | None:
    """The message as a reader of the recording would find it."""
    if not isinstance(body, dict):
        return None
    error = body.get("error")
    if isinstance(error, dict):
        return error.get("message") or body.get("message")
    return body.get("message")


@pytest.mark.contract
def test_every_recorded_error_becomes_the_right_exception(reference: Path) -> None:
    pairs = recorded(reference)
    assert len(pairs) >= 500
    for pair in pairs:
        headers = {name.lower(): value for name, value in (pair.get("headers") or {}).items()}
        request = Request.make(pair["method"], "/recorded")
        response = Response(status=pair["status"], headers=headers, body=json.dumps(pair["body"]).encode())
        error = failure(response, request)
        where = f"{pair['method']} {pair.get('path') or pair.get('route')} {pair['status']}"
        assert type(error) is CLASSES[pair["status"]], where
        assert error.request_id == headers.get("x-request-id"), where
        message = said(pair["body"])
        assert message, where
        if isinstance(message, str) and "@" not in message:
            assert error.message == message[:600], where
        assert "@example.com" not in f"{error} {error.details}", where
        assert '"target"' not in json.dumps(error.details), where
        if pair["status"] == 429:
            assert error.retry_after is not None, where
        assert is_unknown_route(response, request) == (error.message.startswith(f"Cannot {pair['method']} ")), where
