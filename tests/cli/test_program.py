"""The program as a whole: its help, its extra, its completion, its usage errors."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
import typer.main

from calcom_async import __version__
from calcom_async.cli.app import _program
from calcom_async.sandbox import Sandbox

from .conftest import Run


def leaves(command: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    commands = getattr(command, "commands", None)
    if commands is None:
        return [(path, command)]
    return [leaf for name, child in commands.items() for leaf in leaves(child, (*path, name))]


COMMANDS = leaves(typer.main.get_command(_program()))


def test_every_command_is_there() -> None:
    assert {" ".join(path) for path, _ in COMMANDS} == {
        "bookings export", "bookings verify", "bookings list", "bookings get", "bookings create", "bookings cancel", "bookings reschedule",
        "bookings confirm", "bookings decline", "me", "event-types list", "event-types get", "slots", "schedules list",
        "teams list", "webhooks list", "webhooks create", "webhooks delete", "webhooks listen", "request", "doctor", "sandbox",
        "event-types export", "schedules export", "teams export",
        "tools list", "tools schema", "tools docs", "tools search", "tools call", "tools lua", "mcp install",
        "accounts add", "accounts list", "accounts change", "accounts default", "accounts test", "accounts remove",
        "accounts refresh-key", "login", "logout", "whoami",
    }  # fmt: skip


def test_help_fits_a_screen_and_shows_three_examples(run: Run) -> None:
    outcome = run("--help")
    assert outcome.code == 0
    lines = outcome.out.splitlines()
    assert len(lines) <= 36
    assert max(len(line) for line in lines) <= 80
    examples = [line.strip() for line in lines if line.startswith("    calcom-async ")]
    assert len(examples) == 3
    assert examples[0] == "calcom-async bookings export --sandbox --to bookings.jsonl"
    assert "..." not in "".join(lines[5:18]), "a command's summary is cut"


@pytest.mark.parametrize("arguments", [(), ("bookings",)])
def test_nothing_asked_for_shows_the_help(run: Run, arguments: tuple[str, ...]) -> None:
    outcome = run(*arguments)
    assert outcome.code == 0
    assert outcome.out.startswith("Usage: calcom-async")


@pytest.mark.parametrize("path", [path for path, _ in COMMANDS], ids=" ".join)
def test_each_help_says_what_it_does_and_shows_an_example(run: Run, path: tuple[str, ...]) -> None:
    outcome = run(*path, "--help")
    assert outcome.code == 0
    assert f"Usage: calcom-async {' '.join(path)}" in outcome.out
    assert f"    calcom-async {' '.join(path)}" in outcome.out
    assert "--json" in outcome.out
    assert "\\[" not in outcome.out
    assert ("--sandbox" in outcome.out) is (path[0] not in {"sandbox", "accounts", "login", "logout"})


@pytest.mark.parametrize(
    ("path", "command"), COMMANDS, ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_every_option_says_what_it_does(path: tuple[str, ...], command: Any) -> None:
    assert [p.name for p in command.params if not p.help] == []


def test_examples_are_commands_that_parse(run: Run) -> None:
    """An example with an option that does not exist would be a usage error."""
    import shlex

    program = typer.main.get_command(_program())
    tried = 0
    for _, command in COMMANDS:
        for line in command.epilog.splitlines():
            if line.startswith("  calcom-async "):
                words = shlex.split(line)[1:]
                node, rest = program, words
                while hasattr(node, "commands"):
                    node, rest = node.commands[rest[0]], rest[1:]
                node.make_context("x", list(rest))
                tried += 1
    assert tried >= len(COMMANDS)


def test_version(run: Run) -> None:
    assert run("--version").out == f"calcom-async {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "message", "advice"),
    [
        (("bokings",), "No such command 'bokings'", "calcom-async --help"),
        (("bookings", "get"), "Missing argument", "calcom-async bookings get --help"),
        (("bookings", "export"), "Missing option '--to'", "bookings export --help; an example: calcom-async bookings export --to bookings.jsonl"),
        (("bookings", "export", "-o", "b.csv"), "No such option", "an example: calcom-async bookings export --to bookings."),
        (("export", "--to", "b.csv"), "No such command 'export'", "calcom-async --help; there is calcom-async bookings export"),
        (("bookings", "create"), "Missing argument", '--name "Ada" --email ada@example.com'),
        (("bookings", "export", "x"), "", "calcom-async bookings export --to bookings.jsonl"),
        (("bookings", "list", "--status", "accepted"), "'accepted' is not one of", "accepted ones are upcoming or past"),
        (("me", "--colour"), "No such option", "calcom-async me --help"),
        (("bookings", "list", "--status", "foo"), "'foo' is not one of 'upcoming'", "bookings list --help"),
        (("bookings", "list", "--created-after", "soon"), "2026-12-01T09:00:00Z", "bookings list --help"),
        (("bookings", "list", "--created-after", "2026-01-01T09:00"), "offset", "bookings list --help"),
        (("bookings", "list", "--limit", "0"), "Invalid value for '--limit'", "bookings list --help"),
        (("me", "--sandbox", "--base-url", "http://localhost/v2"), "brings its own server", "leave --base-url"),
        (("me", "--bookings", "5"), "--bookings says how many", "add --sandbox"),
        (("me", "--time-zone", "Mars/Olympus"), "no time zone of this name", "IANA"),
        (("slots", "a/b/c"), "neither an id nor", "20002, or owner/30min"),
        (("slots", "--sandbox", "20002", "--start", "tomorrow"), "start: ", "2026-12-01"),
        (("request", "FETCH", "me"), "METHOD", "GET, POST"),
        (("request", "GET", "me", "--param", "x"), "--param: expected NAME=VALUE", "--param NAME=VALUE"),
        (("request", "POST", "me", "--json-body", "{"), "--json-body is not JSON (line 1, column 2)", "@body.json"),
        (("bookings", "create", "1", "--start", "2026-12-01", "--name", "Ada"), "an address or a number", "--email"),
    ],
)  # fmt: skip
def test_wrong_usage_is_two_lines_and_code_2(run: Run, arguments: tuple[str, ...], message: str, advice: str) -> None:
    outcome = run(*arguments)
    assert outcome.code == 2
    assert outcome.out == ""
    lines = [line for line in outcome.err.splitlines() if not line.startswith("Starting a local")]
    assert len(lines) == 2
    assert lines[0].startswith("error: ")
    assert message in lines[0]
    assert lines[1].startswith("   do: ")
    assert advice in lines[1]


def test_wrong_usage_as_json(run: Run) -> None:
    outcome = run("bookings", "get", "--json")
    assert outcome.code == 2
    assert outcome.error == {
        "type": "UsageError", "message": "Missing argument 'UID'",
        "advice": "calcom-async bookings get --help; an example: calcom-async bookings get ibfrGFcRZy7RaFfzpMbYC5",
    }  # fmt: skip


def test_bookings_and_a_report_do_not_go_to_one_place(run: Run) -> None:
    outcome = run("bookings", "export", "--to", "-", "--json")
    assert outcome.code == 2
    assert outcome.error["message"].startswith("--to - writes the bookings to stdout")


def test_usage_errors_repeat_no_addresses(run: Run) -> None:
    outcome = run("bookings", "get", "uid", "--reason=x", "ada@example.com")
    assert outcome.code == 2
    outcome = run("bookings", "ada@example.com")
    assert outcome.code == 2
    assert "No such command '[e-mail]'" in outcome.err
    assert "ada@" not in outcome.err


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "calcom_async", "--version"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, f"calcom-async {__version__}\n", "")


@pytest.mark.parametrize("package", ["typer", "rich"])
def test_without_the_extra_it_says_so_in_one_line(package: str) -> None:
    code = (
        "import sys, importlib.abc\n"
        "class Blocked(importlib.abc.MetaPathFinder):\n"
        f"    def find_spec(self, name, path, target=None):\n"
        f"        if name.partition('.')[0] == {package!r}: raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Blocked())\n"
        "from calcom_async.cli import main\n"
        "sys.exit(main(['me']))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == ("calcom-async's command line needs the extra 'cli': pip install 'calcom-async[cli]'\n")


@pytest.mark.parametrize(
    ("extra", "modules", "arguments"),
    [
        ("parquet", ["pyarrow"], ("bookings", "export", "--to", "bookings.parquet")),
        ("parquet", ["pyarrow"], ("bookings", "export", "--to", "bookings.parquet", "--incremental")),
        ("ics", ["icalendar"], ("bookings", "export", "--to", "bookings.ics")),
        ("lua", ["lupa"], ("tools", "lua", "-e", "return 1")),
        ("mcp", ["mcp", "mcp.server"], ("mcp",)),
    ],
)
def test_a_missing_extra_is_told_before_anything_is_started(
    run: Run, monkeypatch: pytest.MonkeyPatch, extra: str, modules: list[str], arguments: tuple[str, ...]
) -> None:
    for module in modules:
        monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setattr(Sandbox, "start", lambda _: pytest.fail("it was started"))
    outcome = run(*arguments, "--sandbox")
    assert (outcome.code, outcome.out) == (2, "")
    what, advice = outcome.err.splitlines()  # and nothing of a sandbox
    assert what.endswith(f" needs the extra '{extra}'")
    assert advice == f"   do: pip install 'calcom-async[{extra}]'"


def test_the_package_itself_imports_neither_typer_nor_rich() -> None:
    code = (
        "import sys, calcom_async, calcom_async.cli\n"
        "from calcom_async import AsyncCalCom, CalCom\n"
        "AsyncCalCom('cal_x').bookings, CalCom('cal_x').bookings\n"
        "print(sorted({'typer', 'rich', 'click'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_shells_complete_commands() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "calcom_async"], capture_output=True, text=True, check=False,
        env={
            **os.environ, "_CALCOM_ASYNC_COMPLETE": "complete_bash",
            "COMP_WORDS": "calcom-async bookings ex", "COMP_CWORD": "2",
        },
    )  # fmt: skip
    assert done.stdout.split() == ["export"]
