"""A dry run: a client that reads as usual, and stops at the first request that would write."""

from __future__ import annotations

from typing import Any

import attrs

from calcom_async.client import AsyncCalCom
from calcom_async.core.operation import Channel
from calcom_async.core.request import Request, Response

__all__ = ["WouldSend", "rehearsing"]

_READS = frozenset({"GET", "HEAD"})


class WouldSend(Exception):  # noqa: N818 - it carries a request, nothing went wrong
    """A request that writes was reached, and not sent. Not a `CalComError`: nothing may take it for a failed call."""

    def __init__(self, request: Request) -> None:
        self.request = request
        super().__init__(request.operation)

    def told(self) -> dict[str, Any]:
        """What would be sent, as plain JSON values."""
        query: dict[str, Any] = {}
        for name, value in self.request.query:
            query[name] = value if name not in query else f"{query[name]},{value}"
        return {
            "method": self.request.method,
            "path": "/v2/" + self.request.path.lstrip("/"),
            "query": query,
            "body": self.request.body,
            "apiVersion": self.request.versions[0] if self.request.versions else None,
        }


@attrs.frozen(kw_only=True)
class _Rehearsal(Channel):
    """Sends what reads."""

    async def send(self, request: Request) -> Response:
        if request.method not in _READS:
            raise WouldSend(request)
        return await self.transport.send(request, self.options)


def rehearsing(client: AsyncCalCom) -> AsyncCalCom:
    """A client on the same connections and limiter that never sends what writes, and raises `WouldSend` instead."""
    channel = client._channel
    return AsyncCalCom.on(_Rehearsal(transport=channel.transport, options=channel.options))
