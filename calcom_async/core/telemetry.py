"""What can be watched: records of the logger `calcom_async`, and events for `hooks=`. Ids and templates, no data."""

from __future__ import annotations

import itertools
import logging
import sys
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, TypeAlias

import attrs

if TYPE_CHECKING:
    from calcom_async.core.request import Response

__all__ = [
    "CallEnded",
    "CallStarted",
    "Event",
    "Hook",
    "LimiterWaited",
    "RecordsRead",
    "RequestSent",
    "ResponseReceived",
    "RetryScheduled",
    "Telemetry",
    "logger",
]

logger = logging.getLogger("calcom_async")
_CALLS: Final = itertools.count(1)


@attrs.frozen(kw_only=True)
class CallStarted:
    """A call begins: everything with its number up to `CallEnded` is told in its task, or in tasks of its own."""

    method: str
    path: str
    """The template, such as `/bookings/{bookingUid}`."""
    base_url: str
    call: int
    """Counts the calls of this process."""


@attrs.frozen(kw_only=True)
class CallEnded:
    """A call is over: with an answer, or with an exception."""

    method: str
    path: str
    status: int | None
    """Of the last answer; None where none came."""
    request_id: str | None
    error: type[BaseException] | None
    """What the call raises; None where it returns."""
    seconds: float
    """The whole call: waits, tries and retries."""
    call: int


@attrs.frozen(kw_only=True)
class RequestSent:
    """A try is about to leave."""

    method: str
    path: str
    """The template, such as `/bookings/{bookingUid}`."""
    version: str | None
    attempt: int
    """0 for the first try."""
    call: int = attrs.field(default=0, eq=False)


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
    call: int = attrs.field(default=0, eq=False)


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
    request_id: str | None = None
    """Of the answer that failed."""
    error: type[BaseException] | None = None
    """Why no answer came."""
    call: int = attrs.field(default=0, eq=False)


@attrs.frozen(kw_only=True)
class LimiterWaited:
    """A call was held back so that the server would not refuse it."""

    method: str
    path: str
    seconds: float
    call: int = attrs.field(default=0, eq=False)


@attrs.frozen(kw_only=True)
class RecordsRead:
    """Records were made of an answer; told after its call has ended, once for each page of a list."""

    method: str
    path: str
    records: int
    malformed: int = 0
    """How many could not be structured, and are in `page.malformed`."""


Event: TypeAlias = (
    CallStarted | RequestSent | ResponseReceived | RetryScheduled | LimiterWaited | CallEnded | RecordsRead
)
Hook: TypeAlias = Callable[[Event], None]


class Call:
    """One call under way; entered, it tells that it starts, and left, how it ended. Who is told is settled once.

    An event that nobody would hear of is not even made: calls are many, and most programs watch none.

    Attributes:
        number: Counts the calls of this process.
        status: Of the last answer.
        request_id: Of the last answer.
    """

    __slots__ = (
        "_base_url", "_heard", "_hooks", "_left", "_method", "_path", "_started", "number", "request_id", "status",
    )  # fmt: skip

    def __init__(self, telemetry: Telemetry, method: str, path: str, base_url: str) -> None:
        self._hooks = telemetry.watchers()
        self._heard = bool(self._hooks) or logger.isEnabledFor(logging.DEBUG)
        self._method, self._path, self._base_url = method, path, base_url
        self._started = self._left = 0.0
        self.number = next(_CALLS)
        self.status: int | None = None
        self.request_id: str | None = None

    def __enter__(self) -> Self:
        if self._hooks:
            self._started = time.perf_counter()
            self.tell(CallStarted(method=self._method, path=self._path, base_url=self._base_url, call=self.number))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._hooks:
            self.tell(
                CallEnded(
                    method=self._method, path=self._path, status=self.status, request_id=self.request_id, error=kind,
                    seconds=time.perf_counter() - self._started, call=self.number,
                )
            )  # fmt: skip

    def leaves(self, version: str | None, attempt: int) -> None:
        """A try is about to leave.

        Args:
            version: Its `cal-api-version`.
            attempt: 0 for the first try.
        """
        if not self._heard:
            return
        self.status = self.request_id = None
        self.tell(RequestSent(method=self._method, path=self._path, version=version, attempt=attempt, call=self.number))
        self._left = time.perf_counter()

    def answered(self, response: Response, attempt: int) -> None:
        """The try that left has its answer.

        Args:
            response: The answer.
            attempt: 0 for the first try.
        """
        if not self._heard:
            return
        seconds = time.perf_counter() - self._left
        self.status, self.request_id = response.status, response.request_id
        self.tell(
            ResponseReceived(
                method=self._method, path=self._path, status=response.status, seconds=seconds, attempt=attempt,
                request_id=self.request_id, size=len(response.body), call=self.number,
            )
        )  # fmt: skip

    def tell(self, event: Event) -> None:
        """Pass an event of this call on."""
        _tell(event, self._hooks)


