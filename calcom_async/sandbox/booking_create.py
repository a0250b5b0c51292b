"""`POST /v2/bookings`: regular, seated, recurring, to be confirmed, of a team, instant."""

from __future__ import annotations

import asyncio
from calendar import monthrange
from typing import Any, Final

from calcom_async.sandbox import booking_checks, booking_input, booking_wire, email_verification, host_hours, instants
from calcom_async.sandbox.announcements import announce
from calcom_async.sandbox.answers import Answer, bare, refusal, success
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.booking_checks import Draft
from calcom_async.sandbox.booking_wire import Person
from calcom_async.sandbox.bookings_store import Booking
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record

routes = Routes(family="bookings", access="open")

SETTLING: Final = 0.005
"""Seconds between the check and the write: the real server needs time there too, which is where races are lost."""

_HOST_ONLY: Final = ("allowConflicts", "allowBookingOutOfBounds", "skipBookingLimits")


@routes.add("POST", "/bookings")
async def create(call: Call) -> Answer:
    """`POST /v2/bookings`; an array for a recurring event type."""
    backend = call.backend
    body = booking_input.check(call.body)
    draft = _draft(call, body)
    if body.get("instant"):
        return await _create_instant(backend, draft)
    if draft.event_type["recurrence"] is not None:
        return await _create_series(backend, draft, body.get("recurrenceCount"))
    booking, seat = await book(backend, draft)
    return success(_created(backend, booking, seat), status=201)


def _draft(call: Call, body: dict[str, Any]) -> Draft:
    backend = call.backend
    event_type = booking_input.find_event_type(backend, body)
    is_host = call.user is not None and call.user["id"] in host_hours.host_ids(event_type)
    allowed = {name: is_host and call.version == "2026-02-25" and bool(body.get(name)) for name in _HOST_ONLY}
    person = booking_input.person(body)
    email_verification.check_required(backend, event_type, person.email, body.get("emailVerificationCode"))
    return Draft(
        event_type=event_type,
        person=person,
        start=instants.parse(body["start"]) or 0,
        length=booking_input.length(body, event_type),
        place=booking_input.place(body.get("location"), event_type),
        metadata=body.get("metadata") or {},
        guests=body.get("guests"),
        answers=booking_input.field_responses(body, event_type),
        anyhow=allowed["allowConflicts"],
        out_of_bounds=allowed["allowBookingOutOfBounds"],
        unlimited=allowed["skipBookingLimits"],
        routing=body.get("routing"),
    )


async def book(backend: Backend, draft: Draft) -> tuple[Booking, str | None]:
    """Make one booking and tell its webhooks; the booking and, on a seated event type, the seat taken."""
    booking_checks.check_time(backend, draft)
    if host_hours.seats_of(draft.event_type) is not None:
        return await _take_seat(backend, draft)
    again = _identical(backend, draft)
    if again is not None:
        return again, None
    booking_checks.check_limits(backend, draft)
    booking_checks.require_hosts(backend, draft)
    await asyncio.sleep(SETTLING)
    hosts = booking_checks.hosts_for(backend, draft)
    if not hosts:
        raise bare(409, "booking_conflict_error")
    booking = write(backend, draft, hosts)
    await announce(backend, "BOOKING_REQUESTED" if booking.status == "pending" else "BOOKING_CREATED", booking)
    return booking, None


def _identical(backend: Backend, draft: Draft) -> Booking | None:
    """A repeat of the same attendee and slot gives the same booking, where it does not simply find its host busy."""
    personal = draft.event_type["_"]["teamId"] is None
    by_hand = "type" in draft.event_type["confirmationPolicy"]
    if draft.moved_from is not None or (personal and not by_hand):
        return None
    same = backend.bookings.of_event_type(draft.event_type["id"], draft.start, draft.end)
    return next(
        (
            each
            for each in same
            if each.start == draft.start and each.wire["attendees"][0]["email"] == draft.person.email
        ),
        None,
    )


