"""Calendars, conferencing apps and Stripe: nothing is connected, unless a test does it."""

import pytest

FEED = "https://example.com/feed.ics"


async def test_nothing_is_connected(talk):
    assert (await talk("GET", "calendars")).data == {"connectedCalendars": [], "destinationCalendar": {}}
    assert (await talk("GET", "conferencing")).data == []
    assert (await talk("GET", "conferencing/default")).body == {"status": "success"}
    assert (await talk("GET", "stripe/check")).message == "Credentials for stripe not found."
    for calendar, name in (("google", "google_calendar"), ("office365", "office_365_calendar")):
        reply = await talk("GET", f"calendars/{calendar}/check")
        assert (reply.status, reply.message) == (400, f"Credentials for {name} not found.")


async def test_an_ics_feed(talk):
    made = await talk("POST", "calendars/ics-feed/save", {"urls": [FEED]})
    assert (made.status, made.data["type"]) == (201, "ics-feed_calendar")
    assert (await talk("GET", "calendars/ics-feed/check")).status == 200
    selected = {"integration": "ics-feed_calendar", "externalId": FEED, "credentialId": made.data["id"]}
    first = await talk("POST", "selected-calendars", selected)
    assert (first.status, first.data) == (201, {"userId": 1001, **selected})
    assert (await talk("POST", "selected-calendars", selected)).body == {"status": "success"}
    listed = (await talk("GET", "calendars")).data["connectedCalendars"]
    assert [each["isSelected"] for each in listed[0]["calendars"]] == [True]
    query = f"integration=ics-feed_calendar&externalId={FEED}&credentialId={made.data['id']}"
    assert (await talk("DELETE", f"selected-calendars?{query}")).data == first.data
    assert (await talk("DELETE", f"selected-calendars?{query}")).status == 500
    other = await talk("POST", "calendars/ics-feed/disconnect", {"id": made.data["id"]}, user="member")
    assert (other.status, other.message) == (404, "Calendar credentials not found")
    assert (await talk("POST", "calendars/ics-feed/disconnect", {"id": made.data["id"]})).data["id"] == made.data["id"]
    assert (await talk("GET", "calendars")).data["connectedCalendars"] == []


async def test_busy_times_want_literal_brackets(talk, sandbox):
    credential = sandbox.connect_google_calendar("owner@example.com")
    body = {
        "eventTypeId": 20002,
        "start": "2026-04-07T09:00:00Z",
        "attendee": {"name": "Grace", "email": "grace@example.com", "timeZone": "UTC"},
    }
    assert (await talk("POST", "bookings", body)).status == 201
    dates = "loggedInUsersTz=UTC&dateFrom=2026-04-07&dateTo=2026-04-07"
    load = f"calendarsToLoad[0][credentialId]={credential}&calendarsToLoad[0][externalId]=owner@example.com"
    busy = await talk("GET", f"calendars/busy-times?{dates}&{load}")
    assert [(each["start"], each["end"]) for each in busy.data] == [
        ("2026-04-07T09:00:00.000Z", "2026-04-07T09:30:00.000Z")
    ]
    assert (await talk("GET", f"calendars/busy-times?{dates}")).status == 400
    foreign = await talk("GET", f"calendars/busy-times?{dates}&{load}", user="member")
    assert (foreign.status, foreign.message) == (401, "These credentials do not belong to you")


async def test_the_destination(talk, sandbox):
    sandbox.connect_google_calendar("owner@example.com")
    wanted = {"integration": "google_calendar", "externalId": "owner@example.com"}
    assert (await talk("PUT", "destination-calendars", wanted)).status == 200
    assert (await talk("GET", "calendars")).data["destinationCalendar"]["externalId"] == "owner@example.com"
    for wrong in ({**wanted, "integration": "fax"}, {**wanted, "externalId": "nobody@example.com"}):
        assert (await talk("PUT", "destination-calendars", wrong)).status == 400


async def test_the_address_to_connect_at_holds_the_key(talk, sandbox):
    for path in ("calendars/google/connect", "stripe/connect"):
        assert sandbox.api_key in (await talk("GET", path)).data["authUrl"]
    assert (await talk("GET", "calendars/apple/connect")).status == 400
    url = (await talk("GET", "conferencing/zoom/oauth/auth-url?returnTo=https://example.com")).data["url"]
    assert url.startswith("https://zoom.us/oauth/authorize?")
    wrong = await talk("GET", "conferencing/fax/oauth/auth-url")
    assert wrong.body["error"]["details"]["error"] == "zoom, msteams"


async def test_google_meet_rides_on_a_google_calendar(talk, sandbox):
    refused = await talk("POST", "conferencing/google-meet/connect")
    assert refused.message == "Google Meet requires a Google Calendar connection."
    assert (await talk("POST", "conferencing/google-meet/default")).message == "google-meet not connected."
    sandbox.connect_google_calendar("owner@example.com")
    made = await talk("POST", "conferencing/google-meet/connect")
    assert (made.status, made.data["type"], made.data["key"]) == (200, "google_video", {})
    again = await talk("POST", "conferencing/google-meet/connect")
    assert again.message == "Google Meet is already connected for this user."
    assert (await talk("POST", "conferencing/google-meet/default")).status == 200
    assert (await talk("GET", "conferencing/default")).data == {"appSlug": "google-meet"}
    assert (await talk("DELETE", "conferencing/google-meet/disconnect")).body == {"status": "success"}
    assert (await talk("GET", "conferencing/default")).body == {"status": "success"}


@pytest.mark.parametrize("path", ["conferencing/zoom/oauth/callback", "stripe/save"])
async def test_callbacks_send_the_browser_on(talk, path):
    missing = await talk("GET", path, user=None)
    assert (missing.status, missing.message) == (400, "Missing `state` query param")
    assert (await talk("GET", f"{path}?state=nope", user=None)).message == "Malformed `state` query param"
    state = '{"onErrorReturnTo":"https://example.com/err"}'
    url = f"{talk.sandbox.url}/{path}"
    query = {"state": state, "error": "access_denied"}
    async with talk.session.get(url, params=query, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (301, "https://example.com/err")


async def test_events_of_calendars(talk):
    assert (await talk("GET", "calendars/google/event/x")).message == "Booking reference not found"
    assert (await talk("GET", "calendars/google/events/x")).message == "Cannot GET /v2/calendars/google/events/x"
    assert (await talk("PATCH", "calendars/office365/events/x", {})).status == 400
    bad = await talk("PATCH", "calendars/google/events/x", {"start": {"time": "x"}, "status": "zzz"})
    assert [each["property"] for each in bad.body["error"]["details"]["errors"]] == ["start", "status"]


async def test_disconnecting_an_app_loses_the_addresses_of_event_types(talk, sandbox):
    sandbox.connect_google_calendar("owner@example.com")
    await talk("POST", "conferencing/google-meet/connect")
    places = [{"type": "address", "address": "1 High St", "public": True}, {"type": "attendeePhone"}]
    await talk("PATCH", "event-types/20001", {"locations": places})
    assert (await talk("DELETE", "conferencing/google-meet/disconnect")).body == {"status": "success"}
    lost = {"type": "unknown", "location": '{"type":"inPerson"}'}
    assert (await talk("GET", "event-types/20001")).data["locations"] == [lost, {"type": "attendeePhone"}]
