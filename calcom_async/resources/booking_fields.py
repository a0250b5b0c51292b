"""The questions of a booking form, one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from calcom_async.core.inputs import fields, parts
from calcom_async.models.booking_field_inputs import BookingFieldInput, NewBookingField
from calcom_async.models.booking_fields import BookingFields
from calcom_async.resources.resource import Resource, operation

__all__ = ["BookingFieldSet"]

M = TypeVar("M", covariant=True)


class BookingFieldSet(Resource[M]):
    """The questions of an event type's booking form: of yours, of a team's, or of an organization's team's.

    Every change answers all questions as they are now. OAuth scopes `EVENT_TYPE_READ` and `…_WRITE`; for a team
    `TEAM_EVENT_TYPE_…`. Self-hosted servers don't know these operations: there `event_types.update` replaces the
    questions.
    """

    versions = ("2026-06-12",)

    @operation
    async def get(self) -> BookingFields:
        """Every question, those that workflows added included.

        `GET {event type}/booking-fields`
        """
        return await self._get("/booking-fields", into=BookingFields)

    @operation
    async def add(self, booking_fields: Sequence[BookingFieldInput]) -> BookingFields:
        """Add questions of your own.

        `POST {event type}/booking-fields`

        Raises:
            BadRequestError: one is not a question of your own (`field` other than `custom`), or its slug is taken. The
                hosted service has been seen to refuse all: `event_types.update` sets the questions then.
        """
        body = fields(booking_fields=parts(NewBookingField, booking_fields, "booking_fields"))
        return await self._post("/booking-fields", body=body, into=BookingFields)

    @operation
    async def replace(self, booking_fields: Sequence[BookingFieldInput]) -> BookingFields:
        """Replace all questions: your own that are left out are deleted, Cal.com's go back to their defaults.

        `PUT {event type}/booking-fields`
        """
        body = fields(booking_fields=parts(NewBookingField, booking_fields, "booking_fields"))
        return await self._put("/booking-fields", body=body, into=BookingFields)

    @operation
    async def update(self, booking_fields: Sequence[Mapping[str, Any]]) -> BookingFields:
        """Change questions, and leave what is not given as it is.

        `PATCH {event type}/booking-fields`

        Args:
            booking_fields: Mappings that say which by `slug`, and what is to change; those that workflows added can't
                be.
        """
        body = fields(booking_fields=[fields(**dict(change)) for change in booking_fields])
        return await self._patch("/booking-fields", body=body, into=BookingFields)

    @operation
    async def delete(self, slug: str) -> BookingFields:
        """Delete a question of your own.

        `DELETE {event type}/booking-fields/{slug}`

        Args:
            slug: Which one.

        Raises:
            BadRequestError: it is one of Cal.com's.
        """
        return await self._delete("/booking-fields/{slug}", slug, into=BookingFields)
