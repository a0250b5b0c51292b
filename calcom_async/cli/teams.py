"""`calcom-async teams list` and `export`."""

from __future__ import annotations

import typer

from calcom_async.cli.listing import Limit, show_list
from calcom_async.cli.options import command
from calcom_async.cli.output import Column
from calcom_async.cli.records import register_export
from calcom_async.cli.session import Session

__all__ = ["register"]

_COLUMNS = (
    Column("Id", lambda t: t.id, whole=True, style="cyan"),
    Column("Name", lambda t: t.name),
    Column("Slug", lambda t: t.slug),
    Column("Time zone", lambda t: t.time_zone),
    Column("Organization", lambda t: t.parent_id),
)


def register(app: typer.Typer) -> None:
    """Hang the command on the group."""
    command(app, "list", example="teams list --json")(_list)
    register_export(app, "teams")


async def _list(session: Session, *, limit: Limit = None) -> None:
    """List the teams you belong to."""
    async with session.client() as cal:
        await show_list(session, cal, cal.teams.list(), _COLUMNS, noun="teams", limit=limit)
