"""`…/booking-fields` of version 2026-06-12, of a user's and a team's event types."""

import pytest

VERSION = "2026-06-12"
NOTE = {"field": "custom", "slug": "note", "label": "Note", "type": "shortText", "required": False}


@pytest.mark.parametrize("path", ["event-types/20002/booking-fields", "teams/501/event-types/20008/booking-fields"])
async def test_from_adding_to_deleting(talk, path):
    async def fields(method, body=None, at=""):
        return await talk(method, path + at, body and {"bookingFields": body}, version=VERSION)

    default = (await fields("GET")).data["bookingFields"]
    assert [each["field"] for each in default][:3] == ["name", "email", "attendeePhoneNumber"]
    added = await fields("POST", [NOTE])
    assert added.status == 201
    assert added.data["bookingFields"][-1] == {
        "field": "custom",
        "slug": "note",
        "label": "Note",
        "required": False,
        "hidden": False,
        "disableOnPrefill": False,
        "type": "shortText",
    }
    assert (await fields("POST", [NOTE])).status == 400
    changed = await fields("PATCH", [{"slug": "note", "label": "Remark"}, {"slug": "notes", "hidden": True}])
    by_slug = {each["slug"]: each for each in changed.data["bookingFields"]}
    assert (by_slug["note"]["label"], by_slug["notes"]["hidden"]) == ("Remark", True)
    assert (await fields("PATCH", [{"slug": "nope"}])).status == 404
    choice = {
        "field": "custom",
        "slug": "c",
        "label": "C",
        "type": "multiSelect",
        "options": ["A", "B"],
        "required": True,
    }
    replaced = (await fields("PUT", [choice, {"field": "notes", "required": True}])).data["bookingFields"]
    by_slug = {each["slug"]: each for each in replaced}
    assert "note" not in by_slug
    assert (by_slug["c"]["type"], by_slug["c"]["options"]) == ("multiSelect", ["A", "B"])
    assert (by_slug["notes"]["required"], by_slug["notes"]["hidden"]) == (True, False)
    assert "c" not in str((await fields("DELETE", at="/c")).data["bookingFields"][4]["slug"])
    assert (await fields("GET")).data["bookingFields"] == [
        {**each, "required": True} if each["slug"] == "notes" else each for each in default
    ]
    assert (await fields("DELETE", at="/c")).status == 404
    assert (await fields("DELETE", at="/notes")).status == 400


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ([{"slug": "x"}], "bookingFields[0].field must be a string."),
        ([{"field": "custom", "slug": "x", "label": "X"}], "bookingFields[0].type must be a string."),
        (
            [NOTE, {"field": "a"}],
            "bookingFields[1]: unknown field 'a'. Allowed system fields: name, email, location, title, notes, guests, rescheduleReason, attendeePhoneNumber, smsReminderNumber, aiAgentCallPhoneNumber.",
        ),
        ([], "bookingFields must contain at least 1 booking field."),
    ],
)
async def test_refused(talk, sent, message):
    reply = await talk("PUT", "event-types/20002/booking-fields", {"bookingFields": sent}, version=VERSION)
    assert (reply.status, reply.message) == (400, message)


async def test_only_the_newest_version_has_them(talk):
    for version in (None, "2024-06-14"):
        reply = await talk("GET", "event-types/20002/booking-fields", version=version)
        assert reply.message == "Cannot GET /v2/event-types/20002/booking-fields"
    assert (await talk("GET", "event-types/20010/booking-fields", version=VERSION)).status == 404


async def test_event_types_are_made_with_fields_in_the_new_language(talk):
    sent = {"title": "T", "slug": "t", "lengthInMinutes": 30, "bookingFields": [{**NOTE, "required": True}]}
    made = await talk("POST", "event-types", sent, version=VERSION)
    assert made.status == 201
    assert [each["type"] for each in made.data["bookingFields"] if each["field"] == "custom"] == ["shortText"]
    old = await talk("GET", f"event-types/{made.data['id']}")
    assert {each["slug"]: each["type"] for each in old.data["bookingFields"]}["note"] == "text"
    person = {"name": "G", "email": "g@example.org", "timeZone": "UTC"}
    booking = {"eventTypeId": made.data["id"], "start": "2026-04-07T09:00:00Z", "attendee": person}
    assert (await talk("POST", "bookings", booking)).message.startswith("Missing required booking field response: note")
