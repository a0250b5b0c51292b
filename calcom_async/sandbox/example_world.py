"""The example world: three accounts on one server, in the week of 6 April 2026, for examples that name their ids.

Its clock starts at 2026-04-06T08:00:00Z, a Monday, and runs on from there.

| account | user | what is theirs |
|---|---|---|
| `default` | 1, Ada (ada@example.com, Europe/London) | event types 7 and 42 to 46, bookings 101 to 124, teams 1 to 7 |
| `work` | 2, Grace (grace@example.com, America/New_York) | event types 201 and 202, bookings 202 to 205, team 8 |
| `personal` | 3, Mary (mary@example.com, Europe/Dublin) | event type 301, bookings 301 and 302, no team |

Users 4 and 5, Alan and Edsger, are the mates of Ada's and Grace's teams; nobody has a key of theirs.

| event type | details |
|---|---|
| 42 | `half-hour`: 30 minutes; free on 2026-04-10 at 09:00 UTC |
| 7 | `kick-off`: 45 minutes, asks for `phone` and `company` as text; free on 2026-05-01 at 14:00 UTC |
| 43 | `office-hour`: 60 minutes, requires confirmation |
| 44 | `demo`: 45 minutes, 3 seats |
| 45 | `check-in`: recurring, weekly, 4 times |
| 46 | `any-length`: 15, 30 or 60 minutes |
| 201, 202 | Grace's `review` (60 minutes) and `one-to-one` (30 minutes) |
| 301 | Mary's `coffee` (30 minutes) |
| 11, 12; 21; 31; 41; 51, 52; 61; 71 | of teams 1 to 7 (30 minutes); 11 and 51 are round robin, the others collective |
| 81 | of team 8 |

Ada is OWNER of teams 1 to 3, ADMIN of 4 and 5, and a plain MEMBER of 6 and 7, whose memberships she may not list.
Her bookings come in every status; 123 is the coming one with two attendees.
"""

from __future__ import annotations

from typing import Any, Final

from attrs import frozen

from calcom_async.sandbox import booking_wire, event_type_input, event_type_wire, instants, world
from calcom_async.sandbox.backend import Backend, api_key
from calcom_async.sandbox.booking_wire import Person
from calcom_async.sandbox.bookings_store import Booking
from calcom_async.sandbox.store import Record

STARTS: Final = "2026-04-06T08:00:00Z"
"""Where its clock starts."""
ACCOUNTS: Final = {"default": "ada", "work": "grace", "personal": "mary"}
"""The user of each account."""

ADA: Final = 1
GRACE: Final = 2
MARY: Final = 3
ALAN: Final = 4
EDSGER: Final = 5