def write(backend: Backend, draft: Draft, hosts: list[Record], *, status: str | None = None) -> Booking:
    """Write a new booking into the database."""
    event_type, now = draft.event_type, backend.clock.milliseconds()
    uid = backend.names.short()
    booking_id = backend.bookings.next_id()
    hosted = backend.hosted
    guests = draft.guests
    attendees = [booking_wire.attendee(draft.person, hosted=hosted)]
    for guest in guests or ():
        friend = Person(name="", email=guest, time_zone=draft.person.time_zone, language=draft.person.language)
        attendees.append(booking_wire.attendee(friend, hosted=hosted))
    answers = {**draft.answers, **({"location": draft.place.response} if draft.place.response else {})}
    by_hand = "type" in event_type["confirmationPolicy"]
    booking = Booking(
        id=booking_id,
        uid=uid,
        organizer=hosts[0]["id"],
        event_type=event_type["id"],
        team=event_type["_"]["teamId"],
        status=status or ("pending" if by_hand else "accepted"),
        start=draft.start,
        end=draft.end,
        created=now,
        updated=now,
        series=draft.series,
        sort_uuid=backend.names.sortable(draft.start),
        wire=booking_wire.wire(
            booking_id=booking_id,
            uid=uid,
            title=f"{event_type['title']} between {hosts[0]['name']} and {draft.person.name}",
            description=str(draft.answers.get("notes", "")),
            hosts=[booking_wire.host(user, hosted=hosted) for user in hosts],
            event_type=(event_type["id"], event_type["slug"]),
            place=booking_wire.location(draft.place.text, uid, hosted=hosted),
            metadata=draft.metadata,
            attendees=attendees,
            guests=guests,
            fields=booking_wire.responses(draft.person, guests, answers, hosted=hosted),
            series=draft.series,
            ics_uid=f"{uid}@Cal.com",
        ),
        private={
            "buffers": list(host_hours.buffers_of(event_type)),
            **({"routing": draft.routing} if draft.routing is not None else {}),
            "blocks": bool(event_type["confirmationPolicy"].get("blockUnconfirmedBookingsInBooker")),
        },
    )
    backend.bookings.save(booking)
    return booking


async def _take_seat(backend: Backend, draft: Draft) -> tuple[Booking, str]:
    booking, seat = seat_attendee(backend, draft)
    holder = seat_holder(booking, seat)
    await announce(backend, "BOOKING_CREATED", booking, seat=holder, attendeeSeatId=seat)
    return booking, seat


def seat_holder(booking: Booking, seat: str) -> tuple[dict[str, Any], int]:
    """Who holds a seat, and that attendee's number."""
    place = next(place for place, each in enumerate(booking.wire["attendees"]) if each.get("seatUid") == seat)
    return booking.wire["attendees"][place], booking.private["attendeeIds"][place]


def seat_attendee(backend: Backend, draft: Draft) -> tuple[Booking, str]:
    """Give somebody a seat, on the booking there is at that time or on a new one."""
    booking_checks.check_limits(backend, draft)
    event_type, now = draft.event_type, backend.clock.milliseconds()
    seats = host_hours.seats_of(event_type) or 0
    at_time = backend.bookings.of_event_type(event_type["id"], draft.start, draft.end)
    booking = next((each for each in at_time if each.start == draft.start), None)
    seat = backend.names.uuid()
    shown = _seat(backend, draft, seat, now)
    if booking is None:
        booking = _first_seat(backend, draft, shown)
    else:
        if any(each["email"] == draft.person.email for each in booking.wire["attendees"]):
            raise bare(409, "already_signed_up_for_this_booking_error")
        if len(booking.wire["attendees"]) >= seats:
            raise bare(409, "booking_seats_full_error")
        booking_checks.require_hosts(backend, draft)
        booking.wire["attendees"].append(shown)
        booking.updated = now
        backend.bookings.save(booking)
    return booking, seat


