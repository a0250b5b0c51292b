"""Every sample of the README and the documentation runs against a sandbox, and prints what the page says it prints."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import io
import logging
import os
import re
import runpy
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from calcom_async.cli import main
from calcom_async.sandbox import RateLimit, Sandbox
from tests.docs.samples import LANGUAGES, Sample, agrees, commands, fences, samples

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
NOW = "2026-11-22T12:00:00Z"
"""The samples' dates are just after this."""
IDS = {
    "event_type_id=42": "event_type_id=20002",
    '"event_type_id": 42': '"event_type_id": 20002',
    '"eventTypeId": 42,  #': '"eventTypeId": 20002,  #',
    "event_type_ids=[42]": "event_type_ids=[20002]",
    "team(7)": "team(501)",
}
"""What the pages call 42 and 7 has these ids in the sandbox's world."""
THEIRS = ("one of yours", "`cal.teams.list()` tells the team's id")
"""How a sample, or its page, says that its ids are not the reader's."""
RUNNABLE = [page for page in PAGES if samples(page)]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Sandbox]:
    """A Cal.com in the environment, and an empty folder to work in."""
    with Sandbox(bookings=600, seed=1, now=NOW, rate_limit=RateLimit(limit=1000)) as sandbox:
        monkeypatch.setenv("CALCOM_API_KEY", sandbox.api_key)
        monkeypatch.setenv("CALCOM_BASE_URL", sandbox.url)
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
        monkeypatch.setenv("COLUMNS", "120")
        monkeypatch.setenv("NO_COLOR", "1")
        monkeypatch.chdir(tmp_path)
        monkeypatch.syspath_prepend(tmp_path)  # the files of a page find one another
        loaded, log = set(sys.modules), logging.getLogger("calcom_async")
        monkeypatch.setattr(log, "handlers", list(log.handlers))
        yield sandbox
        for name in set(sys.modules) - loaded:
            if str(getattr(sys.modules[name], "__file__", None)).startswith(str(tmp_path)):
                del sys.modules[name]  # and no other page finds them


@pytest.mark.parametrize("page", RUNNABLE, ids=name_of)
def test_the_samples_of_a_page_run(page: Path, world: Sandbox) -> None:
    """Blocks of one page share their names and their event loop, as if typed one after the other."""
    names: dict[str, Any] = {"__name__": "__main__"}
    with asyncio.Runner() as runner:
        for sample in samples(page):
            if sample.fence.title is not None:
                Path(sample.fence.title).write_text(with_ids(sample.fence.body), encoding="utf-8")
            elif sample.fence.language == "python":
                run_python(sample, names, runner)
            else:
                run_console(sample)


