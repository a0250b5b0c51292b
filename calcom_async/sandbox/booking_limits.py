"""How often, and for how long in all, something or somebody can be booked: full days, weeks, months and years.

A booking counts for the period it starts in, once it is accepted. Periods are those of the local calendar; weeks begin
on Sunday.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from attrs import frozen

from calcom_async.sandbox import instants
from calcom_async.sandbox.availability import Range, local_instant, merge

UNITS: Final = ("year", "month", "week", "day")


@frozen
class Limits:
    """What must not be passed in a day, week, month or year; what is not named has no limit."""

    counts: Mapping[str, int]
    minutes: Mapping[str, int]

    def __bool__(self) -> bool:
        """Whether there is any limit."""
        return bool(self.counts or self.minutes)

    @property
    def units(self) -> list[str]:
        """The kinds of period that are limited, longest first."""
        return [unit for unit in UNITS if unit in self.counts or unit in self.minutes]

    def full(self, unit: str, booked: Sequence[Range], length: int) -> bool:
        """Whether nothing of this length (milliseconds) fits into a period any more with what is booked in it."""
        return self.reached(unit, booked) or self.too_long(unit, booked, length)

    def reached(self, unit: str, booked: Sequence[Range]) -> bool:
        """Whether a period has all the bookings it may have."""
        most = self.counts.get(unit)
        return most is not None and len(booked) >= most

    def too_long(self, unit: str, booked: Sequence[Range], length: int) -> bool:
        """Whether one more booking of this length would be too long for a period."""
        most = self.minutes.get(unit)
        total = length + sum(stop - begin for begin, stop in booked)
        return most is not None and total > most * instants.MINUTE


def period_of(day: date, unit: str) -> tuple[date, date]:
    """The first day of the period a day is in, and the first day after it."""
    if unit == "day":
        return day, day + timedelta(days=1)
    if unit == "week":
        sunday = day - timedelta(days=day.isoweekday() % 7)
        return sunday, sunday + timedelta(days=7)
    if unit == "month":
        first = day.replace(day=1)
        return first, (first + timedelta(days=31)).replace(day=1)
    return date(day.year, 1, 1), date(day.year + 1, 1, 1)


def period_at(moment: int, unit: str, zone: ZoneInfo) -> Range:
    """The period an instant is in."""
    first, after = period_of(instants.to_datetime(moment).astimezone(zone).date(), unit)
    return local_instant(first, 0, zone), local_instant(after, 0, zone)


def periods(start: int, end: int, unit: str, zone: ZoneInfo) -> Iterator[Range]:
    """The periods that meet a time."""
    at = start
    while at < end:
        period = period_at(at, unit, zone)
        yield period
        at = period[1]


def reach(limits: Limits, start: int, end: int, zone: ZoneInfo) -> Range:
    """The time whose bookings decide about the periods that meet another."""
    found = [period_at(moment, unit, zone) for unit in limits.units for moment in (start, end)]
    return min(begin for begin, _ in found), max(stop for _, stop in found)


def full_periods(
    limits: Limits, booked: Sequence[Range], start: int, end: int, *, length: int, zone: ZoneInfo
) -> list[Range]:
    """The periods between two instants in which nothing of this length can be booked any more; `booked` is sorted."""
    found: list[Range] = []
    starts = [begin for begin, _ in booked]
    for unit in limits.units:
        for begin, stop in periods(start, end, unit, zone):
            inside = booked[bisect_left(starts, begin) : bisect_left(starts, stop)]
            if limits.full(unit, inside, length):
                found.append((begin, stop))
    return merge(found)
