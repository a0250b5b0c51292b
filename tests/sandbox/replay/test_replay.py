"""The recorded requests, played again: the sandbox answers them as the real server did.

One family alone: `pytest -k "replay and webhooks" tests/sandbox/replay`. `CALCOM_REPLAY=all` lists every difference.
"""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from typing import Final

import pytest

from .accepted import ACCEPTED
from .player import Outcome, replay
from .recorded import CAPTURES, FILES

pytestmark = [
    pytest.mark.contract,
    pytest.mark.skipif(not CAPTURES.is_dir(), reason="the API reference folder is absent (CALCOM_API_REFERENCE)"),
]

LEAST_OF_ALL: Final = 0.96
"""The least share of all pairs that must agree, accepted differences counted as differences."""
LEAST: Final = {
    "api keys": 1.0,
    "attributes": 1.0,
    "bookings": 0.99,
    "calendars": 0.95,
    "conferencing": 1.0,
    "delegation credentials": 1.0,
    "event types": 0.98,
    "managed organizations": 1.0,
    "me": 0.98,
    "memberships": 1.0,
    "oauth clients": 0.95,
    "organization users": 1.0,
    "other": 0.75,
    "out of office": 1.0,
    "private links": 1.0,
    "reservations": 1.0,
    "roles": 1.0,
    "routing forms": 0.95,
    "schedules": 1.0,
    "slots": 1.0,
    "stripe": 0.9,
    "teams": 0.98,
    "verified resources": 0.9,
    "webhooks": 0.98,
    "workflows": 1.0,
}
"""The least share of a family's pairs that must agree, those with accepted differences aside."""


@pytest.fixture(scope="session")
def outcomes() -> list[Outcome]:
    """Every pair of both files, played once."""

    async def run() -> list[Outcome]:
        return [outcome for file in FILES for outcome in await replay(file)]

    return asyncio.run(run())


@pytest.fixture(scope="session")
def by_family(outcomes: list[Outcome]) -> dict[str, list[Outcome]]:
    found: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        found[outcome.pair.family].append(outcome)
    return found


def _name(outcome: Outcome) -> str:
    return f"{outcome.pair.place} {outcome.pair.name}"


def _told(outcome: Outcome) -> str:
    pair = outcome.pair
    reason = ACCEPTED.get(_name(outcome))
    why = f"accepted: {reason}" if reason else "; ".join(outcome.differences[:4])[:400]
    return f"{pair.family} | {pair.place} {pair.name} {pair.method} {pair.path[:80]}: {why}"


def test_replay_figures(
    by_family: dict[str, list[Outcome]], outcomes: list[Outcome], capsys: pytest.CaptureFixture[str]
) -> None:
    agree = sum(each.agrees for each in outcomes)
    errors = [each for each in outcomes if each.pair.status >= 400 and each.agrees]
    worded = sum(each.message for each in errors)
    with capsys.disabled():
        print(f"\nagree {agree}/{len(outcomes)}; of {len(errors)} errors alike, {worded} say the same")
        for family, found in sorted(by_family.items()):
            print(f"  {family}: {sum(each.agrees for each in found)}/{len(found)}")
        if os.environ.get("CALCOM_REPLAY"):
            print(*(_told(each) for each in outcomes if not each.agrees), sep="\n")
    assert len(outcomes) > 1_200
    assert agree / len(outcomes) >= LEAST_OF_ALL


@pytest.mark.parametrize("family", LEAST)
def test_replay_of(family: str, by_family: dict[str, list[Outcome]]) -> None:
    found = [each for each in by_family[family] if _name(each) not in ACCEPTED]
    agree = sum(each.agrees for each in found)
    assert agree / len(found) >= LEAST[family], "\n".join(_told(each) for each in found if not each.agrees)


def test_replay_has_a_share_for_every_family(by_family: dict[str, list[Outcome]]) -> None:
    assert by_family.keys() == LEAST.keys()


def test_replay_needs_each_accepted_difference(outcomes: list[Outcome]) -> None:
    differing = {_name(each) for each in outcomes if not each.agrees}
    assert ACCEPTED.keys() <= differing
