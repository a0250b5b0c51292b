"""The sandbox's answers have the shape of the real ones: keys and types, compared with recorded answers."""

import json
import os
from pathlib import Path

import pytest

REFERENCE = Path(os.environ.get("CALCOM_API_REFERENCE", Path(__file__).parents[3] / "shared" / "api"))
CAPTURES = REFERENCE / "captures"

pytestmark = [
    pytest.mark.contract,
    pytest.mark.skipif(not CAPTURES.is_dir(), reason="the API reference folder is absent (CALCOM_API_REFERENCE)"),
]

PERSON = {"name": "Guest", "email": "guest@example.org", "timeZone": "Europe/Riga"}
TUESDAY = "2026-04-07T09:00:00Z"


def hosted(name):
    return json.loads((CAPTURES / f"{name}.json").read_text())


def recorded(file, name):
    """The answer of a self-hosted server to the request with this name."""
    with (CAPTURES / file).open() as lines:
        for line in lines:
            row = json.loads(line)
            if row["name"] == name:
                return row
    raise LookupError(name)


def differences(real, ours, at="$", optional=()):
    """What is not alike: keys, and types of values (null is like anything, an empty list like any list)."""
    if real is None or ours is None:
        return []
    if isinstance(real, bool) != isinstance(ours, bool):
        return [f"{at}: {real!r} against {ours!r}"]
    if isinstance(real, int | float) and isinstance(ours, int | float):
        return []
    if type(real) is not type(ours):
        return [f"{at}: {type(real).__name__} against {type(ours).__name__}"]
    if isinstance(real, list):
        if not real or not ours:
            return []
        return differences(real[0], ours[0], f"{at}[]", optional)
    if isinstance(real, dict):
        found = [f"{at}.{key}: not in the sandbox" for key in real if key not in ours and key not in optional]
        found += [f"{at}.{key}: only in the sandbox" for key in ours if key not in real and key not in optional]
        for key in real.keys() & ours.keys():
            found += differences(real[key], ours[key], f"{at}.{key}", optional)
        return found
    return []


def test_the_comparison_finds_what_differs():
    assert differences({"a": 1, "b": [{"c": "x"}]}, {"a": 1, "b": [{"c": "y"}]}) == []
    assert differences({"a": 1}, {"a": "1"})
    assert differences({"a": 1}, {})
    assert differences({}, {"a": 1})
    assert differences({"b": [{"c": 1}]}, {"b": [{"d": 1}]})
    assert differences({"a": True}, {"a": 1})
    assert differences({"a": 1}, {}, optional=("a",)) == []


def assert_alike(real, ours, *, optional=()):
    assert differences(real, ours, optional=optional) == []


# What comes and goes with the input rather than with the server.
BOOKING = ("metadata", "isPlatformManagedUserBooking", "guests", "displayGuests", "location", "phoneNumber")
STRIPE = ("stripeCustomerId",)


async def book(talk, event_type=20002, start=TUESDAY, **more):
    sent = {"eventTypeId": event_type, "start": start, "attendee": PERSON, "guests": [], **more}
    reply = await talk("POST", "bookings", sent)
    assert reply.status == 201, reply.body
    return reply


# ------------------------------------------------------------------------------------------------- hosted captures


async def test_hosted_me(talk):
    assert_alike(hosted("GET_v2-me_200")["body"], (await talk("GET", "me")).body)


@pytest.mark.parametrize(
    ("name", "event_type"),
    [("POST_v2-bookings_201", 20002), ("POST_v2-bookings_201_3", 20007), ("POST_v2-bookings_201_4", 20005)],
)
async def test_hosted_create(talk, name, event_type):
    real = hosted(name)
    location = {"type": "link"}
    await talk(
        "PATCH",
        f"event-types/{event_type}",
        {"locations": [{"type": "link", "link": "https://meet.example.com/x", "public": True}]},
    )
    reply = await book(talk, event_type, location=location, metadata={"purpose": "x", "attempt": "y"})
    assert real["status"] == reply.status
    assert_alike(real["body"], reply.body, optional=("purpose", "attempt"))


