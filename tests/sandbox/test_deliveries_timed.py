"""Deliveries that the clock causes, those beside bookings, and what becomes of subscribers that fail."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from attrs import define, field

from calcom_async.sandbox import Sandbox

PERSON = {"name": "Grace Example", "email": "grace@example.com", "timeZone": "Europe/Riga"}
CONTROL = "/_sandbox"


@define
class Subscriber:
    url: str = ""
    status: int = 200
    got: list[Any] = field(factory=list)

    @property
    def triggers(self) -> list[str]:
        return [each["triggerEvent"] for each in self.got]


@pytest.fixture
async def subscriber() -> AsyncIterator[Subscriber]:
    box = Subscriber()

    async def accept(request: Any) -> web.Response:
        box.got.append(json.loads(await request.read()))
        return web.Response(status=box.status)

    runner = web.ServerRunner(web.Server(accept), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    box.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield box
    await runner.cleanup()


async def subscribe(talk, subscriber, *triggers, path="webhooks", **more):
    sent = {"active": True, "subscriberUrl": subscriber.url, "triggers": list(triggers), **more}
    reply = await talk("POST", path, sent)
    assert reply.status == 201, reply.body
    return reply.data


async def book(talk, start, event_type=20002):
    reply = await talk("POST", "bookings", {"eventTypeId": event_type, "start": start, "attendee": PERSON})
    assert reply.status == 201, reply.body
    return reply.data


async def test_meetings_start_and_end_in_order(talk, subscriber):
    hook = await subscribe(talk, subscriber, "MEETING_STARTED", "MEETING_ENDED", payloadTemplate='{"t":"{{title}}"}')
    second, first = await book(talk, "2026-04-07T09:30:00Z"), await book(talk, "2026-04-07T09:00:00Z")
    gone = await book(talk, "2026-04-07T11:00:00Z")
    await talk("POST", f"bookings/{gone['uid']}/cancel", {"cancellationReason": "ill"})
    talk.sandbox.clock.advance(hours=20)
    await talk.sandbox.delivered()
    assert subscriber.got == []
    talk.sandbox.clock.advance(days=1)
    await talk.sandbox.delivered()
    assert [(each["triggerEvent"], each["uid"]) for each in subscriber.got] == [
        ("MEETING_STARTED", first["uid"]),
        ("MEETING_ENDED", first["uid"]),
        ("MEETING_STARTED", second["uid"]),
        ("MEETING_ENDED", second["uid"]),
    ]
    told = subscriber.got[0]
    assert "payload" not in told
    assert (told["startTime"], told["status"], told["userId"]) == ("2026-04-07T09:00:00.000Z", "ACCEPTED", 1001)
    assert [(each["email"], each["bookingId"]) for each in told["attendees"]] == [("grace@example.com", first["id"])]
    assert {each.webhook for each in talk.sandbox.deliveries} == {hook["id"]}
    await talk.sandbox.delivered()
    assert len(subscriber.got) == 4, "nothing is told twice"


async def test_meetings_of_an_event_type_and_of_an_organization(talk, subscriber):
    organization = talk.sandbox.organization(members=["member"])
    await subscribe(talk, subscriber, "MEETING_STARTED", path="event-types/20001/webhooks")
    await subscribe(talk, subscriber, "MEETING_ENDED", path=f"organizations/{organization}/webhooks")
    await book(talk, "2026-04-07T09:00:00Z")
    await book(talk, "2026-04-07T11:00:00Z", 20001)
    talk.sandbox.clock.advance(days=2)
    await talk.sandbox.delivered()
    assert subscriber.triggers == ["MEETING_ENDED", "MEETING_STARTED", "MEETING_ENDED"]


async def test_a_call_that_nobody_joins(talk, subscriber):
    triggers = ("AFTER_HOSTS_CAL_VIDEO_NO_SHOW", "AFTER_GUESTS_CAL_VIDEO_NO_SHOW")
    await subscribe(talk, subscriber, *triggers, time=5, timeUnit="MINUTE")
    data = await book(talk, "2026-04-07T09:00:00Z")
    talk.sandbox.clock.advance(hours=25, minutes=4)
    await talk.sandbox.delivered()
    assert subscriber.got == []
    talk.sandbox.clock.advance(minutes=2)
    await talk.sandbox.delivered()
    guests, hosts = subscriber.got
    assert (guests["triggerEvent"], hosts["triggerEvent"]) == (triggers[1], triggers[0])
    assert (hosts["payload"]["bookingUid"], hosts["payload"]["hostEmail"]) == (data["uid"], "owner@example.com")
    assert "hostEmail" not in guests["payload"]


async def test_out_of_office(talk, subscriber):
    await subscribe(talk, subscriber, "OOO_CREATED")
    sent = {
        "start": "2026-05-01T00:00:00.000Z",
        "end": "2026-05-02T23:59:59.999Z",
        "reason": "vacation",
        "notes": "Sun",
    }
    made = await talk("POST", "me/ooo", sent)
    assert made.status == 201
    (told,) = subscriber.got
    entry = told["payload"]["oooEntry"]
    assert (entry["id"], entry["uuid"], entry["notes"]) == (made.data["id"], made.data["uuid"], "Sun")
    assert (entry["start"], entry["end"]) == ("2026-05-01T00:00:00+01:00", "2026-05-02T23:59:59+01:00")
    assert (entry["reason"]["reason"], entry["user"]["id"], entry["toUser"]) == ("ooo_reasons_vacation", 1001, None)


@pytest.mark.parametrize("books", [False, True])
async def test_forms_answered_with_and_without_a_booking(talk, subscriber, books):
    organization = talk.sandbox.organization()
    fields = [{"id": "f", "type": "email", "label": "Address", "required": True, "identifier": "address"}]
    route = {"id": "r", "action": {"type": "customPageMessage", "value": "Thanks!"}, "isFallback": True}
    form = talk.sandbox.routing_form(name="Contact us", fields=fields, routes=[route], team_id=organization)
    await subscribe(
        talk, subscriber, "FORM_SUBMITTED", "FORM_SUBMITTED_NO_EVENT", path=f"organizations/{organization}/webhooks"
    )
    at = f"organizations/{organization}/routing-forms/{form}/responses?start=2026-04-07&end=2026-04-07"
    answered = await talk("POST", at, {"address": "grace@example.com"})
    assert answered.status == 201, answered.body
    (told,) = subscriber.got
    assert (told["triggerEvent"], told["address"]) == ("FORM_SUBMITTED", "grace@example.com")
    assert told["payload"]["responses"]["address"]["value"] == "grace@example.com"
    assert (told["payload"]["formId"], told["payload"]["formName"]) == (form, "Contact us")
    if books:
        await book(talk, "2026-04-07T09:00:00Z")
    talk.sandbox.clock.advance(minutes=16)
    await talk.sandbox.delivered()
    assert subscriber.triggers[1:] == ([] if books else ["FORM_SUBMITTED_NO_EVENT"])


async def test_every_booking_of_a_series_is_told_of(talk, subscriber):
    await subscribe(talk, subscriber, "BOOKING_CREATED")
    made = await book(talk, "2026-04-07T09:00:00Z", 20006)
    assert [each["payload"]["uid"] for each in subscriber.got] == [each["uid"] for each in made]
    assert {tuple(each["payload"]["recurringEvent"].items()) for each in subscriber.got} == {
        (("freq", 2), ("interval", 1))
    }


async def test_a_webhook_that_keeps_failing_is_stopped(talk, self_hosted, subscriber):
    subscriber.status = 500
    hook = await subscribe(talk, subscriber, "BOOKING_CREATED")
    for hour in (9, 10, 11, 12):
        await book(talk, f"2026-04-07T{hour:02}:00:00Z")
    assert len(subscriber.got) == 3
    assert (await talk("GET", f"webhooks/{hook['id']}")).data == {**hook, "active": False}
    subscriber.status = 200
    await talk("PATCH", f"webhooks/{hook['id']}", {"active": True})
    await book(talk, "2026-04-08T09:00:00Z")
    assert len(subscriber.got) == 4
    subscriber.status = 500
    await subscribe(self_hosted, subscriber, "BOOKING_CREATED")
    for hour in (9, 10, 11, 12):
        await book(self_hosted, f"2026-04-07T{hour:02}:00:00Z")
    assert len(subscriber.got) == 8, "a self-hosted server goes on"


async def test_success_in_between_forgives(talk, subscriber):
    hook = await subscribe(talk, subscriber, "BOOKING_CREATED")
    for hour, status in ((9, 500), (10, 500), (11, 200), (12, 500), (13, 500)):
        subscriber.status = status
        await book(talk, f"2026-04-07T{hour:02}:00:00Z")
    assert (await talk("GET", f"webhooks/{hook['id']}")).data["active"] is True


async def test_the_log_and_sending_again(talk, subscriber, session):
    await subscribe(talk, subscriber, "BOOKING_CREATED", secret="s3cr3t")
    await book(talk, "2026-04-07T09:00:00Z")
    again = await talk.sandbox.resend(talk.sandbox.deliveries[0])
    origin = talk.sandbox.url.removesuffix("/v2")
    async with session.post(f"{origin}{CONTROL}/deliveries/0/resend") as answer:
        assert answer.status == 201
        assert (await answer.json())["number"] == 2
    async with session.post(f"{origin}{CONTROL}/deliveries/9/resend") as answer:
        assert answer.status == 404
    async with session.get(f"{origin}{CONTROL}/deliveries") as answer:
        logged = (await answer.json())["deliveries"]
    assert [each["status"] for each in logged] == [200, 200, 200]
    assert len({each["headers"]["X-Cal-Signature-256"] for each in logged}) == 1
    assert again.body.decode() == logged[0]["body"]
    assert subscriber.got[0] == subscriber.got[1] == subscriber.got[2]


async def test_what_nothing_in_the_api_brings_about(talk, subscriber):
    await subscribe(talk, subscriber, "BOOKING_PAID")
    data = await book(talk, "2026-04-07T09:00:00Z")
    await talk.sandbox.announce("BOOKING_PAID", data["uid"], paymentId=8, price=500)
    (told,) = subscriber.got
    assert (told["triggerEvent"], told["payload"]["uid"], told["payload"]["paymentId"]) == (
        "BOOKING_PAID",
        data["uid"],
        8,
    )
    with pytest.raises(ValueError, match="no such booking"):
        await talk.sandbox.announce("BOOKING_PAID", "nope")


async def test_a_sandbox_in_a_thread_tells_too(subscriber, talk_to):
    with Sandbox(now="2026-04-06T08:00:00Z", rate_limit=None) as sandbox:
        async with aiohttp.ClientSession() as session:
            talk = talk_to(sandbox, session)
            await subscribe(talk, subscriber, "MEETING_STARTED")
            await book(talk, "2026-04-07T09:00:00Z")
            origin = sandbox.url.removesuffix("/v2")
            async with session.post(f"{origin}{CONTROL}/clock", json={"seconds": 2 * 86_400}) as answer:
                assert answer.status == 200
        await sandbox.delivered()
    assert subscriber.triggers == ["MEETING_STARTED"]
