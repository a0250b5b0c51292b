"""`calcom-async tools`: the catalogue and its documentation shown, and tools called."""

from __future__ import annotations

import asyncio
import io
import json
import os
import pty
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from calcom_async.agent import CATALOGUE, Permissions, Toolkit
from calcom_async.agent.docs import list_docs, read_doc
from calcom_async.cli.tools_arguments import arguments_of
from calcom_async.sandbox import Sandbox

from .conftest import Outcome, Run, accounts

SEED: dict[str, dict[str, Any]] = {
    "list_event_types": {"limit": 2, "page": 1, "teamId": 1},
    "get_event_type": {"id": 42},
    "list_bookings": {"status": "confirmed", "limit": 10},
    "get_booking": {"id": 123},
    "list_teams": {"limit": 5, "page": 1},
    "get_current_user": {},
    "create_booking": {
        "eventTypeId": 42,
        "start": "2026-04-10T09:00:00Z",
        "end": "2026-04-10T09:30:00Z",
        "responses": {"name": "Grace", "email": "grace@example.com", "notes": "Looking forward to the call!"},
    },
}
"""The seven functions that everything began with, and a call of each."""


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """The example world, which the environment points to."""
    with Sandbox(world="example", rate_limit=None) as sandbox:
        monkeypatch.setenv("CALCOM_BASE_URL", sandbox.url)
        monkeypatch.setenv("CALCOM_API_KEY", sandbox.api_key)
        yield sandbox


def file_of(folder: Path, sandbox: Sandbox, more: str = "", *, last: str = "work") -> None:
    """An accounts file with the three accounts of the example world, and more lines for the last one."""
    names = sorted(sandbox.account_keys, key=lambda name: (name == last, name))
    accounts(folder, sandbox, **{name: sandbox.account_keys[name] for name in names})
    path = folder / ".config" / "calcom-async" / "accounts.toml"
    path.write_text(path.read_text() + more)


# --- shown -----------------------------------------------------------------------------------------------------------


def test_list(run: Run) -> None:
    outcome = run("tools", "list")
    assert outcome.code == 0
    lines = outcome.out.splitlines()
    assert lines[0].split() == ["Name", "Kind", "What", "it", "does"]
    assert [line.split()[:2] for line in lines[1:]] == [[tool.name, tool.kind] for tool in CATALOGUE.values()]
    assert outcome.err.startswith(f"{len(CATALOGUE)} tools. ")
    told = run("tools", "list", "--json").json
    assert [(t["name"], t["kind"], t["operation"]) for t in told] == [
        (t.name, t.kind, t.operation) for t in CATALOGUE.values()
    ]


def test_list_of_a_namespace_and_a_kind(run: Run) -> None:
    told = run("tools", "list", "--namespace", "bookings", "--kind", "write", "--json").json
    assert {"create_booking", "cancel_booking"} <= {tool["name"] for tool in told}
    assert {(tool["kind"], tool["namespace"]) for tool in told} == {("write", "bookings")}
    assert run("tools", "list", "--namespace", "me", "--kind", "write").err == "No tools.\n"
    unknown = run("tools", "list", "--namespace", "bokings")
    assert (unknown.code, unknown.err) == (2, "error: there is no namespace 'bokings'\n   do: did you mean bookings?\n")


@pytest.mark.parametrize("style", ["json", "openai", "openai-responses", "anthropic"])
def test_schema(run: Run, style: str) -> None:
    every = run("tools", "schema", "--style", style)
    assert every.code == 0
    (one,) = [told for told in every.json if "list_bookings" in json.dumps(told)[:120]]
    assert run("tools", "schema", "cal-com.cal_com_list_bookings", "--style", style).json == one
    where = {"json": one, "openai": one.get("function", {}), "openai-responses": one, "anthropic": one}[style]
    schema = where["input_schema" if style == "anthropic" else "parameters"]
    assert schema == json.loads(json.dumps(CATALOGUE["list_bookings"].schema))
    assert len(every.json) == len(CATALOGUE)


