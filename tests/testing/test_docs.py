"""The page on testing: its tests pass under pytest, and its commands do what it says."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from calcom_async.sandbox import Sandbox
from tests.docs.samples import fences

PAGE = Path(__file__).parents[2] / "docs" / "testing.md"


def test_its_tests_pass(run_pytest):
    source = "\n".join(fence.body for fence in fences(PAGE) if fence.language == "python" and fence.reason is None)
    ini = "asyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"
    done = run_pytest(plugins=("pytest_asyncio.plugin",), ini=ini, test_page=source)
    assert (done.code, done.summary) == (0, f"{len(re.findall('def test_', source))} passed"), done.text
    assert source.count("def test_") >= 7


def shell(script, **environment):
    done = subprocess.run(
        ["bash", "-euc", script],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("curl", ['"username":"owner"', '"code":"CONFLICT"', '{"added":[1]}', '{"added":[2,3]}', '"requests":[', '{"now":"2026-']),
        ("node", ["503 200"]),
    ],
)  # fmt: skip
def test_its_commands_do_what_it_says(program, expected):
    if shutil.which(program) is None:
        pytest.skip(f"no {program}")
    if program == "node" and int(re.findall(r"\d+", shell("node --version"))[0]) < 18:
        pytest.skip("a Node.js without fetch")
    (script,) = (fence.body for fence in fences(PAGE) if fence.language == "sh" and fence.body.startswith(program))
    with Sandbox(now="2026-11-26T12:00:00Z", rate_limit=None) as sandbox:
        printed = shell(script, CALCOM_BASE_URL=sandbox.url, CALCOM_API_KEY=sandbox.api_key)
        assert len(sandbox.faults) in (0, 1)
    assert [each for each in expected if each not in printed] == [], printed


def test_every_fault_is_in_its_table():
    from calcom_async.testing import Faults

    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in vars(Faults) if not name.startswith("_") and f"`{name}(" not in text] == []


def test_every_fixture_is_in_its_table():
    source = (Path(__file__).parents[2] / "calcom_async" / "testing" / "plugin.py").read_text(encoding="utf-8")
    named = re.findall(r"@pytest\.fixture.*\ndef ([a-z]\w+)\(", source)
    text = PAGE.read_text(encoding="utf-8")
    assert len(named) >= 9
    assert [name for name in named if f"`{name}`" not in text] == []
