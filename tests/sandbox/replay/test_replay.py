"""The recorded requests, played again: the sandbox answers them as the real server did.

`CALCOM_REPLAY=all` lists every difference, and `CALCOM_REPLAY=webhooks` those of one family, each with its reason.
"""

from __future__ import annotations

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

CORE: Final = [
    "me",
    "bookings",
    "event types",
    "schedules",
    "slots",
    "reservations",
    "webhooks",
    "teams",
    "memberships",
]
LEAST_OF_CORE: Final = 0.98
LEAST_OF_ALL: Final = 0.96
"""The least shares of pairs that must agree, accepted differences counted as differences."""


def _name(outcome: Outcome) -> str:
    return f"{outcome.pair.place} {outcome.pair.name}"


def _told(outcome: Outcome) -> str:
    pair = outcome.pair
    reason = ACCEPTED.get(_name(outcome))
    why = f"accepted: {reason}" if reason else "; ".join(outcome.differences[:4])[:400]
    return f"{pair.family} | {pair.place} {pair.name} {pair.method} {pair.path[:80]}: {why}"


async def test_replay_agrees(capsys: pytest.CaptureFixture[str]) -> None:
    """In one test, for the pairs are played in their order, once."""
    outcomes = [outcome for file in FILES for outcome in await replay(file)]
    families: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        families[outcome.pair.family].append(outcome)
    agree = sum(each.agrees for each in outcomes)
    errors = [each for each in outcomes if each.pair.status >= 400 and each.agrees]
    worded = sum(each.message for each in errors)
    core = [each.agrees for family in CORE for each in families[family]]
    with capsys.disabled():
        print(
            f"\nagree {agree}/{len(outcomes)}, and {sum(core)}/{len(core)} of the nine most used families; of {len(errors)} errors alike, {worded} say the same"
        )
        for family, found in sorted(families.items()):
            print(f"  {family}: {sum(each.agrees for each in found)}/{len(found)}")
        if asked := os.environ.get("CALCOM_REPLAY"):
            print(
                *(_told(each) for each in outcomes if not each.agrees and asked in ("all", each.pair.family)), sep="\n"
            )
    assert len(outcomes) > 1_200
    assert agree / len(outcomes) >= LEAST_OF_ALL
    assert sum(core) / len(core) >= LEAST_OF_CORE
    differing = {_name(each): _told(each) for each in outcomes if not each.agrees}
    unexplained = [told for name, told in differing.items() if name not in ACCEPTED]
    assert unexplained == []
    assert ACCEPTED.keys() - differing.keys() == set(), "these agree"
