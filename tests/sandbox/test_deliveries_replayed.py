"""The recorded requests played again cause the recorded deliveries: keys, kinds of values, and how instants are written."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import pytest

from calcom_async.sandbox import RateLimit, Sandbox, instants
from calcom_async.sandbox.deliveries import Delivery, sign

from .replay.player import _STARTS, Player, stretches
from .replay.recorded import CAPTURES
from .replay.shapes import differences

pytestmark = [
    pytest.mark.contract,
    pytest.mark.skipif(not CAPTURES.is_dir(), reason="the API reference folder is absent (CALCOM_API_REFERENCE)"),
]

FILE: Final = "server.jsonl"
PERSON: Final = {"name": "Grace Guest", "email": "grace@example.com", "timeZone": "Europe/Riga"}
TRIGGERS: Final = (
    "BOOKING_CREATED",
    "BOOKING_RESCHEDULED",
    "BOOKING_CANCELLED",
    "BOOKING_REQUESTED",
    "BOOKING_NO_SHOW_UPDATED",
)


def recorded() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CAPTURES / "server-webhooks.jsonl").read_text().splitlines()]


def _moment(text: str | None) -> int | None:
    return instants.parse(text) if text else None


def _about(path: str, body: Any) -> tuple[Any, ...]:
    """What a delivery is about: where it went, the event, and which booking."""
    trigger = body.get("triggerEvent")
    told = body["payload"] if trigger else body
    people = tuple(each["email"] for each in told.get("attendees", ()))
    return path, trigger, told.get("type"), _moment(told.get("startTime")), people, told.get("content")


@pytest.fixture(scope="session")
def made() -> list[Delivery]:
    """Every delivery that the recorded requests cause."""

    async def run() -> list[Delivery]:
        found: list[Delivery] = []
        for stretch in stretches(FILE):
            sandbox = Sandbox(now=_STARTS[FILE], profile="self-hosted", rate_limit=RateLimit(limit=1_000_000))
            async with sandbox, aiohttp.ClientSession() as session:
                await Player(FILE, stretch, sandbox, session).play()
                found += sandbox.deliveries
        return found

    return asyncio.run(run())


@pytest.fixture
async def unrecorded(self_hosted: Any) -> list[Delivery]:
    """What causes those deliveries whose requests were not recorded, in the default world."""
    talk = self_hosted
    template = '{"content":"A new event {{title}} {{type}}"}'
    hooks = (("hook", TRIGGERS, {}), ("hook-template", TRIGGERS[:1], {"payloadTemplate": template}))
    for name, triggers, more in hooks:
        url = f"http://127.0.0.1:1/{name}"
        sent = {"active": True, "subscriberUrl": url, "triggers": list(triggers), **more}
        assert (await talk("POST", "webhooks", sent)).status == 201
    fields = [
        {"type": "text", "slug": "why", "label": "Why?", "required": True, "placeholder": ""},
        {
            "type": "select",
            "slug": "lang",
            "label": "Language",
            "required": False,
            "options": ["en", "lv"],
            "placeholder": "",
        },
    ]
    address = [{"type": "address", "address": "1 High St", "public": True}]
    for event_type, more in (
        (20003, {"bookingFields": fields, "description": "desc"}),
        (20004, {}),
        (20005, {}),
        (20006, {}),
        (20007, {}),
    ):
        changed = await talk("PATCH", f"event-types/{event_type}", {"locations": address, **more})
        assert changed.status == 200, changed.body

    async def book(event_type: int, start: str, **more: Any) -> Any:
        reply = await talk("POST", "bookings", {"eventTypeId": event_type, "start": start, "attendee": PERSON, **more})
        assert reply.status == 201, reply.body
        return reply.data

    answers = {"why": "because", "lang": "lv", "notes": "my notes"}
    phone = {**PERSON, "phoneNumber": "+37120993151"}
    guests = ["g1@example.com", "g2@example.com"]
    asked = {
        "attendee": phone,
        "guests": guests,
        "bookingFieldsResponses": answers,
        "metadata": {"ref": "abc", "n": "1"},
    }
    full = await book(20003, "2026-04-07T09:00:00Z", **asked)
    await talk("POST", f"bookings/{full['uid']}/reschedule", {"start": "2026-04-07T12:00:00Z"})
    variable = await book(20004, "2026-04-08T09:00:00Z", lengthInMinutes=60)
    moved = {"start": "2026-04-08T12:00:00Z", "rescheduledBy": PERSON["email"]}
    await talk("POST", f"bookings/{variable['uid']}/reschedule", moved)
    await book(20007, "2026-04-09T09:00:00Z")
    video = await book(20002, "2026-04-09T11:00:00Z")
    await talk("POST", f"bookings/{video['uid']}/cancel", {"cancellationReason": "Sick"})
    series = await book(20006, "2026-04-10T09:00:00Z")
    await talk("POST", f"bookings/{series[0]['recurringBookingUid']}/cancel", {"cancellationReason": "all"})
    await book(20005, "2026-04-13T09:00:00Z")
    seat = await book(20005, "2026-04-13T09:00:00Z", attendee={**PERSON, "email": "f1@example.com", "name": "F1"})
    await talk("POST", f"bookings/{seat['uid']}/cancel", {"seatUid": seat["seatUid"]}, user=None)
    absent = await book(20002, "2026-04-06T12:00:00Z")
    talk.sandbox.clock.advance(hours=6)
    marked = {"attendees": [{"email": PERSON["email"], "absent": True}]}
    await talk("POST", f"bookings/{absent['uid']}/mark-absent", marked)
    return list(talk.sandbox.deliveries)


def _compared(made: list[Delivery], unrecorded: list[Delivery]) -> Iterator[tuple[str, list[str]]]:
    """Each recorded delivery, and where the closest of the sandbox's is not like it."""
    ours = [(_about(urlsplit(each.url).path, json.loads(each.body)), json.loads(each.body)) for each in made]
    others = [json.loads(each.body) for each in unrecorded]
    for place, real in enumerate(recorded()):
        about = _about(real["path"], real["json"])
        same = [body for each, body in ours if each == about]
        label = f"{place} {real['path']} {about[1] or 'template'} {about[2] or ''}"
        closest = same or [each for each in others if each.get("triggerEvent") == about[1]]
        yield label, min((list(differences(real["json"], body)) for body in closest), key=len)


def test_replay_causes_the_recorded_deliveries(
    made: list[Delivery], unrecorded: list[Delivery], capsys: pytest.CaptureFixture[str]
) -> None:
    compared = list(_compared(made, unrecorded))
    differing = {label: found for label, found in compared if found}
    caused = sum(
        any(_about(urlsplit(one.url).path, json.loads(one.body)) == _about(real["path"], real["json"]) for one in made)
        for real in recorded()
    )
    with capsys.disabled():
        agree = len(compared) - len(differing)
        print(f"\ndeliveries: agree {agree}/{len(compared)}, {caused} of them caused by recorded requests")
    assert len(compared) == 80
    assert differing == {}
    assert caused >= 57


def test_recorded_signatures_are_those_the_sandbox_makes() -> None:
    secrets = {"/hook": "s3cr3t", "/et-hook": "x", "/hook-nosecret": None, "/hook-template": None}
    for real in recorded():
        told = dict(real["headers"])["X-Cal-Signature-256"]
        assert sign(secrets[real["path"]], real["body_text"].encode()) == told
