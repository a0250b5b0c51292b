"""Cal.com for agents: a catalogue of tools with JSON Schema, and a toolkit that calls them.

```python
from calcom_async.agent import Toolkit

async with Toolkit() as toolkit:
    result = await toolkit.call("list_bookings", {"status": "confirmed", "limit": 10})
    print(result.to_dict())
```
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calcom_async.agent.catalogue import CATALOGUE, UnknownToolError, find_tool
    from calcom_async.agent.docs import DocEntry, DocHit, UnknownPageError, list_docs, read_doc, search_docs
    from calcom_async.agent.lua import Lua, LuaLimits, LuaResult, run_lua
    from calcom_async.agent.permissions import Permissions
    from calcom_async.agent.result import Meta, Result, ToolError
    from calcom_async.agent.tool import Example, Parameter, Tool
    from calcom_async.agent.toolkit import Question, Toolkit

_HOMES = {
    "CATALOGUE": "catalogue",
    "DocEntry": "docs",
    "DocHit": "docs",
    "Example": "tool",
    "Lua": "lua",
    "LuaLimits": "lua",
    "LuaResult": "lua",
    "Meta": "result",
    "Parameter": "tool",
    "Permissions": "permissions",
    "Question": "toolkit",
    "Result": "result",
    "Tool": "tool",
    "ToolError": "result",
    "Toolkit": "toolkit",
    "UnknownPageError": "docs",
    "UnknownToolError": "catalogue",
    "find_tool": "catalogue",
    "list_docs": "docs",
    "read_doc": "docs",
    "run_lua": "lua",
    "search_docs": "docs",
}

__all__ = [
    "CATALOGUE",
    "DocEntry",
    "DocHit",
    "Example",
    "Lua",
    "LuaLimits",
    "LuaResult",
    "Meta",
    "Parameter",
    "Permissions",
    "Question",
    "Result",
    "Tool",
    "ToolError",
    "Toolkit",
    "UnknownPageError",
    "UnknownToolError",
    "find_tool",
    "list_docs",
    "read_doc",
    "run_lua",
    "search_docs",
]


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module 'calcom_async.agent' has no attribute {name!r}")
        value = getattr(importlib.import_module(f"calcom_async.agent.{_HOMES[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
