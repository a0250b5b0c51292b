"""Only what the webhook's secret has signed gets through."""

from __future__ import annotations

import hmac
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcom_async import ConfigurationError, InvalidRequestError, WebhookVerificationError
from calcom_async.webhooks import sign, signature, verify

BODY = b'{"triggerEvent":"BOOKING_CREATED"}'


def test_the_signature_is_the_hex_hmac_of_the_raw_body() -> None:
    assert sign(BODY, "s3cr3t") == hmac.new(b"s3cr3t", BODY, sha256).hexdigest()
    verify(BODY, sign(BODY, "s3cr3t"), "s3cr3t")


@given(st.binary(), st.binary(), st.text(min_size=1), st.text(min_size=1))
def test_a_signature_is_of_one_body_and_one_secret(body: bytes, other: bytes, secret: str, wrong: str) -> None:
    made = sign(body, secret)
    verify(body, made, secret)
    if other != body:
        with pytest.raises(WebhookVerificationError):
            verify(other, made, secret)
    if wrong.encode("utf-8", "surrogatepass") != secret.encode("utf-8", "surrogatepass") and made != sign(body, wrong):
        with pytest.raises(WebhookVerificationError):
            verify(body, made, wrong)


@pytest.mark.parametrize(
    "given",
    [None, "", "0" * 64, "no-secret-provided", "sha256=" + sign(BODY, "a"), sign(BODY, "a")[:-1], "ü", "\ud800"],
)
def test_what_is_not_the_signature_is_refused(given: str | None) -> None:
    with pytest.raises(WebhookVerificationError) as caught:
        verify(BODY, given, "a")
    assert sign(BODY, "a") not in str(caught.value)


def test_while_a_secret_is_replaced_both_are_good() -> None:
    for secret in ("old", "new"):
        verify(BODY, sign(BODY, secret), ["old", "new"])
        verify(BODY, sign(BODY, secret), (b"new", "old"))
    with pytest.raises(WebhookVerificationError):
        verify(BODY, sign(BODY, "third"), ["old", "new"])


def test_every_secret_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []

    class Watched:
        new = staticmethod(hmac.new)

        @staticmethod
        def compare_digest(a: bytes, b: bytes) -> bool:
            compared.append((a, b))
            return hmac.compare_digest(a, b)

    monkeypatch.setattr(signature, "hmac", Watched)
    made = sign(BODY, "old")
    verify(BODY, made, ["old", "new"])
    assert compared == [(made.encode(), made.encode()), (sign(BODY, "new").encode(), made.encode())]


def test_unsigned_deliveries_have_to_be_allowed() -> None:
    verify(BODY, "no-secret-provided", None, allow_unsigned=True)
    verify(BODY, None, None, allow_unsigned=True)
    with pytest.raises(WebhookVerificationError, match="no secret is known"):
        verify(BODY, sign(BODY, "s"), None, allow_unsigned=True)
    with pytest.raises(WebhookVerificationError, match="has no secret"):
        verify(BODY, "no-secret-provided", "s")


@pytest.mark.parametrize(
    ("secret", "allow_unsigned"),
    [(None, False), ("", False), (b"", False), ([], False), (["a", ""], False), ("s", True)],
)
def test_a_configuration_that_protects_nothing_is_refused(secret: object, allow_unsigned: bool) -> None:
    with pytest.raises(ConfigurationError):
        verify(BODY, sign(BODY, "a"), secret, allow_unsigned=allow_unsigned)  # type: ignore[arg-type] # some are wrong


def test_a_body_that_was_parsed_is_refused() -> None:
    for body in ("{}", {}):
        with pytest.raises(InvalidRequestError, match="raw body"):
            verify(body, "x", "s")  # type: ignore[arg-type] # that is the mistake
