"""The document, the survey of the package, and the figures at the end of a run."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from calcom_async.contract.comparison import by_operation
from calcom_async.contract.document import Document, Operation
from calcom_async.contract.survey import Survey, survey

REFERENCE = Path(os.environ.get("CALCOM_API_REFERENCE", Path(__file__).parents[3] / "shared" / "api"))
FIGURES: Counter[str] = Counter()
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
def document(reference: Path) -> Document:
    assert DOCUMENT is not None
    return DOCUMENT


@pytest.fixture(scope="session")
def surveyed() -> Survey:
    """Every method of the client, called."""
    return survey()


@pytest.fixture(scope="session")
def senders(document: Document, surveyed: Survey) -> Any:
    """What is sent to each documented operation, by name, and what is sent to none."""
    reached, nowhere = by_operation(document, surveyed.methods)
    count(document, reached)
    return reached, nowhere


def count(document: Document, reached: dict[str, Any]) -> None:
    """`operations 349/349`: those of the document, and those of the open fork besides."""
    own = [operation for operation in document.operations.values() if not operation.fork]
    FIGURES["operations"] = sum(operation.name in reached for operation in own)
    FIGURES["of operations"] = len(own)
    FIGURES["with the fork"] = len(reached)
    FIGURES["of with the fork"] = len(document.operations)


def methods_of(operation: Operation, senders: Any) -> list[Any]:
    """What is sent to an operation; without a method the test is skipped."""
    reached, _ = senders
    if operation.name not in reached:
        pytest.skip("no method yet")
    found: list[Any] = reached[operation.name]
    return found


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The figures, also of a run that passes."""
    lines = []
    if FIGURES["of operations"]:
        lines.append(f"operations {FIGURES['operations']}/{FIGURES['of operations']}")
        lines.append(f"operations with the open fork's {FIGURES['with the fork']}/{FIGURES['of with the fork']}")
    if FIGURES["of answers"]:
        lines.append(f"answers structured {FIGURES['answers']}/{FIGURES['of answers']}")
    if lines:
        terminalreporter.section("contract")
        for line in lines:
            terminalreporter.write_line(line)
