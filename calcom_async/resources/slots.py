"""Free slots, and reservations of them: `cal.slots`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, TypeVar

from calcom_async.core.inputs import Instant, fields, instant, joined
from calcom_async.core.unset import UNSET, Unset
from calcom_async.errors import InvalidRequestError
from calcom_async.models.slots import Slot, SlotReservation, SlotsByDay
from calcom_async.resources.resource import Resource, operation

__all__ = ["Slots", "day_or_instant"]

M = TypeVar("M", covariant=True)


class Slots(Resource[M]):
    """When something can be booked, and how to hold a slot while somebody decides."""

    versions: ClassVar[tuple[str, ...]] = ("2024-09-04",)

    @operation
    async def list(
        self,
        *,
        start: date | Instant,
        end: date | Instant,
        event_type_id: int | Unset = UNSET,
        event_type_slug: str | Unset = UNSET,
        username: str | Unset = UNSET,
        team_slug: str | Unset = UNSET,
        usernames: Sequence[str] | Unset = UNSET,
        organization_slug: str | Unset = UNSET,
        time_zone: str | Unset = UNSET,
        duration: int | timedelta | Unset = UNSET,
        format: str | Unset = UNSET,  # noqa: A002 - Cal.com's word
        booking_uid_to_reschedule: str | Unset = UNSET,
    ) -> Mapping[date, tuple[Slot, ...]]:
        """Free slots by day; a day without slots is not among them, and without any the mapping is empty.

        `GET /v2/slots`, public. Say what is to be booked in one of these ways: `event_type_id`; `event_type_slug` and
        `username`; `event_type_slug` and `team_slug`; or `usernames`, for two or more people at once. A managed event
        type is only a template: ask for the event types of its members.

        Args:
            start: From when: an instant, or a day (`2026-12-01`), which means its beginning in UTC.
            end: Until when: an instant, or a day, which means its end in UTC. With a time zone ahead of UTC that can
                reach into the following day.
            event_type_id: The event type.
            event_type_slug: The event type by its name in links, with `username` or `team_slug`.
            username: Whose event type it is.
            team_slug: Which team's event type it is.
            usernames: Two or more people who should all be free, without an event type.
            organization_slug: The organization of the person, people or team.
            time_zone: IANA name. Days and offsets of the answer are in this zone; UTC if left out.
            duration: Minutes (or a timedelta), where an event type has several lengths, or for `usernames` (30).
            format: `range` gives each slot its end as well; `time`, like nothing, only its start.
            booking_uid_to_reschedule: A booking that is to be moved: its own time counts as free.

        Raises:
            InvalidRequestError: a start or end that is neither a day nor an instant with an offset.
            NotFoundError: no such event type, person or team.
            BadRequestError: the arguments don't fit together.
        """
        query = fields(
            start=day_or_instant(start, "start"), end=day_or_instant(end, "end"),
            event_type_id=event_type_id, event_type_slug=event_type_slug, username=username, team_slug=team_slug,
            usernames=joined(usernames, "usernames"), organization_slug=organization_slug, time_zone=time_zone,
            duration=duration, format=format, booking_uid_to_reschedule=booking_uid_to_reschedule,
        )  # fmt: skip
        by_day = await self._get("/slots", into=SlotsByDay, query=query, find=_under_data)
        return by_day.data

    @operation
    async def reserve(
        self,
        *,
        event_type_id: int,
        slot_start: Instant,
        slot_duration: int | timedelta | Unset = UNSET,
        reservation_duration: int | timedelta | Unset = UNSET,
    ) -> SlotReservation:
        """Hold a slot, so that nobody else can book it for a while.

        `POST /v2/slots/reservations`, public.

        Args:
            event_type_id: The event type.
            slot_start: When the slot starts.
            slot_duration: Its length in minutes (or a timedelta), where the event type has several.
            reservation_duration: For how many minutes (or how long, as a timedelta); 5 if left out. Needs a key.

        Raises:
            UnprocessableEntityError: the slot is held or booked already.
            NotFoundError: no such event type.
            AuthenticationError: a `reservation_duration` without a key.
        """
        body = _reservation(event_type_id, slot_start, slot_duration, reservation_duration)
        return await self._post("/slots/reservations", into=SlotReservation, body=body)

    @operation
    async def get(self, reservation_uid: str) -> SlotReservation:
        """A reservation.

        `GET /v2/slots/reservations/{uid}`, public.

        Raises:
            NotFoundError: there is none, or it is over (Cal.com answers 200 with null).
        """
        return await self._get("/slots/reservations/{uid}", reservation_uid, into=SlotReservation)

    @operation
    async def update(
        self,
        reservation_uid: str,
        *,
        event_type_id: int,
        slot_start: Instant,
        slot_duration: int | timedelta | Unset = UNSET,
        reservation_duration: int | timedelta | Unset = UNSET,
    ) -> SlotReservation:
        """Hold another slot instead; the time starts anew.

        `PATCH /v2/slots/reservations/{uid}`, public. Arguments and errors as `reserve`: Cal.com wants the event type
        and the start again even where they stay.

        Raises:
            NotFoundError: there is no such reservation, or it is over.
        """
        body = _reservation(event_type_id, slot_start, slot_duration, reservation_duration)
        return await self._patch("/slots/reservations/{uid}", reservation_uid, into=SlotReservation, body=body)

    @operation
    async def release(self, reservation_uid: str) -> None:
        """Give a held slot back.

        `DELETE /v2/slots/reservations/{uid}`, public.

        Raises:
            NotFoundError: there is no such reservation.
        """
        await self._delete("/slots/reservations/{uid}", reservation_uid, into=None)


def _under_data(data: Any) -> Any:
    """As the record expects it: days are keys, and a record's keys are fields."""
    return {"data": data}


def _reservation(
    event_type_id: int, slot_start: Instant, slot_duration: int | timedelta | Unset, duration: int | timedelta | Unset
) -> dict[str, Any]:
    return fields(
        event_type_id=event_type_id, slot_start=instant(slot_start, "slot_start"), slot_duration=slot_duration,
        reservation_duration=duration,
    )  # fmt: skip


def day_or_instant(value: date | Instant, name: str) -> Any:
    """The wire form of a day, or of an instant.

    Raises:
        InvalidRequestError: neither.
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and len(value) == len("2026-12-01"):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            raise InvalidRequestError(f"{name}: not a day; write it like 2026-12-01") from None
    return instant(value, name)
