"""When the hosts of an event type are free: schedules without bookings, absences and limits that are reached."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from calcom_async.sandbox import availability, booking_limits, instants, personal_limits
from calcom_async.sandbox.availability import Range, Timetable
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.booking_limits import Limits
from calcom_async.sandbox.bookings_store import Booking
from calcom_async.sandbox.store import Record

SAME_HOST: Final = "rescheduleWithSameRoundRobinHost"


@frozen
class _Asked:
    """A time, how long what is to be booked in it is, and the bookings that do not count."""

    start: int
    end: int
    length: int
    ignore: frozenset[int]


@frozen
class HostHours:
    """When a host is free, and for what else a time is reserved."""

    user: Record
    free: list[Range]
    held: list[Range]

    def without_held(self) -> HostHours:
        """The same, with what is reserved no longer free."""
        return evolve(self, free=availability.subtract(self.free, self.held), held=[])


def seats_of(event_type: Record) -> int | None:
    """How many may attend at one time, for an event type with seats."""
    seats = event_type["seats"]
    return None if seats.get("disabled", True) else int(seats["seatsPerTimeSlot"])


def buffers_of(event_type: Record) -> tuple[int, int]:
    """The pauses before and after, in milliseconds."""
    before, after = event_type["beforeEventBuffer"], event_type["afterEventBuffer"]
    return before * instants.MINUTE, after * instants.MINUTE


def with_pauses(event_type: Record, booking: Booking) -> Range:
    """The time around a booking that a slot of this event type must keep clear of, the pauses of both put together."""
    before, after = buffers_of(event_type)
    own_before, own_after = booking.private.get("buffers", (0, 0))
    return booking.start - own_before - after, booking.end + own_after + before


def host_rows(event_type: Record) -> list[list[int]]:
    """Who is needed: a row for every host, with those who could be it.

    A personal event type has one row with its owner, a collective one a row for each host, a round robin a row for each
    host who always attends and one for the others (or one for each group of them).
    """
    private = event_type["_"]
    if private["teamId"] is None:
        return [[event_type["ownerId"]]]
    fixed: list[list[int]] = []
    groups: dict[Any, list[int]] = {}
    for host in private["hosts"]:
        if private["schedulingType"] != "roundRobin" or host.get("mandatory"):
            fixed.append([host["userId"]])
        else:
            groups.setdefault(host.get("groupId"), []).append(host["userId"])
    return [*fixed, *groups.values()]


def rotating_ids(event_type: Record) -> set[int]:
    """Who takes turns with others, rather than always attending."""
    private = event_type["_"]
    turns = private["schedulingType"] == "roundRobin"
    return {host["userId"] for host in private["hosts"] if turns and not host.get("mandatory")}


def host_ids(event_type: Record) -> list[int]:
    """Everybody who may host an event type."""
    return [host for row in host_rows(event_type) for host in row]


def timetable_of(backend: Backend, user: Record, event_type: Record | None = None) -> Timetable | None:
    """The schedule that counts for a host: the event type's own, else the host's default one."""
    schedule_id = event_type["scheduleId"] if event_type is not None else None
    schedule = backend.store.schedules.get(schedule_id) if schedule_id is not None else None
    if schedule is None and user["defaultScheduleId"] is not None:
        schedule = backend.store.schedules.get(user["defaultScheduleId"])
    return Timetable.of(schedule) if schedule is not None else None


def zone_of(backend: Backend, event_type: Record) -> ZoneInfo:
    """The zone an event type's dates are meant in: that of its schedule, or of its first host's."""
    for user_id in host_ids(event_type):
        user = backend.store.users.get(user_id)
        timetable = timetable_of(backend, user, event_type) if user is not None else None
        if timetable is not None:
            return ZoneInfo(timetable.time_zone)
    return ZoneInfo("UTC")


def panel(
    backend: Backend,
    event_type: Record,
    start: int,
    end: int,
    length: int,
    *,
    ignore: AbstractSet[int] = frozenset(),
    limited: bool = True,
) -> list[list[HostHours]]:
    """When the hosts of each row are free between two instants.

    Args:
        backend: where everything is.
        event_type: its record.
        start: milliseconds since the epoch.
        end: the same.
        length: of what is to be booked, in milliseconds (limits of duration).
        ignore: the numbers of bookings that do not count, because they are being moved.
        limited: heed the limits of the event type, of its team and of its hosts.
    """
    skipped, seats = set(ignore), seats_of(event_type)
    if seats is not None:
        # A booking that has seats left keeps its hosts busy for everything but those.
        skipped |= {
            each.id
            for each in backend.bookings.of_event_type(event_type["id"], start - instants.DAY, end + instants.DAY)
            if len(each.wire["attendees"]) < seats
        }
    asked = _Asked(start, end, length, frozenset(ignore))
    full = _full(backend, event_type, asked) if limited else []
    held = _held_elsewhere(backend, event_type)
    before, after = buffers_of(event_type)
    rows: list[list[HostHours]] = []
    for row in _kept(backend, event_type, ignore):
        found = []
        for user_id in row:
            user = backend.store.users.get(user_id)
            if user is None:
                continue
            busy = [
                (begin - after, stop + before)
                for begin, stop, booking in backend.bookings.busy(user_id, start - instants.DAY, end + instants.DAY)
                if booking not in skipped
            ]
            if limited:
                busy += full + _full_for(backend, user, event_type, asked)
            opened = _open(backend, user, event_type, start, end)
            found.append(HostHours(user, availability.subtract(opened, busy), held.get(user_id, [])))
        rows.append(found)
    return rows


def _kept(backend: Backend, event_type: Record, moved: AbstractSet[int]) -> list[list[int]]:
    """The rows of hosts; of a round robin that keeps its host, the one of the booking that is being moved."""
    rows = host_rows(event_type)
    if not event_type["_"].get(SAME_HOST):
        return rows
    before = {found.organizer for each in moved if (found := backend.bookings.by_id(each)) is not None}
    return [[host for host in row if host in before] or row for row in rows]


def _open(backend: Backend, user: Record, event_type: Record, start: int, end: int) -> list[Range]:
    timetable = timetable_of(backend, user, event_type)
    if timetable is None:
        return []
    away = backend.store.out_of_office.of(user["id"])
    if away:
        # The days of an absence are days of the calendar, wherever its host is.
        days = (day for entry in away for day in _days(entry["start"], entry["end"], start, end))
        timetable = timetable.closed_on(days)
    return availability.open_ranges(timetable, start, end)


def _days(first: int, last: int, start: int, end: int) -> Iterator[date]:
    """The UTC days of an absence that may matter between two instants."""
    day = instants.to_datetime(max(first, start - 2 * instants.DAY)).date()
    until = instants.to_datetime(min(last, end + 2 * instants.DAY)).date()
    while day <= until:
        yield day
        day += timedelta(days=1)


def limits_of(event_type: Record) -> Limits:
    """The limits of an event type."""
    return Limits(_set(event_type.get("bookingLimitsCount")), _set(event_type.get("bookingLimitsDuration")))


def limits_zone(backend: Backend, event_type: Record) -> ZoneInfo:
    """Whose calendar the limits of an event type count by: its first host's."""
    user = next((found for each in host_ids(event_type) if (found := backend.store.users.get(each))), None)
    return ZoneInfo(user["timeZone"] if user is not None else "UTC")


