"""Private links: booking links that end by time or by use."""

from __future__ import annotations

from datetime import datetime

from calcom_async.core.records import Record, record

__all__ = ["DeletedPrivateLink", "PrivateLink"]


@record
class PrivateLink(Record):
    """A booking link that nobody finds, and that ends: at `expires_at`, or after `max_usage_count` bookings."""

    link_id: str
    """Its id."""
    event_type_id: int | None = None
    """What is booked by it."""
    booking_url: str | None = None
    """The link itself."""
    is_expired: bool | None = None
    """Whether it has ended."""
    expires_at: datetime | None = None
    """When it ends; None for a link that ends by use."""
    max_usage_count: int | None = None
    """How many bookings it is good for; None for a link that ends by time."""
    usage_count: int | None = None
    """How many were made by it."""


@record
class DeletedPrivateLink(Record):
    """What is left of a private link."""

    link_id: str | None = None
    """Its id."""
    message: str | None = None
    """What Cal.com says of it."""