def test_docs(run: Run) -> None:
    assert run("tools", "docs", "list_bookings").out == read_doc("list_bookings", "text")
    assert run("tools", "docs", "list_bookings", "--format", "markdown").out == read_doc("list_bookings")
    assert run("tools", "docs", "list_bookings", "--format", "json").json == json.loads(
        read_doc("list_bookings", "json")
    )
    assert run("tools", "docs", "list_bookings", "--json").json["name"] == "list_bookings"
    listed = run("tools", "docs")
    assert [line.split()[0] for line in listed.out.splitlines()[1:]] == [entry.page for entry in list_docs()]
    assert run("tools", "docs", "--json").json == [entry.to_dict() for entry in list_docs()]


def test_search(run: Run) -> None:
    outcome = run("tools", "search", "lsit", "bokings", "--limit", "2")
    assert outcome.code == 0
    assert outcome.out.splitlines()[1].startswith("list_bookings ")
    assert outcome.err.startswith("2 pages. ")
    hits = run("tools", "search", "cancel booking", "--json").json
    assert hits[0]["page"] == "cancel_booking"
    assert hits[0]["score"] > hits[-1]["score"]
    assert run("tools", "search", "xyzzyx").err == "No pages; `calcom-async tools docs` names all.\n"


def test_the_help_of_the_group_reads_well_to_a_newcomer(run: Run) -> None:
    outcome = run("tools")
    assert outcome.code == 0
    assert "What agents can do with Cal.com" in outcome.out
    assert "nothing can go\n  wrong" in outcome.out
    examples = [line for line in outcome.out.splitlines() if line.startswith("    calcom-async tools ")]
    assert len(examples) == 3
    commands = {line.split()[0] for line in outcome.out.splitlines() if line.startswith("  ") and line[2:3].isalpha()}
    assert {"list", "schema", "docs", "search", "call", "lua"} <= commands


@pytest.mark.parametrize(
    ("arguments", "message", "advice"),
    [
        (("call",), "Missing argument 'NAME'", "calcom-async tools call --help"),
        (("call", "lst_bookings"), "there is no tool 'lst_bookings'; did you mean list_bookings?", "tools list"),
        (("schema", "lst_bookings"), "there is no tool 'lst_bookings'; did you mean list_bookings?", "tools list"),
        (("docs", "lst_bookings"), "there is no page 'lst_bookings'", "did you mean list_bookings"),
        (("search",), "Missing argument 'QUERY", "calcom-async tools search --help"),
        (("call", "list_bookings", "--arg", "limt=5"), "no parameter 'limt'; did you mean limit?", "it has limit"),
        (("call", "list_bookings", "--arg", "limit=five"), "limit: expected a whole number", "such as 10"),
        (("call", "list_bookings", "--arg", "limit"), "--arg: expected NAME=VALUE", "--arg limit=5"),
        (("call", "list_bookings", "--arg", "limit=1", "--arg", "limit=2"), "--arg limit is given twice", "once"),
        (("call", "list_bookings", "--arg", "status=open"), "status: is none of", "Filter by"),
        (("call", "get_booking"), "get_booking: id is missing", '{"id": 123}'),
        (("call", "create_booking"), "create_booking: eventTypeId is missing", '"email": "grace@example.com"'),
        (("call", "list_bookings", "{limit: 5}"), "ARGUMENTS are not JSON (line 1, column 2)", "single quotes"),
        (("call", "list_bookings", "[5]"), "ARGUMENTS are no JSON object", "by name"),
        (("call", "list_bookings", "@nothing.json"), "nothing.json can't be read", "check"),
        (("call", "list_bookings", "--account", "nobody"), "--sandbox has no account of this name", "default, work"),
        (("call", "list_bookings", "--base-url", "http://localhost/v2"), "brings its own server", "leave"),
        (("call", "list_bookings", "--bookings", "5"), "brings its own server and bookings", "leave"),
    ],
)  # fmt: skip
def test_wrong_usage_is_two_lines_and_code_2(run: Run, arguments: tuple[str, ...], message: str, advice: str) -> None:
    outcome = run("tools", *arguments, "--sandbox")
    assert (outcome.code, outcome.out) == (2, "")
    lines = [line for line in outcome.err.splitlines() if not line.startswith("Starting a local")]
    assert len(lines) == 2
    assert lines[0].startswith("error: ")
    assert message in lines[0]
    assert lines[1].startswith("   do: ")
    assert advice in lines[1]


