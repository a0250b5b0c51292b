"""A booking from birth to end, on the default world (Monday 2026-04-06 08:00 UTC, London is UTC+1: open 08:00 to 16:00 UTC)."""

import asyncio
from types import SimpleNamespace

import pytest

from calcom_async.sandbox import booking_create

UNAVAILABLE = "User either already has booking at this time or is not available"
TOO_SOON = (
    "The event type can't be booked at the \"start\" time provided. This could be because it's too soon (violating the"
    " minimum booking notice) or too far in the future (outside the event's scheduling window). Try fetching available"
    ' slots first using the GET /v2/slots endpoint and then make a booking with "start" time equal to one of the'
    " available slots: https://cal.com/docs/api-reference/v2/slots"
)
TUESDAY = "2026-04-07T09:00:00Z"


def body(event_type=20002, start=TUESDAY, name="Guest", email="guest@example.org", **more):
    return {
        "eventTypeId": event_type,
        "start": start,
        "attendee": {"name": name, "email": email, "timeZone": "Europe/Riga"},
        **more,
    }


async def book(talk, *args, **more):
    reply = await talk("POST", "bookings", body(*args, **more))
    assert reply.status == 201, reply.body
    return reply.data


async def test_regular(talk, self_hosted):
    data = await book(talk, metadata={"k": "v"}, guests=["friend@example.org"])
    assert data["status"] == "accepted"
    assert (data["start"], data["end"], data["duration"]) == (
        "2026-04-07T09:00:00.000Z",
        "2026-04-07T09:30:00.000Z",
        30,
    )
    assert data["title"] == "30 minutes between Owner Example and Guest"
    assert data["metadata"] == {"k": "v"}
    assert data["guests"] == ["friend@example.org"]
    assert [each["email"] for each in data["attendees"]] == ["guest@example.org", "friend@example.org"]
    assert data["hosts"][0]["displayEmail"] == "owner@example.com"
    assert data["bookingFieldsResponses"]["displayGuests"] == ["friend@example.org"]
    assert data["isPlatformManagedUserBooking"] is False
    read = (await talk("GET", f"bookings/{data['uid']}")).data
    assert {**read, "isPlatformManagedUserBooking": False} == data
    listed = await talk("GET", f"bookings?bookingUid={data['uid']}")
    assert listed.data == [read]
    plain = await book(self_hosted)
    assert "displayEmail" not in plain["hosts"][0]
    assert "guests" not in plain
    assert plain["location"] == "integrations:daily"
    assert "isPlatformManagedUserBooking" not in plain


async def test_start_is_read_in_its_zone_and_need_not_lie_on_the_grid(talk):
    assert (await book(talk, start="2026-04-07T13:07:00+02:00"))["start"] == "2026-04-07T11:07:00.000Z"
    assert (await book(talk, start="2026-04-07T14:00:00"))["start"] == "2026-04-07T14:00:00.000Z"


