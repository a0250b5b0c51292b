"""The page's feed: requests with their answers, deliveries and the state of things, as server-sent events.

Nothing is kept for it while nobody looks on: a watcher sets the application's `watch`, and the last one to leave takes
it away again. Each watcher has a queue of bounded length; what does not fit is counted, not kept.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextvars import ContextVar
from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.web_request import BaseRequest
from attrs import define, field

from calcom_async.sandbox import page_state, wire_json
from calcom_async.sandbox.app import Application, SeenRequest
from calcom_async.sandbox.backend import Backend, key_digest
from calcom_async.sandbox.deliveries import Delivery

STARTED: Final = ContextVar("sandbox.page.started", default=0.0)
"""When the request of this task came in; a connection's task has one at a time."""
_PAST: Final = 50
"""How many requests from before the page was opened it is told of."""
_LONGEST_QUEUE: Final = 500
_LONGEST_TEXT: Final = 32 * 1024
_TICK: Final = 0.5
_TELLING: Final = ("cal-api-version", "content-type", "if-none-match", "x-cal-client-id")
_OF_PAGE: Final = "X-Sandbox-Page"


@define(eq=False)
class _Watcher:
    entries: deque[dict[str, Any]] = field(factory=lambda: deque(maxlen=_LONGEST_QUEUE))
    skipped: int = 0
    wake: asyncio.Event = field(factory=asyncio.Event)

    def take(self) -> list[dict[str, Any]]:
        """What came since, emptied."""
        taken = list(self.entries)
        self.entries.clear()
        self.wake.clear()
        return taken

    def add(self, entry: dict[str, Any]) -> None:
        """Queue one more, at the cost of the oldest."""
        if len(self.entries) == _LONGEST_QUEUE:
            self.skipped += 1
        self.entries.append(entry)
        self.wake.set()


@define(kw_only=True)
class Feed:
    """Tells everybody who looks on."""

    application: Application
    _watchers: set[_Watcher] = field(factory=set)
    _closed: bool = False

    async def serve(self, request: BaseRequest, headers: dict[str, str]) -> web.StreamResponse:
        """Stream until the visitor leaves or the sandbox stops."""
        response = web.StreamResponse(headers={**headers, "Content-Type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        watcher = _Watcher()
        self._watchers.add(watcher)
        self.application.watch = self._seen
        try:
            await self._stream(response, watcher)
        except ConnectionResetError:
            pass  # the visitor left
        finally:
            self._watchers.discard(watcher)
            if not self._watchers:
                self.application.watch = None
        return response

    def close(self) -> None:
        """Let every visitor go, so that stopping waits for nobody."""
        self._closed = True
        for watcher in self._watchers:
            watcher.wake.set()

    async def _stream(self, response: web.StreamResponse, watcher: _Watcher) -> None:
        backend = self.application.backend
        text = _event("past", [_past(each) for each in list(self.application.requests)[-_PAST:]])
        told, state = max(0, len(backend.deliverer.sent) - _PAST), b""
        while not self._closed:
            entries, skipped, watcher.skipped = watcher.take(), watcher.skipped, 0
            text += b"".join(_event("request", entry) for entry in entries)
            if skipped:
                text += _event("skipped", skipped)
            sent = backend.deliverer.sent
            text += b"".join(_event("delivery", _delivery(place, sent[place])) for place in range(told, len(sent)))
            told = len(sent)
            now = self._state(backend)
            if now != state:
                text += _event("state", wire_json.loads(now) | {"now": backend.clock.milliseconds()})
                state = now
            await response.write(text or b": still here\n\n")
            text = b""
            # An event that is never set within a tick only means that there is nothing to tell but the state.
            try:
                await asyncio.wait_for(watcher.wake.wait(), _TICK)
            except TimeoutError:
                continue

    def _state(self, backend: Backend) -> bytes:
        """What makes the page look again when it changes."""
        rule = self.application.limiter.rule
        offset = backend.clock.milliseconds() - time.time_ns() // 1_000_000
        return wire_json.dumps(
            {
                "bookings": backend.bookings.version,
                "records": backend.store.changes,
                "clock": round(offset / 1000),
                "rateLimit": None if rule is None else [rule.limit, rule.window, rule.block],
                "faults": page_state.faults(self.application.faults),
            }
        )

    def _seen(self, request: BaseRequest, seen: SeenRequest, response: web.Response) -> None:
        body = response.body if isinstance(response.body, bytes) else b""
        entry = _entry(seen, request.raw_path) | {
            "milliseconds": round((time.perf_counter() - STARTED.get()) * 1000, 1),
            "user": _user(self.application.backend, request),
            "answer": {
                "headers": dict(response.headers),
                "text": body[:_LONGEST_TEXT].decode(errors="replace"),
                "length": len(body),
            },
        }
        for watcher in self._watchers:
            watcher.add(entry)


def _entry(seen: SeenRequest, url: str) -> dict[str, Any]:
    headers = {name.lower(): text for name, text in seen.headers.items()}
    body = None if seen.body is None else wire_json.dumps(seen.body)
    return {
        "at": seen.at,
        "method": seen.method,
        "url": url,
        "status": seen.status,
        "headers": {name: headers[name] for name in _TELLING if name in headers},
        "body": None if body is None else body[:_LONGEST_TEXT].decode(errors="replace"),
        "cut": body is not None and len(body) > _LONGEST_TEXT,
        "faults": seen.faults,
        "page": headers.get(_OF_PAGE.lower()),
    }


def _past(seen: SeenRequest) -> dict[str, Any]:
    query = urlencode([(name, text) for name, texts in seen.query.items() for text in texts])
    return _entry(seen, f"{seen.path}?{query}" if query else seen.path)


def _user(backend: Backend, request: BaseRequest) -> str | None:
    """Whose key it came with."""
    key = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    record = backend.store.keys.get(key_digest(key)) if key else None
    user = backend.store.users.get(record["userId"]) if record is not None else None
    return user["username"] if user is not None else None


def _delivery(place: int, delivery: Delivery) -> dict[str, Any]:
    return {
        "place": place,
        "url": delivery.url,
        "trigger": delivery.trigger,
        "headers": delivery.headers,
        "status": delivery.status,
        "text": delivery.body[:_LONGEST_TEXT].decode(errors="replace"),
    }


def _event(name: str, content: Any) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + wire_json.dumps(content) + b"\n\n"
