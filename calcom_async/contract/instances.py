"""Answers made from a schema: the least, the full one, nulls, every member of every union, what no one knows yet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import attrs

from calcom_async.contract.document import Document

__all__ = ["UNKNOWN_FIELD", "UNKNOWN_VALUE", "instances"]

Mode = Literal["least", "full", "null", "unknown", "strange", "empty", "pick"]
UNKNOWN_FIELD = "calcomAsyncUnknownField"
"""A field that no release knows."""
UNKNOWN_VALUE = "calcomAsyncUnknownValue"
"""A value that no enumeration knows."""
_DEPTH = 12
"""How far into schemas that hold themselves."""
_INSTANT = "2026-12-01T09:00:00.000Z"
_INSTANT_NAMES = re.compile(r"(^|[a-z])(At|Date|Time|start|end|until)$|^(start|end|date)$", re.ASCII)


def instances(document: Document, schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Answers that a schema allows, or is going to allow, each with a word for it."""
    widest = max(_widths(document, schema, ()), default=1)
    modes: tuple[Mode, ...] = ("least", "full", "null", "unknown", "strange", "empty")
    for mode in modes:
        yield mode, _Maker(document, mode).make(schema, "", 0)
    for number in range(1, widest):
        yield f"choice {number + 1}", _Maker(document, "pick", number).make(schema, "", 0)


def _widths(document: Document, schema: Mapping[str, Any], above: tuple[int, ...]) -> Iterator[int]:
    """How many members the unions have, and how many values the enumerations."""
    members = document.members(schema)
    yield len(members)
    for member in members:
        if id(member) in above or len(above) > _DEPTH:
            continue
        inside = (*above, id(member))
        yield len(member.get("enum", ()))
        for inner in (member.get("items"), member.get("additionalProperties"), *member.get("properties", {}).values()):
            if isinstance(inner, Mapping):
                yield from _widths(document, inner, inside)


@attrs.frozen
class _Maker:
    document: Document
    mode: Mode
    number: int = 0

    def make(self, schema: Mapping[str, Any], name: str, depth: int) -> Any:
        outer = self.document.resolve(schema)
        members = self.document.members(schema)
        if self.mode == "null" and depth and (outer.get("nullable") or schema.get("nullable")):
            return None
        return self.single(members[self.number % len(members)], name, depth)

    def single(self, schema: Mapping[str, Any], name: str, depth: int) -> Any:
        kind = schema.get("type") or ("object" if "properties" in schema else None)
        if name == "status" and depth == 1:
            return "success"
        if kind == "array" or (kind is None and "items" in schema):
            return self.array(schema, name, depth)
        if schema.get("enum"):
            return self.enum(schema)
        if kind == "object":
            return self.mapping(schema, name, depth)
        if kind in ("number", "integer"):
            example = schema.get("example")
            return example if isinstance(example, int | float) and not isinstance(example, bool) else 7
        if kind == "boolean":
            said = schema.get("example", schema.get("default"))
            return said if isinstance(said, bool) else True
        if kind == "string":
            return _text(schema, name)
        return schema.get("example", _text(schema, name))

    def enum(self, schema: Mapping[str, Any]) -> Any:
        values = schema["enum"]
        if self.mode == "strange" and isinstance(values[0], str):
            return UNKNOWN_VALUE
        if self.mode != "pick" and schema.get("example") in values:
            return schema["example"]
        return values[self.number % len(values)]

    def array(self, schema: Mapping[str, Any], name: str, depth: int) -> list[Any]:
        if self.mode == "empty" or depth > _DEPTH:
            return []
        items, example = schema.get("items") or {}, schema.get("example")
        if isinstance(example, list) and example and all(isinstance(item, str) for item in example):
            return (
                example
                if items.get("type") == "string" and self.mode != "strange"
                else [self.make(items, name, depth + 1)]
            )
        members = self.document.members(items)
        if self.mode in {"full", "unknown"}:
            return [self.single(member, name, depth + 1) for member in members]
        return [self.make(items, name, depth + 1)]

    def mapping(self, schema: Mapping[str, Any], name: str, depth: int) -> dict[str, Any]:
        properties = schema.get("properties", {})
        made: dict[str, Any] = {}
        for key, of in properties.items():
            needed = key in schema.get("required", ())
            if not isinstance(of, Mapping) or (not needed and self.mode == "least") or depth > _DEPTH:
                continue
            made[key] = None if self.mode == "null" and depth and not needed else self.make(of, key, depth + 1)
        if not properties and self.mode not in {"least", "empty"}:
            made |= self.open_mapping(schema, name, depth)
        if self.mode == "unknown" and properties and depth:
            made[UNKNOWN_FIELD] = {"anything": [1, None, "text"]}
        return made

    def open_mapping(self, schema: Mapping[str, Any], name: str, depth: int) -> dict[str, Any]:
        example, inner = schema.get("example"), schema.get("additionalProperties")
        if isinstance(example, Mapping) and example:
            return dict(example)
        if isinstance(inner, Mapping) and depth <= _DEPTH:
            key = "2026-12-01" if name in {"data", "slots"} else "key"  # days
            return {key: self.make(inner, key, depth + 1)}
        return {"key": "text"}


def _text(schema: Mapping[str, Any], name: str) -> str:
    example, written = schema.get("example", schema.get("default")), schema.get("format")
    if written == "date-time":
        return _INSTANT
    if isinstance(example, str) and example:
        return example
    if written == "date":
        return "2026-12-01"
    return _INSTANT if _INSTANT_NAMES.search(name) else "text"
