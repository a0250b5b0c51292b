"""The example world, and a toolkit for its three accounts that may write."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from calcom_async.agent import Toolkit
from calcom_async.agent.permissions import Permissions
from calcom_async.sandbox import Sandbox

Opened = Callable[[], AbstractAsyncContextManager[Toolkit]]


@pytest.fixture
def example_toolkit() -> Opened:
    """Opens a toolkit in a fresh example world."""

    @contextlib.asynccontextmanager
    async def opened() -> AsyncIterator[Toolkit]:
        async with contextlib.AsyncExitStack() as stack:
            sandbox = await stack.enter_async_context(Sandbox(world="example"))
            clients = {
                name: await stack.enter_async_context(sandbox.client(api_key=key))
                for name, key in sandbox.account_keys.items()
            }
            yield await stack.enter_async_context(Toolkit(clients, permissions=Permissions(write="allow")))

    return opened
