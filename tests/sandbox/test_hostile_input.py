"""Whatever is sent, a handler answers: nothing ends in an error nobody foresaw."""

import logging
from urllib.parse import urlencode

import pytest

JUNK = [None, [], {}, "x", 0, -1, True, [None], [{}], ["x"], [1], {"type": None}, {"x": [1]}, "2026-04-07T09:00:00Z"]

BODIES = {
    ("POST", "bookings"): {
        "start": "2026-04-07T09:00:00Z", "eventTypeId": 20002, "eventTypeSlug": "30min", "username": "owner",
        "attendee": {"name": "G", "email": "g@example.org", "timeZone": "UTC"}, "guests": [], "metadata": {},
        "bookingFieldsResponses": {}, "location": {"type": "integration"}, "lengthInMinutes": None, "instant": False,
        "recurrenceCount": 2, "emailVerificationCode": "x",
    },
    ("POST", "bookings/UID/cancel"): {"cancellationReason": "x", "seatUid": "x", "cancelSubsequentBookings": True},
    ("POST", "bookings/UID/reschedule"): {"start": "2026-04-08T09:00:00Z", "rescheduledBy": "g@example.org", "seatUid": "x"},
    ("POST", "bookings/UID/decline"): {"reason": "x"},
    ("POST", "bookings/UID/mark-absent"): {"host": True, "attendees": []},
    ("POST", "bookings/UID/request-reschedule"): {"rescheduleReason": "x"},
    ("POST", "bookings/UID/guests"): {"guests": [{"email": "a@example.org"}]},
    ("POST", "bookings/UID/attendees"): {"name": "N", "email": "n@example.org", "timeZone": "UTC"},
    ("PATCH", "bookings/UID/location"): {"location": {"type": "link", "link": "https://x.example.com"}},
    ("POST", "bookings/verification/email/verify-code"): {"email": "g@example.org", "code": "x"},
    ("PATCH", "me"): {"bio": "x", "timeZone": "UTC", "timeFormat": 12, "defaultScheduleId": 3001, "name": "N"},
    ("POST", "schedules"): {"name": "S", "timeZone": "UTC", "isDefault": False, "availability": [], "overrides": []},
    ("PATCH", "schedules/3001"): {"availability": [], "overrides": [], "name": "S"},
    ("POST", "event-types"): {
        "title": "T", "slug": "t", "lengthInMinutes": 30, "lengthInMinutesOptions": [30], "locations": [], "seats": {},
        "bookingFields": [], "recurrence": {}, "bookingWindow": {}, "confirmationPolicy": {}, "bookingLimitsCount": {},
        "bookingLimitsDuration": {}, "scheduleId": 3001, "slotInterval": 5, "beforeEventBuffer": 5, "hidden": True,
        "description": "x", "metadata": {}, "successRedirectUrl": "https://x.example.com", "offsetStart": 5,
    },
    ("PATCH", "event-types/20003"): {
        "seats": {"disabled": True}, "recurrence": {"disabled": True}, "bookingWindow": {"disabled": True}, "slug": "z",
        "locations": [{"type": "attendeePhone"}], "bookingFields": [{"type": "text", "slug": "x", "label": "x"}],
    },
    ("POST", "slots/reservations"): {"eventTypeId": 20002, "slotStart": "2026-04-07T09:00:00Z", "reservationDuration": 5},
    ("POST", "teams"): {"name": "N", "slug": "n", "bio": "x", "metadata": {}},
    ("PATCH", "teams/501"): {"name": "N", "slug": "n", "timeFormat": 12},
    ("POST", "teams/501/memberships"): {"userId": 1003, "role": "MEMBER", "accepted": True},
    ("POST", "teams/501/event-types"): {
        "title": "T", "slug": "t", "lengthInMinutes": 30, "schedulingType": "collective", "hosts": [{"userId": 1001}],
        "assignAllTeamMembers": False,
    },
    ("POST", "webhooks"): {
        "active": True, "subscriberUrl": "x", "triggers": [], "secret": "x", "payloadTemplate": "x", "version": "2021-10-20",
    },
    ("POST", "event-types/20002/private-links"): {"expiresAt": "2027-01-01", "maxUsageCount": 1},
    ("POST", "api-keys/refresh"): {"apiKeyDaysValid": 0, "apiKeyNeverExpires": False},
    ("POST", "event-types/20002/booking-fields"): {
        "bookingFields": [{"field": "custom", "slug": "n", "label": "N", "type": "shortText"}],
    },
    ("PATCH", "event-types/20002/booking-fields"): {"bookingFields": [{"slug": "notes"}]},
}  # fmt: skip

