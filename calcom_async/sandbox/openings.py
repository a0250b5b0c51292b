"""The openings of an event type: its hosts' schedules, bookings and reservations put together."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from attrs import frozen

from calcom_async.sandbox import availability, instants
from calcom_async.sandbox.availability import Range, SlotRules, Timetable
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.bookings_store import Booking
from calcom_async.sandbox.store import Record

_HORIZON: Final = 3 * 366 * instants.DAY


@frozen
class Opening:
    """A free slot; `seats_booked` and `booking_uid` only for event types with seats."""

    start: int
    end: int
    seats_booked: int = 0
    booking_uid: str | None = None


def seats_of(event_type: Record) -> int | None:
    """How many may attend at one time, for an event type with seats."""
    seats = event_type["seats"]
    return None if seats.get("disabled", True) else int(seats["seatsPerTimeSlot"])


def buffers_of(event_type: Record) -> tuple[int, int]:
    """The pauses before and after, in milliseconds."""
    before, after = event_type["beforeEventBuffer"], event_type["afterEventBuffer"]
    return before * instants.MINUTE, after * instants.MINUTE


def notice_of(event_type: Record) -> int:
    """How long before its start a slot can still be booked, in milliseconds."""
    return int(event_type["minimumBookingNotice"]) * instants.MINUTE


def host_ids(event_type: Record) -> list[int]:
    """Who hosts an event type."""
    if event_type["_"]["teamId"] is not None:
        return [host["userId"] for host in event_type["_"]["hosts"]]
    return [event_type["ownerId"]]


def collective(event_type: Record) -> bool:
    """Whether all hosts must be free at once."""
    return bool(event_type["_"]["schedulingType"] == "collective")


def timetable_of(backend: Backend, user: Record, event_type: Record | None = None) -> Timetable | None:
    """The schedule that counts for a host: the event type's own, else the host's default one."""
    schedule_id = event_type["scheduleId"] if event_type is not None else None
    schedule = backend.store.schedules.get(schedule_id) if schedule_id is not None else None
    if schedule is None and user["defaultScheduleId"] is not None:
        schedule = backend.store.schedules.get(user["defaultScheduleId"])
    return Timetable.of(schedule) if schedule is not None else None


def rules_of(event_type: Record, length: int) -> SlotRules:
    """The slot rules of an event type for a length in milliseconds."""
    before, after = buffers_of(event_type)
    interval = event_type["slotInterval"]
    return SlotRules(
        length=length,
        step=interval * instants.MINUTE if interval else length,
        before=before,
        after=after,
        offset=(event_type["offsetStart"] or 0) * instants.MINUTE,
        only_first=bool(event_type["onlyShowFirstAvailableSlot"]),
    )


@frozen
class HostHours:
    """When a host is open and when busy."""

    user: Record
    zone: ZoneInfo
    open: list[Range]
    busy: list[Range]


def host_hours(
    backend: Backend, event_type: Record, start: int, end: int, *, ignore: set[int] | None = None
) -> list[HostHours]:
    """The hours of each host between two instants. `ignore` are bookings that do not count (being moved)."""
    skipped = set(ignore or ())
    if seats_of(event_type) is not None:
        # A seated booking keeps its hosts busy for everything but more of its own seats.
        skipped |= {each.id for each in backend.bookings.of_event_type(event_type["id"], start, end)}
    found = []
    for user_id in host_ids(event_type):
        user = backend.store.users.get(user_id)
        timetable = timetable_of(backend, user, event_type) if user is not None else None
        if user is None or timetable is None:
            continue
        busy = [
            (begin, stop)
            for begin, stop, booking in backend.bookings.busy(user_id, start - instants.DAY, end + instants.DAY)
            if booking not in skipped
        ]
        busy += [(entry["start"], entry["end"] + 1) for entry in backend.store.out_of_office.of(user_id)]
        ranges = availability.open_ranges(timetable, start, end)
        found.append(HostHours(user, ZoneInfo(timetable.time_zone), ranges, busy))
    return found


def free_hosts(
    backend: Backend, event_type: Record, start: int, end: int, *, ignore: set[int] | None = None, anyhow: bool = False
) -> list[Record]:
    """The hosts that are open and not busy at a time; with `anyhow` all of them."""
    rules = rules_of(event_type, end - start)
    return [
        hours.user
        for hours in host_hours(backend, event_type, start - instants.DAY, end + instants.DAY, ignore=ignore)
        if anyhow
        or (availability.contains(hours.open, start, end) and not availability.collides(hours.busy, start, end, rules))
    ]


def openings(
    backend: Backend, event_type: Record, start: int, end: int, length: int, *, ignore: set[int] | None = None
) -> list[Opening]:
    """The free slots of an event type between two instants; `length` in milliseconds."""
    now = backend.clock.milliseconds()
    # Nothing before now is ever offered, and nobody needs to be told about the next millennium.
    start, end = max(start, now - instants.DAY), min(end, now + _HORIZON)
    # From a day before, so that the grid of a day begins where its hours do, not where the question does.
    hosts = host_hours(backend, event_type, start - instants.DAY, end, ignore=ignore)
    if not hosts or end <= start:
        return []
    rules = rules_of(event_type, length)
    zone = hosts[0].zone
    first, last = availability.booking_window(event_type["bookingWindow"], now, zone)
    earliest = max(start, first, now + notice_of(event_type))
    if collective(event_type):
        ranges = hosts[0].open
        for hours in hosts[1:]:
            ranges = availability.intersect(ranges, hours.open)
        busy = [each for hours in hosts for each in hours.busy]
        starts = availability.slot_starts(ranges, busy, rules, earliest)
    else:
        each_host = (availability.slot_starts(hours.open, hours.busy, rules, earliest) for hours in hosts)
        starts = sorted({each for found in each_host for each in found})
    starts = [each for each in starts if each + length <= last]
    if rules.only_first:
        starts = availability.only_first_of_day(starts, zone)
    if not starts:
        return []
    return _with_seats(backend, event_type, starts, length, ignore or set())


def _with_seats(
    backend: Backend, event_type: Record, starts: list[int], length: int, ignore: set[int]
) -> list[Opening]:
    seats = seats_of(event_type)
    held = reservations(backend, event_type["id"])
    if seats is None:
        return [
            Opening(each, each + length)
            for each in starts
            if not any(begin < each + length and stop > each for begin, stop in held)
        ]
    booked = [
        each
        for each in backend.bookings.of_event_type(event_type["id"], starts[0], starts[-1] + length)
        if each.id not in ignore
    ]
    found = []
    for start in starts:
        at_start: Booking | None = next((each for each in booked if each.start == start), None)
        if any(each.start < start + length and each.end > start and each.start != start for each in booked):
            continue
        taken = len(at_start.wire["attendees"]) if at_start else 0
        waiting = sum(1 for begin, _ in held if begin == start)
        if taken + waiting < seats:
            found.append(Opening(start, start + length, taken, at_start.uid if at_start else None))
    return found


def reservations(backend: Backend, event_type_id: int, *, but: str | None = None) -> list[Range]:
    """The times of an event type that are held by reservations still in force."""
    now = backend.clock.milliseconds()
    return [
        (each["start"], each["end"])
        for each in backend.store.reservations.of(event_type_id)
        if each["until"] > now and each["id"] != but
    ]


def lengths_of(event_type: Record) -> list[int]:
    """The lengths an event type can be booked for, in minutes, its own first."""
    options: list[int] = event_type.get("lengthInMinutesOptions") or []
    return [event_type["lengthInMinutes"], *(each for each in options if each != event_type["lengthInMinutes"])]
