"""One core behind every framework: each over real HTTP, with the answers of the core."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import http.client
import os
import socket
import threading
import traceback
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from aiohttp import web

from calcom_async.webhooks import Hooks, Journal, app
from calcom_async.webhooks.wsgi import ThreadReceiver

from .samples import SECRET, delivery, envelope, numbered

PATH = "/hooks/cal"


def post(port: int, body: bytes, headers: dict[str, str], *, path: str = PATH, method: str = "POST") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def check(port: int, *, path: str = PATH) -> None:
    """What every receiver answers."""
    body, headers = numbered(1)
    assert post(port, body, headers, path=path) == (200, "accepted")
    assert post(port, body, headers, path=path) == (200, "a repeat")
    assert post(port, *delivery(b"{}", secret="wrong"), path=path)[0] == 401
    assert post(port, *delivery(b"{"), path=path)[0] == 400
    assert post(port, *delivery(b" " * 5000), path=path)[0] == 413
    assert post(port, *delivery(envelope("OOO_CREATED")), path=path) == (200, "accepted")
    assert post(port, b"", {}, path=path, method="GET")[0] == 405


def receiver(got: list[Any], **options: Any) -> Hooks:
    hooks = Hooks(secret=SECRET, max_body=4096, **options)
    hooks.on_any()(lambda event: got.append(event.trigger))
    return hooks


@contextlib.asynccontextmanager
async def served(application: web.Application) -> AsyncIterator[int]:
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def test_aiohttp() -> None:
    got: list[Any] = []
    outer = web.Application()
    outer.add_subapp(PATH, receiver(got).aiohttp())
    async with served(outer) as port:
        await asyncio.to_thread(check, port)
    assert got == ["BOOKING_CREATED", "OOO_CREATED"], "what was accepted is handled before the end"


async def test_an_application_of_one_handler() -> None:
    got: list[Any] = []

    async def handle(event: Any) -> None:
        got.append(event.uid)

    async with served(app(handle, secret=SECRET, workers=1)) as port:
        assert (await asyncio.to_thread(post, port, *numbered(7), path="/"))[0] == 200
    assert got == ["uid7"]


@contextlib.asynccontextmanager
async def uvicorn_server(application: Any, **options: Any) -> AsyncIterator[int]:
    uvicorn = pytest.importorskip("uvicorn")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(application, log_level="warning", ws="none", **options))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:
            await asyncio.sleep(0.01)
        yield listening.getsockname()[1]
        server.should_exit = True
        await serving


async def test_starlette() -> None:
    from starlette.applications import Starlette
    from starlette.routing import Mount

    got: list[Any] = []
    hooks = receiver(got)
    outer = Starlette(routes=[Mount(PATH, hooks.asgi())], lifespan=hooks.lifespan)
    async with uvicorn_server(outer) as port:
        assert hooks.running
        await asyncio.to_thread(check, port, path=f"{PATH}/")
    assert not hooks.running
    assert got == ["BOOKING_CREATED", "OOO_CREATED"]


async def test_asgi_on_its_own_and_without_a_lifespan() -> None:
    for lifespan in ("on", "off"):
        got: list[Any] = []
        hooks = receiver(got)
        async with uvicorn_server(hooks.asgi(), lifespan=lifespan) as port:
            assert hooks.running == (lifespan == "on")
            await asyncio.to_thread(check, port)
            await hooks.idle()
        assert got == ["BOOKING_CREATED", "OOO_CREATED"]
        await hooks.stop()


async def test_asgi_reads_a_body_in_pieces_and_no_further_than_its_limit() -> None:
    body, headers = numbered(1)
    scope = {"type": "http", "method": "POST", "headers": [(k.encode(), v.encode()) for k, v in headers.items()]}
    for pieces, expected in (
        ([body[:10], body[10:], b""], 200),
        ([b" " * 3000, b" " * 3000, b"never read"], 413),
        ([body[:10], None], 400),
    ):
        sent: list[Any] = []
        left = list(pieces)

        async def receive(left: list[Any] = left) -> dict[str, Any]:
            piece = left.pop(0)
            if piece is None:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": piece, "more_body": bool(left)}

        async def send(message: dict[str, Any], sent: list[Any] = sent) -> None:
            sent.append(message)

        hooks = receiver([])
        await hooks.asgi()(scope, receive, send)
        await hooks.stop()
        assert sent[0]["status"] == expected
        assert left == ([b"never read"] if expected == 413 else [])


async def test_asgi_tells_the_server_when_it_can_not_start(tmp_path: Path) -> None:
    (tmp_path / "hooks.sqlite").write_bytes(b"no database" * 99)
    messages = [{"type": "lifespan.startup"}]
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    await receiver([], journal=tmp_path / "hooks.sqlite").asgi()({"type": "lifespan"}, receive, send)
    assert sent[0]["type"] == "lifespan.startup.failed"
    assert "no journal" in sent[0]["message"]


class Silent(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None: ...


@contextlib.contextmanager
def wsgi_server(application: Any) -> Iterator[int]:
    with make_server("127.0.0.1", 0, application, handler_class=Silent) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_wsgi() -> None:
    got: list[Any] = []
    with receiver(got).wsgi() as application, wsgi_server(application) as port:
        check(port)
    assert got == ["BOOKING_CREATED", "OOO_CREATED"]


def test_flask() -> None:
    from flask import Flask, request

    got: list[Any] = []
    cal = receiver(got).wsgi()
    flask = Flask("shop")

    @flask.post(PATH)
    def deliver() -> tuple[str, int]:
        answer = cal.receive(request.get_data(), request.headers.items())
        return answer.text, answer.status

    with cal, wsgi_server(flask) as port:
        check(port)
    assert got == ["BOOKING_CREATED", "OOO_CREATED"]


def test_flask_with_the_receiver_beside_it() -> None:
    from flask import Flask
    from werkzeug.middleware.dispatcher import DispatcherMiddleware

    got: list[Any] = []
    flask = Flask("shop")
    cal = receiver(got).wsgi()
    with cal, wsgi_server(DispatcherMiddleware(flask.wsgi_app, {PATH: cal})) as port:
        check(port)
        assert post(port, b"", {}, path="/", method="GET")[0] == 404
    assert got == ["BOOKING_CREATED", "OOO_CREATED"]


def test_django() -> None:
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.http import HttpRequest, HttpResponse
    from django.urls import path
    from django.views.decorators.csrf import csrf_exempt
    from django.views.decorators.http import require_POST

    got: list[Any] = []
    cal = receiver(got).wsgi()

    @csrf_exempt
    @require_POST
    def deliver(request: HttpRequest) -> HttpResponse:
        answer = cal.receive(request.body, request.headers)
        return HttpResponse(answer.text, status=answer.status)

    urls = type("urls", (), {"urlpatterns": [path(PATH[1:], deliver)]})
    if not settings.configured:
        settings.configure(ROOT_URLCONF=urls, ALLOWED_HOSTS=["*"], SECRET_KEY="k", LOGGING_CONFIG=None)
    with cal, wsgi_server(get_wsgi_application()) as port:
        check(port)
    assert got == ["BOOKING_CREATED", "OOO_CREATED"]


def test_a_thread_that_is_told_to_stop_can_start_again(tmp_path: Path) -> None:
    got: list[Any] = []
    cal = receiver(got, journal=tmp_path / "hooks.sqlite").wsgi()
    for number in range(2):
        assert cal.receive(*numbered(number)).status == 200
        cal.stop()
    with Journal(tmp_path / "hooks.sqlite") as journal:
        waiting = journal.waiting()
    assert len(got) + waiting == 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_child_has_a_thread_of_its_own(tmp_path: Path) -> None:
    """As gunicorn --preload does: the receiver runs before the workers are made."""
    log = tmp_path / "log"

    def handle(event: Any) -> None:
        with log.open("a") as file:
            file.write(f"{event.uid} {os.getpid()}\n")

    hooks = Hooks(secret=SECRET, journal=tmp_path / "hooks.sqlite")
    hooks.on_any()(handle)
    cal = ThreadReceiver(hooks)
    _accepted_and_handled(cal, 1, log)
    with pytest.warns(DeprecationWarning, match="fork") if _fork_warns() else contextlib.nullcontext():
        child = os.fork()
    if child == 0:
        try:
            gc.collect()  # what the child let go of must do nothing to the parent
            _accepted_and_handled(cal, 2, log)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    _accepted_and_handled(cal, 3, log)
    cal.stop()
    assert {tuple(line.split()) for line in log.read_text().splitlines()} == {
        ("uid1", str(os.getpid())),
        ("uid2", str(child)),
        ("uid3", str(os.getpid())),
    }


def _fork_warns() -> bool:
    import sys

    return sys.version_info >= (3, 12)


def _accepted_and_handled(cal: ThreadReceiver, number: int, log: Path) -> None:
    assert cal.receive(*numbered(number)).text == "accepted"
    for _ in range(1000):
        if log.exists() and f"uid{number} {os.getpid()}\n" in log.read_text():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it was not handled")
