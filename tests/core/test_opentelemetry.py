"""Spans and metrics of calls, as the SDK of OpenTelemetry exports them; and what they never hold."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from attrs import frozen
from loopback import Loopback, answer, error

from calcom_async import APIConnectionError, AsyncCalCom, CalCom, Limiter, NotFoundError, ServerError
from calcom_async.core.telemetry import Hook
from calcom_async.core.tracing import OpenTelemetryHook, path_template
from calcom_async.sandbox import RateLimit, Sandbox

pytest.importorskip("opentelemetry.sdk", reason="the SDK of OpenTelemetry, which keeps spans in memory, is not here")

from opentelemetry import context, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

ONE = {"id": 20002, "lengthInMinutes": 30}
KEY = "cal_live_otel5ecret"


@frozen
class Watched:
    """Providers of a test's own, and what they exported."""

    tracers: TracerProvider
    spans_kept: InMemorySpanExporter
    meters: MeterProvider
    metrics_kept: InMemoryMetricReader

    def hook(self) -> OpenTelemetryHook:
        return OpenTelemetryHook(tracer_provider=self.tracers, meter_provider=self.meters)

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self.spans_kept.get_finished_spans()

    def points(self, name: str) -> list[Any]:
        data = self.metrics_kept.get_metrics_data()
        found = [] if data is None else [s for r in data.resource_metrics for s in r.scope_metrics]
        assert {scope.scope.name for scope in found} <= {"calcom_async"}
        return [
            p for scope in found for metric in scope.metrics if metric.name == name for p in metric.data.data_points
        ]

    def everything(self) -> str:
        data = self.metrics_kept.get_metrics_data()
        return "".join(span.to_json() for span in self.spans) + ("" if data is None else data.to_json())


@pytest.fixture
def watched() -> Iterator[Watched]:
    spans, metrics = InMemorySpanExporter(), InMemoryMetricReader()
    tracers = TracerProvider(shutdown_on_exit=False)
    tracers.add_span_processor(SimpleSpanProcessor(spans))
    meters = MeterProvider([metrics], shutdown_on_exit=False)
    yield Watched(tracers, spans, meters, metrics)
    meters.shutdown()
    tracers.shutdown()


def scripted(*answers: Any, kind: type[Loopback] = Loopback) -> Any:
    left = iter(answers)

    async def handler(_: object) -> Any:
        return next(left)

    return kind(handler)


def client(url: str, *hooks: Hook, **options: Any) -> AsyncCalCom:
    cal = AsyncCalCom(KEY, base_url=url, limiter=options.pop("limiter", Limiter(None)), hooks=hooks, **options)
    cal._channel.transport._jitter = lambda: 0.0
    return cal


