"""Insights: figures that agree with the bookings."""

import pytest

BOOKING = {"attendee": {"name": "Grace", "email": "grace@example.com", "timeZone": "UTC"}}


def asked(**more):
    data = {"startDate": "2026-04-06", "endDate": "2026-04-10", "preset": "custom"}
    column = {"id": "startTime", "value": {"type": "dr", "data": data}}
    return {"scope": "user", "timeZone": "UTC", "columnFilters": [column], **more}


@pytest.fixture
async def booked(talk):
    """Three on Tuesday and Wednesday, one of them cancelled."""
    uids = []
    for event_type, start in ((20001, "07T09:00"), (20002, "07T10:00"), (20003, "08T09:00")):
        body = {**BOOKING, "eventTypeId": event_type, "start": f"2026-04-{start}:00Z"}
        uids.append((await talk("POST", "bookings", body)).data["uid"])
    await talk("POST", f"bookings/{uids[2]}/cancel", {"cancellationReason": "x"})
    return uids


async def test_statistics(talk, sandbox, booked):
    data = (await talk("POST", "insights/bookings/kpi-stats", asked())).data
    assert data["empty"] is False
    assert {name: data[name]["count"] for name in ("created", "scheduled", "completed", "cancelled")} == {
        "created": 3,
        "scheduled": 2,
        "completed": 0,
        "cancelled": 1,
    }
    assert data["previousRange"] == {"startDate": "2026-04-02", "endDate": "2026-04-06"}
    sandbox.clock.advance(days=3)
    later = (await talk("POST", "insights/bookings/kpi-stats", asked())).data
    assert (later["scheduled"]["count"], later["completed"]["count"]) == (0, 2)


async def test_no_bookings(talk):
    data = (await talk("POST", "insights/bookings/kpi-stats", asked())).data
    assert data["empty"] is True
    assert data["created"] == {"count": 0, "deltaPrevious": 0}


async def test_a_range_is_needed(talk):
    reply = await talk("POST", "insights/bookings/kpi-stats", asked(columnFilters=[]))
    assert (reply.status, reply.message) == (
        400,
        "columnFilters must include a date range filter with id startTime or createdAt",
    )


async def test_day_by_day(talk, booked):
    trends = (await talk("POST", "insights/bookings/event-trends", asked())).data
    assert [(each["formattedDateFull"], each["Month"], each["Created"]) for each in trends] == [
        ("Apr 6 (Mon)", "Apr 6", 0),
        ("Apr 7 (Tue)", "7", 2),
        ("Apr 8 (Wed)", "8", 1),
        ("Apr 9 (Thu)", "9", 0),
        ("Apr 10 (Fri)", "10", 0),
    ]
    assert [each["isToday"] for each in trends] == [True, False, False, False, False]
    lengths = (await talk("POST", "insights/bookings/average-duration", asked())).data
    assert [each["Average"] for each in lengths] == [0, 22.5, 60, 0, 0]


async def test_members_of_a_team(talk, booked):
    data = (await talk("POST", "insights/bookings/members", asked(scope="team", selectedTeamId=501))).data
    assert [(each["userId"], each["count"]) for each in data["mostBookings"]] == [(1001, 3)]
    assert [each["userId"] for each in data["leastBookings"]] == [1002, 1001]
    assert data["mostBookings"][0]["user"]["username"] == "owner"
    stranger = await talk("POST", "insights/bookings/members", asked(scope="team", selectedTeamId=501), user="outsider")
    assert stranger.status == 403