_USERS: Final = (
    (ADA, "ada", "Ada", "Europe/London"),
    (GRACE, "grace", "Grace", "America/New_York"),
    (MARY, "mary", "Mary", "Europe/Dublin"),
    (ALAN, "alan", "Alan", "Europe/London"),
    (EDSGER, "edsger", "Edsger", "Europe/Amsterdam"),
)
_TEXT: Final[dict[str, Any]] = {"type": "text", "required": False}
_OWNED: Final[tuple[tuple[int, int, dict[str, Any]], ...]] = (
    (
        7,
        ADA,
        {
            "title": "Project kick-off",
            "slug": "kick-off",
            "lengthInMinutes": 45,
            "description": "What is wanted, by whom and by when.",
            "bookingFields": event_type_input.merged_fields(
                [
                    {**_TEXT, "slug": "phone", "label": "Phone", "placeholder": "+44 20 7946 0000"},
                    {**_TEXT, "slug": "company", "label": "Company"},
                ]
            ),
        },
    ),
    (
        42,
        ADA,
        {
            "title": "Half an hour",
            "slug": "half-hour",
            "lengthInMinutes": 30,
            "description": "A call about anything. Bring your questions.",
        },
    ),
    (
        43,
        ADA,
        {
            "title": "Office hour",
            "slug": "office-hour",
            "lengthInMinutes": 60,
            "description": "At Ada's desk, once she has agreed.",
            "locations": [{"type": "address", "address": "1 Example Street, Exampletown", "public": True}],
            "confirmationPolicy": {"type": "always", "blockUnconfirmedBookingsInBooker": False},
        },
    ),
    (
        44,
        ADA,
        {
            "title": "Demo",
            "slug": "demo",
            "lengthInMinutes": 45,
            "description": "For three at a time.",
            "seats": {
                "disabled": False,
                "seatsPerTimeSlot": 3,
                "showAttendeeInfo": True,
                "showAvailabilityCount": True,
            },
        },
    ),
    (
        45,
        ADA,
        {
            "title": "Weekly check-in",
            "slug": "check-in",
            "lengthInMinutes": 30,
            "recurrence": {"interval": 1, "occurrences": 4, "frequency": "weekly"},
        },
    ),
    (
        46,
        ADA,
        {"title": "Any length", "slug": "any-length", "lengthInMinutes": 30, "lengthInMinutesOptions": [15, 30, 60]},
    ),
    (
        201,
        GRACE,
        {"title": "Review", "slug": "review", "lengthInMinutes": 60, "description": "Line by line."},
    ),
    (202, GRACE, {"title": "One to one", "slug": "one-to-one", "lengthInMinutes": 30}),
    (301, MARY, {"title": "Coffee", "slug": "coffee", "lengthInMinutes": 30, "description": "Or tea."}),
)
_EVENINGS: Final = {
    "days": ["Tuesday", "Thursday"],
    "startTime": "18:00",
    "endTime": "20:00",
}
_TEAMS: Final[tuple[tuple[int, str, tuple[tuple[int, str], ...]], ...]] = (
    (1, "Engineering", ((ADA, "OWNER"), (ALAN, "MEMBER"), (EDSGER, "MEMBER"))),
    (2, "Design", ((ADA, "OWNER"), (ALAN, "ADMIN"))),
    (3, "Support", ((ADA, "OWNER"), (EDSGER, "MEMBER"))),
    (4, "Sales", ((ALAN, "OWNER"), (ADA, "ADMIN"))),
    (5, "Customer Success", ((EDSGER, "OWNER"), (ADA, "ADMIN"), (ALAN, "MEMBER"))),
    (6, "Research", ((EDSGER, "OWNER"), (ADA, "MEMBER"))),
    (7, "Operations", ((ALAN, "OWNER"), (ADA, "MEMBER"))),
    (8, "Compilers", ((GRACE, "OWNER"), (EDSGER, "MEMBER"))),
)
_OF_TEAMS: Final = (
    (11, 1, "Pairing", "pairing", "roundRobin"),
    (12, 1, "Architecture talk", "architecture", "collective"),
    (21, 2, "Critique", "critique", "collective"),
    (31, 3, "Help desk", "help-desk", "collective"),
    (41, 4, "Quotation", "quotation", "collective"),
    (51, 5, "Onboarding", "onboarding", "roundRobin"),
    (52, 5, "Quarterly review", "quarterly-review", "collective"),
    (61, 6, "Reading group", "reading-group", "collective"),
    (71, 7, "Hand-over", "hand-over", "collective"),
    (81, 8, "Standards", "standards", "collective"),
)
_FIRST_MEMBERSHIP: Final = 801
_FIRST_ATTENDEE: Final = 901


@frozen(kw_only=True)
class _Row:
    """One booking, as the tables below have them."""

    id: int
    event_type: int
    host: int
    start: str
    created: str
    guests: tuple[int, ...]
    minutes: int | None = None
    status: str = "accepted"
    reason: str = ""
    notes: str = ""
    absent: bool = False
    moved_to: int | None = None
    moved_from: int | None = None
    series: str | None = None
    answers: tuple[tuple[str, str], ...] = ()


def _row(
    booking_id: int, event_type: int, start: str, created: str, *guests: int, host: int = ADA, **more: Any
) -> _Row:
    return _Row(id=booking_id, event_type=event_type, host=host, start=start, created=created, guests=guests, **more)