def _first_seat(backend: Backend, draft: Draft, shown: dict[str, Any]) -> Booking:
    hosts = booking_checks.require_hosts(backend, draft)
    booking = write(backend, draft, hosts)
    uid, wire = booking.uid, booking.wire
    seats = draft.event_type["seats"]
    title = wire["title"]
    if not seats.get("showAttendeeInfo"):
        title = f"{draft.event_type['title']} with {hosts[0]['name']}"
    booking.wire = booking_wire.wire(
        booking_id=booking.id,
        uid=uid,
        title=title,
        description=None,
        hosts=wire["hosts"],
        event_type=(draft.event_type["id"], draft.event_type["slug"]),
        place=wire["location"],
        metadata={},
        attendees=[shown],
        guests=None,
        fields=None,
        series=None,
        ics_uid=f"{backend.names.short()}@Cal.com",
    )
    booking.private["seated"] = True
    booking.private["attendeeIds"] = booking.private["attendeeIds"][:1]
    backend.bookings.save(booking)
    return booking


def _seat(backend: Backend, draft: Draft, seat: str, now: int) -> dict[str, Any]:
    shown = booking_wire.attendee(draft.person, hosted=backend.hosted)
    shown["seatUid"] = seat
    if backend.hosted:
        shown["createdAt"] = instants.to_wire(now)
    place = {"location": draft.place.response} if draft.place.response else {}
    shown["bookingFieldsResponses"] = {"name": draft.person.name, "guests": [], **draft.answers, **place}
    shown["metadata"] = draft.metadata
    return shown


async def _create_series(backend: Backend, draft: Draft, count: int | None) -> Answer:
    recurrence = draft.event_type["recurrence"]
    if count is not None and count > recurrence["occurrences"]:
        raise refusal(400, "Provided recurrence count is higher than the event type's recurring event count.")
    booking_checks.check_time(backend, draft)
    draft.series = backend.names.uuid()
    starts = occurrences(draft.start, recurrence, count or recurrence["occurrences"])
    planned = []
    for start in starts:
        draft.start = start
        booking_checks.check_limits(backend, draft)
        draft.planned.append((draft.start, draft.end))
        planned.append((start, booking_checks.require_hosts(backend, draft)))
    bookings = []
    for start, hosts in planned:
        draft.start = start
        bookings.append(write(backend, draft, hosts))
    for booking in bookings:
        await announce(backend, "BOOKING_CREATED", booking)
    return success([_created(backend, each, None) for each in bookings], status=201)


def occurrences(start: int, recurrence: dict[str, Any], count: int) -> list[int]:
    """The starts of a recurring series, counted in UTC."""
    moment, interval = instants.to_datetime(start), recurrence["interval"]
    if recurrence["frequency"] == "weekly":
        return [start + place * interval * 7 * instants.DAY for place in range(count)]
    months = interval * (12 if recurrence["frequency"] == "yearly" else 1)
    found = []
    for place in range(count):
        year, month = divmod(moment.month - 1 + place * months, 12)
        year, month = moment.year + year, month + 1
        day = min(moment.day, monthrange(year, month)[1])
        found.append(instants.from_datetime(moment.replace(year=year, month=month, day=day)))
    return found


async def _create_instant(backend: Backend, draft: Draft) -> Answer:
    if draft.event_type["_"]["teamId"] is None:
        raise refusal(400, "Instant bookings are only supported for team event types, not individual user event types.")
    if not backend.hosted:
        raise bare(500, "Internal server error")
    draft.start = backend.clock.milliseconds()
    hosts = [user for each in host_hours.host_ids(draft.event_type) if (user := backend.store.users.get(each))]
    booking = write(backend, draft, hosts[:1], status="awaiting_host")
    await announce(backend, "INSTANT_MEETING", booking)
    return success(_created(backend, booking, None), status=201)


def _created(backend: Backend, booking: Booking, seat: str | None) -> dict[str, Any]:
    """What creating answers: a little more than reading does."""
    shown = dict(booking.wire)
    if seat is not None:
        shown["seatUid"] = seat
    if backend.hosted:
        shown["isPlatformManagedUserBooking"] = False
    return shown
