"""Every method that the client offers, found by walking it: no list of them is kept anywhere."""

from __future__ import annotations

import ast
import functools
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

import attrs

from calcom_async.contract.recording import Recorder
from calcom_async.contract.samples import samples
from calcom_async.core.operation import Async, Channel, Resource, operation, paginated
from calcom_async.core.transport import Options

__all__ = ["COMPOSED", "Method", "channel_on", "client_on", "discover", "parameter_hints"]

COMPOSED: Mapping[str, str] = {
    "request": "sends whatever it is told to",
    "request_raw": "sends whatever it is told to",
    "export": "built on lists, and writes files",
}
"""Methods that are no operation of Cal.com's, by name, and why."""


@attrs.frozen(kw_only=True)
class Method:
    """One method of one resource.

    Attributes:
        path: How a user writes it: `cal.team(team_id).memberships.list`.
        owner: The resource it is bound to.
        name: Its own name.
        kind: Whether it answers one thing, or lists.
    """

    path: str
    owner: Resource[Async] = attrs.field(repr=False)
    name: str = attrs.field(repr=False)
    kind: Literal["operation", "list"]

    @property
    def function(self) -> Callable[..., Any]:
        """What was decorated."""
        function: Callable[..., Any] = inspect.getattr_static(type(self.owner), self.name).function
        return function

    @property
    def verbs(self) -> frozenset[str]:
        """The HTTP methods that its docstring names: `GET /v2/bookings/{bookingUid}`."""
        return frozenset(re.findall(r"`(GET|POST|PUT|PATCH|DELETE) ", self.function.__doc__ or ""))

    def __call__(self, **arguments: Any) -> Any:
        """A coroutine, or a pager."""
        return getattr(self.owner, self.name)(**arguments)


def client_on(recorder: Recorder, client: type[Any] | None = None) -> Any:
    """A client that sends to the recorder.

    Args:
        recorder: Where everything ends.
        client: `AsyncCalCom`, or another class of clients to be walked (not called).
    """
    from calcom_async.client import AsyncCalCom

    made = object.__new__(client or AsyncCalCom)
    Resource.__init__(made, channel_on(recorder))
    return made


def channel_on(recorder: Recorder) -> Channel:
    """A channel that sends to the recorder, and on which malformed records of a list raise."""
    return Channel(transport=recorder, options=Options(strict=True))  # type: ignore[arg-type] # stands in for it


def discover(client: Any) -> Iterator[Method]:
    """Every operation and list that hangs on a client, its resources and its scopes."""
    yield from _walk(client, "cal", set(), type(client))


def _walk(resource: Any, path: str, seen: set[tuple[type, str]], client: type[Any]) -> Iterator[Method]:
    mark = (type(resource), path)
    if mark in seen or path.count("(") > 4:  # a scope that leads back to itself
        return
    seen.add(mark)
    for name in dir(type(resource)):
        if name.startswith("_"):
            continue
        found = inspect.getattr_static(type(resource), name)
        if isinstance(found, operation | paginated):
            if name not in COMPOSED:
                kind: Literal["operation", "list"] = "operation" if isinstance(found, operation) else "list"
                yield Method(path=f"{path}.{name}", owner=resource, name=name, kind=kind)
        elif isinstance(found, functools.cached_property):
            inner = getattr(resource, name)
            if isinstance(inner, Resource):
                yield from _walk(inner, f"{path}.{name}", seen, client)
        elif inspect.isfunction(found) and not inspect.iscoroutinefunction(found):
            scope, ids = _scope(resource, name, found)
            if isinstance(scope, Resource) and not isinstance(scope, client):
                yield from _walk(scope, f"{path}.{name}({', '.join(ids)})", seen, client)


def _scope(resource: Any, name: str, function: Callable[..., Any]) -> tuple[Any, list[str]]:
    """What a method such as `team(team_id)` gives; methods without an id make no scope."""
    parameters = [p for p in list(inspect.signature(function).parameters.values())[1:] if p.default is p.empty]
    if not parameters or any(p.kind is p.VAR_KEYWORD for p in parameters):
        return None, []
    hints = parameter_hints(function)
    ids = {p.name: samples(hints.get(p.name, int), p.name).minimal for p in parameters}
    return getattr(resource, name)(**ids), list(ids)


# --- type hints ------------------------------------------------------------------------------------------------------


def parameter_hints(function: Callable[..., Any]) -> dict[str, Any]:
    """The types of a function's parameters; names that only type checkers import are imported here."""
    module = sys.modules[function.__module__]
    names = _Names(module)
    return {
        name: eval(hint, vars(module), names) if isinstance(hint, str) else hint  # noqa: S307 - the package's own annotations
        for name, hint in inspect.get_annotations(function).items()
        if name != "return"
    }


class _Names(dict[str, Any]):
    """What a module imports for type checkers alone."""

    def __init__(self, module: Any) -> None:
        super().__init__()
        self._origins = _imports_for_checkers(module)

    def __missing__(self, name: str) -> Any:
        module, original = self._origins[name]
        __import__(module)
        return getattr(sys.modules[module], original)


@functools.cache
def _imports_for_checkers(module: Any) -> dict[str, tuple[str, str]]:
    return {
        alias.asname or alias.name: (node.module, alias.name)
        for branch in ast.parse(inspect.getsource(module)).body
        if isinstance(branch, ast.If) and isinstance(branch.test, ast.Name) and branch.test.id == "TYPE_CHECKING"
        for node in branch.body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