async def test_hosted_recurring(talk):
    await talk(
        "PATCH",
        "event-types/20006",
        {"locations": [{"type": "link", "link": "https://meet.example.com/x", "public": True}]},
    )
    reply = await book(talk, 20006, location={"type": "link"}, metadata={"purpose": "x"})
    assert_alike(hosted("POST_v2-bookings_201_5")["body"], reply.body)


async def test_hosted_list_by_cursor_and_by_offset(talk):
    first = await book(talk, metadata={"purpose": "x"})
    by_cursor = await talk("GET", "bookings?limit=2&status=upcoming", version="2026-05-01")
    real = hosted("GET_v2-bookings_200")["body"]
    assert_alike(real, by_cursor.body, optional=BOOKING)
    await talk("POST", f"bookings/{first.data['uid']}/reschedule", {"start": "2026-04-07T12:00:00Z"})
    await talk("DELETE", "event-types/20002")
    by_offset = await talk("GET", "bookings")
    real = hosted("GET_v2-bookings_200_3")["body"]
    assert_alike(real, by_offset.body, optional=(*BOOKING, "attempt", "purpose"))


async def test_hosted_cancel_and_decline(talk):
    one, two = await book(talk), await book(talk, 20007, "2026-04-07T11:00:00Z")
    cancelled = await talk("POST", f"bookings/{one.data['uid']}/cancel", {"cancellationReason": "done"})
    assert_alike(
        hosted("POST_v2-bookings-bookingUid-cancel_200")["body"], cancelled.body, optional=(*BOOKING, "purpose")
    )
    declined = await talk("POST", f"bookings/{two.data['uid']}/decline", {"reason": "no"})
    assert_alike(
        hosted("POST_v2-bookings-bookingUid-decline_200")["body"], declined.body, optional=(*BOOKING, "purpose")
    )
    again = await talk("POST", f"bookings/{one.data['uid']}/cancel", {"cancellationReason": "done"})
    real = hosted("POST_v2-bookings-bookingUid-cancel_400")["body"]
    assert_alike(real, again.body, optional=("code",))  # the recorder dropped keys named `code`
    assert real["error"]["message"].partition(" because ")[2] == again.message.partition(" because ")[2]


async def test_hosted_parts_of_a_booking(talk):
    uid = (await book(talk)).data["uid"]
    attendees = await talk("GET", f"bookings/{uid}/attendees")
    assert_alike(hosted("GET_v2-bookings-bookingUid-attendees_200")["body"], attendees.body)
    one = await talk("GET", f"bookings/{uid}/attendees/{attendees.data[0]['id']}")
    assert_alike(hosted("GET_v2-bookings-bookingUid-attendees-attendeeId_200")["body"], one.body)
    missing = await talk("GET", f"bookings/{uid}/attendees", version=None)
    assert_alike(hosted("GET_v2-bookings-bookingUid-attendees_404")["body"], missing.body)
    twice = await talk("POST", f"bookings/{uid}/attendees", PERSON)
    assert_alike(hosted("POST_v2-bookings-bookingUid-attendees_400")["body"], twice.body)
    guests = await talk("POST", f"bookings/{uid}/guests", {"guests": [{"email": PERSON["email"]}]})
    real = hosted("POST_v2-bookings-bookingUid-guests_400")["body"]
    assert_alike(real, guests.body)
    assert (real["message"], real["error"]["code"]) == (guests.body["message"], guests.body["error"]["code"])
    moved = await talk(
        "PATCH", f"bookings/{uid}/location", {"location": {"type": "link", "link": "https://x.example.com"}}
    )
    assert_alike(hosted("PATCH_v2-bookings-bookingUid-location_200")["body"], moved.body, optional=("purpose",))
    links = await talk("GET", f"bookings/{uid}/calendar-links")
    assert_alike(hosted("GET_v2-bookings-bookingUid-calendar-links_200")["body"], links.body)
    recordings = await talk("GET", f"bookings/{uid}/recordings")
    assert_alike(hosted("GET_v2-bookings-bookingUid-recordings_404")["body"], recordings.body, optional=("code",))


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("POST_v2-event-types_201", {}),
        (
            "POST_v2-event-types_201_2",
            {"seats": {"seatsPerTimeSlot": 2, "showAttendeeInfo": False, "showAvailabilityCount": True}},
        ),
        (
            "POST_v2-event-types_201_3",
            {"confirmationPolicy": {"type": "always", "blockUnconfirmedBookingsInBooker": False}},
        ),
    ],
)
async def test_hosted_event_types(talk, name, settings):
    sent = {"title": "T", "slug": "t", "lengthInMinutes": 15, **settings}
    sent["locations"] = [{"type": "link", "link": "https://x.example.com", "public": False}]
    reply = await talk("POST", "event-types", sent, version="2026-06-12")
    real = hosted(name)["body"]
    assert_alike(real, reply.body, optional=(*STRIPE, "integration", "link", "public"))
    assert [each["field"] for each in real["data"]["bookingFields"]] == [
        each["field"] for each in reply.data["bookingFields"]
    ]
    listed = await talk("GET", "event-types", version="2026-06-12")
    seats = ("disabled", "seatsPerTimeSlot", "showAttendeeInfo", "showAvailabilityCount")
    optional = ("type", "blockUnconfirmedBookingsInBooker", *seats, *STRIPE)
    assert_alike(hosted("GET_v2-event-types_200")["body"], {**listed.body, "data": listed.data[-1:]}, optional=optional)


