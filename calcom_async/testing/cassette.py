"""Answers of a real account, recorded once and played without a network: a small server between client and Cal.com.

It is plain HTTP on loopback, so whatever client the code under test uses can be recorded, and played to.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import parse_qsl

import aiohttp
from aiohttp import web
from aiohttp.web_request import BaseRequest
from anyio.from_thread import start_blocking_portal
from yarl import URL

from calcom_async.sandbox.app import SeenRequest
from calcom_async.settings import Hidden
from calcom_async.testing.cassette_file import MATCHED, Asked, Exchange, Given, load, redacted, save
from calcom_async.testing.request_log import RequestLog

if TYPE_CHECKING:
    from calcom_async import AsyncCalCom, CalCom

__all__ = ["Cassette"]

REPLAY_KEY: Final = "cal_replay"
_PASSED_ON: Final = (
    "Authorization",
    "Accept",
    "Content-Type",
    "cal-api-version",
    "x-cal-client-id",
    "x-cal-secret-key",
)
_HIDDEN: Final = frozenset({"authorization", "x-cal-secret-key"})
_TIMEOUT: Final = aiohttp.ClientTimeout(total=95)


class Cassette:
    """A recording of a real account: made with `record=True`, played without.

    ```python
    with Cassette("cassettes/me.json") as cassette, cassette.blocking_client() as cal:
        cal.me.get()
    ```

    Attributes:
        path: The file.
        unknown: While playing: what was asked and is not in it, a line each.
        requests: What was asked, and assertions about it.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        record: bool = False,
        base_url: str = "",
        api_key: str = REPLAY_KEY,
        match: Sequence[str] = MATCHED,
        redact: Iterable[str] = (),
    ) -> None:
        """Describe it; `with` opens it.

        Args:
            path: The file; written at the end of a recording.
            record: Whether to ask Cal.com and keep its answers.
            base_url: Whom to ask, such as `https://api.cal.com/v2`; for recordings.
            api_key: Your key; for recordings. It is not kept.
            match: What has to agree for a request to be a recorded one: some of `method`, `path`, `query`, `version`
                and `body`.
            redact: Texts to take out besides what looks like keys, addresses, phone numbers, names and secrets.

        Raises:
            ValueError: a recording without `base_url`, or an unknown word in `match`.
        """
        if record and not base_url:
            raise ValueError("a recording needs base_url=")
        if set(match) - set(MATCHED):
            raise ValueError(f"match= is some of {', '.join(MATCHED)}")
        self.path = Path(path)
        self.unknown: list[str] = []
        self.requests = RequestLog(lambda: self._seen)
        self.record = record
        self._base_url = base_url.rstrip("/")
        self._api_key = Hidden(api_key if record else REPLAY_KEY)
        self._match = tuple(match)
        self._redact = tuple(redact)
        self._exchanges: list[Exchange] = []
        self._left: list[Exchange] = []
        self._seen: list[SeenRequest] = []
        self._port = 0
        self._stack = ExitStack()

    @property
    def url(self) -> str:
        """The base URL for clients, ending in `/v2`."""
        return f"http://127.0.0.1:{self._port}/v2"

    @property
    def api_key(self) -> str:
        """The key for clients: yours while recording, a made-up one while playing."""
        return self._api_key

    def client(self, **options: Any) -> AsyncCalCom:
        """An async client of it."""
        from calcom_async import AsyncCalCom

        return AsyncCalCom(options.pop("api_key", self.api_key), base_url=self.url, **options)

    def blocking_client(self, **options: Any) -> CalCom:
        """A blocking client of it."""
        from calcom_async import CalCom

        return CalCom(options.pop("api_key", self.api_key), base_url=self.url, **options)

    def __enter__(self) -> Self:
        if not self.record:
            self._exchanges = load(self.path)
            self._left = list(self._exchanges)
        with ExitStack() as stack:
            portal = stack.enter_context(start_blocking_portal())
            server: AbstractContextManager[int] = portal.wrap_async_context_manager(self._listening())
            self._port = stack.enter_context(server)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.close()
        if self.record and kind is None:
            save(self.path, redacted(self._exchanges, self._redact))

    @asynccontextmanager
    async def _listening(self) -> AsyncGenerator[int]:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=_TIMEOUT) as session:

            async def handle(request: BaseRequest) -> web.Response:
                asked = await _asked(request)
                given = await self._recorded(session, request, asked) if self.record else self._played(asked)
                self._seen.append(_seen(request, asked, given.status))
                headers = {"Content-Type": given.content_type} if given.content_type else {}
                return web.Response(status=given.status, body=given.content(), headers=headers)

            runner = web.ServerRunner(web.Server(handle, access_log=None), shutdown_timeout=0.5)
            await runner.setup()
            try:
                await web.TCPSite(runner, "127.0.0.1", 0).start()
                yield runner.addresses[0][1]
            finally:
                await runner.cleanup()

    async def _recorded(self, session: aiohttp.ClientSession, request: BaseRequest, asked: Asked) -> Given:
        url = URL(f"{self._base_url}/{asked.path}", encoded=True).with_query(
            [(name, value) for name, value in asked.query]
        )
        headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
        body = await request.read()
        try:
            async with session.request(
                request.method, url, data=body or None, headers=headers, allow_redirects=False
            ) as answer:
                given = _given(answer.status, answer.headers.get("Content-Type", ""), await answer.read())
        except (aiohttp.ClientError, TimeoutError) as error:
            return _refusal(502, f"recording: {asked.method} {asked.path} failed: {type(error).__name__}")
        self._exchanges.append(Exchange(asked, given))
        return given

    def _played(self, asked: Asked) -> Given:
        for place, each in enumerate(self._left):
            if each.asked.same(asked, self._match):
                del self._left[place]
                return each.given
        self.unknown.append(self._complaint(asked))
        return _refusal(400, self.unknown[-1])

    def _complaint(self, asked: Asked) -> str:
        """Why a request can't be answered, without what it holds."""
        what = f"{asked.method} {asked.path}"
        times = sum(each.asked.same(asked, self._match) for each in self._exchanges)
        if times:
            return (
                f"{what} was recorded {times} time{'s' if times > 1 else ''} in {self.path.name}, and asked for again"
            )
        near = [each.asked for each in self._exchanges if each.asked.same(asked, ("method", "path"))]
        if near:
            differing = " or ".join(dict.fromkeys(", ".join(each.differing(asked, self._match)) for each in near))
            return f"{what} is in {self.path.name}, but with another {differing}"
        known = ", ".join(dict.fromkeys(f"{each.asked.method} {each.asked.path}" for each in self._exchanges))
        return f"{what} is not in {self.path.name}, which has {known or 'nothing'}"


