"""Webhook deliveries: signed, sent over real HTTP, waited for (8 s at most) and logged."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from typing import Final

import aiohttp
import attrs
from attrs import define, field, frozen

PATIENCE: Final = 8.0
"""How long, in seconds, a booking action waits for its subscribers."""


@frozen(kw_only=True)
class Parcel:
    """A delivery about to be sent; `webhook` is whose."""

    webhook: str
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
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    status: int | None
    webhook: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether the subscriber took it."""
        return self.status is not None and self.status < 300


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
    failures: dict[str, int] = field(factory=dict)
    """How many deliveries in a row failed, by webhook."""
    _session: aiohttp.ClientSession | None = None

    async def send(self, parcels: list[Parcel]) -> list[Delivery]:
        """Deliver all at once and wait for the subscribers. A subscriber that fails is its own loss."""
        made = await asyncio.gather(*(self._deliver(parcel) for parcel in parcels)) if parcels else []
        self.sent.extend(made)
        return list(made)

    async def resend(self, delivery: Delivery) -> Delivery:
        """Send one again, byte for byte, signature included."""
        again = attrs.evolve(delivery, status=await self._post(delivery.url, delivery.headers, delivery.body))
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
        return Delivery(
            url=parcel.url,
            trigger=parcel.trigger,
            headers=headers,
            body=parcel.body,
            status=await self._post(parcel.url, headers, parcel.body),
            webhook=parcel.webhook,
        )

    async def _post(self, url: str, headers: dict[str, str], body: bytes) -> int | None:
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
        return status
