"""Every operation has a method, and every method sends what the document says and nothing else."""

from __future__ import annotations

import os
from typing import Any

import pytest

from calcom_async import CalCom
from calcom_async.contract.comparison import compare_requests, missing_operations
from calcom_async.contract.deviations import judge
from calcom_async.contract.discovery import client_on, discover
from calcom_async.contract.document import Document, Operation
from calcom_async.contract.recording import Recorder
from calcom_async.contract.survey import Survey

from .conftest import methods_of

pytestmark = pytest.mark.contract
STRICT = os.environ.get("CALCOM_CONTRACT") == "strict"
"""Whether an operation without a method is a failure."""


def test_every_operation_has_a_method(document: Document, senders: Any) -> None:
    reached, _ = senders
    missing = [operation.name for operation in missing_operations(document, reached)]
    if missing and not STRICT:
        pytest.skip(f"{len(missing)} operations have no method yet; CALCOM_CONTRACT=strict lists them")
    assert missing == []


def test_an_operation_gets_what_is_documented(document: Document, senders: Any, operation: Operation) -> None:
    findings, _ = judge(compare_requests(document, operation, methods_of(operation, senders)))
    if findings:
        pytest.fail("\n".join(map(str, findings)), pytrace=False)


def test_every_method_can_be_called(surveyed: Survey) -> None:
    broken = [
        f"{one.method.path} can't be called: {type(one.failure_with()).__name__}: {one.failure_with()}"
        for one in surveyed.methods
        if one.least is None
    ]
    assert broken == []


def test_every_argument_can_be_given(surveyed: Survey) -> None:
    idle = [
        f"{one.method.path}: no value of {name} was taken: {one.failure_with(name)!r}"
        for one in surveyed.methods
        for name in one.idle
    ]
    assert idle == []


def test_nothing_else_is_sent(senders: Any) -> None:
    _, nowhere = senders
    assert [f"{one.method.path} sends {request.operation}" for one, request in nowhere] == []


def test_both_faces_offer_the_same(surveyed: Survey) -> None:
    blocking = [method.path for method in discover(client_on(Recorder(), CalCom))]
    assert blocking == [one.method.path for one in surveyed.methods]
    assert len(blocking) > 100
