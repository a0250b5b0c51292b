"""Schedules: when someone can be booked, by weekday and time, with overrides for single dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date as Date  # noqa: N812 - fields are named `date` here
from datetime import time
from enum import StrEnum
from typing import Any, TypeAlias

from calcom_async.core.records import Input, Record, record

__all__ = [
    "NewScheduleAvailability",
    "NewScheduleOverride",
    "Schedule",
    "ScheduleAvailability",
    "ScheduleAvailabilityInput",
    "ScheduleOverride",
    "ScheduleOverrideInput",
    "Weekday",
]


class Weekday(StrEnum):
    """A day of the week, as Cal.com writes it."""

    MONDAY = "Monday"
    TUESDAY = "Tuesday"
    WEDNESDAY = "Wednesday"
    THURSDAY = "Thursday"
    FRIDAY = "Friday"
    SATURDAY = "Saturday"
    SUNDAY = "Sunday"


@record
class ScheduleAvailability(Record):
    """Free from one time to another on some weekdays, in the schedule's time zone."""

    days: tuple[Weekday | str, ...] = ()
    """The weekdays."""
    start_time: time | None = None
    """From when on."""
    end_time: time | None = None
    """Until when; a server does not refuse one before `start_time`."""


@record
class ScheduleOverride(Record):
    """Other times for one date; 00:00 to 00:00 means: not at all."""

    date: Date | None = None
    """The day, in the schedule's time zone."""
    start_time: time | None = None
    """From when on."""
    end_time: time | None = None
    """Until when."""


@record
class Schedule(Record):
    """When someone can be booked."""

    id: int
    """The schedule's id."""
    owner_id: int | None = None
    """The user it belongs to."""
    name: str | None = None
    """Its name."""
    time_zone: str | None = None
    """The time zone of its times, such as `Europe/Rome`."""
    availability: tuple[ScheduleAvailability, ...] = ()
    """Weekdays and times."""
    is_default: bool | None = None
    """Whether event types without a schedule of their own use it."""
    overrides: tuple[ScheduleOverride, ...] = ()
    """Other times for single dates."""


@record
class NewScheduleAvailability(Input):
    """Free from one time to another on some weekdays, in the schedule's time zone."""

    days: Sequence[Weekday | str]
    """The weekdays, such as `Monday`."""
    start_time: time | str
    """From when on, as a time or `HH:MM`."""
    end_time: time | str
    """Until when, as a time or `HH:MM`."""


@record
class NewScheduleOverride(Input):
    """Other times for one date; 00:00 to 00:00 means: not at all."""

    date: Date | str
    """The day, as a date or `YYYY-MM-DD`."""
    start_time: time | str
    """From when on, as a time or `HH:MM`."""
    end_time: time | str
    """Until when, as a time or `HH:MM`."""


ScheduleAvailabilityInput: TypeAlias = NewScheduleAvailability | ScheduleAvailability | Mapping[str, Any]
"""What is accepted for times by weekday: a record, one of an answer, or a mapping."""
ScheduleOverrideInput: TypeAlias = NewScheduleOverride | ScheduleOverride | Mapping[str, Any]
"""What is accepted for an override: a record, one of an answer, or a mapping."""
