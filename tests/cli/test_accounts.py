"""`calcom-async accounts`, and `--account NAME` of every command."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backends import fail

from calcom_async.agent.permissions import Permissions, decide
from calcom_async.cli.sandbox_accounts import sandbox_accounts
from calcom_async.sandbox import Sandbox
from tests.test_accounts import Ring

from .conftest import Run


@pytest.fixture(autouse=True)
def no_keyring() -> Iterator[None]:
    before = keyring.core._keyring_backend
    keyring.set_keyring(fail.Keyring())
    yield
    keyring.core._keyring_backend = before


@pytest.fixture
def ring() -> Ring:
    backend = Ring()
    keyring.set_keyring(backend)
    return backend


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / ".config" / "calcom-async" / "accounts.toml"


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What comes on stdin."""

    def put(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))

    put("")
    return put


@pytest.fixture
def two(run: Run, pipe: Any) -> None:
    for name in ("work", "home"):
        pipe(f"cal_{name}\n")
        assert run("accounts", "add", name).code == 0


def content(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text())


# --- add -------------------------------------------------------------------------------------------------------------


def test_adding_an_account(run: Run, pipe: Any, file: Path) -> None:
    pipe("  cal_secret \nmore\n")
    outcome = run("accounts", "add", "work", "--base-url", "https://api.cal.eu/v2/")
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == (
        "Added work; its key is in ~/.config/calcom-async/accounts.toml. Does it work? "
        "`calcom-async accounts test work`\n"
    )
    assert content(file) == {
        "accounts": {
            "work": {
                "api_key": "cal_secret",
                "base_url": "https://api.cal.eu/v2",
                "permissions": {"read": "allow", "write": "ask"},
            }
        }
    }
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_adding_one_as_json_with_permissions(run: Run, pipe: Any, file: Path) -> None:
    pipe("cal_secret")
    outcome = run(
        "accounts", "add", "work", "--read", "ask", "--write", "deny", "--force", "--default", "--json"
    )  # fmt: skip
    assert outcome.json == {
        "name": "work", "default": True, "base_url": "http://127.0.0.1:1/v2", "key_in": "file", "login": False,
        "permissions": {"read": "ask", "write": "deny", "force": True}, "problem": None,
    }  # fmt: skip
    assert content(file)["default"] == "work"
    assert content(file)["accounts"]["work"]["force"] is True
    assert "cal_secret" not in outcome.out + outcome.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("work", "cal_live_seen"),
        ("cal_live_seen",),
        ("work", "--api-key", "cal_live_seen"),
        ("work", "--key=cal_live_seen"),
        ("cal_live_seen", "work"),
        ("work", "one", "cal_live_seen", "--json"),
    ],
)
def test_a_key_in_the_arguments_is_refused_and_not_repeated(
    run: Run, pipe: Any, file: Path, arguments: tuple[str, ...]
) -> None:
    pipe("cal_other\n")
    outcome = run("accounts", "add", *arguments)
    assert outcome.code == 2
    assert "a key is never an argument" in outcome.err
    assert "make a new key in Cal.com" in outcome.err
    assert "seen" not in outcome.err.replace("was seen", "")
    assert outcome.out == ""
    assert not file.exists()


