"""Runs pytest in a process of its own, on tests as a user would write them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

Run = Callable[..., "Outcome"]


@attrs.frozen
class Outcome:
    """How a run of pytest ended.

    Attributes:
        code: The exit code.
        text: What it printed.
    """

    code: int
    text: str

    @property
    def summary(self) -> str:
        """The last line, without the time: `2 passed, 1 error`."""
        return self.text.strip().splitlines()[-1].rpartition(" in ")[0].strip("= ")


@pytest.fixture
def run_pytest(tmp_path: Path) -> Run:
    """Writes files, and runs pytest on them, every warning an error.

    Only the named plugins are loaded, and ours; with `plugins=None` all that are installed, as for a user.
    """

    def run(
        *arguments: str,
        plugins: tuple[str, ...] | None = (),
        environment: dict[str, str] | None = None,
        ini: str = "",
        **files: str,
    ) -> Outcome:
        (tmp_path / "pytest.ini").write_text(f"[pytest]\nfilterwarnings = error\n{ini}", encoding="utf-8")
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        kept = {name: text for name, text in os.environ.items() if not name.startswith(("CALCOM_", "COV_", "PYTEST"))}
        if plugins is not None:
            kept["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        loaded = [f"-p{name}" for name in ("calcom_async.testing.plugin", *plugins)] if plugins is not None else []
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *loaded, *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
            env={**kept, "PYTHONSAFEPATH": "1", "COLUMNS": "160", **(environment or {})},
        )
        return Outcome(done.returncode, done.stdout + done.stderr)

    return run
