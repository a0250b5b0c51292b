"""Allowlists: the addresses that Cal.com's services use; public."""

from __future__ import annotations

from typing import TypeVar

from calcom_async.models.allowlists import Allowlist, Allowlists
from calcom_async.resources.resource import Resource, operation

__all__ = ["ServiceAllowlists"]

M = TypeVar("M", covariant=True)


class ServiceAllowlists(Resource[M]):
    """Which addresses to let through a firewall; they change, so ask now and then.

    The hosted service has been seen without these operations (`NotFoundError`), as self-hosted servers are.
    """

    @operation
    async def get_all(self) -> Allowlists:
        """The addresses of every service.

        `GET /v2/allowlists`, public.
        """
        return await self._get("/allowlists", into=Allowlists)

    @operation
    async def get(self, service: str) -> Allowlist:
        """The addresses of one service.

        `GET /v2/allowlists/{service}`, public.

        Args:
            service: Its name, as `get_all` has it.

        Raises:
            NotFoundError: there is no such service.
        """
        return await self._get("/allowlists/{service}", service, into=Allowlist)
