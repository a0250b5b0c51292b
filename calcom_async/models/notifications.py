"""Notifications: where Cal.com pushes messages to."""

from __future__ import annotations

from datetime import datetime

from calcom_async.core.records import Record, record, secret

__all__ = ["AppPushSubscription", "ChatLinkIntent", "RemovedSubscription"]


@record
class AppPushSubscription(Record):
    """A telephone that gets messages."""

    id: int
    """Its id."""
    user_id: int | None = None
    """Whose it is."""
    type: str | None = None
    """The kind of subscription."""
    platform: str | None = None
    """`IOS` or `ANDROID`."""
    identifier: str | None = secret()
    """The address of its messages."""
    device_id: str | None = None
    """The device."""
    created_at: datetime | None = None
    """When it was made."""
    updated_at: datetime | None = None
    """When it was changed."""


@record
class ChatLinkIntent(Record):
    """A one-time token that links a chat account."""

    token: str | None = secret()
    """The token."""
    expires_at: datetime | None = None
    """When it ends."""


@record
class RemovedSubscription(Record):
    """What Cal.com says of a subscription that is gone."""

    message: str | None = None
    """A sentence."""
