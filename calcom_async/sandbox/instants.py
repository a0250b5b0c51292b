"""Instants on the wire: milliseconds since the epoch inside, `2026-04-06T09:00:00.000Z` outside.

The real server keeps milliseconds, always answers in UTC with a `Z`, and accepts any ISO 8601 text (a bare date is
midnight UTC, a text without a zone is UTC).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def to_wire(milliseconds: int) -> str:
    """Write an instant as the API does: UTC, three decimals, `Z`."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{_EPOCH + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}.{rest:03d}Z"


def to_datetime(milliseconds: int) -> datetime:
    """The same instant as an aware UTC `datetime`."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


def from_datetime(moment: datetime) -> int:
    """Milliseconds of an aware `datetime` (exact, no floating point)."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def parse(text: str) -> int | None:
    """Milliseconds of an ISO 8601 text, or None where the server would call it no date."""
    if len(text) < 8 or not text[:4].isdigit():
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return from_datetime(moment)
