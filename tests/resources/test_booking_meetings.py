from typing import Any

import pytest

from calcom_async.models.booking_meetings import BookingReferenceType
from calcom_async.resources.bookings import Bookings

BOTH = ("2024-08-13", "2026-02-25")


@pytest.mark.parametrize(
    ("method", "path", "item", "field", "value"),
    [
        (
            "calendar_links",
            "calendar-links",
            {"label": "ICS", "id": "ics", "link": "data:text/calendar,X"},
            "id",
            "ics",
        ),
        ("references", "references", {"type": "zoom_video", "eventUid": "e", "id": 1}, "event_uid", "e"),
        ("recordings", "recordings", {"id": "r1", "roomName": "room"}, "room_name", "room"),
        ("conferencing_sessions", "conferencing-sessions", {"id": "s1", "ongoing": True}, "ongoing", True),
    ],
)
async def test_lists_that_are_not_paged(wire: Any, method: str, path: str, item: Any, field: str, value: Any) -> None:
    wire.answer([item])
    items = await getattr(Bookings(wire), method)("aZ19").collect()
    assert [getattr(x, field) for x in items] == [value]
    assert (wire.sent.method, wire.sent.path, wire.sent.query) == ("GET", f"/bookings/aZ19/{path}", ())
    assert wire.sent.versions == BOTH


async def test_references_of_one_app(wire: Any) -> None:
    wire.answer([])
    assert await Bookings(wire).references("aZ19", type=BookingReferenceType.DAILY_VIDEO).collect() == []
    assert wire.query == {"type": "daily_video"}


async def test_transcripts_are_links(wire: Any) -> None:
    wire.answer(["https://example.com/1", "https://example.com/2"])
    assert await Bookings(wire).transcripts("aZ19").collect() == ["https://example.com/1", "https://example.com/2"]
    assert wire.sent.path == "/bookings/aZ19/transcripts"


async def test_routing_trace(wire: Any) -> None:
    wire.answer({"steps": [], "groups": [], "formSubmission": {"form": {"name": "Sales"}, "responses": []}})
    trace = await Bookings(wire).routing_trace("aZ19")
    assert trace.form_submission is not None
    assert trace.form_submission.form is not None
    assert trace.form_submission.form.name == "Sales"
    assert (wire.sent.path, wire.sent.versions) == ("/bookings/aZ19/routing-trace", ("2024-08-13",))
