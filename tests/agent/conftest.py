"""A local Cal.com and a toolkit on it."""

from collections.abc import AsyncIterator

import pytest_asyncio

from calcom_async.agent import Toolkit
from calcom_async.sandbox import Sandbox


@pytest_asyncio.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


@pytest_asyncio.fixture
async def toolkit(sandbox: Sandbox) -> AsyncIterator[Toolkit]:
    async with sandbox.client() as cal, Toolkit(cal) as tools:
        yield tools
