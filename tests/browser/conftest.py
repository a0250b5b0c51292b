"""A real Chromium on the sandbox's page. Skipped where Playwright or Chromium is missing; `nox -s browser` has both.

The default run tries the quick ones that cover most; `pytest tests/browser` and `CALCOM_BROWSER=full` (set by that
session) try all.
Every test fails when the page logged an error: a refusal of the content security policy is one.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from calcom_async.sandbox import Sandbox

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: nox -s browser")

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP rebound.example 127.0.0.1",
]
PATIENCE = 10_000
"""Milliseconds that anything on the page may take."""
FULL = os.environ.get("CALCOM_BROWSER") == "full"
QUICK = frozenset(
    (
        "test_shows_the_week_of_the_sandboxs_clock",
        "test_an_empty_time_makes_a_booking",
        "test_dragging_reschedules",
        "test_cancelling_wants_a_reason",
        "test_requests_show_as_they_are_answered",
        "test_a_client_fails_and_recovers",
        "test_a_phone_shows_a_day",
    )
)
"""What the default run tries: the page opens, bookings are made, dragged and cancelled, the log, a fault, a phone."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    here = [item for item in items if "tests/browser" in item.path.as_posix()]
    for item in here:
        item.add_marker("browser")
    named = any("tests/browser" in argument for argument in config.args)
    if not FULL and not named:
        left = {item for item in here if item.name.partition("[")[0] not in QUICK}
        config.hook.pytest_deselected(items=list(left))
        items[:] = [item for item in items if item not in left]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One for each module: while Playwright is up, no other event loop can run in this thread."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here; CHROMIUM may name one")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """The example world: Monday, 6 April 2026, 09:00 in London."""
    with Sandbox(world="example") as opened:
        yield opened


@pytest.fixture
def complaints() -> list[str]:
    """What the pages of a test logged as errors; a test that provokes some clears it."""
    return []


@pytest.fixture
def look(chromium: Any, sandbox: Sandbox, complaints: list[str]) -> Iterator[Callable[..., Any]]:
    """Opens the page: `look(width=…, dark=…)`."""
    contexts = []

    def look(*, width: int = 1440, height: int = 900, dark: bool = False, at: Sandbox = sandbox, **options: Any) -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale="en-GB",
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=at.page_url.rstrip("/"))
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if _is_complaint(message) else None)
        page.goto(at.page_url)
        page.wait_for_selector("body[data-ready]")
        return page

    yield look
    for context in contexts:
        context.close()
    assert complaints == []


def _is_complaint(message: Any) -> bool:
    """Chromium also reports every answer of 400 and above, and every lost one; those are no faults of the page."""
    return message.type == "error" and not message.text.startswith("Failed to load resource")


@pytest.fixture
def page(look: Callable[..., Any]) -> Any:
    return look()


@pytest.fixture
def expect() -> Any:
    playwright.expect.set_options(timeout=PATIENCE)
    return playwright.expect


@pytest.fixture
def booking(sandbox: Sandbox) -> Callable[[int], dict[str, Any]]:
    """What the database holds of a booking, by its number."""

    def find(number: int) -> dict[str, Any]:
        found = sandbox.backend.bookings.by_id(number)
        assert found is not None
        return found.wire

    return find
