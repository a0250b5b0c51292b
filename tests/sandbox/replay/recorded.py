"""The recorded pairs: what was asked of the real server, and what it answered."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any, Final

from attrs import frozen

REFERENCE: Final = Path(os.environ.get("CALCOM_API_REFERENCE", Path(__file__).parents[4] / "shared" / "api"))
CAPTURES: Final = REFERENCE / "captures"
FILES: Final = ("server.jsonl", "server-2.jsonl")

_OF_ORGANIZATIONS: Final = (
    ("attributes", "attributes"),
    ("roles", "roles"),
    ("ooo", "out of office"),
    ("delegation-credentials", "delegation credentials"),
    ("routing-forms", "routing forms"),
    ("workflows", "workflows"),
    ("conferencing", "conferencing"),
    ("stripe", "stripe"),
    ("verified-resources", "verified resources"),
    ("webhooks", "webhooks"),
    ("private-links", "private links"),
    ("event-types", "event types"),
    ("bookings", "bookings"),
    ("schedules", "schedules"),
    ("memberships", "memberships"),
    ("organizations", "managed organizations"),
    ("users", "organization users"),
    ("teams", "teams"),
)
_OF_USERS: Final = (
    ("verified-resources", "verified resources"),
    ("oauth-clients", "oauth clients"),
    ("oauth", "oauth clients"),
    ("webhooks", "webhooks"),
    ("private-links", "private links"),
    ("reservations", "reservations"),
    ("memberships", "memberships"),
    ("event-types", "event types"),
    ("schedules", "schedules"),
    ("bookings", "bookings"),
    ("routing-forms", "routing forms"),
    ("conferencing", "conferencing"),
    ("stripe", "stripe"),
    ("calendars", "calendars"),
    ("selected-calendars", "calendars"),
    ("destination-calendars", "calendars"),
    ("api-keys", "api keys"),
    ("slots", "slots"),
    ("teams", "teams"),
    ("me", "me"),
)


@frozen(kw_only=True)
class Pair:
    """One request and its answer. `place` is its name in lists of differences: file and number."""

    file: str
    number: str
    name: str
    method: str
    path: str
    headers: dict[str, str]
    sent: Any
    status: int
    answered: dict[str, str]
    body: Any

    @property
    def place(self) -> str:
        return f"{self.file.removesuffix('.jsonl')} {self.number}"

    @property
    def family(self) -> str:
        return family(self.path)


def family(path: str) -> str:
    """Whose operation a path belongs to."""
    parts = re.split(r"[/?]", re.sub(r"^/api", "", path).partition("?")[0].strip("/"))[1:]
    if parts[:1] == ["organizations"]:
        inner = parts[2:]
        return next((name for part, name in _OF_ORGANIZATIONS if part in inner), "other")
    if parts[:1] == ["slots"] and "reservations" in parts:
        return "reservations"
    if parts[:1] == ["teams"] and parts[2:3] not in ([], ["invite"]):
        return next((name for part, name in _OF_USERS if part in parts[2:]), "teams")
    return next((name for part, name in _OF_USERS if part in parts), "other")


def pairs(file: str) -> list[Pair]:
    """The pairs of one file, in the order in which they were recorded."""
    found = []
    for line in (CAPTURES / file).read_text().splitlines():
        row = json.loads(line)
        found.append(
            Pair(
                file=file,
                number=row["n"],
                name=row["name"],
                method=row["method"],
                path=row["path"],
                headers=row["request_headers"] or {},
                sent=row["request_json"],
                status=row["status"],
                answered=row["headers"] or {},
                body=row["body"],
            )
        )
    return found
