"""Out of office: when somebody is away, and who stands in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from calcom_async.core.records import Record, record

__all__ = ["OutOfOfficeEntry", "OutOfOfficeReason"]


class OutOfOfficeReason(StrEnum):
    """Why somebody is away."""

    UNSPECIFIED = "unspecified"
    VACATION = "vacation"
    TRAVEL = "travel"
    SICK = "sick"
    PUBLIC_HOLIDAY = "public_holiday"


@record
class OutOfOfficeEntry(Record):
    """That a user is away for a while."""

    id: int
    """The entry's id."""
    uuid: str | None = None
    """Another id of it."""
    user_id: int | None = None
    """Who is away."""
    to_user_id: int | None = None
    """Who stands in; None for nobody."""
    start: datetime | None = None
    """From when on, in UTC."""
    end: datetime | None = None
    """Until when, in UTC."""
    notes: str | None = None
    """What visitors are told."""
    reason: OutOfOfficeReason | str | None = None
    """Why."""
