"""`calcom-async mcp`: what it tells people. What it tells programs is in tests/agent/mcp."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from calcom_async.agent.mcp import CLIENTS
from calcom_async.sandbox import Sandbox

from .conftest import Run, accounts

INITIALIZE = json.dumps(
    {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}},
    }
)  # fmt: skip


def test_the_help_says_how_to_begin(run: Run) -> None:
    outcome = run("mcp", "--help")
    assert outcome.code == 0
    assert "calcom-async mcp install" in outcome.out
    assert "--sandbox" in outcome.out
    assert max(len(line) for line in outcome.out.splitlines()) <= 80


def test_every_client_is_named(run: Run) -> None:
    outcome = run("mcp", "install")
    assert [line.split()[0] for line in outcome.out.splitlines()] == list(CLIENTS)
    assert [one["client"] for one in run("mcp", "install", "--json").json] == list(CLIENTS)


def test_stdout_is_the_file_and_nothing_else(run: Run) -> None:
    outcome = run("mcp", "install", "VSCode", "--account", "work", "--account", "office", "--write")
    assert outcome.code == 0
    entry = json.loads(outcome.out)["servers"]["calcom"]
    words = [entry["command"], *entry["args"]]
    begins = words.index("mcp")
    assert words[begins:] == ["mcp", "--account", "work", "--account", "office", "--write"]
    assert Path(words[0]).is_absolute()
    assert "VS Code: put this into .vscode/mcp.json" in outcome.err
    told = run("mcp", "install", "vscode", "--sandbox", "--json").json
    assert told["command"][-2:] == ["mcp", "--sandbox"]
    assert json.loads(told["text"])["servers"]["calcom"]["args"][-1] == "--sandbox"


def test_a_key_is_never_written(run: Run, server: Sandbox, tmp_path: Path) -> None:
    accounts(tmp_path, server, work="owner")
    for client in CLIENTS:
        for more in ((), ("--json",)):
            outcome = run("mcp", "install", client, "--account", "work", *more)
            assert outcome.code == 0
            assert server.api_key not in outcome.out + outcome.err


def test_what_was_printed_starts_a_server(run: Run) -> None:
    told = run("mcp", "install", "cursor", "--sandbox", "--json").json
    done = subprocess.run(told["command"], input=INITIALIZE + "\n", capture_output=True, text=True, check=False)
    assert done.returncode == 0
    [answer] = done.stdout.splitlines()
    assert json.loads(answer)["result"]["serverInfo"]["name"] == "calcom-async"
    assert done.stderr == "Cal.com over MCP: default, work, personal; reads only (--write).\n"


@pytest.mark.parametrize(
    ("arguments", "message", "advice"),
    [
        (("install", "emacs"), "'emacs' is none of the clients", "claude-desktop, claude-code"),
        (("--sandbox", "--account", "office"), "--sandbox has no account 'office'", "default, work, personal"),
        (("--account", "office"), "there is no accounts file", "accounts add office"),
        ((), "there are no accounts", "export CALCOM_API_KEY=cal_…; or try --sandbox"),
        (("--http", "--token-file", "nothing"), "nothing can't be read", "check its path"),
        (("--port", "70000"), "'--port'", "calcom-async mcp --help"),
    ],
)
def test_wrong_usage_is_two_lines_and_code_2(run: Run, arguments: tuple[str, ...], message: str, advice: str) -> None:
    outcome = run("mcp", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    what, todo = outcome.err.splitlines()
    assert what.startswith("error: ")
    assert message in what
    assert advice in todo


def test_a_port_that_is_taken(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        outcome = run("mcp", "--sandbox", "--http", "--port", str(taken.getsockname()[1]))
    assert outcome.code == 2
    assert outcome.err.splitlines()[-2].startswith("error: port ")
    assert outcome.err.splitlines()[-1] == "   do: choose another one with --port; 0 takes a free one"


def test_logs_go_to_stderr_without_the_key(server: Sandbox) -> None:
    call = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "get_current_user", "arguments": {}}}
    initialized = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    done = subprocess.Popen(
        [sys.executable, "-m", "calcom_async", "mcp", "--verbose"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert done.stdin is not None
    assert done.stdout is not None
    for message in (INITIALIZE, json.dumps(initialized), json.dumps(call)):
        done.stdin.write(message + "\n")
    done.stdin.flush()
    answers = [json.loads(done.stdout.readline()) for _ in range(2)]
    rest, log = done.communicate(timeout=20)
    assert [answer["id"] for answer in answers] == [1, 2]
    assert answers[1]["result"]["structuredContent"]["user"]["id"] == 1001
    assert (rest, done.returncode) == ("", 0)
    assert "GET /me" in log
    assert server.api_key not in log


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_while_the_client_is_still_there(number: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "calcom_async", "mcp", "--sandbox"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(INITIALIZE + "\n")
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["id"] == 1
    process.send_signal(number)
    assert process.wait(timeout=20) == 0
    _, err = process.communicate()
    assert "Traceback" not in err


def test_without_the_extra_it_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "mcp"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "mcp", None)
    outcome = run("mcp", "--sandbox")
    assert outcome.code == 2
    assert outcome.err.splitlines()[-2:] == [
        "error: the MCP server needs the extra 'mcp'", "   do: pip install 'calcom-async[mcp]'",
    ]  # fmt: skip
    assert run("mcp", "install", "cursor").code == 0


def test_nothing_of_it_is_imported_for_other_commands() -> None:
    code = (
        "import sys\nfrom calcom_async.cli import main\nmain(['mcp', 'install'])\n"
        "print(sorted({'mcp', 'starlette', 'uvicorn', 'lupa'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
