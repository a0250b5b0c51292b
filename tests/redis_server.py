"""A real Redis on loopback, for tests: no persistence, a free port, gone when the test is over."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

import pytest

NOTHING_KEPT = ("--save", "", "--appendonly", "no")
PROGRAM = shutil.which("redis-server")


def _free_port() -> int:
    """A port whose neighbour 10,000 further on is free as well: there a cluster's nodes talk to each other."""
    while True:
        with socket.socket() as probe, socket.socket() as neighbour:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
            try:
                neighbour.bind(("127.0.0.1", port + 10_000))
            except (OSError, OverflowError):
                continue
            return port


class RedisServer:
    """`with RedisServer() as server: server.url`; `stop` and `start` in between are an outage.

    Args:
        options: Further options of redis-server.
        configuration: A file of settings for a sentinel, which is what is started then.
    """

    def __init__(self, *options: str, configuration: Path | None = None) -> None:
        if PROGRAM is None:
            pytest.skip("no redis-server on this machine: apt-get install redis-server")
        self._program = PROGRAM
        self.folder = tempfile.TemporaryDirectory(prefix="redis-")
        self.port = _free_port()
        self._first = () if configuration is None else (str(configuration), "--sentinel")
        self._options = (*NOTHING_KEPT, *options) if configuration is None else ()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def socket(self) -> str:
        return f"{self.folder.name}/redis.sock"

    def start(self) -> None:
        self._process = subprocess.Popen(
            [self._program, *self._first, "--port", str(self.port), "--bind", "127.0.0.1", "--unixsocket", self.socket,
             "--dir", self.folder.name, *self._options],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + 10
        while True:
            try:
                if self.command("PING").startswith(b"+PONG"):
                    return
            except OSError:
                pass
            assert self._process.poll() is None, "redis-server ended at once"
            assert time.monotonic() < until, "redis-server does not answer"
            time.sleep(0.01)

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def command(self, *words: str) -> bytes:
        """Send one command with short words; the start of the answer as it comes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(" ".join(words).encode() + b"\r\n")
            return connection.recv(65536)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.folder.cleanup()
