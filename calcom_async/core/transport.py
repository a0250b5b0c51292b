"""One way down, one way up: auth → limiter → HTTP → retry → answer. The only file that touches a socket."""

from __future__ import annotations

import asyncio
import os
import platform
import random
import time
import weakref
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urljoin

import attrs

from calcom_async._version import __version__
from calcom_async.core.auth import Auth, Renewable, Renewing, Send
from calcom_async.core.connections import abandon, let_be
from calcom_async.core.failures import failure, is_about_the_credential, is_unknown_route, version_failure
from calcom_async.core.limiter import Limiter, shared_limiter
from calcom_async.core.rate_limit_headers import retry_after
from calcom_async.core.request import VERSION_HEADER, Request, Response
from calcom_async.core.retry import REPEATABLE_STATUSES, Outcome, RetryLimits, Wait, next_step
from calcom_async.core.telemetry import Call, LimiterWaited, RequestSent, ResponseReceived, RetryScheduled, Telemetry
from calcom_async.errors import (
    AmbiguousWriteError,
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    CalComError,
    ConfigurationError,
    DecodeError,
    InvalidRequestError,
)
from calcom_async.settings import origin

if TYPE_CHECKING:
    import ssl

    import aiohttp

__all__ = ["Options", "Transport"]

T = TypeVar("T")

MAX_REDIRECTS = 5
_PARSED_AT_ONCE = 8192
"""Bytes of a body that are cheap to parse just to see whether it is whole."""
KEEPALIVE_SECONDS = 4.0
"""Cal.com closes idle connections after 5 s; a write on one that it is just closing would be lost."""


@attrs.frozen(kw_only=True)
class Options:
    """What may differ from call to call; see `client.with_options`."""

    timeout: float = 60.0
    """Seconds for one try, from the connection to the last byte; below the 100 s at which a proxy gives up."""
    connect_timeout: float = 10.0
    retry: RetryLimits = attrs.field(factory=RetryLimits)
    api_version: str | None = None
    """Overrides the `cal-api-version` of every call, and the fall-back with it."""
    strict: bool = False
    """Whether a malformed record of a list raises instead of being kept in `page.malformed`."""
    max_answer_size: int = 64 * 2**20
    """Bytes of an answer, unpacked, beyond which it is not read on; the longest page is some hundredth of that."""
    telemetry: Telemetry = attrs.field(factory=Telemetry)
    """Who is told of requests, answers, retries and waits."""


