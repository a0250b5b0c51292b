"""When somebody can be booked: schedules become open ranges, open ranges become slots. Pure functions of values.

Instants are milliseconds since the epoch, ranges are half-open pairs of them, sorted and not touching.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import frozen

from calcom_async.sandbox import instants

Range = tuple[int, int]

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_GRIDS: Final = (60, 30, 20, 15, 10, 5)
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


@frozen(kw_only=True)
class SlotRules:
    """What an event type asks of a slot; lengths in milliseconds."""

    length: int
    step: int
    before: int = 0
    after: int = 0
    offset: int = 0
    only_first: bool = False


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


def collides(busy: Iterable[Range], start: int, end: int, rules: SlotRules) -> bool:
    """Whether a slot, with its buffers around it, meets something busy."""
    first, last = start - rules.before, end + rules.after
    return any(begin < last and stop > first for begin, stop in busy)


def slot_starts(ranges: Iterable[Range], busy: Sequence[Range], rules: SlotRules, earliest: int) -> list[int]:
    """The starts of the free slots in open ranges.

    The grid of a range begins where the range does. Where it may be booked only later (notice, or the beginning of what
    was asked for), the grid begins there, rounded up to the next full 60, 30, 20, 15, 10 or 5 minutes, whichever of
    these first divides the step. Busy times leave gaps in the grid, they do not move it.
    """
    grid = next((each for each in _GRIDS if rules.step % (each * instants.MINUTE) == 0), 1) * instants.MINUTE
    starts = []
    for begin, stop in ranges:
        start = begin
        if start < earliest:
            start = -(-earliest // grid) * grid
        start += rules.offset
        while start + rules.length <= stop:
            if not collides(busy, start, start + rules.length, rules):
                starts.append(start)
            start += rules.step
    return starts


def only_first_of_day(starts: Iterable[int], zone: ZoneInfo) -> list[int]:
    """The first slot of each local day."""
    first: dict[date, int] = {}
    for start in sorted(starts):
        first.setdefault(instants.to_datetime(start).astimezone(zone).date(), start)
    return list(first.values())


def booking_window(setting: Mapping[str, Any], now: int, zone: ZoneInfo) -> Range:
    """From when to when an event type can be booked at all."""
    today = instants.to_datetime(now).astimezone(zone).date()
    kind = setting.get("type")
    if kind == "range":
        first, last = (date.fromisoformat(text[:10]) for text in setting["value"])
        return local_instant(first, 0, zone), local_instant(last, 24 * 60, zone)
    if kind == "calendarDays":
        return now, local_instant(today + timedelta(days=setting["value"]), 24 * 60, zone)
    if kind == "businessDays":
        left, day = setting["value"], today
        while left > 0:
            day += timedelta(days=1)
            left -= day.weekday() < 5
        return now, local_instant(day, 24 * 60, zone)
    return now, now + 3650 * instants.DAY


def _end(minute: int) -> int:
    return minute + 1 if minute == _LAST_MINUTE else minute
