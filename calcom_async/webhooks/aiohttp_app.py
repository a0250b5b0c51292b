"""The receiver as an aiohttp application, to run or to hang into another."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from aiohttp import web

from calcom_async.webhooks.hooks import Hooks

__all__ = ["application"]


def application(hooks: Hooks) -> web.Application:
    """An application whose one resource takes deliveries; it starts and stops the receiver."""

    async def deliver(request: web.Request) -> web.Response:
        body = bytearray()
        async for chunk in request.content.iter_chunked(65536):
            body += chunk
            if len(body) > hooks.max_body:
                break
        answer = await hooks.receive(bytes(body), request.headers.items())
        return web.Response(status=answer.status, text=answer.text, headers=answer.headers)

    async def life(_: web.Application) -> AsyncGenerator[None, None]:
        async with hooks:
            yield

    app = web.Application()
    app.router.add_post("/", deliver)
    app.router.add_post("", deliver)
    app.cleanup_ctx.append(life)
    return app
