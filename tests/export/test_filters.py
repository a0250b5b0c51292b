"""Which list an export walks, and with which parameters."""

from __future__ import annotations

from typing import Any

import pytest

from calcom_async import InvalidRequestError
from calcom_async.export import BookingFilters


@pytest.mark.parametrize(
    ("filters", "path"),
    [
        ({}, None),
        ({"team_id": 7}, "teams/7/bookings"),
        ({"organization_id": 1}, "organizations/1/bookings"),
        ({"organization_id": 1, "team_id": 7}, "organizations/1/teams/7/bookings"),
    ],
)
def test_teams_and_organizations_have_lists_of_their_own(filters: dict[str, Any], path: str | None) -> None:
    assert BookingFilters(**filters).path() == path


def test_filters_become_the_parameters_of_the_list_and_creation_is_left_to_the_walk() -> None:
    filters = BookingFilters(
        status=["past", "cancelled"], event_type_ids=42, attendee_email="ada@example.com",
        after_start="2026-01-01T00:00:00Z", before_created_at="2026-02-01T00:00:00Z",
    )  # fmt: skip
    assert filters.query() == {
        "status": "past,cancelled", "eventTypeIds": "42", "attendeeEmail": "ada@example.com", "afterStart": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    assert filters.created_range() == (None, 1769904000001)


@pytest.mark.parametrize("name", ["after_start", "before_end", "after_created_at", "before_updated_at"])
def test_naive_instants_are_refused(name: str) -> None:
    with pytest.raises(InvalidRequestError, match=f"{name}: has no UTC offset"):
        BookingFilters(**{name: "2026-02-01T00:00:00"})
