"""`/v2/slots` and reservations over the wire (London is UTC+1 in April 2026)."""

from datetime import datetime

import pytest


def starts(reply, day=None):
    days = [day] if day else sorted(reply.data)
    return [each["start"] for name in days for each in reply.data.get(name, [])]


async def slots(talk, query, **more):
    reply = await talk("GET", f"slots?{query}", **more)
    assert reply.status == 200, reply.body
    return reply


async def book(talk, event_type, start, **attendee):
    person = {"name": "G", "email": "g@example.org", "timeZone": "UTC"} | attendee
    reply = await talk("POST", "bookings", {"eventTypeId": event_type, "start": start, "attendee": person})
    assert reply.status == 201, reply.body
    return reply.data


async def test_a_day(talk):
    reply = await slots(talk, "eventTypeId=20002&start=2026-04-07&end=2026-04-08", user=None)
    assert sorted(reply.data) == ["2026-04-07", "2026-04-08"]
    found = starts(reply, "2026-04-07")
    assert found[0] == "2026-04-07T08:00:00.000Z"
    assert found[-1] == "2026-04-07T15:30:00.000Z"
    assert len(found) == 16
    assert set(reply.data["2026-04-07"][0]) == {"start"}


async def test_range_format_and_lengths(talk):
    reply = await slots(talk, "eventTypeId=20004&start=2026-04-07&end=2026-04-07&duration=60&format=range")
    assert reply.data["2026-04-07"][0] == {"start": "2026-04-07T08:00:00.000Z", "end": "2026-04-07T09:00:00.000Z"}
    assert len(reply.data["2026-04-07"]) == 8
    odd = await slots(talk, "eventTypeId=20004&start=2026-04-07&end=2026-04-07&duration=45")
    assert starts(odd)[1] == "2026-04-07T08:45:00.000Z"


async def test_time_zone_moves_days_and_offsets(talk):
    reply = await slots(talk, "eventTypeId=20002&start=2026-04-07&end=2026-04-08&timeZone=Pacific/Auckland")
    assert sorted(reply.data) == ["2026-04-07", "2026-04-08", "2026-04-09"]
    assert reply.data["2026-04-07"][0] == {"start": "2026-04-07T20:00:00.000+12:00"}
    plain = await slots(talk, "eventTypeId=20002&start=2026-04-07&end=2026-04-08")
    assert [datetime.fromisoformat(each) for each in starts(reply)] == [
        datetime.fromisoformat(each) for each in starts(plain)
    ]


async def test_nothing_free(talk):
    for query in (
        "start=2026-04-11&end=2026-04-12",
        "start=2026-04-09&end=2026-04-07",
        "start=2026-04-01&end=2026-04-02",
    ):
        assert (await slots(talk, f"eventTypeId=20002&{query}")).data == {}


async def test_notice(talk):
    talk.sandbox.clock.advance(minutes=-1)  # to 07:59 UTC; notice is two hours
    assert (
        starts(await slots(talk, "eventTypeId=20002&start=2026-04-06&end=2026-04-06"))[0] == "2026-04-06T10:00:00.000Z"
    )
    talk.sandbox.clock.advance(minutes=8)
    assert (
        starts(await slots(talk, "eventTypeId=20002&start=2026-04-06&end=2026-04-06"))[0] == "2026-04-06T10:30:00.000Z"
    )


async def test_asking_from_the_middle_of_a_day(talk):
    query = "eventTypeId=20002&start=2026-04-07T10:10:00Z&end=2026-04-07T12:00:00Z"
    assert starts(await slots(talk, query)) == [f"2026-04-07T{hour}:00.000Z" for hour in ("10:30", "11:00", "11:30")]


async def test_bookings_and_buffers_close_slots(talk):
    await book(talk, 20002, "2026-04-07T10:00:00Z")
    query = "eventTypeId=20002&start=2026-04-07&end=2026-04-07"
    assert "2026-04-07T10:00:00.000Z" not in starts(await slots(talk, query))
    assert len(starts(await slots(talk, query))) == 15
    await talk("PATCH", "event-types/20002", {"beforeEventBuffer": 30, "afterEventBuffer": 30})
    closed = {"2026-04-07T09:30:00.000Z", "2026-04-07T10:00:00.000Z", "2026-04-07T10:30:00.000Z"}
    assert not closed & set(starts(await slots(talk, query)))
    assert len(starts(await slots(talk, query))) == 13


