"""`calcom-async bookings create`, `cancel`, `reschedule`, `confirm` and `decline`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from calcom_async.cli.bookings import UID, print_booking
from calcom_async.cli.events import EVENT, event_arguments
from calcom_async.cli.failures import USAGE, CommandFailure
from calcom_async.cli.filters import when
from calcom_async.cli.options import command
from calcom_async.cli.request import pairs
from calcom_async.cli.session import Session
from calcom_async.core.unset import UNSET

__all__ = ["register"]

START = Annotated[
    str, typer.Option(metavar="WHEN", parser=when, help="When it starts, such as 2026-12-01T09:00:00Z or …+01:00.")
]


def register(app: typer.Typer) -> None:
    """Hang the commands on the group."""
    create = (
        'bookings create 20002 --start 2026-12-01T09:00:00Z --name "Ada" --email ada@example.com\n'
        'bookings create owner/30min --start 2026-12-01T10:00:00+01:00 --name "Ada" --email ada@example.com'
    )
    command(app, "create", example=create)(_create)
    command(app, "reschedule", example="bookings reschedule UID --start 2026-12-02T09:00:00Z")(_reschedule)
    command(app, "cancel", example='bookings cancel UID --reason "I am ill"')(_cancel)
    command(app, "confirm", example="bookings confirm UID")(_confirm)
    command(app, "decline", example='bookings decline UID --reason "not that week"')(_decline)


async def _create(
    session: Session,
    *,
    event: EVENT,
    start: START,
    name: Annotated[str, typer.Option(metavar="NAME", help="The attendee's name.")],
    email: Annotated[str | None, typer.Option(metavar="EMAIL", help="The attendee's address.")] = None,
    phone: Annotated[str | None, typer.Option(metavar="NUMBER", help="The attendee's number, +44….")] = None,
    language: Annotated[str | None, typer.Option(metavar="CODE", help="Of messages to them, such as it.")] = None,
    guest: Annotated[list[str] | None, typer.Option(metavar="EMAIL", help="A guest; again for more.")] = None,
    answer: Annotated[
        list[str] | None, typer.Option(metavar="FIELD=TEXT", help="An answer to the form, by slug; again for more.")
    ] = None,
    metadata: Annotated[
        list[str] | None, typer.Option(metavar="KEY=TEXT", help="Data of your own; again for more.")
    ] = None,
    length: Annotated[
        int | None, typer.Option(metavar="MINUTES", min=1, help="Where the event type has several.")
    ] = None,
    once: Annotated[
        str | None,
        typer.Option(metavar="MARK", help="Book once for this mark (an order number), however often you run it."),
    ] = None,
) -> None:
    """Book something for somebody; --time-zone is the attendee's."""
    if email is None and phone is None:
        raise CommandFailure(
            "an attendee needs an address or a number", "add --email, or --phone", exit_code=USAGE, kind="UsageError"
        )
    what = event_arguments(event)
    answers, own_data = _single(answer, "--answer"), _single(metadata, "--metadata")
    async with session.client() as cal:
        attendee: dict[str, Any] = {"name": name, "time_zone": (await session.zone(cal)).key}
        attendee |= {
            key: value
            for key, value in (("email", email), ("phone_number", phone), ("language", language))
            if value is not None
        }
        booking = await cal.bookings.create(
            start=start,
            attendee=attendee,
            guests=guest or UNSET,
            booking_fields_responses=answers or UNSET,
            metadata=own_data or UNSET,
            length_in_minutes=UNSET if length is None else length,
            ensure_once=once or False,
            **what,
        )
        session.say("Booked." if booking.status == "accepted" else f"Made; its status is {booking.status}.")
        await print_booking(session, cal, booking)


async def _reschedule(
    session: Session,
    *,
    uid: UID,
    start: START,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why; the attendee reads it.")] = None,
) -> None:
    """Move a booking to another time; it gets a new uid."""
    async with session.client() as cal:
        reasons = UNSET if reason is None else reason
        booking = await cal.bookings.reschedule(uid, start=start, rescheduling_reason=reasons)
        session.say(f"Moved; the new uid is {booking.uid}.")
        await print_booking(session, cal, booking)


async def _cancel(
    session: Session,
    *,
    uid: UID,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; hosts have to say it.")] = "",
    subsequent: Annotated[bool, typer.Option("--subsequent", help="The later ones of its series too.")] = False,
) -> None:
    """Cancel a booking."""
    async with session.client() as cal:
        booking = await cal.bookings.cancel(
            uid, cancellation_reason=reason or UNSET, cancel_subsequent_bookings=True if subsequent else UNSET
        )
        session.say("Cancelled.")
        await print_booking(session, cal, booking)


async def _confirm(session: Session, *, uid: UID) -> None:
    """Confirm a booking that waits for you."""
    async with session.client() as cal:
        booking = await cal.bookings.confirm(uid)
        session.say("Confirmed.")
        await print_booking(session, cal, booking)


async def _decline(
    session: Session,
    *,
    uid: UID,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why; the attendee reads it.")] = None,
) -> None:
    """Decline a booking that waits for you."""
    async with session.client() as cal:
        booking = await cal.bookings.decline(uid, reason=UNSET if reason is None else reason)
        session.say("Declined.")
        await print_booking(session, cal, booking)


def _single(texts: list[str] | None, option: str) -> dict[str, str]:
    """NAME=VALUE texts, each name once; the last one counts."""
    return {name: values[-1] for name, values in pairs(texts or [], option).items()}
