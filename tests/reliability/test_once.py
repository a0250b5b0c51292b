"""`ensure_once`: answers lost at random, and exactly as many bookings as were asked for; 1,000 with CALCOM_CHAOS=full."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from calcom_async import AmbiguousWriteError, APIStatusError, AsyncCalCom, Limiter
from calcom_async.models.bookings import Booking
from calcom_async.resources import ensure_once
from calcom_async.sandbox import Sandbox
from calcom_async.testing import Faults

FULL = os.environ.get("CALCOM_CHAOS") == "full"
COUNT = 1000 if FULL else 100
NOW = "2026-04-06T00:00:00Z"
FAULTS = (
    Faults.lost(path="bookings", method="POST", rate=0.2),
    Faults.lost(524, path="bookings", method="POST", rate=0.1),
    Faults.reset("during", path="bookings", method="POST", rate=0.1),
    Faults.truncated(0.6, path="bookings", method="POST", rate=0.1),
    Faults.malformed("html", path="bookings", method="POST", rate=0.1),
    Faults.reset("before", path="bookings", method="POST", rate=0.1),
    Faults.status(500, path="bookings", method="POST", rate=0.05),
    Faults.reset("during", path="bookings", method="GET", rate=0.05),
    Faults.status(502, shape="html", path="bookings", method="GET", rate=0.05),
)


def starts(count: int) -> list[str]:
    """Quarters of an hour in London's office hours, one day after the other."""
    found: list[str] = []
    day = datetime(2026, 4, 7, 8, tzinfo=UTC)
    while len(found) < count:
        if day.weekday() < 5:
            found += [(day + timedelta(minutes=15 * n)).strftime("%Y-%m-%dT%H:%M:%SZ") for n in range(28)]
        day += timedelta(days=1)
    return found[:count]


async def book(cal: AsyncCalCom, number: int, start: str, told: Counter[str]) -> Booking:
    """Book until there is an answer, as a program would: an error that leaves it open brings the mark to go on with."""
    mark: str | bool = f"order-{number}" if number % 2 else True
    attendee = {"name": "Ada", "email": f"ada+{number}@example.com", "time_zone": "Europe/London"}
    while True:
        try:
            return await cal.bookings.create(event_type_id=20001, start=start, attendee=attendee, ensure_once=mark)
        except AmbiguousWriteError as error:
            told["ambiguous"] += 1
            mark = error.mark or ""
        except APIStatusError as error:  # a look before the booking failed for good: nothing was sent
            told[str(error.status_code)] += 1


@pytest.mark.timeout(1800 if FULL else 120)
async def test_answers_lost_at_random_make_no_booking_twice_and_lose_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ensure_once, "WAITS", (0.0, 0.0, 0.01))
    told: Counter[str] = Counter()
    async with Sandbox(seed=7, now=NOW, rate_limit=None, faults=FAULTS) as sandbox:
        async with sandbox.client(limiter=Limiter(None), max_connections=16) as cal:
            cal._channel.transport._jitter = lambda: 0.01
            wanted = starts(COUNT)
            made = await asyncio.gather(*(book(cal, n, start, told) for n, start in enumerate(wanted)))
        struck = Counter(each.method for each in sandbox.faults.injected)
        print(f"{COUNT} bookings: {dict(struck)} struck; told {dict(told)}")
        assert len(sandbox.booking_uids()) == COUNT
        assert {each.uid for each in made} == set(sandbox.booking_uids())
        assert sorted(each.start for each in made) == sorted(datetime.fromisoformat(start) for start in wanted)
    assert struck["POST"] > COUNT // 2
    assert told["ambiguous"] < struck["POST"] / 2  # the others were found by their marks, at once
    assert set(told) <= {"ambiguous", "502"}
    assert told["ambiguous"] > 0  # what never reached the server can't be found, and is not sent again unasked
