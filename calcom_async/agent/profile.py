"""The tool about the person behind the key."""

from __future__ import annotations

from typing import Any

from calcom_async.agent.answers import object_of
from calcom_async.agent.call import Call
from calcom_async.agent.tool import Example, Tool

__all__ = ["PROFILE_TOOLS"]


async def _get_current_user(call: Call) -> dict[str, Any]:
    profile = await call.client.me.get()
    call.memory.time_zone = profile.time_zone
    return {"user": profile.to_dict()}


_TEXT_OR_NULL = {"type": ["string", "null"]}
_USER = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "name": _TEXT_OR_NULL,
        "email": _TEXT_OR_NULL,
        "username": _TEXT_OR_NULL,
        "timeZone": _TEXT_OR_NULL,
    },
    "required": ["id", "name", "email", "username", "timeZone"],
}
_LUA = """\
local result = app.integrations["cal-com"].get_current_user({})

local user = result.user
print("Name: " .. user.name)
print("Email: " .. user.email)
print("Timezone: " .. (user.timeZone or "N/A"))
print("Username: " .. (user.username or "N/A"))
"""

PROFILE_TOOLS = (
    Tool(
        name="get_current_user",
        title="Get the current user",
        description="Get the authenticated Cal.com user's profile information: name, e-mail address, username, "
        "time zone.",
        kind="read",
        namespace="me",
        operation="GET /v2/me",
        answer=object_of({"user": _USER}),
        examples=(Example(title="Whose account is this?", lua=_LUA),),
        handler=_get_current_user,
    ),
)
