"""Try an installed package where nothing else is: `python scripts/smoke.py`, or `… smoke.py parquet` with that extra.

Without an argument no extra is installed: what needs none works, and what needs one says which. With the name of an
extra, what it is for works against a local Cal.com. Nothing is imported that the package does not bring.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Coroutine
from importlib.metadata import metadata, version
from pathlib import Path
from typing import Any

import aiohttp

import calcom_async
from calcom_async import (
    APIConnectionError,
    AsyncCalCom,
    CalCom,
    ConfigurationError,
    FileTokens,
    KeyringTokens,
    MissingExtraError,
    Tokens,
)
from calcom_async.sandbox import Sandbox

NOWHERE = "http://127.0.0.1:9/v2"
"""The port of `discard`, where nobody listens."""


def base() -> None:
    """What needs no extra: the import, both clients, the sandbox, the exports of the standard library."""
    assert version("calcom-async") == calcom_async.__version__
    for name in calcom_async.__all__:
        getattr(calcom_async, name)
    with CalCom("cal_test_smoke", base_url=NOWHERE, max_retries=0) as client:
        try:
            client.me.get()
        except APIConnectionError as error:
            assert "cal_test_smoke" not in str(error)
        else:
            raise AssertionError("somebody answered where nobody is")
    asyncio.run(_both_faces())


async def _both_faces() -> None:
    async with Sandbox(bookings=5, seed=1, rate_limit=None) as sandbox:
        async with AsyncCalCom(sandbox.api_key, base_url=sandbox.url) as client:
            found = {booking.uid async for booking in client.bookings.list()}
            assert len(found) == 5, found
            assert (await client.me.get()).id
            for ending in ("jsonl", "csv", "sqlite"):
                report = await client.bookings.export(f"bookings.{ending}")
                assert report.complete and report.bookings == 5, report

        def blocking() -> None:
            with CalCom(sandbox.api_key, base_url=sandbox.url) as client:
                assert {booking.uid for booking in client.bookings.list()} == found

        await asyncio.to_thread(blocking)
        async with aiohttp.ClientSession(sandbox.url.removesuffix("v2"), raise_for_status=True) as browser:
            for part in await _parts_of_page(browser):
                assert await (await browser.get(part)).read()


async def _parts_of_page(browser: aiohttp.ClientSession) -> list[str]:
    """The files that the sandbox's page is made of."""
    page = await (await browser.get("/", headers={"Accept": "text/html"})).text()
    parts = re.findall(r'(?:src|href)="(/[^"]+\.(?:js|css))"', page)
    assert len(parts) >= 2, parts
    return parts


def cli() -> None:
    """The command line."""
    done = _command("--version")
    if done.returncode == 2 and "calcom-async[cli]" in done.stderr:
        raise MissingExtraError("the command line", "cli")
    assert done.returncode == 0 and calcom_async.__version__ in done.stdout, done
    listed = _command("bookings", "list", "--sandbox", "--limit", "3", "--json")
    assert listed.returncode == 0 and listed.stdout.count('"uid"') >= 3, listed
    script = Path(sys.executable).parent / "calcom-async"
    told = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)  # noqa: S603 - our own script
    assert told.stdout == done.stdout, told


def keyring() -> None:
    """Tokens in the system's keyring; a machine without a keyring says so, and does not ask for the extra alone."""
    try:
        asyncio.run(KeyringTokens("smoke", lock=Path("smoke.lock")).load())
    except ConfigurationError as error:
        assert "calcom-async[keyring]" in str(error), error
        try:
            import keyring  # noqa: F401 - whether it is there is the question
        except ImportError:
            raise MissingExtraError("the keyring", "keyring") from error


def oauth() -> None:
    """Tokens in a file that processes share."""
    tokens = Tokens(access_token="access", refresh_token="refresh")  # noqa: S106 - no real ones

    async def keep() -> None:
        store = FileTokens(Path("tokens.json"))
        async with store.locked():
            await store.save(tokens)
        assert await store.load() == tokens

    asyncio.run(keep())


def parquet() -> None:
    """An export to Parquet."""
    _export("bookings.parquet", b"PAR1")


def ics() -> None:
    """An export to iCalendar."""
    _export("bookings.ics", b"BEGIN:VCALENDAR")


