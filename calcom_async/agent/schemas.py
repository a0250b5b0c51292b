"""The tools in the forms that tool-calling models take."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, TypeAlias

from calcom_async.agent.tool import Tool

__all__ = ["Style", "schemas"]

Style: TypeAlias = Literal["json", "openai", "openai-responses", "anthropic"]
"""Whose form: our own, OpenAI's chat completions, OpenAI's responses, Anthropic's messages."""


def schemas(tools: Iterable[Tool], style: Style = "json") -> list[dict[str, Any]]:
    """Every tool in one form.

    Raises:
        ValueError: an unknown style.
    """
    match style:
        case "json":
            return [_json(tool) for tool in tools]
        case "openai":
            return [{"type": "function", "function": _function(tool)} for tool in tools]
        case "openai-responses":
            # Strict is the default there, and would make every parameter a required one.
            return [{"type": "function", **_function(tool), "strict": False} for tool in tools]
        case "anthropic":
            return [{"name": tool.name, "description": tool.description, "input_schema": tool.schema} for tool in tools]
        case _:
            raise ValueError(f"style: {style!r} is none of json, openai, openai-responses, anthropic")


def _function(tool: Tool) -> dict[str, Any]:
    return {"name": tool.name, "description": tool.description, "parameters": tool.schema}


def _json(tool: Tool) -> dict[str, Any]:
    return {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "kind": tool.kind,
        "destructive": tool.destructive,
        "idempotent": tool.idempotent,
        "namespace": tool.namespace,
        "operation": tool.operation,
        "parameters": tool.schema,
        "answer": dict(tool.answer),
        "examples": [{"title": one.title, "arguments": dict(one.arguments)} for one in tool.examples],
    }
