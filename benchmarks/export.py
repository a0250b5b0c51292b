"""What the export costs, as ratios within one run: `python benchmarks/export.py [bookings] [rounds]`.

A server in a process of its own answers pages of 250 synthetic bookings of 1.3 kB; rounds are interleaved and medians
of the client's CPU time are compared, with their spread. The anchor A is what a good engineer writes by hand: aiohttp
and orjson into plain dicts, eight pages in flight. "Parse" is A without what it takes to receive the same bytes.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import orjson

from calcom_async import AsyncCalCom
from calcom_async.export import export_bookings

SERVER = Path(__file__).parents[1] / "tests" / "export" / "list_server.py"
KEY = "cal_list_server"
IN_FLIGHT = 8
FORMATS = ("jsonl", "jsonl.gz", "csv", "sqlite", "parquet", "ics")


class _Page(msgspec.Struct):
    data: list[msgspec.Raw]


_PAGE = msgspec.json.Decoder(_Page)


async def by_hand(url: str, bookings: int, use: Callable[[bytes], Any]) -> None:
    """Every page by skip, eight in flight; nothing but the bytes, handed to `use`."""
    skips = iter(range(0, bookings, 250))
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as session:

        async def work() -> None:
            for skip in skips:
                query = {"take": "250", "skip": str(skip), "sortCreated": "asc"}
                async with session.get(f"{url}/bookings", params=query) as answer:
                    use(await answer.read())

        await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))


async def export(url: str, path: Path) -> None:
    """Ours."""
    async with AsyncCalCom(KEY, base_url=url) as cal:
        report = await export_bookings(cal, path, concurrency=IN_FLIGHT)
        assert report.complete


def lanes(url: str, bookings: int, folder: Path) -> Iterator[tuple[str, Callable[[], Awaitable[None]]]]:
    """What is compared, by name."""
    yield "bytes", lambda: by_hand(url, bookings, len)
    yield "A", lambda: by_hand(url, bookings, lambda body: orjson.loads(body)["data"])

    async def loads_and_dumps() -> None:
        with (folder / "dumped.jsonl").open("wb") as file:
            await by_hand(
                url,
                bookings,
                lambda body: file.writelines(orjson.dumps(row) + b"\n" for row in orjson.loads(body)["data"]),
            )

    async def raw_slices() -> None:
        with (folder / "raw.jsonl").open("wb") as file:
            await by_hand(url, bookings, lambda body: file.write(b"\n".join(_PAGE.decode(body).data) + b"\n"))

    yield "loads + dumps to .jsonl", loads_and_dumps
    yield "raw slices to .jsonl", raw_slices
    for kind in FORMATS:
        yield f"export to .{kind}", lambda kind=kind: export(url, folder / f"bookings.{kind}")


def main() -> None:
    bookings, rounds = (int(argument) for argument in (*sys.argv[1:], "20000", "5")[:2])
    server = subprocess.Popen(
        [sys.executable, str(SERVER), json.dumps({"bookings": bookings, "ties": False})],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stdout is not None
    url = f"http://127.0.0.1:{int(server.stdout.readline())}/v2"
    taken: dict[str, list[float]] = {}
    walls: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds + 1):
            for name, run in lanes(url, bookings, Path(folder)):
                started, wall = time.process_time(), time.perf_counter()
                asyncio.run(run())
                if number:  # the first round warms up
                    taken.setdefault(name, []).append(time.process_time() - started)
                    walls.setdefault(name, []).append(time.perf_counter() - wall)
    server.communicate()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {bookings} bookings, {rounds} rounds")
    print(f"{'':28} {'CPU a booking':>14} {'x A':>6} {'least':>6} {'most':>6} {'x parse':>8} {'wall a booking':>15}")
    bytes_only = statistics.median(taken["bytes"])
    for name, each in taken.items():
        ratios = [one / a for one, a in zip(each, taken["A"], strict=True)]
        parse = [one / (a - bytes_only) for one, a in zip(each, taken["A"], strict=True)]
        print(
            f"{name:28} {statistics.median(each) / bookings * 1e6:11.2f} us {statistics.median(ratios):6.2f} "
            f"{min(ratios):6.2f} {max(ratios):6.2f} {statistics.median(parse):8.2f} "
            f"{statistics.median(walls[name]) / bookings * 1e6:12.2f} us"
        )


if __name__ == "__main__":
    main()