def lua() -> None:
    """A script in Lua."""
    from calcom_async.agent import Toolkit
    from calcom_async.agent.lua import run_lua

    async def run(client: AsyncCalCom) -> None:
        result = await run_lua("return #app.integrations.cal_com.list_teams({}).teams > 0", Toolkit(client))
        assert result.success and result.result is True, result

    _with_client(run)


def mcp() -> None:
    """A server for MCP, with the toolkit's tools."""
    from calcom_async.agent import Toolkit
    from calcom_async.agent.mcp import build_server

    async def run(client: AsyncCalCom) -> None:
        assert build_server(Toolkit(client)).create_initialization_options().server_name == "calcom-async"

    _with_client(run)


def redis() -> None:
    """A limit that processes share. No Redis is needed: while there is none, calls are paced by this process alone."""
    from calcom_async.webhooks import RedisDuplicates

    RedisDuplicates("redis://127.0.0.1:9/0")

    async def run() -> None:
        async with AsyncCalCom("cal_test_smoke", base_url=NOWHERE, limiter="redis://127.0.0.1:9/0"):
            pass

    asyncio.run(run())


def dask() -> None:
    """A dataset, written on this machine's threads."""
    from calcom_async.export.dask import export_dataset

    with Sandbox(bookings=5, seed=1, rate_limit=None) as sandbox:
        url, key = sandbox.url, sandbox.api_key
        report = export_dataset("dataset", lambda: AsyncCalCom(key, base_url=url))
    assert report.complete and report.bookings == 5, report
    assert list(Path("dataset").glob("*.parquet"))


def otel() -> None:
    """A hook that makes spans."""
    from calcom_async.core.tracing import OpenTelemetryHook

    hook = OpenTelemetryHook()

    async def run(client: AsyncCalCom) -> None:
        async with AsyncCalCom("cal_test_smoke", base_url=client.base_url, hooks=[hook]) as traced:
            try:
                await traced.me.get()
            except calcom_async.AuthenticationError:
                return
            raise AssertionError("a key that is none was taken")

    _with_client(run)


EXTRAS: dict[str, Callable[[], None]] = {
    step.__name__: step for step in (cli, keyring, oauth, parquet, ics, lua, mcp, redis, dask, otel)
}
"""What each extra of pyproject.toml is for."""


def _command(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "calcom_async", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own module


def _export(name: str, begins: bytes) -> None:
    async def run(client: AsyncCalCom) -> None:
        report = await client.bookings.export(name)
        assert report.complete and report.bookings == 5, report
        assert Path(name).read_bytes().startswith(begins)

    _with_client(run)


def _with_client(run: Callable[[AsyncCalCom], Coroutine[Any, Any, None]]) -> None:
    async def inside() -> None:
        async with (
            Sandbox(bookings=5, seed=1, rate_limit=None) as sandbox,
            AsyncCalCom(sandbox.api_key, base_url=sandbox.url) as client,
        ):
            await run(client)

    asyncio.run(inside())


def every_extra_is_asked_for() -> None:
    """Without extras, each feature that needs one says what to install, and leaves nothing behind."""
    for name, step in EXTRAS.items():
        try:
            step()
        except MissingExtraError as error:
            assert error.extra == name, error
            assert f"pip install 'calcom-async[{name}]'" in str(error), error
        else:
            raise AssertionError(f"{name}: works without its extra, or does nothing")
    assert not list(Path().glob("bookings.parquet*")) and not list(Path().glob("bookings.ics*"))
    assert not Path("dataset").exists()


def main(extra: str | None) -> None:
    """Try what is installed."""
    checkout = Path(__file__).parents[1]
    assert not Path(calcom_async.__file__).is_relative_to(checkout / "calcom_async"), (
        "this is not the installed package"
    )
    about = metadata("calcom-async")
    assert {name for name in about.get_all("Provides-Extra") or [] if name != "all"} == set(EXTRAS), "extras"
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name in [name for name in os.environ if name.startswith("CALCOM_")]:
            del os.environ[name]
        os.environ["XDG_CONFIG_HOME"] = folder
        if extra is None:
            base()
            every_extra_is_asked_for()
        else:
            EXTRAS[extra]()
        os.chdir(checkout)
    print(f"calcom-async {calcom_async.__version__}, {f'extra {extra}' if extra else 'no extras'}: in order")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
