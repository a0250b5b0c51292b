"""The tool about the person behind the key."""

from __future__ import annotations

from typing import Any

from calcom_async.agent.call import Call
from calcom_async.agent.tool import Example, Tool

__all__ = ["GET_CURRENT_USER"]


async def _get_current_user(call: Call) -> dict[str, Any]:
    profile = await call.client.me.get()
    return {"user": profile.to_dict()}


GET_CURRENT_USER = Tool(
    name="get_current_user",
    title="Get the current user",
    description="Get the profile of the person whose Cal.com account this is: name, e-mail address, time zone.",
    kind="read",
    namespace="me",
    operation="GET /v2/me",
    answer={
        "type": "object",
        "properties": {
            "user": {
                "type": "object",
                "properties": {
                    "id": {"type": "integer"},
                    "name": {"type": ["string", "null"]},
                    "email": {"type": ["string", "null"]},
                    "username": {"type": ["string", "null"]},
                    "timeZone": {"type": ["string", "null"]},
                },
                "required": ["id", "email"],
            }
        },
        "required": ["user"],
    },
    examples=(
        Example(
            title="Who is this?",
            lua="""\
local result = app.integrations["cal-com"].get_current_user({})

local user = result.user
print("Name: " .. user.name)
print("Email: " .. user.email)
print("Timezone: " .. (user.timeZone or "N/A"))
print("Username: " .. (user.username or "N/A"))
""",
        ),
    ),
    handler=_get_current_user,
)
