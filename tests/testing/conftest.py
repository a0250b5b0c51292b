"""Runs pytest in a process of its own, on tests as a user would write them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
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
def run_pytest(run_pytest_in: Run, tmp_path: Path) -> Run:
    """Runs pytest in a folder of the test's own."""
    return partial(run_pytest_in, tmp_path)


@pytest.fixture(scope="session")
def run_pytest_in() -> Run:
    """Writes files into a folder, and runs pytest on them, every warning an error.

    Only the named plugins are loaded, and ours; with `plugins=None` all that are installed, as for a user.
    """

    def run(
        folder: Path,
        *arguments: str,
        plugins: tuple[str, ...] | None = (),
        environment: dict[str, str] | None = None,
        ini: str = "",
        **files: str,
    ) -> Outcome:
        (folder / "pytest.ini").write_text(f"[pytest]\nfilterwarnings = error\n{ini}", encoding="utf-8")
        for name, text in files.items():
            (folder / f"{name}.py").write_text(text, encoding="utf-8")
        kept = {name: text for name, text in os.environ.items() if not name.startswith(("CALCOM_", "COV_", "PYTEST"))}
        if plugins is not None:
            kept["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        loaded = [f"-p{name}" for name in ("calcom_async.testing.plugin", *plugins)] if plugins is not None else []
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *loaded, *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
            env={**kept, "PYTHONSAFEPATH": "1", "COLUMNS": "160", **(environment or {})},
        )
        return Outcome(done.returncode, done.stdout + done.stderr)

    return run
