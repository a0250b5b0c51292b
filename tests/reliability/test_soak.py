"""A soak of seconds, so that the long one (`nox -s soak`) is known to work; and its arithmetic."""

from __future__ import annotations

import pytest

from tests.reliability import soak


def test_the_slope_of_a_line() -> None:
    assert soak.slope([0, 1, 2, 3], [5, 7, 9, 11]) == pytest.approx(2)
    assert soak.slope([0, 1, 2, 3], [4, 4, 4, 4]) == 0
    rising = soak.Result(samples=[soak.Sample(float(n), 1000 * n, 40, 30, n) for n in range(40)])
    assert rising.slope("resident") == pytest.approx(3_600_000)
    assert rising.rise("resident") == pytest.approx(29_000)
    assert rising.rise("tasks") == 0


KINDS = {
    "get",
    "offset list",
    "cursor list",
    "list left early",
    "write and delete",
    "patch",
    "cancelled",
    "blocking",
}


def test_a_short_soak_leaves_nothing_behind() -> None:
    seconds = 1.5
    while True:
        result = soak.run(seconds, 0.1)
        assert result.at_rest
        assert result.rise("tasks") < soak.WORKERS
        if set(result.outcomes) >= KINDS:
            return
        seconds *= 4  # a busy machine has not come round to everything
        assert seconds < 60, KINDS - set(result.outcomes)
