"""Which bookings an export takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

import attrs

from calcom_async.core.inputs import Instant, instant, joined
from calcom_async.core.unset import UNSET
from calcom_async.errors import InvalidRequestError
from calcom_async.export.plan import milliseconds
from calcom_async.export.report import ProgressCallback

__all__ = ["BookingFilters", "ExportArguments", "FilterArguments"]


class FilterArguments(TypedDict, total=False):
    """The filters of an export as keyword arguments; see `BookingFilters`."""

    status: str | Sequence[str]
    event_type_ids: int | Sequence[int]
    attendee_email: str
    attendee_name: str
    after_start: Instant
    before_end: Instant
    after_created_at: Instant
    before_created_at: Instant
    after_updated_at: Instant
    before_updated_at: Instant


class ExportArguments(FilterArguments, total=False):
    """The keyword arguments of `bookings.export`; see `export_bookings`."""

    team_id: int
    organization_id: int
    format: str
    concurrency: int
    raw_cells: bool
    restart: bool
    api_version: str
    progress: ProgressCallback


def _sequence(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str | int) else tuple(value)


@attrs.frozen(kw_only=True)
class BookingFilters:
    """Which bookings an export takes; all of them by default, cancelled and rejected ones included.

    Attributes:
        status: One or several of upcoming, recurring, past, cancelled, unconfirmed (they overlap; a booking is
            exported once all the same).
        event_type_ids: Bookings of these event types.
        team_id: Bookings of one team.
        organization_id: Bookings of one organization; with `team_id` those of one of its teams.
        attendee_email: Exactly this address.
        attendee_name: Exactly this name.
        after_start: Starting at this instant or later.
        before_end: Ending at this instant or earlier.
        after_created_at: Created at this instant or later.
        before_created_at: Created at this instant or earlier.
        after_updated_at: Changed at this instant or later; bookings that were never changed do not match.
        before_updated_at: Changed at this instant or earlier.
    """

    status: Sequence[str] = attrs.field(default=(), converter=_sequence)
    event_type_ids: Sequence[int] = attrs.field(default=(), converter=_sequence)
    team_id: int | None = None
    organization_id: int | None = None
    attendee_email: str | None = None
    attendee_name: str | None = None
    after_start: Instant | None = None
    before_end: Instant | None = None
    after_created_at: Instant | None = None
    before_created_at: Instant | None = None
    after_updated_at: Instant | None = None
    before_updated_at: Instant | None = None

    def __attrs_post_init__(self) -> None:
        for name in ("after_start", "before_end", "after_created_at", "before_created_at", "after_updated_at"):
            instant(getattr(self, name), name)
        instant(self.before_updated_at, "before_updated_at")
        low, high = self.created_range()
        if low is not None and high is not None and low >= high:
            raise InvalidRequestError("after_created_at lies after before_created_at: no booking can match")

    def to_dict(self) -> dict[str, Any]:
        """What was asked for, as JSON values; two equal ones select the same."""
        low, high = self.created_range()
        return {**self.query(), "path": self.path(), "created": [low, high]}

    def path(self) -> str | None:
        """The list of a team or organization, below the base URL; None for one's own."""
        parts = [
            f"{kind}/{number}"
            for kind, number in (("organizations", self.organization_id), ("teams", self.team_id))
            if number is not None
        ]
        return "/".join((*parts, "bookings")) if parts else None

    def created_range(self) -> tuple[int | None, int | None]:
        """The half-open range of creation times asked for, in milliseconds; None where it is open."""
        low = None if self.after_created_at is None else milliseconds(self.after_created_at)
        high = None if self.before_created_at is None else milliseconds(self.before_created_at) + 1
        return low, high

    def query(self) -> dict[str, Any]:
        """The query parameters, creation times left to the walk."""
        parameters: dict[str, Any] = {
            "status": joined(self.status, "status") if self.status else UNSET,
            "eventTypeIds": joined(self.event_type_ids, "event_type_ids") if self.event_type_ids else UNSET,
            "attendeeEmail": self.attendee_email,
            "attendeeName": self.attendee_name,
            "afterStart": instant(self.after_start, "after_start"),
            "beforeEnd": instant(self.before_end, "before_end"),
            "afterUpdatedAt": instant(self.after_updated_at, "after_updated_at"),
            "beforeUpdatedAt": instant(self.before_updated_at, "before_updated_at"),
        }
        return {name: value for name, value in parameters.items() if value is not None and value is not UNSET}
