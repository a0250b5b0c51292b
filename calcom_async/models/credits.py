"""Credits: what pays for text messages, calls and agents."""

from __future__ import annotations

from calcom_async.core.records import Record, record

__all__ = ["CreditBalance", "Credits"]


@record
class CreditBalance(Record):
    """How many credits are left."""

    monthly_remaining: float | None = None
    """Of this month's."""
    additional: float | None = None
    """Of those bought."""


@record
class Credits(Record):
    """Whether there are credits, and how many."""

    has_credits: bool | None = None
    """Whether there are any."""
    balance: CreditBalance | None = None
    """How many."""
