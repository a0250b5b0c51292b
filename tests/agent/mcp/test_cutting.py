"""Answers that are too long: what is left fits, is what the schema says, and the pointer leads to exactly the rest."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calcom_async.agent.mcp.cutting import CUT, ELLIPSIS, LIMIT, cut, dumped, next_page

PLACE = {"page": 1, "limit": 1000, "returnedItems": 1000, "totalItems": 1000, "hasNextPage": False, "nextPage": None}


def bookings(count: int, size: int = 100) -> dict[str, Any]:
    return {"bookings": [{"id": number, "title": "x" * size} for number in range(count)], "pagination": PLACE}


def test_what_fits_is_left_alone() -> None:
    data = bookings(300)
    assert len(dumped(data)) < LIMIT
    assert cut(data, {"page": 1, "limit": 300}, pages=True) == data


def test_the_longest_list_loses_its_end_and_the_note_says_how_to_go_on() -> None:
    data = bookings(1000) | {"few": [1, 2]}
    answer = cut(data, {"page": 1, "limit": 1000}, pages=True)
    assert answer is not None
    kept = len(answer["bookings"])
    assert answer["bookings"] == data["bookings"][:kept]
    assert answer["few"] == [1, 2]
    assert answer["pagination"] == {
        "page": 1, "limit": kept, "returnedItems": kept, "totalItems": 1000, "hasNextPage": True, "nextPage": 2,
    }  # fmt: skip
    assert LIMIT - 600 < len(dumped(answer)) <= LIMIT
    assert f"first {kept} of 1000 bookings: ask with page=2 and limit={kept}" in answer[CUT]


def test_a_tool_without_pages_says_to_ask_for_less() -> None:
    answer = cut(bookings(1000), {}, pages=False)
    assert answer is not None
    assert answer[CUT].endswith("of 1000 bookings: ask for less.")
    assert answer["pagination"] == PLACE


def test_long_texts_lose_their_ends() -> None:
    answer = cut({"user": {"bio": "y" * 90_000, "name": "Ada"}}, {}, pages=False)
    assert answer is not None
    assert answer["user"]["bio"].endswith("y" + ELLIPSIS)
    assert answer["user"]["name"] == "Ada"
    assert len(dumped(answer)) <= LIMIT


def test_one_item_that_is_too_long_is_shortened_rather_than_left_out() -> None:
    answer = cut(bookings(3, size=60_000), {"page": 1, "limit": 3}, pages=True)
    assert answer is not None
    assert [booking["id"] for booking in answer["bookings"]] == [0]
    assert "page=2 and limit=1" in answer[CUT]
    assert len(dumped(answer)) <= LIMIT


def test_what_can_not_be_cut_is_told_so() -> None:
    assert cut({"map": {str(number): number for number in range(10_000)}}, {}, pages=False) is None


@given(page=st.integers(1, 40), limit=st.integers(1, 250), fits=st.integers(1, 250), total=st.integers(0, 10_000))
def test_the_next_page_begins_where_this_one_ends(page: int, limit: int, fits: int, total: int) -> None:
    found = next_page({"page": page, "limit": limit}, fits)
    assert found is not None
    kept, following = found
    assert 1 <= kept <= fits
    items = range(total)
    begins = (page - 1) * limit
    first = items[begins : begins + kept]
    second = items[(following - 1) * kept : following * kept]
    assert [*first, *second] == [*items[begins : begins + 2 * kept]]


def test_where_a_page_begins_is_not_guessed() -> None:
    assert next_page({"page": 2}, 10) is None
    assert next_page({}, 10) == (10, 2)


TEXTS = st.sampled_from(["", "Ada", "é" * 40, '"' * 70, "x" * 300, "y" * 3000])
ITEMS = st.lists(st.fixed_dictionaries({"id": st.integers(0, 9), "title": TEXTS}), max_size=25)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    data=st.fixed_dictionaries(
        {},
        optional={
            "bookings": ITEMS,
            "more": ITEMS,
            "user": st.fixed_dictionaries({"bio": TEXTS}),
            "text": TEXTS,
            "count": st.integers(0, 9),
        },
    ),
    limit=st.integers(450, 3000),
)
def test_whatever_it_is_it_fits_and_keeps_its_form(data: dict[str, Any], limit: int) -> None:
    answer = cut(data, {"page": 1, "limit": 50}, pages=True, limit=limit)
    if answer is None:
        assert len(dumped(data)) > limit
        return
    assert len(dumped(answer)) <= limit
    assert (CUT in answer) is (len(dumped(data)) > limit)
    assert len(answer.get("bookings", [])) <= len(data.get("bookings", []))
    assert {key: type(value) for key, value in answer.items() if key != CUT} == {
        key: type(value) for key, value in data.items()
    }
