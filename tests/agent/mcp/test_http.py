"""Over HTTP: who has no token, or comes from elsewhere, gets nothing; and it stops cleanly."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import aiohttp
import pytest

from .conftest import TOKEN, served

HELLO = {
    "jsonrpc": "2.0", "id": 1, "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "a test", "version": "1"},
    },
}  # fmt: skip
HEADERS = {
    "Accept": "application/json, text/event-stream",
    "Content-Type": "application/json",
    "Authorization": f"Bearer {TOKEN}",
}


async def test_only_who_has_the_token_and_comes_from_here(environment: dict[str, str], tmp_path: Path) -> None:
    async with served(environment, tmp_path, "--sandbox") as server, aiohttp.ClientSession() as http:

        async def status(**changed: str) -> int:
            headers = HEADERS | {name.replace("_", "-"): value for name, value in changed.items()}
            async with http.post(server.url, json=HELLO, headers=headers) as answer:
                if answer.status == 401:
                    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
                    assert (await answer.json())["error"] == "invalid_token"
                return answer.status

        port = server.url.split(":")[2].removesuffix("/mcp")
        assert await status() == 200
        assert await status(Authorization=f"bearer {TOKEN}") == 200
        assert await status(Authorization="") == 401
        assert await status(Authorization=TOKEN) == 401
        assert await status(Authorization=f"Basic {TOKEN}") == 401
        assert await status(Authorization=f"Bearer {TOKEN}x") == 401
        assert await status(Authorization=f"Bearer {TOKEN[:-1]}") == 401
        assert await status(Host=f"localhost:{port}") == 200
        assert await status(Host=f"rebound.example.com:{port}") == 421
        assert await status(Host=f"127.0.0.1.example.com:{port}") == 421
        assert await status(Origin=f"http://127.0.0.1:{port}") == 200
        assert await status(Origin="https://example.com") == 403
        assert await status(Origin=f"http://127.0.0.1:{port}.example.com") == 403
        async with http.get(server.url.removesuffix("/mcp") + "/", headers=HEADERS) as elsewhere:
            assert elsewhere.status == 404


async def test_a_generated_token_is_told_on_stderr_alone(environment: dict[str, str], tmp_path: Path) -> None:
    del environment["CALCOM_MCP_TOKEN"]
    async with served(environment, tmp_path, "--sandbox") as server, aiohttp.ClientSession() as http:
        assert server.process.stderr is not None
        told = (await server.process.stderr.readline()).decode().split()
        assert told[:-1] == ["Clients", "send", "the", "header", "Authorization:", "Bearer"]
        for token, expected in ((told[-1], 200), (TOKEN, 401)):
            async with http.post(
                server.url, json=HELLO, headers=HEADERS | {"Authorization": f"Bearer {token}"}
            ) as answer:
                assert answer.status == expected


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_stops_when_told_to(environment: dict[str, str], tmp_path: Path, number: signal.Signals) -> None:
    async with served(environment, tmp_path, "--sandbox") as server:
        async with aiohttp.ClientSession() as http, http.post(server.url, json=HELLO, headers=HEADERS) as answer:
            said = (await answer.text()).partition("data: ")[2]
            assert json.loads(said)["result"]["serverInfo"]["name"] == "calcom-async"
            server.process.send_signal(number)
        out, err = await server.process.communicate()
        assert (server.process.returncode, out) == (0, b"")
        assert err.decode().splitlines() == [
            "Clients send the header Authorization: Bearer the token of CALCOM_MCP_TOKEN", "Ctrl-C stops it.", "Stopped.",
        ]  # fmt: skip
        assert TOKEN.encode() not in err
