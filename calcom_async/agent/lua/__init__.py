"""Lua scripts that call Cal.com: several calls, loops and conditions in one go, in a process of their own.

```python
from calcom_async.agent import Toolkit
from calcom_async.agent.lua import run_lua

async with Toolkit() as toolkit:
    result = await run_lua('print(app.integrations["cal-com"].get_current_user({}).user.name)', toolkit)
```

It needs the extra `lua`. Scripts are Lua 5.4: integers of 64 bits, which ids are, and a `pcall` that calls may wait
within; LuaJIT has neither, nor a limit of memory in lupa. `docs/lua.md` says what scripts see and what they can't do.
"""

from __future__ import annotations

from calcom_async.agent.lua.interpreter import Lua, run_lua
from calcom_async.agent.lua.limits import LuaLimits
from calcom_async.agent.lua.result import IntegrationCall, LuaResult

__all__ = ["IntegrationCall", "Lua", "LuaLimits", "LuaResult", "run_lua"]
