"""Whatever is sent, a handler answers: nothing ends in an error nobody foresaw."""

import logging

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
