"""The process that a script runs in: Lua with bounded memory, and one pipe in and one out.

It is started as a program of its own, with an empty environment, and imports nothing of this package. All it is told is
the text of scripts, the names of functions and what calls answer; keys never come here. What Lua can reach is one
function that takes bytes and gives bytes, and even that only from within the chunks of this package.

Messages are frames: four bytes of length, then so many bytes. The first byte of those that come says what they are: `r`
a script to run, `a` what a call answers; an answer that comes when its script has ended is nobody's.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import struct
import sys
from collections.abc import Callable
from typing import Any, BinaryIO, Protocol

LENGTH = struct.Struct(">I")
UNAVAILABLE = 78
"""The exit code where there is no Lua to run."""
SPARE = 1 << 16
"""Bytes that an answer may go beyond the limit of memory, until the next call."""
MARGIN = 192 << 20
"""Address space for Python itself and its libraries, in bytes, beside that of Lua."""


class Lua(Protocol):
    """What is used of a lupa runtime."""

    def execute(self, lua_code: Any, *args: Any) -> Any:
        """Run a chunk."""

    def table(self) -> Any:
        """A new table."""

    def get_memory_used(self) -> int:
        """Bytes in use."""
        ...

    def set_max_memory(self, max_memory: int) -> None:
        """Set the most bytes it may use."""


class Connection:
    """The two pipes, and whether somebody asked to stop.

    Args:
        reader: Where messages come from.
        writer: Where they go to.
    """

    def __init__(self, reader: BinaryIO, writer: BinaryIO) -> None:
        self._reader, self._writer = reader, writer
        self.interrupted = False

    def receive(self, kind: bytes) -> bytes | None:
        """The next message of a kind, without what says so; None at the end."""
        while len(head := self._reader.read(LENGTH.size)) == LENGTH.size:
            body = self._reader.read(LENGTH.unpack(head)[0])
            if body[:1] == kind:
                return body[1:]
        return None

    def send(self, message: bytes) -> None:
        """Send a message."""
        self._writer.write(LENGTH.pack(len(message)) + message)
        self._writer.flush()


class Bridge:
    """The one function that Lua calls. It never raises: lupa would hand the exception to the script, as an object.

    Args:
        connection: To the other side.
        memory: The most bytes that Lua may use.
    """

    def __init__(self, connection: Connection, memory: int) -> None:
        self._connection, self._memory = connection, memory
        self.lua: Lua | None = None
        self._kept: bytes | None = None

    def cross(self, message: Any) -> bytes:
        """Do what a message of Lua asks for.

        Args:
            message: `?`: whether to stop; `r`: wait for an answer; anything else is sent.

        Returns:
            The answer; nothing where it does not fit, and it is kept until it is asked for once more; `!` for stop.
        """
        try:
            return self._crossed(message)
        except BaseException:  # noqa: BLE001 - see the class: whatever it is, the process ends here
            _leave(1)
            return b""

    def _crossed(self, message: bytes) -> bytes:
        assert self.lua is not None
        self.lua.set_max_memory(self._memory)
        if message == b"?":
            return b"!" if self._connection.interrupted else b""
        if message != b"r":
            self._connection.send(message)
            return b""
        again = self._kept is not None
        answer = self._kept if again else self._connection.receive(b"a")
        self._kept = None
        if answer is None:
            _leave(0)
            return b""
        # What is handed over must fit for certain: an allocation that fails in here would leave Python by a longjmp.
        used = self.lua.get_memory_used()
        if used + len(answer) > self._memory:
            self._kept = None if again else answer
            answer = b""
        self.lua.set_max_memory(max(self._memory, used + len(answer) + SPARE))
        return answer


def _leave(code: int) -> None:
    os._exit(code)


def _refuse(*_: object) -> Any:
    raise AttributeError("no attributes here")


def serve(
    connection: Connection, setting: dict[str, Any], runtime: Callable[..., Lua], before: Callable[[], None]
) -> None:
    """Run the scripts that come, one after the other, until the other side closes.

    Args:
        connection: To the other side.
        setting: `memory`: the most bytes; `chunks`: the Lua that scripts run within.
        runtime: lupa's, of Lua 5.4.
        before: Called before each.
    """
    bridge = Bridge(connection, setting["memory"])
    lua = bridge.lua = runtime(
        encoding=None,
        register_eval=False,
        register_builtins=False,
        unpack_returned_tuples=False,
        attribute_handlers=(_refuse, _refuse),
        max_memory=setting["memory"],
    )
    # Python's own names go first, and what is left is only seen by the chunks: scripts get a table of their own.
    lua.execute(b"python = nil; package = nil; require = nil; io = nil; dofile = nil; loadfile = nil")
    room = lua.table()
    for text in setting["chunks"]:
        lua.execute(text.encode(), room, bridge.cross)
    while (message := connection.receive(b"r")) is not None:
        connection.interrupted = False
        before()
        lua.set_max_memory(max(setting["memory"], lua.get_memory_used() + len(message) + SPARE))
        connection.send(_handled(room, message))


def _handled(room: Any, message: bytes) -> bytes:
    """What came of one message, whatever state Lua is in."""
    try:
        return bytes(room[b"handle"](message))
    except Exception:  # noqa: BLE001 - out of memory, or the watch that strikes once more: see `recover`
        return bytes(room[b"recover"]())


def confine(memory: int) -> None:
    """Give up what a script never needs: memory, files, processes. Where the system has no limits, Lua's own remain.

    Args:
        memory: The most bytes that Lua may use.
    """
    try:
        import resource
    except ImportError:  # Windows
        return
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (memory + MARGIN, memory + MARGIN))
    for name in ("RLIMIT_NOFILE", "RLIMIT_NPROC", "RLIMIT_FSIZE", "RLIMIT_CORE"):
        number = getattr(resource, name, None)
        if number is None:
            continue
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(number, (0, 0))


def allow_cpu(seconds: float) -> None:
    """Have the system end this process after so many more seconds of computing, for what no watch in Lua can stop."""
    try:
        import resource
    except ImportError:  # Windows: the other side watches the time
        return
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used + seconds) + 1, hard))


def main() -> int:
    """Run as a program: the first message is the setting, the others are scripts."""
    connection = Connection(sys.stdin.buffer, sys.stdout.buffer)
    first = connection.receive(b"r")
    if first is None:
        return 0
    setting = json.loads(first)
    sys.path[:] = setting["path"]

    def interrupt(*_: object) -> None:
        connection.interrupted = True

    if hasattr(signal, "SIGUSR1"):
        signal.signal(signal.SIGUSR1, interrupt)
    try:
        from lupa.lua54 import LuaRuntime  # before files are given up
    except ImportError:
        return UNAVAILABLE
    confine(setting["memory"])
    serve(connection, setting, LuaRuntime, before=lambda: allow_cpu(setting["cpu"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