async def test_hosted_schedules_slots_and_reservations(talk):
    made = await talk("POST", "schedules", {"name": "S", "timeZone": "UTC", "isDefault": False})
    assert_alike(hosted("POST_v2-schedules_201")["body"], made.body)
    days = await talk("GET", "slots?eventTypeId=20002&start=2026-04-07&end=2026-04-07&format=range")
    for name in ("GET_v2-slots_200", "GET_v2-slots_200_2"):
        real = hosted(name)["body"]
        assert_alike(next(iter(real["data"].values())), days.data["2026-04-07"])
    held = await talk(
        "POST", "slots/reservations", {"eventTypeId": 20002, "slotStart": TUESDAY, "reservationDuration": 5}
    )
    assert_alike(hosted("POST_v2-slots-reservations_201")["body"], held.body)
    await talk("DELETE", f"slots/reservations/{held.data['reservationUid']}")
    gone = await talk("GET", f"slots/reservations/{held.data['reservationUid']}")
    assert hosted("GET_v2-slots-reservations-uid_200")["body"] == gone.body
    wrong = await talk("PATCH", "slots/reservations/x", {"eventTypeId": 0, "slotStart": TUESDAY})
    real = hosted("PATCH_v2-slots-reservations-uid_404")["body"]
    assert_alike(real, wrong.body, optional=("code",))
    assert real["error"]["message"] == wrong.message


async def test_hosted_teams_and_webhooks(talk):
    memberships = await talk("GET", "teams/501/memberships")
    assert_alike(hosted("GET_v2-teams-teamId-memberships_200")["body"], memberships.body, optional=STRIPE)
    made = await talk("POST", "teams", {"name": "T"})
    assert_alike(hosted("POST_v2-teams_201")["body"]["data"]["pendingTeam"], made.data)
    hook = {
        "active": True,
        "subscriberUrl": "https://x.example.com",
        "triggers": ["BOOKING_CREATED"],
        "secret": "s",
        "version": "2026-07-27",
    }
    assert_alike(hosted("POST_v2-webhooks_201")["body"], (await talk("POST", "webhooks", hook)).body)
    link = await talk(
        "POST", "event-types/20002/private-links", {"maxUsageCount": 1, "expiresAt": "2027-01-01"}, version="2024-09-04"
    )
    assert_alike(hosted("POST_v2-event-types-eventTypeId-private-links_201")["body"], link.body)


# ---------------------------------------------------------------------------------- captures of a self-hosted server

