"""What a client is told of each tool: titles, schemas and hints, in MCP's terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from calcom_async.agent.mcp.cutting import CUT
from calcom_async.agent.tool import LOCAL, Tool

if TYPE_CHECKING:
    from mcp import types

__all__ = ["ACCOUNT", "described", "has_account", "has_pages", "input_schema", "output_schema"]

ACCOUNT = "account"
"""The argument that says whose Cal.com is meant."""


def described(tool: Tool, accounts: Sequence[str], default: str | None) -> types.Tool:
    """A tool as MCP describes it.

    Args:
        tool: One of the catalogue.
        accounts: The names of the accounts that are served.
        default: The one that is used if none is named.
    """
    from mcp import types

    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=input_schema(tool, accounts, default),
        output_schema=output_schema(tool),
        annotations=types.ToolAnnotations(
            title=tool.title,
            read_only_hint=tool.kind == "read",
            destructive_hint=tool.destructive,
            idempotent_hint=tool.idempotent,
            open_world_hint=tool.operation != LOCAL,
        ),
    )


def input_schema(tool: Tool, accounts: Sequence[str], default: str | None) -> dict[str, Any]:
    """The JSON Schema of a tool's arguments: with several accounts, one of them is `account`."""
    schema = dict(tool.schema)
    if len(accounts) < 2 or tool.operation == LOCAL or has_account(tool):
        return schema
    account: dict[str, Any] = {
        "type": "string",
        "enum": list(accounts),
        "description": "Whose Cal.com: the name of an account.",
    }
    if default is not None:
        account["default"] = default
    return schema | {"properties": {**schema.get("properties", {}), ACCOUNT: account}}


def output_schema(tool: Tool) -> dict[str, Any]:
    """The JSON Schema of a tool's structured answer: the answer itself, and what was cut off it."""
    answer: Mapping[str, Any] = tool.answer
    cut = {"type": "string", "description": "Only where the answer was too long: what is missing, and how to get it."}
    return {**answer, "type": "object", "properties": {**answer.get("properties", {}), CUT: cut}}


def has_account(tool: Tool) -> bool:
    """Whether a tool has a parameter of its own with the name of ours."""
    return any(parameter.name == ACCOUNT for parameter in tool.parameters)


def has_pages(tool: Tool) -> bool:
    """Whether a tool takes `page` and `limit`."""
    return {"page", "limit"} <= {parameter.name for parameter in tool.parameters}
