"""Every kind of operation under every fault: reads come back right or fail rightly, writes happen once or say so.

Each fault is tried once (the next try passes) and for ever. What an error claims is compared with the database.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from calcom_async import (
    AmbiguousWriteError,
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AsyncCalCom,
    BadRequestError,
    CalComError,
    DecodeError,
    Limiter,
    NotFoundError,
    PaginationError,
    RateLimitError,
    ServerError,
)
from calcom_async.resources import ensure_once
from calcom_async.sandbox import Sandbox
from calcom_async.sandbox.faults import Fault
from calcom_async.testing import Faults
from tests.reliability.measure import NOTHING, held
from tests.reliability.operations import OPERATIONS, Operation

NOW = "2026-04-06T08:00:00Z"
FULL = os.environ.get("CALCOM_CHAOS") == "full"
TRIES = 3 if FULL else 1
"""After the first one."""


@attrs.frozen(kw_only=True)
class Trouble:
    """A fault, and what it comes to.

    Attributes:
        make: the fault, for these requests.
        lasting: what a read raises when it never passes; None where the read comes back right all the same.
        once: what a read raises when it strikes once; None where the next try brings it.
        timeout: seconds for one try.
        may_pass: whether a read may be lucky: what arrived before the reset is an answer.
    """

    make: Callable[..., Fault]
    lasting: type[CalComError] | None
    once: type[CalComError] | None = None
    timeout: float = 30.0
    may_pass: bool = False


def status(number: int, **how: Any) -> Callable[..., Fault]:
    return lambda **which: Faults.status(number, **how, **which)


RESET_HEADERS = {
    "X-RateLimit-Limit-Default": "5",
    "X-RateLimit-Remaining-Default": "0",
    "X-RateLimit-Reset-Default": "0",
}
TROUBLES = {
    "reset before": Trouble(make=lambda **w: Faults.reset("before", **w), lasting=APIConnectionError),
    "reset during": Trouble(make=lambda **w: Faults.reset("during", **w), lasting=APIConnectionError),
    "reset after": Trouble(make=lambda **w: Faults.reset("after", **w), lasting=APIConnectionError, may_pass=True),
    "truncated": Trouble(make=lambda **w: Faults.truncated(0.7, **w), lasting=APIConnectionError),
    "text": Trouble(make=lambda **w: Faults.malformed("text", **w), lasting=APIConnectionError),
    "a page for an answer": Trouble(make=lambda **w: Faults.malformed("html", **w), lasting=APIConnectionError),
    "502": Trouble(make=status(502, shape="html"), lasting=ServerError),
    "524": Trouble(make=status(524, shape="html"), lasting=ServerError),
    "524 after it was done": Trouble(make=status(524, shape="html", done=True), lasting=ServerError),
    "500": Trouble(make=status(500), lasting=ServerError),
    "500 after it was done": Trouble(make=status(500, done=True), lasting=ServerError),
    "503 without a body": Trouble(make=status(503, shape="empty"), lasting=ServerError),
    "408": Trouble(make=status(408, message="Request Timeout"), lasting=APIStatusError),
    "429 that says when": Trouble(make=status(429, headers={"Retry-After": "0"}), lasting=RateLimitError),
    "429 with a reset": Trouble(make=status(429, headers=RESET_HEADERS), lasting=RateLimitError),
    "429 that says nothing": Trouble(make=status(429), lasting=RateLimitError),
    "a stall": Trouble(make=lambda **w: Faults.stall(60, **w), lasting=APITimeoutError, timeout=1.0),
    "a stall before it is done": Trouble(
        make=lambda **w: Faults.stall(60, done=False, **w), lasting=APITimeoutError, timeout=1.0
    ),
    "a stall in the answer": Trouble(
        make=lambda **w: Faults.stall(60, "during", **w), lasting=APITimeoutError, timeout=1.0
    ),
    "a slow answer": Trouble(make=lambda **w: Faults.latency(0.3, **w), lasting=None),
    "a pause in the answer, then a reset": Trouble(
        make=lambda **w: Faults.stall(0.1, "during", **w), lasting=APIConnectionError
    ),
    "lost": Trouble(make=Faults.lost, lasting=APIConnectionError),
    "lost behind a 504": Trouble(make=lambda **w: Faults.lost(504, **w), lasting=ServerError),
    **{
        f"400 {shape}": Trouble(
            make=status(400, shape=shape, message="no such thing"), lasting=BadRequestError, once=BadRequestError
        )
        for shape in ("normal", "validation", "terse", "worded", "bare", *(("keyed", "oauth", "message", "text", "html") if FULL else ()))
    },
}  # fmt: skip


async def attempt(operation: Operation, trouble: Trouble, *, lasting: bool) -> str | None:
    """One cell of the matrix: what is wrong with it."""
    async with Sandbox(bookings=operation.bookings, seed=1, now=NOW, rate_limit=None) as sandbox:
        operation.prepare(sandbox)
        first = None if lasting else 1
        sandbox.faults.add(trouble.make(path=operation.path, method=operation.method, first=first))
        async with sandbox.client(limiter=Limiter(None), timeout=trouble.timeout, max_retries=TRIES) as cal:
            cal._channel.transport._jitter = lambda: 0.0
            result: Any = None
            error: CalComError | None = None
            try:
                result = await operation.call(cal)
            except CalComError as raised:
                error = raised
            for _ in range(50):
                if attrs.evolve(held(cal), tasks=0) == NOTHING:
                    break
                await asyncio.sleep(0.01)
            else:
                return f"leaks {held(cal)}"
            sent = sum(each.method == operation.method for each in sandbox.requests)
        if operation.right is not None:
            expected = trouble.lasting if lasting else trouble.once
            right = operation.right(sandbox)
            return judge_read(result, right, error, None if trouble.may_pass and error is None else expected)
        assert operation.done is not None
        return judge_write(operation, error, operation.done(sandbox), sent)


def judge_read(result: Any, right: Any, error: CalComError | None, expected: type[CalComError] | None) -> str | None:
    """A read brings what is there, or the error that is expected."""
    if error is None and expected is None:
        return None if result == right else f"brought {result!r}"
    if error is None or expected is None or not isinstance(error, expected):
        return f"expected {expected}, got {error!r}"
    return None if not isinstance(error, AmbiguousWriteError) else "a read can't be ambiguous"


def judge_write(operation: Operation, error: CalComError | None, done: int, sent: int) -> str | None:
    """What a write claims agrees with the database; and a POST that may have happened is not sent again."""
    if done not in (0, 1):
        return f"happened {done} times"
    match error:
        case None:
            return None if done == 1 else "claims it was done, and it was not"
        case APIStatusError(may_have_happened=True) if operation.method == "DELETE":
            return None if done == 1 and "earlier try" in str(error) else f"misleads: {error}"
        case AmbiguousWriteError():
            if "POST" not in operation.method:
                return "only a POST is ambiguous"
            if "look" not in str(error) or (operation.path == "bookings" and not error.mark):
                return f"does not say how to look: {error}"
            return None if sent == 1 else f"was sent {sent} times"
        case APIStatusError(may_have_happened=True):
            return None if sent == 1 and "look before" in str(error) else f"was sent {sent} times: {error}"
        case APIConnectionError(may_have_happened=True) | ServerError() | APIStatusError(status_code=408):
            return None if operation.method != "POST" else f"hides that it may have happened: {error!r}"
        case _:
            return None if done == 0 else f"claims it was not done, and it was: {error!r}"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ensure_once, "WAITS", (0.0, 0.0, 0.0))


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "for ever"])
@pytest.mark.parametrize("name", TROUBLES)
async def test_every_operation_under(name: str, lasting: bool) -> None:
    trouble = TROUBLES[name]
    if trouble.lasting is trouble.once and lasting and not FULL:
        pytest.skip("what is never tried again is the same for ever")
    found = await asyncio.gather(*(attempt(each, trouble, lasting=lasting) for each in OPERATIONS.values()))
    wrong = {operation: what for operation, what in zip(OPERATIONS, found, strict=True) if what is not None}
    assert wrong == {}


@pytest.mark.parametrize("garbage", ["empty", "encoding", "record"])
@pytest.mark.parametrize("name", OPERATIONS)
async def test_an_answer_that_can_not_be_read(name: str, garbage: Any) -> None:
    """What a success says may be unreadable for good; then it is no wrong answer, and nothing is done twice."""
    operation = OPERATIONS[name]
    async with Sandbox(bookings=operation.bookings, seed=1, now=NOW, rate_limit=None) as sandbox:
        operation.prepare(sandbox)
        sandbox.faults.add(Faults.malformed(garbage, path=operation.path, method=operation.method))
        async with sandbox.client(limiter=Limiter(None), strict=True) as cal:
            cal._channel.transport._jitter = lambda: 0.0
            error: CalComError | None = None
            result: Any = None
            try:
                result = await operation.call(cal)
            except CalComError as raised:
                error = raised
            if error is not None:
                unread: tuple[type[CalComError], ...] = (DecodeError, APIConnectionError)
                if garbage == "empty" and operation.path != "bookings" and operation.is_read:
                    unread = (NotFoundError,)  # so Cal.com answers for a record that is not yours
                elif garbage == "empty":
                    unread = (DecodeError,)  # nobody looked for a record
                if operation.method == "DELETE":
                    unread = (BadRequestError,)  # repeated, and told that there is nothing any more
                assert isinstance(error, unread), repr(error)
            else:
                # An empty list is a list, a raw request shows what it got, and a delete wants no answer.
                assert operation.right is None or result == operation.right(sandbox) or not result
        if operation.done is not None:
            assert operation.done(sandbox) == 1


@pytest.mark.parametrize("name", OPERATIONS)
async def test_nobody_listens(name: str) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))  # bound, and not listening: refused
        url = f"http://127.0.0.1:{reserved.getsockname()[1]}/v2"
        async with AsyncCalCom("cal_x", base_url=url, limiter=Limiter(None)) as cal:
            cal._channel.transport._jitter = lambda: 0.0
            with pytest.raises(APIConnectionError, match="refused") as caught:
                await OPERATIONS[name].call(cal)
            assert not caught.value.may_have_happened
            assert attrs.evolve(held(cal), tasks=0) == NOTHING


@pytest.mark.parametrize("name", OPERATIONS)
async def test_whoever_listens_late_is_reached(name: str) -> None:
    """Refused first, so nothing happened: every operation is tried again, a POST as well."""
    operation = OPERATIONS[name]
    async with Sandbox(bookings=operation.bookings, seed=1, now=NOW, rate_limit=None) as sandbox:
        operation.prepare(sandbox)
        with socket.socket() as reserved:
            reserved.bind(("127.0.0.1", 0))
            port = reserved.getsockname()[1]
            cal = AsyncCalCom(sandbox.api_key, base_url=f"http://127.0.0.1:{port}/v2", limiter=Limiter(None))
            cal._channel.transport._jitter = lambda: 0.3
            call = asyncio.ensure_future(operation.call(cal))
            await asyncio.sleep(0.05)
        server = await relay(port, sandbox)
        try:
            result = await call
        finally:
            await cal.close()
            server.close()
        assert operation.right is None or result == operation.right(sandbox)
        assert operation.done is None or operation.done(sandbox) == 1


async def relay(port: int, sandbox: Sandbox) -> asyncio.Server:
    """Passes connections on to the sandbox."""
    host, _, rest = sandbox.url.removeprefix("http://").partition(":")

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection(host, int(rest.partition("/")[0]))
        await asyncio.gather(pump(reader, there[1]), pump(there[0], writer), return_exceptions=True)

    return await asyncio.start_server(serve, "127.0.0.1", port)


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "for ever"])
@pytest.mark.parametrize("how", ["timeout", "offset"])
async def test_the_cursor_list_misbehaves(how: Any, lasting: bool) -> None:
    operation = OPERATIONS["list by cursor"]
    async with Sandbox(bookings=operation.bookings, seed=1, now=NOW, rate_limit=None) as sandbox:
        sandbox.faults.add(Faults.cursor(how, seconds=0.05, first=None if lasting else 1))
        async with sandbox.client(limiter=Limiter(None)) as cal:
            cal._channel.transport._jitter = lambda: 0.0
            if how == "offset" and not lasting:
                with pytest.raises(PaginationError, match="from offsets to cursors") as changed:
                    await operation.call(cal)
                assert changed.value.position is not None
            elif how == "timeout" and lasting:
                with pytest.raises(ServerError) as caught:
                    await operation.call(cal)
                assert caught.value.status_code == 524
                assert caught.value.position is not None
            else:
                assert operation.right is not None
                assert await operation.call(cal) == operation.right(sandbox)