STEP = {
    "id": -1, "action": "email_attendee", "stepNumber": 1, "sender": "Cal", "recipient": "attendee",
    "phoneRequired": True, "message": {"subject": "S", "html": "x"},
}  # fmt: skip
WORKFLOW = {
    "name": "W", "steps": [STEP], "activation": {"isActiveOnAllEventTypes": False, "activeOnEventTypeIds": [20001]},
    "trigger": {"type": "beforeEvent", "offset": {"value": 1, "unit": "hour"}},
}  # fmt: skip
FORM_WORKFLOW = {
    "name": "W", "steps": [STEP], "trigger": {"type": "formSubmittedNoEvent", "offset": {"value": 1, "unit": "hour"}},
    "activation": {"isActiveOnAllRoutingForms": False, "activeOnRoutingFormIds": ["x"]},
}  # fmt: skip
OF_ORGANIZATIONS = {
    "teams/TEAM": {"name": "N", "slug": "n", "timeFormat": 12, "metadata": {"x": "y"}},
    "workflows": WORKFLOW,
    "organizations/ORG/teams/TEAM/workflows": WORKFLOW,
    "organizations/ORG/teams/TEAM/workflows/routing-form": FORM_WORKFLOW,
    "organizations/ORG/teams": {"name": "N", "theme": "dark", "appIconLogo": "x", "autoAcceptCreator": True},
    "organizations/ORG/teams/TEAM/event-types": {
        "title": "T", "slug": "t", "lengthInMinutes": 30, "schedulingType": "roundRobin", "hosts": [{"userId": 1001}],
        "locations": [{"type": "address", "address": "HQ", "public": True}], "bookingWindow": {"type": "range", "value": []},
    },
    "organizations/ORG/roles": {"name": "Viewer", "permissions": ["booking.read"], "color": "#112233"},
    "organizations/ORG/attributes": {
        "name": "A", "slug": "a", "type": "SINGLE_SELECT", "options": [{"value": "x", "slug": "x"}], "enabled": True,
    },
    "organizations/ORG/users": {"email": "n@example.org", "timeFormat": 12, "organizationRole": "MEMBER"},
    "organizations/ORG/users/1001/ooo": {"start": "2026-05-01T00:00:00Z", "end": "2026-05-02T00:00:00Z", "toUserId": 1002},
}  # fmt: skip

STATES = [
    "7",
    "[]",
    "null",
    '"x"',
    "{",
    '{"returnTo": 7}',
    '{"redir": [], "origin": "x", "accessToken": 1, "isDryRun": 0}',
]

QUERIES = [
    "bookings?take=1&skip=1&status=past&eventTypeIds=1,x&teamId=x",
    "bookings?afterStart=2026&beforeEnd=x&attendeeEmail=&bookingUid=",
    "bookings?sortCreated=x&afterUpdatedAt=20260101",
    "slots?start=2026-04-07&end=2026-04-07",
    "slots?eventTypeId=x&start=2026-04-07&end=2026-04-07",
    "slots?eventTypeId=20002&start=2026-04-07&end=2026-04-07&duration=0",
    "slots?eventTypeId=20002&start=0001-01-01&end=9999-12-31",
    "slots?usernames=x&organizationSlug=x&start=2026-04-07&end=2026-04-07",
    "slots?teamSlug=x&eventTypeSlug=x&start=2026-04-07&end=2026-04-07",
    "webhooks?take=&skip=x",
    "teams/501/memberships?emails=&take=x",
    "event-types?usernames=,",
    "bookings/verification/email/check",
]

VERSIONS = {"private-links": "2024-09-04", "booking-fields": "2026-06-12"}


@pytest.mark.parametrize(("method", "path"), BODIES, ids=[" ".join(each) for each in BODIES])
async def test_bodies(talk, caplog, method, path):
    caplog.set_level(logging.ERROR, logger="calcom_async.sandbox.app")
    person = {"name": "G", "email": "g@example.org", "timeZone": "UTC"}
    made = await talk("POST", "bookings", {"eventTypeId": 20001, "start": "2026-04-07T08:00:00Z", "attendee": person})
    path_of = path.replace("UID", made.data["uid"])
    version = VERSIONS.get(path.rpartition("/")[2], "")
    good = BODIES[method, path]
    for name in good:
        for junk in JUNK:
            reply = await talk(method, path_of, {**good, name: junk}, version=version)
            assert not caplog.records, (name, junk)
            assert reply.status in (200, 201, 400, 401, 403, 404, 409, 422, 500), (name, junk)
    for body in JUNK:
        await talk(method, path_of, body, version=version)
        assert not caplog.records, body


async def test_queries(talk, caplog):
    caplog.set_level(logging.ERROR, logger="calcom_async.sandbox.app")
    for query in QUERIES:
        reply = await talk("GET", query)
        assert not caplog.records, query
        assert reply.status in (200, 400, 404, 500), query


def places(value):
    """Where something stands in a body."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inside:
        yield (name,)
        yield from ((name, *rest) for rest in places(each))


def spoilt(value, place, junk):
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[place[0]] = junk if len(place) == 1 else spoilt(value[place[0]], place[1:], junk)
    return copy


@pytest.mark.parametrize("path", OF_ORGANIZATIONS)
async def test_bodies_in_organizations_whatever_is_where_in_them(talk, sandbox, caplog, path):
    caplog.set_level(logging.ERROR, logger="calcom_async.sandbox.app")
    organization = str(sandbox.organization(members=["member"]))
    team = (await talk("POST", f"organizations/{organization}/teams", {"name": "Team"})).data
    at = path.replace("ORG", organization).replace("TEAM", str(team["id"]))
    good = OF_ORGANIZATIONS[path]
    for place in places(good):
        for junk in JUNK:
            reply = await talk("PATCH" if path == "teams/TEAM" else "POST", at, spoilt(good, place, junk))
            assert not caplog.records, (place, junk)
            assert reply.status in (200, 201, 400, 401, 403, 404, 409, 422, 500), (place, junk)
    if path == "teams/TEAM":
        left = (await talk("GET", f"organizations/{organization}/teams/{team['id']}")).data
        kinds = {name: {type(value), str} if value is None else {type(value)} for name, value in team.items()}
        kinds |= {"timeFormat": {type(None), int}, "metadata": {dict}}
        assert {name for name, value in left.items() if type(value) not in kinds[name]} == set()


async def test_states_of_browsers_sent_back(talk, caplog):
    caplog.set_level(logging.ERROR, logger="calcom_async.sandbox.app")
    for state in STATES:
        for path in ("calendars/google/save", "conferencing/zoom/oauth/callback", "stripe/save"):
            url = f"{talk.sandbox.url}/{path}?{urlencode({'state': state, 'code': 'x'})}"
            async with talk.session.get(url, allow_redirects=False) as answer:
                assert (answer.status in (301, 400), caplog.records) == (True, []), (path, state)
