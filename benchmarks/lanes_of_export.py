"""What is measured of the export: the lanes of `export.py`, one in a process."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.lanes_of_lists import with_requests
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


@contextmanager
def far_servers(bookings: int, latencies: Sequence[int]) -> Iterator[str]:
    """One for each latency, in milliseconds: where they are, with `/v2`, and spaces between."""
    with ExitStack() as stack:
        given = [{"bookings": bookings, "ties": False, "latency": [each / 1000] * 2} for each in latencies]
        urls = [stack.enter_context(serving(str(_program().SERVER), json.dumps(each))) for each in given]
        yield " ".join(f"{url}/v2" for url in urls)


def far(url: str, name: str, bookings: int) -> Measured:
    """Everything of a list that is some way off: `export`, or page after page with `requests`."""
    if name == "requests":
        return with_requests(url, bookings, PAGE, _program().KEY)
    with tempfile.TemporaryDirectory() as folder, taken() as took:
        asyncio.run(_program().export(url, Path(folder) / "bookings.jsonl"))
    return took


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
