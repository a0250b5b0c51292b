"""As fast as the limit allows, and never refused: windows scaled down here, whole ones in virtual time in tests/core.

Measured at full scale by hand (60 s windows, 11 of them, answers after 20 to 800 ms): 99.7 % of 120 requests a minute
and 99.8 % of 500, none refused.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from list_server import KEY, ListServer, Quota, make_rows

from calcom_async import AsyncCalCom
from calcom_async.export import export_bookings

pytestmark = pytest.mark.alone

FULL = os.environ.get("CALCOM_CHAOS") == "full"


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("limit", "window", "windows", "latency"),
    [(120, 5.0, 11, (0.02, 0.1)), (500, 6.0, 11, (0.02, 0.1)), (120, 12.0, 11, (0.02, 0.8))]
    if FULL
    else [(120, 1.5, 3, (0.02, 0.08))],
)
async def test_nearly_all_that_is_allowed_is_used_and_nothing_is_refused(
    tmp_path: Path, limit: int, window: float, windows: int, latency: tuple[float, float]
) -> None:
    # Small pages, so that not too many bookings make a long walk.
    page = 10 if FULL else 60
    rows = make_rows(limit * windows * (page - 2), seed=1, ties=False)
    quota = Quota(limit=limit, window=window)
    async with (
        ListServer(rows=rows, quota=quota, latency=latency, cap=page) as server,
        AsyncCalCom(KEY, base_url=server.url) as cal,
    ):
        report = await export_bookings(cal, tmp_path / "a.jsonl", concurrency=24)
        with (tmp_path / "a.jsonl").open("rb") as file:
            assert sum(1 for _ in file) == report.bookings == len(rows)
    print(f"{limit} in {window} s: {quota.utilisation():.4f} in {len(quota.openings)} windows, used {quota.fills}")
    assert (quota.refused, report.refused) == (0, 0)
    assert len(quota.openings) >= windows - 1
    if not FULL:  # what follows measures time, which the other tests of a run take
        return
    assert quota.filled() > 0.99
    # The margin of 50 ms and the way there and back weigh more in windows of seconds than in those of a minute.
    lost = (0.05 + latency[1]) * (len(quota.openings) - 1)
    allowed = quota.openings[-1] - quota.openings[0] - lost
    assert (len(quota.openings) - 1) * window / allowed > 0.97
