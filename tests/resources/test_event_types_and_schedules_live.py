"""Event types and schedules on a local Cal.com: hosted and self-hosted, both faces."""

from collections.abc import Iterator
from datetime import date, time
from typing import Any

import attrs
import pytest

from calcom_async import DISABLED, AsyncCalCom, CalCom
from calcom_async.core.records import Record, Unknown
from calcom_async.errors import ApiVersionError, BadRequestError, NotFoundError, PermissionDeniedError
from calcom_async.models.booking_fields import CustomField, DefaultField, EmailField, LocationField, NameField
from calcom_async.models.event_type_settings import (
    BookingLimitsCount,
    CalendarDaysWindow,
    ConfirmationPolicy,
    RangeWindow,
    Recurrence,
    Seats,
)
from calcom_async.models.schedules import NewScheduleAvailability, NewScheduleOverride, Weekday
from calcom_async.sandbox import Sandbox

ET = {"title": "Deep dive", "slug": "deep-dive", "length_in_minutes": 50}


def unknown(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, Record):
        yield from (f"{path}.{key}" for key in value.extra)
        if isinstance(value, Unknown):
            yield path
        for a in attrs.fields(type(value)):
            if a.name[0] != "_":
                yield from unknown(getattr(value, a.name), f"{path}.{a.name}")
    elif isinstance(value, tuple):
        for item in value:
            yield from unknown(item, f"{path}[]")


class TestEventTypes:
    async def test_the_life_of_an_event_type(self, acal: AsyncCalCom) -> None:
        before = {event_type.id async for event_type in acal.event_types.list()}
        made = await acal.event_types.create(
            **ET,
            length_in_minutes_options=[25, 50],
            description="Let us talk.",
            seats={"seats_per_time_slot": 3, "show_attendee_info": True, "show_availability_count": False},
            locations=[{"type": "address", "address": "1 High St", "public": True}, {"type": "attendeePhone"}],
            booking_window={"type": "calendarDays", "value": 30, "rolling": True},
            booking_limits_count={"day": 2, "week": 5},
            slot_interval=25,
        )
        assert made.length_in_minutes_options == (25, 50)
        assert isinstance(made.seats, Seats)
        assert (made.seats.seats_per_time_slot, made.seats.show_availability_count) == (3, False)
        assert isinstance(made.booking_window, CalendarDaysWindow)
        assert made.booking_window.value == 30
        assert isinstance(made.booking_limits_count, BookingLimitsCount)
        assert made.booking_limits_count.week == 5
        assert [location.to_dict()["type"] for location in made.locations] == ["address", "attendeePhone"]
        assert {event_type.id async for event_type in acal.event_types.list()} == before | {made.id}

        changed = await acal.event_types.update(made.id, title="Deeper", seats=DISABLED, booking_window=DISABLED)
        assert (changed.title, changed.slug, changed.slot_interval) == ("Deeper", "deep-dive", 25)
        assert changed.seats is changed.booking_window is DISABLED
        assert (await acal.event_types.get(made.id)) == changed

        gone = await acal.event_types.delete(made.id)
        assert (gone.id, gone.title, gone.slug, gone.length_in_minutes) == (made.id, "Deeper", "deep-dive", 50)
        with pytest.raises(NotFoundError):
            await acal.event_types.get(made.id)

    async def test_parts_of_an_answer_make_another_one(self, acal: AsyncCalCom) -> None:
        made = await acal.event_types.create(
            **ET,
            recurrence={"interval": 1, "occurrences": 3, "frequency": "weekly"},
            confirmation_policy={"type": "always", "block_unconfirmed_bookings_in_booker": True},
            booking_window={"type": "range", "value": [date(2030, 1, 7), "2030-01-11"]},
            locations=[{"type": "link", "link": "https://example.com/room", "public": False}],
        )
        assert isinstance(made.recurrence, Recurrence)
        assert isinstance(made.confirmation_policy, ConfirmationPolicy)
        assert isinstance(made.booking_window, RangeWindow)
        twin = await acal.event_types.create(
            title="Twin",
            slug="twin",
            length_in_minutes=50,
            recurrence=made.recurrence,
            confirmation_policy=made.confirmation_policy,
            booking_window=made.booking_window,
            locations=made.locations,
        )
        assert (twin.recurrence, twin.confirmation_policy) == (made.recurrence, made.confirmation_policy)
        assert (twin.booking_window, twin.locations) == (made.booking_window, made.locations)

    async def test_everything_in_the_default_world_is_known(self, acal: AsyncCalCom) -> None:
        page = await acal.event_types.list(sort_created_at="asc")
        assert page.malformed == []
        assert len(page.items) >= 7
        assert [list(unknown(event_type)) for event_type in page.items] == [[]] * len(page.items)

    async def test_somebody_else_and_several_users(self, acal: AsyncCalCom) -> None:
        (found,) = await acal.event_types.list(username="member", event_slug="member-30min").collect()
        assert found.length_in_minutes == 30
        (together,) = await acal.event_types.list(usernames=["owner", "member"]).collect()
        assert (together.id, {user.username for user in together.users}) == (0, {"owner", "member"})
        with pytest.raises(PermissionDeniedError):
            await acal.event_types.delete(found.id)

    async def test_what_cal_com_refuses(self, acal: AsyncCalCom) -> None:
        await acal.event_types.create(**ET)
        with pytest.raises(BadRequestError):
            await acal.event_types.create(**ET)
        with pytest.raises(NotFoundError, match="does not own schedule"):
            await acal.event_types.create(title="T", slug="t", length_in_minutes=5, schedule_id=999_999)


