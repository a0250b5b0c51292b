"""Whether a booking can be made, and by whom it is hosted: the same rules as those of the slots that are offered."""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import define, field

from calcom_async.sandbox import booking_limits, host_hours, instants, openings
from calcom_async.sandbox.answers import ApiError, bare, refusal
from calcom_async.sandbox.availability import Range
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.booking_input import Place
from calcom_async.sandbox.booking_wire import Person
from calcom_async.sandbox.bookings_store import Booking
from calcom_async.sandbox.store import Record

_OUT_OF_BOUNDS: Final = (
    "The event type can't be booked at the \"start\" time provided. This could be because it's too soon (violating the"
    " minimum booking notice) or too far in the future (outside the event's scheduling window). Try fetching available"
    ' slots first using the GET /v2/slots endpoint and then make a booking with "start" time equal to one of the'
    " available slots: https://cal.com/docs/api-reference/v2/slots"
)
_PRIORITIES: Final = ("lowest", "low", "medium", "high", "highest")
_FAR: Final = 400 * instants.DAY


@define(kw_only=True)
class Draft:
    """A booking about to be made."""

    event_type: Record
    person: Person
    start: int
    length: int
    place: Place
    metadata: dict[str, str]
    guests: list[str] | None
    answers: dict[str, Any]
    anyhow: bool = False
    """Whether conflicts are allowed (hosts, version 2026-02-25)."""
    out_of_bounds: bool = False
    unlimited: bool = False
    """Whether the event type's limits do not count (hosts, version 2026-02-25)."""
    routing: dict[str, Any] | None = None
    """What a routing form decided: its response, and which hosts may be taken."""
    planned: list[Range] = field(factory=list)
    """The times of its series that are not written yet."""
    series: str | None = None
    moved_from: Booking | None = None

    @property
    def ignored(self) -> frozenset[int]:
        """The numbers of bookings that do not count."""
        return frozenset() if self.moved_from is None else frozenset((self.moved_from.id,))

    @property
    def end(self) -> int:
        """When it ends."""
        return self.start + self.length


def check_time(backend: Backend, draft: Draft) -> None:
    """Refuse the past, and what lies outside notice and booking window."""
    if draft.start < backend.clock.milliseconds():
        raise refusal(400, "Attempting to book a meeting in the past.")
    if draft.out_of_bounds:
        return
    booker = ZoneInfo(draft.person.time_zone)
    first, last = openings.window_of(backend, draft.event_type, draft.length, zone=booker, ignore=draft.ignored)
    if not first <= draft.start < last:
        raise refusal(400, _OUT_OF_BOUNDS)


def check_limits(backend: Backend, draft: Draft) -> None:
    """Refuse what is more than the event type's limits allow, in all or to one booker."""
    _check_booker(backend, draft)
    if draft.unlimited:
        return
    limits = host_hours.limits_of(draft.event_type)
    zone = host_hours.limits_zone(backend, draft.event_type)
    for unit in limits.units:
        period = booking_limits.period_at(draft.start, unit, zone)
        booked = host_hours.accepted(backend, draft.event_type, *period, draft.ignored)
        booked += [each for each in draft.planned if period[0] <= each[0] < period[1]]
        if limits.reached(unit, booked):
            raise bare(401, "booking_limit_reached")
        if limits.too_long(unit, booked, draft.length):
            raise bare(401, "duration_limit_reached")


def _check_booker(backend: Backend, draft: Draft) -> None:
    """Refuse those who have as many bookings ahead of them as an event type lets them have."""
    most = (draft.event_type.get("bookerActiveBookingsLimit") or {}).get("maximumActiveBookings")
    if not most or draft.moved_from is not None:
        return
    now = backend.clock.milliseconds()
    ahead = [
        each
        for each in backend.bookings.of_event_type(draft.event_type["id"], now, now + _FAR)
        if each.start >= now and any(who["email"] == draft.person.email for who in each.wire["attendees"])
    ]
    if len(ahead) >= most:
        raise refusal(
            400,
            "Attendee with this email can't book because the maximum number of active bookings has been reached.",
        )


def hosts_for(backend: Backend, draft: Draft) -> list[Record]:
    """Who will host: one of each row of hosts that is needed; nobody where a row has nobody free."""
    rows = openings.free_hosts(
        backend,
        draft.event_type,
        draft.start,
        draft.end,
        ignore=draft.ignored,
        anyhow=draft.anyhow,
        limited=not draft.unlimited,
    )
    return [_choice(backend, draft, row) for row in rows] if all(rows) else []


def require_hosts(backend: Backend, draft: Draft) -> list[Record]:
    """Who will host, or the refusal of a time that is taken or out of hours."""
    hosts = hosts_for(backend, draft)
    if not hosts:
        raise unavailable(draft.event_type)
    return hosts


def unavailable(event_type: Record) -> ApiError:
    """A time that is taken or out of hours."""
    who = "User" if event_type["_"]["teamId"] is None else "One of the hosts"
    return refusal(400, f"{who} either already has booking at this time or is not available")


def _choice(backend: Backend, draft: Draft, free: list[Record]) -> Record:
    """The one a moved booking had; else of those with the highest priority whoever was booked least."""
    if len(free) == 1:
        return free[0]
    if draft.moved_from is not None:
        before = next((user for user in free if user["id"] == draft.moved_from.organizer), None)
        if before is not None:
            return before
    ranks = {
        host["userId"]: _PRIORITIES.index(host.get("priority") or "medium") for host in draft.event_type["_"]["hosts"]
    }
    now = backend.clock.milliseconds()
    return min(
        free,
        key=lambda user: (
            -ranks.get(user["id"], 0),
            len(backend.bookings.busy(user["id"], now, now + _FAR)),
            user["id"],
        ),
    )