async def test_without_key_and_by_slug(talk):
    sent = body()
    del sent["eventTypeId"]
    reply = await talk("POST", "bookings", {**sent, "username": "owner", "eventTypeSlug": "30min"}, user=None)
    assert reply.data["eventType"] == {"id": 20002, "slug": "30min"}
    team = await talk("POST", "bookings", {**sent, "teamSlug": "example-team", "eventTypeSlug": "team-collective"})
    assert team.status == 400  # Tuesday 09:00 UTC is night in New York
    unknown = await talk("POST", "bookings", {**sent, "username": "owner", "eventTypeSlug": "nope"})
    assert unknown.status == 404


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"start": "2026-04-11T09:00:00Z"}, UNAVAILABLE),  # Saturday
        ({"start": "2026-04-07T16:00:00Z"}, UNAVAILABLE),  # 17:00 in London
        ({"start": "2020-01-01T09:00:00Z"}, "Attempting to book a meeting in the past."),
        ({"start": "2026-04-06T09:30:00Z"}, TOO_SOON),  # notice
        ({"start": "tomorrow"}, "start property is wrong,start must be a valid ISO 8601 date string "),
        ({"attendee": None}, "attendee property is wrong,attendee should not be null or undefined "),
        ({"eventTypeId": "20002"}, "eventTypeId property is wrong,eventTypeId must be an integer number "),
        ({"nonsense": 1}, "nonsense property is wrong,property nonsense should not exist "),
        (
            {"attendee": {"name": "No Mail", "timeZone": "UTC"}},
            "attendee property is wrong, attendee email or phone property is wrong,Attendee must have at least one contact method (email or phone number) ",
        ),
        ({"guests": ["bad"]}, "responses - {guests}email_validation_error, "),
        ({"attendee": {"name": "x", "email": "bad", "timeZone": "UTC"}}, "responses - {email}email_validation_error, "),
        (
            {"lengthInMinutes": 45},
            "Can't specify 'lengthInMinutes' because event type does not have multiple possible lengths. Please, remove the 'lengthInMinutes' field from the request.",
        ),
        (
            {"location": {"type": "moon"}},
            "Booking location with type moon not valid for event type with id=20002. The event type has following location types: integration, and only these types are allowed for booking location.",
        ),
    ],
)
async def test_refused(talk, change, message):
    reply = await talk("POST", "bookings", body() | change)
    assert (reply.status, reply.message) == (400, message)
    assert talk.sandbox.booking_uids() == []


async def test_empty_body_and_wrong_kinds(talk):
    empty = await talk("POST", "bookings", {})
    assert empty.message.startswith("start property is wrong,start must be a valid ISO 8601 date string , attendee")
    assert (await talk("POST", "bookings", [])).message.startswith("undefined property is wrong")
    assert (await talk("POST", "bookings", body(999_999))).status == 404


@pytest.mark.parametrize(
    ("metadata", "status"),
    [
        ({f"k{number}": "v" for number in range(50)}, 201),
        ({f"k{number}": "v" for number in range(51)}, 400),
        ({"k" * 40: "v" * 500}, 201),
        ({"k" * 41: "v"}, 400),
        ({"k": "v" * 501}, 400),
        ({"k": 5}, 400),
    ],
)
async def test_metadata_limits(talk, metadata, status):
    assert (await talk("POST", "bookings", body(metadata=metadata))).status == status


async def test_taken_and_raced(talk, monkeypatch):
    await book(talk)
    again = await talk("POST", "bookings", body())
    assert (again.status, again.message) == (400, UNAVAILABLE)
    overlapping = await talk("POST", "bookings", body(20003, "2026-04-07T08:30:00Z"))
    assert overlapping.status == 400
    all_have_checked = asyncio.Barrier(5)  # whoever comes after the first has written is no racer, but told 400

    async def settle(_):
        await all_have_checked.wait()

    monkeypatch.setattr(booking_create, "asyncio", SimpleNamespace(sleep=settle))
    racing = await asyncio.gather(*(talk("POST", "bookings", body(start="2026-04-07T11:00:00Z")) for _ in range(5)))
    assert sorted(each.status for each in racing) == [201, 409, 409, 409, 409]
    assert next(each for each in racing if each.status == 409).body == {
        "statusCode": 409,
        "message": "booking_conflict_error",
    }
    assert len(talk.sandbox.booking_uids()) == 2


async def test_variable_length(talk):
    assert (await book(talk, 20004, lengthInMinutes=60))["duration"] == 60
    wrong = await talk("POST", "bookings", body(20004, lengthInMinutes=45))
    assert wrong.message.endswith("The possible lengths are: 15, 30, 60")


