"""Every recorded answer about event types, schedules, teams, memberships and webhooks, read and written back unchanged."""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from calcom_async.core.codec import decode
from calcom_async.core.records import Record
from calcom_async.models.booking_fields import CustomField, DefaultField, EmailField, LocationField, NameField
from calcom_async.models.event_type_locations import EventTypeUnknownLocation
from calcom_async.models.event_types import DeletedEventType, EventType, TeamEventType
from calcom_async.models.memberships import Membership
from calcom_async.models.schedules import Schedule
from calcom_async.models.teams import PendingTeam, Team, TeamInvite
from calcom_async.models.webhooks import Webhook
from tests.models.recorded_answers import unexpected

REFERENCE = Path(os.environ.get("CALCOM_API_REFERENCE", Path(__file__).parents[3] / "shared" / "api"))
TEAM = r"(/organizations/[^/]+)?/teams/[^/]+"
ANSWERS: list[tuple[str, str, type[Record]]] = [
    ("DELETE", rf"({TEAM})?/event-types/[^/]+", DeletedEventType),
    ("GET|POST|PATCH", rf"{TEAM}/event-types(/[^/]+)?", TeamEventType),
    ("GET|POST|PATCH", r"/event-types(/[^/]+)?", EventType),
    (
        "GET|POST|PATCH",
        rf"({TEAM}|/organizations/[^/]+(/users/[^/]+)?|{TEAM}/users/[^/]+)?/schedules(/[^/]+)?",
        Schedule,
    ),
    ("GET|PATCH|DELETE", TEAM, Team),
    ("GET|POST", r"(/organizations/[^/]+)?/teams", Team),
    ("GET|POST|PATCH|DELETE", rf"{TEAM}/memberships(/[^/]+)?", Membership),
    ("POST", rf"{TEAM}/invite", TeamInvite),
    ("GET|POST|PATCH|DELETE", r"(.*)/webhooks(/[^/]+)?", Webhook),
]
VERSIONS = {EventType: "2024-06-14", TeamEventType: "2024-06-14"}
"""Answers to another version have another form (self-hosted server; the hosted ones are of 2026-06-12)."""


class Answer(NamedTuple):
    name: str
    into: type[Record]
    data: Any


def record_for(method: str, path: str) -> type[Record] | None:
    path = re.sub(r"^(/api)?/v2", "", path.partition("?")[0])
    if path.endswith("/teams/me"):  # a list of the organization's family
        return None
    return next((cls for methods, p, cls in ANSWERS if method in methods.split("|") and re.fullmatch(p, path)), None)


def answers() -> Iterator[Answer]:
    for file in sorted((REFERENCE / "captures").glob("*.json")):
        capture = json.loads(file.read_text())
        into = record_for(capture["method"], capture["route"])
        if into is not None and capture["status"] < 300 and file.name != "POST_v2-teams_201.json":
            yield Answer(file.name, into, capture["body"]["data"])
    for file in sorted((REFERENCE / "captures").glob("server*.jsonl")):
        for line in file.read_text().splitlines():
            pair = json.loads(line)
            if "request_headers" not in pair or not isinstance(pair["body"], dict) or pair["status"] >= 300:
                continue
            into = record_for(pair["method"], pair["path"])
            version = {k.lower(): v for k, v in (pair["request_headers"] or {}).items()}.get("cal-api-version")
            if into is None or version != VERSIONS.get(into, version):
                continue
            if pair["path"].startswith("/v2/schedules") and version in {None, "2024-04-15"}:
                continue
            if isinstance(pair["body"].get("data"), dict | list):
                yield Answer(f"{file.name} {pair['n']} {pair['name']}", into, pair["body"]["data"])


def records() -> Iterator[tuple[str, Record, Any]]:
    for name, into, data in answers():
        for wire in data if isinstance(data, list) else [data]:
            yield name, decode(json.loads(json.dumps(wire)), into), wire


@pytest.mark.contract
@pytest.mark.usefixtures("reference")
class TestCaptures:
    def test_every_answer_is_read_and_written_back_unchanged(self) -> None:
        seen: Counter[str] = Counter()
        for name, record, wire in records():
            seen[type(record).__name__] += 1
            assert record.to_dict() == wire, name
            assert list(record.to_dict()) == list(wire), name
            assert list(unexpected(record)) == [], name
        least = {
            "EventType": 98,
            "TeamEventType": 65,
            "DeletedEventType": 3,
            "Schedule": 39,
            "Team": 42,
            "Membership": 14,
            "TeamInvite": 2,
            "Webhook": 38,
        }
        assert {name: count for name, count in least.items() if seen[name] < count} == {}

    def test_a_team_that_has_to_be_paid_for(self) -> None:
        wire = json.loads((REFERENCE / "captures" / "POST_v2-teams_201.json").read_text())["body"]["data"]
        record = decode(wire, PendingTeam)
        assert record.to_dict() == wire
        assert list(unexpected(record)) == []
        assert record.pending_team is not None
        assert record.pending_team.time_zone == "Europe/London"
        assert (record.payment_link or "").startswith("https://checkout.stripe.com/")

    def test_both_versions_give_the_same_booking_fields(self) -> None:
        kinds: dict[str, Counter[str]] = {"hosted": Counter(), "server": Counter()}
        for name, record, _ in records():
            if isinstance(record, EventType):
                source = "server" if name.startswith("server") else "hosted"
                kinds[source].update(type(field).__name__ for field in record.booking_fields)
        assert set(kinds["hosted"]) == {c.__name__ for c in (NameField, EmailField, LocationField, DefaultField)}
        assert set(kinds["server"]) == set(kinds["hosted"]) | {CustomField.__name__}

    def test_booking_fields_of_the_version_of_2026(self) -> None:
        file = REFERENCE / "captures" / "POST_v2-event-types-eventTypeId-booking-fields_201.json"
        wire = json.loads(file.read_text())["body"]["data"]
        record = decode({"id": 1, **wire}, EventType)
        assert record.to_dict() == {"id": 1, **wire}
        assert list(unexpected(record)) == []
        assert [type(field) for field in record.booking_fields][-1] is CustomField

    def test_a_location_that_the_server_could_not_name(self) -> None:
        found = [
            x
            for _, r, _ in records()
            if isinstance(r, EventType)
            for x in r.locations
            if x.to_dict()["type"] == "unknown"
        ]
        assert len(found) == 3
        assert all(isinstance(x, EventTypeUnknownLocation) for x in found)
