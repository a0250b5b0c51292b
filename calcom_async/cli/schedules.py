"""`calcom-async schedules list` and `export`."""

from __future__ import annotations

from datetime import time

import typer

from calcom_async.cli.listing import Limit, show_list
from calcom_async.cli.options import command
from calcom_async.cli.output import Column
from calcom_async.cli.records import register_export
from calcom_async.cli.session import Session
from calcom_async.models.schedules import Schedule

__all__ = ["register"]


def _hours(schedule: Schedule) -> str:
    """Such as `Mon Tue Wed 09:00-17:00`."""
    return ", ".join(
        f"{' '.join(day[:3] for day in block.days)} {_clock(block.start_time)}-{_clock(block.end_time)}"
        for block in schedule.availability
    )


def _clock(moment: time | None) -> str:
    return "?" if moment is None else f"{moment:%H:%M}"


_COLUMNS = (
    Column("Id", lambda s: s.id, whole=True, style="cyan"),
    Column("Name", lambda s: s.name),
    Column("Time zone", lambda s: s.time_zone),
    Column("Default", lambda s: s.is_default),
    Column("Hours", _hours, folds=True),
)


def register(app: typer.Typer) -> None:
    """Hang the command on the group."""
    command(app, "list", example="schedules list")(_list)
    register_export(app, "schedules")


async def _list(session: Session, *, limit: Limit = None) -> None:
    """List when you can be booked."""
    async with session.client() as cal:
        await show_list(session, cal, cal.schedules.list(), _COLUMNS, noun="schedules", limit=limit)
