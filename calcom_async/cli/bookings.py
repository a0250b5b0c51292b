"""`calcom-async bookings list` and `get`, and how bookings are shown everywhere."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from calcom_async.cli.filters import Filters, filter_options
from calcom_async.cli.listing import TABLE_LENGTH, Limit, show_list
from calcom_async.cli.options import command
from calcom_async.cli.output import Column, print_json, print_record
from calcom_async.cli.session import Session
from calcom_async.models.bookings import Booking

__all__ = ["COLUMNS", "UID", "print_booking", "register"]


def _answers(booking: Booking) -> dict[str, Any]:
    """The answers to the form, without those that are fields of the booking."""
    return {k: v for k, v in (booking.booking_fields_responses or {}).items() if k not in _SHOWN_ELSEWHERE}


def _event_type(booking: Booking) -> str | None:
    kind = booking.event_type
    return None if kind is None else f"{kind.id} {kind.slug or ''}"


def _person(person: Any) -> str:
    return f"{person.name} <{person.email}>" if person.name and person.email else person.name or person.email or ""


_SHOWN_ELSEWHERE = frozenset({"name", "email", "guests", "location", "displayEmail", "displayGuests"})
UID = Annotated[str, typer.Argument(metavar="UID", help="The booking's uid, as `bookings list` shows it.")]

COLUMNS = (
    Column("Uid", lambda b: b.uid, whole=True, style="cyan"),
    Column("Start", lambda b: b.start, whole=True),
    Column("Length", lambda b: b.duration, whole=True),
    Column("Status", lambda b: b.status, whole=True),
    Column("Attendees", lambda b: [a.name or a.email for a in b.attendees]),
    Column("Title", lambda b: b.title),
)
_FIELDS = (
    Column("Uid", lambda b: b.uid),
    Column("Title", lambda b: b.title),
    Column("Status", lambda b: b.status),
    Column("Start", lambda b: b.start),
    Column("End", lambda b: b.end),
    Column("Event type", _event_type),
    Column("Hosts", lambda b: [_person(h) for h in b.hosts]),
    Column("Attendees", lambda b: [_person(a) for a in b.attendees]),
    Column("Guests", lambda b: b.guests),
    Column("Location", lambda b: b.location),
    Column("Description", lambda b: b.description),
    Column("Answers", _answers),
    Column("Metadata", lambda b: dict(b.metadata or {})),
    Column("Cancelled because", lambda b: b.cancellation_reason),
    Column("Moved because", lambda b: b.rescheduling_reason),
    Column("Replaces", lambda b: b.rescheduled_from_uid),
    Column("Replaced by", lambda b: b.rescheduled_to_uid),
    Column("Series", lambda b: b.recurring_booking_uid),
    Column("Created", lambda b: b.created_at),
    Column("Changed", lambda b: b.updated_at),
)


def register(app: typer.Typer) -> None:
    """Hang the commands on the group."""
    example = "bookings list --status upcoming\nbookings list --attendee ada@example.com --json"
    command(app, "list", example=example, bundles={"filters": filter_options})(_list)
    command(app, "get", example="bookings get ibfrGFcRZy7RaFfzpMbYC5")(_get)


async def _list(
    session: Session,
    *,
    filters: Filters,
    limit: Limit = None,
    latest_first: Annotated[bool, typer.Option("--latest-first", help="Order by start, latest first.")] = False,
) -> None:
    """List bookings.

    Cal.com's orders have no tie-break, so pages of a long list may miss some; that is told, and `bookings export` gets
    every one.
    """
    given = filters.given()
    exact = not any(name.endswith(("created_at", "updated_at")) for name in given)  # the total ignores those two
    if latest_first:
        given["sort_start"] = "desc"
    most = TABLE_LENGTH if limit is None and not session.options.as_json else limit
    given["page_size"] = 250 if most is None else min(250, most + 1)
    async with session.client() as cal:
        team = given.pop("team_id", None)
        pager: Any = cal.bookings.list(**given) if team is None else cal.team(team).bookings.list(**given)
        await show_list(session, cal, pager, COLUMNS, noun="bookings", limit=limit, timed=True, counted=exact)


async def _get(session: Session, *, uid: UID) -> None:
    """Show one booking."""
    async with session.client() as cal:
        booking = await cal.bookings.get(uid)
        await print_booking(session, cal, booking)


async def print_booking(session: Session, cal: Any, booking: Booking) -> None:
    """A booking, or all bookings of its answer where it is one of a series."""
    several = booking.series
    if session.options.as_json:
        print_json([one.to_dict() for one in several] if len(several) > 1 else booking.to_dict())
        return
    zone = await session.zone(cal)
    print_record(session.out, _FIELDS, booking, zone)
    if len(several) > 1:
        session.say(f"It is one of {len(several)} bookings of a series.", "dim")
    session.say(f"Times in {zone.key}.", "dim")
