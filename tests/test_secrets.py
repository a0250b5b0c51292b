"""Plant a key, use the package in every way, and search all it leaves: output, files, processes, tracebacks, URLs.

What single failures of a call show is tested in `tests/core/test_secrets_stay_secret.py`, spans in
`tests/core/test_opentelemetry.py`, tokens in `tests/core/test_oauth_secrets.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import os
import pickle
import stat
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from calcom_async import AsyncCalCom, CalCom, CalComError, DecodeError, FileTokens, Tokens
from calcom_async.sandbox import Sandbox
from calcom_async.testing import Cassette, Faults

FULL = os.environ.get("CALCOM_CHAOS") == "full"
KEY = "cal_live_pl4ntedkeypl4ntedkey"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Sandbox]:
    """A local Cal.com whose key is the planted one, which the environment has; and an empty home."""
    with Sandbox(bookings=60, seed=2, api_key=KEY, rate_limit=None) as sandbox:
        monkeypatch.setenv("CALCOM_API_KEY", KEY)
        monkeypatch.setenv("CALCOM_BASE_URL", sandbox.url)
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
        yield sandbox


def with_locals(error: BaseException) -> str:
    """What crash reporters show: every frame of this package with its variables, by the standard library and by rich."""
    console_module, traceback_module = pytest.importorskip("rich.console"), pytest.importorskip("rich.traceback")
    console = console_module.Console(file=(shown := io.StringIO()), width=400)
    console.print(
        traceback_module.Traceback.from_exception(
            type(error), error, error.__traceback__, show_locals=True, locals_max_length=None, locals_max_string=None,
            locals_hide_dunder=False, max_frames=1000,
        )
    )  # fmt: skip
    frames = traceback.TracebackException.from_exception(error, capture_locals=True)
    return shown.getvalue() + "".join(frames.format())


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("face", ["async", "blocking"])
@pytest.mark.parametrize("status", [401, 403, 404, 422, 429, 500] if FULL else [401, 429, 500])
async def test_no_traceback_shows_it(server: Sandbox, caplog: pytest.LogCaptureFixture, face: str, status: int) -> None:
    server.fail_next(status=status, body={"error": {"message": "no"}}, headers={"Retry-After": "0"}, count=9)
    caplog.set_level(logging.DEBUG)
    with pytest.raises(CalComError) as caught:  # noqa: PT012 - one of two calls
        if face == "async":
            async with AsyncCalCom(base_url=server.url, max_retries=0) as cal:
                await cal.bookings.list(status="upcoming").collect()
        else:
            with CalCom(base_url=server.url, max_retries=0) as blocking:
                blocking.bookings.list(status="upcoming").collect()
    shown = with_locals(caught.value)
    assert "transport.py" in shown
    assert "Options(" in shown, "the variables are there"
    assert KEY not in shown
    assert KEY not in caplog.text
    assert KEY.encode() not in pickle.dumps(caught.value)


async def test_no_traceback_of_a_bug_shows_it(server: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception that is not ours, from the depth of a call, such as a bug would raise."""
    import aiohttp

    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(aiohttp.ClientSession, "_request", broken)
    async with AsyncCalCom(base_url=server.url) as cal:
        with pytest.raises(ZeroDivisionError) as caught:
            await cal.me.get()
    shown = with_locals(caught.value)
    assert "exchange.py" in shown
    assert "Authorization" in shown, "the headers are among the variables"
    assert KEY not in shown


async def test_no_answer_that_fits_nothing_shows_it(server: Sandbox) -> None:
    server.fail_next(status=200, body={"status": "success", "data": {"id": "no number"}})
    async with AsyncCalCom(base_url=server.url) as cal:
        with pytest.raises(DecodeError) as caught:
            await cal.me.get()
    assert KEY not in with_locals(caught.value)


def test_no_url_carries_it(server: Sandbox) -> None:
    with CalCom(base_url=server.url) as cal:
        cal.me.get()
        cal.bookings.list(attendee_email="ada@example.com", page_size=50).collect()
        cal.event_types.list().collect()
    assert len(server.requests) > 2
    for seen in server.requests:
        assert KEY not in f"{seen.path} {seen.query}"


