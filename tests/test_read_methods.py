"""Every read method, on both faces, against the sandbox: what it returns gives back the wire JSON, with nothing lost."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from calcom_async import AsyncCalCom, CalCom, NotFoundError
from calcom_async.core.codec import parse_json, unstructure
from calcom_async.core.operation import BlockingPager, operation, paginated
from calcom_async.core.paging import Pager
from calcom_async.core.request import Request, Response
from calcom_async.core.transport import Options
from calcom_async.resources.attendees import Attendees
from calcom_async.resources.booking_meetings import BookingMeetings
from calcom_async.resources.bookings import Bookings, TeamBookings
from calcom_async.resources.email_verification import EmailVerification
from calcom_async.resources.event_types import EventTypes, TeamEventTypes
from calcom_async.resources.me import Me
from calcom_async.resources.memberships import Memberships
from calcom_async.resources.out_of_office import OutOfOffice
from calcom_async.resources.schedules import Schedules, TeamSchedules
from calcom_async.resources.slots import Slots
from calcom_async.resources.teams import Teams
from calcom_async.resources.webhooks import Webhooks
from calcom_async.sandbox import Sandbox

Ids = Mapping[str, Any]
TEAM, SEATED, WEEKLY = 501, 20005, 20006
READS: dict[str, Callable[[Any, Ids], Any]] = {
    "Me.get": lambda c, i: c.me.get(),
    "Bookings.list": lambda c, i: c.bookings.list(),
    "Bookings.list by status": lambda c, i: c.bookings.list(status=["past", "cancelled"]),
    "Bookings.list by cursor": lambda c, i: c.bookings.list(api_version="2026-05-01", page_size=60),
    "Bookings.list in 2026-02-25": lambda c, i: c.bookings.list(api_version="2026-02-25"),
    "Bookings.get": lambda c, i: c.bookings.get(i["booking"]),
    "Bookings.get seated": lambda c, i: c.bookings.get(i["seated"]),
    "Bookings.get_by_seat": lambda c, i: c.bookings.get_by_seat(i["seat"]),
    "Bookings.get_series": lambda c, i: c.bookings.get_series(i["series"]),
    "Bookings.calendar_links": lambda c, i: c.bookings.calendar_links(i["booking"]),
    "Bookings.references": lambda c, i: c.bookings.references(i["booking"]),
    "Bookings.recordings": lambda c, i: c.bookings.recordings(i["booking"]),
    "Bookings.transcripts": lambda c, i: c.bookings.transcripts(i["booking"]),
    "Bookings.conferencing_sessions": lambda c, i: c.bookings.conferencing_sessions(i["booking"]),
    "Attendees.list": lambda c, i: c.bookings.attendees.list(i["booking"]),
    "Attendees.get": lambda c, i: c.bookings.attendees.get(i["booking"], i["attendee"]),
    "EmailVerification.check": lambda c, i: c.bookings.email_verification.check("ada@example.com"),
    "EventTypes.list": lambda c, i: c.event_types.list(),
    "EventTypes.get": lambda c, i: c.event_types.get(SEATED),
    "Schedules.list": lambda c, i: c.schedules.list(),
    "Schedules.get": lambda c, i: c.schedules.get(3001),
    "Schedules.get_default": lambda c, i: c.schedules.get_default(),
    "Slots.list": lambda c, i: c.slots.list(event_type_id=20002, start=i["monday"], end=i["friday"]),
    "Slots.list ranges": lambda c, i: c.slots.list(
        event_type_id=20002, start=i["monday"], end=i["friday"], format="range", time_zone="Pacific/Auckland"
    ),
    "Slots.get": lambda c, i: c.slots.get(i["reservation"]),
    "Teams.list": lambda c, i: c.teams.list(),
    "Teams.get": lambda c, i: c.teams.get(TEAM),
    "Memberships.list": lambda c, i: c.team(TEAM).memberships.list(),
    "Memberships.get": lambda c, i: c.team(TEAM).memberships.get(8001),
    "TeamEventTypes.list": lambda c, i: c.team(TEAM).event_types.list(),
    "TeamEventTypes.get": lambda c, i: c.team(TEAM).event_types.get(20008),
    "TeamBookings.list": lambda c, i: c.team(TEAM).bookings.list(),
    "TeamSchedules.list": lambda c, i: c.team(TEAM).schedules.list(),
    "OutOfOffice.list": lambda c, i: c.ooo.list(),
    "Webhooks.list": lambda c, i: c.webhooks.list(),
    "Webhooks.get": lambda c, i: c.webhooks.get(i["webhook"]),
    "Webhooks.list of an event type": lambda c, i: c.event_type(20002).webhooks.list(),
    "Webhooks.list of a team event type": lambda c, i: c.team(TEAM).event_type(20008).webhooks.list(),
}
CLASSES = (
    Me, Bookings, TeamBookings, BookingMeetings, Attendees, EmailVerification, EventTypes, TeamEventTypes, Memberships,
    OutOfOffice, Schedules, TeamSchedules, Slots, Teams, Webhooks,
)  # fmt: skip
READ_VERBS = (
    "list",
    "get",
    "check",
    "calendar_links",
    "references",
    "recordings",
    "transcripts",
    "conferencing",
    "routing",
)


def _free(cal: CalCom, event_type_id: int) -> Any:
    days = cal.slots.list(event_type_id=event_type_id, start="2027-01-11T00:00:00Z", end="2027-01-29T00:00:00Z")
    return next(slot.start for slots in days.values() for slot in slots)


@pytest.fixture
def world() -> Iterator[tuple[Sandbox, dict[str, Any]]]:
    """A sandbox that has one of everything to read."""
    with Sandbox(bookings=300, seed=11, rate_limit=None, now="2026-04-06T00:00:00Z") as sandbox:
        with sandbox.blocking_client() as cal:
            attendee = {"name": "Ada", "email": "ada@example.com", "time_zone": "Europe/London"}
            booking, seated, weekly = (
                cal.bookings.create(event_type_id=kind, start=_free(cal, kind), attendee=attendee)
                for kind in (20002, SEATED, WEEKLY)
            )
            reservation = cal.slots.reserve(event_type_id=20002, slot_start=_free(cal, 20002))
            webhook = cal.webhooks.create(subscriber_url="http://127.0.0.1:9/", triggers=["BOOKING_CREATED"])
            attendees = cal.bookings.attendees.list(booking.uid).collect()
            cal.ooo.create(start="2030-12-20T00:00:00Z", end="2030-12-22T23:59:59.999Z", reason="vacation")
        ids = {
            "booking": booking.uid,
            "seated": seated.uid,
            "seat": seated.to_dict().get("seatUid") or seated.to_dict()["attendees"][0]["seatUid"],
            "series": weekly.recurring_booking_uid,
            "attendee": attendees[0].id,
            "reservation": reservation.reservation_uid,
            "webhook": webhook.id,
            "monday": "2026-04-13T00:00:00Z",
            "friday": "2026-04-17T23:00:00Z",
        }
        yield sandbox, ids


class Recorder:
    """Listens to the answers of a client."""

    def __init__(self, client: AsyncCalCom | CalCom) -> None:
        self.answers: list[Response] = []
        transport = client._channel.transport
        send = transport.send

        async def listen(request: Request, options: Options) -> Response:
            response = await send(request, options)
            self.answers.append(response)
            return response

        transport.send = listen  # type: ignore[method-assign] # a listener in the real path, not a stand-in for it

    def data(self) -> list[Any]:
        return [parse_json(answer.body).get("data") for answer in self.answers]


def assert_nothing_lost(returned: Any, pages: list[Any]) -> None:
    wire = [item for page in pages for item in page] if isinstance(returned, list) else pages[-1]
    if isinstance(wire, dict) and isinstance(returned, bool):
        wire = next(v for v in wire.values() if isinstance(v, bool))
    assert unstructure(returned) == wire
    assert wire is not None


@pytest.mark.parametrize("name", READS)
async def test_the_async_face_loses_nothing(name: str, world: tuple[Sandbox, Ids]) -> None:
    sandbox, ids = world
    async with AsyncCalCom(sandbox.api_key, base_url=sandbox.url, strict=True) as cal:
        recorder = Recorder(cal)
        call = READS[name](cal, ids)
        returned = await call.collect() if isinstance(call, Pager) else await call
        assert_nothing_lost(returned, recorder.data())


@pytest.mark.parametrize("name", READS)
def test_the_blocking_face_loses_nothing(name: str, world: tuple[Sandbox, Ids]) -> None:
    sandbox, ids = world
    with CalCom(sandbox.api_key, base_url=sandbox.url, strict=True) as cal:
        recorder = Recorder(cal)
        call = READS[name](cal, ids)
        returned = call.collect() if isinstance(call, BlockingPager) else call
        assert_nothing_lost(returned, recorder.data())


async def test_a_booking_that_no_form_routed_has_no_trace(world: tuple[Sandbox, Ids]) -> None:
    sandbox, ids = world
    async with AsyncCalCom(sandbox.api_key, base_url=sandbox.url) as cal:
        with pytest.raises(NotFoundError, match="No routing trace"):
            await cal.bookings.routing_trace(ids["booking"])


def test_no_read_method_is_left_out() -> None:
    read = {name.split(" ")[0] for name in READS} | {"Bookings.routing_trace"}
    for cls in CLASSES:
        for name, member in inspect.getmembers_static(cls):
            if isinstance(member, operation | paginated) and name.startswith(READ_VERBS):
                owner = "Bookings" if cls is BookingMeetings else cls.__name__
                assert f"{owner}.{name}" in read
