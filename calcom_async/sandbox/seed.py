"""Seeded bookings: as many as asked for, the same for the same seed, with every oddity real bookings have.

Around 40 % share their `createdAt` with others, some of the ties being 180 long; every status occurs, in the past
and in the future; there are seated and recurring ones, ones of deleted event types and of hosts whose account is gone.
All of them are visible to the owner of the default world. Times lie around `now`, so seed and `now` fix them.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from attrs import define

from calcom_async.sandbox import booking_wire, instants, world
from calcom_async.sandbox.backend import Backend, Names
from calcom_async.sandbox.booking_wire import Person
from calcom_async.sandbox.bookings_store import Booking
from calcom_async.sandbox.store import Record

_BATCH: Final = 5_000
_PAST: Final = 400
_FUTURE: Final = 150
_LONGEST_TIE: Final = 180
_ZONES: Final = ("Europe/Riga", "America/Los_Angeles", "Asia/Tokyo", "Europe/London", "Australia/Sydney", "UTC")
_LANGUAGES: Final = ("en", "en", "en", "de", "lv", "ja")
_PLACES: Final = (None, None, None, "https://meet.example.com/room", "+37120000000", "1 Example Street, Exampletown")
_ATTENDED: Final = 20011
"""The outsider's event type: the owner sees these bookings because the owner attends them."""

_WEIGHTED_TYPES: Final = (
    20001,
    20001,
    20002,
    20002,
    20002,
    20003,
    20004,
    20005,
    20006,
    20007,
    world.ROUND_ROBIN,
    20009,
    _ATTENDED,
)


def created_instants(count: int, now: int, rng: random.Random) -> list[int]:
    """When each booking was made, ascending: about 40 % of them in ties."""
    spread = _PAST * instants.DAY
    in_ties = count * 2 // 5
    made: list[int] = []
    longest = min(_LONGEST_TIE, in_ties)
    while len(made) < in_ties:
        size = min(longest if not made else rng.choice((2, 2, 3, 3, 5, 8, 20, 60, _LONGEST_TIE)), in_ties - len(made))
        made += [now - rng.randrange(instants.HOUR, spread)] * size
    made += [now - rng.randrange(instants.HOUR, spread) for _ in range(count - len(made))]
    made.sort()
    return made


def fill(backend: Backend, count: int, seed: int) -> None:
    """Put `count` bookings into a world that has none."""
    rng = random.Random(f"bookings/{seed}")
    now = backend.clock.milliseconds() // instants.HOUR * instants.HOUR
    maker = _Maker(backend, rng, now)
    bookings = maker.bookings(created_instants(count, now, rng))
    with backend.store.transaction():
        while batch := list(islice(bookings, _BATCH)):
            backend.bookings.insert(batch)


@define
class _Series:
    """A recurring series whose further bookings are still to come."""

    uid: str
    person: Person
    start: int
    left: int


