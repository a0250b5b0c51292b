"""What an answer says of rate limits, however it says it."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcom_async.core.rate_limit_headers import Quota, retry_after, server_time

NOW = 1_790_000_000.0
DATE = format_datetime(datetime.fromtimestamp(NOW - 100, UTC), usegmt=True)
"""The server's clock is 100 s behind ours."""


def limits(remaining: str = "7", reset: str = "53", limit: str = "120", name: str = "-default") -> dict[str, str]:
    return {
        f"x-ratelimit-limit{name}": limit,
        f"x-ratelimit-remaining{name}": remaining,
        f"x-ratelimit-reset{name}": reset,
    }


def test_a_named_limit() -> None:
    assert Quota.read(limits(), NOW) == (Quota(name="default", limit=120, remaining=7, reset=53.0),)


def test_a_limit_without_a_name() -> None:
    assert Quota.read(limits(name=""), NOW) == (Quota(name="", limit=120, remaining=7, reset=53.0),)


def test_several_limits_at_once() -> None:
    both = Quota.read(limits() | limits("4", "60", "5", "-users_verified_resources_phones_verify"), NOW)
    assert [(quota.name, quota.limit) for quota in both] == [
        ("default", 120),
        ("users_verified_resources_phones_verify", 5),
    ]


@pytest.mark.parametrize(
    ("reset", "extra", "left"),
    [
        ("53", {}, 53.0),
        ("0", {}, 0.0),
        ("0.25", {}, 0.25),
        (str(int(NOW) + 30), {}, 30.0),
        (str(int(NOW) - 70), {"date": DATE}, 30.0),
        (str((int(NOW) + 30) * 1000), {}, 30.0),
        (str(int(NOW) - 30), {}, 0.0),
    ],
)
def test_resets_in_seconds_or_as_an_epoch(reset: str, extra: dict[str, str], left: float) -> None:
    (quota,) = Quota.read(limits(reset=reset) | extra, NOW)
    assert quota.reset == pytest.approx(left)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-ratelimit-limit-default": "120"},
        limits(limit="many"),
        limits(limit="0"),
        limits(remaining=""),
        limits(reset="nan"),
        limits(reset="-1"),
        limits(reset="inf"),
    ],
)
def test_headers_that_make_no_sense_are_no_limits(headers: dict[str, str]) -> None:
    assert Quota.read(headers, NOW) == ()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "7.5"}, 7.5),
        ({"retry-after": str(int(NOW) + 9)}, 9.0),
        ({"retry-after": format_datetime(datetime.fromtimestamp(NOW + 20, UTC), usegmt=True)}, 20.0),
        ({"retry-after": format_datetime(datetime.fromtimestamp(NOW - 80, UTC), usegmt=True), "date": DATE}, 20.0),
        ({"retry-after": format_datetime(datetime.fromtimestamp(NOW - 20, UTC), usegmt=True)}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "soon"} | limits("0", "53"), 53.0),
        ({"retry-after": "2"} | limits("0", "53"), 2.0),
        (limits("0", "53"), 53.0),
        (limits("1", "53"), None),
        (limits("0", "53") | limits("0", "60", "5", "-phones"), 60.0),
        (limits("0", "5") | limits("3", "60", "5", "-phones"), 5.0),
        (limits("0", "5", limit="0"), 5.0),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == (None if seconds is None else pytest.approx(seconds))


def test_the_servers_clock() -> None:
    assert server_time({"date": DATE}) == NOW - 100
    assert server_time({}) is None
    assert server_time({"date": "yesterday"}) is None


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_in_a_header_breaks_anything(one: str, other: str) -> None:
    headers = limits(reset=one, remaining=other) | {"retry-after": one, "date": other}
    seconds = retry_after(headers, NOW)
    assert seconds is None or seconds >= 0


@given(st.text(alphabet="0123456789 -+:,GMTMonJan", max_size=40))
def test_nor_does_anything_like_a_date(text: str) -> None:
    seconds = retry_after({"retry-after": text, "date": text}, NOW)
    assert seconds is None or seconds >= 0
