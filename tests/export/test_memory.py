"""Memory stays where it is, however much is exported: the peak of a process for each format, small against large."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from test_survives import served

from calcom_async.export.sinks import FORMATS

pytestmark = pytest.mark.alone

FULL = os.environ.get("CALCOM_CHAOS") == "full"
SMALL, LARGE = (20_000, 200_000) if FULL else (5_000, 25_000)
SCRIPT = r"""
import asyncio, pathlib, re, sys
from calcom_async import AsyncCalCom
from calcom_async.export import export_bookings
async def main():
    async with AsyncCalCom("cal_list_server", base_url=sys.argv[1]) as cal:
        report = await export_bookings(cal, sys.argv[2])
        # Not getrusage(): its peak is that of the process which started this one, if that was larger.
        peak = re.search(r"VmHWM:\s+(\d+)", pathlib.Path("/proc/self/status").read_text())
        print(report.bookings, peak[1])
asyncio.run(main())
"""


def peak(bookings: int, path: Path) -> int:
    """The most memory (kB) an export of so many bookings takes."""
    with served(bookings=bookings, ties=False) as url:
        command = [sys.executable, "-c", SCRIPT, url, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    exported, memory = map(int, done.stdout.split())
    assert exported == bookings
    path.unlink()
    return memory


@pytest.mark.skipif(sys.platform != "linux", reason="peaks are read from /proc")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", [*FORMATS, "jsonl.gz"] if FULL else ["jsonl", "sqlite", "parquet"])
def test_many_times_the_bookings_take_no_more_memory(tmp_path: Path, kind: str) -> None:
    pytest.importorskip({"parquet": "pyarrow", "ics": "icalendar"}.get(kind, "json"))
    small, large = (peak(count, tmp_path / f"a.{kind}") for count in (SMALL, LARGE))
    print(f"{kind}: {small / 1024:.1f} MB with {SMALL} bookings, {large / 1024:.1f} MB with {LARGE}")
    assert large <= small * 1.1 + 1024
