"""What webhooks are told in time: meetings that start and end, calls nobody joined, forms without a booking.

The virtual clock decides: whatever became due since the last look is delivered in the order of its instants, one after
the other, whether the clock ran or jumped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from attrs import define, field, frozen

from calcom_async.sandbox import announcements, announcements_forms, instants
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.bookings_store import Booking
from calcom_async.sandbox.store import Record

LOOK: Final = 0.5
"""Seconds between two looks at the clock where something may become due."""
_MEETINGS: Final = ("MEETING_STARTED", "MEETING_ENDED")
_NO_SHOWS: Final = ("AFTER_HOSTS_CAL_VIDEO_NO_SHOW", "AFTER_GUESTS_CAL_VIDEO_NO_SHOW")
_TIMED: Final = frozenset((*_MEETINGS, *_NO_SHOWS))
_UNITS: Final = {"MINUTE": instants.MINUTE, "HOUR": instants.HOUR, "DAY": instants.DAY}
_LONGEST: Final = 2 * instants.DAY


@frozen(order=False)
class _Due:
    at: int
    trigger: str
    hook: Record
    booking: Booking


@define
class Meetings:
    """Delivers what becomes due."""

    backend: Backend
    _seen: int = field(default=0)
    _wake: asyncio.Event = field(factory=asyncio.Event)
    _idle: asyncio.Event = field(factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None
    _changes: int = -1
    _hooks: list[Record] = field(factory=list)
    _forms: list[Record] = field(factory=list)

    async def start(self) -> None:
        """Look at the clock from now on."""
        self._seen = self.backend.clock.milliseconds()
        loop = asyncio.get_running_loop()
        self._task = loop.create_task(self._run())

        def look_now() -> None:
            loop.call_soon_threadsafe(self._wake.set)  # whoever moves the clock may be another thread

        self.backend.clock.jumped = look_now

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None
            self.backend.clock.jumped = None

    async def delivered(self) -> None:
        """Wait until everything that is due by now has been delivered."""
        self._idle.clear()
        self._wake.set()
        await self._idle.wait()

    async def _run(self) -> None:
        while True:
            # Without a webhook of that kind, nothing is looked up.
            await self._look()
            if not self._wake.is_set():
                self._idle.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), LOOK)
            self._wake.clear()

    async def _look(self) -> None:
        last, self._seen = self._seen, max(self._seen, self.backend.clock.milliseconds())
        if self._seen <= last:
            return
        self._refresh()
        due = [each for hook in self._hooks for each in self._due(hook, last, self._seen)]
        # Of one instant, what ends comes before what starts.
        for each in sorted(due, key=lambda one: (one.at, one.trigger, one.booking.id)):
            await self._deliver(each)
        for waiting in self._forms:
            if waiting["at"] <= self._seen:
                await announcements_forms.announce_without_event(self.backend, waiting)

    def _refresh(self) -> None:
        """Read anew what may become due, if anything was written since the last time."""
        store = self.backend.store
        if self._changes != store.changes:
            self._changes = store.changes
            self._hooks = [each for each in store.webhooks.all() if each["active"] and _TIMED & set(each["triggers"])]
            self._forms = store.shelf(announcements_forms.WAITING).all()

    def _due(self, hook: Record, last: int, now: int) -> Iterator[_Due]:
        wait = int(hook.get("time") or 0) * _UNITS.get(str(hook.get("timeUnit") or "").upper(), instants.MINUTE)
        triggers = _TIMED & set(hook["triggers"])
        for booking in self._bookings(hook, last - _LONGEST - wait, now):
            moments = {"MEETING_STARTED": booking.start, "MEETING_ENDED": booking.end}
            if "app.cal.com/video/" in booking.wire["location"]:
                moments |= dict.fromkeys(_NO_SHOWS, booking.start + wait)
            for trigger in triggers & moments.keys():
                if last < moments[trigger] <= now:
                    yield _Due(moments[trigger], trigger, hook, booking)

    def _bookings(self, hook: Record, start: int, end: int) -> list[Booking]:
        """The accepted bookings that a webhook is told of, by when they start."""
        backend = self.backend
        if hook.get("eventTypeId") is not None:
            condition = "event_type = ? AND start > ? AND start <= ? AND status = 'accepted'"
            return backend.bookings.where(condition, hook["eventTypeId"], start, end)
        if hook.get("userId") is not None:
            # The index by what users see is the one that knows starts.
            return backend.bookings.where(
                "id IN (SELECT booking FROM listing WHERE viewer = ? AND start > ? AND start <= ?)"
                " AND organizer = ? AND status = 'accepted'",
                hook["userId"],
                start,
                end,
                hook["userId"],
            )
        parent = backend.store.webhooks.parent(hook["id"])
        return [
            each
            for each in backend.bookings.where("start > ? AND start <= ? AND status = 'accepted'", start, end)
            if parent in announcements.owners_of_booking(backend, each)
        ]

    async def _deliver(self, due: _Due) -> None:
        backend, booking, hook = self.backend, due.booking, due.hook
        if not (backend.store.webhooks.get(hook["id"]) or {}).get("active"):
            return  # stopped, or deleted, meanwhile
        if due.trigger in _MEETINGS:
            await announcements.send_flat(backend, due.trigger, hook, meeting(booking))
        else:
            await announcements.send(backend, due.trigger, [(hook, _absent(due))])


def meeting(booking: Booking) -> dict[str, Any]:
    """A booking as the database of the real server has it."""
    wire, host = booking.wire, booking.wire["hosts"][0]
    numbers = booking.private.get("attendeeIds", ())
    return {
        "id": booking.id,
        "uid": booking.uid,
        "idempotencyKey": None,
        "userId": booking.organizer,
        "userPrimaryEmail": host["email"],
        "eventTypeId": booking.event_type,
        "title": wire["title"],
        "description": wire["description"] or "",
        "customInputs": {},
        "responses": wire.get("bookingFieldsResponses", {}),
        "startTime": instants.to_wire(booking.start),
        "endTime": instants.to_wire(booking.end),
        "location": wire["location"],
        "createdAt": instants.to_wire(booking.created),
        "updatedAt": instants.to_wire(booking.updated) if booking.updated is not None else None,
        "status": booking.status.upper(),
        "paid": False,
        "destinationCalendarId": None,
        "cancellationReason": None,
        "rejectionReason": None,
        "dynamicEventSlugRef": None,
        "dynamicGroupSlugRef": None,
        "rescheduled": None,
        "fromReschedule": wire.get("rescheduledFromUid"),
        "recurringEventId": booking.series,
        "smsReminderNumber": None,
        "scheduledJobs": [],
        "metadata": wire.get("metadata", {}),
        "isRecorded": False,
        "iCalUID": wire["icsUid"],
        "iCalSequence": 0,
        "rating": None,
        "ratingFeedback": None,
        "noShowHost": wire.get("absentHost", False),
        "user": {name: host[name] for name in ("name", "email", "username", "timeZone")},
        "attendees": [
            _attendee(each, number, booking) for each, number in zip(wire["attendees"], numbers, strict=False)
        ],
        "payment": [],
        "references": [],
    }


def _attendee(shown: dict[str, Any], number: int, booking: Booking) -> dict[str, Any]:
    return {
        "id": number,
        "email": shown["email"],
        "name": shown["name"],
        "timeZone": shown["timeZone"],
        "phoneNumber": shown.get("phoneNumber"),
        "locale": shown["language"],
        "bookingId": booking.id,
        "noShow": shown.get("absent", False),
    }


def _absent(due: _Due) -> dict[str, Any]:
    """Nobody ever joins a call here, so that both sides are always missed."""
    booking, hook, wire = due.booking, due.hook, due.booking.wire
    host = wire["hosts"][0]["email"]
    hosts = due.trigger == "AFTER_HOSTS_CAL_VIDEO_NO_SHOW"
    who = f"Host with email {host}" if hosts else "Guest"
    numbers = booking.private.get("attendeeIds", ())
    return {
        "title": wire["title"],
        "bookingId": booking.id,
        "bookingUid": booking.uid,
        "startTime": instants.to_wire(booking.start),
        "endTime": instants.to_wire(booking.end),
        "attendees": [
            _attendee(each, number, booking) for each, number in zip(wire["attendees"], numbers, strict=False)
        ],
        "participants": [],
        **({"hostEmail": host} if hosts else {}),
        "eventType": wire["eventType"],
        "webhook": {"id": hook["id"], "time": hook.get("time"), "timeUnit": hook.get("timeUnit")},
        "message": f"{who} didn't join the call or didn't join before {instants.to_wire(due.at)}",
    }
