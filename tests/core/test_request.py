"""`Request` and `Response`: what goes into a path, a query and a body."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcom_async.core.request import Request, Response, path_segment
from calcom_async.core.unset import UNSET
from calcom_async.errors import DecodeError, InvalidRequestError


@pytest.mark.parametrize(
    ("value", "segment"),
    [
        ("eS6BZvpsXtP1LKMbr1esZM", "eS6BZvpsXtP1LKMbr1esZM"),
        (42, "42"),
        (0, "0"),
        ("a/b", "a%2Fb"),
        ("../me", "..%2Fme"),
        ("..\\me", "..%5Cme"),
        ("%2e%2e", "%252e%252e"),
        ("a?b=c#d", "a%3Fb%3Dc%23d"),
        ("a b;c", "a%20b%3Bc"),
        ("é", "%C3%A9"),
        ("...", "..."),
    ],
)
def test_an_id_stays_in_its_place(value: object, segment: str) -> None:
    assert path_segment(value) == segment


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("", "uid: is empty"),
        ("  ", "uid: is empty"),
        (".", "can't be part"),
        ("..", "can't be part"),
        ("a\nb", "can't be part"),
        ("a\x00", "can't be part"),
        ("\x7f", "can't be part"),
        ("a\x85", "can't be part"),
        ("x" * 513, "513 characters"),
        (None, "got NoneType"),
        (True, "got bool"),
        (1.5, "got float"),
        (["a"], "got list"),
        (UNSET, "expected text or a number"),
    ],
)
def test_an_id_that_would_address_something_else_is_refused(value: object, says: str) -> None:
    with pytest.raises(InvalidRequestError, match=says):
        path_segment(value, "uid")


@given(st.text(max_size=600))
def test_any_text_is_one_segment_or_refused(text: str) -> None:
    try:
        segment = path_segment(text)
    except InvalidRequestError:
        return
    assert segment.isascii()
    assert not set(segment) & set("/?#\\ ")
    assert unquote(segment) == text
    assert segment not in {".", ".."}


def test_a_lone_surrogate_is_refused_like_any_other_nonsense() -> None:
    with pytest.raises(InvalidRequestError, match="can't be part"):
        path_segment("\ud800")


def test_a_template_is_filled_in_order() -> None:
    request = Request.make("get", "/organizations/{orgId}/teams/{teamId}", (1, "a/b"))
    assert (request.method, request.path) == ("GET", "/organizations/1/teams/a%2Fb")
    assert request.operation == "GET /organizations/{orgId}/teams/{teamId}"


def test_a_template_with_an_id_missing_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match=r"\{teamId\} was not given"):
        Request.make("GET", "/organizations/{orgId}/teams/{teamId}", (1,))


def test_an_empty_id_names_its_place() -> None:
    with pytest.raises(InvalidRequestError, match="bookingUid: is empty"):
        Request.make("GET", "/bookings/{bookingUid}", ("",))


def test_a_query_repeats_lists_and_leaves_out_what_is_not_there() -> None:
    request = Request.make(
        "GET",
        "/bookings",
        query={
            "a": None, "b": UNSET, "c": [1, 2], "d": True, "e": False, "f": 1.5,
            "g": datetime(2026, 12, 1, 9, tzinfo=UTC), "h": "x,y",
        },
    )  # fmt: skip
    assert request.query == (
        ("c", "1"), ("c", "2"), ("d", "true"), ("e", "false"), ("f", "1.5"), ("g", "2026-12-01T09:00:00.000Z"),
        ("h", "x,y"),
    )  # fmt: skip


def test_with_query_sets_and_takes_out() -> None:
    request = Request.make("GET", "/bookings", query={"take": 10, "status": "past"})
    assert request.with_query(take=20, skip=5).query == (("status", "past"), ("take", "20"), ("skip", "5"))
    assert request.with_query(take=None).query == (("status", "past"),)
    assert request.query == (("take", "10"), ("status", "past"))


@pytest.mark.parametrize("value", [{"a": 1}, object(), float("nan")])
def test_a_query_of_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(InvalidRequestError, match="filter"):
        Request.make("GET", "/bookings", query={"filter": value})


@pytest.mark.parametrize(
    ("method", "safe", "repeatable"),
    [
        ("GET", None, True),
        ("PUT", None, True),
        ("PATCH", None, True),
        ("DELETE", None, True),
        ("POST", None, False),
        ("POST", True, True),
        ("delete", None, True),
        ("GET", False, False),
    ],
)
def test_what_may_be_sent_twice(method: str, safe: bool | None, repeatable: bool) -> None:
    assert Request.make(method, "/x", safe=safe).repeatable is repeatable


def test_a_request_shows_no_body() -> None:
    request = Request.make("POST", "/bookings", body={"email": "ada@example.com"})
    assert "ada@example.com" not in repr(request)


def test_both_values_pickle() -> None:
    request = Request.make("POST", "/bookings", body={"a": 1}, versions=("2024-08-13",))
    response = Response(status=200, headers={"x-request-id": "r-1"}, body=b"{}", version="2024-08-13")
    assert pickle.loads(pickle.dumps(request)) == request
    assert pickle.loads(pickle.dumps(response)) == response


@pytest.mark.parametrize(("body", "value"), [(b"", None), (b" \n", None), (b"null", None), (b'{"a": [1]}', {"a": [1]})])
def test_the_json_of_an_answer(body: bytes, value: object) -> None:
    assert Response(status=200, headers={}, body=body).json() == value


@pytest.mark.parametrize("body", [b"<html>", b'{"a":', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_says_so_without_its_data(body: bytes) -> None:
    response = Response(status=200, headers={"x-request-id": "r-1"}, body=body)
    assert response.request_id == "r-1"
    with pytest.raises(DecodeError, match=rf"not valid JSON \({len(body)} bytes\)"):
        response.json()
