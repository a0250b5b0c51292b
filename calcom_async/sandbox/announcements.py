"""What webhooks are told: which subscribers, and the envelope around a payload, or the template instead of it.

Version 2026-07-27 (hosted) writes instants with milliseconds and carries more keys; 2021-10-20 writes them another way
for every kind of event. A self-hosted server sends no version header.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final
from zoneinfo import ZoneInfo

from calcom_async.sandbox import instants, wire_json
from calcom_async.sandbox.announcements_payloads import News, payload
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.bookings_store import Booking
from calcom_async.sandbox.deliveries import Parcel
from calcom_async.sandbox.managed_users import MANAGED
from calcom_async.sandbox.store import Record

FAILURES: Final = 3
"""After how many failed deliveries in a row the hosted service stops a webhook."""
_TAG: Final = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
_REASONS: Final = {
    "unspecified": (1, "🕒"),
    "vacation": (2, "🏝️"),
    "travel": (3, "✈️"),
    "sick": (4, "🤒"),
    "public_holiday": (5, "📆"),
}


async def announce(
    backend: Backend,
    trigger: str,
    booking: Booking,
    *,
    before: Booking | None = None,
    seat: tuple[dict[str, Any], int] | None = None,
    stored: bool = False,
    whole_series: bool = False,
    **told: Any,
) -> None:
    """Tell the subscribers of an event about a booking and wait for them.

    Args:
        backend: the sandbox.
        trigger: the event.
        booking: the booking as it is now.
        before: the booking that it replaced.
        seat: the seated attendee it is about, and that attendee's number.
        stored: told of a booking the database has, rather than of one that was just made.
        whole_series: a series was cancelled rather than one of it.
        **told: further keys of the payload.
    """
    hooks = subscribers(backend, trigger, owners_of_booking(backend, booking))
    if not hooks:
        return
    news = News(
        trigger=trigger,
        booking=booking,
        told=told,
        before=before,
        seat=seat,
        stored=stored or trigger == "BOOKING_REJECTED",
        whole_series=whole_series,
    )
    await send(backend, trigger, [(hook, payload(backend, news, hook.get("version"))) for hook in hooks])


async def announce_absence(backend: Backend, user: Record, entry: Record) -> None:
    """Tell that somebody will be away (OOO_CREATED)."""
    hooks = subscribers(backend, "OOO_CREATED", owners_of_user(backend, user["id"]))
    if not hooks:
        return
    zone = ZoneInfo(user["timeZone"])
    reason_id, emoji = _REASONS.get(entry["reason"], _REASONS["unspecified"])
    substitute = backend.store.users.get(entry["toUserId"]) if entry["toUserId"] is not None else None
    now = instants.to_wire(backend.clock.milliseconds())
    told = {
        "id": entry["id"],
        "start": _at_home(entry["start"], zone),
        "end": _at_home(entry["end"], zone),
        "createdAt": now,
        "updatedAt": now,
        "notes": entry["notes"],
        "reason": {"emoji": emoji, "reason": f"ooo_reasons_{entry['reason']}"},
        "reasonId": reason_id,
        "user": _person(user),
        "toUser": _person(substitute) if substitute is not None else None,
        "uuid": entry["uuid"],
    }
    await send(backend, "OOO_CREATED", [(hook, {"oooEntry": told}) for hook in hooks])


def _at_home(moment: int, zone: ZoneInfo) -> str:
    """The same hands of the clock with the offset of somebody's zone, as the real server writes absences."""
    return instants.to_datetime(moment).replace(microsecond=0, tzinfo=zone).isoformat()


def _person(user: Record) -> Record:
    return {name: user[name] for name in ("id", "name", "username", "email", "timeZone")}


def owners_of_booking(backend: Backend, booking: Booking) -> list[str]:
    """Whose webhooks are told of a booking, as parents of the shelf."""
    owners = owners_of_user(backend, booking.organizer)
    if booking.event_type is not None:
        owners.append(f"event type {booking.event_type}")
    return owners