# --- called ----------------------------------------------------------------------------------------------------------


def process(*arguments: str, **options: Any) -> Outcome:
    done = subprocess.run(
        [sys.executable, "-m", "calcom_async", "tools", "call", *arguments],
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=60, **options,
    )  # fmt: skip
    return Outcome(done.returncode, done.stdout, done.stderr)


def without_times(data: Any) -> Any:
    """Data without what two servers do at different moments, or by chance."""
    if isinstance(data, dict):
        drop = {"createdAt", "updatedAt", "uid", "icsUid", "location", "meetingUrl", "metadata"}
        return {key: without_times(value) for key, value in data.items() if key not in drop}
    return [without_times(item) for item in data] if isinstance(data, list) else data


async def from_a_shell(sandbox: Sandbox, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The result as the command prints it, in a process of its own."""
    file_of(Path.cwd(), sandbox, 'permissions = { write = "allow" }\n', last="default")
    texts = [f"{key}={value if isinstance(value, str) else json.dumps(value)}" for key, value in arguments.items()]
    words = [word for text in texts for word in ("--arg", text)]
    outcome = await asyncio.to_thread(process, name, *words, "--account", "default", "--json")
    assert outcome.code == 0, outcome.err
    return outcome.json


async def from_python(sandbox: Sandbox, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    async with sandbox.client() as cal, Toolkit(cal, permissions=Permissions(write="allow")) as toolkit:
        return (await toolkit.call(name, arguments)).to_dict()


@pytest.mark.parametrize("name", SEED)
async def test_the_seven_functions_answer_the_same_from_a_shell_and_from_python(name: str) -> None:
    """Over a process of its own, over the toolkit, and as the server's own wire says."""
    told: list[dict[str, Any]] = []
    for way in (from_a_shell, from_python):
        async with Sandbox(world="example", rate_limit=None) as sandbox:
            result = await way(sandbox, name, SEED[name])
            assert result["success"] is True, result["error"]
            assert result["function"] == name
            await compare_with_wire(sandbox, name, result["data"])
            told.append(result["data"])
    assert without_times(told[0]) == without_times(told[1])


async def compare_with_wire(sandbox: Sandbox, name: str, data: dict[str, Any]) -> None:
    """What a tool says is what the server's wire says."""

    async def wire(path: str, version: str | None = None, **params: Any) -> Any:
        async with sandbox.client() as cal:
            return (await cal.request("GET", path, params=params or None, api_version=version))["data"]

    match name:
        case "get_current_user":
            assert data["user"].items() >= (await wire("me")).items()
        case "list_teams":
            teams = await wire("teams")
            assert [team["id"] for team in data["teams"]] == [team["id"] for team in teams][:5]
            assert [team["name"] for team in data["teams"]] == [team["name"] for team in teams][:5]
        case "get_event_type":
            event_type = await wire("event-types/42", "2024-06-14")
            assert data["event_type"]["length"] == event_type["lengthInMinutes"] == 30
            assert (data["event_type"]["id"], data["event_type"]["title"]) == (42, event_type["title"])
        case "list_event_types":
            team = await wire("teams/1/event-types", "2024-06-14")
            assert [one["id"] for one in data["event_types"]] == [one["id"] for one in team] == [11, 12]
        case "list_bookings":
            every = await wire("bookings", "2024-08-13", take=250)
            accepted = {one["uid"] for one in every if one["status"] == "accepted"}
            assert len(data["bookings"]) == 10
            assert {one["uid"] for one in data["bookings"]} <= accepted
        case "get_booking" | "create_booking":
            booking = await wire(f"bookings/{data['booking']['uid']}", "2024-08-13")
            told = data["booking"]
            assert (told["id"], told["title"], told["startTime"], told["endTime"]) == (
                booking["id"], booking["title"], booking["start"], booking["end"],
            )  # fmt: skip
            assert [person["email"] for person in told["attendees"]] == [p["email"] for p in booking["attendees"]]


def test_people_get_tables_and_records(run: Run) -> None:
    teams = run("tools", "call", "list_teams", "--arg", "limit=2", "--sandbox")
    assert teams.code == 0
    assert [line.split()[0] for line in teams.out.splitlines()] == ["Id", "1", "2"]
    assert teams.err.splitlines()[-1] == "2 teams."
    user = run("tools", "call", "get_current_user", "--sandbox", "--account", "personal").out
    assert "Time zone            Europe/Dublin\n" in user
    none = run("tools", "call", "list_bookings", "--arg", "page=9", "--sandbox")
    assert (none.out, none.err.splitlines()[-1]) == ("", "No bookings.")


def test_programs_get_the_whole_result(run: Run) -> None:
    outcome = run(
        "tools", "call", "cal_com_get_booking", "--arg", "id=123", "--sandbox", "--account", "default", "--json"
    )
    assert (outcome.code, outcome.err) == (0, "")
    result = outcome.json
    assert list(result) == ["function", "success", "data", "error", "meta", "duration_ms"]
    assert (result["function"], result["success"], result["error"]) == ("get_booking", True, None)
    assert result["data"]["booking"]["id"] == 123
    assert result["meta"]["account"] == "default"
    failed = run("tools", "call", "get_booking", "--arg", "id=999", "--sandbox", "--json")
    assert failed.code == 1
    assert (failed.json["success"], failed.json["data"], failed.json["error"]["code"]) == (False, None, "not_found")
    assert failed.error["type"] == "not_found"
    assert failed.error["advice"] == failed.json["error"]["advice"]
    unknown = run("tools", "call", "lst_bookings", "--sandbox", "--json")
    assert (unknown.code, unknown.json["error"]["code"]) == (2, "unknown_tool")


def test_arguments_as_json_from_everywhere(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = '{"limit": 3, "status": "confirmed"}'
    (tmp_path / "arguments.json").write_text(text)
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    for given in (text, "-", "@arguments.json"):
        outcome = run("tools", "call", "list_bookings", given, "--sandbox", "--json")
        assert outcome.code == 0, outcome.err
        assert len(outcome.json["data"]["bookings"]) == 3
    over = run("tools", "call", "list_bookings", text, "--arg", "limit=2", "--sandbox", "--json").json
    assert [booking["status"] for booking in over["data"]["bookings"]] == ["accepted", "accepted"]


def test_an_argument_within_an_object(run: Run) -> None:
    outcome = run(
        "tools", "call", "create_booking", '{"eventTypeId": 7, "start": "2026-05-01T14:00:00Z"}',
        "--arg", "end=2026-05-01T14:45:00Z", "--arg", "responses.name=Grace = G",
        "--arg", "responses.email=grace@example.com", "--arg", "responses.company=Example & Sons", "--sandbox", "--json",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    booking = outcome.json["data"]["booking"]
    assert booking["responses"]["company"] == "Example & Sons"
    assert booking["attendees"][0]["name"] == "Grace = G"


@pytest.mark.parametrize(
    ("texts", "meant"),
    [
        (["usernames=ada", "usernames=grace"], {"usernames": ["ada", "grace"]}),
        (['usernames=["ada", "grace"]'], {"usernames": ["ada", "grace"]}),
        (["user_names=ada"], {"user_names": "ada"}),
        (["eventTypeIds=42", "eventTypeIds=[202, 7]"], {"eventTypeIds": [42, 202, 7]}),
        (["duration=45", "start=2026-04-10"], {"duration": 45, "start": "2026-04-10"}),
        (["duration=long"], {"duration": "long"}),
        (["duration="], {"duration": ""}),
        (["nonsense.a=1", "nonsense.b=x=y"], {"nonsense": {"a": "1", "b": "x=y"}}),
    ],
)
def test_texts_take_the_types_of_the_parameters(texts: list[str], meant: dict[str, Any]) -> None:
    assert arguments_of(CATALOGUE["find_free_times"], None, texts) == meant


def test_a_number_or_a_text() -> None:
    get_booking, export = CATALOGUE["get_booking"], CATALOGUE["export_bookings"]
    assert arguments_of(get_booking, None, ["id=123"]) == {"id": 123}
    assert arguments_of(get_booking, None, ["id=LA3S8VJR8EZFhvctKiwgCL"]) == {"id": "LA3S8VJR8EZFhvctKiwgCL"}
    assert arguments_of(export, None, ["overwrite=true", "path=7.csv"]) == {"overwrite": True, "path": "7.csv"}
    assert arguments_of(export, '{"path": "a.csv"}', ["path=b.csv"]) == {"path": "b.csv"}


def test_a_dry_run_shows_what_would_be_sent_and_sends_nothing(run: Run, example: Sandbox) -> None:
    before = len(example.requests)
    outcome = run("tools", "call", "cancel_booking", "--arg", "id=123", "--arg", "reason=Ill", "--dry-run")
    assert outcome.code == 0, outcome.err
    first, _, body = outcome.out.partition("\n")
    assert first.startswith("POST /v2/bookings/")
    assert first.endswith("/cancel")
    assert json.loads(body) == {"cancellationReason": "Ill"}
    assert outcome.err.splitlines()[-1] == "Nothing was sent."
    assert {request.method for request in example.requests[before:]} == {"GET"}


# --- accounts and permissions ----------------------------------------------------------------------------------------


def writes(sandbox: Sandbox) -> int:
    return sum(request.method != "GET" for request in sandbox.requests)


CANCEL = ("tools", "call", "cancel_booking", "--arg", "id=204", "--arg", "reason=Ill", "--account", "work")


def test_accounts_of_the_file(run: Run, example: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CALCOM_API_KEY")
    file_of(tmp_path, example, 'permissions = { write = "deny" }\n')
    told = run("tools", "call", "list_accounts", "--json").json["data"]["accounts"]
    assert [(one["name"], one["default"], one["write"]) for one in told] == [
        ("default", True, "ask"), ("personal", False, "ask"), ("work", False, "deny"),
    ]  # fmt: skip
    for name, user in (("work", "Grace"), ("personal", "Mary"), ("default", "Ada")):
        result = run("tools", "call", "get_current_user", "--account", name, "--json").json
        assert (result["data"]["user"]["name"], result["meta"]["account"]) == (user, name)
    unknown = run("tools", "call", "get_current_user", "--account", "nobody")
    assert unknown.code == 2
    assert "has no account of this name\n   do: it has: default, personal, work\n" in unknown.err


def test_the_default_account_of_the_file(
    run: Run, example: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CALCOM_API_KEY")
    file_of(tmp_path, example, 'permissions = { write = "allow" }\n')
    path = tmp_path / ".config" / "calcom-async" / "accounts.toml"
    path.write_text('default = "work"\n' + path.read_text())
    for option in ((), ("--account", "work")):
        result = run("tools", "call", "get_current_user", *option, "--json").json
        assert (result["data"]["user"]["name"], result["meta"]["account"]) == ("Grace", "work")
    booked = run("tools", "call", "cancel_booking", "--arg", "id=204", "--arg", "reason=Ill")
    assert booked.code == 0, booked.err  # its permissions count as well


@pytest.mark.parametrize(
    ("more", "options", "code", "told"),
    [
        ("", (), 2, "wants to be asked before tools write, and there is nobody to ask"),
        ("", ("--force",), 2, "does not permit force"),
        ("force = true\n", ("--force",), 0, ""),
        ("force = true\n", (), 2, "nobody to ask"),
        ('permissions = { write = "allow" }\n', (), 0, ""),
        ('permissions = { write = "deny" }\nforce = true\n', ("--force",), 2, "denies tools that write"),
    ],
)
def test_writes_need_leave(
    run: Run, example: Sandbox, tmp_path: Path, more: str, options: tuple[str, ...], code: int, told: str
) -> None:
    file_of(tmp_path, example, more)
    outcome = run(*CANCEL, *options)
    assert outcome.code == code, outcome.err
    assert told in outcome.err
    assert len(outcome.err.splitlines()) == (2 if code else 0)
    assert writes(example) == (0 if code else 1)


def test_a_key_of_the_environment_gets_advice_that_can_be_followed(run: Run, example: Sandbox) -> None:
    outcome = run("tools", "call", "cancel_booking", "--arg", "id=123", "--arg", "reason=Ill")
    assert outcome.code == 2
    assert "nobody to ask" in outcome.err.splitlines()[0]
    assert outcome.err.splitlines()[1].endswith("`calcom-async accounts add NAME --write allow`")
    assert writes(example) == 0
    key = example.api_key
    added = subprocess.run(
        [sys.executable, "-m", "calcom_async", "accounts", "add", "mine", "--write", "allow", "--base-url", example.url],
        input=key, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
    followed = run("tools", "call", "cancel_booking", "--arg", "id=123", "--arg", "reason=Ill", "--account", "mine")
    assert followed.code == 0, followed.err
    assert writes(example) == 1


def test_no_key_at_all(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = run("tools", "call", "get_current_user")
    assert outcome.code == 2
    assert outcome.err.splitlines()[0] == "error: there is no API key"
    assert "--sandbox" in outcome.err.splitlines()[1]


AT_A_TERMINAL = """
import fcntl, runpy, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that Ctrl-C is a signal
runpy.run_module("calcom_async", run_name="__main__", alter_sys=True)
"""


@pytest.fixture
def terminal() -> Iterator[Callable[..., tuple[int, str]]]:
    """Runs a command at a terminal and types a line (or Ctrl-C) once it asks; its exit code and what it showed."""
    if sys.platform == "win32":
        pytest.skip("no pseudo-terminals here")
    opened: list[int] = []

    def converse(*arguments: str, typed: bytes) -> tuple[int, str]:
        ours, theirs = pty.openpty()
        opened.append(ours)
        with subprocess.Popen(
            [sys.executable, "-c", AT_A_TERMINAL, *arguments],
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            env={**os.environ, "TERM": "dumb", "COLUMNS": "100"},
        ) as program:  # fmt: skip
            os.close(theirs)
            shown, answered = b"", False
            end = time.monotonic() + 60
            while time.monotonic() < end:
                try:
                    more = os.read(ours, 4096)
                except OSError:
                    break
                if not more:
                    break
                shown += more
                if b"[y/N]" in shown and not answered:
                    os.write(ours, typed)
                    answered = True
            code = program.wait(timeout=30)
        assert answered, shown
        return code, shown.decode().replace("\r\n", "\n")

    yield converse
    for descriptor in opened:
        os.close(descriptor)


@pytest.mark.parametrize(("typed", "code", "sent"), [(b"y\n", 0, 1), (b"\n", 2, 0), (b"no\n", 2, 0)])
def test_who_sits_at_a_terminal_is_asked_and_sees_what_would_be_sent(
    terminal: Callable[..., tuple[int, str]], example: Sandbox, tmp_path: Path, typed: bytes, code: int, sent: int
) -> None:
    file_of(tmp_path, example)
    ended, shown = terminal(*CANCEL, typed=typed)
    assert ended == code, shown
    assert "cancel_booking for the account work would send:\n  POST /v2/bookings/" in shown
    assert '"cancellationReason": "Ill"' in shown
    assert writes(example) == sent
    assert ("the user said no" in shown) is (code == 2)


def test_ctrl_c_at_the_question_sends_nothing(
    terminal: Callable[..., tuple[int, str]], example: Sandbox, tmp_path: Path
) -> None:
    file_of(tmp_path, example)
    code, shown = terminal(*CANCEL, typed=b"\x03")
    assert code == 130, shown
    assert "error: interrupted" in shown
    assert writes(example) == 0
