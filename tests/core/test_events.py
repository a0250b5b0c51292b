"""What the hooks of a client are told of real calls, in order; and that no hook can break one."""

from __future__ import annotations

import asyncio
import logging

import pytest
from loopback import Loopback, answer, error

from calcom_async import AsyncCalCom, Limiter, NotFoundError, ServerError
from calcom_async.core.telemetry import (
    CallEnded,
    CallStarted,
    Event,
    LimiterWaited,
    RecordsRead,
    RequestSent,
    ResponseReceived,
    RetryScheduled,
)
from calcom_async.sandbox import Sandbox


def scripted(*answers: object) -> Loopback:
    left = iter(answers)

    async def handler(_: object) -> object:
        return next(left)

    return Loopback(handler)  # type: ignore[arg-type] # it answers whatever it was given


def client(server: Loopback, *hooks: object) -> AsyncCalCom:
    cal = AsyncCalCom("cal_test_events", base_url=server.url, limiter=Limiter(None), hooks=hooks)  # type: ignore[arg-type]
    cal._channel.transport._jitter = lambda: 0.0
    return cal


async def test_a_call_that_succeeds_on_the_second_try() -> None:
    events: list[Event] = []
    fails = error(502, headers={"X-Request-Id": "r-1"})
    async with (
        scripted(fails, answer({}, headers={"X-Request-Id": "r-2"})) as server,
        client(server, events.append) as cal,
    ):
        await cal.request("GET", "me", api_version="2024-08-13")
    started, sent, failed, retried, sent_again, received, ended = events
    assert isinstance(started, CallStarted)
    assert (started.path, started.base_url) == ("/me", server.url)
    assert sent == RequestSent(method="GET", path="/me", version="2024-08-13", attempt=0)
    assert isinstance(failed, ResponseReceived)
    assert (failed.status, failed.request_id, failed.attempt) == (502, "r-1", 0)
    assert retried == RetryScheduled(
        method="GET", path="/me", status=502, reason="HTTP 502", attempt=0, seconds=0.0, request_id="r-1"
    )
    assert sent_again == RequestSent(method="GET", path="/me", version="2024-08-13", attempt=1)
    assert isinstance(received, ResponseReceived)
    assert (received.status, received.request_id, received.size) == (
        200,
        "r-2",
        len('{"status": "success", "data": {}}'),
    )
    assert 0 < received.seconds < 5
    assert isinstance(ended, CallEnded)
    assert (ended.status, ended.request_id, ended.error) == (200, "r-2", None)
    assert ended.seconds >= received.seconds
    assert {event.call for event in events} == {started.call}  # type: ignore[union-attr] # no records are read here


async def test_a_call_that_fails_ends_with_what_it_raises() -> None:
    events: list[Event] = []
    async with scripted(error(404, headers={"X-Request-Id": "r-4"})) as server, client(server, events.append) as cal:
        with pytest.raises(NotFoundError):
            await cal.bookings.get("gone")
    ended = events[-1]
    assert isinstance(ended, CallEnded)
    assert (ended.status, ended.request_id, ended.error) == (404, "r-4", NotFoundError)


async def test_calls_at_once_have_numbers_of_their_own() -> None:
    events: list[Event] = []
    async with scripted(*(answer({}) for _ in range(5))) as server, client(server, events.append) as cal:
        await asyncio.gather(*(cal.request("GET", "me") for _ in range(5)))
    numbers = [event.call for event in events if isinstance(event, CallStarted)]
    assert len(set(numbers)) == 5
    for number in numbers:
        kinds = [type(event) for event in events if getattr(event, "call", None) == number]
        assert kinds == [CallStarted, RequestSent, ResponseReceived, CallEnded]


async def test_records_are_told_of_page_by_page() -> None:
    events: list[Event] = []
    items = [{"id": 1, "lengthInMinutes": 30}, {"id": "no number"}]
    async with scripted(answer(items), answer({"id": 7})) as server, client(server, events.append) as cal:
        await cal.event_types.list()
        await cal.me.get()
    assert [event for event in events if isinstance(event, RecordsRead)] == [
        RecordsRead(method="GET", path="/event-types", records=1, malformed=1),
        RecordsRead(method="GET", path="/me", records=1),
    ]


async def test_lines_carry_the_request_id(caplog: pytest.LogCaptureFixture) -> None:
    fails = error(502, headers={"X-Request-Id": "r-1"})
    with caplog.at_level(logging.DEBUG, "calcom_async"):
        async with scripted(fails, answer({}, headers={"X-Request-Id": "r-2"})) as server, client(server) as cal:
            await cal.request("GET", "me")
    lines = [(record.getMessage(), vars(record)) for record in caplog.records]
    assert [(fields["operation"], fields["request_id"]) for _, fields in lines] == [
        ("GET /me", "r-1"), ("GET /me", "r-1"), ("GET /me", "r-2"),
    ]  # fmt: skip
    assert lines[1][0] == "GET /me: HTTP 502 (request id r-1); attempt 2 follows in 0.00 s"
    assert len({fields["call"] for _, fields in lines}) == 1


async def test_a_call_that_was_held_back() -> None:
    events: list[Event] = []
    headers = {
        "X-RateLimit-Limit-Default": "1",
        "X-RateLimit-Remaining-Default": "0",
        "X-RateLimit-Reset-Default": "0.2",
    }
    server = scripted(answer({}, headers=headers), answer({}, headers=headers))
    async with server, AsyncCalCom("cal_held", base_url=server.url, limiter=Limiter(), hooks=[events.append]) as cal:
        await cal.request("GET", "me")
        await cal.request("GET", "me")
    (waited,) = (event for event in events if isinstance(event, LimiterWaited))
    assert (waited.method, waited.path) == ("GET", "/me")
    assert 0.15 < waited.seconds < 1


async def test_hooks_that_fail_break_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def hook(event: Event) -> None:
        raise RuntimeError("a hook of poor quality")

    server = scripted(error(500), answer({"id": 1}), *(error(500) for _ in range(4)))
    async with server, client(server, hook) as cal:
        assert (await cal.request("GET", "me"))["data"] == {"id": 1}
        with pytest.raises(ServerError):
            await cal.request("GET", "me")
    assert {record.getMessage() for record in caplog.records if record.levelno == logging.ERROR} == {
        "a hook failed on CallStarted",
        "a hook failed on CallEnded",
        "a hook failed on RequestSent",
        "a hook failed on ResponseReceived",
        "a hook failed on RetryScheduled",
    }


async def test_records_of_bookings_are_told_of() -> None:
    events: list[Event] = []
    async with Sandbox(bookings=5, rate_limit=None) as sandbox, sandbox.client(hooks=[events.append]) as cal:
        await cal.bookings.get(sandbox.booking_uids()[0])
    assert [event for event in events if isinstance(event, RecordsRead)] == [
        RecordsRead(method="GET", path="/bookings/{bookingUid}", records=1)
    ]
