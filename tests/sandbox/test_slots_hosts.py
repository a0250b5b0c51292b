"""Slots of several hosts, of seats, and what is held: over the wire (Monday 2026-04-06 08:00 UTC)."""

TUESDAY = "start=2026-04-07&end=2026-04-07"


async def starts(talk, event_type, more=TUESDAY):
    reply = await talk("GET", f"slots?eventTypeId={event_type}&{more}")
    assert reply.status == 200, reply.body
    return [each["start"][11:16] for there in reply.data.values() for each in there]


async def book(talk, event_type, start, email="g@example.org"):
    person = {"name": "G", "email": email, "timeZone": "UTC"}
    return await talk("POST", "bookings", {"eventTypeId": event_type, "start": start, "attendee": person})


def put_hosts(sandbox, hosts, **private):
    store = sandbox.backend.store
    record = store.event_types.get(20008)
    record["_"] |= {"hosts": hosts, **private}
    store.event_types.put(record, parent="team 501")


async def test_a_host_who_always_attends(talk, sandbox):
    put_hosts(sandbox, [{"userId": 1001, "mandatory": True}, {"userId": 1002, "mandatory": False}])
    assert await starts(talk, 20008) == await starts(talk, 20009)
    made = await book(talk, 20008, "2026-04-07T14:00:00Z")
    assert [host["id"] for host in made.data["hosts"]] == [1001, 1002]
    refused = await book(talk, 20008, "2026-04-07T09:00:00Z")
    assert (refused.status, refused.message) == (
        400,
        "One of the hosts either already has booking at this time or is not available",
    )


async def test_one_of_each_group(talk, sandbox):
    """Auckland's day is over when London's begins, so a group of its own for the third host leaves nothing."""
    three = [{"userId": 1001, "groupId": "a"}, {"userId": 1002, "groupId": "a"}, {"userId": 1003, "groupId": "b"}]
    put_hosts(sandbox, three)
    # 1003 is open from 21:00 to 05:00 UTC, 1002 from 13:00 to 21:00
    assert await starts(talk, 20008, "start=2026-04-06&end=2026-04-09") == []
    store = sandbox.backend.store
    store.schedules.put({**store.schedules.get(3003), "timeZone": "America/New_York"}, parent=1003)
    assert await starts(talk, 20008) == await starts(talk, 20009, "start=2026-04-07T13:00:00Z&end=2026-04-07") + [
        f"{hour}:{minute}" for hour in range(16, 21) for minute in ("00", "30")
    ]
    made = await book(talk, 20008, "2026-04-07T18:00:00Z")
    assert [host["id"] for host in made.data["hosts"]] == [1002, 1003]


async def test_the_highest_priority_hosts_first(talk, sandbox):
    put_hosts(sandbox, [{"userId": 1001, "priority": "low"}, {"userId": 1002, "priority": "high"}])
    for number, host in enumerate((1002, 1001)):
        made = await book(talk, 20008, "2026-04-07T14:00:00Z", f"{number}@example.org")
        assert made.data["hosts"][0]["id"] == host
    assert "14:00" not in await starts(talk, 20008)


async def test_moving_with_the_same_host(talk, sandbox):
    hosts = [{"userId": 1001}, {"userId": 1002}]
    put_hosts(sandbox, hosts)
    uid = (await book(talk, 20008, "2026-04-07T14:00:00Z")).data["uid"]  # of 1001, who is open until 16:00 UTC
    moving = f"{TUESDAY}&bookingUidToReschedule={uid}"
    assert (await starts(talk, 20008, moving))[-1] == "20:30"
    put_hosts(sandbox, hosts, rescheduleWithSameRoundRobinHost=True)
    assert (await starts(talk, 20008, moving))[-1] == "15:30"
    late = await talk("POST", f"bookings/{uid}/reschedule", {"start": "2026-04-07T18:00:00Z"})
    assert late.status == 400
    assert (await talk("POST", f"bookings/{uid}/reassign")).status == 200


async def test_a_reservation_holds_its_host_for_everything(talk):
    held = await talk("POST", "slots/reservations", {"eventTypeId": 20003, "slotStart": "2026-04-07T10:00:00Z"})
    assert held.status == 201
    assert not {"10:00", "10:30"} & set(await starts(talk, 20002))
    assert "11:00" in await starts(talk, 20002)
    await talk("DELETE", f"slots/reservations/{held.data['reservationUid']}")
    assert {"10:00", "10:30"} <= set(await starts(talk, 20002))


async def test_seats_near_each_other(talk):
    await talk("PATCH", "event-types/20005", {"slotInterval": 15, "afterEventBuffer": 30})
    assert (await book(talk, 20005, "2026-04-07T10:00:00Z")).status == 201
    found = await starts(talk, 20005)
    # 45 minutes at 10:00 and a pause of 30 after each: nothing between 08:45 and 11:15 but the same time
    assert [each for each in found if "08:45" < each < "11:15"] == ["10:00"]
    assert {"08:45", "11:15"} <= set(found)
    for start, status in (("10:15", 400), ("11:00", 400), ("10:00", 201), ("11:15", 201)):
        made = await book(talk, 20005, f"2026-04-07T{start}:00Z", f"{start.replace(':', '')}@example.org")
        assert made.status == status, start


async def test_seats_are_not_offered_while_their_host_is_away(talk):
    assert (await book(talk, 20005, "2026-04-07T10:00:00Z")).status == 201
    away = {"start": "2026-04-07T00:00:00Z", "end": "2026-04-07T00:00:00Z"}
    assert (await talk("POST", "me/ooo", away)).status == 201
    assert await starts(talk, 20005) == []
    assert (await book(talk, 20005, "2026-04-07T10:00:00Z", "late@example.org")).status == 400


async def test_lists_show_no_more_hosts_than_asked_for(talk):
    for query, number in (("", 2), ("?hostsLimit=1", 1), ("?hostsLimit=9", 2)):
        listed = (await talk("GET", f"teams/501/event-types{query}")).data
        assert {len(each["hosts"]) for each in listed} == {number}


async def test_every_setting_is_kept(talk):
    sent = {"privateNoteEnabled": True, "showOptimizedSlots": True, "disableCancelling": {"disabled": True}}
    changed = (await talk("PATCH", "event-types/20002", sent, version="2026-06-12")).data
    assert {name: changed[name] for name in sent} == sent
    older = (await talk("GET", "event-types/20002")).data
    assert older["showOptimizedSlots"] is True
    assert "privateNoteEnabled" not in older


async def test_a_booking_that_was_routed_has_a_trace(talk):
    person = {"name": "G", "email": "g@example.org", "timeZone": "UTC"}
    body = {"eventTypeId": 20002, "start": "2026-04-07T10:00:00Z", "attendee": person}
    routed = await talk("POST", "bookings", {**body, "routing": {"responseId": 1, "teamMemberIds": [1001]}})
    plain = await talk("POST", "bookings", {**body, "start": "2026-04-07T11:00:00Z"})
    trace = await talk("GET", f"bookings/{routed.data['uid']}/routing-trace")
    assert trace.data == {"steps": [], "groups": [], "formSubmission": None}
    assert (await talk("GET", f"bookings/{plain.data['uid']}/routing-trace")).status == 404