class Transport:
    """Sends requests over one pool of connections, bound to the event loop that first uses it.

    Args:
        base_url: Checked base URL, without a trailing slash.
        auth: The credential.
        limiter: Paces the calls; by default the one that all clients of the process with this credential share. The
            URL of a Redis shares it with other processes.
        session: A session of the caller's; it is used as it is and never closed here.
        max_connections: Calls under way at once.
        proxy: URL of an HTTP proxy.
        ssl_context: TLS settings, such as a company's own certificates.
    """

    def __init__(
        self,
        *,
        base_url: str,
        auth: Auth | Renewable,
        limiter: Limiter | str | None = None,
        session: aiohttp.ClientSession | None = None,
        max_connections: int = 100,
        proxy: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.base_url = base_url
        self._given_limiter = limiter if isinstance(limiter, Limiter) else None
        self._jitter = jitter
        self.auth: Auth = auth.bound(self._sender) if isinstance(auth, Renewable) else auth
        self.limiter, self._close_limiter = _limiter(limiter, origin(base_url), auth.identity)
        self._given_session = session
        self._max_connections = max_connections
        self._proxy = proxy
        self._ssl_context = ssl_context
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._places: asyncio.Semaphore | None = None
        self._abandon: weakref.finalize[Any, Any] | None = None
        self._versions: dict[str, str | None] = {}
        self._closed = False
        self._beside: Transport | None = None
        self._agent = f"calcom-async/{__version__} Python/{platform.python_version()}"

    def __repr__(self) -> str:
        return f"Transport({self.base_url})"

    # --- life ---------------------------------------------------------------------------------------------------------

    def _open(self) -> tuple[aiohttp.ClientSession, asyncio.Semaphore]:
        """The session and the places of this loop.

        Raises:
            ConfigurationError: closed, or bound to another event loop.
        """
        if self._beside is not None:
            return self._beside._open()
        loop = asyncio.get_running_loop()
        if self._closed:
            raise ConfigurationError("this client is closed; make a new one")
        if self._loop is not None and self._loop is not loop:
            raise ConfigurationError(
                "this client belongs to another event loop: its connections live there. Make one AsyncCalCom per loop "
                "(inside the coroutine that asyncio.run() runs), or use the blocking CalCom from threads"
            )
        if self._session is None or self._places is None:
            self._loop = loop
            self._places = asyncio.Semaphore(self._max_connections)
            self._session = self._given_session or self._make_session()
        if self._session.closed:
            raise ConfigurationError("the session= of this client was closed; keep it open as long as the client")
        return self._session, self._places

    def _make_session(self) -> aiohttp.ClientSession:
        import aiohttp

        connector = aiohttp.TCPConnector(
            limit=0,  # `_places` holds calls back, in order and outside of their time-outs
            keepalive_timeout=KEEPALIVE_SECONDS,
            ssl=self._ssl_context if self._ssl_context is not None else True,
        )
        session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), proxy=self._proxy)
        # aiohttp would send a read again by itself when a kept-alive connection was just closed: our retries do that,
        # where the limiter counts it.
        session._retry_connection = False
        self._abandon = weakref.finalize(self, abandon, session, connector, asyncio.get_running_loop(), os.getpid())
        return session

    async def close(self) -> None:
        """Close the connections; may be called again. A session of the caller's stays open."""
        if isinstance(self.auth, Renewing) and self._loop is asyncio.get_running_loop():
            await self.auth.settle()
        self._closed = True
        session, self._session = self._session, None
        if self._abandon is not None:
            self._abandon.detach()
            self._abandon = None
        if session is not None and session is not self._given_session:
            await session.close()
        if self._close_limiter is not None:
            await self._close_limiter()

    def forget_loop(self) -> None:
        """In the child of a fork: leave the parent's connections alone, and open new ones in the child's own loop."""
        if self._abandon is not None:
            self._abandon.detach()
            self._abandon = None
        session, self._session = self._session, None
        self._loop = self._places = None
        if session is not None and session is not self._given_session:
            let_be(session)

    def _sender(self, auth: Auth) -> Send:
        """What sends with another credential over the connections of this client, such as to renew its own."""
        beside = Transport(base_url=self.base_url, auth=auth, limiter=self._given_limiter, jitter=self._jitter)
        beside._beside = self

        async def send(request: Request) -> Response:
            return await beside.send(request, Options())

        return send

    # --- one call -----------------------------------------------------------------------------------------------------

    async def send(self, request: Request, options: Options) -> Response:
        """Send a request until there is an answer, a final failure, or no more tries.

        Raises:
            APIStatusError: (one of its kinds) Cal.com answered with an error.
            APIConnectionError: no answer came; `APITimeoutError` when it took too long.
            AmbiguousWriteError: no answer came to a write that may have happened.
            ConfigurationError: the client is closed, or used from another event loop.
        """
        with options.telemetry.call(request.method, request.template, self.base_url) as call:
            return await self._send_by_version(request, options, call)

    async def _send_by_version(self, request: Request, options: Options, call: Call) -> Response:
        versions = self._candidates(request, options)
        tried: list[str | None] = []
        response: Response | None = None
        for version in versions:
            response = await self._send_until_settled(request, version, options, call)
            if is_unknown_route(response, request):
                tried.append(version)
                continue  # nothing has happened on the server: safe for every method
            if tried:
                self._versions[request.operation] = version
            if not 200 <= response.status < 300 or _says_error(response):
                raise self._failure(response, request)
            return response
        assert response is not None
        raise version_failure(response, request, tuple(tried))

    def _failure(self, response: Response, request: Request) -> APIStatusError:
        error = failure(response, request)
        if not request.repeatable and response.status in REPEATABLE_STATUSES:
            error.may_have_happened = True
            error.hint = "it may have happened all the same: look before you repeat it"
        if isinstance(self.auth, Renewing) and isinstance(error, AuthenticationError):
            error.hint = self.auth.advice
        return error

    def _candidates(self, request: Request, options: Options) -> tuple[str | None, ...]:
        if options.api_version is not None:
            return (options.api_version,)
        if not request.versions:
            return (None,)
        known = self._versions.get(request.operation, request.versions[0])
        if known not in request.versions:
            return request.versions
        return (known, *(version for version in request.versions if version != known))

    async def _send_until_settled(
        self, request: Request, version: str | None, options: Options, call: Call
    ) -> Response:
        waited = 0.0
        attempt = 0
        may_have_happened = False
        renewed = False
        while True:
            response: Response | None = None
            error: APIConnectionError | None = None
            try:
                response, proof = await self._send_once(request, version, options, attempt, call)
                if not renewed and is_about_the_credential(response) and isinstance(self.auth, Renewing):
                    renewed = True  # once: whoever is refused with a fresh one is refused for another reason
                    if await self._proved(self.auth.renew(proof)):
                        continue  # refused, so nothing has happened: safe for every method
                outcome = Outcome(
                    status=response.status,
                    repeatable=request.repeatable,
                    retry_after=retry_after(response.headers, time.time()) if response.status in {429, 503} else None,
                )
                if response.status < 400:
                    return response
            except _CredentialError as failed:
                raise failed.error from None
            except APIConnectionError as failed:
                error = failed
                outcome = Outcome(left=failed.may_have_happened, repeatable=request.repeatable)
            step = next_step(attempt, outcome, options.retry, self._jitter(), waited)
            if not isinstance(step, Wait):
                if error is not None:
                    raise _final(error, request, ambiguous=step.ambiguous) from (error if step.ambiguous else None)
                assert response is not None
                if may_have_happened and request.method == "DELETE" and _refused(response):
                    raise _deleted_already(response, request)
                return response
            may_have_happened = may_have_happened or (outcome.left and outcome.status != 429)
            reason = f"HTTP {response.status}" if response is not None else str(error)
            call.tell(
                RetryScheduled(
                    method=request.method, path=request.template, status=outcome.status, reason=reason,
                    attempt=attempt, seconds=step.seconds, call=call.number,
                    request_id=None if response is None else response.request_id,
                    error=None if error is None else type(error),
                )
            )  # fmt: skip
            await asyncio.sleep(step.seconds)
            waited += step.seconds
            attempt += 1

    async def _send_once(
        self, request: Request, version: str | None, options: Options, attempt: int, call: Call
    ) -> tuple[Response, dict[str, str]]:
        """The answer, and the headers that proved who asked."""
        session, places = self._open()
        async with places:
            permit = await self.limiter.acquire(request.operation)
            if permit.waited > 0.001:
                call.tell(
                    LimiterWaited(method=request.method, path=request.template, seconds=permit.waited, call=call.number)
                )
            try:
                proof = await self._proved(self.auth.headers())
                call.tell(
                    RequestSent(
                        method=request.method, path=request.template, version=version, attempt=attempt,
                        call=call.number,
                    )
                )  # fmt: skip
                call.status = call.request_id = None
                started = time.perf_counter()
                response = await self._exchange(session, request, version, options, proof)
            except BaseException:
                permit.lost()
                raise
            permit.answered(response.status, response.headers)
        call.status, call.request_id = response.status, response.request_id
        call.tell(
            ResponseReceived(
                method=request.method, path=request.template, status=response.status,
                seconds=time.perf_counter() - started, attempt=attempt, request_id=response.request_id,
                size=len(response.body), call=call.number,
            )
        )  # fmt: skip
        if 200 <= response.status < 300 and _is_broken(response.body):
            page = response.body.lstrip()[:1] == b"<"
            what = "the answer is a web page and no JSON" if page else "the answer broke off or is no JSON"
            where = "; check that the base URL is the API's, which ends in /v2" if page else ""
            raise APIConnectionError(
                f"{what} ({len(response.body)} bytes, HTTP {response.status}){where}",
                method=request.method, path=request.template, may_have_happened=True,
            )  # fmt: skip
        return response, proof

    async def _proved(self, work: Awaitable[T]) -> T:
        """What the credential gives; what it fails with is not a failure of the call that wanted it."""
        try:
            return await work
        except APIConnectionError as error:
            failed = _CredentialError(error)
        raise failed

    async def _exchange(
        self,
        session: aiohttp.ClientSession,
        request: Request,
        version: str | None,
        options: Options,
        proof: dict[str, str],
    ) -> Response:
        """One HTTP exchange, redirects within the origin included; failures become ours."""
        import aiohttp
        from yarl import URL

        url = f"{self.base_url}{request.path}"
        query = _query_string(request)
        headers = self._headers(request, version) | proof
        body = _body(request)
        timeout = aiohttp.ClientTimeout(total=options.timeout, sock_connect=options.connect_timeout)
        try:
            for _ in range(MAX_REDIRECTS + 1):
                async with session.request(
                    request.method,
                    URL(url + query, encoded=True),
                    data=body,
                    headers=headers,
                    timeout=timeout,
                    allow_redirects=False,
                    raise_for_status=False,  # whatever a session of the caller's is set to
                ) as answer:
                    content = await _content(answer, options.max_answer_size)
                    if answer.status in {301, 302, 303, 307, 308} and (target := answer.headers.get("Location")):
                        url, query = self._redirected(url + query, target, request), ""
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

    def _redirected(self, url: str, target: str, request: Request) -> str:
        """Where a redirect leads, if the credential may follow it there."""
        new = urljoin(url, target)
        if origin(new) != origin(self.base_url):
            raise ConfigurationError(
                f"the server redirects {request.method} {request.template} to another origin ({origin(new)}), and the "
                "key does not go there; if that is the right server, set it as the base URL"
            )
        if request.method not in {"GET", "HEAD"}:
            raise ConfigurationError(
                f"the server redirects {request.method} {request.template}; a write is not sent twice: "
                "check the base URL"
            )
        return new

    def _headers(self, request: Request, version: str | None) -> dict[str, str]:
        headers = {"Accept": "application/json", "User-Agent": self._agent}
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
    size = 0
    async for part in answer.content.iter_any():
        size += len(part)
        if size > limit:
            answer.close()  # what else is under way is not waited for
            raise _TooLargeError
        parts.append(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


class _CredentialError(Exception):
    """The credential could not be had: no reason to send the call again, which did not leave."""

    def __init__(self, error: APIConnectionError) -> None:
        self.error = error
        super().__init__()


def _limiter(
    given: Limiter | str | None, server: str, credential: str
) -> tuple[Limiter, Callable[[], Awaitable[None]] | None]:
    """What paces a client, and how to close it where it is this client's own."""
    if not isinstance(given, str):
        return given or shared_limiter(server, credential), None
    from calcom_async.core.redis_limiter import RedisLimiter

    limiter = RedisLimiter(given, server, credential)
    return limiter, limiter.close


def _query_string(request: Request) -> str:
    if not request.query:
        return ""
    from urllib.parse import urlencode

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
    from calcom_async.core.codec import dump_json

    try:
        return _Body(dump_json(request.body))
    except UnicodeEncodeError:
        failed = InvalidRequestError("the body holds half a character (a lone surrogate), which is no text")
    raise failed


def _is_broken(body: bytes) -> bool:
    """Whether the body of a success is cut off, or a proxy's page; Cal.com answers with an object, or with nothing.

    A long body is judged by its ends, since parsing it twice would cost more than the one cut in a hundred that
    happens to fall behind a closing bracket.
    """
    text = body.strip()
    if not text:
        return False
    if text[:1] + text[-1:] not in {b"{}", b"[]"}:
        return True
    if len(text) > _PARSED_AT_ONCE:
        return False
    from calcom_async.core.codec import parse_json

    try:
        parse_json(text)
    except DecodeError:
        return True
    return False


def _says_error(response: Response) -> bool:
    """A success status may carry `"status": "error"`."""
    if b'"error"' not in response.body[:400]:
        return False
    body = response.json()
    return isinstance(body, dict) and body.get("status") == "error"


def _ours(error: Exception, request: Request, options: Options) -> CalComError:
    """A failure of aiohttp as one of ours; its text is ours too, since theirs may hold the URL."""
    import aiohttp

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
    return _final(APIConnectionError(what), request, ambiguous=True)


def _final(error: APIConnectionError, request: Request, *, ambiguous: bool) -> APIConnectionError:
    if not ambiguous:
        return error
    return AmbiguousWriteError(
        f"{request.method} {request.template} may have happened: {error}. It was not sent again: "
        "look before you repeat it",
        method=request.method,
        path=request.template,
    )


def _refused(response: Response) -> bool:
    return 400 <= response.status < 500 and response.status not in {408, 429}


def _deleted_already(response: Response, request: Request) -> APIStatusError:
    error = failure(response, request)  # some operations answer 400 where there is nothing any more
    error.may_have_happened = True
    error.hint = "an earlier try lost its answer, so it may be this call that deleted it"
    return error
