"""One HTTP exchange over aiohttp, redirects within the origin included; its failures become ours.

The only file that touches a socket. A client imports it, and aiohttp with it, when it is first used.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urljoin

import aiohttp
from yarl import URL

from calcom_async._version import __version__
from calcom_async.core.codec import dump_json
from calcom_async.core.failures import ambiguous_write
from calcom_async.core.request import VERSION_HEADER, Request, Response
from calcom_async.errors import (
    APIConnectionError,
    APITimeoutError,
    CalComError,
    ConfigurationError,
    DecodeError,
    InvalidRequestError,
)
from calcom_async.settings import origin

if TYPE_CHECKING:
    import ssl

    from aiohttp.client_proto import ResponseHandler
    from aiohttp.tracing import Trace

    from calcom_async.core.transport import Options

__all__ = ["Exchange", "open_session"]

MAX_REDIRECTS = 5
KEEPALIVE_SECONDS = 4.0
"""Cal.com closes idle connections after 5 s; a write on one that it is just closing would be lost."""
READ_AT_ONCE = 2**17 - 2**12
"""Bytes that are read from a socket at once: what glibc still takes from its own store."""
READ_OF_LONG = 2**18
"""The same on a connection that has longer answers: most of a page."""
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_AGENT: Final = f"calcom-async/{__version__} Python/{platform.python_version()}"


def open_session(ssl_context: ssl.SSLContext | None, proxy: str | None) -> aiohttp.ClientSession:
    """A pool of connections for the running loop.

    Args:
        ssl_context: TLS settings; None takes the usual ones.
        proxy: URL of an HTTP proxy.
    """
    connector = _Connector(
        limit=0,  # the transport's places hold calls back, in order and outside of their time-outs
        keepalive_timeout=KEEPALIVE_SECONDS,
        ssl=ssl_context if ssl_context is not None else True,
    )
    session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), proxy=proxy)
    # aiohttp would send a read again by itself when a kept-alive connection was just closed: our retries do that,
    # where the limiter counts it.
    session._retry_connection = False
    return session


class _Connector(aiohttp.TCPConnector):
    """Connections that read in pieces the allocator has at hand.

    asyncio makes room for 256 KiB at each read. That much comes fresh from the system, page by page, and goes back at
    once, which costs a short answer about a fifth of its time. For a long one it pays.
    """

    async def _create_connection(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's own signature
    ) -> ResponseHandler:
        protocol = await super()._create_connection(req, traces, timeout)
        _read_at_once(protocol.transport, READ_AT_ONCE)
        return protocol


def _read_at_once(socket: Any, size: int) -> None:
    """Have a socket of asyncio's read so many bytes at once; those of other loops, and of TLS, are as they are."""
    if hasattr(socket, "max_size"):
        socket.max_size = size


class Exchange:
    """Sends requests over one pool of connections.

    Args:
        session: The connections.
        base_url: Where the API is, without a trailing slash.
    """

    def __init__(self, session: aiohttp.ClientSession, base_url: str) -> None:
        self._session = session
        self._base_url = base_url
        self._options: Options | None = None
        self._timeout = aiohttp.ClientTimeout()

    async def send(self, request: Request, version: str | None, proof: Mapping[str, str], options: Options) -> Response:
        """Send a request once and read its answer to the end.

        Args:
            request: The call.
            version: Its `cal-api-version`.
            proof: The headers that prove who calls.
            options: How long it may take, and how large the answer may be.

        Raises:
            APIConnectionError: no answer came, or only a part of one; `APITimeoutError` when it took too long.
            AmbiguousWriteError: the answer to a write is too large to be read.
            DecodeError: the answer to a read is too large.
            ConfigurationError: TLS could not be agreed on, or the server redirects where the credential may not follow.
            InvalidRequestError: the request can't be put into bytes.
        """
        url = self._base_url + request.path + _query_string(request)
        body = _body(request)
        headers = _headers(request, version)
        headers.update(proof)
        if options is not self._options:  # most calls come with the same
            self._timeout = aiohttp.ClientTimeout(total=options.timeout, sock_connect=options.connect_timeout)
            self._options = options
        timeout = self._timeout
        try:
            for _ in range(MAX_REDIRECTS + 1):
                answer = await self._session.request(
                    request.method,
                    URL(url, encoded=True),
                    data=body,
                    headers=headers,
                    timeout=timeout,
                    allow_redirects=False,
                    raise_for_status=False,  # whatever a session of the caller's is set to
                    read_bufsize=READ_OF_LONG,
                )
                try:
                    content = await _content(answer, options.max_answer_size)
                finally:  # `async with` would do the same with four coroutines more
                    answer.release()
                    if body is not None:
                        await answer.wait_for_close()
                if answer.status in _REDIRECTS and (target := answer.headers.get("Location")):
                    url = _redirected(url, target, request, self._base_url)
                    continue
                received = {name.lower(): value for name, value in answer.headers.items()}
                return Response(status=answer.status, headers=received, body=content, version=version)
        except _TooLargeError:
            failed = _too_large(request, options)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            failed = _ours(error, request, options)
        else:
            failed = APIConnectionError(
                f"the server redirected {MAX_REDIRECTS + 1} times; check the base URL",
                method=request.method,
                path=request.template,
            )
        raise failed  # out here, so that aiohttp's error, with the request's headers, is not its context


