"""Whatever is sent, nothing but the package's own errors comes out, and nothing unverified is read."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from calcom_async import CalComError, DecodeError, WebhookVerificationError
from calcom_async.models import WebhookTrigger
from calcom_async.webhooks import Hooks, parse, read_event, sign, verify

from .samples import PAYLOADS, SECRET

names = st.sampled_from(sorted({name for payload in PAYLOADS.values() for name in payload}))
texts = st.text(max_size=20) | st.sampled_from(
    ["2026-04-06T08:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59"]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names | texts, inner, max_size=4),
    max_leaves=12,
)
triggers = st.sampled_from([*WebhookTrigger]) | texts
envelopes = st.fixed_dictionaries(
    {},
    optional={
        "triggerEvent": triggers | values,
        "createdAt": values,
        "payload": st.dictionaries(names, values) | values,
    },
)
bodies = st.binary(max_size=200) | (envelopes | values).map(lambda value: json.dumps(value).encode())
header_texts = st.text(st.characters(max_codepoint=255), max_size=80)
headers = st.dictionaries(
    st.sampled_from(["X-Cal-Signature-256", "Content-Type", "X-Cal-Webhook-Version", "x-other"]),
    header_texts | st.sampled_from(["application/json", "application/x-www-form-urlencoded", "no-secret-provided"]),
)


@given(
    st.binary(),
    st.none() | st.text(),
    st.none() | st.text() | st.lists(st.text() | st.binary(), max_size=3),
    st.booleans(),
)
def test_verify(body: bytes, signature: str | None, secret: Any, allow_unsigned: bool) -> None:
    try:
        verify(body, signature, secret, allow_unsigned=allow_unsigned)
    except CalComError:
        return
    good = [] if secret is None else [secret] if isinstance(secret, str) else secret
    assert signature in {sign(body, each) for each in good} or (allow_unsigned and not good)


@given(bodies, headers)
@example(b'{"triggerEvent":"BOOKING_CREATED","payload":{"attendees":[[]]}}', {})
@settings(max_examples=500)
def test_parse_unverified(body: bytes, given_headers: dict[str, str]) -> None:
    try:
        event = parse(body, given_headers, secret=SECRET)
    except (WebhookVerificationError, DecodeError):
        return
    assert given_headers["X-Cal-Signature-256"].strip() == sign(body, SECRET), event


@given(bodies, headers)
@settings(max_examples=500)
def test_what_is_signed_is_read_or_refused_and_comes_back(body: bytes, given_headers: dict[str, str]) -> None:
    try:
        event = read_event(body, given_headers)
    except DecodeError:
        return
    told = event.to_dict()
    try:
        assert told == json.loads(body)
    except ValueError:
        assert told == body.decode()
    assert event.uid is None or isinstance(event.uid, str)
    assert event.repeat_key in (None, event.digest)
    assert repr(event)


@given(bodies, headers)
def test_a_router_finds_handlers_for_anything(body: bytes, given_headers: dict[str, str]) -> None:
    hooks = Hooks(secret=SECRET)
    hooks.on_any()(print)
    hooks.on("BOOKING_CREATED")(print)
    try:
        event = read_event(body, given_headers)
    except DecodeError:
        return
    assert 1 <= len(hooks.routes(event)) <= 2
