"""Stripe of a user or of a team of an organization."""

from __future__ import annotations

from typing import TypeVar

from calcom_async.core.inputs import fields
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.stripe import StripeAuthorization
from calcom_async.resources.resource import Resource, operation

__all__ = ["Stripe"]

M = TypeVar("M", covariant=True)


class Stripe(Resource[M]):
    """The connection to Stripe, for paid bookings; for a team of an organization, role team admin."""

    @operation
    async def connect(
        self, *, return_to: str | Unset = UNSET, on_error_return_to: str | Unset = UNSET
    ) -> StripeAuthorization:
        """Where to send the user to connect Stripe.

        `GET {scope}/stripe/connect`

        Args:
            return_to: Where the browser goes afterwards; a team's connection needs it.
            on_error_return_to: Where it goes when that failed; likewise.
        """
        query = fields(return_to=return_to, on_error_return_to=on_error_return_to)
        return await self._get("/stripe/connect", query=query, into=StripeAuthorization)

    @operation
    async def finish_authorization(self, *, state: str, code: str) -> str:
        """Hand over what Stripe's page sent back; usually the browser does it.

        `GET {scope}/stripe/save`

        Args:
            state: What `connect` put into the address.
            code: What the page answered.

        Returns:
            Where the browser goes next.
        """
        query = fields(state=state, code=code)
        return await self._get("/stripe/save", query=query, into=str, find=lambda answer: answer.get("url"))

    @operation
    async def check(self) -> None:
        """Make sure that Stripe is connected.

        `GET {scope}/stripe/check`

        Raises:
            NotFoundError: it is not.
            BadRequestError: it was, and works no more.
        """
        await self._get("/stripe/check", into=None)
