"""From the bytes of a delivery to an event. Pure: whether it is genuine, fresh and readable, from values alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias, cast

from calcom_async.core.codec import parse_json
from calcom_async.core.records import Record
from calcom_async.errors import DecodeError, WebhookVerificationError
from calcom_async.models.webhooks import WebhookTrigger, WebhookVersion
from calcom_async.webhooks.events import Event, OpenEvent, TemplatedEvent, event_class
from calcom_async.webhooks.signature import SIGNATURE_HEADER, Secret, verify

__all__ = ["MAX_BODY", "VERSION_HEADER", "Headers", "check_age", "header", "header_pairs", "parse", "read_event"]

VERSION_HEADER = "X-Cal-Webhook-Version"
"""The header that names the format of the payload."""
MAX_BODY = 1024 * 1024
"""Bytes that a delivery may have unless told otherwise; those that were recorded have 6 KiB at most."""
Headers: TypeAlias = Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]]
"""The headers as a framework has them; case does not matter."""
_FORM = "application/x-www-form-urlencoded"


def parse(
    body: bytes,
    headers: Headers,
    *,
    secret: Secret | None,
    allow_unsigned: bool = False,
    max_age: timedelta | None = None,
    now: datetime | None = None,
    max_body: int = MAX_BODY,
) -> Event[Any]:
    """The event of a delivery, after making sure that Cal.com sent it.

    Args:
        body: The raw body.
        headers: The headers of the request.
        secret: The webhook's secret, or several while one replaces another.
        allow_unsigned: Take what a webhook without a secret delivers, with `secret=None`.
        max_age: Refuse what was written longer ago than this, or as far in the future. A body that does not say when
            (a template's; MEETING_STARTED and MEETING_ENDED) passes.
        now: What time it is; by default the machine's.
        max_body: Bytes the body may have.

    Returns:
        An event of the class of its trigger, such as `BookingEvent`; `OpenEvent` for one this release does not
        know, `TemplatedEvent` for a template's body that does not name its event.

    Raises:
        WebhookVerificationError: the signature does not fit, or the delivery is too old.
        DecodeError: it is too long, or neither JSON nor text.
        ConfigurationError: there is no secret, or an empty one.
    """
    if len(body) > max_body:
        raise DecodeError(f"the body has more than {max_body} bytes")
    pairs = header_pairs(headers)
    verify(body, header(pairs, SIGNATURE_HEADER), secret, allow_unsigned=allow_unsigned)
    event = read_event(body, pairs)
    check_age(event, max_age, now=now)
    return event


def check_age(event: Event[Any], max_age: timedelta | None, *, now: datetime | None = None) -> None:
    """Refuse an event that is too old, or from a future too far.

    Raises:
        WebhookVerificationError: it is.
    """
    if max_age is None or event.created_at is None:
        return
    if abs((now or datetime.now(UTC)) - event.created_at) > max_age:
        raise WebhookVerificationError("the delivery was not written just now: an old one, sent again")


def read_event(body: bytes, headers: Headers = ()) -> Event[Any]:
    """The event of a delivery, without a look at its signature: for what was verified before.

    Raises:
        DecodeError: the body is neither JSON nor text.
    """
    pairs = header_pairs(headers)
    digest = hashlib.sha256(body).hexdigest()
    named = header(pairs, VERSION_HEADER)
    version = WebhookVersion(named) if named is not None and named in {*WebhookVersion} else named
    value = _value(body, header(pairs, "Content-Type"))
    if not isinstance(value, dict) or not isinstance(value.get("triggerEvent"), str):
        return TemplatedEvent(trigger=None, payload=value, version=version, digest=digest)
    name: str = value["triggerEvent"]
    trigger = WebhookTrigger(name) if name in {*WebhookTrigger} else name
    flat = "payload" not in value
    told = {k: v for k, v in value.items() if k != "triggerEvent"} if flat else value["payload"]
    about: dict[str, Any] = {
        "trigger": trigger,
        "created_at": None if flat else _instant(value.get("createdAt")),
        "version": version,
        "digest": digest,
        "around": {"triggerEvent": name} if flat else value,
        "flat": flat,
    }
    classes = event_class(name)
    if classes is None or not isinstance(told, dict):
        return OpenEvent(payload=told, **about)
    event, payload_class = classes
    payload, problems = _structured(told, payload_class)
    return event(payload=payload, problems=problems, **about)


def header_pairs(headers: Headers) -> tuple[tuple[str, str], ...]:
    """The headers as text, whatever the framework keeps them in."""
    pairs = cast("Iterable[tuple[Any, Any]]", headers.items() if isinstance(headers, Mapping) else headers)
    return tuple((_text(name), _text(value)) for name, value in pairs)


def header(pairs: Iterable[tuple[str, str]], name: str) -> str | None:
    """The first header of this name, whatever its case."""
    wanted = name.lower()
    return next((value for key, value in pairs if key.lower() == wanted), None)


def _text(raw: str | bytes) -> str:
    return raw if isinstance(raw, str) else raw.decode("latin-1")


def _value(body: bytes, content_type: str | None) -> Any:
    """The JSON value of a body, or its text where it is a form."""
    form = content_type is not None and content_type.partition(";")[0].strip().lower() == _FORM
    try:
        return parse_json(body)
    except DecodeError:
        if not form:
            raise DecodeError(f"the body is not JSON ({len(body)} bytes)") from None
    try:
        return bytes(body).decode()
    except UnicodeDecodeError:
        raise DecodeError(f"the body is neither JSON nor text ({len(body)} bytes)") from None


def _structured(told: dict[str, Any], payload_class: type[Record]) -> tuple[Record, tuple[DecodeError, ...]]:
    """The payload as a record; a field that does not fit goes to `.extra` as it came, and the rest is read."""
    try:
        return payload_class.from_dict(told), ()
    except DecodeError as problem:
        key = problem.path.partition(".")[0].partition("[")[0]
        if key not in told:
            raise
        payload, problems = _structured({k: v for k, v in told.items() if k != key}, payload_class)
        object.__setattr__(payload, "_extra", {**(payload._extra or {}), key: told[key]})
        return payload, (problem, *problems)


def _instant(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        instant = datetime.fromisoformat(value)
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