async def test_confirm_and_decline(talk, self_hosted):
    first = await book(talk, 20007)
    assert first["status"] == "pending"
    assert (await book(talk, 20007))["uid"] == first["uid"], "the same attendee and slot give the same booking"
    other = await book(talk, 20007, email="other@example.org")
    assert other["uid"] != first["uid"]
    stranger = await talk("POST", f"bookings/{first['uid']}/confirm", {}, user="outsider")
    assert (stranger.status, stranger.body["error"]["code"]) == (401, "TRPCError")
    assert (await talk("POST", f"bookings/{first['uid']}/confirm", {}, user=None)).status == 403
    confirmed = await talk("POST", f"bookings/{first['uid']}/confirm", {})
    assert (confirmed.status, confirmed.data["status"]) == (200, "accepted")
    again = await talk("POST", f"bookings/{first['uid']}/confirm", {})
    assert (again.status, again.message) == (400, "Booking already confirmed")
    assert "details" not in again.body["error"]
    assert (await talk("POST", f"bookings/{first['uid']}/decline", {})).status == 400
    for _ in range(2):
        declined = await talk("POST", f"bookings/{other['uid']}/decline", {"reason": "busy"})
        assert (declined.status, declined.data["status"]) == (200, "rejected")
    assert (await talk("POST", f"bookings/{other['uid']}/cancel", {"cancellationReason": "x"})).status == 400
    assert (await talk("POST", f"bookings/{other['uid']}/confirm")).data["status"] == "accepted"
    assert (await talk("POST", "bookings/nope/confirm")).status == 404
    local = await book(self_hosted, 20007)
    await self_hosted("POST", f"bookings/{local['uid']}/confirm")
    twice = await self_hosted("POST", f"bookings/{local['uid']}/confirm")
    assert twice.message == "Bad request: Please check your request data and try again"


async def test_cancel(talk):
    data = await book(talk)
    path = f"bookings/{data['uid']}/cancel"
    needs = await talk("POST", path, {})
    assert (needs.status, needs.body) == (
        400,
        {"statusCode": 400, "message": "Cancellation reason is required when you are the host"},
    )
    assert (await talk("POST", path, {"cancellationReason": 5})).status == 400
    done = await talk("POST", path, {"cancellationReason": "ill"})
    assert (done.status, done.data["status"], done.data["cancellationReason"]) == (200, "cancelled", "ill")
    again = await talk("POST", path, {"cancellationReason": "ill"})
    assert again.message.startswith(
        f"Can't cancel booking with uid={data['uid']} because it has been cancelled already"
    )
    assert (await talk("POST", "bookings/nope/cancel", {})).message == "Booking with uid=nope not found"
    assert (await book(talk))["uid"] != data["uid"], "the slot is free again"


async def test_an_attendee_cancels_without_reason_and_nobody_the_past(talk, sandbox):
    one, two = await book(talk), await book(talk, start="2026-04-07T10:00:00Z")
    assert (await talk("POST", f"bookings/{one['uid']}/cancel", {}, user=None)).data["cancellationReason"] == ""
    sandbox.clock.advance(days=2)
    late = await talk("POST", f"bookings/{two['uid']}/cancel", {"cancellationReason": "x"})
    assert (late.status, late.body["message"]) == (400, "Cannot cancel a booking that has already ended")


async def test_reschedule(talk):
    old = await book(talk, metadata={"k": "v"})
    reply = await talk(
        "POST",
        f"bookings/{old['uid']}/reschedule",
        {"start": "2026-04-08T10:00:00Z", "rescheduledBy": "guest@example.org", "reschedulingReason": "train"},
    )
    new = reply.data
    assert reply.status == 201
    assert new["uid"] != old["uid"]
    assert (new["rescheduledFromUid"], new["reschedulingReason"], new["metadata"]) == (old["uid"], "train", {"k": "v"})
    assert new["icsUid"] == old["icsUid"]
    past = (await talk("GET", f"bookings/{old['uid']}")).data
    assert (past["status"], past["rescheduledToUid"], past["rescheduledByEmail"]) == (
        "cancelled",
        new["uid"],
        "guest@example.org",
    )
    again = await talk("POST", f"bookings/{old['uid']}/reschedule", {"start": "2026-04-08T11:00:00Z"})
    assert again.status == 400
    assert (await talk("POST", f"bookings/{new['uid']}/reschedule", {})).message.startswith("start property is wrong")
    # onto its own time is no conflict, onto somebody else's is
    other = await book(talk, start="2026-04-08T12:00:00Z")
    taken = await talk("POST", f"bookings/{new['uid']}/reschedule", {"start": "2026-04-08T12:00:00Z"})
    assert taken.message == UNAVAILABLE
    moved = await talk("POST", f"bookings/{other['uid']}/reschedule", {"start": "2026-04-08T12:15:00Z"})
    assert moved.status == 201


