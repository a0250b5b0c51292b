"""What the export costs, as ratios within one run: `python benchmarks/export.py [bookings] [rounds] [format ...]`.

A server in a process of its own answers pages of 250 synthetic bookings of 1.3 kB; rounds are interleaved and medians
of the client's CPU time are compared, with their spread. The anchor A is what a good engineer writes by hand: aiohttp
and orjson into plain dicts, eight pages in flight. "Parse" is A without what it takes to receive the same bytes.

A lane's time is that of everything: to make the client, send, receive, read, walk, write, sync and name the file. It
is told in these ways:

- *x A*: everything, against A.
- *x parse*: everything, against parse.
- *after bytes*: without what it takes to receive the same bytes, against parse: what a file costs once its pages are
  there, reading them included.
- *after A*: without all of A, against parse: what a file costs beyond pages that were received and parsed by hand. It
  can be negative, since ours does not parse into dicts.
- *by hand*: everything, against the same format written by hand (`by_hand.py`), in the same round.

JSON lines are judged by *x A*, the other formats by *after bytes*; *by hand* says how near that is to what the format
itself costs. `receive`, `export` and `lanes` are for other benchmarks too.
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
from itertools import zip_longest
from operator import truediv
from pathlib import Path
from typing import Any

import aiohttp
import by_hand
import msgspec
import orjson

from calcom_async import AsyncCalCom
from calcom_async.export import export_bookings

SERVER = Path(__file__).parents[1] / "tests" / "export" / "list_server.py"
KEY = "cal_list_server"
IN_FLIGHT = 8
FORMATS = ("jsonl", "jsonl.gz", "csv", "sqlite", "parquet", "ics")
BY_HAND = {"csv": by_hand.to_csv, "sqlite": by_hand.to_sqlite, "parquet": by_hand.to_parquet}
ANCHORS = {f"export to .{kind}": f"{kind} by hand" for kind in BY_HAND} | {"export to .jsonl": "raw slices to .jsonl"}


class _Page(msgspec.Struct):
    data: list[msgspec.Raw]


_PAGE = msgspec.json.Decoder(_Page)


async def receive(url: str, bookings: int, use: Callable[[bytes], Any]) -> None:
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
    yield "bytes", lambda: receive(url, bookings, len)
    yield "A", lambda: receive(url, bookings, lambda body: orjson.loads(body)["data"])

    async def loads_and_dumps() -> None:
        with (folder / "dumped.jsonl").open("wb") as file:
            await receive(
                url,
                bookings,
                lambda body: file.writelines(orjson.dumps(row) + b"\n" for row in orjson.loads(body)["data"]),
            )

    async def raw_slices() -> None:
        with (folder / "raw.jsonl").open("wb") as file:
            await receive(url, bookings, lambda body: file.write(b"\n".join(_PAGE.decode(body).data) + b"\n"))

    yield "loads + dumps to .jsonl", loads_and_dumps

    async def written_by_hand(kind: str) -> None:
        with BY_HAND[kind](folder / f"by_hand.{kind}") as use:
            await receive(url, bookings, use)

    yield "raw slices to .jsonl", raw_slices
    for kind in BY_HAND:
        yield f"{kind} by hand", lambda kind=kind: written_by_hand(kind)
    for kind in FORMATS:
        yield f"export to .{kind}", lambda kind=kind: export(url, folder / f"bookings.{kind}")


def main() -> None:
    bookings, rounds = (int(given or usual) for given, usual in zip_longest(sys.argv[1:3], (20_000, 5)))
    wanted = sys.argv[3:] or FORMATS
    unwanted = {f"{kind} by hand" for kind in FORMATS if kind not in wanted}
    unwanted |= {f"export to .{kind}" for kind in FORMATS if kind not in wanted}
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
                if name in unwanted:
                    continue
                started, wall = time.process_time(), time.perf_counter()
                asyncio.run(run())
                if number:  # the first round warms up
                    taken.setdefault(name, []).append(time.process_time() - started)
                    walls.setdefault(name, []).append(time.perf_counter() - wall)
    server.communicate()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {bookings} bookings, {rounds} rounds")
    print(
        f"{'':26} {'CPU a booking':>14} {'x A':>6} {'least':>6} {'most':>6} {'x parse':>8} "
        f"{'after bytes':>12} {'after A':>8} {'by hand':>8} {'wall a booking':>15}"
    )
    for name, each in taken.items():
        ratios = [one / a for one, a in zip(each, taken["A"], strict=True)]
        with_anchors = list(zip(each, taken["A"], taken["bytes"], strict=True))
        parse = statistics.median(one / (a - only) for one, a, only in with_anchors)
        after = statistics.median((one - only) / (a - only) for one, a, only in with_anchors)
        beyond = statistics.median((one - a) / (a - only) for one, a, only in with_anchors)
        anchor = taken.get(ANCHORS.get(name, ""))
        against = statistics.median(map(truediv, each, anchor)) if anchor else None
        print(
            f"{name:26} {statistics.median(each) / bookings * 1e6:11.2f} us {statistics.median(ratios):6.2f} "
            f"{min(ratios):6.2f} {max(ratios):6.2f} {parse:8.2f} {after:12.2f} {beyond:8.2f} "
            f"{'' if against is None else f'{against:.2f}':>8} "
            f"{statistics.median(walls[name]) / bookings * 1e6:12.2f} us"
        )


if __name__ == "__main__":
    main()
