"""Free slots, and slots that are held for a while: `cal.slots`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from calcom_async.core.records import Record, record

__all__ = ["Slot", "SlotReservation", "SlotsByDay"]


@record
class Slot(Record):
    """A time that can be booked."""

    start: datetime
    """When it starts: in UTC, or with the offset of the time zone that was asked for."""
    end: datetime | None = None
    """When it ends; only with `format="range"`."""
    attendees_count: int | None = None
    """How many seats are taken, where a seated booking exists at this time."""
    booking_uid: str | None = None
    """The seated booking at this time, if there is one."""
    seats_booked: int | None = None
    """How many seats are taken; only for seated event types, on servers that say so."""
    seats_remaining: int | None = None
    """How many seats are free; as above."""
    seats_total: int | None = None
    """How many seats there are; as above."""


@record
class SlotsByDay(Record):
    """The slots of one answer by day. `cal.slots.list` gives the mapping itself."""

    data: Mapping[date, tuple[Slot, ...]]
    """Days with at least one slot, in the time zone that was asked for; a day without slots has no key."""


@record
class SlotReservation(Record):
    """A slot that nobody else can book for some minutes."""

    reservation_uid: str
    """The id of the reservation."""
    event_type_id: int | None = None
    """The event type whose slot is held."""
    slot_start: datetime | None = None
    """When the slot starts."""
    slot_end: datetime | None = None
    """When the slot ends."""
    slot_duration: timedelta | None = None
    """How long the slot is; minutes on the wire."""
    reservation_duration: timedelta | None = None
    """How long it is held, counted from the reservation; minutes on the wire. A read leaves it out."""
    reservation_until: datetime | None = None
    """Until when it is held."""
