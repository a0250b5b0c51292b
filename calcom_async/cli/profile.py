"""`calcom-async me`."""

from __future__ import annotations

import typer

from calcom_async.cli.options import command
from calcom_async.cli.output import Column, print_json, print_record
from calcom_async.cli.session import Session
from calcom_async.models.me import Profile

__all__ = ["register"]

_COLUMNS = (
    Column("Id", lambda p: p.id),
    Column("Username", lambda p: p.username),
    Column("Name", lambda p: p.name),
    Column("E-mail", lambda p: p.email),
    Column("Time zone", lambda p: p.time_zone),
    Column("Week starts", lambda p: p.week_start),
    Column("Language", lambda p: p.locale),
    Column("Default schedule", lambda p: p.default_schedule_id),
    Column("Organization", lambda p: p.organization_id),
)


def register(app: typer.Typer) -> None:
    """Hang the command on the program."""
    command(app, "me", example="me\nme --account work --json")(_me)


async def _me(session: Session) -> None:
    """Whose key this is."""
    async with session.client() as cal:
        profile: Profile = await cal.me.get()
        if session.options.as_json:
            print_json(profile.to_dict())
        else:
            print_record(session.out, _COLUMNS, profile, await session.zone(cal))
