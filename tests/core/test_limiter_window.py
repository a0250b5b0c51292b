"""`Window`: the bookkeeping of one named limit, as a value without a clock."""

from __future__ import annotations

from calcom_async.core.limiter import LEEWAY, MARGIN, Window
from calcom_async.core.rate_limit_headers import Quota


def quota(remaining: int, reset: float, *, limit: int = 120) -> Quota:
    return Quota(name="default", limit=limit, remaining=remaining, reset=reset)


def test_every_request_takes_one_place() -> None:
    window = Window(limit=3)
    assert [window.left(0.0), window.sent(0.0), window.sent(1.0), window.left(1.0)] == [3, 0, 0, 1]


def test_a_window_of_which_nothing_is_told_yet_is_thought_long() -> None:
    window = Window(limit=1, length=60.0)
    window.sent(100.0)
    assert window.ends == 160.0 + LEEWAY
    assert window.left(161.4) == 0


def test_the_first_answer_replaces_the_guess_even_where_it_is_later() -> None:
    window = Window(limit=5, length=2.0)
    window.sent(0.0)
    window.answered(3.0, 0.0, 0, quota(4, 3.5, limit=5))
    assert window.ends == 6.5 + MARGIN


def test_the_earliest_end_that_an_answer_tells_counts() -> None:
    window = Window()
    for sent in (0.0, 0.1, 0.2):
        window.sent(sent)
    window.answered(0.3, 0.0, 0, quota(119, 60.0))
    window.answered(0.35, 0.1, 0, quota(118, 59.0))
    window.answered(0.9, 0.2, 0, quota(117, 60.0))
    assert window.ends == 59.35 + MARGIN


def test_when_a_window_ends_all_places_are_free_again() -> None:
    window = Window(limit=2)
    for remaining in (1, 0):
        window.sent(0.0)
        window.answered(0.0, 0.0, 0, quota(remaining, 60.0, limit=2))
    assert window.left(60.0) == 0
    assert window.left(60.0 + MARGIN) == 2
    assert window.epoch == 1


def test_requests_in_flight_when_a_window_ends_count_in_the_next_one_too() -> None:
    window = Window(limit=10)
    window.sent(0.0)
    window.answered(0.0, 0.0, 0, quota(9, 60.0, limit=10))
    for _ in range(4):
        window.sent(59.0)
    assert window.left(61.0) == 6


def test_an_answer_that_clearly_belongs_to_the_window_before_gives_its_place_back() -> None:
    window = Window(limit=10)
    window.sent(0.0)
    window.answered(0.0, 0.0, 0, quota(9, 60.0, limit=10))
    window.sent(59.0)
    window.sent(59.0)
    assert window.left(60.5) == 8
    window.answered(60.5, 59.0, 0, quota(8, 1.0, limit=10))  # written before the end at 60
    assert window.left(60.5) == 9
    window.answered(62.0, 59.0, 0, quota(9, 59.0, limit=10))  # the first of the next window
    assert window.left(62.0) == 9


def test_requests_of_others_with_the_same_key_are_learned_from_answers() -> None:
    window = Window(limit=10)
    window.sent(0.0)
    window.answered(0.0, 0.0, 0, quota(2, 30.0, limit=10))
    assert window.foreign == 7
    assert window.left(0.0) == 2


def test_an_answer_out_of_the_servers_next_window_moves_the_bookkeeping_there() -> None:
    window = Window(limit=10)
    window.sent(0.0)
    window.answered(0.1, 0.0, 0, quota(9, 60.0, limit=10))  # ends at 60.15 for us, at 59.2 in truth
    for _ in range(3):
        window.sent(59.5)
    window.answered(60.0, 59.5, 0, quota(9, 60.0, limit=10))
    assert window.ends == 120.0 + MARGIN
    assert window.left(60.0) == 7  # this one, and two that may be in the new window as well


def test_a_slow_answer_does_not_look_like_the_next_window() -> None:
    window = Window(limit=10)
    window.sent(0.0)
    window.answered(0.0, 0.0, 0, quota(9, 60.0, limit=10))
    window.sent(1.0)
    window.answered(11.0, 1.0, 0, quota(8, 59.0, limit=10))
    assert window.ends == 60.0 + MARGIN
    assert window.own == 2


def test_what_was_never_sent_is_taken_back_in_any_window() -> None:
    window = Window(limit=10)
    window.sent(0.0)
    window.returned()
    assert (window.own, window.in_flight) == (0, 0)
    window.sent(0.0)
    assert window.left(100.0) == 9
    window.returned()
    assert window.left(100.0) == 10


def test_a_lost_answer_keeps_its_place() -> None:
    window = Window(limit=10)
    window.sent(0.0)
    window.answered(5.0, 0.0, 0, None)
    assert (window.left(5.0), window.in_flight) == (9, 0)


def test_a_block_lets_nothing_through_and_no_late_answer_shortens_it() -> None:
    window = Window(limit=10)
    for _ in range(2):
        window.sent(0.0)
    window.answered(0.0, 0.0, 0, quota(9, 60.0, limit=10))
    window.block(70.0)
    window.answered(1.0, 0.0, 0, quota(8, 1.0, limit=10))
    assert [window.left(now) for now in (2.5, 65.0, 69.9)] == [0, 0, 0]
    assert window.left(70.0) == 10


def test_the_length_is_learned_from_the_request_that_opens_a_window() -> None:
    window = Window()
    window.sent(0.0)
    window.answered(0.0, 0.0, 0, quota(119, 2.5))
    assert window.length == 2.5
    assert window.left(2.5 + MARGIN) == 120
