"""The API key that the client calls with."""

from __future__ import annotations

from typing import TypeVar

from calcom_async.core.inputs import fields
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.api_keys import RefreshedApiKey
from calcom_async.resources.resource import Resource, operation

__all__ = ["ApiKeys"]

M = TypeVar("M", covariant=True)


class ApiKeys(Resource[M]):
    """The API key that the client calls with."""

    @operation
    async def refresh(
        self, *, api_key_days_valid: int | Unset = UNSET, api_key_never_expires: bool | Unset = UNSET
    ) -> RefreshedApiKey:
        """Get a new key. **The old one is dead at once**, and this client still calls with it: make a new one.

        `POST /v2/api-keys/refresh`; never sent twice.

        Args:
            api_key_days_valid: Days that the new key lives, at least 1; 30 by default.
            api_key_never_expires: Whether it lives for ever.

        Raises:
            AmbiguousWriteError: no answer came. Try the old key: where it still works nothing has happened; where it
                does not, the new one is lost, and one has to be made in Cal.com's settings.
        """
        body = fields(api_key_days_valid=api_key_days_valid, api_key_never_expires=api_key_never_expires)
        return await self._post("/api-keys/refresh", body=body, into=RefreshedApiKey)
