"""What the package sends, held against what a document says: every difference as a `Finding`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from calcom_async.contract.document import Document, Operation, Variant
from calcom_async.contract.samples import ANY_KEY, TEXT
from calcom_async.contract.survey import Surveyed
from calcom_async.core.request import Request

__all__ = ["Finding", "by_operation", "compare_requests", "missing_operations"]


@attrs.frozen(kw_only=True, order=True)
class Finding:
    """One difference between the package and a document.

    Attributes:
        operation: `GET /v2/bookings`.
        kind: What differs: `operation`, `version`, `path`, `query`, `body`, `enum`, `bound`, `required`, `type`,
            `answer`.
        where: The parameter, or the path of the property: `query take`, `body attendee.email`.
        what: `new` (documented, unknown to the package), `gone` (sent or read by the package, not documented), or
            `changed`.
        text: For people.
    """

    operation: str
    kind: str
    where: str
    what: str
    text: str = attrs.field(eq=False)

    def __str__(self) -> str:
        return f"{self.operation}: {self.where}: {self.text}" if self.where else f"{self.operation}: {self.text}"


Sender = tuple[Surveyed, Request]


def by_operation(
    document: Document, methods: Sequence[Surveyed]
) -> tuple[dict[str, list[Sender]], list[tuple[Surveyed, Request]]]:
    """What is sent to each documented operation, by its name, and what is sent to none."""
    reached: dict[str, list[Sender]] = {}
    nowhere: dict[tuple[str, str], Sender] = {}
    for surveyed in methods:
        for request in surveyed.requests:
            operation = document.find(request.method, request.template)
            if operation is None:
                nowhere.setdefault((surveyed.method.path, request.operation), (surveyed, request))
            else:
                reached.setdefault(operation.name, []).append((surveyed, request))
    return reached, list(nowhere.values())


def missing_operations(document: Document, reached: Mapping[str, Any]) -> list[Operation]:
    """The documented operations that no method sends."""
    return [operation for operation in document.operations.values() if operation.name not in reached]


def compare_requests(document: Document, operation: Operation, senders: Sequence[Sender]) -> list[Finding]:
    """Hold everything that is sent to one operation against what is documented of it, once for each difference."""
    found: dict[Finding, None] = {}
    for surveyed, request in senders:
        variant = operation.variant_for(request.versions)
        if variant is None:
            continue
        for finding in _Comparison(document, operation, variant).request(request):
            found.setdefault(attrs.evolve(finding, text=f"{finding.text} [{surveyed.method.path}]"))
    judged = [(request, operation.variant_for(request.versions)) for _, request in senders]
    for finding in (*_versions(document, operation, judged), *_unreached(document, operation, judged)):
        found.setdefault(finding)
    return sorted(found)


# --- one request -----------------------------------------------------------------------------------------------------


@attrs.frozen
class _Comparison:
    document: Document
    operation: Operation
    variant: Variant

    def finding(self, kind: str, where: str, what: str, text: str) -> Finding:
        return Finding(operation=self.operation.name, kind=kind, where=where, what=what, text=text)

    def request(self, request: Request) -> Iterator[Finding]:
        yield from self.path(request)
        yield from self.query(request)
        yield from self.body(request)

    def path(self, request: Request) -> Iterator[Finding]:
        for name, value in _path_values(self.operation, request).items():
            enum = self.document.resolve(self.variant.path.get(name, {}).get("schema", {})).get("enum")
            if enum and value not in (*enum, TEXT):
                yield self.finding("enum", f"path {name}", "gone", f"{value!r} is not documented")

    def query(self, request: Request) -> Iterator[Finding]:
        sent: dict[str, list[str]] = {}
        for name, value in request.query:
            sent.setdefault(name.partition("[")[0], []).append(value)
        for name, parameter in self.variant.query.items():
            if parameter.get("required") and name not in sent:
                yield self.finding("required", f"query {name}", "changed", "is required, and not always sent")
        for name, values in sent.items():
            documented = self.variant.query.get(name)
            if documented is None:
                yield self.finding("query", f"query {name}", "gone", "is sent, and not documented")
                continue
            for value in values:
                yield from self.query_value(name, value, self.document.resolve(documented.get("schema", {})))

    def query_value(self, name: str, value: str, schema: Mapping[str, Any]) -> Iterator[Finding]:
        kind = schema.get("type")
        if kind == "array":
            items = self.document.resolve(schema.get("items", {}))
            if items.get("type") != "object":
                for one in value.split(","):
                    yield from self.query_value(name, one, items)
            return
        if not _fits(value, kind):
            yield self.finding("type", f"query {name}", "changed", f"{value!r} is sent for a {kind}")
        elif kind in ("number", "integer"):
            yield from self.bound(f"query {name}", float(value), schema)
        yield from self.enum(f"query {name}", value, schema)

    def body(self, request: Request) -> Iterator[Finding]:
        if self.variant.body is None:
            if request.body not in (None, {}):
                yield self.finding("body", "body", "gone", "is sent, and none is documented")
        elif request.body is not None:
            yield from self.value(request.body, self.variant.body, "")
        else:
            schemas = self.document.members(self.variant.body)
            if all(schema.get("required") for schema in schemas):
                yield self.finding("required", "body", "changed", "is required, and not always sent")

    # --- values of a body ---------------------------------------------------------------------------------------------

    def value(self, value: Any, schema: Mapping[str, Any], where: str) -> list[Finding]:
        """The differences of one value; of a union those to the member that fits best."""
        if value is None:
            return []
        members = self.document.members(schema)
        elsewhere = {f"body {_inside(where, name)}" for member in members for name in member.get("properties", {})}
        attempts = [
            [one for one in self.single(value, member, where) if one.kind != "body" or one.where not in elsewhere]
            for member in members
        ]  # a name that another member knows is known: which of them go together is the server's business
        return min(attempts, key=len)

    def single(self, value: Any, schema: Mapping[str, Any], where: str) -> Iterator[Finding]:
        kind = schema.get("type") or ("object" if "properties" in schema else None)
        if isinstance(kind, str) and kind in _KINDS and not _KINDS[kind](value):
            yield self.finding("type", f"body {where}", "changed", f"{type(value).__name__} is sent for a {kind}")
            return
        if isinstance(value, Mapping):
            yield from self.mapping(value, schema, where)
        elif isinstance(value, list):
            if isinstance(schema.get("items"), Mapping):
                for item in value:
                    yield from self.value(item, schema["items"], f"{where}[]")
        else:
            yield from self.enum(f"body {where}", value, schema)
            if isinstance(value, int | float) and not isinstance(value, bool):
                yield from self.bound(f"body {where}", value, schema)

    def mapping(self, value: Mapping[str, Any], schema: Mapping[str, Any], where: str) -> Iterator[Finding]:
        properties = schema.get("properties")
        if not properties:
            return  # the caller's own keys
        for name in schema.get("required", ()):
            if name not in value and ANY_KEY not in value:
                yield self.finding(
                    "required", f"body {_inside(where, name)}", "changed", "is required, and not always sent"
                )
        for name, inner in value.items():
            if name in properties:
                yield from self.value(inner, properties[name], _inside(where, name))
            elif name != ANY_KEY and not schema.get("additionalProperties"):
                yield self.finding("body", f"body {_inside(where, name)}", "gone", "is sent, and not documented")

    def enum(self, where: str, value: Any, schema: Mapping[str, Any]) -> Iterator[Finding]:
        enum = schema.get("enum")
        if enum and value not in (TEXT, 1, "1") and value not in enum and value not in map(str, enum):
            yield self.finding("enum", where, "gone", f"{value!r} is not among the documented values")

    def bound(self, where: str, value: float, schema: Mapping[str, Any]) -> Iterator[Finding]:
        if value > schema.get("maximum", value):
            yield self.finding("bound", where, "changed", f"{value:g} is more than {schema['maximum']}")


def _inside(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _fits(text: str, kind: Any) -> bool:
    """Whether text of a query is of a documented type."""
    if kind in ("number", "integer"):
        return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None
    return text in {"true", "false"} if kind == "boolean" else True


_KINDS: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, Mapping),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
}


def _path_values(operation: Operation, request: Request) -> dict[str, str]:
    """What stands at the places of the documented parameters."""
    names = re.findall(r"\{([^{}]+)\}", operation.path)
    pattern = re.sub(r"\\\{[^{}]+\\\}", "([^/]+)", re.escape(operation.path.removeprefix("/v2")))
    found = re.fullmatch(pattern, request.path)
    return dict(zip(names, found.groups(), strict=True)) if found else {}


# --- all requests of an operation ------------------------------------------------------------------------------------

Judged = Sequence[tuple[Request, Variant | None]]


def _versions(document: Document, operation: Operation, judged: Judged) -> Iterator[Finding]:
    def finding(what: str, text: str, version: str = "") -> Finding:
        where = f"cal-api-version {version}".rstrip()
        return Finding(operation=operation.name, kind="version", where=where, what=what, text=text)

    documented = {variant.version for variant in operation.variants}
    asked = {version for request, _ in judged for version in request.versions}
    if all(variant is None for _, variant in judged):
        said = ", ".join(sorted(version for version in documented if version))
        yield finding("changed", f"{', '.join(sorted(asked)) or 'none'} is asked for; documented: {said}")
        return
    newest = operation.variants[0].version
    if documented == {None}:
        for version in sorted(asked):
            yield finding("gone", "is asked for, and no version is documented", version)
    if newest is None:
        return
    if newest not in asked:
        yield finding("new", "is documented, and never asked for", newest)
    if any(not request.versions for request, _ in judged):
        yield finding("changed", f"{newest} is documented, and some calls ask for none")
    if document.tells_older_versions and None not in documented:
        for version in sorted({request.versions[0] for request, _ in judged if request.versions} - documented):
            yield finding("gone", "is asked for, and not documented", version)


def _unreached(document: Document, operation: Operation, judged: Judged) -> Iterator[Finding]:
    """What is documented and no argument reaches."""
    query = {name.partition("[")[0] for request, _ in judged for name, _ in request.query}
    reached: dict[str, set[Any]] = {}
    for request, _ in judged:
        _collect(request.body, "", reached)
    used = [variant for variant in operation.variants if any(variant is judge for _, judge in judged)]
    for variant in used:
        for name in variant.query.keys() - query:
            yield Finding(
                operation=operation.name, kind="query", where=f"query {name}", what="new", text="no argument sends it"
            )
        for path in dict.fromkeys(document.names(variant.body)) if variant.body else ():
            if path not in reached and not _is_open(path, reached):
                yield Finding(
                    operation=operation.name, kind="body", where=f"body {path}", what="new", text="no argument sends it"
                )
        yield from _unreached_values(document, operation, variant, judged, reached)


def _collect(value: Any, where: str, reached: dict[str, set[Any]]) -> None:
    if isinstance(value, Mapping):
        reached.setdefault(where, set())
        for name, inner in value.items():
            _collect(inner, _inside(where, name), reached)
    elif isinstance(value, list):
        reached.setdefault(where, set())
        for item in value:
            _collect(item, f"{where}[]", reached)
    else:
        reached.setdefault(where, set()).add(value)


def _is_open(path: str, reached: Mapping[str, Any]) -> bool:
    """Whether the caller may put any key there, or any value at all above it."""
    parts = path.split(".")
    above = [".".join(parts[:n]) for n in range(len(parts))]
    return any(_inside(one, ANY_KEY) in reached for one in above)


def _unreached_values(
    document: Document, operation: Operation, variant: Variant, judged: Judged, reached: Mapping[str, set[Any]]
) -> Iterator[Finding]:
    sent: dict[str, set[Any]] = {f"body {path}": values for path, values in reached.items()}
    for request, _ in judged:
        for name, value in request.query:
            sent.setdefault(f"query {name}", set()).update(value.split(","))
        for name, value in _path_values(operation, request).items():
            sent.setdefault(f"path {name}", set()).add(value)
    for where, enum in _enums(document, variant):
        values = {str(value) for value in sent.get(where, ()) if value is not None}
        known = values & set(map(str, enum))
        if len(known) > 1 or (known and TEXT not in values):  # a set of values, not text with a default
            for value in (str(value) for value in enum if str(value) not in values):
                text = f"{value!r} is documented, and not among the known values"
                yield Finding(operation=operation.name, kind="enum", where=f"{where} {value}", what="new", text=text)


def _enums(document: Document, variant: Variant) -> Iterator[tuple[str, Sequence[Any]]]:
    for place, parameters in (("query", variant.query), ("path", variant.path)):
        for name, parameter in parameters.items():
            schema = document.resolve(parameter.get("schema", {}))
            schema = document.resolve(schema["items"]) if isinstance(schema.get("items"), Mapping) else schema
            if schema.get("enum"):
                yield f"{place} {name}", schema["enum"]
    merged: dict[str, list[Any]] = {}
    if variant.body:
        for path, enum in document.enums(variant.body):
            merged.setdefault(f"body {path}", []).extend(enum)
    yield from merged.items()
