"""Every answer that the document allows, and every one that was recorded, is read and nothing of it is lost."""

from __future__ import annotations

import pytest

from calcom_async.contract.document import Operation
from calcom_async.contract.report import Report

pytestmark = pytest.mark.contract


def test_answers_are_read_and_written_back(report: Report, operation: Operation) -> None:
    if findings := [str(one) for one in report.of(operation.name) if one.where.startswith("answer")]:
        pytest.fail("\n".join(findings), pytrace=False)


def test_the_answers_are_all_here(report: Report) -> None:
    """So that the test above can't pass by finding nothing."""
    _, total = report.answers
    assert total > 8000
    assert report.recorded > 700
