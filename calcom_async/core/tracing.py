"""OpenTelemetry: a span for each call, and metrics, by its conventions for HTTP clients. Extra `otel`.

Where a program has set up a provider of tracers or of meters, this is switched on by itself. Neither key nor query,
neither body nor id of anything leaves by it: paths are templates.
"""

from __future__ import annotations

import functools
import os
import re
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import attrs

from calcom_async._version import __version__
from calcom_async.core.telemetry import (
    CallEnded,
    CallStarted,
    Event,
    Hook,
    LimiterWaited,
    RecordsRead,
    RequestSent,
    ResponseReceived,
    RetryScheduled,
)
from calcom_async.errors import MissingExtraError

if TYPE_CHECKING:
    from contextvars import Token

    from opentelemetry.context import Context
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import Span, TracerProvider

__all__ = ["OpenTelemetryHook", "automatic_hook", "path_template"]

SCOPE: Final = "calcom_async"
"""The instrumentation scope of all spans and metrics; also its name in OTEL_PYTHON_DISABLED_INSTRUMENTATIONS."""
SCHEMA: Final = "https://opentelemetry.io/schemas/1.27.0"
_DURATIONS: Final = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
"""Bounds of the conventions, in seconds."""
_WAITS: Final = (0.01, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0)
_WORD: Final = re.compile(r"[a-z]+(?:-[a-z]+)*|[a-z]+(?:[A-Z][a-z]+)*|oauth2|\{\w+\}")
"""Segments that name things in Cal.com's paths; whatever else stands there is an id."""
_LONGEST_WORD: Final = 30


@attrs.define
class _Open:
    """A call under way."""

    span: Span
    token: Token[Context]
    attributes: dict[str, Any]
    tries: int = 0
    waited: float = 0.0
    sent_at: float | None = None
    """When the try under way left; None between tries."""
    status_of_try: int | None = None


class OpenTelemetryHook:
    """Makes spans and metrics of a client's events: `AsyncCalCom(hooks=[OpenTelemetryHook(...)])`.

    Only needed where the providers are not those of the whole program: for these, every client has it by itself.

    Args:
        tracer_provider: Makes the spans; by default the program's.
        meter_provider: Makes the metrics; by default the program's.

    Raises:
        MissingExtraError: opentelemetry-api is not installed.
    """

    def __init__(
        self, *, tracer_provider: TracerProvider | None = None, meter_provider: MeterProvider | None = None
    ) -> None:
        try:
            from opentelemetry import metrics, trace
        except ImportError:
            raise MissingExtraError("OpenTelemetry", "otel") from None
        self._tracer = trace.get_tracer(SCOPE, __version__, tracer_provider, SCHEMA)
        meter = metrics.get_meter(SCOPE, __version__, meter_provider, SCHEMA)
        self._durations = meter.create_histogram(
            "http.client.request.duration", "s", "Duration of HTTP client requests.",
            explicit_bucket_boundaries_advisory=_DURATIONS,
        )  # fmt: skip
        self._waits = meter.create_histogram(
            "calcom.client.rate_limit.wait", "s", "How long calls were held back for the rate limit.",
            explicit_bucket_boundaries_advisory=_WAITS,
        )  # fmt: skip
        self._retries = meter.create_counter("calcom.client.retries", "{retry}", "Tries that follow a failed one.")
        self._refused = meter.create_counter("calcom.client.rate_limited", "{response}", "Answers with status 429.")
        self._records = meter.create_counter("calcom.client.records", "{record}", "Records made of answers.")
        self._calls: dict[int, _Open] = {}

    def __repr__(self) -> str:
        return f"<OpenTelemetryHook; {len(self._calls)} calls under way>"

    def __call__(self, event: Event) -> None:
        """Take note of an event."""
        match event:
            case CallStarted():
                self._start(event)
            case RecordsRead():
                self._count_records(event)
            case _:
                call = self._calls.get(event.call)
                if call is not None:  # else it began before this was switched on, or is not to be traced
                    self._note(event, call)

    def _start(self, event: CallStarted) -> None:
        from opentelemetry import context, trace

        if context.get_value("suppress_instrumentation") or context.get_value("suppress_http_instrumentation"):
            return
        attributes = _of_request(event.method, event.path, event.base_url)
        span = self._tracer.start_span(
            f"{event.method} {attributes['url.template']}",
            kind=trace.SpanKind.CLIENT,
            attributes={**attributes, "url.full": event.base_url + attributes["url.template"]},
        )
        token = context.attach(trace.set_span_in_context(span))
        self._calls[event.call] = _Open(span, token, attributes)

    def _note(
        self, event: RequestSent | ResponseReceived | RetryScheduled | LimiterWaited | CallEnded, call: _Open
    ) -> None:
        match event:
            case LimiterWaited():
                call.waited += event.seconds
                call.span.add_event("rate_limit.wait", {"calcom.wait": event.seconds})
                self._waits.record(event.seconds, call.attributes)
            case RequestSent():
                call.tries += 1
                call.sent_at = time.perf_counter()
                if event.version is not None:
                    call.span.set_attribute("http.request.header.cal-api-version", (event.version,))
            case ResponseReceived():
                call.sent_at = None
                call.span.set_attribute("http.response.body.size", event.size)
                self._durations.record(event.seconds, call.attributes | _of_outcome(event.status, None))
                if event.status == 429:
                    self._refused.add(1, call.attributes)
            case RetryScheduled():
                outcome = _of_outcome(event.status, event.error)
                self._try_without_answer(call, event.error)
                call.span.add_event(
                    "retry", {"calcom.wait": event.seconds, "calcom.retry": event.attempt + 1, **outcome}
                )
                self._retries.add(1, call.attributes | outcome)
            case CallEnded():
                self._end(event, call)

    def _try_without_answer(self, call: _Open, error: type[BaseException] | None) -> None:
        """A try that ended without an answer took its time, too."""
        if call.sent_at is not None:
            took, call.sent_at = time.perf_counter() - call.sent_at, None
            self._durations.record(took, call.attributes | _of_outcome(None, error))

    def _end(self, event: CallEnded, call: _Open) -> None:
        from opentelemetry import context, trace

        del self._calls[event.call]
        self._try_without_answer(call, event.error)
        span = call.span
        span.set_attributes(_of_outcome(event.status, event.error))
        if call.tries > 1:
            span.set_attribute("http.request.resend_count", call.tries - 1)
        if call.waited:
            span.set_attribute("calcom.rate_limit.wait", call.waited)
        if event.request_id is not None:
            span.set_attribute("http.response.header.x-request-id", (event.request_id,))
        if event.error is not None:
            span.set_status(trace.StatusCode.ERROR)
        if trace.get_current_span() is span:  # not where the garbage collector closes a coroutine that nobody awaits
            context.detach(call.token)
        span.end()

    def _count_records(self, event: RecordsRead) -> None:
        attributes = {"http.request.method": event.method, "url.template": path_template(event.path)}
        for count, malformed in ((event.records, False), (event.malformed, True)):
            if count:
                self._records.add(count, {**attributes, "calcom.malformed": malformed})


