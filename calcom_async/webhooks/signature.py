"""Whether Cal.com signed a delivery: the hex HMAC-SHA256 of the raw body, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from typing import TypeAlias

from calcom_async.errors import ConfigurationError, InvalidRequestError, WebhookVerificationError

__all__ = ["SIGNATURE_HEADER", "UNSIGNED", "Secret", "sign", "verify"]

SIGNATURE_HEADER = "X-Cal-Signature-256"
"""The header that carries the signature."""
UNSIGNED = "no-secret-provided"
"""What Cal.com writes into it for a webhook without a secret."""
Secret: TypeAlias = str | bytes | Iterable[str | bytes]
"""A webhook's secret, or several: while one replaces another, both are good."""


def sign(body: bytes, secret: str | bytes) -> str:
    """The signature Cal.com gives a body; for tests of your own receiver."""
    return hmac.new(_raw(secret), body, hashlib.sha256).hexdigest()


def verify(body: bytes, signature: str | None, secret: Secret | None, *, allow_unsigned: bool = False) -> None:
    """Make sure that Cal.com sent this body.

    Args:
        body: The raw body, before anything has parsed it.
        signature: The value of `X-Cal-Signature-256`; None where the header is missing.
        secret: The webhook's secret, or several while one replaces another.
        allow_unsigned: Take what a webhook without a secret delivers, with `secret=None`. Anybody can send that.

    Raises:
        WebhookVerificationError: the signature fits none of the secrets, or there is none.
        ConfigurationError: no secret, an empty one, or one together with `allow_unsigned`.
        InvalidRequestError: the body is not bytes.
    """
    if not isinstance(body, bytes | bytearray | memoryview):
        raise InvalidRequestError("verify: pass the raw body as bytes; parsed and written again it is another text")
    secrets = secrets_of(secret, allow_unsigned=allow_unsigned)
    if not secrets:
        if signature in (None, UNSIGNED):
            return
        raise WebhookVerificationError("the delivery is signed, and no secret is known here")
    if not signature:
        raise WebhookVerificationError(f"the delivery has no {SIGNATURE_HEADER}")
    if signature == UNSIGNED:
        raise WebhookVerificationError("the webhook has no secret; set one, or allow unsigned deliveries")
    given = signature.strip().encode("utf-8", "surrogatepass")
    fits = False
    for each in secrets:  # all of them, so that the time does not tell which one fitted
        fits |= hmac.compare_digest(hmac.new(each, body, hashlib.sha256).hexdigest().encode(), given)
    if not fits:
        raise WebhookVerificationError("the signature fits neither this body nor this secret")


def secrets_of(secret: Secret | None, *, allow_unsigned: bool) -> tuple[bytes, ...]:
    """The secrets to try; none where unsigned deliveries are allowed.

    Raises:
        ConfigurationError: see `verify`.
    """
    secrets = () if secret is None else (secret,) if isinstance(secret, str | bytes) else tuple(secret)
    raw = tuple(_raw(each) for each in secrets)
    if not all(raw):
        raise ConfigurationError("a webhook's secret is empty; Cal.com does not sign with an empty one")
    if allow_unsigned and raw:
        raise ConfigurationError("allow_unsigned with a secret: whoever has no secret could say that there is none")
    if not allow_unsigned and not raw:
        raise ConfigurationError("there is no secret to verify deliveries with; allow_unsigned=True takes any")
    return raw


def _raw(secret: str | bytes) -> bytes:
    return secret if isinstance(secret, bytes) else secret.encode("utf-8", "surrogatepass")