SELF_HOSTED = [
    # (file, name of the recorded request, our request)
    ("server.jsonl", "me-get", ("GET", "me", None)),
    ("server.jsonl", "me-bad-token-no-prefix", ("GET", "me", None, {"headers": {"Authorization": "Bearer garbage"}})),
    ("server.jsonl", "me-bad-apikey", ("GET", "me", None, {"headers": {"Authorization": "Bearer cal_live_doesnotexist"}})),
    ("server.jsonl", "apikey-query", ("GET", "me?apiKey=x", None, {"user": None})),
    ("server.jsonl", "bookings-list-noauth", ("GET", "bookings", None, {"user": None})),
    ("server.jsonl", "not-found-route", ("GET", "nope", None)),
    ("server.jsonl", "bookings-list-take-251", ("GET", "bookings?take=251", None)),
    ("server.jsonl", "bookings-list-take-abc", ("GET", "bookings?take=abc", None)),
    ("server.jsonl", "bookings-list-status-accepted", ("GET", "bookings?status=accepted", None)),
    ("server.jsonl", "bookings-list-eventTypeId-999999", ("GET", "bookings?eventTypeId=999999", None)),
    ("server.jsonl", "bookings-list-take-3-skip-100", ("GET", "bookings?take=3&skip=100", None)),
    ("server.jsonl", "bookings-get-by-id", ("GET", "bookings/70001", None)),
    ("server.jsonl", "bookings-create-empty", ("POST", "bookings", {})),
    ("server.jsonl", "bookings-create-past", ("POST", "bookings", {"eventTypeId": 20001, "start": "2020-01-01T00:00:00Z", "attendee": PERSON})),
    ("server.jsonl", "bookings-create-outside-availability", ("POST", "bookings", {"eventTypeId": 20001, "start": "2026-04-11T09:00:00Z", "attendee": PERSON})),
    ("server.jsonl", "bookings-create-wrongversion", ("POST", "bookings", {}, {"version": "2024-09-04"})),
    ("server.jsonl", "event-types-create-minimal", ("POST", "event-types", {"title": "T", "slug": "t", "lengthInMinutes": 30})),
    ("server.jsonl", "event-types-create-seated", ("POST", "event-types", {"title": "T", "slug": "t", "lengthInMinutes": 45, "seats": {"seatsPerTimeSlot": 3, "showAttendeeInfo": True, "showAvailabilityCount": True}})),
    ("server.jsonl", "event-types-create-variable-length", ("POST", "event-types", {"title": "T", "slug": "t", "lengthInMinutes": 30, "lengthInMinutesOptions": [15, 30, 60]})),
    ("server.jsonl", "event-types-create-missing", ("POST", "event-types", {"title": "x"})),
    ("server.jsonl", "event-types-list-v0813", ("GET", "event-types", None, {"version": "2024-08-13"})),
    ("server.jsonl", "event-types-list-for-compare", ("GET", "event-types", None)),
    ("server.jsonl", "event-type-get-for-compare", ("GET", "event-types/20001", None)),
    ("server.jsonl", "event-type-get-notfound", ("GET", "event-types/999999", None)),
    ("server.jsonl", "event-types-usernames", ("GET", "event-types?usernames=owner,member", None)),
    ("server.jsonl", "schedules-list", ("GET", "schedules", None)),
    ("server.jsonl", "schedules-create-full", ("POST", "schedules", {"name": "F", "timeZone": "UTC", "isDefault": False, "overrides": [{"date": "2026-12-24", "startTime": "10:00", "endTime": "12:00"}]})),
    ("server.jsonl", "schedules-get-other", ("GET", "schedules/3002", None)),
    ("server.jsonl", "schedules-delete", ("DELETE", "schedules/3001", None)),
    ("server.jsonl", "slots-bad-date", ("GET", "slots?eventTypeId=20001&start=foo&end=bar", None)),
    ("server.jsonl", "slots-noversion", ("GET", "slots?eventTypeId=20001&start=2026-11-24&end=2026-11-25", None, {"version": None})),
    ("server.jsonl", "reservation-create", ("POST", "slots/reservations", {"eventTypeId": 20001, "slotStart": TUESDAY})),
    ("server.jsonl", "reservation-create-bad", ("POST", "slots/reservations", {"eventTypeId": 20001})),
    ("server.jsonl", "teams-list", ("GET", "teams", None)),
    ("server.jsonl", "teams-get", ("GET", "teams/501", None)),
    ("server.jsonl", "teams-get-notfound", ("GET", "teams/99999", None)),
    ("server.jsonl", "teams-create-ok", ("POST", "teams", {"name": "N"})),
    ("server.jsonl", "teams-patch", ("PATCH", "teams/501", {"bio": "x"})),
    ("server.jsonl", "teams-memberships", ("GET", "teams/501/memberships", None)),
    ("server.jsonl", "teams-membership-create", ("POST", "teams/501/memberships", {"userId": 1003})),
    ("server.jsonl", "teams-membership-get-notfound", ("GET", "teams/501/memberships/1", None)),
    ("server.jsonl", "teams-event-types-list2", ("GET", "teams/501/event-types", None)),
    ("server-2.jsonl", "team-et-create-collective", ("POST", "teams/501/event-types", {"title": "T", "slug": "t", "lengthInMinutes": 30, "schedulingType": "collective", "hosts": [{"userId": 1001}]})),
    ("server-2.jsonl", "team-et-create-managed", ("POST", "teams/501/event-types", {"title": "T", "slug": "t", "lengthInMinutes": 30, "schedulingType": "managed", "assignAllTeamMembers": True})),
    ("server-2.jsonl", "team-et-create-nonmember-host", ("POST", "teams/501/event-types", {"title": "T", "slug": "t", "lengthInMinutes": 30, "schedulingType": "collective", "hosts": [{"userId": 1003}]})),
    ("server.jsonl", "teams-schedules", ("GET", "teams/501/schedules", None)),
    ("server.jsonl", "webhooks-create", ("POST", "webhooks", {"active": True, "subscriberUrl": "x", "triggers": ["BOOKING_CREATED"], "secret": "s"})),
    ("server.jsonl", "webhooks-create-invalid", ("POST", "webhooks", {"active": "yes", "subscriberUrl": "nourl", "triggers": ["NOPE"]})),
    ("server.jsonl", "webhooks-list-take-too-big", ("GET", "webhooks?take=1000", None)),
    ("server.jsonl", "webhooks-get-notfound", ("GET", "webhooks/abc", None)),
    ("server-2.jsonl", "etw-create", ("POST", "event-types/20001/webhooks", {"active": True, "subscriberUrl": "x", "triggers": ["BOOKING_CREATED"]})),
    ("server-2.jsonl", "etw-unknown-et", ("GET", "event-types/99999/webhooks", None)),
    ("server-2.jsonl", "user-pl-create-time", ("POST", "event-types/20001/private-links", {"expiresAt": "2027-06-01"}, {"version": None})),
    ("server-2.jsonl", "api-keys-refresh-days", ("POST", "api-keys/refresh", {"apiKeyDaysValid": 10})),
]  # fmt: skip

