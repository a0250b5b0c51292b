"""Every delivery that was recorded of a real server verifies, is typed, and comes back as it was."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from calcom_async import WebhookVerificationError
from calcom_async.models import WebhookTrigger, WebhookVersion
from calcom_async.webhooks import BookingEvent, NoShowEvent, TemplatedEvent, parse, read_event

REFERENCE = Path(os.environ.get("CALCOM_API_REFERENCE", Path(__file__).parents[3] / "shared" / "api"))
CAPTURES = REFERENCE / "captures"
pytestmark = [pytest.mark.contract, pytest.mark.skipif(not CAPTURES.exists(), reason="no API reference folder")]
SECRETS = ["s3cr3t", "x"]


def deliveries() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CAPTURES / "server-webhooks.jsonl").read_text(encoding="utf-8").splitlines()]


def test_all_verify_parse_and_come_back() -> None:
    seen = {BookingEvent: 0, NoShowEvent: 0, TemplatedEvent: 0}
    signed = 0
    for each in deliveries():
        body = each["body_text"].encode()
        unsigned = ["X-Cal-Signature-256", "no-secret-provided"] in each["headers"]
        pairs = [(name, value) for name, value in each["headers"]]
        event = parse(body, pairs, secret=None if unsigned else SECRETS, allow_unsigned=unsigned)
        assert event.to_dict() == each["json"]
        assert event.problems == ()
        seen[type(event)] += 1
        signed += not unsigned
        if not isinstance(event, TemplatedEvent):
            assert dict(event.payload.extra) == {}
            assert event.uid
            assert event.created_at is not None
        if not unsigned:
            with pytest.raises(WebhookVerificationError):
                parse(body + b" ", pairs, secret=SECRETS)
    assert seen == {BookingEvent: 61, NoShowEvent: 2, TemplatedEvent: 17}
    assert signed == 35


@pytest.mark.parametrize("path", sorted((CAPTURES / "webhooks").glob("*.json")), ids=lambda path: path.stem)
def test_those_of_the_hosted_service(path: Path) -> None:
    """Redacted, so that their signatures are gone."""
    capture = json.loads(path.read_text(encoding="utf-8"))
    event = read_event(json.dumps(capture["body"]).encode(), capture["headers"])
    assert isinstance(event, BookingEvent)
    assert event.version is WebhookVersion.V2026_07_27
    assert event.trigger == capture["event"]
    assert event.to_dict() == capture["body"]
    assert event.problems == ()
    assert dict(event.payload.extra) == {}


def test_every_event_of_the_document_is_known() -> None:
    named = json.loads((REFERENCE / "openapi.json").read_text(encoding="utf-8"))
    schema = named["components"]["schemas"]["CreateWebhookInputDto"]["properties"]["triggers"]["items"]["enum"]
    assert {*WebhookTrigger} == set(schema)
    assert len(schema) == 28
