"""What the hooks of a client are told of real calls, in order; and that no hook can break one."""

from __future__ import annotations

import logging

import pytest
from loopback import Loopback, answer, error

from calcom_async import AsyncCalCom, Limiter, ServerError
from calcom_async.core.telemetry import Event, LimiterWaited, RequestSent, ResponseReceived, RetryScheduled


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
    sent, failed, retried, sent_again, received = events
    assert sent == RequestSent(method="GET", path="/me", version="2024-08-13", attempt=0)
    assert isinstance(failed, ResponseReceived)
    assert (failed.status, failed.request_id, failed.attempt) == (502, "r-1", 0)
    assert retried == RetryScheduled(method="GET", path="/me", status=502, reason="HTTP 502", attempt=0, seconds=0.0)
    assert sent_again == RequestSent(method="GET", path="/me", version="2024-08-13", attempt=1)
    assert isinstance(received, ResponseReceived)
    assert (received.status, received.request_id, received.size) == (
        200,
        "r-2",
        len('{"status": "success", "data": {}}'),
    )
    assert 0 < received.seconds < 5


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
        "a hook failed on RequestSent",
        "a hook failed on ResponseReceived",
        "a hook failed on RetryScheduled",
    }
