"""What other users of the machine see of a server: its command line, and no process beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from calcom_async.sandbox import Sandbox

from .conftest import TOKEN, Pointing, served

pytestmark = pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="there is no /proc to look into")


async def test_the_key_is_in_its_file_and_in_no_process(
    environment: dict[str, str], tmp_path: Path, pointing_to: Pointing
) -> None:
    key = "cal_live_pl4ntedkeypl4ntedkey"
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with Sandbox(bookings=0, seed=1, api_key=key) as sandbox:
        pointing_to(sandbox, write="deny")
        async with (
            served(environment, tmp_path) as server,
            create_mcp_http_client(headers) as http,
            Client(streamable_http_client(server.url, http_client=http)) as client,
        ):
            assert not (await client.call_tool("get_current_user", {})).is_error
            process = Path("/proc") / str(server.process.pid)
            for name in ("cmdline", "environ"):
                assert key.encode() not in (process / name).read_bytes()
            assert TOKEN.encode() not in (process / "cmdline").read_bytes()
            children = [task.read_text() for task in process.glob("task/*/children")]
            assert "".join(children) == "", "it starts none"
        assert [seen.path for seen in sandbox.requests] == ["/v2/me"]
