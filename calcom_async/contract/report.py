"""The whole comparison: a document, and answers that were recorded, against the package."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from calcom_async.contract.answers import Answer, compare_answers, documented_answers
from calcom_async.contract.comparison import Finding, by_operation, compare_requests
from calcom_async.contract.corrections import Correction, correct
from calcom_async.contract.deviations import Deviation, judge
from calcom_async.contract.document import Document, Operation
from calcom_async.contract.survey import Survey, survey

__all__ = ["Report", "compare"]


@attrs.frozen(kw_only=True)
class Report:
    """What a comparison found.

    Attributes:
        document: What was compared with, corrected.
        survey: What the package can send.
        reached: Methods and their requests, by the name of the operation they are sent to.
        findings: The differences that are not meant.
        meant: The deviations and corrections that were needed.
    """

    document: Document = attrs.field(repr=False)
    survey: Survey = attrs.field(repr=False)
    reached: Mapping[str, Any] = attrs.field(repr=False)
    findings: tuple[Finding, ...]
    meant: frozenset[Deviation | Correction] = attrs.field(repr=False)
    answers: tuple[int, int]
    """How many answers were read without a difference, and how many there are."""
    recorded: int = 0
    """How many of the answers that were read had been recorded."""

    def of(self, operation: str) -> list[Finding]:
        """The differences of one operation."""
        return [finding for finding in self.findings if finding.operation == operation]

    def count(self, *, fork: bool = False) -> tuple[int, int]:
        """How many operations the package has a method for, and how many there are; those of the fork as well?"""
        known = [operation for operation in self.document.operations.values() if fork or not operation.fork]
        return sum(operation.name in self.reached for operation in known), len(known)


def compare(wire: Mapping[str, Any], recorded: Sequence[Answer] = (), surveyed: Survey | None = None) -> Report:
    """Compare the package with a document.

    Args:
        wire: The parsed OpenAPI document; its schemas are corrected in place.
        recorded: Answers that servers gave.
        surveyed: What the package can send, where that is known already.
    """
    corrections = correct(wire)
    document = Document(raw=wire)
    surveyed = surveyed or survey()
    reached, nowhere = by_operation(document, surveyed.methods)
    found = [
        _operation(
            f"{request.method} /v2{request.template}", "gone", f"is sent by {one.method.path}, and not documented"
        )
        for one, request in nowhere
    ]
    clean = total = real = 0
    given = {id(answer) for answer in recorded}
    for answers, senders, operation in _to_read(document, recorded, reached):
        if senders is None:
            total += len(answers)
            found.append(_operation(operation.name, "new", "no method sends it"))
            continue
        found += compare_requests(document, operation, senders)
        for answer, differences in asyncio.run(compare_answers(answers, senders, surveyed.recorder)):
            total += 1
            real += id(answer) in given
            clean += not judge(differences)[0]
            found += differences
    findings, used = judge(dict.fromkeys(found))
    return Report(
        document=document,
        survey=surveyed,
        reached=reached,
        findings=tuple(sorted(findings)),
        meant=frozenset({*used, *corrections}),
        answers=(clean, total),
        recorded=real,
    )


def _to_read(
    document: Document, recorded: Sequence[Answer], reached: Mapping[str, Any]
) -> Iterator[tuple[list[Answer], Any, Operation]]:
    """For each operation the answers to read, and what is sent to it; None where no method does."""
    by_name: dict[str, list[Answer]] = {}
    for answer in recorded:
        by_name.setdefault(answer.operation, []).append(answer)
    for operation in document.operations.values():
        answers = [*documented_answers(document, operation), *by_name.get(operation.name, ())]
        yield answers, reached.get(operation.name), operation


def _operation(name: str, what: str, text: str) -> Finding:
    return Finding(operation=name, kind="operation", where="", what=what, text=text)