def attributes_of(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


async def test_the_span_of_a_call(watched: Watched) -> None:
    server = scripted(answer(ONE, headers={"X-Request-Id": "r-1"}))
    async with server, client(server.url, watched.hook()) as cal:
        await cal.event_types.get(20002)
        (span,) = watched.spans
        assert span.name == "GET /event-types/{eventTypeId}"
        assert span.kind is trace.SpanKind.CLIENT
        assert span.status.status_code is trace.StatusCode.UNSET
        assert span.instrumentation_scope is not None
        assert span.instrumentation_scope.name == "calcom_async"
        port = int(server.origin.rpartition(":")[2])
        assert attributes_of(span) == {
            "http.request.method": "GET",
            "http.response.status_code": 200,
            "http.request.header.cal-api-version": ("2024-06-14",),
            "http.response.header.x-request-id": ("r-1",),
            "http.response.body.size": len(json.dumps({"status": "success", "data": ONE})),
            "server.address": "127.0.0.1",
            "server.port": port,
            "url.full": f"{server.url}/event-types/{{eventTypeId}}",
            "url.scheme": "http",
            "url.template": "/event-types/{eventTypeId}",
        }


async def test_retries_are_events_and_counted(watched: Watched) -> None:
    server = scripted(error(502), error(500), answer({}))
    async with server, client(server.url, watched.hook()) as cal:
        await cal.request("GET", "me")
    (span,) = watched.spans
    assert attributes_of(span)["http.request.resend_count"] == 2
    assert "error.type" not in attributes_of(span)
    assert [(event.name, dict(event.attributes or {})) for event in span.events] == [
        ("retry", {"calcom.retry": 1, "calcom.wait": 0.0, "http.response.status_code": 502, "error.type": "502"}),
        ("retry", {"calcom.retry": 2, "calcom.wait": 0.0, "http.response.status_code": 500, "error.type": "500"}),
    ]
    durations = {
        p.attributes["http.response.status_code"]: p.count for p in watched.points("http.client.request.duration")
    }
    assert durations == {502: 1, 500: 1, 200: 1}
    assert sum(point.value for point in watched.points("calcom.client.retries")) == 2


async def test_a_call_that_fails(watched: Watched) -> None:
    server = scripted(error(404, "no booking of ada@example.com", headers={"X-Request-Id": "r-9"}))
    async with server, client(server.url, watched.hook()) as cal:
        with pytest.raises(NotFoundError):
            await cal.bookings.get("gone")
    (span,) = watched.spans
    assert span.status.status_code is trace.StatusCode.ERROR
    found = attributes_of(span)
    assert (found["http.response.status_code"], found["error.type"]) == (404, "404")
    assert found["http.response.header.x-request-id"] == ("r-9",)
    assert "ada@" not in watched.everything()


async def test_a_call_without_an_answer(watched: Watched) -> None:
    async with client("http://127.0.0.1:1/v2", watched.hook(), max_retries=1) as cal:
        with pytest.raises(APIConnectionError):
            await cal.me.get()
    (span,) = watched.spans
    kind = "calcom_async.errors.APIConnectionError"
    found = attributes_of(span)
    assert (found["error.type"], found["http.request.resend_count"]) == (kind, 1)
    assert "http.response.status_code" not in found
    assert dict(span.events[0].attributes or {})["error.type"] == kind
    (point,) = watched.points("http.client.request.duration")
    assert (point.count, point.attributes["error.type"]) == (2, kind)


async def test_an_answer_before_the_connection_broke_is_not_the_outcome(watched: Watched) -> None:
    class Breaks(Exception):
        pass

    async def handler(request: Any) -> Any:
        if len(server.seen) > 1:
            request.transport.close()
            raise Breaks
        return error(503, headers={"X-Request-Id": "r-1"})

    server = Loopback(handler)
    async with server, client(server.url, watched.hook(), max_retries=1) as cal:
        with pytest.raises(APIConnectionError):
            await cal.me.get()
    found = attributes_of(watched.spans[0])
    assert "http.response.status_code" not in found
    assert "http.response.header.x-request-id" not in found


async def test_a_call_that_is_cancelled(watched: Watched) -> None:
    async def handler(_: object) -> Any:
        await asyncio.sleep(60)

    async with Loopback(handler) as server, client(server.url, watched.hook()) as cal:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await cal.me.get()
        assert not trace.get_current_span().get_span_context().is_valid
    (span,) = watched.spans
    assert attributes_of(span)["error.type"] == "asyncio.exceptions.CancelledError"


async def test_waits_for_the_rate_limit(watched: Watched) -> None:
    limit = RateLimit(limit=2, window=0.3, block=0.3, fractional=True)
    async with Sandbox(rate_limit=limit) as sandbox, sandbox.client(hooks=[watched.hook()], limiter=Limiter()) as cal:
        for _ in range(3):
            await cal.me.get()
    waited = [span for span in watched.spans if "calcom.rate_limit.wait" in attributes_of(span)]
    assert waited
    for span in waited:
        (event,) = [event for event in span.events if event.name == "rate_limit.wait"]
        assert dict(event.attributes or {})["calcom.wait"] == attributes_of(span)["calcom.rate_limit.wait"] > 0
    (point,) = watched.points("calcom.client.rate_limit.wait")
    assert point.count == len(waited)
    assert point.sum == pytest.approx(sum(attributes_of(span)["calcom.rate_limit.wait"] for span in waited))


async def test_refusals_are_counted(watched: Watched) -> None:
    server = scripted(error(429, headers={"Retry-After": "0"}), answer({}))
    async with server, client(server.url, watched.hook()) as cal:
        await cal.request("GET", "me")
    (point,) = watched.points("calcom.client.rate_limited")
    assert (point.value, point.attributes["url.template"]) == (1, "/me")


async def test_records_are_counted(watched: Watched) -> None:
    good, bad = {"id": 1, "lengthInMinutes": 30}, {"id": "no number"}
    server = scripted(answer([good, bad, good]), answer({"id": 7}))
    async with server, client(server.url, watched.hook()) as cal:
        page = await cal.event_types.list()
        await cal.me.get()
    assert (len(page.items), len(page.malformed)) == (2, 1)
    counted = {
        (p.attributes["url.template"], p.attributes["calcom.malformed"]): p.value
        for p in watched.points("calcom.client.records")
    }
    assert counted == {("/event-types", False): 2, ("/event-types", True): 1, ("/me", False): 1}


async def test_concurrent_calls_are_children_of_their_own_callers(watched: Watched) -> None:
    tracer = watched.tracers.get_tracer("test")
    async with Sandbox(rate_limit=None) as sandbox, sandbox.client(hooks=[watched.hook()]) as cal:

        async def work(number: int) -> tuple[int, int]:
            with tracer.start_as_current_span(f"work {number}") as own:
                await cal.me.get()
                await cal.event_types.list()
                assert trace.get_current_span() is own
                return number, own.get_span_context().span_id

        parents = dict(await asyncio.gather(*(work(number) for number in range(8))))
    calls = [span for span in watched.spans if span.name.startswith("GET ")]
    for name in ("GET /me", "GET /event-types"):
        assert sorted(s.parent.span_id for s in calls if s.name == name and s.parent) == sorted(parents.values())


async def test_pages_read_at_once_are_children_of_whoever_walks(watched: Watched) -> None:
    tracer = watched.tracers.get_tracer("test")
    async with Sandbox(bookings=50, rate_limit=None) as sandbox, sandbox.client(hooks=[watched.hook()]) as cal:
        with tracer.start_as_current_span("walk") as own:
            async for _ in cal.bookings.list(page_size=10).prefetch(3):
                pass
    calls = [span for span in watched.spans if span.name == "GET /bookings"]
    assert len(calls) >= 5
    assert {span.parent.span_id for span in calls if span.parent} == {own.get_span_context().span_id}


def test_the_blocking_face_keeps_the_callers_span(watched: Watched, threaded_sandbox: Sandbox) -> None:
    tracer = watched.tracers.get_tracer("test")
    with CalCom(threaded_sandbox.api_key, base_url=threaded_sandbox.url, hooks=[watched.hook()]) as cal:
        cal.me.get()  # so that the loop's thread begins outside of any span
        with tracer.start_as_current_span("script") as own:
            cal.me.get()
            for _ in cal.event_types.list():
                pass
            assert trace.get_current_span() is own
    first, *rest = [span for span in watched.spans if span.name.startswith("GET ")]
    assert first.parent is None
    assert len(rest) >= 2
    assert {span.parent.span_id for span in rest if span.parent} == {own.get_span_context().span_id}


async def test_what_is_logged_during_a_call_belongs_to_its_span(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    current: list[int] = []

    class Correlates(__import__("logging").Filter):  # as the logging integrations of OpenTelemetry do
        def filter(self, record: Any) -> bool:
            current.append(trace.get_current_span().get_span_context().span_id)
            return True

    caplog.handler.addFilter(correlates := Correlates())
    try:
        server = scripted(answer({}))
        with caplog.at_level("DEBUG", "calcom_async"):
            async with server, client(server.url, watched.hook()) as cal:
                await cal.request("GET", "me")
    finally:
        caplog.handler.removeFilter(correlates)
    (span,) = watched.spans
    assert span.context is not None
    assert current == [span.context.span_id]


async def test_neither_key_nor_query_nor_body_nor_ids_leave(watched: Watched) -> None:
    server = scripted(
        answer([], headers={"X-Request-Id": "r"}),
        answer({"secret": "of-the-answer"}),
        error(500, "secret-of-the-error"),
    )
    async with server, client(server.url, watched.hook(), max_retries=0) as cal:
        await cal.bookings.list(attendee_email="ada@example.com")
        await cal.request("POST", "bookings/uid1/guests", json={"guests": [{"email": "grace@example.com"}]})
        with pytest.raises(ServerError):
            await cal.request("GET", "verified-resources/emails/ada@example.com", params={"name": "Lovelace"})
    shown = watched.everything()
    assert [span.name for span in watched.spans] == [
        "GET /bookings", "POST /bookings/{id}/guests", "GET /verified-resources/emails/{id}",
    ]  # fmt: skip
    people = ("ada@", "ada%40", "example.com", "grace", "Lovelace")  # "ada" alone is in many a hexadecimal number
    for secret in (KEY, "Bearer", *people, "uid1", "of-the-answer", "of-the-error", "?"):
        assert secret not in shown, secret


async def test_nothing_is_traced_where_tracing_is_suppressed(watched: Watched) -> None:
    server = scripted(answer({}), answer({}))
    async with server, client(server.url, hook := watched.hook()) as cal:
        token = context.attach(context.set_value("suppress_instrumentation", True))
        await cal.request("GET", "me")
        context.detach(token)
        await cal.request("GET", "me")
    assert len(watched.spans) == 1
    assert repr(hook) == "<OpenTelemetryHook; 0 calls under way>"


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/bookings/{bookingUid}", "/bookings/{bookingUid}"),
        ("/bookings/2NtaeaVcKfpmSZ4CthFdfk", "/bookings/{id}"),
        ("/organizations/1/teams/501", "/organizations/{id}/teams/{id}"),
        ("/verified-resources/emails/ada%40example.com", "/verified-resources/emails/{id}"),
        ("/auth/oauth2/token", "/auth/oauth2/token"),
        ("/out-of-office/" + "a" * 31, "/out-of-office/{id}"),
    ],
)
def test_paths_without_ids(path: str, template: str) -> None:
    assert path_template(path) == template