def test_no_recording_keeps_it(server: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "recorded.json"
    with Cassette(path, record=True, base_url=server.url, api_key=KEY) as cassette, cassette.blocking_client() as cal:
        cal.me.get()
        cal.webhooks.create(
            subscriber_url=f"https://example.com/{KEY}", triggers=["BOOKING_CREATED"], active=True, payload_template=KEY
        )
    content = path.read_bytes()
    assert b"BOOKING_CREATED" in content
    assert KEY.encode() not in content


async def test_no_journal_of_an_export_that_stopped_keeps_it(
    server: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calcom_async.export.engine.COMMIT_SECONDS", 0.0)
    folder = tmp_path / "export"
    folder.mkdir()
    server.faults.add(Faults.latency(0.05))
    async with AsyncCalCom(base_url=server.url) as cal:
        task = asyncio.create_task(cal.bookings.export(folder / "all.jsonl", concurrency=2))
        while not (folder / ".all.jsonl.journal").exists():
            await asyncio.sleep(0.002)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    left = files_below(folder)
    assert ".all.jsonl.journal" in left
    for name, content in left.items():
        assert KEY.encode() not in content, name


# --- processes ---------------------------------------------------------------------------------------------------------


def processes() -> dict[int, tuple[bytes, bytes]]:
    """Command line and environment of every process of ours that can be looked into."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                found[int(folder.name)] = ((folder / "cmdline").read_bytes(), (folder / "environ").read_bytes())
    return found


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="there is no /proc to look processes up in")
async def test_no_process_has_it_on_its_command_line_and_luas_not_even_in_its_environment(server: Sandbox) -> None:
    pytest.importorskip("lupa", reason="no extra `lua`")
    from calcom_async.agent.lua.limits import LuaLimits
    from calcom_async.agent.lua.process import Process

    before = processes()
    child = await Process.start(LuaLimits())
    try:
        new = {number: seen for number, seen in processes().items() if b"child.py" in seen[0] and number not in before}
        assert new
        for command_line, environment in new.values():
            assert KEY.encode() not in command_line
            assert b"CALCOM" not in environment
    finally:
        child._process.kill()
        await child._process.wait()


@pytest.mark.parametrize(
    "arguments",
    [
        ["doctor"], ["me", "--json", "--verbose"], ["bookings", "list", "--verbose"], ["bookings", "get", "nowhere"],
        ["accounts", "list"], ["mcp", "install", "cursor"], ["mcp", "install", "claude-code"],
        ["request", "GET", "nowhere", "--verbose"], ["tools", "call", "list_accounts"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_no_command_tells_it(server: Sandbox, capfd: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    from calcom_async.cli import main

    main(arguments)
    told = "".join(capfd.readouterr())
    assert told
    assert "Traceback" not in told
    assert KEY not in told


# --- files -------------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_files_that_hold_keys_are_their_owners_alone(server: Sandbox, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "calcom_async", "accounts", "add", "work"], input=KEY.encode() + b"\n",
        capture_output=True, timeout=60, check=False, preexec_fn=lambda: os.umask(0),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert KEY.encode() not in done.stdout + done.stderr
    holding = [tmp_path / name for name, content in files_below(tmp_path).items() if KEY.encode() in content]
    assert [path.name for path in holding] == ["accounts.toml"]
    assert stat.S_IMODE(holding[0].stat().st_mode) == 0o600
    assert stat.S_IMODE(holding[0].parent.stat().st_mode) == 0o700


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
async def test_files_that_hold_tokens_are_their_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "tokens.json"
    before = os.umask(0)
    try:
        await FileTokens(path).save(Tokens(access_token="t0ken", refresh_token="t0ken"))
    finally:
        os.umask(before)
    holding = [name for name, content in files_below(tmp_path).items() if b"t0ken" in content]
    assert holding == ["folder/tokens.json"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
