"""Open hours against a slow, obvious reference, and the days when clocks change."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calcom_async.sandbox import availability, instants
from calcom_async.sandbox.availability import DAYS, Timetable

MINUTE = instants.MINUTE
ZONES = ["UTC", "Europe/London", "America/New_York", "Pacific/Auckland", "Asia/Kathmandu"]
START = instants.from_datetime(datetime(2026, 3, 27, tzinfo=UTC))  # both sides of the European change of clocks


def schedule(zone="Europe/London", hours=(("Monday", "09:00", "17:00"),), overrides=()):
    return {
        "timeZone": zone,
        "availability": [{"days": [day], "startTime": start, "endTime": end} for day, start, end in hours],
        "overrides": [{"date": day, "startTime": start, "endTime": end} for day, start, end in overrides],
    }


def utc(text):
    return instants.from_datetime(datetime.fromisoformat(text))


def ranges(record, start, end):
    return [
        (instants.to_wire(begin)[:16], instants.to_wire(stop)[:16])
        for begin, stop in availability.open_ranges(Timetable.of(record), utc(start), utc(end))
    ]


@pytest.mark.parametrize(
    ("record", "start", "end", "expected"),
    [
        # London moves to summer time on 2026-03-29: the same local hours, another hour in UTC
        (schedule(), "2026-03-23T00:00Z", "2026-03-24T00:00Z", [("2026-03-23T09:00", "2026-03-23T17:00")]),
        (schedule(), "2026-03-30T00:00Z", "2026-03-31T00:00Z", [("2026-03-30T08:00", "2026-03-30T16:00")]),
        # and back on 2026-10-25; a day across the change is 25 hours long
        (
            schedule(hours=(("Sunday", "00:00", "23:59"),)),
            "2026-10-24T12:00Z",
            "2026-10-26T12:00Z",
            [("2026-10-24T23:00", "2026-10-26T00:00")],
        ),
        # Auckland's Monday begins on Sunday in UTC
        (
            schedule("Pacific/Auckland"),
            "2026-04-12T00:00Z",
            "2026-04-14T00:00Z",
            [("2026-04-12T21:00", "2026-04-13T05:00")],
        ),
        # special hours replace the weekly ones; 00:00 to 00:00 closes the day
        (
            schedule(overrides=(("2026-03-30", "12:00", "13:00"), ("2026-03-30", "15:00", "16:00"))),
            "2026-03-30T00:00Z",
            "2026-03-31T00:00Z",
            [("2026-03-30T11:00", "2026-03-30T12:00"), ("2026-03-30T14:00", "2026-03-30T15:00")],
        ),
        (schedule(overrides=(("2026-03-30", "00:00", "00:00"),)), "2026-03-30T00:00Z", "2026-03-31T00:00Z", []),
        # what ends before it starts is nothing
        (schedule(hours=(("Monday", "17:00", "09:00"),)), "2026-03-30T00:00Z", "2026-03-31T00:00Z", []),
        # cut at both ends
        (schedule(), "2026-03-30T10:30Z", "2026-03-30T11:30Z", [("2026-03-30T10:30", "2026-03-30T11:30")]),
        # overlapping hours are one range
        (
            schedule(hours=(("Monday", "09:00", "12:00"), ("Monday", "11:00", "14:00"))),
            "2026-03-30T00:00Z",
            "2026-03-31T00:00Z",
            [("2026-03-30T08:00", "2026-03-30T13:00")],
        ),
    ],
)
def test_open_ranges(record, start, end, expected):
    assert ranges(record, start, end) == expected


minute_of_day = st.integers(0, 95).map(lambda quarter: quarter * 15)
weekly_hours = st.lists(st.tuples(st.integers(0, 6), minute_of_day, minute_of_day), max_size=6)


@st.composite
def timetables(draw):
    special = draw(
        st.dictionaries(
            st.integers(0, 6).map(lambda day: date(2026, 3, 27) + timedelta(days=day)),
            st.lists(st.tuples(minute_of_day, minute_of_day), min_size=1, max_size=2).map(tuple),
            max_size=2,
        )
    )
    return Timetable(draw(st.sampled_from(ZONES)), tuple(draw(weekly_hours)), special)


def is_open(timetable, moment):
    """The obvious way: does any day's opening hours, as local instants, hold this one?"""
    zone = ZoneInfo(timetable.time_zone)
    today = instants.to_datetime(moment).astimezone(zone).date()
    for shift in (-2, -1, 0, 1, 2):
        day = today + timedelta(days=shift)
        hours = timetable.special.get(day)
        if hours is None:
            hours = [(begin, stop) for weekday, begin, stop in timetable.weekly if weekday == day.weekday()]
        for begin, stop in hours:
            midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
            first = midnight.replace(hour=begin // 60, minute=begin % 60)
            last = midnight.replace(hour=stop // 60, minute=stop % 60)
            if begin < stop and instants.from_datetime(first) <= moment < instants.from_datetime(last):
                return True
    return False


@settings(max_examples=25, deadline=None)
@given(timetable=timetables(), hours=st.integers(1, 96))
def test_open_ranges_agree_with_asking_every_quarter_of_an_hour(timetable, hours):
    end = START + hours * instants.HOUR
    found = availability.open_ranges(timetable, START, end)
    for moment in range(START, end, 15 * MINUTE):
        assert any(begin <= moment < stop for begin, stop in found) == is_open(timetable, moment), moment


quarters = st.integers(0, 400).map(lambda quarter: START + quarter * 15 * MINUTE)


@st.composite
def some_ranges(draw, most):
    found = []
    for _ in range(draw(st.integers(0, most))):
        begin = draw(quarters)
        found.append((begin, begin + draw(st.integers(1, 40)) * 15 * MINUTE))
    return found


@settings(max_examples=60, deadline=None)
@given(one=some_ranges(4), other=some_ranges(4))
def test_merging_and_intersecting(one, other):
    one, other = availability.merge(one), availability.merge(other)
    both = availability.intersect(one, other)
    assert all(first[1] < second[0] for first, second in pairwise(both))
    for moment in range(START, START + 450 * 15 * MINUTE, 15 * MINUTE):
        inside = [any(begin <= moment < stop for begin, stop in each) for each in (one, other, both)]
        assert (inside[0] and inside[1]) == inside[2]


@settings(max_examples=60, deadline=None)
@given(open_=some_ranges(4), busy=some_ranges(5))
def test_what_is_left_is_open_and_not_busy(open_, busy):
    open_ = availability.merge(open_)
    left = availability.subtract(open_, busy)
    assert all(first[1] <= second[0] for first, second in pairwise(left))
    for moment in range(START, START + 450 * 15 * MINUTE, 15 * MINUTE):
        is_free, is_busy, is_left = (
            any(begin <= moment < stop for begin, stop in each) for each in (open_, busy, left)
        )
        assert is_left == (is_free and not is_busy)


def test_the_whole_week_is_known():
    assert len(DAYS) == 7
    assert DAYS[date(2026, 4, 6).weekday()] == "Monday"
