"""Stripe: how bookings are paid."""

from __future__ import annotations

from calcom_async.core.records import Record, record, secret

__all__ = ["StripeAuthorization"]


@record
class StripeAuthorization(Record):
    """Where to send the user so that they connect Stripe."""

    auth_url: str | None = secret()
    """The page to open. **It holds the caller's credential**: don't log it."""
