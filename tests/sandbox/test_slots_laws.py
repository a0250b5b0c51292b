"""Whatever the schedules, zones, limits and bookings: the slots are those of a slow reference, and bookings go by them.

The default run does a few worlds; `CALCOM_CHAOS=full` does thousands.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

import pytest
from attrs import define, evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calcom_async.sandbox import (
    Sandbox,
    booking_create,
    event_type_wire,
    instants,
    personal_limits,
    team_booking_limits,
)
from calcom_async.sandbox.availability import DAYS
from calcom_async.sandbox.booking_checks import Draft
from calcom_async.sandbox.booking_input import Place
from calcom_async.sandbox.booking_wire import Person
from calcom_async.sandbox.world import MEMBER, OUTSIDER, OWNER, TEAM

from . import slots_reference as reference
from .slots_reference import Busy, Host, World

FULL = os.environ.get("CALCOM_CHAOS") == "full"
pytestmark = pytest.mark.timeout(1_800 if FULL else 120)
laws = settings(
    max_examples=2_000 if FULL else 60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
PEOPLE = (OWNER, MEMBER, OUTSIDER)
ASKED, OTHER = 30_001, 30_002
ZONES = [
    *("UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"),
    *("America/St_Johns", "Pacific/Auckland", "Pacific/Honolulu", "Africa/Casablanca"),
]
# A few days before clocks change somewhere, the end of a year, and a leap day.
MOMENTS = [
    *("2026-03-27T08:00:17", "2026-03-06T23:30:00", "2026-04-03T11:59:59", "2026-10-02T00:00:00"),
    *(
        "2026-10-23T14:07:30",
        "2026-10-31T22:00:01",
        "2026-12-30T09:15:00",
        "2028-02-27T12:00:00",
        "2026-06-10T10:10:10",
    ),
]


@define
class Server:
    """A sandbox whose clock stands still, and a plain connection to it."""

    sandbox: Sandbox

    def ask(self, method: str, path: str, version: str, body: Any = None) -> tuple[int, Any]:
        address = urlsplit(self.sandbox.url)
        assert address.hostname is not None
        connection = HTTPConnection(address.hostname, address.port)
        headers = {"cal-api-version": version, "Content-Type": "application/json"}
        connection.request(method, f"/v2/{path}", None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        status, content = answer.status, json.loads(answer.read())
        connection.close()
        return status, content

    def slots(self, query: dict[str, str]) -> dict[str, list[dict[str, str]]]:
        status, answer = self.ask("GET", f"slots?{urlencode(query)}", "2024-09-04")
        assert status == 200, answer
        found: dict[str, list[dict[str, str]]] = answer["data"]
        return found

    def book(self, minute: int, zone: str, length: int | None) -> tuple[int, Any]:
        guest = {"name": "Guest", "email": "guest@example.org", "timeZone": zone}
        body = {"eventTypeId": ASKED, "start": reference.moment_of(minute).isoformat(), "attendee": guest}
        return self.ask(
            "POST", "bookings", "2024-08-13", body if length is None else {**body, "lengthInMinutes": length}
        )

    def stand_at(self, now: datetime) -> None:
        milliseconds = instants.from_datetime(now)
        self.sandbox.clock.milliseconds = lambda: milliseconds  # type: ignore[method-assign]  # a clock that stands still

    def become(self, world: World, kind: str, mandatory: tuple[bool, ...]) -> None:
        """Take on a world: schedules, absences, limits, an event type and bookings."""
        backend = self.sandbox.backend
        store = backend.store
        for table in ("bookings", "attendees", "busy", "listing"):
            store.run(f"DELETE FROM {table}")
        self.stand_at(world.now)
        for user_id, host in zip(PEOPLE, world.hosts, strict=False):
            self._put_host(user_id, host)
        owner = store.users.get(OWNER)
        settings_ = {
            "slotInterval": world.interval,
            "offsetStart": world.offset,
            "beforeEventBuffer": world.before,
            "afterEventBuffer": world.after,
            "minimumBookingNotice": world.notice,
            "onlyShowFirstAvailableSlot": world.only_first,
            "bookingWindow": world.window or {"disabled": True},
            "bookingLimitsCount": world.counts,
            "bookingLimitsDuration": world.durations,
        }
        lengths = sorted({world.length, 25})
        record = event_type_wire.new(
            ASKED, owner, title="Asked", slug="asked", lengthInMinutes=25, lengthInMinutesOptions=lengths, **settings_
        )
        if kind != "personal":
            hosts = [
                {"userId": user_id, "mandatory": fixed}
                for user_id, fixed, _ in zip(PEOPLE, mandatory, world.hosts, strict=False)
            ]
            record["_"] = {"teamId": TEAM, "schedulingType": kind, "hosts": hosts}
        store.event_types.put(record, parent=f"user {OWNER}")
        self._limit_team(world)
        seen: set[int] = set()
        for user_id, host in zip(PEOPLE, world.hosts, strict=False):
            for busy in host.busy:
                if busy.number not in seen:
                    seen.add(busy.number)
                    self._put_booking(world, busy, record, user_id)

    def _limit_team(self, world: World) -> None:
        backend = self.sandbox.backend
        for shelf in (personal_limits.OF_TEAMS, personal_limits.OWN):
            backend.store.run("DELETE FROM records WHERE shelf = ?", shelf)
        if world.team_limits:
            team_booking_limits.set_team_limit(backend, TEAM, named(world.team_limits))
        for user_id, host in zip(PEOPLE, world.hosts, strict=False):
            if host.team_limits:
                own = {"id": personal_limits.own_key(user_id, TEAM), **named(host.team_limits)}
                backend.store.shelf(personal_limits.OWN).put(own)

    def _put_host(self, user_id: int, host: Host) -> None:
        store = self.sandbox.backend.store
        user = store.users.get(user_id)
        assert user is not None
        schedule = 3_900 + user_id
        store.users.put({**user, "timeZone": host.calendar, "defaultScheduleId": schedule})
        rows = [(day, hours) for day, found in host.weekly.items() for hours in found]
        special = [(day, hours) for day, found in host.special.items() for hours in found or ((0, 0),)]
        store.schedules.put(
            {
                "id": schedule,
                "ownerId": user_id,
                "name": "S",
                "timeZone": host.zone,
                "availability": [{"days": [DAYS[day]], **clock(hours)} for day, hours in rows],
                "overrides": [{"date": day.isoformat(), **clock(hours)} for day, hours in special],
            },
            parent=user_id,
        )
        store.run("DELETE FROM records WHERE shelf = 'out of office' AND parent = ?", user_id)
        for place, (first, last) in enumerate(host.away):
            start, end = (1000 * 60 * reference.midnight(day, ZoneInfo("UTC")) for day in (first, last))
            entry = {"id": user_id * 10 + place, "userId": user_id, "start": start, "end": end + instants.DAY - 1}
            store.out_of_office.put(entry, parent=user_id)
        store.booking_limits.put({"id": user_id, **named(host.limits)})

    def _put_booking(self, world: World, busy: Busy, asked: dict[str, Any], user_id: int) -> None:
        backend = self.sandbox.backend
        owner = backend.store.users.get(user_id)
        assert owner is not None
        private = {**asked["_"]}
        if not busy.same_type and not busy.of_team:
            private["teamId"] = None
        policy = {"type": "always", "blockUnconfirmedBookingsInBooker": busy.blocks}
        record = {
            **asked,
            "id": ASKED if busy.same_type else OTHER,
            "beforeEventBuffer": busy.before,
            "afterEventBuffer": busy.after,
            "confirmationPolicy": {"disabled": True} if busy.accepted else policy,
            "_": private,
        }
        draft = Draft(
            event_type=record,
            person=Person(name="Other", email="other@example.org", time_zone="UTC", language="en", phone=None),
            start=busy.start * instants.MINUTE,
            length=(busy.end - busy.start) * instants.MINUTE,
            place=Place(None, None),
            metadata={},
            guests=None,
            answers={},
        )
        status = "accepted" if busy.accepted else "pending" if busy.blocks else "cancelled"
        booking_create.write(backend, draft, [owner], status=status)


def named(limits: dict[str, int]) -> dict[str, int]:
    return {f"per{unit.capitalize()}": most for unit, most in limits.items()}


def clock(hours: tuple[int, int]) -> dict[str, str]:
    start, end = (f"{each // 60:02}:{each % 60:02}" for each in hours)
    return {"startTime": start, "endTime": end}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Sandbox(now=MOMENTS[0] + "Z", rate_limit=None) as sandbox:
        yield Server(sandbox)


hours = st.tuples(st.integers(0, 280), st.integers(1, 120)).map(
    lambda pair: (min(pair[0] * 5, 1380), min((pair[0] + pair[1]) * 5, 1439))
)
some_hours = st.lists(hours, max_size=2).map(tuple)
wide_hours = st.one_of(some_hours, st.just(((9 * 60, 17 * 60),)), st.just(((0, 1439),)))


limits = st.dictionaries(st.sampled_from(["day", "week", "month", "year"]), st.integers(1, 4), max_size=1)


@st.composite
def hosts(draw: st.DrawFn, now: datetime) -> Host:
    def days(least: int, most: int) -> st.SearchStrategy[date]:
        return st.integers(least, most).map(lambda shift: now.date() + timedelta(days=shift))

    absences = st.tuples(days(-1, 4), st.integers(0, 2)).map(lambda pair: (pair[0], pair[0] + timedelta(days=pair[1])))
    found = Host(
        zone=draw(st.sampled_from(ZONES)),
        calendar=draw(st.sampled_from(ZONES)),
        weekly=draw(st.dictionaries(st.integers(0, 6), wide_hours, min_size=3)),
        special=draw(st.dictionaries(days(-1, 5), some_hours, max_size=2)),
        away=tuple(draw(st.lists(absences, max_size=1))),
        limits=draw(limits),
        team_limits=draw(limits),
    )
    return found if draw(st.integers(0, 3)) == 0 else evolve(found, limits={})


@st.composite
def bookings(draw: st.DrawFn, now: datetime, owner: int) -> tuple[Busy, ...]:
    found = []
    for place in range(draw(st.integers(0, 4))):
        start = reference.minute_of(now) + draw(st.integers(-10, 600)) * 5
        status = draw(st.sampled_from(["accepted"] * 4 + ["pending", "cancelled"]))
        found.append(
            Busy(
                number=owner * 100 + place,
                start=start,
                end=start + draw(st.sampled_from([15, 20, 30, 45, 60, 95])),
                before=draw(st.sampled_from([0, 0, 10, 45])),
                after=draw(st.sampled_from([0, 0, 15])),
                same_type=draw(st.booleans()),
                of_team=draw(st.booleans()),
                accepted=status == "accepted",
                blocks=status != "cancelled",
            )
        )
    return tuple(found)


def windows(now: datetime) -> st.SearchStrategy[dict[str, Any]]:
    counted = st.fixed_dictionaries(
        {
            "type": st.sampled_from(["calendarDays", "businessDays"]),
            "value": st.integers(1, 4),
            "rolling": st.booleans(),
        }
    )
    ranged = st.tuples(st.integers(-2, 3), st.integers(0, 3)).map(
        lambda pair: {
            "type": "range",
            "value": [(now.date() + timedelta(days=each)).isoformat() for each in (pair[0], sum(pair))],
        }
    )
    return st.one_of(st.just({}), st.just({}), counted, ranged)


counts = st.one_of(
    st.just({}),
    st.just({}),
    st.fixed_dictionaries({"day": st.integers(1, 2), "week": st.integers(2, 4)}),
    st.dictionaries(st.sampled_from(["day", "week", "month", "year"]), st.integers(1, 5), max_size=1),
)
durations = st.one_of(
    st.just({}),
    st.just({}),
    st.dictionaries(st.sampled_from(["day", "week", "month", "year"]), st.sampled_from([30, 60, 90, 150]), max_size=1),
)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[World, str, tuple[bool, ...]]:
    now = datetime.fromisoformat(draw(st.sampled_from(MOMENTS))).replace(tzinfo=UTC)
    length = draw(st.sampled_from([15, 20, 30, 45, 50, 60, 90, 7]))
    kind = draw(st.sampled_from(["personal", "personal", "collective", "roundRobin"]))
    number = 1 if kind == "personal" else draw(st.integers(2, 3))
    people = [evolve(draw(hosts(now)), busy=draw(bookings(now, place))) for place in range(number)]
    fixed = number if kind != "roundRobin" else draw(st.integers(0, number))
    people = [evolve(each, rotating=place >= fixed) for place, each in enumerate(people)]
    rows = tuple((host,) for host in people[:fixed])
    if people[fixed:]:
        rows = (*rows, tuple(people[fixed:]))
    mandatory = tuple(place < fixed for place in range(number))
    world = World(
        now=now,
        rows=rows,
        length=length,
        interval=draw(st.sampled_from([None, None, 5, 15, 30, 60, 35])),
        offset=draw(st.sampled_from([0, 0, 10])),
        before=draw(st.sampled_from([0, 0, 10, 30])),
        after=draw(st.sampled_from([0, 0, 15])),
        notice=draw(st.sampled_from([0, 120, 90, 2_000])),
        only_first=draw(st.sampled_from([False, False, False, True])),
        window=draw(windows(now)),
        counts=draw(counts),
        durations=draw(durations),
        team_limits=draw(limits) if kind != "personal" else {},
    )
    return world, kind, mandatory


def spoken(moment: datetime, form: str) -> str:
    return moment.date().isoformat() if form == "date" else moment.isoformat().replace("+00:00", "Z")


@st.composite
def questions(draw: st.DrawFn, world: World) -> tuple[dict[str, str], datetime, datetime, str]:
    """A query for slots, from when to when it asks, and for which zone."""
    first = world.now + timedelta(days=draw(st.integers(-1, 2)))
    last = first + timedelta(days=draw(st.integers(0, 4)))
    midnight = {"hour": 0, "minute": 0, "second": 0}
    form = draw(st.sampled_from(["date", "date", "instant"]))
    start = first.replace(**midnight) if form == "date" else first
    end = last.replace(**midnight) if form == "date" else last
    query = {"eventTypeId": str(ASKED), "start": spoken(start, form), "end": spoken(end, form)}
    query["duration"] = str(world.length)
    zone = draw(st.sampled_from(["", *ZONES]))
    if zone:
        query["timeZone"] = zone
    if draw(st.booleans()):
        query["format"] = draw(st.sampled_from(["time", "range"]))
    if end == end.replace(**midnight):
        end += timedelta(days=1)
    elif end.second == 59:
        end += timedelta(seconds=1)
    return query, start, end, zone


def flat(server: Server, query: dict[str, str], zone: str, length: int) -> list[int]:
    """The starts of an answer, once its keys, zones and ends are found to be right."""
    found = []
    for key, there in server.slots(query).items():
        assert there, "an empty day has no key"
        for each in there:
            start = datetime.fromisoformat(each["start"])
            assert start.date().isoformat() == key
            assert each["start"].endswith("Z") == (zone in ("", "UTC")), each
            assert start.utcoffset() == start.astimezone(ZoneInfo(zone or "UTC")).utcoffset()
            assert ("end" in each) == (query.get("format") == "range")
            if "end" in each:
                assert datetime.fromisoformat(each["end"]) - start == timedelta(minutes=length)
            found.append(reference.minute_of(start))
    assert found == sorted(found)
    return found


@laws
@given(data=st.data())
def test_slots_are_those_of_the_reference(server: Server, data: st.DataObject) -> None:
    world, kind, mandatory = data.draw(worlds())
    query, start, end, zone = data.draw(questions(world))
    server.become(world, kind, mandatory)
    assert flat(server, query, zone, world.length) == reference.slots(world, start, end, ZoneInfo(zone or "UTC"))


ALWAYS = Host(zone="UTC", weekly=dict.fromkeys(range(7), ((0, 1439),)))


@st.composite
def crowded(draw: st.DrawFn) -> World:
    """One host who is always open, with many short bookings: nothing but pauses, rhythm and limits decides."""
    now = datetime.fromisoformat(draw(st.sampled_from(MOMENTS))).replace(tzinfo=UTC)
    starts = draw(st.lists(st.integers(0, 500), min_size=2, max_size=8))
    pauses = st.sampled_from([(0, 0), (10, 0), (0, 15), (5, 20)])
    busy = []
    for place, start in enumerate(starts):
        before, after = draw(pauses)
        first = reference.minute_of(now) + start * 5
        last = first + draw(st.sampled_from([5, 15, 20, 45]))
        same = draw(st.sampled_from([True, True, False]))
        busy.append(Busy(number=place, start=first, end=last, before=before, after=after, same_type=same))
    units = st.sampled_from(["day", "week", "month", "year"])
    limit = draw(st.sampled_from(["none", "counts", "durations", "personal"]))
    most = {draw(units): draw(st.integers(1, len(starts)))}
    minutes = {draw(units): draw(st.sampled_from([20, 30, 60, 65, 80, 120]))}
    before, after = draw(pauses)
    host = evolve(ALWAYS, calendar=draw(st.sampled_from(ZONES)), busy=tuple(busy))
    return World(
        now=now,
        rows=((evolve(host, limits=most) if limit == "personal" else host,),),
        length=draw(st.sampled_from([7, 15, 20, 30, 60])),
        interval=draw(st.sampled_from([None, 35, 60, 90])),
        offset=draw(st.sampled_from([0, 0, 10])),
        before=before,
        after=after,
        counts=most if limit == "counts" else {},
        durations=minutes if limit == "durations" else {},
    )


@laws
@given(world=crowded(), zone=st.sampled_from(["UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Honolulu"]))
def test_pauses_rhythm_and_limits(server: Server, world: World, zone: str) -> None:
    server.become(world, "personal", (False,))
    end = world.now + timedelta(days=4)
    query = {"eventTypeId": str(ASKED), "duration": str(world.length), "timeZone": zone}
    query |= {"start": spoken(world.now, "instant"), "end": spoken(end, "instant")}
    if end == end.replace(hour=0, minute=0, second=0):
        end += timedelta(days=1)  # a midnight ends with its day
    elif end.second == 59:
        end += timedelta(seconds=1)  # as good as the next minute
    assert flat(server, query, zone, world.length) == reference.slots(world, world.now, end, ZoneInfo(zone))


@laws
@given(data=st.data())
def test_what_is_offered_can_be_booked_and_what_is_not_free_cannot(server: Server, data: st.DataObject) -> None:
    world, kind, mandatory = data.draw(worlds())
    server.become(world, kind, mandatory)
    zone = data.draw(st.sampled_from(ZONES))
    first = world.now + timedelta(days=data.draw(st.integers(0, 3)))
    query = {"eventTypeId": str(ASKED), "duration": str(world.length), "timeZone": zone}
    query |= {"start": spoken(world.now, "date"), "end": spoken(first, "date")}
    offered = flat(server, query, zone, world.length)
    wished = reference.minute_of(world.now) + data.draw(st.integers(1, 800)) * 5
    minute = data.draw(st.sampled_from([*offered, wished]) if offered else st.just(wished))
    may = reference.bookable(world, minute, ZoneInfo(zone))
    assert may or minute not in offered
    status, answer = server.book(minute, zone, world.length)
    assert (status == 201) == may, answer
    if not may:
        assert status in (400, 401), answer
    rotating = kind == "roundRobin" and len(world.rows[-1]) > 1
    if may and not rotating:
        assert minute not in flat(server, query, zone, world.length)
