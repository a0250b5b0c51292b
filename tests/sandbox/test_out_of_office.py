"""`/v2/me/ooo` of the hosted service."""

AWAY = {"start": "2026-04-08T09:00:00Z", "end": "2026-04-09T10:00:00Z"}


async def test_from_creation_to_deletion(talk):
    made = await talk("POST", "me/ooo", {**AWAY, "notes": "ski", "toUserId": 1002})
    assert made.status == 201
    assert made.data == {
        "userId": 1001,
        "toUserId": 1002,
        "id": made.data["id"],
        "uuid": made.data["uuid"],
        "start": "2026-04-08T00:00:00.000Z",
        "end": "2026-04-09T23:59:59.999Z",
        "notes": "ski",
        "reason": "unspecified",
    }
    path = f"me/ooo/{made.data['id']}"
    later = await talk("POST", "me/ooo", {"start": "2026-05-01T00:00:00Z", "end": "2026-05-01T00:00:00Z"})
    listed = await talk("GET", "me/ooo?sortStart=desc")
    assert [each["id"] for each in listed.data] == [later.data["id"], made.data["id"]]
    assert len((await talk("GET", "me/ooo?take=1&skip=1")).data) == 1
    assert (await talk("PATCH", path, {"reason": "vacation"})).data == {**made.data, "reason": "vacation"}
    moved = await talk("PATCH", path, {"start": "2026-04-10T00:00:00Z", "end": "2026-04-10T00:00:00Z"})
    assert moved.data["end"] == "2026-04-10T23:59:59.999Z"
    assert (await talk("DELETE", path)).data["id"] == made.data["id"]
    assert (await talk("DELETE", path)).status == 403


async def test_nobody_away_can_be_booked(talk):
    await talk("POST", "me/ooo", AWAY)
    days = (await talk("GET", "slots?eventTypeId=20002&start=2026-04-07&end=2026-04-10")).data
    assert sorted(days) == ["2026-04-07", "2026-04-10"]
    person = {"name": "G", "email": "g@example.org", "timeZone": "UTC"}
    sent = {"eventTypeId": 20002, "start": "2026-04-08T09:00:00Z", "attendee": person}
    assert (await talk("POST", "bookings", sent)).status == 400


async def test_refused(talk, self_hosted):
    made = await talk("POST", "me/ooo", AWAY)
    for body, status, message in (
        (AWAY, 409, "Ooo entry already exists."),
        ({"start": AWAY["end"], "end": AWAY["start"]}, 400, "Start date must be before end date."),
        ({"start": "2026-06-01", "end": "2026-06-02"}, 400, "Invalid Date."),
        (
            {"start": "2026-06-01T00:00:00Z", "end": "2026-06-02T00:00:00Z", "toUserId": 1003},
            400,
            "Cannot redirect to this user.",
        ),
        (
            {"start": "2026-06-01T00:00:00Z", "end": "2026-06-02T00:00:00Z", "toUserId": 1001},
            400,
            "Cannot redirect to this user.",
        ),
        ({}, 400, "Bad Request Exception"),
        ({**AWAY, "reason": "party"}, 400, "Bad Request Exception"),
    ):
        reply = await talk("POST", "me/ooo", body)
        assert (reply.status, reply.message) == (status, message)
    path = f"me/ooo/{made.data['id']}"
    assert (await talk("PATCH", path, {"end": AWAY["end"]})).message == "Please specify both ooo start and end time."
    assert (await talk("PATCH", path, {"notes": "x"}, user="member")).status == 403
    assert (await talk("GET", "me/ooo?sortStart=up")).status == 400
    assert (await self_hosted("GET", "me/ooo")).message == "Cannot GET /v2/me/ooo"
