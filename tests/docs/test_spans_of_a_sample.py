"""The sample that switches spans on for its whole process, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from calcom_async.sandbox import Sandbox
from tests.docs.samples import fences

pytest.importorskip("opentelemetry.sdk")
PAGE = Path(__file__).parents[2] / "docs" / "observability.md"


def test_the_console_shows_the_span_of_a_call() -> None:
    (sample,) = [fence.body for fence in fences(PAGE) if "ConsoleSpanExporter" in fence.body]
    with Sandbox(bookings=0, seed=1, api_key="cal_live_pl4ntedkey") as sandbox:
        environment = {"CALCOM_API_KEY": sandbox.api_key, "CALCOM_BASE_URL": sandbox.url}
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", sample],
            capture_output=True, text=True, check=False, timeout=60, env={**os.environ, **environment},
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    span = json.loads(done.stdout)
    assert (span["name"], span["kind"]) == ("GET /me", "SpanKind.CLIENT")
    assert span["attributes"]["http.response.status_code"] == 200
    assert span["attributes"]["url.template"] == "/me"
    assert "pl4nted" not in done.stdout
