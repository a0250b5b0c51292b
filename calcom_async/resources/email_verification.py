"""E-mail verification before booking: `cal.bookings.email_verification`."""

from __future__ import annotations

from typing import Any, TypeVar

from calcom_async.core.inputs import fields
from calcom_async.core.unset import UNSET, Unset
from calcom_async.errors import DecodeError
from calcom_async.resources.booking_requests import AS_IT_CAME
from calcom_async.resources.resource import Resource, operation

__all__ = ["EmailVerification"]

M = TypeVar("M", covariant=True)


class EmailVerification(Resource[M]):
    """Codes that prove an attendee's e-mail address, for event types that ask for one.

    The code then goes into `cal.bookings.create(..., email_verification_code=...)`.
    """

    @operation
    async def send_code(
        self,
        email: str,
        *,
        username: str | Unset = UNSET,
        language: str | Unset = UNSET,
        is_verifying_email: bool | Unset = UNSET,
    ) -> bool:
        """Send a code to an address, and say whether it was sent.

        `POST /v2/bookings/verification/email/send-code`.

        Args:
            email: The address.
            username: How the e-mail addresses the person.
            language: The language of the e-mail.
            is_verifying_email: Whether the e-mail speaks of verifying the address (not of logging in).

        Raises:
            BadRequestError: no e-mail address.
            RateLimitError: too many codes.
        """
        path = "/bookings/verification/email/send-code"
        body = fields(email=email, username=username, language=language, is_verifying_email=is_verifying_email)
        return _truth(await self._post(path, into=AS_IT_CAME, body=body, find=_sent))

    @operation
    async def check(self, email: str, *, user_session_email: str | Unset = UNSET) -> bool:
        """Whether an address has to be verified before it can book.

        `GET /v2/bookings/verification/email/check`; the answer is a bare true or false.

        Args:
            email: The address.
            user_session_email: The address of whoever is logged in, if somebody is.

        Raises:
            BadRequestError: no e-mail address.
        """
        query = fields(email=email, user_session_email=user_session_email)
        return _truth(await self._get("/bookings/verification/email/check", into=AS_IT_CAME, query=query))

    @operation
    async def verify_code(self, email: str, code: str) -> bool:
        """Whether a code is the one that was sent to an address.

        `POST /v2/bookings/verification/email/verify-code`.

        Args:
            email: The address.
            code: What came to it.

        Raises:
            BadRequestError: the code is wrong or too old.
        """
        body = fields(email=email, code=code)
        return _truth(
            await self._post("/bookings/verification/email/verify-code", into=AS_IT_CAME, body=body), "verified"
        )


def _sent(data: Any) -> Any:
    """Whether a code was sent; a success without data says so as well."""
    return data.get("sent", data.get("status") == "success") if isinstance(data, dict) else data


def _truth(data: Any, key: str | None = None) -> bool:
    """True or false, bare or under a key.

    Raises:
        DecodeError: neither; a wrong answer must not pass for a yes.
    """
    value = data.get(key) if key is not None and isinstance(data, dict) else data
    if not isinstance(value, bool):
        raise DecodeError(
            f"expected true or false, got {type(value).__name__}", path=f"data.{key}" if key is not None else "data"
        )
    return value