def accepted(backend: Backend, event_type: Record, start: int, end: int, ignore: AbstractSet[int]) -> list[Range]:
    """The accepted bookings of an event type that start between two instants, sorted."""
    rows = backend.bookings.accepted_of_event_type(event_type["id"], start, end)
    return [(begin, stop) for begin, stop, booking in rows if booking not in ignore]


def _set(value: Any) -> dict[str, int]:
    return {unit: value[unit] for unit in booking_limits.UNITS if (value or {}).get(unit)}


def _full(backend: Backend, event_type: Record, asked: _Asked) -> list[Range]:
    """When an event type has all the bookings it may have."""
    limits = limits_of(event_type)
    if not limits:
        return []
    zone = limits_zone(backend, event_type)
    reach = booking_limits.reach(limits, asked.start, asked.end, zone)
    booked = accepted(backend, event_type, *reach, asked.ignore)
    return booking_limits.full_periods(limits, booked, asked.start, asked.end, length=asked.length, zone=zone)


def _full_for(backend: Backend, user: Record, event_type: Record, asked: _Asked) -> list[Range]:
    """When somebody has all the bookings they want, of whatever event type or of those of a team."""
    rotating = user["id"] in rotating_ids(event_type)
    found: list[Range] = []
    for limits, team in (
        (personal_limits.of_everything(backend, user), None),
        (personal_limits.of_team(backend, event_type, user, rotating=rotating), event_type["_"]["teamId"]),
    ):
        if limits:
            zone = ZoneInfo(user["timeZone"])
            reach = booking_limits.reach(limits, asked.start, asked.end, zone)
            rows = backend.bookings.accepted_of_person(user["id"], *reach, team=team)
            booked = [(begin, stop) for begin, stop, booking in rows if booking not in asked.ignore]
            found += booking_limits.full_periods(limits, booked, asked.start, asked.end, length=asked.length, zone=zone)
    return found


def reservations(backend: Backend, event_type: Record, *, but: str | None = None) -> list[Range]:
    """The times of an event type that are held by reservations still in force."""
    now = backend.clock.milliseconds()
    return [
        (each["start"], each["end"])
        for each in backend.store.reservations.of(event_type["id"])
        if each["until"] > now and each["id"] != but
    ]


def _held_elsewhere(backend: Backend, event_type: Record) -> dict[int, list[Range]]:
    """By host, what is reserved of their other event types (seats and rotating hosts are held by nobody in person)."""
    now = backend.clock.milliseconds()
    held: dict[int, list[Range]] = {}
    for each in backend.store.reservations.all():
        if each["until"] <= now or each["eventTypeId"] == event_type["id"]:
            continue
        other = backend.store.event_types.get(each["eventTypeId"])
        if other is None or seats_of(other) is not None:
            continue
        for row in host_rows(other):
            if len(row) == 1:
                held.setdefault(row[0], []).append((each["start"], each["end"]))
    return held