def run_python(sample: Sample, names: dict[str, Any], runner: asyncio.Runner) -> None:
    fence = sample.fence
    source = "\n" * (fence.line - 1) + with_ids(fence.body)  # so that a traceback shows the page's own lines
    code = compile(source, str(fence.page), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        if code.co_flags & inspect.CO_COROUTINE:
            runner.run(evaluated(code, names))
        else:
            exec(code, names)
    if sample.expected is not None:
        assert agrees(sample.expected, printed.getvalue()), (
            f"{name_of(fence.page)}:{fence.line} printed:\n{printed.getvalue()}"
        )


async def evaluated(code: Any, names: dict[str, Any]) -> None:
    await eval(code, names)


def run_console(sample: Sample) -> None:
    """Run the commands of a block; those that can in this process, since starting others costs more than they do."""
    for command, shown in commands(sample.fence.body):
        program, *arguments = shlex.split(with_ids(command), comments=True)
        if program not in PROGRAMS:
            continue  # such as pip or export: theirs to prove
        code, printed, told = PROGRAMS[program](arguments)
        where = f"{name_of(sample.fence.page)}:{sample.fence.line}: {command}"
        assert code == 0, f"{where}\n{printed}{told}"
        if shown.strip():
            assert agrees(shown, printed), f"{where} printed:\n{printed}"


def here(run: Callable[[list[str]], int], arguments: list[str]) -> tuple[int, str, str]:
    """What a program of this process ends with, prints and tells."""
    printed, told = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(told):
        code = run(arguments)
    return code, printed.getvalue(), told.getvalue()


def script(arguments: list[str]) -> int:
    """Run a file as `python file …` does."""
    given, sys.argv = sys.argv, arguments
    try:
        runpy.run_path(arguments[0], run_name="__main__")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.argv = given
    return 0


def under_pytest(arguments: list[str]) -> tuple[int, str, str]:
    """Run pytest as somebody would: in a process of its own, on their files alone."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "calcom_async.testing.plugin", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        stdin=subprocess.DEVNULL,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith(("CALCOM_", "PYTEST_"))},
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # ours alone, which is quicker
        },
    )
    return done.returncode, done.stdout, done.stderr


PROGRAMS = {
    "calcom-async": lambda arguments: here(main, arguments),
    "python": lambda arguments: here(script, arguments),
    "pytest": under_pytest,
}
"""What runs the commands of the pages."""


def with_ids(text: str) -> str:
    text = text.replace('URL = "https://api.cal.com/v2"', f'URL = "{os.environ.get("CALCOM_BASE_URL")}"')
    for written, real in IDS.items():
        text = re.sub(rf"{re.escape(written)}(?!\d)", real, text)
    return text


# --- and nothing slips through ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_says_what_it_is_and_why_it_is_left_alone(page: Path) -> None:
    for fence in fences(page):
        where = f"{name_of(page)}:{fence.line}"
        assert fence.language in LANGUAGES, f"{where}: {fence.language!r}"
        assert fence.reason is None or len(fence.reason) > 10, f"{where}: no reason"
        if fence.language == "python":  # what is not run is Python at least
            compile(fence.body, where, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        elif fence.language == "toml":
            tomllib.loads(fence.body)
    assert page.read_text(encoding="utf-8").count("```") == 2 * len(fences(page))
    assert page.read_text(encoding="utf-8").count("not run:") == sum(f.reason is not None for f in fences(page))


def test_the_pages_that_show_code_are_found() -> None:
    found = {name_of(page) for page in RUNNABLE}
    assert {"README.md", "docs/index.md", "docs/quickstart.md", "docs/errors-and-retries.md"} <= found


def test_every_substituted_id_is_still_used() -> None:
    text = "\n".join(fence.body for page in PAGES for fence in fences(page))
    assert [written for written in IDS if written not in text] == []


def unexplained(page: Path) -> list[int]:
    """Lines of samples with an id that exists for nobody who copies them, without a word of it."""
    text = page.read_text(encoding="utf-8").splitlines()
    of_the_page = any(said in line for said in THEIRS[1:] for line in text)
    return [
        number
        for fence in fences(page)
        if fence.language == "python" and fence.reason is None and not of_the_page
        for number, line in enumerate(fence.body.splitlines(), fence.line)
        if any(re.search(rf"{re.escape(written)}(?!\d)", line) for written in IDS) and THEIRS[0] not in line
    ]


@pytest.mark.parametrize("page", RUNNABLE, ids=name_of)
def test_ids_are_said_to_be_the_readers_own(page: Path) -> None:
    assert unexplained(page) == []


def test_what_is_printed_is_compared() -> None:
    assert agrees("a …\nb", "a 1\nb\n")
    assert agrees("…12 bookings…", "wrote 12 bookings to x")
    assert not agrees("a\nb", "a\nc")
    assert not agrees("12 bookings", "112 bookings")


def test_a_sample_that_fails_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A\n```python\nprint(await one())\n```\n\n```text\n2\n```\n", encoding="utf-8")
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    (sample,) = samples(page)

    async def one() -> int:
        return 1

    with asyncio.Runner() as runner, pytest.raises(AssertionError, match=r"page.md:3 printed:\n\s*1\n"):
        run_python(sample, {"one": one}, runner)
