"""Every exception: plain data, readable, and the same after pickling."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import calcom_async
from calcom_async import errors
from calcom_async.core.paging import Position

STATUS: dict[str, Any] = {
    "status_code": 409,
    "code": "CONFLICT",
    "details": {"errors": [{"property": "start"}]},
    "request_id": "cf5d4701",
    "method": "POST",
    "path": "/bookings/{bookingUid}",
    "retry_after": 1.5,
    "hint": "look first",
}
CONNECTION: dict[str, Any] = {"method": "GET", "path": "/me"}
MADE: dict[str, errors.CalComError] = {
    "CalComError": errors.CalComError("no"),
    "ConfigurationError": errors.ConfigurationError("no key"),
    "MissingExtraError": errors.MissingExtraError("Parquet", "parquet"),
    "InvalidRequestError": errors.InvalidRequestError("uid: is empty"),
    "APIConnectionError": errors.APIConnectionError("reset", may_have_happened=True, **CONNECTION),
    "APITimeoutError": errors.APITimeoutError("late", **CONNECTION),
    "AmbiguousWriteError": errors.AmbiguousWriteError("lost", mark="m-1", **CONNECTION),
    "DecodeError": errors.DecodeError("expected text, got null", path="data[3].hosts[0].id"),
    "PaginationError": errors.PaginationError("the same page twice"),
    "ExportError": errors.ExportError("disk full"),
    "LoginError": errors.LoginError("another login"),
    "TokenRefreshLostError": errors.TokenRefreshLostError("lost", **CONNECTION),
    "WebhookVerificationError": errors.WebhookVerificationError("wrong signature"),
    "ApiVersionError": errors.ApiVersionError("Cannot GET /v2/x", versions=("2024-08-13", None), **STATUS),
} | {
    name: getattr(errors, name)("Slot taken", **STATUS)
    for name in (
        "APIStatusError",
        "BadRequestError",
        "AuthenticationError",
        "TokenRefreshError",
        "PermissionDeniedError",
        "NotFoundError",
        "ConflictError",
        "UnprocessableEntityError",
        "RateLimitError",
        "ServerError",
    )
}


def test_every_error_is_tried_here() -> None:
    assert set(MADE) == set(errors.__all__)


@pytest.mark.parametrize("name", sorted(MADE))
@pytest.mark.parametrize("protocol", [2, pickle.HIGHEST_PROTOCOL])
def test_pickling_keeps_everything(name: str, protocol: int) -> None:
    error = MADE[name]
    error.position = Position(250)
    error.add_note("seen twice")
    for again in (pickle.loads(pickle.dumps(error, protocol)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is type(error)
        assert vars(again) == vars(error)
        assert (str(again), again.args) == (str(error), error.args)
        assert again.position == Position(250)
        assert again.__notes__ == error.__notes__


@pytest.mark.parametrize("name", errors.__all__)
def test_every_error_is_a_calcom_error_and_public(name: str) -> None:
    cls = getattr(errors, name)
    assert issubclass(cls, errors.CalComError)
    assert getattr(calcom_async, name) is cls


@pytest.mark.parametrize(
    ("child", "parent"),
    [
        (errors.APITimeoutError, errors.APIConnectionError),
        (errors.APITimeoutError, TimeoutError),
        (errors.AmbiguousWriteError, errors.APIConnectionError),
        (errors.ApiVersionError, errors.NotFoundError),
        (errors.InvalidRequestError, ValueError),
        (errors.MissingExtraError, errors.ConfigurationError),
        *(
            (getattr(errors, name), errors.APIStatusError)
            for name in ("RateLimitError", "ServerError", "ConflictError")
        ),
    ],
)
def test_the_tree(child: type, parent: type) -> None:
    assert issubclass(child, parent)


def test_a_status_error_reads_well() -> None:
    assert str(MADE["ConflictError"]) == (
        "409 Slot taken (CONFLICT) [POST /bookings/{bookingUid}] request id cf5d4701 — look first"
    )


def test_a_code_that_the_message_holds_is_not_said_twice() -> None:
    error = errors.RateLimitError(
        "ThrottlerException: Too many requests", status_code=429, code="ThrottlerException", method="GET", path="/me"
    )
    assert str(error) == "429 ThrottlerException: Too many requests [GET /me]"


def test_a_decode_error_names_the_path() -> None:
    assert str(MADE["DecodeError"]) == "data[3].hosts[0].id: expected text, got null"
    assert str(errors.DecodeError("not JSON")) == "not JSON"


def test_a_missing_extra_says_what_to_install() -> None:
    assert str(MADE["MissingExtraError"]) == "Parquet needs the extra 'parquet': pip install 'calcom-async[parquet]'"


def test_an_ambiguous_write_may_always_have_happened() -> None:
    error = MADE["AmbiguousWriteError"]
    assert isinstance(error, errors.AmbiguousWriteError)
    assert (error.may_have_happened, error.mark) == (True, "m-1")
