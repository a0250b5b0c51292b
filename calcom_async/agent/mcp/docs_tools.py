"""The documentation as two tools, for models whose client shows them no resources."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from calcom_async.agent.arguments import checked_arguments
from calcom_async.agent.call import Call
from calcom_async.agent.docs import read_doc, search_docs
from calcom_async.agent.failures import explain
from calcom_async.agent.result import Meta, Result
from calcom_async.agent.tool import LOCAL, Example, Parameter, Tool

if TYPE_CHECKING:
    from calcom_async import AsyncCalCom

__all__ = ["DOCS_TOOLS", "look_up"]


async def _search(call: Call) -> dict[str, Any]:
    return {"pages": [hit.to_dict() for hit in search_docs(call["query"], call["limit"])]}


async def _read(call: Call) -> dict[str, Any]:
    return {"page": call["page"], "text": read_doc(call["page"])}


_PAGE: Mapping[str, Any] = {
    "type": "object",
    "properties": {"page": {"type": "string"}, "title": {"type": "string"}, "summary": {"type": "string"}},
    "required": ["page", "title", "summary"],
}
_TOOLS = (
    Tool(
        name="search_docs",
        title="Search the documentation",
        description="Find pages of the documentation by words. It covers every tool, its parameters and its errors.",
        kind="read",
        namespace="docs",
        operation=LOCAL,
        parameters=(
            Parameter(
                name="query", type="string", description="Words, in any order", required=True, example="move a booking"
            ),
            Parameter(
                name="limit", type="integer", description="Pages, at most", default=10, minimum=1, maximum=50, example=5
            ),
        ),
        answer={
            "type": "object",
            "properties": {"pages": {"type": "array", "items": _PAGE}},
            "required": ["pages"],
        },
        examples=(Example(title="How a booking is moved", arguments={"query": "move a booking"}),),
        handler=_search,
    ),
    Tool(
        name="read_doc",
        title="Read the documentation",
        description="Read a page of the documentation: `overview`, `errors`, or one that has the name of a tool.",
        kind="read",
        namespace="docs",
        operation=LOCAL,
        parameters=(
            Parameter(
                name="page", type="string", description="The page's name", required=True, example="list_bookings"
            ),
        ),
        answer={
            "type": "object",
            "properties": {"page": {"type": "string"}, "text": {"type": "string", "description": "Markdown."}},
            "required": ["page", "text"],
        },
        examples=(Example(title="What list_bookings takes", arguments={"page": "list_bookings"}),),
        handler=_read,
    ),
)
DOCS_TOOLS: Mapping[str, Tool] = MappingProxyType({tool.name: tool for tool in _TOOLS})
"""Both by name."""


async def look_up(tool: Tool, arguments: Mapping[str, Any]) -> Result:
    """Call one of these: as with `Toolkit.call`, whatever goes wrong is in the result's `error`."""
    begun = time.perf_counter()
    data = error = None
    try:
        nobody = cast("AsyncCalCom", None)  # nothing is sent
        data = await tool.handler(Call(arguments=checked_arguments(tool, arguments), client=nobody, account=""))
    except Exception as failure:  # noqa: BLE001 - whatever it is, the caller is told
        error = explain(failure)
    return Result(
        function=tool.name, success=error is None, data=data, error=error,
        meta=Meta(operation=tool.operation, account=""), duration_ms=round((time.perf_counter() - begun) * 1000, 3),
    )  # fmt: skip
