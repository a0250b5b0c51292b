"""Webhooks received: is a delivery genuine, what does it tell, and who handles it.

Cal.com signs the raw body, waits 8 s for an answer, and switches a webhook off after repeated failures. So a receiver
answers quickly and works later: `Hooks` verifies a delivery, writes it down, answers, and has it handled afterwards, at
least once. `verify` and `parse` are enough where you do the rest yourself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calcom_async.webhooks.duplicates import Duplicates, MemoryDuplicates, RedisDuplicates, SqliteDuplicates
from calcom_async.webhooks.events import (
    BookingEvent,
    CredentialEvent,
    Event,
    FormEvent,
    InstantMeetingEvent,
    MeetingEvent,
    NoShowEvent,
    OpenEvent,
    OutOfOfficeEvent,
    RecordingEvent,
    RoutingFallbackEvent,
    TemplatedEvent,
    VideoNoShowEvent,
    WrongAssignmentEvent,
)
from calcom_async.webhooks.hooks import Answer, Hooks, Retry
from calcom_async.webhooks.journal import Journal, KeptDelivery
from calcom_async.webhooks.reading import parse, read_event
from calcom_async.webhooks.routing import Handler
from calcom_async.webhooks.signature import Secret, sign, verify

if TYPE_CHECKING:
    from aiohttp import web

__all__ = [
    "Answer",
    "BookingEvent",
    "CredentialEvent",
    "Duplicates",
    "Event",
    "FormEvent",
    "Handler",
    "Hooks",
    "InstantMeetingEvent",
    "Journal",
    "KeptDelivery",
    "MeetingEvent",
    "MemoryDuplicates",
    "NoShowEvent",
    "OpenEvent",
    "OutOfOfficeEvent",
    "RecordingEvent",
    "RedisDuplicates",
    "Retry",
    "RoutingFallbackEvent",
    "Secret",
    "SqliteDuplicates",
    "TemplatedEvent",
    "VideoNoShowEvent",
    "WrongAssignmentEvent",
    "app",
    "parse",
    "read_event",
    "sign",
    "verify",
]


def app(handler: Handler[Event[Any]], *, secret: Secret | None, **options: Any) -> web.Application:
    """An aiohttp application whose one handler gets every event: `web.run_app(app(handle, secret="…"))`.

    Args:
        handler: A coroutine function, or a plain one, which runs in a thread.
        secret: The webhook's secret, or several while one replaces another.
        options: The other arguments of `Hooks`.

    Raises:
        ConfigurationError: no secret, or an empty one.
    """
    hooks = Hooks(secret=secret, **options)
    hooks.on_any()(handler)
    return hooks.aiohttp()