# What the recorded records had set and ours have not, or the other way round.
SETTINGS = (
    "lengthInMinutesOptions", "multipleDuration", "customName", "priority", "mandatory", "bookingRequiresAuthentication",
    "type", "address", "public", "integration", "label", "placeholder", "options", "hidden", "disableOnPrefill",
    "managedEventConfig", "bookingLimitsCount", "interval", "occurrences", "frequency", "disabled", "metadata",
)  # fmt: skip


@pytest.mark.parametrize(("file", "name", "request_"), SELF_HOSTED, ids=[each[1] for each in SELF_HOSTED])
async def test_self_hosted(self_hosted, file, name, request_):
    real = recorded(file, name)
    method, path, body, *more = request_
    reply = await self_hosted(method, path, body, **(more[0] if more else {}))
    assert reply.status == real["status"]
    assert_alike(real["body"], reply.body, optional=SETTINGS)
    limits = [header for header in real["headers"] if header.startswith("X-RateLimit")]
    assert not [header for header in reply.headers if header.startswith("X-RateLimit")]  # this sandbox has no limits
    assert len(limits) in (0, 3)
    if real["status"] >= 400 and real["body"].get("error"):
        ours, theirs = reply.body["error"], real["body"]["error"]
        assert ours["code"] == theirs["code"]
        if "details" in theirs and "errors" in theirs["details"]:
            pairs = zip(theirs["details"]["errors"], ours["details"]["errors"], strict=True)
            for real_error, our_error in pairs:
                assert our_error["property"] == real_error["property"]
                assert our_error["constraints"].keys() == real_error["constraints"].keys()


