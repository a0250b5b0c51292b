"""Take the pictures of the sandbox's page: `python scripts/page_pictures.py` writes `docs/images/sandbox-page*.png`.

It needs Playwright (`pip install playwright`) and a Chromium on the path. What they show is the example world, in the
week after its first, with some bookings more and an answer that failed once.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from calcom_async import CalCom
from calcom_async.sandbox import Sandbox
from calcom_async.testing import Faults

IMAGES = Path(__file__).parents[1] / "docs" / "images"
MORE = (
    ("ada", "2026-04-13T09:00:00Z", "Guest 2"),
    ("ada", "2026-04-14T08:00:00Z", "Guest 1"),
    ("ada", "2026-04-16T10:00:00Z", "Guest 4"),
    ("grace", "2026-04-14T14:00:00Z", "Guest 3"),
    ("grace", "2026-04-15T15:00:00Z", "Guest 5"),
    ("mary", "2026-04-13T10:00:00Z", "Guest 5"),
)
"""Whose first event type is booked, when, and by whom."""


def make_something_to_see(sandbox: Sandbox) -> None:
    """Book some more, and let a call meet a fault."""
    for owner, start, name in MORE:
        with CalCom(sandbox.keys[owner], base_url=sandbox.url) as cal:
            kind = min(cal.event_types.list(), key=lambda kind: kind.id)
            guest = {
                "name": name,
                "email": f"{name.lower().replace(' ', '.')}@example.com",
                "timeZone": "Europe/London",
            }
            cal.bookings.create(event_type_id=kind.id, start=start, attendee=guest)
    sandbox.faults.add(Faults.status(503, first=1))
    with CalCom(sandbox.api_key, base_url=sandbox.url) as cal:
        cal.event_types.list().collect()


def take(browser: Browser, sandbox: Sandbox, name: str, *, width: int, height: int, dark: bool, scale: float) -> None:
    """One picture."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, device_scale_factor=scale,
        color_scheme="dark" if dark else "light", locale="en-GB", reduced_motion="reduce",
    )  # fmt: skip
    page = context.new_page()
    page.goto(sandbox.page_url)
    page.wait_for_selector("body[data-ready]")
    page.get_by_role("button", name="The week after").click()
    if width < 600:
        page.get_by_role("button", name="14").first.dispatch_event("click")  # a real one scrolls to it
    elif dark:
        page.get_by_role("tab", name="Faults").click()
    page.wait_for_timeout(500)
    page.screenshot(path=IMAGES / name)
    context.close()


if __name__ == "__main__":
    with Sandbox(world="example", port=8765) as sandbox, sync_playwright() as driver:
        make_something_to_see(sandbox)
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"), args=["--no-sandbox"]
        )
        take(browser, sandbox, "sandbox-page.png", width=1360, height=800, dark=False, scale=1)
        take(browser, sandbox, "sandbox-page-dark.png", width=1360, height=800, dark=True, scale=1)
        take(browser, sandbox, "sandbox-page-phone.png", width=375, height=700, dark=False, scale=1.5)
        browser.close()