class TestVersions:
    async def test_the_older_one_is_asked_for(self, sandbox: Sandbox, acal: AsyncCalCom) -> None:
        made = await acal.event_types.create(**ET)
        assert [type(field) for field in made.booking_fields[:3]] == [NameField, EmailField, LocationField]
        assert {field.is_default for field in made.booking_fields if not isinstance(field, Unknown)} == {True}

    async def test_a_question_in_the_newer_form_asks_for_the_newer_one(self, acal: AsyncCalCom) -> None:
        question = {"field": "custom", "type": "shortText", "slug": "why", "label": "Why?", "required": True}
        made = await acal.event_types.create(**ET, booking_fields=[question])
        (custom,) = (field for field in made.booking_fields if isinstance(field, CustomField))
        assert (custom.field, custom.slug, custom.label, custom.required) == ("custom", "why", "Why?", True)
        assert made.allow_rescheduling_past_bookings is False

    async def test_the_older_form_works_everywhere(self) -> None:
        question = {
            "type": "text",
            "slug": "why",
            "label": "Why?",
            "required": True,
            "placeholder": "",
            "hidden": False,
        }
        async with Sandbox(rate_limit=None, profile="self-hosted") as sandbox, sandbox.client() as cal:
            made = await cal.event_types.create(**ET, booking_fields=[question], disable_guests=True)
            (custom,) = (field for field in made.booking_fields if isinstance(field, CustomField))
            assert (custom.type, custom.slug, custom.is_default) == ("text", "why", False)
            assert made.disable_guests is True
            assert any(isinstance(field, DefaultField) and field.slug == "notes" for field in made.booking_fields)

    async def test_the_newer_form_has_no_place_on_a_self_hosted_server(self) -> None:
        async with Sandbox(rate_limit=None, profile="self-hosted") as sandbox, sandbox.client() as cal:
            with pytest.raises(ApiVersionError) as failed:
                await cal.event_types.update(20001, booking_fields=[{"field": "email"}])
            assert failed.value.versions == ("2026-06-12",)

    async def test_every_call_may_ask_for_the_newer_one(self, acal: AsyncCalCom) -> None:
        event_type = await acal.with_options(api_version="2026-06-12").event_types.get(20001)
        names = [field.field for field in event_type.booking_fields if not isinstance(field, Unknown)]
        assert names[:2] == ["name", "email"]
        assert list(unknown(event_type)) == []


class TestSchedules:
    async def test_the_life_of_a_schedule(self, acal: AsyncCalCom) -> None:
        made = await acal.schedules.create(
            name="Evenings",
            time_zone="Europe/Riga",
            availability=[
                NewScheduleAvailability(days=[Weekday.MONDAY, "Friday"], start_time=time(18), end_time="21:30")
            ],
            overrides=[NewScheduleOverride(date=date(2026, 12, 24), start_time="10:00", end_time="12:00")],
        )
        assert (made.name, made.time_zone, made.is_default) == ("Evenings", "Europe/Riga", False)
        assert made.availability[0].days == ("Monday", "Friday")
        assert (made.availability[0].start_time, made.availability[0].end_time) == (time(18), time(21, 30))
        assert made.overrides[0].date == date(2026, 12, 24)
        assert list(unknown(made)) == []

        changed = await acal.schedules.update(
            made.id,
            is_default=True,
            availability=[*made.availability, {"days": ["Sunday"], "start_time": "10:00", "end_time": "11:00"}],
        )
        assert [hours.days for hours in changed.availability] == [("Monday", "Friday"), ("Sunday",)]
        assert changed.overrides == made.overrides
        assert await acal.schedules.get_default() == changed
        assert {schedule.id: schedule.is_default async for schedule in acal.schedules.list()} == {
            3001: False,
            made.id: True,
        }

        await acal.schedules.delete(made.id)
        with pytest.raises(NotFoundError):
            await acal.schedules.get_default()
        with pytest.raises(NotFoundError):
            await acal.schedules.get(made.id)
        with pytest.raises(BadRequestError):
            await acal.schedules.delete(made.id)

    async def test_somebody_elses(self, acal: AsyncCalCom) -> None:
        with pytest.raises(PermissionDeniedError):
            await acal.schedules.get(3002)

    async def test_office_hours_unless_told_otherwise(self, acal: AsyncCalCom) -> None:
        made = await acal.schedules.create(name="Usual", time_zone="UTC")
        assert [(len(h.days), h.start_time, h.end_time) for h in made.availability] == [(5, time(9), time(17))]


def test_the_same_on_the_blocking_face(cal: CalCom) -> None:
    made = cal.event_types.create(
        **ET, seats={"seatsPerTimeSlot": 2, "showAttendeeInfo": False, "showAvailabilityCount": True}
    )
    assert made.id in [event_type.id for event_type in cal.event_types.list()]
    assert cal.event_types.update(made.id, seats=DISABLED).seats is DISABLED
    assert cal.event_types.delete(made.id).id == made.id
    assert cal.schedules.get_default() == cal.schedules.get(3001) == cal.schedules.list().collect()[0]
