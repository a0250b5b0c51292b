"""`bookings list`, `get` and the changes: what is asked for, and what is shown."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from calcom_async.sandbox import Sandbox

from .conftest import Run


def asked(server: Sandbox, path: str = "/v2/bookings") -> dict[str, list[str]]:
    return next(seen.query for seen in reversed(server.requests) if seen.path == path)


def working_day() -> datetime:
    """Ten in the morning UTC of a working day to come."""
    day = datetime.now(UTC).replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=7)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


def free_slot(run: Run, event: str, number: int = 0) -> str:
    slots = [slot["start"] for day in run("slots", event, "--json").json.values() for slot in day]
    return slots[-1 - number]


def test_a_table_stops_and_says_so(run: Run, server: Sandbox) -> None:
    outcome = run("bookings", "list")
    assert outcome.code == 0
    lines = outcome.out.splitlines()
    assert lines[0].split() == ["Uid", "Start", "Length", "Status", "Attendees", "Title"]
    assert len(lines) == 51
    assert {line.split()[0] for line in lines[1:]} <= set(server.booking_uids("owner"))
    assert outcome.err == "50 of about 300 bookings, times in Europe/London. --limit shows more.\n"


def test_a_limit(run: Run, server: Sandbox) -> None:
    assert len(run("bookings", "list", "--limit", "7").out.splitlines()) == 8
    assert asked(server)["take"] == ["8"], "one more than shown, to know whether there is more"
    everything = run("bookings", "list", "--limit", "1000", "--latest-first")
    assert len(everything.out.splitlines()) == 301
    assert everything.err == "300 bookings, times in Europe/London.\n"
    assert len(run("bookings", "list", "--limit", "7", "--json").json) == 7


def test_json_is_everything_as_it_came(run: Run, server: Sandbox) -> None:
    outcome = run("bookings", "list", "--json", "--latest-first")
    assert outcome.err == ""
    assert outcome.code == 0
    assert sorted(booking["uid"] for booking in outcome.json) == sorted(server.booking_uids("owner"))
    one = outcome.json[0]
    raw = run("request", "GET", f"bookings/{one['uid']}", "--api-version", "2024-08-13").json
    assert one == raw["data"]


def test_a_list_that_ties_made_incomplete_is_a_failure(run: Run, server: Sandbox) -> None:
    """The order has no tie-break: where many bookings were made at one moment, pages repeat some and miss others."""
    outcome = run("bookings", "list", "--json")
    uids = [booking["uid"] for booking in outcome.json]
    assert len(uids) == len(set(uids)) < 300
    assert outcome.code == 1
    assert outcome.error["type"] == "IncompleteList"
    assert outcome.error["message"].startswith(f"{len(uids)} of 300 bookings came")
    assert "bookings export" in outcome.error["advice"]
    assert run("bookings", "list", "--created-after", "2020-01-01", "--json").code == 0, "there the total counts more"


def test_nothing_found(run: Run, server: Sandbox) -> None:
    outcome = run("bookings", "list", "--attendee", "ada@example.com")
    assert (outcome.out, outcome.err) == ("", "No bookings.\n")
    assert run("bookings", "list", "--attendee", "ada@example.com", "--json").json == []


def test_filters_reach_the_server(run: Run, server: Sandbox) -> None:
    outcome = run(
        "bookings", "list", "--status", "upcoming", "--status", "past", "--event-type", "20001", "--event-type", "20002",
        "--attendee", "ada@example.com", "--start-after", "2026-01-01", "--end-before", "2027-01-01T00:00:00+01:00",
        "--created-after", "2025-01-01", "--created-before", "2026-12-31T00:00:00Z", "--updated-after", "2025-02-01",
        "--updated-before", "2027-02-01", "--latest-first", "--json",
    )  # fmt: skip
    assert outcome.code == 0
    query = {name: values[0] for name, values in asked(server).items()}
    assert query == {
        "status": "upcoming,past", "eventTypeIds": "20001,20002", "attendeeEmail": "ada@example.com",
        "afterStart": "2026-01-01T00:00:00Z", "beforeEnd": "2027-01-01T00:00:00+01:00",
        "afterCreatedAt": "2025-01-01T00:00:00Z", "beforeCreatedAt": "2026-12-31T00:00:00Z",
        "afterUpdatedAt": "2025-02-01T00:00:00Z", "beforeUpdatedAt": "2027-02-01T00:00:00Z",
        "sortStart": "desc", "take": "250",
    }  # fmt: skip


def test_a_status_is_only_that(run: Run, server: Sandbox) -> None:
    statuses = {booking["status"] for booking in run("bookings", "list", "--status", "cancelled", "--json").json}
    assert statuses == {"cancelled", "rejected"}


def test_bookings_of_a_team(run: Run, server: Sandbox) -> None:
    outcome = run("bookings", "list", "--team", "501", "--json")
    assert outcome.code == 0
    assert {booking["eventTypeId"] for booking in outcome.json} - {None} == {20008, 20009}  # None: it was deleted
    assert asked(server, "/v2/teams/501/bookings")["take"] == ["250"]


def test_times_are_in_the_accounts_zone_or_the_one_asked_for(run: Run, server: Sandbox) -> None:
    uid = server.booking_uids("owner")[0]
    booking = run("bookings", "get", uid, "--json").json
    start = datetime.fromisoformat(booking["start"])
    for zone in ("Pacific/Auckland", "America/New_York"):
        from zoneinfo import ZoneInfo

        outcome = run("bookings", "get", uid, "--time-zone", zone)
        assert f"Start{' ' * 14}{start.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}\n" in outcome.out
        assert outcome.err == f"Times in {zone}.\n"
    assert run("bookings", "get", uid).err == "Times in Europe/London.\n"


def test_one_booking_from_creation_to_its_end(run: Run, server: Sandbox) -> None:
    start = free_slot(run, "20002")
    made = run(
        "bookings", "create", "20002", "--start", start, "--name", "Ada", "--email", "ada@example.com",
        "--guest", "guest@example.com", "--metadata", "order=17", "--language", "it", "--time-zone", "Europe/Rome",
        "--json",
    )  # fmt: skip
    assert made.code == 0, made.err
    booking = made.json
    assert booking["attendees"][0] | {"displayEmail": ""} == booking["attendees"][0] | {
        "name": "Ada", "email": "ada@example.com", "timeZone": "Europe/Rome", "language": "it", "displayEmail": "",
    }  # fmt: skip
    assert booking["metadata"]["order"] == "17"
    assert booking["guests"] == ["guest@example.com"]

    again = run("bookings", "create", "20002", "--start", start, "--name", "Ada", "--email", "ada@example.com")
    assert again.code == 1
    assert "calcom-async slots" in again.err
    assert "ada@" not in again.err.lower()
    assert "Ada" not in again.err

    later = free_slot(run, "20002", 1)
    moved = run("bookings", "reschedule", booking["uid"], "--start", later, "--reason", "train", "--json").json
    assert moved["uid"] != booking["uid"]
    assert moved["rescheduledFromUid"] == booking["uid"]
    assert datetime.fromisoformat(moved["start"]) == datetime.fromisoformat(later)

    cancelled = run("bookings", "cancel", moved["uid"], "--reason", "ill")
    assert cancelled.code == 0
    assert cancelled.err == "Cancelled.\nTimes in Europe/London.\n"
    assert run("bookings", "get", moved["uid"], "--json").json["cancellationReason"] == "ill"


def test_a_booking_by_its_link_for_people(run: Run, server: Sandbox) -> None:
    start = free_slot(run, "owner/30min")
    outcome = run("bookings", "create", "owner/30min", "--start", start, "--name", "Ada", "--email", "ada@example.com")
    assert outcome.code == 0
    fields = dict(
        line.split(maxsplit=1) for line in outcome.out.splitlines() if line.split()[0] in {"Uid", "Attendees"}
    )
    assert fields["Attendees"] == "Ada <ada@example.com>"
    assert fields["Uid"] in server.booking_uids("owner")
    assert outcome.err.splitlines()[0] == "Booked."


def test_the_same_mark_books_once(run: Run, server: Sandbox) -> None:
    arguments = ("bookings", "create", "20002", "--start", free_slot(run, "20002"), "--name", "Ada",
                 "--email", "ada@example.com", "--once", "order-17", "--json")  # fmt: skip
    first, second = run(*arguments), run(*arguments)
    assert first.code == second.code == 0
    assert first.json["uid"] == second.json["uid"]


@pytest.mark.parametrize(("verb", "status"), [("confirm", "accepted"), ("decline", "rejected")])
def test_confirm_and_decline(run: Run, server: Sandbox, verb: str, status: str) -> None:
    start = free_slot(run, "20007")
    made = run("bookings", "create", "20007", "--start", start, "--name", "Ada", "--email", "ada@example.com")
    assert made.err.splitlines()[0] == "Made; its status is pending."
    uid = made.out.splitlines()[0].split()[1]
    reason = ("--reason", "no") if verb == "decline" else ()
    assert run("bookings", verb, uid, *reason, "--json").json["status"] == status


def test_a_series_is_shown_as_one(run: Run, server: Sandbox) -> None:
    for number in range(40, 80):  # a slot that is free now may be taken in one of the weeks after
        start = free_slot(run, "20006", number)
        person = ("--name", "Ada", "--email", "ada@example.com")
        made = run("bookings", "create", "20006", "--start", start, *person, "--json")
        if made.code == 0:
            break
    assert made.code == 0, made.err
    assert len(made.json) == 4
    series = made.json[0]["recurringBookingUid"]
    shown = run("bookings", "get", series)
    assert "It is one of 4 bookings of a series.\n" in shown.err


def test_a_reader_that_goes_away_is_no_error(start: Callable[..., subprocess.Popen[str]], server: Sandbox) -> None:
    process = start("bookings", "list", "--json", "--sandbox", "--bookings", "3000")
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline() == "[\n"
    process.stdout.close()
    assert process.wait(30) == 141
    errors = process.stderr.read()
    assert "Traceback" not in errors
    assert "error" not in errors
    process.stdout = None


def test_control_characters_in_names_do_not_reach_the_terminal(run: Run, server: Sandbox) -> None:
    start = free_slot(run, "20002")
    name = "A\x1b[2Jda\n[bold]x"
    made: Any = run("bookings", "create", "20002", "--start", start, "--name", name, "--email", "ada@example.com")
    assert made.code == 0
    assert "\x1b" not in made.out
    assert "A\N{REPLACEMENT CHARACTER}[2Jda [bold]x <ada@example.com>" in made.out
