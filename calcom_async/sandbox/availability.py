"""When somebody is open: schedules become ranges of time, busy times are taken out of them. Pure functions of values.

Instants are milliseconds since the epoch, ranges are half-open pairs of them, sorted and not touching.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from calcom_async.sandbox import instants

Range = tuple[int, int]

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LAST_MINUTE: Final = 23 * 60 + 59


@frozen
class Timetable:
    """A schedule: hours of each weekday (0 is Monday) and of special dates, in minutes of the local day."""

    time_zone: str
    weekly: tuple[tuple[int, int, int], ...]
    special: Mapping[date, tuple[tuple[int, int], ...]]

    @classmethod
    def of(cls, schedule: Mapping[str, Any]) -> Timetable:
        """Read a schedule as it stands on the wire."""
        weekly = [
            (DAYS.index(day), minutes(hours["startTime"]), minutes(hours["endTime"]))
            for hours in schedule["availability"]
            for day in hours["days"]
        ]
        special: dict[date, tuple[tuple[int, int], ...]] = {}
        for override in schedule["overrides"]:
            day = date.fromisoformat(override["date"][:10])
            hours = (minutes(override["startTime"]), minutes(override["endTime"]))
            special[day] = (*special.get(day, ()), hours)
        return cls(schedule["timeZone"], tuple(weekly), special)

    def closed_on(self, days: Iterable[date]) -> Timetable:
        """The same, with these days taken out whole (out of office)."""
        return evolve(self, special={**self.special, **dict.fromkeys(days, ())})


def minutes(clock: str) -> int:
    """Minutes of `HH:MM`."""
    hours, _, rest = clock.partition(":")
    return int(hours) * 60 + int(rest[:2])


def open_ranges(timetable: Timetable, start: int, end: int) -> list[Range]:
    """The open hours of a schedule between two instants.

    A date with special hours has those alone; hours that do not end after they start are none; 23:59 means midnight.
    """
    zone = ZoneInfo(timetable.time_zone)
    found: list[Range] = []
    day = instants.to_datetime(start).astimezone(zone).date() - timedelta(days=1)
    last = instants.to_datetime(end).astimezone(zone).date() + timedelta(days=1)
    while day <= last:
        hours = timetable.special.get(day)
        if hours is None:
            hours = tuple((begin, stop) for weekday, begin, stop in timetable.weekly if weekday == day.weekday())
        found += [(local_instant(day, begin, zone), local_instant(day, _end(stop), zone)) for begin, stop in hours]
        day += timedelta(days=1)
    return clip(merge(found), start, end)


def local_instant(day: date, minute: int, zone: ZoneInfo) -> int:
    """The instant of a minute of a local day (1440 is the next midnight)."""
    days, minute = divmod(minute, 24 * 60)
    local = datetime.combine(day + timedelta(days=days), time(minute // 60, minute % 60), tzinfo=zone)
    return instants.from_datetime(local)


def merge(ranges: Iterable[Range]) -> list[Range]:
    """Sorted, with what overlaps or touches put together and empty ranges dropped."""
    merged: list[Range] = []
    for start, end in sorted(ranges):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def clip(ranges: Iterable[Range], start: int, end: int) -> list[Range]:
    """The parts of ranges between two instants."""
    return [(max(begin, start), min(stop, end)) for begin, stop in ranges if begin < end and stop > start]


def intersect(one: Sequence[Range], other: Sequence[Range]) -> list[Range]:
    """Where both are open."""
    return merge(part for begin, stop in one for part in clip(other, begin, stop))


def contains(ranges: Iterable[Range], start: int, end: int) -> bool:
    """Whether one of the ranges covers all of this time."""
    return any(begin <= start and end <= stop for begin, stop in ranges)


def subtract(ranges: Iterable[Range], busy: Iterable[Range]) -> list[Range]:
    """What is left of ranges without the busy times, which may overlap each other."""
    taken = merge(busy)
    left: list[Range] = []
    for begin, stop in ranges:
        at = begin
        for first, last in taken[max(bisect_left(taken, (begin, begin)) - 1, 0) :]:
            if first >= stop:
                break
            if first > at:
                left.append((at, first))
            at = max(at, last)
        if at < stop:
            left.append((at, stop))
    return left


def _end(minute: int) -> int:
    return minute + 1 if minute == _LAST_MINUTE else minute
