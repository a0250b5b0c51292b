"""What can be watched: records of the logger `calcom_async`, and events for `hooks=`. Ids and templates, no data."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeAlias

import attrs

__all__ = ["Event", "Hook", "LimiterWaited", "RequestSent", "ResponseReceived", "RetryScheduled", "Telemetry", "logger"]

logger = logging.getLogger("calcom_async")


@attrs.frozen(kw_only=True)
class RequestSent:
    """A try is about to leave."""

    method: str
    path: str
    """The template, such as `/bookings/{bookingUid}`."""
    version: str | None
    attempt: int
    """0 for the first try."""


@attrs.frozen(kw_only=True)
class ResponseReceived:
    """An answer came."""

    method: str
    path: str
    status: int
    seconds: float
    attempt: int
    request_id: str | None
    size: int
    """Bytes of the body."""


@attrs.frozen(kw_only=True)
class RetryScheduled:
    """A try failed and will be repeated."""

    method: str
    path: str
    status: int | None
    """None when no answer came."""
    reason: str
    attempt: int
    seconds: float
    """How long it waits first."""


@attrs.frozen(kw_only=True)
class LimiterWaited:
    """A call was held back so that the server would not refuse it."""

    method: str
    path: str
    seconds: float


Event: TypeAlias = RequestSent | ResponseReceived | RetryScheduled | LimiterWaited
Hook: TypeAlias = Callable[[Event], None]


class Telemetry:
    """Tells the logger and the hooks; a hook that fails is logged and never breaks a call."""

    def __init__(self, hooks: Iterable[Hook] = ()) -> None:
        self.hooks = tuple(hooks)

    def tell(self, event: Event) -> None:
        """Pass an event on."""
        match event:
            case ResponseReceived():
                logger.debug(
                    "%s %s -> %d in %.0f ms (attempt %d, request id %s)",
                    event.method, event.path, event.status, event.seconds * 1000, event.attempt + 1, event.request_id,
                )  # fmt: skip
            case RetryScheduled():
                logger.info(
                    "%s %s: %s; attempt %d follows in %.2f s",
                    event.method, event.path, event.reason, event.attempt + 2, event.seconds,
                )  # fmt: skip
            case LimiterWaited() if event.seconds >= 1:
                logger.info("%s %s waited %.1f s for the rate limit", event.method, event.path, event.seconds)
            case _:
                pass
        for hook in self.hooks:
            try:
                hook(event)
            except Exception:
                logger.exception("a hook failed on %s", type(event).__name__)
