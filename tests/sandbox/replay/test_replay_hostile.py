"""The recorded requests, each part of their bodies in turn made wrong: a handler foresees whatever comes.

`nox -s conformance` runs these (`CALCOM_CONFORMANCE` is set there): tens of thousands of requests in each profile.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from typing import Any, Final

import aiohttp
import pytest
from attrs import define, field
from yarl import URL

from calcom_async.sandbox import Sandbox
from tests.sandbox.unforeseen import Listener

from .player import Outcome, Player, stretches
from .recorded import CAPTURES, FILES, Pair

pytestmark = [
    pytest.mark.contract,
    pytest.mark.slow,
    pytest.mark.timeout(1_800),
    pytest.mark.skipif("CALCOM_CONFORMANCE" not in os.environ, reason="nox -s conformance runs it"),
    pytest.mark.skipif(not CAPTURES.is_dir(), reason="the API reference folder is absent (CALCOM_API_REFERENCE)"),
]
JUNK: Final = [
    *(None, True, "", "x", "x" * 300, "2026-13-45", "2026-12-09T10:00:00Z", 0, -1, 1.5, 10**20),
    *([], [None], [{}], [[]], ["x"], [1], [1.5], {}, {"type": "x"}, {"x": None}, "\u0000", "é\U0001f600"),
]


def _places(value: Any) -> Iterator[tuple[str | int, ...]]:
    """Where something stands in a body: the whole first, then everything in it."""
    yield ()
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inside:
        for rest in _places(each):
            yield (name, *rest)


def _with(value: Any, place: tuple[str | int, ...], junk: Any) -> Any:
    if not place:
        return junk
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[place[0]] = _with(value[place[0]], place[1:], junk)
    return copy


@define
class Spoiler(Player):
    """Plays as others do, and after each request sends it again with something wrong in it."""

    sent: int = 0
    found: dict[str, str] = field(factory=dict)
    complaints: list[str] = field(factory=list)

    async def _one(self, pair: Pair, complaints: list[str]) -> Outcome:
        outcome = await super()._one(pair, complaints)
        if isinstance(pair.sent, dict) and pair.status != 401:
            for place in _places(pair.sent):
                for junk in JUNK:
                    await self._send(pair, _with(pair.sent, place, junk))
        return outcome

    async def _send(self, pair: Pair, body: Any) -> None:
        self.sent += 1
        self.complaints.clear()
        path = pair.path.partition("?")[0]
        headers = {name: self._mapped(value) for name, value in pair.headers.items()}
        url = URL(self.sandbox.url.removesuffix("/v2") + self._mapped(pair.path), encoded=True)
        async with self.session.request(
            pair.method, url, data=self._mapped(json.dumps(body)).encode(), headers=headers, allow_redirects=False
        ) as answer:
            await answer.read()
        if self.complaints:
            self.found.setdefault(f"{pair.method} {path}: {self.complaints[-1]}", json.dumps(body)[:300])


@pytest.mark.parametrize("profile", ["self-hosted", "hosted"])
async def test_replay_with_something_wrong(profile: Any, capsys: pytest.CaptureFixture[str]) -> None:
    found: dict[str, str] = {}
    sent = 0
    log = logging.getLogger("calcom_async.sandbox.app")
    for file in FILES:
        for stretch in stretches(file):
            sandbox = Sandbox(now="2026-11-22T10:43:30Z", profile=profile, rate_limit=None)
            async with sandbox, aiohttp.ClientSession() as session:
                spoiler = Spoiler(file, stretch, sandbox, session, found=found)
                listener = Listener(spoiler.complaints)
                log.addHandler(listener)
                await spoiler.play()
                log.removeHandler(listener)
                sent += spoiler.sent
    with capsys.disabled():
        print(f"\n{profile}: {sent} requests with something wrong")
        print(*(f"  {label}\n      {text}" for label, text in sorted(found.items())), sep="\n")
    assert found == {}
