"""The comparison of answers: what it takes for alike, and what it must notice."""

from __future__ import annotations

import pytest

from .recorded import family
from .shapes import differences, kind


@pytest.mark.parametrize(
    ("real", "ours"),
    [
        ({"a": 1}, {"a": 2}),
        ({"at": "2026-11-22T10:00:00.000Z"}, {"at": "2027-01-01T00:00:00.123Z"}),
        ([], []),
        ([{"a": 1}, {"b": None}], [{"b": None}]),
        ({"metadata": {"k": "v"}}, {"metadata": {}}),
        ({"2026-11-22": [{"start": "x"}]}, {"2026-11-23": [{"start": "y"}]}),
    ],
)
def test_replay_takes_for_alike(real, ours):
    assert list(differences(real, ours)) == []


@pytest.mark.parametrize(
    ("real", "ours"),
    [
        ({"a": 1}, {}),
        ({}, {"a": 1}),
        ({"a": None}, {"a": 1}),
        ({"a": True}, {"a": 1}),
        ({"at": "2026-11-22T10:00:00.000Z"}, {"at": "2026-11-22T10:00:00Z"}),
        ([{"a": 1}], []),
        ([], [{"a": 1}]),
        ([{"a": 1}], [{"a": "1"}]),
        ({"x": [{"deep": {"a": 1}}]}, {"x": [{"deep": {"a": None}}]}),
    ],
)
def test_replay_notices(real, ours):
    assert list(differences(real, ours))


def test_replay_knows_formats_and_families():
    assert kind("9f603e93-70d7-40e7-87d6-5caf3d9946f9") == "uuid"
    assert (kind("2026-11-22"), kind("22 November")) == ("date", "text")
    assert family("/api/v2/me?x=/webhooks") == "me"
    assert family("/v2/organizations/502/teams/503/event-types/1/private-links") == "private links"
    assert family("/v2/slots/reservations/x") == "reservations"
    assert family("/v2/teams/501/memberships") == "memberships"
