"""Bookings in the database: the rendered JSON of each, and beside it the columns it is found by.

`listing` has a row for every pair of a booking and a user who sees it, because the real list is the union of what one
owns, attends and oversees, and a page of it must come straight from an index. `busy` has a row for every user a
booking keeps busy.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from attrs import define, field

from calcom_async.sandbox import instants, wire_json
from calcom_async.sandbox.people import People
from calcom_async.sandbox.store import Store

NEVER_UPDATED: Final = 1 << 62
"""Stands for `updatedAt: null`: sorts last ascending and first descending, as PostgreSQL sorts nulls."""

_BATCH: Final = 2_000
_INSERT_LISTING: Final = "INSERT INTO listing VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
DEAD: Final = ("cancelled", "rejected")
_COLUMNS: Final = (
    "id, uid, organizer, event_type, team, status, start, finish, created, updated, series, sort_uuid, private, wire"
)


@define(kw_only=True)
class Booking:
    """One booking: what it is found by, its JSON as the API lists it, and what the API never shows."""

    id: int
    uid: str
    organizer: int
    event_type: int | None
    team: int | None
    status: str
    start: int
    end: int
    created: int
    updated: int | None
    series: str | None
    sort_uuid: str
    wire: dict[str, Any]
    private: dict[str, Any] = field(factory=dict)

    @property
    def alive(self) -> bool:
        """Neither cancelled nor rejected."""
        return self.status not in DEAD

    @property
    def blocks(self) -> bool:
        """Whether it keeps its hosts busy: pending ones only where their event type says so."""
        return self.status == "accepted" or (self.status == "pending" and bool(self.private.get("blocks")))

    @property
    def seated(self) -> bool:
        """Whether attendees hold seats."""
        return bool(self.private.get("seated"))

    def sync(self) -> None:
        """Write the columns' values into the JSON."""
        self.wire["status"] = self.status
        self.wire["start"] = instants.to_wire(self.start)
        self.wire["end"] = instants.to_wire(self.end)
        self.wire["duration"] = (self.end - self.start) // instants.MINUTE
        self.wire["createdAt"] = instants.to_wire(self.created)
        self.wire["updatedAt"] = instants.to_wire(self.updated) if self.updated is not None else None


