"""End to end: real bookings of a local Cal.com, delivered over HTTP, verified and handled."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from calcom_async.models import WebhookTrigger, WebhookVersion
from calcom_async.sandbox import Sandbox
from calcom_async.webhooks import BookingEvent, Event, Hooks, NoShowEvent, TemplatedEvent

NOW = "2026-04-06T08:00:00Z"
GRACE = {"name": "Grace Example", "email": "grace@example.com", "time_zone": "Europe/Riga"}
SECRET = "whsec"
BOOKINGS = [f"BOOKING_{each}" for each in (
    "CREATED", "REQUESTED", "REJECTED", "CANCELLED", "RESCHEDULED", "NO_SHOW_UPDATED", "LOCATION_UPDATED",
)]  # fmt: skip


@contextlib.asynccontextmanager
async def served(hooks: Hooks) -> AsyncIterator[str]:
    runner = web.AppRunner(hooks.aiohttp())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


@pytest.mark.parametrize("version", [*WebhookVersion])
async def test_the_life_of_bookings(version: WebhookVersion) -> None:
    got: list[Event[Any]] = []
    hooks = Hooks(secret=["older", SECRET], workers=1)

    @hooks.on_any()
    async def handle(event: Event[Any]) -> None:
        got.append(event)

    async with Sandbox(now=NOW, rate_limit=None) as sandbox, sandbox.client() as cal, served(hooks) as url:
        await cal.webhooks.create(subscriber_url=url, triggers=BOOKINGS, secret=SECRET, version=version)
        first = await cal.bookings.create(event_type_id=20002, start="2026-04-07T09:00:00Z", attendee=GRACE)
        moved = await cal.bookings.reschedule(first.uid, start="2026-04-07T12:00:00Z")
        await cal.bookings.cancel(moved.uid, cancellation_reason="ill")
        asked = await cal.bookings.create(event_type_id=20007, start="2026-04-07T09:00:00Z", attendee=GRACE)
        await cal.bookings.decline(asked.uid, reason="busy")
        await cal.bookings.confirm(asked.uid)
        sandbox.clock.advance(days=1, hours=3)
        await cal.bookings.mark_absent(asked.uid, attendees=[{"email": GRACE["email"], "absent": True}])
        await hooks.idle()
        assert {delivery.status for delivery in sandbox.deliveries} == {200}
    assert [(event.trigger, event.uid) for event in got] == [
        ("BOOKING_CREATED", first.uid),
        ("BOOKING_RESCHEDULED", moved.uid),
        ("BOOKING_CANCELLED", moved.uid),
        ("BOOKING_REQUESTED", asked.uid),
        ("BOOKING_REJECTED", asked.uid),
        ("BOOKING_CREATED", asked.uid),
        ("BOOKING_NO_SHOW_UPDATED", asked.uid),
    ]
    assert {event.version for event in got} == {version}
    assert all(event.problems == () for event in got)
    created, rescheduled, cancelled = got[:3]
    assert isinstance(created, BookingEvent)
    assert isinstance(rescheduled, BookingEvent)
    assert isinstance(cancelled, BookingEvent)
    assert created.payload.start_time == first.start
    assert rescheduled.payload.reschedule_uid == first.uid
    assert rescheduled.payload.reschedule_start_time == first.start
    assert (cancelled.payload.start_time, cancelled.payload.cancellation_reason) == (moved.start, "ill")
    assert created.payload.length == first.duration
    assert [person.email for person in created.payload.attendees] == ["grace@example.com"]
    assert isinstance(got[-1], NoShowEvent)
    assert got[-1].payload.attendees[0].no_show is True
    assert dict(created.payload.extra) == {}


async def test_templates_and_a_wrong_secret() -> None:
    got: list[Any] = []
    hooks = Hooks(secret=SECRET)
    hooks.on_any()(got.append)
    async with Sandbox(now=NOW, rate_limit=None) as sandbox, sandbox.client() as cal, served(hooks) as url:
        for number, (template, secret) in enumerate(
            [
                ('{"what":"{{title}}"}', SECRET),
                ("what={{type}}&who={{organizer.name}}", SECRET),
                (None, "wrong"),
                (None, None),
            ]
        ):
            await cal.webhooks.create(
                subscriber_url=f"{url}?n={number}",
                triggers=["BOOKING_CREATED"],
                payload_template=template,
                secret=secret,
            )
        await cal.bookings.create(event_type_id=20002, start="2026-04-07T09:00:00Z", attendee=GRACE)
        await hooks.idle()
        assert sorted(str(delivery.status) for delivery in sandbox.deliveries) == ["200", "200", "401", "401"]
    assert all(isinstance(event, TemplatedEvent) for event in got)
    assert sorted(str(event.form or event.payload) for event in got) == [
        "{'what': '30 minutes between Owner Example and Grace Example'}",
        "{'what': '30min', 'who': 'Owner Example'}",
    ]


async def test_a_slow_handler_keeps_nobody_waiting() -> None:
    """A receiver that handled deliveries before it answers would make each booking wait for it."""
    go_on = asyncio.Event()
    hooks = Hooks(secret=SECRET)

    @hooks.on("BOOKING_CREATED")
    async def slow(_: BookingEvent) -> None:
        await go_on.wait()

    async with Sandbox(now=NOW, rate_limit=None) as sandbox, sandbox.client() as cal, served(hooks) as url:
        await cal.webhooks.create(subscriber_url=url, triggers=[WebhookTrigger.BOOKING_CREATED], secret=SECRET)
        await cal.bookings.create(event_type_id=20002, start="2026-04-07T09:00:00Z", attendee=GRACE)
        assert [delivery.status for delivery in sandbox.deliveries] == [200]
        go_on.set()
        await hooks.idle()