async def test_rescheduling_frees_its_own_slot(talk):
    data = await book(talk, 20002, "2026-04-07T10:00:00Z")
    query = f"eventTypeId=20002&start=2026-04-07&end=2026-04-07&bookingUidToReschedule={data['uid']}"
    assert "2026-04-07T10:00:00.000Z" in starts(await slots(talk, query))


async def test_every_slot_can_be_booked_and_nothing_else(talk):
    """The law between the two: a slot offered is a slot granted, and a gap is refused."""
    await book(talk, 20003, "2026-04-07T11:30:00Z")
    offered = starts(await slots(talk, "eventTypeId=20002&start=2026-04-07&end=2026-04-07"))
    every = [f"2026-04-07T{hour:02}:{minute:02}:00.000Z" for hour in range(7, 18) for minute in (0, 30)]
    for start in every:
        person = {"name": "G", "email": "g@example.org", "timeZone": "UTC"}
        reply = await talk("POST", "bookings", {"eventTypeId": 20002, "start": start, "attendee": person})
        assert reply.status == (201 if start in offered else 400), start


async def test_seats(talk):
    query = "eventTypeId=20005&start=2026-04-07&end=2026-04-07"
    first = (await slots(talk, query)).data["2026-04-07"][0]
    assert first == {"start": "2026-04-07T08:00:00.000Z", "seatsBooked": 0, "seatsRemaining": 3, "seatsTotal": 3}
    for number in range(3):
        data = await book(talk, 20005, "2026-04-07T08:00:00Z", email=f"{number}@example.org")
        found = (await slots(talk, query)).data["2026-04-07"]
        if number < 2:
            assert found[0]["seatsRemaining"] == 2 - number
            assert found[0]["bookingUid"] == data["uid"]
    assert found[0]["start"] == "2026-04-07T08:45:00.000Z"
    assert "2026-04-07T08:00:00.000Z" not in starts(
        await slots(talk, "eventTypeId=20002&start=2026-04-07&end=2026-04-07")
    )


async def test_settings_of_the_event_type(talk):
    async def change(**settings):
        assert (await talk("PATCH", "event-types/20002", settings)).status == 200
        return starts(await slots(talk, "eventTypeId=20002&start=2026-04-07&end=2026-04-13"))

    assert len(await change(slotInterval=15)) == 5 * 31
    assert len(await change(slotInterval=None, onlyShowFirstAvailableSlot=True)) == 5
    window = {"type": "calendarDays", "value": 1, "rolling": False}
    assert {each[:10] for each in await change(onlyShowFirstAvailableSlot=False, bookingWindow=window)} == {
        "2026-04-07"
    }
    window = {"type": "range", "value": ["2026-04-08", "2026-04-09"]}
    assert {each[:10] for each in await change(bookingWindow=window)} == {"2026-04-08", "2026-04-09"}


async def test_schedules_count(talk):
    made = await talk(
        "POST",
        "schedules",
        {
            "name": "Evenings",
            "timeZone": "UTC",
            "isDefault": False,
            "availability": [{"days": ["Tuesday"], "startTime": "18:00", "endTime": "19:00"}],
            "overrides": [{"date": "2026-04-08", "startTime": "20:00", "endTime": "20:30"}],
        },
    )
    await talk("PATCH", "event-types/20002", {"scheduleId": made.data["id"]})
    assert starts(await slots(talk, "eventTypeId=20002&start=2026-04-06&end=2026-04-10")) == [
        "2026-04-07T18:00:00.000Z",
        "2026-04-07T18:30:00.000Z",
        "2026-04-08T20:00:00.000Z",
    ]
    assert len(starts(await slots(talk, "eventTypeId=20001&start=2026-04-07&end=2026-04-07"))) == 32


