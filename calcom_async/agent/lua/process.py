"""The process of a script, seen from outside: started, spoken to, ended. What comes from it is not trusted."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import importlib.util
import json
import os
import signal
import struct
import sys
from pathlib import Path
from typing import Any, Self

from calcom_async.agent.lua.limits import LuaLimits
from calcom_async.errors import ConfigurationError, MissingExtraError

__all__ = ["Process", "ProcessEndedError", "check_installed"]

_LENGTH = struct.Struct(">I")
_LARGEST = 16 << 20
"""No message of a script's process is larger, in bytes."""
_UNAVAILABLE = 78
_HERE = Path(__file__).parent
_CHUNKS = ("errors", "json", "show", "tasks", "environment", "run")


def check_installed() -> None:
    """Refuse before anything else is started.

    Raises:
        MissingExtraError: lupa is not installed.
    """
    if importlib.util.find_spec("lupa") is None:
        raise MissingExtraError("Lua", "lua")


class ProcessEndedError(Exception):
    """The process ended, or says what no script's process says.

    Attributes:
        code: `cpu_limit`, or `crashed`.
    """

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


class Process:
    """A process with a Lua state, made by `start`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._writing = asyncio.Lock()
        assert process.stdin is not None
        assert process.stdout is not None
        self._stdin, self._stdout = process.stdin, process.stdout

    @classmethod
    async def start(cls, limits: LuaLimits) -> Self:
        """Start one: with an empty environment, so that no key is in it, and out of the reach of Ctrl-C.

        Raises:
            MissingExtraError: lupa is not installed.
            ConfigurationError: no process can be started.
        """
        check_installed()
        # Windows needs to know where it is; nothing else is handed on.
        environment = {"SYSTEMROOT": os.environ["SYSTEMROOT"]} if "SYSTEMROOT" in os.environ else {}
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-I", "-S", "-B", str(_HERE / "child.py"),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
                env=environment, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise ConfigurationError(
                f"the process for Lua can't be started: {error.strerror}; Lua needs to start {sys.executable!r}"
            ) from None
        started = cls(process)
        path = [entry or str(Path.cwd()) for entry in sys.path]
        await started.run({"path": path, "memory": limits.memory, "cpu": limits.cpu, "chunks": _chunks()})
        return started

    async def run(self, script: dict[str, Any]) -> None:
        """Hand over a script, or at first the setting."""
        await self._send(b"r", script)

    async def answer(self, answer: dict[str, Any]) -> None:
        """Hand over what a call answers."""
        await self._send(b"a", answer)

    async def _send(self, kind: bytes, message: dict[str, Any]) -> None:
        """Send a message; of a process that ended, the next `receive` tells."""
        body = kind + json.dumps(message, ensure_ascii=False, default=str).encode("utf-8", "replace")
        async with self._writing:
            with contextlib.suppress(ConnectionError):
                self._stdin.write(_LENGTH.pack(len(body)) + body)
                await self._stdin.drain()

    async def receive(self) -> bytes:
        """The next message.

        Raises:
            ProcessEndedError: there is none, and there won't be.
        """
        try:
            (length,) = _LENGTH.unpack(await self._stdout.readexactly(_LENGTH.size))
            if not 0 < length <= _LARGEST:
                raise ProcessEndedError("crashed", "the script's process sent a message of an impossible size")
            return await self._stdout.readexactly(length)
        except asyncio.IncompleteReadError:
            raise await self._ended() from None

    async def _ended(self) -> ProcessEndedError | ConfigurationError:
        code = await self._process.wait()
        if code == _UNAVAILABLE:
            return ConfigurationError("the lupa that is installed brings no Lua 5.4; pip install -U lupa")
        if hasattr(signal, "SIGXCPU") and code == -signal.SIGXCPU:
            return ProcessEndedError("cpu_limit", "the script computed for too long")
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        return ProcessEndedError("crashed", f"the script's process ended unexpectedly ({how})")

    def interrupt(self) -> bool:
        """Ask the script to stop; whether that is possible here."""
        if not hasattr(signal, "SIGUSR1"):
            return False
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGUSR1)
        return True

    def kill(self) -> None:
        """End it at once."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def close(self) -> None:
        """End it, and wait until it has ended."""
        self.kill()
        self._stdin.close()
        with contextlib.suppress(ConnectionError):
            await self._stdin.wait_closed()
        while await self._stdout.read(1 << 16):  # what nobody reads any more would hold up the wait
            pass
        await self._process.wait()


@functools.cache
def _chunks() -> list[str]:
    """The Lua that scripts run within."""
    return [(_HERE / f"{name}.lua").read_text(encoding="utf-8") for name in _CHUNKS]
