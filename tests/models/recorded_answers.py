"""Recorded answers as records: those of given operations, each with what it was read from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import attrs

from calcom_async.core.codec import decode
from calcom_async.core.records import Record, Unknown

Answers = Iterable[tuple[str, str, type[Record]]]
"""Methods (`GET|POST`), a pattern of paths below `/v2`, and what their data are."""


def captures(folder: Path) -> Iterator[tuple[str, str, str, Any]]:
    """(name, method, path, data) of every recorded success."""
    for file in sorted((folder / "captures").glob("*.json*")):
        lines = file.read_text().splitlines() if file.suffix == ".jsonl" else [file.read_text()]
        for capture in map(json.loads, lines):
            if capture.get("status", 500) < 300 and isinstance(capture.get("body"), dict):
                path = re.sub(r"^(/api)?/v2", "", (capture.get("route") or capture["path"]).partition("?")[0])
                yield f"{file.name} {capture.get('n')}", capture["method"], path, capture["body"].get("data")


def records(folder: Path, answers: Answers) -> Iterator[tuple[str, Record, Any]]:
    """(name, record, wire value) of every recorded answer of these operations."""
    for name, method, path, data in captures(folder):
        matching = (cls for methods, p, cls in answers if method in methods.split("|") and re.fullmatch(p, path))
        cls = next(matching, None)
        for wire in (data if isinstance(data, list) else [data]) if cls is not None and data is not None else ():
            yield name, decode(json.loads(json.dumps(wire)), cls), wire


def unexpected(value: Any, path: str = "") -> Iterator[str]:
    """The fields that no record knew, and the members of unions that have no record."""
    if isinstance(value, Record):
        if isinstance(value, Unknown):
            yield f"{path} is unknown"
        yield from (f"{path}.{key}" for key in value.extra)
        for a in attrs.fields(type(value)):
            yield from unexpected(getattr(value, a.name), f"{path}.{a.name}") if a.name[0] != "_" else ()
    elif isinstance(value, tuple):
        for item in value:
            yield from unexpected(item, f"{path}[]")