@pytest.mark.parametrize(
    ("arguments", "stdin", "message"),
    [
        (("add", "work"), "", "no key came"),
        (("add", "work"), "cal_a b\n", "blanks or control characters"),
        (("add", "work"), "cal_ä\n", "beyond ASCII"),
        (("add", "a.b"), "cal_x\n", "letters, digits"),
        (("add", "9"), "cal_x\n", "letters, digits"),
        (("add", "work", "--base-url", "ftp://x"), "cal_x\n", "must look like"),
        (("add", "work", "--base-url", "http://cal.example.com/v2"), "cal_x\n", "plain http"),
        (("add", "work", "--write", "yes"), "cal_x\n", "'yes' is not one of"),
        (("add", "work", "--keyring"), "cal_x\n", "no system keyring that works here"),
        (("change", "work", "--write", "ask"), "", "has no account of this name"),
        (("default", "work"), "", "no account of this name"),
        (("remove", "work"), "", "no account of this name"),
        (("test", "work"), "", "there is no accounts file"),
        (("test",), "", "there are no accounts"),
    ],
)
def test_what_can_not_be_done_is_two_lines_and_code_2(
    run: Run, pipe: Any, file: Path, arguments: tuple[str, ...], stdin: str, message: str
) -> None:
    pipe(stdin)
    outcome = run("accounts", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    what, advice = outcome.err.splitlines()
    assert message in what
    assert advice.startswith("   do: ")
    assert "cal_x" not in outcome.err
    assert not file.exists()


def test_an_account_that_is_there_is_not_replaced_by_mistake(run: Run, two: None, pipe: Any, file: Path) -> None:
    run("accounts", "change", "work", "--write", "deny")
    pipe("cal_new\n")
    outcome = run("accounts", "add", "work")
    assert (outcome.code, outcome.err.splitlines()[0]) == (2, "error: there is an account work already")
    assert content(file)["accounts"]["work"]["api_key"] == "cal_work"
    assert run("accounts", "add", "work", "--replace").code == 0
    assert content(file)["accounts"]["work"] == {
        "api_key": "cal_new", "permissions": {"read": "allow", "write": "deny"},
    }  # fmt: skip


def test_a_key_that_moves_into_the_keyring_and_back(run: Run, two: None, pipe: Any, ring: Ring, file: Path) -> None:
    pipe("cal_ringed\n")
    assert "in the system's keyring" in run("accounts", "add", "work", "--replace", "--keyring").err
    assert content(file)["accounts"]["work"] == {
        "keyring": True, "permissions": {"read": "allow", "write": "ask"},
    }  # fmt: skip
    assert ring.kept == {("calcom-async", "work"): "cal_ringed"}
    assert "cal_ringed" not in file.read_text()
    pipe("cal_back\n")
    run("accounts", "add", "work", "--replace")
    assert content(file)["accounts"]["work"]["api_key"] == "cal_back"
    assert ring.kept == {}


def test_what_was_written_by_hand_stays(run: Run, two: None, pipe: Any, file: Path) -> None:
    file.write_text("# rotated in May\n" + file.read_text().replace("[accounts.home]", "# mine\n[accounts.home] # !"))
    pipe("cal_third\n")
    run("accounts", "add", "third")
    run("accounts", "default", "third")
    run("accounts", "change", "work", "--read", "ask")
    run("accounts", "remove", "work")
    text = file.read_text()
    assert "# rotated in May\n" in text
    assert "# mine\n[accounts.home] # !\n" in text
    assert list(content(file)["accounts"]) == ["home", "third"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_a_key_that_is_typed_is_not_shown(tmp_path: Path, file: Path) -> None:
    spawn = "import pty, sys, os; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
    command = [sys.executable, "-c", spawn, sys.executable, "-m", "calcom_async", "accounts", "add", "work"]
    environment = {**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, env=environment
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        patience = threading.Timer(60, process.kill)
        patience.start()
        shown = b""
        for question, answer in (
            (b"API key of work (not shown): ", b"cal_typed\n"),
            (b"May agents read with it: allow, ask or deny? [allow]: ", b"\n"),
            (b"May agents write with it: allow, ask or deny? [ask]: ", b"perhaps\n"),
            (b"May agents write with it: allow, ask or deny? [ask]: ", b"deny\n"),
        ):
            before = len(shown)
            while question not in shown[before:]:
                more = process.stdout.read(1)
                assert more, shown
                shown += more
            process.stdin.write(answer)
        shown += process.stdout.read()
        patience.cancel()
    assert process.returncode == 0
    assert b"Added work" in shown
    assert b"cal_typed" not in shown
    assert content(file)["accounts"]["work"] == {
        "api_key": "cal_typed", "permissions": {"read": "allow", "write": "deny"},
    }  # fmt: skip


# --- list, change, default, remove -----------------------------------------------------------------------------------


def test_the_list_shows_everything_but_keys(run: Run, two: None, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALCOM_BASE_URL", "https://api.cal.com/v2")
    file.write_text(
        file.read_text()
        + '[accounts.ringed]\nkeyring = true\nbase_url = "https://api.cal.eu/v2"\nforce = true\n'
        + '[accounts.broken]\napi_key = "cal_broken"\nforce = 5\n'
    )
    run("accounts", "default", "home")
    outcome = run("accounts", "list")
    assert outcome.out == (
        "Name    Default  Server                  Key in       Read   Write  Force\n"
        "work             https://api.cal.com/v2  the file     allow  ask\n"
        "home    yes      https://api.cal.com/v2  the file     allow  ask\n"
        "ringed           https://api.cal.eu/v2   the keyring  allow  ask    yes\n"
        "broken           https://api.cal.com/v2  the file     allow  ask\n"
    )
    assert "broken: force of the account broken in ~/.config" in outcome.err
    listed = run("accounts", "list", "--json")
    assert [(each["name"], each["default"], each["key_in"]) for each in listed.json] == [
        ("work", False, "file"), ("home", True, "file"), ("ringed", False, "keyring"), ("broken", False, "file"),
    ]  # fmt: skip
    assert "write force = true or false" in listed.json[3]["problem"]
    for shown in (outcome, listed):
        assert "cal_" not in shown.out + shown.err


def test_the_list_has_the_account_of_the_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "There are no accounts" in run("accounts", "list").err
    assert run("accounts", "list", "--json").json == []
    monkeypatch.setenv("CALCOM_API_KEY", "cal_environment")
    (only,) = run("accounts", "list", "--json").json
    assert (only["name"], only["default"], only["key_in"]) == ("default", True, "environment")


def test_changing_permissions_and_server(run: Run, two: None, file: Path) -> None:
    outcome = run("accounts", "change", "work", "--write", "allow", "--no-force", "--base-url", "https://api.cal.eu/v2")
    assert (outcome.code, outcome.err) == (0, "Changed work.\n")
    assert content(file)["accounts"]["work"] == {
        "api_key": "cal_work",
        "permissions": {"read": "allow", "write": "allow"},
        "base_url": "https://api.cal.eu/v2",
        "force": False,
    }
    assert content(file)["accounts"]["home"]["permissions"] == {"read": "allow", "write": "ask"}
    assert "there is nothing to change" in run("accounts", "change", "work").err


@pytest.mark.parametrize(("force", "command"), [(False, "--write allow"), (True, "--force")])
def test_the_advice_of_what_is_denied_works(run: Run, two: None, file: Path, force: bool, command: str) -> None:
    """What `decide` tells to run, once run, allows it."""

    def permissions() -> Permissions:
        entry = content(file)["accounts"]["work"]
        return Permissions(**entry["permissions"], force=entry.get("force", False))

    denied = decide(permissions(), "write", can_ask=False, force=force, account="work")
    advised = f"calcom-async accounts change work {command}"
    assert f"`{advised}`" in denied.advice
    assert run(*advised.split()[1:]).code == 0
    assert type(decide(permissions(), "write", can_ask=False, force=force, account="work")).__name__ == "Allow"


def test_the_default_account(run: Run, two: None, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("accounts", "default", "home").err == "home is the default account now.\n"
    monkeypatch.setenv("CALCOM_API_KEY", "cal_environment")
    outcome = run("accounts", "default", "work")
    assert content(file)["default"] == "work"
    assert outcome.err.splitlines()[1] == "As long as CALCOM_API_KEY is set, that comes first."


def test_removing_an_account(run: Run, two: None, file: Path, ring: Ring, pipe: Any) -> None:
    pipe("cal_third\n")
    run("accounts", "add", "third", "--keyring", "--default")
    outcome = run("accounts", "remove", "third")
    assert "Removed third and its key in the keyring." in outcome.err
    assert "There is no default account now" in outcome.err
    assert (ring.kept, list(content(file)), list(content(file)["accounts"])) == ({}, ["accounts"], ["work", "home"])
    assert run("accounts", "remove", "home", "--json").json == {"removed": "home", "keyring": False}
    assert "default account" not in run("accounts", "remove", "work").err


# --- test, and --account ---------------------------------------------------------------------------------------------


@pytest.fixture
def example(file: Path, pipe: Any) -> Iterator[Sandbox]:
    with Sandbox(world="example", rate_limit=None) as sandbox:
        yield sandbox


def add(run: Run, pipe: Any, sandbox: Sandbox, *names: str) -> None:
    for name in names:
        pipe(sandbox.account_keys[name])
        assert run("accounts", "add", name, "--base-url", sandbox.url).code == 0


def test_testing_an_account_says_whose_key_it_is(run: Run, pipe: Any, example: Sandbox) -> None:
    add(run, pipe, example, "work", "personal")
    outcome = run("accounts", "test", "work")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == f"work works: the key is Grace's (grace@example.com), user 2 of {example.url}.\n"
    run("accounts", "default", "personal")
    told = run("accounts", "test", "--json").json
    assert (told["account"], told["key_in"], told["user"]["id"]) == ("personal", "file", 3)


def test_testing_the_account_of_the_environment(run: Run, example: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALCOM_API_KEY", example.api_key)
    monkeypatch.setenv("CALCOM_BASE_URL", example.url)
    assert run("accounts", "test").out.startswith("default works: the key is Ada's")
    monkeypatch.setenv("CALCOM_API_KEY", "cal_wrong")
    outcome = run("accounts", "test")
    assert outcome.code == 1
    assert "does not accept the key of the account default (401)" in outcome.err
    assert "set CALCOM_API_KEY to it" in outcome.err


def test_testing_a_key_that_is_not_accepted(run: Run, pipe: Any, example: Sandbox) -> None:
    pipe("cal_wrong\n")
    run("accounts", "add", "work", "--base-url", example.url)
    outcome = run("accounts", "test", "work", "--json")
    assert outcome.code == 1
    assert outcome.error["type"] == "AuthenticationError"
    assert outcome.error["message"] == f"{example.url} does not accept the key of the account work (401)"
    assert "`calcom-async accounts add work --replace`" in outcome.error["advice"]
    assert "cal_wrong" not in outcome.err


def test_testing_a_server_that_is_not_there(run: Run, two: None) -> None:
    outcome = run("accounts", "test", "work")
    assert outcome.code == 1
    assert "http://127.0.0.1:1/v2" in outcome.err


def test_commands_take_key_and_url_from_an_account(
    run: Run, pipe: Any, example: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(run, pipe, example, "work", "personal")
    monkeypatch.setenv("CALCOM_API_KEY", "cal_of_somebody_else")
    assert run("me", "--account", "personal", "--json").json["name"] == "Mary"
    assert run("me", "--account", "work", "--json").json["name"] == "Grace"


def test_commands_without_a_name_go_by_the_environment_and_then_by_the_default(
    run: Run, pipe: Any, example: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(run, pipe, example, "work", "personal")
    assert "there is no API key" in run("me").err
    run("accounts", "default", "personal")
    assert run("me", "--json").json["name"] == "Mary"
    assert "from the account personal" in run("doctor").out
    assert run("me", "--account", "default", "--json").json["name"] == "Mary"
    monkeypatch.setenv("CALCOM_API_KEY", example.api_key)
    monkeypatch.setenv("CALCOM_BASE_URL", example.url)
    assert run("me", "--json").json["name"] == "Ada"
    assert run("me", "--account", "default", "--json").json["name"] == "Ada"


def test_whoever_sets_the_environment_needs_no_file(
    run: Run, two: None, file: Path, example: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALCOM_API_KEY", example.api_key)
    monkeypatch.setenv("CALCOM_BASE_URL", example.url)
    file.chmod(0o644)
    assert run("me", "--json").json["name"] == "Ada"
    assert "from CALCOM_API_KEY" in run("doctor").out
    assert "chmod 600" in run("me", "--account", "work").err


def test_a_keyring_is_left_alone_by_accounts_that_are_not_in_it(run: Run, ring: Ring, pipe: Any) -> None:
    ring.kept["calcom-async", "work"] = "of another file"
    pipe("cal_work\n")
    assert run("accounts", "add", "work").code == 0
    assert run("accounts", "remove", "work", "--json").json == {"removed": "work", "keyring": False}
    assert ring.kept == {("calcom-async", "work"): "of another file"}


def test_a_missing_file_is_two_lines_and_code_2(run: Run) -> None:
    outcome = run("me", "--account", "work")
    assert outcome.code == 2
    what, advice = outcome.err.splitlines()
    assert what == "error: there is no accounts file ~/.config/calcom-async/accounts.toml"
    assert advice == "   do: `calcom-async accounts add work` makes one"


async def test_the_accounts_of_a_sandbox_may_do_everything() -> None:
    async with Sandbox(world="example") as sandbox:
        accounts = sandbox_accounts(sandbox)
        assert (accounts.names, accounts.default) == (("default", "work", "personal"), "default")
        for name in accounts.names:
            account = accounts.get(name)
            assert (account.api_key, account.base_url) == (sandbox.account_keys[name], sandbox.url)
            assert Permissions(**account.permissions) == Permissions(read="allow", write="allow", force=True)
