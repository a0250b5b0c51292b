"""The checks of this repository. `nox` runs the default ones: lint, types, tests.

`nox -s tests -- tests/core -k paging` passes what follows `--` to pytest; `nox -s docs -- serve` shows the pages.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.sessions = ["lint", "types", "tests"]
nox.options.default_venv_backend = "virtualenv"  # comes with nox: a bare machine needs nothing else
nox.options.reuse_venv = "yes"
nox.options.error_on_missing_interpreters = False  # also where CI is set: see PYTHONS

ROOT = Path(__file__).parent
PACKAGE = ROOT / "calcom_async"
PYPROJECT = nox.project.load_toml("pyproject.toml")
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
PYTHONS = sorted({HERE, *nox.project.python_versions(PYPROJECT)}, key=lambda version: int(version.split(".")[1]))
"""Every Python the classifiers name, as far as it is installed; the one that runs nox always is."""
COMPLETE = ".[all]"
"""The package with every extra that its code uses, so that no test is left out."""
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
TESTS = {"PYTHONSAFEPATH": "1", "PYTHONDONTWRITEBYTECODE": ""}
"""Without the working directory on the path, tests and the commands they start import what was installed. Compiled
files are kept, whatever the machine says otherwise: the tests start hundreds of interpreters."""
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def groups(*names: str) -> tuple[str, ...]:
    """The requirements of dependency groups of pyproject.toml."""
    return nox.project.dependency_groups(PYPROJECT, *names)


@nox.session
def lint(session: nox.Session) -> None:
    """Formatting, ruff's rules, the floors of the house, and nothing left unfinished in the package."""
    session.install(*groups("lint"))
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")
    session.run("lint-imports", "--no-cache")
    if unfinished := _unfinished():
        session.error("left unfinished:\n" + "\n".join(unfinished))


@nox.session
def types(session: nox.Session) -> None:
    """Run `mypy --strict` and pyright on the package, and on the tests of what checkers infer and editors show."""
    session.install(COMPLETE, *groups("types", "tests"))
    session.run("mypy", "--package", "calcom_async", "--strict")
    session.run("mypy", "tests/typing", "--strict")
    pyright = {
        # Its own Node.js from the wheel, whatever the machine has; and no advice to upgrade.
        "PYRIGHT_PYTHON_GLOBAL_NODE": "0",
        "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",
    }
    session.run("pyright", "--pythonpath", _python(session), env=pyright)
    session.run("pytest", "tests/typing", env={**TESTS, **pyright})


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run pytest on the installed package; `nox -s tests -- tests/core -k paging` passes what follows `--` to it.

    Most tests wait more than they work, so four processes share them; those that measure come after, one by one.
    Where there is a Chromium, the shortest way through the sandbox's page is tried as well.
    """
    session.install(COMPLETE, *groups("tests", *(["browser"] if CHROMIUM else [])))
    if session.posargs:
        session.run("pytest", *session.posargs, env=TESTS)
        return
    session.run("pytest", "-n", "4", "--dist", "worksteal", "-m", "not alone", "--durations=25", env=TESTS)
    session.run("pytest", "-m", "alone", *_files_with("pytest.mark.alone"), "--durations=25", env=TESTS)


@nox.session
def coverage(session: nox.Session) -> None:
    """Run the same tests with branch coverage, which takes twice as long: 90 % or more."""
    session.install(COMPLETE, *groups("tests", *(["browser"] if CHROMIUM else [])))
    env = {**TESTS, "COVERAGE_FILE": str(Path(session.virtualenv.location) / "coverage")}
    measured = ("pytest", "--cov", "--cov-report=")
    session.run(*measured, "-n", "4", "--dist", "worksteal", "-m", "not alone", env=env)
    session.run(*measured, "--cov-append", "-m", "alone", *_files_with("pytest.mark.alone"), env=env)
    session.run("coverage", "report", env=env)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation into `site/`, every warning an error; their samples run in `tests/docs`."""
    session.install(".", *groups("docs", "lint"))  # ruff lays the signatures out
    session.run("mkdocs", *(session.posargs or ["build", "--strict"]), env={"NO_MKDOCS_2_WARNING": "1"})


