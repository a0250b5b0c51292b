"""The server over streamable HTTP: on loopback only, and only for who has the token."""

from __future__ import annotations

import asyncio
import hmac
import os
import secrets
import socket
import stat
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from calcom_async.errors import ConfigurationError

if TYPE_CHECKING:
    from mcp.server import Server

__all__ = ["TOKEN_VARIABLE", "Token", "find_token", "listen", "serve_http"]

HOST = "127.0.0.1"
PATH = "/mcp"
TOKEN_VARIABLE = "CALCOM_MCP_TOKEN"  # noqa: S105 - the name of the variable
SHORTEST_TOKEN = 16
"""Characters; a shorter token can be guessed."""

_Message = MutableMapping[str, Any]
_Application = Callable[
    [_Message, Callable[[], Awaitable[_Message]], Callable[[_Message], Awaitable[None]]], Awaitable[None]
]
"""What ASGI calls an application."""


@attrs.frozen(kw_only=True)
class Token:
    """What a client has to show.

    Attributes:
        value: The token.
        source: Where it is from, for people; None for one that was just made.
    """

    value: str = attrs.field(repr=False)
    source: str | None = None


def find_token(file: Path | None = None, environment: Mapping[str, str] | None = None) -> Token:
    """The token: that of a file, else `CALCOM_MCP_TOKEN`, else a new one.

    Args:
        file: A file that holds it, which only its owner may read.
        environment: By default that of this process.

    Raises:
        ConfigurationError: a file that can't be read or that others may read, or a token that can be guessed.
    """
    if file is not None:
        return Token(value=_checked(_content(file), file.name), source=file.name)
    given = (os.environ if environment is None else environment).get(TOKEN_VARIABLE, "").strip()
    if given:
        return Token(value=_checked(given, TOKEN_VARIABLE), source=TOKEN_VARIABLE)
    return Token(value=secrets.token_urlsafe(32))


def _content(file: Path) -> str:
    try:
        with file.open(encoding="ascii") as opened:
            mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
            if os.name == "posix" and mode & 0o077:
                raise ConfigurationError(
                    f"others may read {file.name} (mode {mode:o}), and it holds a token; chmod 600 {file.name}"
                )
            return opened.read().strip()
    except UnicodeDecodeError:
        raise ConfigurationError(f"{file.name} holds no token; write one line of letters and digits into it") from None
    except OSError as error:
        raise ConfigurationError(f"{file.name} can't be read ({error.strerror}); check its path") from None


def _checked(token: str, source: str) -> str:
    if len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigurationError(
            f"{source} holds no token of {SHORTEST_TOKEN} letters and digits or more; leave it out to have one made"
        )
    return token


def listen(port: int) -> socket.socket:
    """Take a port on loopback.

    Args:
        port: Which one; 0 takes a free one.

    Raises:
        OSError: another program has it.
    """
    return socket.create_server((HOST, port))


async def serve_http(server: Server[Any], taken: socket.socket, token: Token, stopped: asyncio.Event) -> None:
    """Serve until told to stop.

    Args:
        server: See `build_server`.
        taken: The port, see `listen`; it is closed at the end.
        token: What a client has to show.
        stopped: Ends it.
    """
    import uvicorn
    from mcp.server.transport_security import TransportSecuritySettings

    port = taken.getsockname()[1]
    names = (f"{HOST}:{port}", f"localhost:{port}")
    application: Any = server.streamable_http_app(
        streamable_http_path=PATH,
        transport_security=TransportSecuritySettings(
            enable_dns_rebinding_protection=True,
            allowed_hosts=list(names),
            allowed_origins=[f"http://{name}" for name in names],
        ),
    )
    runner = uvicorn.Server(
        uvicorn.Config(
            only_with(application, token.value),
            log_config=None,
            access_log=False,
            ws="none",
            lifespan="on",
            timeout_graceful_shutdown=2,
        )
    )

    async def stop() -> None:
        await stopped.wait()
        runner.should_exit = True

    stopping = asyncio.create_task(stop())
    try:
        await runner.serve(sockets=[taken])
    finally:
        stopping.cancel()


def only_with(application: _Application, token: str) -> _Application:
    """An application that answers 401 to whoever does not show the token."""
    expected = token.encode()

    async def guarded(
        scope: _Message, receive: Callable[[], Awaitable[_Message]], send: Callable[[_Message], Awaitable[None]]
    ) -> None:
        if scope["type"] == "http" and not hmac.compare_digest(_shown(scope), expected):
            await _refuse(send)
            return
        await application(scope, receive, send)

    return guarded


def _shown(scope: _Message) -> bytes:
    """The token of a request, empty where it has none (or several, which nobody means)."""
    given = [value for name, value in scope["headers"] if name == b"authorization"]
    scheme, _, token = given[0].partition(b" ") if len(given) == 1 else (b"", b"", b"")
    return bytes(token.strip()) if scheme.lower() == b"bearer" else b""


async def _refuse(send: Callable[[_Message], Awaitable[None]]) -> None:
    body = b'{"error":"invalid_token","error_description":"send Authorization: Bearer and the token of this server"}'
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"www-authenticate", b'Bearer error="invalid_token"'),
    ]
    await send({"type": "http.response.start", "status": 401, "headers": headers})
    await send({"type": "http.response.body", "body": body})
