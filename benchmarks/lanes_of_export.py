"""What is measured of the export: the lanes of `export.py`, one in a process."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.measuring import Measured, taken
from benchmarks.payload import PAGE
from benchmarks.processes import serving

sys.path.append(str(Path(__file__).parent))  # a program of its own, it imports what lies beside it

LANES = (
    "bytes", "A", "loads + dumps to .jsonl", "raw slices to .jsonl", "csv by hand", "sqlite by hand", "parquet by hand",
    "export to .jsonl", "export to .csv", "export to .sqlite", "export to .parquet",
)  # fmt: skip


def _program() -> Any:
    import export  # that of this folder

    return export


@contextmanager
def servers(bookings: int) -> Iterator[str]:
    """Two servers, one of few bookings to warm up: where they are, with `/v2`, and a space between."""
    few, many = ((str(_program().SERVER), json.dumps({"bookings": each, "ties": False})) for each in (PAGE, bookings))
    with serving(*few) as first, serving(*many) as second:
        yield f"{first}/v2 {second}/v2"


def lane(server: str, name: str, bookings: int) -> Measured:
    """One of them, everything: to make the client, receive, write and name the file."""
    took: Measured = {}
    with tempfile.TemporaryDirectory() as folder:
        for url, each in zip(server.split(), (PAGE, bookings), strict=True):
            into = Path(folder) / str(each)
            into.mkdir()
            run = dict(_program().lanes(url, each, into))[name]
            with taken() as took:
                asyncio.run(run())
    return took
