"""Times when several people are free."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcom_async.agent import Toolkit
from calcom_async.agent.free_times import common, joined_spans, times_in

ZERO = datetime(2026, 4, 13, tzinfo=UTC)
MINUTES = st.integers(min_value=0, max_value=60)
SLOTS = st.lists(
    st.tuples(MINUTES, st.integers(min_value=1, max_value=9)).map(
        lambda pair: (ZERO + timedelta(minutes=pair[0]), ZERO + timedelta(minutes=pair[0] + pair[1]))
    ),
    max_size=8,
)


def minutes(spans) -> set[int]:
    return {minute for minute in range(80) for start, end in spans if start <= ZERO + timedelta(minutes=minute) < end}


@given(SLOTS, SLOTS)
def test_spans_cover_what_slots_cover_and_common_is_in_both(first, second) -> None:
    one, two = joined_spans(first), joined_spans(second)
    assert minutes(one) == minutes(first)
    assert all(a[1] < b[0] for a, b in itertools.pairwise(one)), "what touches is one span"
    assert minutes(common(one, two)) == minutes(first) & minutes(second)


@given(SLOTS, st.lists(MINUTES), st.integers(min_value=1, max_value=15))
def test_times_lie_in_one_span(slots, starts, length) -> None:
    spans = joined_spans(slots)
    at = [ZERO + timedelta(minutes=minute) for minute in starts]
    free = minutes(slots)
    expected = sorted({m for m in starts if set(range(m, m + length)) <= free})
    found = times_in(spans, at, timedelta(minutes=length))
    assert [(start - ZERO) // timedelta(minutes=1) for start, _ in found] == expected


async def find(toolkit: Toolkit, **arguments):
    result = await toolkit.call("find_free_times", {"start": "2026-04-13", "end": "2026-04-13", **arguments})
    assert result.success, result.error
    return result.data


async def test_two_people_in_two_time_zones(toolkit: Toolkit) -> None:
    data = await find(toolkit, usernames=["ada", "grace"], duration=30)
    # London until 17:00 (16:00 UTC), New York from 09:00 (13:00 UTC), and Ada's 14:00 UTC was cancelled.
    assert [each["start"] for each in data["times"]] == [
        f"2026-04-13T{hour}:{minute}:00Z" for hour in (13, 14, 15) for minute in ("00", "15", "30", "45")
    ][:-1]
    assert [each["who"] for each in data["considered"]] == ["ada", "grace"]


async def test_a_booking_is_in_the_way(toolkit: Toolkit) -> None:
    made = await toolkit.call(
        "create_booking",
        {
            "eventTypeId": 42, "start": "2026-04-13T14:00:00Z", "end": "2026-04-13T14:30:00Z",
            "responses": {"name": "Mary", "email": "mary@example.com"},
        },
    )  # fmt: skip
    assert made.success
    data = await find(toolkit, usernames=["ada", "grace"], duration=60, timeZone="Europe/London")
    assert [each["start"] for each in data["times"]] == [
        "2026-04-13T14:00:00+01:00",
        "2026-04-13T15:30:00+01:00",
        "2026-04-13T15:45:00+01:00",
        "2026-04-13T16:00:00+01:00",
    ]


async def test_a_team_is_every_member_of_it(toolkit: Toolkit) -> None:
    result = await toolkit.call("find_free_times", {"start": "2026-04-13", "end": "2026-04-13", "teamIds": [8]})
    assert result.error is not None, "Ada is not in it"
    result = await toolkit.call("find_free_times", {"start": "2026-04-13", "end": "2026-04-13", "teamIds": [5]})
    assert result.error is not None
    assert "no public event type" in result.error.message


async def test_event_types_and_people_together(toolkit: Toolkit) -> None:
    data = await find(toolkit, usernames=["mary"], eventTypeIds=[42, 51], limit=2)
    assert [each["who"] for each in data["considered"]] == ["mary", "event type 42", "event type 51"]
    assert len(data["times"]) == 2
    assert data["count"] > 2
    assert "more times are free" in data["warnings"][0]


async def test_progress_is_told(toolkit: Toolkit) -> None:
    told: list[tuple[float, float | None, str]] = []

    async def listen(done: float, total: float | None, words: str) -> None:
        told.append((done, total, words))

    arguments = {"start": "2026-04-13", "end": "2026-04-13", "usernames": ["ada", "grace", "mary"]}
    assert (await toolkit.call("find_free_times", arguments, on_progress=listen)).success
    assert [(done, total) for done, total, _ in told] == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(
    ("arguments", "code", "parameter"),
    [
        ({}, "missing_parameter", "usernames"),
        ({"usernames": ["nobody"]}, "wrong_parameter", "usernames"),
        ({"usernames": ["ada"], "timeZone": "London"}, "wrong_parameter", "timeZone"),
        ({"usernames": ["ada"], "start": "soon"}, "wrong_parameter", None),
    ],
)
async def test_what_can_not_be(toolkit: Toolkit, arguments, code, parameter) -> None:
    result = await toolkit.call("find_free_times", {"start": "2026-04-13", "end": "2026-04-13", **arguments})
    assert result.error is not None
    assert (result.error.code, result.error.parameter) == (code, parameter)
