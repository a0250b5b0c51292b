"""The receiver for blocking programs: a WSGI application, and `receive` for a view of Flask or Django."""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import TimeoutError as WaitTimeoutError
from http import HTTPStatus
from typing import Any, Self

from calcom_async.errors import CalComError
from calcom_async.webhooks.hooks import Answer, Hooks
from calcom_async.webhooks.reading import Headers, header_pairs

__all__ = ["ThreadReceiver"]

PATIENCE = 7.0
"""Seconds to wait for the journal; Cal.com waits 8."""


class ThreadReceiver:
    """Runs a receiver in a thread with an event loop of its own, from the first delivery (or `start`) on.

    It is itself a WSGI application. After a fork the child starts a thread of its own.
    """

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks
        self._lock = threading.Lock()
        self._life: _Life | None = None
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget)

    def _forget(self) -> None:
        """In a forked child: the parent's thread is not here, and what it accepted is the parent's to handle."""
        running = self._hooks._running
        if running is not None and running.owns_journal:
            running.journal.close()
        self._lock = threading.Lock()
        self._life = None
        self._hooks._running = None

    def start(self) -> Self:
        """Start the thread, so that what an earlier process left in the journal is handled before anything comes.

        Raises:
            ConfigurationError: the journal can't be opened.
        """
        with self._lock:
            if self._life is None:
                self._life = _Life(self._hooks)
        return self

    def stop(self, *, grace: float = 10.0) -> None:
        """Stop; see `Hooks.stop`. Done at the end of the process, too."""
        with self._lock:
            life, self._life = self._life, None
        if life is not None:
            life.end(grace)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def receive(self, body: bytes, headers: Headers) -> Answer:
        """Accept a delivery, from any thread; see `Hooks.receive`."""
        if len(body) > self._hooks.max_body:
            return Answer(status=413, text="too long")
        self.start()
        life = self._life
        if life is None:
            return Answer(status=503, text="not running", headers={"Retry-After": "10"})
        pairs = header_pairs(headers)  # read in this thread: a framework's headers may be bound to it
        waiting = asyncio.run_coroutine_threadsafe(self._hooks.receive(body, pairs), life.loop)
        try:
            return waiting.result(PATIENCE)
        except WaitTimeoutError:
            waiting.cancel()
            return Answer(status=503, text="busy", headers={"Retry-After": "10"})

    def __call__(self, environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """WSGI."""
        if environ["REQUEST_METHOD"] != "POST":
            answer = Answer(status=405, text="POST only", headers={"Allow": "POST"})
        else:
            headers = {name[5:].replace("_", "-"): v for name, v in environ.items() if name.startswith("HTTP_")}
            headers["Content-Type"] = environ.get("CONTENT_TYPE", "")
            answer = self.receive(_body(environ, self._hooks.max_body), headers)
        status = f"{answer.status} {HTTPStatus(answer.status).phrase}"
        start_response(status, [("Content-Type", "text/plain; charset=utf-8"), *answer.headers.items()])
        return [answer.text.encode()]


def _body(environ: Mapping[str, Any], limit: int) -> bytes:
    """The body, or its beginning where it is longer than `limit`."""
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        length = limit + 1
    parts, left = [], min(max(length, 0), limit + 1)
    while left > 0 and (part := stream.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


class _Life:
    """One thread with one loop, from start to end."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="calcom_async.webhooks", daemon=True)
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(hooks.start(), self.loop).result()
        except CalComError:
            self._close()
            raise
        self._at_exit = lambda: self.end(grace=10.0)
        atexit.register(self._at_exit)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def end(self, grace: float) -> None:
        atexit.unregister(self._at_exit)
        asyncio.run_coroutine_threadsafe(self._hooks.stop(grace=grace), self.loop).result()
        self._close()

    def _close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
