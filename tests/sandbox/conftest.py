"""A sandbox and a plain aiohttp session to talk to it: nothing of the client is used here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import msgspec
import pytest
from attrs import define, field

from calcom_async.sandbox import Sandbox

NOW = "2026-04-06T08:00:00Z"  # a Monday, in British summer time

VERSIONS = {
    "bookings": "2024-08-13",
    "event-types": "2024-06-14",
    "schedules": "2024-06-11",
    "slots": "2024-09-04",
}


@define
class Reply:
    status: int
    headers: Any
    body: Any

    @property
    def data(self) -> Any:
        return self.body["data"]

    @property
    def message(self) -> str:
        error = self.body.get("error")
        return error["message"] if error else self.body["message"]


@define
class Talk:
    """Sends one request at a time, with the owner's key and the right version unless told otherwise."""

    sandbox: Sandbox
    session: aiohttp.ClientSession
    user: str | None = "owner"
    defaults: dict[str, str] = field(factory=dict)

    async def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        user: str | None = "",
        version: str | None = "",
        headers: dict[str, str] | None = None,
    ) -> Reply:
        sent = dict(headers or {})
        who = self.user if user == "" else user
        if who is not None and "Authorization" not in sent:
            sent["Authorization"] = f"Bearer {self.sandbox.keys[who]}"
        if version == "":
            parts = path.partition("?")[0].strip("/").split("/")
            family = "event-types" if "event-types" in parts and "webhooks" not in parts else parts[0]
            if parts[0] == "teams" and parts[-1] == "bookings":
                family = "bookings"
            version = VERSIONS.get(family)
        if version is not None:
            sent["cal-api-version"] = version
        async with self.session.request(method, f"{self.sandbox.url}/{path}", json=body, headers=sent) as answer:
            raw = await answer.read()
            return Reply(answer.status, answer.headers, msgspec.json.decode(raw) if raw else None)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """An empty hosted world on a Monday morning, without limits."""
    async with Sandbox(now=NOW, rate_limit=None) as opened:
        yield opened


@pytest.fixture
async def talk(sandbox: Sandbox, session: aiohttp.ClientSession) -> Talk:
    return Talk(sandbox, session)


@pytest.fixture
async def self_hosted(session: aiohttp.ClientSession) -> AsyncIterator[Talk]:
    """The same world as a self-hosted server."""
    async with Sandbox(now=NOW, rate_limit=None, profile="self-hosted") as opened:
        yield Talk(opened, session)


@pytest.fixture(scope="module")
def full() -> Iterator[Sandbox]:
    """Three thousand bookings, to be looked at only: a module's tests share them."""
    with Sandbox(bookings=3_000, seed=7, now=NOW, rate_limit=None) as opened:
        yield opened


@pytest.fixture
def seeded(full: Sandbox, session: aiohttp.ClientSession) -> Talk:
    return Talk(full, session)


@pytest.fixture
async def busy(session: aiohttp.ClientSession) -> AsyncIterator[Talk]:
    """Sixty bookings."""
    async with Sandbox(bookings=60, seed=7, now=NOW, rate_limit=None) as opened:
        yield Talk(opened, session)


@pytest.fixture
def talk_to(session: aiohttp.ClientSession) -> type[Talk]:
    return Talk
