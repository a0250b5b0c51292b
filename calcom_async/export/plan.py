"""The plan: windows of creation time that cover a range without gap or overlap. Pure values.

Instants are whole milliseconds since the epoch, as precise as Cal.com writes and compares them. A window is half-open:
`[start, end)`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import attrs

__all__ = ["Window", "cut", "halve", "milliseconds", "split", "wire_instant"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def milliseconds(instant: datetime | str) -> int:
    """Milliseconds since the epoch of an aware datetime or ISO 8601 text; finer digits are cut off.

    Raises:
        ValueError: naive, or no instant at all.
    """
    if isinstance(instant, str):
        instant = datetime.fromisoformat(instant)
    if instant.tzinfo is None:
        raise ValueError("an instant without a UTC offset")
    return (instant - _EPOCH) // _MILLISECOND


def wire_instant(moment: int) -> str:
    """`2026-12-01T09:00:00.000Z` of milliseconds since the epoch."""
    return (_EPOCH + moment * _MILLISECOND).isoformat(timespec="milliseconds")[:-6] + "Z"


@attrs.frozen
class Window:
    """Bookings created at `start` or later, and before `end` (milliseconds since the epoch)."""

    start: int
    end: int

    def __attrs_post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError("a window ends after it starts")

    @property
    def width(self) -> int:
        """Milliseconds it spans."""
        return self.end - self.start


def split(window: Window, parts: int) -> tuple[Window, ...]:
    """Cut a window into up to so many parts of nearly equal width, in order; no part is empty."""
    parts = max(1, min(parts, window.width))
    edges = [window.start + window.width * n // parts for n in range(parts + 1)]
    return tuple(Window(a, b) for a, b in pairwise(edges))


def cut(window: Window, edges: Iterable[int]) -> tuple[Window, ...]:
    """Cut a window at those of these instants that lie within it, whatever their order, so that each begins a part."""
    inner = {edge for edge in edges if window.start < edge < window.end}
    return tuple(Window(a, b) for a, b in pairwise(sorted({window.start, *inner, window.end})))


def halve(window: Window, position: int) -> tuple[Window, Window] | None:
    """Cut what is left of a window that was walked up to `position`; None where nothing is left to share.

    Returns:
        What the walker keeps (from the window's own start on), and what somebody else may take.
    """
    middle = position + (window.end - position + 1) // 2
    if position < window.start or middle <= position or middle >= window.end or middle <= window.start:
        return None
    return Window(window.start, middle), Window(middle, window.end)
