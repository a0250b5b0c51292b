"""Which bookings: the filters that `bookings list` and `bookings export` share."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import attrs
import typer

from calcom_async.core.inputs import instant
from calcom_async.errors import InvalidRequestError
from calcom_async.models.bookings import BookingFilter

__all__ = ["ORGANIZATION", "Filters", "filter_options", "when"]

PANEL = "Which bookings (WHEN: 2026-12-01T09:00:00Z; a day alone is midnight UTC)"

ORGANIZATION = Annotated[
    int | None,
    typer.Option(metavar="ID", help="Of this organization, which you administer.", rich_help_panel=PANEL),
]
"""An option of the commands that read organizations."""


@attrs.frozen(kw_only=True)
class Filters:
    """Which bookings; None where it does not matter."""

    status: list[str] | None = None
    event_type_ids: list[int] | None = None
    attendee_email: str | None = None
    after_start: str | None = None
    before_end: str | None = None
    after_created_at: str | None = None
    before_created_at: str | None = None
    after_updated_at: str | None = None
    before_updated_at: str | None = None
    team_id: int | None = None

    def given(self) -> dict[str, Any]:
        """What was asked for, as arguments of the client."""
        every = attrs.asdict(self)
        return {name: value for name, value in every.items() if value is not None and value != []}


def when(text: str) -> str:
    """An instant as the API takes it; a day alone is midnight UTC.

    Raises:
        typer.BadParameter: neither a day nor an instant with an offset.
    """
    try:
        return f"{date.fromisoformat(text).isoformat()}T00:00:00Z" if len(text) <= 10 else str(instant(text, "it"))
    except (ValueError, InvalidRequestError):
        raise typer.BadParameter("write it like 2026-12-01T09:00:00Z (with Z or an offset) or 2026-12-01") from None


def _instant(words: str) -> Any:
    return typer.Option(metavar="WHEN", parser=when, help=words, rich_help_panel=PANEL)


def filter_options(
    *,
    status: Annotated[
        list[BookingFilter] | None,
        typer.Option(metavar="STATUS", help=f"{', '.join(BookingFilter)}; again for more.", rich_help_panel=PANEL),
    ] = None,
    event_type: Annotated[
        list[int] | None,
        typer.Option(metavar="ID", help="Of this event type; give it again for more.", rich_help_panel=PANEL),
    ] = None,
    team: Annotated[
        int | None, typer.Option(metavar="ID", help="Of this team, which you administer.", rich_help_panel=PANEL)
    ] = None,
    attendee: Annotated[
        str | None, typer.Option(metavar="EMAIL", help="With exactly this attendee.", rich_help_panel=PANEL)
    ] = None,
    start_after: Annotated[str | None, _instant("Starting then or later.")] = None,
    end_before: Annotated[str | None, _instant("Ending then or earlier.")] = None,
    created_after: Annotated[str | None, _instant("Made then or later.")] = None,
    created_before: Annotated[str | None, _instant("Made then or earlier.")] = None,
    updated_after: Annotated[str | None, _instant("Changed then or later; never those never changed.")] = None,
    updated_before: Annotated[str | None, _instant("Changed then or earlier; likewise.")] = None,
) -> Filters:
    """The options, as a value."""
    return Filters(
        status=[one.value for one in status or []],
        event_type_ids=list(event_type or []),
        team_id=team,
        attendee_email=attendee,
        after_start=start_after,
        before_end=end_before,
        after_created_at=created_after,
        before_created_at=created_before,
        after_updated_at=updated_after,
        before_updated_at=updated_before,
    )