async def test_teams(talk):
    tuesday = "start=2026-04-07&end=2026-04-07"
    both = starts(await slots(talk, f"eventTypeId=20009&{tuesday}"))
    either = starts(await slots(talk, f"eventTypeId=20008&{tuesday}"))
    # London 08:00 to 16:00 UTC, New York 13:00 to 21:00 UTC
    assert (both[0], both[-1]) == ("2026-04-07T13:00:00.000Z", "2026-04-07T15:30:00.000Z")
    assert (either[0], either[-1]) == ("2026-04-07T08:00:00.000Z", "2026-04-07T20:30:00.000Z")
    by_slug = await slots(talk, f"teamSlug=example-team&eventTypeSlug=team-collective&{tuesday}")
    assert starts(by_slug) == both
    group = await slots(talk, f"usernames=owner,member&organizationSlug=x&{tuesday}")
    assert starts(group) == both


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        (
            "eventTypeId=20002&end=2026-04-07",
            400,
            "start property is wrong,start must be a valid ISO 8601 date string ",
        ),
        (
            "eventTypeId=20002&start=2026-04-07&end=2026-04-07&timeZone=Mars/X",
            400,
            "timeZone property is wrong,timeZone must be a valid IANA time-zone ",
        ),
        ("username=nobody&eventTypeSlug=x&start=2026-04-07&end=2026-04-07", 404, "User with username nobody not found"),
        ("eventTypeId=999999&start=2026-04-07&end=2026-04-07", 404, "Event Type with ID=999999 not found"),
        (
            "usernames=owner,member&start=2026-04-07&end=2026-04-07",
            400,
            "organizationSlug property is wrong,organizationSlug must be a string ",
        ),
    ],
)
async def test_refused(talk, query, status, message):
    reply = await talk("GET", f"slots?{query}")
    assert (reply.status, reply.message) == (status, message)


async def test_versions(talk):
    path = "slots?eventTypeId=20002&start=2026-04-07&end=2026-04-07"
    for version in (None, "2024-08-13", "2026-02-25"):
        reply = await talk("GET", path, version=version)
        assert (reply.status, reply.message) == (404, f"Cannot GET /v2/{path}")
    old = await talk(
        "GET",
        "slots/available?eventTypeId=20002&startTime=2026-04-07T00:00:00Z&endTime=2026-04-08T00:00:00Z",
        version=None,
    )
    assert old.data["slots"]["2026-04-07"][0] == {"time": "2026-04-07T08:00:00.000Z"}


async def test_reservations(talk, sandbox):
    sent = {"eventTypeId": 20002, "slotStart": "2026-04-07T09:00:00Z"}
    made = await talk("POST", "slots/reservations", sent)
    uid = made.data["reservationUid"]
    assert made.status == 201
    assert made.data["reservationUntil"].startswith("2026-04-06T08:05:0")
    assert (made.data["slotEnd"], made.data["slotDuration"]) == ("2026-04-07T09:30:00.000Z", 30)
    read = await talk("GET", f"slots/reservations/{uid}")
    assert read.data == {name: value for name, value in made.data.items() if name != "reservationDuration"}
    query = "eventTypeId=20002&start=2026-04-07&end=2026-04-07"
    assert "2026-04-07T09:00:00.000Z" not in starts(await slots(talk, query))
    conflict = await talk("POST", "slots/reservations", sent)
    assert (conflict.status, conflict.body["error"]["code"]) == (422, "UnprocessableEntityException")
    moved = await talk("PATCH", f"slots/reservations/{uid}", {**sent, "slotStart": "2026-04-07T13:00:00Z"})
    assert moved.data["reservationUid"] == uid
    assert "2026-04-07T09:00:00.000Z" in starts(await slots(talk, query))
    assert (await talk("DELETE", f"slots/reservations/{uid}")).body == {"status": "success"}
    assert (await talk("GET", f"slots/reservations/{uid}")).body == {"status": "success", "data": None}
    longer = await talk("POST", "slots/reservations", {**sent, "reservationDuration": 10})
    assert longer.data["reservationDuration"] == 10
    sandbox.clock.advance(minutes=9)
    assert "2026-04-07T09:00:00.000Z" not in starts(await slots(talk, query))
    sandbox.clock.advance(minutes=2)
    assert "2026-04-07T09:00:00.000Z" in starts(await slots(talk, query))


async def test_reservations_refused(talk):
    sent = {"eventTypeId": 20002, "slotStart": "2026-04-07T09:00:00Z"}
    anonymous = await talk("POST", "slots/reservations", {**sent, "reservationDuration": 10}, user=None)
    assert anonymous.status == 401
    assert (await talk("POST", "slots/reservations", {"eventTypeId": 20002})).status == 400
    assert (
        await talk("POST", "slots/reservations", {**sent, "eventTypeId": 9})
    ).message == "Event Type with ID=9 not found"
    assert (await talk("GET", "slots/reservations/x", version=None)).status == 404
