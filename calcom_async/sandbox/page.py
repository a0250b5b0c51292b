"""The sandbox's page: `/` and what it asks for below `/_sandbox/page/`; everything else is the API's.

It is for the person at this machine only. The page carries the keys of the sandbox's users, so it is served to
loopback addresses, under the sandbox's own name (another site that resolves its name to 127.0.0.1 is refused), and
what it asks for must bring the token that stands in the page.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from aiohttp.web_request import BaseRequest
from attrs import define, field, frozen

from calcom_async.sandbox import control, page_state, wire_json
from calcom_async.sandbox.app import Application
from calcom_async.sandbox.page_feed import STARTED, Feed
from calcom_async.sandbox.rate_limit import RateLimit

PREFIX: Final = "/_sandbox/page"
_FILES: Final = {
    "/": ("page.html", "text/html"),
    f"{PREFIX}/page.css": ("page.css", "text/css"),
    f"{PREFIX}/page.js": ("page.js", "text/javascript"),
}
_FOLDER: Final = Path(__file__).with_name("page")
_TOKEN_PLACE: Final = b"{{token}}"
_LONGEST_BODY: Final = 64 * 1024
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
        " require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@frozen(kw_only=True)
class Visit:
    """Who asks, and how: what decides whether the page answers."""

    peer: str | None
    host: str
    origin: str | None
    fetch_site: str | None
    token: str | None


def objection(visit: Visit, *, hosts: frozenset[str], token: str | None) -> str | None:
    """Why this visit is refused, or None. `token` is None for the files, which need none."""
    if not _is_loopback(visit.peer):
        return "the page is for this machine only"
    if visit.host.lower() not in hosts:
        return "this is not the sandbox's own address"
    if visit.origin is not None and visit.origin.lower() not in _origins(hosts):
        return "another site asks"
    if token is None:
        return None
    if visit.fetch_site not in (None, "same-origin"):
        return "another site asks"
    if visit.token is None or not hmac.compare_digest(visit.token.encode(), token.encode()):
        return "the sandbox was started anew; load the page again"
    return None


def _origins(hosts: frozenset[str]) -> set[str]:
    return {f"http://{host}" for host in hosts}


def _is_loopback(peer: str | None) -> bool:
    try:
        return ipaddress.ip_address((peer or "").partition("%")[0]).is_loopback
    except ValueError:
        return False


def names_of(host: str, port: int) -> frozenset[str]:
    """What may stand in the `Host` header of somebody who means this sandbox."""
    named = {"127.0.0.1", "localhost", "[::1]"}
    if host not in ("0.0.0.0", "::"):  # noqa: S104 (compared, not bound)
        named.add(f"[{host}]" if ":" in host else host)
    return frozenset(f"{name}:{port}" for name in named) | (frozenset(named) if port == 80 else frozenset())


class _UnwiseError(ValueError):
    """A body that makes no sense; its text says why."""


@define(kw_only=True)
class Page:
    """Answers for the page, and passes everything else on to the application untouched."""

    application: Application
    keys: dict[str, str]
    host: str
    port: int
    token: str = field(factory=lambda: secrets.token_urlsafe(24))
    feed: Feed = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.feed = Feed(application=self.application)

    def close(self) -> None:
        """Let go of everybody who looks on."""
        self.feed.close()

    def handle(self, request: BaseRequest) -> Awaitable[web.StreamResponse]:
        """Answer one request."""
        path = request.raw_path.partition("?")[0]
        if path == "/" or path.startswith(PREFIX):
            return self._answer(request, path)
        if path.startswith(control.PREFIX) and self._foreign(request):
            return _refused("another site asks")
        if self.application.watch is not None:
            STARTED.set(time.perf_counter())
        return self.application.handle(request)

    def _foreign(self, request: BaseRequest) -> bool:
        """Whether a web page that is not the sandbox's turns a switch; programs send no `Origin`."""
        origin = request.headers.get("Origin")
        hosts = names_of(self.host, self.port)
        return origin is not None and (
            request.headers.get("Host", "").lower() not in hosts or origin.lower() not in _origins(hosts)
        )

    async def _answer(self, request: BaseRequest, path: str) -> web.StreamResponse:
        static = _FILES.get(path)
        visit = Visit(
            peer=request.remote,
            host=request.headers.get("Host", ""),
            origin=request.headers.get("Origin"),
            fetch_site=request.headers.get("Sec-Fetch-Site"),
            token=request.headers.get("X-Sandbox-Token"),
        )
        refused = objection(visit, hosts=names_of(self.host, self.port), token=None if static else self.token)
        if refused is not None:
            return await _refused(refused)
        if static is not None:
            if request.method not in ("GET", "HEAD"):
                return _json(405, {"message": "Only GET."})
            return self._file(*static)
        try:
            return await self._control(request, path.removeprefix(PREFIX))
        except _UnwiseError as error:
            return _json(400, {"message": str(error)})

    def _file(self, name: str, content_type: str) -> web.Response:
        body = (_FOLDER / name).read_bytes()
        if content_type == "text/html":
            body = body.replace(_TOKEN_PLACE, self.token.encode())
        return web.Response(body=body, headers={**_HEADERS, "Content-Type": f"{content_type}; charset=utf-8"})

    async def _control(self, request: BaseRequest, path: str) -> web.StreamResponse:
        application = self.application
        match request.method, path.split("/")[1:]:
            case "GET", ["state"]:
                return _json(200, {**page_state.world(application.backend, self.keys), **self._settings()})
            case "GET", ["bookings"]:
                start, end = (_instant(request.query.get(name, "")) for name in ("start", "end"))
                return _json(200, page_state.bookings(application.backend, self.keys, start, end))
            case "GET", ["feed"]:
                return await self.feed.serve(request, _HEADERS)
            case "PUT", ["settings"]:
                self._change(await _body(request))
                return _json(200, self._settings())
            case "POST", ["clock"]:
                minutes = _number(await _body(request), "minutes", -1_000_000, 1_000_000)
                application.backend.clock.advance(minutes=minutes)
                return _json(200, {"now": application.backend.clock.milliseconds()})
            case "POST", ["deliveries", number, "resend"] if number.isascii() and number.isdigit():
                deliverer = application.backend.deliverer
                if int(number) >= len(deliverer.sent):
                    return _json(404, {"message": "There is no such delivery."})
                again = await deliverer.resend(deliverer.sent[int(number)])
                return _json(200, {"status": again.status})
            case _:
                return _json(404, {"message": "The page has nothing there."})

    def _settings(self) -> dict[str, Any]:
        rule = self.application.limiter.rule
        limit = None if rule is None else {"limit": rule.limit, "window": rule.window, "block": rule.block}
        return {"rateLimit": limit, "faults": page_state.faults(self.application.faults)}

    def _change(self, body: dict[str, Any]) -> None:
        wanted = body.get("rateLimit", False)
        rule = None
        if isinstance(wanted, dict):
            rule = RateLimit(
                limit=int(_number(wanted, "limit", 1, 1_000_000)),
                window=_number(wanted, "window", 0.1, 86_400),
                block=_number(wanted, "block", 0, 86_400),
            )
        elif wanted is not None:
            raise _UnwiseError("rateLimit must be an object or null.")
        # A new rule is for everybody from now on; whoever was blocked under the old one starts afresh.
        self.application.limiter = type(self.application.limiter)(rule)


def _json(status: int, content: Any) -> web.Response:
    headers = {**_HEADERS, "Content-Type": "application/json; charset=utf-8"}
    return web.Response(status=status, body=wire_json.dumps(content), headers=headers)


async def _refused(why: str) -> web.Response:
    return _json(403, {"message": f"Refused: {why}."})


async def _body(request: BaseRequest) -> dict[str, Any]:
    raw = await request.content.read(_LONGEST_BODY)
    try:
        body = wire_json.loads(raw)
    except wire_json.NotJson:
        raise _UnwiseError("The body must be JSON.") from None
    if not isinstance(body, dict):
        raise _UnwiseError("The body must be a JSON object.")
    return body


def _number(body: dict[str, Any], name: str, least: float, most: float) -> float:
    value = body.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
        raise _UnwiseError(f"{name} must be a number from {least} to {most}.")
    return float(value)


def _instant(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise _UnwiseError("start and end must be milliseconds since the epoch.")
    return int(text)
