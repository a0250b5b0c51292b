"""Every recorded answer about bookings, slots and the own profile, read and written back unchanged."""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import attrs
import pytest

from calcom_async.core.codec import decode
from calcom_async.core.records import Record
from calcom_async.models.booking_meetings import BookingReference, CalendarLink, ConferencingSession, Recording
from calcom_async.models.bookings import Attendee, Booking, ReassignedBooking
from calcom_async.models.me import Profile
from calcom_async.models.slots import SlotReservation, SlotsByDay

REFERENCE = Path(os.environ.get("CALCOM_API_REFERENCE", Path(__file__).parents[3] / "shared" / "api"))
UID = r"/bookings/(?!verification)[^/]+"
ANSWERS: list[tuple[str, str, type[Record]]] = [
    ("GET|PATCH", r"/me", Profile),
    ("GET|POST", r"(/teams/[^/]+|/organizations/[^/]+(/teams/[^/]+|/users/[^/]+)?)?/bookings", Booking),
    ("GET", UID, Booking),
    ("GET", r"/bookings/by-seat/[^/]+", Booking),
    ("POST", UID + r"/(cancel|confirm|decline|guests|mark-absent|reschedule)", Booking),
    ("PATCH", UID + r"/location", Booking),
    ("POST", UID + r"/reassign(/[^/]+)?", ReassignedBooking),
    ("GET|POST", UID + r"/attendees(/[^/]+)?", Attendee),
    ("GET", UID + r"/calendar-links", CalendarLink),
    ("GET", r"(/organizations/[^/]+/teams/[^/]+)?" + UID + r"/references", BookingReference),
    ("GET", UID + r"/recordings", Recording),
    ("GET", UID + r"/conferencing-sessions", ConferencingSession),
    ("GET", r"/slots", SlotsByDay),
    ("GET|PATCH|POST", r"/slots/reservations(/[^/]+)?", SlotReservation),
]
OLD_VERSIONS = {None, "2024-04-15", "2024-06-11", "2024-06-14"}
"""On `/v2/bookings` these give the answers of 2024-04-15, whose bookings have another form."""
NULL_MEANS_MISSING = {"GET_v2-slots-reservations-uid_200.json"}


class Answer(NamedTuple):
    name: str
    into: type[Record]
    data: Any


def record_for(method: str, path: str) -> type[Record] | None:
    path = re.sub(r"^(/api)?/v2", "", path.partition("?")[0])
    return next((cls for methods, p, cls in ANSWERS if method in methods.split("|") and re.fullmatch(p, path)), None)


def answers() -> Iterator[Answer]:
    for file in sorted((REFERENCE / "captures").glob("*.json")):
        capture = json.loads(file.read_text())
        into = record_for(capture["method"], capture["route"])
        if into is not None and capture["status"] < 300 and file.name not in NULL_MEANS_MISSING:
            yield Answer(file.name, into, capture["body"]["data"])
    for file in sorted((REFERENCE / "captures").glob("server*.jsonl")):
        for line in file.read_text().splitlines():
            pair = json.loads(line)
            if "request_headers" not in pair or not isinstance(pair["body"], dict) or "data" not in pair["body"]:
                continue
            into = record_for(pair["method"], pair["path"])
            version = (pair["request_headers"] or {}).get("cal-api-version")
            own_bookings = re.match(r"/v2/bookings(/[^/]+)?(\?|$)", pair["path"])
            if into is None or pair["status"] >= 300 or (own_bookings and version in OLD_VERSIONS):
                continue
            yield Answer(f"{file.stem}-{pair['n']}-{pair['name']}", into, pair["body"]["data"])


def unexpected(record: Any, path: str = "") -> Iterator[str]:
    """The fields that no record knew."""
    if isinstance(record, Record):
        yield from (f"{path}.{key}" for key in record.extra)
        for a in attrs.fields(type(record)):
            if a.name[0] != "_":
                yield from unexpected(getattr(record, a.name), f"{path}.{a.name}")
    elif isinstance(record, tuple):
        for item in record:
            yield from unexpected(item, f"{path}[]")


ALL = list(answers()) if (REFERENCE / "captures").is_dir() else []
pytestmark = [pytest.mark.contract, pytest.mark.skipif(not ALL, reason="the API reference folder is absent")]


def test_the_recorded_answers_are_all_here() -> None:
    """So that the tests below can't pass by finding nothing."""
    counts = Counter(answer.into for answer in ALL)
    assert set(counts) == {cls for _, _, cls in ANSWERS}
    assert counts[Booking] > 160
    assert counts[Profile] > 15
    assert counts[SlotsByDay] > 12
    assert sum(len(a.data) for a in ALL if a.into is Booking and isinstance(a.data, list)) > 600


@pytest.mark.parametrize("answer", ALL, ids=[answer.name for answer in ALL])
def test_an_answer_is_read_and_written_back(answer: Answer) -> None:
    items = answer.data if isinstance(answer.data, list) else [answer.data]
    if answer.into is SlotsByDay:
        items = [{"data": answer.data}]
    for wire in items:
        record = decode(wire, answer.into)
        assert record.to_dict() == wire
        assert list(unexpected(record)) == []