async def test_rescheduling_a_variable_length_falls_back_to_the_default(talk):
    old = await book(talk, 20004, lengthInMinutes=60)
    moved = await talk("POST", f"bookings/{old['uid']}/reschedule", {"start": "2026-04-08T10:00:00Z"})
    assert moved.data["duration"] == 30


async def test_rescheduling_a_pending_one(talk):
    one, two = await book(talk, 20007), await book(talk, 20007, "2026-04-08T09:00:00Z")
    by_owner = await talk("POST", f"bookings/{one['uid']}/reschedule", {"start": "2026-04-09T10:00:00Z"})
    by_guest = await talk("POST", f"bookings/{two['uid']}/reschedule", {"start": "2026-04-09T12:00:00Z"}, user=None)
    assert (by_owner.data["status"], by_guest.data["status"]) == ("accepted", "pending")


async def test_recurring(talk):
    reply = await talk("POST", "bookings", body(20006))
    rows = reply.data
    assert [row["start"][:10] for row in rows] == ["2026-04-07", "2026-04-14", "2026-04-21", "2026-04-28"]
    series = rows[0]["recurringBookingUid"]
    assert {row["recurringBookingUid"] for row in rows} == {series}
    assert (await talk("POST", "bookings", body(20006, recurrenceCount=9))).status == 400
    assert len((await talk("POST", "bookings", body(20006, "2026-04-08T09:00:00Z", recurrenceCount=2))).data) == 2
    moved = await talk("POST", f"bookings/{rows[1]['uid']}/reschedule", {"start": "2026-04-15T10:00:00Z"})
    assert moved.data["recurringBookingUid"] == series
    assert "rescheduledToUid" not in (await talk("GET", f"bookings/{rows[1]['uid']}")).data
    assert len((await talk("GET", f"bookings/{series}")).data) == 5
    assert (await talk("POST", f"bookings/{series}/reschedule", {"start": TUESDAY})).status == 404
    rest = await talk(
        "POST",
        f"bookings/{rows[2]['uid']}/cancel",
        {"cancellationReason": "stop", "cancelSubsequentBookings": True},
    )
    assert [row["status"] for row in rest.data] == ["accepted", "cancelled", "accepted", "cancelled", "cancelled"]
    whole = await talk("POST", f"bookings/{series}/cancel", {"cancellationReason": "all"})
    assert {row["status"] for row in whole.data} == {"cancelled"}
    assert (await talk("POST", f"bookings/{series}/cancel", {"cancellationReason": "all"})).status == 400


async def test_seated(talk):
    first = await book(talk, 20005)
    second = await book(talk, 20005, email="b@example.org", name="B", metadata={"m": "1"})
    assert first["uid"] == second["uid"]
    assert first["seatUid"] != second["seatUid"]
    assert first["description"] is None
    assert "bookingFieldsResponses" not in first
    assert second["attendees"][1]["seatUid"] == second["seatUid"]
    assert second["attendees"][1]["metadata"] == {"m": "1"}
    twice = await talk("POST", "bookings", body(20005))
    assert twice.body == {"statusCode": 409, "message": "already_signed_up_for_this_booking_error"}
    await book(talk, 20005, email="c@example.org")
    assert (await talk("POST", "bookings", body(20005, email="d@example.org"))).status == 409
    assert (await talk("GET", f"bookings/{first['seatUid']}")).status == 404
    assert (await talk("GET", f"bookings/by-seat/{first['seatUid']}")).data["uid"] == first["uid"]
    path = f"bookings/{first['uid']}"
    stranger = await talk("POST", f"{path}/cancel", {"cancellationReason": "x"}, user=None)
    assert stranger.body == {
        "statusCode": 401,
        "message": "User not a host of this event or an admin of the booking user",
    }
    assert (await talk("POST", f"{path}/cancel", {"seatUid": "nope"})).status == 400
    left = await talk("POST", f"{path}/cancel", {"seatUid": first["seatUid"]}, user=None)
    assert [each["email"] for each in left.data["attendees"]] == ["b@example.org", "c@example.org"]
    assert left.data["status"] == "accepted"
    assert (await talk("POST", f"{path}/reschedule", {"start": "2026-04-08T09:00:00Z"})).status == 500
    moved = await talk("POST", f"{path}/reschedule", {"start": "2026-04-08T09:00:00Z", "seatUid": second["seatUid"]})
    assert moved.status == 201
    assert moved.data["uid"] != first["uid"]
    assert moved.data["attendees"][0]["seatUid"] == moved.data["seatUid"] != second["seatUid"]
    whole = await talk("POST", f"{path}/cancel", {"cancellationReason": "closed"})
    assert (whole.data["status"], whole.data["attendees"]) == ("cancelled", [])


