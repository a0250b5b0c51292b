"""Fixtures every test may use: a sandbox per test, and both clients on it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from calcom_async import AsyncCalCom, CalCom
from calcom_async.sandbox import Sandbox

sys.path.append(str(Path(__file__).parents[1]))  # for `benchmarks`; at the end, since the installed package is tested
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts what it runs in the background deaf to Ctrl-C, and children inherit that: the tests of Ctrl-C are not.
    signal.signal(signal.SIGINT, signal.default_int_handler)
REFERENCE = Path(os.environ.get("CALCOM_API_REFERENCE", Path(__file__).parents[2] / "shared" / "api"))


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder with the API's document and captures; contract tests skip where it is absent."""
    if not (REFERENCE / "facts.md").exists():
        pytest.skip("no API reference folder (CALCOM_API_REFERENCE)")
    return REFERENCE


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A fresh local Cal.com without rate limits, in this test's event loop."""
    async with Sandbox(rate_limit=None) as sandbox:
        yield sandbox


@pytest.fixture
async def acal(sandbox: Sandbox) -> AsyncIterator[AsyncCalCom]:
    """The async client of the sandbox's owner."""
    async with AsyncCalCom(sandbox.api_key, base_url=sandbox.url) as client:
        yield client


@pytest.fixture
def threaded_sandbox() -> Iterator[Sandbox]:
    """A fresh local Cal.com without rate limits, in a thread of its own."""
    with Sandbox(rate_limit=None) as sandbox:
        yield sandbox


@pytest.fixture
def cal(threaded_sandbox: Sandbox) -> Iterator[CalCom]:
    """The blocking client of the threaded sandbox's owner."""
    with CalCom(threaded_sandbox.api_key, base_url=threaded_sandbox.url) as client:
        yield client
