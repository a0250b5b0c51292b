"""`/v2/event-types`: what a user can be booked for."""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox import event_type_input, event_type_wire, instants
from calcom_async.sandbox.answers import Answer, ApiError, refusal, success
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.booking_wire import forget_event_type
from calcom_async.sandbox.routing import Call, Routes
from calcom_async.sandbox.store import Record

routes = Routes(family="event types")

DESTINATIONS: Final = "destination calendars"
"""The shelf of the calendars that events are written to, by user."""
_BOTH: Final = ("current", "newest")
_DYNAMIC_LENGTHS: Final = [15, 30, 45, 60, 90]


def not_found(event_type_id: int) -> ApiError:
    """No event type has this id, or none that may be seen."""
    return refusal(404, f"Event type with id {event_type_id} not found")


def newest(call: Call) -> bool:
    """Whether the caller speaks version 2026-06-12."""
    return call.version == "2026-06-12"


def readable(call: Call) -> object:
    """The body, its booking fields in the language of 2024-06-14."""
    body = call.body
    if not newest(call) or not isinstance(body, dict) or not body.get("bookingFields"):
        return body
    return {**body, "bookingFields": event_type_input.translate(body["bookingFields"])}


def show(call: Call, record: Record, *, listed: bool = False) -> dict[str, Any]:
    """An event type of a user as answered. Lists of 2024-06-14 leave out hidden fields and the video settings."""
    backend = call.backend
    owner = backend.store.users.get(record["ownerId"])
    shown = event_type_wire.show(record, owner, hosted=backend.hosted, newest=newest(call), web_url=backend.web_url)
    if listed and not newest(call):
        shown["bookingFields"] = [each for each in shown["bookingFields"] if not each.get("hidden")]
        shown.pop("calVideoSettings")
    return shown


def owned(backend: Backend, user: Record, event_type_id: int) -> Record:
    """An event type of this user; anything else is not found."""
    record = backend.store.event_types.get(event_type_id)
    if record is None or record.get("ownerId") != user["id"]:
        raise not_found(event_type_id)
    return record


def check_settings(backend: Backend, user: Record, body: dict[str, Any]) -> None:
    """An event type can only follow a schedule of its owner, and write from a calendar that there is."""
    if body.get("useDestinationCalendarEmail") and backend.store.shelf(DESTINATIONS).get(user["id"]) is None:
        raise refusal(
            400, "Validation failed: A primary connected calendar is required to set useDestinationCalendarEmail"
        )
    schedule_id = body.get("scheduleId")
    if schedule_id is None:
        return
    schedule = backend.store.schedules.get(schedule_id)
    if schedule is None or schedule["ownerId"] != user["id"]:
        raise refusal(404, f"User with ID={user['id']} does not own schedule with ID={schedule_id}")


@routes.add("GET", "/event-types", controllers=_BOTH, access="open")
def list_all(call: Call) -> Answer:
    """`GET /v2/event-types`: one's own, or the public ones of a user."""
    backend, query = call.backend, call.query
    if "usernames" in query:
        return success(_dynamic(call, query["usernames"].split(",")))
    user, own = call.user, True
    if "username" in query:
        user = backend.people.by_username(query["username"])
        own = user is not None and call.user is not None and user["id"] == call.user["id"]
    if user is None:
        return success([])
    records = backend.store.event_types.of(f"user {user['id']}")
    if "username" in query:
        records = [each for each in records if not each["hidden"] or own]
        if "eventSlug" in query:
            records = [each for each in records if each["slug"] == query["eventSlug"]]
    if query.get("sortCreatedAt") == "desc":
        records.reverse()
    return success([show(call, each, listed=True) for each in records])


@routes.add("POST", "/event-types", controllers=_BOTH)
def create(call: Call) -> Answer:
    """`POST /v2/event-types`."""
    backend, user = call.backend, call.caller
    body = event_type_input.check(readable(call), creating=True)
    check_settings(backend, user, body)
    if any(each["slug"] == body["slug"] for each in backend.store.event_types.of(f"user {user['id']}")):
        raise refusal(400, "User already has an event type with this slug.")
    blank = event_type_wire.new(
        backend.store.event_types.next_id(20_100),
        user,
        title=body["title"],
        slug=body["slug"],
        lengthInMinutes=body["lengthInMinutes"],
    )
    record = event_type_input.apply(blank, event_type_input.without_fixed(body))
    _set_video(backend, record, body)
    backend.store.event_types.put(record, parent=f"user {user['id']}")
    return success(show(call, record), status=201)


