"""From when to when an event type can be booked at all. Pure functions of values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any, Final
from zoneinfo import ZoneInfo

from calcom_async.sandbox import instants
from calcom_async.sandbox.availability import Range, local_instant

LONGEST_LOOK: Final = 92
"""So many days are looked at for the days of a rolling window."""
_SATURDAY: Final = 5
_FOREVER: Final = 3650 * instants.DAY


def is_rolling(setting: Mapping[str, Any]) -> bool:
    """Whether the window counts days with free slots, not days of the calendar."""
    return setting.get("type") in ("calendarDays", "businessDays") and bool(setting.get("rolling"))


def booking_window(
    setting: Mapping[str, Any],
    now: int,
    *,
    host: ZoneInfo,
    booker: ZoneInfo,
    free_days: Callable[[], AbstractSet[date]] = frozenset,
) -> Range:
    """The first instant a slot may start at, and the first it may not.

    Args:
        setting: `bookingWindow` as on the wire.
        now: milliseconds since the epoch.
        host: the zone in which the dates of a `range` are meant.
        booker: the zone in which days from now on are counted, by the offset it has now.
        free_days: the booker's days with free slots, asked for by a rolling window alone.
    """
    kind = setting.get("type")
    if kind == "range":
        first, last = (date.fromisoformat(text[:10]) for text in setting["value"])
        return local_instant(first, 0, host), local_instant(last, 24 * 60, host)
    if kind not in ("calendarDays", "businessDays"):
        return now, now + _FOREVER
    moment = instants.to_datetime(now)
    offset = timezone(moment.astimezone(booker).utcoffset() or timedelta())
    today, business = moment.astimezone(offset).date(), kind == "businessDays"
    if is_rolling(setting):
        last = last_rolling_day(today, setting["value"], free_days(), business=business)
    else:
        last = today
        for _ in range(setting["value"]):
            last = next_day(last, business=business)
    midnight = datetime.combine(last + timedelta(days=1), time(), tzinfo=offset)
    return now, instants.from_datetime(midnight.astimezone(UTC))


def last_rolling_day(today: date, wanted: int, free_days: AbstractSet[date], *, business: bool) -> date:
    """The day on which as many days with free slots have passed as are wanted, today included."""
    day, last = today, None
    for _ in range(LONGEST_LOOK):
        if wanted <= 0:
            break
        if day in free_days:
            wanted, last = wanted - 1, day
        day = next_day(day, business=business)
    return last or day


def next_day(day: date, *, business: bool) -> date:
    """The day after; the next one that is no weekend where business days are counted."""
    day += timedelta(days=1)
    while business and day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return day
