"""Credits: what pays for text messages, calls and agents."""

from __future__ import annotations

from typing import Any, Literal, TypeVar

from calcom_async.core.inputs import fields
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.credits import Credits
from calcom_async.resources.resource import Resource, operation

__all__ = ["CreditAccount"]

M = TypeVar("M", covariant=True)


class CreditAccount(Resource[M]):
    """Your credits, or those of your team or organization."""

    @operation
    async def get_available(self) -> Credits:
        """How many credits are left.

        `GET /v2/credits/available`, OAuth scope `CREDITS_READ`.
        """
        return await self._get("/credits/available", into=Credits)

    @operation
    async def charge(
        self,
        *,
        credits: int,  # noqa: A002 - Cal.com's word
        credit_for: Literal["SMS", "CAL_AI_PHONE_CALL", "AI_AGENT"],
        external_ref: str | Unset = UNSET,
    ) -> Any:
        """Take credits.

        `POST /v2/credits/charge`, OAuth scope `CREDITS_WRITE`.

        Args:
            credits: How many, at least 1.
            credit_for: What for.
            external_ref: A reference of yours. Cal.com charges each only once, so a call with one is sent again after
                an open failure; without one it never is.

        Returns:
            What Cal.com answers, as wire JSON; its form is not documented.
        """
        body = fields(credits=credits, credit_for=credit_for, external_ref=external_ref)
        into: Any = Any
        return await self._post("/credits/charge", body=body, into=into, find=_whole, safe=external_ref is not UNSET)


def _whole(answer: Any) -> Any:
    return answer