@nox.session
def build(session: nox.Session) -> None:
    """Make what is published, look into it, and try it in empty environments: without extras, then with each alone.

    `nox -s build -- parquet` tries that extra only. `dist/` has the distributions afterwards.
    """
    session.install(*groups("build"))
    dist, rebuilt, unpacked = ROOT / "dist", *(Path(session.create_tmp()) / name for name in ("rebuilt", "unpacked"))
    for folder in (dist, rebuilt, unpacked):
        shutil.rmtree(folder, ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", str(dist), "--sdist", "--wheel")  # both from the repository
    [sdist], [wheel] = dist.glob("*.tar.gz"), dist.glob("*.whl")
    shutil.unpack_archive(sdist, unpacked, filter="data")
    session.run(
        "python", "-m", "build", "--outdir", str(rebuilt), "--wheel", str(unpacked / sdist.name[: -len(".tar.gz")])
    )
    session.run("python", "scripts/check_distributions.py", str(dist), "--rebuilt", str(rebuilt))
    session.run("twine", "check", "--strict", str(sdist), str(wheel))
    extras = [name for name in PYPROJECT["project"]["optional-dependencies"] if name != "all"]
    for extra in session.posargs or ["", *extras]:
        empty = Path(session.create_tmp()) / "empty"
        session.run("python", "-m", "venv", "--clear", "--without-pip", str(empty), silent=True)
        wanted = f"{wheel}[{extra}]" if extra else str(wheel)
        session.run("python", "-m", "pip", "--python", str(empty), "install", "-q", wanted)
        python = empty / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        # Isolated: neither the working directory nor the user's own packages are on the path.
        session.run(str(python), "-W", "error", "scripts/smoke.py", *filter(None, [extra]), external=True)


@nox.session
def chaos(session: nox.Session) -> None:
    """Run the promises at full size: exports of 100,000 bookings with faults, kills and limits; answers of 1 GB.

    The default tests do the same small. `nox -s chaos -- -k killed` runs some of it.
    """
    session.install(COMPLETE, *groups("tests"))
    files = [f"tests/export/test_{name}.py" for name in ("loses_nothing", "survives", "pacing", "memory")]
    files.append("tests/export/test_formats_elsewhere.py")
    files += [
        "tests/reliability",
        "tests/core/test_limiter_on_a_server.py",
        "tests/core/shared_limiter/test_shared_limiter.py",
    ]
    session.run("pytest", "-s", "--durations=0", *files, *session.posargs, env={"CALCOM_CHAOS": "full"})


@nox.session
def soak(session: nox.Session) -> None:
    """Half an hour of mixed load with faults, and nothing that grows: `nox -s soak -- 5` for five minutes.

    `CALCOM_SOAK_MINUTES` says the same.
    """
    session.install(COMPLETE, *groups("tests"))
    session.run("python", "-m", "tests.reliability.soak", *session.posargs)


@nox.session
def browser(session: nox.Session) -> None:
    """Look at the sandbox's page in a real Chromium: the one on the path, or the one that `CHROMIUM` names.

    The default tests skip these, for they have no Playwright; where there is no Chromium they are skipped here, too.
    """
    session.install(COMPLETE, *groups("tests", "browser"))
    session.run("pytest", "tests/browser", *session.posargs, env={**TESTS, "CALCOM_BROWSER": "full"})


@nox.session
def audit(session: nox.Session) -> None:
    """Look for known vulnerabilities in what the package and its extras install.

    It asks a service on the network beyond the package index, so it is no part of the default run. Where the service
    knows nothing of what is installed, as behind some mirrors of the index, the session fails: nothing was audited.
    """
    session.install(COMPLETE, "pip-audit>=2.9")
    listed = session.run("python", "-m", "pip", "freeze", "--exclude", "calcom-async", silent=True)
    installed = Path(session.create_tmp()) / "installed.txt"
    installed.write_text(str(listed), encoding="utf-8")
    given = ("--requirement", str(installed), "--no-deps", "--disable-pip")
    session.run("pip-audit", "--strict", "--desc", *given, *session.posargs)


@nox.session
def conformance(session: nox.Session) -> None:
    """Send the sandbox requests made from the document (`CALCOM_CONFORMANCE=20` of each operation), and spoilt ones.

    It needs the API reference folder (`CALCOM_API_REFERENCE`, `../shared/api` by default) and is nothing without it.
    """
    reference = Path(os.environ.get("CALCOM_API_REFERENCE", ROOT.parent / "shared" / "api"))
    if not (reference / "openapi.json").exists():
        session.error(f"there is no API reference folder at {reference}: set CALCOM_API_REFERENCE")
    session.install(COMPLETE, *groups("tests", "conformance"))
    env = {"CALCOM_API_REFERENCE": str(reference), "CALCOM_CONFORMANCE": os.environ.get("CALCOM_CONFORMANCE", "10")}
    made_up = ("tests/sandbox/test_schemathesis.py", "tests/sandbox/replay/test_replay_hostile.py")
    session.run("pytest", "-s", *made_up, *session.posargs, env=env)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Speed, as ratios within one run of eight minutes: the table of `docs/benchmarks.md`.

    `nox -s benchmarks -- --rows decode,stream` measures some of it, `-- --docs` puts all of it into the page.
    """
    session.install(COMPLETE, *groups("benchmarks"))
    session.run("python", "-m", "benchmarks.run", *session.posargs)


def _python(session: nox.Session) -> str:
    """The interpreter of a session's environment."""
    return str(session.run("python", "-c", "import sys; print(sys.executable)", silent=True)).strip()


def _files_with(text: str) -> list[str]:
    """The test files that say `text`: pytest needn't read seven thousand tests to find sixty."""
    return [str(path) for path in sorted((ROOT / "tests").rglob("test_*.py")) if text in path.read_text("utf-8")]


def _unfinished() -> list[str]:
    """Every line of the package that says it is not finished, as `file:line: text`."""
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if UNFINISHED.search(line)
    ]
