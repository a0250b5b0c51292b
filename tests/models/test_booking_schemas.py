"""Every property that the document names is a field of the record, in answers and in the parts of requests."""

import json
from pathlib import Path
from typing import Any

import attrs
import pytest

from calcom_async.core.codec import _wire_names
from calcom_async.models import booking_locations
from calcom_async.models.booking_inputs import AttendeeAbsence, BookingRouting, NewAttendee, NewGuest
from calcom_async.models.booking_locations import BookingLocation
from calcom_async.models.booking_meetings import (
    BookingReference,
    CalendarLink,
    ConferencingParticipant,
    ConferencingSession,
    Recording,
)
from calcom_async.models.bookings import Attendee, Booking, BookingEventType, BookingFilter, BookingHost, SortOrder
from calcom_async.models.me import Profile, ProfileOrganization
from calcom_async.models.routing_traces import (
    RoutingTrace,
    RoutingTraceForm,
    RoutingTraceFormResponse,
    RoutingTraceFormSubmission,
    RoutingTraceGroup,
    RoutingTraceStep,
)
from calcom_async.models.slots import SlotReservation

pytestmark = pytest.mark.contract
V = "_2024_08_13"
RECORDS: list[tuple[type[Any], list[str]]] = [
    (
        Booking,
        [
            f"{kind}BookingOutput{V}"
            for kind in ("", "Recurring", "CreateSeated", "CreateRecurringSeated", "GetSeated", "GetRecurringSeated")
        ],
    ),
    (BookingHost, ["BookingHost"]),
    (BookingEventType, ["EventType"]),
    (Attendee, ["BookingAttendee", "SeatedAttendee", f"BookingAttendeeWithId{V}", f"BookingAttendeeOutput{V}"]),
    (CalendarLink, ["CalendarLink"]),
    (BookingReference, ["BookingReference"]),
    (Recording, ["RecordingItem"]),
    (ConferencingSession, ["CalMeetingSession"]),
    (ConferencingParticipant, ["CalMeetingParticipant"]),
    (RoutingTrace, [f"RoutingTraceDataOutput{V}"]),
    (RoutingTraceStep, [f"RoutingTraceStepOutput{V}"]),
    (RoutingTraceGroup, [f"RoutingTraceGroupOutput{V}"]),
    (RoutingTraceForm, [f"RoutingTraceFormOutput{V}"]),
    (RoutingTraceFormResponse, [f"RoutingTraceFormResponseOutput{V}"]),
    (RoutingTraceFormSubmission, [f"RoutingTraceFormSubmissionOutput{V}"]),
    (SlotReservation, ["ReserveSlotOutput_2024_09_04"]),
    (Profile, ["MeOutput"]),
    (ProfileOrganization, ["MeOrgOutput"]),
]
INPUTS: list[tuple[type[Any], str]] = [
    (NewAttendee, "CreateBookingAttendee"),
    (NewGuest, "Guest"),
    (AttendeeAbsence, "MarkAbsentAttendee"),
    (BookingRouting, "Routing"),
]


@pytest.fixture
def schemas(reference: Path) -> Any:
    return json.loads((reference / "openapi.json").read_text())["components"]["schemas"]


@pytest.mark.parametrize(("cls", "names"), RECORDS, ids=[cls.__name__ for cls, _ in RECORDS])
def test_answers(schemas: Any, cls: type[Any], names: list[str]) -> None:
    known = {wire for _, wire in _wire_names(cls)}
    documented = set().union(*(schemas[name]["properties"] for name in names))
    assert documented - known == set()


@pytest.mark.parametrize(("cls", "name"), INPUTS, ids=[cls.__name__ for cls, _ in INPUTS])
def test_parts_of_requests(schemas: Any, cls: type[Any], name: str) -> None:
    assert {wire for _, wire in _wire_names(cls)} == set(schemas[name]["properties"])
    required = {wire for a, wire in _wire_names(cls) if attrs.fields_dict(cls)[a].default is attrs.NOTHING}
    assert required == set(schemas[name]["required"]) - ({"absent"} if cls is AttendeeAbsence else set())


def test_every_kind_of_location(schemas: Any) -> None:
    kinds: dict[str, set[str]] = {}
    for name, schema in schemas.items():
        if name.startswith(("BookingInput", "UpdateBookingInput", "UpdateInputAddress")) and f"Location{V}" in name:
            kind = schema["properties"]["type"]["example"]
            kinds[kind] = kinds.get(kind, set()) | set(schema["properties"])
    ours = {
        attrs.fields_dict(cls)["type"].default: {wire for _, wire in _wire_names(cls)}
        for cls in (getattr(booking_locations, name) for name in booking_locations.__all__)
        if cls is not BookingLocation
    }
    assert len(kinds) == 8
    assert ours == kinds


def test_what_lists_are_narrowed_and_ordered_by(reference: Path) -> None:
    document = json.loads((reference / "openapi.json").read_text())
    parameters = {p["name"]: p["schema"] for p in document["paths"]["/v2/bookings"]["get"]["parameters"]}
    assert set(parameters["status"]["enum"]) == set(BookingFilter)
    assert set(parameters["sortStart"]["enum"]) == set(SortOrder)
