"""The answers recorded of the hosted service to what only organizations and accounts show, compared by their shape."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .recorded import CAPTURES
from .shapes import differences

pytestmark = [
    pytest.mark.contract,
    pytest.mark.skipif(not CAPTURES.is_dir(), reason="the API reference folder is absent (CALCOM_API_REFERENCE)"),
]

_SECOND_PASS = "2026-09-10"
_DROPPED = ("code", "secret")
"""Keys that the recorder of the second pass dropped."""


def _without(value: Any, names: tuple[str, ...]) -> Any:
    if isinstance(value, list):
        return [_without(each, names) for each in value]
    if isinstance(value, dict):
        return {name: _without(each, names) for name, each in value.items() if name not in names}
    return value


def _differences(name: str, reply: Any) -> list[str]:
    capture = json.loads((CAPTURES / f"{name}.json").read_text())
    dropped = _DROPPED if str(capture.get("captured_on", "")).startswith(_SECOND_PASS) else ()
    found = list(differences(_without(capture["body"], dropped), _without(reply.body, dropped)))
    return found if reply.status == capture["status"] else [f"status {capture['status']}, here {reply.status}", *found]


@pytest.fixture
def organization(sandbox):
    return sandbox.organization(members=["member"])


@pytest.fixture
def at(organization):
    return f"organizations/{organization}"


async def test_replay_of_hosted_memberships(talk, at):
    assert _differences("GET_v2-organizations-orgId-memberships_200", await talk("GET", f"{at}/memberships")) == [
        # Who has never been changed has no date of it; the recorded one had been.
        "$.data[].updatedAt: instant .000Z, here null"
    ]
    twice = {"userId": 1002}
    team = (await talk("POST", f"{at}/teams", {"name": "Night shift"})).data["id"]
    await talk("POST", f"{at}/teams/{team}/memberships", twice)
    refused = await talk("POST", f"{at}/teams/{team}/memberships", twice)
    assert _differences("POST_v2-organizations-orgId-teams-teamId-memberships_409", refused) == []


async def test_replay_of_hosted_absences(talk, at):
    days = {"start": "2026-05-01T00:00:00Z", "end": "2026-05-01T00:00:00Z"}
    await talk("POST", f"{at}/users/1001/ooo", {**days, "notes": "skiing"})
    assert _differences("GET_v2-organizations-orgId-ooo_200", await talk("GET", f"{at}/ooo")) == []
    other = await talk("POST", "me/ooo", {"start": "2026-06-01T00:00:00Z", "end": "2026-06-01T00:00:00Z"})
    refused = await talk("PATCH", f"me/ooo/{other.data['id']}", days)
    assert _differences("PATCH_v2-me-ooo-oooId_409", refused) == []


async def test_replay_of_hosted_attributes(talk, at):
    made = await talk("POST", f"{at}/attributes", {"name": "Title", "slug": "title", "type": "TEXT", "options": []})
    assert _differences("POST_v2-organizations-orgId-attributes_201", made) == []
    option = await talk("POST", f"{at}/attributes/{made.data['id']}/options", {"value": "Chief", "slug": "chief"})
    assert _differences("POST_v2-organizations-orgId-attributes-attributeId-options_201", option) == []


async def test_replay_of_hosted_roles_webhooks_and_credentials(talk, at):
    assert _differences("GET_v2-organizations-orgId-roles_200", await talk("GET", f"{at}/roles")) == []
    hook = {"active": True, "subscriberUrl": "https://example.com/hook", "triggers": ["BOOKING_CREATED"]}
    assert _differences("POST_v2-organizations-orgId-webhooks_201", await talk("POST", f"{at}/webhooks", hook)) == []
    key = {"private_key": "not-a-key", "client_email": "a@example.com", "client_id": "1"}
    sent = {"workspacePlatformSlug": "google", "domain": "example.com", "serviceAccountKey": key}
    made = await talk("POST", f"{at}/delegation-credentials", sent)
    assert _differences("POST_v2-organizations-orgId-delegation-credentials_201", made) == []


async def test_replay_of_hosted_accounts(talk, at):
    assert _differences("GET_v2-me_200_2", await talk("GET", "me")) == []
    assert _differences("GET_v2-calendars_200", await talk("GET", "calendars")) == []
    assert _differences("GET_v2-credits-available_200", await talk("GET", "credits/available")) == []
    assert _differences("PATCH_v2-me-booking-limits_200", await talk("PATCH", "me/booking-limits", {})) == []
    team = await talk("GET", "teams/501/memberships")
    assert _differences("GET_v2-teams-teamId-memberships_200", team) == []
