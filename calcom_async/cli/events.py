"""What is to be booked, as people write it: an id, or the end of a booking link."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from calcom_async.cli.failures import USAGE, CommandFailure

__all__ = ["EVENT", "event_arguments"]

EVENT = Annotated[
    str, typer.Argument(metavar="EVENT", help="An event type: its id, or username/slug, or team/team-slug/slug.")
]


def event_arguments(text: str) -> dict[str, Any]:
    """The arguments of the client for an event type.

    Raises:
        CommandFailure: none of the three forms.
    """
    match text.strip("/").split("/"):
        case [number] if number.isascii() and number.isdigit():
            return {"event_type_id": int(number)}
        case ["team", team, slug] if team and slug:
            return {"team_slug": team, "event_type_slug": slug}
        case [username, slug] if username and slug:
            return {"username": username, "event_type_slug": slug}
        case _:
            raise CommandFailure(
                "EVENT: neither an id nor the end of a booking link",
                "write 20002, or owner/30min, or team/sales/demo; `calcom-async event-types list` shows yours",
                exit_code=USAGE,
                kind="UsageError",
            )