_SERIES: Final = "weekly check-ins"
_KICK_OFF: Final = (("phone", "+44 20 7946 0001"), ("company", "Example Ltd"))
# Times are UTC and London's, an hour apart since 29 March.
_BOOKINGS: Final = (
    _row(101, 42, "2026-03-09T10:00Z", "2026-03-02T09:12Z", 1, notes="First contact."),
    _row(102, 42, "2026-03-10T14:00Z", "2026-03-02T11:40Z", 2, absent=True),
    _row(103, 7, "2026-03-12T11:15Z", "2026-03-03T08:05Z", 1, answers=_KICK_OFF),
    _row(104, 43, "2026-03-17T13:00Z", "2026-03-09T16:30Z", 3),
    _row(105, 43, "2026-03-18T13:00Z", "2026-03-10T09:00Z", 2, status="rejected"),
    _row(106, 42, "2026-03-19T09:30Z", "2026-03-11T10:10Z", 4, status="cancelled", reason="Ill"),
    _row(107, 42, "2026-03-24T15:00Z", "2026-03-16T12:00Z", 5, status="cancelled", moved_to=108),
    _row(108, 42, "2026-03-26T15:00Z", "2026-03-20T08:45Z", 5, moved_from=107),
    _row(109, 46, "2026-03-27T10:00Z", "2026-03-23T10:20Z", 3, minutes=60),
    _row(110, 11, "2026-03-30T09:00Z", "2026-03-24T14:00Z", 4),
    _row(111, 44, "2026-03-31T13:00Z", "2026-03-25T09:30Z", 1, 5),
    _row(112, 45, "2026-04-01T08:30Z", "2026-03-25T15:00Z", 2, series=_SERIES),
    _row(113, 45, "2026-04-08T08:30Z", "2026-03-25T15:00Z", 2, series=_SERIES),
    _row(114, 45, "2026-04-15T08:30Z", "2026-03-25T15:00Z", 2, series=_SERIES),
    _row(115, 45, "2026-04-22T08:30Z", "2026-03-25T15:00Z", 2, series=_SERIES),
    _row(116, 42, "2026-04-07T09:00Z", "2026-03-30T10:00Z", 3),
    _row(117, 43, "2026-04-14T13:00Z", "2026-03-31T11:00Z", 4, status="pending", notes="About the budget."),
    _row(118, 43, "2026-04-16T13:00Z", "2026-03-31T11:30Z", 5, status="pending"),
    _row(119, 43, "2026-04-21T13:00Z", "2026-04-01T09:00Z", 2, status="rejected"),
    _row(120, 7, "2026-04-17T10:15Z", "2026-04-01T10:00Z", 4, answers=_KICK_OFF),
    _row(121, 42, "2026-04-13T14:00Z", "2026-04-02T08:00Z", 1, status="cancelled", reason="Changed plans"),
    _row(122, 51, "2026-04-09T12:00Z", "2026-04-02T12:00Z", 3),
    _row(123, 42, "2026-04-08T13:00Z", "2026-04-02T16:20Z", 1, 5, notes="Guest 5 would like to listen in."),
    _row(124, 44, "2026-04-20T13:00Z", "2026-04-03T09:45Z", 3, 4),
    _row(202, 201, "2026-03-11T15:00Z", "2026-03-04T13:00Z", 2, host=GRACE),
    _row(203, 202, "2026-04-07T14:00Z", "2026-03-30T13:00Z", 3, host=GRACE),
    _row(204, 201, "2026-04-09T15:00Z", "2026-03-31T13:00Z", 4, host=GRACE, notes="The linker."),
    _row(205, 81, "2026-04-10T13:00Z", "2026-04-01T13:00Z", 1, host=GRACE, status="cancelled", reason="Ill"),
    _row(301, 301, "2026-03-20T10:00Z", "2026-03-15T20:00Z", 5, host=MARY),
    _row(302, 301, "2026-04-10T10:00Z", "2026-04-04T19:00Z", 3, host=MARY),
)


def create(backend: Backend, seed: int, default_key: str | None) -> dict[str, str]:
    """Fill an empty database with the example world; the keys of the accounts' users, by user name."""
    store = backend.store
    keys: dict[str, str] = {}
    with store.transaction():
        for user_id, username, name, time_zone in _USERS:
            schedule_id = 10 * user_id + 1
            store.users.put(
                world.user_record(
                    user_id, username, name, f"{username}@example.com", time_zone, schedule_id=schedule_id
                )
            )
            hours = world.schedule_record(schedule_id, user_id, "Working hours", time_zone)
            store.schedules.put(hours, parent=user_id)
            if username in ACCOUNTS.values():
                given = default_key if user_id == ADA else None
                keys[username] = world.give_key(store, user_id, given or api_key(username, seed))
        evenings = world.schedule_record(12, ADA, "Evenings", "Europe/London") | {"availability": [_EVENINGS]}
        store.schedules.put(evenings, parent=ADA)
        _put_event_types(backend)
        _put_teams(backend)
    _put_bookings(backend)
    return keys


def _put_event_types(backend: Backend) -> None:
    store = backend.store
    for event_type_id, user_id, settings in _OWNED:
        record = event_type_wire.new(event_type_id, store.users.get(user_id), **settings)
        store.event_types.put(record, parent=f"user {user_id}")
    members = {team_id: tuple(user_id for user_id, _ in roles) for team_id, _, roles in _TEAMS}
    for event_type_id, team_id, title, slug, scheduling in _OF_TEAMS:
        record = world.team_event_type(
            event_type_id, team_id, title, slug, scheduling=scheduling, hosts=members[team_id]
        )
        store.event_types.put(record, parent=f"team {team_id}")


