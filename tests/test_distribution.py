"""What is published: the checks of the session `build` find what is wrong, and its smoke script covers every extra.

The session itself builds and installs, for which it needs a package index; here are its parts, on made-up archives.
"""

from __future__ import annotations

import io
import os
import re
import runpy
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
ABOUT = {
    f"calcom_async-1.0.dist-info/{name}"
    for name in ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")
}


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def checks() -> SimpleNamespace:
    return SimpleNamespace(**runpy.run_path(str(ROOT / "scripts" / "check_distributions.py")))


@pytest.fixture(scope="module")
def package(checks: SimpleNamespace) -> set[str]:
    """What the package needs to have, and a module."""
    return {"calcom_async/__init__.py", *checks.NEEDED}


@pytest.fixture(scope="module")
def sdist(package: set[str]) -> set[str]:
    return {"LICENSE", "PKG-INFO", ".gitignore", "pyproject.toml", "tests/test_package.py", *package}


def test_what_is_in_order_is_not_complained_of(checks: SimpleNamespace, package: set[str], sdist: set[str]) -> None:
    assert checks.wrong_with_sdist(sdist, sdist - {"PKG-INFO"}) == []
    assert checks.wrong_with_sdist(sdist, None) == []
    assert checks.wrong_with_wheel(package | ABOUT, sdist) == []


@pytest.mark.parametrize(
    "name", ["calcom_async/py.typed", "calcom_async/agent/guides/overview.md", "calcom_async/sandbox/page/page.js"]
)
def test_what_is_needed_may_not_be_missing(
    name: str, checks: SimpleNamespace, package: set[str], sdist: set[str]
) -> None:
    assert f"sdist: lacks {name}" in checks.wrong_with_sdist(sdist - {name}, None)
    assert f"wheel: lacks {name}" in checks.wrong_with_wheel(package - {name} | ABOUT, sdist)


@pytest.mark.parametrize(
    "name",
    [
        "tests/test_package.py",
        "calcom_async/__pycache__/client.cpython-311.pyc",
        "calcom_async/notes.sqlite",
        ".mypy_cache/3.11/x.json",
    ],
)
def test_a_wheel_has_no_more_than_the_package(
    name: str, checks: SimpleNamespace, package: set[str], sdist: set[str]
) -> None:
    assert any(name in line for line in checks.wrong_with_wheel({name, *package, *ABOUT}, sdist))


def test_a_wheel_has_its_licence(checks: SimpleNamespace, package: set[str], sdist: set[str]) -> None:
    bare = {name for name in ABOUT if "LICENSE" not in name}
    assert checks.wrong_with_wheel(package | bare, sdist) == ["wheel's dist-info: licenses/LICENSE is missing"]


@pytest.mark.parametrize(
    "name", ["tests/__pycache__/x.pyc", "bookings.jsonl", ".hypothesis/examples/1", "docs/.env", "dist/old.whl"]
)
def test_an_sdist_has_nothing_that_was_left_behind(name: str, checks: SimpleNamespace, sdist: set[str]) -> None:
    assert checks.wrong_with_sdist({name, *sdist}, None) == [f"sdist: {name} is not to be shipped"]


def test_an_sdist_has_what_git_keeps(checks: SimpleNamespace, sdist: set[str]) -> None:
    kept = sdist - {"PKG-INFO", "tests/test_package.py"} | {"tests/new.py"}
    assert checks.wrong_with_sdist(sdist, kept) == [
        "sdist: tests/test_package.py is not expected",
        "sdist: tests/new.py is missing",
    ]


def test_a_wheel_that_the_sdist_builds_is_the_same(
    checks: SimpleNamespace, package: set[str], sdist: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, version in ((first, b"1"), (second, b"2")):
        folder.mkdir()
        with zipfile.ZipFile(folder / "calcom_async-1.0-py3-none-any.whl", "w") as wheel:
            for name in sorted(package | ABOUT):
                wheel.writestr(zipfile.ZipInfo(name), version)
    with tarfile.open(first / "calcom_async-1.0.tar.gz", "w:gz") as archive:
        for name in sorted(sdist):
            archive.addfile(tarfile.TarInfo(f"calcom_async-1.0/{name}"), io.BytesIO(b""))
    monkeypatch.setitem(checks.wrong_with_folder.__globals__, "ROOT", tmp_path)  # where there is no repository
    assert checks.wrong_with_folder(first, first) == []
    assert checks.wrong_with_folder(first, second) == [
        "sdist: the wheel built from it is not the wheel built from the repository"
    ]


def test_what_the_package_reads_at_run_time_is_on_the_list(checks: SimpleNamespace) -> None:
    read = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "calcom_async").rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    }
    assert set(checks.NEEDED) == read


def test_what_the_sdist_includes_is_there(project: dict[str, Any]) -> None:
    included = project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert [name for name in included if not (ROOT / name).exists()] == []


def test_the_smoke_script_tries_every_extra(project: dict[str, Any]) -> None:
    text = (ROOT / "scripts" / "smoke.py").read_text(encoding="utf-8")
    steps = re.search(r"for step in \(([\w, ]+)\)", text)
    assert steps is not None
    extras = project["project"]["optional-dependencies"]
    assert sorted(steps[1].split(", ")) == sorted(name for name in extras if name != "all")


def test_the_smoke_script_wants_an_installed_package() -> None:
    """It says so, rather than to praise the checkout beside it."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "smoke.py")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.endswith("AssertionError: this is not the installed package\n")
