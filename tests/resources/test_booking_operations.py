"""Every operation of the document about bookings, slots and the own profile, with every parameter it knows."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from calcom_async.resources.bookings import Bookings, TeamBookings
from calcom_async.resources.me import Me
from calcom_async.resources.resource import Scope
from calcom_async.resources.slots import Slots

pytestmark = pytest.mark.contract

TAGS = {
    "Bookings",
    "Bookings / Attendees",
    "Bookings / Guests",
    "Bookings / Routing Trace",
    "Bookings - Email Verification",
    "Slots",
    "Teams / Bookings",
}
AT = "2026-12-01T09:00:00Z"
ADA = {"name": "Ada", "email": "ada@example.com", "time_zone": "Europe/London"}
BOOKING = {"uid": "u", "status": "accepted", "start": "2026-12-01T09:00:00.000Z", "end": "2026-12-01T09:30:00.000Z"}
FILTERS: dict[str, Any] = {
    "status": "past", "attendee_email": "ada@example.com", "attendee_name": "Ada", "booking_uid": "u", "event_type_ids": [1],
    "event_type_id": 1, "after_start": AT, "before_end": AT, "after_created_at": AT, "before_created_at": AT,
    "after_updated_at": AT, "before_updated_at": AT, "sort_start": "asc", "sort_end": "asc", "sort_created": "asc",
    "sort_updated_at": "asc",
}  # fmt: skip
HOST: dict[str, Any] = {"allow_conflicts": True, "allow_booking_out_of_bounds": True, "skip_booking_limits": True}


async def call_everything(wire: Any) -> None:
    bookings, slots = Bookings(wire), Slots(wire)
    wire.answer([])
    await bookings.list(**FILTERS, teams_ids=[1], team_id=1, skip=5).first()
    await bookings.list(**FILTERS, teams_ids=[1], team_id=1, cursor="c").first()
    await TeamBookings(wire, Scope().inside("/teams/{teamId}", 7)).list(**FILTERS, skip=5).first()
    await bookings.calendar_links("u").first()
    await bookings.references("u", type="zoom_video").first()
    await bookings.recordings("u").first()
    await bookings.transcripts("u").first()
    await bookings.conferencing_sessions("u").first()
    await bookings.attendees.list("u").first()
    wire.answer(BOOKING)
    new: dict[str, Any] = {
        "start": AT, "attendee": ADA, "event_type_id": 1, "event_type_slug": "s", "username": "n", "team_slug": "t",
        "organization_slug": "o", "guests": [], "booking_fields_responses": {}, "metadata": {}, "length_in_minutes": 5,
        "location": {"type": "link"}, "meeting_url": "x", "routing": {"team_member_ids": [1]},
        "email_verification_code": "1", "recurrence_count": 2,
    }  # fmt: skip
    await bookings.create(**new, **HOST, instant=True)
    await bookings.create_recurring(**new, **HOST)
    await bookings.get("u")
    await bookings.get_by_seat("s")
    await bookings.reschedule(
        "u", start=AT, rescheduled_by="x", rescheduling_reason="x", seat_uid="s", email_verification_code="1",
        reschedule_with_same_host=True, **HOST,
    )  # fmt: skip
    await bookings.cancel("u", cancellation_reason="x", cancel_subsequent_bookings=True, seat_uid="s")
    await bookings.confirm("u")
    await bookings.decline("u", reason="x")
    await bookings.mark_absent("u", host=True, attendees=[{"email": "ada@example.com"}])
    await bookings.update_location("u", {"type": "link", "link": "x"})
    await bookings.add_guests("u", [{"email": "ada@example.com"}])
    wire.answer({"bookingUid": "u"})
    await bookings.reassign("u")
    await bookings.reassign("u", 1, reason="x")
    await bookings.request_reschedule("u", reschedule_reason="x")
    wire.answer({"steps": [], "groups": []})
    await bookings.routing_trace("u")
    wire.answer({"name": "Ada"})
    await bookings.attendees.get("u", 1)
    await bookings.attendees.add("u", **ADA, phone_number="1", language="en")
    verification = bookings.email_verification
    wire.answer({"sent": True}, {"verified": True}, True)
    await verification.send_code("a@example.com", username="a", language="en", is_verifying_email=True)
    await verification.verify_code("a@example.com", "1")
    await verification.check("a@example.com", user_session_email="b@example.com")
    wire.answer({})
    await slots.list(
        start=AT, end=AT, event_type_id=1, event_type_slug="s", username="n", team_slug="t", usernames=["a"],
        organization_slug="o", time_zone="UTC", duration=5, format="range", booking_uid_to_reschedule="u",
    )  # fmt: skip
    wire.answer({"reservationUid": "r"})
    hold: dict[str, Any] = {"event_type_id": 1, "slot_start": AT, "slot_duration": 5, "reservation_duration": 5}
    await slots.reserve(**hold)
    await slots.update("r", **hold)
    await slots.get("r")
    await slots.release("r")
    wire.answer({"id": 1})
    await Me(wire).get()
    await Me(wire).update(
        email="a", name="a", time_format=12, default_schedule_id=1, week_start="Monday", time_zone="UTC", locale="en",
        avatar_url="x", bio="x", metadata={},
    )  # fmt: skip


def documented(reference: Path) -> dict[tuple[str, str], tuple[set[str], set[str]]]:
    """(method, path with nameless ids) → query parameters and body properties, older versions included."""
    document = json.loads((reference / "openapi.json").read_text())
    schemas = document["components"]["schemas"]

    def properties(schema: dict[str, Any]) -> set[str]:
        if "$ref" in schema:
            return properties(schemas[schema["$ref"].rpartition("/")[2]])
        members = [*schema.get("oneOf", ()), *schema.get("anyOf", ()), *schema.get("allOf", ())]
        return set(schema.get("properties", {})).union(*map(properties, members))

    found: dict[tuple[str, str], tuple[set[str], set[str]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if not isinstance(operation, dict) or not (TAGS & set(operation["tags"]) or path == "/v2/me"):
                continue
            query: set[str] = set()
            body: set[str] = set()
            for variant in (operation, *operation.get("x-older-versions", ())):
                query |= {p["name"] for p in variant.get("parameters", ()) if p["in"] == "query"}
                content = variant.get("requestBody", {}).get("content", {})
                body |= properties(content.get("application/json", {}).get("schema", {}))
            found[method.upper(), nameless(path.removeprefix("/v2"))] = query, body
    return found


def nameless(template: str) -> str:
    return "/".join("{}" if segment.startswith("{") else segment for segment in template.split("/"))


async def test_every_operation_and_every_parameter(wire: Any, reference: Path) -> None:
    await call_everything(wire)
    sent: dict[tuple[str, str], tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for request in wire.requests:
        query, body = sent[request.method, nameless(request.template)]
        query |= {name for name, _ in request.query}
        body |= set(request.body or {})
    expected = documented(reference)
    assert len(expected) == 34
    assert dict(sent) == expected
