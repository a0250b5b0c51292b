"""`next_step`: every row of what the facts say of rate limits and errors, and the laws of the backoff."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcom_async.core.retry import GiveUp, Outcome, RetryLimits, Wait, next_step

LIMITS = RetryLimits()
AGAIN = Wait(0.25)
"""The first backoff with a jitter of one half."""
NO = GiveUp()
AMBIGUOUS = GiveUp(ambiguous=True)


@pytest.mark.parametrize(
    ("outcome", "read", "write"),
    [
        # No answer: the connection was never made, so nothing can have happened.
        (Outcome(left=False), AGAIN, AGAIN),
        # No answer, and the request had left: a write may have happened.
        (Outcome(), AGAIN, AMBIGUOUS),
        # 429: refused before anything happened.
        (Outcome(status=429), AGAIN, AGAIN),
        (Outcome(status=429, retry_after=53.0), Wait(53.125), Wait(53.125)),
        (Outcome(status=429, retry_after=0.0), Wait(0.125), Wait(0.125)),
        # The server, or a proxy before it, failed or gave up waiting.
        *((Outcome(status=status), AGAIN, NO) for status in (408, 500, 502, 503, 504, 520, 521, 522, 523, 524, 530)),
        (Outcome(status=503, retry_after=2.0), Wait(2.125), NO),
        # What would be the same again.
        *((Outcome(status=status), NO, NO) for status in (400, 401, 403, 404, 409, 410, 413, 422, 498, 501, 505)),
    ],
)
def test_what_is_sent_again(outcome: Outcome, read: object, write: object) -> None:
    reading = Outcome(status=outcome.status, left=outcome.left, retry_after=outcome.retry_after, repeatable=True)
    writing = Outcome(status=outcome.status, left=outcome.left, retry_after=outcome.retry_after, repeatable=False)
    assert next_step(0, reading, LIMITS, 0.5) == read
    assert next_step(0, writing, LIMITS, 0.5) == write


@pytest.mark.parametrize(("attempt", "seconds"), [(0, 0.5), (1, 1.0), (2, 2.0), (4, 8.0), (5, 8.0), (40, 8.0)])
def test_the_backoff_doubles_up_to_its_cap(attempt: int, seconds: float) -> None:
    limits = RetryLimits(max_retries=99, budget=1e9)
    assert next_step(attempt, Outcome(status=500), limits, 1.0) == Wait(seconds)


@pytest.mark.parametrize(("max_retries", "waits"), [(0, 0), (1, 1), (3, 3)])
def test_no_more_tries_than_allowed(max_retries: int, waits: int) -> None:
    limits = RetryLimits(max_retries=max_retries)
    steps = [next_step(attempt, Outcome(status=502), limits, 0.0) for attempt in range(6)]
    assert steps == [Wait(0.0)] * waits + [NO] * (6 - waits)


def test_a_wait_beyond_the_budget_is_not_begun() -> None:
    outcome = Outcome(status=429, retry_after=60.0)
    assert next_step(0, outcome, LIMITS, 0.0, waited=70.0) == Wait(60.0)
    assert next_step(0, outcome, LIMITS, 0.0, waited=70.1) == NO
    assert next_step(0, Outcome(status=429, retry_after=131.0), LIMITS, 0.0) == NO


outcomes = st.builds(
    Outcome,
    status=st.none() | st.integers(400, 599),
    left=st.booleans(),
    repeatable=st.booleans(),
    retry_after=st.none() | st.floats(0, 1e4),
)


@given(st.integers(0, 60), outcomes, st.floats(0, 1, exclude_max=True), st.floats(0, 200))
def test_full_jitter_within_the_backoff_the_budget_and_the_tries(
    attempt: int, outcome: Outcome, jitter: float, waited: float
) -> None:
    limits = RetryLimits(max_retries=50)
    step = next_step(attempt, outcome, limits, jitter, waited)
    if isinstance(step, Wait):
        assert attempt < limits.max_retries
        assert waited + step.seconds <= limits.budget
        if outcome.retry_after is None:
            assert 0 <= step.seconds <= min(limits.cap, limits.base * 2.0**attempt)
        else:
            assert outcome.retry_after <= step.seconds <= outcome.retry_after + limits.base / 2


@given(st.integers(0, 60), outcomes, st.floats(0, 1, exclude_max=True))
def test_a_write_that_may_have_happened_is_never_sent_again(attempt: int, outcome: Outcome, jitter: float) -> None:
    step = next_step(attempt, outcome, LIMITS, jitter)
    if not outcome.repeatable and outcome.left and outcome.status != 429:
        assert isinstance(step, GiveUp)
    if isinstance(step, GiveUp) and step.ambiguous:
        assert not outcome.repeatable
        assert outcome.status is None


@given(st.integers(0, 6), st.floats(0, 1, exclude_max=True))
def test_the_whole_range_of_the_backoff_is_used(attempt: int, jitter: float) -> None:
    limits = RetryLimits(max_retries=9)
    step = next_step(attempt, Outcome(status=500), limits, jitter)
    assert step == Wait(jitter * min(limits.cap, limits.base * 2**attempt))