async def test_team_bookings_and_reassigning(talk):
    monday = "2026-04-13T14:00:00Z"  # open in London and in New York
    one, two = await book(talk, 20008, monday), await book(talk, 20008, monday, email="b@example.org")
    assert {one["hosts"][0]["id"], two["hosts"][0]["id"]} == {1001, 1002}
    assert (await book(talk, 20008, monday))["uid"] == one["uid"]
    assert (await talk("POST", "bookings", body(20008, monday, email="c@example.org"))).status == 400
    assert (await talk("POST", f"bookings/{one['uid']}/reassign")).status == 400  # the other one is busy
    await talk("POST", f"bookings/{two['uid']}/cancel", {"cancellationReason": "x"})
    other = two["hosts"][0]["id"]
    reply = await talk("POST", f"bookings/{one['uid']}/reassign")
    assert reply.data == {
        "bookingUid": one["uid"],
        "reassignedTo": {key: two["hosts"][0][key] for key in ("id", "name", "email")},
    }
    assert (await talk("GET", f"bookings/{one['uid']}")).data["hosts"][0]["id"] == other
    back = await talk("POST", f"bookings/{one['uid']}/reassign/{one['hosts'][0]['id']}", {"reason": "swap"})
    assert back.data["reassignedTo"]["id"] == one["hosts"][0]["id"]
    assert (await talk("POST", f"bookings/{one['uid']}/reassign/1003")).status == 400
    assert (await talk("POST", f"bookings/{one['uid']}/reassign/abc")).status == 500
    both = await book(talk, 20009, "2026-04-14T14:00:00Z")
    assert [host["id"] for host in both["hosts"]] == [1001, 1002]
    for event_type in (20002, 20010):
        busy = await talk("POST", "bookings", body(event_type, "2026-04-14T14:00:00Z", email="x@example.org"))
        assert busy.status == 400


async def test_instant(talk, self_hosted):
    personal = await talk("POST", "bookings", body(instant=True))
    assert personal.message.startswith("Instant bookings are only supported for team event types")
    team = await talk("POST", "bookings", body(20008, "2026-04-14T14:00:00Z", instant=True))
    assert (team.status, team.data["status"]) == (201, "awaiting_host")
    local = await self_hosted("POST", "bookings", body(20008, "2026-04-14T14:00:00Z", instant=True))
    assert (local.status, local.body) == (500, {"statusCode": 500, "message": "Internal server error"})


async def test_hosts_may_overbook_with_the_newest_version(talk):
    await book(talk)
    for user, version, status in (
        ("owner", "2026-02-25", 201),
        ("outsider", "2026-02-25", 400),
        ("owner", "2024-08-13", 400),
    ):
        reply = await talk("POST", "bookings", body(allowConflicts=True), user=user, version=version)
        assert reply.status == status
    soon = body(start="2026-04-06T08:30:00Z", allowBookingOutOfBounds=True)
    assert (await talk("POST", "bookings", soon)).status == 400
    assert (await talk("POST", "bookings", soon, version="2026-02-25")).status == 201


