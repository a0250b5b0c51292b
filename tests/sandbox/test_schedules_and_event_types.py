"""`/v2/schedules` and `/v2/event-types`."""

import pytest

EVENING = {
    "name": "Evenings",
    "timeZone": "Europe/Riga",
    "isDefault": False,
    "availability": [{"days": ["Monday", "Saturday"], "startTime": "18:00", "endTime": "21:00"}],
    "overrides": [{"date": "2026-12-24", "startTime": "10:00", "endTime": "12:00"}],
}


async def test_schedules_from_creation_to_deletion(talk):
    made = await talk("POST", "schedules", EVENING)
    assert made.status == 201
    assert made.data == {"id": made.data["id"], "ownerId": 1001, **EVENING}
    path = f"schedules/{made.data['id']}"
    assert (await talk("GET", path)).data == made.data
    assert [each["id"] for each in (await talk("GET", "schedules?take=1")).data] == [3001, made.data["id"]]
    renamed = await talk("PATCH", path, {"name": "Late", "overrides": [], "foo": 1})
    assert renamed.data == {**made.data, "name": "Late", "overrides": []}
    assert (await talk("PATCH", path, {"isDefault": True})).data["isDefault"] is True
    assert (await talk("GET", "schedules/default")).data["id"] == made.data["id"]
    assert (await talk("GET", "me")).data["defaultScheduleId"] == made.data["id"]
    assert (await talk("DELETE", path)).body == {"status": "success"}
    assert (await talk("GET", "schedules/default")).body == {"status": "success", "data": None}
    assert (await talk("GET", "me")).data["defaultScheduleId"] == made.data["id"]  # it still names what is gone
    plain = await talk("POST", "schedules", {"name": "P", "timeZone": "UTC", "isDefault": False})
    assert plain.data["availability"] == [
        {"days": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"], "startTime": "09:00", "endTime": "17:00"}
    ]
    assert plain.data["id"] > made.data["id"]


async def test_schedules_refused(talk):
    assert (await talk("GET", "schedules/3002")).message == "User with ID=1001 does not own schedule with ID=3002"
    assert (await talk("GET", "schedules/3002")).status == 403
    assert (await talk("PATCH", "schedules/99999", {})).status == 404
    assert (await talk("DELETE", "schedules/99999")).status == 400
    assert (await talk("GET", "schedules/abc")).status == 500
    bad = {**EVENING, "timeZone": "X", "availability": [{"days": ["Funday"], "startTime": "25:00", "endTime": "21:00"}]}
    errors = (await talk("POST", "schedules", bad)).body["error"]["details"]["errors"]
    assert [each["property"] for each in errors] == ["timeZone", "availability"]
    (row,) = errors[1]["children"]
    assert (row["property"], [each["property"] for each in row["children"]]) == ("0", ["days", "startTime"])
    assert len((await talk("GET", "schedules")).data) == 1


@pytest.mark.parametrize(
    ("version", "status"),
    [(None, "old"), ("2024-06-11", 200), ("2024-06-14", 200), ("2024-08-13", 404), ("2024-09-04", 404)],
)
async def test_schedule_versions(talk, version, status):
    reply = await talk("GET", "schedules", version=version)
    assert reply.status == (404 if status == 404 else 200)
    if status != 404:
        assert ("isManaged" in reply.data[0]) == (status == "old")


async def test_event_types_from_creation_to_deletion(talk):
    made = await talk("POST", "event-types", {"title": "T", "slug": "t", "lengthInMinutes": 25})
    assert made.status == 201
    data = made.data
    assert (data["title"], data["slug"], data["lengthInMinutes"], data["ownerId"]) == ("T", "t", 25, 1001)
    assert (data["seats"], data["bookingWindow"], data["confirmationPolicy"]) == ({"disabled": True},) * 3
    assert (data["recurrence"], data["minimumBookingNotice"], data["hidden"]) == (None, 120, False)
    assert [each["slug"] for each in data["bookingFields"]] == [
        "name",
        "email",
        "location",
        "title",
        "notes",
        "guests",
        "rescheduleReason",
    ]
    path = f"event-types/{data['id']}"
    assert (await talk("GET", path)).data == data
    changed = await talk("PATCH", path, {"title": "New", "description": None, "foo": "bar", "hidden": True})
    assert changed.data == {**data, "title": "New", "description": "", "hidden": True}
    gone = await talk("DELETE", path)
    assert gone.data == {"id": data["id"], "lengthInMinutes": 25, "slug": "t", "title": "New"}
    assert (await talk("GET", path)).message == f"Event type with id {data['id']} not found"


@pytest.mark.parametrize(
    ("sent", "name", "expected"),
    [
        (
            {"seats": {"seatsPerTimeSlot": 4, "showAttendeeInfo": False, "showAvailabilityCount": True}},
            "seats",
            {"disabled": False, "seatsPerTimeSlot": 4, "showAttendeeInfo": False, "showAvailabilityCount": True},
        ),
        ({"seats": {"disabled": True}}, "seats", {"disabled": True}),
        (
            {"recurrence": {"interval": 2, "occurrences": 5, "frequency": "monthly"}},
            "recurrence",
            {"disabled": False, "interval": 2, "occurrences": 5, "frequency": "monthly"},
        ),
        ({"recurrence": {"disabled": True}}, "recurrence", None),
        ({"lengthInMinutesOptions": [15, 30]}, "metadata", {"multipleDuration": [15, 30]}),
        ({"bookingLimitsCount": {"day": 1, "week": 2}}, "bookingLimitsCount", {"day": 1, "week": 2}),
        ({"bookingLimitsDuration": {"disabled": True}}, "bookingLimitsDuration", {}),
        ({"confirmationPolicy": {"disabled": True}}, "confirmationPolicy", {"disabled": True}),
        ({"customName": "{Event type title} x"}, "customName", "{Event type title} x"),
        ({"locations": [{"type": "attendeePhone"}]}, "locations", [{"type": "attendeePhone"}]),
        ({"id": 5, "ownerId": 5}, "ownerId", 1001),
    ],
)
async def test_settings(talk, sent, name, expected):
    made = await talk("POST", "event-types", {"title": "T", "slug": "t", "lengthInMinutes": 30, **sent})
    assert made.status == 201, made.body
    assert made.data[name] == expected
    patched = await talk("PATCH", "event-types/20001", sent)
    assert patched.data[name] == expected
    assert (await talk("GET", "event-types/20001")).data == patched.data


@pytest.mark.parametrize(
    ("sent", "status", "message"),
    [
        ({"lengthInMinutes": 0}, 400, "lengthInMinutes must not be less than 1"),
        ({"slug": None}, 400, "slug must be a string"),
        ({"seats": {"seatsPerTimeSlot": 0}}, 400, "seatsPerTimeSlot must not be less than 1"),
        ({"bookingWindow": {"type": "moonDays", "value": 5}}, 400, "Invalid bookingWindow structure."),
        ({"confirmationPolicy": {"type": "never"}}, 400, "Invalid requiresConfirmation structure"),
        ({"bookingLimitsCount": {"day": 5, "week": 2}}, 400, "Invalid bookingLimitsCount"),
        ({"hidden": "yes"}, 400, "hidden must be a boolean value"),
        ({"minimumBookingNotice": -1}, 400, "minimumBookingNotice must not be less than 0"),
        ({"lengthInMinutesOptions": ["x"]}, 400, "each value in lengthInMinutesOptions must be an integer number"),
        ({"locations": []}, 400, "'locations' must contain at least 1 location."),
        ({"bookingFields": []}, 400, "'bookingFields' must contain at least 1 booking field."),
        ({"locations": [{"type": "moon"}]}, 400, "Unsupported location type 'moon'."),
        ({"locations": [{"type": "address", "address": "x"}]}, 400, "public must be a boolean value"),
        ({"locations": [{"type": "integration", "integration": "zoom"}]}, 400, "zoom not connected."),
        ({"bookingFields": [{"type": "text", "label": "x"}]}, 400, "must have a 'slug' property."),
        ({"bookingFields": [{"type": "select", "slug": "s"}]}, 400, "options must be an array"),
        ({"scheduleId": 3002}, 404, "User with ID=1001 does not own schedule with ID=3002"),
        ({"slug": "30min"}, 400, "User already has an event type with this slug."),
    ],
)
async def test_refused(talk, sent, status, message):
    before = len((await talk("GET", "event-types")).data)
    reply = await talk("POST", "event-types", {"title": "T", "slug": "t", "lengthInMinutes": 30} | sent)
    assert reply.status == status
    assert message in str(reply.body)
    assert len((await talk("GET", "event-types")).data) == before


async def test_lists(talk):
    own = (await talk("GET", "event-types")).data
    assert [each["id"] for each in own] == list(range(20001, 20008))
    await talk("PATCH", "event-types/20001", {"hidden": True})
    public = (await talk("GET", "event-types?username=owner", user=None)).data
    assert [each["id"] for each in public] == list(range(20002, 20008))
    one = (await talk("GET", "event-types?username=owner&eventSlug=30min", user=None)).data
    assert [each["id"] for each in one] == [20002]
    assert (await talk("GET", "event-types?username=nobody")).data == []
    assert (await talk("GET", "event-types?sortCreatedAt=desc")).data[0]["id"] == 20007
    (group,) = (await talk("GET", "event-types?usernames=owner,member", user=None)).data
    assert (group["slug"], len(group["users"])) == ("dynamic", 2)


async def test_other_peoples_event_types(talk):
    assert (await talk("GET", "event-types/20010")).status == 200  # a member of one's team
    assert (await talk("GET", "event-types/20011")).status == 404
    assert (await talk("PATCH", "event-types/20011", {"title": "x"})).status == 404
    assert (await talk("DELETE", "event-types/20011")).status == 403
    assert (await talk("GET", "event-types/abc")).status == 500


async def test_event_type_versions(talk, self_hosted):
    for speak, version, expected in (
        (talk, None, "old"),
        (talk, "2024-06-11", "old"),
        (talk, "2024-08-13", 404),
        (talk, "2024-09-04", 404),
        (talk, "2026-06-12", "newest"),
        (self_hosted, "2026-06-12", "old"),
        (self_hosted, "2024-06-14", "current"),
    ):
        reply = await speak("GET", "event-types", version=version)
        if expected == 404:
            assert (reply.status, reply.message) == (404, "Cannot GET /v2/event-types")
        elif expected == "old":
            assert reply.data["eventTypeGroups"][0]["eventTypes"][0]["length"] == 15
        else:
            fields = reply.data[0]["bookingFields"]
            assert ("field" in fields[0]) == (expected == "newest")
            assert ("bookingProposalCount" in reply.data[0]) == (expected == "newest")


async def test_bookings_outlive_their_event_type(talk):
    person = {"name": "G", "email": "g@example.org", "timeZone": "UTC"}
    for event_type, hour in ((20002, 9), (20005, 11)):
        sent = {"eventTypeId": event_type, "start": f"2026-04-07T{hour:02}:00:00Z", "attendee": person}
        data = (await talk("POST", "bookings", sent)).data
        await talk("DELETE", f"event-types/{event_type}")
        left = (await talk("GET", f"bookings/{data['uid']}")).data
        assert (left["eventType"], left["eventTypeId"]) == (None, None)
        assert "seatUid" not in left["attendees"][0]
        assert "bookingFieldsResponses" in left
        links = await talk("GET", f"bookings/{data['uid']}/calendar-links")
        assert (links.status, links.message) == (400, f"Booking with uid {data['uid']} has no event type")
        assert (await talk("POST", f"bookings/{data['uid']}/cancel", {}, user=None)).status == 200


async def test_the_old_shape_of_event_types(talk):
    today = await talk("POST", "event-types", {"title": "T", "slug": "t", "lengthInMinutes": 30}, version=None)
    assert today.body["error"]["details"]["errors"][0]["property"] == "length"
    made = await talk("POST", "event-types", {"title": "T", "slug": "t", "length": 30}, version=None)
    assert (made.status, made.data["length"]) == (201, 30)
    read = await talk("GET", f"event-types/{made.data['id']}", version=None)
    assert {**made.data, **read.data["eventType"]} == made.data, "what is read is a part of what making it answers"
    assert read.data["eventType"]["length"] == 30
    assert (await talk("GET", f"event-types/{made.data['id']}")).data["lengthInMinutes"] == 30
