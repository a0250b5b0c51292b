"""What can be watched, and what a failing watcher breaks: nothing."""

from __future__ import annotations

import logging
from typing import Any

import attrs
import pytest

from calcom_async.core.telemetry import (
    Event,
    LimiterWaited,
    RequestSent,
    ResponseReceived,
    RetryScheduled,
    Telemetry,
)

SENT = RequestSent(method="GET", path="/bookings/{bookingUid}", version="2024-08-13", attempt=0)
RECEIVED = ResponseReceived(
    method="GET", path="/bookings/{bookingUid}", status=200, seconds=0.0123, attempt=1, request_id="r-1", size=17
)
RETRIED = RetryScheduled(method="GET", path="/me", status=None, reason="reset", attempt=0, seconds=0.5)


@pytest.mark.parametrize(
    ("event", "level", "line"),
    [
        (RECEIVED, "DEBUG", "GET /bookings/{bookingUid} -> 200 in 12 ms (attempt 2, request id r-1)"),
        (RETRIED, "INFO", "GET /me: reset; attempt 2 follows in 0.50 s"),
        (LimiterWaited(method="GET", path="/me", seconds=53.06), "INFO", "GET /me waited 53.1 s for the rate limit"),
    ],
)
def test_what_is_logged(event: Event, level: str, line: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "calcom_async"):
        Telemetry().tell(event)
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [(level, line)]


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        (RECEIVED, ("GET /bookings/{bookingUid}", "r-1", 7)),
        (RETRIED, ("GET /me", "r-2", 7)),
        (LimiterWaited(method="GET", path="/me", seconds=53.06), ("GET /me", None, 7)),
    ],
)
def test_what_a_line_carries_for_programs(
    event: Any, fields: tuple[str, str | None, int], caplog: pytest.LogCaptureFixture
) -> None:
    event = attrs.evolve(event, call=7, **({"request_id": "r-2"} if event is RETRIED else {}))
    with caplog.at_level(logging.DEBUG, "calcom_async"):
        Telemetry().tell(event)
    (record,) = caplog.records
    assert (vars(record)["operation"], vars(record)["request_id"], vars(record)["call"]) == fields


@pytest.mark.parametrize("event", [SENT, LimiterWaited(method="GET", path="/me", seconds=0.4)])
def test_what_is_not_worth_a_line(event: Event, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "calcom_async"):
        Telemetry().tell(event)
    assert caplog.records == []


def test_every_hook_is_told_of_every_event_in_order() -> None:
    told: list[tuple[int, Event]] = []
    telemetry = Telemetry([lambda event: told.append((1, event)), lambda event: told.append((2, event))])
    for event in (SENT, RETRIED):
        telemetry.tell(event)
    assert told == [(1, SENT), (2, SENT), (1, RETRIED), (2, RETRIED)]


def test_a_failing_hook_is_logged_and_the_next_one_is_told(caplog: pytest.LogCaptureFixture) -> None:
    told: list[Event] = []

    def fails(event: Event) -> None:
        raise ZeroDivisionError

    Telemetry([fails, told.append]).tell(SENT)
    assert told == [SENT]
    (record,) = caplog.records
    assert record.getMessage() == "a hook failed on RequestSent"
    assert record.exc_info is not None
