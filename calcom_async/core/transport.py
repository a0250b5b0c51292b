"""One way down, one way up: auth → limiter → HTTP → retry → answer."""

from __future__ import annotations

import asyncio
import os
import random
import time
import weakref
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from calcom_async.core.auth import Auth, Renewable, Renewing, Send
from calcom_async.core.connections import abandon, let_be
from calcom_async.core.failures import (
    ambiguous_write,
    failure,
    is_about_the_credential,
    is_unknown_route,
    version_failure,
)
from calcom_async.core.limiter import Limiter, shared_limiter
from calcom_async.core.places import Places
from calcom_async.core.rate_limit_headers import retry_after
from calcom_async.core.request import Request, Response
from calcom_async.core.retry import REPEATABLE_STATUSES, Outcome, RetryLimits, Wait, next_step
from calcom_async.core.telemetry import Call, LimiterWaited, RetryScheduled, Telemetry
from calcom_async.errors import (
    APIConnectionError,
    APIStatusError,
    AuthenticationError,
    ConfigurationError,
    DecodeError,
)
from calcom_async.settings import origin

if TYPE_CHECKING:
    import ssl

    import aiohttp

    from calcom_async.core.exchange import Exchange

__all__ = ["Options", "Transport"]

T = TypeVar("T")

_PARSED_AT_ONCE = 8192
"""Bytes of a body that are cheap to parse just to see whether it is whole."""


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
        self._exchange: Exchange | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._places: Places | None = None
        self._abandon: weakref.finalize[Any, Any] | None = None
        self._versions: dict[str, str | None] = {}
        self._closed = False
        self._beside: Transport | None = None

    def __repr__(self) -> str:
        return f"Transport({self.base_url})"

    # --- life ---------------------------------------------------------------------------------------------------------

    def _open(self) -> tuple[Exchange, Places]:
        """The connections and the places of this loop.

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
        if self._exchange is None or self._places is None:
            from calcom_async.core.exchange import Exchange, open_session

            self._loop = loop
            self._places = Places(self._max_connections)
            self._session = session = self._given_session or open_session(self._ssl_context, self._proxy)
            self._exchange = Exchange(session, self.base_url)
            if session is not self._given_session:
                self._abandon = weakref.finalize(self, abandon, session, loop, os.getpid())
        if self._given_session is not None and self._given_session.closed:
            raise ConfigurationError("the session= of this client was closed; keep it open as long as the client")
        return self._exchange, self._places

    async def close(self) -> None:
        """Close the connections; may be called again. A session of the caller's stays open."""
        if isinstance(self.auth, Renewing) and self._loop is asyncio.get_running_loop():
            await self.auth.settle()
        self._closed = True
        session, self._session = self._session, None
        self._exchange = None
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
        self._loop = self._places = self._exchange = None
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
            tried: list[str | None] = []
            response: Response | None = None
            for version in self._candidates(request, options):
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
        if known not in request.versions or known == request.versions[0]:
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
                if response.status < 400:
                    return response
                if not renewed and is_about_the_credential(response) and isinstance(self.auth, Renewing):
                    renewed = True  # once: whoever is refused with a fresh one is refused for another reason
                    if await self._proved(self.auth.renew(proof)):
                        continue  # refused, so nothing has happened: safe for every method
                outcome = Outcome(
                    status=response.status,
                    repeatable=request.repeatable,
                    retry_after=retry_after(response.headers, time.time()) if response.status in {429, 503} else None,
                )
            except _CredentialError as failed:
                raise failed.error from None
            except APIConnectionError as failed:
                error = failed
                outcome = Outcome(left=failed.may_have_happened, repeatable=request.repeatable)
            step = next_step(attempt, outcome, options.retry, self._jitter(), waited)
            if not isinstance(step, Wait):
                if error is not None:
                    if step.ambiguous:
                        raise ambiguous_write(error, request) from error
                    raise error from None
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
        exchange, places = self._open()
        if not places.take():
            await places.wait()
        try:
            permit = await self.limiter.acquire(request.operation)
            if permit.waited > 0.001:
                call.tell(
                    LimiterWaited(method=request.method, path=request.template, seconds=permit.waited, call=call.number)
                )
            try:
                proof = await self._proved(self.auth.headers())
                call.leaves(version, attempt)
                response = await exchange.send(request, version, proof, options)
            except BaseException:
                permit.lost()
                raise
            permit.answered(response.status, response.headers)
        finally:
            places.give()
        call.answered(response, attempt)
        if 200 <= response.status < 300 and _is_broken(response):
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


def _is_broken(response: Response) -> bool:
    """Whether the body of a success is cut off, or a proxy's page; Cal.com answers with an object, or with nothing.

    A long body is judged by its ends, since parsing it twice would cost more than the one cut in a hundred that
    happens to fall behind a closing bracket.
    """
    if len(response.body) <= _PARSED_AT_ONCE:
        try:
            parsed = response.parse()
        except DecodeError:
            return True
        return not isinstance(parsed, dict | list) and bool(response.body.strip())
    text = response.body.strip()
    return bool(text) and text[:1] + text[-1:] not in {b"{}", b"[]"}


def _says_error(response: Response) -> bool:
    """A success status may carry `"status": "error"`."""
    if b'"error"' not in response.body[:400]:
        return False
    body = response.json()
    return isinstance(body, dict) and body.get("status") == "error"


def _refused(response: Response) -> bool:
    return 400 <= response.status < 500 and response.status not in {408, 429}


def _deleted_already(response: Response, request: Request) -> APIStatusError:
    error = failure(response, request)  # some operations answer 400 where there is nothing any more
    error.may_have_happened = True
    error.hint = "an earlier try lost its answer, so it may be this call that deleted it"
    return error
