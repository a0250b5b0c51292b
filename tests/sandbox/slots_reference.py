"""The slots of a world worked out slowly: sets of minutes, the standard library's zones, every rule by itself.

Nothing of the sandbox is used here. Instants are whole minutes since the epoch, except `now`, which has seconds.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import product
from zoneinfo import ZoneInfo

from attrs import field, frozen

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FAR = 92
Hours = tuple[int, int]


def minute_of(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(minutes=1)


def moment_of(minute: int) -> datetime:
    return EPOCH + timedelta(minutes=minute)


def midnight(day: date, zone: ZoneInfo) -> int:
    return minute_of(datetime.combine(day, time(), tzinfo=zone))


@frozen(kw_only=True)
class Busy:
    """A booking: when it is, the pauses it brings, whether it is of the event type asked for, or at least of its team."""

    number: int
    start: int
    end: int
    before: int = 0
    after: int = 0
    same_type: bool = True
    of_team: bool = True
    blocks: bool = True
    accepted: bool = True


@frozen(kw_only=True)
class Host:
    zone: str
    weekly: dict[int, tuple[Hours, ...]]
    special: dict[date, tuple[Hours, ...]] = field(factory=dict)
    away: tuple[tuple[date, date], ...] = ()
    busy: tuple[Busy, ...] = ()
    calendar: str = "UTC"
    limits: dict[str, int] = field(factory=dict)
    rotating: bool = False
    team_limits: dict[str, int] = field(factory=dict)

    def open_minutes(self, first: date, last: date) -> set[int]:
        zone, found, day = ZoneInfo(self.zone), set(), first
        while day <= last:
            hours = self.special.get(day, self.weekly.get(day.weekday(), ()))
            if not any(begin <= day <= end for begin, end in self.away):
                for begin, end in hours:
                    start = minute_of(datetime.combine(day, time(begin // 60, begin % 60), tzinfo=zone))
                    if end == 23 * 60 + 59:
                        stop = midnight(day + timedelta(days=1), zone)
                    else:
                        stop = minute_of(datetime.combine(day, time(end // 60, end % 60), tzinfo=zone))
                    found |= set(range(start, stop))
            day += timedelta(days=1)
        return found


@frozen(kw_only=True)
class World:
    now: datetime
    rows: tuple[tuple[Host, ...], ...]
    length: int
    interval: int | None = None
    offset: int = 0
    before: int = 0
    after: int = 0
    notice: int = 0
    only_first: bool = False
    window: dict[str, object] = field(factory=dict)
    counts: dict[str, int] = field(factory=dict)
    durations: dict[str, int] = field(factory=dict)
    team_limits: dict[str, int] = field(factory=dict)

    @property
    def hosts(self) -> list[Host]:
        return [host for row in self.rows for host in row]


def same_period(one: int, other: int, unit: str, zone: ZoneInfo) -> bool:
    return period(one, unit, zone) == period(other, unit, zone)


@cache
def period(minute: int, unit: str, zone: ZoneInfo) -> date:
    """The first day of the day, week, month or year a minute is in."""
    day = moment_of(minute).astimezone(zone).date()
    if unit == "week":
        return day - timedelta(days=(day.weekday() + 1) % 7)
    if unit == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if unit == "year" else day


def is_full(world: World, minute: int) -> bool:
    """Whether the event type takes no more in the day, week, month or year of this minute."""
    zone = ZoneInfo(world.hosts[0].calendar)
    booked = {each for host in world.hosts for each in host.busy if each.same_type and each.accepted}
    for unit in ("day", "week", "month", "year"):
        there = [each for each in booked if same_period(each.start, minute, unit, zone)]
        if unit in world.counts and len(there) >= world.counts[unit]:
            return True
        taken = sum(each.end - each.start for each in there)
        if unit in world.durations and taken + world.length > world.durations[unit]:
            return True
    return False


def is_tired(world: World, host: Host, minute: int) -> bool:
    """Whether a host takes no more of anything, or no more of the team's event types."""
    booked, zone = [each for each in host.busy if each.accepted], ZoneInfo(host.calendar)
    of_team = [each for each in booked if each.same_type or each.of_team]
    own = host.team_limits if world.team_limits and host.rotating else {}
    for there, limits in ((booked, host.limits), (of_team, world.team_limits | own)):
        for unit, most in limits.items():
            if sum(same_period(each.start, minute, unit, zone) for each in there) >= most:
                return True
    return False