async def test_absences(talk, sandbox):
    data = await book(talk)
    path = f"bookings/{data['uid']}/mark-absent"
    early = await talk("POST", path, {"host": True})
    assert early.message.endswith("Booking start time in UTC+0: 2026-04-07T09:00:00.000Z")
    sandbox.clock.advance(days=2)
    both = await talk("POST", path, {"host": True, "attendees": [{"email": "guest@example.org", "absent": True}]})
    assert (both.data["absentHost"], both.data["attendees"][0]["absent"]) == (True, True)
    assert both.data["updatedAt"] == data["updatedAt"]
    unknown = await talk("POST", path, {"attendees": [{"email": "nobody@example.org", "absent": True}]})
    assert (unknown.status, unknown.body["message"]) == (500, "Failed to update no-show status")
    wrong = await talk("POST", path, {"host": "x", "attendees": [{"email": "nope"}]})
    errors = wrong.body["error"]["details"]["errors"]
    assert [each["property"] for each in errors] == ["host", "attendees"]
    assert [each["property"] for each in errors[1]["children"][0]["children"]] == ["email", "absent"]


async def test_guests_and_attendees(talk, self_hosted):
    data = await book(talk)
    path = f"bookings/{data['uid']}"
    added = await talk("POST", f"{path}/guests", {"guests": [{"email": "a@example.org", "name": "A"}]})
    assert (added.status, added.data["guests"]) == (200, ["a@example.org"])
    again = await talk("POST", f"{path}/guests", {"guests": [{"email": "a@example.org"}]})
    assert again.status == 400
    assert (again.body["statusCode"], again.body["message"]) == (400, "emails_must_be_unique_valid")
    assert again.body["error"]["code"] == "bad_request_error"
    eleven = {"guests": [{"email": f"g{number}@example.org"} for number in range(11)]}
    assert (await talk("POST", f"{path}/guests", eleven)).status == 400
    assert (await talk("POST", f"{path}/guests", {"guests": []})).body["error"]["details"]["errors"][0][
        "constraints"
    ] == {"arrayMinSize": "guests must contain at least 1 elements"}
    new = await talk("POST", f"{path}/attendees", {"name": "N", "email": "n@example.org", "timeZone": "UTC"})
    assert (new.status, new.data["bookingId"]) == (201, data["id"])
    listed = (await talk("GET", f"{path}/attendees")).data
    assert [each["email"] for each in listed] == ["guest@example.org", "a@example.org", "n@example.org"]
    assert (await talk("GET", f"{path}/attendees/{new.data['id']}")).data == listed[-1]
    assert (await talk("GET", f"{path}/attendees/1")).status == 404
    assert (await talk("GET", f"{path}/attendees", version=None)).message.startswith("Cannot GET /v2/bookings/")
    local = await book(self_hosted)
    assert (await self_hosted("POST", f"bookings/{local['uid']}/guests", eleven)).status == 200
    duplicate = await self_hosted("POST", f"bookings/{local['uid']}/guests", {"guests": [{"email": "g1@example.org"}]})
    assert duplicate.body["error"]["code"] == "TRPCError"
    assert (await self_hosted("GET", f"bookings/{local['uid']}/attendees")).status == 404


async def test_location(talk):
    data = await book(talk)
    path = f"bookings/{data['uid']}/location"
    changed = await talk("PATCH", path, {"location": {"type": "link", "link": "https://meet.example.com/x"}})
    assert changed.data["location"] == changed.data["meetingUrl"] == "https://meet.example.com/x"
    assert changed.data["bookingFieldsResponses"]["location"] == {
        "value": "link",
        "optionValue": "https://meet.example.com/x",
    }
    assert (await talk("PATCH", path, {"location": {"type": "moon"}})).status == 400
    assert (await talk("PATCH", path, {})).status == 400


async def test_request_reschedule(talk):
    data = await book(talk)
    reply = await talk("POST", f"bookings/{data['uid']}/request-reschedule", {"rescheduleReason": "trip"})
    assert (reply.status, reply.body) == (200, {"status": "success"})
    assert (await talk("GET", f"bookings/{data['uid']}")).data["status"] == "cancelled"


