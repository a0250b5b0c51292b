"""What goes out for bookings and what comes back, as functions of values: filters, bodies, one booking or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from calcom_async.core.codec import decode
from calcom_async.core.inputs import Instant, fields, instant, joined, part
from calcom_async.core.paging import Style
from calcom_async.core.unset import UNSET, Unset
from calcom_async.errors import DecodeError, InvalidRequestError
from calcom_async.models.booking_inputs import BookingRouting, NewAttendee
from calcom_async.models.booking_locations import BookingLocation
from calcom_async.models.bookings import Booking
from calcom_async.models.routing_forms import ResponseRouting
from calcom_async.resources.metadata import checked_metadata

__all__ = [
    "AS_IT_CAME",
    "CURSOR_VERSION",
    "HOST_VERSIONS",
    "VERSIONS",
    "Paging",
    "booking_filters",
    "new_booking",
    "paging_for",
    "read_bookings",
    "versions_for",
]

VERSIONS = ("2024-08-13", "2026-02-25")
"""The older one first: self-hosted servers know it, and it does all the newer one does but for `HOST_ARGUMENTS`."""
AS_IT_CAME: Any = Any
"""`into=` this: the data of an answer as wire JSON."""
HOST_VERSIONS = ("2026-02-25",)
CURSOR_VERSION = "2026-05-01"
_HOST_ARGUMENTS = frozenset({"allowConflicts", "allowBookingOutOfBounds", "skipBookingLimits"})
"""What only hosts may ask for; older versions refuse or ignore it, so it never falls back to one."""


def versions_for(body: Mapping[str, Any]) -> tuple[str, ...]:
    """The versions under which everything in a body counts."""
    return HOST_VERSIONS if _HOST_ARGUMENTS & body.keys() else VERSIONS


# --- lists -----------------------------------------------------------------------------------------------------------


@attrs.frozen
class Paging:
    """How one list of bookings pages."""

    versions: tuple[str, ...]
    style: Style
    page_size: int


def paging_for(
    api_version: str, *, page_size: int | None, cursor: str | None, skip: int, status: str | Sequence[str] | Unset
) -> Paging:
    """How to page for what the caller asks; a cursor chooses the cursor version.

    Raises:
        InvalidRequestError: what can't be together: a cursor under a version that has none, `skip` or several
            statuses under the one that has.
    """
    if skip < 0:
        raise InvalidRequestError("skip: can't be negative")
    if cursor is not None and api_version == VERSIONS[0]:
        api_version = CURSOR_VERSION
    if api_version != CURSOR_VERSION:
        if cursor is not None:
            raise InvalidRequestError(f"cursor: only api_version {CURSOR_VERSION} pages by cursor")
        others = tuple(version for version in VERSIONS if version != api_version)
        return Paging((api_version, *others), "offset", 250 if page_size is None else page_size)
    if skip:
        raise InvalidRequestError(f"skip: api_version {CURSOR_VERSION} pages by cursor, not by number")
    if status is not UNSET and not isinstance(status, str) and len(status) > 1:
        raise InvalidRequestError(
            f"status: api_version {CURSOR_VERSION} takes one at a time; make a list for each, or leave it out"
        )
    # A server without the cursor version answers with offsets, and the pager goes on the way it answers.
    return Paging((CURSOR_VERSION, *VERSIONS), "cursor", 100 if page_size is None else page_size)


def booking_filters(
    *,
    status: str | Sequence[str] | Unset = UNSET,
    event_type_ids: int | Sequence[int] | Unset = UNSET,
    after_start: Instant | Unset = UNSET,
    before_end: Instant | Unset = UNSET,
    after_created_at: Instant | Unset = UNSET,
    before_created_at: Instant | Unset = UNSET,
    after_updated_at: Instant | Unset = UNSET,
    before_updated_at: Instant | Unset = UNSET,
    teams_ids: int | Sequence[int] | Unset = UNSET,
    user_ids: int | Sequence[int] | Unset = UNSET,
    ordered_by_server: bool = False,
    **others: Any,
) -> dict[str, Any]:
    """The query of a list of bookings: filters and order.

    The server orders by one column without a tie-break, by start if not told otherwise. Whoever asks for a status or
    a time wants that order. Anyone else walks through everything, and there the moment of creation is the better
    one: hardly two are equal, and what is booked meanwhile comes last, so that no page shifts.
    """
    query = fields(
        status=joined(status, "status"),
        event_type_ids=joined(event_type_ids, "event_type_ids"),
        teams_ids=joined(teams_ids, "teams_ids"),
        user_ids=joined(user_ids, "user_ids"),
        after_start=instant(after_start, "after_start"),
        before_end=instant(before_end, "before_end"),
        after_created_at=instant(after_created_at, "after_created_at"),
        before_created_at=instant(before_created_at, "before_created_at"),
        after_updated_at=instant(after_updated_at, "after_updated_at"),
        before_updated_at=instant(before_updated_at, "before_updated_at"),
        **others,
    )
    asks_for_time = query.keys() & {"status", "afterStart", "beforeEnd"}
    has_order = any(name.startswith("sort") for name in query)
    if not (ordered_by_server or asks_for_time or has_order):
        query["sortCreated"] = "asc"
    return query


# --- one booking -----------------------------------------------------------------------------------------------------


def new_booking(
    *,
    start: Instant,
    attendee: NewAttendee | Mapping[str, Any],
    location: BookingLocation | Mapping[str, Any] | Unset,
    routing: BookingRouting | ResponseRouting | Mapping[str, Any] | Unset,
    metadata: Mapping[str, Any] | Unset,
    **others: Any,
) -> dict[str, Any]:
    """The body of a booking that is to be made.

    Raises:
        InvalidRequestError: a part that can't be meant, or metadata that Cal.com does not take.
    """
    return fields(
        start=instant(start, "start"),
        attendee=part(NewAttendee, attendee, "attendee"),
        location=part(BookingLocation, location, "location"),
        routing=part(BookingRouting, routing, "routing"),
        metadata=checked_metadata(metadata),
        **others,
    )


def read_bookings(data: Any) -> tuple[Booking, ...]:
    """The bookings of an answer, which is one object, or a list where recurring bookings are concerned.

    Raises:
        DecodeError: something else, or an empty list.
    """
    if not isinstance(data, list):
        return (decode(data, Booking, path="data"),)
    if not data:
        raise DecodeError("expected a booking, got an empty list", path="data")
    return tuple(decode(item, Booking, path=f"data[{index}]") for index, item in enumerate(data))
