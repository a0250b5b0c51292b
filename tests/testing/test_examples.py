"""The example project passes its own tests, as a user runs them: in its folder, with the package installed."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "booking-page"


@pytest.fixture
def project(tmp_path):
    return shutil.copytree(EXAMPLE, tmp_path / "booking-page", ignore=shutil.ignore_patterns("__pycache__", ".*"))


def run(project, *arguments):
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("CALCOM_", "COV_", "PYTEST"))}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        env={**kept, "PYTHONSAFEPATH": "1"},
    )


def test_its_tests_pass(project):
    done = run(project)
    assert done.returncode == 0, done.stdout + done.stderr
    (passed,) = re.findall(r"(\d+) passed", done.stdout)
    assert int(passed) >= 15


def test_its_tests_notice_what_they_are_for(project):
    page = project / "booking_page.py"
    page.write_text(page.read_text(encoding="utf-8").replace("ensure_once=True", "ensure_once=False"), encoding="utf-8")
    done = run(project, "-k", "got_lost")
    assert done.returncode == 1
    assert "FAILED tests/test_booking_page.py::test_an_answer_that_got_lost" in done.stdout


def test_it_is_a_project_of_its_own():
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))
    assert "calcom-async" in project["project"]["dependencies"]
