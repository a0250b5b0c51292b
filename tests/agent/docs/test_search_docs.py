"""`search_docs` ranks pages by words, and forgives typing errors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcom_async.agent import CATALOGUE
from calcom_async.agent.docs import list_docs, search_docs
from calcom_async.agent.docs_search import Index, Text, words

PAGES = [entry.page for entry in list_docs()]


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("list bookings", "list_bookings"),
        ("current user", "get_current_user"),
        ("whose profile is it", "get_current_user"),
        ("cancel booking", "cancel_booking"),
        ("create a booking", "create_booking"),
        ("v1", "migration-from-v1"),
        ("error codes", "errors"),
        ("multiple accounts", "accounts"),
        ("teams", "teams"),
        ("free time", "find_free_times"),
        ("eventTypeId of an event type", "get_event_type"),
    ],
)
def test_the_best_hit(query: str, best: str) -> None:
    found = [hit.page for hit in search_docs(query, 3)]
    assert best in found[:2], found


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("lsit bokings", "list_bookings"), ("canel boking", "cancel_booking"), ("evnt tpyes", "list_event_types"),
        ("curent usr", "get_current_user"), ("migartion", "migration-from-v1"), ("acounts", "accounts"),
    ],
)  # fmt: skip
def test_typing_errors_are_forgiven(query: str, meant: str) -> None:
    found = [hit.page for hit in search_docs(query, 3)]
    assert meant in found, found


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_a_function_is_found_by_its_name(name: str) -> None:
    assert search_docs(name, 1)[0].page == name


def swapped(name: str, position: int) -> str:
    return name[:position] + name[position + 1] + name[position] + name[position + 2 :]


@given(st.sampled_from(list(CATALOGUE)), st.data())
def test_a_function_is_found_by_its_name_with_two_letters_swapped(name: str, data: st.DataObject) -> None:
    inside = [i for i in range(1, len(name) - 1) if name[i - 1 : i + 2].isalpha()]
    position = data.draw(st.sampled_from(inside))
    assert name in [hit.page for hit in search_docs(swapped(name, position), 5)]


@given(st.text(max_size=40), st.integers(min_value=-1, max_value=60))
def test_whatever_is_asked_pages_come_best_first(query: str, limit: int) -> None:
    hits = search_docs(query, limit)
    assert len(hits) <= max(0, limit)
    assert len({hit.page for hit in hits}) == len(hits)
    assert {hit.page for hit in hits} <= set(PAGES)
    assert all(hit.score > 0 for hit in hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@given(st.text(max_size=40))
def test_a_limit_cuts_and_changes_nothing_else(query: str) -> None:
    assert search_docs(query, 3) == search_docs(query, 50)[:3]


def test_nothing_fits() -> None:
    assert search_docs("xyzzyx qwertz") == []
    assert search_docs("") == []


def test_a_hit_tells_what_the_page_is() -> None:
    (hit,) = search_docs("list_bookings", 1)
    told = hit.to_dict()
    assert told.pop("score") > 0
    assert told == next(entry.to_dict() for entry in list_docs() if entry.page == "list_bookings")


def named(*bodies: str) -> Index:
    """Pages `1`, `2`, `3` … with these words in their text."""
    return Index([Text(name=str(number), summary="", body=body) for number, body in enumerate(bodies, 1)])


def test_more_words_that_fit_come_first() -> None:
    assert next(name for name, _ in named("house", "house garden", "garden").search("garden house", 5)) == "2"


def test_rare_words_count_more() -> None:
    assert [name for name, _ in named("pool", "pool", "garden").search("garden pool", 5)] == ["3", "1", "2"]


def test_names_count_more_than_summaries_and_these_more_than_texts() -> None:
    index = Index(
        [
            Text(name="one", summary="", body="house"),
            Text(name="two", summary="house", body=""),
            Text(name="house", summary="", body=""),
        ]
    )
    assert [name for name, _ in index.search("house", 5)] == ["house", "two", "one"]


def test_beginnings_and_other_forms_of_words_fit() -> None:
    index = named("garden", "gardens", "pool")
    assert [name for name, _ in index.search("garden", 5)] == ["1", "2"]
    assert [name for name, _ in index.search("gardens", 5)] == ["2", "1"]
    assert [name for name, _ in index.search("gar", 5)] == ["1", "2"]
    assert [name for name, _ in index.search("pol", 5)] == []
    assert [name for name, _ in index.search("pooll", 5)] == ["3"]


def test_empty_words_are_passed_over() -> None:
    assert [name for name, _ in named("the pool", "the").search("the pool", 5)] == ["1"]
    assert [name for name, _ in named("the pool", "the").search("the", 5)] == ["1", "2"]


def test_words_are_the_same_in_every_spelling() -> None:
    assert words("eventTypeId") == words("event_type_id") == words("Event-Type ID") == ["event", "type", "id"]
