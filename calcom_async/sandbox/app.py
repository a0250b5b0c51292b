"""The HTTP side: one handler for everything, and the order in which a request is judged.

read body → parse JSON → find the route and its version → rate limit → authenticate → handle → answer. The order is the
real server's: unknown routes, unreadable bodies and unknown keys are refused without rate headers, and a request over
the limit is refused before its body is looked at.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import inspect
import json
import logging
import uuid
from collections import deque
from collections.abc import Callable
from email.utils import formatdate
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_to_bytes

from aiohttp import web
from aiohttp.web_request import BaseRequest
from attrs import define, field, frozen

from calcom_async.sandbox import control, credentials, instants, oauth_page, versions, wire_json
from calcom_async.sandbox.announcements_meetings import Meetings
from calcom_async.sandbox.answers import Answer, ApiError, bare, no_route, refusal, worded
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.fault_effects import Struck
from calcom_async.sandbox.fault_effects import struck as strike
from calcom_async.sandbox.fault_plan import FaultPlan
from calcom_async.sandbox.rate_limit import RateLimiter
from calcom_async.sandbox.routing import Call, Route, Table

logger = logging.getLogger(__name__)

_TOO_LARGE: Final = 413
_LARGEST_BODY: Final = 10 * 1024 * 1024
_SECRET_HEADERS: Final = frozenset({"authorization", "x-cal-secret-key"})
_SECRET_FIELDS: Final = frozenset({"client_secret", "code", "code_verifier", "refresh_token", "refreshToken"})


@frozen(kw_only=True)
class SeenRequest:
    """A request as the sandbox saw it and the status it answered with (None where it dropped the connection)."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Any
    status: int | None
    at: int
    faults: tuple[str, ...] = ()
    """The kinds of the faults that struck it."""


@define(kw_only=True)
class Application:
    """The request handler and what it keeps across requests."""

    backend: Backend
    table: Table
    limiter: RateLimiter
    latency: float = 0.0
    requests: deque[SeenRequest] = field(factory=lambda: deque(maxlen=50_000))
    faults: FaultPlan = field(factory=lambda: FaultPlan(0))
    meetings: Meetings = field(init=False)
    closing: asyncio.Event = field(factory=asyncio.Event)
    """Set when the sandbox stops: nobody has to wait for a stalled answer."""
    watch: Callable[[BaseRequest, SeenRequest, web.Response], None] | None = None
    """Told of every request and its answer while somebody looks on (the page); None costs nothing."""

    def __attrs_post_init__(self) -> None:
        self.meetings = Meetings(self.backend)

    async def handle(self, request: BaseRequest) -> web.StreamResponse:
        """Answer one request. Nothing escapes: what a handler did not foresee becomes the real server's bare 500."""
        path = request.raw_path.partition("?")[0]
        if path.startswith(control.PREFIX):
            return await control.handle(request, self)
        url = _strip_prefix(request.raw_path)
        headers: dict[str, str] = {}
        body: Any = None
        answer: Answer | None = None
        struck: Struck | None = None
        try:
            body = await _read_body(request)
            struck = strike(request, url.partition("?")[0], body, self.faults, self.backend.clock)
            struck.begin()
            if struck.carried_out:
                answer = await self._judge(request, body, headers, struck)
        except ApiError as error:
            if not error.routed:
                headers.clear()
            answer = Answer(error.status, error.render(url, instants.to_wire(self.backend.clock.milliseconds())))
        except Exception:
            logger.exception("sandbox: %s %s failed", request.method, path)
            answer = Answer(500, b'{"statusCode":500,"message":"Internal server error"}')
        if struck is None:
            struck = Struck(self.faults, self.backend.clock)
        answer = struck.replaced(answer, url, body)
        status = None if struck.dropped else answer.status
        seen = self._seen(request, path, body, status, tuple(struck.done))
        self.requests.append(seen)
        await struck.wait(self.closing, self.latency)
        response = self._respond(request, answer, headers)
        if self.watch is not None:
            self.watch(request, seen, response)
        return await struck.send(request, response, self.closing)

    async def _judge(self, request: BaseRequest, body: Any, headers: dict[str, str], struck: Struck) -> Answer:
        url = _strip_prefix(request.raw_path)
        if url.partition("?")[0] == "/health":
            self._count(f"address {request.remote}", headers)
            return Answer(200)
        if url.partition("?")[0] == oauth_page.PATH and self.backend.hosted:
            return oauth_page.answer(self.backend, request.method, request.query, body)
        segments = _segments(url)
        # HEAD is answered as GET without a body, OPTIONS with nothing but permission.
        method = "GET" if request.method == "HEAD" else request.method
        if method == "OPTIONS":
            return Answer(204)
        header = struck.version(request.headers.get("cal-api-version"))
        route, params = self._route(method, url, segments, header)
        try:
            identity = credentials.identify(self.backend, request.headers, params)
        except ApiError as error:
            # An unknown key is refused by the throttler itself, other credentials by whoever comes after it.
            if "CustomThrottlerGuard" not in str(error.error):
                self._count(f"address {request.remote}", headers)
            raise
        caller = identity.counted_as if identity is not None else f"address {request.remote}"
        own = route.limit or (identity.limit(self.limiter.rule) if identity is not None else None)
        replaced = struck.limit(caller, headers)
        verdict = None if replaced else self.limiter.hit(caller, self.backend.clock.seconds(), own)
        if verdict is not None:
            headers.update(self.limiter.headers(verdict, own))
            if not verdict.allowed:
                raise worded(
                    429,
                    "CustomThrottlerGuard - Too many requests. Please try again later.",
                    code="ThrottlerException",
                )
        if identity is None and route.access != "open":
            raise credentials.nobody(route.access)
        refused = identity.refused(method, route.path, public=route.access == "open") if identity is not None else None
        if refused is not None:
            raise refused
        outcome = route.handler(
            Call(
                backend=self.backend,
                method=method,
                url=url,
                query=struck.query(request.query),
                headers=request.headers,
                body=body,
                version=versions.effective(header, self.backend.profile),
                params=params,
                user=identity.user if identity is not None else None,
            )
        )
        return await outcome if inspect.isawaitable(outcome) else outcome

    def _count(self, caller: str, headers: dict[str, str]) -> None:
        verdict = self.limiter.hit(caller, self.backend.clock.seconds())
        if verdict is not None:
            headers.update(self.limiter.headers(verdict))

    def _route(
        self, method: str, url: str, segments: tuple[str, ...], header: str | None
    ) -> tuple[Route, dict[str, str]]:
        for route, params in self.table.find(method, segments):
            if versions.controller(route.family, header, self.backend.profile) == route.controller:
                return route, params
        raise no_route(method, url)

    def _respond(self, request: BaseRequest, answer: Answer, headers: dict[str, str]) -> web.Response:
        if answer.status != _TOO_LARGE:
            headers["X-Request-Id"] = str(uuid.uuid4())
        if self.backend.clock.shifted:
            headers["Date"] = formatdate(self.backend.clock.seconds(), usegmt=True)
        status, body = answer.status, answer.body
        if body:
            headers["Content-Type"] = "application/json; charset=utf-8"
        headers.update(answer.headers)
        if body and status == 200 and request.method in ("GET", "HEAD"):
            headers["ETag"] = tag = _etag(body)
            if request.headers.get("If-None-Match") == tag:
                status, body = 304, b""
        return web.Response(status=status, body=body, headers=headers)

    def _seen(
        self, request: BaseRequest, path: str, body: Any, status: int | None, faults: tuple[str, ...]
    ) -> SeenRequest:
        return SeenRequest(
            method=request.method,
            path=path,
            query={name: request.query.getall(name) for name in request.query},
            headers={name: text for name, text in request.headers.items() if name.lower() not in _SECRET_HEADERS},
            body=_without_secrets(body) if "/oauth" in path else body,
            status=status,
            at=self.backend.clock.milliseconds(),
            faults=faults,
        )


