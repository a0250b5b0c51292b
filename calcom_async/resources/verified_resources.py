"""Verified e-mail addresses and phone numbers of a user, a team, or a team of an organization."""

from __future__ import annotations

from typing import TypeVar

from calcom_async.core.inputs import fields
from calcom_async.models.verified_resources import VerifiedEmail, VerifiedPhone
from calcom_async.resources.resource import Listing, Resource, operation, paginated

__all__ = ["VerifiedResources"]

M = TypeVar("M", covariant=True)


class VerifiedResources(Resource[M]):
    """Addresses and numbers that workflows may write to.

    OAuth scopes `VERIFIED_RESOURCES_READ` and `…_WRITE`; for a team `TEAM_VERIFIED_RESOURCES_…`, role team admin.
    Servers pace the requests for codes by a limit of their own: 5 a minute for e-mails, 3 for phones.
    """

    @paginated
    def list_emails(self, *, page_size: int = 250) -> Listing[VerifiedEmail]:
        """Every verified e-mail address.

        `GET {scope}/verified-resources/emails`
        """
        return self._list("/verified-resources/emails", VerifiedEmail, page_size=page_size)

    @paginated
    def list_phones(self, *, page_size: int = 250) -> Listing[VerifiedPhone]:
        """Every verified phone number.

        `GET {scope}/verified-resources/phones`
        """
        return self._list("/verified-resources/phones", VerifiedPhone, page_size=page_size)

    @operation
    async def get_email(self, email_id: int) -> VerifiedEmail:
        """One verified e-mail address.

        `GET {scope}/verified-resources/emails/{id}`

        Raises:
            NotFoundError: there is none with this id here.
        """
        return await self._get("/verified-resources/emails/{id}", email_id, into=VerifiedEmail)

    @operation
    async def get_phone(self, phone_id: int) -> VerifiedPhone:
        """One verified phone number.

        `GET {scope}/verified-resources/phones/{id}`

        Raises:
            NotFoundError: there is none with this id here.
        """
        return await self._get("/verified-resources/phones/{id}", phone_id, into=VerifiedPhone)

    @operation
    async def request_email_code(self, email: str) -> None:
        """Have a code sent to an e-mail address.

        `POST {scope}/verified-resources/emails/verification-code/request`
        """
        await self._post("/verified-resources/emails/verification-code/request", body=fields(email=email), into=None)

    @operation
    async def request_phone_code(self, phone: str) -> None:
        """Have a code sent to a phone number such as `+37120000001`.

        `POST {scope}/verified-resources/phones/verification-code/request`

        Raises:
            PermissionDeniedError: there are no credits to send it with.
        """
        await self._post("/verified-resources/phones/verification-code/request", body=fields(phone=phone), into=None)

    @operation
    async def verify_email(self, *, email: str, code: str) -> VerifiedEmail:
        """Prove with the code that the address is yours.

        `POST {scope}/verified-resources/emails/verification-code/verify`

        Args:
            email: The address.
            code: What came to it.

        Raises:
            BadRequestError: the code is wrong.
        """
        path = "/verified-resources/emails/verification-code/verify"
        return await self._post(path, body=fields(email=email, code=code), into=VerifiedEmail)

    @operation
    async def verify_phone(self, *, phone: str, code: str) -> VerifiedPhone:
        """Prove with the code that the number is yours.

        `POST {scope}/verified-resources/phones/verification-code/verify`

        Args:
            phone: The number, such as `+37120000001`.
            code: What came to it.

        Raises:
            BadRequestError: the code is wrong.
        """
        path = "/verified-resources/phones/verification-code/verify"
        return await self._post(path, body=fields(phone=phone, code=code), into=VerifiedPhone)
