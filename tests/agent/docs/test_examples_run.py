"""Every example of every page runs in the example world as it stands there: Lua, Python and shell."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import inspect
import io
import json
import re
import shlex
from pathlib import Path
from typing import Any

import attrs
import pytest

from calcom_async.agent import CATALOGUE, Result, Toolkit
from calcom_async.agent.docs import list_docs, read_doc

_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@attrs.frozen
class Fence:
    page: str
    number: int
    language: str
    source: str


def fences() -> list[Fence]:
    return [
        Fence(entry.page, number, language, source)
        for entry in list_docs()
        for number, (language, source) in enumerate(_FENCE.findall(read_doc(entry.page)), 1)
    ]


def of(language: str) -> list[Any]:
    return [pytest.param(fence, id=f"{fence.page}-{fence.number}") for fence in fences() if fence.language == language]


@pytest.mark.parametrize("fence", of("lua"))
async def test_lua(fence: Fence, example_toolkit: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("lupa")
    from calcom_async.agent.lua import run_lua

    monkeypatch.chdir(tmp_path)
    async with example_toolkit() as toolkit:
        outcome = await run_lua(fence.source, toolkit)
    assert outcome.success, outcome.error
    assert bool(outcome.output) is ("print" in fence.source)
    assert (outcome.result is not None) is ("return " in fence.source.replace("() return", ""))


@pytest.mark.parametrize("fence", of("python"))
async def test_python(fence: Fence, example_toolkit: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    printed = io.StringIO()
    async with example_toolkit() as toolkit:
        results = recorded(toolkit)
        code = compile(fence.source, fence.page, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        assert code.co_flags & inspect.CO_COROUTINE
        with contextlib.redirect_stdout(printed):
            await eval(code, {"toolkit": toolkit})
    assert results
    assert [result.error for result in results if not result.success and fence.page != "errors"] == []
    assert printed.getvalue().strip() not in {"", "None"}


def recorded(toolkit: Toolkit) -> list[Result]:
    """What the toolkit answers from now on."""
    results: list[Result] = []
    call = toolkit.call

    async def recording(*arguments: Any, **options: Any) -> Result:
        results.append(await call(*arguments, **options))
        return results[-1]

    toolkit.call = recording  # type: ignore[method-assign] # looks on, and changes nothing
    return results


@pytest.mark.parametrize("fence", of("sh"))
def test_shell(
    fence: Fence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("typer")
    from calcom_async.cli import main

    monkeypatch.chdir(tmp_path)
    for line in fence.source.replace("\\\n", " ").splitlines():
        program, *words = shlex.split(line)
        assert program == "calcom-async"
        assert main([*words, "--sandbox", "--json"]) == 0, capsys.readouterr().err
        assert json.loads(capsys.readouterr().out)["success"] is True


def test_every_page_of_a_function_has_an_example_in_each_language() -> None:
    shown = {(fence.page, fence.language) for fence in fences()}
    assert [
        (name, language) for name in CATALOGUE for language in ("lua", "python", "sh") if (name, language) not in shown
    ] == []
    assert {fence.language for fence in fences()} == {"lua", "python", "sh"}


def test_lua_is_run_where_it_can_be() -> None:
    """The scripts above are skipped for want of lupa only, never for want of our own part."""
    if importlib.util.find_spec("lupa") is not None:
        assert importlib.util.find_spec("calcom_async.agent.lua") is not None