def _without_secrets(body: Any) -> Any:
    if not isinstance(body, dict):
        return body
    return {name: value for name, value in body.items() if name not in _SECRET_FIELDS}


def _strip_prefix(url: str) -> str:
    return url[4:] if url.startswith("/api/v2") else url


def _segments(url: str) -> tuple[str, ...]:
    path = url.partition("?")[0]
    if not path.startswith("/v2/"):
        return ("",)
    found = []
    for segment in path[4:].rstrip("/").split("/"):
        try:
            if "%" in segment:
                _check_escapes(segment)
            found.append(unquote_to_bytes(segment).decode())
        except ValueError:
            raise refusal(400, f"Failed to decode param '{path[1:]}'") from None
    return tuple(found)


def _check_escapes(segment: str) -> None:
    for part in segment.split("%")[1:]:
        bytes.fromhex(part[:2] if len(part) >= 2 else "x")


async def _read_body(request: BaseRequest) -> Any:
    if not request.can_read_body:
        return None
    raw = bytearray()
    async for chunk in request.content.iter_any():
        raw += chunk
        if len(raw) > _LARGEST_BODY:
            raise bare(_TOO_LARGE, "request entity too large")
    kind = request.headers.get("Content-Type", "")
    if raw and kind.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(raw.decode(errors="replace"), keep_blank_values=True))
    if not raw or "json" not in kind:
        return None
    try:
        body = wire_json.loads(bytes(raw))
    except wire_json.NotJson:
        raise refusal(400, _complaint(raw.decode(errors="replace"))) from None
    if not isinstance(body, dict | list):
        text = raw.decode()
        raise refusal(400, f"Unexpected token '{text[0]}', \"{text}\" is not valid JSON")
    return body


def _complaint(text: str) -> str:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()):
            return "Unexpected end of JSON input"
        return f"Unexpected token '{text[error.pos]}', \"{text[:20]}\" is not valid JSON"
    return "Unexpected end of JSON input"


def _etag(body: bytes) -> str:
    digest = base64.b64encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()
    return f'W/"{len(body):x}-{digest[:27]}"'
