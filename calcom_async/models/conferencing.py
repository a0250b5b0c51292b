"""Conferencing apps: where online meetings take place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from calcom_async.core.records import Record, record, secret

__all__ = ["ConferencingApp", "ConferencingAuthorization", "DefaultConferencingApp", "UserConferencingApp"]


@record
class ConferencingApp(Record):
    """A connected conferencing app."""

    id: int
    """The credential's id."""
    type: str | None = None
    """The kind of app, such as `google_video`."""
    user_id: int | None = None
    """The user it belongs to."""
    team_id: int | None = None
    """The team it belongs to."""
    app_id: str | None = None
    """The app's slug, such as `google-meet`."""
    invalid: bool | None = None
    """Whether the connection has stopped working."""
    delegation_credential_id: str | None = None
    """The organization's credential that stands behind it."""
    key: Mapping[str, Any] | None = secret()
    """What Cal.com keeps to call the app; only connecting answers it."""
    subscription_id: str | None = None
    """The subscription of a paid app."""
    payment_status: str | None = None
    """Whether a paid app is paid."""
    billing_cycle_start: int | None = None
    """The day of the month a paid app is billed."""


@record
class UserConferencingApp(ConferencingApp):
    """A conferencing app of a member of an organization."""

    app_slug: str | None = None
    """The app's slug."""
    is_default: bool | None = None
    """Whether new event types use it."""


@record
class DefaultConferencingApp(Record):
    """The app that new event types use; both fields are None where none was chosen."""

    app_slug: str | None = None
    """The app's slug, such as `zoom`."""
    app_link: str | None = None
    """The link of an app that is a fixed address."""


@record
class ConferencingAuthorization(Record):
    """Where to send the user so that they allow the connection."""

    url: str | None = secret()
    """The page to open, valid for ten minutes. **It holds the caller's credential**: don't log it."""
