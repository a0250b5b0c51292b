"""Limits of event types and of people, over the wire (Monday 2026-04-06 08:00 UTC, London is UTC+1)."""

import pytest

from calcom_async.sandbox import team_booking_limits

WEEK = "eventTypeId=20002&start=2026-04-06&end=2026-04-17"


async def days(talk, query=WEEK):
    reply = await talk("GET", f"slots?{query}")
    assert reply.status == 200, reply.body
    return {day: len(there) for day, there in reply.data.items()}


def body(start, event_type=20002, email="g@example.org", **more):
    person = {"name": "G", "email": email, "timeZone": "Europe/London"}
    return {"eventTypeId": event_type, "start": start, "attendee": person, **more}


async def book(talk, *args, version="2024-08-13", user="owner", **more):
    return await talk("POST", "bookings", body(*args, **more), version=version, user=user)


async def limit(talk, event_type=20002, **settings):
    reply = await talk("PATCH", f"event-types/{event_type}", settings)
    assert reply.status == 200, reply.body
    return reply.data


async def test_bookings_a_day(talk):
    await limit(talk, bookingLimitsCount={"day": 1})
    assert (await book(talk, "2026-04-07T10:00:00Z")).status == 201
    assert "2026-04-07" not in await days(talk)
    assert (await days(talk))["2026-04-08"] == 16
    refused = await book(talk, "2026-04-07T14:00:00Z")
    assert (refused.status, refused.body) == (401, {"statusCode": 401, "message": "booking_limit_reached"})
    # other event types go on, and so does this one once the limit is lifted
    assert (await days(talk, WEEK.replace("20002", "20003")))["2026-04-07"] == 7
    assert (await limit(talk, bookingLimitsCount={"disabled": True}))["bookingLimitsCount"] == {}
    assert (await days(talk))["2026-04-07"] == 15
    assert (await book(talk, "2026-04-07T14:00:00Z")).status == 201


async def test_weeks_begin_on_sunday_and_months_on_the_first(talk):
    await limit(talk, bookingLimitsCount={"week": 1})
    assert (await book(talk, "2026-04-08T10:00:00Z")).status == 201
    assert sorted(await days(talk)) == [f"2026-04-{day}" for day in (13, 14, 15, 16, 17)]
    await limit(talk, bookingLimitsCount={"month": 1})
    assert sorted(await days(talk, "eventTypeId=20002&start=2026-04-28&end=2026-05-04")) == ["2026-05-01", "2026-05-04"]
    await limit(talk, bookingLimitsCount={"year": 1})
    assert sorted(await days(talk, "eventTypeId=20002&start=2026-12-30&end=2027-01-01")) == ["2027-01-01"]


async def test_cancelling_makes_room_and_moving_is_no_second_booking(talk):
    await limit(talk, bookingLimitsCount={"day": 1})
    uid = (await book(talk, "2026-04-07T10:00:00Z")).data["uid"]
    assert (await days(talk, f"{WEEK}&bookingUidToReschedule={uid}"))["2026-04-07"] == 16
    moved = await talk("POST", f"bookings/{uid}/reschedule", {"start": "2026-04-07T13:00:00Z"})
    assert moved.status == 201
    assert (await book(talk, "2026-04-07T10:00:00Z")).status == 401
    gone = await talk("POST", f"bookings/{moved.data['uid']}/cancel", {"cancellationReason": "x"})
    assert gone.status == 200
    assert (await days(talk))["2026-04-07"] == 16


async def test_minutes_a_day(talk):
    await limit(talk, bookingLimitsDuration={"day": 60})
    assert (await book(talk, "2026-04-07T10:00:00Z")).status == 201
    assert (await days(talk))["2026-04-07"] == 15
    assert "2026-04-07" not in await days(talk, f"{WEEK}&duration=45")
    assert (await book(talk, "2026-04-07T11:00:00Z")).status == 201
    assert "2026-04-07" not in await days(talk)
    refused = await book(talk, "2026-04-07T12:00:00Z")
    assert (refused.status, refused.message) == (401, "duration_limit_reached")


async def test_hosts_may_skip_limits(talk):
    await limit(talk, bookingLimitsCount={"day": 1})
    assert (await book(talk, "2026-04-07T10:00:00Z")).status == 201
    options = {"version": "2026-02-25", "skipBookingLimits": True}
    assert (await book(talk, "2026-04-07T11:00:00Z", user="member", **options)).status == 401
    assert (await book(talk, "2026-04-07T11:00:00Z", **options)).status == 201
    # but not their calendar
    assert (await book(talk, "2026-04-07T11:00:00Z", **options)).status == 400


