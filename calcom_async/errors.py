"""Every exception of the package, as plain data: no live response, no key, no personal data; all of them pickle.

```
CalComError
├── ConfigurationError          a missing key, a bad base URL, a client used from another event loop
│   └── MissingExtraError       an optional dependency is not installed
├── InvalidRequestError         refused before anything was sent
├── APIConnectionError          no answer: refused, reset, DNS, TLS
│   ├── APITimeoutError
│   └── AmbiguousWriteError     a write that may or may not have happened
│       └── TokenRefreshLostError   that write was the renewal of an OAuth token
├── APIStatusError              Cal.com answered with an error
│   ├── BadRequestError (400)   AuthenticationError (401, 498)   PermissionDeniedError (403)
│   │                           └── TokenRefreshError (an OAuth token can't be renewed: log in again)
│   ├── NotFoundError (404)     └── ApiVersionError (404 that means "wrong cal-api-version")
│   ├── ConflictError (409)     UnprocessableEntityError (422)   RateLimitError (429)
│   └── ServerError (5xx)
├── DecodeError                 an answer that is not what it should be: the path to the field, no data
├── PaginationError             a list that would never end
├── LoginError                  the browser came back without what a login needs
├── ExportError                 a bulk export that could not be finished
└── WebhookVerificationError    a delivery that Cal.com did not sign
```
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calcom_async.core.paging import Position

__all__ = [
    "APIConnectionError",
    "APIStatusError",
    "APITimeoutError",
    "AmbiguousWriteError",
    "ApiVersionError",
    "AuthenticationError",
    "BadRequestError",
    "CalComError",
    "ConfigurationError",
    "ConflictError",
    "DecodeError",
    "ExportError",
    "InvalidRequestError",
    "LoginError",
    "MissingExtraError",
    "NotFoundError",
    "PaginationError",
    "PermissionDeniedError",
    "RateLimitError",
    "ServerError",
    "TokenRefreshError",
    "TokenRefreshLostError",
    "UnprocessableEntityError",
    "WebhookVerificationError",
]


def _rebuild(cls: type[CalComError], args: tuple[Any, ...], state: dict[str, Any]) -> CalComError:
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(state)
    return error


class CalComError(Exception):
    """The root of every error this package raises.

    Attributes:
        position: Where a walk over a list stood when it failed, so that it can go on
            (`cal.bookings.list(...).resume(error.position)`); None outside of lists.
    """

    position: Position | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args, dict(self.__dict__))


class ConfigurationError(CalComError):
    """The client is set up in a way that cannot work; the message says what to change."""


class MissingExtraError(ConfigurationError):
    """An optional dependency is needed and not installed.

    Attributes:
        extra: The extra of `calcom-async` to install.
    """

    def __init__(self, what: str, extra: str) -> None:
        self.extra = extra
        super().__init__(f"{what} needs the extra '{extra}': pip install 'calcom-async[{extra}]'")


class InvalidRequestError(CalComError, ValueError):
    """The request was refused here, before anything was sent; the message says what to do."""


class APIConnectionError(CalComError):
    """No answer came: the connection was refused, reset or never made.

    Attributes:
        method: The HTTP method.
        path: The path template of the operation, such as `/bookings/{bookingUid}`.
        may_have_happened: True when the request may have reached the server before the connection broke.
    """

    def __init__(self, message: str, *, method: str = "", path: str = "", may_have_happened: bool = False) -> None:
        self.method = method
        self.path = path
        self.may_have_happened = may_have_happened
        super().__init__(message)


class APITimeoutError(APIConnectionError, TimeoutError):
    """No answer came within the time-out."""


class APIStatusError(CalComError):
    """Cal.com answered with an error status.

    Attributes:
        status_code: HTTP status, such as 404.
        code: Cal.com's name of the error, such as `NotFoundException`; None where it gave none.
        message: What Cal.com said.
        details: The rest of what it said, without the values that were sent (they may be personal data).
        request_id: The server's `X-Request-Id`; quote it when you ask Cal.com's support.
        method: The HTTP method.
        path: The path template of the operation, such as `/bookings/{bookingUid}`.
        retry_after: Seconds to wait before another try, where the server said so.
        may_have_happened: True of a write that is not to be repeated (a POST) and was answered with 408 or a failure
            of the server or of a proxy: it may have been done all the same. Likewise of a DELETE that was repeated
            because its answer was lost, and refused then: the first try may have deleted it.
    """

    may_have_happened: bool = False

    def __init__(
        self,
        message: str,
        *,
        status_code: int,
        code: str | None = None,
        details: Mapping[str, Any] | str | None = None,
        request_id: str | None = None,
        method: str = "",
        path: str = "",
        retry_after: float | None = None,
        hint: str | None = None,
    ) -> None:
        self.status_code = status_code
        self.code = code
        self.message = message
        self.details = details
        self.request_id = request_id
        self.method = method
        self.path = path
        self.retry_after = retry_after
        self.hint = hint
        super().__init__(message)

    def __str__(self) -> str:
        parts = [f"{self.status_code} {self.message}"]
        if self.code and self.code not in self.message:
            parts.append(f"({self.code})")
        parts.append(f"[{self.method} {self.path}]")
        if self.request_id:
            parts.append(f"request id {self.request_id}")
        if self.hint:
            parts.append(f"— {self.hint}")
        return " ".join(parts)


class BadRequestError(APIStatusError):
    """400: Cal.com refused the request as it stands."""


class AuthenticationError(APIStatusError):
    """401 or 498: the key or token is missing, unknown or expired."""


class TokenRefreshError(AuthenticationError):
    """The server does not take the refresh token, or the client.

    The user has to log in again, or the client's id and secret have to be set right.

    A refresh token that was refused is not sent again.
    """


class PermissionDeniedError(APIStatusError):
    """403: the key is known, but may not do this.

    Attributes:
        missing_scopes: The OAuth scopes that the operation needs and the token has not, such as `BOOKING_READ`; empty
            where that is not the reason.
    """

    missing_scopes: tuple[str, ...] = ()


class NotFoundError(APIStatusError):
    """404, or a 200 that answers null for an id that is not yours."""


class ApiVersionError(NotFoundError):
    """404 `Cannot <METHOD> <path>`: this server has the operation under none of the versions that were tried.

    Attributes:
        header: The name of the header that selects the version, `cal-api-version`.
        versions: The values that were tried, in order; None stands for "no header".
    """

    header = "cal-api-version"

    def __init__(self, message: str, *, versions: tuple[str | None, ...] = (), **fields: Any) -> None:
        self.versions = versions
        super().__init__(message, **fields)


class ConflictError(APIStatusError):
    """409: the slot is taken, or the record exists already."""


class UnprocessableEntityError(APIStatusError):
    """422: understood, but impossible here (such as a reservation on the wrong kind of event type)."""


class RateLimitError(APIStatusError):
    """429: too many requests; `retry_after` says how many seconds the key is blocked."""


class ServerError(APIStatusError):
    """5xx: Cal.com, or a proxy before it, failed."""


class DecodeError(CalComError):
    """An answer does not have the form it should have.

    Attributes:
        path: Where, such as `data[3].hosts[0].id`; no data is kept.
    """

    def __init__(self, message: str, *, path: str = "") -> None:
        self.path = path
        super().__init__(f"{path}: {message}" if path else message)


class PaginationError(CalComError):
    """A list that would never end: the server gave the same page or cursor twice."""


class AmbiguousWriteError(APIConnectionError):
    """A write that may have happened: the request left, and its answer was lost.

    It was not sent again. Look the record up before you do; `bookings.create(..., ensure_once=True)` does that for
    you, and raises this only where looking up did not settle it.

    Attributes:
        mark: The value of the booking's metadata key `calcomAsyncOnce` to look for, where one was set.
    """

    def __init__(self, message: str, *, method: str = "", path: str = "", mark: str | None = None) -> None:
        self.mark = mark
        super().__init__(message, method=method, path=path, may_have_happened=True)


class TokenRefreshLostError(AmbiguousWriteError):
    """A token was being renewed, and the answer was lost.

    The server may have taken the refresh token, which is good once, and have sent the next one to nobody. The renewal
    was not repeated. The next call tries the old refresh token once: where the server never got it, all is well; where
    it did, that call raises `TokenRefreshError`, and the user has to log in again.
    """


class LoginError(CalComError):
    """The browser came back without what a login needs: refused, or not the answer to this login."""


class ExportError(CalComError):
    """A bulk export could not be finished; nothing stands under the final name."""


class WebhookVerificationError(CalComError):
    """A webhook delivery whose signature does not fit its body and secret."""
