"""Cal.com for programs that speak MCP, the Model Context Protocol. Needs the extra `mcp`.

```python
from calcom_async.agent import Toolkit, mcp

async with Toolkit(confirm=mcp.confirm) as toolkit:
    await mcp.serve_stdio(mcp.build_server(toolkit, write=True))
```

`calcom-async mcp` does the same, and over HTTP as well.
"""

from __future__ import annotations

from calcom_async.agent.mcp.confirmation import confirm
from calcom_async.agent.mcp.http import Token, find_token, listen, serve_http
from calcom_async.agent.mcp.install import CLIENTS, Client, command_line, configuration
from calcom_async.agent.mcp.server import build_server
from calcom_async.agent.mcp.stdio import serve_stdio

__all__ = [
    "CLIENTS",
    "Client",
    "Token",
    "build_server",
    "command_line",
    "configuration",
    "confirm",
    "find_token",
    "listen",
    "serve_http",
    "serve_stdio",
]
