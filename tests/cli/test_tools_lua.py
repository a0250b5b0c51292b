"""`calcom-async tools lua`: scripts from a file, from the command line, from stdin, and a line at a time."""

from __future__ import annotations

import io
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from calcom_async.sandbox import Sandbox

from .conftest import Run, accounts

pytest.importorskip("lupa")

CAL = 'local cal = app.integrations["cal-com"] '


def test_a_script_prints_and_returns(run: Run, tmp_path: Path) -> None:
    (tmp_path / "teams.lua").write_text(CAL + "\nprint(#cal.list_teams{}.teams)\nreturn { end = 1 }\n")
    done = run("tools", "lua", "teams.lua", "--sandbox")
    assert (done.code, done.out) == (0, '7\n{\n  "end": 1\n}\n')
    assert "three accounts" in done.err


def test_an_account_of_the_sandbox_is_taken(run: Run) -> None:
    script = CAL + "print(cal.get_current_user{}.user.username, cal.personal.get_current_user{}.user.username)"
    assert run("tools", "lua", "-e", script, "--sandbox", "--account", "work").out == "grace\tmary\n"


def test_a_script_comes_from_stdin(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("return 'from stdin'"))
    assert run("tools", "lua", "-", "--sandbox").out == '"from stdin"\n'


def test_programs_get_the_whole_result(run: Run) -> None:
    done = run(
        "tools", "lua", "-e", CAL + "print('x') return cal.get_booking{ id = 123 }.booking.id", "--sandbox", "--json"
    )
    told = done.json
    assert (done.code, done.err) == (0, "")
    assert (told["success"], told["output"], told["error"], told["result"]) == (True, "x\n", None, 123)
    assert [call["function"] for call in told["integration_calls"]] == ["get_booking"]
    assert told["memory_usage"] > 0
    assert told["execution_time_ms"] > 0


def test_an_error_says_where_and_what_to_do(run: Run, tmp_path: Path) -> None:
    (tmp_path / "wrong.lua").write_text(CAL + "\n\ncal.get_booking{ id = 99999 }")
    done = run("tools", "lua", "wrong.lua", "--sandbox")
    assert done.code == 1
    first, second = done.err.splitlines()[-2:]
    assert first.startswith("error: wrong.lua:3: get_booking: ")
    assert second.startswith("   do: ")
    done = run("tools", "lua", "wrong.lua", "--sandbox", "--json")
    assert (done.code, done.json["success"], done.error["type"], done.error["line"]) == (1, False, "not_found", 3)


@pytest.mark.parametrize(
    ("options", "script", "code"),
    [
        (["--cpu-limit", "0.2"], "while true do end", "cpu_limit"),
        (["--memory-limit", "2"], "local t = {} for i = 1, math.huge do t[i] = {} end", "memory_limit"),
        (["--call-limit", "2"], CAL + "for i = 1, 3 do cal.list_teams{} end", "call_limit"),
    ],
)
def test_the_limits_are_options(run: Run, options: list[str], script: str, code: str) -> None:
    done = run("tools", "lua", "-e", script, "--sandbox", "--json", *options)
    assert (done.code, done.error["type"]) == (1, code)


def test_a_dry_run_sends_no_write(run: Run) -> None:
    script = (
        CAL
        + "local r = cal.cancel_booking{ id = 123 } return r.would_send ~= nil, cal.get_booking{ id = 123 }.booking.status"
    )
    assert run("tools", "lua", "-e", script, "--sandbox", "--dry-run", "--json").json["result"] == [True, "accepted"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--sandbox",),
        ("a.lua", "-e", "return 1", "--sandbox"),
        ("nothing.lua", "--sandbox"),
        ("--repl", "--json", "--sandbox"),
        ("-e", "return 1", "--sandbox", "--account", "nobody"),
        ("-e", "return 1", "--cpu-limit", "0"),
    ],
)
def test_wrong_usage_is_told(run: Run, arguments: tuple[str, ...]) -> None:
    done = run("tools", "lua", *arguments)
    assert done.code == 2
    assert done.out == ""
    assert "   do: " in done.err or done.error["advice"]


def test_no_account_at_all(run: Run) -> None:
    outcome = run("tools", "lua", "-e", "return 1")
    assert outcome.code == 2
    assert outcome.err.splitlines() == [
        "error: there are no accounts",
        "   do: `calcom-async accounts add NAME` makes one, or export CALCOM_API_KEY=cal_…; or try --sandbox",
    ]


