"""Webhook deliveries: signed, sent over real HTTP, waited for (8 s at most) and logged."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from typing import Final

import aiohttp
from attrs import define, field, frozen

PATIENCE: Final = 8.0
"""How long, in seconds, a booking action waits for its subscribers."""


@frozen(kw_only=True)
class Parcel:
    """A delivery about to be sent."""

    url: str
    trigger: str
    body: bytes
    secret: str | None
    version: str | None
    content_type: str = "application/json"


@frozen(kw_only=True)
class Delivery:
    """A delivery as it went out; `status` is None where nobody answered in time."""

    url: str
    trigger: str
    headers: dict[str, str]
    body: bytes
    status: int | None


def sign(secret: str | None, body: bytes) -> str:
    """`X-Cal-Signature-256`: hex HMAC-SHA256 of the raw body, or the literal text for a webhook without a secret."""
    if not secret:
        return "no-secret-provided"
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@define
class Deliverer:
    """Sends parcels and remembers them."""

    sent: list[Delivery] = field(factory=list)
    patience: float = PATIENCE
    _session: aiohttp.ClientSession | None = None

    async def send(self, parcels: list[Parcel]) -> None:
        """Deliver all at once and wait for the subscribers. A subscriber that fails is its own loss."""
        if parcels:
            self.sent.extend(await asyncio.gather(*(self._deliver(parcel) for parcel in parcels)))

    async def resend(self, delivery: Delivery) -> Delivery:
        """Send one again, byte for byte, signature included."""
        again = await self._post(delivery.url, delivery.trigger, delivery.headers, delivery.body)
        self.sent.append(again)
        return again

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _deliver(self, parcel: Parcel) -> Delivery:
        headers = {"Content-Type": parcel.content_type, "X-Cal-Signature-256": sign(parcel.secret, parcel.body)}
        if parcel.version is not None:
            headers["X-Cal-Webhook-Version"] = parcel.version
        return await self._post(parcel.url, parcel.trigger, headers, parcel.body)

    async def _post(self, url: str, trigger: str, headers: dict[str, str], body: bytes) -> Delivery:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        session = self._session
        status = None
        try:
            timeout = aiohttp.ClientTimeout(total=self.patience)
            async with session.post(url, data=body, headers=headers, timeout=timeout) as answer:
                status = answer.status
        except (TimeoutError, aiohttp.ClientError, ValueError):
            pass  # any text is accepted as a subscriber URL; a delivery that cannot be made is only logged
        return Delivery(url=url, trigger=trigger, headers=headers, body=body, status=status)
