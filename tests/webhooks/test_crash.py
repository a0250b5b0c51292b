"""A receiver that is killed in the middle: whatever it answered for is handled by the next one."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from .samples import SECRET, numbered

PROGRAM = """
import asyncio, os, sys
from aiohttp import web
from calcom_async.webhooks import Hooks

journal, log, mode = sys.argv[1:]
hooks = Hooks(secret=os.environ["SECRET"], journal=journal, workers=2, lease=0.3)

@hooks.on("BOOKING_CREATED")
async def booked(event):
    if mode == "slow":
        await asyncio.sleep(0.02)
    with open(log, "a") as file:
        file.write(event.uid + "\\n")

async def main():
    app = web.Application()
    app.add_subapp("/hooks", hooks.aiohttp())
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    if mode == "drain":
        await hooks.idle()
        await runner.cleanup()
    else:
        await asyncio.Event().wait()

asyncio.run(main())
"""


def run(tmp_path: Path, mode: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "hooks.sqlite"), str(tmp_path / "log"), mode],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "SECRET": SECRET},
    )  # fmt: skip


async def deliver(port: str, number: int) -> int | None:
    body, headers = numbered(number)
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"http://127.0.0.1:{port}/hooks", data=body, headers=headers) as answer,
        ):
            return answer.status
    except (aiohttp.ClientError, OSError):
        return None


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
async def test_what_was_accepted_survives_a_kill(tmp_path: Path) -> None:
    accepted: set[int] = set()
    number = 0
    for round_ in range(4):
        process = run(tmp_path, "slow")
        assert process.stdout is not None
        port = (await asyncio.to_thread(process.stdout.readline)).strip()

        async def send(first: int, port: str = port) -> None:
            for each in range(first, first + 40):
                if await deliver(port, each) == 200:
                    accepted.add(each)

        sending = asyncio.create_task(send(number))
        await asyncio.sleep(0.15 + 0.05 * round_)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        await sending
        number += 40
    assert 5 < len(accepted) < 160, "some, and not all: it was killed in the middle"
    before = (tmp_path / "log").read_text().split() if (tmp_path / "log").exists() else []
    assert {int(uid[3:]) for uid in before} != accepted, "something was left to do"
    last = run(tmp_path, "drain")
    assert last.stdout is not None
    await asyncio.to_thread(last.wait, 60)
    last.stdout.close()
    handled = [int(uid[3:]) for uid in (tmp_path / "log").read_text().split()]
    assert accepted <= set(handled)
    assert set(handled) <= accepted | set(range(160))
    assert len(handled) - len(set(handled)) <= 2 * 4, "at most what the two workers had in hand at each kill"
