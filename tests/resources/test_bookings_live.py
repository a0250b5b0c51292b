"""Bookings and slots over HTTP, against the sandbox: Monday 2026-04-06 08:00 UTC, London open 08:00 to 16:00 UTC."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from calcom_async import AsyncCalCom, CalCom
from calcom_async.errors import (
    AmbiguousWriteError,
    ApiVersionError,
    BadRequestError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    UnprocessableEntityError,
)
from calcom_async.models.bookings import BookingStatus
from calcom_async.resources import ensure_once
from calcom_async.resources.ensure_once import MARK
from calcom_async.sandbox import Sandbox

NOW = "2026-04-06T08:00:00Z"
TUESDAY = "2026-04-07T09:00:00Z"
HALF_HOUR, VARIABLE, SEATED, WEEKLY, CONFIRM, ROUND_ROBIN, OUTSIDERS = 20002, 20004, 20005, 20006, 20007, 20008, 20011
ADA = {"name": "Ada", "email": "ada@example.com", "time_zone": "Europe/London"}
GRACE = {"name": "Grace", "email": "grace@example.com", "time_zone": "Europe/Riga"}


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(rate_limit=None, now=NOW) as sandbox:
        yield sandbox


@pytest.fixture
async def outsider(sandbox: Sandbox) -> AsyncIterator[AsyncCalCom]:
    async with AsyncCalCom(sandbox.keys["outsider"], base_url=sandbox.url) as client:
        yield client


@pytest.fixture
def threaded_sandbox() -> Iterator[Sandbox]:
    with Sandbox(rate_limit=None, now=NOW) as sandbox:
        yield sandbox


async def book(cal: AsyncCalCom, event_type_id: int = HALF_HOUR, start: str = TUESDAY, **more: Any) -> Any:
    return await cal.bookings.create(event_type_id=event_type_id, start=start, **{"attendee": ADA, **more})


# --- a booking from birth to end -------------------------------------------------------------------------------------


async def test_create_get_list(acal: AsyncCalCom) -> None:
    made = await book(acal, metadata={"order": "17"}, guests=["guest@example.com"])
    assert made.start == datetime(2026, 4, 7, 9, tzinfo=UTC)
    assert made.duration == timedelta(minutes=30)
    assert (made.status, made.metadata) == (BookingStatus.ACCEPTED, {"order": "17"})
    assert made.guests == ("guest@example.com",)
    read = await acal.bookings.get(made.uid)
    assert (read.uid, read.start, read.attendees[0].email) == (made.uid, made.start, "ada@example.com")
    assert [b.uid async for b in acal.bookings.list(attendee_email="ada@example.com")] == [made.uid]
    assert [b.uid async for b in acal.bookings.list(status=["past", "cancelled"])] == []


async def test_by_slug_with_a_length_of_choice(acal: AsyncCalCom) -> None:
    made = await acal.bookings.create(
        event_type_slug="variable", username="owner", start=TUESDAY, attendee=ADA, length_in_minutes=timedelta(hours=1)
    )
    assert made.duration == timedelta(hours=1)
    assert made.event_type is not None
    assert made.event_type.id == VARIABLE


async def test_a_time_that_is_taken(acal: AsyncCalCom) -> None:
    await book(acal)
    with pytest.raises(BadRequestError, match="already has booking at this time"):
        await book(acal, attendee=GRACE)
    twice = await book(acal, attendee=GRACE, allow_conflicts=True)
    assert twice.start == datetime(2026, 4, 7, 9, tzinfo=UTC)


async def test_reschedule_makes_a_new_booking(acal: AsyncCalCom) -> None:
    old = await book(acal)
    new = await acal.bookings.reschedule(old.uid, start="2026-04-07T10:00:00Z", rescheduling_reason="ill")
    assert new.uid != old.uid
    assert (new.rescheduled_from_uid, new.start.hour) == (old.uid, 10)
    before = await acal.bookings.get(old.uid)
    assert (before.status, before.rescheduled_to_uid) == ("cancelled", new.uid)


async def test_cancel(acal: AsyncCalCom) -> None:
    made = await book(acal)
    with pytest.raises(BadRequestError, match="reason is required"):
        await acal.bookings.cancel(made.uid)
    cancelled = await acal.bookings.cancel(made.uid, cancellation_reason="ill")
    assert (cancelled.uid, cancelled.status, cancelled.cancellation_reason) == (made.uid, "cancelled", "ill")
    with pytest.raises(BadRequestError, match="cancelled already"):
        await acal.bookings.cancel(made.uid, cancellation_reason="ill")
    with pytest.raises(NotFoundError):
        await acal.bookings.cancel("nope", cancellation_reason="ill")


async def test_confirm_and_decline(acal: AsyncCalCom) -> None:
    first = await book(acal, CONFIRM)
    second = await book(acal, CONFIRM, start="2026-04-07T11:00:00Z")
    assert first.status is BookingStatus.PENDING
    assert (await acal.bookings.confirm(first.uid)).status is BookingStatus.ACCEPTED
    assert (await acal.bookings.decline(second.uid, reason="busy")).status is BookingStatus.REJECTED


async def test_mark_absent(acal: AsyncCalCom, sandbox: Sandbox) -> None:
    made = await book(acal)
    with pytest.raises(BadRequestError, match="after their scheduled start"):
        await acal.bookings.mark_absent(made.uid, host=True)
    sandbox.clock.advance(days=2)
    marked = await acal.bookings.mark_absent(made.uid, host=True, attendees=[{"email": "ada@example.com"}])
    assert (marked.absent_host, marked.attendees[0].absent) == (True, True)


async def test_reassign(acal: AsyncCalCom) -> None:
    made = await book(acal, ROUND_ROBIN, start="2026-04-07T14:00:00Z")
    other = {1001: 1002, 1002: 1001}[made.hosts[0].id]  # type: ignore[index]
    result = await acal.bookings.reassign(made.uid)
    assert result.booking_uid == made.uid
    assert result.reassigned_to is not None
    assert result.reassigned_to.id == other
    back = await acal.bookings.reassign(made.uid, made.hosts[0].id, reason="swap")
    assert back.reassigned_to is not None
    assert back.reassigned_to.id == made.hosts[0].id


async def test_request_reschedule_cancels(acal: AsyncCalCom) -> None:
    made = await book(acal)
    await acal.bookings.request_reschedule(made.uid, reschedule_reason="ill")
    assert (await acal.bookings.get(made.uid)).status is BookingStatus.CANCELLED


async def test_location_guests_attendees(acal: AsyncCalCom) -> None:
    made = await book(acal)
    moved = await acal.bookings.update_location(made.uid, {"type": "link", "link": "https://example.com/room"})
    assert moved.location == "https://example.com/room"
    changed = await acal.bookings.add_guests(made.uid, [{"email": "guest@example.com", "name": "Guest"}])
    assert "guest@example.com" in {a.email for a in changed.attendees}
    added = await acal.bookings.attendees.add(made.uid, **GRACE)
    assert added.id is not None
    everybody = await acal.bookings.attendees.list(made.uid).collect()
    assert {a.email for a in everybody} == {"ada@example.com", "guest@example.com", "grace@example.com"}
    assert (await acal.bookings.attendees.get(made.uid, added.id)).email == "grace@example.com"
    with pytest.raises(BadRequestError):
        await acal.bookings.attendees.add(made.uid, **GRACE)


async def test_what_apps_made(acal: AsyncCalCom) -> None:
    made = await book(acal)
    links = await acal.bookings.calendar_links(made.uid).collect()
    assert [link.id for link in links] == ["googleCalendar", "microsoftOffice", "microsoftOutlook", "ics"]
    references = await acal.bookings.references(made.uid, type="daily_video").collect()
    assert {reference.type for reference in references} <= {"daily_video"}
    assert await acal.bookings.recordings(made.uid).collect() == []
    assert await acal.bookings.transcripts(made.uid).collect() == []


async def test_email_verification(acal: AsyncCalCom) -> None:
    verification = acal.bookings.email_verification
    assert await verification.check("ada@example.com") is False
    assert await verification.send_code("ada@example.com") is True
    with pytest.raises(BadRequestError):
        await verification.verify_code("ada@example.com", "not-the-code")


# --- several at once -------------------------------------------------------------------------------------------------


async def test_a_recurring_booking(acal: AsyncCalCom) -> None:
    occurrences = await acal.bookings.create_recurring(
        event_type_id=WEEKLY, start=TUESDAY, attendee=ADA, recurrence_count=3
    )
    assert [b.start.date() for b in occurrences] == [date(2026, 4, 7), date(2026, 4, 14), date(2026, 4, 21)]
    series = occurrences[0].recurring_booking_uid
    assert series is not None
    assert [b.uid for b in await acal.bookings.get_series(series)] == [b.uid for b in occurrences]
    first = await acal.bookings.get(series)
    assert (first.uid, len(first.series)) == (occurrences[0].uid, 3)

    cancelled = await acal.bookings.cancel(
        occurrences[1].uid, cancellation_reason="ill", cancel_subsequent_bookings=True
    )
    assert (cancelled.uid, cancelled.status) == (occurrences[1].uid, "cancelled")
    assert {b.uid: str(b.status) for b in await acal.bookings.get_series(series)} == {
        occurrences[0].uid: "accepted",
        occurrences[1].uid: "cancelled",
        occurrences[2].uid: "cancelled",
    }


async def test_create_of_what_recurs_loses_no_occurrence(acal: AsyncCalCom) -> None:
    made = await book(acal, WEEKLY)
    assert len(made.series) == 4
    assert made == made.series[0]


async def test_seats(acal: AsyncCalCom) -> None:
    first = await book(acal, SEATED)
    second = await book(acal, SEATED, attendee=GRACE)
    assert second.uid == first.uid
    assert second.seat_uid is not None
    assert second.seat_uid != first.seat_uid
    assert (await acal.bookings.get_by_seat(second.seat_uid)).uid == first.uid
    with pytest.raises(NotFoundError):
        await acal.bookings.get(second.seat_uid)
    with pytest.raises(ConflictError):
        await book(acal, SEATED, attendee=GRACE)


async def test_lists_of_many(sandbox: Sandbox) -> None:
    async with (
        Sandbox(rate_limit=None, bookings=300, now=NOW) as many,
        AsyncCalCom(many.api_key, base_url=many.url) as cal,
    ):
        everything = await cal.bookings.list().collect()
        assert len(everything) == 300
        made = [b.created_at for b in everything if b.created_at is not None]
        assert made == sorted(made)
        by_cursor = await cal.bookings.list(api_version="2026-05-01", page_size=70).collect()
        assert {b.uid for b in by_cursor} == {b.uid for b in everything}
        upcoming = await cal.bookings.list(status="upcoming").collect()
        assert [b.start for b in upcoming] == sorted(b.start for b in upcoming)
        assert 0 < len(upcoming) < 300
        assert (await cal.bookings.list(page_size=100, skip=250)).items[0].uid not in {b.uid for b in everything[:100]}


async def test_a_key_sees_only_its_own(acal: AsyncCalCom, outsider: AsyncCalCom) -> None:
    made = await book(acal)
    assert await outsider.bookings.list().collect() == []
    assert [b.uid for b in await acal.bookings.list().collect()] == [made.uid]
    async with AsyncCalCom(anonymous=True, base_url=acal.base_url) as nobody:
        with pytest.raises(PermissionDeniedError):
            await nobody.bookings.list().collect()


# --- slots -----------------------------------------------------------------------------------------------------------


async def test_slots_and_reservations(acal: AsyncCalCom) -> None:
    by_day = await acal.slots.list(event_type_id=HALF_HOUR, start="2026-04-07", end=date(2026, 4, 8), format="range")
    tuesday = by_day[date(2026, 4, 7)]
    assert tuesday[0].start == datetime(2026, 4, 7, 8, tzinfo=UTC)
    assert tuesday[0].end == datetime(2026, 4, 7, 8, 30, tzinfo=UTC)
    held = await acal.slots.reserve(event_type_id=HALF_HOUR, slot_start=tuesday[0].start, reservation_duration=10)
    assert held.reservation_duration == timedelta(minutes=10)
    with pytest.raises(UnprocessableEntityError):
        await acal.slots.reserve(event_type_id=HALF_HOUR, slot_start=tuesday[0].start)
    assert (await acal.slots.get(held.reservation_uid)).slot_start == tuesday[0].start
    other = await acal.slots.update(held.reservation_uid, event_type_id=HALF_HOUR, slot_start=tuesday[2].start)
    assert (other.reservation_uid, other.slot_start) == (held.reservation_uid, tuesday[2].start)
    await acal.slots.release(held.reservation_uid)
    with pytest.raises(NotFoundError):
        await acal.slots.get(held.reservation_uid)


async def test_slots_in_a_zone_and_none_at_all(acal: AsyncCalCom) -> None:
    by_day = await acal.slots.list(
        event_type_slug="30min", username="owner", start="2026-04-07", end="2026-04-07", time_zone="Pacific/Auckland"
    )
    first = next(iter(by_day.values()))[0]
    assert first.start.utcoffset() == timedelta(hours=12)
    assert await acal.slots.list(event_type_id=HALF_HOUR, start="2026-04-11", end="2026-04-12") == {}


# --- exactly once ----------------------------------------------------------------------------------------------------


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ensure_once, "WAITS", (0.0, 0.0, 0.0))


def creations(sandbox: Sandbox) -> int:
    return sum(
        1 for request in sandbox.requests if request.method == "POST" and request.path.rstrip("/").endswith("/bookings")
    )


LOST = [
    {"drop": True, "after_processing": True},
    *({"status": s, "after_processing": True} for s in (500, 502, 504, 408)),
]


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("fault", LOST, ids=str)
@pytest.mark.parametrize("event_type_id", [HALF_HOUR, SEATED, WEEKLY, CONFIRM, ROUND_ROBIN])
async def test_a_lost_answer_makes_one_booking(
    acal: AsyncCalCom, sandbox: Sandbox, event_type_id: int, fault: Any
) -> None:
    start = "2026-04-07T14:00:00Z"
    sandbox.fail_next(method="POST", **fault)
    made = await book(acal, event_type_id, start, ensure_once=True)
    assert creations(sandbox) == 1
    stored = await acal.bookings.list().collect()
    assert len(stored) == (4 if event_type_id == WEEKLY else 1)
    assert made.uid == stored[0].uid
    assert len(made.series) == len(stored)
    assert (made.seat_uid is not None) == (event_type_id == SEATED)


@pytest.mark.usefixtures("at_once")
async def test_an_answer_that_breaks_off_makes_one_booking(acal: AsyncCalCom, sandbox: Sandbox) -> None:
    sandbox.fail_next(
        method="POST", status=201, body=b'{"status": "success", "data": {"uid": "x', after_processing=True
    )
    made = await book(acal, ensure_once=True)
    assert [b.uid for b in await acal.bookings.list().collect()] == [made.uid]
    assert creations(sandbox) == 1


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 500}, {"status": 503}], ids=str)
async def test_what_was_lost_before_it_was_made_is_open_and_can_go_on(
    acal: AsyncCalCom, sandbox: Sandbox, fault: Any
) -> None:
    sandbox.fail_next(method="POST", **fault)
    with pytest.raises(AmbiguousWriteError) as caught:
        await book(acal, ensure_once=True)
    assert creations(sandbox) == 1
    assert await acal.bookings.list().collect() == []
    assert caught.value.mark is not None
    made = await book(acal, ensure_once=caught.value.mark)
    assert made.metadata == {MARK: caught.value.mark}
    assert len(await acal.bookings.list().collect()) == 1


@pytest.mark.usefixtures("at_once")
async def test_what_other_people_host_cannot_be_found_and_is_not_booked_twice(
    acal: AsyncCalCom, outsider: AsyncCalCom, sandbox: Sandbox
) -> None:
    sandbox.fail_next(method="POST", status=500, after_processing=True)
    with pytest.raises(AmbiguousWriteError):
        await book(acal, OUTSIDERS, "2026-04-08T22:00:00Z", ensure_once=True)
    assert len(await outsider.bookings.list().collect()) == 1
    assert creations(sandbox) == 1


@pytest.mark.usefixtures("at_once")
async def test_ten_programs_with_one_mark_and_lost_answers_make_one_booking(
    acal: AsyncCalCom, sandbox: Sandbox
) -> None:
    sandbox.fail_next(method="POST", count=3, drop=True, after_processing=True)

    async def run() -> str | None:
        try:
            return str((await book(acal, ensure_once="order-17")).uid)
        except (AmbiguousWriteError, BadRequestError, ConflictError):
            return None

    uids = await asyncio.gather(*(run() for _ in range(10)))
    stored = await acal.bookings.list().collect()
    assert len(stored) == 1
    assert {uid for uid in uids if uid is not None} == {stored[0].uid}


# --- the other face, and the other server ----------------------------------------------------------------------------


def test_blocking(cal: CalCom) -> None:
    made = cal.bookings.create(event_type_id=HALF_HOUR, start=TUESDAY, attendee=ADA, ensure_once="order-17")
    assert cal.bookings.get(made.uid).uid == made.uid
    assert (
        cal.bookings.create(event_type_id=HALF_HOUR, start=TUESDAY, attendee=ADA, ensure_once="order-17").uid
        == made.uid
    )
    assert [b.uid for b in cal.bookings.list(attendee_email="ada@example.com")] == [made.uid]
    assert [a.email for a in cal.bookings.attendees.list(made.uid)] == ["ada@example.com"]
    assert cal.bookings.email_verification.check("ada@example.com") is False
    assert date(2026, 4, 7) in cal.slots.list(event_type_id=HALF_HOUR, start="2026-04-07", end="2026-04-07")
    assert cal.bookings.cancel(made.uid, cancellation_reason="ill").status is BookingStatus.CANCELLED


async def test_a_self_hosted_server() -> None:
    async with (
        Sandbox(rate_limit=None, now=NOW, profile="self-hosted") as sandbox,
        AsyncCalCom(sandbox.api_key, base_url=sandbox.url) as cal,
    ):
        made = await book(cal)
        assert [b.uid async for b in cal.bookings.list()] == [made.uid]
        with pytest.raises(ApiVersionError, match="2024-08-13"):
            await cal.bookings.attendees.list(made.uid).collect()
        await cal.bookings.request_reschedule(made.uid)
        assert (await cal.bookings.get(made.uid)).status is BookingStatus.CANCELLED
