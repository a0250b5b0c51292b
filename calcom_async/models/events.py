"""Events: pages with a fixed date that people say yes or no to; neither event types nor calendar events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from calcom_async.core.records import Record, record

__all__ = ["Event", "EventVisibility"]


class EventVisibility(StrEnum):
    """Who finds an event."""

    PUBLIC = "PUBLIC"
    UNLISTED = "UNLISTED"


@record
class Event(Record):
    """A page with a fixed date at `cal.com/{slug}`."""

    uuid: str
    """Its id."""
    slug: str | None = None
    """Its link."""
    title: str | None = None
    """What it is called."""
    description: str | None = None
    """What it is about."""
    start_time: datetime | None = None
    """When it starts."""
    end_time: datetime | None = None
    """When it ends."""
    time_zone: str | None = None
    """The time zone it was planned in."""
    visibility: EventVisibility | str | None = None
    """Who finds it."""
    hidden: bool | None = None
    """Whether it is hidden."""
    published_at: datetime | None = None
    """When it was published."""
    cancelled_at: datetime | None = None
    """When it was cancelled."""
    locations: tuple[Mapping[str, Any], ...] = ()
    """Where it takes place: mappings told apart by `type` (`address`, `link`, `integration`, …)."""
    cover_image_url: str | None = None
    """Its picture."""
    requires_approval: bool | None = None
    """Whether guests are let in one by one."""
    waitlist_enabled: bool | None = None
    """Whether there is a waiting list."""
    confirmed_count: int | None = None
    """Guests who come; in lists only."""