@pytest.mark.parametrize(
    ("name", "event_type"),
    [
        ("bookings-create-noauth", 20002),
        ("bookings-create-variable-length", 20004),
        ("bookings-create-confirm", 20007),
        ("bookings-create-seated2", 20005),
        ("bookings-create-recurring", 20006),
    ],
)
async def test_self_hosted_create(self_hosted, name, event_type):
    real = recorded("server.jsonl", name)["body"]
    sent = {"eventTypeId": event_type, "start": TUESDAY, "attendee": PERSON}
    reply = await self_hosted("POST", "bookings", sent)
    assert reply.status == 201
    assert_alike(real, reply.body)


async def test_self_hosted_lists_and_moves(self_hosted):
    sent = {"eventTypeId": 20002, "start": TUESDAY, "attendee": PERSON}
    made = await self_hosted("POST", "bookings", sent)
    listed = await self_hosted("GET", "bookings?take=1")
    assert_alike(recorded("server.jsonl", "bookings-list-status-upcoming")["body"], listed.body)
    moved = await self_hosted("POST", f"bookings/{made.data['uid']}/reschedule", {"start": "2026-04-07T12:00:00Z"})
    assert_alike(recorded("server.jsonl", "bookings-reschedule-pending")["body"], moved.body)
    old = await self_hosted("GET", f"bookings/{made.data['uid']}")
    assert_alike(recorded("server.jsonl", "bookings-get-rescheduled-old")["body"], old.body)
    bare = await self_hosted("POST", f"bookings/{moved.data['uid']}/cancel")
    assert recorded("server.jsonl", "bookings-cancel-nobody")["body"] == bare.body
    cancelled = await self_hosted("POST", f"bookings/{moved.data['uid']}/cancel", {"cancellationReason": "x"})
    assert_alike(recorded("server.jsonl", "bookings-cancel")["body"], cancelled.body, optional=("rescheduledFromUid",))
    nothing = await self_hosted("GET", "bookings?status=past")
    assert recorded("server.jsonl", "bookings-list-status-past")["body"] == nothing.body


async def test_slots_are_exactly_the_recorded_ones(self_hosted):
    """A London schedule in winter, as recorded: the sandbox computes the very same answer."""
    real = recorded("server.jsonl", "slots-tz-auckland")["body"]
    self_hosted.sandbox.clock.advance(days=231)  # to 2026-11-23
    await self_hosted("PATCH", "event-types/20002", {"minimumBookingNotice": 0})
    ours = await self_hosted("GET", "slots?eventTypeId=20002&start=2026-12-14&end=2026-12-15&timeZone=Pacific/Auckland")
    assert ours.body == real
    seats = recorded("server.jsonl", "slots-seated")["body"]
    same = await self_hosted("GET", "slots?eventTypeId=20005&start=2026-11-24&end=2026-11-24")
    assert same.body == seats


def deliveries(trigger):
    with (CAPTURES / "server-webhooks.jsonl").open() as lines:
        for line in lines:
            row = json.loads(line)
            if isinstance(row["json"], dict) and row["json"].get("triggerEvent") == trigger:
                return row["json"]
    raise LookupError(trigger)