def test_addresses_are_seen_in_what_the_program_says_and_nowhere_else(run: Run) -> None:
    own = run("tools", "lua", "-e", CAL + "cal.create_booking({responses = 'ada@example.com'})", "--sandbox")
    assert own.code == 1
    assert own.err.splitlines()[-1].startswith("   do: give Attendee responses, such as {")
    assert '"email": "grace@example.com"' in own.err
    assert "ada@" not in own.err
    theirs = run("tools", "lua", "-e", "error({message = 'ada@example.com', advice = 'ada@example.com'})", "--sandbox")
    assert theirs.code == 1
    assert "[e-mail]" in theirs.err
    assert "ada@" not in theirs.err


def test_the_accounts_of_the_file_are_there_and_keep_their_permissions(
    run: Run, server: Sandbox, tmp_path: Path
) -> None:
    accounts(tmp_path, server, office="owner", other="member")
    script = (
        CAL
        + """
    local ok, problem = pcall(cal.cancel_booking, { id = 1 })
    return cal.office.get_current_user{}.user.id, cal.other.get_current_user{}.user.id, problem.code
    """
    )
    done = run("tools", "lua", "-e", script, "--json", "--account", "office")
    assert done.code == 0, done.err
    office, other, code = done.json["result"]
    assert office != other
    assert code == "permission_denied"


def test_control_characters_do_not_reach_a_terminal() -> None:
    leader, follower = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "calcom_async", "tools", "lua", "-e", "print('a\\27[2Jb')", "--sandbox"],
        stdin=subprocess.DEVNULL, stdout=follower, stderr=subprocess.DEVNULL, timeout=60, check=False,
    )  # fmt: skip
    os.close(follower)
    assert done.returncode == 0
    assert os.read(leader, 1000) == "a\N{REPLACEMENT CHARACTER}[2Jb\r\n".encode()
    os.close(leader)


# --- a line at a time -------------------------------------------------------------------------------------------------


def converse(lines: str, *arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "calcom_async", "tools", "lua", "--repl", "--sandbox", *arguments],
        input=lines, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_a_conversation_keeps_what_was_said() -> None:
    lines = (
        "x = 20\nx + 1, 'y'\n\nfor i = 1, 2 do\n  print(i)\nend\nlocal z = \n\nx.y.z\n"
        "cal = app.integrations.cal_com\n#cal.list_teams{}.teams\nerror('mine')\nx\nfunction f(\n"
    )
    code, out, err = converse(lines)
    assert code == 0
    assert out == "21\ty\n1\n2\n7\n20\n"
    errors = [line for line in err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 4
    assert "near <eof>" in errors[0]
    assert "attempt to index" in errors[1]
    assert errors[2] == "error: stdin:1: mine"
    assert "near <eof>" in errors[3]


def test_a_script_comes_before_the_conversation_and_a_lost_state_is_told() -> None:
    bomb = "string.find(('a'):rep(60), ('a?'):rep(60) .. ('a'):rep(60) .. 'b')"
    code, out, err = converse(f"x\n{bomb}\nx\n", "-e", "x = 5", "--cpu-limit", "0.2")
    assert (code, out) == (0, "5\nnil\n")
    assert "starts afresh" in err


def test_ctrl_c_ends_the_call_and_ctrl_d_the_program() -> None:
    """At a terminal, as people have it: the state is there after Ctrl-C, at the prompt and during a script."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "calcom_async", "tools", "lua", "--repl", "--sandbox"],
        stdin=follower, stdout=follower, stderr=follower, start_new_session=True,
        env={**os.environ, "TERM": "dumb", "COLUMNS": "200"},
    )  # fmt: skip
    os.close(follower)
    shown = ""

    def until(text: str) -> None:
        nonlocal shown
        limit = time.monotonic() + 60
        while text not in shown:
            assert time.monotonic() < limit, shown
            shown += os.read(leader, 4096).decode()
        shown = shown.partition(text)[2]

    def type_in(text: str) -> None:
        os.write(leader, text.encode())

    try:
        until("> ")
        type_in("x = 12345\n")
        until("> ")
        type_in("print('begun') while true do end\n")
        until("begun\r\n")
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        until("interrupted")
        until("> ")
        type_in("half a line")
        until("half a line")
        time.sleep(0.5)  # it shows what was typed before it waits again, and a signal between the two waits for a key
        process.send_signal(signal.SIGINT)
        until("> ")
        type_in("x + 1\n")
        until("12346")
        until("> ")
        type_in("\x04")
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
        process.wait()
        os.close(leader)
