"""Webhooks as a resource, and their deliveries over real HTTP."""

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from attrs import define, field

PERSON = {"name": "Guest One", "email": "guest@example.org", "timeZone": "Europe/Riga"}


@define
class Receiver:
    url: str = ""
    delay: float = 0.0
    got: list = field(factory=list)

    @property
    def triggers(self) -> list[str]:
        return [json.loads(body)["triggerEvent"] for _, body in self.got]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    import asyncio

    box = Receiver()

    async def accept(request):
        box.got.append((request.headers, await request.read()))
        await asyncio.sleep(box.delay)
        return web.Response()

    runner = web.ServerRunner(web.Server(accept), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    box.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield box
    await runner.cleanup()


def hook(receiver, *triggers, **more):
    return {"active": True, "subscriberUrl": receiver.url, "triggers": list(triggers), **more}


async def book(talk, event_type=20002, start="2026-04-07T09:00:00Z", **more):
    reply = await talk("POST", "bookings", {"eventTypeId": event_type, "start": start, "attendee": PERSON, **more})
    assert reply.status == 201, reply.body
    return reply.data


@pytest.mark.parametrize(
    ("path", "key", "owner", "noun"),
    [
        ("webhooks", "userId", 1001, "user"),
        ("event-types/20002/webhooks", "eventTypeId", 20002, "event type"),
        ("teams/501/event-types/20008/webhooks", "eventTypeId", 20008, "event type"),
    ],
)
async def test_one_resource_in_three_scopes(talk, path, key, owner, noun):
    assert (await talk("GET", path)).data == []
    sent = {"active": True, "subscriberUrl": "nourl", "triggers": ["BOOKING_CREATED"], "secret": "s"}
    made = await talk("POST", path, sent)
    assert made.status == 201
    assert made.data == {
        "id": made.data["id"],
        "payloadTemplate": None,
        "time": None,
        "timeUnit": None,
        "version": "2021-10-20",
        key: owner,
        **sent,
    }
    again = await talk("POST", path, sent)
    assert (again.status, again.message) == (409, f"Webhook with this subscriber url already exists for this {noun}")
    at = f"{path}/{made.data['id']}"
    assert (await talk("GET", at)).data == made.data
    assert (await talk("PATCH", at, {"active": False})).data == {**made.data, "active": False}
    other = await talk("POST", path, {**sent, "subscriberUrl": "other"})
    found = [each["id"] for each in (await talk("GET", path)).data]
    assert sorted(found) == sorted([made.data["id"], other.data["id"]])
    assert [each["id"] for each in (await talk("GET", f"{path}?take=1&skip=1")).data] == found[1:]
    assert (await talk("GET", f"{path}?take=1000")).status == 400
    assert (await talk("DELETE", at)).data["id"] == made.data["id"]
    assert (await talk("DELETE", at)).message == f"Webhook ({made.data['id']}) not found"
    if key == "eventTypeId":
        assert (await talk("DELETE", path)).data == "1 webhooks deleted"
        assert (await talk("GET", path)).data == []
    else:
        assert (await talk("DELETE", path)).status == 404


async def test_other_peoples_webhooks(talk):
    made = await talk("POST", "webhooks", {"active": True, "subscriberUrl": "x", "triggers": ["BOOKING_CREATED"]})
    stolen = await talk("DELETE", f"webhooks/{made.data['id']}", user="member")
    assert stolen.status == 403
    assert stolen.message.startswith("IsUserWebhookGuard - user with id=(1002) is not the owner of webhook")
    assert (await talk("GET", "event-types/20002/webhooks", user="member")).message == (
        "IsUserEventTypeWebhookGuard - User (1002) is not the owner of event type (20002)"
    )
    assert (await talk("GET", "event-types/99999/webhooks")).status == 404
    assert (await talk("GET", "teams/501/event-types/20008/webhooks", user="member")).status == 403


async def test_refused(talk, self_hosted):
    reply = await talk("POST", "webhooks", {"active": "yes", "subscriberUrl": "x", "triggers": ["NOPE"]})
    assert [each["property"] for each in reply.body["error"]["details"]["errors"]] == ["active", "triggers"]
    location = {"active": True, "subscriberUrl": "x", "triggers": ["BOOKING_LOCATION_UPDATED"]}
    assert (await talk("POST", "webhooks", location)).status == 201
    assert (await self_hosted("POST", "webhooks", location)).status == 400
    local = await self_hosted("POST", "webhooks", {**location, "triggers": ["MEETING_ENDED"]})
    assert "version" not in local.data


async def test_signed_delivery(talk, receiver):
    await talk("POST", "webhooks", hook(receiver, "BOOKING_CREATED", secret="s3cr3t", version="2026-07-27"))
    data = await book(talk)
    ((headers, body),) = receiver.got
    assert headers["X-Cal-Signature-256"] == hmac.new(b"s3cr3t", body, hashlib.sha256).hexdigest()
    assert headers["X-Cal-Webhook-Version"] == "2026-07-27"
    event = json.loads(body)
    payload = event["payload"]
    assert event["triggerEvent"] == "BOOKING_CREATED"
    assert event["createdAt"].startswith("2026-04-06T08:00:0")
    assert (payload["uid"], payload["bookingId"], payload["status"]) == (data["uid"], data["id"], "ACCEPTED")
    assert (payload["startTime"], payload["length"]) == ("2026-04-07T09:00:00.000Z", 30)
    assert payload["organizer"]["utcOffset"] == 60
    assert (payload["attendees"][0]["firstName"], payload["attendees"][0]["utcOffset"]) == ("Guest", 180)
    assert payload["responses"]["email"]["value"] == "guest@example.org"
    (logged,) = talk.sandbox.deliveries
    assert (logged.body, logged.status, logged.url) == (body, 200, receiver.url)


async def test_without_secret_and_with_the_old_version(talk, receiver):
    await talk("POST", "webhooks", hook(receiver, "BOOKING_CREATED", "BOOKING_CANCELLED", "BOOKING_RESCHEDULED"))
    data = await book(talk)
    moved = await talk("POST", f"bookings/{data['uid']}/reschedule", {"start": "2026-04-07T12:00:00Z"})
    await talk("POST", f"bookings/{moved.data['uid']}/cancel", {"cancellationReason": "ill"})
    assert {headers["X-Cal-Signature-256"] for headers, _ in receiver.got} == {"no-secret-provided"}
    assert {headers["X-Cal-Webhook-Version"] for headers, _ in receiver.got} == {"2021-10-20"}
    created, rescheduled, cancelled = [json.loads(body)["payload"] for _, body in receiver.got]
    assert created["startTime"] == "2026-04-07T09:00:00Z"
    assert (rescheduled["rescheduleUid"], rescheduled["rescheduleStartTime"]) == (data["uid"], "2026-04-07T09:00:00Z")
    assert (cancelled["startTime"], cancelled["cancellationReason"]) == ("2026-04-07T12:00:00+00:00", "ill")


async def test_every_action_has_its_trigger(talk, receiver):
    every = ("CREATED", "REQUESTED", "REJECTED", "CANCELLED", "RESCHEDULED", "NO_SHOW_UPDATED", "LOCATION_UPDATED")
    await talk("POST", "event-types/20007/webhooks", hook(receiver, *(f"BOOKING_{each}" for each in every)))
    data = await book(talk, 20007)
    path = f"bookings/{data['uid']}"
    await talk("POST", f"{path}/decline", {"reason": "busy"})
    await talk("POST", f"{path}/confirm")
    await talk("PATCH", f"{path}/location", {"location": {"type": "link", "link": "https://x.example.com"}})
    talk.sandbox.clock.advance(days=1, hours=3)
    await talk("POST", f"{path}/mark-absent", {"attendees": [{"email": PERSON["email"], "absent": True}]})
    assert receiver.triggers == [
        "BOOKING_REQUESTED",
        "BOOKING_REJECTED",
        "BOOKING_CREATED",
        "BOOKING_LOCATION_UPDATED",
        "BOOKING_NO_SHOW_UPDATED",
    ]
    rejected = json.loads(receiver.got[1][1])["payload"]
    assert (rejected["status"], rejected["rejectionReason"]) == ("REJECTED", "busy")
    absent = json.loads(receiver.got[-1][1])["payload"]
    assert absent == {
        "message": "guest@example.org marked as no-show",
        "attendees": [{"email": "guest@example.org", "noShow": True}],
        "bookingUid": data["uid"],
        "bookingId": data["id"],
    }
    await book(talk, 20002, "2026-04-08T09:00:00Z")
    assert len(receiver.got) == 5, "another event type is none of this webhook's business"


async def test_inactive_and_unconcerned_webhooks_are_silent(talk, receiver):
    made = await talk("POST", "webhooks", hook(receiver, "BOOKING_CANCELLED"))
    await book(talk)
    await talk("PATCH", f"webhooks/{made.data['id']}", {"triggers": ["BOOKING_CREATED"], "active": False})
    await book(talk, start="2026-04-07T12:00:00Z")
    assert receiver.got == []


@pytest.mark.parametrize(
    ("template", "kind", "expected"),
    [
        (
            '{"content":"{{title}} for {{attendees.0.name}}"}',
            "application/json",
            b'{"content":"30 minutes between Owner Example and Guest One for Guest One"}',
        ),
        ("what={{type}}&who={{organizer.name}}", "application/x-www-form-urlencoded", b"what=30min&who=Owner Example"),
    ],
)
async def test_templates_replace_the_envelope(talk, receiver, template, kind, expected):
    await talk("POST", "webhooks", hook(receiver, "BOOKING_CREATED", payloadTemplate=template))
    await book(talk)
    ((headers, body),) = receiver.got
    assert (headers["Content-Type"], body) == (kind, expected)


async def test_actions_wait_for_subscribers_but_not_for_ever(talk, receiver):
    receiver.delay = 0.2
    await talk("POST", "webhooks", hook(receiver, "BOOKING_CREATED"))
    started = time.perf_counter()
    await book(talk)
    assert time.perf_counter() - started >= 0.2
    receiver.delay = 5
    talk.sandbox.backend.deliverer.patience = 0.1
    await book(talk, start="2026-04-07T12:00:00Z")
    assert [each.status for each in talk.sandbox.deliveries] == [200, None]


async def test_unreachable_subscribers_do_no_harm(talk):
    for url in ("http://127.0.0.1:1/x", "nourl"):
        await talk("POST", "webhooks", {"active": True, "subscriberUrl": url, "triggers": ["BOOKING_CREATED"]})
    await book(talk)
    assert [each.status for each in talk.sandbox.deliveries] == [None, None]