class Telemetry:
    """Tells the logger and the hooks; a hook that fails is logged and never breaks a call."""

    def __init__(self, hooks: Iterable[Hook] = ()) -> None:
        self.hooks = tuple(hooks)

    def call(self, method: str, path: str, base_url: str) -> Call:
        """What brackets one call.

        Args:
            method: HTTP method.
            path: The path's template.
            base_url: Where it goes.
        """
        return Call(self, method, path, base_url)

    def tell(self, event: Event) -> None:
        """Pass an event on."""
        _tell(event, self.watchers())

    def read(self, method: str, path: str, records: int, malformed: int = 0) -> None:
        """Records were made of an answer.

        Args:
            method: HTTP method.
            path: The path's template.
            records: How many.
            malformed: How many could not be structured.
        """
        if hooks := self.watchers():
            _tell(RecordsRead(method=method, path=path, records=records, malformed=malformed), hooks)

    def watchers(self) -> tuple[Hook, ...]:
        """The hooks, and OpenTelemetry's where the program has set it up: then it was imported by somebody."""
        if "opentelemetry.trace" not in sys.modules and "opentelemetry.metrics" not in sys.modules:
            return self.hooks
        from calcom_async.core.tracing import automatic_hook

        hook = automatic_hook(self.hooks)
        return self.hooks if hook is None else (*self.hooks, hook)


def _tell(event: Event, hooks: Iterable[Hook]) -> None:
    _log(event)
    for hook in hooks:
        try:
            hook(event)
        except Exception:
            logger.exception("a hook failed on %s", type(event).__name__)


def _log(event: Event) -> None:
    """A line for what is worth one; `operation`, `request_id` and `call` are attributes of the record as well."""
    match event:
        case ResponseReceived():
            logger.debug(
                "%s %s -> %d in %.0f ms (attempt %d, request id %s)",
                event.method, event.path, event.status, event.seconds * 1000, event.attempt + 1, event.request_id,
                extra=_fields(event, event.request_id),
            )  # fmt: skip
        case RetryScheduled():
            after = f" (request id {event.request_id})" if event.request_id else ""
            logger.info(
                "%s %s: %s%s; attempt %d follows in %.2f s",
                event.method, event.path, event.reason, after, event.attempt + 2, event.seconds,
                extra=_fields(event, event.request_id),
            )  # fmt: skip
        case LimiterWaited() if event.seconds >= 1:
            logger.info(
                "%s %s waited %.1f s for the rate limit", event.method, event.path, event.seconds,
                extra=_fields(event, None),
            )  # fmt: skip
        case _:
            pass


def _fields(event: ResponseReceived | RetryScheduled | LimiterWaited, request_id: str | None) -> dict[str, object]:
    return {"operation": f"{event.method} {event.path}", "request_id": request_id, "call": event.call}