def automatic_hook(given: tuple[Hook, ...]) -> Hook | None:
    """The hook for the program's providers; None where it has set up none, or a client has a hook of its own.

    Args:
        given: The hooks of a client.
    """
    try:
        from opentelemetry import metrics, trace
    except ImportError:
        return None
    # Providers of the API package itself do nothing; whatever does something comes from elsewhere.
    if _is_of_api(trace.get_tracer_provider()) and _is_of_api(metrics.get_meter_provider()):
        return None
    if any(isinstance(hook, OpenTelemetryHook) for hook in given):
        return None
    return _shared_hook()


def _is_of_api(provider: object) -> bool:
    return type(provider).__module__.startswith(("opentelemetry.trace", "opentelemetry.metrics"))


@functools.cache
def _shared_hook() -> OpenTelemetryHook | None:
    disabled = os.environ.get("OTEL_PYTHON_DISABLED_INSTRUMENTATIONS", "")
    return None if {SCOPE, "*"} & {name.strip() for name in disabled.split(",")} else OpenTelemetryHook()


def path_template(path: str) -> str:
    """A path without ids: `cal.request("GET", "bookings/abc1")` has one in the place of a template."""
    return "/".join(
        segment if not segment or (_WORD.fullmatch(segment) and len(segment) <= _LONGEST_WORD) else "{id}"
        for segment in path.split("/")
    )


@functools.lru_cache(1000)
def _of_request(method: str, path: str, base_url: str) -> dict[str, Any]:
    """What is known before a request leaves."""
    parts = urlsplit(base_url)
    return {
        "http.request.method": method,
        "server.address": parts.hostname or "",
        "server.port": parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0),
        "url.scheme": parts.scheme,
        "url.template": path_template(path),
    }


def _of_outcome(status: int | None, error: type[BaseException] | None) -> dict[str, Any]:
    """Status, and `error.type`: the status as text, or the name of the exception."""
    found: dict[str, Any] = {} if status is None else {"http.response.status_code": status}
    if status is not None and status >= 400:
        found["error.type"] = str(status)
    elif error is not None:
        found["error.type"] = f"{error.__module__}.{error.__qualname__}"
    return found