@pytest.mark.parametrize("trigger", ["BOOKING_CREATED", "BOOKING_REQUESTED", "BOOKING_REJECTED", "BOOKING_CANCELLED"])
async def test_self_hosted_deliveries_carry_the_recorded_keys(self_hosted, trigger):
    hook = {"active": True, "subscriberUrl": "http://127.0.0.1:1/x", "triggers": [trigger]}
    await self_hosted("POST", "webhooks", hook)
    event_type = 20007 if trigger in ("BOOKING_REQUESTED", "BOOKING_REJECTED") else 20002
    sent = {"eventTypeId": event_type, "start": TUESDAY, "attendee": PERSON}
    uid = (await self_hosted("POST", "bookings", sent)).data["uid"]
    await self_hosted("POST", f"bookings/{uid}/decline", {"reason": "no"})
    await self_hosted("POST", f"bookings/{uid}/cancel", {"cancellationReason": "x"})
    (sent_out,) = self_hosted.sandbox.deliveries
    real, ours = deliveries(trigger), json.loads(sent_out.body)
    assert ours.keys() == real.keys()
    assert real["payload"].keys() - ours["payload"].keys() == set()
    shown = real["payload"]["organizer"].keys()
    assert ours["payload"]["organizer"].keys() == shown
    kinds = {key: type(value) for key, value in real["payload"].items() if value is not None}
    for key, kind in kinds.items():
        assert ours["payload"][key] is None or isinstance(ours["payload"][key], kind), key
    assert len(real["payload"]["startTime"]) == len(ours["payload"]["startTime"])


@pytest.mark.parametrize(
    ("name", "trigger"),
    [
        ("004_BOOKING_REQUESTED", "BOOKING_REQUESTED"),
        ("002_BOOKING_REJECTED", "BOOKING_REJECTED"),
        ("013_BOOKING_CREATED", "BOOKING_CREATED"),
        ("011_BOOKING_CANCELLED", "BOOKING_CANCELLED"),
        ("012_BOOKING_RESCHEDULED", "BOOKING_RESCHEDULED"),
        ("008_BOOKING_LOCATION_UPDATED", "BOOKING_LOCATION_UPDATED"),
    ],
)
async def test_hosted_deliveries_carry_the_recorded_keys(talk, name, trigger):
    hook = {"active": True, "subscriberUrl": "http://127.0.0.1:1/x", "triggers": [trigger], "version": "2026-07-27"}
    await talk("POST", "webhooks", hook)
    event_type = 20007 if trigger in ("BOOKING_REQUESTED", "BOOKING_REJECTED") else 20002
    uid = (await book(talk, event_type)).data["uid"]
    link = {"location": {"type": "link", "link": "https://x.example.com"}}
    await talk("PATCH", f"bookings/{uid}/location", link)
    await talk("POST", f"bookings/{uid}/decline", {"reason": "no"})
    moved = await talk("POST", f"bookings/{uid}/reschedule", {"start": "2026-04-07T12:00:00Z"})
    await talk("POST", f"bookings/{moved.data['uid']}/cancel", {"cancellationReason": "x"})
    sent_out = next(each for each in talk.sandbox.deliveries if each.trigger == trigger)
    real = json.loads((CAPTURES / "webhooks" / f"{name}.json").read_text())["body"]["payload"]
    ours = json.loads(sent_out.body)["payload"]
    files = {"attendeeIcsContent", "organizerIcsContent", "bookingSeat", "videoCallUrl"}
    assert real.keys() - ours.keys() - files == set()


async def test_hosted_out_of_office(talk):
    real = hosted("POST_v2-me-ooo_201")
    made = await talk("POST", "me/ooo", real["request"]["params"]["body"])
    assert (made.data["start"], made.data["end"]) == (real["body"]["data"]["start"], real["body"]["data"]["end"])
    assert_alike(real["body"], made.body)
    gone = await talk("DELETE", f"me/ooo/{made.data['id']}")
    assert_alike(hosted("DELETE_v2-me-ooo-oooId_200")["body"], gone.body)
