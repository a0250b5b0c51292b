"""Tokens as a value: when they are due, and how they are read from answers."""

from __future__ import annotations

import traceback
from email.utils import formatdate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcom_async import DecodeError, Tokens
from calcom_async.core.oauth_tokens import is_due, of_managed_user, of_text, of_token_endpoint, to_text

times = st.floats(min_value=0, max_value=4e9)
lives = st.floats(min_value=0, max_value=1e6)


@pytest.mark.parametrize(
    ("tokens", "now", "due"),
    [
        (Tokens(access_token="a", issued_at=0, expires_at=1800), 1739.9, False),
        (Tokens(access_token="a", issued_at=0, expires_at=1800), 1740, True),
        (Tokens(access_token="a", issued_at=0, expires_at=100), 79, False),  # a fifth of a short life
        (Tokens(access_token="a", issued_at=0, expires_at=100), 80, True),
        (Tokens(access_token="a", expires_at=1800), 1740, True),
        (Tokens(access_token="a"), 9e9, False),  # nobody said when; the server's refusal will
        (Tokens(refresh_token="r"), 0, True),
        (Tokens(access_token="a", issued_at=500, expires_at=100), 99, False),
        (Tokens(access_token="a", issued_at=500, expires_at=100), 100, True),
    ],
)
def test_when_they_are_due(tokens: Tokens, now: float, due: bool) -> None:
    assert is_due(tokens, now) is due


@given(times, lives, times)
def test_what_has_ended_is_due_and_what_has_just_begun_is_not(begun: float, life: float, now: float) -> None:
    tokens = Tokens(access_token="a", issued_at=begun, expires_at=begun + life)
    if now >= begun + life:
        assert is_due(tokens, now)
    if life > 1:
        assert not is_due(tokens, begun)


@given(times, lives, times, st.floats(min_value=0, max_value=1e4))
def test_what_is_due_stays_due(begun: float, life: float, now: float, later: float) -> None:
    tokens = Tokens(access_token="a", issued_at=begun, expires_at=begun + life)
    assert is_due(tokens, now) <= is_due(tokens, now + later)


@given(st.text(), st.text(), st.none() | times, st.none() | times, st.lists(st.from_regex(r"[A-Z_]+", fullmatch=True)))
def test_a_store_gives_back_what_it_was_given(a: str, r: str, e: float | None, i: float | None, s: list[str]) -> None:
    tokens = Tokens(access_token=a, refresh_token=r, expires_at=e, issued_at=i, scopes=tuple(s))
    assert of_text(to_text(tokens)) == (tokens if a or r else None)


def test_the_answer_of_the_token_endpoint() -> None:
    answer = {
        "access_token": "a",
        "refresh_token": "r",
        "token_type": "bearer",
        "expires_in": 1800,
        "scope": "A_READ,B C",
    }
    assert of_token_endpoint(answer, 100.0) == Tokens(
        access_token="a", refresh_token="r", issued_at=100.0, expires_at=1900.0, scopes=("A_READ", "B", "C")
    )
    assert of_token_endpoint({"access_token": "a", "expires_in": "soon"}, 1.0) == Tokens(
        access_token="a", issued_at=1.0
    )


@pytest.mark.parametrize(
    "answer", [None, [], {}, {"access_token": 7}, {"access_token": " "}, {"access_token": "a\r\nb"}]
)
def test_an_answer_without_tokens(answer: Any) -> None:
    assert of_token_endpoint(answer, 0.0) is None
    assert of_managed_user({"data": answer}, {}, 0.0) is None
    assert of_managed_user(answer, {}, 0.0) is None


def test_the_answer_for_a_managed_user() -> None:
    answer = {
        "data": {
            "accessToken": "a",
            "refreshToken": "r",
            "accessTokenExpiresAt": 5_000_000,
            "refreshTokenExpiresAt": 9e15,
        }
    }
    by_its_clock = of_managed_user(answer, {"date": formatdate(1400, usegmt=True)}, 100.0)
    assert by_its_clock == Tokens(access_token="a", refresh_token="r", issued_at=100.0, expires_at=3700.0)
    for headers in ({}, {"date": "yesterday"}):
        by_ours = of_managed_user(answer, headers, 100.0)
        assert by_ours is not None
        assert by_ours.expires_at == 5000.0


def test_no_traceback_shows_what_is_no_token() -> None:
    with pytest.raises(DecodeError) as caught:
        Tokens.from_dict({"access_token": "s3cret", "scopes": 7})
    frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert "s3cret" not in str([frame.locals for frame in frames.stack][1:])  # all but this test's own
