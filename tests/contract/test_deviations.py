"""The tables kept by hand hold nothing that is not needed any more."""

from __future__ import annotations

import pytest

from calcom_async.contract.comparison import Finding
from calcom_async.contract.corrections import CORRECTIONS
from calcom_async.contract.deviations import DEVIATIONS, Deviation, judge
from calcom_async.contract.report import Report

pytestmark = pytest.mark.contract


def test_every_deviation_is_needed(report: Report) -> None:
    assert [one for one in DEVIATIONS if one not in report.meant and not one.elsewhere] == []


def test_every_correction_finds_what_it_corrects(report: Report) -> None:
    assert [(one.schemas, one.property) for one in CORRECTIONS if one not in report.meant] == []


def test_a_deviation_covers_what_it_names_and_nothing_else() -> None:
    deviation = Deviation("GET *event-types", "query", "query hosts[]*", "a reason")
    covered = Finding(operation="GET /v2/event-types", kind="query", where="query hosts[].x", what="new", text="")
    others = [
        Finding(operation="GET /v2/teams", kind="query", where="query hosts[].x", what="new", text=""),
        Finding(operation="GET /v2/event-types", kind="body", where="query hosts[].x", what="new", text=""),
        Finding(operation="GET /v2/event-types", kind="query", where="query hosts", what="new", text=""),
    ]
    assert judge([covered, *others], [deviation]) == (others, {deviation})


def test_a_deviation_may_cover_one_way_only() -> None:
    deviation = Deviation("GET /v2/me", "answer", "answer *", "a reason", what="new")
    more = Finding(operation="GET /v2/me", kind="answer", where="answer x", what="new", text="")
    other = Finding(operation="GET /v2/me", kind="answer", where="answer x", what="changed", text="")
    assert judge([more, other], [deviation]) == ([other], {deviation})
