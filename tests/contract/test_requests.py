"""Every operation has a method, and every method sends what the document says and nothing else."""

from __future__ import annotations

import pytest

from calcom_async import CalCom
from calcom_async.contract.discovery import client_on, discover
from calcom_async.contract.document import Operation
from calcom_async.contract.recording import Recorder
from calcom_async.contract.report import Report

pytestmark = pytest.mark.contract


def test_every_operation_has_a_method(report: Report) -> None:
    missing = [finding.operation for finding in report.findings if (finding.kind, finding.what) == ("operation", "new")]
    assert missing == []


def test_an_operation_gets_what_is_documented(report: Report, operation: Operation) -> None:
    if findings := [str(one) for one in report.of(operation.name) if not one.where.startswith("answer")]:
        pytest.fail("\n".join(findings), pytrace=False)


def test_nothing_else_is_sent(report: Report) -> None:
    assert [str(finding) for finding in report.findings if (finding.kind, finding.what) == ("operation", "gone")] == []


def test_every_method_can_be_called(report: Report) -> None:
    broken = [
        f"{one.method.path} can't be called: {type(one.failure_with()).__name__}: {one.failure_with()}"
        for one in report.survey.methods
        if one.least is None
    ]
    assert broken == []


def test_every_argument_can_be_given(report: Report) -> None:
    idle = [
        f"{one.method.path}: no value of {name} was taken: {one.failure_with(name)!r}"
        for one in report.survey.methods
        for name in one.idle
    ]
    assert idle == []


def test_every_docstring_names_its_operation(report: Report) -> None:
    silent = [
        f"{one.method.path}: says nothing of {one.least.requests[0].operation}"
        for one in report.survey.methods
        if one.least is not None and one.least.requests[0].method not in one.method.verbs
    ]
    assert silent == []


def test_both_faces_offer_the_same(report: Report) -> None:
    blocking = [method.path for method in discover(client_on(Recorder(), CalCom))]
    assert blocking == [one.method.path for one in report.survey.methods]
    assert len(blocking) > 100
