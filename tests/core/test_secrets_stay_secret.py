"""Make calls fail in every way with everything switched on, then search all that can be seen for the key."""

from __future__ import annotations

import asyncio
import gc
import io
import logging
import pickle
import traceback
from collections.abc import Iterator

import pytest
from aiohttp import web
from loopback import Loopback, RawServer, error

from calcom_async import AsyncCalCom, CalComError, Limiter

KEY = "cal_live_5ecret5ecret5ecret"


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")


async def sleep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 what\r\nA: b\r\n\r\n")
    await writer.drain()


def everything_of(failure: BaseException) -> str:
    """All a log, a crash reporter or a debugger would show of an exception, with the locals of every frame."""
    told = traceback.TracebackException.from_exception(failure, capture_locals=True)
    text = ["".join(told.format())]
    seen: list[traceback.TracebackException] = [told]
    while seen:
        one = seen.pop()
        seen += [other for other in (one.__cause__, one.__context__) if other is not None]
        text += [str(frame.locals) for frame in one.stack]
    text += [repr(failure), str(failure), repr(vars(failure)), repr(failure.args)]
    text.append(repr(pickle.dumps(failure)))
    return "\n".join(text)


def chain(failure: BaseException | None) -> Iterator[BaseException]:
    """An exception, and those it says it came from."""
    while failure is not None:
        yield failure
        failure = failure.__cause__ or failure.__context__


@pytest.mark.parametrize("how", ["refused", "hang up", "time-out", "nonsense", "401", "500", "redirect"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_the_key_is_nowhere_to_be_seen(
    how: str, method: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    async def handler(_: web.BaseRequest) -> web.StreamResponse:
        if how == "redirect":
            return web.Response(status=302, headers={"Location": "http://127.0.0.1:1/elsewhere"})
        return error(int(how), "no")

    servers = {"hang up": RawServer(hang_up), "time-out": RawServer(sleep), "nonsense": RawServer(nonsense)}
    server: RawServer | Loopback = servers.get(how) or Loopback(handler)
    log = io.StringIO()
    with caplog.at_level(logging.DEBUG):
        async with server:
            url = "http://127.0.0.1:1/v2" if how == "refused" else server.url
            cal = AsyncCalCom(KEY, base_url=url, limiter=Limiter(None), max_retries=1, timeout=0.1)
            cal._channel.transport._jitter = lambda: 0.0
            async with cal:
                with pytest.raises(CalComError) as caught:
                    await cal.request(method, "bookings", json={} if method == "POST" else None)
                shown = everything_of(caught.value)
                # aiohttp's own errors hold requests, with their URLs: none is behind ours.
                assert all(isinstance(each, CalComError) for each in chain(caught.value))
                transport = cal._channel.transport
                shown += repr([cal, vars(cal), transport, vars(transport), transport.auth, cal._channel, cal.limiter])
                shown += repr(vars(cal.limiter))
    shown += caplog.text + log.getvalue() + "".join(capsys.readouterr())
    shown += " ".join(f"{record.args!r} {record.exc_text}" for record in caplog.records)
    assert "calcom_async" in shown
    assert KEY not in shown
    gc.collect()


def test_a_client_is_never_pickled() -> None:
    with pytest.raises(TypeError, match="can't be pickled"):
        pickle.dumps(AsyncCalCom(KEY))
