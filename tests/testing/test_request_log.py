"""The log's assertions: what they accept, and what they say where they don't."""

import json

import pytest

from calcom_async.sandbox.app import SeenRequest
from calcom_async.testing import RequestLog


def seen(method="GET", path="/v2/me", query=None, body=None, status=200, headers=None, faults=()):
    return SeenRequest(
        method=method,
        path=path,
        query=query or {},
        headers=headers or {},
        body=body,
        status=status,
        at=0,
        faults=faults,
    )


BOOKING = {
    "start": "2026-12-01T09:00:00Z",
    "attendee": {"name": "Ada", "email": "ada@example.com"},
    "guests": ["a", "b"],
}


@pytest.fixture
def log():
    requests = [
        seen(),
        seen("POST", "/api/v2/bookings", body=BOOKING, status=201, headers={"cal-api-version": "2024-08-13"}),
        seen(
            "GET",
            "/v2/bookings/abc",
            query={"take": ["5"], "status": ["past", "upcoming"]},
            status=None,
            faults=("reset",),
        ),
    ]
    return RequestLog(lambda: requests)


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        ({"method": "POST"}, 1),
        ({"path": "me"}, 0),
        ({"path": "bookings/*"}, 2),
        ({"path": "/v2/bookings/{uid}"}, 2),
        ({"method": "POST", "path": "bookings", "body": {}}, 1),
        ({"body": {"attendee": {"email": "ada@example.com"}}}, 1),
        ({"body": {"guests": ["a", "b"]}}, 1),
        ({"query": {"take": 5}}, 2),
        ({"query": {"status": ["past", "upcoming"]}}, 2),
        ({"headers": {"CAL-API-VERSION": "2024-08-13"}}, 1),
        ({"status": 201}, 1),
    ],
)
def test_finds(log, wanted, place):
    assert log.assert_one(**wanted) is log[place]
    assert log.matching(**wanted) == [log[place]]
    with pytest.raises(AssertionError, match="wanted no request"):
        log.assert_none(**wanted)


@pytest.mark.parametrize(
    "wanted",
    [
        {"path": "boo"},
        {"path": "bookings/abc/cancel"},
        {"method": "PUT"},
        {"body": {"attendee": {"email": "grace@example.com"}}},
        {"body": {"attendee": {"phone": None}}},
        {"body": {"guests": ["a"]}},
        {"body": {"guests": ["a", "c"]}},
        {"body": [BOOKING]},
        {"query": {"take": 6}},
        {"query": {"status": "past"}},
        {"query": {"skip": 0}},
        {"headers": {"X": "y"}},
        {"status": 404},
    ],
)
def test_does_not_find(log, wanted):
    log.assert_none(**wanted)
    with pytest.raises(AssertionError):
        log.assert_one(**wanted)


def test_counts(log):
    assert log.assert_count(2, "GET") == [log[0], log[2]]
    with pytest.raises(AssertionError, match="wanted 3 requests GET any path; 2 of 3 are"):
        log.assert_count(3, "GET")


def report(log, *wanted, **more):
    with pytest.raises(AssertionError) as failed:
        log.assert_one(*wanted, **more)
    return str(failed.value).splitlines()


def test_says_what_differs(log):
    body = {"start": "2026-12-01T10:00:00Z", "attendee": {"phone": "1"}, "guests": ["a", "c"]}
    assert report(log, "POST", "bookings", body=body, status=200, headers={"X": "y"}) == [
        f'wanted one request POST bookings with body {json.dumps(body)} with headers {{"X": "y"}} answered 200; none of 3 are',
        "  1. GET me → 200",
        "  2. POST bookings → 201",
        '       body.start: wanted "2026-12-01T10:00:00Z", was "2026-12-01T09:00:00Z"',
        '       body.attendee.phone: wanted "1", was not sent',
        '       body.guests[1]: wanted "c", was "b"',
        "       header X: wanted 'y', was None",
        "       status: wanted 200, was 201",
        "  3. GET bookings/abc?take=5&status=past&status=upcoming → no answer (reset)",
    ]


def test_marks_what_does_match(log):
    assert report(log, "GET") == [
        "wanted one request GET any path; 2 of 3 are",
        "✓ 1. GET me → 200",
        "  2. POST bookings → 201",
        "✓ 3. GET bookings/abc?take=5&status=past&status=upcoming → no answer (reset)",
    ]


def test_says_that_nothing_came():
    assert report(RequestLog(list), "GET") == ["wanted one request GET any path; nothing was asked"]


def test_long_logs_are_cut():
    lines = report(RequestLog(lambda: [seen()] * 100), "POST")
    assert (lines[1], lines[2], len(lines)) == ("  … 70 before", "  71. GET me → 200", 32)


def test_long_values_are_cut():
    (first, *_) = report(RequestLog(list), body={"text": "x" * 5_000})
    assert len(first) < 300


def test_grows_and_begins_anew():
    requests = [seen()]
    log = RequestLog(lambda: requests)
    log.clear()
    assert (len(log), list(log)) == (0, [])
    requests.append(seen("POST"))
    assert [each.method for each in log] == ["POST"]
    assert log[0] is log[-1] is requests[1]
    assert repr(log) == "RequestLog(['POST me'])"
