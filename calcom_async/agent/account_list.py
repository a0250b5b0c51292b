"""The tool that names the accounts."""

from __future__ import annotations

from typing import Any

from calcom_async.agent.answers import array_of, object_of
from calcom_async.agent.call import Call
from calcom_async.agent.tool import LOCAL, Example, Tool

__all__ = ["ACCOUNT_TOOLS"]


async def _list_accounts(call: Call) -> dict[str, Any]:
    return {"accounts": [dict(account) for account in call.accounts]}


_PERMISSION = {"type": "string", "enum": ["allow", "ask", "deny"]}
_ACCOUNT = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "default": {"type": "boolean"},
        "baseUrl": {"type": ["string", "null"]},
        "read": _PERMISSION,
        "write": _PERMISSION,
    },
    "required": ["name", "default", "read", "write"],
}

ACCOUNT_TOOLS = (
    Tool(
        name="list_accounts",
        title="List accounts",
        description="List the Cal.com accounts that calls can be made for, and what may be done with each. Asks "
        "nothing of Cal.com.",
        kind="read",
        namespace="accounts",
        operation=LOCAL,
        answer=object_of({"accounts": array_of(_ACCOUNT)}),
        examples=(Example(title="Which accounts are there?"),),
        handler=_list_accounts,
    ),
)
