"""A receiver that is killed in the middle: whatever it answered for is handled by the next one."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import aiohttp
import pytest

from .samples import SECRET, numbered

KILLS = 4 if os.environ.get("CALCOM_CHAOS") == "full" else 2
PROGRAM = """
import asyncio, os, sys
from aiohttp import web
from calcom_async.webhooks import Hooks

journal, log, mode = sys.argv[1:]
hooks = Hooks(secret=os.environ["SECRET"], journal=journal, workers=2, lease=0.3)

handled = 0

@hooks.on("BOOKING_CREATED")
async def booked(event):
    global handled
    handled += 1
    if mode == "stuck" and handled > 3:
        await asyncio.Event().wait()
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
    numbers = itertools.count()
    for _ in range(KILLS):
        process = run(tmp_path, "stuck")
        assert process.stdout is not None
        port = (await asyncio.to_thread(process.stdout.readline)).strip()
        enough = asyncio.Event()
        before = len(accepted)

        async def send(port: str = port, enough: asyncio.Event = enough, before: int = before) -> None:
            while (status := await deliver(port, number := next(numbers))) is not None:
                assert status == 200
                accepted.add(number)
                if len(accepted) >= before + 20:
                    enough.set()

        sending = [asyncio.create_task(send()) for _ in range(3)]
        await enough.wait()
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        await asyncio.gather(*sending)
    assert len(accepted) >= 20 * KILLS
    assert len(accepted - handled(tmp_path).keys()) >= (20 - 3) * KILLS, "most is left to do"
    last = run(tmp_path, "drain")
    assert last.stdout is not None
    await asyncio.to_thread(last.wait, 60)
    last.stdout.close()
    done = handled(tmp_path)
    assert accepted <= done.keys()
    assert done.keys() <= set(range(next(numbers))), "and nothing else than was sent"


def handled(tmp_path: Path) -> Counter[int]:
    """How often each was handled."""
    log = tmp_path / "log"
    return Counter(int(uid[3:]) for uid in log.read_text().split()) if log.exists() else Counter()