class _Maker:
    def __init__(self, backend: Backend, rng: random.Random, now: int) -> None:
        self._rng = rng
        self._now = now
        self._hosted = backend.hosted
        self._names = Names(rng)
        self._users = {user["id"]: user for user in backend.store.users.all()}
        self._event_types = {each["id"]: each for each in backend.store.event_types.all()}
        self._hosts = {user_id: booking_wire.host(user, hosted=self._hosted) for user_id, user in self._users.items()}
        self._series: _Series | None = None
        owner = self._users[world.OWNER]
        self._owner = Person(name=owner["name"], email=owner["email"], time_zone=owner["timeZone"])
        self._attendee_id = 90_000
        self._people = [
            Person(
                name=f"Guest {number}",
                email=f"guest{number}@example.org",
                time_zone=rng.choice(_ZONES),
                language=rng.choice(_LANGUAGES),
                phone=f"+3712{number:07}" if number % 7 == 0 else None,
            )
            for number in range(500)
        ]

    def bookings(self, created: list[int]) -> Iterator[Booking]:
        """One booking for each of these moments, in this order."""
        earlier: Booking | None = None
        for number, moment in enumerate(created):
            booking = self._one(70_001 + number, moment)
            if earlier is not None:
                self._link(earlier, booking)
                yield earlier
            earlier = booking
        if earlier is not None:
            yield earlier

    def _link(self, old: Booking, new: Booking) -> None:
        """Some cancelled bookings were rescheduled: the one made after it is where it went."""
        plain = all(each.series is None and not each.seated and each.event_type is not None for each in (old, new))
        if not plain or old.status != "cancelled" or not new.alive or self._rng.random() < 0.5:
            return
        by = old.wire["attendees"][0]["email"]
        old.wire |= {"cancellationReason": "", "rescheduledByEmail": by, "rescheduledToUid": new.uid}
        new.wire |= {"rescheduledFromUid": old.uid, "reschedulingReason": "Another time suits better"}

    def _one(self, booking_id: int, created: int) -> Booking:
        rng = self._rng
        event_type = self._event_types[self._pick_event_type()]
        recurring = event_type["recurrence"] is not None
        series = self._next_of_series(created) if recurring else None
        person = series.person if series else rng.choice(self._people)
        if event_type["id"] == _ATTENDED:
            person = self._owner
        start = series.start if series else self._pick_start(created)
        length = rng.choice(event_type.get("lengthInMinutesOptions") or (event_type["lengthInMinutes"],))
        organizer, hosts = self._pick_hosts(event_type)
        uid = self._names.short()
        seated = not event_type["seats"]["disabled"]
        booking = Booking(
            id=booking_id,
            uid=uid,
            organizer=organizer,
            event_type=event_type["id"],
            team=event_type["_"]["teamId"],
            status="accepted",
            start=start,
            end=start + length * instants.MINUTE,
            created=created,
            updated=None if rng.random() < 0.05 else min(self._now, created + rng.randrange(50, 9 * instants.DAY)),
            series=series.uid if series else None,
            sort_uuid=self._names.sortable(start),
            wire=self._wire(
                booking_id=booking_id,
                uid=uid,
                event_type=event_type,
                hosts=hosts,
                person=person,
                seated=seated,
                series=series,
                created=created,
            ),
            private={"seated": True} if seated else {},
        )
        self._number_attendees(booking)
        self._set_status(booking, event_type)
        if rng.random() < 0.02:
            booking_wire.forget_event_type(booking)
        booking.sync()
        return booking

    def _pick_event_type(self) -> int:
        return 20006 if self._series is not None else self._rng.choice(_WEIGHTED_TYPES)

    def _pick_start(self, created: int) -> int:
        # On a quarter of an hour; never before it was booked, some far ahead.
        latest = self._now + _FUTURE * instants.DAY
        ahead = min(latest - created, instants.DAY * (30 if self._rng.random() < 0.7 else 120))
        moment = created + self._rng.randrange(instants.HOUR, ahead)
        return moment - moment % (15 * instants.MINUTE)

    def _next_of_series(self, created: int) -> _Series:
        series = self._series
        if series is None:
            uid = str(uuid.UUID(int=self._rng.getrandbits(128), version=4))
            series = _Series(uid, self._rng.choice(self._people), self._pick_start(created), 3)
        else:
            series = _Series(series.uid, series.person, series.start + 7 * instants.DAY, series.left - 1)
        self._series = series if series.left else None
        return series

    def _pick_hosts(self, event_type: Record) -> tuple[int, list[dict[str, Any]]]:
        team_hosts = [each["userId"] for each in event_type["_"]["hosts"]]
        if event_type["_"]["schedulingType"] == "collective":
            return team_hosts[0], [self._hosts[user_id] for user_id in team_hosts]
        organizer = self._rng.choice(team_hosts) if team_hosts else event_type["ownerId"]
        if team_hosts and self._rng.random() < 0.1:
            gone = dict(booking_wire.UNKNOWN_HOST)
            return 0, [{**gone, "displayEmail": "unknown"} if self._hosted else gone]
        return organizer, [self._hosts[organizer]]

    def _wire(
        self,
        *,
        booking_id: int,
        uid: str,
        event_type: Record,
        hosts: list[dict[str, Any]],
        person: Person,
        seated: bool,
        series: _Series | None,
        created: int,
    ) -> dict[str, Any]:
        rng = self._rng
        chance = rng.random()
        guests = [f"friend{rng.randrange(200)}@example.org"] if chance < 0.1 else [] if self._hosted else None
        metadata = {"source": "seed", "row": str(booking_id)} if chance > 0.7 else {}
        attendees = [booking_wire.attendee(person, hosted=self._hosted)]
        fields: dict[str, Any] | None = None
        if seated:
            guests = None
            people = [person, *rng.sample(self._people, rng.randrange(2))]
            attendees = [self._seat(each, created, metadata) for each in people]
        else:
            for guest in guests or ():
                friend = Person(name="", email=guest, time_zone=person.time_zone, language=person.language)
                attendees.append(booking_wire.attendee(friend, hosted=self._hosted))
            extra = {"notes": "Please call first."} if chance > 0.9 else {}
            fields = booking_wire.responses(person, guests, extra, hosted=self._hosted)
            if 0.5 < chance < 0.55:
                first, _, last = person.name.partition(" ")
                fields["name"] = {"firstName": first, "lastName": last}
        place = booking_wire.location(rng.choice(_PLACES), uid, hosted=self._hosted)
        return booking_wire.wire(
            booking_id=booking_id,
            uid=uid,
            title=f"{event_type['title']} between {hosts[0]['name']} and {person.name}",
            description=None if chance < 0.03 else "Please call first." if chance > 0.9 else "",
            hosts=hosts,
            event_type=(event_type["id"], event_type["slug"]),
            place=place,
            metadata=metadata,
            attendees=attendees,
            guests=guests,
            fields=fields,
            series=series.uid if series else None,
            ics_uid=f"{uid}@Cal.com",
        )

    def _seat(self, person: Person, created: int, metadata: dict[str, str]) -> dict[str, Any]:
        shown = booking_wire.attendee(person, hosted=self._hosted)
        shown["seatUid"] = str(uuid.UUID(int=self._rng.getrandbits(128), version=4))
        if self._hosted:
            shown["createdAt"] = instants.to_wire(created)
        shown["bookingFieldsResponses"] = {"name": person.name, "guests": []}
        shown["metadata"] = metadata
        return shown

    def _number_attendees(self, booking: Booking) -> None:
        count = len(booking.wire["attendees"])
        booking.private["attendeeIds"] = list(range(self._attendee_id + 1, self._attendee_id + 1 + count))
        self._attendee_id += count

    def _set_status(self, booking: Booking, event_type: Record) -> None:
        chance = self._rng.random()
        shown = booking.wire
        by_hand = "type" in event_type["confirmationPolicy"]
        if by_hand and chance < 0.35:
            booking.status = "pending"
        elif by_hand and chance < 0.5:
            booking.status = "rejected"
        elif chance < 0.15:
            booking.status = "cancelled"
            shown["cancellationReason"] = self._rng.choice(("", "Changed plans", "Ill"))
            if chance < 0.05 and "cancelledByEmail" in shown:
                shown["cancelledByEmail"] = shown["attendees"][0]["email"]
        elif booking.end < self._now:
            shown["absentHost"] = chance > 0.98
            shown["attendees"][0]["absent"] = chance > 0.93
