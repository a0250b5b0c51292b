"""What every resource class stands on: one line per operation, from a path template to a record."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, ClassVar, TypeAlias, TypeVar, overload

import attrs

from calcom_async.core.codec import decode
from calcom_async.core.operation import Async, Blocking, Channel, operation, paginated
from calcom_async.core.operation import Resource as BoundResource
from calcom_async.core.paging import Listing, Style
from calcom_async.core.request import Request, Response, path_segment
from calcom_async.errors import DecodeError, NotFoundError

__all__ = ["Async", "Blocking", "Listing", "Resource", "Scope", "child", "operation", "paginated"]

M = TypeVar("M", covariant=True)
T = TypeVar("T")
Versions = tuple[str, ...]
Sent: TypeAlias = Coroutine[Any, Any, T]
"""A call, to be awaited."""
_WRITES = frozenset({"PUT", "PATCH", "DELETE"})


@attrs.frozen
class Scope:
    """The owner a resource is bound to: the beginning of its path, with the ids that fill it.

    Args:
        template: Such as `/organizations/{orgId}/teams/{teamId}`; empty for the user's own.
        ids: What fills the template, in order.
    """

    template: str = ""
    ids: tuple[Any, ...] = ()

    def inside(self, template: str, *ids: Any) -> Scope:
        """A scope further down, such as a team of this organization.

        Raises:
            InvalidRequestError: an id is empty or can't be part of a path.
        """
        for value in ids:
            path_segment(value)
        return Scope(self.template + template, self.ids + ids)


def child(module: str) -> Any:
    """A resource that hangs on another one, imported and made when it is first asked for, on the same path.

    `webhooks: Webhooks[M] = child("webhooks")` is the class `Webhooks` of `calcom_async.resources.webhooks`.

    Args:
        module: The module that has the class which the annotation names.
    """
    return _Child(module)


class _Child(functools.cached_property[Any]):
    def __init__(self, module: str) -> None:
        super().__init__(self._make)
        self._module = module
        self._class = ""

    def __set_name__(self, owner: type[Any], name: str) -> None:
        super().__set_name__(owner, name)
        self._class, _, _ = owner.__annotations__[name].partition("[")

    def _make(self, of: BoundResource[Any]) -> Any:
        module = importlib.import_module(f"calcom_async.resources.{self._module}")
        return getattr(module, self._class)(of._channel, *(of._scope,) if isinstance(of, Resource) else ())


class Resource(BoundResource[M]):
    """One kind of thing of one owner.

    Attributes:
        versions: The `cal-api-version` its operations ask for, and what to fall back to; empty for none.
    """

    versions: ClassVar[Versions] = ()

    def __init__(self, channel: Channel, scope: Scope = Scope()) -> None:
        super().__init__(channel)
        self._scope = scope

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._scope.template or 'the user'}>"

    # --- one operation ------------------------------------------------------------------------------------------------

    def _request(
        self,
        method: str,
        template: str,
        ids: tuple[Any, ...],
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        versions: Versions | None = None,
        safe: bool | None = None,
    ) -> Request:
        return Request.make(
            method,
            self._scope.template + template,
            self._scope.ids + ids,
            query=query,
            body=body,
            versions=self.versions if versions is None else versions,
            safe=safe,
        )

    @overload
    async def _call(self, method: str, template: str, ids: tuple[Any, ...], into: type[T], **options: Any) -> T: ...
    @overload
    async def _call(self, method: str, template: str, ids: tuple[Any, ...], into: None, **options: Any) -> None: ...
    async def _call(
        self,
        method: str,
        template: str,
        ids: tuple[Any, ...],
        into: Any,
        *,
        find: Callable[[Any], Any] | None = None,
        **options: Any,
    ) -> Any:
        request = self._request(method, template, ids, **options)
        response = await self._channel.send(request)
        return None if into is None else self._record(request, response, into, find)

    def _record(self, request: Request, response: Response, into: Any, find: Callable[[Any], Any] | None) -> Any:
        envelope = response.json()
        data = envelope.get("data") if isinstance(envelope, dict) and "data" in envelope else None
        if find is not None:
            data = find(data if data is not None else envelope)
        if data is None and (not request.repeatable or request.method in _WRITES):
            # Nobody was looking for a record, and to say that there is none would be to say that it failed. Of what is
            # not there, Cal.com answers null to those who read alone; changes are answered 404 or 400.
            raise DecodeError("the answer is empty; the server says that it was done")
        if data is None:
            raise NotFoundError(
                "the answer is empty: there is no such record, or it is not yours",
                status_code=response.status,
                request_id=response.request_id,
                method=request.method,
                path=request.template,
            )
        if into is Any:
            return data
        record = decode(data, into, path="data")
        self._tell_of_records(request.method, request.template, 1)
        return record

    def _tell_of_records(self, method: str, path: str, count: int) -> None:
        self._channel.options.telemetry.read(method, path, count)

    @overload
    def _get(self, template: str, *ids: Any, into: type[T], **options: Any) -> Sent[T]: ...
    @overload
    def _get(self, template: str, *ids: Any, into: None, **options: Any) -> Sent[None]: ...
    def _get(self, template: str, *ids: Any, into: Any, **options: Any) -> Sent[Any]:
        return self._call("GET", template, ids, into, **options)

    @overload
    def _post(self, template: str, *ids: Any, into: type[T], **options: Any) -> Sent[T]: ...
    @overload
    def _post(self, template: str, *ids: Any, into: None, **options: Any) -> Sent[None]: ...
    def _post(self, template: str, *ids: Any, into: Any, **options: Any) -> Sent[Any]:
        return self._call("POST", template, ids, into, **options)

    @overload
    def _patch(self, template: str, *ids: Any, into: type[T], **options: Any) -> Sent[T]: ...
    @overload
    def _patch(self, template: str, *ids: Any, into: None, **options: Any) -> Sent[None]: ...
    def _patch(self, template: str, *ids: Any, into: Any, **options: Any) -> Sent[Any]:
        return self._call("PATCH", template, ids, into, **options)

    @overload
    def _put(self, template: str, *ids: Any, into: type[T], **options: Any) -> Sent[T]: ...
    @overload
    def _put(self, template: str, *ids: Any, into: None, **options: Any) -> Sent[None]: ...
    def _put(self, template: str, *ids: Any, into: Any, **options: Any) -> Sent[Any]:
        return self._call("PUT", template, ids, into, **options)

    @overload
    def _delete(self, template: str, *ids: Any, into: type[T], **options: Any) -> Sent[T]: ...
    @overload
    def _delete(self, template: str, *ids: Any, into: None, **options: Any) -> Sent[None]: ...
    def _delete(self, template: str, *ids: Any, into: Any, **options: Any) -> Sent[Any]:
        return self._call("DELETE", template, ids, into, **options)

    # --- one list -----------------------------------------------------------------------------------------------------

    def _list(
        self,
        template: str,
        into: type[T],
        *ids: Any,
        page_size: int = 100,
        style: Style = "offset",
        query: Mapping[str, Any] | None = None,
        versions: Versions | None = None,
        find: Callable[[Any], Any] | None = None,
    ) -> Listing[T]:
        from calcom_async.errors import InvalidRequestError

        if page_size < 1:
            raise InvalidRequestError("page_size: at least 1")
        return Listing(
            request=self._request("GET", template, ids, query=query, versions=versions),
            into=into,
            fetch=self._channel.send,
            page_size=page_size,
            style=style,
            find=find,
            strict=self._channel.options.strict,
            telemetry=self._channel.options.telemetry,
        )
