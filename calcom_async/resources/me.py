"""Your own profile: `cal.me`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from calcom_async.core.inputs import fields
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.me import Profile
from calcom_async.resources.metadata import checked_metadata
from calcom_async.resources.resource import Resource, operation

__all__ = ["Me"]

M = TypeVar("M", covariant=True)


class Me(Resource[M]):
    """The profile of the person whose key or token is used."""

    @operation
    async def get(self) -> Profile:
        """Your profile.

        `GET /v2/me`, OAuth scope `PROFILE_READ`.

        Raises:
            AuthenticationError: the key or token is not known.
        """
        return await self._get("/me", into=Profile)

    @operation
    async def update(
        self,
        *,
        email: str | Unset = UNSET,
        name: str | Unset = UNSET,
        time_format: int | Unset = UNSET,
        default_schedule_id: int | Unset = UNSET,
        week_start: str | Unset = UNSET,
        time_zone: str | Unset = UNSET,
        locale: str | Unset = UNSET,
        avatar_url: str | Unset = UNSET,
        bio: str | Unset = UNSET,
        metadata: Mapping[str, Any] | Unset = UNSET,
    ) -> Profile:
        """Change your profile; what is not given stays as it is.

        `PATCH /v2/me`, OAuth scope `PROFILE_WRITE`.

        Args:
            email: A new primary address. It stays the old one until the new one is verified, unless that is a verified
                secondary address already or you are a managed user.
            name: Full name.
            time_format: 12 or 24.
            default_schedule_id: The schedule for event types without one of their own.
            week_start: First day of the week, in English: `Monday`.
            time_zone: IANA name, such as `Europe/London`.
            locale: Language, such as `en` or `pt-BR`.
            avatar_url: Where the picture is.
            bio: A few words about you.
            metadata: Anything of yours: at most 50 keys of at most 40 characters, texts of at most 500.

        Raises:
            BadRequestError: a value Cal.com does not take.
        """
        body = fields(
            email=email, name=name, time_format=time_format, default_schedule_id=default_schedule_id,
            week_start=week_start, time_zone=time_zone, locale=locale, avatar_url=avatar_url, bio=bio,
            metadata=checked_metadata(metadata),
        )  # fmt: skip
        return await self._patch("/me", into=Profile, body=body)
