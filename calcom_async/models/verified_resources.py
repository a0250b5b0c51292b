"""E-mail addresses and phone numbers whose owner has proved to be theirs, for use in workflows."""

from __future__ import annotations

from calcom_async.core.records import Record, record

__all__ = ["VerifiedEmail", "VerifiedPhone"]


@record
class VerifiedEmail(Record):
    """A verified e-mail address."""

    id: int
    """Its id."""
    email: str | None = None
    """The address."""
    user_id: int | None = None
    """Who verified it."""
    team_id: int | None = None
    """The team it was verified for."""


@record
class VerifiedPhone(Record):
    """A verified phone number."""

    id: int
    """Its id."""
    phone_number: str | None = None
    """The number, such as `+37120000001`."""
    user_id: int | None = None
    """Who verified it."""
    team_id: int | None = None
    """The team it was verified for."""
