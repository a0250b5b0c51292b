"""What the files hold, byte for byte."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from calcom_async.export.encoders import COLUMNS, CsvEncoder, JsonLinesEncoder, safe_cell

BOOKING = {
    "uid": "u1", "id": 7, "status": "accepted", "title": "=1+1", "description": None, "start": "2026-12-01T09:00:00.000Z",
    "end": "2026-12-01T09:30:00.000Z", "duration": 30, "eventTypeId": 42, "eventType": {"id": 42, "slug": "intro"},
    "hosts": [{"name": "Owner Example", "email": "owner@example.com"}, {"id": "unknown", "name": "Second", "email": "s@example.com"}],
    "attendees": [{"name": "Ada, Countess\nof Lovelace", "email": "ada@example.com", "timeZone": "Europe/London"}],
    "guests": ["a@example.com"], "absentHost": False, "location": "+441632960000", "rating": -3, "metadata": {"k": "v"}, "newField": [1],
}  # fmt: skip


def read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_json_lines_hold_the_wire_json_as_it_came() -> None:
    rows = [b'{"b":1,  "a":"\\u00e9"}', json.dumps(BOOKING).encode()]
    assert JsonLinesEncoder().encode(rows) == rows[0] + b"\n" + rows[1] + b"\n"
    assert JsonLinesEncoder().encode([]) == b""


def test_json_lines_stay_one_line_each_when_the_server_indents() -> None:
    lines = JsonLinesEncoder().encode([json.dumps(BOOKING, indent=2).encode()]).splitlines()
    assert [json.loads(line) for line in lines] == [BOOKING]


def test_csv_flattens_as_documented() -> None:
    encoder = CsvEncoder()
    (row,) = read(encoder.start() + encoder.encode([json.dumps(BOOKING).encode()]))
    assert tuple(row) == COLUMNS
    assert row["uid"] == "u1"
    assert row["eventTypeSlug"] == "intro"
    assert row["hostEmails"] == "owner@example.com; s@example.com"
    assert row["attendeeNames"] == "Ada, Countess\nof Lovelace"
    assert row["attendeeTimeZones"] == "Europe/London"
    assert row["absentHost"] == "false"
    assert row["description"] == ""
    assert json.loads(row["metadata"]) == {"k": "v"}
    assert json.loads(row["otherFields"]) == {"newField": [1]}


def test_csv_cells_never_run_as_formulas_unless_wanted() -> None:
    content = json.dumps(
        {**BOOKING, "location": "@SUM(A1)", "description": "\tx", "cancellationReason": "-2+3"}
    ).encode()
    (row,) = read(CsvEncoder().start() + CsvEncoder().encode([content]))
    assert (row["title"], row["location"], row["description"]) == ("'=1+1", "'@SUM(A1)", "'\tx")
    assert row["cancellationReason"] == "'-2+3"
    assert row["rating"] == "-3"
    (raw,) = read(CsvEncoder(raw_cells=True).start() + CsvEncoder(raw_cells=True).encode([content]))
    assert (raw["title"], raw["location"]) == ("=1+1", "@SUM(A1)")


def test_csv_cells_of_a_page_are_those_of_each_row_alone() -> None:
    """What is seen on a column as a whole must hold for each of its cells."""
    odd = [None, "", "=1", 'q"x', "l\nm", "a,b", "\rx", "-5", "+x y", "é", "\tx", "plain"]
    shared = {**BOOKING, "title": "same", "description": "a,b", "location": None}
    rows = [
        json.dumps({**shared, "uid": f"u{n}", "cancellationReason": text, "meetingUrl": odd[n - 3], "metadata": {"k": text}})
        for n, text in enumerate(odd)
    ]  # fmt: skip
    rows += [json.dumps({**shared, "uid": "n", "rating": number}) for number in (4, 4.0, 0.5, 0.0, -0.0, None)]
    page = [row.encode() for row in rows]
    for raw in (False, True):
        encoder = CsvEncoder(raw_cells=raw)
        assert encoder.encode(page) == b"".join(encoder.encode([row]) for row in page)
        ratings = [row["rating"] for row in read(encoder.start() + encoder.encode(page[-6:]))]
        assert ratings == ["4", "4.0", "0.5", "0.0", "-0.0", ""]
        assert [row["rating"] for row in read(encoder.start() + encoder.encode(page[-6:-4]))] == ["4", "4.0"]
        assert [row["rating"] for row in read(encoder.start() + encoder.encode(page[-3:-1]))] == ["0.0", "-0.0"]


def test_cells_that_repeat_are_told_as_if_they_did_not() -> None:
    texts = ['=a"b', 'x,"y"', "plain", None, '"']
    page = [
        json.dumps({"uid": f"u{n}", "title": texts[n % 5], "eventTypeId": -n if n % 3 else None}).encode()
        for n in range(60)
    ]
    for raw in (False, True):
        encoder = CsvEncoder(raw_cells=raw)
        assert encoder.encode(page) == b"".join(encoder.encode([row]) for row in page)
        rows = read(encoder.start() + encoder.encode(page))
        assert [row["title"] for row in rows] == [("" if raw or text != texts[0] else "'") + (text or "")
                                                  for text in texts] * 12  # fmt: skip
        assert [row["eventTypeId"] for row in rows[:5]] == ["", "-1", "-2", "", "-4"]


@pytest.mark.parametrize("place", [0, 100, 199])
@pytest.mark.parametrize("mark", [*"=+-@\t\r"])
def test_a_formula_is_seen_wherever_it_stands(mark: str, place: int) -> None:
    page = [json.dumps({"uid": f"u{n}", "title": f"a{mark}b"}).encode() for n in range(200)]
    page[place] = json.dumps({"uid": "u", "title": f"{mark}SUM(A1)"}).encode()
    rows = read(CsvEncoder().start() + CsvEncoder().encode(page))
    assert [n for n, row in enumerate(rows) if row["title"].startswith("'")] == [place]
    assert rows[place]["title"] == f"'{mark}SUM(A1)"


@pytest.mark.parametrize("value", ["=1", "@x", "-1+1", -5, -1e300, [-1], {"=1": 1}, True, ["=1"], "\t", "+1"])
@pytest.mark.parametrize("space", ["", " ", "\t"])
def test_free_form_fields_are_no_formulas(value: Any, space: str) -> None:
    content = f'{{"uid":"a","metadata":{space}{json.dumps(value)}}}'.encode()
    other = b'{"uid":"b","metadata":{}}'
    row, _ = read(CsvEncoder().start() + CsvEncoder().encode([content, other]))
    assert row["metadata"] == safe_cell(row["metadata"])
    assert json.loads(row["metadata"]) == value