def _headers(request: Request, version: str | None) -> dict[str, str]:
    headers = {"Accept": "application/json", "User-Agent": _AGENT}
    if request.body is not None:
        headers["Content-Type"] = "application/json"
    if version is not None:
        headers[VERSION_HEADER] = version
    return headers


class _TooLargeError(Exception):
    """An answer goes on beyond the limit."""


async def _content(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    """The body, as far as it is no longer than the limit; of more, nothing is kept."""
    parts: list[bytes] = []
    content = answer.content
    connection = answer.connection  # None where the whole answer has come
    if connection is not None and (answer.content_length or 0) > READ_AT_ONCE:
        _read_at_once(connection.transport, READ_OF_LONG)
    while not content.at_eof():
        part = await content.readany()
        limit -= len(part)
        if limit < 0:
            answer.close()  # what else is under way is not waited for
            raise _TooLargeError
        parts.append(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _redirected(url: str, target: str, request: Request, base_url: str) -> str:
    """Where a redirect leads, if the credential may follow it there."""
    new = urljoin(url, target)
    if origin(new) != origin(base_url):
        raise ConfigurationError(
            f"the server redirects {request.method} {request.template} to another origin ({origin(new)}), and the "
            "key does not go there; if that is the right server, set it as the base URL"
        )
    if request.method not in {"GET", "HEAD"}:
        raise ConfigurationError(
            f"the server redirects {request.method} {request.template}; a write is not sent twice: check the base URL"
        )
    return new


def _query_string(request: Request) -> str:
    if not request.query:
        return ""
    try:
        return "?" + urlencode(request.query, safe=",:")
    except UnicodeEncodeError:
        failed = InvalidRequestError("a parameter holds half a character (a lone surrogate)")
    raise failed  # out here, since that error holds the text


class _Body(bytes):
    """A body that no traceback with locals shows: it may hold a refresh token, and personal data."""

    def __repr__(self) -> str:
        return f"<{len(self)} bytes>"


def _body(request: Request) -> _Body | None:
    if request.body is None:
        return None
    try:
        return _Body(dump_json(request.body))
    except UnicodeEncodeError:
        failed = InvalidRequestError("the body holds half a character (a lone surrogate), which is no text")
    raise failed


def _ours(error: Exception, request: Request, options: Options) -> CalComError:
    """A failure of aiohttp as one of ours; its text is ours too, since theirs may hold the URL."""
    method, path = request.method, request.template
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return ConfigurationError(
                "the server's TLS certificate could not be verified; pass ssl_context= with the right certificates"
            )
        case aiohttp.ClientConnectorSSLError():
            return ConfigurationError(
                "the server did not agree on TLS; check that it speaks https at this address and port, "
                "or pass ssl_context= with what it wants"
            )
        case aiohttp.ConnectionTimeoutError():
            return APITimeoutError(f"no connection within {options.connect_timeout:g} s", method=method, path=path)
        case aiohttp.ClientConnectorDNSError():
            return APIConnectionError(
                "the server's name can't be resolved; check the base URL and the network", method=method, path=path
            )
        case aiohttp.ClientConnectorError() | aiohttp.ClientProxyConnectionError():
            return APIConnectionError("no connection to the server (refused or unreachable)", method=method, path=path)
        case TimeoutError():
            return APITimeoutError(
                f"no answer within {options.timeout:g} s", may_have_happened=True, method=method, path=path
            )
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientOSError() | aiohttp.ClientPayloadError() | OSError():
            return APIConnectionError(
                "the connection broke before the answer was complete", may_have_happened=True, method=method, path=path
            )
        case aiohttp.InvalidURL():
            return ConfigurationError("the base URL is not a URL")
        case _:
            return APIConnectionError(
                f"the answer is not valid HTTP ({type(error).__name__})",
                may_have_happened=True,
                method=method,
                path=path,
            )


def _too_large(request: Request, options: Options) -> CalComError:
    """No reason to try again: the next answer would be as large. What is no read may have happened."""
    what = f"the answer is larger than {options.max_answer_size:,} bytes (max_answer_size)"
    if request.repeatable:
        return DecodeError(f"{request.method} {request.template}: {what}")
    return ambiguous_write(APIConnectionError(what), request)
