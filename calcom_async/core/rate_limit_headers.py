"""What an answer says of rate limits: `X-RateLimit-{Limit,Remaining,Reset}-<Name>` and `Retry-After`, as values."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import attrs

__all__ = ["Quota", "retry_after", "server_time"]

_EPOCH = 1e9
"""A reset above this is an epoch, not a number of seconds left."""
_LONGEST = 86_400.0
"""Seconds that no wait exceeds, whatever a header says: a wrong one must not hold calls back for ever."""


@attrs.frozen(kw_only=True)
class Quota:
    """One named limit as an answer states it.

    Attributes:
        name: Lower case; `default` for most operations; empty for headers without a name.
        limit: Requests per window.
        remaining: Requests left in this window.
        reset: Seconds until the window ends.
    """

    name: str
    limit: int
    remaining: int
    reset: float

    @classmethod
    def read(cls, headers: Mapping[str, str], now: float) -> tuple[Quota, ...]:
        """Every named limit of an answer.

        Args:
            headers: Names in lower case.
            now: The wall clock as an epoch, for servers that send the reset as one (their `Date` is preferred).
        """
        return tuple([quota for quota in _stated(headers, now) if quota.limit > 0])


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds to wait by `Retry-After` (seconds or an HTTP date), else by the latest reset of an exhausted limit."""
    value = headers.get("retry-after")
    if value is not None:
        seconds = _number(value)
        if seconds is None:
            seconds = _http_date(value)
        if seconds is not None:
            return _left(seconds, headers, now)
    exhausted = [quota.reset for quota in _stated(headers, now) if quota.remaining == 0]
    return max(exhausted) if exhausted else None


def server_time(headers: Mapping[str, str]) -> float | None:
    """The server's clock as an epoch, from its `Date` header; None where it sent none."""
    return _http_date(headers.get("date", ""))


def _stated(headers: Mapping[str, str], now: float) -> list[Quota]:
    """The limits of an answer as they stand there; one of 0 is none to count by, though its reset says when to ask."""
    stated: list[Quota] = []
    for key in headers:
        if not key.startswith("x-ratelimit-limit"):
            continue
        name = key.removeprefix("x-ratelimit-limit").removeprefix("-")
        suffix = f"-{name}" if name else ""
        limit, remaining, reset = [
            _number(headers.get(f"x-ratelimit-{part}{suffix}")) for part in ("limit", "remaining", "reset")
        ]
        if limit is None or remaining is None or reset is None:
            continue
        left = _left(reset, headers, now)
        stated.append(Quota(name=name, limit=int(limit), remaining=max(0, int(remaining)), reset=left))
    return stated


def _left(reset: float, headers: Mapping[str, str], now: float) -> float:
    if reset > _EPOCH * 1000:
        reset /= 1000
    if reset > _EPOCH:
        reset -= server_time(headers) or now
    return min(max(0.0, reset), _LONGEST)


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text is not None else None
    except ValueError:
        return None
    return number if number is not None and 0 <= number < 1e15 else None


def _http_date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
