"""Answers that don't arrive as they should: cut off, or followed by a reset of the connection."""

from __future__ import annotations

import contextlib
import socket
import struct

from aiohttp import web
from aiohttp.web_request import BaseRequest

_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER on, no time: closing sends a reset rather than an orderly end."""


def reset(request: BaseRequest) -> None:
    """Reset the connection of a request. What was written before has left already."""
    transport = request.transport
    if transport is None:
        return
    plain = transport.get_extra_info("socket")
    if plain is not None:
        with contextlib.suppress(OSError):
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    transport.abort()


async def begin(request: BaseRequest, response: web.Response, share: float) -> web.StreamResponse:
    """Send the headers, which promise the whole body, and this share of it."""
    body = response.body if isinstance(response.body, bytes) else b""
    headers = {name: text for name, text in response.headers.items() if name != "Content-Length"}
    stream = web.StreamResponse(status=response.status, headers=headers)
    stream.content_length = len(body)
    await stream.prepare(request)
    if request.method != "HEAD":
        await stream.write(body[: int(len(body) * share)])
    return stream
