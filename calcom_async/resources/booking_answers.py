"""Calls that answer one booking, or several where recurring bookings are concerned."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from calcom_async.models.bookings import Booking, in_series
from calcom_async.resources.booking_requests import AS_IT_CAME, VERSIONS, read_bookings
from calcom_async.resources.resource import Resource

__all__ = ["BookingAnswers"]

M = TypeVar("M", covariant=True)


class BookingAnswers(Resource[M]):
    """What the parts of `cal.bookings` share."""

    versions: ClassVar[tuple[str, ...]] = VERSIONS

    async def _bookings(self, method: str, template: str, *ids: Any, **options: Any) -> tuple[Booking, ...]:
        """Call an operation that answers one booking, or a list of them."""
        bookings = read_bookings(await self._call(method, template, ids, AS_IT_CAME, **options))
        self._tell_of_records(method, self._scope.template + template, len(bookings))
        return bookings

    async def _booking(self, method: str, template: str, uid: str, **options: Any) -> Booking:
        """The booking with this uid of such an answer; its `series` has them all."""
        return in_series(await self._bookings(method, template, uid, **options), uid)
