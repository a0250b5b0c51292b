"""`Request` and `Response`: the two values that travel. Both are plain data; neither holds a credential or a socket."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import attrs

from calcom_async.core.codec import parse_json
from calcom_async.core.inputs import query_pairs
from calcom_async.errors import InvalidRequestError

__all__ = ["VERSION_HEADER", "Request", "Response", "path_segment"]

VERSION_HEADER = "cal-api-version"
_PLACEHOLDER = re.compile(r"\{[^{}]+\}")
_UNPRINTABLE = re.compile(r"[^ -~]")
_REPEATABLE = frozenset({"GET", "HEAD", "PUT", "PATCH", "DELETE"})


def path_segment(value: Any, name: str = "id") -> str:
    """One percent-encoded path segment.

    Raises:
        InvalidRequestError: empty, `.` or `..`, a control character or half a character, or not text or a number:
            such an id would address something else.
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        its = next((f"; give its {key}" for key in ("uid", "id") if hasattr(value, key)), "")
        raise InvalidRequestError(f"{name}: expected text or a number, got {type(value).__name__}{its}")
    text = str(value)
    if len(text) > 512:  # first of all: the rest looks at every character
        raise InvalidRequestError(f"{name}: is {len(text)} characters long; no id of Cal.com is")
    if not text.strip():
        raise InvalidRequestError(f"{name}: is empty; it would address the whole collection")
    if text in {".", ".."} or any(c < " " or "\x7f" <= c <= "\x9f" or "\ud800" <= c <= "\udfff" for c in text):
        raise InvalidRequestError(f"{name}: can't be part of a path")
    return quote(text, safe="")


@attrs.frozen(kw_only=True)
class Request:
    """One call, before it is sent.

    Attributes:
        method: HTTP method, upper case.
        template: Path template below the base URL, such as `/bookings/{bookingUid}`; safe to log.
        path: The template filled with quoted ids.
        query: Pairs of the query string.
        body: Wire JSON of the body; None sends none.
        versions: Values of `cal-api-version`: the preferred one first, then what to fall back to.
        repeatable: Whether the call may be sent again after it may have happened.
    """

    method: str
    template: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Any = attrs.field(default=None, repr=False)
    versions: tuple[str, ...] = ()
    repeatable: bool = True

    @classmethod
    def make(
        cls,
        method: str,
        template: str,
        ids: tuple[Any, ...] = (),
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        versions: tuple[str, ...] = (),
        safe: bool | None = None,
    ) -> Request:
        """Fill a template with ids, in order.

        Raises:
            InvalidRequestError: an id that is empty or could leave its place in the path.
        """
        method = method.upper()
        remaining = iter(ids)

        def fill(match: re.Match[str]) -> str:
            try:
                return path_segment(next(remaining), match[0].strip("{}"))
            except StopIteration:
                raise InvalidRequestError(f"{template}: {match[0]} was not given") from None

        return cls(
            method=method,
            template=template,
            path=_PLACEHOLDER.sub(fill, template) if "{" in template else template,
            query=query_pairs(query),
            body=body,
            versions=versions,
            repeatable=safe if safe is not None else method in _REPEATABLE,
        )

    def with_query(self, **changes: Any) -> Request:
        """The same request with these query parameters set; None takes one out."""
        kept = tuple((k, v) for k, v in self.query if k not in changes)
        return attrs.evolve(self, query=kept + query_pairs(changes))

    @property
    def operation(self) -> str:
        """`GET /bookings/{bookingUid}`: what logs, limits and remembered versions are keyed by."""
        return f"{self.method} {self.template}"


@attrs.frozen(kw_only=True)
class Response:
    """One answer, read to its end.

    Attributes:
        status: HTTP status.
        headers: Headers, names in lower case.
        body: The bytes as they came.
        version: The `cal-api-version` this answer was asked for with.
    """

    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)
    version: str | None = None
    _parsed: Any = attrs.field(default=None, init=False, eq=False, repr=False)

    @property
    def request_id(self) -> str | None:
        """The server's `X-Request-Id`, as far as it can be printed."""
        text = self.headers.get("x-request-id")
        return None if text is None else _UNPRINTABLE.sub("", text)[:200]

    def json(self) -> Any:
        """The parsed body; None for an empty one.

        Raises:
            DecodeError: the body is not JSON.
        """
        parsed = self._parsed
        if parsed is not None:
            object.__setattr__(self, "_parsed", None)  # given once: whoever asks again shall not share it
            return parsed
        return _parse(self.body)

    def parse(self) -> Any:
        """Parse the body now; the next `json()` gives what came of it.

        Raises:
            DecodeError: the body is not JSON.
        """
        parsed = _parse(self.body)
        object.__setattr__(self, "_parsed", parsed)
        return parsed


def _parse(body: bytes) -> Any:
    return parse_json(body) if body.strip() else None
