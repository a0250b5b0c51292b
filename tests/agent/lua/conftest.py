"""The example world with its three accounts, a toolkit that may write, and a Lua state on it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import pytest

from calcom_async.agent import Permissions, Toolkit
from calcom_async.agent.lua import Lua, LuaLimits
from calcom_async.sandbox import Sandbox

pytest.importorskip("lupa")


@contextlib.asynccontextmanager
async def tools_of(sandbox: Sandbox, kind: type[Toolkit] = Toolkit) -> AsyncIterator[Toolkit]:
    """A toolkit for every account of a sandbox, which may write."""
    async with contextlib.AsyncExitStack() as stack:
        clients = {
            name: await stack.enter_async_context(sandbox.client(api_key=key))
            for name, key in sandbox.account_keys.items()
        }
        yield await stack.enter_async_context(kind(clients, permissions=Permissions(write="allow")))


@pytest.fixture
async def world() -> AsyncIterator[Sandbox]:
    async with Sandbox(world="example", rate_limit=None) as sandbox:
        yield sandbox


@pytest.fixture
async def tools(world: Sandbox) -> AsyncIterator[Toolkit]:
    async with tools_of(world) as toolkit:
        yield toolkit


@pytest.fixture
async def lua(tools: Toolkit) -> AsyncIterator[Lua]:
    async with Lua(tools, limits=LuaLimits(cpu=5, wall=60)) as lua:
        yield lua
