"""The receiver as an ASGI application, to mount in Starlette or FastAPI."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping, MutableMapping
from typing import Any, TypeAlias

from calcom_async.webhooks.hooks import Answer, Hooks

__all__ = ["application"]

Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]


def application(hooks: Hooks) -> Callable[..., Coroutine[Any, Any, None]]:
    """An application that takes deliveries on any path.

    Frameworks tell a mounted application nothing of start and end, so give `hooks.lifespan` to the outer one; without
    it the receiver starts with the first delivery.
    """

    async def app(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(hooks, receive, send)
        elif scope["type"] == "http":
            await _send(send, await _answer(hooks, scope, receive))
        else:
            await send({"type": "websocket.close"})

    return app


async def _answer(hooks: Hooks, scope: Mapping[str, Any], receive: Receive) -> Answer:
    if scope["method"] != "POST":
        return Answer(status=405, text="POST only", headers={"Allow": "POST"})
    body = bytearray()
    more = True
    while more and len(body) <= hooks.max_body:
        message = await receive()
        if message["type"] == "http.disconnect":
            return Answer(status=400, text="cut off")
        body += message.get("body", b"")
        more = message.get("more_body", False)
    await hooks.start()
    return await hooks.receive(bytes(body), scope["headers"])


async def _send(send: Send, answer: Answer) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    headers += [(name.lower().encode(), value.encode()) for name, value in answer.headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.text.encode()})


async def _live(hooks: Hooks, receive: Receive, send: Send) -> None:
    await receive()
    try:
        await hooks.start()
    except Exception as error:  # noqa: BLE001 - the server has to be told, whatever it is
        await send({"type": "lifespan.startup.failed", "message": str(error)})
        return
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await hooks.stop()
    await send({"type": "lifespan.shutdown.complete"})
