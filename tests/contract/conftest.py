"""The comparison that all tests here look at, and the figures at the end of a run."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from calcom_async.contract.document import Document
from calcom_async.contract.report import Report, compare

from .captures import recorded_answers

REFERENCE = Path(os.environ.get("CALCOM_API_REFERENCE", Path(__file__).parents[3] / "shared" / "api"))
FIGURES: dict[str, tuple[int, int]] = {}
"""What was counted, told at the end of the run."""


def read_document() -> Document | None:
    file = REFERENCE / "openapi.json"
    return Document(raw=json.loads(file.read_text())) if file.exists() else None


DOCUMENT = read_document()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with `operation` runs for each documented one."""
    if "operation" in metafunc.fixturenames:
        operations = list(DOCUMENT.operations.values()) if DOCUMENT else []
        metafunc.parametrize("operation", operations, ids=[operation.name for operation in operations])


@pytest.fixture(scope="session")
def report(reference: Path) -> Report:
    """The whole comparison: every method called, every answer read, once for all tests."""
    wire = json.loads((reference / "openapi.json").read_text())
    made = compare(wire, list(recorded_answers(reference, Document(raw=wire))))
    FIGURES.update(
        {"operations": made.count(), "operations with the open fork's": made.count(fork=True)}
        | {"answers structured": made.answers, "recorded answers among them": (made.recorded, made.answers[1])}
    )
    return made


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The figures, also of a run that passes."""
    if FIGURES:
        terminalreporter.section("contract")
        for words, (have, of) in FIGURES.items():
            terminalreporter.write_line(f"{words} {have}/{of}")
