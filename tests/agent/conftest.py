"""A local Cal.com and a toolkit on it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from calcom_async.agent import Permissions, Toolkit
from calcom_async.sandbox import Sandbox

ALLOWED = Permissions(write="allow")


@pytest_asyncio.fixture
async def world() -> AsyncIterator[Sandbox]:
    """The example world: event types 42 and 7, teams 5 and 1, booking 123."""
    async with Sandbox(world="example", rate_limit=None) as running:
        yield running


@pytest_asyncio.fixture
async def toolkit(world: Sandbox) -> AsyncIterator[Toolkit]:
    """Ada's toolkit, which may write."""
    async with world.client() as cal, Toolkit(cal, permissions=ALLOWED) as tools:
        yield tools


@pytest.fixture
def in_tmp_path(tmp_path, monkeypatch):
    """Relative names of files go to a folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
