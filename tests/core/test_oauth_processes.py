"""Ten processes at once share one file of tokens: the server is asked for the next ones once, and all go on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from calcom_async import FileTokens, Tokens
from calcom_async.sandbox import Sandbox
from calcom_async.testing import Faults

PROCESSES = 10
WORKER = """
import aiohttp, asyncio, sys
from calcom_async import AsyncCalCom, CalCom, FileTokens, Limiter, OAuth2

url, client_id, path, face = sys.argv[1:]
options = dict(auth=OAuth2(client_id, token_store=FileTokens(path)), base_url=url, limiter=Limiter(None))

async def work():
    async with AsyncCalCom(**options) as cal:
        for _ in range(3):
            print((await cal.me.get()).name)

print("ready", flush=True)
sys.stdin.readline()
if face == "async":
    asyncio.run(work())
else:
    with CalCom(**options) as cal:
        for _ in range(3):
            print(cal.me.get().name)
"""


@pytest.mark.slow
async def test_exactly_one_of_ten_processes_renews(tmp_path: Path) -> None:
    with Sandbox(seed=1, rate_limit=None) as sandbox:
        client = sandbox.oauth_client(redirect_uris=["http://127.0.0.1:1/"], public=True)
        given = sandbox.oauth_tokens(client)
        store = FileTokens(tmp_path / "tokens.json")
        await store.save(Tokens(access_token=given.access_token, refresh_token=given.refresh_token))
        sandbox.clock.advance(hours=1)
        sandbox.faults.add(Faults.latency(0.7, path="**/token"))  # so that all come while the first one asks
        arguments = [sys.executable, "-c", WORKER, sandbox.url, client.client_id, str(store.path)]
        workers = [
            subprocess.Popen(
                [*arguments, ("async", "blocking")[number % 2]],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for number in range(PROCESSES)
        ]
        try:
            for worker in workers:
                assert worker.stdout is not None
                assert worker.stdout.readline() == "ready\n"
            for worker in workers:
                assert worker.stdin is not None
                worker.stdin.write("go\n")
                worker.stdin.flush()
            told = [worker.communicate(timeout=60) for worker in workers]
        finally:
            for worker in workers:
                worker.kill()
                worker.communicate()
        assert told == [("Owner Example\n" * 3, "")] * PROCESSES
        statuses = [one.status for one in sandbox.requests if one.path.endswith("/token")]
        assert statuses == [200]
        kept = await store.load()
        assert kept is not None
        assert kept.refresh_token != given.refresh_token
