"""From when to when: days of the calendar, business days, a range of dates, and windows that roll."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from calcom_async.sandbox import booking_window, instants

LONDON, AUCKLAND, HONOLULU = ZoneInfo("Europe/London"), ZoneInfo("Pacific/Auckland"), ZoneInfo("Pacific/Honolulu")
NOW = instants.from_datetime(datetime(2026, 4, 6, 8, tzinfo=UTC))  # a Monday


def window(setting, booker=LONDON, free_days=frozenset, now=NOW):
    first, last = booking_window.booking_window(setting, now, host=LONDON, booker=booker, free_days=free_days)
    return instants.to_wire(first)[:16], instants.to_wire(last)[:16]


@pytest.mark.parametrize(
    ("setting", "booker", "last"),
    [
        ({"type": "calendarDays", "value": 3}, LONDON, "2026-04-09T23:00"),
        ({"type": "calendarDays", "value": 3, "rolling": False}, AUCKLAND, "2026-04-09T12:00"),
        ({"type": "calendarDays", "value": 0}, HONOLULU, "2026-04-06T10:00"),  # Sunday evening there
        ({"type": "businessDays", "value": 4}, LONDON, "2026-04-10T23:00"),
        ({"type": "businessDays", "value": 5}, LONDON, "2026-04-13T23:00"),
    ],
)
def test_fixed(setting, booker, last):
    assert window(setting, booker) == ("2026-04-06T08:00", last)


def test_range_is_of_the_hosts_dates():
    setting = {"type": "range", "value": ["2026-05-01", "2026-05-02T00:00:00Z"]}
    assert window(setting, AUCKLAND) == ("2026-04-30T23:00", "2026-05-02T23:00")


def test_none():
    assert window({"disabled": True})[1] > "2035"


def test_rolling_counts_days_with_free_slots():
    """The document's example: three days, free on Mondays alone; when one is full, another opens."""
    mondays = {date(2026, 4, 6) + timedelta(days=7 * week) for week in range(10)}
    setting = {"type": "calendarDays", "value": 3, "rolling": True}
    assert window(setting, free_days=lambda: mondays)[1] == "2026-04-20T23:00"
    assert window(setting, free_days=lambda: mondays - {date(2026, 4, 13)})[1] == "2026-04-27T23:00"
    assert window({**setting, "type": "businessDays"}, free_days=lambda: mondays)[1] == "2026-04-20T23:00"


def test_rolling_business_days_pass_over_weekends():
    every = {date(2026, 4, 6) + timedelta(days=day) for day in range(30)}
    setting = {"type": "businessDays", "value": 6, "rolling": True}
    assert window(setting, free_days=lambda: every)[1] == "2026-04-13T23:00"
    assert window({**setting, "type": "calendarDays"}, free_days=lambda: every)[1] == "2026-04-11T23:00"


def test_rolling_gives_up():
    last = booking_window.last_rolling_day(date(2026, 4, 6), 1, frozenset(), business=False)
    assert last == date(2026, 4, 6) + timedelta(days=booking_window.LONGEST_LOOK)