def _set_video(backend: Backend, record: Record, body: dict[str, Any]) -> None:
    if backend.hosted:
        return
    # A change that does not send the settings again loses them.
    sent, now = body.get("calVideoSettings"), instants.to_wire(backend.clock.milliseconds())
    record["calVideoSettings"] = event_type_wire.video_settings(record["id"], sent, now) if sent else None


@routes.add("GET", "/event-types/{id}", controllers=_BOTH)
def get(call: Call) -> Answer:
    """`GET /v2/event-types/{eventTypeId}`: one's own, or those of somebody one shares a team with."""
    event_type_id = call.number("id")
    record = call.backend.store.event_types.get(event_type_id)
    if record is None or "ownerId" not in record or not _visible(call, record):
        raise not_found(event_type_id)
    return success(show(call, record))


@routes.add("PATCH", "/event-types/{id}", controllers=_BOTH)
def update(call: Call) -> Answer:
    """`PATCH /v2/event-types/{eventTypeId}`."""
    backend, user = call.backend, call.caller
    record = owned(backend, user, call.number("id"))
    body = event_type_input.check(readable(call), creating=False)
    check_settings(backend, user, body)
    record = event_type_input.apply(record, event_type_input.without_fixed(body))
    _set_video(backend, record, body)
    backend.store.event_types.put(record, parent=f"user {user['id']}")
    return success(show(call, record))


@routes.add("DELETE", "/event-types/{id}", controllers=_BOTH)
def delete(call: Call) -> Answer:
    """`DELETE /v2/event-types/{eventTypeId}`: its bookings stay, without an event type."""
    backend, event_type_id = call.backend, call.number("id")
    record = backend.store.event_types.get(event_type_id)
    if record is None or "ownerId" not in record:
        raise not_found(event_type_id)
    if record["ownerId"] != call.caller["id"]:
        raise refusal(403, f"User with ID={call.caller['id']} does not own event type with ID={event_type_id}")
    remove(backend, record)
    return success({name: record[name] for name in ("id", "lengthInMinutes", "slug", "title")})


def remove(backend: Backend, record: Record) -> None:
    """Delete an event type, what hangs on it, and its mention in bookings."""
    backend.store.event_types.delete(record["id"])
    for webhook in backend.store.webhooks.of(f"event type {record['id']}"):
        backend.store.webhooks.delete(webhook["id"])
    for link in backend.store.private_links.of(record["id"]):
        backend.store.private_links.delete(link["id"])
    for booking in backend.bookings.all_of_event_type(record["id"]):
        forget_event_type(booking)
        backend.bookings.save(booking)


def _visible(call: Call, record: Record) -> bool:
    owner, caller = record["ownerId"], call.caller["id"]
    return owner == caller or (not record["hidden"] and caller in call.backend.people.overseers(owner))


def _dynamic(call: Call, usernames: list[str]) -> list[dict[str, Any]]:
    """The event type of several users at once, which nobody made."""
    people = call.backend.people
    users = [user for name in usernames if (user := people.by_username(name.strip())) is not None]
    if len(users) < 2:
        return []
    record = event_type_wire.new(
        0, users[0], title="Group Meeting", slug="dynamic", lengthInMinutes=30, lengthInMinutesOptions=_DYNAMIC_LENGTHS
    )
    shown = show(call, record, listed=True)
    shown |= {
        "ownerId": 0,
        "description": "Join us for a meeting with multiple people",
        "locations": [{"type": "integration", "integration": "cal-video"}],
        "bookingFields": [],
        "disableGuests": True,
        "successRedirectUrl": "",
        "customName": "Group Meeting",
        "users": [event_type_wire.owner_summary(user, hosted=call.backend.hosted) for user in users],
    }
    return [shown]