class Bookings:
    """Reading and writing bookings. `version` grows with every write, so that list positions can be remembered."""

    def __init__(self, store: Store, people: People) -> None:
        self._store = store
        self._people = people
        self.version = 0

    def by_uid(self, uid: str) -> Booking | None:
        """The booking with this uid."""
        return self._first("uid = ?", uid)

    def by_id(self, booking_id: int) -> Booking | None:
        """The booking with this number."""
        return self._first("id = ?", booking_id)

    def by_seat(self, seat: str) -> Booking | None:
        """The booking on which this seat is taken."""
        return self._first("id = (SELECT booking FROM attendees WHERE seat = ?)", seat)

    def series(self, uid: str) -> list[Booking]:
        """The bookings of a recurring series, by start."""
        return self._load(f"SELECT {_COLUMNS} FROM bookings WHERE series = ? ORDER BY start", uid)

    def of_event_type(self, event_type: int, start: int, end: int) -> list[Booking]:
        """Living bookings of an event type that overlap a time."""
        return self._load(
            f"SELECT {_COLUMNS} FROM bookings WHERE event_type = ? AND start < ? AND finish > ? "
            "AND status NOT IN ('cancelled', 'rejected') ORDER BY start",
            event_type,
            end,
            start,
        )

    def all_of_event_type(self, event_type: int) -> list[Booking]:
        """Every booking of an event type."""
        return self._load(f"SELECT {_COLUMNS} FROM bookings WHERE event_type = ?", event_type)

    def where(self, condition: str, *arguments: Any) -> list[Booking]:
        """The bookings for which an SQL condition on their columns holds."""
        return self._load(f"SELECT {_COLUMNS} FROM bookings WHERE {condition}", *arguments)

    def busy(self, person: int, start: int, end: int) -> list[tuple[int, int, int]]:
        """When a user is busy between two instants: (start, end, booking id)."""
        # Nothing lasts longer than two days here, which keeps the range scan short.
        return [
            (row[0], row[1], row[2])
            for row in self._store.rows(
                "SELECT start, finish, booking FROM busy WHERE person = ? AND start > ? AND start < ? AND finish > ?",
                person,
                start - 2 * instants.DAY,
                end,
                start,
            )
        ]

    def accepted_of_event_type(self, event_type: int, start: int, end: int) -> list[tuple[int, int, int]]:
        """The accepted bookings of an event type that start between two instants, sorted: (start, end, booking id)."""
        return [
            (row[0], row[1], row[2])
            for row in self._store.rows(
                "SELECT start, finish, id FROM bookings WHERE event_type = ? AND start >= ? AND start < ? "
                "AND status = 'accepted' ORDER BY start",
                event_type,
                start,
                end,
            )
        ]

    def accepted_of_person(
        self, person: int, start: int, end: int, *, team: int | None = None
    ) -> list[tuple[int, int, int]]:
        """The accepted bookings of a user, or those of a team's event types, that start between two instants, sorted.

        Each as start, end and booking id.
        """
        # `busy` has the pauses before and after as well, so the start of the booking itself decides.
        return [
            (row[0], row[1], row[2])
            for row in self._store.rows(
                "SELECT bookings.start, bookings.finish, id FROM busy JOIN bookings ON id = busy.booking "
                "WHERE person = ? AND busy.start >= ? AND busy.start < ? "
                "AND bookings.start >= ? AND bookings.start < ? AND status = 'accepted' "
                "AND (? IS NULL OR team = ?) ORDER BY bookings.start",
                person,
                start - 2 * instants.DAY,
                end,
                start,
                end,
                team,
                team,
            )
        ]

    def uids(self, viewer: int | None = None) -> list[str]:
        """Every uid, by id; those one user sees, or all."""
        if viewer is None:
            return [row[0] for row in self._store.rows("SELECT uid FROM bookings ORDER BY id")]
        return [
            row[0]
            for row in self._store.rows(
                "SELECT uid FROM bookings JOIN listing ON booking = id WHERE viewer = ? ORDER BY id", viewer
            )
        ]

    def next_id(self) -> int:
        """The next booking number."""
        row = self._store.one("SELECT max(id) FROM bookings")
        return max(70_000, (row[0] or 0) if row else 0) + 1

    def next_attendee_id(self) -> int:
        """The next attendee number."""
        row = self._store.one("SELECT max(id) FROM attendees")
        return max(90_000, (row[0] or 0) if row else 0) + 1

    def save(self, booking: Booking) -> None:
        """Write a booking, with everything that is derived from it."""
        booking.sync()
        ids = booking.private.setdefault("attendeeIds", [])
        following = self.next_attendee_id()
        while len(ids) < len(booking.wire["attendees"]):
            ids.append(following)
            following += 1
        with self._store.transaction():
            for table in ("attendees", "busy", "listing"):
                self._store.run(f"DELETE FROM {table} WHERE booking = ?", booking.id)
            self.insert([booking])
        self.version += 1

    def insert(self, bookings: Iterable[Booking]) -> None:
        """Write new bookings in bulk. Their JSON must be in step and their attendees numbered."""
        main, attendees, busy, listing = [], [], [], []
        for booking in bookings:
            main.append(_row(booking))
            attendees += _attendee_rows(booking)
            if booking.blocks:
                before, after = booking.private.get("buffers", (0, 0))
                busy += [
                    (person, booking.start - before, booking.end + after, booking.id)
                    for person in self._kept_busy(booking)
                    if person
                ]
            listing += [_listing_row(viewer, booking) for viewer in self._viewers(booking)]
        self._store.run_many(f"INSERT OR REPLACE INTO bookings({_COLUMNS}) VALUES ({', '.join('?' * 14)})", main)
        self._store.run_many("INSERT INTO attendees VALUES (?, ?, ?, ?, ?, ?)", attendees)
        self._store.run_many("INSERT OR REPLACE INTO busy VALUES (?, ?, ?, ?)", busy)
        self._store.run_many(_INSERT_LISTING, listing)

    def refresh_listing(self) -> None:
        """Work out anew who sees what (after teams or memberships changed)."""
        with self._store.transaction():
            self._store.run("DELETE FROM listing")
            last = 0
            while batch := self._load(
                f"SELECT {_COLUMNS} FROM bookings WHERE id > ? ORDER BY id LIMIT ?", last, _BATCH
            ):
                last = batch[-1].id
                self._store.run_many(
                    _INSERT_LISTING, [_listing_row(viewer, each) for each in batch for viewer in self._viewers(each)]
                )
        self.version += 1

    def _kept_busy(self, booking: Booking) -> set[int]:
        hosts = {host["id"] for host in booking.wire["hosts"] if isinstance(host["id"], int)}
        return hosts | {booking.organizer} | self._attending(booking)

    def _viewers(self, booking: Booking) -> set[int]:
        viewers = {booking.organizer} | self._people.overseers(booking.organizer) | self._attending(booking)
        viewers |= {host["id"] for host in booking.wire["hosts"] if isinstance(host["id"], int)}
        if booking.team is not None:
            viewers |= self._people.team_admins(booking.team)
        return viewers - {0}

    def _attending(self, booking: Booking) -> set[int]:
        found = {self._people.by_email(attendee["email"]) for attendee in booking.wire["attendees"]}
        return {user for user in found if user is not None}

    def _first(self, condition: str, *arguments: Any) -> Booking | None:
        found = self._load(f"SELECT {_COLUMNS} FROM bookings WHERE {condition}", *arguments)
        return found[0] if found else None

    def _load(self, sql: str, *arguments: Any) -> list[Booking]:
        return [_booking(row) for row in self._store.rows(sql, *arguments)]


def _booking(row: tuple[Any, ...]) -> Booking:
    return Booking(
        id=row[0],
        uid=row[1],
        organizer=row[2],
        event_type=row[3],
        team=row[4],
        status=row[5],
        start=row[6],
        end=row[7],
        created=row[8],
        updated=None if row[9] == NEVER_UPDATED else row[9],
        series=row[10],
        sort_uuid=row[11],
        private=wire_json.loads(row[12]),
        wire=wire_json.loads(row[13]),
    )


def _row(booking: Booking) -> tuple[Any, ...]:
    return (
        booking.id,
        booking.uid,
        booking.organizer,
        booking.event_type,
        booking.team,
        booking.status,
        booking.start,
        booking.end,
        booking.created,
        NEVER_UPDATED if booking.updated is None else booking.updated,
        booking.series,
        booking.sort_uuid,
        wire_json.dumps(booking.private),
        wire_json.dumps(booking.wire),
    )


def _attendee_rows(booking: Booking) -> list[tuple[Any, ...]]:
    ids = booking.private["attendeeIds"]
    return [
        (ids[place], booking.id, place, attendee["email"], attendee["name"], attendee.get("seatUid"))
        for place, attendee in enumerate(booking.wire["attendees"])
    ]


def _listing_row(viewer: int, booking: Booking) -> tuple[Any, ...]:
    return (
        viewer,
        booking.id,
        booking.start,
        booking.end,
        booking.created,
        NEVER_UPDATED if booking.updated is None else booking.updated,
        booking.sort_uuid,
        booking.status,
        booking.series is not None,
        booking.event_type,
        booking.team,
    )