def owners_of_user(backend: Backend, user_id: int) -> list[str]:
    """Whose webhooks are told of what a user does: their own, their organization's, their platform's."""
    owners = [f"user {user_id}"]
    user = backend.store.users.get(user_id) or {}
    if user.get("organizationId") is not None:
        owners.append(f"organization {user['organizationId']}")
    managed = backend.store.shelf(MANAGED).get(user_id)
    if managed is not None:
        owners.append(f"client {managed['clientId']}")
    return owners


def subscribers(backend: Backend, trigger: str, owners: Iterable[str]) -> list[Record]:
    """The active webhooks of these owners that want to know of an event."""
    return [
        hook
        for owner in owners
        for hook in backend.store.webhooks.of(owner)
        if hook["active"] and trigger in hook["triggers"]
    ]


async def send(backend: Backend, trigger: str, told: list[tuple[Record, Any]], **root: Any) -> None:
    """Deliver payloads in their envelopes (or templates), and wait; `root` goes beside the payload."""
    envelope = {**root, "triggerEvent": trigger, "createdAt": instants.to_wire(backend.clock.milliseconds())}
    await dispatch(backend, [_parcel(hook, trigger, {**envelope, "payload": content}) for hook, content in told])


async def send_flat(backend: Backend, trigger: str, hook: Record, content: dict[str, Any]) -> None:
    """Deliver something without an envelope (MEETING_STARTED, MEETING_ENDED); no template replaces it."""
    body = wire_json.dumps({"triggerEvent": trigger, **content})
    await dispatch(backend, [_addressed(hook, trigger, body, "application/json")])


async def dispatch(backend: Backend, parcels: list[Parcel]) -> None:
    """Send parcels; the hosted service stops a webhook that failed again and again (make it active to go on)."""
    failures = backend.deliverer.failures
    for delivery in await backend.deliverer.send(parcels):
        failures[delivery.webhook] = 0 if delivery.succeeded else failures.get(delivery.webhook, 0) + 1
        if backend.hosted and failures[delivery.webhook] >= FAILURES:
            _stop(backend, delivery.webhook)


def _stop(backend: Backend, webhook_id: str) -> None:
    backend.deliverer.failures.pop(webhook_id)
    webhooks = backend.store.webhooks
    hook = webhooks.get(webhook_id)
    if hook is not None:
        webhooks.put({**hook, "active": False}, parent=webhooks.parent(webhook_id))


def _parcel(hook: Record, trigger: str, envelope: dict[str, Any]) -> Parcel:
    if not hook["payloadTemplate"]:
        return _addressed(hook, trigger, wire_json.dumps(envelope), "application/json")
    content = {"createdAt": envelope["createdAt"], **envelope["payload"], "triggerEvent": trigger}
    return _addressed(hook, trigger, *_fill_in(hook["payloadTemplate"], content))


def _addressed(hook: Record, trigger: str, body: bytes, content_type: str) -> Parcel:
    return Parcel(
        webhook=hook["id"],
        url=hook["subscriberUrl"],
        trigger=trigger,
        body=body,
        secret=hook["secret"],
        version=hook.get("version"),
        content_type=content_type,
    )


def _fill_in(template: str, content: dict[str, Any]) -> tuple[bytes, str]:
    """A template with its `{{tags}}` replaced; what is then not JSON goes out as a form."""

    def value(found: re.Match[str]) -> str:
        current: Any = content
        for part in found.group(1).split("."):
            if isinstance(current, list) and part.isdigit():
                current = current[int(part)] if int(part) < len(current) else ""
            else:
                current = current.get(part, "") if isinstance(current, dict) else ""
        return current if isinstance(current, str) else wire_json.dumps(current).decode()

    text = _TAG.sub(value, template).encode()
    try:
        wire_json.loads(text)
    except wire_json.NotJson:
        return text, "application/x-www-form-urlencoded"
    return text, "application/json"
