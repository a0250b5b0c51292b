"""Where slots begin within free time. Pure functions of values; instants in milliseconds since the epoch."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from attrs import frozen

from calcom_async.sandbox import instants
from calcom_async.sandbox.availability import Range

_GRIDS: Final = (60, 30, 20, 15, 10, 5)
UTC: Final = ZoneInfo("UTC")


@frozen(kw_only=True)
class SlotRules:
    """What an event type asks of the starts of its slots; lengths in milliseconds.

    Attributes:
        length: how long a slot is.
        step: from one start to the next.
        offset: put before the first start, and between all of them.
        optimized: rather more slots than round starts.
        zone: whose clock shows the round starts: that of whoever asks.
    """

    length: int
    step: int
    offset: int = 0
    optimized: bool = False
    zone: ZoneInfo = UTC

    @property
    def stride(self) -> int:
        """From one start to the next, with the offset."""
        return self.step + self.offset

    @property
    def grid(self) -> int:
        """Minutes of the hour that a first start is rounded up to: the longest of a few that divides the step."""
        return next((each for each in _GRIDS if self.step % (each * instants.MINUTE) == 0), 1)


def slot_starts(free: Iterable[Range], rules: SlotRules, earliest: int) -> list[int]:
    """The starts of the slots in free ranges, sorted.

    Every range begins anew, at its start or at `earliest`, rounded up to the grid; busy times therefore move what comes
    after them. Where the last start of an earlier range leaves no whole step until there, its rhythm is kept. Ranges
    may overlap (those of several hosts).
    """
    found: list[int] = []
    for begin, stop in sorted(free):
        first = max(begin, earliest)
        if stop <= first:
            continue
        start = _rounded(first - first % instants.MINUTE, stop, rules) + rules.offset
        place = bisect_left(found, start)
        if place and found[place - 1] + rules.stride > start:
            start = found[place - 1] + rules.stride
        while start + rules.length <= stop:
            place = bisect_left(found, start)
            if start >= first and found[place : place + 1] != [start]:
                found.insert(place, start)
            start += rules.stride
    return found


def _rounded(start: int, stop: int, rules: SlotRules) -> int:
    """A start moved to the next full 60, 30 … minutes of the clock of whoever asks."""
    minute, grid = instants.to_datetime(start).astimezone(rules.zone).minute, rules.grid
    if minute % grid == 0:
        return start
    if not rules.optimized:
        return start + (-minute % grid) * instants.MINUTE
    # Only as far as no slot is lost by it.
    spare = (stop - start) // instants.MINUTE % grid
    return next(
        (start + wait * instants.MINUTE for each in (grid, 15, 5) if (wait := each - minute % each) <= spare), start
    )


def day_of(start: int, zone: ZoneInfo) -> date:
    """The day an instant falls on for whoever asks."""
    return instants.to_datetime(start).astimezone(zone).date()


def only_first_of_day(starts: Iterable[int], zone: ZoneInfo) -> list[int]:
    """The first slot of each day."""
    first: dict[date, int] = {}
    for start in sorted(starts):
        first.setdefault(day_of(start, zone), start)
    return list(first.values())