@pytest.mark.contract
def test_every_path_of_the_document_is_a_template(reference: Any) -> None:
    rows = (reference / "operations.tsv").read_text(encoding="utf-8").splitlines()[1:]
    paths = {row.split("\t")[1].removeprefix("/v2") for row in rows}
    assert len(paths) > 100
    assert [path for path in paths if path_template(path) != path] == []


# --- how it is switched on: in processes of their own, since a program's providers are set once -----------------------

_PROGRAM = """
import asyncio, sys
{setup}
from calcom_async import AsyncCalCom
from calcom_async.sandbox import Sandbox

async def main():
    async with Sandbox() as sandbox, AsyncCalCom(sandbox.api_key, base_url=sandbox.url{arguments}) as cal:
        await cal.me.get()

asyncio.run(main())
{check}
"""
_PROVIDER = """
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
kept = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(kept))
trace.set_tracer_provider(provider)
"""
_METERS = """
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
reader = InMemoryMetricReader()
metrics.set_meter_provider(MeterProvider([reader]))
"""
_NAMES = "print([span.name for span in kept.get_finished_spans()])"


def printed(setup: str, check: str, arguments: str = "", **environment: str) -> str:
    program = _PROGRAM.format(setup=setup, check=check, arguments=arguments)
    done = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:calcom_async", "-c", program],
        capture_output=True, text=True, check=False, timeout=60, env={**os.environ, **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_provider_of_the_program_switches_it_on() -> None:
    assert printed(_PROVIDER, _NAMES) == "['GET /me']"


def test_a_provider_of_meters_alone_does_as_well() -> None:
    check = "print(sorted(m.name for m in reader.get_metrics_data().resource_metrics[0].scope_metrics[0].metrics))"
    assert printed(_METERS, check) == "['calcom.client.records', 'http.client.request.duration']"


def test_a_hook_of_the_clients_own_is_not_doubled() -> None:
    hook = "\nfrom calcom_async.core.tracing import OpenTelemetryHook"
    assert printed(_PROVIDER + hook, _NAMES, ", hooks=[OpenTelemetryHook()]") == "['GET /me']"


def test_it_can_be_switched_off() -> None:
    assert printed(_PROVIDER, _NAMES, OTEL_PYTHON_DISABLED_INSTRUMENTATIONS="redis, calcom_async") == "[]"
    assert printed(_PROVIDER, _NAMES, OTEL_PYTHON_DISABLED_INSTRUMENTATIONS="redis") == "['GET /me']"


def test_nothing_is_imported_where_nobody_uses_it() -> None:
    check = "print([n for n in sys.modules if n.startswith(('opentelemetry', 'calcom_async.core.tracing'))])"
    assert printed("", check) == "[]"


def test_the_package_alone_makes_nothing() -> None:
    check = "from calcom_async.core import tracing; print(tracing._shared_hook.cache_info().currsize)"
    assert printed("from opentelemetry import trace, metrics", check) == "0"


def test_without_the_package_the_hook_says_what_to_install() -> None:
    check = (
        "sys.modules['opentelemetry'] = None\n"
        "from calcom_async.core.tracing import OpenTelemetryHook\n"
        "try:\n    OpenTelemetryHook()\n"
        "except Exception as error:\n    print(type(error).__name__, error)"
    )
    assert "MissingExtraError" in (told := printed("", check))
    assert "calcom-async[otel]" in told