async def _asked(request: BaseRequest) -> Asked:
    path = request.raw_path.partition("?")[0].removeprefix("/v2").lstrip("/")
    return Asked(
        method=request.method,
        path=path,
        query=sorted([name, value] for name, value in request.query.items()),
        version=request.headers.get("cal-api-version"),
        body=_body(await request.read(), request.headers.get("Content-Type", "")),
    )


def _body(raw: bytes, content_type: str) -> Any:
    if not raw:
        return None
    text = raw.decode(errors="replace")
    if "x-www-form-urlencoded" in content_type:
        return dict(parse_qsl(text))
    try:
        return json.loads(text)
    except ValueError:
        return text


def _given(status: int, content_type: str, raw: bytes) -> Given:
    if not raw:
        return Given(status=status, content_type="")
    text = raw.decode(errors="replace")
    try:
        return Given(status=status, content_type=content_type, body=json.loads(text))
    except ValueError:
        return Given(status=status, content_type=content_type, text=text)


def _refusal(status: int, message: str) -> Given:
    error = {"code": "NotInCassette", "message": message}
    return Given(status=status, content_type="application/json", body={"status": "error", "error": error})


def _seen(request: BaseRequest, asked: Asked, status: int) -> SeenRequest:
    return SeenRequest(
        method=asked.method,
        path=f"/v2/{asked.path}",
        query={name: request.query.getall(name) for name in request.query},
        headers={name: text for name, text in request.headers.items() if name.lower() not in _HIDDEN},
        body=asked.body,
        status=status,
        at=time.time_ns() // 1_000_000,
    )
