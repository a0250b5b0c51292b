"""What the benchmarks share: a page of bookings as bytes, and the figures as ratios at the end.

Absolute times say little about another machine, ratios within one run say a lot: every group of benchmarks has an
anchor, and the summary shows each as a multiple of it.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest

from calcom_async.sandbox import Sandbox

PAGE = 250


@pytest.fixture(scope="session")
def page() -> Iterator[bytes]:
    """A full page of bookings as the sandbox answers it: every kind and oddity its generator knows."""
    with Sandbox(bookings=PAGE, seed=1, now="2026-11-22T12:00:00Z", rate_limit=None) as sandbox:
        headers = {"Authorization": f"Bearer {sandbox.api_key}", "cal-api-version": "2024-08-13"}
        with urlopen(Request(f"{sandbox.url}/bookings?take={PAGE}", headers=headers), timeout=30) as answer:
            yield answer.read()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Show each benchmark as a multiple of its group's anchor: the one marked `extra_info["anchor"]`."""
    session = getattr(config, "_benchmarksession", None)
    results = [result for result in session.benchmarks if result.stats.data] if session is not None else []
    for group in dict.fromkeys(result.group for result in results):
        members = [result for result in results if result.group == group]
        anchor = next((result for result in members if result.extra_info.get("anchor")), None)
        if anchor is None:
            continue
        terminalreporter.section(f"{group} (fastest round, Python {platform.python_version()})", sep="-")
        for result in sorted(members, key=lambda result: result.stats.min):
            ratio = result.stats.min / anchor.stats.min
            terminalreporter.write_line(
                f"{result.name:48} {result.stats.min * 1e3:8.3f} ms {ratio:6.2f} x {anchor.name}"
            )