def _put_teams(backend: Backend) -> None:
    membership_id = _FIRST_MEMBERSHIP
    for team_id, name, roles in _TEAMS:
        backend.store.teams.put(world.team_record(team_id, name, name.lower().replace(" ", "-")))
        for user_id, role in roles:
            record = world.membership_record(membership_id, user_id, team_id, role)
            backend.store.memberships.put(record, parent=team_id)
            membership_id += 1


def _put_bookings(backend: Backend) -> None:
    uids = {row.id: backend.names.short() for row in _BOOKINGS}
    series = {row.series: backend.names.uuid() for row in _BOOKINGS if row.series is not None}
    attendee_id = _FIRST_ATTENDEE
    bookings = []
    for row in _BOOKINGS:
        booking = _booking(backend, row, uids, None if row.series is None else series[row.series])
        count = len(booking.wire["attendees"])
        booking.private["attendeeIds"] = list(range(attendee_id, attendee_id + count))
        attendee_id += count
        bookings.append(booking)
    with backend.store.transaction():
        backend.bookings.insert(bookings)


def _guest(number: int) -> Person:
    zone = ("Europe/Riga", "Europe/Berlin", "America/Chicago", "Europe/Lisbon", "Europe/London")[number - 1]
    return Person(name=f"Guest {number}", email=f"guest{number}@example.com", time_zone=zone)


def _booking(backend: Backend, row: _Row, uids: dict[int, str], series: str | None) -> Booking:
    event_type = backend.store.event_types.get(row.event_type) or {}
    team_id = event_type["_"]["teamId"]
    host_ids = [row.host]
    if event_type["_"]["schedulingType"] == "collective":
        host_ids = [each["userId"] for each in event_type["_"]["hosts"]]
    start, created = instants.parse(row.start) or 0, instants.parse(row.created) or 0
    uid = uids[row.id]
    seated = not event_type["seats"]["disabled"]
    booking = Booking(
        id=row.id,
        uid=uid,
        organizer=row.host,
        event_type=row.event_type,
        team=team_id,
        status=row.status,
        start=start,
        end=start + (row.minutes or event_type["lengthInMinutes"]) * instants.MINUTE,
        created=created,
        updated=created + (0 if row.status == "accepted" else instants.HOUR),
        series=series,
        sort_uuid=backend.names.sortable(start),
        wire=_wire(backend, row, event_type, host_ids=host_ids, uid=uid, series=series),
        private={"seated": True} if seated else {},
    )
    shown = booking.wire
    shown["attendees"][0]["absent"] = row.absent
    if row.status == "cancelled":
        shown["cancellationReason"] = row.reason
    if row.moved_to is not None:
        shown |= {"rescheduledByEmail": shown["attendees"][0]["email"], "rescheduledToUid": uids[row.moved_to]}
    if row.moved_from is not None:
        shown |= {"rescheduledFromUid": uids[row.moved_from], "reschedulingReason": "Another time suits better"}
    booking.sync()
    return booking


def _wire(
    backend: Backend, row: _Row, event_type: Record, *, host_ids: list[int], uid: str, series: str | None
) -> dict[str, Any]:
    hosted = backend.hosted
    people = [_guest(number) for number in row.guests]
    hosts = [
        booking_wire.host(user, hosted=hosted)
        for user_id in host_ids
        if (user := backend.store.users.get(user_id)) is not None
    ]
    attendees = [booking_wire.attendee(person, hosted=hosted) for person in people]
    seated = not event_type["seats"]["disabled"]
    fields: dict[str, Any] | None = None
    if seated:
        for shown, person in zip(attendees, people, strict=True):
            shown["seatUid"] = backend.names.uuid()
            if hosted:
                shown["createdAt"] = instants.to_wire(instants.parse(row.created) or 0)
            shown["bookingFieldsResponses"] = {"name": person.name, "guests": []}
            shown["metadata"] = {}
    else:
        # Nobody was invited as a guest: who comes along was added as an attendee later.
        answers = {**({"notes": row.notes} if row.notes else {}), **dict(row.answers)}
        fields = booking_wire.responses(people[0], None, answers, hosted=hosted)
    locations = event_type["locations"]
    return booking_wire.wire(
        booking_id=row.id,
        uid=uid,
        title=f"{event_type['title']} between {hosts[0]['name']} and {people[0].name}",
        description=row.notes,
        hosts=hosts,
        event_type=(event_type["id"], event_type["slug"]),
        place=booking_wire.location(locations[0]["address"] if locations else None, uid, hosted=hosted),
        metadata={},
        attendees=attendees,
        guests=None,
        fields=fields,
        series=series,
        ics_uid=f"{uid}@Cal.com",
    )
