"""Windows cover a range of creation time without gap or overlap, however they are split."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcom_async.export.plan import Window, halve, milliseconds, split, wire_instant

windows = st.tuples(st.integers(0, 2**41), st.integers(1, 2**38)).map(lambda t: Window(t[0], t[0] + t[1]))


@given(windows, st.integers(-3, 100))
def test_split_covers_the_window_without_gap_or_overlap(window: Window, parts: int) -> None:
    pieces = split(window, parts)
    assert 1 <= len(pieces) <= max(1, parts)
    assert pieces[0].start == window.start
    assert pieces[-1].end == window.end
    assert all(a.end == b.start for a, b in itertools.pairwise(pieces))
    widths = [piece.width for piece in pieces]
    assert max(widths) - min(widths) <= 1


@given(windows, st.data())
def test_halve_gives_away_only_what_was_not_walked(window: Window, data: st.DataObject) -> None:
    position = data.draw(st.integers(window.start, window.end))
    halves = halve(window, position)
    if window.end - position < 2:
        assert halves is None
    else:
        assert halves is not None
        kept, given_away = halves
        assert (kept.start, kept.end, given_away.end) == (window.start, given_away.start, window.end)
        assert given_away.start > position


@given(st.datetimes(datetime(1980, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))
def test_milliseconds_and_wire_text_agree(moment: datetime) -> None:
    exact = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert datetime.fromisoformat(wire_instant(milliseconds(moment))) == exact
    assert milliseconds(wire_instant(milliseconds(moment))) == milliseconds(moment)


def test_other_offsets_are_the_same_instant() -> None:
    moment = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=13)))
    assert wire_instant(milliseconds(moment)) == "2026-02-28T23:00:00.000Z"


def test_naive_instants_and_empty_windows_are_refused() -> None:
    with pytest.raises(ValueError, match="UTC offset"):
        milliseconds("2026-03-01T12:00:00")
    with pytest.raises(ValueError, match="ends after"):
        Window(5, 5)
