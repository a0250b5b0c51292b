"""`api …`: every operation of the client as a command."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from subprocess import Popen
from typing import Any, Literal

import pytest

from calcom_async.cli.api_methods import Branch, Method
from calcom_async.cli.api_options import Option, _Type, options_of
from calcom_async.cli.failures import CommandFailure
from calcom_async.contract.discovery import client_on, discover
from calcom_async.contract.recording import Recorder
from calcom_async.core.unset import DISABLED, Unset
from calcom_async.models import CalendarToLoad, NewAttendee, NewSeats, WebhookTrigger
from calcom_async.sandbox import Sandbox

from .conftest import Run

FULL = os.environ.get("CALCOM_CHAOS") == "full"


def commands(branch: Branch) -> list[Method]:
    found: list[Method] = []
    for word in branch.names:
        child = branch.child(word)
        assert child is not None
        found += commands(child) if isinstance(child, Branch) else [child]
    return found


def test_every_method_of_the_client_has_a_command_and_no_other() -> None:
    expected = {
        tuple(re.sub(r"\((.*?)\)", lambda ids: f".{ids[1].upper()}", m.path).removeprefix("cal.").split("."))
        for m in discover(client_on(Recorder()))
    }
    made = {m.words[1:] for m in commands(Branch.root())}
    assert {tuple(word.replace("-", "_") for word in words) for words in made} == expected
    assert len(made) > 360


def test_each_has_a_help_that_tells_its_operation_and_every_parameter(run: Run) -> None:
    for number, method in enumerate(commands(Branch.root())):
        assert all(option.text for option in options_of(method)), method.words
        if number % 6 and not FULL:  # each takes a sixth of a second
            continue
        outcome = run(*(word if word.islower() else "7" for word in method.words), "--help")
        assert (outcome.code, outcome.err) == (0, ""), method.words
        assert re.search(r"`(GET|POST|PUT|PATCH|DELETE) ", outcome.out), method.words
        for option in options_of(method):
            shown = option.metavar if option.positional else option.flag_name
            assert shown in outcome.out, (method.words, option.name)


def test_the_help_of_a_resource_and_of_the_program(run: Run) -> None:
    assert "  api " in run("--help").out
    top = run("api", "--help")
    assert re.search(r"^  webhooks +Your webhooks\.$", top.out, re.MULTILINE)
    verbs = run("api", "webhooks", "--help")
    assert re.findall(r"^  (\w+)  ", verbs.out, re.MULTILINE) == ["create", "delete", "get", "list", "update"]
    assert run("api", "webhooks").out == verbs.out
    scope = run("api", "team", "501")
    assert re.search(r"TEAM_ID\}? COMMAND", scope.out)
    assert "memberships" in scope.out


def test_a_list_for_people_and_for_programs(run: Run, server: Sandbox) -> None:
    outcome = run("api", "bookings", "list", "--limit", "2")
    assert outcome.out.splitlines()[0].split() == ["Uid", "Id", "Title", "Status", "Start", "End"]
    assert len(outcome.out.splitlines()) == 3
    assert outcome.err == "2 of about 300 bookings, times in Europe/London. --limit shows more.\n"
    rows = run("api", "bookings", "list", "--status", "past", "--status", "cancelled", "--limit", "3", "--json").json
    assert len(rows) == 3
    assert server.requests[-1].query["status"] == ["past,cancelled"]


def test_one_record(run: Run, server: Sandbox) -> None:
    outcome = run("api", "event-types", "get", "20001")
    assert (outcome.code, outcome.err) == (0, "")
    assert re.search(r"^Length in minutes +15$", outcome.out, re.MULTILINE)
    wire = run("request", "GET", "event-types/20001", "--api-version", "2024-06-14").json["data"]
    assert run("api", "event_types", "get", "20001", "--json").json == wire


def test_a_scope_says_its_id_before_its_resource(run: Run, server: Sandbox) -> None:
    outcome = run("api", "team", "501", "memberships", "list", "--json")
    assert outcome.code == 0, outcome.err
    assert {one["teamId"] for one in outcome.json} == {501}
    assert server.requests[-1].path == "/v2/teams/501/memberships"
    one = run("api", "team", "501", "memberships", "get", str(outcome.json[0]["id"]))
    assert re.search(r"^Team id +501$", one.out, re.MULTILINE)


def test_a_create_with_a_mapping_and_repeated_values(run: Run, server: Sandbox) -> None:
    made = run(
        "api", "bookings", "create", "--event-type-id", "20002", "--start", "2027-01-05T10:00:00Z",
        "--attendee", "name=Ada", "--attendee", "email=ada@example.com", "--attendee", "time_zone=Europe/London",
        "--metadata", "order=17", "--guests", "grace@example.com", "--guests", "alan@example.com", "--json",
    )  # fmt: skip
    assert made.code == 0, made.err
    assert server.requests[-1].body == {
        "eventTypeId": 20002, "start": "2027-01-05T10:00:00Z",
        "attendee": {"name": "Ada", "email": "ada@example.com", "timeZone": "Europe/London"},
        "metadata": {"order": "17"}, "guests": ["grace@example.com", "alan@example.com"],
    }  # fmt: skip
    told = run("api", "bookings", "cancel", made.json["uid"], "--cancellation-reason", "Only a trial")
    assert re.search(r"^Status +cancelled$", told.out, re.MULTILINE)
    assert told.err == "Times in Europe/London.\n"


@pytest.mark.parametrize("how", ["text", "file", "stdin"])
def test_a_mapping_as_json(
    run: Run, server: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    text = json.dumps({"name": "Ada", "email": "ada@example.com", "timeZone": "Europe/London"})
    (tmp_path / "ada.json").write_text(text)
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    given = {"text": text, "file": "@ada.json", "stdin": "-"}[how]
    outcome = run(
        "api", "bookings", "create", "--event-type-id", "20002", "--start", "2027-01-05T10:00:00Z", "--attendee", given
    )
    assert outcome.code == 0, outcome.err
    assert server.requests[-2].body["attendee"]["email"] == "ada@example.com"  # the last one asks for the time zone


def test_a_webhook_from_first_to_last(run: Run, server: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("s3cret\n")
    hook = ("api", "event-type", "20001", "webhooks")
    made = run(
        *hook, "create", "--subscriber-url", "https://example.com/hook", "--triggers", "BOOKING_CREATED",
        "--triggers", "BOOKING_CANCELLED", "--no-active", "--secret-file", "secret.txt", "--json",
    )  # fmt: skip
    assert made.code == 0, made.err
    assert server.requests[-1].body == {
        "subscriberUrl": "https://example.com/hook", "triggers": ["BOOKING_CREATED", "BOOKING_CANCELLED"],
        "active": False, "secret": "s3cret",
    }  # fmt: skip
    listed = run(*hook, "list")
    assert "s3cret" not in listed.out
    assert listed.err == "1 webhook.\n"
    run(*hook, "update", made.json["id"], "--payload-template", "null")
    assert server.requests[-1].body == {"payloadTemplate": None}
    assert run(*hook, "delete-all").out == "1\n"
    assert run(*hook, "list").err == "No webhooks.\n"


def test_what_answers_nothing_says_that_it_is_done(run: Run, server: Sandbox) -> None:
    uid = run("api", "slots", "reserve", "--event-type-id", "20002", "--slot-start", "2027-01-05T10:00:00Z", "--json")
    outcome = run("api", "slots", "release", uid.json["reservationUid"])
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "Done.\n")


def test_what_has_no_record_is_json(run: Run, server: Sandbox) -> None:
    asked = ("--event-type-id", "20002", "--start", "2027-01-05", "--end", "2027-01-05", "--time-zone", "UTC")
    assert list(run("api", "slots", "list", *asked).json) == ["2027-01-05"]
    assert server.requests[-1].query["timeZone"] == ["UTC"]


WEBHOOK = "calcom-async api webhooks create"
MISTAKES = {
    ("webhooks", "lsit"): ("No such command 'lsit'. Did you mean 'list'?", "calcom-async api webhooks --help"),
    ("webhoks", "list"): ("No such command 'webhoks'. Did you mean 'webhooks'?", "calcom-async api --help"),
    ("webhooks", "create"): (
        "Missing option '--subscriber-url'",
        f"{WEBHOOK} --help; an example: {WEBHOOK} --subscriber-url … --triggers AFTER_GUESTS_CAL_VIDEO_NO_SHOW",
    ),
    ("webhooks", "get"): (
        "Missing argument 'WEBHOOK_ID'",
        "calcom-async api webhooks get --help; an example: calcom-async api webhooks get WEBHOOK_ID",
    ),
    ("me", "update", "--metadata", "{"): (
        "--metadata: it is no JSON (line 1, column 2)", "quote it for the shell, or put it into a file: @file.json",
    ),
    ("me", "update", "--metadata", "a=1", "--metadata", "b"): (
        "--metadata: expected JSON, or NAME=VALUE once a key", """write --metadata '{"name": "…"}'""",
    ),
    ("teams", "get", "seven"): ("TEAM_ID: it takes no such value", "give it a whole number"),
    ("insights", "get-form-fields", "--scope", "all"): (
        "--scope: it takes no such value", "give it one of user, team, org",
    ),
    ("teams", "create", "--name", "N", "--metadata", '{"a": NaN}'): (
        "metadata.a: nan is not a number that JSON can carry", "change it as the message says; --help shows an example",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("words", "told"), MISTAKES.items())
def test_mistakes_are_told_in_two_lines(
    run: Run, server: Sandbox, words: tuple[str, ...], told: tuple[str, str]
) -> None:
    outcome = run("api", *words)
    assert (outcome.code, outcome.out) in {(1, ""), (2, "")}
    assert outcome.err == f"error: {told[0]}\n   do: {told[1]}\n"
    assert server.requests == []


def test_what_is_public_needs_no_key(run: Run, server: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CALCOM_API_KEY")
    asked = ("--event-type-id", "20002", "--start", "2027-01-05", "--end", "2027-01-05")
    assert run("api", "slots", "list", *asked).code == 0
    refused = run("api", "bookings", "list")
    assert (refused.code, refused.err.splitlines()[0]) == (2, "error: there is no API key")


def test_an_id_that_does_not_exist(run: Run, server: Sandbox) -> None:
    outcome = run("api", "webhooks", "get", "9", "--json")
    assert outcome.code == 1
    assert outcome.error["status"] == 404


VALUES: list[tuple[Any, Any, Any]] = [
    (str | Unset, "7", "7"),
    (str, "null", "null"),
    (str | None, "null", None),
    (int, "-7", -7),
    (str | int, "7", "7"),
    (float | Unset, "0.5", 0.5),
    (bool | str, "true", True),
    (bool | str, "order-17", "order-17"),
    (Literal[12, 24] | Unset, "24", 24),
    (int | timedelta | Unset, "30", 30),
    (int | list[int] | Unset, ["1", "2"], [1, 2]),
    (list[WebhookTrigger | str], ["BOOKING_CREATED", "NEW"], ["BOOKING_CREATED", "NEW"]),
    (NewAttendee | dict[str, Any], ["name=Ada", "phoneNumber=+37120993151"], {"name": "Ada", "phoneNumber": "+37120993151"}),
    (NewSeats | dict[str, Any], ["seatsPerTimeSlot=3", "show_attendee_info=true"], {"seatsPerTimeSlot": 3, "show_attendee_info": True}),
    (NewSeats | dict[str, Any], ["disabled"], DISABLED),
    (dict[str, Any] | None, ["null"], None),
    (list[CalendarToLoad | dict[str, Any]], ['{"credentialId": 1}', '[{"credentialId": 2}]'], [{"credentialId": 1}, {"credentialId": 2}]),
]  # fmt: skip


@pytest.mark.parametrize(("hint", "typed", "value"), VALUES)
def test_what_is_typed_becomes_what_the_parameter_takes(hint: Any, typed: Any, value: Any) -> None:
    option = Option("argument", _Type.of(hint), required=True, positional=False, text="")
    got = option.value(typed)
    assert (got, type(got)) == (value, type(value))


@pytest.mark.parametrize(("hint", "typed"), [(int, "x"), (int, "٣"), (float, "x"), (Literal["a"], "b"), (int, "")])
def test_what_fits_no_type_is_refused(hint: Any, typed: str) -> None:
    with pytest.raises(CommandFailure, match="it takes no such value"):
        Option("argument", _Type.of(hint), required=True, positional=False, text="").value(typed)


def test_a_secret_is_read_from_a_file_and_never_an_argument(tmp_path: Path) -> None:
    secrets = {
        (option.flag_name, option.metavar)
        for method in commands(Branch.root())
        for option in options_of(method)
        if re.search(r"secret$|password|token|verifier|service_account_key", option.name)
    }
    assert {metavar for _, metavar in secrets} == {"FILE|-"}
    assert all(name.endswith("-file") for name, _ in secrets)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("api webho", {"webhooks"}),
        ("api organization 1 team 7 member", {"memberships"}),
        ("api webhooks create --sub", {"--subscriber-url"}),
        ("api webhooks create --triggers BOOKING_CANC", {"BOOKING_CANCELLED"}),
    ],
)
def test_a_shell_completes_words_options_and_values(
    start: Callable[..., Popen[str]], typed: str, offered: set[str]
) -> None:
    words = f"calcom-async {typed}"
    process = start(_CALCOM_ASYNC_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(words.count(" ")))
    out, err = process.communicate(timeout=60)
    assert (set(out.split()), err) == (offered, "")


def test_other_commands_do_not_load_it(start: Callable[..., Popen[str]]) -> None:
    process = start("--help", PYTHONPROFILEIMPORTTIME="1")
    _, err = process.communicate(timeout=60)
    assert "calcom_async.cli.api\n" in err
    assert not re.search(r"calcom_async\.(cli\.api_|client|resources\.[a-q])", err)
