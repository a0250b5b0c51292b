"""The world of the recorded server, as far as its answers show it, put into a sandbox.

What was there from the start is set up here; what a request made that was not recorded is put in place where it is
first seen (`objects` finds it, `put` writes it). Objects keep the ids they had.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any, Final

from calcom_async.sandbox import (
    calendars,
    conferencing,
    event_type_wire,
    instants,
    platform_clients,
    routing_forms,
    world,
)
from calcom_async.sandbox.backend import Backend, key_digest
from calcom_async.sandbox.bookings_store import Booking
from calcom_async.sandbox.credentials import PLATFORM_CLIENTS, TOKENS
from calcom_async.sandbox.store import Shelf

Key = tuple[str, Any]

_PEOPLE: Final = (
    (1001, "alice", "Alice Example", "alice@example.com", "Europe/London", None),
    (1002, "bob", "Bob Builder", "bob@example.com", "America/New_York", None),
    (1003, "carol-acme", "Carol Owner", "carol@acme.test", "Europe/Rome", 502),
    (1004, "dave-acme", "Dave Member", "dave@acme.test", "Europe/Rome", 502),
    (1005, "erin-acme", "Erin Admin", "erin@acme.test", "UTC", 502),
    (1006, "plat-owner", "Plat Owner", "owner@plat.test", "UTC", 504),
)
_NAMES_OF_KEYS: Final = {1001: "alice", 1002: "bob", 1003: "carol", 1004: "dave", 1005: "erin", 1006: "plat"}
_MEMBERSHIPS: Final = (
    (8001, 1001, 501, "OWNER"),
    (8002, 1002, 501, "MEMBER"),
    (8003, 1003, 502, "OWNER"),
    (8004, 1004, 502, "MEMBER"),
    (8005, 1005, 502, "ADMIN"),
    (8006, 1003, 503, "OWNER"),
    (8007, 1004, 503, "MEMBER"),
)
_HQ: Final = [{"type": "address", "address": "1 High St", "public": True}]
_SEEDED: Final[dict[int, dict[str, Any]]] = {
    20001: {"title": "Intro call", "slug": "intro-call", "lengthInMinutes": 30},
    20003: {
        "title": "Needs confirmation",
        "slug": "needs-confirmation",
        "lengthInMinutes": 30,
        "locations": _HQ,
        "confirmationPolicy": {"type": "always", "blockUnconfirmedBookingsInBooker": False},
    },
    20004: {
        "title": "Workshop",
        "slug": "workshop",
        "lengthInMinutes": 45,
        "locations": _HQ,
        "seats": {"disabled": False, "seatsPerTimeSlot": 3, "showAttendeeInfo": True, "showAvailabilityCount": True},
    },
    20005: {
        "title": "Weekly",
        "slug": "weekly",
        "lengthInMinutes": 30,
        "locations": _HQ,
        "recurrence": {"interval": 1, "occurrences": 4, "frequency": "weekly"},
    },
    20006: {"title": "Hidden", "slug": "hidden", "lengthInMinutes": 30, "hidden": True},
    20007: {"title": "Bob's", "slug": "bobs", "lengthInMinutes": 30},
}
"""Event types of the second file that bookings name but no answer shows."""


def create(backend: Backend, file: str, *, seeded: bool) -> None:
    """What was there when the recording of this file began."""
    store = backend.store
    platform = 508 if file == "server.jsonl" else 504
    for shelf in (store.users, store.keys, store.teams, store.memberships, store.event_types, store.schedules):
        for record in shelf.all():
            shelf.delete(record["id"])
        store.write_note(f"next id of {shelf._name}", "0")
    for user_id, username, name, email, zone, organization in _PEOPLE:
        schedule = 2000 + user_id if user_id != 1006 else None
        user = world.user_record(user_id, username, name, email, zone, schedule_id=schedule or 0)
        user |= {"bio": f"I am {name}" if schedule else None, "defaultScheduleId": schedule, "locale": "en"}
        where = platform if user_id == 1006 else organization
        if where is not None:
            user |= {"organizationId": where, "organization": {"isPlatform": where == platform, "id": where}}
        store.users.put(user)
        if schedule is not None:
            store.schedules.put(world.schedule_record(schedule, user_id, "Working hours", zone), parent=user_id)
        world.give_key(store, user_id, f"cal_test_{_NAMES_OF_KEYS[user_id]}_0123456789abcdef")
    key = world.give_key(store, 1001, "cal_test_expired_0123456789abcdef")
    expired = next(each for each in store.keys.of(1001) if each["id"] == key_digest(key))
    store.keys.put({**expired, "expiresAt": 0}, parent=1001)
    store.teams.put(world.team_record(501, "Garage", "garage"))
    store.teams.put(world.team_record(502, "Acme", "acme", isOrganization=True))
    store.teams.put(world.team_record(503, "Sales", "sales", parentId=502))
    store.teams.put(world.team_record(platform, "Plat", "plat", isOrganization=True, metadata={"isPlatform": True}))
    for membership in (*_MEMBERSHIPS, (7008 if platform == 508 else 8008, 1006, platform, "OWNER")):
        record = world.membership_record(*membership)
        store.memberships.put(record, parent=record["teamId"])
    platform_clients.register(
        backend,
        platform,
        name="Plat",
        redirect_uris=["http://localhost:4321"],
        permissions=["*"],
        client_id="clcplatclient0001",
        secret="plat-secret-0001",
        areDefaultEventTypesEnabled=True,
    )
    if seeded:
        for event_type_id, settings in _SEEDED.items():
            owner = store.users.get(1002 if event_type_id == 20007 else 1001)
            record = event_type_wire.new(event_type_id, owner, **settings)
            store.event_types.put(record, parent=f"user {record['ownerId']}")
        _team_event_type(backend, 20008, 501, "Team RR", "team-rr", (1001, 1002))
        _team_event_type(backend, 20009, 503, "Sales RR", "sales-rr", (1003, 1004))


def _team_event_type(backend: Backend, at: int, team: int, title: str, slug: str, hosts: tuple[int, ...]) -> None:
    record = world.team_event_type(at, team, title, slug, scheduling="roundRobin", hosts=hosts)
    record["locations"] = _HQ
    backend.store.event_types.put(record, parent=f"team {team}")


_TELLTALE: Final = (
    ("booking", "uid", {"icsUid", "hosts"}),
    ("event type", "id", {"lengthInMinutes", "bookingFields"}),
    ("schedule", "id", {"availability", "overrides", "ownerId"}),
    ("webhook", "id", {"subscriberUrl", "triggers", "payloadTemplate", "secret"}),
    ("membership", "id", {"userId", "teamId", "role", "accepted"}),
    ("team", "id", {"hideBookATeamMember", "parentId", "isOrganization"}),
    ("user", "id", {"emailVerified", "username"}),
    ("link", "linkId", {"bookingUrl", "isExpired"}),
    ("absence", "id", {"uuid", "toUserId", "start"}),
    ("attribute", "id", {"usersCanEditRelation", "type", "slug"}),
    ("attribute option", "id", {"attributeId", "value", "isGroup"}),
    ("role", "id", {"permissions", "color", "type"}),
    ("routing form", "id", {"routes", "fields", "position"}),
    ("platform client", "id", {"redirectUris", "permissions", "organizationId"}),
    ("verified phone", "id", {"phoneNumber", "teamId", "userId"}),
)
_IN_PATHS: Final = {
    "event-types": "event type",
    "schedules": "schedule",
    "memberships": "membership",
    "teams": "team",
    "ooo": "absence",
}


def objects(value: Any) -> Iterator[tuple[Key, dict[str, Any]]]:
    """The objects in an answer, each with its kind and id."""
    if isinstance(value, list):
        for each in value:
            yield from objects(each)
    elif isinstance(value, dict):
        for name, key, telltale in _TELLTALE:
            if telltale <= value.keys() and value.get(key):
                yield (name, value[key]), value
                break
        for each in value.values():
            yield from objects(each)


def mentions(path: str, body: Any, known: set[Key]) -> Iterator[Key]:
    """The objects a request names."""
    parts = path.partition("?")[0].split("/")
    for before, part in itertools.pairwise(parts):
        if before in _IN_PATHS and part.isdigit():
            yield _IN_PATHS[before], int(part)
    words = set(re.split(r"[/?=&]", path))
    if isinstance(body, dict):
        words |= {each for each in body.values() if isinstance(each, str)}
        if isinstance(body.get("eventTypeId"), int):
            yield "event type", body["eventTypeId"]
    for key in known:
        if key[1] in words:
            yield key


def before(seen: dict[str, Any], verb: str, sent: Any) -> dict[str, Any]:
    """A booking as it was before the change whose answer shows it."""
    if verb in ("cancel", "decline"):
        undone = {"status": "accepted" if verb == "cancel" else "pending", "cancellationReason": ""}
        return seen | undone | ({"cancelledByEmail": ""} if "cancelledByEmail" in seen else {})
    if verb == "guests":
        added = {guest["email"] for guest in sent["guests"]}
        attendees = [each for each in seen["attendees"] if each["email"] not in added]
        fields = {name: value for name, value in seen["bookingFieldsResponses"].items() if name != "guests"}
        kept = {name: value for name, value in seen.items() if name != "guests"}
        return kept | {"attendees": attendees, "bookingFieldsResponses": fields}
    return seen


def change(backend: Backend, how: str, what: str, value: Any) -> None:
    """Change the database as the recorder did between two requests."""
    store = backend.store
    if how in ("SHIFT", "VIDEO"):
        booking = backend.bookings.by_uid(what)
        assert booking is not None, what
        if how == "VIDEO":
            booking.wire["location"] = "integrations:daily"
        else:
            booking.start, booking.end = (each + value * instants.DAY for each in (booking.start, booking.end))
        backend.bookings.save(booking)
    elif how == "FORGET":
        for record in store.shelf(what).all():
            store.shelf(what).delete(record["id"])
    elif how == "DROP":
        team = next(each for each in store.teams.all() if each["slug"] == what)
        for membership in store.memberships.of(team["id"]):
            store.memberships.delete(membership["id"])
        store.teams.delete(team["id"])
    elif how == "CLIENT":
        owner = {"name": "Limited", "redirect_uris": [], "permissions": value}
        platform_clients.register(backend, 504, client_id=what, secret="(a-jwt-stood-here)", **owner)
    elif how == "TOKEN":
        kept = {"kind": "access", "userId": value, "scopes": None, "clientId": "", "expiresAt": 1 << 50}
        store.shelf(TOKENS).put({"id": key_digest(what), **kept})
    elif how == "GOOGLE":
        calendars.connect_google(backend, store.users.get(value) or {}, what)
    elif how == "LOSE":
        conferencing.lose_addresses(backend, what)
    elif how == "NEXT":
        store.write_note(f"next id of {what}", str(value))
    elif how == "PLAN":
        team = store.teams.get(int(what)) or {}
        store.teams.put(team | {"metadata": team["metadata"] | {"plan": value}})
    else:
        membership = store.memberships.get(value) or {}
        store.memberships.put(membership | {"customRoleId": what}, parent=membership["teamId"])


def put(backend: Backend, key: Key, seen: dict[str, Any]) -> None:
    """Write an object as it was seen, unless there is one."""
    name, store = key[0], backend.store
    if name == "booking":
        if backend.bookings.by_uid(seen["uid"]) is None:
            backend.bookings.save(_booking(backend, seen))
    elif name == "event type" and store.event_types.get(seen["id"]) is None:
        _put_event_type(backend, seen)
    elif name == "schedule" and store.schedules.get(seen["id"]) is None:
        record = {each: value for each, value in seen.items() if each != "isDefault"}
        store.schedules.put(record, parent=seen["ownerId"])
        owner = store.users.get(seen["ownerId"])
        if owner is not None and seen["isDefault"]:
            store.users.put({**owner, "defaultScheduleId": seen["id"]})
    elif name == "webhook" and store.webhooks.get(seen["id"]) is None:
        parents = (
            ("userId", "user"),
            ("eventTypeId", "event type"),
            ("teamId", "organization"),
            ("oAuthClientId", "client"),
        )
        parent = next(f"{words} {seen[owner]}" for owner, words in parents if owner in seen)
        store.webhooks.put(seen, parent=parent)
    elif name == "membership" and store.memberships.get(seen["id"]) is None:
        kept = ("id", "userId", "teamId", "accepted", "role", "disableImpersonation")
        store.memberships.put({each: seen[each] for each in kept}, parent=seen["teamId"])
    elif name == "team" and store.teams.get(seen["id"]) is None:
        store.teams.put({each: value for each, value in seen.items() if each not in ("accepted", "role")})
    elif name == "user" and store.users.get(seen["id"]) is None:
        blank = world.user_record(
            seen["id"], seen["username"], seen["name"], seen["email"], seen["timeZone"], schedule_id=0
        )
        known = {each: seen[each] for each in blank if each in seen}
        store.users.put({**blank, **known})
        if "profile" in seen:
            about = ("createdDate", "emailVerified", "verified", "invitedTo")
            profile = seen["profile"] | {each: seen[each] for each in about} | {"metadata": seen.get("metadata")}
            _put_once(store.shelf("profiles"), profile, seen["id"])
            place = store.memberships.next_id(1)
            membership = world.membership_record(place, seen["id"], profile["organizationId"], "MEMBER")
            store.memberships.put(membership, parent=profile["organizationId"])
    elif name == "link" and store.private_links.get(seen["linkId"]) is None:
        ends = instants.parse(seen["expiresAt"]) if seen.get("expiresAt") else None
        kept = {"eventTypeId": seen["eventTypeId"], "expiresAt": ends, "most": seen.get("maxUsageCount"), "used": 0}
        store.private_links.put({"id": seen["linkId"], **kept}, parent=seen["eventTypeId"])
    elif name == "attribute":
        _put_once(store.shelf("attributes"), seen, seen["teamId"])
    elif name == "attribute option":
        _put_once(store.shelf("attribute options"), seen, seen["attributeId"])
    elif name == "role" and seen["type"] == "CUSTOM":
        owner = seen.get("teamId") or seen.get("organizationId")
        role = {each: value for each, value in seen.items() if each not in ("teamId", "organizationId", "type")}
        _put_once(store.shelf("roles"), role | {"owner": owner}, owner)
    elif name == "routing form":
        _put_once(store.shelf(routing_forms.FORMS), seen, seen["teamId"])
    elif name == "verified phone":
        _put_once(store.shelf("verified phones"), seen, None)
    elif name == "platform client":
        _put_once(store.shelf(PLATFORM_CLIENTS), seen | {"ownerId": 1006}, seen["organizationId"])
    elif name == "absence" and store.out_of_office.get(seen["id"]) is None:
        period = {each: instants.parse(seen[each]) for each in ("start", "end")}
        record = {each: value for each, value in seen.items() if each != "user"} | period
        store.out_of_office.put(record, parent=seen["userId"])


def _put_once(shelf: Shelf, record: dict[str, Any], parent: Any) -> None:
    if shelf.get(record["id"]) is None:
        shelf.put(record, parent=parent)


def _put_event_type(backend: Backend, seen: dict[str, Any]) -> None:
    owner = backend.store.users.get(seen["ownerId"]) if seen.get("ownerId") else None
    team, hosts = seen.get("teamId"), seen.get("hosts", [])
    private = {
        "teamId": team,
        "schedulingType": seen.get("schedulingType"),
        "hosts": [{name: host[name] for name in ("userId", "mandatory", "priority") if name in host} for host in hosts],
        "assignAllTeamMembers": seen.get("assignAllTeamMembers", False),
    }
    if seen.get("parentEventTypeId"):
        private |= {"parentId": seen["parentEventTypeId"], "parentTeamId": (seen.get("team") or {}).get("id")}
    settings = {name: seen[name] for name in ("title", "slug", "lengthInMinutes")}
    record = event_type_wire.new(seen["id"], owner, **settings)
    beside = ("users", "hosts", "team", "teamId", "ownerId", "parentEventTypeId", "schedulingType")
    of_teams = ("assignAllTeamMembers", "rescheduleWithSameRoundRobinHost", "rrHostSubsetEnabled", "bookingFields")
    record |= {name: value for name, value in seen.items() if name not in (*beside, *of_teams)}
    custom = [each for each in seen["bookingFields"] if not each.get("isDefault")]
    record["bookingFields"] = [*record["bookingFields"], *custom]
    record["_"] = private
    parent = f"user {owner['id']}" if owner is not None else f"team {team}"
    backend.store.event_types.put(record, parent=parent)


def _booking(backend: Backend, seen: dict[str, Any]) -> Booking:
    organizer = seen["hosts"][0]["id"] if seen["hosts"] else 0
    event_type = backend.store.event_types.get(seen["eventTypeId"]) if seen["eventTypeId"] else None
    taken = backend.bookings.by_id(seen["id"])
    start = instants.parse(seen["start"]) or 0
    wire = {name: value for name, value in seen.items() if name != "reschedulingReason" or value is not None}
    return Booking(
        id=seen["id"] if taken is None else backend.bookings.next_id(),
        uid=seen["uid"],
        organizer=organizer if isinstance(organizer, int) else 0,
        event_type=seen["eventTypeId"],
        team=event_type["_"]["teamId"] if event_type else None,
        status=seen["status"],
        start=start,
        end=instants.parse(seen["end"]) or 0,
        created=instants.parse(seen["createdAt"]) or 0,
        updated=instants.parse(seen["updatedAt"]) if seen["updatedAt"] else None,
        series=seen.get("recurringBookingUid"),
        sort_uuid=backend.names.sortable(start),
        wire=wire,
        private={"seated": True} if any("seatUid" in each for each in seen["attendees"]) else {},
    )