async def test_a_series_counts_itself(talk):
    await limit(talk, 20006, bookingLimitsCount={"month": 3})
    assert (await book(talk, "2026-04-07T10:00:00Z", 20006)).status == 401
    assert (await talk("GET", "bookings")).data == []
    assert len((await book(talk, "2026-04-07T10:00:00Z", 20006, recurrenceCount=3)).data) == 3


async def test_active_bookings_of_one_booker(talk):
    await limit(talk, bookerActiveBookingsLimit={"maximumActiveBookings": 1})
    assert (await book(talk, "2026-04-07T10:00:00Z")).status == 201
    refused = await book(talk, "2026-04-08T10:00:00Z")
    assert refused.status == 400
    assert "maximum number of active bookings" in refused.message
    assert (await book(talk, "2026-04-08T10:00:00Z", email="other@example.org")).status == 201


async def test_only_members_of_organizations_limit_themselves(talk, self_hosted):
    refused = await talk("GET", "me/booking-limits")
    assert (refused.status, refused.message) == (
        403,
        "IsAuthenticatedUserInOrg - this endpoint is only available to organization members.",
    )
    assert (await self_hosted("GET", "me/booking-limits")).status == 404


@pytest.fixture
def member_of_organization(sandbox):
    store = sandbox.backend.store
    store.teams.put({**store.teams.get(501), "id": 601, "slug": "org", "isOrganization": True})
    store.memberships.put(
        {"id": 8101, "teamId": 601, "userId": 1001, "accepted": True, "role": "MEMBER", "disableImpersonation": False},
        parent=601,
    )


@pytest.mark.usefixtures("member_of_organization")
async def test_limits_of_a_person(talk):
    blank = {"perDay": None, "perWeek": None, "perMonth": None, "perYear": None}
    assert (await talk("GET", "me/booking-limits")).data == blank
    assert (await talk("PATCH", "me/booking-limits", {"perDay": 0})).status == 400
    assert (await talk("PATCH", "me/booking-limits", {"perDay": 1, "perWeek": 9})).data == {
        **blank,
        "perDay": 1,
        "perWeek": 9,
    }
    assert (await book(talk, "2026-04-07T10:00:00Z", 20003)).status == 201
    # everything of theirs is closed that day, and a colleague stands in where hosts rotate
    assert "2026-04-07" not in await days(talk)
    assert "2026-04-07" not in await days(talk, WEEK.replace("20002", "20009"))
    refused = await book(talk, "2026-04-07T13:00:00Z")
    assert (refused.status, refused.message) == (
        400,
        "User either already has booking at this time or is not available",
    )
    taken = await book(talk, "2026-04-07T14:00:00Z", 20008)
    assert [host["id"] for host in taken.data["hosts"]] == [1002]
    assert (await talk("PATCH", "me/booking-limits", {"perDay": None})).data["perWeek"] == 9
    assert (await days(talk))["2026-04-07"] == 14
    assert (await talk("DELETE", "me/booking-limits")).status == 204
    assert (await talk("GET", "me/booking-limits")).data == blank


async def test_limits_of_a_team(talk, sandbox):
    """Both hosts take turns in 20008, and both attend 20009."""
    team_booking_limits.set_team_limit(sandbox.backend, 501, {"perDay": 1})
    assert (await talk("PATCH", "me/team-booking-limits/501", {"perDay": 2})).data["effectiveLimit"]["perDay"] == 2
    both = {event_type: f"eventTypeId={event_type}&start=2026-04-07&end=2026-04-08" for event_type in (20008, 20009)}
    assert (await book(talk, "2026-04-07T13:00:00Z", event_type=20009)).status == 201
    assert "2026-04-07" in await days(talk, both[20008])  # the owner takes one more, for whoever takes turns may say so
    assert "2026-04-07" not in await days(talk, both[20009])  # whoever always attends may not
    assert (await book(talk, "2026-04-07T14:00:00Z", event_type=20008)).data["hosts"][0]["id"] == 1001
    assert "2026-04-07" not in await days(talk, both[20008])
    assert "2026-04-08" in await days(talk, both[20008])
    assert "2026-04-07" in await days(talk)  # an event type of the owner's own
    refused = await book(talk, "2026-04-07T15:00:00Z", event_type=20008)
    assert (refused.status, refused.message.partition(" ")[0]) == (400, "One")
    skipped = {"version": "2026-02-25", "skipBookingLimits": True}
    assert (await book(talk, "2026-04-07T15:00:00Z", event_type=20008, **skipped)).status == 201
