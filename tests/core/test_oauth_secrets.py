"""Make renewals fail in every way with everything switched on, then search all that can be seen for a token."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from aiohttp import web
from loopback import Loopback, RawServer, error, raw
from test_secrets_stay_secret import everything_of, hang_up, nonsense, sleep

from calcom_async import (
    AsyncCalCom,
    CalComError,
    FileTokens,
    Limiter,
    ManagedUser,
    MemoryTokens,
    OAuth2,
    PlatformClient,
    Tokens,
)
from calcom_async.core.transport import Options
from calcom_async.settings import Hidden

ACCESS, REFRESH, NEXT, SECRET = "acc3ss-5ecret", "r3fresh-5ecret", "n3xt-5ecret", "cl13nt-5ecret"
SECRETS = (ACCESS, REFRESH, NEXT, SECRET)
FRESH = {
    "access_token": NEXT,
    "refresh_token": NEXT,
    "expires_in": 1800,
    "data": {"accessToken": NEXT, "refreshToken": NEXT},
}


def tokens() -> Tokens:
    return Tokens(access_token=ACCESS, refresh_token=REFRESH)


def made(kind: str, store: Any) -> Any:
    return (
        OAuth2("client-1", SECRET, token_store=store)
        if kind == "OAuth2"
        else ManagedUser(7, PlatformClient("client-1", SECRET), token_store=store, force=False)
    )


@pytest.mark.parametrize("how", ["hang up", "time-out", "nonsense", "400", "401", "500", "no tokens", "full disk"])
@pytest.mark.parametrize("kind", ["OAuth2", "ManagedUser"])
async def test_no_token_is_to_be_seen(
    how: str,
    kind: str,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Any,
) -> None:
    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        if request.method == "GET":
            return error(401, "Invalid Access Token.")
        if how == "no tokens":
            return raw({"refresh_token": NEXT, "data": {"refreshToken": NEXT}})
        return error(int(how), "no") if how.isdigit() else raw(FRESH)

    async def refused_then(serve: Any, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if head.startswith(b"GET"):
            writer.write(b"HTTP/1.1 401 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
        elif serve is sleep:
            await asyncio.sleep(0.5)
        elif serve is nonsense:
            writer.write(b"HTTP/1.1 what\r\nA: b\r\n\r\n")
            await writer.drain()

    raws = {"hang up": hang_up, "time-out": sleep, "nonsense": nonsense}
    serve = raws.get(how)
    server: Any = RawServer(lambda r, w: refused_then(serve, r, w)) if serve is not None else Loopback(handler)
    store: Any = MemoryTokens(tokens())
    if how == "full disk":
        store = FileTokens(tmp_path / "tokens.json")
        await store.save(tokens())

        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("calcom_async.core.token_stores_file.os.fsync", full)
    if how == "time-out":
        monkeypatch.setattr("calcom_async.core.transport.Options", lambda: Options(timeout=0.2))
    auth = made(kind, store)
    with caplog.at_level(logging.DEBUG):
        async with server:
            cal = AsyncCalCom(auth=auth, base_url=server.url, limiter=Limiter(None), max_retries=0)
            cal._channel.transport._jitter = lambda: 0.0
            async with cal:
                with pytest.raises((CalComError, OSError)) as caught:
                    await cal.request("GET", "bookings")
                shown = everything_of(caught.value)
                transport = cal._channel.transport
                shown += repr(
                    [cal, vars(cal), transport, vars(transport), transport.auth, vars(transport.auth), auth, vars(auth)]
                )
                shown += repr([store, vars(store), cal._channel])
    shown += caplog.text + "".join(capsys.readouterr())
    shown += " ".join(f"{record.args!r} {record.exc_text}" for record in caplog.records)
    assert "client-1" in shown
    for secret in SECRETS:
        assert secret not in shown


async def test_a_body_that_could_not_be_sent_is_not_to_be_seen() -> None:
    cal = AsyncCalCom("cal_x", base_url="http://127.0.0.1:1/v2", limiter=Limiter(None), max_retries=0)
    async with cal:
        with pytest.raises(CalComError) as caught:
            await cal.request("POST", "x", json={"refreshToken": Hidden(REFRESH)})
    assert REFRESH not in everything_of(caught.value)
