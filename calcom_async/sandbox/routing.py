"""Routes: which handler answers a method, a path and a version, and who may call it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final, Literal

from attrs import define, field, frozen
from multidict import CIMultiDictProxy, MultiMapping

from calcom_async.sandbox.answers import Answer, ApiError, refusal, terse
from calcom_async.sandbox.backend import Backend
from calcom_async.sandbox.rate_limit import RateLimit
from calcom_async.sandbox.store import Record
from calcom_async.sandbox.versions import Controller, Family

Access = Literal["required", "guarded", "open"]
"""Without credentials: `required` answers 401, `guarded` 403 (the permissions guard comes first), `open` lets in."""


@define(kw_only=True)
class Call:
    """One request on its way to its handler."""

    backend: Backend
    method: str
    url: str
    query: MultiMapping[str]
    headers: CIMultiDictProxy[str]
    body: Any
    version: str
    params: dict[str, str] = field(factory=dict)
    user: Record | None = None

    @property
    def caller(self) -> Record:
        """The user behind the key; only for routes that are not open."""
        if self.user is None:
            raise refusal(401, "ApiAuthStrategy - No authentication method provided.")
        return self.user

    def number(self, name: str) -> int:
        """A numeric path parameter; the real server fails with a 500 on anything else."""
        text = self.params[name]
        if not text.isascii() or not text.isdigit():
            raise not_a_number()
        return int(text)


Handler = Callable[[Call], "Answer | Awaitable[Answer]"]


def not_a_number() -> ApiError:
    """What a path parameter that should be numeric and is not ends in."""
    return terse(500, "There was an error, please try again later.")


@frozen
class Route:
    """A method and path, for one family, one controller of it, and its access rule."""

    method: str
    path: str
    family: Family
    controller: Controller
    access: Access
    handler: Handler
    limit: RateLimit | None = None

    @property
    def segments(self) -> tuple[str, ...]:
        """The path, split; `{name}` stands for a parameter."""
        return tuple(self.path.strip("/").split("/"))


@define
class Routes:
    """Collects the routes of a module."""

    family: Family = "any"
    access: Access = "required"
    found: list[Route] = field(factory=list)

    def add(
        self,
        method: str,
        path: str,
        *,
        family: Family | None = None,
        controllers: tuple[Controller, ...] = ("current",),
        access: Access | None = None,
        limit: RateLimit | None = None,
    ) -> Callable[[Handler], Handler]:
        """Register the decorated handler for a path below `/v2`; `limit` is a rate limit of its own."""

        def register(handler: Handler) -> Handler:
            for controller in controllers:
                self.found.append(
                    Route(method, path, family or self.family, controller, access or self.access, handler, limit)
                )
            return handler

        return register


_PARAMETER: Final = "{"


class Table:
    """All routes, found by method and number of segments; a literal segment outranks a parameter."""

    def __init__(self, routes: list[Route]) -> None:
        self._index: dict[tuple[str, int], list[tuple[tuple[str, ...], Route]]] = {}
        for route in routes:
            self._index.setdefault((route.method, len(route.segments)), []).append((route.segments, route))
        for candidates in self._index.values():
            candidates.sort(key=lambda pair: [segment.startswith(_PARAMETER) for segment in pair[0]])

    def find(self, method: str, segments: tuple[str, ...]) -> list[tuple[Route, dict[str, str]]]:
        """The routes of the best matching path (one for each family and controller), with its parameters."""
        found: list[tuple[Route, dict[str, str]]] = []
        best: tuple[str, ...] | None = None
        for pattern, route in self._index.get((method, len(segments)), ()):
            if best is not None and pattern != best:
                continue
            params = _match(pattern, segments)
            if params is not None:
                best = pattern
                found.append((route, params))
        return found


def _match(pattern: tuple[str, ...], segments: tuple[str, ...]) -> dict[str, str] | None:
    params = {}
    for expected, actual in zip(pattern, segments, strict=True):
        if expected.startswith(_PARAMETER):
            if not actual:
                return None
            params[expected[1:-1]] = actual
        elif expected != actual:
            return None
    return params
