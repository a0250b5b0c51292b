"""The recorded answers of the reference folder, as answers to operations."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from calcom_async.contract.answers import Answer
from calcom_async.contract.document import Document

OLDEST = "2024-04-15"
"""What a server takes for a missing or unknown `cal-api-version`."""
KNOWN = {"2024-04-15", "2024-06-11", "2024-06-14", "2024-08-13", "2024-09-04"}
"""What the recorded self-hosted server knows."""


def recorded_answers(folder: Path, document: Document) -> Iterator[Answer]:
    """Every successful answer to an operation of the document."""
    for file in sorted((folder / "captures").glob("*.json")):
        capture = json.loads(file.read_text())
        yield from _answer(document, file.name, capture["method"], capture["route"], None, capture)
    for file in sorted((folder / "captures").glob("server*.jsonl")):
        for line in file.read_text().splitlines():
            pair = json.loads(line)
            if "request_headers" not in pair:  # a delivery of a webhook
                continue
            asked = (pair["request_headers"] or {}).get("cal-api-version")
            version = asked if asked in KNOWN else OLDEST
            label = f"{file.stem} {pair['n']} {pair['name']}"
            yield from _answer(document, label, pair["method"], pair["path"], version, pair)


def _answer(document: Document, label: str, method: str, path: str, version: str | None, pair: Any) -> Iterator[Answer]:
    body = pair["body"] or None
    operation = document.find(method, path.partition("?")[0].removeprefix("/api"))
    failed = pair["status"] >= 300 or (isinstance(body, dict) and body.get("status") == "error")
    if operation is not None and not failed:
        if all(variant.version is None for variant in operation.variants):
            version = None  # it does not matter there
        yield Answer(operation=operation.name, label=label, version=version, body=body)