async def test_links_references_and_sessions(talk):
    video = await book(talk)
    links = (await talk("GET", f"bookings/{video['uid']}/calendar-links")).data
    assert [each["id"] for each in links] == ["googleCalendar", "microsoftOffice", "microsoftOutlook", "ics"]
    assert "dates=20260407T090000Z/20260407T093000Z" in links[0]["link"]
    assert links[3]["link"].startswith("data:text/calendar,BEGIN%3AVCALENDAR")
    assert (await talk("GET", f"bookings/{video['uid']}/calendar-links", user=None)).status == 403
    assert (await talk("GET", f"bookings/{video['uid']}/references")).data[0]["type"] == "daily_video"
    assert (await talk("GET", f"bookings/{video['uid']}/references?type=zoom_video")).data == []
    recordings = await talk("GET", f"bookings/{video['uid']}/recordings")
    assert recordings.data == []
    assert "authentication in a future release" in recordings.body["message"]
    for part in ("recordings", "transcripts", "conferencing-sessions"):
        assert (await talk("GET", f"bookings/{video['uid']}/{part}")).status == 200
    await talk(
        "PATCH", f"bookings/{video['uid']}/location", {"location": {"type": "link", "link": "https://x.example.com"}}
    )
    gone = await talk("GET", f"bookings/{video['uid']}/recordings")
    assert gone.message == f"No Cal Video reference found with booking uid {video['uid']}"
    assert (await talk("GET", f"bookings/{video['uid']}/routing-trace")).status == 404


async def test_email_verification(talk, sandbox):
    address = {"email": "guest@example.org"}
    assert (await talk("GET", "bookings/verification/email/check?email=guest@example.org")).data is False
    assert (await talk("POST", "bookings/verification/email/send-code", address)).status == 200
    code = sandbox.backend.store.codes.get("guest@example.org")["code"]
    wrong = await talk("POST", "bookings/verification/email/verify-code", {**address, "code": "x"})
    assert wrong.status == 400
    right = await talk("POST", "bookings/verification/email/verify-code", {**address, "code": code})
    assert right.data == {"verified": True}
    await talk("PATCH", "event-types/20002", {"requiresBookerEmailVerification": True})
    assert (await talk("POST", "bookings", body())).message == "Invalid verification code"
    assert (await talk("POST", "bookings", body(emailVerificationCode=code))).status == 201


async def test_the_version_of_2024_04_15_wants_another_body(talk):
    reply = await talk("POST", "bookings", body(), version=None)
    assert [each["property"] for each in reply.body["error"]["details"]["errors"]] == [
        "timeZone",
        "language",
        "metadata",
    ]
    assert (await talk("POST", "bookings", body(), version="2024-09-04")).message == "Cannot POST /v2/bookings"


async def test_custom_booking_fields(talk):
    fields = [
        {"type": "phone", "slug": "ph", "label": "Phone", "required": True, "placeholder": "", "hidden": False},
        {
            "type": "select",
            "slug": "se",
            "label": "Choice",
            "required": False,
            "placeholder": "",
            "options": ["A", "B"],
        },
    ]
    made = await talk("PATCH", "event-types/20002", {"bookingFields": fields})
    assert [each["slug"] for each in made.data["bookingFields"]][2:5] == ["location", "ph", "se"]
    for responses, message in (
        ({}, "Missing required booking field response: ph"),
        ({"ph": "123"}, "responses - {ph}invalid_number, "),
        ({"ph": "+37120000001", "se": "Z"}, "Invalid option 'Z' for booking field 'se'. Allowed options are: A, B."),
    ):
        reply = await talk("POST", "bookings", body(bookingFieldsResponses=responses))
        assert reply.status == 400
        assert reply.message.startswith(message)
    good = await book(talk, bookingFieldsResponses={"ph": "+37120000001", "se": "A", "notes": "hello", "zz": 1})
    assert good["description"] == "hello"
    answers = good["bookingFieldsResponses"]
    assert (answers["ph"], answers["se"], answers["notes"]) == ("+37120000001", "A", "hello")
    assert "zz" not in answers