def free_minutes(world: World, host: Host, first: date, last: date) -> set[int]:
    free = host.open_minutes(first, last)
    for each in host.busy:
        if each.blocks:
            free -= set(range(each.start - each.before - world.after, each.end + each.after + world.before))
    if world.counts or world.durations or world.team_limits or host.limits:
        # No clock of the world changes its day but at a quarter of an hour.
        quarters = {each // 15 for each in free}
        closed = {each for each in quarters if is_full(world, each * 15) or is_tired(world, host, each * 15)}
        free = {each for each in free if each // 15 not in closed}
    return free


def runs(minutes: set[int]) -> list[tuple[int, int]]:
    found: list[list[int]] = []
    for each in sorted(minutes):
        if found and found[-1][1] == each:
            found[-1][1] += 1
        else:
            found.append([each, each + 1])
    return [(start, stop) for start, stop in found]


def free_runs(world: World, first: date, last: date) -> list[list[tuple[int, int]]]:
    """For each choice of hosts, when all of them are free."""
    found = []
    for chosen in product(*world.rows):
        minutes = free_minutes(world, chosen[0], first, last)
        for host in chosen[1:]:
            minutes &= free_minutes(world, host, first, last)
        found.append(runs(minutes))
    return found


def grid_of(step: int) -> int:
    return next((each for each in (60, 30, 20, 15, 10, 5) if step % each == 0), 1)


def starts_in(world: World, ranges: list[tuple[int, int]], earliest: datetime, zone: ZoneInfo) -> list[int]:
    step = world.interval or world.length
    stride, found, soonest = step + world.offset, set(), minute_of(earliest)
    for begin, stop in sorted(ranges):
        if moment_of(stop) <= earliest:
            continue
        start = max(begin, soonest)
        # What is missing to a round start is added as time that passes, even where clocks change meanwhile.
        start += -moment_of(start).astimezone(zone).minute % grid_of(step)
        start += world.offset
        earlier = [each for each in found if each < start]
        if earlier and max(earlier) + stride > start:
            start = max(earlier) if max(earlier) >= begin else max(earlier) + stride
        while start + world.length <= stop:
            if moment_of(start) >= max(earliest, moment_of(begin)):
                found.add(start)
            start += stride
    return sorted(found)


def within(world: World, start: datetime, end: datetime, zone: ZoneInfo) -> list[int]:
    """The slots between two instants, whatever the booking window is."""
    earliest = max(start, world.now + timedelta(minutes=world.notice))
    first, last = earliest.date() - timedelta(days=3), end.date() + timedelta(days=3)
    ranges = {
        (max(begin, minute_of(earliest)), min(stop, minute_of(end)))
        for found in free_runs(world, first, last)
        for begin, stop in found
        if moment_of(stop) > earliest and moment_of(begin) < end
    }
    return starts_in(world, list(ranges), earliest, zone)


def last_minute(world: World, zone: ZoneInfo) -> int | None:
    """The first minute at which no slot may start any more, by the booking window."""
    kind = world.window.get("type")
    if kind == "range":
        last = date.fromisoformat(str(world.window["value"][1]))  # type: ignore[index]  # a list in this kind
        return midnight(last + timedelta(days=1), ZoneInfo(world.hosts[0].zone))
    if kind is None:
        return None
    offset = world.now.astimezone(zone).utcoffset() or timedelta()
    day, left, last = (world.now + offset).date(), int(str(world.window["value"])), None
    if world.window.get("rolling"):
        for look in (12, FAR + 40):
            slots = within(world, world.now, world.now + timedelta(days=look), zone)
            free = {moment_of(each).astimezone(zone).date() for each in slots}
            sure = (world.now + timedelta(days=look - 2)).date()
            if sum(each < sure and not (kind == "businessDays" and each.weekday() in (5, 6)) for each in free) >= left:
                break
        for _ in range(FAR):
            if left == 0:
                break
            if day in free:
                left, last = left - 1, day
            day = after(day, business=kind == "businessDays")
        day = last or day
    else:
        for _ in range(left):
            day = after(day, business=kind == "businessDays")
    return minute_of(datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC) - offset)


def after(day: date, *, business: bool) -> date:
    day += timedelta(days=1)
    return after(day, business=True) if business and day.weekday() in (5, 6) else day


def first_minute(world: World) -> int | None:
    if world.window.get("type") != "range":
        return None
    first = date.fromisoformat(str(world.window["value"][0]))  # type: ignore[index]  # a list in this kind
    return midnight(first, ZoneInfo(world.hosts[0].zone))


def slots(world: World, start: datetime, end: datetime, zone: ZoneInfo) -> list[int]:
    """The starts that are offered, sorted."""
    opens = first_minute(world)
    if opens is not None:
        start = max(start, moment_of(opens))
    closes = last_minute(world, zone)
    found = [each for each in within(world, start, end, zone) if closes is None or each < closes]
    if world.only_first:
        days = [moment_of(each).astimezone(zone).date() for each in found]
        found = [each for place, each in enumerate(found) if days[place] not in days[:place]]
    return found


def bookable(world: World, start: int, zone: ZoneInfo) -> bool:
    """Whether somebody in this zone can book from this minute on, be it on the grid or not."""
    if moment_of(start) < world.now + timedelta(minutes=world.notice):
        return False
    opens, closes = first_minute(world), last_minute(world, zone)
    if (opens is not None and start < opens) or (closes is not None and start >= closes):
        return False
    day, wanted = moment_of(start).date(), set(range(start, start + world.length))
    return any(
        all(wanted <= free_minutes(world, host, day - timedelta(days=2), day + timedelta(days=2)) for host in chosen)
        for chosen in product(*world.rows)
    )
