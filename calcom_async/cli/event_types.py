"""`calcom-async event-types list`, `get` and `export`."""

from __future__ import annotations

from typing import Annotated

import typer

from calcom_async.cli.listing import Limit, show_list
from calcom_async.cli.options import command
from calcom_async.cli.output import Column, print_json, print_record
from calcom_async.cli.records import register_export
from calcom_async.cli.session import Session
from calcom_async.core.unset import UNSET

__all__ = ["register"]


def _length(event_type: object) -> str:
    options = getattr(event_type, "length_in_minutes_options", ())
    lengths = options or (getattr(event_type, "length_in_minutes", None),)
    return "/".join(str(length) for length in lengths if length is not None) + " min"


_COLUMNS = (
    Column("Id", lambda e: e.id, whole=True, style="cyan"),
    Column("Length", _length),
    Column("Slug", lambda e: e.slug),
    Column("Title", lambda e: e.title),
    Column("Hidden", lambda e: e.hidden or None),
)
_FIELDS = (
    *_COLUMNS,
    Column("Description", lambda e: e.description),
    Column("Owner", lambda e: e.owner_id),
    Column("Schedule", lambda e: e.schedule_id),
)


def register(app: typer.Typer) -> None:
    """Hang the commands on the group."""
    command(app, "list", example="event-types list\nevent-types list --username owner")(_list)
    command(app, "get", example="event-types get 20002 --json")(_get)
    register_export(app, "event-types")


async def _list(
    session: Session,
    *,
    username: Annotated[str | None, typer.Option(metavar="NAME", help="The public ones of somebody else.")] = None,
    limit: Limit = None,
) -> None:
    """List what can be booked with you."""
    async with session.client() as cal:
        pager = cal.event_types.list(username=UNSET if username is None else username)
        await show_list(session, cal, pager, _COLUMNS, noun="event types", limit=limit)


async def _get(
    session: Session, *, event_type_id: Annotated[int, typer.Argument(metavar="ID", help="Its id.")]
) -> None:
    """Show one event type."""
    async with session.client() as cal:
        event_type = await cal.event_types.get(event_type_id)
    if session.options.as_json:
        print_json(event_type.to_dict())
    else:
        print_record(session.out, _FIELDS, event_type, session.utc)
