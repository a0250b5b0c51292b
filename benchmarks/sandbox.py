"""What the sandbox costs, as figures: `python benchmarks/sandbox.py [bookings] [seconds]` (1,000,000 and 5 by default).

- *starts*: from entering an empty `Sandbox` to listening, and the same of a whole Python process.
- *made*: how long a file database of that many bookings takes, how large it is, how long it takes to open again.
- *pages*: lists of 250 bookings, asked for over two kept connections by a client that only counts bytes, from the first
  pages and from anywhere. `/s` is by the wall clock, `/s of a core` by the CPU time of the server's process: the latter
  says what one core does where others use the machine as well.
- *memory*: the greatest that the server's process had resident.
"""

from __future__ import annotations

import json
import os
import platform
import random
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from calcom_async.sandbox import Sandbox

NOW = "2026-04-06T08:00:00Z"
PAGE = 250
CONNECTIONS = 2


def serve(database: str, bookings: int) -> None:
    """The server's process: says where it is and what it took, then what it used whenever it is asked."""
    started = time.perf_counter()
    with Sandbox(bookings=bookings, db=database, now=NOW, rate_limit=None) as sandbox:
        took = time.perf_counter() - started
        print(json.dumps({"port": int(sandbox.url.split(":")[2].split("/")[0]), "key": sandbox.api_key, "took": took}))
        sys.stdout.flush()
        for _ in sys.stdin:
            used = resource.getrusage(resource.RUSAGE_SELF)
            # Linux counts kilobytes, macOS bytes.
            resident = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
            print(json.dumps({"cpu": used.ru_utime + used.ru_stime, "resident": resident}), flush=True)


class Server:
    """A sandbox in a process of its own."""

    def __init__(self, database: str, bookings: int) -> None:
        command = [sys.executable, __file__, "--serve", database, str(bookings)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        told = self._read()
        self.port, self.key, self.took = told["port"], told["key"], told["took"]

    def used(self) -> dict[str, float]:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self._read()

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)

    def _read(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


def ask(server: Server, furthest: int, until: float, counted: list[int]) -> None:
    """Ask for pages on one connection, one after the other; only the length of the answer is read."""
    rng = random.Random(furthest)
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        pending = b""
        while time.perf_counter() < until:
            skip = rng.randrange(furthest) * PAGE
            connection.sendall(
                f"GET /v2/bookings?take={PAGE}&skip={skip} HTTP/1.1\r\nHost: x\r\ncal-api-version: 2024-08-13\r\n"
                f"Authorization: Bearer {server.key}\r\n\r\n".encode()
            )
            while b"\r\n\r\n" not in pending:
                pending += connection.recv(1 << 20)
            head, _, pending = pending.partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head[:200]
            left = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]) - len(pending)
            while left > 0:
                left -= len(connection.recv(min(left, 1 << 20)))
            pending = b""
            counted.append(1)


def pages(server: Server, furthest: int, seconds: float) -> str:
    """How many pages a second."""
    counted: list[int] = []
    ask(server, furthest, time.perf_counter() + 0.5, [])  # warm
    before, started = server.used()["cpu"], time.perf_counter()
    threads = [
        threading.Thread(target=ask, args=(server, furthest, started + seconds, counted)) for _ in range(CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took, cpu = time.perf_counter() - started, server.used()["cpu"] - before
    return f"{len(counted) / took:,.0f}/s, {len(counted) / cpu:,.0f}/s of a core"


def starts() -> str:
    def once() -> float:
        began = time.perf_counter()
        with Sandbox():
            return time.perf_counter() - began

    once()
    inside = statistics.median(once() for _ in range(7))
    program = "from calcom_async.sandbox import Sandbox\nwith Sandbox(): pass"
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True)
    return f"{inside * 1000:.0f} ms; a whole process {(time.perf_counter() - began) * 1000:.0f} ms"


def main(bookings: int, seconds: float) -> None:
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"starts empty: {starts()}")
    with tempfile.TemporaryDirectory() as folder:
        database = str(Path(folder) / "sandbox.db")
        server = Server(database, bookings)
        print(f"made: {bookings:,} bookings in {server.took:.1f} s, of CPU {server.used()['cpu']:.1f} s", end="; ")
        print(f"memory {server.used()['resident'] / 2**20:,.0f} MiB")
        server.stop()
        size = sum(each.stat().st_size for each in Path(folder).iterdir())
        server = Server(database, 0)
        print(f"file: {size / 2**20:,.0f} MiB, {size / bookings:,.0f} B a booking; opened again in {server.took:.2f} s")
        print(f"pages of {PAGE} among the first 40: {pages(server, min(40, bookings // PAGE), seconds)}")
        print(f"pages of {PAGE} from anywhere: {pages(server, bookings // PAGE, seconds)}")
        print(f"memory while serving: {server.used()['resident'] / 2**20:,.0f} MiB")
        server.stop()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(sys.argv[2], int(sys.argv[3]))
    else:
        main(
            int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000,
            float(sys.argv[2]) if len(sys.argv) > 2 else 5.0,
        )
