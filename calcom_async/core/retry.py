"""Whether, and when, a call is sent again: one pure decision (facts of the service: rate limits, errors)."""

from __future__ import annotations

import attrs

__all__ = ["REPEATABLE_STATUSES", "GiveUp", "Outcome", "RetryLimits", "Wait", "next_step"]

REPEATABLE_STATUSES = frozenset({408, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 527, 529, 530})
"""Statuses that may pass: time-outs and failures of the server or of a proxy before it (501 and 505 never pass)."""


@attrs.frozen(kw_only=True)
class RetryLimits:
    """How far retries go.

    Attributes:
        max_retries: Tries after the first one.
        budget: Seconds that all waits of one call may add up to.
        base: Seconds of the first backoff's upper bound; it doubles with each try.
        cap: Seconds that no backoff exceeds; a wait that the server asks for may.
    """

    max_retries: int = 3
    budget: float = 130.0
    base: float = 0.5
    cap: float = 8.0


@attrs.frozen(kw_only=True)
class Outcome:
    """What became of one try.

    Attributes:
        status: HTTP status; None when no answer came.
        left: Whether the request may have reached the server (False: the connection was never made).
        repeatable: Whether the operation may run twice.
        retry_after: Seconds the server asks to wait.
    """

    status: int | None = None
    left: bool = True
    repeatable: bool = True
    retry_after: float | None = None


@attrs.frozen
class Wait:
    """Send it again after this many seconds."""

    seconds: float


@attrs.frozen
class GiveUp:
    """Report the outcome; `ambiguous` when a write may have happened."""

    ambiguous: bool = False


def next_step(attempt: int, outcome: Outcome, limits: RetryLimits, jitter: float, waited: float = 0.0) -> Wait | GiveUp:
    """Decide, from values alone, whether and when a call is sent again.

    Args:
        attempt: 0 for the first try.
        outcome: What became of it.
        limits: How far retries go.
        jitter: A random number in [0, 1): full jitter spreads the backoff over its whole range.
        waited: Seconds this call has already waited.
    """
    never_happened = outcome.status == 429 or not outcome.left
    may_pass = outcome.status is None or outcome.status == 429 or outcome.status in REPEATABLE_STATUSES
    if not may_pass:
        return GiveUp()
    if not never_happened and not outcome.repeatable:
        return GiveUp(ambiguous=outcome.status is None)
    if attempt >= limits.max_retries:
        return GiveUp()
    backoff = jitter * min(limits.cap, limits.base * 2.0 ** min(attempt, 32))
    seconds = backoff if outcome.retry_after is None else outcome.retry_after + jitter * limits.base / 2
    if waited + seconds > limits.budget:
        return GiveUp()
    return Wait(seconds)
