"""The openings of an event type: its hosts' schedules, bookings, limits and reservations put together."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from calcom_async.sandbox import availability, booking_window, host_hours, instants, slot_grid
from calcom_async.sandbox.availability import Range
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.bookings_store import Booking
from calcom_async.sandbox.host_hours import HostHours
from calcom_async.sandbox.slot_grid import UTC, SlotRules
from calcom_async.sandbox.store import Record

_HORIZON: Final = 3 * 366 * instants.DAY


@frozen
class Opening:
    """A free slot; `seats_booked` and `booking_uid` only for event types with seats."""

    start: int
    end: int
    seats_booked: int = 0
    booking_uid: str | None = None


def rules_of(event_type: Record, length: int, zone: ZoneInfo = UTC) -> SlotRules:
    """The slot rules of an event type for a length in milliseconds, by the clock of a zone."""
    interval = event_type["slotInterval"]
    return SlotRules(
        length=length,
        step=interval * instants.MINUTE if interval else length,
        offset=(event_type["offsetStart"] or 0) * instants.MINUTE,
        optimized=bool(event_type.get("showOptimizedSlots")),
        zone=zone,
    )


def notice_of(event_type: Record) -> int:
    """How long before its start a slot can still be booked, in milliseconds."""
    return int(event_type["minimumBookingNotice"]) * instants.MINUTE


def openings(
    backend: Backend,
    event_type: Record,
    start: int,
    end: int,
    length: int,
    *,
    zone: ZoneInfo = UTC,
    ignore: AbstractSet[int] = frozenset(),
) -> list[Opening]:
    """The free slots of an event type that begin and end between two instants.

    Args:
        backend: where everything is.
        event_type: its record.
        start: milliseconds since the epoch.
        end: the same.
        length: of a slot, in milliseconds.
        zone: of whoever asks: it decides on round starts, on days, and on windows counted from today.
        ignore: the numbers of bookings that do not count, because they are being moved.
    """
    first, last = window_of(backend, event_type, length, zone=zone, ignore=ignore)
    found = _within(backend, event_type, max(start, first), end, length, zone=zone, ignore=ignore)
    found = [each for each in found if each.start < last]
    if event_type["onlyShowFirstAvailableSlot"]:
        shown = set(slot_grid.only_first_of_day((each.start for each in found), zone))
        found = [each for each in found if each.start in shown]
    return found


def window_of(
    backend: Backend, event_type: Record, length: int, *, zone: ZoneInfo, ignore: AbstractSet[int] = frozenset()
) -> Range:
    """The first instant a slot of an event type may start at, and the first it may not, for a booker in this zone."""
    now = backend.clock.milliseconds()

    def free_days() -> set[date]:
        until = now + (booking_window.LONGEST_LOOK + 40) * instants.DAY
        slots = _within(backend, event_type, now, until, length, zone=zone, ignore=ignore)
        return {slot_grid.day_of(each.start, zone) for each in slots}

    window = booking_window.booking_window(
        event_type["bookingWindow"],
        now,
        host=host_hours.zone_of(backend, event_type),
        booker=zone,
        free_days=free_days,
    )
    return max(window[0], now + notice_of(event_type)), window[1]


def _within(
    backend: Backend, event_type: Record, start: int, end: int, length: int, *, zone: ZoneInfo, ignore: AbstractSet[int]
) -> list[Opening]:
    """The free slots between two instants, whatever the booking window is."""
    now = backend.clock.milliseconds()
    # Nobody needs to be told about the next millennium.
    earliest, end = max(start, now + notice_of(event_type)), min(end, now + _HORIZON)
    if end <= earliest:
        return []
    panel = host_hours.panel(backend, event_type, earliest, end, length, ignore=ignore)
    starts = slot_grid.slot_starts(_common(panel), rules_of(event_type, length, zone), earliest)
    if not starts:
        return []
    if any(each.held for row in panel for each in row):
        panel = [[each.without_held() for each in row] for row in panel]
        starts = [each for each in starts if _covered(panel, each, each + length)]
    held = host_hours.reservations(backend, event_type)
    found = [Opening(each, each + length) for each in starts]
    if host_hours.seats_of(event_type) is not None:
        booked = seated_between(backend, event_type, start, end, ignore=ignore)
        return [seated for each in found if (seated := _seated(event_type, each, booked, held)) is not None]
    return [each for each in found if not _meets(held, each.start, each.end)]


def _common(panel: list[list[HostHours]]) -> list[Range]:
    """When somebody of every row is free: one range for each combination of hosts, so that nobody changes in a slot."""
    if not panel:
        return []
    ranges = _of_row(panel[0])
    for row in panel[1:]:
        ranges = sorted({part for begin, stop in ranges for part in availability.clip(_of_row(row), begin, stop)})
    return ranges


def _of_row(row: list[HostHours]) -> list[Range]:
    return sorted({each for hours in row for each in hours.free})


def _covered(panel: list[list[HostHours]], start: int, end: int) -> bool:
    return all(any(availability.contains(each.free, start, end) for each in row) for row in panel)


def _meets(ranges: Iterable[Range], start: int, end: int) -> bool:
    return any(begin < end and stop > start for begin, stop in ranges)


def _seated(event_type: Record, opening: Opening, booked: list[Booking], held: list[Range]) -> Opening | None:
    """An opening with the seats taken there, or None where none is left or where another booking is too near."""
    seats = host_hours.seats_of(event_type) or 0
    there = next((each for each in booked if each.start == opening.start), None)
    others = (host_hours.with_pauses(event_type, each) for each in booked if each is not there)
    taken = len(there.wire["attendees"]) if there else 0
    waiting = sum(1 for begin, _ in held if begin == opening.start)
    if taken + waiting >= seats or _meets(others, opening.start, opening.end):
        return None
    return evolve(opening, seats_booked=taken, booking_uid=there.uid if there else None)


def seated_between(
    backend: Backend, event_type: Record, start: int, end: int, *, ignore: AbstractSet[int] = frozenset()
) -> list[Booking]:
    """The living bookings of an event type with seats that may matter to a time."""
    pause = sum(host_hours.buffers_of(event_type)) + instants.DAY
    return [
        each
        for each in backend.bookings.of_event_type(event_type["id"], start - pause, end + pause)
        if each.id not in ignore
    ]


def free_hosts(
    backend: Backend,
    event_type: Record,
    start: int,
    end: int,
    *,
    ignore: AbstractSet[int] = frozenset(),
    anyhow: bool = False,
    limited: bool = True,
) -> list[list[Record]]:
    """Who could host at a time: a row for every host that is needed, with those that are open and not busy.

    Args:
        backend: where everything is.
        event_type: its record.
        start: milliseconds since the epoch.
        end: the same.
        ignore: the numbers of bookings that do not count.
        anyhow: take everybody, free or not.
        limited: heed the limits of the event type.
    """
    around = start - instants.DAY, end + instants.DAY
    panel = host_hours.panel(backend, event_type, *around, end - start, ignore=ignore, limited=limited)
    rows = [[each.user for each in row if anyhow or availability.contains(each.free, start, end)] for row in panel]
    if anyhow or host_hours.seats_of(event_type) is None:
        return rows
    others = [each for each in seated_between(backend, event_type, start, end, ignore=ignore) if each.start != start]
    crossed = _meets((host_hours.with_pauses(event_type, each) for each in others), start, end)
    return [[] for _ in rows] if crossed else rows


def lengths_of(event_type: Record) -> list[int]:
    """The lengths an event type can be booked for, in minutes, its own first."""
    options: list[int] = event_type.get("lengthInMinutesOptions") or []
    return [event_type["lengthInMinutes"], *(each for each in options if each != event_type["lengthInMinutes"])]
