"""Sessions with the real command, as a client has them: over its standard streams, and over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from calcom_async.sandbox import Sandbox

TOKEN = "a-token-for-the-tests-alone"
Connect = Callable[..., AbstractAsyncContextManager[Client]]
Pointing = Callable[..., dict[str, str]]


@frozen
class Served:
    """A server over HTTP."""

    url: str
    process: asyncio.subprocess.Process


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Of the server: nothing of the caller's but where Python finds things."""
    kept = ("PATH", "PYTHONPATH", "PYTHONSAFEPATH", "SYSTEMROOT", "COVERAGE_FILE")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "CALCOM_BASE_URL": "http://127.0.0.1:1/v2",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring", "CALCOM_MCP_TOKEN": TOKEN,
    }  # fmt: skip


@pytest.fixture
def over_stdio(environment: dict[str, str], tmp_path: Path) -> Connect:
    """Starts `calcom-async mcp …` and talks to it over its standard streams."""

    @asynccontextmanager
    async def connect(*options: str, variables: dict[str, str] | None = None, **settings: Any) -> AsyncIterator[Client]:
        parameters = StdioServerParameters(
            command=sys.executable,
            args=["-W", "error", "-m", "calcom_async", "mcp", *options],
            env=environment | (variables or {}),
            cwd=tmp_path,
        )
        async with Client(parameters, **settings) as client:
            yield client

    return connect


@asynccontextmanager
async def served(environment: dict[str, str], folder: Path, *options: str) -> AsyncIterator[Served]:
    """`calcom-async mcp --http` on a free port, until the end of the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "calcom_async", "mcp", "--http", "--port", "0", *options,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env=environment, cwd=folder,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        url, told = None, ""
        while url is None:
            line = (await process.stderr.readline()).decode()
            told += line
            assert line, told
            url = re.search(r"http://127\.0\.0\.1:\d+/mcp", line)
        yield Served(url[0], process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


@pytest.fixture
def over_http(environment: dict[str, str], tmp_path: Path) -> Connect:
    """Starts `calcom-async mcp --http …` and talks to it with the token."""

    @asynccontextmanager
    async def connect(*options: str, variables: dict[str, str] | None = None, **settings: Any) -> AsyncIterator[Client]:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with (
            served(environment | (variables or {}), tmp_path, *options) as server,
            create_mcp_http_client(headers) as http,
            Client(streamable_http_client(server.url, http_client=http), **settings) as client,
        ):
            yield client

    return connect


@pytest.fixture(params=["over_stdio", "over_http"])
def connect(request: pytest.FixtureRequest) -> Connect:
    """Both, one after the other."""
    chosen: Connect = request.getfixturevalue(request.param)
    return chosen


@pytest.fixture
def pointing_to(tmp_path: Path) -> Pointing:
    """The environment of a server that works for a sandbox of the test."""

    def variables(sandbox: Sandbox, **permissions: str) -> dict[str, str]:
        if not permissions:
            return {"CALCOM_BASE_URL": sandbox.url, "CALCOM_API_KEY": sandbox.api_key}
        said = ", ".join(f'{name} = "{value}"' for name, value in permissions.items())
        file = tmp_path / "calcom-async" / "accounts.toml"
        file.parent.mkdir()
        file.touch(0o600)
        file.write_text(
            f'[accounts.ada]\napi_key = "{sandbox.api_key}"\nbase_url = "{sandbox.url}"\npermissions = {{ {said} }}\n'
        )
        return {}

    return variables
