"""`calcom-async slots`: when something can be booked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

import typer

from calcom_async.cli.events import EVENT, event_arguments
from calcom_async.cli.options import command
from calcom_async.cli.output import Column, print_json, print_table
from calcom_async.cli.session import Session
from calcom_async.core.unset import UNSET

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Hang the command on the program."""
    example = "slots 20002 --start 2026-12-01 --end 2026-12-05\nslots owner/30min --time-zone America/New_York"
    command(app, "slots", example=example)(_slots)


async def _slots(
    session: Session,
    *,
    event: EVENT,
    start: Annotated[
        str | None, typer.Option(metavar="DAY|WHEN", help="From when: 2026-12-01, or an instant; today by default.")
    ] = None,
    end: Annotated[
        str | None, typer.Option(metavar="DAY|WHEN", help="Until when; by default six days after the start.")
    ] = None,
    length: Annotated[
        int | None, typer.Option(metavar="MINUTES", min=1, help="Where the event type has several.")
    ] = None,
) -> None:
    """Show the free times of an event type; needs no key."""
    first = start or datetime.now(UTC).date().isoformat()
    last = end or _later(first)
    what = event_arguments(event)
    async with session.client(public=True) as cal:
        zone = await session.zone(cal)
        days = await cal.slots.list(
            start=first, end=last, time_zone=zone.key, duration=UNSET if length is None else length,
            **what,
        )  # fmt: skip
    if session.options.as_json:
        print_json({day.isoformat(): [slot.to_dict() for slot in slots] for day, slots in days.items()})
        return
    if not days:
        session.say(f"No free slots from {first} to {last}.")
        return
    columns = (
        Column("Day", lambda row: f"{row[0]:%a} {row[0].isoformat()}", whole=True, style="cyan"),
        Column("Free", lambda row: len(row[1])),
        Column("Times", lambda row: " ".join(f"{slot.start.astimezone(zone):%H:%M}" for slot in row[1]), folds=True),
    )
    rows: list[Any] = sorted(days.items())
    print_table(session.out, columns, rows, zone)
    session.say(f"Times in {zone.key}.", "dim")


def _later(start: str) -> str:
    """The day six days after a start; a start that can't be read is refused when it is sent."""
    try:
        return (date.fromisoformat(start[:10]) + timedelta(days=6)).isoformat()
    except (ValueError, OverflowError):
        return start
