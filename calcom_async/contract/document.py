"""An OpenAPI document of Cal.com, as far as the package is held against it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import attrs

__all__ = ["Document", "Operation", "Variant", "shape_of"]

_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}")
_METHODS = ("get", "post", "put", "patch", "delete")
_JSON = "application/json"


def shape_of(path: str) -> str:
    """A path template without the names of its parameters, nor the `/v2` it may begin with."""
    return re.sub(r"\{[^{}]+\}", "{}", path.removeprefix("/v2"))


@attrs.frozen(kw_only=True)
class Variant:
    """An operation under one value of `cal-api-version`.

    Attributes:
        version: The value; None where the document asks for none.
        query: Query parameters by name.
        path: Path parameters by name.
        body: Schema of the body; None where there is none.
        answers: Schemas of its successful answers; None for one without content.
    """

    version: str | None
    query: Mapping[str, Mapping[str, Any]]
    path: Mapping[str, Mapping[str, Any]]
    body: Mapping[str, Any] | None
    answers: tuple[Mapping[str, Any] | None, ...]


@attrs.frozen(kw_only=True)
class Operation:
    """A documented operation.

    Attributes:
        method: HTTP method, upper case.
        path: As documented, such as `/v2/bookings/{bookingUid}`.
        variants: By version, the newest first.
        fork: Only the open fork has it.
    """

    method: str
    path: str
    variants: tuple[Variant, ...] = attrs.field(repr=False)
    fork: bool = False

    @property
    def name(self) -> str:
        """`GET /v2/bookings/{bookingUid}`."""
        return f"{self.method} {self.path}"

    def variant_for(self, versions: tuple[str, ...]) -> Variant | None:
        """What a request with these versions, the preferred one first, is held against; None where no one fits."""
        for version in versions:
            for variant in self.variants:
                if variant.version == version:
                    return variant
        undated = [variant for variant in self.variants if variant.version is None]
        if undated:
            return undated[0]
        return None if versions else self.variants[0]


@attrs.define(kw_only=True, slots=False)
class Document:
    """A parsed OpenAPI document.

    Beside the standard's keys it understands `x-older-versions` of an operation (variants of older versions of the
    API), `x-observed-response` (the answer as it is) and, at its root, `x-cal-diy-only` (operations and schemas of the
    open fork). A document without them is read as well.
    """

    raw: Mapping[str, Any] = attrs.field(repr=False)

    @cached_property
    def operations(self) -> Mapping[tuple[str, str], Operation]:
        """Every operation by method and shape of the path."""
        fork = self.raw.get("x-cal-diy-only") or {}
        found: dict[tuple[str, str], Operation] = {}
        for paths, is_fork in ((self.raw["paths"], False), (fork.get("paths", {}), True)):
            for path, item in paths.items():
                for method in _METHODS:
                    if method in item:
                        operation = self._operation(method.upper(), path, item[method], is_fork)
                        found.setdefault((operation.method, shape_of(path)), operation)
        return found

    @cached_property
    def tells_older_versions(self) -> bool:
        """Whether it has older versions of operations, so that a version it does not name is none."""
        return any(len(operation.variants) > 1 for operation in self.operations.values())

    @cached_property
    def schemas(self) -> Mapping[str, Any]:
        """The named schemas, those of the fork among them."""
        fork = self.raw.get("x-cal-diy-only") or {}
        return {**fork.get("schemas", {}), **self.raw.get("components", {}).get("schemas", {})}

    def find(self, method: str, path: str) -> Operation | None:
        """The operation that a path or path template belongs to; one without parameters before one with."""
        exact = self.operations.get((method, shape_of(path)))
        if exact is not None:
            return exact
        fitting = [
            operation
            for (known, _), operation in self.operations.items()
            if known == method and self._pattern(operation.path).fullmatch(path.removeprefix("/v2"))
        ]
        return min(fitting, key=lambda operation: operation.path.count("{"), default=None)

    @staticmethod
    def _pattern(path: str) -> re.Pattern[str]:
        return re.compile(re.sub(r"\\\{[^{}]+\\\}", "[^/]+", re.escape(path.removeprefix("/v2"))))

    def resolve(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """The schema itself: references followed, `allOf` merged. Members of `oneOf` and `anyOf` stay as they are."""
        seen: set[str] = set()
        while "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            if name in seen or name not in self.schemas:
                return {}
            seen.add(name)
            schema = self.schemas[name]
        if "allOf" not in schema:
            return schema
        merged: dict[str, Any] = {key: value for key, value in schema.items() if key != "allOf"}
        for part in schema["allOf"]:
            part = self.resolve(part)  # noqa: PLW2901 - the same part, without references
            properties = {**part.get("properties", {}), **merged.get("properties", {})}
            required = [*merged.get("required", ()), *part.get("required", ())]
            merged = {**part, **merged}
            if properties:
                merged |= {"properties": properties, "required": required}
        return merged

    def members(self, schema: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
        """The schemas a value may follow: the members of a union, resolved; else the schema itself."""
        schema = self.resolve(schema)
        members = schema.get("oneOf") or schema.get("anyOf")
        if not members:
            return (schema,)
        return tuple(one for member in members for one in self.members(member))

    def names(self, schema: Mapping[str, Any], where: str = "", _above: tuple[int, ...] = ()) -> Iterator[str]:
        """The path of every property, such as `attendee.email` or `availability[].days`."""
        for member in self.members(schema):
            if id(member) in _above:
                continue
            above = (*_above, id(member))
            if isinstance(member.get("items"), Mapping):
                yield from self.names(member["items"], f"{where}[]", above)
            for name, of in member.get("properties", {}).items():
                path = f"{where}.{name}" if where else name
                yield path
                if isinstance(of, Mapping):
                    yield from self.names(of, path, above)

    def enums(
        self, schema: Mapping[str, Any], where: str = "", _above: tuple[int, ...] = ()
    ) -> Iterator[tuple[str, Sequence[Any]]]:
        """The path and the values of every property with a documented set of values."""
        for member in self.members(schema):
            if id(member) in _above:
                continue
            above = (*_above, id(member))
            if member.get("enum"):
                yield where, member["enum"]
            if isinstance(member.get("items"), Mapping):
                yield from self.enums(member["items"], f"{where}[]", above)
            for name, of in member.get("properties", {}).items():
                if isinstance(of, Mapping):
                    yield from self.enums(of, f"{where}.{name}" if where else name, above)

    # --- reading ------------------------------------------------------------------------------------------------------

    def _operation(self, method: str, path: str, wire: Mapping[str, Any], fork: bool) -> Operation:
        older = wire.get("x-older-versions") or ()
        variants = tuple(self._variant(one) for one in (wire, *older))
        return Operation(method=method, path=path, variants=variants, fork=fork)

    def _variant(self, wire: Mapping[str, Any]) -> Variant:
        parameters = [self.resolve(parameter) for parameter in wire.get("parameters", ())]
        body = wire.get("requestBody", {}).get("content", {})
        observed = wire.get("x-observed-response")
        answers = (
            (observed["schema"],)
            if observed
            else tuple(
                answer.get("content", {}).get(_JSON, {}).get("schema")
                for status, answer in wire.get("responses", {}).items()
                if str(status).startswith("2")
            )
        )
        return Variant(
            version=_version(wire, parameters),
            query={parameter["name"]: parameter for parameter in parameters if parameter["in"] == "query"},
            path={parameter["name"]: parameter for parameter in parameters if parameter["in"] == "path"},
            body=next((content["schema"] for content in body.values() if "schema" in content), None),
            answers=answers,
        )


def _version(wire: Mapping[str, Any], parameters: list[Mapping[str, Any]]) -> str | None:
    said = wire.get("x-cal-api-version")
    for parameter in parameters:
        if parameter["in"] == "header" and parameter["name"].lower() == "cal-api-version":
            said = said or parameter.get("schema", {}).get("default") or parameter.get("description")
    found = _VERSION.search(str(said)) if said else None
    return found[0] if found else None
