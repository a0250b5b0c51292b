from typing import Any

import pytest

from calcom_async.core.records import Record
from calcom_async.models.booking_meetings import (
    BookingReference,
    BookingReferenceType,
    CalendarLink,
    ConferencingSession,
    Recording,
)
from calcom_async.models.routing_traces import RoutingTrace

RECORDING = {
    "id": "r1",
    "roomName": "daily-1",
    "startTs": 1678901234,
    "status": "finished",
    "maxParticipants": 3,
    "duration": 3600,
    "shareToken": "t0ken-of-the-share",
    "downloadLink": None,
    "error": "not ready",
}
SESSION = {
    "id": "s1",
    "room": "daily-1",
    "startTime": 1678901234,
    "duration": 60,
    "ongoing": False,
    "maxParticipants": 2,
    "participants": [{"userId": None, "userName": "Ada", "joinTime": 1678901235, "duration": 59}],
}
STEP = {
    "message": "Account found by website match: example.com",
    "round": "Exact Match",
    "domain": "salesforce",
    "step": "account_found_by_website",
    "timestamp": 1717000000000,
    "data": {"website": "example.com"},
}
TRACE = {
    "steps": [STEP],
    "groups": [{"round": "Exact Match", "domain": "salesforce", "steps": [STEP]}],
    "formSubmission": {
        "form": {"name": "Sales", "description": None},
        "responses": [{"fieldId": "size", "label": "Company Size", "displayValue": "1000+"}],
    },
}


@pytest.mark.parametrize(
    ("cls", "wire"),
    [
        (CalendarLink, {"label": "ICS", "id": "ics", "link": "data:text/calendar,BEGIN"}),
        (CalendarLink, {"label": "ICS", "link": "data:text/calendar,BEGIN"}),
        (BookingReference, {"type": "daily_video", "eventUid": "", "id": 1, "destinationCalendarId": None}),
        (BookingReference, {"type": "new_video", "eventUid": "e", "id": 1, "destinationCalendarId": "ada@example.com"}),
        (Recording, RECORDING),
        (ConferencingSession, SESSION),
        (RoutingTrace, TRACE),
        (RoutingTrace, {"steps": [], "groups": [], "formSubmission": None}),
        (RoutingTrace, {"steps": [], "groups": []}),
    ],
)
def test_read_and_written_back(cls: type[Record], wire: dict[str, Any]) -> None:
    record = cls.from_dict(wire)
    assert record.extra == {}
    assert record.to_dict() == wire


def test_the_kind_of_a_reference_is_an_open_set() -> None:
    assert BookingReference.from_dict({"type": "daily_video"}).type is BookingReferenceType.DAILY_VIDEO
    assert BookingReference.from_dict({"type": "new_video"}).type == "new_video"


def test_the_token_that_opens_a_recording_is_not_in_its_repr() -> None:
    recording = Recording.from_dict(RECORDING)
    assert recording.share_token == "t0ken-of-the-share"
    assert "t0ken" not in repr(recording)
    assert "daily-1" in repr(recording)


def test_sessions_and_traces_are_read_in_depth() -> None:
    assert ConferencingSession.from_dict(SESSION).participants[0].user_name == "Ada"
    trace = RoutingTrace.from_dict(TRACE)
    assert trace.groups[0].steps[0].data == {"website": "example.com"}
    assert trace.form_submission is not None
    assert trace.form_submission.responses[0].display_value == "1000+"
