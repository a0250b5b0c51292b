"""`Lua`: scripts in a process of their own, with their calls answered from here."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from calcom_async.accounts import DEFAULT
from calcom_async.agent.lua.answering import Answering, vocabulary
from calcom_async.agent.lua.limits import LuaLimits
from calcom_async.agent.lua.process import Process, ProcessEndedError
from calcom_async.agent.lua.result import LuaResult
from calcom_async.agent.lua.source import with_reserved_fields
from calcom_async.agent.toolkit import Toolkit
from calcom_async.errors import InvalidRequestError
from calcom_async.guesses import naming_arguments

__all__ = ["Lua", "run_lua"]

_log = logging.getLogger(__name__)
_GRACE = 1.0
"""Seconds that an interrupted script has to stop by itself."""
_LEAST = 16
"""What a line of output counts as, in bytes; as in environment.lua."""
_LOOSE = 1000
"""Requests beyond the calls that are allowed, for documentation and names."""
_MESSAGE = 4 << 20
"""The largest arguments of a call, in bytes of JSON."""
_ADVICE = {
    "cpu_limit": "do less in one run, or raise the CPU limit; look for a loop or a pattern without an end",
    "crashed": "run it again; if it stays, raise the memory limit",
}


class Lua:
    """A Lua state for scripts that call Cal.com; what a script leaves in its globals is there for the next one.

    `async with Lua(toolkit) as lua: …`. It lives in a process that is started by the first script, and that holds no
    key: calls are made here, by the toolkit. A script that has to be killed takes the state with it; the next starts
    afresh.

    Args:
        toolkit: Makes the calls.
        account: The account of calls that name none; by default the toolkit's default one.
        limits: What each script may use.
        dry_run: Only say what would be sent; nothing that writes is.
    """

    @naming_arguments
    def __init__(
        self,
        toolkit: Toolkit,
        *,
        account: str | None = None,
        limits: LuaLimits | None = None,
        dry_run: bool = False,
    ) -> None:
        if account not in {None, DEFAULT, *toolkit.account_names}:
            raise InvalidRequestError(f"there is no account {account!r}; use one of {', '.join(toolkit.account_names)}")
        self.toolkit, self.account, self.dry_run = toolkit, account, dry_run
        self.limits = limits or LuaLimits()
        self._process: Process | None = None
        self._run: _Run | None = None

    async def run(
        self,
        script: str,
        *,
        name: str = "script",
        interactive: bool = False,
        on_output: Callable[[str], None] | None = None,
    ) -> LuaResult:
        """Run a script. Whatever goes wrong in it is in the result.

        Args:
            script: Lua 5.4; fields may have the names of reserved words.
            name: What errors call it, such as a file's name.
            interactive: Take an expression as well, and print its value.
            on_output: Is given the output as it comes.

        Raises:
            MissingExtraError: lupa is not installed.
            ConfigurationError: no process can be started for it.
            InvalidRequestError: another script runs in this state.
        """
        if self._run is not None:
            raise InvalidRequestError("another script runs in this Lua state; make another Lua for it")
        run = self._run = _Run(self, name, on_output)
        try:
            return await run.result(script, interactive=interactive)
        except BaseException:
            await self._forget()
            raise
        finally:
            self._run = None

    def interrupt(self) -> None:
        """Stop the script that runs: it ends with an error, and the state stays unless it has to be killed."""
        if self._run is not None:
            self._run.interrupt()

    async def close(self) -> None:
        """End the process."""
        await self._forget()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def _started(self) -> tuple[Process, dict[str, Any]]:
        """The process, and what it has to be told first."""
        if self._process is not None:
            return self._process, {}
        self._process = await Process.start(self.limits)
        most = {
            "output_limit": self.limits.output,
            "message_limit": _MESSAGE,
            "result_limit": self.limits.result,
        }
        return self._process, vocabulary(self.toolkit) | most

    async def _forget(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            await asyncio.shield(process.close())


class _Run:
    """One run of a script."""

    def __init__(self, lua: Lua, name: str, on_output: Callable[[str], None] | None) -> None:
        self._lua, self._limits, self._on_output = lua, lua.limits, on_output
        self._name = "".join(c if c.isprintable() and c != ":" else "_" for c in name)[:60] or "script"
        self._answering = Answering(lua.toolkit, lua.account, lua.dry_run)
        self._turns = asyncio.Semaphore(lua.limits.parallel)
        self._under_way: set[asyncio.Task[None]] = set()
        self._output: list[str] = []
        self._written = self._calls = self._requests = 0
        self._process: Process | None = None
        self._stop: dict[str, Any] | None = None

    async def result(self, script: str, *, interactive: bool) -> LuaResult:
        """Run it to its end, whatever that is."""
        begun = time.perf_counter()
        report: Mapping[str, Any]
        try:
            async with asyncio.timeout(self._limits.wall):
                report = await self._reported(script, interactive=interactive)
        except (ProcessEndedError, TimeoutError) as end:
            await self._lua._forget()
            report = {"error": self._told(end), "state_lost": True}
        finally:
            await self._end_calls()
        return self._made(report, time.perf_counter() - begun)

    async def _reported(self, script: str, *, interactive: bool) -> Mapping[str, Any]:
        if len(script) > self._limits.source:
            advice = "put less into one script"
            return {"error": _error("too_large", f"a script has at most {self._limits.source} characters", advice)}
        self._process, first = await self._lua._started()
        source = {"source": with_reserved_fields(script), "name": self._name, "interactive": interactive}
        await self._process.run({**first, **source, "cpu_limit": self._limits.cpu})
        if self._stop is not None:  # interrupted before there was a process
            self.interrupt()
        while True:
            message = await self._process.receive()
            if message[:1] == b"o":
                self._write(message[1:])
                continue
            request = _decoded(message)
            if request.get("op") == "done":
                return request
            self._take(request)

    def _write(self, output: bytes) -> None:
        self._written += max(len(output), _LEAST)
        if self._written > self._limits.output + (
            64 << 10
        ):  # it stops itself before; else it isn't our chunks that run
            raise ProcessEndedError("crashed", "the script's process writes without end")
        text = output.decode("utf-8", "replace")
        self._output.append(text)
        if self._on_output is not None:
            self._on_output(text)

    def _take(self, request: Mapping[str, Any]) -> None:
        """Begin to answer a request."""
        self._requests += 1
        self._calls += request.get("op") == "call"
        if self._stop is None and (self._calls > self._limits.calls or self._requests > self._limits.calls + _LOOSE):
            advice = "do more with one call (limit, filters), or raise the limit of calls"
            self._stop = _error("call_limit", f"the script made more than {self._limits.calls} calls", advice)
        if self._requests > self._limits.calls + 2 * _LOOSE:
            raise ProcessEndedError("crashed", "the script's process goes on after its end")
        task = asyncio.create_task(self._answer(request))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _answer(self, request: Mapping[str, Any]) -> None:
        assert self._process is not None
        answer: dict[str, Any] = {"stop": self._stop}
        if self._stop is None:
            async with self._turns:
                answer = await self._answered(request)
        if self._stop is not None:
            answer = {"stop": self._stop}
        await self._process.answer({"id": request.get("id"), **answer})

    async def _answered(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of a request, whatever happens: the script waits for it."""
        try:
            return await self._answering.answer(request)
        except asyncio.CancelledError:  # interrupted, which `_stop` tells
            return {}
        except Exception as error:  # noqa: BLE001 - a defect must not let the script wait for ever
            _log.exception("a call of a Lua script failed")
            message = f"an error of calcom-async itself: {type(error).__name__}"
            return {"error": _error("internal", message, "don't repeat the call; report it to the project")}

    def interrupt(self) -> None:
        """Stop it: tell the script, and take back what is under way; kill it where it does not hear."""
        self._stop = _error("interrupted", "interrupted", "run it again")
        for task in self._under_way:
            task.cancel()
        if self._process is not None:
            grace = _GRACE if self._process.interrupt() or self._under_way else 0.0
            asyncio.get_running_loop().call_later(grace, self._kill_if_deaf)

    def _kill_if_deaf(self) -> None:
        if self._lua._run is self and self._process is not None:
            self._process.kill()

    async def _end_calls(self) -> None:
        self._stop = self._stop or _error("interrupted", "the run has ended", "run it again")
        for task in (under_way := list(self._under_way)):
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    def _told(self, end: BaseException) -> dict[str, Any]:
        """The error of a run that did not end by itself."""
        if self._stop is not None:
            return self._stop
        if isinstance(end, ProcessEndedError):
            return _error(end.code, str(end), _ADVICE[end.code])
        advice = "do less in one run, or raise the limit of time"
        return _error("wall_limit", f"the script took more than {self._limits.wall:g} s", advice)

    def _made(self, report: Mapping[str, Any], seconds: float) -> LuaResult:
        error: Mapping[str, Any] | None = report.get("error")
        output = "".join(self._output)
        meta: dict[str, Any] = {
            "lua": "5.4",
            "account": self._lua.account or self._lua.toolkit.default_account,
            "dry_run": self._lua.dry_run,
            "output_characters": len(output),
            "output_truncated": len(output) > self._limits.shown,
        }
        if error is not None:
            meta["error"] = dict(error)
            meta["incomplete"] = bool(report.get("incomplete"))
            meta["state_lost"] = bool(report.get("state_lost"))
        return LuaResult(
            success=error is None,
            output=_shown(output, self._limits.shown),
            error=None if error is None else _line(self._name, error),
            result=json.loads(report.get("result_json") or "null") if error is None else None,
            execution_time_ms=round(seconds * 1000, 3),
            memory_usage=report.get("memory", 0),
            integration_calls=tuple(self._answering.calls),
            meta=meta,
        )


