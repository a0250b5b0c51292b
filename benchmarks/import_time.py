"""How long imports take, in whole processes, as multiples of `import aiohttp`: `python benchmarks/import_time.py`.

Rounds are interleaved, so that a busy moment of the machine hits all alike, and medians are compared. What the bare
interpreter takes is shown, and taken off for the second ratio.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time

ROUNDS = 15
ANCHOR = "import aiohttp"
FIRST_BOOKING = """
from calcom_async import AsyncCalCom
from calcom_async.models.bookings import Booking
AsyncCalCom("cal_benchmark").bookings
Booking.from_dict({"uid": "x", "status": "accepted", "start": "2026-12-01T09:00:00.000Z",
                   "end": "2026-12-01T09:30:00.000Z", "attendees": [{"name": "Ada", "email": "ada@example.com"}]})
"""
PROGRAMS = {
    "the bare interpreter": "pass",
    "import calcom_async": "import calcom_async",
    "from calcom_async import AsyncCalCom": "from calcom_async import AsyncCalCom",
    "import, client and first booking structured": FIRST_BOOKING,
    ANCHOR: ANCHOR,
}


def seconds(code: str) -> float:
    """How long an interpreter that runs `code` lives."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-I", "-c", code], check=True)
    return time.perf_counter() - started


def main() -> None:
    for code in PROGRAMS.values():
        seconds(code)  # the first run may have to compile
    taken: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for _ in range(ROUNDS):
        for name, code in PROGRAMS.items():
            taken[name].append(seconds(code))
    medians = {name: statistics.median(each) for name, each in taken.items()}
    bare = medians["the bare interpreter"]
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, medians of {ROUNDS} interleaved rounds")
    print(f"{'':46} {'process':>9} {'x aiohttp':>10} {'without the interpreter':>25}")
    for name, median in medians.items():
        without = (median - bare) / (medians[ANCHOR] - bare)
        print(f"{name:46} {median * 1e3:6.0f} ms {median / medians[ANCHOR]:10.2f} {without:23.2f} x")


if __name__ == "__main__":
    main()