async def run_lua(
    script: str,
    toolkit: Toolkit,
    *,
    account: str | None = None,
    limits: LuaLimits | None = None,
    dry_run: bool = False,
) -> LuaResult:
    """Run one script in a Lua state of its own. Whatever goes wrong in it is in the result.

    Args:
        script: Lua 5.4; fields may have the names of reserved words, as in `{ end = "…" }`.
        toolkit: Makes its calls.
        account: The account of calls that name none; by default the toolkit's default one.
        limits: What it may use.
        dry_run: Only say what would be sent; nothing that writes is.

    Raises:
        MissingExtraError: lupa is not installed.
        ConfigurationError: no process can be started for it.
        InvalidRequestError: there is no such account.
    """
    async with Lua(toolkit, account=account, limits=limits, dry_run=dry_run) as lua:
        return await lua.run(script)


def _decoded(message: bytes) -> dict[str, Any]:
    """A message of a script's process, which may be anything."""
    try:
        request = json.loads(message)
    except (ValueError, RecursionError):
        request = None
    if not isinstance(request, dict):
        raise ProcessEndedError("crashed", "the script's process sent what is no message")
    return request


def _error(code: str, message: str, advice: str) -> dict[str, Any]:
    return {"code": code, "message": message, "advice": advice}


def _line(name: str, error: Mapping[str, Any]) -> str:
    """An error as one line: where, what happened, what to do."""
    line, message, advice = error.get("line"), str(error.get("message")), error.get("advice")
    where = f"{name}:{line}: "
    place = where if line is not None and not message.startswith(where) else ""
    return f"{place}{message}" + (f"; {advice}" if advice else "")


def _shown(output: str, most: int) -> str:
    """An output without its middle, where it is too long."""
    if len(output) <= most:
        return output
    head = most * 2 // 3
    tail = most - head
    return f"{output[:head]}\n… {len(output) - most:,} characters left out …\n{output[-tail:]}"
